/* The weight gradient: dw[ky][kx][c][o] += sum over samples and outputs of x[.. + ky][.. + kx][c] * dy[..][..][o].
 *
 * The same register block as in a pass: its rows are input channels, spread one number at a time, its columns are
 * filters, and it runs over pixels.  Three ways, by which side has enough channels to fill the registers:
 *
 * - wide: for each place of the kernel, the rectangle of outputs for which that place lies inside the map;
 * - few input channels: one place's channels would leave the rows empty, so rows go over all places of the kernel,
 *   reading a zero-padded copy of x, which is small because it has few channels;
 * - few filters: vectors of filters would be empty, so the roles are swapped: vectors of x's channels, each multiplied
 *   by the numbers of dy around it (a zero-padded copy), which gives the transposed gradient of a flipped kernel. */
#include "tensor/conv_pass.h"

#include <string.h>

enum {
    FEW = 4,
    PIXELS = 512 /* outputs summed in registers at a stretch: what they read stays in the first-level cache */
};

ConvWeightWay conv_weight_way(const ConvGeometry *g)
{
    if (g->out_c <= FEW && g->in_c > FEW && g->stride_h == 1 && g->stride_w == 1)
        return WEIGHT_FEW_OUT;
    return g->in_c <= FEW ? WEIGHT_FEW_IN : WEIGHT_WIDE;
}

/* A map whose rows of channels are read as whole vectors: itself, or a copy with zeros behind each pixel. */
static size_t widened_size(int pixels, int c)
{
    int vector = conv_kernels()->block->vector;
    return c % vector ? (size_t)pixels * (size_t)conv_round_up(c, vector) : 0;
}

static const float *widen(size_t pixels, int c, const float *from, float *scratch, int *width)
{
    int vector = conv_kernels()->block->vector;
    *width = conv_round_up(c, vector);
    if (*width == c)
        return from;
    float *to = scratch;
    for (size_t p = 0; p < pixels; p++, from += c, to += *width) {
        for (int i = 0; i < c; i++)
            to[i] = from[i];
        for (int i = c; i < *width; i++)
            to[i] = 0;
    }
    return scratch;
}

/* The few-channel ways see one problem: a padded map of few channels that is spread, a map that streams. */
typedef struct Few {
    int map_h, map_w, c;            /* the map of few channels */
    int padded_h, padded_w, pad_h, pad_w;
    int rows, columns, channels;    /* the map that streams */
    int kernel_h, kernel_w, stride_h, stride_w;
    Precision precision;
} Few;

static Few few_problem(const ConvGeometry *g, ConvWeightWay way)
{
    Few few = {.kernel_h = g->kernel_h, .kernel_w = g->kernel_w, .stride_h = g->stride_h, .stride_w = g->stride_w,
               .precision = g->precision};
    if (way == WEIGHT_FEW_IN) {
        few.map_h = g->in_h, few.map_w = g->in_w, few.c = g->in_c;
        few.pad_h = g->pad_top, few.pad_w = g->pad_left;
        few.rows = g->out_h, few.columns = g->out_w, few.channels = g->out_c;
    } else {
        few.map_h = g->out_h, few.map_w = g->out_w, few.c = g->out_c;
        few.pad_h = g->kernel_h - 1 - g->pad_top, few.pad_w = g->kernel_w - 1 - g->pad_left;
        few.rows = g->in_h, few.columns = g->in_w, few.channels = g->in_c;
    }
    few.padded_h = (few.rows - 1) * few.stride_h + few.kernel_h;
    few.padded_w = (few.columns - 1) * few.stride_w + few.kernel_w;
    return few;
}

static size_t padded_size(const Few *few)
{
    return (size_t)few->padded_h * (size_t)few->padded_w * (size_t)few->c;
}

static void pad(const Few *few, int n, const float *map, float *padded)
{
    /* The columns of the padded map that the map covers. */
    int from = few->pad_w > 0 ? few->pad_w : 0;
    int to = few->map_w + few->pad_w < few->padded_w ? few->map_w + few->pad_w : few->padded_w;
    memset(padded, 0, (size_t)n * padded_size(few) * sizeof *padded);
    for (int s = 0; s < n; s++)
        for (int y = 0; y < few->padded_h && to > from; y++) {
            int row = y - few->pad_h;
            if (row >= 0 && row < few->map_h)
                memcpy(padded + (((size_t)s * few->padded_h + y) * few->padded_w + from) * few->c,
                       map + (((size_t)s * few->map_h + row) * few->map_w + from - few->pad_w) * few->c,
                       (size_t)(to - from) * few->c * sizeof *padded);
        }
}

size_t conv_weight_scratch(const ConvGeometry *g, ConvWeightWay way)
{
    if (!g->out_h || !g->out_w)
        return 0;
    if (way == WEIGHT_WIDE)
        return (size_t)conv_group((size_t)g->out_h * g->out_w * g->out_c) * widened_size(g->out_h * g->out_w, g->out_c);
    Few few = few_problem(g, way);
    size_t sample = padded_size(&few) + widened_size(few.rows * few.columns, few.channels);
    size_t transposed = way == WEIGHT_FEW_OUT ? (size_t)g->kernel_h * g->kernel_w * g->out_c * g->in_c : 0;
    return transposed + 16 + (size_t)conv_group((size_t)few.rows * few.columns * few.channels) * (sample + 16);
}

/* Pixels to sum at a stretch: several whole samples, or some rows of one. */
typedef struct Stretch {
    int samples, rows;
} Stretch;

static Stretch stretch_of(int rows, int columns)
{
    if (rows * columns <= PIXELS)
        return (Stretch){PIXELS / (rows * columns), rows};
    int some = PIXELS / columns > 1 ? PIXELS / columns : 1;
    int stretches = (rows + some - 1) / some;
    return (Stretch){1, (rows + stretches - 1) / stretches};
}

static int most(int vectors_left)
{
    return vectors_left < CONV_VECTORS ? vectors_left : CONV_VECTORS;
}

/* Columns [panel, panel + vectors * vector) of the block's target, of which `channels - panel` exist. */
static void set_panel(ConvBlock *block, int panel, int channels, int *vectors)
{
    int vector = conv_kernels()->block->vector, left = channels - panel;
    *vectors = most((left + vector - 1) / vector);
    block->last = left < *vectors * vector ? left - (*vectors - 1) * vector : vector;
}

static void few_run(const Few *few, int n, const float *map, const float *stream, float *sum, float *scratch)
{
    const ConvBlockKernels *kernels = conv_kernels_for(few->precision)->block;
    int width, rows = few->kernel_h * few->kernel_w * few->c;
    ptrdiff_t padded_sample = (ptrdiff_t)padded_size(few), padded_row = (ptrdiff_t)few->padded_w * few->c;
    float *padded = scratch;
    pad(few, n, map, padded);
    stream = widen((size_t)n * few->rows * few->columns, few->channels, stream, padded + n * padded_sample, &width);
    ptrdiff_t stream_row = (ptrdiff_t)few->columns * width, stream_sample = few->rows * stream_row;
    ConvBlock block = {.length = few->columns, .x_plane = padded_sample, .x_run = few->stride_h * padded_row,
                       .x_step = (ptrdiff_t)few->stride_w * few->c, .w_plane = stream_sample, .w_run = stream_row,
                       .w_step = width, .at.repeats = 1, .finish = CONV_ADD};
    Stretch stretch = stretch_of(few->rows, few->columns);
    int blocks = (rows + kernels->rows - 1) / kernels->rows, vectors;
    for (int s = 0; s < n; s += stretch.samples)
        for (int top = 0; top < few->rows; top += stretch.rows) {
            block.planes = n - s < stretch.samples ? n - s : stretch.samples;
            block.runs = few->rows - top < stretch.rows ? few->rows - top : stretch.rows;
            const float *x = padded + s * padded_sample + top * few->stride_h * padded_row;
            for (int panel = 0; panel < few->channels; panel += CONV_VECTORS * kernels->vector) {
                set_panel(&block, panel, few->channels, &vectors);
                block.w = stream + s * stream_sample + top * stream_row + panel;
                for (int b = 0; b < blocks; b++) {
                    int first = rows * b / blocks, count = rows * (b + 1) / blocks - first;
                    for (int p = 0; p < count; p++) {
                        int place = (first + p) / few->c, c = (first + p) % few->c;
                        block.at.x[p] = x + place / few->kernel_w * padded_row + place % few->kernel_w * few->c + c;
                        block.at.y[p] = sum + (ptrdiff_t)(first + p) * few->channels + panel;
                    }
                    kernels->block[vectors - 1][count - 1](&block);
                }
            }
        }
}

/* The outputs [first, end) along one axis for which place `tap` of the kernel lies inside the map. */
static void outputs_of_tap(int in, int out, int stride, int pad, int tap, int *first, int *end)
{
    int before = pad - tap; /* output i reads i * stride - before */
    *first = before > 0 ? (before + stride - 1) / stride : 0;
    int beyond = in + before > 0 ? (in + before + stride - 1) / stride : 0;
    *end = beyond < out ? beyond : out;
}

static void wide_place(const ConvGeometry *g, ConvBlock block, int ky, int kx, int top, int bottom, const float *x,
                       const float *dy, int vectors, float *dw)
{
    const ConvBlockKernels *kernels = conv_kernels_for(g->precision)->block;
    int y0, y1, x0, x1;
    outputs_of_tap(g->in_h, g->out_h, g->stride_h, g->pad_top, ky, &y0, &y1);
    outputs_of_tap(g->in_w, g->out_w, g->stride_w, g->pad_left, kx, &x0, &x1);
    y0 = y0 > top ? y0 : top;
    y1 = y1 < bottom ? y1 : bottom;
    if (y0 >= y1 || x0 >= x1)
        return;
    block.runs = y1 - y0;
    block.length = x1 - x0;
    block.w = dy + y0 * block.w_run + x0 * block.w_step;
    x += ((ptrdiff_t)(y0 * g->stride_h - g->pad_top + ky) * g->in_w + x0 * g->stride_w - g->pad_left + kx) * g->in_c;
    int blocks = (g->in_c + kernels->rows - 1) / kernels->rows;
    for (int b = 0; b < blocks; b++) {
        int first = g->in_c * b / blocks, count = g->in_c * (b + 1) / blocks - first;
        for (int p = 0; p < count; p++) {
            block.at.x[p] = x + first + p;
            block.at.y[p] = dw + (ptrdiff_t)(first + p) * g->out_c;
        }
        kernels->block[vectors - 1][count - 1](&block);
    }
}

static void wide_run(const ConvGeometry *g, int only, int n, const float *x, const float *dy, float *dw, float *scratch)
{
    int width, vectors, vector = conv_kernels()->block->vector;
    dy = widen((size_t)n * g->out_h * g->out_w, g->out_c, dy, scratch, &width);
    ptrdiff_t x_row = (ptrdiff_t)g->in_w * g->in_c, x_sample = g->in_h * x_row;
    ptrdiff_t dy_row = (ptrdiff_t)g->out_w * width, dy_sample = g->out_h * dy_row;
    ConvBlock block = {.x_plane = x_sample, .x_run = g->stride_h * x_row, .x_step = (ptrdiff_t)g->stride_w * g->in_c,
                       .w_plane = dy_sample, .w_run = dy_row, .w_step = width, .at.repeats = 1, .finish = CONV_ADD};
    Stretch stretch = stretch_of(g->out_h, g->out_w);
    for (int s = 0; s < n; s += stretch.samples)
        for (int top = 0; top < g->out_h; top += stretch.rows) {
            int bottom = g->out_h - top < stretch.rows ? g->out_h : top + stretch.rows;
            block.planes = n - s < stretch.samples ? n - s : stretch.samples;
            for (int panel = 0; panel < g->out_c; panel += CONV_VECTORS * vector) {
                set_panel(&block, panel, g->out_c, &vectors);
                for (int place = only < 0 ? 0 : only; place < (only < 0 ? g->kernel_h * g->kernel_w : only + 1); place++)
                    wide_place(g, block, place / g->kernel_w, place % g->kernel_w, top, bottom, x + s * x_sample,
                               dy + s * dy_sample + panel, vectors,
                               dw + (ptrdiff_t)place * g->in_c * g->out_c + panel);
            }
        }
}

static void add_flipped(const ConvGeometry *g, const float *sum, float *dw)
{
    int places = g->kernel_h * g->kernel_w;
    for (int place = 0; place < places; place++)
        for (int c = 0; c < g->in_c; c++)
            for (int f = 0; f < g->out_c; f++)
                dw[((ptrdiff_t)place * g->in_c + c) * g->out_c + f] +=
                    sum[((ptrdiff_t)(places - 1 - place) * g->out_c + f) * g->in_c + c];
}

void conv_weight_run(const ConvGeometry *g, ConvWeightWay way, int place, int n, const float *x, const float *dy,
                     float *dw, float *scratch)
{
    ptrdiff_t x_sample = (ptrdiff_t)g->in_h * g->in_w * g->in_c, dy_sample = (ptrdiff_t)g->out_h * g->out_w * g->out_c;
    if (!dy_sample)
        return;
    Few few = few_problem(g, way);
    int group = conv_group((size_t)(way == WEIGHT_FEW_OUT ? x_sample : dy_sample));
    size_t sums = (size_t)g->kernel_h * g->kernel_w * g->out_c * g->in_c;
    float *sum = scratch;
    if (way == WEIGHT_FEW_OUT)
        memset(sum, 0, sums * sizeof *sum);
    for (int s = 0; s < n; s += group) {
        int count = n - s < group ? n - s : group;
        if (way == WEIGHT_WIDE)
            wide_run(g, place, count, x + s * x_sample, dy + s * dy_sample, dw, scratch);
        else if (way == WEIGHT_FEW_IN)
            few_run(&few, count, x + s * x_sample, dy + s * dy_sample, dw, scratch);
        else
            few_run(&few, count, dy + s * dy_sample, x + s * x_sample, sum, scratch + sums);
    }
    if (way == WEIGHT_FEW_OUT)
        add_flipped(g, sum, dw);
}
