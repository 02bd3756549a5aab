/* How long an epoch will take on this machine: measured, not computed. */
#ifndef TRAIN_ESTIMATE_H
#define TRAIN_ESTIMATE_H

#include "data/dataset.h"
#include "spec/design.h"

#include <stdatomic.h>

typedef struct Estimate {
    double samples_per_s; /* training: shuffled bytes gathered, noise, forward, backward, update */
    double checked_per_s; /* validation: forward and loss */
    double *layer_ms;     /* of one batch, forward and backward, by layer of the stage's chain; NULL when not asked for */
    int layers;
} Estimate;

/* Trains a few batches of random numbers for at most about `seconds`.  `enough` (may be NULL) is looked at before each of them: once
 * another thread has set it, false comes back soon. */
bool estimate_stage(const Design *design, int stage, int threads, double seconds, const atomic_bool *enough, Estimate *out,
                    Error *err) MUST_CHECK;
void estimate_clear(Estimate *estimate);

/* How many samples of the data train in a stage, and how many validate; false where it cannot be told. */
bool estimate_samples(const Design *design, int stage, const Data *data, uint64_t seed, int *train, int *validation) MUST_CHECK;

/* Seconds of an epoch that trains on so many samples and then looks at so many others. */
double estimate_epoch(const Estimate *estimate, int train, int validation);

#endif
