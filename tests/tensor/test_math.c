/* The vector functions of kernels/math.h against libm in double, over the whole range of floats.  Compiled here for the
 * compiler's own instruction set; the tests of activations, losses and random numbers reach the other copies. */
#define KERNEL_ISA test
#include "tensor/kernels/math.h"

#include "guarded.h"

#include <float.h>

typedef Vec Function(Vec x);
typedef double Reference(double x);

static Vec cos_turn(Vec u)
{
    Vec sine;
    return vec_cos_sin_turn(u, &sine);
}

static Vec sin_turn(Vec u)
{
    Vec sine;
    vec_cos_sin_turn(u, &sine);
    return sine;
}

static Vec normal(Vec x)
{
    Vec density;
    return vec_normal(x, &density);
}

static Vec density(Vec x)
{
    Vec d;
    vec_normal(x, &d);
    return d;
}

static Vec exp_(Vec x) { return vec_exp(x); }
static Vec exp_negative(Vec x) { return vec_exp_negative(x); }
static Vec expm1_(Vec x) { return vec_expm1(x); }
static Vec log_(Vec x) { return vec_log(x); }
static Vec log1p_unit(Vec x) { return vec_log1p_unit(x); }
static Vec log1m(Vec x) { return vec_log1m(x); }
static Vec tanh_(Vec x) { return vec_tanh(x); }
static Vec sigmoid(Vec x) { return vec_sigmoid(x); }
static Vec softplus(Vec x) { return vec_softplus(x); }

static double log1m_in_double(double p) { return log1p(-p); }
static double cos_in_double(double u) { return cos(2 * M_PI * u); }
static double sin_in_double(double u) { return sin(2 * M_PI * u); }
static double normal_in_double(double x) { return 0.5 * erfc(-x / sqrt(2)); }
static double density_in_double(double x) { return exp(-x * x / 2) / sqrt(2 * M_PI); }
static double sigmoid_in_double(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double softplus_in_double(double x) { return fmax(x, 0) + log1p(exp(-fabs(x))); }

static const struct {
    const char *name;
    Function *function;
    Reference *reference;
    float from, to;    /* where it is meant for */
    double relative, absolute;
} functions[] = {
    {"exp", exp_, exp, -FLT_MAX, 88.72f, 2e-7, 1.5e-45},
    {"exp of negatives", exp_negative, exp, -FLT_MAX, 0, 2e-7, 2e-38},
    {"expm1", expm1_, expm1, -FLT_MAX, 87, 2e-7, 0},
    {"log", log_, log, 1e-45f, FLT_MAX, 2e-7, 0},
    {"log(1 + u)", log1p_unit, log1p, 0, 1, 2e-7, 0},
    {"log(1 - p)", log1m, log1m_in_double, 1e-30f, 0.99999994f, 2e-7, 0},
    {"tanh", tanh_, tanh, -FLT_MAX, FLT_MAX, 2e-7, 0},
    {"sigmoid", sigmoid, sigmoid_in_double, -FLT_MAX, FLT_MAX, 2e-7, 2e-38},
    {"softplus", softplus, softplus_in_double, -FLT_MAX, FLT_MAX, 2e-7, 2e-38},
    {"Phi", normal, normal_in_double, -FLT_MAX, FLT_MAX, 4e-7, 2e-38},
    {"density", density, density_in_double, -14, 14, 2e-7, 2e-38},
    {"cos", cos_turn, cos_in_double, 0, 0.99999994f, 2e-7, 6e-8},
    {"sin", sin_turn, sin_in_double, 0, 0.99999994f, 2e-7, 6e-8},
};

/* Every 10007th float of all, negative and positive, and the ends. */
static void whole_range(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(functions); k++) {
        double worst = 0;
        for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 10007) {
            float x[VECTOR_FLOATS], y[VECTOR_FLOATS];
            uint32_t pattern = (uint32_t)bits;
            for (int i = 0; i < VECTOR_FLOATS; i++, pattern += 1234567) {
                memcpy(&x[i], &pattern, sizeof x[i]);
                if (!(x[i] >= functions[k].from))
                    x[i] = functions[k].from;
                if (x[i] > functions[k].to)
                    x[i] = functions[k].to;
            }
            vec_store(y, functions[k].function(vec_load(x)));
            double wanted = functions[k].reference((double)x[0]), off = fabs(y[0] - wanted) - functions[k].absolute;
            double error = off <= 0 ? 0 : off / fabs(wanted);
            if (!(error <= functions[k].relative))
                fail_msg("%s(%.9g): got %.9g, wanted %.9g", functions[k].name, (double)x[0], (double)y[0], wanted);
            worst = fmax(worst, error);
        }
        print_message("%s: largest relative error %.2g\n", functions[k].name, worst);
    }
}

static float one(Function *f, float x)
{
    return f(vec_all(x))[0];
}

static void extremes(void **state)
{
    (void)state;
    assert_true(one(exp_, -INFINITY) == 0 && one(exp_, INFINITY) == INFINITY && one(exp_, 89) == INFINITY);
    assert_true(one(exp_, 0) == 1 && one(exp_negative, 0) == 1 && one(exp_negative, -INFINITY) == 0);
    assert_true(one(expm1_, 0) == 0 && one(expm1_, -INFINITY) == -1);
    assert_true(one(log_, 0) == -INFINITY && one(log_, INFINITY) == INFINITY && one(log_, 1) == 0);
    assert_true(isnan(one(log_, -1)) && isnan(one(log_, -INFINITY)));
    assert_true(one(tanh_, INFINITY) == 1 && one(tanh_, -INFINITY) == -1);
    assert_true(one(tanh_, 0) == 0 && signbit(one(tanh_, -0.0f)));
    assert_true(one(sigmoid, INFINITY) == 1 && one(sigmoid, -INFINITY) == 0 && one(sigmoid, 0) == 0.5f);
    assert_true(one(softplus, INFINITY) == INFINITY && one(softplus, -INFINITY) == 0);
    assert_true(one(normal, INFINITY) == 1 && one(normal, -INFINITY) == 0 && one(density, INFINITY) == 0);
    assert_true(one(cos_turn, 0) == 1 && one(sin_turn, 0) == 0);
    assert_true(one(cos_turn, 0.25f) == 0 && one(sin_turn, 0.25f) == 1);
    for (size_t k = 0; k < COUNT_OF(functions); k++)
        assert_true(isnan(one(functions[k].function, NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_range),
        cmocka_unit_test(extremes),
    };
    (void)run_on_isa; /* of each_isa.h */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
