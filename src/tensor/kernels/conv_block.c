/* The register block (rows.h) of every convolution: rows x vectors of sums stay in registers while the weights stream by, which
 * reaches the processor's peak; fewer rows (the ends of map rows, small maps) still come close. */
#include "tensor/kernels/conv_common.h"
#include "tensor/kernels/conv_kernels.h"
#include "tensor/kernels/rows.h"
#include "tensor/vector.h"

INLINE void store_part(const ConvBlock *b, const int rows, const int vectors,
                       Vec sum[ROWS][CONV_VECTORS], ptrdiff_t shift, const int last)
{
    EACH(p, rows) {
        float *y = b->at.y[p] + shift, *tail = y + (vectors - 1) * VECTOR_FLOATS;
        EACH(v, vectors - 1)
            vec_store(y + v * VECTOR_FLOATS, sum[p][v]);
        if (last == VECTOR_FLOATS)
            vec_store(tail, sum[p][vectors - 1]);
        else
            vec_store_part(tail, sum[p][vectors - 1], last);
    }
}

/* The questions are asked once, not for every vector. */
INLINE void store(const ConvBlock *b, const int rows, const int vectors, Vec sum[ROWS][CONV_VECTORS], ptrdiff_t shift)
{
    const int last = b->last;
    if (b->finish == CONV_ADD) {
        EACH(p, rows) {
            const float *y = b->at.y[p] + shift, *tail = y + (vectors - 1) * VECTOR_FLOATS;
            EACH(v, vectors - 1)
                sum[p][v] += vec_load(y + v * VECTOR_FLOATS);
            sum[p][vectors - 1] += last == VECTOR_FLOATS ? vec_load(tail) : vec_load_part(tail, last);
        }
    } else if (b->finish == CONV_RELU) {
        EACH(p, rows)
            EACH(v, vectors)
                sum[p][v] = finish_vec(sum[p][v], CONV_RELU, 0);
    } else if (b->finish == CONV_LRELU) {
        EACH(p, rows)
            EACH(v, vectors)
                sum[p][v] = finish_vec(sum[p][v], CONV_LRELU, b->alpha);
    }
    if (last == VECTOR_FLOATS)
        store_part(b, rows, vectors, sum, shift, VECTOR_FLOATS);
    else
        store_part(b, rows, vectors, sum, shift, last);
}

/* Inlined with constant rows and vectors, so that `sum` becomes registers. */
INLINE void block(const ConvBlock *b, const int rows, const int vectors)
{
    const float *const volatile *places = b->at.x;
    for (int repeat = 0; repeat < b->at.repeats; repeat++) {
        const float *held[HELD];
        EACH(p, rows)
            if (p < HELD)
                held[p] = places[p];
        Vec sum[ROWS][CONV_VECTORS];
        EACH(v, vectors) {
            Vec first = b->finish == CONV_ADD ? (Vec){0} : vec_load(b->bias + v * VECTOR_FLOATS);
            EACH(p, rows)
                sum[p][v] = first;
        }
        for (int plane = 0; plane < b->planes; plane++)
            for (int run = 0; run < b->runs; run++) {
                ptrdiff_t at = repeat * b->at.x_repeat + plane * b->x_plane + run * b->x_run;
                const float *w = b->w + plane * b->w_plane + run * b->w_run;
                ptrdiff_t x_step = b->x_step, w_step = b->w_step;
                for (int i = b->length; i > 0; i--, at += x_step, w += w_step) {
                    Factor column[CONV_VECTORS];
                    EACH(v, vectors)
                        column[v] = factor_load(w + v * VECTOR_FLOATS);
                    EACH(p, rows) {
                        Factor spread = factor_spread((p < HELD ? held[p] : places[p]) + at);
                        EACH(v, vectors)
                            sum[p][v] = factor_add(sum[p][v], spread, column[v]);
                    }
                }
            }
        store(b, rows, vectors, sum, repeat * b->at.y_repeat);
    }
}

#define DEFINE(rows, vectors) \
    static void block_##rows##_##vectors(const ConvBlock *b) \
    { \
        block(b, rows, vectors); \
    }
EACH_BLOCK(DEFINE)

#define NAME(rows, vectors) block_##rows##_##vectors,
const ConvBlockKernels FACTOR_TABLE(conv_block_kernels) = {
    .vector = VECTOR_FLOATS,
    .rows = ROWS,
    .block = BLOCK_TABLE(NAME),
};
