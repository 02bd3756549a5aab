/* Training, live: its panes and its actions.  What they do is in train_look.c, train_steer.c and train_runs.c. */
#include "ui/train_own.h"

#include "base/mem.h"

static const char *state_word(const Snapshot *s)
{
    static const char *const words[] = {"loading", "", "paused", "stopped, saved", "done", "failed"};
    return words[s->state];
}

static const char *subject(App *app)
{
    const Snapshot *s = train_snapshot(app);
    if (!s || !bench_run_name(app_bench(app))[0])
        return bench_subject(app_bench(app));
    return bench_run_subject(app_bench(app), state_word(s));
}

static const Pane panes[] = {
    {"loss", "loss", 26, 8, train_draw_loss, train_curve_event},
    {"digits", NULL, 14, 9, train_draw_digits, NULL},
    {"log", "log", 26, 3, train_draw_log, train_log_event},
    {"layers", "layers", 26, 7, train_draw_layers, train_layers_event},
    {"codes", "codes", 26, 9, train_draw_codes, NULL},
    {"accuracy", "accuracy", 26, 7, train_draw_accuracy, NULL},
    {"settings", "settings", 26, 8, train_draw_settings, NULL},
};

/* Of small screens most panes are a Tab away: see ui/split.h. */
static const char *layout(App *app, int w, int h)
{
    const Snapshot *s = train_snapshot(app);
    bool classes = s && s->progress.labels;
    if (w >= 150 && h >= 36) /* few layers leave their lines to the log */
        return classes ? "(loss:4 / accuracy:3 / layers:3 / log=6) | (digits:3 / (codes | settings=40):2)"
               : s && train_weighty(s) <= 8 ? "(loss:5 / layers=10 / log:2) | (digits:5 / (codes | settings=40):3)"
                                            : "(loss:5 / layers:3 / log=7) | (digits:5 / (codes | settings=40):3)";
    /* In 17 lines two digits of half their size stand one above the other; codes stand below them where that leaves enough. */
    bool low = h < 17 + 1 + 9;
    if (w >= 104 && h >= 24)
        return low ? (classes ? "(loss:4 / accuracy:3 / log=4 / layers:3 / settings / codes) | digits=46"
                              : "(loss:5 / layers:3 / log=5 / settings / codes) | digits=46")
               : classes ? "(loss:4 / accuracy:3 / log=4 / layers:3 / settings) | (digits=17 / codes)=46"
               : s && train_weighty(s) <= 5 ? "(loss:5 / layers=7 / log:3 / settings) | (digits=17 / codes)=46"
                                            : "(loss:5 / layers:3 / log=5 / settings) | (digits=17 / codes)=46";
    if (w >= 76)
        return low ? (classes ? "(loss:3 / accuracy:2 / log=3 / layers / settings / codes) | digits=44"
                              : "(loss:3 / log=4 / layers / settings / codes) | digits=44")
               : classes ? "(loss:3 / accuracy:2 / log=3 / layers / settings) | (digits=17 / codes)=44"
                         : "(loss:3 / log=4 / layers / settings) | (digits=17 / codes)=44";
    if (w >= 56)
        return classes ? "(loss:3 / accuracy:2 / log=3 / layers / settings) | (digits / codes)=29"
                       : "(loss:3 / log=3 / layers / settings) | (digits / codes)=29";
    return classes ? "loss / digits / log=3 / accuracy / layers / codes / settings" : "loss / digits / log=3 / layers / codes / settings";
}

static const char *moving(App *app)
{
    const Snapshot *s = train_snapshot(app);
    return s && s->state == WORKER_RUNNING ? "digits" : NULL;
}

static void tick(App *app)
{
    if (epoch_look_tick(&train_state(app)->look, app))
        app_touch(app);
    train_tick_runs(app);
}

static void close_screen(App *app)
{
    Train *train = train_state(app);
    plane_clear(&train->plane);
    curve_clear(&train->curve);
    curve_clear(&train->shown);
    epoch_look_clear(&train->look);
    train_close_runs(app);
}

static const Action actions[] = {
    {"pause", "Space p", "pause", "pause the training", train_pause, train_goes, NULL},
    {"continue", "Space p", "go on", "go on with the paused training", train_continue, train_is_paused, NULL},
    {"train", "t F5", "train", "train the design at hand: a new run", train_start, train_rests, NULL},
    {"resume", "R", "resume", "go on with the stopped run exactly where it was", train_resume, train_can_resume, "RUN"},
    {"rollback", "r", "roll back", "back to the last good state, with a tenth of the learning rate", train_rollback, train_can_rollback, "RATE"},
    {"save", "s", "save", "save everything now", train_save, train_runs, NULL},
    {"stop", "x", "stop", "stop after this batch and save", train_stop, train_runs, NULL},
    {"rate", "r", "rate", "change the learning rate while it trains", train_rate, train_runs, "RATE"},
    {"noise", "n", "noise", "change the noise while it trains", train_noise, train_runs, "NOISE"},
    {"batch", "B", NULL, "change the batch from the next epoch on", train_batch, train_runs, "SIZE"},
    {"beta", "b", "beta", "change the weight of the KL term", train_beta, train_has_sample_layer, "FACTOR"},
    {"export", "e", "PNG", "write the grid of originals and reconstructions as PNG into the run's folder", train_export, train_can_export, NULL},
    {"fork", "f", "fork", "a new run that goes on from the chosen epoch", train_fork, train_can_fork, "EPOCH"},
    {"again", "a", "again", "once more from the start with the same seed: a new run", train_again, train_can_again, NULL},
    {"again-other", "A", NULL, "once more from the start with the next seed", train_again_other, train_can_again, NULL},
    {"scale", "y", "log", "logarithmic or linear axis", train_scale, NULL, NULL},
    {"smooth", "m", "smooth", "smooth the curve; the batches stay, faint", train_smooth, NULL, NULL},
    {"axis", "X", NULL, "count epochs, steps or seconds along the curve", train_axis, NULL, NULL},
    {"earlier", "Left", "←→|epoch", "show the digits as they were one epoch earlier", train_earlier, NULL, NULL},
    {"later", "Right", NULL, "one epoch later, at the end live again", train_later, NULL, NULL},
    {"batch-earlier", ",", NULL, "the cursor on the curve back by some batches", train_batch_earlier, NULL, NULL},
    {"batch-later", ".", NULL, "the cursor on by some batches, at the end live again", train_batch_later, NULL, NULL},
    {"cursor", NULL, NULL, "the digits as they were at that epoch", train_go_to, NULL, "EPOCH"},
    {"live", "Esc End", NULL, "back to the live digits", train_live, train_is_not_live, NULL},
    {"zoom-in", "+", NULL, "show less of the curve, larger", train_zoom_in, NULL, NULL},
    {"zoom-out", "-", NULL, "show more of the curve", train_zoom_out, NULL, NULL},
    {"zoom-all", "=", NULL, "show the whole curve", train_zoom_all, NULL, NULL},
    {"pan-left", "Shift-Left", NULL, "move along the curve", train_pan_left, NULL, NULL},
    {"pan-right", "Shift-Right", NULL, "move along the curve", train_pan_right, NULL, NULL},
};

const Screen screen_train = {
    .name = "train", .title = "Train", .about = "watch a training and steer it", .state_size = sizeof(Train), .actions = actions,
    .count = COUNT_OF(actions), .leaves = train_leaves, .close = close_screen, .tick = tick, .draw = train_draw, .subject = subject,
    .panes = panes, .panes_count = COUNT_OF(panes), .layout = layout, .moving = moving,
};
