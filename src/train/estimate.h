/* How long an epoch will take on this machine: measured, not computed. */
#ifndef TRAIN_ESTIMATE_H
#define TRAIN_ESTIMATE_H

#include "spec/design.h"

typedef struct Estimate {
    double samples_per_s; /* training, including the update */
    double *layer_ms;     /* of one batch, forward and backward, by layer of the stage's chain; NULL when not asked for */
    int layers;
} Estimate;

/* Trains a few batches of random numbers for at most about `seconds`. */
bool estimate_stage(const Design *design, int stage, int threads, double seconds, Estimate *out, Error *err) MUST_CHECK;
void estimate_clear(Estimate *estimate);

#endif
