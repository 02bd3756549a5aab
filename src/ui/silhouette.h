/* The network as an hourglass: a bar a layer, as wide as its output is large (log), the code at the waist. */
#ifndef UI_SILHOUETTE_H
#define UI_SILHOUETTE_H

#include "spec/summary.h"
#include "term/cells.h"

/* `selected`: index in Design.layer drawn as chosen; -1: none. */
void silhouette_draw(Cells *cells, Rect area, const Summary *summary, int selected);

#endif
