/* Everything a killed run needs to go on exactly. */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include "nn/schedule.h"
#include "store/run.h"
#include "nn/weights.h"

/* Numbers the trainer carries between batches.  All randomness is a function of seed and these counters. */
typedef struct TrainState {
    int stage, epoch, batch;     /* next batch to do: epoch from 0, batch from 0 */
    int batch_size;              /* of the epoch at hand; 0: the design's */
    uint32_t step;               /* of the stage's optimizer */
    uint32_t total_steps;        /* over all stages: the counter of dropout and sampling */
    double epoch_loss, epoch_kl; /* sums over the epoch's samples so far */
    long epoch_seen, epoch_correct;
    double best_loss;
    int best_epoch, waited;      /* early stopping; best_epoch 0: none yet */
    ScheduleState schedule;
    long metrics_bytes;
    double seconds;              /* training time so far */
    int finished;                /* 1: nothing is left to train */
    /* settings changed while it ran: they replace the design's from then on in this stage */
    double live_lr, live_beta;   /* NaN: not changed */
    int live_batch;              /* 0: not changed */
    char live_noise[96];         /* "": not changed */
} TrainState;

/* weights: all blocks of the design ("LAYER/kernel"); slots: optimizer memory of the current stage ("slot0"...), as 1-d tensors;
 * best: the weights of the best epoch (count 0: none).  One atomic file. */
bool checkpoint_write(const Run *run, const TrainState *state, const Weights *weights, const Weights *slots,
                      const Weights *best, Error *err) MUST_CHECK;

/* False without an error text (err->kind == ERROR_NONE) when the run has no checkpoint yet. */
bool checkpoint_read(const Run *run, TrainState *state, Weights *weights, Weights *slots, Weights *best, Error *err) MUST_CHECK;

#endif
