/* Losses and their gradients, a vector at a time, added up in double. */
#include "tensor/kernels/loss.h"

#include "tensor/kernels/math.h"

#include <assert.h>
#include <stdbool.h>

/* -- The loss of one vector; *slope is its derivative by the output. */

INLINE Vec mse(Vec y, Vec t, Vec *slope)
{
    Vec d = y - t;
    *slope = d * 2.0f;
    return d * d;
}

INLINE Vec mae(Vec y, Vec t, Vec *slope)
{
    Vec d = y - t;
    Vec one = vec_select(d < 0, vec_all(-1.0f), vec_all(1.0f));
    *slope = vec_select(d == 0, d, vec_select(d != d, d, one)); /* the sign; 0 and NaN stay */
    return vec_abs(d);
}

INLINE Vec bce(Vec x, Vec t, Vec *slope)
{
    Vec decay;
    *slope = vec_sigmoid_decay(x, &decay) - t;
    return vec_at_least(x, 0.0f) - x * t + vec_log1p_unit(decay);
}

INLINE Vec bce_probability(Vec y, Vec t, Vec *slope)
{
    const float low = 1e-7f, high = 1.0f - 1e-7f;
    Vec p = vec_at_most(vec_at_least(y, low), high);
    VecInt inside = ~((y < low) | (y > high));
    *slope = (Vec)(inside & (VecInt)((p - t) / (p * (1.0f - p)))); /* a clipped number moves nothing */
    return -(t * vec_log_normal(p) + (1.0f - t) * vec_log1m(p));
}

INLINE Vec one(const float *y, const float *t, float scale, float *gradient, Vec (*loss)(Vec, Vec, Vec *))
{
    Vec slope, l = loss(vec_load(y), vec_load(t), &slope);
    if (gradient)
        vec_store(gradient, slope * scale);
    return l;
}

/* Four vectors are added as floats first: turning floats into doubles costs as much as a third of a loss. */
INLINE double walk(size_t count, const float *y, const float *t, float scale, float *gradient,
                   Vec (*loss)(Vec, Vec, Vec *))
{
    enum { V = VECTOR_FLOATS };
    VecSum sum = {0};
    size_t i = 0;
    float *g = gradient;
    for (; i + 4 * V <= count; i += 4 * V, y += 4 * V, t += 4 * V, g += gradient ? 4 * V : 0) {
        Vec a = one(y, t, scale, gradient ? g : NULL, loss);
        Vec b = one(y + V, t + V, scale, gradient ? g + V : NULL, loss);
        Vec c = one(y + 2 * V, t + 2 * V, scale, gradient ? g + 2 * V : NULL, loss);
        Vec d = one(y + 3 * V, t + 3 * V, scale, gradient ? g + 3 * V : NULL, loss);
        vec_sum_add(&sum, (a + b) + (c + d));
    }
    for (size_t n = count - i; i < count; i += V, n -= V, y += V, t += V, g += gradient ? V : 0) {
        Vec slope, l = loss(vec_load_up_to(y, n), vec_load_up_to(t, n), &slope);
        vec_sum_add(&sum, vec_fill(l, n, 0));
        if (gradient)
            vec_store_up_to(g, slope * scale, n);
        if (n <= V)
            break;
    }
    return vec_sum_total(&sum);
}

#define LOSS(name, f)                                                                                     \
    static double name(size_t count, const float *y, const float *t, float scale, float *gradient)       \
    {                                                                                                     \
        return walk(count, y, t, scale, gradient, f);                                                     \
    }

LOSS(mse_walk, mse)
LOSS(mae_walk, mae)
LOSS(bce_rest, bce)
LOSS(bce_probability_walk, bce_probability)

/* The logarithms of 1 + e^-|x| are a third of the work, so eight vectors share one, of their product (at most 2^8).  What the
 * roundings of 1 + e^-|x| lose is below 6e-8 a number, in either direction. */
static double bce_walk(size_t count, const float *y, const float *t, float scale, float *gradient)
{
    enum { VECTORS = 8, STEP = VECTORS * VECTOR_FLOATS };
    VecSum sum = {0};
    size_t i = 0;
    for (; i + STEP <= count; i += STEP) {
        Vec linear = {0}, product = vec_all(1.0f);
        _Pragma("GCC unroll 8") for (size_t v = i; v < i + STEP; v += VECTOR_FLOATS) {
            Vec x = vec_load(y + v), target = vec_load(t + v), decay, share = vec_sigmoid_decay(x, &decay);
            linear += vec_at_least(x, 0.0f) - x * target;
            product *= decay + 1.0f;
            if (gradient)
                vec_store(gradient + v, (share - target) * scale);
        }
        vec_sum_add(&sum, linear + vec_log_normal(product));
    }
    return vec_sum_total(&sum) + bce_rest(count - i, y + i, t + i, scale, gradient ? gradient + i : NULL);
}

/* -- Categorical cross-entropy: log sum e^x - x[label], with the largest logit taken off first, so that its own term is 1
 * and the sum is 1 + rest; gradient = softmax - one-hot.  Rows are short, so nothing in a row may be done number by number. */

enum { CLASSES_MAX = 256 }; /* labels are bytes */

typedef struct Row {
    float rest, behind; /* the loss is log(1 + rest) + behind */
    bool correct;
} Row;

INLINE Row crossentropy_row(const float *x, size_t classes, size_t vectors, size_t label, float scale, float *gradient)
{
    const float nothing = -__builtin_inff();
    Vec e[CLASSES_MAX / VECTOR_FLOATS], largest = vec_all(nothing), rest = {0};
    VecInt lane;
    for (int i = 0; i < VECTOR_FLOATS; i++)
        lane[i] = i;
    for (size_t v = 0; v < vectors; v++) {
        size_t at = v * VECTOR_FLOATS;
        e[v] = vec_fill(vec_load_up_to(x + at, classes - at), classes - at, nothing);
        largest = vec_if_less(largest, e[v], e[v], largest);
    }
    float most = vec_largest(largest), own = x[label];
    size_t best = classes; /* the first of the largest */
    for (size_t v = 0; v < vectors; v++) {
        uint32_t bits = vec_mask_bits(e[v] == most);
        if (bits && best == classes)
            best = v * VECTOR_FLOATS + (size_t)__builtin_ctz(bits);
        e[v] = vec_exp_negative(e[v] - most);
        rest += vec_select(lane + (int32_t)(v * VECTOR_FLOATS) == (int32_t)best, vec_all(0), e[v]);
    }
    Row row = {vec_sum(rest), most - own, false};
    row.correct = best == label && row.rest == row.rest;
    float share = scale / (1 + row.rest);
    for (size_t v = 0; v < vectors && gradient; v++) {
        size_t at = v * VECTOR_FLOATS;
        Vec one_hot = vec_select(lane + (int32_t)at == (int32_t)label, vec_all(scale), vec_all(0));
        vec_store_up_to(gradient + at, e[v] * share - one_hot, classes - at);
    }
    return row;
}

static double crossentropy(size_t rows, size_t classes, const float *x, const uint8_t *labels, float scale,
                           float *gradient, long *correct)
{
    assert(classes <= CLASSES_MAX);
    VecSum sum = {0};
    long right = 0;
    size_t vectors = (classes + VECTOR_FLOATS - 1) / VECTOR_FLOATS;
    for (size_t first = 0; first < rows; first += VECTOR_FLOATS) {
        float rest[VECTOR_FLOATS] = {0}, behind[VECTOR_FLOATS] = {0};
        for (size_t r = 0; r < VECTOR_FLOATS && first + r < rows; r++, x += classes) {
            size_t label = labels[first + r];
            assert(label < classes);
            Row row = vectors == 1 ? crossentropy_row(x, classes, 1, label, scale, gradient)
                                   : crossentropy_row(x, classes, vectors, label, scale, gradient);
            rest[r] = row.rest;
            behind[r] = row.behind;
            right += row.correct;
            if (gradient)
                gradient += classes;
        }
        Vec u = vec_load(rest); /* of as many rows as a vector holds: one logarithm for all */
        Vec log_of_all = vec_if_less(u, vec_all(1.0f), vec_log1p_unit(u), vec_log_normal(u + 1.0f));
        vec_sum_add(&sum, log_of_all + vec_load(behind));
    }
    if (correct)
        *correct += right;
    return vec_sum_total(&sum);
}

const LossKernels KERNEL(loss_kernels) = {
    .mse = mse_walk,
    .mae = mae_walk,
    .bce = bce_walk,
    .bce_probability = bce_probability_walk,
    .crossentropy = crossentropy,
};
