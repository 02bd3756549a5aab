/* Training, live: what its keys do.  train_draw.c draws it. */
#include "config.h"

#include "ui/train_own.h"

#include "base/mem.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Train *self(App *app) { return train_state(app); }

static const char *state_word(const Snapshot *s)
{
    static const char *const words[] = {"loading", "", "paused", "stopped, saved", "done", "failed"};
    return words[s->state];
}

static const char *subject(App *app)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    if (!s || !bench_run_name(app_bench(app))[0])
        return bench_subject(app_bench(app));
    return bench_run_subject(app_bench(app), state_word(s));
}

/* ---- the cursor */

static int epochs_done(const Snapshot *s)
{
    int count = 0;
    for (int i = 0; s && i < s->metrics; i++)
        count += s->metric[i].kind == METRIC_EPOCH;
    return count;
}

static void set_cursor(App *app, int epoch)
{
    Train *train = self(app);
    const Snapshot *s = bench_snapshot(app_bench(app));
    int last = epochs_done(s);
    train->cursor = epoch < 1 ? 1 : epoch > last ? 0 : epoch;
    if (train->cursor)
        epoch_look_ask(&train->look, app, train->cursor);
}

static void do_earlier(App *app, const char *argument)
{
    (void)argument;
    Train *train = self(app);
    int last = epochs_done(bench_snapshot(app_bench(app)));
    if (last)
        set_cursor(app, train->cursor ? train->cursor - 1 : last);
}

static void do_later(App *app, const char *argument)
{
    (void)argument;
    Train *train = self(app);
    if (train->cursor)
        set_cursor(app, train->cursor + 1);
}

static bool can_live(App *app) { return self(app)->cursor != 0; }

static void do_live(App *app, const char *argument)
{
    (void)argument;
    self(app)->cursor = 0;
}

static void zoom(App *app, double factor, double centre)
{
    Train *train = self(app);
    double x0 = train->plot.x0, x1 = train->plot.x1;
    if (!(x1 > x0))
        return;
    if (!isfinite(centre))
        centre = train->cursor ? train->cursor : x1;
    train->x0 = fmax(0, centre - (centre - x0) * factor);
    train->x1 = fmin(fmax(x1, 1), centre + (x1 - centre) * factor);
    if (factor > 1 && train->x0 <= 0)
        train->x0 = train->x1 = 0;
}

static void pan(App *app, double share)
{
    Train *train = self(app);
    double wide = train->x1 - train->x0, move = wide * share;
    if (!(wide > 0))
        return;
    move = fmax(move, -train->x0);
    train->x0 += move;
    train->x1 += move;
}

static void do_zoom_in(App *app, const char *argument) { (void)argument; zoom(app, 0.5, NAN); }
static void do_zoom_out(App *app, const char *argument) { (void)argument; zoom(app, 2, NAN); }
static void do_zoom_all(App *app, const char *argument) { (void)argument; self(app)->x0 = self(app)->x1 = 0; }
static void do_pan_left(App *app, const char *argument) { (void)argument; pan(app, -0.25); }
static void do_pan_right(App *app, const char *argument) { (void)argument; pan(app, 0.25); }

static bool event(App *app, const Event *event)
{
    Train *train = self(app);
    Rect inside = plot_inside(train->plot_area);
    if (event->kind != EVENT_MOUSE || !rect_has(inside, event->x, event->y) || !(train->plot.x1 > train->plot.x0))
        return false;
    double x = plot_x_at(train->plot_area, &train->plot, event->x);
    if (event->mouse == MOUSE_WHEEL_UP)
        zoom(app, 0.8, x);
    else if (event->mouse == MOUSE_WHEEL_DOWN)
        zoom(app, 1.25, x);
    else if (event->mouse == MOUSE_PRESS || event->mouse == MOUSE_DRAG)
        set_cursor(app, (int)lrint(x));
    return true;
}

static void tick(App *app)
{
    if (epoch_look_tick(&self(app)->look, app))
        app_touch(app);
}

static void close_screen(App *app)
{
    Train *train = self(app);
    plane_clear(&train->plane);
    epoch_look_clear(&train->look);
}

/* ---- orders to the worker */

static bool runs(App *app)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    return bench_worker(app_bench(app)) && s && (s->state == WORKER_RUNNING || s->state == WORKER_PAUSED);
}

static bool rests(App *app) { return !bench_training(app_bench(app)); }

static bool has_sample_layer(App *app)
{
    const Design *design = bench_trained_design(app_bench(app));
    for (int i = 0; design && i < design->layers; i++)
        if (strcmp(design->layer[i].set.kind->name, "sample") == 0)
            return runs(app);
    return false;
}

static bool can_resume(App *app)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    return rests(app) && s && s->state == WORKER_STOPPED;
}

static bool can_fork(App *app) { return rests(app) && epochs_done(bench_snapshot(app_bench(app))) > 0; }

static void do_pause(App *app, const char *argument)
{
    (void)argument;
    Worker *worker = bench_worker(app_bench(app));
    if (bench_snapshot(app_bench(app))->state == WORKER_PAUSED)
        worker_continue(worker);
    else
        worker_pause(worker);
}

static void do_save(App *app, const char *argument)
{
    (void)argument;
    worker_save(bench_worker(app_bench(app)));
    app_say(app, ROLE_GOOD, "%s is saved", bench_run_name(app_bench(app)));
}

static void stop_answer(App *app, int chosen)
{
    if (chosen == 0)
        bench_ask_stop(app_bench(app));
}

static void do_stop(App *app, const char *argument)
{
    (void)argument;
    static const Choice choice[] = {{"s", "stop and save", "R goes on exactly"}, {"y", "stay", NULL}};
    app_ask(app, "stop the training", "", choice, 2, stop_answer);
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
    if (text && runs(app))
        worker_set_lr(bench_worker(app_bench(app)), strtod(text, NULL));
}

static void ask_number(App *app, const char *argument, const char *title, const char *text, double now, void (*entered)(App *, const char *),
                       bool (*check)(App *, const char *, Error *))
{
    Error err = {0};
    char value[32];
    if (argument) {
        if (check(app, argument, &err))
            entered(app, argument);
        else
            app_say_error(app, &err);
        return;
    }
    str_number(value, sizeof value, now);
    app_prompt(app, title, text, value, entered, check);
}

static void do_rate(App *app, const char *argument)
{
    ask_number(app, argument, "learning rate", "From the next batch on; marked on the curve, kept in the log.",
               bench_snapshot(app_bench(app))->progress.lr, rate_entered, check_rate);
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
    if (text && runs(app))
        worker_set_batch(bench_worker(app_bench(app)), (int)strtol(text, NULL, 10));
}

static void do_batch(App *app, const char *argument)
{
    ask_number(app, argument, "batch", "Samples of a step, from the next epoch on.",
               train_spec_batch(&bench_trained_design(app_bench(app))->stage[bench_snapshot(app_bench(app))->progress.stage].train), batch_entered,
               check_batch);
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
    if (text && runs(app))
        worker_set_noise(bench_worker(app_bench(app)), text);
}

static void do_noise(App *app, const char *argument)
{
    Str now = {0};
    Error err = {0};
    const Design *design = bench_trained_design(app_bench(app));
    param_set_print(&design->stage[bench_snapshot(app_bench(app))->progress.stage].train.set[TRAIN_NOISE], false, &now);
    if (argument && check_noise(app, argument, &err))
        noise_entered(app, argument);
    else if (argument)
        app_say_error(app, &err);
    else
        app_prompt(app, "noise", "none, gaussian mean=0.5 sd=0.5, saltpepper rate=0.1, masking rate=0.3: from the next batch on.",
                   now.text ? now.text : "none", noise_entered, check_noise);
    str_clear(&now);
}

static void beta_entered(App *app, const char *text)
{
    if (text && runs(app))
        worker_set_beta(bench_worker(app_bench(app)), strtod(text, NULL));
}

static void do_beta(App *app, const char *argument)
{
    ask_number(app, argument, "beta", "Weight of the KL term, as a factor on what the design says.", 1, beta_entered, check_rate);
}

static void do_fork(App *app, const char *argument)
{
    Train *train = self(app);
    Error err = {0};
    int epoch = argument ? atoi(argument) : train->cursor ? train->cursor : epochs_done(bench_snapshot(app_bench(app)));
    if (!bench_fork(app_bench(app), bench_run_name(app_bench(app)), epoch, &err))
        app_say_error(app, &err);
}

static void do_resume(App *app, const char *argument)
{
    Error err = {0};
    if (!bench_resume(app_bench(app), argument ? argument : bench_run_name(app_bench(app)), &err))
        app_say_error(app, &err);
}

static void do_train(App *app, const char *argument)
{
    (void)argument;
    Error err = {0};
    Train *train = self(app);
    train->cursor = 0;
    train->x0 = train->x1 = 0;
    if (!bench_train(app_bench(app), &err))
        app_say_error(app, &err);
}

static void do_log(App *app, const char *argument) { (void)argument; self(app)->linear = !self(app)->linear; }

static void do_smooth(App *app, const char *argument)
{
    (void)argument;
    Train *train = self(app);
    train->smoothing = (train->smoothing + 1) % SMOOTHINGS;
    app_say(app, ROLE_DIM, train->smoothing ? "smoothed %.0f %%, the batches faint behind" : "every batch as it was", 100 * train_smoothings[train->smoothing]);
}

static void do_view(App *app, const char *argument)
{
    (void)argument;
    self(app)->view = (self(app)->view + 1) % VIEWS;
}

static const Action actions[] = {
    {"pause", "Space", "pause", "pause the training, or go on", do_pause, runs, NULL},
    {"train", "t F5", "train", "train the design at hand: a new run", do_train, rests, NULL},
    {"resume", "R", "resume", "go on with the stopped run exactly where it was", do_resume, can_resume, "RUN"},
    {"save", "s", "save", "save everything now", do_save, runs, NULL},
    {"stop", "x", "stop", "stop after this batch and save", do_stop, runs, NULL},
    {"rate", "r", "rate", "change the learning rate while it trains", do_rate, runs, "RATE"},
    {"noise", "n", "noise", "change the noise while it trains", do_noise, runs, "NOISE"},
    {"batch", "B", NULL, "change the batch from the next epoch on", do_batch, runs, "SIZE"},
    {"beta", "b", "beta", "change the weight of the KL term", do_beta, has_sample_layer, "FACTOR"},
    {"fork", "f", "fork", "a new run that goes on from the chosen epoch", do_fork, can_fork, "EPOCH"},
    {"view", "v", "view", "loss, code plane, layers, log", do_view, NULL, NULL},
    {"log", "y", "log", "logarithmic or linear axis", do_log, NULL, NULL},
    {"smooth", "m", "smooth", "smooth the curve; the batches stay, faint", do_smooth, NULL, NULL},
    {"earlier", "Left", "←→|epoch", "show the digits as they were one epoch earlier", do_earlier, NULL, NULL},
    {"later", "Right", NULL, "one epoch later, at the end live again", do_later, NULL, NULL},
    {"live", "Esc End", NULL, "back to the live digits", do_live, can_live, NULL},
    {"zoom-in", "+", NULL, "show less of the curve, larger", do_zoom_in, NULL, NULL},
    {"zoom-out", "-", NULL, "show more of the curve", do_zoom_out, NULL, NULL},
    {"zoom-all", "=", NULL, "show the whole curve", do_zoom_all, NULL, NULL},
    {"pan-left", "Shift-Left", NULL, "move along the curve", do_pan_left, NULL, NULL},
    {"pan-right", "Shift-Right", NULL, "move along the curve", do_pan_right, NULL, NULL},
};

const Screen screen_train = {
    .name = "train", .title = "Train", .about = "watch a training and steer it", .state_size = sizeof(Train), .actions = actions,
    .count = COUNT_OF(actions), .close = close_screen, .tick = tick, .draw = train_draw, .event = event, .subject = subject,
};
