/* Points in the plane as cells.  Each cell shows the group that most of its points belong to: by the group's own glyph, or by
 * dots (braille, half blocks) in its colour. */
#ifndef TERM_CLOUD_H
#define TERM_CLOUD_H

#include "term/plot.h"

typedef struct Cloud {
    const float *xy;       /* (count, 2); points that are not finite are left out */
    int count;
    const int *group;      /* of each point; NULL: all are of group 0 */
    int groups;
    const Ink *ink;        /* of each group */
    const uint32_t *glyph; /* of each group; NULL: dots, where the look has them */
    bool equal;            /* one scale for both axes, where the cloud is not much longer than wide */
} Cloud;

/* The axes for such an area: ranges that hold all points. */
Plot cloud_axes(const Cloud *cloud, Rect area);

/* Axes with ticks, and the points inside. */
void cloud_draw(Cells *cells, Rect area, const Cloud *cloud, const Plot *axes);

#endif
