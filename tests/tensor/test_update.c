/* Optimizer updates against the published formulas in double precision, step by step. */
#include "guarded.h"

#include "tensor/update.h"

enum { STEPS = 6, OFFSET = 5, THREADS = 4 };

/* One parameter's life in double. */
typedef struct Life {
    double p, slot[2];
} Life;

static const double LR = 0.01, RHO = 0.95, BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-7, DECAY = 0.004;

static double nadam_momentum(int t)
{
    return BETA1 * (1 - 0.5 * pow(0.96, t));
}

static double nadam_product(int t)
{
    double product = 1;
    for (int i = 1; i <= t; i++)
        product *= nadam_momentum(i);
    return product;
}

/* -- Each optimizer twice: Keras' update() written for one number, and the call under test. */

static void sgd(Life *a, double g, int t)
{
    (void)t;
    a->p -= LR * g;
}

static void sgd_run(const UpdateRange *r, int t)
{
    (void)t;
    update_sgd(r, LR, 0, false);
}

static void momentum(Life *a, double g, int t)
{
    (void)t;
    a->slot[0] = 0.9 * a->slot[0] - LR * g;
    a->p += a->slot[0];
}

static void momentum_run(const UpdateRange *r, int t)
{
    (void)t;
    update_sgd(r, LR, 0.9, false);
}

static void nesterov(Life *a, double g, int t)
{
    (void)t;
    a->slot[0] = 0.9 * a->slot[0] - LR * g;
    a->p += 0.9 * a->slot[0] - LR * g;
}

static void nesterov_run(const UpdateRange *r, int t)
{
    (void)t;
    update_sgd(r, LR, 0.9, true);
}

static void rmsprop(Life *a, double g, int t)
{
    (void)t;
    a->slot[0] = RHO * a->slot[0] + (1 - RHO) * g * g;
    a->p -= LR * g / sqrt(a->slot[0] + EPSILON);
}

static void rmsprop_run(const UpdateRange *r, int t)
{
    (void)t;
    update_rmsprop(r, LR, RHO, EPSILON);
}

static void adagrad(Life *a, double g, int t)
{
    (void)t;
    a->slot[0] += g * g;
    a->p -= LR * g / sqrt(a->slot[0] + EPSILON);
}

static void adagrad_run(const UpdateRange *r, int t)
{
    (void)t;
    update_adagrad(r, LR, EPSILON);
}

static void adadelta(Life *a, double g, int t)
{
    (void)t;
    a->slot[0] = RHO * a->slot[0] + (1 - RHO) * g * g;
    double delta = -sqrt(a->slot[1] + EPSILON) * g / sqrt(a->slot[0] + EPSILON);
    a->slot[1] = RHO * a->slot[1] + (1 - RHO) * delta * delta;
    a->p += LR * delta;
}

static void adadelta_run(const UpdateRange *r, int t)
{
    (void)t;
    update_adadelta(r, LR, RHO, EPSILON);
}

static double adam_rate(int t)
{
    return LR * sqrt(1 - pow(BETA2, t)) / (1 - pow(BETA1, t));
}

static void adam(Life *a, double g, int t)
{
    a->slot[0] += (g - a->slot[0]) * (1 - BETA1);
    a->slot[1] += (g * g - a->slot[1]) * (1 - BETA2);
    a->p -= a->slot[0] * adam_rate(t) / (sqrt(a->slot[1]) + EPSILON);
}

static void adam_run(const UpdateRange *r, int t)
{
    update_adam(r, adam_rate(t), BETA1, BETA2, EPSILON, 0);
}

static void adamw(Life *a, double g, int t)
{
    a->p -= a->p * DECAY * LR;
    adam(a, g, t);
}

static void adamw_run(const UpdateRange *r, int t)
{
    update_adam(r, adam_rate(t), BETA1, BETA2, EPSILON, DECAY * LR);
}

static void nadam(Life *a, double g, int t)
{
    a->slot[0] += (g - a->slot[0]) * (1 - BETA1);
    a->slot[1] += (g * g - a->slot[1]) * (1 - BETA2);
    double m = nadam_momentum(t + 1) * a->slot[0] / (1 - nadam_product(t + 1))
        + (1 - nadam_momentum(t)) * g / (1 - nadam_product(t));
    double v = a->slot[1] / (1 - pow(BETA2, t));
    a->p -= m * LR / (sqrt(v) + EPSILON);
}

static void nadam_run(const UpdateRange *r, int t)
{
    update_nadam(r, LR * nadam_momentum(t + 1) / (1 - nadam_product(t + 1)),
                 LR * (1 - nadam_momentum(t)) / (1 - nadam_product(t)), 1 / (1 - pow(BETA2, t)), BETA1, BETA2, EPSILON);
}

static const struct {
    void (*reference)(Life *a, double g, int t);
    void (*run)(const UpdateRange *r, int t);
    int slots;
} optimizers[] = {{sgd, sgd_run, 0},         {momentum, momentum_run, 1}, {nesterov, nesterov_run, 1},
                  {rmsprop, rmsprop_run, 1}, {adagrad, adagrad_run, 1},   {adadelta, adadelta_run, 2},
                  {adam, adam_run, 2},       {adamw, adamw_run, 2},       {nadam, nadam_run, 2}};

/* Everything that goes into the gradient before the optimizer sees it. */
typedef struct Extras {
    float l1, l2, scale, clip;
} Extras;

static void live(size_t optimizer, size_t count, int threads, Extras extras)
{
    Rng rng = rng_new(1, RNG_TEST, (uint32_t)optimizer, (uint32_t)count);
    size_t whole = count + 2 * OFFSET;
    float *p = guarded_random(&rng, count, 1), *slot[2] = {guarded_new(count), guarded_new(count)}, *gradient[THREADS];
    Life *life = mem_new(count, sizeof *life);
    for (size_t i = 0; i < count; i++) {
        if (i % 5 == 3 && extras.clip == 0)
            p[i] = 0; /* where L1 has no sign; but equal clipped steps would come back to it, up to a rounding */
        slot[0][i] = slot[1][i] = 0.1f;
        life[i] = (Life){p[i], {(double)0.1f, (double)0.1f}};
    }
    for (int thread = 0; thread < threads; thread++)
        gradient[thread] = guarded_new(whole);
    UpdateRange r = {count, p, gradient, OFFSET, threads, extras.l1, extras.l2, extras.scale, extras.clip,
                     {optimizers[optimizer].slots > 0 ? slot[0] : NULL, optimizers[optimizer].slots > 1 ? slot[1] : NULL}};
    for (int t = 1; t <= STEPS; t++) {
        double square = 0;
        for (int thread = 0; thread < threads; thread++)
            for (size_t i = 0; i < whole; i++)
                gradient[thread][i] = rng_normal(&rng);
        for (size_t i = 0; i < count; i++) {
            double g = 0;
            for (int thread = 0; thread < threads; thread++)
                g += gradient[thread][OFFSET + i];
            g += (double)extras.l1 * ((life[i].p > 0) - (life[i].p < 0)) + 2.0 * (double)extras.l2 * life[i].p;
            square += g * g;
            g *= (double)extras.scale;
            if (extras.clip > 0)
                g = fmin(fmax(g, -(double)extras.clip), (double)extras.clip);
            optimizers[optimizer].reference(&life[i], g, t);
        }
        assert_near(update_square_norm(&r), square, 1e-5, 1e-9);
        double squares, magnitudes, parameter_squares = 0, parameter_magnitudes = 0;
        for (size_t i = 0; i < count; i++) {
            parameter_squares += (double)p[i] * (double)p[i];
            parameter_magnitudes += fabs((double)p[i]);
        }
        update_weight_norms(&r, &squares, &magnitudes);
        assert_near(squares, parameter_squares, 1e-12, 1e-30);
        assert_near(magnitudes, parameter_magnitudes, 1e-12, 1e-30);
        float before = gradient[0][OFFSET - 1], after = gradient[0][OFFSET + count];
        optimizers[optimizer].run(&r, t);
        assert_true(gradient[0][OFFSET - 1] == before && gradient[0][OFFSET + count] == after);
        for (int thread = 0; thread < threads; thread++)
            for (size_t i = 0; i < count; i++)
                assert_true(gradient[thread][OFFSET + i] == 0);
    }
    for (size_t i = 0; i < count; i++) {
        assert_near(p[i], life[i].p, 1e-6, 3e-6);
        for (int s = 0; s < optimizers[optimizer].slots; s++)
            assert_near(slot[s][i], life[i].slot[s], 3e-6, 1e-6);
    }
    guarded_free(p, count);
    guarded_free(slot[0], count);
    guarded_free(slot[1], count);
    for (int thread = 0; thread < threads; thread++)
        guarded_free(gradient[thread], whole);
    free(life);
}

static void formulas(void **state)
{
    (void)state;
    for (size_t optimizer = 0; optimizer < COUNT_OF(optimizers); optimizer++)
        for (size_t i = 0; i < COUNT_OF(tail_counts); i++)
            live(optimizer, tail_counts[i], 1 + (int)i % THREADS, (Extras){0, 0, 1, 0});
}

static void decay_scale_and_clip(void **state)
{
    (void)state;
    static const Extras extras[] = {{0.03f, 0, 1, 0}, {0, 0.02f, 1, 0}, {0, 0, 0.37f, 0}, {0, 0, 1, 0.5f},
                                    {0.03f, 0.02f, 0.37f, 0.2f}};
    for (size_t optimizer = 0; optimizer < COUNT_OF(optimizers); optimizer++)
        for (size_t i = 0; i < COUNT_OF(extras); i++)
            live(optimizer, 45, 2, extras[i]);
}

/* The order of a sum over threads is theirs by rank: large numbers that cancel show any other. */
static void threads_are_added_in_order(void **state)
{
    (void)state;
    for (int threads = 1; threads <= THREADS; threads++) {
        enum { COUNT = 37 };
        Rng rng = rng_new(2, RNG_TEST, 0, 0);
        float p[COUNT] = {0}, memory[THREADS][COUNT], *gradient[THREADS], wanted[COUNT];
        for (int i = 0; i < COUNT; i++) {
            wanted[i] = 0;
            for (int thread = 0; thread < threads; thread++) {
                memory[thread][i] = rng_normal(&rng) * powf(10, 8 * rng_uniform(&rng));
                wanted[i] = thread ? wanted[i] + memory[thread][i] : memory[thread][i];
            }
        }
        for (int thread = 0; thread < THREADS; thread++)
            gradient[thread] = memory[thread];
        UpdateRange r = {.count = COUNT, .parameter = p, .gradient = gradient, .gradients = threads, .scale = 1};
        update_sgd(&r, 1, 0, false);
        for (int i = 0; i < COUNT; i++)
            assert_true(p[i] == -wanted[i]);
    }
}

static void nan_survives_clipping(void **state)
{
    (void)state;
    for (size_t optimizer = 0; optimizer < COUNT_OF(optimizers); optimizer++) {
        float p[20] = {0}, memory[20] = {0}, *gradient[1] = {memory}, a[20] = {0}, b[20] = {0};
        memory[3] = memory[19] = NAN;
        UpdateRange r = {20, p, gradient, 0, 1, 0, 0, 1, 0.5f, {a, b}};
        assert_true(isnan(update_square_norm(&r)));
        optimizers[optimizer].run(&r, 1);
        for (int i = 0; i < 20; i++)
            assert_int_equal(isnan(p[i]), i == 3 || i == 19);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(formulas),
    cmocka_unit_test(decay_scale_and_clip),
    cmocka_unit_test(threads_are_added_in_order),
    cmocka_unit_test(nan_survives_clipping),
};

EACH_ISA_MAIN(tests)
