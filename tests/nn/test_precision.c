/* Training in bf16 beside float32: a network's loss and gradients, on every instruction set and number of threads. */
#include "../tensor/each_isa.h"

#include "base/mem.h"
#include "case.h"

#include <math.h>

/* Smooth, so that what rounding moves stays small; and enough samples a thread for dense layers to take part. */
static Case smooth_case(ConvWay way)
{
    Case c = case_new(shape_map(9, 8, 5), 330, 4);
    case_add(&c, layer_of("conv 6 3x3 tanh"));
    case_add(&c, layer_of("convt 3 4x4 stride=2 tanh"));
    case_add(&c, layer_of("conv 7 5x5 stride=3 softplus"));
    case_add(&c, layer_of("flatten"));
    case_add(&c, layer_of("dense 33 tanh"));
    case_add(&c, layer_of("sample 6"));
    case_add(&c, layer_of("dense 11 sigmoid"));
    Rng rng = rng_new(21, RNG_TEST, 0, 0);
    case_fill(&c, &rng);
    c.arithmetic.conv = way;
    return c;
}

typedef struct Step {
    StepResult result;
    float *gradient; /* of all parameters: what momentum holds after one step from zero, negative */
    size_t size;
    Network *net;
} Step;

static Step step_of(Case *c, Precision precision, int threads)
{
    OptimizerSpec sgd = optimizer_of("sgd lr=1 momentum=0.5");
    c->arithmetic.precision = precision;
    Step step = {.net = case_network(c, threads, &sgd, false)};
    BatchSource source = case_source(c);
    StepSettings settings = {.lr = 1, .kl_weight = 0.5, .random_step = 3};
    step.result = network_train_step(step.net, c->batch, &source, &settings);
    step.gradient = network_slot(step.net, 0, &step.size);
    return step;
}

/* By how much of its length a tensor's gradient is off. */
static double distance(const float *a, const float *b, size_t size)
{
    double off = 0, length = 0;
    for (size_t i = 0; i < size; i++) {
        off += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        length += (double)b[i] * b[i];
    }
    return sqrt(off / length);
}

/* Rounding factors to 2^-9 is off by about that much again and again; it adds up to a hundredth in the first layers. */
static void near_float32(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++)
        for (int threads = 1; threads <= 2; threads++) {
            Case c = smooth_case(way ? CONV_DIRECT : CONV_AUTO);
            Step exact = step_of(&c, PRECISION_FLOAT32, threads), rounded = step_of(&c, PRECISION_BF16, threads);
            assert_true(fabs(rounded.result.loss - exact.result.loss) < 2e-3 * exact.result.loss);
            assert_true(rounded.result.loss != exact.result.loss);
            for (int i = 0; i < network_tensors(rounded.net); i++) {
                NetworkTensor tensor = network_tensor(rounded.net, i);
                size_t at = (size_t)(tensor.data - rounded.net->param);
                double off = distance(rounded.gradient + at, exact.gradient + at, tensor.size);
                if (!(off < 0.03))
                    fail_msg("%d threads: %s is off by %g", threads, tensor.name, off);
                if (way && !(off > 1e-4))
                    fail_msg("%s was not worked out in bf16: off by %g", tensor.name, off);
            }
            network_free(exact.net);
            network_free(rounded.net);
            case_free(&c);
        }
}

/* Master weights: an update far below bf16's resolution is not lost. */
static void weights_stay_float32(void **state)
{
    (void)state;
    Case c = smooth_case(CONV_DIRECT);
    c.arithmetic.precision = PRECISION_BF16;
    OptimizerSpec sgd = optimizer_of("sgd lr=1");
    Network *net = case_network(&c, 2, &sgd, false);
    NetworkTensor kernel = network_tensor(net, 0);
    float *before = mem_new(kernel.size, sizeof *before);
    memcpy(before, kernel.data, kernel.size * sizeof *before);
    BatchSource source = case_source(&c);
    StepSettings settings = {.lr = 1e-4, .random_step = 1};
    network_train_step(net, c.batch, &source, &settings);
    int moved = 0;
    for (size_t i = 0; i < kernel.size; i++) {
        double by = fabs((double)kernel.data[i] - before[i]);
        moved += by > 0 && by < fabs((double)before[i]) / 512;
    }
    assert_true(moved > (int)kernel.size / 2);
    free(before);
    network_free(net);
    case_free(&c);
}

static void same_bytes_again(void **state)
{
    (void)state;
    for (int threads = 1; threads <= CASE_TEAMS; threads++) {
        Case c = smooth_case(CONV_DIRECT);
        Step one = step_of(&c, PRECISION_BF16, threads), two = step_of(&c, PRECISION_BF16, threads);
        assert_true(one.result.loss == two.result.loss);
        assert_memory_equal(one.gradient, two.gradient, one.size * sizeof *one.gradient);
        network_free(one.net);
        network_free(two.net);
        case_free(&c);
    }
}

/* What is not finite shows in the loss, and the first layer where it does is named. */
static void nan_shows(void **state)
{
    (void)state;
    Case c = smooth_case(CONV_DIRECT);
    c.x[1234] = NAN;
    Step step = step_of(&c, PRECISION_BF16, 2);
    assert_true(isnan(step.result.loss));
    assert_int_equal(step.result.bad_layer, 0);
    network_free(step.net);
    case_free(&c);
}

static const struct CMUnitTest tests[] = {
    ON_TEAMS(near_float32),
    ON_TEAMS(weights_stay_float32),
    ON_TEAMS(same_bytes_again),
    ON_TEAMS(nan_shows),
};

EACH_ISA_AND_BF16_MAIN(tests)
