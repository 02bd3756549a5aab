/* One pass of a convolution: cuts the outputs into register blocks and packs the weights as those want them.
 *
 * The borders need no padded copy of the map.  Outputs whose kernel window is cut in the same way are worked on
 * together (a band of rows crossed with a band of columns), over all samples of the group, with just the part of the
 * kernel that lies inside: padding costs nothing, and small maps even save the multiplications with zeros. */
#include "tensor/conv_pass.h"

#include "tensor/pairs.h"
#include "tensor/team.h"

enum {
    TILE_FLOATS = 96 * 1024, /* of a map larger than the second-level cache, rows worked on at a time */
    LEAST_DOT = 8            /* shortest patch row for which dot products pay */
};

/* Consecutive outputs along one axis whose window meets the same taps of the kernel. */
typedef struct Band {
    int first, count, tap, taps;
} Band;

static Band band_at(int first, int end, int in, int kernel, int stride, int pad)
{
    Band band = {.first = first, .count = 1};
    for (int at = first; at < end; at++) {
        int from = pad - at * stride, to = in + from;
        from = from > 0 ? from : 0;
        to = to < kernel ? to : kernel;
        int taps = to > from ? to - from : 0;
        if (at == first)
            band.tap = from, band.taps = taps;
        else if (taps != band.taps || (taps && from != band.tap))
            break;
        band.count = at - first + 1;
        if (!from && to == kernel) { /* the inner band: its end is known */
            int inside = (in + pad - kernel) / stride + 1;
            band.count = (inside < end ? inside : end) - first;
            break;
        }
    }
    return band;
}

static bool dots_pay(const ConvPass *pass)
{
    return pass->out_c <= CONV_FILTERS && pass->kernel_w * pass->in_c >= LEAST_DOT;
}

ConvPass conv_pass_forward(const ConvGeometry *g)
{
    ConvPass pass = {
        .in_h = g->in_h, .in_w = g->in_w, .in_c = g->in_c,
        .out_h = g->out_h, .out_w = g->out_w, .out_c = g->out_c, .channels = g->in_c,
        .kernel_h = g->kernel_h, .kernel_w = g->kernel_w,
        .stride_h = g->stride_h, .stride_w = g->stride_w, .pad_h = g->pad_top, .pad_w = g->pad_left,
        .x_sample = (ptrdiff_t)g->in_h * g->in_w * g->in_c, .y_sample = (ptrdiff_t)g->out_h * g->out_w * g->out_c,
        .y_row = (ptrdiff_t)g->out_w * g->out_c, .y_pixel = g->out_c,
        .w_output = 1, .w_channel = g->out_c, .w_column = (ptrdiff_t)g->in_c * g->out_c,
        .w_row = (ptrdiff_t)g->kernel_w * g->in_c * g->out_c,
    };
    pass.dots = dots_pay(&pass);
    return pass;
}

ConvPass conv_pass_tap(const ConvGeometry *g, int ky, int kx)
{
    ConvPass pass = conv_pass_forward(g);
    pass.kernel_h = pass.kernel_w = 1;
    pass.pad_h -= ky;
    pass.pad_w -= kx;
    pass.w_first = ky * pass.w_row + kx * pass.w_column;
    pass.dots = dots_pay(&pass);
    return pass;
}

/* One axis of a phase.  Input i with i + pad = stride * q + phase receives
 *     sum over j of w[phase + stride * j] * dy[q - j],
 * and with j counted from the other end, t = taps - 1 - j, that is a convolution reading dy[q - (taps - 1) + t].
 * The phase's outputs are i = first, first + stride, ...; the first has the least q with i >= 0. */
typedef struct Phase {
    int first, count, taps, pad;
} Phase;

static Phase phase_axis(int in, int kernel, int stride, int pad, int phase)
{
    int q = pad > phase ? (pad - phase + stride - 1) / stride : 0;
    int first = stride * q + phase - pad;
    int taps = phase < kernel ? (kernel - phase + stride - 1) / stride : 0;
    return (Phase){first, first < in ? (in - first + stride - 1) / stride : 0, taps, taps - 1 - q};
}

ConvPass conv_pass_backward(const ConvGeometry *g, int phase_h, int phase_w)
{
    Phase h = phase_axis(g->in_h, g->kernel_h, g->stride_h, g->pad_top, phase_h);
    Phase w = phase_axis(g->in_w, g->kernel_w, g->stride_w, g->pad_left, phase_w);
    ptrdiff_t pixel = g->in_c, row = (ptrdiff_t)g->in_w * g->in_c;
    ptrdiff_t tap_w = (ptrdiff_t)g->in_c * g->out_c, tap_h = tap_w * g->kernel_w;
    ConvPass pass = {
        .in_h = g->out_h, .in_w = g->out_w, .in_c = g->out_c,
        .out_h = h.count, .out_w = w.count, .out_c = g->in_c, .channels = g->out_c,
        .kernel_h = h.taps, .kernel_w = w.taps, .stride_h = 1, .stride_w = 1, .pad_h = h.pad, .pad_w = w.pad,
        .x_sample = (ptrdiff_t)g->out_h * g->out_w * g->out_c, .y_sample = g->in_h * row,
        .y_first = h.first * row + w.first * pixel, .y_row = g->stride_h * row, .y_pixel = g->stride_w * pixel,
        .w_first = (phase_h + g->stride_h * (h.taps - 1)) * tap_h + (phase_w + g->stride_w * (w.taps - 1)) * tap_w,
        .w_row = -g->stride_h * tap_h, .w_column = -g->stride_w * tap_w, .w_channel = 1, .w_output = g->out_c,
    };
    pass.dots = dots_pay(&pass);
    return pass;
}

ConvPass conv_pass_in_pairs(const ConvPass *pass)
{
    ConvPass pairs = *pass;
    pairs.precision = PRECISION_BF16;
    pairs.in_c = pairs_of(pass->channels);
    pairs.x_sample = (ptrdiff_t)pass->in_h * pass->in_w * pairs.in_c;
    pairs.dots = dots_pay(&pairs);
    return pairs;
}

/* ---- weights: for dot products [output][tap][channel], for blocks [panel of vectors][tap][channel][lane] */

static size_t weight_rows(const ConvPass *pass)
{
    return (size_t)pass->kernel_h * (size_t)pass->kernel_w * (size_t)pass->in_c;
}

size_t conv_pass_packed(const ConvPass *pass)
{
    int columns = pass->dots ? pass->out_c : conv_round_up(pass->out_c, conv_kernels()->block->vector);
    return (weight_rows(pass) * (size_t)columns + 15) / 16 * 16;
}

/* One tap's words for `count` outputs: those of channels 2j and 2j + 1 at to[j * width]. */
static void pack_words(const ConvPass *pass, const float *from, int count, float *to, int width)
{
    if (pass->w_channel == 1)
        pairs_turned(count, pass->channels, from, (size_t)pass->w_output, to, (size_t)width);
    else
        pairs_across(pass->channels, (size_t)count, from, (size_t)pass->w_channel, to, (size_t)width);
}

static void pack_pairs(const ConvPass *pass, const float *w, float *packed, int rank, int size)
{
    int vector = conv_kernels()->block->vector, step = pass->dots ? 1 : CONV_VECTORS * vector, first, count;
    size_t rows = weight_rows(pass);
    team_slice(pass->kernel_h * pass->kernel_w, 1, rank, size, &first, &count);
    for (int tap = first; tap < first + count; tap++) {
        const float *from = w + pass->w_first + tap / pass->kernel_w * pass->w_row + tap % pass->kernel_w * pass->w_column;
        for (int panel = 0; panel < pass->out_c; panel += step) {
            int left = pass->out_c - panel, width = pass->dots ? 1 : conv_round_up(left, vector);
            width = width < step ? width : step;
            float *to = packed + (size_t)panel * rows + (size_t)tap * (size_t)pass->in_c * (size_t)width;
            pack_words(pass, from + panel * pass->w_output, left < width ? left : width, to, width);
        }
    }
}

void conv_pass_pack(const ConvPass *pass, const float *w, float *packed, int rank, int size)
{
    if (pass->precision == PRECISION_BF16) {
        pack_pairs(pass, w, packed, rank, size);
        return;
    }
    int vector = conv_kernels()->block->vector, taps = pass->kernel_h * pass->kernel_w, first, count;
    size_t rows = weight_rows(pass);
    team_slice(taps * pass->in_c, 1, rank, size, &first, &count);
    for (int row = first; row < first + count; row++) {
        int tap = row / pass->in_c, c = row % pass->in_c;
        const float *from = w + pass->w_first + tap / pass->kernel_w * pass->w_row + tap % pass->kernel_w * pass->w_column
                          + c * pass->w_channel;
        if (pass->dots) {
            for (int o = 0; o < pass->out_c; o++)
                packed[(size_t)o * rows + (size_t)row] = from[o * pass->w_output];
            continue;
        }
        for (int panel = 0; panel < pass->out_c; panel += CONV_VECTORS * vector) {
            int left = conv_round_up(pass->out_c - panel, vector);
            int width = left < CONV_VECTORS * vector ? left : CONV_VECTORS * vector;
            float *to = packed + (size_t)panel * rows + (size_t)row * (size_t)width;
            for (int lane = 0; lane < width; lane++)
                to[lane] = panel + lane < pass->out_c ? from[(panel + lane) * pass->w_output] : 0;
        }
    }
}

/* ---- running */

/* The outputs of a crossing of two bands, over all samples. */
typedef struct Crossing {
    const ConvPass *pass;
    int n;
    Band h, w;
    const float *x; /* where the window of the first output begins, sample 0 */
    float *y;       /* the first output, first column, sample 0 */
} Crossing;

/* Hands out a crossing in blocks of at most `most` outputs.  Where its rows are long, in strips: some neighbouring
 * columns, repeated down all rows.  Where they are short, blocks run on over rows and samples to be full. */
typedef struct Walk {
    const Crossing *crossing;
    bool strips;
    long total, blocks, block; /* outputs and blocks: of a row's strips, or of the whole crossing */
    int sample, row, column;
    ptrdiff_t x_pixel, x_row;
} Walk;

static Walk walk_start(const Crossing *c, int most)
{
    Walk walk = {.crossing = c, .strips = 2 * c->w.count > most,
                 .x_pixel = (ptrdiff_t)c->pass->stride_w * c->pass->in_c,
                 .x_row = (ptrdiff_t)c->pass->stride_h * c->pass->in_w * c->pass->in_c};
    walk.total = walk.strips ? c->w.count : (long)c->n * c->h.count * c->w.count;
    walk.blocks = (walk.total + most - 1) / most;
    return walk;
}

/* Names the next block's places and returns their number, 0 at the end.  Blocks are equal, give or take one. */
static int walk_next(Walk *walk, ConvPlaces *places)
{
    const Crossing *c = walk->crossing;
    const ConvPass *pass = c->pass;
    if (walk->block == walk->blocks) {
        if (!walk->strips || ++walk->sample == c->n)
            return 0;
        walk->block = walk->column = 0;
    }
    int count = (int)(walk->total * (walk->block + 1) / walk->blocks - walk->total * walk->block / walk->blocks);
    walk->block++;
    places->repeats = walk->strips ? c->h.count : 1;
    places->x_repeat = walk->x_row;
    places->y_repeat = pass->y_row;
    for (int p = 0; p < count;) {
        const float *x = c->x + walk->sample * pass->x_sample + walk->row * walk->x_row + walk->column * walk->x_pixel;
        float *y = c->y + walk->sample * pass->y_sample + walk->row * pass->y_row + walk->column * pass->y_pixel;
        int left = c->w.count - walk->column, some = count - p < left ? count - p : left;
        for (int i = 0; i < some; i++, p++, x += walk->x_pixel, y += pass->y_pixel) {
            places->x[p] = x;
            places->y[p] = y;
        }
        walk->column += some;
        if (some == left && !walk->strips) {
            walk->column = 0;
            if (++walk->row == c->h.count)
                walk->row = 0, walk->sample++;
        }
    }
    return count;
}

typedef struct Task {
    const float *x, *packed, *bias;
    ConvFinish finish;
    float alpha, *y;
} Task;

static void run_dots(const Crossing *crossing, ConvDots *dots)
{
    int filters = crossing->pass->out_c, rows;
    const ConvDotsKernels *kernels = conv_kernels_for(crossing->pass->precision)->dots;
    Walk walk = walk_start(crossing, kernels->rows[filters - 1]);
    while ((rows = walk_next(&walk, &dots->at)))
        kernels->dots[filters - 1][rows - 1](dots);
}

static void run_blocks(const Crossing *crossing, int vectors, ConvBlock *block)
{
    const ConvBlockKernels *kernels = conv_kernels_for(crossing->pass->precision)->block;
    Walk walk = walk_start(crossing, kernels->rows);
    int rows;
    while ((rows = walk_next(&walk, &block->at)))
        kernels->block[vectors - 1][rows - 1](block);
}

/* One panel of outputs (all of them for dot products) of one crossing. */
static void run_crossing(const ConvPass *pass, int n, Band h, Band w, const Task *task, int panel)
{
    ptrdiff_t x_row = (ptrdiff_t)pass->in_w * pass->in_c, rows = (ptrdiff_t)weight_rows(pass);
    ptrdiff_t skipped = ((ptrdiff_t)h.tap * pass->kernel_w + w.tap) * pass->in_c;
    ptrdiff_t w_run = (ptrdiff_t)pass->kernel_w * pass->in_c;
    bool inside = h.taps && w.taps; /* else nothing is seen of the map, and the sum is the bias */
    int runs = inside ? h.taps : 0, length = w.taps * pass->in_c;
    Crossing crossing = {pass, n, h, w, task->x, task->y + pass->y_first + h.first * pass->y_row
                                                     + w.first * pass->y_pixel + panel};
    if (inside)
        crossing.x += (h.first * pass->stride_h - pass->pad_h + h.tap) * x_row
                    + (ptrdiff_t)(w.first * pass->stride_w - pass->pad_w + w.tap) * pass->in_c;
    if (pass->dots) {
        ConvDots dots = {.w = task->packed + skipped, .bias = task->bias, .runs = runs, .length = length,
                         .x_run = x_row, .w_run = w_run, .w_filter = rows,
                         .finish = task->finish, .alpha = task->alpha};
        run_dots(&crossing, &dots);
        return;
    }
    int vector = conv_kernels()->block->vector, left = pass->out_c - panel;
    int vectors = left > vector ? CONV_VECTORS : 1;
    ConvBlock block = {.w = task->packed + panel * rows + skipped * vectors * vector, .bias = task->bias + panel,
                       .planes = 1, .runs = runs, .length = length, .x_run = x_row, .x_step = 1,
                       .w_run = w_run * vectors * vector, .w_step = vectors * vector,
                       .last = left < vectors * vector ? left - (vectors - 1) * vector : vector,
                       .finish = task->finish, .alpha = task->alpha};
    run_blocks(&crossing, vectors, &block);
}

void conv_pass_run(const ConvPass *pass, int n, const float *x, const float *packed, const float *bias,
                   ConvFinish finish, float alpha, float *y)
{
    if (!n || !pass->out_h || !pass->out_w)
        return;
    Task task = {x, packed, bias, finish, alpha, y};
    int step = pass->dots ? pass->out_c : CONV_VECTORS * conv_kernels()->block->vector;
    size_t row = (size_t)pass->out_w * (size_t)pass->out_c
               + (size_t)pass->stride_h * (size_t)pass->in_w * (size_t)pass->in_c;
    int tile = n > 1 || row * (size_t)pass->out_h <= 2 * TILE_FLOATS ? pass->out_h : (int)(TILE_FLOATS / row) + 1;
    for (int top = 0; top < pass->out_h; top += tile) {
        int end = pass->out_h - top < tile ? pass->out_h : top + tile;
        /* Panels outermost: one panel of the weights stays in cache while all outputs use it. */
        for (int panel = 0; panel < pass->out_c; panel += step) {
            Band h, w;
            for (int i = top; i < end; i += h.count) {
                h = band_at(i, end, pass->in_h, pass->kernel_h, pass->stride_h, pass->pad_h);
                for (int j = 0; j < pass->out_w; j += w.count) {
                    w = band_at(j, pass->out_w, pass->in_w, pass->kernel_w, pass->stride_w, pass->pad_w);
                    run_crossing(pass, n, h, w, &task, panel);
                }
            }
        }
    }
}
