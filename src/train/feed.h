/* What a batch is drawn from: samples of a set in some order, with or without noise. */
#ifndef TRAIN_FEED_H
#define TRAIN_FEED_H

#include "data/dataset.h"
#include "data/noise.h"
#include "nn/network.h"

typedef struct Feed {
    const Dataset *set;
    const uint32_t *index; /* of the samples, in order */
    const NoiseSpec *noise;
    uint64_t seed;         /* of the noise */
    uint32_t epoch;        /* of the noise; NOISE_FIXED_EPOCH for validation and pictures */
} Feed;

/* The target is the clean sample.  Called from all threads: *feed stays as it is while the source is in use. */
BatchSource feed_source(Feed *feed);

#endif
