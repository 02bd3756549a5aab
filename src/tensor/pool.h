/* Pooling and upsampling on channels-last maps.  Padding as TensorFlow: padded places never win a maximum and do
 * not count in an average. */
#ifndef TENSOR_POOL_H
#define TENSOR_POOL_H

#include <stdint.h>

typedef struct PoolGeometry {
    int in_h, in_w, c, out_h, out_w;
    int size_h, size_w, stride_h, stride_w, pad_top, pad_left;
} PoolGeometry;

/* `winner` (n, out_h, out_w, c): which place of the window won (row * size_w + column; first of equals), for the
 * backward pass; NULL when there will be none.  Windows of up to 256 places store it in bytes. */
void maxpool_forward(const PoolGeometry *g, int n, const float *x, float *y, uint8_t *winner);
void maxpool_backward(const PoolGeometry *g, int n, const float *dy, const uint8_t *winner, float *dx); /* overwritten */
void avgpool_forward(const PoolGeometry *g, int n, const float *x, float *y);
void avgpool_backward(const PoolGeometry *g, int n, const float *dy, float *dx); /* overwritten */

/* y (n, h * scale_h, w * scale_w, c).  Bilinear with half-pixel centres and clamped edges, as Keras' UpSampling2D. */
void upsample_nearest_forward(int n, int h, int w, int c, int scale_h, int scale_w, const float *x, float *y);
void upsample_nearest_backward(int n, int h, int w, int c, int scale_h, int scale_w, const float *dy, float *dx);
void upsample_bilinear_forward(int n, int h, int w, int c, int scale_h, int scale_w, const float *x, float *y);
void upsample_bilinear_backward(int n, int h, int w, int c, int scale_h, int scale_w, const float *dy, float *dx);

#endif
