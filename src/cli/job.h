/* What several commands start with: options turned into a design, data, threads, a team, a model. */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include "cli/command.h"
#include "data/dataset.h"
#include "spec/design.h"
#include "store/model.h"
#include "store/run.h"
#include "study/subject.h"

/* --threads, HOURGLASS_THREADS, configuration; 0: not said, all processors. */
bool job_threads(const Args *args, int *threads, Error *err) MUST_CHECK;

/* --runs-dir and the rest; NULL: the default folder (store/run.h). */
const char *job_runs_dir(const Args *args);

/* A preset's name or a file, with every --set, --epochs and --batch applied; checked. */
Design *job_design(const Args *args, const char *name_or_path, Error *err) MUST_CHECK;
bool job_apply_settings(const Args *args, Design *design, Error *err) MUST_CHECK; /* the same for a design that is there already */

/* The options OPTIONS_DATA; `want`: the network's input.  Says on standard error what is used where that was not named. */
Data *job_data(const Args *args, Shape want, Error *err) MUST_CHECK;

/* The data a run was trained on, unless other data is named; a checksum that differs is an error with `exact`, else a note. */
Data *job_run_data(const Args *args, const RunMeta *meta, Shape want, bool exact, Error *err) MUST_CHECK;

/* Puts data's place, name and checksum into meta, paths made absolute. */
void job_note_data(const Args *args, const Data *data, RunMeta *meta);

/* A run's or model file's model with the data it belongs to and a team. */
typedef struct Job {
    Model model;
    Data *data;       /* NULL where it was not asked for */
    Team *team;
    Run run;          /* folder "" when the model is a file of its own */
} Job;

bool job_open(const Args *args, const char *run_or_path, bool wants_data, Job *out, Error *err) MUST_CHECK;
void job_close(Job *job);

/* --split: test, train, validation; PART_AUTO where it is not given. */
bool job_part(const Args *args, SubjectPart *part, Error *err) MUST_CHECK;

/* Both at once: the job, and its model with the samples of --split as a subject (which takes the job's model).  With `wants_data` false
 * there are no samples. Close the subject first. */
bool job_open_subject(const Args *args, const char *run_or_path, bool wants_data, Job *job, Subject *subject, Error *err) MUST_CHECK;

#endif
