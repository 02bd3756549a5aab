/* Data sets: opened and looked at in threads, so that the first screen does not wait for them. */
#include "ui/bench_own.h"

#include "base/mem.h"
#include "data/formats.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the one worked with */

static void load(void *context)
{
    DataJob *job = context;
    DataOptions options = {.path = job->usual ? NULL : job->path, .want = job->want, .seed = job->seed};
    job->data = data_open(&options, &job->error);
}

const Data *bench_data(const Bench *bench) { return bench->data_job ? NULL : bench->data; }

void bench_hold_data(Bench *bench, int by)
{
    bench->held += by;
}

const Dataset *bench_probe_set(const Bench *bench)
{
    const Data *data = bench_data(bench);
    return !data ? NULL : data->test.count > 0 ? &data->test : &data->train;
}

void bench_open_data(Bench *bench, const char *path)
{
    if (bench->worker || bench->show_job) {
        bench_say(bench, ROLE_BAD, "the training uses the data: stop it first");
        return;
    }
    if (bench->data_job) { /* one after the other */
        bench->next = true;
        bench->next_usual = !path;
        snprintf(bench->next_path, sizeof bench->next_path, "%s", path ? path : "");
        return;
    }
    DataJob *job = mem_new(1, sizeof *job);
    job->usual = !path;
    snprintf(job->path, sizeof job->path, "%s", path ? path : "");
    job->want = bench_design(bench)->input;
    job->seed = bench->seed;
    bench->data_job = job_start(load, job, bench->options.wake);
}

static bool take_data(Bench *bench)
{
    if (!bench->data_job || !job_done(bench->data_job) || bench->held)
        return false;
    DataJob *job = job_finish(bench->data_job);
    bench->data_job = NULL;
    if (job->data) {
        data_free(bench->data);
        bench->data = job->data;
        if (bench->data->note[0])
            bench_say(bench, ROLE_DIM, "%s: %s", bench->data->name, bench->data->note);
    } else {
        bench_say_error(bench, &job->error);
        bench->plan.wanted &= bench->data != NULL;
        bench->show_name[0] = '\0';
    }
    free(job);
    if (bench->next) {
        bench->next = false;
        bench_open_data(bench, bench->next_usual ? NULL : bench->next_path);
    } else if (!bench->preview_job && !bench->previews) {
        bench_start_previews(bench);
    }
    return true;
}

/* ---- those that could be */

/* Some pictures of different classes, as floats. */
static void take_pictures(const Dataset *set, DataPreview *out)
{
    size_t size = shape_size(set->shape);
    out->picture = mem_new(PREVIEW_PICTURES * size, sizeof *out->picture);
    bool seen[DATA_CLASSES] = {false};
    for (int i = 0; i < set->count && out->pictures < PREVIEW_PICTURES; i++) {
        if (set->labels && set->classes >= PREVIEW_PICTURES && seen[set->labels[i]])
            continue;
        if (set->labels)
            seen[set->labels[i]] = true;
        dataset_sample(set, i, out->picture + (size_t)out->pictures++ * size);
    }
}

static void describe(const Data *data, const char *path, DataPreview *out)
{
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%s", data->name);
    snprintf(out->path, sizeof out->path, "%s", path);
    snprintf(out->note, sizeof out->note, "%s", data->note);
    out->train = data->train.count;
    out->test = data->test.count;
    out->classes = data->train.classes;
    out->shape = data->train.shape;
    take_pictures(data->test.count ? &data->test : &data->train, out);
}

static bool known(const PreviewJob *job, const char *path)
{
    for (int i = 0; i < job->count; i++)
        if (strcmp(job->preview[i].path, path) == 0)
            return true;
    return false;
}

static void look_at(PreviewJob *job, const char *path)
{
    if (job->count == PREVIEWS || atomic_load(&job->stop) || known(job, path))
        return;
    Error err = {0};
    Data *data = data_open(&(DataOptions){.path = path, .seed = job->seed}, &err);
    if (data)
        describe(data, path, &job->preview[job->count++]);
    data_free(data);
}

static bool is_data(const char *path)
{
    return idx_folder_is(path) || cifar_folder_is(path);
}

/* A folder that is a set, or whose sub-folders are. */
static void look_into(PreviewJob *job, const char *folder)
{
    if (!folder || !*folder || atomic_load(&job->stop))
        return;
    if (is_data(folder)) {
        look_at(job, folder);
        return;
    }
    struct dirent **entry;
    int count = scandir(folder, &entry, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[512];
        if (!atomic_load(&job->stop) && entry[i]->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name) < (int)sizeof path && is_data(path))
            look_at(job, path);
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
}

static void look_around(void *context)
{
    PreviewJob *job = context;
    const char *home = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
    char place[512] = "";
    if (home && *home)
        snprintf(place, sizeof place, "%s/hourglass/datasets", home);
    else if (user)
        snprintf(place, sizeof place, "%s/.local/share/hourglass/datasets", user);
    char parent[512] = "";
    snprintf(parent, sizeof parent, "%s", job->first);
    char *slash = strrchr(parent, '/');
    if (slash)
        *slash = '\0'; /* neighbours of the set in use */
    look_into(job, getenv("HOURGLASS_DATA"));
    look_into(job, "data");
    look_into(job, place);
    look_into(job, job->first);
    if (slash)
        look_into(job, parent);
    Error err = {0};
    DataOptions few = {.path = "", .seed = job->seed, .synth_train = 64, .synth_test = 64};
    Data *data = job->count < PREVIEWS ? data_open(&few, &err) : NULL;
    if (data) {
        DataPreview *preview = &job->preview[job->count++];
        describe(data, "", preview);
        preview->train = preview->test = 0; /* as many as one wants */
    }
    data_free(data);
}

void bench_start_previews(Bench *bench)
{
    PreviewJob *job = mem_new(1, sizeof *job);
    job->seed = bench->seed;
    if (bench->data)
        snprintf(job->first, sizeof job->first, "%s", bench->data->source);
    bench->previewed = job;
    bench->preview_job = job_start(look_around, job, bench->options.wake);
}

static bool take_previews(Bench *bench)
{
    if (!bench->preview_job || !job_done(bench->preview_job))
        return false;
    PreviewJob *job = job_finish(bench->preview_job);
    bench->preview_job = NULL;
    bench->previews = job->count;
    memcpy(bench->preview, job->preview, sizeof bench->preview);
    free(job);
    return true;
}

int bench_previews(const Bench *bench, const DataPreview **preview)
{
    *preview = bench->preview;
    return bench->previews;
}

bool bench_previewing(const Bench *bench)
{
    return bench->preview_job != NULL || (bench->data_job != NULL && !bench->previews);
}

bool bench_tick_data(Bench *bench)
{
    bool changed = take_data(bench);
    return take_previews(bench) || changed;
}

void bench_data_free(Bench *bench)
{
    if (bench->data_job) {
        DataJob *job = job_finish(bench->data_job);
        data_free(job->data);
        free(job);
    }
    if (bench->preview_job) {
        atomic_store(&bench->previewed->stop, true);
        PreviewJob *job = job_finish(bench->preview_job);
        bench->previews = job->count;
        memcpy(bench->preview, job->preview, sizeof bench->preview);
        free(job);
    }
    for (int i = 0; i < bench->previews; i++)
        free(bench->preview[i].picture);
    data_free(bench->data);
}
