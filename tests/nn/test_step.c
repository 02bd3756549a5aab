/* A training step's rules: what is frozen, what is clipped and decayed, what a loss that is not finite leaves behind, and that
 * nothing is allocated. */
#include "case.h"

#include "allocations.h"
#include "base/mem.h"
#include "tensor/conv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Case chain_case(Shape input, int batch, const char *const *layers, size_t count)
{
    Rng rng = rng_new(20, RNG_TEST, (uint32_t)count, 0);
    Case c = case_new(input, batch, 3);
    for (size_t i = 0; i < count; i++)
        case_add(&c, layer_of(layers[i]));
    case_fill(&c, &rng);
    return c;
}
#define CHAIN(input, batch, ...) \
    chain_case(input, batch, (const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__})))

static StepResult step(Network *net, const Case *c, StepSettings settings)
{
    BatchSource source = case_source(c);
    return network_train_step(net, c->batch, &source, &settings);
}

static const StepSettings unit = {.lr = 1, .kl_weight = 1};

/* The first layer that learns is never asked for its input's gradient, nor anything before it. */
static void first_layer_needs_no_dx(void **state)
{
    (void)state;
    Case c = CHAIN(shape_map(5, 5, 2), 4, "conv 3 3x3", "maxpool 2", "conv 4 2x2", "flatten", "dense 6");
    OptimizerSpec sgd = optimizer_of("sgd");
    for (int frozen = 0; frozen < 2; frozen++) {
        c.frozen[0] = frozen;
        Network *net = case_network(&c, 1, &sgd, false);
        assert_int_equal(net->first_trained, frozen ? 2 : 0);
        for (int i = 0; i < net->layers; i++)
            assert_int_equal(net->layer[i].wants_dx, i > net->first_trained);
        const ConvPlan *conv = net->layer[net->first_trained].plan.own;
        assert_false(conv->wants_dx);
        network_free(net);
    }
    case_free(&c);
}

/* All frozen but one layer in the middle; the counted work shrinks accordingly. */
static void frozen_layers_cost_less(void **state)
{
    (void)state;
    Case c = CHAIN(shape_vector(6), 4, "dense 8 relu", "dense 8 relu", "dense 6");
    OptimizerSpec sgd = optimizer_of("sgd");
    Network *net = case_network(&c, 1, &sgd, false);
    assert_true(network_flops(net) == 2.0 * (2 * 48 + 3 * 64 + 3 * 48)); /* the first layer has no input gradient */
    network_free(net);
    c.frozen[0] = c.frozen[2] = true;
    net = case_network(&c, 1, &sgd, false);
    assert_true(network_flops(net) == 2.0 * (1 * 48 + 2 * 64 + 2 * 48));
    network_free(net);
    net = case_network(&c, 1, NULL, false);
    assert_true(network_flops(net) == 2.0 * (48 + 64 + 48));
    network_free(net);
    case_free(&c);
}

static float *all_parameters(const Network *net, size_t *size)
{
    *size = (net->params + net->states) * sizeof(float);
    float *copy = mem_new(net->params + net->states, sizeof *copy);
    memcpy(copy, net->param, net->params * sizeof(float));
    memcpy(copy + net->params, net->state, net->states * sizeof(float));
    return copy;
}

/* A batch whose loss is not finite changes nothing: not the parameters, not BatchNorm's statistics, not the optimizer; and the
 * layer where it began is named. */
static void not_finite(void **state)
{
    (void)state;
    Case c = CHAIN(shape_map(4, 4, 1), 6, "batchnorm", "conv 3 3x3", "batchnorm", "flatten", "dense 5 relu", "dropout 0.2", "dense 4");
    OptimizerSpec adam = optimizer_of("adam lr=0.01");
    static const struct {
        int layer, tensor; /* tensor -1: the input */
        float value;
        int bad;
    } wounds[] = {{0, -1, NAN, 0}, {1, 0, NAN, 1}, {1, 0, INFINITY, 1}, {4, 0, INFINITY, 4}, {6, 1, NAN, 6}, {6, 1, 3e38f, -1}};
    for (size_t w = 0; w < COUNT_OF(wounds); w++)
        for (int threads = 1; threads <= CASE_TEAMS; threads++) {
            Network *net = case_network(&c, threads, &adam, false), *healthy = case_network(&c, threads, &adam, false);
            StepSettings settings = {.lr = 0.01, .kl_weight = 1, .random_step = 1};
            step(net, &c, settings);
            step(healthy, &c, settings);
            size_t size, slot_size;
            float *slot = network_slot(net, 1, &slot_size), *before = all_parameters(net, &size), *where = &c.x[16 * 5 + 3];
            float *memory = memcpy(mem_new(slot_size, sizeof *memory), slot, slot_size * sizeof *slot);
            if (wounds[w].tensor >= 0)
                where = net->param + net->layer[wounds[w].layer].tensor_at[wounds[w].tensor];
            float was = *where;
            *where = wounds[w].value;
            network_changed(net);
            settings.random_step = 2;
            StepResult result = step(net, &c, settings);
            assert_false(isfinite(result.loss));
            if (result.bad_layer != wounds[w].bad)
                fail_msg("wound %zu, %d threads: layer %d is named, not %d", w, threads, result.bad_layer, wounds[w].bad);
            *where = was;
            network_changed(net);
            assert_int_equal(network_step_count(net), 1);
            float *after = all_parameters(net, &size);
            assert_memory_equal(after, before, size);
            assert_memory_equal(slot, memory, slot_size * sizeof *slot);
            /* And the next step is as if nothing had been. */
            settings.random_step = 3;
            assert_true(step(net, &c, settings).loss == step(healthy, &c, settings).loss);
            assert_memory_equal(net->param, healthy->param, net->params * sizeof(float));
            assert_memory_equal(net->state, healthy->state, net->states * sizeof(float));
            free(before);
            free(after);
            free(memory);
            network_free(net);
            network_free(healthy);
        }
    case_free(&c);
}

/* ---- clipping and decay: slot 0 of SGD with momentum is minus the gradient as it was used */

static double gradient_norm(const Network *net, double *largest)
{
    double sum = 0;
    *largest = 0;
    for (size_t i = 0; i < net->params; i++) {
        double g = (double)net->slots[0][i];
        sum += g * g;
        *largest = fmax(*largest, fabs(g));
    }
    return sqrt(sum);
}

static void clipping(void **state)
{
    (void)state;
    Case c = CHAIN(shape_vector(5), 9, "dense 7 tanh", "dense 5");
    OptimizerSpec sgd = optimizer_of("sgd momentum=0.5");
    for (int threads = 1; threads <= CASE_TEAMS; threads++) {
        Network *plain = case_network(&c, threads, &sgd, false), *clipped = case_network(&c, threads, &sgd, false);
        double largest, now, norm;
        step(plain, &c, unit);
        norm = gradient_norm(plain, &largest);
        StepSettings settings = unit;
        settings.clip_norm = norm / 3;
        step(clipped, &c, settings);
        assert_true(fabs(gradient_norm(clipped, &now) - norm / 3) < 1e-6 * norm);
        for (size_t i = 0; i < plain->params; i++)
            assert_true(fabs((double)clipped->slots[0][i] - (double)plain->slots[0][i] / 3) <= 1e-6 * largest);
        network_free(clipped);

        clipped = case_network(&c, threads, &sgd, false);
        settings.clip_norm = norm * 1.01; /* not reached */
        step(clipped, &c, settings);
        assert_memory_equal(clipped->param, plain->param, plain->params * sizeof(float));
        network_free(clipped);

        clipped = case_network(&c, threads, &sgd, false);
        settings.clip_norm = 0;
        settings.clip_value = largest / 2;
        step(clipped, &c, settings);
        for (size_t i = 0; i < plain->params; i++) {
            double g = (double)plain->slots[0][i], limit = largest / 2;
            assert_true(fabs((double)clipped->slots[0][i] - fmax(fmin(g, limit), -limit)) <= 1e-6 * largest);
        }
        network_free(clipped);
        network_free(plain);
    }
    case_free(&c);
}

/* Keras' regularizers: on kernels alone, not on biases, gamma and beta, nor on what is frozen. */
static void decay(void **state)
{
    (void)state;
    Case c = CHAIN(shape_vector(5), 9, "dense 7 tanh", "batchnorm", "dense 4 tanh", "dense 5");
    c.frozen[2] = true;
    OptimizerSpec sgd = optimizer_of("sgd momentum=0.5");
    for (int threads = 1; threads <= CASE_TEAMS; threads++) {
        Network *plain = case_network(&c, threads, &sgd, false), *decayed = case_network(&c, threads, &sgd, false);
        size_t size;
        float *before = all_parameters(plain, &size);
        StepSettings settings = unit;
        settings.l1 = 0.03;
        settings.l2 = 0.2;
        double loss = step(plain, &c, unit).loss, penalty = 0;
        StepResult result = step(decayed, &c, settings);
        assert_true(result.loss == loss); /* the penalty is told apart */
        for (int i = 0; i < plain->layers; i++)
            for (int t = 0; !c.frozen[i] && t < plain->layer[i].plan.tensors; t++) {
                const TensorPlan *tensor = &plain->layer[i].plan.tensor[t];
                if (tensor->role == TENSOR_STATE)
                    continue;
                size_t at = plain->layer[i].tensor_at[t], count = 1;
                for (int d = 0; d < tensor->rank; d++)
                    count *= (size_t)tensor->dim[d];
                for (size_t j = at; j < at + count; j++) {
                    double w = (double)before[j], extra = 0;
                    if (tensor->role == TENSOR_WEIGHT) {
                        extra = 0.03 * (w > 0 ? 1 : -1) + 2 * 0.2 * w;
                        penalty += 0.03 * fabs(w) + 0.2 * w * w;
                    }
                    double want = (double)plain->slots[0][j] - extra;
                    assert_true(fabs((double)decayed->slots[0][j] - want) < 2e-6);
                }
            }
        assert_true(fabs(result.decay - penalty) < 1e-6 * penalty);
        free(before);
        network_free(plain);
        network_free(decayed);
    }
    case_free(&c);
}

/* ---- health */

/* All 240 parameters are few enough to be looked at each. */
static void check_histogram(const Histogram *histogram, double reach)
{
    int count = 0;
    for (int i = 0; i < HISTOGRAM_BINS; i++)
        count += histogram->count[i];
    assert_int_equal(count, 240);
    assert_true(fabs((double)histogram->reach / reach - 1) < 1e-3);
}

static void health(void **state)
{
    (void)state;
    Case c = CHAIN(shape_vector(5), 9, "dense 40 relu", "dense 5");
    OptimizerSpec sgd = optimizer_of("sgd momentum=0.5");
    for (int threads = 1; threads <= CASE_TEAMS; threads++) {
        Network *net = case_network(&c, threads, &sgd, false);
        float y[9 * 40];
        network_forward(net, 0, 1, 9, c.x, y);
        int zeros = 0;
        for (int i = 0; i < 9 * 40; i++)
            zeros += y[i] == 0;
        float *bias = net->param + net->layer[0].tensor_at[1];
        bias[3] = bias[20] = -100; /* units that nothing wakes */
        network_forward(net, 0, 1, 9, c.x, y);
        zeros = 0;
        for (int i = 0; i < 9 * 40; i++)
            zeros += y[i] == 0;
        float before[240];
        memcpy(before, net->param + net->layer[0].tensor_at[0], 200 * sizeof *before);
        memcpy(before + 200, bias, 40 * sizeof *before);
        double weights = 0;
        for (int i = 0; i < 240; i++)
            weights += pow((double)before[i], 2);
        network_watch(net, true);
        step(net, &c, unit);
        double gradient = 0, moved = 0;
        for (int i = 0; i < 240; i++)
            moved += pow((double)(i < 200 ? net->param[net->layer[0].tensor_at[0] + (size_t)i] : bias[i - 200]) - before[i], 2);
        for (int t = 0; t < 2; t++)
            for (size_t i = 0; i < network_tensor(net, t).size; i++)
                gradient += pow((double)net->slots[0][net->layer[0].tensor_at[t] + i], 2);
        LayerHealth first = network_health(net, 0);
        assert_true(zeros > 20);
        assert_true(fabs((double)first.silent - zeros / 360.0) < 1e-6);
        int dead = 0;
        for (int unit_at = 0; unit_at < 40; unit_at++) {
            bool active = false;
            for (int i = 0; i < 9; i++)
                active |= y[i * 40 + unit_at] != 0;
            dead += !active;
        }
        assert_true(dead >= 2 && fabs((double)first.dead - dead / 40.0) < 1e-6);
        assert_true(fabs((double)first.update / sqrt(moved / weights) - 1) < 1e-3);
        check_histogram(&first.weights, 3 * sqrt(weights / 240));
        check_histogram(&first.gradients, 3 * sqrt(gradient / 240));
        assert_true(fabs((double)first.weight / sqrt(weights / 240) - 1) < 1e-6);
        assert_true(fabs((double)first.gradient - sqrt(gradient / 240)) < 1e-6);
        assert_true(network_health(net, 1).silent < 0.01f);
        network_free(net);
    }
    case_free(&c);
}

/* ---- memory */

static void measured_is_taken(void **state)
{
    (void)state;
    static const Shape input = {16, 16, 3, false};
    Case cases[] = {
        CHAIN(input, 32, "conv 16 3x3 relu", "batchnorm", "maxpool 2", "conv 16 3x3 gelu", "flatten", "dense 500", "dropout 0.1", "sample 8"),
        CHAIN(input, 64, "flatten", "dense 1000 relu", "dense 768 sigmoid"),
        CHAIN(input, 1, "flatten"),
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (int way = 0; way < 6; way++) {
            Case *c = &cases[i];
            OptimizerSpec adam = optimizer_of("adam");
            NetworkOptions options = {.input = c->input, .batch = c->batch, .team = case_teams[way / 2], .loss = &c->loss,
                                      .optimizer = way % 2 ? &adam : NULL};
            size_t measured, teamless, taken = allocated_bytes();
            Network *net = network_new(c->layer, c->layers, &options, NULL);
            taken = allocated_bytes() - taken;
            assert_non_null(net);
            assert_true(network_measure(c->layer, c->layers, &options, &measured, NULL));
            options.threads = way / 2 + 1;
            options.team = NULL;
            assert_true(network_measure(c->layer, c->layers, &options, &teamless, NULL));
            assert_true(network_bytes(net) == measured && measured == teamless);
            /* Beside it there are small tables, and blocks are rounded up to huge pages. */
            size_t spare = (size_t)(4 + way / 2 + 1) * (2 << 20) + 65536;
            if (!(taken >= measured && taken <= measured + measured / 50 + spare))
                fail_msg("case %zu: %zu bytes taken, %zu measured", i, taken, measured);
            network_free(net);
        }
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        case_free(&cases[i]);
}

static void steps_allocate_nothing(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"sgd momentum=0.9", "adam", "nadam"};
    Case c = CHAIN(shape_map(8, 8, 2), 20, "conv 8 3x3 relu", "batchnorm", "maxpool 2", "convt 5 3x3 stride=2 gelu", "avgpool 2",
                   "flatten", "dropout 0.3", "sample 6");
    for (int threads = 1; threads <= CASE_TEAMS; threads++)
        for (size_t o = 0; o < COUNT_OF(optimizers); o++) {
            OptimizerSpec optimizer = optimizer_of(optimizers[o]);
            Network *net = case_network(&c, threads, &optimizer, false);
            StepSettings settings = {.lr = 0.01, .kl_weight = 1, .clip_norm = 1, .l2 = 0.01};
            BatchSource source = case_source(&c);
            network_watch(net, true);
            long before = allocations();
            for (int i = 0; i < 3; i++)
                step(net, &c, settings);
            network_evaluate(net, c.batch, &source);
            float y[20 * 6];
            network_forward(net, 0, c.layers, c.batch, c.x, y);
            assert_int_equal(allocations() - before, 0);
            network_free(net);
        }
    assert_true(allocations() > 0); /* they are being counted */
    case_free(&c);
}

/* ---- refusals */

static void refused_networks(void **state)
{
    (void)state;
    Error err = {0};
    NetworkOptions options = {.input = shape_vector(5), .batch = 4, .team = case_teams[0]};
    assert_null(network_new(NULL, 0, &options, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    LayerSpec conv = layer_of("conv 3"), wide = layer_of("dense 65536"), code = layer_of("dense 2 lrelu(-0.5)");
    snprintf(conv.name, sizeof conv.name, "conv_1");
    err = (Error){0};
    assert_null(network_new(&conv, 1, &options, &err)); /* a vector is no picture */
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_string_equal(err.file, "conv_1");
    assert_true(err.cure[0]);
    err = (Error){0};
    assert_null(network_new(&code, 1, &options, &err)); /* its slope could not be found from its output */
    assert_int_equal(err.kind, ERROR_INPUT);
    LayerSpec many[64];
    for (int i = 0; i < 64; i++)
        many[i] = wide;
    err = (Error){0};
    assert_null(network_new(many, 64, &options, &err)); /* 64 times 17 GB */
    assert_true(err.kind == ERROR_INPUT || err.kind == ERROR_FAILED);
    assert_non_null(strstr(err.what, "memory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_TEAMS(first_layer_needs_no_dx), ON_TEAMS(frozen_layers_cost_less), ON_TEAMS(not_finite),
        ON_TEAMS(clipping),                ON_TEAMS(decay),                   ON_TEAMS(health),
        ON_TEAMS(measured_is_taken),       ON_TEAMS(steps_allocate_nothing),  ON_TEAMS(refused_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
