/* The trainer's inside, shared by trainer*.c alone. */
#ifndef TRAIN_TRAINER_OWN_H
#define TRAIN_TRAINER_OWN_H

#include "data/split.h"
#include "store/checkpoint.h"
#include "train/feed.h"
#include "train/trainer.h"

struct Trainer {
    Design *design;
    const Data *data;
    TrainerOptions options;
    Team *team;
    Weights weights;       /* all blocks, as of the last stage's end or trainer_weights */
    Weights best;          /* of this stage's best epoch */
    Metrics history;
    TrainState state;
    bool lost;             /* the loss is not finite any more: nothing of it is saved */

    /* the stage at hand */
    const TrainSpec *spec;
    Chain *chain, *code_chain;
    Network *net, *coder;
    Data *coded;           /* the data as codes, when the stage is trained on them */
    Split split;
    NoiseSpec noise;
    uint32_t *order;       /* this epoch's samples */
    int batch, batches, epochs;
    bool labels;

    /* measuring */
    double batch_loss, kl;
    double speed;          /* samples/s, smoothed */
    double epoch_started, last_saved;
    int group_samples;     /* of the METRIC_BATCH line being gathered */
    double group_loss;
};

/* trainer_stage.c */
bool trainer_stage_begin(Trainer *trainer, Error *err) MUST_CHECK; /* of state.stage, with trainer->weights */
void trainer_stage_end(Trainer *trainer);                          /* frees what belongs to it */
bool trainer_stage_labels(const Trainer *trainer, int stage, Error *err) MUST_CHECK; /* does the data have the classes it learns? */
bool trainer_stage_skipped(const Trainer *trainer, int stage);
bool trainer_rebuild(Trainer *trainer, int batch, Error *err) MUST_CHECK; /* the same network for another batch size */
void trainer_start_epoch(Trainer *trainer);                        /* order of the samples */
BatchSource trainer_train_source(Trainer *trainer, Feed *feed);
BatchSource trainer_validation_source(Trainer *trainer, Feed *feed);

/* trainer_save.c */
bool trainer_is_finite(const Trainer *trainer);                    /* no parameter is NaN or infinite */
bool trainer_resume(Trainer *trainer, Error *err) MUST_CHECK;      /* from the checkpoint, if there is one */
bool trainer_load_blocks(Trainer *trainer, Error *err) MUST_CHECK; /* blocks with `from` */
bool trainer_write_epoch(Trainer *trainer, Error *err) MUST_CHECK; /* ckpt/sS-eNNNN.safetensors, thinned out */
bool trainer_write_model(Trainer *trainer, const char *inside, const Weights *weights, Error *err) MUST_CHECK;
bool trainer_log(Trainer *trainer, const Metric *metric, Error *err) MUST_CHECK;
bool trainer_event(Trainer *trainer, const char *event, Error *err, const char *fmt, ...) MUST_CHECK PRINTF_LIKE(4, 5);
bool trainer_mark(Trainer *trainer, const char *state, Error *err) MUST_CHECK; /* meta.json's state */

#endif
