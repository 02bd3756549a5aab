/* One training after another: new, again, forked, rolled back; leaving one, and what stays of it. */
#include "ui/gallery_job.h"
#include "ui/train_own.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Train *self(App *app) { return train_state(app); }

bool train_rests(App *app) { return !bench_training(app_bench(app)); }

static bool trains(App *app) { return !train_rests(app); }

static bool diverged(App *app)
{
    const Snapshot *s = train_snapshot(app);
    return train_rests(app) && s && s->state == WORKER_FAILED && s->error.kind == ERROR_DIVERGED;
}

static void tell(App *app, bool good, const Error *err)
{
    if (good)
        train_forget_view(app);
    else
        app_say_error(app, err);
}

void train_start(App *app, const char *argument)
{
    (void)argument;
    Error err = {0};
    bool good = bench_train(app_bench(app), &err);
    tell(app, good, &err);
}

bool train_can_resume(App *app)
{
    const Snapshot *s = train_snapshot(app);
    return train_rests(app) && s && s->state == WORKER_STOPPED;
}

void train_resume(App *app, const char *argument)
{
    Error err = {0};
    bool good = bench_resume(app_bench(app), argument ? argument : bench_run_name(app_bench(app)), &err);
    tell(app, good, &err);
}

/* ---- what needs the training at hand to be over */

static void stop_first_answer(App *app, int chosen)
{
    if (chosen == 0)
        bench_ask_stop(app_bench(app));
    else
        self(app)->then = NULL;
}

static void do_when_over(App *app, const char *title, void (*then)(App *app))
{
    static const Choice choice[] = {{"s", "stop and save this run first", "R would go on with it"}, {"y", "stay", NULL}};
    self(app)->then = then;
    if (train_rests(app)) {
        self(app)->then = NULL;
        then(app);
    } else {
        app_ask(app, title, "A training is running.", choice, 2, stop_first_answer);
        app_ask_while(app, trains);
    }
}

bool train_can_again(App *app) { return bench_trained_design(app_bench(app)) != NULL; }

static void again(App *app)
{
    Error err = {0};
    bool good = bench_again(app_bench(app), self(app)->then_stage == 0, &err);
    tell(app, good, &err);
}

void train_again(App *app, const char *argument)
{
    (void)argument;
    self(app)->then_stage = 0;
    do_when_over(app, "again with the same seed", again);
}

void train_again_other(App *app, const char *argument)
{
    (void)argument;
    self(app)->then_stage = 1;
    do_when_over(app, "again with the next seed", again);
}

bool train_can_fork(App *app)
{
    const Snapshot *s = train_snapshot(app);
    return s && s->progress.last_epoch.epoch > 0;
}

static void fork_run(App *app)
{
    Train *train = self(app);
    Error err = {0};
    bool good = bench_fork(app_bench(app), bench_run_name(app_bench(app)), train->then_stage, train->then_epoch, 0, &err);
    tell(app, good, &err);
}

void train_fork(App *app, const char *argument)
{
    Train *train = self(app);
    train_make_curve(app);
    double place = argument ? atof(argument) : train->cursor > 0 ? train->cursor : train->curve.end;
    if (train_epoch_at(app, place, &train->then_stage, &train->then_epoch))
        do_when_over(app, "fork", fork_run);
}

/* ---- a loss that is not finite */

bool train_can_rollback(App *app) { return diverged(app); }

void train_rollback(App *app, const char *argument)
{
    Error err = {0};
    double rate = argument ? strtod(argument, NULL) : train_snapshot(app)->progress.base_lr / 10;
    bool good = bench_rollback(app_bench(app), rate, &err);
    tell(app, good, &err);
}

static void diverged_answer(App *app, int chosen)
{
    const Progress *p = &train_snapshot(app)->progress;
    Error err = {0};
    if (chosen == 0)
        train_rollback(app, NULL);
    else if (chosen == 1 && p->best_epoch) {
        bool good = bench_fork(app_bench(app), bench_run_name(app_bench(app)), p->stage, p->best_epoch, p->base_lr / 10, &err);
        tell(app, good, &err);
    }
}

static void ask_after_divergence(App *app)
{
    static const Choice choice[] = {{"r", "roll back to the last good state", "learning rate / 10"},
                                    {"b", "a new run from the best epoch", "learning rate / 10"},
                                    {"y", "leave it as it is", NULL}},
                        first[] = {{"r", "roll back to the last good state", "learning rate / 10"}, {"y", "leave it as it is", NULL}};
    const Snapshot *s = train_snapshot(app);
    char text[400];
    snprintf(text, sizeof text, "%.300s. The learning rate was %g.", s->error.what, s->progress.base_lr);
    if (s->progress.best_epoch)
        app_ask(app, "the loss is not finite", text, choice, 3, diverged_answer);
    else
        app_ask(app, "the loss is not finite", text, first, 2, diverged_answer);
}

/* ---- the grid as PNG */

bool train_can_export(App *app)
{
    return bench_run_name(app_bench(app))[0] && bench_data(app_bench(app)) && train_snapshot(app) && !train_snapshot(app)->progress.labels;
}

static void launch_export(App *app)
{
    Train *train = self(app);
    Bench *bench = app_bench(app);
    GalleryJob *job = mem_new(1, sizeof *job);
    int stage, epoch;
    train->export_waits = false;
    snprintf(job->run, sizeof job->run, "%s", bench_run_name(bench));
    snprintf(job->path, sizeof job->path, "grid.png");
    if (train->cursor > 0 && train_epoch_at(app, train->cursor, &stage, &epoch)) {
        char at[RUN_EPOCH_NAME];
        run_epoch_name(stage, epoch, at);
        snprintf(job->run, sizeof job->run, "%.100s@%s", bench_run_name(bench), at);
        snprintf(job->path, sizeof job->path, "grid-%s.png", at);
    }
    snprintf(job->runs_dir, sizeof job->runs_dir, "%s", bench_runs_dir(bench));
    job->data = bench_data(bench);
    job->request = figure_request_new(figure_kind_find("grid"));
    job->request.seed = bench_seed(bench);
    job->request.style.scale = 2;
    bench_hold_data(bench, 1);
    train->export = job_start(gallery_job_work, job, app_wake(app));
}

void train_export(App *app, const char *argument)
{
    (void)argument;
    Train *train = self(app);
    if (train->export || train->export_waits)
        return;
    if (train_runs(app) && train->cursor <= 0) { /* the weights as they are now */
        train->export_waits = true;
        worker_save(bench_worker(app_bench(app)));
    } else
        launch_export(app);
}

static void end_export(App *app)
{
    Train *train = self(app);
    GalleryJob *job = job_finish(train->export);
    train->export = NULL;
    bench_hold_data(app_bench(app), -1);
    if (job->good)
        app_say(app, ROLE_GOOD, "written: %s", job->path);
    else
        app_say_error(app, &job->error);
    gallery_job_free(job);
}

/* ---- leaving */

static void leave_answer(App *app, int chosen)
{
    Train *train = self(app);
    const Screen *next = train->leaving;
    if (chosen == 1)
        bench_ask_stop(app_bench(app));
    if (chosen == 0)
        snprintf(train->allowed, sizeof train->allowed, "%s", bench_run_name(app_bench(app)));
    if (chosen == 0 || chosen == 1)
        app_go(app, next);
    train->leaving = NULL;
}

/* Help is a look at what the keys here mean, and no leaving. */
bool train_leaves(App *app, const Screen *next)
{
    static const Choice choice[] = {{"b", "go on in the background", "not asked again for this run"},
                                    {"s", "stop and save", "R goes on exactly"}, {"y", "stay here", NULL}};
    Train *train = self(app);
    if (!train_runs(app) || next == &screen_help || train->leaving == next || strcmp(train->allowed, bench_run_name(app_bench(app))) == 0)
        return true;
    train->leaving = next;
    app_ask(app, "the training is running", "", choice, 3, leave_answer);
    app_ask_while(app, trains);
    return false;
}

/* ---- as time goes by */

/* What is seen is looked at, and nothing else. */
static void choose_watch(App *app)
{
    static const struct { const char *pane; unsigned watch; } rows[] = {{"digits", WATCH_PROBES}, {"codes", WATCH_CODES}, {"layers", WATCH_HEALTH}};
    Train *train = self(app);
    Worker *worker = bench_worker(app_bench(app));
    unsigned watch = 0;
    if (!worker) {
        train->watched = NULL;
        return;
    }
    for (size_t i = 0; i < COUNT_OF(rows) && app_screen(app) == &screen_train; i++)
        if (!rect_empty(app_pane_area(app, rows[i].pane)))
            watch |= rows[i].watch;
    if (worker == train->watched && watch == train->watch)
        return;
    train->watched = worker;
    train->watch = watch;
    worker_watch(worker, watch);
}

void train_tick_runs(App *app)
{
    Train *train = self(app);
    const Snapshot *s = train_snapshot(app);
    choose_watch(app);
    if (s && s->saves > train->saves && bench_worker(app_bench(app))) {
        if (train->export_waits)
            launch_export(app);
        else
            app_say(app, ROLE_GOOD, "%s is saved after batch %d of epoch %d", bench_run_name(app_bench(app)), s->progress.batch, s->progress.epoch + 1);
    }
    train->saves = s ? s->saves : 0;
    train->export_waits &= !train_rests(app);
    if (train->export && job_done(train->export))
        end_export(app);
    if (train->then && train_rests(app)) {
        void (*then)(App *) = train->then;
        train->then = NULL;
        then(app);
    }
    bool bad = diverged(app);
    if (bad && !train->told_diverged && app_screen(app) == &screen_train && !app_in_dialogue(app)) {
        train->told_diverged = true;
        ask_after_divergence(app);
    }
    train->told_diverged &= bad;
}

void train_close_runs(App *app)
{
    Train *train = self(app);
    if (train->export) {
        GalleryJob *job = job_finish(train->export);
        bench_hold_data(app_bench(app), -1);
        gallery_job_free(job);
    }
}
