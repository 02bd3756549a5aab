/* The table of losses. */
#include "nn/loss.h"

#include "base/mem.h"
#include "tensor/loss.h"

static const ParamChoice reductions[] = {
    {"mean", "the mean over a sample's numbers, as Keras reports it", false, 0},
    {"sum", "the sum over a sample's numbers, as variational autoencoders want it", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow pixel_rows[] = {
    [LOSS_REDUCTION] = {.name = "reduction", .type = PARAM_CHOICE, .normal = "mean", .choices = reductions,
                        .help = "mean or sum over the numbers of a sample", .question = "Reduction"},
};

static double mse_eval(bool logits, int n, size_t size, const float *output, const float *target, const uint8_t *labels,
                       float scale, float *gradient, long *correct)
{
    (void)logits;
    (void)labels;
    (void)correct;
    return loss_mse((size_t)n * size, output, target, scale, gradient);
}

static double mae_eval(bool logits, int n, size_t size, const float *output, const float *target, const uint8_t *labels,
                       float scale, float *gradient, long *correct)
{
    (void)logits;
    (void)labels;
    (void)correct;
    return loss_mae((size_t)n * size, output, target, scale, gradient);
}

static double bce_eval(bool logits, int n, size_t size, const float *output, const float *target, const uint8_t *labels,
                       float scale, float *gradient, long *correct)
{
    (void)labels;
    (void)correct;
    return (logits ? loss_bce : loss_bce_probability)((size_t)n * size, output, target, scale, gradient);
}

static double crossentropy_eval(bool logits, int n, size_t size, const float *output, const float *target,
                                const uint8_t *labels, float scale, float *gradient, long *correct)
{
    (void)logits; /* without a softmax at the end the outputs are taken as logits all the same */
    (void)target;
    return loss_crossentropy((size_t)n, (int)size, output, labels, scale, gradient, correct);
}

static const LossKind mse = {
    .param = {"mse", "mean squared error: far misses count most", pixel_rows, COUNT_OF(pixel_rows)},
    .eval = mse_eval,
};
static const LossKind mae = {
    .param = {"mae", "mean absolute error: every miss counts alike", pixel_rows, COUNT_OF(pixel_rows)},
    .eval = mae_eval,
};
static const LossKind bce = {
    .param = {"bce", "binary cross-entropy: pixels as probabilities; needs outputs in (0, 1), so a sigmoid at the end",
              pixel_rows, COUNT_OF(pixel_rows)},
    .logits_of = ACT_SIGMOID,
    .eval = bce_eval,
};
static const LossKind crossentropy = {
    .param = {"crossentropy", "categorical cross-entropy: how sure the network is of the right class", NULL, 0},
    .labels = true,
    .logits_of = ACT_SOFTMAX,
    .eval = crossentropy_eval,
};

const LossKind *const loss_kinds[] = {&mse, &mae, &bce, &crossentropy};
const int loss_kinds_count = COUNT_OF(loss_kinds);

bool loss_sums(const LossSpec *spec)
{
    return spec->kind->count > LOSS_REDUCTION && spec->value[LOSS_REDUCTION].choice == 1;
}
