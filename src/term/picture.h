/* Pictures as cells.  A renderer cuts a cell into sub-pixels and finds the glyph and the two colours that show them best.
 *
 * Grey pictures are drawn as ink on the ground: 0 is the terminal's own background, 255 the strongest contrast to it, so a
 * digit has no box around it and is dark on light terminals.  RGB pictures keep their colours. */
#ifndef TERM_PICTURE_H
#define TERM_PICTURE_H

#include "image/image.h"
#include "term/cells.h"

typedef struct PictureRenderer {
    const char *name, *help;
    int w, h;                        /* sub-pixels of a cell */
    uint32_t (*glyph)(unsigned bits); /* bit i: sub-pixel i (row by row) has the foreground; NULL: a ramp of characters */
} PictureRenderer;

extern const PictureRenderer picture_renderers[GLYPH_SETS];

/* Draws `image` into the whole area: box filter when smaller, nearest pixel when larger. */
void picture_draw(Cells *cells, Rect area, const Image *image);

/* Numbers in 0..1, (h, w, c) with c 1 or 3 (of other counts the first channel is shown). */
void picture_draw_floats(Cells *cells, Rect area, const float *x, int h, int w, int c);

/* Largest place for a w x h picture in an area, proportions kept (a cell is twice as high as wide), at the area's top left.
 * From 1:1 on only whole multiples, so that all pixels have one size; below it halves, thirds ... where they fit nearly as well. */
Rect picture_fit(Rect area, int w, int h);

#endif
