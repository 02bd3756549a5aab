/* Pooling and upsampling: which kernel runs.  The arithmetic is in kernels/pool.c and kernels/upsample.c. */
#include "tensor/pool.h"

#include "tensor/kernels/pool.h"

#include <assert.h>

void maxpool_forward(const PoolGeometry *g, int n, const float *x, float *y, uint8_t *winner)
{
    assert(g->size_h * g->size_w <= 256 || !winner);
    KERNEL_TABLE(pool_kernels)->max_forward(g, n, x, y, winner);
}

void maxpool_backward(const PoolGeometry *g, int n, const float *dy, const uint8_t *winner, float *dx)
{
    assert(g->size_h * g->size_w <= 256);
    KERNEL_TABLE(pool_kernels)->max_backward(g, n, dy, winner, dx);
}

void avgpool_forward(const PoolGeometry *g, int n, const float *x, float *y)
{
    KERNEL_TABLE(pool_kernels)->average_forward(g, n, x, y);
}

void avgpool_backward(const PoolGeometry *g, int n, const float *dy, float *dx)
{
    KERNEL_TABLE(pool_kernels)->average_backward(g, n, dy, dx);
}

void upsample_nearest_forward(int n, int h, int w, int c, int scale_h, int scale_w, const float *x, float *y)
{
    KERNEL_TABLE(upsample_kernels)->nearest_forward(n, h, w, c, scale_h, scale_w, x, y);
}

void upsample_nearest_backward(int n, int h, int w, int c, int scale_h, int scale_w, const float *dy, float *dx)
{
    KERNEL_TABLE(upsample_kernels)->nearest_backward(n, h, w, c, scale_h, scale_w, dy, dx);
}

void upsample_bilinear_forward(int n, int h, int w, int c, int scale_h, int scale_w, const float *x, float *y)
{
    KERNEL_TABLE(upsample_kernels)->bilinear_forward(n, h, w, c, scale_h, scale_w, x, y);
}

void upsample_bilinear_backward(int n, int h, int w, int c, int scale_h, int scale_w, const float *dy, float *dx)
{
    KERNEL_TABLE(upsample_kernels)->bilinear_backward(n, h, w, c, scale_h, scale_w, dy, dx);
}
