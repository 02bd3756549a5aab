/* The trainer: single-threaded to look at, stepped from outside, one batch a step.  (Inside a step it uses the team.)
 *
 * A block with `from` starts with the weights of that model's or run's block of the same name (else its layers in order), and a
 * stage whose blocks are all given that way, or never used again, is left out: classifier with an encoder needs no pretraining.
 *
 * The command line, tests and the worker thread drive it. */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "data/dataset.h"
#include "spec/design.h"
#include "store/metrics.h"
#include "nn/weights.h"

typedef struct Trainer Trainer;

typedef struct TrainerOptions {
    int threads;              /* 0: all cores */
    uint64_t seed;
    Run *run;                 /* where it is kept; NULL: nowhere.  Borrowed */
    bool resume;              /* go on from run's checkpoint */
    const char *after;        /* what brought it back to the checkpoint, for the log ("the loss became NaN ..."); NULL: nothing special */
    const char *runs_dir;     /* where `from RUN` of a block is looked for; NULL: the default */
    const Weights *initial;   /* fork: weights to start from where names match; NULL.  Copied */
    int start_stage, start_epoch; /* fork: where to go on, from 0 */
    int epochs;               /* 0: the design's */
    int batch_metric_every;   /* batches between METRIC_BATCH lines; 0: some 20 an epoch */
    int checkpoint_epochs;    /* every n-th epoch's weights are kept; 0: as many as keep at most 50 a stage */
    double checkpoint_seconds; /* last.safetensors inside an epoch, at least so far apart; 0: 30 */
} TrainerOptions;

Trainer *trainer_new(const Design *design, const Data *data, const TrainerOptions *options, Error *err) MUST_CHECK;
void trainer_free(Trainer *trainer);

typedef enum TrainerState {
    TRAINER_BATCH,     /* one batch was done */
    TRAINER_EPOCH,     /* that batch ended an epoch: validation is done, the metric is written */
    TRAINER_STAGE,     /* ... and a stage */
    TRAINER_DONE,      /* all stages; the model is written */
    TRAINER_FAILED     /* err says why; ERROR_DIVERGED for a loss that is not finite */
} TrainerState;

TrainerState trainer_step(Trainer *trainer, Error *err);

/* Saves everything so that resume goes on exactly; also at each epoch's end by itself. */
bool trainer_save(Trainer *trainer, Error *err) MUST_CHECK;

/* Saves and marks the run as stopped. */
bool trainer_stop(Trainer *trainer, Error *err) MUST_CHECK;

/* -- Live changes, from the next batch on; logged as events, kept by checkpoints. */
bool trainer_set_lr(Trainer *trainer, double lr, Error *err) MUST_CHECK;
bool trainer_set_beta(Trainer *trainer, double factor, Error *err) MUST_CHECK; /* multiplies every Sample layer's own beta */
bool trainer_set_batch(Trainer *trainer, int batch, Error *err) MUST_CHECK; /* from the next epoch on */
bool trainer_set_noise(Trainer *trainer, const char *noise, Error *err) MUST_CHECK; /* "gaussian sd=0.3" */

/* -- Looking.  Borrowed until the next step. */
typedef struct Progress {
    int stage, stages, epoch, epochs, batch, batches; /* epoch and batch: done so far in this stage / epoch */
    char stage_name[32];
    uint32_t step;
    double batch_loss, epoch_loss; /* last batch; running mean of the epoch */
    double epoch_accuracy;         /* NaN without labels */
    double lr, base_lr;            /* as scheduled; as set */
    double samples_per_s, seconds, left; /* left: estimate in seconds, of this stage */
    int threads;
    size_t bytes;
    Metric last_epoch;             /* epoch == 0: none yet */
    int best_epoch; double best_loss;
    bool labels;                   /* this stage's loss is over classes */
} Progress;

Progress trainer_progress(const Trainer *trainer);
const Metrics *trainer_history(const Trainer *trainer);
Network *trainer_network(Trainer *trainer);   /* current stage's, between steps only */
const Weights *trainer_weights(Trainer *trainer, Error *err) MUST_CHECK; /* all blocks, brought up to date */

/* Runs `n` inputs of the design's own input shape through the current stage's network: noisy (fixed noise of validation) and
 * output rows of the stage's sizes; code of code size; any pointer may be NULL.  For stages on codes, x is coded first and
 * noisy/out are of the code's shape. */
void trainer_reconstruct(Trainer *trainer, int n, const float *x, float *noisy, float *out, float *code);
Shape trainer_output(const Trainer *trainer);
int trainer_code_size(const Trainer *trainer);

#endif
