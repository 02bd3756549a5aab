/* Convolution on channels-last maps, directly (no im2col), and its two gradients.
 *
 * x (n, in_h, in_w, in_c)   w (kernel_h, kernel_w, in_c, out_c)   y (n, out_h, out_w, out_c), Keras' layouts.
 * A transposed convolution is the input gradient of the convolution it transposes: Keras' Conv2DTranspose kernel
 * (kernel_h, kernel_w, filters, channels) is that convolution's w as it stands.
 *
 * All calls are for one thread with its own scratch; `packed` (the weights as the kernels want them) is shared.
 * Nothing need be aligned, but arrays that begin at multiples of 64 bytes are read faster. */
#ifndef TENSOR_CONV_H
#define TENSOR_CONV_H

#include "tensor/activation.h"
#include "tensor/precision.h"

#include <stdbool.h>
#include <stddef.h>

/* How the passes are computed.  CONV_AUTO takes what is faster for the layer's sizes, by a rule that is the same on every
 * machine and in every run, unless the environment variable HOURGLASS_CONV says direct or winograd (read once).
 * Winograd's transforms need fewer multiplications but round more (conv_winograd.h has the errors); a kernel they
 * do not suit, with more than 5 taps along an axis in a stride's phase, is done directly all the same.  In bf16 only
 * direct passes are done: transforms would make more of its rounding.  Where those in float32 are faster still, CONV_AUTO
 * takes them. */
typedef enum ConvWay { CONV_AUTO, CONV_DIRECT, CONV_WINOGRAD } ConvWay;

typedef struct ConvGeometry {
    int in_h, in_w, in_c;
    int out_h, out_w, out_c;
    int kernel_h, kernel_w;
    int stride_h, stride_w;
    int pad_top, pad_left; /* what is missing at the bottom and right follows from the sizes */
    ConvWay way;
    Precision precision;
} ConvGeometry;

/* TensorFlow's padding rule along one axis: `same` gives ceil(in / stride) outputs and puts the odd pixel of padding at
 * the end; `valid` gives ceil((in - kernel + 1) / stride), 0 when the kernel does not fit. */
void conv_axis(int in, int kernel, int stride, bool same, int *out, int *pad_before);

/* Keras' Conv2DTranspose output length: in * stride (same), in * stride + max(kernel - stride, 0) (valid). */
int conv_transposed_length(int in, int kernel, int stride, bool same);

typedef struct ConvPlan {
    ConvGeometry geometry;
    bool wants_dx;  /* the input gradient will be asked for (or the layer is a transposed convolution) */
    size_t packed;  /* floats, shared by all threads */
    size_t scratch; /* floats, each thread its own */
    /* the tensor room's own */
    struct {
        size_t backward; /* where in packed the input gradient's weights begin */
        size_t bias;     /* floats of scratch for the bias in whole vectors */
        bool forward, winograd[3]; /* y is wanted; which ConvResult is found by Winograd's transforms */
        bool pairs[3];             /* which directly in bf16 */
    } own;
} ConvPlan;

ConvPlan conv_plan(const ConvGeometry *geometry, bool wants_y, bool wants_dx, bool wants_dw);

/* What a pass over one sample costs the way it would be done, counted as multiplications of the direct kernels. */
typedef enum ConvResult { CONV_Y, CONV_DX, CONV_DW } ConvResult;
double conv_cost(const ConvGeometry *geometry, ConvResult result);

/* Rank's share of packing the weights, once after each change of w.  A barrier must follow before they are used. */
void conv_pack(const ConvPlan *plan, const float *w, float *packed, int rank, int size);

/* y = f(conv(x, w) + bias), overwritten; bias may be NULL. */
void conv_forward(const ConvPlan *plan, int n, const float *x, const float *packed, const float *bias, Activation act,
                  float *y, float *scratch);

/* dx = f(gradient of conv(x, w) with respect to x, along dy, + bias), overwritten.  A layer's backward pass gives no bias and
 * ACT_LINEAR; a transposed convolution's forward pass gives its own. */
void conv_input_gradient(const ConvPlan *plan, int n, const float *dy, const float *packed, const float *bias,
                         Activation act, float *dx, float *scratch);

/* dw += gradient with respect to w. */
void conv_weight_gradient(const ConvPlan *plan, int n, const float *x, const float *dy, float *dw, float *scratch);

/* db[c] += sum over `rows` of dy (rows, c). */
void bias_gradient(size_t rows, int c, const float *dy, float *db);

#endif
