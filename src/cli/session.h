/* One training from start to end, watched from the command line: worker, signals, progress, result. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/command.h"
#include "train/trainer.h"

/* Options of every command that trains. */
#define OPTIONS_SESSION \
    {"progress", 'p', "STYLE", "auto, bar, lines (one an epoch), jsonl or none; auto is the bar on a terminal, else lines"}, \
    {"keep-every", 0, "N", "keep the weights of every N-th epoch; else as many as make at most 50 a stage"}, \
    {"save-every", 0, "SECONDS", "save inside an epoch at least so often (30)"}

/* Checks --progress, --require, --keep-every and --save-every and puts the last two into options. */
bool session_prepare(const Args *args, TrainerOptions *options, Error *err) MUST_CHECK;

/* Trains until it is done, fails or is stopped by a signal; closes the run (and removes it where nothing was trained).  Returns the exit
 * code. */
int session_train(const Args *args, const Design *design, const Data *data, const TrainerOptions *options, Run *run, Error *err);

/* The same, after making the run; name NULL: from the design. */
int session_start(const Args *args, const Design *design, const Data *data, const char *name, const RunMeta *meta,
                  TrainerOptions *options, Error *err);

#endif
