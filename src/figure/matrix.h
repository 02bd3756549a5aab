/* A square of counts: the confusion matrix. */
#ifndef FIGURE_MATRIX_H
#define FIGURE_MATRIX_H

#include "figure/page.h"

typedef struct Matrix {
    Captions captions;
    int size;
    const long *count;            /* (size, size): row true, column predicted */
    const char *const *name;      /* of the classes */
    const char *row_axis, *column_axis;
    const char *const *extra_name; /* columns beside the matrix, e.g. recall; NULL where extras == 0 */
    const double *extra;          /* (size, extras), shown as per cent; NaN: a dash */
    int extras;
} Matrix;

/* Cells are shaded by the row's share; the wrong ones in the colour of what is wrong. */
bool matrix_draw(const Matrix *matrix, const FigureStyle *style, Image *out, Error *err) MUST_CHECK;

#endif
