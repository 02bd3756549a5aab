/* What conv.c asks of the vector kernels: tables of functions, compiled for every instruction set.
 *
 * Blocks and dot products come in two kinds: of floats, and of pairs of bf16 numbers (tensor/pairs.h).  For those x and w
 * are words of two numbers in the place of a float, and distances and lengths count words. */
#ifndef TENSOR_CONV_KERNELS_H
#define TENSOR_CONV_KERNELS_H

#include <stddef.h>

enum {
    CONV_ROWS = 14,   /* most rows of a register block, of any instruction set */
    CONV_VECTORS = 2, /* most vectors in each of them */
    CONV_FILTERS = 4, /* most filters of the dot products */
    CONV_WINOGRAD_TILE = 4, /* outputs along a side of Winograd's tiles */
    CONV_WINOGRAD_SIDE = 8  /* most points along a side */
};

/* What becomes of a sum before it is stored. */
typedef enum ConvFinish { CONV_ADD, CONV_LINEAR, CONV_RELU, CONV_LRELU } ConvFinish;

/* Where the rows of a block read and write.  The block is done `repeats` times, each with x and y moved on by
 * x_repeat and y_repeat: where it has few multiplications, setting it up would cost as much. */
typedef struct ConvPlaces {
    const float *x[CONV_ROWS];
    float *y[CONV_ROWS];
    int repeats;
    ptrdiff_t x_repeat, y_repeat;
} ConvPlaces;

/* One register block: for each of its rows p
 *
 *     y[p][0 .. columns) = finish(bias + sum over plane, run, i of x[p][X] * w[W ...]),
 *     X = plane * x_plane + run * x_run + i * x_step,   W alike.
 *
 * In the forward pass a row is an output pixel and a run is the part of a patch row that lies inside the map; the
 * columns are filters.  In the weight gradient a row is one weight's input channel and place, a run is a row of
 * pixels, a plane a sample.  Loads of w are whole vectors. */
typedef struct ConvBlock {
    ConvPlaces at;
    const float *w, *bias; /* bias: whole vectors, not read by CONV_ADD, which adds to y */
    int planes, runs, length;
    ptrdiff_t x_plane, x_run, x_step, w_plane, w_run, w_step;
    int last; /* columns of the last vector that exist: 1 to its length */
    ConvFinish finish;
    float alpha; /* of CONV_LRELU */
} ConvBlock;

typedef void ConvBlockKernel(const ConvBlock *block);

typedef struct ConvBlockKernels {
    int vector; /* floats */
    int rows;   /* most rows of a block, at most CONV_ROWS */
    ConvBlockKernel *block[CONV_VECTORS][CONV_ROWS]; /* [vectors - 1][rows - 1] */
} ConvBlockKernels;

/* Few filters: sums run along the patch row instead, one dot product for each row and filter.
 *
 *     y[p][f] = finish(bias[f] + sum over run, i of x[p][run * x_run + i] * w[f * w_filter + run * w_run + i]) */
typedef struct ConvDots {
    ConvPlaces at;
    const float *w, *bias;
    int runs, length;
    ptrdiff_t x_run, w_run, w_filter;
    ConvFinish finish;
    float alpha;
} ConvDots;

typedef void ConvDotsKernel(const ConvDots *dots);

typedef struct ConvDotsKernels {
    int rows[CONV_FILTERS];                             /* most rows for that many filters */
    ConvDotsKernel *dots[CONV_FILTERS][CONV_ROWS]; /* [filters - 1][rows - 1] */
} ConvDotsKernels;

typedef struct ConvRowsKernels {
    void (*finish)(size_t count, ConvFinish finish, float alpha, float *y); /* y = finish(y) */
    /* sum[j] += sum over rows of y[row][j] */
    void (*sum)(size_t rows, int c, const float *y, float *sum);
} ConvRowsKernels;

/* Winograd's transforms of one tile, `channels` at a time.  `place` lists where the tile's pixels (or a kernel's taps)
 * stand, row by row; point i of a transformed tile stands i * point floats after the first.  Transformed tiles are
 * read and written in whole vectors, places only as far as there are channels. */
typedef void ConvWinogradToPoints(float *const *place, int channels, float *points, ptrdiff_t point);

typedef struct ConvWinogradSums {
    const float *points;
    ptrdiff_t point;
    const float *bias; /* whole vectors, not read by CONV_ADD, which adds to what stands there */
    ConvFinish finish;
    float alpha; /* of CONV_LRELU */
} ConvWinogradSums;

typedef void ConvWinogradFromPoints(const ConvWinogradSums *sums, int channels, float *const *place);

/* By the taps along each side.  3 have 6 points, 5 have 8, 2 have 5 for a tile of 4 outputs; one tap is not
 * transformed along its side: tiles are one output wide.  The products may be taken of input and taps, which give a tile, or
 * of input and tile, which give taps. */
typedef enum WinogradKind { WINOGRAD_2X2, WINOGRAD_2X1, WINOGRAD_1X2, WINOGRAD_3X3, WINOGRAD_5X5, WINOGRAD_KINDS } WinogradKind;

typedef struct ConvWinogradKernels {
    ConvWinogradToPoints *input, *tile, *taps;
    ConvWinogradFromPoints *to_tile, *to_taps;
} ConvWinogradKernels;

#define CONV_KERNELS_OF(isa) \
    extern const ConvBlockKernels conv_block_kernels_##isa; \
    extern const ConvDotsKernels conv_dots_kernels_##isa; \
    extern const ConvRowsKernels conv_rows_kernels_##isa; \
    extern const ConvWinogradKernels conv_winograd_kernels_##isa[WINOGRAD_KINDS]; \
    CONV_KERNELS_OF_PAIRS(isa)
#define CONV_KERNELS_OF_PAIRS(isa) \
    extern const ConvBlockKernels conv_block_kernels_pairs_##isa; \
    extern const ConvDotsKernels conv_dots_kernels_pairs_##isa;
CONV_KERNELS_OF(baseline)
CONV_KERNELS_OF(avx2)
CONV_KERNELS_OF(avx512)
CONV_KERNELS_OF_PAIRS(avx512bf16)
#undef CONV_KERNELS_OF
#undef CONV_KERNELS_OF_PAIRS

#endif
