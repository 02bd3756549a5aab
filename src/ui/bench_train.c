/* Training: a run is made or opened, a worker started as soon as its data is there, and its snapshots taken. */
#include "config.h"

#include "ui/bench_own.h"
#include "ui/widgets.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/model.h"
#include "tensor/dense.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A dozen looks a second are seen as movement; more would cost training time. */
static const double LOOK_SECONDS = 0.09;

Worker *bench_worker(const Bench *bench) { return bench->worker; }
const Snapshot *bench_snapshot(const Bench *bench) { return bench->snapshot; }
const char *bench_run_name(const Bench *bench) { return bench->run_name; }
const Design *bench_trained_design(const Bench *bench) { return bench->trained; }
bool bench_waiting(const Bench *bench) { return bench->plan.wanted; }
bool bench_training(const Bench *bench) { return bench->plan.wanted || (bench->worker && !bench->ended); }
long bench_turns(const Bench *bench) { return bench->turns; }
const uint8_t *bench_scatter_labels(const Bench *bench) { return bench->scatter_label; }

const float *bench_probes(const Bench *bench, int *count, Shape *shape, const uint8_t **labels)
{
    *count = bench->probes;
    *labels = bench->probe_label;
    *shape = bench->data ? bench->data->train.shape : (Shape){0};
    return bench->probe_x;
}

/* ---- starting */

static void drop_plan(Bench *bench)
{
    if (bench->plan.resume)
        run_close(&bench->plan.run);
    design_free(bench->plan.design);
    free(bench->plan.answers);
    weights_clear(&bench->plan.weights);
    bench->plan = (Plan){.run.lock = -1};
}

static bool idle(const Bench *bench, Error *err)
{
    if (bench->show_job)
        return error_set(err, ERROR_USAGE, "try again in a moment", "a run is being opened");
    return !bench_training(bench) || error_set(err, ERROR_USAGE, "stop it first: x on the Train screen", "a training is running");
}

/* What the last training left: its worker is joined, its run closed; the snapshot goes when the next one comes. */
static void end_training(Bench *bench)
{
    if (bench->worker) {
        worker_free(bench->worker);
        bench->worker = NULL;
    }
    if (bench->run_open) {
        run_close(&bench->run);
        bench->run_open = false;
        bench->turns++;
    }
}

void bench_forget_training(Bench *bench)
{
    end_training(bench);
    snapshot_free(bench->snapshot);
    design_free(bench->trained);
    free(bench->probe_x);
    bench->snapshot = NULL;
    bench->trained = NULL;
    bench->probe_x = NULL;
    bench->probes = 0;
}

static RunMeta new_meta(const Bench *bench, const Design *design)
{
    RunMeta meta = {.seed = bench->seed, .threads = bench->threads};
    snprintf(meta.version, sizeof meta.version, "%s", PACKAGE_VERSION);
    clock_stamp(meta.created, sizeof meta.created);
    snprintf(meta.preset, sizeof meta.preset, "%.63s", bench_origin(bench));
    snprintf(meta.kernels, sizeof meta.kernels, "%s", precision_kernels(design_precision(design)));
    char blas[128];
    matrix_library(blas, sizeof blas);
    snprintf(meta.blas, sizeof meta.blas, "%.63s", blas);
    snprintf(meta.state, sizeof meta.state, "running");
    return meta;
}

/* Fixed samples of the probe set: the first ones, as everybody knows them. */
static float *gather(const Dataset *set, int count, uint8_t *labels)
{
    size_t size = shape_size(set->shape);
    float *x = mem_new((size_t)count * size, sizeof *x);
    for (int i = 0; i < count; i++) {
        dataset_sample(set, i, x + (size_t)i * size);
        labels[i] = set->labels ? set->labels[i] : 0;
    }
    return x;
}

void bench_gather_probes(Bench *bench, float **code_x, int *codes)
{
    const Dataset *set = bench_probe_set(bench);
    bench->probes = set->count < PROBES ? set->count : PROBES;
    bench->probe_x = gather(set, bench->probes, bench->probe_label);
    *codes = set->count < SCATTER ? set->count : SCATTER;
    *code_x = gather(set, *codes, bench->scatter_label);
}

/* What a new run is remembered by besides its design. */
static bool write_origin(const Plan *plan, Error *err)
{
    char path[RUN_PATH];
    RunTags tags = {.count = 1};
    snprintf(tags.tag[0], sizeof tags.tag[0], "%s", plan->tag);
    return (!plan->tag[0] || run_write_tags(&plan->run, &tags, err)) &&
           (!plan->answers || (run_path(&plan->run, "answers.txt", path, sizeof path, err) &&
                               file_write(path, plan->answers, strlen(plan->answers), err)));
}

static bool launch(Bench *bench, Error *err)
{
    Plan *plan = &bench->plan;
    const Data *data = bench->data;
    if (!data_fits(data->train.shape, plan->design->input, data, err))
        return false;
    if (plan->resume && strcmp(plan->meta.data_checksum, data->checksum) != 0)
        return error_set(err, ERROR_INPUT, "open the data the run was made with", "%s was trained on other data (%s)", plan->run.name,
                         plan->meta.data_name);
    if (!plan->resume) {
        char *full = data->source[0] ? realpath(data->source, NULL) : NULL;
        snprintf(plan->meta.data_path, sizeof plan->meta.data_path, "%s", full ? full : data->source);
        free(full);
        snprintf(plan->meta.data_name, sizeof plan->meta.data_name, "%s", data->name);
        snprintf(plan->meta.data_checksum, sizeof plan->meta.data_checksum, "%s", data->checksum);
        if (!run_create(&plan->run, bench->runs_dir, NULL, plan->design, &plan->meta, err))
            return false;
        if (!write_origin(plan, err)) {
            run_close(&plan->run);
            return false;
        }
    }
    bench_forget_training(bench);
    bench_stop_measuring(bench); /* it would slow down the training, and be wrong */
    bool resume = plan->resume;
    bench->run = plan->run;
    bench->run_open = true;
    bench->turns++;
    snprintf(bench->run_name, sizeof bench->run_name, "%s", bench->run.name);
    plan->resume = false; /* the run is the bench's now */
    float *code_x;
    int codes;
    bench_gather_probes(bench, &code_x, &codes);
    WorkerOptions options = {
        .trainer = {.threads = plan->meta.threads, .seed = plan->meta.seed, .run = &bench->run, .resume = resume,
                    .runs_dir = bench->runs_dir, .after = plan->back ? bench->back : NULL, .initial = plan->weights.count ? &plan->weights : NULL,
                    .start_stage = plan->start_stage, .start_epoch = plan->start_epoch},
        .probes = bench->probes, .probe_x = bench->probe_x, .codes = codes, .code_x = code_x, .interval = LOOK_SECONDS, .lr = plan->lr};
    bench->ended = false;
    bench->trained = plan->design;
    bench->trained_seed = plan->meta.seed;
    plan->design = NULL;
    bench->worker = worker_start(bench->trained, data, &options, bench->options.wake, err);
    free(code_x);
    if (!bench->worker)
        return false;
    worker_watch(bench->worker, WATCH_PROBES | WATCH_CODES | WATCH_HEALTH);
    return true;
}

/* At once where the data are there; else when they come, and what fails then is said on the message line. */
static bool start_planned(Bench *bench, Error *err)
{
    if (!bench->plan.wanted || !bench_data(bench))
        return true;
    bool good = launch(bench, err);
    drop_plan(bench);
    return good;
}

bool bench_train_design(Bench *bench, const Design *design, const char *tag, Error *err)
{
    if (!idle(bench, err))
        return false;
    if (!bench_data(bench) && !bench->data_job)
        return error_set(err, ERROR_INPUT, "choose a data set on the start screen", "there is no data to train on");
    if (!design_check(design, err))
        return false;
    drop_plan(bench);
    bench->plan.wanted = true;
    bench->plan.design = design_copy(design);
    bench->plan.meta = new_meta(bench, design);
    snprintf(bench->plan.tag, sizeof bench->plan.tag, "%s", tag);
    if (bench->answers && bench->answers_version == bench->version && design == bench_design(bench))
        bench->plan.answers = mem_text(bench->answers);
    return start_planned(bench, err);
}

bool bench_train(Bench *bench, Error *err)
{
    return bench_train_design(bench, bench_design(bench), "", err);
}

void bench_set_answers(Bench *bench, const char *text)
{
    free(bench->answers);
    bench->answers = mem_text(text);
    bench->answers_version = bench->version;
}

bool bench_again(Bench *bench, bool same_seed, Error *err)
{
    if (!bench->trained)
        return error_set(err, ERROR_USAGE, NULL, "nothing was trained yet");
    if (!idle(bench, err))
        return false;
    uint64_t kept = bench->seed;
    bench->seed = same_seed ? bench->trained_seed : bench->trained_seed + 1;
    Design *design = design_copy(bench->trained); /* the start forgets it */
    bool good = bench_train_design(bench, design, "", err);
    design_free(design);
    if (!good)
        bench->seed = kept;
    return good;
}

static bool plan_resume(Bench *bench, const char *name, Error *err)
{
    end_training(bench); /* its lock may be the one wanted */
    drop_plan(bench);
    Plan *plan = &bench->plan;
    if (!run_open(&plan->run, bench->runs_dir, name, true, err))
        return false;
    plan->resume = true;
    plan->design = run_design(&plan->run, err);
    if (!plan->design || !run_read_meta(&plan->run, &plan->meta, err)) {
        drop_plan(bench);
        return false;
    }
    plan->wanted = true;
    if (!bench->data || strcmp(bench->data->checksum, plan->meta.data_checksum) != 0)
        bench_open_data(bench, plan->meta.data_path);
    return true;
}

bool bench_resume(Bench *bench, const char *name, Error *err)
{
    return idle(bench, err) && plan_resume(bench, name, err) && start_planned(bench, err);
}

bool bench_rollback(Bench *bench, double lr, Error *err)
{
    char name[RUN_NAME];
    snprintf(name, sizeof name, "%s", bench->run_name);
    if (!idle(bench, err) || !plan_resume(bench, name, err))
        return false;
    const char *what = bench->snapshot ? bench->snapshot->error.what : "";
    const char *short_of = strstr(what, ": "); /* "training diverged: " is said by the event itself */
    snprintf(bench->back, sizeof bench->back, "%.119s", short_of ? short_of + 2 : what);
    bench->plan.back = true;
    bench->plan.lr = lr;
    return start_planned(bench, err);
}

bool bench_fork(Bench *bench, const char *name, int stage, int epoch, double lr, Error *err)
{
    if (!idle(bench, err))
        return false;
    char at[RUN_EPOCH_NAME], which[RUN_NAME + RUN_EPOCH_NAME];
    Model model = {0};
    const Progress *p = bench->snapshot ? &bench->snapshot->progress : NULL;
    run_epoch_name(stage, epoch, at);
    snprintf(which, sizeof which, "%s@%s", name, at);
    bool open = model_open(which, bench->runs_dir, &model, err);
    if (!open && p && p->stage == stage && p->best_epoch == epoch) { /* kept however thinned out the others are */
        snprintf(which, sizeof which, "%s@best", name);
        open = model_open(which, bench->runs_dir, &model, err);
    }
    if (!open)
        return false;
    drop_plan(bench);
    Plan *plan = &bench->plan;
    plan->design = design_copy(model.design);
    plan->meta = new_meta(bench, plan->design);
    snprintf(plan->meta.forked_from, sizeof plan->meta.forked_from, "%s", which);
    plan->meta.seed = model.seed;
    plan->start_stage = model.stage;
    plan->start_epoch = epoch;
    plan->lr = lr;
    bool good = weights_copy(&model.weights, &plan->weights, err);
    plan->wanted = good;
    model_clear(&model);
    return good && start_planned(bench, err);
}

/* ---- while it runs */

static void tell_end(Bench *bench)
{
    const Snapshot *s = bench->snapshot;
    char loss[16];
    if (!s)
        return;
    loss_text(loss, sizeof loss, s->progress.best_loss);
    if (s->state == WORKER_DONE)
        bench_say(bench, ROLE_GOOD, "%s is trained: best %s at epoch %d. Look at it in the Gallery (3)", bench->run_name,
                  loss + strspn(loss, " "), s->progress.best_epoch);
    else if (s->state == WORKER_STOPPED)
        bench_say(bench, ROLE_TEXT, "%s is stopped and saved; `R` goes on exactly where it was", bench->run_name);
    else if (s->state == WORKER_FAILED)
        bench_say_error(bench, &s->error);
}

bool bench_tick_training(Bench *bench)
{
    bool changed = false;
    if (bench->plan.wanted && bench_data(bench)) {
        Error err = {0};
        if (!start_planned(bench, &err))
            bench_say_error(bench, &err);
        changed = true;
    }
    if (!bench->worker)
        return changed;
    Snapshot *next = worker_take_snapshot(bench->worker);
    if (next) {
        if (next->error.kind && next->state != WORKER_FAILED)
            bench_say_error(bench, &next->error);
        snapshot_free(bench->snapshot);
        bench->snapshot = next;
        changed = true;
    }
    /* The last snapshot comes a moment before the thread has ended. */
    if (!bench->ended && bench->snapshot && bench->snapshot->state >= WORKER_STOPPED) {
        bench->ended = true;
        end_training(bench);
        tell_end(bench);
        Error err = {0};
        if (bench->snapshot->state == WORKER_STOPPED)
            bench_cancel_queued(bench, -1);
        else if (bench->queued && !bench_next_queued(bench, &err))
            bench_say_error(bench, &err);
        changed = true;
    }
    return changed;
}

void bench_ask_stop(Bench *bench)
{
    bench_cancel_queued(bench, -1);
    if (bench->plan.wanted)
        drop_plan(bench);
    if (bench->worker)
        worker_stop(bench->worker);
}

bool bench_stop_training(Bench *bench, double seconds)
{
    bench_ask_stop(bench);
    if (bench->worker && !worker_wait(bench->worker, seconds))
        return false;
    bench_tick_training(bench);
    end_training(bench);
    return true;
}

void bench_training_free(Bench *bench)
{
    bench_cancel_queued(bench, -1);
    drop_plan(bench);
    free(bench->answers);
    bench_forget_training(bench);
}

const char *bench_run_subject(Bench *bench, const char *state)
{
    snprintf(bench->subject, sizeof bench->subject, "%s · %s · seed %llu · %d thread%s%s%s", bench->run_name,
             bench->data ? bench->data->name : "", (unsigned long long)bench->trained_seed, bench->threads, bench->threads == 1 ? "" : "s",
             *state ? " · " : "", state);
    return bench->subject;
}

/* Of this epoch as far as it has come; before its first batch that of the one before. */
static double loss_so_far(const Snapshot *s)
{
    double loss = s->progress.epoch_loss;
    for (int i = s->metrics - 1; i >= 0 && !isfinite(loss) && s->progress.batch == 0; i--)
        if (s->metric[i].kind == METRIC_EPOCH)
            return s->metric[i].train_loss;
    return loss;
}

void bench_status(Bench *bench, char *buffer, size_t size)
{
    const Snapshot *s = bench->snapshot;
    buffer[0] = '\0';
    if (bench->plan.wanted)
        snprintf(buffer, size, "waiting for data");
    else if (bench->worker && s) {
        char loss[16];
        loss_text(loss, sizeof loss, loss_so_far(s));
        snprintf(buffer, size, "%s epoch %d/%d  %s", s->state == WORKER_PAUSED ? "paused" : "▶",
                 s->progress.epoch < s->progress.epochs ? s->progress.epoch + 1 : s->progress.epochs, s->progress.epochs, loss);
    } else if (bench->worker)
        snprintf(buffer, size, "starting");
}
