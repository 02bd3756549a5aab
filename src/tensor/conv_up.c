/* Enlarging and convolving as one transposed convolution: its geometry, its weights and their gradient. */
#include "tensor/conv_up.h"

#include <string.h>

/* Output i of the pair sees small pixel m where i = m * up + u, with the weight
 *
 *     sum over j < up of w[pad - u + j]   (those inside the kernel).
 *
 * u runs from pad - (kernel - 1) to pad + up - 1, so place k = u + (kernel - 1) - pad of the transposed convolution is the sum over
 * j of w[kernel - 1 - k + j], and its padding is kernel - 1 - pad. */
static ConvGeometry transposed(const ConvGeometry *g, int up_h, int up_w)
{
    return (ConvGeometry){.in_h = g->out_h, .in_w = g->out_w, .in_c = g->out_c,
                          .out_h = g->in_h / up_h, .out_w = g->in_w / up_w, .out_c = g->in_c,
                          .kernel_h = g->kernel_h + up_h - 1, .kernel_w = g->kernel_w + up_w - 1,
                          .stride_h = up_h, .stride_w = up_w,
                          .pad_top = g->kernel_h - 1 - g->pad_top, .pad_left = g->kernel_w - 1 - g->pad_left,
                          .way = g->way, .precision = g->precision};
}

/* Enlarging a pixel and adding up its gradient take about as long as this many multiplications a channel. */
enum { RESIZING = 8 };

static bool pays(const ConvGeometry *apart, const ConvGeometry *one, bool wants_dx, bool wants_dw)
{
    double before = conv_cost(apart, CONV_Y), after = conv_cost(one, CONV_DX);
    double resizing = RESIZING * (double)apart->in_h * apart->in_w * apart->in_c;
    before += resizing;
    if (wants_dx) {
        before += conv_cost(apart, CONV_DX) + resizing;
        after += conv_cost(one, CONV_Y);
    }
    if (wants_dw) {
        before += conv_cost(apart, CONV_DW);
        after += conv_cost(one, CONV_DW);
    }
    return after < before;
}

static size_t weights_of(const ConvGeometry *g)
{
    return (size_t)g->kernel_h * (size_t)g->kernel_w * (size_t)g->in_c * (size_t)g->out_c;
}

bool conv_up_plan(const ConvGeometry *g, int up_h, int up_w, bool wants_dx, bool wants_dw, ConvUpPlan *plan)
{
    ConvGeometry one = transposed(g, up_h, up_w);
    if (g->stride_h != 1 || g->stride_w != 1 || !pays(g, &one, wants_dx, wants_dw))
        return false;
    *plan = (ConvUpPlan){.conv = conv_plan(&one, wants_dx, true, wants_dw), .kernel_h = g->kernel_h,
                         .kernel_w = g->kernel_w};
    plan->packed = plan->conv.packed;
    plan->scratch = weights_of(&one) + plan->conv.scratch;
    return true;
}

/* Calls `add` for every weight (ky, kx) and place it is part of, with the (channel, filter) matrix of the one and the
 * (filter, channel) matrix of the other. */
typedef void Add(const ConvGeometry *one, float *weights, float *places);

static void each_share(const ConvUpPlan *plan, float *weights, float *places, Add *add)
{
    const ConvGeometry *one = &plan->conv.geometry;
    size_t pairs = (size_t)one->in_c * (size_t)one->out_c;
    for (int ky = 0; ky < plan->kernel_h; ky++)
        for (int kx = 0; kx < plan->kernel_w; kx++)
            for (int j = 0; j < one->stride_h; j++)
                for (int l = 0; l < one->stride_w; l++) {
                    int row = plan->kernel_h - 1 - ky + j, column = plan->kernel_w - 1 - kx + l;
                    add(one, weights + (size_t)(ky * plan->kernel_w + kx) * pairs,
                        places + (size_t)(row * one->kernel_w + column) * pairs);
                }
}

static void to_place(const ConvGeometry *one, float *weights, float *places)
{
    for (int f = 0; f < one->in_c; f++)
        for (int c = 0; c < one->out_c; c++)
            *places++ += weights[(ptrdiff_t)c * one->in_c + f];
}

static void to_weight(const ConvGeometry *one, float *weights, float *places)
{
    for (int c = 0; c < one->out_c; c++)
        for (int f = 0; f < one->in_c; f++)
            *weights++ += places[(ptrdiff_t)f * one->out_c + c];
}

void conv_up_pack(const ConvUpPlan *plan, const float *w, float *packed, float *scratch, int rank, int size)
{
    memset(scratch, 0, weights_of(&plan->conv.geometry) * sizeof *scratch);
    each_share(plan, (float *)w, scratch, to_place); /* which only reads them */
    conv_pack(&plan->conv, scratch, packed, rank, size);
}

void conv_up_forward(const ConvUpPlan *plan, int n, const float *x, const float *packed, const float *bias,
                     Activation act, float *y, float *scratch)
{
    conv_input_gradient(&plan->conv, n, x, packed, bias, act, y, scratch);
}

void conv_up_input_gradient(const ConvUpPlan *plan, int n, const float *dy, const float *packed, float *dx,
                            float *scratch)
{
    conv_forward(&plan->conv, n, dy, packed, NULL, (Activation){ACT_LINEAR, 0}, dx, scratch);
}

void conv_up_weight_gradient(const ConvUpPlan *plan, int n, const float *x, const float *dy, float *dw, float *scratch)
{
    size_t size = weights_of(&plan->conv.geometry);
    memset(scratch, 0, size * sizeof *scratch);
    conv_weight_gradient(&plan->conv, n, dy, x, scratch, scratch + size);
    each_share(plan, dw, scratch, to_weight);
}
