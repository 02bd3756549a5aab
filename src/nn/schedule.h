/* The learning rate over time.  A kind is one row of schedule_kinds[]. */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "base/param.h"

/* constant; step every factor; exponential rate; cosine floor; plateau factor patience min-delta floor.
 * Every kind has warmup: epochs over which the rate grows linearly from 0. */
extern const ParamKind *const schedule_kinds[];
extern const int schedule_kinds_count;

/* Memory of `plateau`, part of a checkpoint. */
typedef struct ScheduleState {
    double factor; /* 1 at the start */
    double best;
    int waited;
} ScheduleState;

ScheduleState schedule_new(void);

/* The rate at `epoch` (from 0, fractions inside an epoch) of `epochs`. */
double schedule_lr(const ParamSet *spec, const ScheduleState *state, double base, double epoch, int epochs);

/* At an epoch's end with its validation loss (or training loss where there is no validation); reduces on a plateau. */
void schedule_epoch_end(const ParamSet *spec, ScheduleState *state, double base, double loss);

#endif
