/* The workbench: what the person works on.  A design with its history, a data set, and a training with its run.  All screens
 * show the same one.  Main thread; loading and measuring run as Jobs, training in its Worker. */
#ifndef UI_BENCH_H
#define UI_BENCH_H

#include "data/dataset.h"
#include "spec/design.h"
#include "spec/diff.h"
#include "spec/doctor.h"
#include "spec/outline.h"
#include "spec/summary.h"
#include "store/run.h"
#include "train/estimate.h"
#include "train/worker.h"
#include "ui/app.h"

Bench *bench_new(const AppOptions *options, Error *err) MUST_CHECK;
void bench_free(Bench *bench); /* stops and saves a training */

bool bench_tick(Bench *bench);  /* takes finished jobs and snapshots; true: something changed */
bool bench_busy(const Bench *bench); /* something is being loaded, opened or measured */
double bench_deadline(const Bench *bench); /* when bench_tick should be called at the latest */
const char *bench_take_message(Bench *bench, Role *role); /* something to tell the person, once; NULL: nothing */
void bench_status(Bench *bench, char *buffer, size_t size); /* "epoch 12/30  .01533", "" when nothing trains */
const char *bench_subject(Bench *bench); /* "denoise* · MNIST · seed 7 · 2 threads" */

const char *bench_run_subject(Bench *bench, const char *state); /* "denoise-03 · MNIST · seed 7 · 2 threads · done", of the training */

/* ---- the design: never changed in place; each change is a new one and a step of the history, opening another one too */
const Design *bench_design(const Bench *bench);
unsigned bench_version(const Bench *bench);                 /* another number after every change */
void bench_set_design(Bench *bench, Design *design);        /* takes it; undo leads back */
void bench_begin_design(Bench *bench, Design *design, const char *origin); /* takes it as a beginning: what it will be compared with */
bool bench_open_design(Bench *bench, const char *name_or_path, Error *err) MUST_CHECK; /* a preset or a file */
bool bench_undo(Bench *bench);
bool bench_redo(Bench *bench);
bool bench_can_undo(const Bench *bench);
bool bench_can_redo(const Bench *bench);
bool bench_changed(const Bench *bench);                     /* since it was opened or saved */
bool bench_save_design(Bench *bench, const char *path, Error *err) MUST_CHECK;
const char *bench_origin(const Bench *bench);               /* the preset, file or wizard it came from */
const Design *bench_base(const Bench *bench);               /* as it was opened */

/* What can be known about it; remade when the design or the data changed.  Borrowed until the next change. */
const Summary *bench_summary(Bench *bench, int stage, const Error **why); /* NULL: shapes do not fit, *why says it */
const Outline *bench_outline(Bench *bench);                 /* of all layers, as far as shapes go */
const DesignDiff *bench_diff(Bench *bench);                 /* what differs from bench_base */
const Diagnosis *bench_diagnosis(Bench *bench);
const Estimate *bench_estimate(const Bench *bench, int stage); /* NULL: not measured yet */
const char *bench_unmeasured(Bench *bench, int stage);      /* why bench_epoch_seconds is not known (yet), in 17 columns */
double bench_epoch_seconds(Bench *bench, int stage);        /* of that estimate and the data; NAN: not known */

/* ---- data */
enum { PREVIEW_PICTURES = 8 };
typedef struct DataPreview {
    char name[DATA_NAME], path[512], note[256]; /* path "": the built-in digits */
    int train, test, classes;
    Shape shape;
    int pictures;
    float *picture; /* (pictures, shape) */
} DataPreview;

int bench_previews(const Bench *bench, const DataPreview **preview); /* those found so far */
bool bench_previewing(const Bench *bench);
void bench_open_data(Bench *bench, const char *path);        /* NULL: the usual place; loads behind the screen */
const Data *bench_data(const Bench *bench);                  /* NULL: not loaded (yet) */
void bench_hold_data(Bench *bench, int by);                  /* +1 while a thread uses bench_data(), -1 after: it is not replaced meanwhile */
const Dataset *bench_probe_set(const Bench *bench);          /* where probe pictures come from: test, else training part */

/* ---- training */
bool bench_train(Bench *bench, Error *err) MUST_CHECK;       /* a new run of the design; waits for data that is loading */
bool bench_resume(Bench *bench, const char *run, Error *err) MUST_CHECK;
bool bench_again(Bench *bench, bool same_seed, Error *err) MUST_CHECK; /* a new run of the design last trained, from the very start */
bool bench_fork(Bench *bench, const char *run, int stage, int epoch, double lr, Error *err) MUST_CHECK; /* a new run that goes on from there; lr > 0: with it */
bool bench_rollback(Bench *bench, double lr, Error *err) MUST_CHECK; /* the run that diverged goes on from its last good checkpoint with this rate */
bool bench_show_run(Bench *bench, const char *run, Error *err) MUST_CHECK; /* a run that is over, as if it had just ended */
bool bench_sweep(Bench *bench, const char *settings, Error *err) MUST_CHECK; /* "lr=1e-2,1e-3": one run a value, one after the other; behind what trains now */
int bench_queued(const Bench *bench);                        /* runs of the sweep still to come */
const Design *bench_queued_design(const Bench *bench, int i);
const char *bench_queued_setting(const Bench *bench, int i); /* "lr=1e-2" */
void bench_cancel_queued(Bench *bench, int i);               /* -1: all */
void bench_set_answers(Bench *bench, const char *text);      /* of the design at hand, by the wizard: kept with its runs */
bool bench_training(const Bench *bench);                     /* waiting for data, running or paused */
long bench_turns(const Bench *bench); /* counts the runs begun and the runs ended */
bool bench_waiting(const Bench *bench);                      /* for data */
bool bench_opening(const Bench *bench);                      /* a run that bench_show_run was asked for */
void bench_ask_stop(Bench *bench);
bool bench_stop_training(Bench *bench, double seconds);      /* asks and waits; true: ended and saved */
Worker *bench_worker(const Bench *bench);                    /* NULL: none */
const Snapshot *bench_snapshot(const Bench *bench);          /* the newest; stays after the end; NULL: none */
const char *bench_run_name(const Bench *bench);              /* of the training or the last one; "": none */
const char *bench_runs_dir(const Bench *bench);
uint64_t bench_seed(const Bench *bench);
void bench_set_seed(Bench *bench, uint64_t seed);
int bench_threads(const Bench *bench);
const Design *bench_trained_design(const Bench *bench);      /* of that run; NULL: none */

/* The fixed pictures shown while training. */
enum { PROBES = 10, SCATTER = 400 };
const float *bench_probes(const Bench *bench, int *count, Shape *shape, const uint8_t **labels); /* as the data has them */
const uint8_t *bench_scatter_labels(const Bench *bench);

#endif
