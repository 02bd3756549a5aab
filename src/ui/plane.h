/* Codes in the plane: two numbers as they are, more by their two principal components.  The components of the last call are
 * the start of the next search, so that a live picture turns slowly instead of jumping. */
#ifndef UI_PLANE_H
#define UI_PLANE_H

#include "term/cells.h"

#include <stdint.h>

typedef struct Plane {
    int size;          /* of a code */
    float *axis;       /* (2, size), owned */
    float *point;      /* (count, 2), owned */
    int count;
    float x0, x1, y0, y1; /* what is seen, slowly following the points */
} Plane;

void plane_update(Plane *plane, const float *code, int count, int size);
void plane_clear(Plane *plane);

/* Each code as its label's digit, in the class's colour (all the same dot where labels are NULL). */
void plane_draw(const Plane *plane, Cells *cells, Rect area, const uint8_t *labels);

#endif
