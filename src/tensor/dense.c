/* Dense layers and plain products: the program's only door to BLAS. */
#include "tensor/dense.h"

#include "tensor/conv.h"

#include <cblas.h>
#include <stdio.h>

/* Rows are finished (bias, activation) in blocks that still lie in the second-level cache, but a block is never so
 * small that sgemm's packing of w would show. */
enum { BLOCK_FLOATS = 96 * 1024, BLOCK_ROWS = 64 };

void matrix_product(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                    const float *b, int ldb, float beta, float *c, int ldc)
{
    if (m > 0 && n > 0)
        cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, m,
                    n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void dense_forward(int n, int in, int out, const float *x, const float *w, const float *bias, Activation act, float *y)
{
    int block = BLOCK_FLOATS / out > BLOCK_ROWS ? BLOCK_FLOATS / out : BLOCK_ROWS;
    for (int first = 0; first < n; first += block) {
        int rows = n - first < block ? n - first : block;
        float *to = y + (size_t)first * (size_t)out;
        matrix_product(false, false, rows, out, in, 1, x + (size_t)first * (size_t)in, in, w, out, 0, to, out);
        bias_activation((size_t)rows, out, bias, act, to);
    }
}

void dense_input_gradient(int n, int in, int out, const float *dy, const float *w, float *dx)
{
    matrix_product(false, true, n, in, out, 1, dy, out, w, out, 0, dx, in);
}

void dense_weight_gradient(int n, int in, int out, const float *x, const float *dy, float *dw)
{
    matrix_product(true, false, in, out, n, 1, x, in, dy, out, 1, dw, out);
}

void matrix_use_one_thread(void)
{
    openblas_set_num_threads(1);
}

void matrix_library(char *text, size_t size)
{
    snprintf(text, size, "%s, core %s", openblas_get_config(), openblas_get_corename());
}
