/* Changes to a training that runs: each is an order to the worker, logged and marked by the trainer. */
#include "ui/train_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool train_runs(App *app)
{
    const Snapshot *s = train_snapshot(app);
    return bench_worker(app_bench(app)) && s && (s->state == WORKER_RUNNING || s->state == WORKER_PAUSED);
}

bool train_is_paused(App *app) { return train_runs(app) && train_snapshot(app)->state == WORKER_PAUSED; }
bool train_goes(App *app) { return train_runs(app) && !train_is_paused(app); }

static Worker *worker(App *app) { return bench_worker(app_bench(app)); }

static const TrainSpec *spec(App *app)
{
    return &bench_trained_design(app_bench(app))->stage[train_snapshot(app)->progress.stage].train;
}

bool train_has_sample_layer(App *app)
{
    const Design *design = bench_trained_design(app_bench(app));
    for (int i = 0; design && i < design->layers; i++)
        if (strcmp(design->layer[i].set.kind->name, "sample") == 0)
            return train_runs(app);
    return false;
}

void train_pause(App *app, const char *argument)
{
    (void)argument;
    worker_pause(worker(app));
}

void train_continue(App *app, const char *argument)
{
    (void)argument;
    worker_continue(worker(app));
}

/* That it is done is said when the worker has said so. */
void train_save(App *app, const char *argument)
{
    (void)argument;
    worker_save(worker(app));
}

static void stop_answer(App *app, int chosen)
{
    if (chosen == 0)
        bench_ask_stop(app_bench(app));
}

void train_stop(App *app, const char *argument)
{
    (void)argument;
    static const Choice choice[] = {{"s", "stop and save", "R goes on exactly"}, {"y", "stay", NULL}};
    app_ask(app, "stop the training", "", choice, 2, stop_answer);
    app_ask_while(app, train_runs);
}

/* ---- numbers */

typedef void (*Entered)(App *app, const char *text);
typedef bool (*Check)(App *app, const char *text, Error *err);

static void ask(App *app, const char *argument, const char *title, const char *text, const char *now, Entered entered, Check check)
{
    Error err = {0};
    if (!argument)
        app_prompt(app, title, text, now, entered, check);
    else if (check(app, argument, &err))
        entered(app, argument);
    else
        app_say_error(app, &err);
}

static void ask_number(App *app, const char *argument, const char *title, const char *text, double now, Entered entered, Check check)
{
    char value[32];
    str_number(value, sizeof value, now);
    ask(app, argument, title, text, value, entered, check);
}

static bool check_rate(App *app, const char *text, Error *err)
{
    (void)app;
    char *end;
    double rate = strtod(text, &end);
    return (end != text && *end == '\0' && rate > 0 && rate < 1000) || error_set(err, ERROR_USAGE, NULL, "a number above 0, such as 1e-3");
}

static void rate_entered(App *app, const char *text)
{
    if (text && train_runs(app))
        worker_set_lr(worker(app), strtod(text, NULL));
}

void train_rate(App *app, const char *argument)
{
    ask_number(app, argument, "learning rate", "From the next batch on; marked on the curve, kept in the log.",
               train_snapshot(app)->progress.base_lr, rate_entered, check_rate);
}

static bool check_batch(App *app, const char *text, Error *err)
{
    (void)app;
    char *end;
    long batch = strtol(text, &end, 10);
    return (end != text && *end == '\0' && batch >= 1 && batch <= 65536) || error_set(err, ERROR_USAGE, NULL, "a whole number, 1 to 65536");
}

static void batch_entered(App *app, const char *text)
{
    if (text && train_runs(app))
        worker_set_batch(worker(app), (int)strtol(text, NULL, 10));
}

void train_batch(App *app, const char *argument)
{
    ask_number(app, argument, "batch", "Samples of a step, from the next epoch on.", train_spec_batch(spec(app)), batch_entered, check_batch);
}

static bool check_noise(App *app, const char *text, Error *err)
{
    (void)app;
    char assignment[300];
    Design *design = design_new("noise");
    snprintf(assignment, sizeof assignment, "noise=%s", text);
    bool good = design_set(design, assignment, err);
    design_free(design);
    return good;
}

static void noise_entered(App *app, const char *text)
{
    if (text && train_runs(app))
        worker_set_noise(worker(app), text);
}

void train_noise(App *app, const char *argument)
{
    Str now = {0};
    param_set_print(&spec(app)->set[TRAIN_NOISE], false, &now);
    ask(app, argument, "noise", "none, gaussian mean=0.5 sd=0.5, saltpepper rate=0.1, masking rate=0.3: from the next batch on.",
        now.text ? now.text : "none", noise_entered, check_noise);
    str_clear(&now);
}

static bool check_beta(App *app, const char *text, Error *err)
{
    (void)app;
    char *end;
    double beta = strtod(text, &end);
    return (end != text && *end == '\0' && beta >= 0 && beta <= 1000) || error_set(err, ERROR_USAGE, NULL, "a number, 0 to 1000");
}

static void beta_entered(App *app, const char *text)
{
    if (text && train_runs(app))
        worker_set_beta(worker(app), strtod(text, NULL));
}

void train_beta(App *app, const char *argument)
{
    ask_number(app, argument, "beta", "Weight of the KL term, as a factor on what the design says.", 1, beta_entered, check_beta);
}
