/* Optimizers through the network against Keras 3's published formulas (keras/src/optimizers), worked step by step in double;
 * schedules against values worked by hand. */
#include "case.h"

#include "base/mem.h"
#include "nn/schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the formulas; a and b are the optimizer's memory of one number */

typedef double (*Rule)(const OptimizerSpec *spec, double lr, int t, double g, double w, double *a, double *b);

static double field(const OptimizerSpec *spec, const char *name)
{
    const Value *value = &spec->value[param_find(spec->kind, name)];
    return spec->kind->rows[param_find(spec->kind, name)].type == PARAM_FLAG ? value->choice : value->number;
}

static double sgd(const OptimizerSpec *spec, double lr, int t, double g, double w, double *a, double *b)
{
    (void)t, (void)b;
    double momentum = field(spec, "momentum");
    if (momentum == 0)
        return w - lr * g;
    *a = momentum * *a - lr * g;
    return field(spec, "nesterov") != 0 ? w + momentum * *a - lr * g : w + *a;
}

static double rmsprop(const OptimizerSpec *spec, double lr, int t, double g, double w, double *a, double *b)
{
    (void)t, (void)b;
    double rho = field(spec, "rho");
    *a = rho * *a + (1 - rho) * g * g;
    return w - lr * g / sqrt(*a + field(spec, "epsilon"));
}

static double adagrad(const OptimizerSpec *spec, double lr, int t, double g, double w, double *a, double *b)
{
    (void)b;
    *a = (t == 1 ? field(spec, "start") : *a) + g * g;
    return w - lr * g / sqrt(*a + field(spec, "epsilon"));
}

static double adadelta(const OptimizerSpec *spec, double lr, int t, double g, double w, double *a, double *b)
{
    (void)t;
    double rho = field(spec, "rho"), epsilon = field(spec, "epsilon");
    *a = rho * *a + (1 - rho) * g * g;
    double delta = -sqrt(*b + epsilon) / sqrt(*a + epsilon) * g;
    *b = rho * *b + (1 - rho) * delta * delta;
    return w + lr * delta;
}

static double adam(const OptimizerSpec *spec, double lr, int t, double g, double w, double *a, double *b)
{
    double beta1 = field(spec, "beta1"), beta2 = field(spec, "beta2");
    double alpha = lr * sqrt(1 - pow(beta2, t)) / (1 - pow(beta1, t));
    *a += (g - *a) * (1 - beta1);
    *b += (g * g - *b) * (1 - beta2);
    return w - *a * alpha / (sqrt(*b) + field(spec, "epsilon"));
}

static double adamw(const OptimizerSpec *spec, double lr, int t, double g, double w, double *a, double *b)
{
    return adam(spec, lr, t, g, w - w * field(spec, "decay") * lr, a, b);
}

static double nadam(const OptimizerSpec *spec, double lr, int t, double g, double w, double *a, double *b)
{
    double beta1 = field(spec, "beta1"), beta2 = field(spec, "beta2"), product = 1;
    for (int i = 1; i <= t; i++)
        product *= beta1 * (1 - 0.5 * pow(0.96, i));
    double u = beta1 * (1 - 0.5 * pow(0.96, t)), next = beta1 * (1 - 0.5 * pow(0.96, t + 1));
    *a += (g - *a) * (1 - beta1);
    *b += (g * g - *b) * (1 - beta2);
    double m = next * *a / (1 - product * next) + (1 - u) * g / (1 - product), v = *b / (1 - pow(beta2, t));
    return w - m * lr / (sqrt(v) + field(spec, "epsilon"));
}

static const struct {
    const char *kind;
    Rule rule;
} rules[] = {{"sgd", sgd}, {"rmsprop", rmsprop}, {"adagrad", adagrad}, {"adadelta", adadelta},
             {"adam", adam}, {"adamw", adamw}, {"nadam", nadam}};

static Rule rule_of(const OptimizerSpec *spec)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (!strcmp(rules[i].kind, spec->kind->name))
            return rules[i].rule;
    return NULL;
}

/* ---- a network of two layers that follows them for some steps */

static void follow(const char *text, int steps, double first_step, int threads)
{
    OptimizerSpec spec = optimizer_of(text);
    Rule rule = rule_of(&spec);
    Rng rng = rng_new(30, RNG_TEST, 0, 0);
    Case c = case_new(shape_vector(4), 6, 4);
    case_add(&c, layer_of("dense 5 tanh"));
    case_add(&c, layer_of("dense 3"));
    case_fill(&c, &rng);
    snprintf(c.text, sizeof c.text, "%s", text);
    Network *net = case_network(&c, threads, &spec, false);
    Reference *ref = reference_new(c.layer, c.layers, c.input, c.batch, NULL);
    reference_take(ref, net);
    ref->training = true;
    BatchSource source = case_source(&c);
    double memory[2][2][2][32] = {0};
    double lr = spec.value[OPTIMIZER_LR].number;
    for (int step = 1; step <= steps; step++) {
        StepSettings settings = {.lr = lr, .kl_weight = 1};
        network_train_step(net, c.batch, &source, &settings);
        long correct;
        reference_forward(ref, c.x);
        reference_loss(ref, &c.loss, c.target, NULL, &correct);
        reference_backward(ref);
        for (int i = 0; i < 2; i++)
            for (int t = 0; t < 2; t++) {
                RefTensor *tensor = &ref->layer[i].tensor[t];
                double (*slot)[32] = memory[i][t];
                for (size_t j = 0; j < tensor->size; j++)
                    tensor->value[j] = rule(&spec, lr, step, tensor->grad[j], tensor->value[j], &slot[0][j], &slot[1][j]);
                case_compare(&c, "parameters", threads, tensor->size, net->param + net->layer[i].tensor_at[t], tensor->value, 0);
            }
        assert_int_equal(network_step_count(net), step);
        lr *= first_step; /* the rate may change from step to step */
    }
    reference_free(ref);
    network_free(net);
    case_free(&c);
}

static void formulas(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "sgd", "sgd lr=0.1 momentum=0.9", "sgd lr=0.1 momentum=0.9 nesterov", "rmsprop", "rmsprop lr=0.01 rho=0.5 epsilon=0.001",
        "adagrad", "adagrad lr=0.1 start=0 epsilon=1e-4", "adadelta", "adadelta lr=0.3 rho=0.8 epsilon=1e-3",
        "adam", "adam lr=0.01 beta1=0.5 beta2=0.9 epsilon=1e-3", "adam beta1=0 beta2=0", "adamw", "adamw lr=0.05 decay=0.2",
        "nadam", "nadam lr=0.01 beta1=0.6 beta2=0.95"};
    bool seen[COUNT_OF(rules)] = {0};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (int threads = 1; threads <= CASE_TEAMS; threads++) {
            follow(texts[i], 8, 1, threads);
            follow(texts[i], 5, 0.7, threads);
            for (size_t k = 0; k < COUNT_OF(rules); k++)
                seen[k] |= !strncmp(texts[i], rules[k].kind, strlen(rules[k].kind));
        }
    assert_int_equal(optimizer_kinds_count, COUNT_OF(rules));
    for (int k = 0; k < optimizer_kinds_count; k++) {
        OptimizerSpec spec = param_set_new(&optimizer_kinds[k]->param);
        assert_true(rule_of(&spec) && seen[k]);
    }
}

/* Corrections of Adam and Nadam late in a run, where they must fade to 1. */
static void late_steps(void **state)
{
    (void)state;
    static const char *const texts[] = {"adam", "adamw", "nadam"};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (uint32_t t = 1; t < 3000000; t = t * 7 + 3) {
            OptimizerSpec spec = optimizer_of(texts[i]);
            const OptimizerKind *kind = optimizer_spec_kind(&spec);
            float w = 1, m = 0.02f, v = 0.003f, g = 0.05f, *gradients[1] = {&g};
            double a = (double)m, b = (double)v, before = (double)w;
            UpdateRange range = {.count = 1, .parameter = &w, .gradient = gradients, .gradients = 1, .scale = 1, .slot = {&m, &v}};
            kind->update(&spec, 0.1, t, &range);
            double want = rule_of(&spec)(&spec, 0.1, (int)t, (double)0.05f, before, &a, &b);
            assert_true(fabs((double)w - want) < 2e-7);
            assert_true(g == 0); /* taken, and cleared for the next step */
        }
}

/* https://keras.io/api/optimizers; Adadelta's rate is the paper's and the recipes'. */
static void defaults(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *field;
        double value;
    } want[] = {
        {"sgd", "lr", 0.01},        {"sgd", "momentum", 0},        {"sgd", "nesterov", 0},     {"rmsprop", "lr", 0.001},
        {"rmsprop", "rho", 0.9},    {"rmsprop", "epsilon", 1e-7},  {"adagrad", "lr", 0.001},   {"adagrad", "start", 0.1},
        {"adagrad", "epsilon", 1e-7}, {"adadelta", "lr", 1},       {"adadelta", "rho", 0.95},  {"adadelta", "epsilon", 1e-7},
        {"adam", "lr", 0.001},      {"adam", "beta1", 0.9},        {"adam", "beta2", 0.999},   {"adam", "epsilon", 1e-7},
        {"adamw", "lr", 0.001},     {"adamw", "beta1", 0.9},       {"adamw", "beta2", 0.999},  {"adamw", "epsilon", 1e-7},
        {"adamw", "decay", 0.004},  {"nadam", "lr", 0.001},        {"nadam", "beta1", 0.9},    {"nadam", "beta2", 0.999},
        {"nadam", "epsilon", 1e-7},
    };
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        OptimizerSpec spec = optimizer_of(want[i].kind);
        if (field(&spec, want[i].field) != want[i].value)
            fail_msg("%s: %s is %g", want[i].kind, want[i].field, field(&spec, want[i].field));
    }
    int fields = 0;
    for (int k = 0; k < optimizer_kinds_count; k++)
        fields += optimizer_kinds[k]->param.count;
    assert_int_equal(fields, COUNT_OF(want)); /* none forgotten */
}

/* ---- schedules */

static ParamSet schedule_of(const char *kind, const char *const *fields, const double *values, int count)
{
    int k = 0;
    while (strcmp(schedule_kinds[k]->name, kind) != 0)
        assert_true(++k < schedule_kinds_count);
    ParamSet set = param_set_new(schedule_kinds[k]);
    for (int i = 0; i < count; i++) {
        int at = param_find(set.kind, fields[i]);
        assert_true(at >= 0);
        set.value[at].number = values[i];
    }
    return set;
}
typedef struct Setting {
    const char *name;
    double value;
} Setting;

static ParamSet schedule(const char *kind, Setting a, Setting b, Setting c, Setting d)
{
    const Setting all[] = {a, b, c, d};
    const char *names[4];
    double values[4];
    int count = 0;
    for (int i = 0; i < 4; i++)
        if (all[i].name) {
            names[count] = all[i].name;
            values[count++] = all[i].value;
        }
    return schedule_of(kind, names, values, count);
}

static void near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12 + 1e-9 * fabs(want)))
        fail_msg("%.12g, not %.12g", got, want);
}

static double lr_at(const ParamSet *set, double epoch, int epochs)
{
    ScheduleState state = schedule_new();
    return schedule_lr(set, &state, 0.1, epoch, epochs);
}

static void schedules(void **state)
{
    (void)state;
    const Setting none = {0};
    ParamSet s = schedule("constant", none, none, none, none);
    near(lr_at(&s, 0, 10), 0.1);
    near(lr_at(&s, 9.99, 10), 0.1);

    s = schedule("constant", (Setting){"warmup", 4}, none, none, none);
    near(lr_at(&s, 0, 10), 0);
    near(lr_at(&s, 1, 10), 0.025);
    near(lr_at(&s, 3.5, 10), 0.0875);
    near(lr_at(&s, 4, 10), 0.1);

    s = schedule("step", (Setting){"every", 3}, (Setting){"factor", 0.5}, none, none);
    near(lr_at(&s, 2.99, 10), 0.1);
    near(lr_at(&s, 3, 10), 0.05);
    near(lr_at(&s, 6, 10), 0.025);
    near(lr_at(&s, 9.5, 10), 0.0125);

    s = schedule("exponential", (Setting){"rate", 0.9}, none, none, none);
    near(lr_at(&s, 0, 10), 0.1);
    near(lr_at(&s, 1, 10), 0.09);
    near(lr_at(&s, 2, 10), 0.081);
    near(lr_at(&s, 0.5, 10), 0.0948683298050514);

    s = schedule("cosine", none, none, none, none);
    near(lr_at(&s, 0, 8), 0.1);
    near(lr_at(&s, 2, 8), 0.0853553390593274); /* (1 + cos 45 degrees) / 2 */
    near(lr_at(&s, 4, 8), 0.05);
    near(lr_at(&s, 8, 8), 0);
    s = schedule("cosine", (Setting){"warmup", 2}, (Setting){"floor", 0.02}, none, none);
    near(lr_at(&s, 1, 10), 0.05);
    near(lr_at(&s, 2, 10), 0.1);
    near(lr_at(&s, 6, 10), 0.05);
    near(lr_at(&s, 10, 10), 0.02);
    assert_int_equal(schedule_kinds_count, 5);
}

/* As Keras' ReduceLROnPlateau. */
static void plateau(void **state)
{
    (void)state;
    ParamSet s = schedule("plateau", (Setting){"factor", 0.1}, (Setting){"patience", 2}, (Setting){"min-delta", 0.01},
                          (Setting){"floor", 1e-4});
    ScheduleState at = schedule_new();
    static const struct {
        double loss, lr; /* the epoch's loss, the rate after it */
    } epochs[] = {
        {1.0, 0.1},   {0.9, 0.1},   {0.895, 0.1}, /* better by less than min-delta: not better */
        {0.5, 0.1},   {0.6, 0.1},   {0.6, 0.01},  /* two without: the rate falls */
        {0.6, 0.01},  {0.6, 0.001}, {0.4, 0.001}, {0.5, 0.001}, {0.3, 0.001}, {0.3, 0.001}, {0.31, 1e-4},
        {0.4, 1e-4},  {0.4, 1e-4},  {0.4, 1e-4},  {0.4, 1e-4}, /* the floor */
    };
    for (size_t i = 0; i < COUNT_OF(epochs); i++) {
        schedule_epoch_end(&s, &at, 0.1, epochs[i].loss);
        near(schedule_lr(&s, &at, 0.1, (double)i + 1, 20), epochs[i].lr);
    }
    /* A loss that is not finite is no improvement, and other schedules remember nothing. */
    at = schedule_new();
    schedule_epoch_end(&s, &at, 0.1, NAN);
    schedule_epoch_end(&s, &at, 0.1, INFINITY);
    near(schedule_lr(&s, &at, 0.1, 2, 20), 0.01);
    ParamSet steps = schedule("step", (Setting){0}, (Setting){0}, (Setting){0}, (Setting){0});
    ScheduleState untouched = schedule_new(), fresh = schedule_new();
    for (int i = 0; i < 5; i++)
        schedule_epoch_end(&steps, &untouched, 0.1, 7);
    assert_true(untouched.factor == fresh.factor && untouched.best == fresh.best && untouched.waited == fresh.waited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_TEAMS(formulas), cmocka_unit_test(late_steps), cmocka_unit_test(defaults), cmocka_unit_test(schedules),
        cmocka_unit_test(plateau),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
