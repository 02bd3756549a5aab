/* Pictures in rows and columns: reconstructions, weights, feature maps, manifolds, strips. */
#ifndef FIGURE_SHEET_H
#define FIGURE_SHEET_H

#include "figure/page.h"
#include "tensor/shape.h"

enum { SHEET_TEXT = 48 };

typedef struct SheetCell {
    const float *pixels;     /* (h, w, c) of the sheet's shape, borrowed; NULL: an empty place */
    ColourMap map;           /* of pictures with one channel */
    float low, high;         /* the values at the map's ends; low == high: 0 and 1 */
    char caption[SHEET_TEXT]; /* below the picture; "": none */
    bool marked;             /* the caption in the colour of what is wrong */
    char about[SHEET_TEXT];  /* which sample it is, for who points at it; not drawn */
} SheetCell;

typedef struct Sheet {
    Captions captions;
    Shape shape;      /* of every picture; c is 1 or 3 */
    int rows, columns;
    SheetCell *cell;  /* (rows, columns) */
    char (*row_label)[SHEET_TEXT];    /* NULL: none; left of the rows */
    char (*column_label)[SHEET_TEXT]; /* NULL: none */
    bool columns_below; /* column labels at the foot, as an axis has them */
    const char *x_label, *y_label; /* names of the axes; NULL: none */
    int gap;          /* units between pictures */
    int band;         /* rows that belong together; a wider gap follows them; 0: all */
    bool bar;         /* a colour bar of the first cell's map with its ends */
} Sheet;

bool sheet_draw(const Sheet *sheet, const FigureStyle *style, Image *out, Error *err) MUST_CHECK;

/* For owners of sheets on the heap: cells and labels, zeroed, captions and pixels the caller's. */
void sheet_new(Sheet *sheet, int rows, int columns, Shape shape);
void sheet_clear(Sheet *sheet); /* frees cell, row_label and column_label */

/* One picture as an Image through the map; for thumbnails too. */
bool sheet_picture(const SheetCell *cell, Shape shape, const Theme *theme, Image *out, Error *err) MUST_CHECK;

#endif
