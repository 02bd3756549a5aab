/* Few filters (a decoder's last layer has one or three): a vector of filters would be nearly empty, so vectors lie
 * along the patch row, which is contiguous, and each sum is folded at its end.  Several pixels share the weights'
 * loads and hide the latency of the additions. */
#include "tensor/kernels/conv_finish.h"
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

#define EACH(i, count) _Pragma("GCC unroll 16") for (int i = 0; i < count; i++)

static inline __attribute__((always_inline)) void dots(const ConvDots *d, const int filters, const int rows)
{
    Vec sum[ROWS_1][CONV_FILTERS];
    EACH(p, rows)
        EACH(f, filters)
            sum[p][f] = (Vec){0};
    for (int run = 0; run < d->runs; run++) {
        ptrdiff_t at = run * d->x_run, w_filter = d->w_filter;
        const float *w = d->w + run * d->w_run;
        int left = d->length;
        for (; left >= VECTOR_FLOATS; left -= VECTOR_FLOATS, at += VECTOR_FLOATS, w += VECTOR_FLOATS) {
            Vec weights[CONV_FILTERS];
            EACH(f, filters)
                weights[f] = vec_load(w + f * w_filter);
            EACH(p, rows) {
                Vec x = vec_load(d->x[p] + at);
                EACH(f, filters)
                    sum[p][f] += x * weights[f];
            }
        }
        if (left) {
            Vec weights[CONV_FILTERS];
            EACH(f, filters)
                weights[f] = vec_load_part(w + f * w_filter, left);
            EACH(p, rows) {
                Vec x = vec_load_part(d->x[p] + at, left);
                EACH(f, filters)
                    sum[p][f] += x * weights[f];
            }
        }
    }
    EACH(p, rows) {
        float *y = d->y[p];
        EACH(f, filters)
            y[f] = finish_float(d->bias[f] + vec_sum(sum[p][f]), d->finish, d->alpha);
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

const ConvDotsKernels KERNEL(conv_dots_kernels) = {
    .rows = {ROWS_1, ROWS_2, ROWS_3, ROWS_4},
    .dots = {{UP_TO(NAME, 1, ROWS_1)}, {UP_TO(NAME, 2, ROWS_2)}, {UP_TO(NAME, 3, ROWS_3)}, {UP_TO(NAME, 4, ROWS_4)}},
};
