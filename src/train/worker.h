/* The worker: a thread that owns a trainer, a queue of commands to it, and immutable snapshots from it.
 *
 * Commands are read between batches.  A snapshot replaces the one before it if nobody took that: whoever looks never
 * holds up the training, and training never waits for whoever looks. */
#ifndef TRAIN_WORKER_H
#define TRAIN_WORKER_H

#include "base/shared.h"
#include "train/trainer.h"

typedef struct Worker Worker;

typedef enum WorkerState { WORKER_LOADING, WORKER_RUNNING, WORKER_PAUSED, WORKER_STOPPED, WORKER_DONE, WORKER_FAILED } WorkerState;

enum { SNAPSHOT_LAYERS = 64 };

typedef struct Snapshot {
    WorkerState state;
    Progress progress;
    Error error;              /* WORKER_FAILED */
    const Metric *metric;     /* history so far */
    int metrics;
    int saves;                /* worker_save's that were carried out */
    /* probe samples, as the worker was asked: inputs as fed (noisy), outputs, each `probes` x size floats in 0..1 */
    int probes;
    Shape probe_shape, output_shape;
    const float *noisy, *output;
    /* codes of the scatter samples; `code_turn` is another one when they were made anew */
    int codes, code_size;
    unsigned code_turn;
    const float *code;
    Shared *history, *pictures, *scatter; /* what these pointers lead into, shared with other snapshots */
    int layers;
    char layer_name[SNAPSHOT_LAYERS][LAYER_NAME];
    LayerHealth health[SNAPSHOT_LAYERS];
} Snapshot;

typedef struct WorkerOptions {
    TrainerOptions trainer;
    int probes;               /* samples of probe_x to reconstruct for each snapshot; 0: none */
    const float *probe_x;     /* (probes, input); copied */
    int codes;                /* samples of code_x to encode; 0: none */
    const float *code_x;      /* copied */
    double interval;          /* least seconds between snapshots; 0: 0.05.  Longer where running the samples takes long: looking
                               * costs a hundredth of the time at most, and codes are renewed less often than probes */
    double lr;                /* > 0: set before the first batch, as worker_set_lr does */
} WorkerOptions;

/* Borrows data for the worker's life and copies design and trainer.initial.  `wake` is a file descriptor that gets a byte (or eventfd count) whenever
 * a snapshot is ready; -1: none. */
Worker *worker_start(const Design *design, const Data *data, const WorkerOptions *options, int wake, Error *err) MUST_CHECK;

/* Stops after the batch at hand (saving everything where there is a run), joins, frees. */
void worker_free(Worker *worker);

/* Commands; each returns at once. */
void worker_pause(Worker *worker);
void worker_continue(Worker *worker);
void worker_stop(Worker *worker);      /* finish the batch, save, end the thread */
void worker_save(Worker *worker);
void worker_set_lr(Worker *worker, double lr);
void worker_set_beta(Worker *worker, double factor);
void worker_set_batch(Worker *worker, int batch);
void worker_set_noise(Worker *worker, const char *noise);

/* What snapshots show anew, a sum of: at first WATCH_PROBES | WATCH_CODES.  The rest is as it was when last watched, and with
 * nothing watched snapshots come only some times a second. */
enum { WATCH_PROBES = 1, WATCH_CODES = 2, WATCH_HEALTH = 4 };
void worker_watch(Worker *worker, unsigned what);

/* The newest snapshot not yet taken, or NULL.  The caller's: snapshot_free. */
Snapshot *worker_take_snapshot(Worker *worker);
void snapshot_free(Snapshot *snapshot);

/* For whoever makes a snapshot of something else than a training: copies. */
void snapshot_set_metrics(Snapshot *snapshot, const Metric *metric, int count);
float *snapshot_take_pictures(Snapshot *snapshot, int probes, Shape fed, Shape output, float **made); /* room: inputs, *made outputs */
float *snapshot_take_codes(Snapshot *snapshot, int codes, int size);

/* Waits until the thread has ended (done, stopped or failed) or `seconds` have passed; true when ended. */
bool worker_wait(Worker *worker, double seconds);

#endif
