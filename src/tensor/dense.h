/* Dense layers: products through OpenBLAS's single-threaded sgemm, with bias and activation applied while the
 * rows are still in cache.  x (n, in), w (in, out), y (n, out). */
#ifndef TENSOR_DENSE_H
#define TENSOR_DENSE_H

#include "tensor/activation.h"

void dense_forward(int n, int in, int out, const float *x, const float *w, const float *bias, Activation act, float *y);
void dense_input_gradient(int n, int in, int out, const float *dy, const float *w, float *dx); /* overwritten */
void dense_weight_gradient(int n, int in, int out, const float *x, const float *dy, float *dw); /* dw += */

/* Plain row-major products for everybody else (PCA, benchmarks): c (m, n) = alpha op(a) op(b) + beta c. */
void matrix_product(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                    const float *b, int ldb, float beta, float *c, int ldc);

/* Keeps OpenBLAS on the calling thread from now on; team_new() calls it. */
void matrix_use_one_thread(void);

/* OpenBLAS's version, processor core and build, for reports. */
void matrix_library(char *text, size_t size);

#endif
