/* Dense layers in bf16.  Every product is one of rows, whose factors are spread, by panels of columns; what differs is where
 * pairs are made: of weights once a step, of samples for some rows at a time, and for the weight gradient, which sums
 * over samples, of two samples each. */
#include "tensor/dense_pairs.h"

#include "tensor/conv_pass.h"
#include "tensor/pairs.h"
#include "tensor/team.h"

#include <string.h>

typedef struct Product {
    int rows, columns, depth;  /* depth: pairs */
    const float *x;            /* pair k of row i at i * x_row + k * x_step */
    ptrdiff_t x_row, x_step, y_row;
    const float *bias;         /* NULL: none */
    ConvFinish finish;
    float *y;
} Product;

static int panel_size(void)
{
    return CONV_VECTORS * conv_kernels()->block->vector;
}

/* Columns of the panel that begins at `first`, in whole vectors. */
static int panel_width(int columns, int first)
{
    int width = conv_round_up(columns - first, conv_kernels()->block->vector);
    return width < panel_size() ? width : panel_size();
}

static void multiply_panel(const Product *product, int first, const float *panel)
{
    const ConvBlockKernels *kernels = conv_kernels_for(PRECISION_BF16)->block;
    int left = product->columns - first, width = panel_width(product->columns, first), vectors = width / kernels->vector;
    float bias[CONV_VECTORS * 16] = {0};
    if (product->bias)
        memcpy(bias, product->bias + first, (size_t)(left < width ? left : width) * sizeof *bias);
    ConvBlock block = {.at.repeats = 1, .w = panel, .bias = bias, .planes = 1, .runs = 1, .length = product->depth,
                       .x_step = product->x_step, .w_step = width, .finish = product->finish,
                       .last = left < width ? left - (vectors - 1) * kernels->vector : kernels->vector};
    int blocks = (product->rows + kernels->rows - 1) / kernels->rows;
    for (int b = 0; b < blocks; b++) {
        int from = (int)((long)product->rows * b / blocks), rows = (int)((long)product->rows * (b + 1) / blocks) - from;
        for (int i = 0; i < rows; i++) {
            block.at.x[i] = product->x + (from + i) * product->x_row;
            block.at.y[i] = product->y + (from + i) * product->y_row + first;
        }
        kernels->block[vectors - 1][rows - 1](&block);
    }
}

/* ---- forwards and backwards: the weights lie in panels, packed before */

static size_t panels_floats(int depth, int columns)
{
    return (size_t)pairs_of(depth) * (size_t)conv_round_up(columns, conv_kernels()->block->vector);
}

size_t dense_pairs_packed(DenseSize size)
{
    return panels_floats(size.in, size.out) + (size.wants_dx ? panels_floats(size.out, size.in) : 0);
}

static void pack(DenseSize size, const float *w, bool transposed, float *packed, int rank, int ranks)
{
    int columns = transposed ? size.in : size.out, depth = transposed ? size.out : size.in, first, count;
    team_slice((columns + panel_size() - 1) / panel_size(), 1, rank, ranks, &first, &count);
    for (int i = first; i < first + count; i++) {
        int at = i * panel_size(), width = panel_width(columns, at), left = columns - at < width ? columns - at : width;
        float *panel = packed + (size_t)at * (size_t)pairs_of(depth);
        if (transposed)
            pairs_turned(left, depth, w + (size_t)at * (size_t)size.out, (size_t)size.out, panel, (size_t)width);
        else
            pairs_across(depth, (size_t)left, w + at, (size_t)size.out, panel, (size_t)width);
    }
}

void dense_pairs_pack(DenseSize size, const float *w, float *packed, int rank, int ranks)
{
    pack(size, w, false, packed, rank, ranks);
    if (size.wants_dx)
        pack(size, w, true, packed + panels_floats(size.in, size.out), rank, ranks);
}

static void multiply(int n, int depth, int columns, const float *x, const float *packed, const float *bias, float *y,
                     float *scratch)
{
    int words = pairs_of(depth);
    for (int s = 0; s < n; s += DENSE_PAIR_ROWS) {
        int rows = n - s < DENSE_PAIR_ROWS ? n - s : DENSE_PAIR_ROWS;
        pairs_along((size_t)rows, depth, x + (size_t)s * (size_t)depth, scratch);
        Product product = {.rows = rows, .columns = columns, .depth = words, .x = scratch, .x_row = words, .x_step = 1,
                           .y_row = columns, .bias = bias, .finish = CONV_LINEAR, .y = y + (size_t)s * (size_t)columns};
        for (int first = 0; first < columns; first += panel_size())
            multiply_panel(&product, first, packed + (size_t)first * (size_t)words);
    }
}

void dense_pairs_forward(DenseSize size, int n, const float *x, const float *packed, const float *bias, float *y, float *scratch)
{
    multiply(n, size.in, size.out, x, packed, bias, y, scratch);
}

void dense_pairs_input_gradient(DenseSize size, int n, const float *dy, const float *packed, float *dx, float *scratch)
{
    multiply(n, size.out, size.in, dy, packed + panels_floats(size.in, size.out), NULL, dx, scratch);
}

/* ---- weight gradient: rows are columns of x, and dy makes the panels */

/* Pairs of samples summed in registers at a stretch, and rows they are made for at a time: 64 KB of the stack.  The panels of
 * dy are made anew for each of those; a product of 128 rows takes thirty times as long. */
enum { STRETCH = 128, ROWS = 128 };

/* Where among the parts' samples a sum has arrived. */
typedef struct Cursor {
    const DensePart *part, *end;
    int sample;
} Cursor;

/* Pairs of the next samples, up to STRETCH: columns [first, first + count) of x or of dy, rows of which are `row` floats. */
static int next_pairs(Cursor *at, bool of_dy, int row, int first, int count, int width, float *to)
{
    int made = 0;
    while (at->part < at->end && made < STRETCH) {
        int left = at->part->n - at->sample, room = 2 * (STRETCH - made), n = left < room ? left : room;
        const float *from = (of_dy ? at->part->dy : at->part->x) + (size_t)at->sample * (size_t)row + first;
        pairs_across(n, (size_t)count, from, (size_t)row, to + (size_t)made * (size_t)width, (size_t)width);
        made += pairs_of(n);
        at->sample += n;
        if (at->sample == at->part->n)
            at->part++, at->sample = 0;
    }
    return made;
}

/* Some rows of dw, over the next stretch of samples; where that ends. */
static Cursor multiply_stretch(DenseSize size, Cursor begin, int first, int rows, bool add, float *dw)
{
    _Alignas(64) float x[STRETCH * ROWS], panel[STRETCH * CONV_VECTORS * 16];
    Cursor end = begin;
    int depth = next_pairs(&end, false, size.in, first, rows, rows, x);
    Product product = {.rows = rows, .columns = size.out, .depth = depth, .x = x, .x_row = 1, .x_step = rows, .y_row = size.out,
                       .finish = add ? CONV_ADD : CONV_LINEAR, .y = dw};
    for (int column = 0; column < size.out; column += panel_size()) {
        int width = panel_width(size.out, column), left = size.out - column;
        Cursor at = begin;
        next_pairs(&at, true, size.out, column, left < width ? left : width, width, panel);
        multiply_panel(&product, column, panel);
    }
    return end;
}

void dense_pairs_weight_gradient(DenseSize size, int parts, const DensePart *part, int first, int rows, bool add, float *dw)
{
    Cursor at = {part, part + parts, 0}, end = {part + parts, part + parts, 0};
    for (; at.part < at.end; at = end, add = true)
        for (int top = 0; top < rows; top += ROWS)
            end = multiply_stretch(size, at, first + top, rows - top < ROWS ? rows - top : ROWS, add, dw + (size_t)top * (size_t)size.out);
}
