/* The table of batch normalisation kernels: the functions of tensor/norm.h. */
#ifndef TENSOR_KERNELS_NORM_H
#define TENSOR_KERNELS_NORM_H

#include "tensor/kernels/table.h"
#include "tensor/norm.h"

typedef struct NormKernels {
    void (*sums)(size_t rows, size_t c, const float *x, const float *shift, double *sum, double *squares);
    void (*apply)(size_t rows, size_t c, const float *x, const float *mean, const float *scale, const float *beta,
                  float *y);
    void (*backward_sums)(size_t rows, size_t c, const float *x, const float *dy, const float *mean, double *sum_dy,
                          double *sum_dy_x);
    void (*backward_apply)(size_t rows, size_t c, const float *x, const float *dy, const float *mean,
                           const float *inverse, const float *gamma, const float *mean_dy, const float *mean_dy_xhat,
                           float *dx);
} NormKernels;

KERNEL_TABLES(NormKernels, norm_kernels);

#endif
