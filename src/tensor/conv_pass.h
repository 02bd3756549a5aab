/* Inside the convolution: one pass over a map, and the weight gradient.  Only conv*.c include this.
 *
 * A pass is a plain convolution whose outputs may lie apart from each other.  The forward pass is one; the input
 * gradient is stride_h * stride_w of them, one for each phase of the input's pixels: only every stride-th row of the
 * kernel meets a given row of the input, so each phase is a convolution of stride 1 with a part of the kernel. */
#ifndef TENSOR_CONV_PASS_H
#define TENSOR_CONV_PASS_H

#include "tensor/conv.h"
#include "tensor/kernels/conv_kernels.h"

typedef struct ConvKernels {
    const ConvBlockKernels *block;
    const ConvDotsKernels *dots;
    const ConvRowsKernels *rows;
    const ConvWinogradKernels *winograd; /* [WINOGRAD_KINDS] */
} ConvKernels;

const ConvKernels *conv_kernels(void);                 /* of the instruction set in use */
const ConvKernels *conv_kernels_for(Precision factors); /* blocks and dots of these, the rest as it is */

typedef struct ConvPass {
    int in_h, in_w, in_c, out_h, out_w, out_c;
    int kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w; /* the paddings may be negative */
    ptrdiff_t x_sample, y_sample, y_first, y_row, y_pixel;    /* distances of the outputs, in floats */
    /* Where weight (row ty, column tx, channel c, output o) of this pass stands in the layer's w:
     * w_first + ty * w_row + tx * w_column + c * w_channel + o * w_output. */
    ptrdiff_t w_first, w_row, w_column, w_channel, w_output;
    bool dots; /* by dot products, else by register blocks */
    Precision precision; /* of the factors; with bf16 in_c counts pairs of channels, and x and weights are words */
    int channels;        /* of the map that is read */
} ConvPass;

ConvPass conv_pass_forward(const ConvGeometry *g);
ConvPass conv_pass_tap(const ConvGeometry *g, int ky, int kx); /* forward, that place of the kernel alone */
ConvPass conv_pass_backward(const ConvGeometry *g, int phase_h, int phase_w);
ConvPass conv_pass_in_pairs(const ConvPass *pass); /* the same over a map whose pixels are pairs_along */

size_t conv_pass_packed(const ConvPass *pass); /* floats of its packed weights */
void conv_pass_pack(const ConvPass *pass, const float *w, float *packed, int rank, int size);

/* `bias` in whole vectors.  CONV_ADD, which adds to y and looks at no bias, only where `dots` is false. */
void conv_pass_run(const ConvPass *pass, int n, const float *x, const float *packed, const float *bias,
                   ConvFinish finish, float alpha, float *y);

/* How the weight gradient of a layer is summed; see conv_weight.c. */
typedef enum ConvWeightWay { WEIGHT_WIDE, WEIGHT_FEW_IN, WEIGHT_FEW_OUT } ConvWeightWay;
ConvWeightWay conv_weight_way(const ConvGeometry *g);
size_t conv_weight_scratch(const ConvGeometry *g, ConvWeightWay way);
/* `place` of the kernel alone (WEIGHT_WIDE), or -1: all.  With g->precision bf16 the samples are those of pairs_across, half
 * as many. */
void conv_weight_run(const ConvGeometry *g, ConvWeightWay way, int place, int n, const float *x, const float *dy,
                     float *dw, float *scratch);

static inline int conv_round_up(int count, int grain)
{
    return (count + grain - 1) / grain * grain;
}

/* How many samples of `floats` numbers to work on together: as many as stay in the second-level cache. */
int conv_group(size_t floats);

#endif
