/* Cells as an image: what a terminal would show, without one. */
#ifndef TERM_RASTER_H
#define TERM_RASTER_H

#include "image/image.h"
#include "term/cells.h"

enum { RASTER_CELL_W = 10, RASTER_CELL_H = 20 };

/* RGB, every cell 10 x 20 pixels.  Blocks, braille and lines are drawn exactly, text in the program's typeface. */
bool cells_to_image(const Cells *cells, Image *out, Error *err) MUST_CHECK;

#endif
