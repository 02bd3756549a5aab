/* From options to things: each function reads the options that belong to one, and says what is wrong with them. */
#include "cli/job.h"

#include "base/file.h"
#include "base/mem.h"
#include "cli/console.h"
#include "spec/text.h"
#include "tensor/team.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_THREADS = 256,
    DIGITS_SEED = 1 /* the built-in digits are one data set, whatever the seed of the training */
};

bool job_threads(const Args *args, int *threads, Error *err)
{
    const char *source = "--threads", *text = args_text(args, "threads");
    char *end;
    *threads = 0;
    if (!text)
        text = settings_get(args->settings, "threads", &source);
    if (!text)
        return true;
    long number = strtol(text, &end, 10);
    if (end == text || *end || number < 1 || number > MOST_THREADS)
        return error_set(err, ERROR_USAGE, NULL, "%s: threads: \"%s\": need a whole number 1..%d", source, text, MOST_THREADS);
    *threads = (int)number;
    return true;
}

const char *job_runs_dir(const Args *args)
{
    return args_setting(args, "runs-dir");
}

/* -- Designs. */

/* Settings with an option of their own: --precision bf16 is --set precision=bf16. */
static bool apply_own_options(const Args *args, Design *design, Error *err)
{
    static const struct { const char *option, *setting; } own[] = {{"precision", "precision"}, {"conv", "convolution"}};
    for (int i = 0; i < (int)COUNT_OF(own); i++) {
        char assignment[256];
        if (!args_knows(args, own[i].option) || !args_text(args, own[i].option))
            continue;
        snprintf(assignment, sizeof assignment, "%s=%s", own[i].setting, args_text(args, own[i].option));
        if (!design_set(design, assignment, err))
            return false;
    }
    return true;
}

bool job_apply_settings(const Args *args, Design *design, Error *err)
{
    int at = 0, epochs = 0, batch = 0;
    if ((args_knows(args, "epochs") && !args_int(args, "epochs", 1, 1000000, &epochs, err)) ||
        (args_knows(args, "batch") && !args_int(args, "batch", 1, 65536, &batch, err)))
        return false;
    for (const char *assignment; args_knows(args, "set") && (assignment = args_next(args, "set", &at));)
        if (!design_set(design, assignment, err))
            return error_at(err, "--set", 0, 0);
    if (!apply_own_options(args, design, err))
        return false;
    for (int i = 0; i < design->stages; i++) {
        if (epochs)
            design->stage[i].train.set[TRAIN_EPOCHS].value[0].number = epochs;
        if (batch)
            design->stage[i].train.set[TRAIN_BATCH].value[0].number = batch;
    }
    return design_check(design, err);
}

Design *job_design(const Args *args, const char *name_or_path, Error *err)
{
    Design *design = design_open(name_or_path, err);
    if (design && job_apply_settings(args, design, err))
        return design;
    design_free(design);
    return NULL;
}

/* -- Data. */

static void absolute(const char *path, char out[RUN_PATH])
{
    char *full = realpath(path, NULL);
    snprintf(out, RUN_PATH, "%s", full ? full : path);
    free(full);
}

static const char *const file_options[4] = {"images", "labels", "test-images", "test-labels"};

static bool names_data(const Args *args)
{
    for (int i = 0; i < 4; i++)
        if (args_has(args, file_options[i]))
            return true;
    return args_has(args, "data");
}

static Data *data_read(const DataOptions *options, Error *err)
{
    Data *data = data_open(options, err);
    if (data && data->note[0])
        console_note("note: %s: %s", data->name, data->note);
    return data;
}

Data *job_data(const Args *args, Shape want, Error *err)
{
    DataOptions options = {.path = args_text(args, "data"), .want = want, .seed = DIGITS_SEED,
                           .images = args_text(args, "images"), .labels = args_text(args, "labels"),
                           .test_images = args_text(args, "test-images"), .test_labels = args_text(args, "test-labels")};
    if (!args_int(args, "limit", 1, INT_MAX, &options.limit, err))
        return NULL;
    if ((options.labels || options.test_images || options.test_labels) && !options.images) {
        error_set(err, ERROR_USAGE, "name the training pictures with --images",
                  "--labels, --test-images and --test-labels go with --images");
        return NULL;
    }
    if (options.images && options.path) {
        error_set(err, ERROR_USAGE, "leave out one of them", "--data and --images both say what to learn from");
        return NULL;
    }
    /* The configuration's folder is looked through like $HOURGLASS_DATA's: data_open does that. */
    const char *configured = settings_get(args->settings, "data", NULL);
    if (!names_data(args) && configured)
        setenv("HOURGLASS_DATA", configured, 0);
    if (options.path && !strcmp(options.path, "built-in") && !file_exists(options.path))
        options.path = ""; /* as data_open calls them */
    Data *data = data_read(&options, err);
    if (data && !names_data(args)) {
        console_note("data: %s%s%s (--data names others)", data->name, data->source[0] ? " in " : "", data->source);
    }
    return data;
}

Data *job_run_data(const Args *args, const RunMeta *meta, Shape want, bool exact, Error *err)
{
    Data *data;
    if (names_data(args)) {
        data = job_data(args, want, err);
    } else {
        DataOptions options = {.path = meta->data_path[0] ? meta->data_path : NULL, .want = want, .seed = DIGITS_SEED,
                               .limit = meta->limit};
        const char **file[4] = {&options.images, &options.labels, &options.test_images, &options.test_labels};
        for (int i = 0; i < 4; i++)
            *file[i] = meta->data_files[i][0] ? meta->data_files[i] : NULL;
        if (!args_int(args, "limit", 1, INT_MAX, &options.limit, err))
            return NULL;
        if (!options.path && !options.images) /* the built-in digits, even where data lies about by now */
            options.path = "";
        data = data_read(&options, err);
    }
    if (!data || !meta->data_checksum[0] || !strcmp(meta->data_checksum, data->checksum))
        return data;
    if (!exact) {
        console_note("note: this is %s, not the %s the network was trained on", data->name, meta->data_name);
        return data;
    }
    error_set(err, ERROR_INPUT, "name the same data with --data", "the data is not what the run was trained on (%s): its checksum differs",
              meta->data_name);
    error_at(err, data->source[0] ? data->source : data->name, 0, 0);
    data_free(data);
    return NULL;
}

void job_note_data(const Args *args, const Data *data, RunMeta *meta)
{
    meta->data_path[0] = '\0';
    for (int i = 0; i < 4; i++) {
        const char *file = args_text(args, file_options[i]);
        meta->data_files[i][0] = '\0';
        if (file)
            absolute(file, meta->data_files[i]);
    }
    if (data->source[0] && !meta->data_files[0][0])
        absolute(data->source, meta->data_path);
    snprintf(meta->data_name, sizeof meta->data_name, "%s", data->name);
    snprintf(meta->data_checksum, sizeof meta->data_checksum, "%s", data->checksum);
    meta->limit = 0;
    if (args_has(args, "limit"))
        meta->limit = atoi(args_text(args, "limit")); /* job_data has checked it */
}

/* -- Models. */

/* The run that a model's name means, if it means one: NAME or NAME@EPOCH. */
static void find_run(const Args *args, const char *name, Run *run)
{
    char text[RUN_PATH];
    *run = (Run){.lock = -1};
    if (file_exists(name) && !file_is_folder(name))
        return;
    snprintf(text, sizeof text, "%s", name);
    char *at = strrchr(text, '@');
    if (at)
        *at = '\0';
    if (!run_open(run, job_runs_dir(args), text, false, NULL))
        *run = (Run){.lock = -1};
}

bool job_open(const Args *args, const char *run_or_path, bool wants_data, Job *out, Error *err)
{
    int threads;
    *out = (Job){.run.lock = -1};
    if (!job_threads(args, &threads, err) || !model_open(run_or_path, job_runs_dir(args), &out->model, err))
        return false;
    find_run(args, run_or_path, &out->run);
    if (wants_data) {
        RunMeta meta = {0};
        Shape want = out->model.design->input;
        bool known = out->run.folder[0] && run_read_meta(&out->run, &meta, NULL);
        snprintf(meta.data_name, sizeof meta.data_name, "%s", out->model.data_name);
        snprintf(meta.data_checksum, sizeof meta.data_checksum, "%s", out->model.data_checksum);
        if (known || names_data(args)) {
            out->data = job_run_data(args, &meta, want, false, err);
        } else {
            out->data = job_data(args, want, err);
            if (out->data && strcmp(out->data->checksum, meta.data_checksum) != 0)
                console_note("note: this is %s, not the %s the network was trained on", out->data->name, meta.data_name);
        }
        if (!out->data || !data_fits(out->data->train.shape, want, out->data, err)) {
            job_close(out);
            return false;
        }
    }
    out->team = team_new(threads ? threads : team_cores(), err);
    if (!out->team)
        job_close(out);
    return out->team != NULL;
}

void job_close(Job *job)
{
    model_clear(&job->model);
    data_free(job->data);
    team_free(job->team);
    run_close(&job->run);
    *job = (Job){.run.lock = -1};
}

/* -- Subjects. */

bool job_part(const Args *args, SubjectPart *part, Error *err)
{
    static const struct {
        const char *name;
        SubjectPart part;
    } parts[] = {{"test", PART_TEST}, {"train", PART_TRAIN}, {"validation", PART_VALIDATION}};
    const char *name = args_text(args, "split");
    *part = PART_AUTO;
    for (size_t i = 0; name && i < COUNT_OF(parts); i++)
        if (!strcmp(name, parts[i].name))
            *part = parts[i].part;
    return !name || *part != PART_AUTO || error_set(err, ERROR_USAGE, NULL, "--split: \"%s\": need test, train or validation", name);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

bool job_open_subject(const Args *args, const char *run_or_path, bool wants_data, Job *job, Subject *subject, Error *err)
{
    SubjectPart part = PART_AUTO;
    if ((wants_data && args_knows(args, "split") && !job_part(args, &part, err)) || !job_open(args, run_or_path, wants_data, job, err))
        return false;
    if (subject_new(subject, base_name(run_or_path), &job->model, job->data, part, job->team, err))
        return true;
    job_close(job);
    return false;
}
