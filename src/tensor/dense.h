/* Dense layers, and plain products through OpenBLAS.  x (n, in), w (in, out), y (n, out).
 *
 * `packed` is the weights in the order in which the kernels read them, for both directions; it is shared by all threads
 * and made anew after each change of w. */
#ifndef TENSOR_DENSE_H
#define TENSOR_DENSE_H

#include "tensor/activation.h"

typedef struct DenseSize {
    int in, out;
    bool wants_dx; /* the input gradient will be asked for */
} DenseSize;

size_t dense_packed(DenseSize size); /* floats */

/* Rank's share of packing.  A barrier must follow before the weights are used. */
void dense_pack(DenseSize size, const float *w, float *packed, int rank, int ranks);

/* y = f(x w + bias), overwritten; bias may be NULL. */
void dense_forward(DenseSize size, int n, const float *x, const float *packed, const float *bias, Activation act, float *y);
void dense_input_gradient(DenseSize size, int n, const float *dy, const float *packed, float *dx); /* overwritten */
void dense_weight_gradient(DenseSize size, int n, const float *x, const float *dy, float *dw);     /* dw += */

/* Samples of one thread, (n, in) and (n, out). */
typedef struct DensePart {
    int n;
    const float *x, *dy;
} DensePart;

/* Rows [first, first + rows) of the weight gradient, summed over all parts' samples; overwritten. */
void dense_weight_gradient_rows(DenseSize size, int parts, const DensePart *part, int first, int rows, float *dw);

/* Plain row-major products for everybody else (PCA, benchmarks): c (m, n) = alpha op(a) op(b) + beta c. */
void matrix_product(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                    const float *b, int ldb, float beta, float *c, int ldc);

/* Keeps OpenBLAS on the calling thread from now on; team_new() calls it. */
void matrix_use_one_thread(void);

/* OpenBLAS's version, processor core and build, for reports. */
void matrix_library(char *text, size_t size);

#endif
