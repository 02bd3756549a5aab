/* Losses against double precision, their gradients against finite differences. */
#include "guarded.h"

#include "tensor/loss.h"

typedef double Reference(double output, double target);
typedef double Loss(size_t count, const float *output, const float *target, float scale, float *gradient);

static double mse(double y, double t)
{
    return (y - t) * (y - t);
}

static double mae(double y, double t)
{
    return fabs(y - t);
}

static double bce(double x, double t)
{
    return fmax(x, 0) - x * t + log1p(exp(-fabs(x)));
}

static double bce_probability(double y, double t)
{
    double p = fmin(fmax(y, 1e-7), 1 - 1e-7);
    return -(t * log(p) + (1 - t) * log1p(-p));
}

static const struct {
    Loss *loss;
    Reference *reference;
    bool probability;
} losses[] = {{loss_mse, mse, false},
              {loss_mae, mae, false},
              {loss_bce, bce, false},
              {loss_bce_probability, bce_probability, true}};

static float *targets(Rng *rng, size_t count)
{
    float *t = guarded_new(count);
    for (size_t i = 0; i < count; i++)
        t[i] = rng_below(rng, 3) == 0 ? 0 : rng_below(rng, 3) == 0 ? 1 : rng_uniform(rng);
    return t;
}

static void values_and_gradients(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(losses); k++)
        for (size_t i = 0; i < COUNT_OF(tail_counts); i++) {
            size_t count = tail_counts[i];
            Rng rng = rng_new(1, RNG_TEST, (uint32_t)k, (uint32_t)count);
            float *y = guarded_random(&rng, count, 4), *t = targets(&rng, count), *gradient = guarded_new(count);
            for (size_t j = 0; j < count && losses[k].probability; j++)
                y[j] = 0.01f + 0.98f * rng_uniform(&rng);
            double sum = 0, got = losses[k].loss(count, y, t, 0.25f, gradient);
            for (size_t j = 0; j < count; j++) {
                const double h = 1e-6;
                sum += losses[k].reference(y[j], t[j]);
                double slope = (losses[k].reference(y[j] + h, t[j]) - losses[k].reference(y[j] - h, t[j])) / (2 * h);
                assert_near(gradient[j], 0.25 * slope, 1e-5, 1e-7);
            }
            assert_near(got, sum, 3e-7, 0);
            assert_true(losses[k].loss(count, y, t, 1, NULL) == got);
            assert_true(losses[k].loss(count, y, t, 0.25f, y) == got);
            assert_memory_equal(y, gradient, count * sizeof *y);
            guarded_free(y, count);
            guarded_free(t, count);
            guarded_free(gradient, count);
        }
}

static void long_sums(void **state)
{
    (void)state;
    enum { COUNT = 200704 };
    Rng rng = rng_new(2, RNG_TEST, 0, 0);
    for (size_t k = 0; k < COUNT_OF(losses); k++) {
        float *y = guarded_random(&rng, COUNT, 1), *t = targets(&rng, COUNT);
        for (size_t j = 0; j < COUNT && losses[k].probability; j++)
            y[j] = rng_uniform(&rng);
        double sum = 0;
        for (size_t j = 0; j < COUNT; j++)
            sum += losses[k].reference(y[j], t[j]);
        assert_near(losses[k].loss(COUNT, y, t, 1, NULL), sum, 1e-7, 0);
        guarded_free(y, COUNT);
        guarded_free(t, COUNT);
    }
}

static void large_logits(void **state)
{
    (void)state;
    const float x[] = {1000, -1000, 1000, -1000, 89, -105}, t[] = {0, 1, 1, 0, 0, 0};
    const double wanted[] = {1000, 1000, 0, 0, 89, 0}, slope[] = {1, -1, 0, 0, 1, 0};
    for (int i = 0; i < 6; i++) {
        float gradient;
        assert_near(loss_bce(1, &x[i], &t[i], 1, &gradient), wanted[i], 1e-7, 1e-30);
        assert_near(gradient, slope[i], 1e-7, 1e-30);
    }
}

static void probabilities_are_clipped(void **state)
{
    (void)state;
    const float y[] = {0, 1, 0, 1, 0, 1}, t[] = {0, 1, 1, 0, 0.5f, 0.5f};
    for (int i = 0; i < 6; i++) {
        float gradient;
        double got = loss_bce_probability(1, &y[i], &t[i], 1, &gradient);
        /* 1 - 1e-7 as a float is 1 - 1.19e-7, and so is Keras' */
        double p = y[i] > 0 ? (double)(1 - 1e-7f) : (double)1e-7f;
        assert_near(got, -(t[i] * log(p) + (1 - t[i]) * log1p(-p)), 1e-6, 0);
        assert_true(gradient == 0);
    }
}

static void nan_is_never_hidden(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(losses); k++)
        for (size_t i = 0; i < COUNT_OF(tail_counts); i++)
            for (int where = 0; where < 2; where++) {
                size_t count = tail_counts[i], bad = count * 2 / 3;
                Rng rng = rng_new(3, RNG_TEST, (uint32_t)k, (uint32_t)count);
                float *y = targets(&rng, count), *t = targets(&rng, count), *gradient = guarded_new(count);
                (where ? y : t)[bad] = NAN;
                assert_true(isnan(losses[k].loss(count, y, t, 1, gradient)));
                for (size_t j = 0; j < count; j++)
                    if (j != bad)
                        assert_false(isnan(gradient[j]));
                guarded_free(y, count);
                guarded_free(t, count);
                guarded_free(gradient, count);
            }
}

static double crossentropy_row(int classes, const float *x, int label, int moved, double by)
{
    double most = -INFINITY, sum = 0;
    for (int i = 0; i < classes; i++)
        most = fmax(most, x[i] + (i == moved ? by : 0));
    for (int i = 0; i < classes; i++)
        sum += exp(x[i] + (i == moved ? by : 0) - most);
    return log(sum) - (x[label] + (label == moved ? by : 0) - most);
}

static void crossentropy(void **state)
{
    (void)state;
    for (int classes = 1; classes < 70; classes++) {
        enum { ROWS = 9 };
        size_t count = (size_t)classes * ROWS;
        Rng rng = rng_new(4, RNG_TEST, (uint32_t)classes, 0);
        float *x = guarded_random(&rng, count, classes % 7 == 0 ? 1000 : 3), *gradient = guarded_new(count);
        uint8_t labels[ROWS];
        double sum = 0;
        long correct = 5, wanted = 5;
        for (int row = 0; row < ROWS; row++) {
            const float *own = x + (size_t)row * (size_t)classes;
            labels[row] = (uint8_t)rng_below(&rng, (uint32_t)classes);
            sum += crossentropy_row(classes, own, labels[row], 0, 0);
            int best = 0;
            for (int i = 1; i < classes; i++)
                best = own[i] > own[best] ? i : best;
            wanted += best == labels[row];
        }
        double got = loss_crossentropy(ROWS, classes, x, labels, 0.5f, gradient, &correct);
        assert_near(got, sum, 1e-6, 1e-6);
        assert_int_equal(correct, wanted);
        for (int row = 0; row < ROWS; row++)
            for (int i = 0; i < classes; i++) {
                const double h = 1e-5;
                const float *own = x + (size_t)row * (size_t)classes;
                double slope = (crossentropy_row(classes, own, labels[row], i, h)
                                - crossentropy_row(classes, own, labels[row], i, -h)) / (2 * h);
                assert_near(gradient[row * classes + i], 0.5 * slope, 1e-5, 1e-6);
            }
        assert_true(loss_crossentropy(ROWS, classes, x, labels, 1, NULL, NULL) == got);
        loss_crossentropy(ROWS, classes, x, labels, 0.5f, x, NULL);
        assert_memory_equal(x, gradient, count * sizeof *x);
        guarded_free(x, count);
        guarded_free(gradient, count);
    }
}

static void crossentropy_of_nan(void **state)
{
    (void)state;
    for (int bad = 0; bad < 10; bad++) {
        float x[20] = {0};
        const uint8_t labels[2] = {0, 0};
        long correct = 0;
        x[bad] = NAN;
        assert_true(isnan(loss_crossentropy(2, 10, x, labels, 1, NULL, &correct)));
        assert_int_equal(correct, 1);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_and_gradients),
    cmocka_unit_test(long_sums),
    cmocka_unit_test(large_logits),
    cmocka_unit_test(probabilities_are_clipped),
    cmocka_unit_test(nan_is_never_hidden),
    cmocka_unit_test(crossentropy),
    cmocka_unit_test(crossentropy_of_nan),
};

EACH_ISA_MAIN(tests)
