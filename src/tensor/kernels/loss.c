/* Losses and their gradients, a vector at a time, added up in double. */
#include "tensor/kernels/loss.h"

#include "tensor/kernels/math.h"

#include <assert.h>
#include <math.h>

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

INLINE double walk(size_t count, const float *y, const float *t, float scale, float *gradient,
                   Vec (*loss)(Vec, Vec, Vec *))
{
    VecSum sum = {0};
    Vec slope;
    size_t i = 0;
    if (gradient) {
        for (; i + VECTOR_FLOATS <= count; i += VECTOR_FLOATS) {
            vec_sum_add(&sum, loss(vec_load(y + i), vec_load(t + i), &slope));
            vec_store(gradient + i, slope * scale);
        }
    } else {
        for (; i + VECTOR_FLOATS <= count; i += VECTOR_FLOATS)
            vec_sum_add(&sum, loss(vec_load(y + i), vec_load(t + i), &slope));
    }
    if (i < count) {
        float last[VECTOR_FLOATS] = {0};
        vec_store_up_to(last, loss(vec_load_up_to(y + i, count - i), vec_load_up_to(t + i, count - i), &slope), count - i);
        vec_sum_add(&sum, vec_load(last));
        if (gradient)
            vec_store_up_to(gradient + i, slope * scale, count - i);
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
LOSS(bce_walk, bce)
LOSS(bce_probability_walk, bce_probability)

/* log sum e^x - x[label], with the largest logit taken off first; gradient = softmax - one-hot. */
static double crossentropy(size_t rows, size_t classes, const float *x, const uint8_t *labels, float scale,
                           float *gradient, long *correct)
{
    double total = 0;
    for (size_t row = 0; row < rows; row++, x += classes) {
        size_t label = labels[row], best = 0;
        assert(label < classes);
        for (size_t i = 1; i < classes; i++)
            best = x[i] > x[best] ? i : best;
        float most = x[best], own = x[label];
        VecSum sum = {0};
        for (size_t i = 0; i < classes; i += VECTOR_FLOATS) {
            float e[VECTOR_FLOATS] = {0};
            vec_store_up_to(e, vec_exp_negative(vec_load_up_to(x + i, classes - i) - most), classes - i);
            vec_sum_add(&sum, vec_load(e));
        }
        double all = vec_sum_total(&sum), loss = log(all) - (double)(own - most);
        total += loss;
        if (correct && best == label && loss == loss)
            ++*correct;
        if (!gradient)
            continue;
        float share = (float)(1 / all);
        for (size_t i = 0; i < classes; i += VECTOR_FLOATS)
            vec_store_up_to(gradient + i, vec_exp_negative(vec_load_up_to(x + i, classes - i) - most) * share * scale, classes - i);
        gradient[label] -= scale;
        gradient += classes;
    }
    return total;
}

const LossKernels KERNEL(loss_kernels) = {
    .mse = mse_walk,
    .mae = mae_walk,
    .bce = bce_walk,
    .bce_probability = bce_probability_walk,
    .crossentropy = crossentropy,
};
