/* Batch normalisation over all axes but the last (Ioffe & Szegedy 2015; Keras' BatchNormalization).
 *
 * The statistics are of the whole batch, which is cut into slices by thread, so each pass is in two halves with a
 * barrier between them: sums of a slice (in double, so that the order of slices hardly matters), then the
 * normalisation with the totals. rows = samples * h * w of the slice. */
#ifndef TENSOR_NORM_H
#define TENSOR_NORM_H

#include <stddef.h>

/* sum[j] += sum over rows of x, squares[j] += sum of (x - shift)^2 with a shift per channel near the mean (may be NULL: 0). */
void norm_sums(size_t rows, int c, const float *x, const float *shift, double *sum, double *squares);

/* y = (x - mean) * scale + beta with scale = gamma / sqrt(variance + epsilon). */
void norm_apply(size_t rows, int c, const float *x, const float *mean, const float *scale, const float *beta, float *y);

/* sum_dy[j] += sum over rows of dy, sum_dy_x[j] += sum of dy (x - mean). */
void norm_backward_sums(size_t rows, int c, const float *x, const float *dy, const float *mean, double *sum_dy, double *sum_dy_x);

/* With xhat = (x - mean) * inverse, dx = gamma * inverse * (dy - mean_dy - xhat * mean_dy_xhat). */
void norm_backward_apply(size_t rows, int c, const float *x, const float *dy, const float *mean, const float *inverse,
                         const float *gamma, const float *mean_dy, const float *mean_dy_xhat, float *dx);

#endif
