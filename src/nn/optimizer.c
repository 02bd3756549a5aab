/* The table of optimizers: Keras 3's formulas and defaults (keras/src/optimizers). */
#include "nn/optimizer.h"

#include "base/mem.h"

#include <math.h>

#define LR_ROW(usual)                                                                                                  \
    {.name = "lr", .type = PARAM_REAL, .min = 0, .max = 1000, .normal = usual, .always = true,            \
     .help = "learning rate: the size of a step",                                                                      \
     .question = "Learning rate"}
#define SHARE_ROW(word, usual, text)                                                                                   \
    {.name = word, .type = PARAM_REAL, .min = 0, .max = 0.999999, .normal = usual, .help = text}
#define EPSILON_ROW                                                                                                    \
    {.name = "epsilon", .type = PARAM_REAL, .min = 1e-16, .max = 1, .normal = "1e-07", .help = "keeps divisions finite"}

/* ---- SGD, with momentum and Nesterov's look-ahead */

enum { MOMENTUM = OPTIMIZER_LR + 1, NESTEROV };

static const ParamRow sgd_rows[] = {
    LR_ROW("0.01"),
    [MOMENTUM] = SHARE_ROW("momentum", "0", "how much of the last step is kept"),
    [NESTEROV] = {.name = "nesterov", .type = PARAM_FLAG, .normal = "no", .help = "look ahead along the momentum"},
};

static void sgd_update(const OptimizerSpec *spec, double lr, uint32_t t, const UpdateRange *range)
{
    (void)t;
    update_sgd(range, lr, spec->value[MOMENTUM].number, spec->value[NESTEROV].choice);
}

static const OptimizerKind sgd = {
    .param = {"sgd", "steps along the gradient; momentum smooths them", sgd_rows, COUNT_OF(sgd_rows)},
    .slots = 1,
    .update = sgd_update,
};

/* ---- RMSprop */

enum { RHO = OPTIMIZER_LR + 1, RHO_EPSILON };

static const ParamRow rmsprop_rows[] = {
    LR_ROW("0.001"),
    [RHO] = SHARE_ROW("rho", "0.9", "how slowly the mean square of the gradient follows"),
    [RHO_EPSILON] = EPSILON_ROW,
};

static void rmsprop_update(const OptimizerSpec *spec, double lr, uint32_t t, const UpdateRange *range)
{
    (void)t;
    update_rmsprop(range, lr, spec->value[RHO].number, spec->value[RHO_EPSILON].number);
}

static const OptimizerKind rmsprop = {
    .param = {"rmsprop", "steps scaled by the gradient's recent size", rmsprop_rows, COUNT_OF(rmsprop_rows)},
    .slots = 1,
    .update = rmsprop_update,
};

/* ---- Adagrad */

enum { ADAGRAD_START = OPTIMIZER_LR + 1, ADAGRAD_EPSILON };

static const ParamRow adagrad_rows[] = {
    LR_ROW("0.001"),
    [ADAGRAD_START] = {.name = "start", .type = PARAM_REAL, .min = 0, .max = 1000, .normal = "0.1",
                       .help = "what the sums of squares start from"},
    [ADAGRAD_EPSILON] = EPSILON_ROW,
};

static void adagrad_update(const OptimizerSpec *spec, double lr, uint32_t t, const UpdateRange *range)
{
    (void)t;
    update_adagrad(range, lr, spec->value[ADAGRAD_EPSILON].number);
}

static double adagrad_start(const OptimizerSpec *spec)
{
    return spec->value[ADAGRAD_START].number;
}

static const OptimizerKind adagrad = {
    .param = {"adagrad", "steps that shrink with all gradients so far", adagrad_rows, COUNT_OF(adagrad_rows)},
    .slots = 1,
    .start = adagrad_start,
    .update = adagrad_update,
};

/* ---- Adadelta */

static const ParamRow adadelta_rows[] = {
    /* Keras' default is 0.001, with which little happens; the paper and the recipes have no rate, that is 1. */
    LR_ROW("1"),
    [RHO] = SHARE_ROW("rho", "0.95", "how slowly the mean squares follow"),
    [RHO_EPSILON] = EPSILON_ROW,
};

static void adadelta_update(const OptimizerSpec *spec, double lr, uint32_t t, const UpdateRange *range)
{
    (void)t;
    update_adadelta(range, lr, spec->value[RHO].number, spec->value[RHO_EPSILON].number);
}

static const OptimizerKind adadelta = {
    .param = {"adadelta", "finds its own step sizes; slow to start (Zeiler 2012)", adadelta_rows,
              COUNT_OF(adadelta_rows)},
    .slots = 2,
    .update = adadelta_update,
};

/* ---- Adam, AdamW, Nadam */

enum { BETA1 = OPTIMIZER_LR + 1, BETA2, ADAM_EPSILON, DECAY };

#define ADAM_ROWS                                                                                                      \
    LR_ROW("0.001"), [BETA1] = SHARE_ROW("beta1", "0.9", "how slowly the mean gradient follows"),                      \
                     [BETA2] = SHARE_ROW("beta2", "0.999", "how slowly its mean square follows"),                      \
                     [ADAM_EPSILON] = EPSILON_ROW

static const ParamRow adam_rows[] = {ADAM_ROWS};
static const ParamRow adamw_rows[] = {
    ADAM_ROWS,
    [DECAY] = {.name = "decay", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.004",
               .help = "the share of each weight, times the rate, that every step takes away"},
};

static void adam_step(const OptimizerSpec *spec, double lr, uint32_t t, double decay, const UpdateRange *range)
{
    const Value *v = spec->value;
    double corrected = lr * sqrt(1 - pow(v[BETA2].number, t)) / (1 - pow(v[BETA1].number, t));
    update_adam(range, corrected, v[BETA1].number, v[BETA2].number, v[ADAM_EPSILON].number, decay * lr);
}

static void adam_update(const OptimizerSpec *spec, double lr, uint32_t t, const UpdateRange *range)
{
    adam_step(spec, lr, t, 0, range);
}

static void adamw_update(const OptimizerSpec *spec, double lr, uint32_t t, const UpdateRange *range)
{
    adam_step(spec, lr, t, spec->value[DECAY].number, range);
}

/* Nadam's momentum grows with t: mu_t = beta1 (1 - 0.96^t / 2) (Dozat 2016). */
static double nadam_momentum(const OptimizerSpec *spec, double t)
{
    return spec->value[BETA1].number * (1 - 0.5 * pow(0.96, t));
}

static void nadam_update(const OptimizerSpec *spec, double lr, uint32_t t, const UpdateRange *range)
{
    const Value *v = spec->value;
    double product = pow(v[BETA1].number, t) > 1e-12 ? 1 : 0; /* every factor is at most beta1 */
    for (uint32_t i = 1; i <= t && product > 1e-12; i++)
        product *= nadam_momentum(spec, i);
    double mu = nadam_momentum(spec, t), next = nadam_momentum(spec, t + 1.0);
    update_nadam(range, lr * next / (1 - product * next), lr * (1 - mu) / (1 - product),
                 1 / (1 - pow(v[BETA2].number, t)), v[BETA1].number, v[BETA2].number, v[ADAM_EPSILON].number);
}

static const OptimizerKind adam = {
    .param = {"adam", "momentum and scaled steps together: the usual choice (Kingma & Ba 2015)", adam_rows,
              COUNT_OF(adam_rows)},
    .slots = 2,
    .update = adam_update,
};
static const OptimizerKind adamw = {
    .param = {"adamw", "adam with weight decay apart from the gradient", adamw_rows, COUNT_OF(adamw_rows)},
    .slots = 2,
    .update = adamw_update,
};
static const OptimizerKind nadam = {
    .param = {"nadam", "adam with Nesterov's look-ahead", adam_rows, COUNT_OF(adam_rows)},
    .slots = 2,
    .update = nadam_update,
};

const OptimizerKind *const optimizer_kinds[] = {&sgd, &rmsprop, &adagrad, &adadelta, &adam, &adamw, &nadam};
const int optimizer_kinds_count = COUNT_OF(optimizer_kinds);
