/* Inside the convolution: the three passes with fewer multiplications, by Winograd's transforms on tiles of 4 x 4
 * outputs.  Only conv*.c include this.
 *
 * A kernel of 3 x 3 taps costs 36 multiplications a tile and pair of channels instead of 144, one of 5 x 5 taps 64
 * instead of 400, one of 2 x 2 taps 25 instead of 64; other kernels are filled up with zeros.  A stride splits map and
 * kernel into phases, each with every stride-th row and column; the phases count as channels of one convolution with
 * stride 1, so 5 x 5 with stride 2 is one with 3 x 3 taps and four times the channels: 144 multiplications instead of 400.
 * The phases of 3 x 3 with stride 2 differ too much for that (2 x 2, 2 x 1, 1 x 2 and 1 x 1 taps): each is a part of
 * its own, the last without transforms: 25 + 20 + 20 + 16 multiplications instead of 144.
 *
 * Errors in float32 against double precision with random normal numbers (tests/tensor/test_conv.c prints them): the
 * largest in parts of the largest output, and the root of the mean squares likewise.
 *                                     direct                winograd
 *     3x3, 32 channels,  y or dx    7e-7, 3e-7           1.1e-6, 6.5e-7
 *     3x3, 128 channels             1.3e-6, 6e-7         2.2e-6, 1.1e-6
 *     5x5, 64 channels              1.5e-6, 6e-7         7e-6, 3.5e-6
 *     5x5 stride 2, 32 to 64        8e-7, 5e-7           1.7e-6, 1.0e-6
 *     3x3 stride 2, 64              8e-7, 4e-7           1.5e-6, 5.5e-7
 *     4x4 stride 2, 64             1.1e-6, 5.5e-7        2.2e-6, 1.3e-6
 * and weight gradients a little less. */
#ifndef TENSOR_CONV_WINOGRAD_H
#define TENSOR_CONV_WINOGRAD_H

#include "tensor/conv_pass.h"

/* A map as tiles see it: tile coordinate q of phase p is row (or column) q * stride + p - before of the map. */
typedef struct WinogradView {
    int h, w, c;
    int stride_h, stride_w, before_h, before_w;
    int phases_h, phases_w; /* that count as channels: all of the stride's, or one */
} WinogradView;

/* Forward: x to y.  Backward: dy to dx.  Weight gradient: x and dy to dw, with the forward pass's views. */
typedef struct WinogradPass {
    WinogradView in, out;
    WinogradKind kind;    /* WINOGRAD_KINDS: a single tap */
    int phase_h, phase_w; /* the part's, or the first of all */
    int tiles_h, tiles_w; /* of a sample */
    int group;            /* tiles worked on together */
} WinogradPass;

/* Whether kernel and stride are small enough; and what a sample costs, counted as multiplications of the direct kernels. */
bool winograd_fits(const ConvGeometry *g);
double winograd_cost(const ConvGeometry *g, ConvResult result);
double winograd_direct_cost(const ConvGeometry *g);

/* The parts' results add up to y, are phases of dx, or are places of dw.  A part of a single tap (WINOGRAD_KINDS as its
 * kind) is left to the direct kernels; it comes first. */
int winograd_parts(const ConvGeometry *g, ConvResult result);
WinogradPass winograd_pass(const ConvGeometry *g, ConvResult result, int part);

size_t winograd_packed(const WinogradPass *pass); /* floats of the transformed weights */
void winograd_pack(const WinogradPass *pass, const ConvGeometry *g, bool backward, const float *w, float *packed,
                   int rank, int size);

/* As conv_pass_run, over all n samples at once; CONV_ADD adds to y and looks at no bias. */
size_t winograd_scratch(const WinogradPass *pass);
void winograd_run(const WinogradPass *pass, int n, const float *x, const float *packed, const float *bias,
                  ConvFinish finish, float alpha, float *y, float *scratch);

/* dw += the weight gradient. */
size_t winograd_weight_scratch(const WinogradPass *pass);
void winograd_weight_run(const WinogradPass *pass, const ConvGeometry *g, int n, const float *x, const float *dy,
                         float *dw, float *scratch);

#endif
