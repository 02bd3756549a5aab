/* Convolution: the plan, the packing of the weights, and the three passes as the layers call them. */
#include "config.h"

#include "tensor/conv.h"

#include "tensor/conv_pass.h"
#include "tensor/conv_winograd.h"
#include "tensor/isa.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_FLOATS = 128 * 1024 };

const ConvKernels *conv_kernels(void)
{
    static const ConvKernels kernels[ISA_COUNT] = {
        [ISA_BASELINE] = {&conv_block_kernels_baseline, &conv_dots_kernels_baseline, &conv_rows_kernels_baseline,
                          conv_winograd_kernels_baseline},
#if defined(__x86_64__) && !defined(DISABLE_SIMD)
        [ISA_AVX2] = {&conv_block_kernels_avx2, &conv_dots_kernels_avx2, &conv_rows_kernels_avx2,
                    conv_winograd_kernels_avx2},
        [ISA_AVX512] = {&conv_block_kernels_avx512, &conv_dots_kernels_avx512, &conv_rows_kernels_avx512,
                    conv_winograd_kernels_avx512},
#endif
    };
    return &kernels[isa_chosen() < ISA_AVX512 ? isa_chosen() : ISA_AVX512];
}

int conv_group(size_t floats)
{
    size_t fitting = GROUP_FLOATS / (floats ? floats : 1);
    return fitting < 1 ? 1 : fitting > 64 ? 64 : (int)fitting;
}

void conv_axis(int in, int kernel, int stride, bool same, int *out, int *pad_before)
{
    *pad_before = 0;
    if (same) {
        *out = (in + stride - 1) / stride;
        int padding = (*out - 1) * stride + kernel - in;
        *pad_before = padding > 0 ? padding / 2 : 0;
    } else
        *out = in >= kernel ? (in - kernel) / stride + 1 : 0;
}

int conv_transposed_length(int in, int kernel, int stride, bool same)
{
    return in * stride + (!same && kernel > stride ? kernel - stride : 0);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static ConvWay forced; /* written once, before anyone reads it */

static void read_environment(void)
{
    const char *way = getenv("HOURGLASS_CONV");
    if (way && !strcmp(way, "direct"))
        forced = CONV_DIRECT;
    else if (way && !strcmp(way, "winograd"))
        forced = CONV_WINOGRAD;
}

static bool by_winograd(const ConvGeometry *g, WinogradUse use)
{
    pthread_once(&once, read_environment);
    ConvWay way = g->way == CONV_AUTO ? forced : g->way;
    return winograd_fits(g) && (way == CONV_WINOGRAD || (way == CONV_AUTO && winograd_pays(g, use)));
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

ConvPlan conv_plan(const ConvGeometry *g, bool wants_y, bool wants_dx, bool wants_dw)
{
    ConvPlan plan = {.geometry = *g, .wants_dx = wants_dx, .own.forward = wants_y};
    bool *winograd = plan.own.winograd;
    for (WinogradUse use = WINOGRAD_FORWARD; use <= WINOGRAD_WEIGHTS; use++)
        winograd[use] = by_winograd(g, use);
    int widest = g->in_c > g->out_c ? g->in_c : g->out_c;
    plan.own.bias = (size_t)conv_round_up(widest, 16);
    size_t scratch = 0;
    if (wants_y && winograd[WINOGRAD_FORWARD]) {
        WinogradPass pass = winograd_pass(g, WINOGRAD_FORWARD);
        plan.packed = winograd_packed(&pass);
        scratch = winograd_scratch(&pass);
    } else if (wants_y) {
        ConvPass pass = conv_pass_forward(g);
        plan.packed = conv_pass_packed(&pass);
    }
    plan.own.backward = plan.packed;
    if (wants_dx && winograd[WINOGRAD_BACKWARD]) {
        WinogradPass pass = winograd_pass(g, WINOGRAD_BACKWARD);
        plan.packed += winograd_packed(&pass);
        scratch = larger(scratch, winograd_scratch(&pass));
    } else if (wants_dx)
        for (int phase = 0; phase < g->stride_h * g->stride_w; phase++) {
            ConvPass pass = conv_pass_backward(g, phase / g->stride_w, phase % g->stride_w);
            plan.packed += conv_pass_packed(&pass);
        }
    plan.scratch = plan.own.bias + scratch;
    if (wants_dw && winograd[WINOGRAD_WEIGHTS]) {
        WinogradPass pass = winograd_pass(g, WINOGRAD_WEIGHTS);
        plan.scratch = larger(plan.scratch, winograd_weight_scratch(&pass));
    } else if (wants_dw)
        plan.scratch = larger(plan.scratch, conv_weight_scratch(g, conv_weight_way(g)));
    return plan;
}

void conv_pack(const ConvPlan *plan, const float *w, float *packed, int rank, int size)
{
    const ConvGeometry *g = &plan->geometry;
    if (plan->own.forward && plan->own.winograd[WINOGRAD_FORWARD]) {
        WinogradPass pass = winograd_pass(g, WINOGRAD_FORWARD);
        winograd_pack(&pass, g, false, w, packed, rank, size);
    } else if (plan->own.forward) {
        ConvPass pass = conv_pass_forward(g);
        conv_pass_pack(&pass, w, packed, rank, size);
    }
    packed += plan->own.backward;
    if (plan->wants_dx && plan->own.winograd[WINOGRAD_BACKWARD]) {
        WinogradPass pass = winograd_pass(g, WINOGRAD_BACKWARD);
        winograd_pack(&pass, g, true, w, packed, rank, size);
    } else if (plan->wants_dx)
        for (int phase = 0; phase < g->stride_h * g->stride_w; phase++) {
            ConvPass pass = conv_pass_backward(g, phase / g->stride_w, phase % g->stride_w);
            conv_pass_pack(&pass, w, packed, rank, size);
            packed += conv_pass_packed(&pass);
        }
}

/* The cheap activations are applied in registers, the others after each group of samples, while it is in cache. */
static bool finish_of(Activation act, ConvFinish *finish, float *alpha)
{
    static const ConvFinish finishes[ACT_COUNT] = {[ACT_LINEAR] = CONV_LINEAR, [ACT_RELU] = CONV_RELU,
                                                   [ACT_LRELU] = CONV_LRELU};
    *alpha = act.alpha;
    *finish = finishes[act.kind] ? finishes[act.kind] : CONV_LINEAR;
    return finishes[act.kind];
}

static void fill_bias(float *to, size_t size, int c, const float *bias)
{
    memset(to, 0, size * sizeof *to);
    if (bias)
        memcpy(to, bias, (size_t)c * sizeof *to);
}

/* Samples to work on together, so that an activation finds them in cache; transformed tiles have groups of their own. */
static int group_of(size_t sample, const WinogradPass *winograd, bool whole, int n)
{
    if (!winograd)
        return conv_group(sample);
    int tiles = winograd->tiles_h * winograd->tiles_w, least = tiles ? (winograd->group + tiles - 1) / tiles : n;
    return whole ? n : least;
}

void conv_forward(const ConvPlan *plan, int n, const float *x, const float *packed, const float *bias, Activation act,
                  float *y, float *scratch)
{
    ConvPass pass = conv_pass_forward(&plan->geometry);
    WinogradPass winograd = winograd_pass(&plan->geometry, WINOGRAD_FORWARD);
    bool transformed = plan->own.winograd[WINOGRAD_FORWARD];
    ConvFinish finish;
    float alpha;
    bool whole = finish_of(act, &finish, &alpha);
    fill_bias(scratch, plan->own.bias, pass.out_c, bias);
    int group = group_of((size_t)(pass.x_sample + pass.y_sample), transformed ? &winograd : NULL, whole, n);
    for (int s = 0; s < n; s += group) {
        int count = n - s < group ? n - s : group;
        const float *from = x + s * pass.x_sample;
        float *to = y + s * pass.y_sample;
        if (transformed)
            winograd_run(&winograd, count, from, packed, scratch, finish, alpha, to, scratch + plan->own.bias);
        else
            conv_pass_run(&pass, count, from, packed, scratch, finish, alpha, to);
        if (!whole)
            activation_forward(act, (size_t)count * (size_t)pass.y_sample, pass.out_c, to, to);
    }
}

void conv_input_gradient(const ConvPlan *plan, int n, const float *dy, const float *packed, const float *bias,
                         Activation act, float *dx, float *scratch)
{
    const ConvGeometry *g = &plan->geometry;
    ptrdiff_t dx_sample = (ptrdiff_t)g->in_h * g->in_w * g->in_c, dy_sample = (ptrdiff_t)g->out_h * g->out_w * g->out_c;
    WinogradPass winograd = winograd_pass(g, WINOGRAD_BACKWARD);
    bool transformed = plan->own.winograd[WINOGRAD_BACKWARD];
    ConvFinish finish;
    float alpha;
    bool whole = finish_of(act, &finish, &alpha);
    assert(plan->wants_dx);
    fill_bias(scratch, plan->own.bias, g->in_c, bias);
    int group = group_of((size_t)(dx_sample + dy_sample), transformed ? &winograd : NULL, whole, n);
    for (int s = 0; s < n; s += group) {
        int count = n - s < group ? n - s : group;
        const float *from = dy + s * dy_sample, *weights = packed + plan->own.backward;
        float *to = dx + s * dx_sample;
        if (transformed)
            winograd_run(&winograd, count, from, weights, scratch, finish, alpha, to, scratch + plan->own.bias);
        for (int phase = 0; !transformed && phase < g->stride_h * g->stride_w; phase++) {
            ConvPass pass = conv_pass_backward(g, phase / g->stride_w, phase % g->stride_w);
            conv_pass_run(&pass, count, from, weights, scratch, finish, alpha, to);
            weights += conv_pass_packed(&pass);
        }
        if (!whole)
            activation_forward(act, (size_t)count * (size_t)dx_sample, g->in_c, to, to);
    }
}

void conv_weight_gradient(const ConvPlan *plan, int n, const float *x, const float *dy, float *dw, float *scratch)
{
    const ConvGeometry *g = &plan->geometry;
    WinogradPass winograd = winograd_pass(g, WINOGRAD_WEIGHTS);
    if (plan->own.winograd[WINOGRAD_WEIGHTS])
        winograd_weight_run(&winograd, g, n, x, dy, dw, scratch);
    else
        conv_weight_run(g, conv_weight_way(g), n, x, dy, dw, scratch);
}

void bias_activation(size_t rows, int c, const float *bias, Activation act, float *y)
{
    ConvFinish finish;
    float alpha;
    bool whole = finish_of(act, &finish, &alpha);
    if (whole) {
        if (bias || finish != CONV_LINEAR)
            conv_kernels()->rows->finish(rows, c, bias, finish, alpha, y);
        return;
    }
    /* Some rows at a time, so that the second pass finds them in the first-level cache. */
    size_t some = (size_t)(2048 / c > 1 ? 2048 / c : 1);
    for (size_t first = 0; first < rows; first += some) {
        size_t count = rows - first < some ? rows - first : some;
        float *to = y + first * (size_t)c;
        if (bias)
            conv_kernels()->rows->finish(count, c, bias, CONV_LINEAR, 0, to);
        activation_forward(act, count * (size_t)c, c, to, to);
    }
}

void bias_gradient(size_t rows, int c, const float *dy, float *db)
{
    conv_kernels()->rows->sum(rows, c, dy, db);
}
