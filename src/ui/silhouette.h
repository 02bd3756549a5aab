/* The network as an hourglass: a bar a layer, as wide as its output is large (log), the code at the waist. */
#ifndef UI_SILHOUETTE_H
#define UI_SILHOUETTE_H

#include "spec/outline.h"
#include "spec/summary.h"
#include "term/cells.h"

void silhouette_draw(Cells *cells, Rect area, const Summary *summary);

/* Of one stage of a design that need not fit together: what is not known is left out, what was known before is faint.
 * `code`: the layers before it in the stage's chain make the code, 0: not known; `selected`: index in Design.layer drawn as chosen;
 * -1: none. */
void silhouette_draw_stage(Cells *cells, Rect area, const Design *design, int stage, const Outline *outline, int code, int selected);

#endif
