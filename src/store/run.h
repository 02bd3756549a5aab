/* The run folder: what stays of a training.
 *
 *     runs/NAME/ network.net     the design as trained, every default spelt out
 *                meta.json       version, data, checksum, seed, threads, processor, limit, options that resume needs
 *                metrics.jsonl   one object a line: batches, epochs, events; append only
 *                model.safetensors   at the end
 *                ckpt/last.safetensors   parameters, optimizer memory, trainer state; replaced atomically
 *                ckpt/best.safetensors, ckpt/s1-e0006.safetensors   weights and design (model files)
 *                figures/        pictures
 *                log.txt notes.txt tags lock
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "base/error.h"
#include "spec/design.h"

#include <stdint.h>
#include <stdio.h>

enum { RUN_PATH = 512, RUN_NAME = 128 };

/* What resume needs to know beyond the design. */
typedef struct RunMeta {
    char version[32], created[32];
    char design[DESIGN_NAME];   /* the design's name; run_create fills it in */
    char preset[DESIGN_NAME];   /* or the file it came from */
    char data_path[RUN_PATH];   /* "" for the built-in digits; else as given, made absolute */
    char data_files[4][RUN_PATH]; /* --images --labels --test-images --test-labels, "" */
    char data_name[64], data_checksum[65];
    uint64_t seed;
    int threads, limit;
    char kernels[16], blas[64];
    char state[16];             /* running, stopped, done, diverged */
    char encoder[RUN_PATH];     /* --encoder, "" */
    char forked_from[RUN_NAME + 16];
} RunMeta;

typedef struct Run {
    char folder[RUN_PATH], name[RUN_NAME];
    FILE *metrics; /* open while training */
    int lock;      /* file descriptor of the lock while training, -1 */
} Run;

/* Where runs lie when runs_dir is NULL: $HOURGLASS_RUNS, else ./runs if it exists or the working folder can be written, else
 * $XDG_DATA_HOME/hourglass/runs. */
void run_default_folder(char *path, size_t size);

/* Makes runs_dir/NAME (NAME-02, NAME-03 ... where taken: rename decides, so two programs never share a run), writes
 * network.net and meta.json, takes the lock. name NULL: from the design.  Nothing is left behind on error. */
bool run_create(Run *run, const char *runs_dir, const char *name, const Design *design, const RunMeta *meta, Error *err) MUST_CHECK;

/* An existing run, by name or path; `lock` for training on (opens the metrics; fails when another process holds it). */
bool run_open(Run *run, const char *runs_dir, const char *name, bool lock, Error *err) MUST_CHECK;
void run_close(Run *run);

/* What the weights kept at an epoch's end are called, "s1-e0006": behind NAME@ for model_open, in ckpt/ with .safetensors.
 * `stage` counts from 0, `epoch` from 1. */
enum { RUN_EPOCH_NAME = 32 };
void run_epoch_name(int stage, int epoch, char name[RUN_EPOCH_NAME]);

bool run_path(const Run *run, const char *inside, char *path, size_t size, Error *err) MUST_CHECK; /* makes the sub-folder */
bool run_read_meta(const Run *run, RunMeta *meta, Error *err) MUST_CHECK;
bool run_write_meta(const Run *run, const RunMeta *meta, Error *err) MUST_CHECK;
Design *run_design(const Run *run, Error *err) MUST_CHECK;

/* One line of metrics.jsonl, appended and flushed.  A line is built by the typed calls of store/metrics.h. */
bool run_append(Run *run, const char *json_line, Error *err) MUST_CHECK;
long run_metrics_size(const Run *run);                              /* bytes so far: part of a checkpoint */
bool run_truncate_metrics(Run *run, long size, Error *err) MUST_CHECK; /* resume: forgets what came after the checkpoint */

/* May `name` be a run's name: letters, digits and . _ - + =, not starting with a point or a minus. */
bool run_name_check(const char *name, Error *err) MUST_CHECK;

/* Both refuse while another process trains the run. */
bool run_remove(Run *run, Error *err) MUST_CHECK;
bool run_rename(Run *run, const char *name, Error *err) MUST_CHECK; /* an error when the name is taken */

/* True while a process holds the lock: whoever says "running" in meta.json and is not locked was killed. */
bool run_is_locked(const Run *run);

/* The file `tags`: one a line. */
typedef struct RunTags {
    char tag[32][48];
    int count;
} RunTags;
bool run_read_tags(const Run *run, RunTags *out, Error *err) MUST_CHECK; /* no file: no tags */
bool run_write_tags(const Run *run, const RunTags *tags, Error *err) MUST_CHECK;

/* All runs in a folder, newest first; a folder that does not exist has none. */
typedef struct RunList {
    Run *run;
    int count;
} RunList;
bool run_list(const char *runs_dir, RunList *out, Error *err) MUST_CHECK;
void run_list_clear(RunList *list);

#endif
