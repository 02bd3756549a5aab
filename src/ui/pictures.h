/* Samples as tiles: numbers in 0..1 of one shape, laid out in rows. */
#ifndef UI_PICTURES_H
#define UI_PICTURES_H

#include "term/cells.h"
#include "tensor/shape.h"

/* The size of a tile for pictures of a shape when `rows` of them must fit into `h` lines with a line between: 1:1, half, or what
 * fits.  Width is twice the height for square pictures. */
void pictures_tile_size(Shape shape, int w, int h, int rows, int *tile_w, int *tile_h);

/* As many as fit, row by row, with a gap; captions (may be NULL) under each. */
void pictures_tile(Cells *cells, Rect area, const float *x, int count, Shape shape, const char *const *caption);

/* One picture into its tile. */
void pictures_draw(Cells *cells, Rect tile, const float *x, Shape shape);

#endif
