/* The kinds of schedules: each is a factor of the base rate as a function of the epoch, which also counts parts of epochs. */
#include "nn/schedule.h"

#include "base/mem.h"

#include <math.h>

#define WARMUP_ROW                                                                                                     \
    {.name = "warmup", .type = PARAM_REAL, .min = 0, .max = 10000, .normal = "0",                                      \
     .help = "epochs over which the rate grows from 0"}
#define FLOOR_ROW                                                                                                      \
    {.name = "floor", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0", .help = "the rate never falls below this"}

typedef struct Schedule {
    ParamKind param; /* field 0 is always warmup */
    double (*factor)(const Value *v, const ScheduleState *state, double epoch, int epochs);
    int floor;       /* index of the field, 0: none */
} Schedule;

enum { WARMUP };

static double constant_factor(const Value *v, const ScheduleState *state, double epoch, int epochs)
{
    (void)v;
    (void)state;
    (void)epoch;
    (void)epochs;
    return 1;
}

static const ParamRow constant_rows[] = {WARMUP_ROW};

enum { STEP_EVERY = 1, STEP_FACTOR };
static const ParamRow step_rows[] = {
    WARMUP_ROW,
    [STEP_EVERY] = {.name = "every", .type = PARAM_INT, .min = 1, .max = 100000, .normal = "10",
                    .help = "epochs between two steps"},
    [STEP_FACTOR] = {.name = "factor", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.5",
                     .help = "what each step multiplies the rate with"},
};

static double step_factor(const Value *v, const ScheduleState *state, double epoch, int epochs)
{
    (void)state;
    (void)epochs;
    return pow(v[STEP_FACTOR].number, floor(epoch / v[STEP_EVERY].number));
}

enum { EXPONENTIAL_RATE = 1 };
static const ParamRow exponential_rows[] = {
    WARMUP_ROW,
    [EXPONENTIAL_RATE] = {.name = "rate", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.95",
                          .help = "what an epoch multiplies the rate with"},
};

static double exponential_factor(const Value *v, const ScheduleState *state, double epoch, int epochs)
{
    (void)state;
    (void)epochs;
    return pow(v[EXPONENTIAL_RATE].number, epoch);
}

enum { COSINE_FLOOR = 1 };
static const ParamRow cosine_rows[] = {WARMUP_ROW, [COSINE_FLOOR] = FLOOR_ROW};

static double cosine_factor(const Value *v, const ScheduleState *state, double epoch, int epochs)
{
    (void)state;
    double warm = v[WARMUP].number, span = epochs - warm;
    double at = span > 0 ? fmin(fmax((epoch - warm) / span, 0), 1) : 1;
    return 0.5 * (1 + cos(3.14159265358979323846 * at));
}

enum { PLATEAU_FACTOR = 1, PLATEAU_PATIENCE, PLATEAU_DELTA, PLATEAU_FLOOR };
static const ParamRow plateau_rows[] = {
    WARMUP_ROW,
    [PLATEAU_FACTOR] = {.name = "factor", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.1",
                        .help = "what a plateau multiplies the rate with"},
    [PLATEAU_PATIENCE] = {.name = "patience", .type = PARAM_INT, .min = 1, .max = 10000, .normal = "10",
                          .help = "epochs without improvement before the rate falls"},
    [PLATEAU_DELTA] = {.name = "min-delta", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.0001",
                       .help = "what counts as an improvement"},
    [PLATEAU_FLOOR] = FLOOR_ROW,
};

static double plateau_factor(const Value *v, const ScheduleState *state, double epoch, int epochs)
{
    (void)v;
    (void)epoch;
    (void)epochs;
    return state->factor;
}

static const Schedule constant = {{"constant", "the same rate all the time", constant_rows, COUNT_OF(constant_rows)},
                                  constant_factor, 0};
static const Schedule step = {{"step", "falls by a factor every so many epochs", step_rows, COUNT_OF(step_rows)}, step_factor,
                              0};
static const Schedule exponential = {{"exponential", "falls by a factor each epoch, smoothly", exponential_rows,
                                      COUNT_OF(exponential_rows)}, exponential_factor, 0};
static const Schedule cosine = {{"cosine", "falls along half a cosine to the end (Loshchilov & Hutter 2017)", cosine_rows,
                                 COUNT_OF(cosine_rows)}, cosine_factor, COSINE_FLOOR};
static const Schedule plateau = {{"plateau", "falls when the validation loss stops improving", plateau_rows,
                                  COUNT_OF(plateau_rows)}, plateau_factor, PLATEAU_FLOOR};

const ParamKind *const schedule_kinds[] = {&constant.param, &step.param, &exponential.param, &cosine.param,
                                           &plateau.param};
const int schedule_kinds_count = COUNT_OF(schedule_kinds);

ScheduleState schedule_new(void)
{
    return (ScheduleState){.factor = 1, .best = INFINITY};
}

double schedule_lr(const ParamSet *spec, const ScheduleState *state, double base, double epoch, int epochs)
{
    const Schedule *kind = (const Schedule *)(const void *)spec->kind;
    const Value *v = spec->value;
    double warm = v[WARMUP].number;
    double lr = base * kind->factor(v, state, epoch, epochs);
    if (kind->floor && lr < v[kind->floor].number)
        lr = fmin(base, v[kind->floor].number);
    return epoch < warm ? lr * epoch / warm : lr;
}

void schedule_epoch_end(const ParamSet *spec, ScheduleState *state, double base, double loss)
{
    const Value *v = spec->value;
    if (spec->kind != &plateau.param)
        return;
    if (loss < state->best - v[PLATEAU_DELTA].number) {
        state->best = loss;
        state->waited = 0;
    } else if (++state->waited >= (int)v[PLATEAU_PATIENCE].number) {
        if (base * state->factor > v[PLATEAU_FLOOR].number)
            state->factor *= v[PLATEAU_FACTOR].number;
        state->waited = 0;
    }
}
