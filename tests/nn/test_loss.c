/* Losses as they are reported, their gradients, and the activation that a loss takes over: networks that end in all the ways
 * a network can, against the reference, which knows nothing of logits. */
#include "case.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Ending {
    const char *layer[4];
    bool logits; /* is the last activation handed over for the loss below */
} Ending;

/* All give 12 numbers from a vector of 6, and stay in (0, 1). */
static const Ending sigmoid_endings[] = {
    {{"dense 12 sigmoid"}, true},
    {{"dense 12 sigmoid", "reshape 2x3x2"}, true},
    {{"dense 12", "activation sigmoid"}, true},
    {{"dense 12", "activation sigmoid", "reshape 3x4"}, true},
    {{"dense 12", "reshape 2x2x3", "activation sigmoid", "flatten"}, true},
    {{"reshape 2x3x1", "convt 2 3x3 sigmoid"}, true},
    {{"reshape 1x1x6", "conv 3 1x1 sigmoid", "upsample 2"}, false},
    {{"dense 48 sigmoid", "reshape 4x4x3", "avgpool 2"}, false},
    {{"dense 12 softmax"}, false},
};

static void add_all(Case *c, const Ending *ending)
{
    for (int i = 0; i < 4 && ending->layer[i]; i++)
        case_add(c, layer_of(ending->layer[i]));
}

static void run_ending(const char *loss, const Ending *ending, bool expect_logits, uint32_t number)
{
    Rng rng = rng_new(8, RNG_TEST, number, 0);
    Case c = case_new(shape_vector(5), 7, number);
    case_add(&c, layer_of("dense 6 softplus"));
    add_all(&c, ending);
    c.loss = loss_of(loss);
    case_fill(&c, &rng);
    snprintf(c.text, sizeof c.text, "loss %s after %s", loss, ending->layer[0]);
    Network *net = case_network(&c, 1, NULL, false);
    if (net->logits != expect_logits)
        fail_msg("%s: the activation is %shanded over", c.text, net->logits ? "" : "not ");
    network_free(net);
    if (!case_run(&c))
        fail_msg("%s: too near a kink, choose another number", c.text);
    case_free(&c);
}

static void pixel_losses(void **state)
{
    (void)state;
    static const char *const losses[] = {"mse", "mse sum", "mae", "mae sum", "bce", "bce sum"};
    for (size_t l = 0; l < COUNT_OF(losses); l++)
        for (size_t e = 0; e < COUNT_OF(sigmoid_endings); e++)
            run_ending(losses[l], &sigmoid_endings[e], sigmoid_endings[e].logits && l >= 4, (uint32_t)(10 * l + e));
}

static void classes(void **state)
{
    (void)state;
    static const Ending endings[] = {
        {{"dense 12 softmax"}, true},
        {{"dense 12", "activation softmax"}, true},
        {{"reshape 1x1x6", "conv 12 1x1 softmax", "flatten"}, true},
        {{"dense 12", "reshape 1x1x12", "activation softmax", "flatten"}, true},
        {{"dense 12 softmax", "reshape 1x1x12"}, true},
    };
    for (size_t e = 0; e < COUNT_OF(endings); e++)
        run_ending("crossentropy", &endings[e], true, (uint32_t)(100 + e));
}

/* Softmax over each pixel's channels is not softmax over all: it must not be handed over. */
static void softmax_of_pixels_stays(void **state)
{
    (void)state;
    Case c = case_new(shape_vector(5), 3, 1);
    case_add(&c, layer_of("dense 12"));
    case_add(&c, layer_of("reshape 2x2x3"));
    case_add(&c, layer_of("activation softmax"));
    case_add(&c, layer_of("flatten"));
    c.loss = loss_of("crossentropy");
    Network *net = case_network(&c, 1, NULL, false);
    assert_false(net->logits);
    network_free(net);
}

/* Extreme logits: the loss stays finite and exact where probabilities would be 0 or 1. */
static void logits_do_not_saturate(void **state)
{
    (void)state;
    const float x[2] = {200, -150}, target[2] = {0, 1};
    const uint8_t labels[1] = {1};
    static const char *const losses[] = {"bce sum", "crossentropy"}, *const ends[] = {"dense 2 sigmoid", "dense 2 softmax"};
    for (int way = 0; way < 2; way++) {
        Case c = case_new(shape_vector(2), 1, 1);
        case_add(&c, layer_of(ends[way]));
        c.loss = loss_of(losses[way]);
        c.x = (float *)(uintptr_t)x;
        c.target = (float *)(uintptr_t)target;
        c.labels = (uint8_t *)(uintptr_t)labels;
        Network *net = case_network(&c, 1, NULL, false);
        const float identity[4] = {1, 0, 0, 1};
        memcpy(network_tensor(net, 0).data, identity, sizeof identity);
        memset(network_tensor(net, 1).data, 0, 2 * sizeof(float));
        network_changed(net);
        BatchSource source = case_source(&c);
        StepResult result = network_evaluate(net, 1, &source);
        assert_true(fabs(result.loss - 350) < 1e-3);
        network_free(net);
    }
}

/* mse of an autoencoder: the target is the input itself and is not asked for. */
static void target_is_input(void **state)
{
    (void)state;
    Rng rng = rng_new(9, RNG_TEST, 0, 0);
    Case c = case_new(shape_map(3, 4, 1), 5, 2);
    case_add(&c, layer_of("flatten")); /* its output is the input's memory */
    case_add(&c, layer_of("dense 4 relu"));
    case_add(&c, layer_of("dense 12 sigmoid"));
    case_add(&c, layer_of("reshape 3x4x1"));
    case_fill(&c, &rng);
    memcpy(c.target, c.x, 60 * sizeof *c.x);
    OptimizerSpec sgd = optimizer_of("sgd lr=0.5");
    for (int threads = 1; threads <= CASE_TEAMS; threads++) {
        Network *given = case_network(&c, threads, &sgd, false), *same = case_network(&c, threads, &sgd, false);
        BatchSource one = case_source(&c), two = one;
        two.target_is_input = true;
        StepSettings settings = {.lr = 0.5, .kl_weight = 1};
        for (int step = 0; step < 3; step++) {
            settings.random_step = (uint32_t)step;
            assert_true(network_train_step(given, 5, &one, &settings).loss == network_train_step(same, 5, &two, &settings).loss);
            assert_true(network_evaluate(given, 5, &one).loss == network_evaluate(same, 5, &two).loss);
        }
        assert_memory_equal(given->param, same->param, given->params * sizeof(float));
        network_free(given);
        network_free(same);
    }
    case_free(&c);
}

/* beta and its warm-up: the loss is the picture's part plus weight beta KL, in value and in gradient. */
static void kl_and_beta(void **state)
{
    (void)state;
    static const char *const samples[] = {"sample 3", "sample 3 beta=4", "sample 2 logvar beta=0.5", "sample 3 beta=0",
                                          "sample 1 epsilon=0.1 beta=2"};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        const Ending ending = {{samples[i], "dense 12 sigmoid"}, true};
        run_ending("bce sum", &ending, true, (uint32_t)(200 + i));
        run_ending("bce", &ending, true, (uint32_t)(220 + i));
    }
    /* mu = 0 and sigma = 1: no KL at all; log-variance 0 is sigma 1. */
    Case c = case_new(shape_vector(3), 2, 1);
    case_add(&c, layer_of("sample 3 logvar"));
    Rng rng = rng_new(10, RNG_TEST, 0, 0);
    case_fill(&c, &rng);
    Network *net = case_network(&c, 1, NULL, false);
    for (int t = 0; t < 2; t++)
        memset(network_tensor(net, t).data, 0, network_tensor(net, t).size * sizeof(float));
    network_changed(net);
    BatchSource source = case_source(&c);
    assert_true(fabs(network_evaluate(net, 2, &source).kl) < 1e-12);
    network_free(net);
    case_free(&c);
}

/* Networks of every kind on more samples than a batch: the loss does not depend on how they are spread. */
static void evaluation_on_any_threads(void **state)
{
    (void)state;
    static const char *const chain[] = {"reshape 6x6x1", "conv 5 3x3 gelu", "batchnorm", "maxpool 2", "flatten", "dropout 0.5",
                                        "sample 4", "dense 36 sigmoid"};
    enum { COUNT = 203, BATCH = 20 };
    Case c = case_new(shape_vector(36), COUNT, 5);
    for (size_t i = 0; i < COUNT_OF(chain); i++)
        case_add(&c, layer_of(chain[i]));
    c.loss = loss_of("bce sum");
    Rng rng = rng_new(11, RNG_TEST, 0, 0);
    case_fill(&c, &rng);
    c.batch = BATCH;
    double first = 0;
    BatchSource source = case_source(&c);
    for (int threads = 1; threads <= CASE_TEAMS; threads++) {
        Network *net = case_network(&c, threads, NULL, false);
        double loss = network_evaluate(net, COUNT, &source).loss;
        assert_true(loss == network_evaluate(net, COUNT, &source).loss);
        first = threads == 1 ? loss : first;
        assert_true(fabs(loss - first) <= 1e-6 * first);
        network_free(net);
    }
    case_free(&c);
}

/* Any range of layers: encoder, then decoder, is the whole; and gradients along parts of the chain by differences. */
static void ranges(void **state)
{
    (void)state;
    static const char *const chain[] = {"dense 9 tanh", "reshape 3x3x1", "conv 4 2x2 softplus", "flatten", "dense 3",
                                        "dense 12", "activation sigmoid", "reshape 3x4x1"};
    enum { N = 31 };
    Case c = case_new(shape_vector(6), N, 6);
    for (size_t i = 0; i < COUNT_OF(chain); i++)
        case_add(&c, layer_of(chain[i]));
    c.loss = loss_of("bce");
    Rng rng = rng_new(12, RNG_TEST, 0, 0);
    case_fill(&c, &rng);
    c.batch = 8; /* of the network: calls take any number */
    for (int threads = 1; threads <= CASE_TEAMS; threads++) {
        Network *net = case_network(&c, threads, NULL, true);
        float whole[N * 12], code[N * 36], parts[N * 12], dx[N * 36], same[N * 6];
        network_forward(net, 0, c.layers, N, c.x, whole);
        for (int i = 0; i < N * 12; i++)
            assert_true(whole[i] > 0 && whole[i] < 1); /* probabilities, not logits */
        network_forward(net, 0, 0, N, c.x, same);
        assert_memory_equal(same, c.x, sizeof same);
        for (int cut = 0; cut <= c.layers; cut++) {
            network_forward(net, 0, cut, N, c.x, code);
            network_forward(net, cut, c.layers, N, code, parts);
            for (int i = 0; i < N * 12; i++)
                assert_true(fabsf(whole[i] - parts[i]) < 1e-6f);
        }
        network_forward(net, 0, 5, N, c.x, code);
        network_forward(net, 5, c.layers, 0, code, parts); /* nothing at all */
        network_backward(net, 5, c.layers, N, code, c.target, dx);
        for (int at = 0; at < 3 * N; at += 4) {
            const float step = 1e-2f;
            float was = code[at];
            double sum[2] = {0};
            for (int side = 0; side < 2; side++) {
                code[at] = was + (side ? step : -step);
                network_forward(net, 5, c.layers, N, code, parts);
                for (int i = 0; i < N * 12; i++)
                    sum[side] += (double)parts[i] * (double)c.target[i];
            }
            code[at] = was;
            assert_true(fabs((sum[1] - sum[0]) / (2 * (double)step) - (double)dx[at]) < 2e-3);
        }
        network_free(net);
    }
    case_free(&c);
}

/* ---- who looks on while losses are worked out */

typedef struct Onlooker {
    const Case *c;
    const float *y; /* what network_forward says */
    int seen[16];   /* how often each sample was shown */
} Onlooker;

static void look(void *context, int first, int count, const float *x, const float *target, const float *y)
{
    Onlooker *o = context;
    size_t in = shape_size(o->c->input), out = shape_size(o->c->output);
    assert_true((target == NULL) == loss_spec_kind(&o->c->loss)->labels);
    for (int i = 0; i < count; i++) {
        o->seen[first + i]++; /* each sample belongs to one thread */
        assert_memory_equal(x + (size_t)i * in, o->c->x + (size_t)(first + i) * in, in * sizeof *x);
        if (target)
            assert_memory_equal(target + (size_t)i * out, o->c->target + (size_t)(first + i) * out, out * sizeof *x);
        for (size_t k = 0; k < out; k++)
            assert_true(fabsf(y[(size_t)i * out + k] - o->y[(size_t)(first + i) * out + k]) < 1e-6f);
    }
}

/* Outputs as network_forward gives them although the loss works on logits, means of codes although the loss may draw them; and the
 * loss is the same as without anybody looking. */
static void shown_while_evaluated(void **state)
{
    (void)state;
    static const struct {
        const char *loss, *layer[3];
        bool codes;
    } nets[] = {
        {"mse", {"dense 6 relu", "dense 5 sigmoid", NULL}, false},
        {"bce", {"dense 6 tanh", "dense 5 sigmoid", NULL}, false},
        {"bce", {"dense 5", "activation sigmoid", NULL}, false},
        {"crossentropy", {"dense 6 relu", "dense 5 softmax", NULL}, false},
        {"bce", {"sample 3", "dense 5 sigmoid", NULL}, true},
    };
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        Rng rng = rng_new(33, RNG_TEST, (uint32_t)i, 0);
        Case c = case_new(shape_vector(4), 11, 2);
        for (int k = 0; k < 3 && nets[i].layer[k]; k++)
            case_add(&c, layer_of(nets[i].layer[k]));
        c.loss = loss_of(nets[i].loss);
        case_fill(&c, &rng);
        for (int threads = 1; threads <= CASE_TEAMS; threads++) {
            OptimizerSpec sgd = optimizer_of("sgd");
            Network *net = case_network(&c, threads, &sgd, false);
            float y[11 * 5];
            network_forward(net, 0, c.layers, 11, c.x, y);
            BatchSource source = case_source(&c);
            Onlooker o = {.c = &c, .y = y};
            BatchView view = {.show = look, .context = &o, .mean_codes = true};
            double loss = network_evaluate(net, 11, &source).loss, shown = network_evaluate_shown(net, 11, &source, &view).loss;
            assert_true(nets[i].codes ? loss != shown : loss == shown);
            for (int k = 0; k < 11; k++)
                assert_int_equal(o.seen[k], 1);
            network_free(net);
        }
        case_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_TEAMS(pixel_losses),
        ON_TEAMS(classes),
        ON_TEAMS(softmax_of_pixels_stays),
        ON_TEAMS(logits_do_not_saturate),
        ON_TEAMS(target_is_input),
        ON_TEAMS(kl_and_beta),
        ON_TEAMS(evaluation_on_any_threads),
        ON_TEAMS(ranges),
        ON_TEAMS(shown_while_evaluated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
