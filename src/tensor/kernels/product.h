/* What dense.c asks of the vector kernels: products whose second factor lies in panels.
 *
 * A panel is `panel` neighbouring columns of a matrix, row after row, with zeros where columns are missing: the order
 * in which the register block reads it. */
#ifndef TENSOR_KERNELS_PRODUCT_H
#define TENSOR_KERNELS_PRODUCT_H

#include "tensor/dense.h"
#include "tensor/kernels/table.h"

#include <stdbool.h>
#include <stddef.h>

/* y (rows, columns) = x (rows, depth) w + bias; all are rows of floats, one after the other, but w lies in panels. */
typedef struct ProductForward {
    int rows, columns, depth;
    const float *x, *w, *bias; /* bias may be NULL */
    float *y;
} ProductForward;

/* dw (rows, columns) = x^T dy, or += with `add`, summed over all samples of all parts: row i belongs to column first + i of x. */
typedef struct ProductWeight {
    int first, rows, columns, parts;
    const DensePart *part;
    size_t x_row, dy_row;
    bool add;
    const float *packed; /* all parts' dy in panels, or NULL: packed while they are used */
    float *dw;
    float *const *fetch; /* arrays of dw's form that will be wanted afterwards, then NULL; or NULL */
} ProductWeight;

/* y (n, rows) = x (n, depth) times rows x depth weights that stand as they are: number k of a row at row * w_row + k * w_step,
 * one of which is 1. */
typedef struct ProductNarrow {
    int n, rows, depth;
    const float *w, *x, *bias; /* bias may be NULL */
    size_t w_row, w_step;
    float *y, *scratch; /* scratch: depth times n, rounded up to whole panels */
} ProductNarrow;

typedef struct ProductKernels {
    int panel;
    void (*forward)(const ProductForward *product);
    void (*weight)(const ProductWeight *product);
    void (*narrow)(const ProductNarrow *product);
    /* One panel of w (rows, columns) from its column `first` on, or of its transpose from its row `first` on. */
    void (*pack)(int rows, int columns, const float *w, int first, float *panel);
    void (*pack_parts)(int parts, const DensePart *part, int columns, float *panels);
    void (*pack_transposed)(int rows, int columns, const float *w, int first, float *panel);
} ProductKernels;

KERNEL_TABLES(ProductKernels, product_kernels);

#endif
