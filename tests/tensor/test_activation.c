/* Activations against double precision and their derivatives against finite differences, tails and extremes included. */
#include "guarded.h"

#include "tensor/activation.h"

#include <float.h>

static double reference(Activation act, double x)
{
    switch (act.kind) {
    case ACT_RELU:
        return x < 0 ? 0 : x;
    case ACT_LRELU:
        return x < 0 ? (double)act.alpha * x : x;
    case ACT_ELU:
        return x < 0 ? (double)act.alpha * expm1(x) : x;
    case ACT_SELU:
        return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * expm1(x) : x);
    case ACT_GELU:
        return isinf(x) ? (x < 0 ? 0 : x) : x * 0.5 * erfc(-x / sqrt(2));
    case ACT_SIGMOID:
        return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
    case ACT_TANH:
        return tanh(x);
    case ACT_SOFTPLUS:
        return x < 0 ? log1p(exp(x)) : x + log1p(exp(-x));
    default:
        return x;
    }
}

static const Activation pointwise[] = {{ACT_LINEAR, 0},   {ACT_RELU, 0},    {ACT_LRELU, 0.2f}, {ACT_LRELU, 0},
                                       {ACT_ELU, 1},      {ACT_ELU, 0.3f},  {ACT_SELU, 0},     {ACT_GELU, 0},
                                       {ACT_SIGMOID, 0},  {ACT_TANH, 0},    {ACT_SOFTPLUS, 0}};

static const double FORWARD_ERROR = 6e-7;

static void forward_values(void **state)
{
    (void)state;
    for (size_t a = 0; a < COUNT_OF(pointwise); a++)
        for (size_t i = 0; i < COUNT_OF(tail_counts); i++) {
            size_t count = tail_counts[i];
            Rng rng = rng_new(1, RNG_TEST, (uint32_t)a, (uint32_t)count);
            float *x = guarded_new(count), *y = guarded_new(count);
            for (size_t j = 0; j < count; j++) /* sizes from 1e-6 to 1e2 */
                x[j] = rng_normal(&rng) * powf(10, 8 * rng_uniform(&rng) - 6);
            activation_forward(pointwise[a], count, 1, x, y);
            for (size_t j = 0; j < count; j++)
                assert_near(y[j], reference(pointwise[a], x[j]), FORWARD_ERROR, 1e-37);
            activation_forward(pointwise[a], count, 1, x, x);
            assert_memory_equal(x, y, count * sizeof *x);
            guarded_free(x, count);
            guarded_free(y, count);
        }
}

static void forward_extremes(void **state)
{
    (void)state;
    static const float extremes[] = {0,    -0.0f,   1e-40f, -1e-40f, 1e-20f, -1e-20f, 1,     -1,       9,        -9,       10,
                                     -10,  14.4f,   -14.4f, 20,      -20,    87,      -87,   88.5f,    -88.5f,   104,      -104,
                                     1000, -1000.f, 1e30f,  -1e30f,  FLT_MAX, -FLT_MAX, INFINITY, -INFINITY, NAN};
    enum { COUNT = COUNT_OF(extremes) };
    for (size_t a = 0; a < COUNT_OF(pointwise); a++) {
        float y[COUNT];
        activation_forward(pointwise[a], COUNT, 1, extremes, y);
        for (size_t j = 0; j < COUNT; j++)
            if (!(pointwise[a].kind == ACT_SELU && fabsf(extremes[j]) == FLT_MAX)) /* overflows or not by a rounding */
                assert_near(y[j], (double)(float)reference(pointwise[a], (double)extremes[j]), FORWARD_ERROR, 1e-37);
        assert_true(isnan(y[COUNT - 1]));
    }
}

static void slopes(void **state)
{
    (void)state;
    for (size_t a = 0; a < COUNT_OF(pointwise); a++)
        for (size_t i = 0; i < COUNT_OF(tail_counts); i++) {
            Activation act = pointwise[a];
            size_t count = tail_counts[i];
            Rng rng = rng_new(2, RNG_TEST, (uint32_t)a, (uint32_t)count);
            float *x = guarded_random(&rng, count, 3), *y = guarded_new(count), *dx = guarded_new(count);
            float *dy = guarded_random(&rng, count, 1);
            for (size_t j = 0; j < count; j++) /* away from the kink */
                x[j] += x[j] < 0 ? -1e-3f : 1e-3f;
            activation_forward(act, count, 1, x, y);
            activation_backward(act, count, 1, activation_needs_input(act) ? x : NULL, y, dy, dx);
            for (size_t j = 0; j < count; j++) {
                const double h = 1e-5;
                double slope = (reference(act, x[j] + h) - reference(act, x[j] - h)) / (2 * h);
                assert_near(dx[j], slope * dy[j], 1e-6, 3e-7 * fabs(dy[j]));
            }
            activation_backward(act, count, 1, x, y, dy, dy);
            assert_memory_equal(dy, dx, count * sizeof *dx);
            guarded_free(x, count);
            guarded_free(y, count);
            guarded_free(dx, count);
            guarded_free(dy, count);
        }
}

static void slopes_far_out(void **state)
{
    (void)state;
    const float x[] = {-1000, 1000, -90, 90, -INFINITY, INFINITY}, dy[] = {1, 1, 1, 1, 1, 1};
    for (size_t a = 0; a < COUNT_OF(pointwise); a++) {
        float y[6], dx[6];
        Activation act = pointwise[a];
        activation_forward(act, 6, 1, x, y);
        activation_backward(act, 6, 1, x, y, dy, dx);
        for (int i = 0; i < 6; i++)
            if (!isnan(y[i])) /* 0 times infinity, of lrelu(0) */
                assert_near(dx[i], reference(act, x[i] < 0 ? -500 : 501) - reference(act, x[i] < 0 ? -501 : 500),
                            1e-5, 1e-7);
    }
}

static void softmax_reference(int width, const double *x, double *y)
{
    double most = x[0], sum = 0;
    for (int i = 1; i < width; i++)
        most = fmax(most, x[i]);
    for (int i = 0; i < width; i++)
        sum += y[i] = exp(x[i] - most);
    for (int i = 0; i < width; i++)
        y[i] /= sum;
}

static void softmax(void **state)
{
    (void)state;
    const Activation act = {ACT_SOFTMAX, 0};
    for (int width = 1; width < 70; width++)
        for (size_t rows = 1; rows < 4; rows++) {
            size_t count = rows * (size_t)width;
            Rng rng = rng_new(3, RNG_TEST, (uint32_t)width, (uint32_t)rows);
            float *x = guarded_random(&rng, count, rows == 3 ? 1000 : 2), *y = guarded_new(count), *dx = guarded_new(count);
            float *dy = guarded_random(&rng, count, 1);
            activation_forward(act, count, width, x, y);
            activation_backward(act, count, width, NULL, y, dy, dx);
            for (size_t row = 0; row < rows; row++) {
                double v[70], p[70], above[70], below[70];
                for (int i = 0; i < width; i++)
                    v[i] = x[row * (size_t)width + (size_t)i];
                softmax_reference(width, v, p);
                for (int i = 0; i < width; i++) {
                    size_t at = row * (size_t)width + (size_t)i;
                    assert_near(y[at], p[i], 1e-6, 1e-37);
                    const double h = 1e-5;
                    double slope = 0;
                    v[i] += h;
                    softmax_reference(width, v, above);
                    v[i] -= 2 * h;
                    softmax_reference(width, v, below);
                    v[i] += h;
                    for (int j = 0; j < width; j++)
                        slope += (above[j] - below[j]) / (2 * h) * dy[row * (size_t)width + (size_t)j];
                    assert_near(dx[at], slope, 1e-5, 1e-6);
                }
            }
            activation_forward(act, count, width, x, x);
            assert_memory_equal(x, y, count * sizeof *x);
            activation_backward(act, count, width, NULL, y, dy, dy);
            assert_memory_equal(dy, dx, count * sizeof *dx);
            guarded_free(x, count);
            guarded_free(y, count);
            guarded_free(dx, count);
            guarded_free(dy, count);
        }
}

static void softmax_passes_nan_on(void **state)
{
    (void)state;
    for (int width = 1; width < 40; width++)
        for (int bad = 0; bad < width; bad++) {
            float x[40] = {0};
            x[bad] = NAN;
            activation_forward((Activation){ACT_SOFTMAX, 0}, (size_t)width, width, x, x);
            for (int i = 0; i < width; i++)
                assert_true(isnan(x[i]));
        }
}

static void kinds(void **state)
{
    (void)state;
    for (int kind = 0; kind < ACT_COUNT; kind++) {
        Activation act = {(ActivationKind)kind, 0.1f};
        assert_int_equal(activation_needs_input(act), kind == ACT_GELU);
    }
    activation_forward((Activation){ACT_RELU, 0}, 0, 1, NULL, NULL); /* nothing to do is no mistake */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(forward_values),
    cmocka_unit_test(forward_extremes),
    cmocka_unit_test(slopes),
    cmocka_unit_test(slopes_far_out),
    cmocka_unit_test(softmax),
    cmocka_unit_test(softmax_passes_nan_on),
    cmocka_unit_test(kinds),
};

EACH_ISA_MAIN(tests)
