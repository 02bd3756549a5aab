/* Winograd's convolution: which layers it suits, and the passes as transforms around one product a point.
 *
 * Transformed tiles stand as [point][tile][channel], so that each point is a matrix, tiles x channels, and the register
 * block of the direct kernels multiplies it: its rows are tiles in a pass, channels in the weight gradient.  That sums
 * over tiles in the transformed domain and goes back once a call. */
#include "tensor/conv_winograd.h"

#include "tensor/team.h"

#include <string.h>

enum {
    MOST_PLACES = CONV_WINOGRAD_SIDE * CONV_WINOGRAD_SIDE,
    LARGEST_TAPS = 5,
    GROUP_FLOATS = 160 * 1024, /* transformed tiles in the second-level cache */
    LEAST_GROUP = 42, /* three blocks of tiles that share one reading of the weights */
    MOST_GROUP = 448  /* between half and twice of these the speed changes by less than other programs' traffic does */
};

/* Along a side: outputs of a tile, taps, and the points that takes. */
typedef struct Side {
    int tile, taps, points;
} Side;

static Side side_of(int taps)
{
    int tile = taps == 1 ? 1 : CONV_WINOGRAD_TILE;
    return (Side){tile, taps, tile + taps - 1};
}

static Side side_h(const WinogradPass *pass)
{
    static const int taps[WINOGRAD_KINDS] = {2, 2, 1, 3, 5};
    return side_of(taps[pass->kind]);
}

static Side side_w(const WinogradPass *pass)
{
    static const int taps[WINOGRAD_KINDS] = {2, 1, 2, 3, 5};
    return side_of(taps[pass->kind]);
}

static const ConvWinogradKernels *kernels_of(const WinogradPass *pass)
{
    return &conv_kernels()->winograd[pass->kind];
}

static int vector_size(void)
{
    return conv_kernels()->block->vector;
}

/* ---- sizes */

static int points(const WinogradPass *pass)
{
    return side_h(pass).points * side_w(pass).points;
}

static int phases(const WinogradView *view)
{
    return view->phases_h * view->phases_w;
}

/* Channels of one phase and of all, in whole vectors. */
static int width(const WinogradView *view)
{
    return conv_round_up(view->c, vector_size());
}

static int full_width(const WinogradView *view)
{
    return phases(view) * width(view);
}

/* Floats from point to point of a group's tiles; the odd line keeps points apart in the cache's sets. */
static ptrdiff_t point_size(const WinogradPass *pass, const WinogradView *view)
{
    return (ptrdiff_t)pass->group * full_width(view) + 16;
}

static int taps_of(int kernel, int stride)
{
    return (kernel + stride - 1) / stride;
}

static int largest_taps(const ConvGeometry *g)
{
    int h = taps_of(g->kernel_h, g->stride_h), w = taps_of(g->kernel_w, g->stride_w);
    return h > w ? h : w;
}

bool winograd_fits(const ConvGeometry *g)
{
    return largest_taps(g) <= LARGEST_TAPS;
}

static int tiles_of(int outputs, int tile)
{
    return outputs > 0 ? (outputs + tile - 1) / tile : 0;
}

/* One axis of the gradient with respect to x: dx[q * stride + p - pad] = sum over t of w[p + t * stride] dy[q - t], where p is
 * one phase, or the last of all.  `first` is the least q with a pixel in the map, `count` how many have. */
typedef struct Reach {
    int first, count;
} Reach;

static Reach reach_of(int in, int stride, int pad, int first_phase, int last_phase)
{
    int first = pad > last_phase ? (pad - last_phase + stride - 1) / stride : 0;
    int end = (in - 1 + pad - first_phase) >= 0 ? (in - 1 + pad - first_phase) / stride + 1 : 0;
    return (Reach){first, end > first ? end - first : 0};
}

static WinogradKind kind_of(int taps_h, int taps_w)
{
    int taps = taps_h > taps_w ? taps_h : taps_w;
    if (taps_h == 1 || taps_w == 1)
        return taps == 1 ? WINOGRAD_KINDS : taps_h == 1 ? WINOGRAD_1X2 : WINOGRAD_2X1;
    return taps > 3 ? WINOGRAD_5X5 : taps == 3 ? WINOGRAD_3X3 : WINOGRAD_2X2;
}

/* Phases with 1 or 2 taps are worth telling apart: 3 x 3 with stride 2.  So are those of 4 x 4 where they want different
 * tiles of dy, one pixel apart, and both together would need more of them. */
int winograd_parts(const ConvGeometry *g, ConvResult result)
{
    if (g->stride_h != 2 || g->stride_w != 2 || g->kernel_h != g->kernel_w)
        return 1;
    bool apart = result == CONV_DX && g->kernel_h == 4
              && (g->pad_top % 2 || g->pad_left % 2) && (g->in_h % 8 == 0 || g->in_w % 8 == 0);
    return g->kernel_h == 3 || apart ? 4 : 1;
}

WinogradPass winograd_pass(const ConvGeometry *g, ConvResult result, int part)
{
    int parts = winograd_parts(g, result), taps = largest_taps(g) > 2 ? largest_taps(g) : 2;
    WinogradPass pass = {.kind = kind_of(taps, taps)};
    WinogradView x = {g->in_h, g->in_w, g->in_c, g->stride_h, g->stride_w, g->pad_top, g->pad_left, g->stride_h,
                      g->stride_w};
    WinogradView y = {g->out_h, g->out_w, g->out_c, 1, 1, 0, 0, 1, 1};
    if (parts > 1) {
        int phase = parts - 1 - part; /* the last phase has the fewest taps */
        pass.phase_h = phase / g->stride_w;
        pass.phase_w = phase % g->stride_w;
        pass.kind = kind_of(taps_of(g->kernel_h - pass.phase_h, g->stride_h),
                            taps_of(g->kernel_w - pass.phase_w, g->stride_w));
        x.phases_h = x.phases_w = 1;
        x.before_h -= pass.phase_h;
        x.before_w -= pass.phase_w;
        if (pass.kind == WINOGRAD_KINDS)
            return pass;
    }
    Side h = side_h(&pass), w = side_w(&pass);
    if (result == CONV_DX) {
        Reach over_h = reach_of(g->in_h, g->stride_h, g->pad_top, pass.phase_h, pass.phase_h + x.phases_h - 1);
        Reach over_w = reach_of(g->in_w, g->stride_w, g->pad_left, pass.phase_w, pass.phase_w + x.phases_w - 1);
        pass.tiles_h = tiles_of(over_h.count, h.tile);
        pass.tiles_w = tiles_of(over_w.count, w.tile);
        x.before_h -= over_h.first * g->stride_h;
        x.before_w -= over_w.first * g->stride_w;
        y.before_h = h.taps - 1 - over_h.first;
        y.before_w = w.taps - 1 - over_w.first;
        pass.in = y;
        pass.out = x;
    } else {
        pass.tiles_h = tiles_of(g->out_h, h.tile);
        pass.tiles_w = tiles_of(g->out_w, w.tile);
        pass.in = x;
        pass.out = y;
    }
    int fitting = GROUP_FLOATS / (points(&pass) * (full_width(&pass.in) + full_width(&pass.out)));
    pass.group = fitting < LEAST_GROUP ? LEAST_GROUP : fitting > MOST_GROUP ? MOST_GROUP : fitting;
    return pass;
}

/* ---- tiles */

/* Lists the places of a rectangle of tile coordinates; what lies outside of the map is `outside`. */
static void find_places(const WinogradView *view, float *map, int phase, int top, int left, int height, int length,
                        float *outside, float **place)
{
    int row = top * view->stride_h + phase / view->phases_w - view->before_h;
    int first = left * view->stride_w + phase % view->phases_w - view->before_w;
    for (int i = 0; i < height; i++, row += view->stride_h) {
        float *from = row >= 0 && row < view->h ? map + (ptrdiff_t)row * view->w * view->c : NULL;
        for (int j = 0, column = first; j < length; j++, column += view->stride_w)
            *place++ = from && column >= 0 && column < view->w ? from + (ptrdiff_t)column * view->c : outside;
    }
}

/* The tiles [first, first + count) of all samples' tiles in a row. */
typedef struct Group {
    long first;
    int count;
} Group;

/* What a transform reads or writes of a map: a rectangle at each tile, in every phase. */
typedef struct Squares {
    const WinogradPass *pass;
    const WinogradView *view;
    float *map, *outside; /* `outside`: zeros to read, or floats to waste */
    int height, length;   /* in places */
} Squares;

static void square_places(const Squares *s, long tile, int phase, float **place)
{
    const WinogradPass *pass = s->pass;
    const WinogradView *view = s->view;
    long sample = tile / (pass->tiles_h * pass->tiles_w);
    int at = (int)(tile % (pass->tiles_h * pass->tiles_w));
    find_places(view, s->map + sample * ((ptrdiff_t)view->h * view->w * view->c), phase,
                at / pass->tiles_w * side_h(pass).tile, at % pass->tiles_w * side_w(pass).tile, s->height, s->length,
                s->outside, place);
}

static void transform(const Squares *s, Group group, ConvWinogradToPoints *to_points, float *to)
{
    float *place[MOST_PLACES];
    for (int t = 0; t < group.count; t++)
        for (int phase = 0; phase < phases(s->view); phase++, to += width(s->view)) {
            square_places(s, group.first + t, phase, place);
            to_points(place, s->view->c, to, point_size(s->pass, s->view));
        }
}

static void transform_back(const Squares *s, Group group, ConvWinogradSums sums)
{
    float *place[MOST_PLACES];
    for (int t = 0; t < group.count; t++)
        for (int phase = 0; phase < phases(s->view); phase++, sums.points += width(s->view)) {
            square_places(s, group.first + t, phase, place);
            kernels_of(s->pass)->to_tile(&sums, s->view->c, place);
        }
}

/* Equal groups, give or take one tile. */
static int group_count(const WinogradPass *pass, long tiles)
{
    return (int)((tiles + pass->group - 1) / pass->group);
}

static Group group_at(long tiles, int groups, int i)
{
    long first = tiles * i / groups;
    return (Group){first, (int)(tiles * (i + 1) / groups - first)};
}

/* Gives `rows` rows, x_row and y_row apart, to the register block in equal parts. */
static void product(ConvBlock *block, int vectors, int rows, const float *x, ptrdiff_t x_row, float *y, ptrdiff_t y_row)
{
    const ConvBlockKernels *kernels = conv_kernels()->block;
    int blocks = (rows + kernels->rows - 1) / kernels->rows, larger = rows % blocks;
    for (int size = rows / blocks + 1; size >= rows / blocks; size--) {
        int repeats = size > rows / blocks ? larger : blocks - larger;
        if (!repeats)
            continue;
        for (int p = 0; p < size; p++) {
            block->at.x[p] = x + p * x_row;
            block->at.y[p] = y + p * y_row;
        }
        block->at.repeats = repeats;
        block->at.x_repeat = size * x_row;
        block->at.y_repeat = size * y_row;
        kernels->block[vectors - 1][size - 1](block);
        x += repeats * size * x_row;
        y += repeats * size * y_row;
    }
}

static int vectors_at(int panel, int columns)
{
    return columns - panel > vector_size() ? CONV_VECTORS : 1;
}

/* ---- weights: [point][panel of vectors of outputs][input channel of all phases][lane] */

static ptrdiff_t weight_point(const WinogradPass *pass)
{
    return (ptrdiff_t)full_width(&pass->out) * phases(&pass->in) * pass->in.c;
}

size_t winograd_packed(const WinogradPass *pass)
{
    return (size_t)points(pass) * (size_t)weight_point(pass);
}

/* The taps between one input channel and `count` outputs, each side with its phase. */
static void collect_taps(const WinogradPass *pass, const ConvGeometry *g, bool backward, const float *w, int phase,
                         int in, int out, int count, float *taps, int lanes)
{
    int channel = backward ? out : in, filter = backward ? in : out, step = backward ? g->out_c : 1;
    int rows = side_h(pass).taps, columns = side_w(pass).taps;
    const WinogradView *x = backward ? &pass->out : &pass->in;
    memset(taps, 0, (size_t)(rows * columns * lanes) * sizeof *taps);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++, taps += lanes) {
            int ky = (backward ? rows - 1 - i : i) * g->stride_h + pass->phase_h + phase / x->phases_w;
            int kx = (backward ? columns - 1 - j : j) * g->stride_w + pass->phase_w + phase % x->phases_w;
            if (ky >= g->kernel_h || kx >= g->kernel_w)
                continue;
            const float *from = w + (((ptrdiff_t)ky * g->kernel_w + kx) * g->in_c + channel) * g->out_c + filter;
            for (int k = 0; k < count; k++)
                taps[k] = from[(ptrdiff_t)k * step];
        }
}

void winograd_pack(const WinogradPass *pass, const ConvGeometry *g, bool backward, const float *w, float *packed,
                   int rank, int size)
{
    enum { LANES = 32 };
    float taps[LARGEST_TAPS * LARGEST_TAPS][LANES], *place[LARGEST_TAPS * LARGEST_TAPS];
    for (int i = 0; i < LARGEST_TAPS * LARGEST_TAPS; i++)
        place[i] = taps[0] + i * LANES;
    int inputs = phases(&pass->in) * pass->in.c, first, count, out_width = width(&pass->out);
    int step = CONV_VECTORS * vector_size();
    for (int phase = 0; phase < phases(&pass->out); phase++)
        for (int panel = 0; panel < out_width; panel += step) {
            int lanes = vectors_at(panel, out_width) * vector_size();
            int outputs = pass->out.c - panel < lanes ? pass->out.c - panel : lanes;
            float *to = packed + (ptrdiff_t)(phase * out_width + panel) * inputs;
            team_slice(inputs, 1, rank, size, &first, &count);
            for (int in = first; in < first + count; in++) {
                collect_taps(pass, g, backward, w, backward ? phase : in / pass->in.c, in % pass->in.c, panel, outputs,
                             taps[0], LANES);
                kernels_of(pass)->taps(place, lanes, to + (ptrdiff_t)in * lanes, weight_point(pass));
            }
        }
}

/* ---- passes */

/* Zeros to read outside of a map, and floats to waste; as wide as any map, in whole vectors. */
static size_t margin_size(const WinogradPass *pass)
{
    int widest = pass->in.c > pass->out.c ? pass->in.c : pass->out.c;
    return (size_t)conv_round_up(widest, 16);
}

static size_t tiles_size(const WinogradPass *pass)
{
    return (size_t)points(pass) * (size_t)(point_size(pass, &pass->in) + point_size(pass, &pass->out));
}

size_t winograd_scratch(const WinogradPass *pass)
{
    return 2 * margin_size(pass) + tiles_size(pass);
}

static void multiply(const WinogradPass *pass, int count, const float *from, const float *packed, const float *zeros,
                     float *to)
{
    int in_width = width(&pass->in), inputs = phases(&pass->in) * pass->in.c, vector = vector_size();
    int out_width = width(&pass->out);
    for (int point = 0; point < points(pass); point++) {
        for (int column = 0; column < full_width(&pass->out);) {
            int phase_column = column % out_width, vectors = vectors_at(phase_column, out_width);
            ConvBlock block = {.w = packed + (ptrdiff_t)column * inputs, .bias = zeros, .planes = 1,
                               .runs = phases(&pass->in), .length = pass->in.c, .x_run = in_width, .x_step = 1,
                               .w_run = (ptrdiff_t)pass->in.c * vectors * vector, .w_step = vectors * vector,
                               .last = vector, .finish = CONV_LINEAR};
            product(&block, vectors, count, from, full_width(&pass->in), to + column, full_width(&pass->out));
            column += vectors * vector;
        }
        packed += weight_point(pass);
        from += point_size(pass, &pass->in);
        to += point_size(pass, &pass->out);
    }
}

void winograd_run(const WinogradPass *pass, int n, const float *x, const float *packed, const float *bias,
                  ConvFinish finish, float alpha, float *y, float *scratch)
{
    float *zeros = scratch, *waste = zeros + margin_size(pass), *from = waste + margin_size(pass);
    float *to = from + points(pass) * point_size(pass, &pass->in);
    memset(zeros, 0, margin_size(pass) * sizeof *zeros);
    Squares in = {pass, &pass->in, (float *)x, zeros, side_h(pass).points, side_w(pass).points}; /* the transforms into points only read */
    Squares out = {pass, &pass->out, y, waste, side_h(pass).tile, side_w(pass).tile};
    ConvWinogradSums sums = {to, point_size(pass, &pass->out), bias, finish, alpha};
    long tiles = (long)n * pass->tiles_h * pass->tiles_w;
    int groups = group_count(pass, tiles);
    for (int i = 0; i < groups; i++) {
        Group group = group_at(tiles, groups, i);
        transform(&in, group, kernels_of(pass)->input, from);
        multiply(pass, group.count, from, packed, zeros, to);
        transform_back(&out, group, sums);
    }
}

/* ---- the weight gradient: sums stand as [point][input channel of all phases][filter] */

static ptrdiff_t sum_point(const WinogradPass *pass)
{
    return (ptrdiff_t)phases(&pass->in) * pass->in.c * width(&pass->out);
}

size_t winograd_weight_scratch(const WinogradPass *pass)
{
    return 2 * margin_size(pass) + tiles_size(pass) + (size_t)points(pass) * (size_t)sum_point(pass);
}

static void add_products(const WinogradPass *pass, int count, const float *x, const float *dy, const float *zeros,
                         bool first, float *sum)
{
    int in_width = width(&pass->in), out_width = width(&pass->out), vector = vector_size();
    for (int point = 0; point < points(pass); point++) {
        for (int column = 0; column < out_width; column += CONV_VECTORS * vector)
            for (int phase = 0; phase < phases(&pass->in); phase++) {
                ConvBlock block = {.w = dy + column, .bias = zeros, .planes = 1, .runs = 1, .length = count,
                                   .x_step = full_width(&pass->in), .w_step = out_width, .last = vector,
                                   .finish = first ? CONV_LINEAR : CONV_ADD};
                product(&block, vectors_at(column, out_width), pass->in.c, x + (ptrdiff_t)phase * in_width, 1,
                        sum + (ptrdiff_t)phase * pass->in.c * out_width + column, out_width);
            }
        x += point_size(pass, &pass->in);
        dy += point_size(pass, &pass->out);
        sum += sum_point(pass);
    }
}

static void add_taps(const WinogradPass *pass, const ConvGeometry *g, const float *sum, float *waste, float *dw)
{
    float *place[LARGEST_TAPS * LARGEST_TAPS];
    ConvWinogradSums sums = {.points = sum, .point = sum_point(pass), .finish = CONV_ADD};
    int rows = side_h(pass).taps, columns = side_w(pass).taps;
    for (int in = 0; in < phases(&pass->in) * g->in_c; in++, sums.points += width(&pass->out)) {
        int phase = in / g->in_c;
        for (int i = 0; i < rows * columns; i++) {
            int ky = i / columns * g->stride_h + pass->phase_h + phase / pass->in.phases_w;
            int kx = i % columns * g->stride_w + pass->phase_w + phase % pass->in.phases_w;
            place[i] = ky < g->kernel_h && kx < g->kernel_w
                         ? dw + (((ptrdiff_t)ky * g->kernel_w + kx) * g->in_c + in % g->in_c) * g->out_c
                         : waste;
        }
        kernels_of(pass)->to_taps(&sums, g->out_c, place);
    }
}

void winograd_weight_run(const WinogradPass *pass, const ConvGeometry *g, int n, const float *x, const float *dy,
                         float *dw, float *scratch)
{
    float *zeros = scratch, *waste = zeros + margin_size(pass), *from = waste + margin_size(pass);
    float *along = from + points(pass) * point_size(pass, &pass->in);
    float *sum = along + points(pass) * point_size(pass, &pass->out);
    memset(zeros, 0, 2 * margin_size(pass) * sizeof *zeros);
    Squares in = {pass, &pass->in, (float *)x, zeros, side_h(pass).points, side_w(pass).points};
    Squares out = {pass, &pass->out, (float *)dy, zeros, side_h(pass).tile, side_w(pass).tile};
    long tiles = (long)n * pass->tiles_h * pass->tiles_w;
    int groups = group_count(pass, tiles);
    for (int i = 0; i < groups; i++) {
        Group group = group_at(tiles, groups, i);
        transform(&in, group, kernels_of(pass)->input, from);
        transform(&out, group, kernels_of(pass)->tile, along);
        add_products(pass, group.count, from, along, zeros, !i, sum);
    }
    if (groups)
        add_taps(pass, g, sum, waste, dw);
}

/* ---- the rule */

/* Pairs of an output and a tap inside the map, along one axis: what the direct kernels compute. */
static int taps_inside(int in, int out, int kernel, int stride, int pad)
{
    int total = 0;
    for (int i = 0; i < out; i++) {
        int from = pad - i * stride, to = in + from;
        from = from > 0 ? from : 0;
        to = to < kernel ? to : kernel;
        total += to > from ? to - from : 0;
    }
    return total;
}

/* Multiplications a sample, in those that the direct kernels could do meanwhile.  A number transformed counts as several
 * of them, and those of transformed tiles, which stream from the second-level cache, as 1 / EFFICIENCY each.
 * Measured on the layers of bench/bench_conv.c: there the rule never takes a way that is slower by a tenth. */
static double cost_of(const WinogradPass *pass)
{
    const double EFFICIENCY = 0.85, transform = pass->kind < WINOGRAD_3X3 ? 7 : 12;
    enum { LANES = 16 }; /* the same answer for every instruction set: runs can be repeated on another machine */
    double in = phases(&pass->in) * pass->in.c, out = phases(&pass->out) * pass->out.c;
    double transformed = phases(&pass->in) * conv_round_up(pass->in.c, LANES)
                       + phases(&pass->out) * conv_round_up(pass->out.c, LANES);
    return (double)pass->tiles_h * pass->tiles_w * points(pass) * (in * out + transform * transformed) / EFFICIENCY;
}

double winograd_direct_cost(const ConvGeometry *g)
{
    return (double)taps_inside(g->in_h, g->out_h, g->kernel_h, g->stride_h, g->pad_top)
         * taps_inside(g->in_w, g->out_w, g->kernel_w, g->stride_w, g->pad_left) * g->in_c * g->out_c;
}

double winograd_cost(const ConvGeometry *g, ConvResult result)
{
    double cost = 0;
    for (int part = 0; part < winograd_parts(g, result); part++) {
        WinogradPass pass = winograd_pass(g, result, part);
        cost += pass.kind == WINOGRAD_KINDS ? (double)g->out_h * g->out_w * g->in_c * g->out_c : cost_of(&pass);
    }
    return cost;
}
