/* The two-minute tour: a sentence at the bottom of the screen, and the next one when it was followed. */
#ifndef UI_TOUR_H
#define UI_TOUR_H

#include "ui/app.h"

int tour_lines(const App *app);                          /* lines it needs; 0: no tour */
void tour_draw(App *app, Cells *cells, Rect area);
void tour_tick(App *app);
void tour_toggle(App *app);

#endif
