/* How weights start: Glorot & Bengio 2010, He et al. 2015, as Keras' VarianceScaling; and that they follow from seed and name. */
#include "case.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Statistics {
    double mean, variance, largest, beyond; /* beyond: share outside one deviation */
    size_t count;
} Statistics;

static Statistics statistics(const NetworkTensor *tensor)
{
    Statistics s = {.count = tensor->size};
    for (size_t i = 0; i < tensor->size; i++) {
        s.mean += (double)tensor->data[i] / (double)tensor->size;
        s.largest = fmax(s.largest, fabs((double)tensor->data[i]));
    }
    for (size_t i = 0; i < tensor->size; i++)
        s.variance += pow((double)tensor->data[i] - s.mean, 2) / (double)tensor->size;
    for (size_t i = 0; i < tensor->size; i++)
        s.beyond += fabs((double)tensor->data[i]) > sqrt(s.variance) ? 1 / (double)tensor->size : 0;
    return s;
}

static Network *started(const char *layer, Shape input, uint64_t seed)
{
    LayerSpec spec = layer_of(layer);
    snprintf(spec.name, sizeof spec.name, "this");
    NetworkOptions options = {.input = input, .batch = 1, .team = case_teams[0], .seed = seed};
    Network *net = network_new(&spec, 1, &options, NULL);
    assert_non_null(net);
    return net;
}

typedef struct Start {
    const char *layer;
    Shape input;
    double fan_in, fan_out;
} Start;

static void distributions(void **state)
{
    (void)state;
    static const char *const inits[] = {"glorot-uniform", "glorot-normal", "he-uniform", "he-normal"};
    const Start starts[] = {{"dense 150", shape_vector(400), 400, 150},
                            {"conv 50 5x4", shape_map(9, 9, 40), 800, 1000},
                            {"convt 40 5x4", shape_map(9, 9, 50), 800, 1000}, /* Keras takes the kernel's last two dimensions */
                            {"sample 60", shape_vector(500), 500, 120}};
    for (size_t i = 0; i < COUNT_OF(starts); i++)
        for (size_t way = 0; way < COUNT_OF(inits); way++) {
            char text[64];
            snprintf(text, sizeof text, "%s %s", starts[i].layer, inits[way]);
            Network *net = started(text, starts[i].input, 5);
            NetworkTensor kernel = network_tensor(net, 0), bias = network_tensor(net, 1);
            Statistics s = statistics(&kernel);
            double variance = way < 2 ? 2 / (starts[i].fan_in + starts[i].fan_out) : 2 / starts[i].fan_in;
            assert_true(s.count >= 40000);
            assert_true(fabs(s.variance - variance) < 0.02 * variance);
            assert_true(fabs(s.mean) < 4 * sqrt(variance / (double)s.count));
            /* Uniform: up to sqrt(3) deviations.  Normal: cut at two of the uncut normal's, which is wider by 1 / 0.8796. */
            double bound = way % 2 ? 2 / 0.87962566103423978 * sqrt(variance) : sqrt(3 * variance);
            assert_true(s.largest <= bound * (1 + 1e-6) && s.largest > 0.995 * bound);
            double beyond = way % 2 ? 1 - erf(0.87962566103423978 / sqrt(2)) / erf(sqrt(2)) : 1 - 1 / sqrt(3);
            assert_true(fabs(s.beyond - beyond) < 0.01);
            for (size_t j = 0; j < bias.size; j++)
                assert_true(bias.data[j] == 0);
            network_free(net);
        }
}

static void constants(void **state)
{
    (void)state;
    Network *net = started("dense 7 zeros", shape_vector(5), 1);
    for (size_t i = 0; i < 35; i++)
        assert_true(network_tensor(net, 0).data[i] == 0);
    network_free(net);
    net = started("batchnorm", shape_vector(5), 1);
    static const float want[] = {1, 0, 0, 1}; /* gamma, beta, moving mean, moving variance */
    for (int t = 0; t < 4; t++)
        for (size_t i = 0; i < 5; i++)
            assert_true(network_tensor(net, t).data[i] == want[t]);
    network_free(net);
}

static LayerSpec named(const char *layer, const char *name)
{
    LayerSpec spec = layer_of(layer);
    snprintf(spec.name, sizeof spec.name, "%s", name);
    return spec;
}

/* The same block starts alike in every network it is part of, whatever stands before it, on any number of threads. */
static void follows_from_seed_and_name(void **state)
{
    (void)state;
    const LayerSpec alone[] = {named("dense 8", "code")},
                    within[] = {named("dense 30 relu", "wide"), named("dense 6", "narrow"), named("dense 8", "code")};
    NetworkOptions options = {.input = shape_vector(6), .batch = 1, .team = case_teams[0], .seed = 9};
    Network *one = network_new(alone, 1, &options, NULL);
    options.team = case_teams[2];
    options.batch = 50;
    LossSpec mse = loss_of("mse");
    OptimizerSpec adam = optimizer_of("adam");
    options.loss = &mse;
    options.optimizer = &adam;
    Network *two = network_new(within, 3, &options, NULL);
    assert_string_equal(network_tensor(one, 0).name, "code/kernel");
    assert_string_equal(network_tensor(two, 4).name, "code/kernel");
    assert_memory_equal(network_tensor(one, 0).data, network_tensor(two, 4).data, 48 * sizeof(float));
    /* initialise again: as new, optimizer and all */
    float first = network_tensor(two, 0).data[3];
    network_tensor(two, 0).data[3] = 7;
    network_set_step_count(two, 5);
    size_t size;
    network_slot(two, 1, &size)[2] = 7;
    network_initialise(two);
    assert_true(network_tensor(two, 0).data[3] == first && network_slot(two, 1, &size)[2] == 0);
    assert_int_equal(network_step_count(two), 0);
    network_free(two);

    options.seed = 10;
    two = network_new(within, 3, &options, NULL);
    int same = 0;
    for (int i = 0; i < 48; i++)
        same += network_tensor(one, 0).data[i] == network_tensor(two, 4).data[i];
    assert_true(same < 3); /* another seed: other numbers */
    network_free(two);
    network_free(one);
}

/* Layers of different names start from different numbers. */
static void names_tell_layers_apart(void **state)
{
    (void)state;
    const LayerSpec layers[] = {named("dense 6", "dense_1"), named("dense 6", "dense_2"), named("dense 6", "dense_11")};
    NetworkOptions options = {.input = shape_vector(6), .batch = 1, .team = case_teams[0]};
    Network *net = network_new(layers, 3, &options, NULL);
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < a; b++) {
            int same = 0;
            for (int i = 0; i < 36; i++)
                same += network_tensor(net, 2 * a).data[i] == network_tensor(net, 2 * b).data[i];
            assert_true(same < 3);
        }
    network_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_TEAMS(distributions),
        ON_TEAMS(constants),
        ON_TEAMS(follows_from_seed_and_name),
        ON_TEAMS(names_tell_layers_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
