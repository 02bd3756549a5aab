/* Convolution: the plan, the packing of the weights, and the three passes as the layers call them. */
#include "config.h" /* DISABLE_SIMD */

#include "tensor/conv.h"

#include "tensor/conv_pass.h"
#include "tensor/conv_winograd.h"
#include "tensor/isa.h"
#include "tensor/pairs.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_FLOATS = 128 * 1024 };

#define FLOATS(isa) {&conv_block_kernels_##isa, &conv_dots_kernels_##isa, &conv_rows_kernels_##isa, conv_winograd_kernels_##isa}
#define PAIRS(isa, rest) \
    {&conv_block_kernels_pairs_##isa, &conv_dots_kernels_pairs_##isa, &conv_rows_kernels_##rest, conv_winograd_kernels_##rest}

const ConvKernels *conv_kernels_for(Precision factors)
{
    static const ConvKernels kernels[][ISA_COUNT] = {
        [PRECISION_FLOAT32][ISA_BASELINE] = FLOATS(baseline),
        [PRECISION_BF16][ISA_BASELINE] = PAIRS(baseline, baseline),
#if defined(__x86_64__) && !defined(DISABLE_SIMD)
        [PRECISION_FLOAT32][ISA_AVX2] = FLOATS(avx2),
        [PRECISION_FLOAT32][ISA_AVX512] = FLOATS(avx512),
        [PRECISION_FLOAT32][ISA_AVX512BF16] = FLOATS(avx512),
        [PRECISION_BF16][ISA_AVX2] = PAIRS(avx2, avx2),
        [PRECISION_BF16][ISA_AVX512] = PAIRS(avx512, avx512),
        [PRECISION_BF16][ISA_AVX512BF16] = PAIRS(avx512bf16, avx512),
#endif
    };
    return &kernels[factors][isa_chosen()];
}

const ConvKernels *conv_kernels(void)
{
    return conv_kernels_for(PRECISION_FLOAT32);
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

/* What a multiplication in bf16 takes of the time of one in float32, making the pairs included: a weight gradient's are of
 * samples, the others' of the channels that are summed.  Measured on the layers of bench/bench_conv.c. */
static double pair_cost(const ConvGeometry *g, ConvResult result)
{
    int channels = result == CONV_Y ? g->in_c : g->out_c;
    return result == CONV_DW ? 0.53 : 1.1 * pairs_of(channels) / channels;
}

typedef struct Way {
    bool winograd, pairs;
    double cost;
} Way;

static Way way_of(const ConvGeometry *g, ConvResult result)
{
    pthread_once(&once, read_environment);
    ConvWay way = g->way == CONV_AUTO ? forced : g->way;
    double pair = g->precision == PRECISION_BF16 ? pair_cost(g, result) : 1;
    bool pairs = g->precision == PRECISION_BF16 && (pair < 1 || way == CONV_DIRECT);
    Way direct = {.pairs = pairs, .cost = (pairs ? pair : 1) * winograd_direct_cost(g)};
    if (!winograd_fits(g) || way == CONV_DIRECT)
        return direct;
    Way winograd = {.winograd = true, .cost = winograd_cost(g, result)};
    return way == CONV_WINOGRAD || winograd.cost < direct.cost ? winograd : direct;
}

double conv_cost(const ConvGeometry *g, ConvResult result)
{
    return way_of(g, result).cost;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---- parts: a pass is one or several convolutions, each done directly or by transforms */

typedef struct Part {
    bool transformed;
    ConvPass direct;
    WinogradPass winograd;
} Part;

static int parts_of(const ConvPlan *plan, ConvResult result)
{
    const ConvGeometry *g = &plan->geometry;
    if (plan->own.winograd[result])
        return winograd_parts(g, result);
    return result == CONV_DX ? g->stride_h * g->stride_w : 1;
}

static Part part_of(const ConvPlan *plan, ConvResult result, int i)
{
    const ConvGeometry *g = &plan->geometry;
    Part part = {.transformed = plan->own.winograd[result]};
    int phase_h = i / g->stride_w, phase_w = i % g->stride_w;
    bool single = false;
    if (part.transformed) {
        part.winograd = winograd_pass(g, result, i);
        single = part.winograd.kind == WINOGRAD_KINDS;
        part.transformed = !single;
        phase_h = part.winograd.phase_h;
        phase_w = part.winograd.phase_w;
    }
    if (!part.transformed)
        part.direct = result == CONV_DX ? conv_pass_backward(g, phase_h, phase_w)
                    : single            ? conv_pass_tap(g, phase_h, phase_w)
                                        : conv_pass_forward(g);
    if (plan->own.pairs[result])
        part.direct = conv_pass_in_pairs(&part.direct);
    return part;
}

static size_t part_packed(const Part *part)
{
    return part->transformed ? winograd_packed(&part->winograd) : conv_pass_packed(&part->direct);
}

static size_t sample_floats(const ConvGeometry *g)
{
    return (size_t)g->in_h * (size_t)g->in_w * (size_t)g->in_c + (size_t)g->out_h * (size_t)g->out_w * (size_t)g->out_c;
}

/* A weight gradient in bf16 pairs the samples of two groups. */
static size_t weight_words(const ConvGeometry *g)
{
    return ((size_t)conv_group(sample_floats(g)) * sample_floats(g) + 15) / 16 * 16;
}

ConvPlan conv_plan(const ConvGeometry *g, bool wants_y, bool wants_dx, bool wants_dw)
{
    ConvPlan plan = {.geometry = *g, .wants_dx = wants_dx, .own.forward = wants_y};
    const bool wanted[] = {[CONV_Y] = wants_y, [CONV_DX] = wants_dx};
    int widest = g->in_c > g->out_c ? g->in_c : g->out_c;
    plan.own.bias = (size_t)conv_round_up(widest, 16);
    size_t scratch = 0;
    for (ConvResult result = CONV_Y; result <= CONV_DW; result++)
    {
        Way way = way_of(g, result);
        plan.own.winograd[result] = way.winograd;
        plan.own.pairs[result] = way.pairs;
    }
    for (ConvResult result = CONV_Y; result <= CONV_DX; result++) {
        if (result == CONV_DX)
            plan.own.backward = plan.packed;
        for (int i = 0; wanted[result] && i < parts_of(&plan, result); i++) {
            Part part = part_of(&plan, result, i);
            plan.packed += part_packed(&part);
            if (part.transformed)
                scratch = larger(scratch, winograd_scratch(&part.winograd));
            if (plan.own.pairs[result])
                scratch = larger(scratch, (size_t)conv_group(sample_floats(g)) * (size_t)part.direct.x_sample);
        }
    }
    plan.scratch = plan.own.bias + scratch;
    bool transformed = plan.own.winograd[CONV_DW];
    if (wants_dw && !transformed)
        plan.scratch = larger(plan.scratch, (plan.own.pairs[CONV_DW] ? weight_words(g) : 0)
                                                + conv_weight_scratch(g, conv_weight_way(g)));
    for (int i = 0; wants_dw && transformed && i < winograd_parts(g, CONV_DW); i++) {
        WinogradPass pass = winograd_pass(g, CONV_DW, i);
        plan.scratch = larger(plan.scratch, pass.kind == WINOGRAD_KINDS ? conv_weight_scratch(g, WEIGHT_WIDE)
                                                                        : winograd_weight_scratch(&pass));
    }
    return plan;
}

void conv_pack(const ConvPlan *plan, const float *w, float *packed, int rank, int size)
{
    const bool wanted[] = {[CONV_Y] = plan->own.forward, [CONV_DX] = plan->wants_dx};
    for (ConvResult result = CONV_Y; result <= CONV_DX; result++)
        for (int i = 0; wanted[result] && i < parts_of(plan, result); i++) {
            Part part = part_of(plan, result, i);
            if (part.transformed)
                winograd_pack(&part.winograd, &plan->geometry, result == CONV_DX, w, packed, rank, size);
            else
                conv_pass_pack(&part.direct, w, packed, rank, size);
            packed += part_packed(&part);
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

/* Samples to work on together, so that what follows a part finds them in cache; transformed tiles have groups of their own. */
static int group_of(const ConvPlan *plan, ConvResult result, size_t sample, bool whole, int n)
{
    int parts = parts_of(plan, result);
    if (!plan->own.winograd[result] || parts > 1)
        return conv_group(sample);
    if (whole)
        return n;
    WinogradPass pass = winograd_pass(&plan->geometry, result, 0);
    int tiles = pass.tiles_h * pass.tiles_w;
    return tiles ? (pass.group + tiles - 1) / tiles : n;
}

/* The map that a pass reads. */
static const float *in_pairs(const ConvGeometry *g, ConvResult result, int n, const float *from, float *words)
{
    int pixels = result == CONV_Y ? g->in_h * g->in_w : g->out_h * g->out_w;
    pairs_along((size_t)n * (size_t)pixels, result == CONV_Y ? g->in_c : g->out_c, from, words);
    return words;
}

/* y or dx of a group.  The parts of a sum are added to it one after the other, and the activation comes last. */
static void run_group(const ConvPlan *plan, ConvResult result, int n, const float *from, const float *packed,
                      ConvFinish finish, float alpha, size_t rows, int channels, float *to, float *scratch)
{
    int parts = parts_of(plan, result);
    bool sums = result == CONV_Y && parts > 1;
    if (plan->own.pairs[result])
        from = in_pairs(&plan->geometry, result, n, from, scratch + plan->own.bias);
    for (int i = 0; i < parts; i++) {
        Part part = part_of(plan, result, i);
        ConvFinish now = !sums ? finish : i ? CONV_ADD : CONV_LINEAR;
        if (part.transformed)
            winograd_run(&part.winograd, n, from, packed, scratch, now, alpha, to, scratch + plan->own.bias);
        else
            conv_pass_run(&part.direct, n, from, packed, scratch, now, alpha, to);
        packed += part_packed(&part);
    }
    if (sums && finish != CONV_LINEAR)
        conv_kernels()->rows->finish(rows * (size_t)channels, finish, alpha, to);
}

static void run_pass(const ConvPlan *plan, ConvResult result, int n, const float *from, const float *packed,
                     const float *bias, Activation act, float *to, float *scratch)
{
    const ConvGeometry *g = &plan->geometry;
    bool forward = result == CONV_Y;
    size_t x_rows = (size_t)g->in_h * (size_t)g->in_w, y_rows = (size_t)g->out_h * (size_t)g->out_w;
    size_t rows = forward ? y_rows : x_rows;
    int channels = forward ? g->out_c : g->in_c;
    ptrdiff_t x_sample = (ptrdiff_t)x_rows * g->in_c, y_sample = (ptrdiff_t)y_rows * g->out_c;
    ptrdiff_t from_sample = forward ? x_sample : y_sample, to_sample = forward ? y_sample : x_sample;
    ConvFinish finish;
    float alpha;
    bool whole = finish_of(act, &finish, &alpha);
    fill_bias(scratch, plan->own.bias, channels, bias);
    int group = group_of(plan, result, (size_t)(x_sample + y_sample), whole, n);
    for (int s = 0; s < n; s += group) {
        int count = n - s < group ? n - s : group;
        float *out = to + s * to_sample;
        run_group(plan, result, count, from + s * from_sample, packed, finish, alpha, (size_t)count * rows, channels, out,
                  scratch);
        if (!whole)
            activation_forward(act, (size_t)count * (size_t)to_sample, channels, out, out);
    }
}

void conv_forward(const ConvPlan *plan, int n, const float *x, const float *packed, const float *bias, Activation act,
                  float *y, float *scratch)
{
    run_pass(plan, CONV_Y, n, x, packed, bias, act, y, scratch);
}

void conv_input_gradient(const ConvPlan *plan, int n, const float *dy, const float *packed, const float *bias,
                         Activation act, float *dx, float *scratch)
{
    assert(plan->wants_dx);
    run_pass(plan, CONV_DX, n, dy, packed + plan->own.backward, bias, act, dx, scratch);
}

static void weight_gradient_in_pairs(const ConvGeometry *g, int n, const float *x, const float *dy, float *dw, float *scratch)
{
    size_t x_sample = (size_t)g->in_h * (size_t)g->in_w * (size_t)g->in_c, dy_sample = sample_floats(g) - x_sample;
    int group = conv_group(sample_floats(g));
    float *x_words = scratch, *dy_words = scratch + (size_t)group * x_sample;
    for (int s = 0; s < n; s += 2 * group) {
        int count = n - s < 2 * group ? n - s : 2 * group;
        pairs_across(count, x_sample, x + (size_t)s * x_sample, x_sample, x_words, x_sample);
        pairs_across(count, dy_sample, dy + (size_t)s * dy_sample, dy_sample, dy_words, dy_sample);
        conv_weight_run(g, conv_weight_way(g), -1, pairs_of(count), x_words, dy_words, dw, scratch + weight_words(g));
    }
}

void conv_weight_gradient(const ConvPlan *plan, int n, const float *x, const float *dy, float *dw, float *scratch)
{
    ConvGeometry floats = plan->geometry;
    const ConvGeometry *g = &floats;
    floats.precision = PRECISION_FLOAT32;
    if (plan->own.pairs[CONV_DW]) {
        weight_gradient_in_pairs(&plan->geometry, n, x, dy, dw, scratch);
        return;
    }
    if (!plan->own.winograd[CONV_DW]) {
        conv_weight_run(g, conv_weight_way(g), -1, n, x, dy, dw, scratch);
        return;
    }
    for (int i = 0; i < winograd_parts(g, CONV_DW); i++) {
        WinogradPass pass = winograd_pass(g, CONV_DW, i);
        if (pass.kind == WINOGRAD_KINDS)
            conv_weight_run(g, WEIGHT_WIDE, pass.phase_h * g->kernel_w + pass.phase_w, n, x, dy, dw, scratch);
        else
            winograd_weight_run(&pass, g, n, x, dy, dw, scratch);
    }
}

void bias_gradient(size_t rows, int c, const float *dy, float *db)
{
    conv_kernels()->rows->sum(rows, c, dy, db);
}
