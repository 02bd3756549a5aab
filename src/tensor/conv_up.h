/* A map enlarged by repeating pixels and a convolution of stride 1 after it, done as one.
 *
 * Repeating each pixel up_h x up_w times is a transposed convolution with a kernel of ones, and two convolutions in a
 * row are one, with the kernels' convolution: so the pair is a transposed convolution of the small map with stride
 * up_h x up_w and (kernel_h + up_h - 1) x (kernel_w + up_w - 1) places, each of them a sum of the layer's weights.
 * Enlarging by 2 before 3 x 3 costs 16 multiplications a small pixel instead of 36, and the large map never exists.
 * The zeros around the large map are those of the enlarged zeros around the small one, so this is exact for any padding.
 *
 * Layouts and calls as in conv.h; x and dx are small maps. */
#ifndef TENSOR_CONV_UP_H
#define TENSOR_CONV_UP_H

#include "tensor/conv.h"

typedef struct ConvUpPlan {
    ConvPlan conv;  /* its y and x are our x and y */
    int kernel_h, kernel_w;
    size_t packed;  /* floats, shared by all threads */
    size_t scratch; /* floats, each thread its own; packing needs them too */
} ConvUpPlan;

/* `geometry` is the convolution's, over the enlarged map.  False where its stride is not 1, or where doing both after
 * each other is faster: a rule on the sizes alone. */
bool conv_up_plan(const ConvGeometry *geometry, int up_h, int up_w, bool wants_dx, bool wants_dw, ConvUpPlan *plan);

void conv_up_pack(const ConvUpPlan *plan, const float *w, float *packed, float *scratch, int rank, int size);
void conv_up_forward(const ConvUpPlan *plan, int n, const float *x, const float *packed, const float *bias,
                     Activation act, float *y, float *scratch);
void conv_up_input_gradient(const ConvUpPlan *plan, int n, const float *dy, const float *packed, float *dx,
                            float *scratch);
void conv_up_weight_gradient(const ConvUpPlan *plan, int n, const float *x, const float *dy, float *dw, float *scratch);

#endif
