/* Batch normalisation's four passes.
 *
 * The numbers are walked as one flat run of vectors.  Which channel a lane holds repeats after lcm(c, VECTOR_FLOATS) numbers, so
 * the channels' constants are laid out once for such a period, and 1 or 3 channels fill the vectors as well as 64 do.
 * Where that period would be long (c large and odd) the period is one row, whose last vector is a part. */
#include "tensor/kernels/norm.h"

#include "tensor/vector.h"

enum {
    PERIOD_MAX = 512,
    PERIOD_GOOD = 256,    /* constants are repeated up to here, so that the loop over a period is no short one */
    BLOCK_FLOATS = 4096, BLOCK_TURNS = 32 /* a block of sums: at least so many numbers and periods */
};

typedef struct Period {
    size_t length; /* numbers */
    bool laid_out; /* longer than a row: constants must be repeated */
} Period;

static Period period_of(size_t c)
{
    size_t a = c, b = VECTOR_FLOATS;
    while (b) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    size_t length = c / a * VECTOR_FLOATS;
    return length <= PERIOD_MAX && length > c ? (Period){length, true} : (Period){c, false};
}

/* The same for passes that do not add up: some periods in one. */
static Period long_period_of(size_t rows, size_t c)
{
    Period period = period_of(c);
    if (period.length < PERIOD_GOOD && rows * c > 2 * PERIOD_GOOD)
        period = (Period){PERIOD_GOOD / period.length * period.length, PERIOD_GOOD / period.length * period.length > c};
    return period;
}

/* One value a channel, repeated over the period in `room` if that is needed. */
static const float *lay_out(Period period, size_t c, const float *values, float room[PERIOD_MAX])
{
    if (!period.laid_out)
        return values;
    memcpy(room, values, c * sizeof *room);
    for (size_t done = c; done < period.length;) { /* doubling */
        size_t more = period.length - done < done ? period.length - done : done;
        memcpy(room + done, room, more * sizeof *room);
        done += more;
    }
    return room;
}

/* Two sums of every lane: of the numbers, and of products. */
typedef struct TwoSums {
    VecSum plain, product;
} TwoSums;

/* Forward (dy is NULL): x and (x - middle)^2.  Backward: dy and dy (x - middle). */
INLINE void add(TwoSums *sums, const float *x, const float *dy, Vec middle, size_t n)
{
    Vec v = vec_load_up_to(x, n), d = dy ? vec_load_up_to(dy, n) : v;
    VecDouble low = vec_low(d), high = vec_high(d);
    VecDouble low_off = vec_low(v) - vec_low(middle), high_off = vec_high(v) - vec_high(middle);
    sums->plain.low += low;
    sums->plain.high += high;
    sums->product.low += (dy ? low : low_off) * low_off;
    sums->product.high += (dy ? high : high_off) * high_off;
}

INLINE void spill(const VecSum *sum, double *to, size_t n)
{
    VecSum all = {0};
    size_t size = n < VECTOR_FLOATS ? n * sizeof *to : sizeof all;
    memcpy(&all, to, size);
    all.low += sum->low;
    all.high += sum->high;
    memcpy(to, &all, size);
}

INLINE void spill_both(const TwoSums *sums, double *plain, double *product, size_t n)
{
    spill(&sums->plain, plain, n);
    spill(&sums->product, product, n);
}

/* A block that fits the cache is visited once for each vector of the period, with that vector's sums in registers. */
INLINE void both_sums(size_t rows, size_t c, const float *x, const float *dy, const float *middle, double *plain,
                      double *product)
{
    Period period = period_of(c);
    _Alignas(64) float room[PERIOD_MAX];
    _Alignas(64) double plain_room[PERIOD_MAX] = {0}, product_room[PERIOD_MAX] = {0};
    double *a = period.laid_out ? plain_room : plain, *b = period.laid_out ? product_room : product;
    const float *centre = middle ? lay_out(period, c, middle, room) : NULL;
    size_t step = period.length, turns = step < BLOCK_FLOATS / BLOCK_TURNS ? BLOCK_FLOATS / step : BLOCK_TURNS;
    size_t count = rows * c;
    for (size_t start = 0; start < count; start += turns * step) {
        size_t end = count - start < turns * step ? count : start + turns * step;
        for (size_t p = 0; p < step && start + p < end; p += VECTOR_FLOATS) {
            TwoSums sums = {0};
            size_t i = start + p, n = step - p < VECTOR_FLOATS ? step - p : VECTOR_FLOATS;
            Vec m = centre ? vec_load_up_to(centre + p, n) : vec_all(0);
            if (n == VECTOR_FLOATS)
                for (; i + VECTOR_FLOATS <= end; i += step)
                    add(&sums, x + i, dy ? dy + i : NULL, m, VECTOR_FLOATS);
            else
                for (; i < end; i += step)
                    add(&sums, x + i, dy ? dy + i : NULL, m, n);
            if (n == VECTOR_FLOATS)
                spill_both(&sums, a + p, b + p, VECTOR_FLOATS);
            else
                spill_both(&sums, a + p, b + p, n);
            if (i < end) { /* the last vector of all is a part of one */
                TwoSums last = {0};
                add(&last, x + i, dy ? dy + i : NULL, m, end - i);
                spill_both(&last, a + p, b + p, end - i);
            }
        }
    }
    for (size_t i = 0; period.laid_out && i < step; i++) {
        plain[i % c] += a[i];
        product[i % c] += b[i];
    }
}

static void sums(size_t rows, size_t c, const float *x, const float *shift, double *sum, double *squares)
{
    both_sums(rows, c, x, NULL, shift, sum, squares);
}

static void backward_sums(size_t rows, size_t c, const float *x, const float *dy, const float *mean, double *sum_dy,
                          double *sum_dy_x)
{
    both_sums(rows, c, x, dy, mean, sum_dy, sum_dy_x);
}

INLINE void apply_one(const float *x, const float *mean, const float *scale, const float *beta, float *y, size_t n)
{
    Vec centred = vec_load_up_to(x, n) - vec_load_up_to(mean, n);
    vec_store_up_to(y, centred * vec_load_up_to(scale, n) + vec_load_up_to(beta, n), n);
}

static void apply(size_t rows, size_t c, const float *x, const float *mean, const float *scale, const float *beta,
                  float *y)
{
    Period period = long_period_of(rows, c);
    _Alignas(64) float room[3][PERIOD_MAX];
    mean = lay_out(period, c, mean, room[0]);
    scale = lay_out(period, c, scale, room[1]);
    beta = lay_out(period, c, beta, room[2]);
    for (size_t left = rows * c; left > 0;) {
        size_t length = left < period.length ? left : period.length, i = 0;
        for (; i + VECTOR_FLOATS <= length; i += VECTOR_FLOATS)
            apply_one(x + i, mean + i, scale + i, beta + i, y + i, VECTOR_FLOATS);
        if (i < length)
            apply_one(x + i, mean + i, scale + i, beta + i, y + i, length - i);
        x += length;
        y += length;
        left -= length;
    }
}

/* The channels' constants of backward_apply. */
typedef struct Channels {
    const float *mean, *inverse, *gamma, *mean_dy, *mean_dy_xhat;
} Channels;

INLINE void backward_one(const float *x, const float *dy, const Channels *k, size_t i, float *dx, size_t n)
{
    Vec inverse = vec_load_up_to(k->inverse + i, n);
    Vec xhat = (vec_load_up_to(x + i, n) - vec_load_up_to(k->mean + i, n)) * inverse;
    Vec d = vec_load_up_to(dy + i, n) - vec_load_up_to(k->mean_dy + i, n) - xhat * vec_load_up_to(k->mean_dy_xhat + i, n);
    vec_store_up_to(dx + i, vec_load_up_to(k->gamma + i, n) * inverse * d, n);
}

static void backward_apply(size_t rows, size_t c, const float *x, const float *dy, const float *mean,
                           const float *inverse, const float *gamma, const float *mean_dy, const float *mean_dy_xhat,
                           float *dx)
{
    Period period = long_period_of(rows, c);
    _Alignas(64) float room[5][PERIOD_MAX];
    Channels k = {lay_out(period, c, mean, room[0]), lay_out(period, c, inverse, room[1]),
                  lay_out(period, c, gamma, room[2]), lay_out(period, c, mean_dy, room[3]),
                  lay_out(period, c, mean_dy_xhat, room[4])};
    for (size_t left = rows * c; left > 0;) {
        size_t length = left < period.length ? left : period.length, i = 0;
        for (; i + VECTOR_FLOATS <= length; i += VECTOR_FLOATS)
            backward_one(x, dy, &k, i, dx, VECTOR_FLOATS);
        if (i < length)
            backward_one(x, dy, &k, i, dx, length - i);
        x += length;
        dy += length;
        dx += length;
        left -= length;
    }
}

const NormKernels KERNEL(norm_kernels) = {
    .sums = sums,
    .apply = apply,
    .backward_sums = backward_sums,
    .backward_apply = backward_apply,
};
