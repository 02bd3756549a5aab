/* The tables of pooling and upsampling kernels: the functions of tensor/pool.h. */
#ifndef TENSOR_KERNELS_POOL_H
#define TENSOR_KERNELS_POOL_H

#include "tensor/kernels/table.h"
#include "tensor/pool.h"

typedef void UpsampleKernel(int n, int h, int w, int c, int scale_h, int scale_w, const float *from, float *to);

typedef struct PoolKernels {
    void (*max_forward)(const PoolGeometry *g, int n, const float *x, float *y, uint8_t *winner);
    void (*max_backward)(const PoolGeometry *g, int n, const float *dy, const uint8_t *winner, float *dx);
    void (*average_forward)(const PoolGeometry *g, int n, const float *x, float *y);
    void (*average_backward)(const PoolGeometry *g, int n, const float *dy, float *dx);
} PoolKernels;

typedef struct UpsampleKernels {
    UpsampleKernel *nearest_forward, *nearest_backward, *bilinear_forward, *bilinear_backward;
} UpsampleKernels;

KERNEL_TABLES(PoolKernels, pool_kernels);
KERNEL_TABLES(UpsampleKernels, upsample_kernels);

#endif
