/* Few filters (a decoder's last layer has one or three): a vector of filters would be nearly empty, so vectors lie
 * along the patch row, which is contiguous, and each sum is folded at its end.  Several pixels share the weights'
 * loads and hide the latency of the additions. */
#include "tensor/kernels/conv_common.h"
#include "tensor/kernels/conv_kernels.h"
#include "tensor/vector.h"

#if VECTOR_FLOATS == 16
#define ROWS_1 14
#define ROWS_2 10
#define ROWS_3 8
#define ROWS_4 6
#else
#define ROWS_1 6
#define ROWS_2 4
#define ROWS_3 3
#define ROWS_4 2
#endif

#define EACH_GROUP(i, count) _Pragma("GCC unroll 8") for (int i = 0; i < count; i += VECTOR_FLOATS)

/* The sums of VECTOR_FLOATS vectors at once: each round adds the halves of two vectors into one.  A quarter of the
 * operations of as many vec_sum; v is used up.  The last two rounds stay within 16 bytes, which is cheaper than
 * crossing them, and the first lines say which vector must stand where for the sums to come out in order. */
INLINE Vec vec_sums(const Vec v[VECTOR_FLOATS])
{
    enum { QUADS = VECTOR_FLOATS / 4 };
    Vec t[VECTOR_FLOATS];
    EACH(i, VECTOR_FLOATS)
        t[i % 4 * QUADS + i / 4] = v[i];
#if VECTOR_FLOATS == 16
    EACH(i, 8)
        t[i] = __builtin_shufflevector(t[2 * i], t[2 * i + 1], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
             + __builtin_shufflevector(t[2 * i], t[2 * i + 1], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30,
                                       31);
    EACH(i, 4)
        t[i] = __builtin_shufflevector(t[2 * i], t[2 * i + 1], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
             + __builtin_shufflevector(t[2 * i], t[2 * i + 1], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30,
                                       31);
    EACH(i, 2)
        t[i] = __builtin_shufflevector(t[2 * i], t[2 * i + 1], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
             + __builtin_shufflevector(t[2 * i], t[2 * i + 1], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30,
                                       31);
    return __builtin_shufflevector(t[0], t[1], 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30)
         + __builtin_shufflevector(t[0], t[1], 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
#elif VECTOR_FLOATS == 8
    EACH(i, 4)
        t[i] = __builtin_shufflevector(t[2 * i], t[2 * i + 1], 0, 1, 2, 3, 8, 9, 10, 11)
             + __builtin_shufflevector(t[2 * i], t[2 * i + 1], 4, 5, 6, 7, 12, 13, 14, 15);
    EACH(i, 2)
        t[i] = __builtin_shufflevector(t[2 * i], t[2 * i + 1], 0, 1, 8, 9, 4, 5, 12, 13)
             + __builtin_shufflevector(t[2 * i], t[2 * i + 1], 2, 3, 10, 11, 6, 7, 14, 15);
    return __builtin_shufflevector(t[0], t[1], 0, 2, 8, 10, 4, 6, 12, 14)
         + __builtin_shufflevector(t[0], t[1], 1, 3, 9, 11, 5, 7, 13, 15);
#else
    EACH(i, 2)
        t[i] = __builtin_shufflevector(t[2 * i], t[2 * i + 1], 0, 1, 4, 5)
             + __builtin_shufflevector(t[2 * i], t[2 * i + 1], 2, 3, 6, 7);
    return __builtin_shufflevector(t[0], t[1], 0, 2, 4, 6) + __builtin_shufflevector(t[0], t[1], 1, 3, 5, 7);
#endif
}

INLINE void dots(const ConvDots *d, const int filters, const int rows)
{
    const float *const volatile *places = d->at.x; /* see HELD */
    for (int repeat = 0; repeat < d->at.repeats; repeat++) {
        const float *held[HELD];
        EACH(p, rows)
            if (p < HELD)
                held[p] = places[p];
        Vec sum[ROWS_1][CONV_FILTERS];
        EACH(p, rows)
            EACH(f, filters)
                sum[p][f] = (Vec){d->bias[f]};
        for (int run = 0; run < d->runs; run++) {
            ptrdiff_t at = repeat * d->at.x_repeat + run * d->x_run, w_filter = d->w_filter;
            const float *w = d->w + run * d->w_run;
            int left = d->length;
            for (; left >= VECTOR_FLOATS; left -= VECTOR_FLOATS, at += VECTOR_FLOATS, w += VECTOR_FLOATS) {
                Factor weights[CONV_FILTERS];
                EACH(f, filters)
                    weights[f] = factor_load(w + f * w_filter);
                EACH(p, rows) {
                    Factor x = factor_load((p < HELD ? held[p] : places[p]) + at);
                    EACH(f, filters)
                        sum[p][f] = factor_add(sum[p][f], x, weights[f]);
                }
            }
            if (left) {
                Factor weights[CONV_FILTERS];
                EACH(f, filters)
                    weights[f] = factor_load_part(w + f * w_filter, left);
                EACH(p, rows) {
                    Factor x = factor_load_part(places[p] + at, left);
                    EACH(f, filters)
                        sum[p][f] = factor_add(sum[p][f], x, weights[f]);
                }
            }
        }
        EACH_GROUP(first, rows * filters) {
            Vec group[VECTOR_FLOATS];
            EACH(i, VECTOR_FLOATS)
                group[i] = first + i < rows * filters ? sum[(first + i) / filters][(first + i) % filters] : (Vec){0};
            float sums[VECTOR_FLOATS];
            vec_store(sums, finish_vec(vec_sums(group), d->finish, d->alpha));
            EACH(i, VECTOR_FLOATS)
                if (first + i < rows * filters)
                    d->at.y[(first + i) / filters][(first + i) % filters + repeat * d->at.y_repeat] = sums[i];
        }
    }
}

#define DEFINE(filters, rows) \
    static void dots_##filters##_##rows(const ConvDots *d) \
    { \
        dots(d, filters, rows); \
    }
#define NAME(filters, rows) dots_##filters##_##rows,
#define UP_TO_2(m, f) m(f, 1) m(f, 2)
#define UP_TO_3(m, f) UP_TO_2(m, f) m(f, 3)
#define UP_TO_4(m, f) UP_TO_3(m, f) m(f, 4)
#define UP_TO_6(m, f) UP_TO_4(m, f) m(f, 5) m(f, 6)
#define UP_TO_8(m, f) UP_TO_6(m, f) m(f, 7) m(f, 8)
#define UP_TO_10(m, f) UP_TO_8(m, f) m(f, 9) m(f, 10)
#define UP_TO_14(m, f) UP_TO_10(m, f) m(f, 11) m(f, 12) m(f, 13) m(f, 14)
#define UP_TO_(m, f, rows) UP_TO_##rows(m, f)
#define UP_TO(m, f, rows) UP_TO_(m, f, rows)

UP_TO(DEFINE, 1, ROWS_1)
UP_TO(DEFINE, 2, ROWS_2)
UP_TO(DEFINE, 3, ROWS_3)
UP_TO(DEFINE, 4, ROWS_4)

const ConvDotsKernels FACTOR_TABLE(conv_dots_kernels) = {
    .rows = {ROWS_1, ROWS_2, ROWS_3, ROWS_4},
    .dots = {{UP_TO(NAME, 1, ROWS_1)}, {UP_TO(NAME, 2, ROWS_2)}, {UP_TO(NAME, 3, ROWS_3)}, {UP_TO(NAME, 4, ROWS_4)}},
};
