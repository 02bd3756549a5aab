/* Batch normalisation: which kernel runs.  The arithmetic is in kernels/norm.c. */
#include "tensor/norm.h"

#include "tensor/kernels/norm.h"

void norm_sums(size_t rows, int c, const float *x, const float *shift, double *sum, double *squares)
{
    KERNEL_TABLE(norm_kernels)->sums(rows, (size_t)c, x, shift, sum, squares);
}

void norm_apply(size_t rows, int c, const float *x, const float *mean, const float *scale, const float *beta, float *y)
{
    KERNEL_TABLE(norm_kernels)->apply(rows, (size_t)c, x, mean, scale, beta, y);
}

void norm_backward_sums(size_t rows, int c, const float *x, const float *dy, const float *mean, double *sum_dy, double *sum_dy_x)
{
    KERNEL_TABLE(norm_kernels)->backward_sums(rows, (size_t)c, x, dy, mean, sum_dy, sum_dy_x);
}

void norm_backward_apply(size_t rows, int c, const float *x, const float *dy, const float *mean, const float *inverse,
                         const float *gamma, const float *mean_dy, const float *mean_dy_xhat, float *dx)
{
    KERNEL_TABLE(norm_kernels)->backward_apply(rows, (size_t)c, x, dy, mean, inverse, gamma, mean_dy, mean_dy_xhat, dx);
}
