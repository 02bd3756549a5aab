/* Runs: what was tried and what came of it.  What keys do, and which runs are compared; the panes are in runs_*.c. */
#include "ui/runs_own.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PANE_TABLE, PANE_CURVES, PANE_SETTINGS, PANE_DIGITS, PANE_NOTES };

static Runs *self(App *app) { return runs_state(app); }

/* ---- reading */

void runs_reload(App *app)
{
    Runs *r = self(app);
    if (r->job) {
        r->outdated = true;
        return;
    }
    RunInfos *infos = mem_new(1, sizeof *infos);
    snprintf(infos->folder, sizeof infos->folder, "%s", bench_runs_dir(app_bench(app)));
    r->job = job_start(run_infos_read, infos, app_wake(app));
}

static void open_screen(App *app) { self(app)->sort = -1; }

static void remember_chosen(App *app)
{
    Runs *r = self(app);
    const RunInfo *info = runs_chosen(app);
    snprintf(r->chosen, sizeof r->chosen, "%s", info ? info->run.name : "");
}

RunInfo *runs_chosen(App *app)
{
    Runs *r = self(app);
    return r->list.at < r->count && r->shown[r->list.at] >= 0 ? &r->runs.item[r->shown[r->list.at]] : NULL;
}

int runs_chosen_waiting(App *app)
{
    Runs *r = self(app);
    int waits = r->list.at < r->count && r->shown[r->list.at] < 0 ? -1 - r->shown[r->list.at] : -1;
    return waits < bench_queued(app_bench(app)) ? waits : -1;
}

RunInfo *runs_find(Runs *r, const char *name)
{
    for (int i = 0; i < r->runs.count && *name; i++)
        if (strcmp(r->runs.item[i].run.name, name) == 0)
            return &r->runs.item[i];
    return NULL;
}

int runs_mark_of(const Runs *r, const char *name)
{
    for (int i = 0; i < MARKS; i++)
        if (strcmp(r->mark[i], name) == 0)
            return i;
    return -1;
}

bool runs_is_live(App *app, const RunInfo *info)
{
    return bench_training(app_bench(app)) && strcmp(bench_run_name(app_bench(app)), info->run.name) == 0;
}

int runs_compared(App *app, RunInfo *out[MARKS], int letter[MARKS])
{
    Runs *r = self(app);
    int count = 0;
    for (int i = 0; i < MARKS; i++) {
        RunInfo *info = runs_find(r, r->mark[i]);
        if (info) {
            letter[count] = i;
            out[count++] = info;
        }
    }
    if (!count && runs_chosen(app)) {
        letter[0] = -1;
        out[count++] = runs_chosen(app);
    }
    return count;
}

/* While a run of ours is trained, the folder is read again when a run begins, ends or has finished an epoch, once a second at most. */
static void follow_training(App *app)
{
    static const double PAUSE = 1;
    Runs *r = self(app);
    Bench *bench = app_bench(app);
    const Snapshot *s = bench_snapshot(bench);
    bool newer = bench_training(bench) && s && s->progress.epoch != r->loaded_epochs;
    if (r->job || !r->loaded || !(newer || bench_turns(bench) != r->loaded_turns))
        return;
    if (app_now(app) - r->loaded_at < PAUSE) {
        app_call_at(app, r->loaded_at + PAUSE + 0.01);
        return;
    }
    r->loaded_epochs = s ? s->progress.epoch : 0;
    r->loaded_turns = bench_turns(bench);
    runs_reload(app);
}

static void take(App *app, RunInfos *infos)
{
    Runs *r = self(app);
    r->job = NULL;
    if (r->outdated) { /* it would bring back names that are gone */
        run_infos_clear(infos);
        free(infos);
        r->outdated = false;
        runs_reload(app);
        return;
    }
    if (!r->chosen[0])
        remember_chosen(app);
    run_infos_clear(&r->runs);
    r->runs = *infos;
    free(infos);
    r->loaded = true;
    r->loaded_at = app_now(app);
    runs_arrange(app);
    runs_forget_notes(r);
    app_touch(app);
}

static void tick(App *app)
{
    Runs *r = self(app);
    bool front = app_screen(app) == &screen_runs;
    if (r->job && job_done(r->job))
        take(app, job_finish(r->job));
    if (runs_tick_digits(app))
        app_touch(app);
    if (!front)
        return;
    runs_ask_digits(app);
    follow_training(app);
    int waiting = 0;
    for (int i = 0; i < r->count; i++)
        waiting += r->shown[i] < 0;
    if (waiting != bench_queued(app_bench(app))) {
        remember_chosen(app);
        runs_arrange(app);
        app_touch(app);
    }
}

static void close_screen(App *app)
{
    Runs *r = self(app);
    if (r->job) {
        RunInfos *infos = job_finish(r->job);
        run_infos_clear(infos);
        free(infos);
    }
    runs_close_digits(r);
    runs_forget_notes(r);
    run_infos_clear(&r->runs);
    free(r->shown);
}

/* ---- drawing and events */

static void draw(App *app, Cells *cells, Rect area) { app_panes(app, cells, area); }

static void moved(App *app)
{
    remember_chosen(app);
    runs_ask_digits(app);
}

static bool table_event(App *app, const Event *event)
{
    Runs *r = self(app);
    if (event->kind == EVENT_MOUSE && event->mouse == MOUSE_PRESS)
        for (int i = 0; i < RUNS_COLUMNS; i++)
            if (rect_has(r->head[i], event->x, event->y)) {
                runs_sort_by(app, i);
                return true;
            }
    bool used = list_event(&r->list, event);
    if (used)
        moved(app);
    return used;
}

/* While the filter is typed all keys are its own; each narrows the table at once. */
static bool grab(App *app, const Event *event)
{
    Runs *r = self(app);
    if (!r->filtering || event->kind != EVENT_KEY)
        return false;
    if (event->key == K_ENTER || event->key == K_ESC || event->key == K_TAB) {
        r->filtering = false;
        if (event->key == K_ESC)
            edit_set(&r->filter, "");
    } else if (event->key == K_UP || event->key == K_DOWN) {
        list_event(&r->list, event);
        moved(app);
        return true;
    } else if (!edit_event(&r->filter, event)) {
        return true;
    }
    runs_arrange(app);
    moved(app);
    return true;
}

/* ---- actions */

static RunInfo *chosen(App *app) { return runs_chosen(app); }
static bool some(App *app) { return chosen(app) != NULL; }
static bool unfinished(App *app) { return some(app) && strcmp(chosen(app)->state, "done") != 0; }
static bool any(App *app) { return self(app)->count > 0; }
static bool waits(App *app) { return bench_queued(app_bench(app)) > 0; }
static bool some_or_waiting(App *app) { return some(app) || runs_chosen_waiting(app) >= 0; }

static void do_mark(App *app, const char *argument)
{
    (void)argument;
    Runs *r = self(app);
    const char *name = chosen(app)->run.name;
    int mark = runs_mark_of(r, name);
    if (mark >= 0)
        r->mark[mark][0] = '\0';
    else if ((mark = runs_mark_of(r, "")) >= 0)
        snprintf(r->mark[mark], sizeof r->mark[mark], "%s", name);
    else
        app_say(app, ROLE_DIM, "%d runs are marked: no more letters", MARKS);
    if (r->list.at + 1 < r->count)
        r->list.at++;
    moved(app);
}

static void do_unmark(App *app, const char *argument)
{
    (void)argument;
    memset(self(app)->mark, 0, sizeof self(app)->mark);
}

static void do_open(App *app, const char *argument)
{
    Error err = {0};
    const char *name = argument ? argument : chosen(app)->run.name;
    const char *live = bench_training(app_bench(app)) ? bench_run_name(app_bench(app)) : "";
    if (strcmp(live, name) == 0 || bench_show_run(app_bench(app), name, &err))
        app_go(app, &screen_train);
    else
        app_say_error(app, &err);
}

static void do_resume(App *app, const char *argument)
{
    Error err = {0};
    if (bench_resume(app_bench(app), argument ? argument : chosen(app)->run.name, &err))
        app_go(app, &screen_train);
    else
        app_say_error(app, &err);
}

static void do_design(App *app, const char *argument)
{
    (void)argument;
    const RunInfo *info = chosen(app);
    if (!info->design)
        return;
    bench_begin_design(app_bench(app), design_copy(info->design), info->run.name);
    app_go(app, &screen_design);
}

static void do_filter(App *app, const char *argument)
{
    Runs *r = self(app);
    char kept[sizeof r->filter.text];
    snprintf(kept, sizeof kept, "%s", argument ? argument : r->filter.text);
    edit_set(&r->filter, kept);
    r->filter.fresh = false;
    r->filtering = !argument;
    app_focus(app, "table");
    runs_arrange(app);
}

static void do_sort(App *app, const char *argument)
{
    Runs *r = self(app);
    int column = r->sort + 1 < RUNS_COLUMNS && r->head[r->sort + 1].w ? r->sort + 1 : -1; /* of those that are seen */
    for (int i = 0; argument && i < RUNS_COLUMNS; i++)
        if (strcmp(runs_column_name(i), argument) == 0)
            column = i;
    r->reverse = false;
    r->sort = column;
    runs_arrange(app);
    app_say(app, ROLE_DIM, "sorted by %s", column < 0 ? "age: the newest first" : runs_column_name(column));
}

static void do_reverse(App *app, const char *argument)
{
    (void)argument;
    self(app)->reverse = !self(app)->reverse;
    runs_arrange(app);
}

static void do_x(App *app, const char *argument) { (void)argument; self(app)->axis = (RunsAxis)((self(app)->axis + 1) % RUNS_AXES); }
static void do_axis(App *app, const char *argument) { (void)argument; self(app)->linear = !self(app)->linear; }
static void do_reload(App *app, const char *argument) { (void)argument; runs_reload(app); }

static const Action actions[] = {
    {"open", "Enter", "open", "look at the run: curve, digits, codes", do_open, some, "RUN"},
    {"mark", "Space", "mark", "mark the run, to compare it", do_mark, some, NULL},
    {"filter", "/", "filter", "only runs with these words: in name, tags, note, state, data, lr=0.001", do_filter, NULL, "WORDS"},
    {"sort", "s", "sort", "by the next column; a click on its name does so, too", do_sort, any, "COLUMN"},
    {"reverse", "S", NULL, "the other way round", do_reverse, any, NULL},
    {"unmark", "c", NULL, "no run is marked", do_unmark, some, NULL},
    {"resume", "R", "resume", "go on with the run exactly where it stopped", do_resume, unfinished, "RUN"},
    {"design", "D", "design", "its design into the designer", do_design, some, NULL},
    {"rename", "r", "rename", "give the run another name", runs_do_rename, some, "NAME"},
    {"tags", "T", "tags", "words to find it by", runs_do_tags, some, "WORDS"},
    {"note", "#", "note", "a line to remember it by", runs_do_note, some, "TEXT"},
    {"delete", "d Delete", "delete", "delete the run, which asks first; or take a waiting one off the queue", runs_do_delete, some_or_waiting, NULL},
    {"sweep", "W", "sweep", "train the design at hand with several values of a setting", runs_do_sweep, NULL, "KEY=A,B,C"},
    {"cancel-queue", "X", "cancel queue", "nothing more of the sweep is trained; what is in training goes on", runs_do_cancel, waits, NULL},
    {"x-axis", "x", NULL, "epochs, steps or seconds to the right", do_x, NULL, NULL},
    {"log", "y", NULL, "logarithmic or linear axis", do_axis, NULL, NULL},
    {"reload", "F5", NULL, "read the folder again", do_reload, NULL, NULL},
};

static const Pane panes[] = {
    [PANE_TABLE] = {"table", NULL, 50, 4, runs_draw_table, table_event},
    [PANE_CURVES] = {"curves", "curves", 40, 7, runs_draw_curves, NULL},
    [PANE_SETTINGS] = {"settings", "settings", 30, 6, runs_draw_differences, NULL},
    [PANE_DIGITS] = {"digits", "digits", 30, 6, runs_draw_digits, NULL},
    [PANE_NOTES] = {"notes", "notes and log", 30, 4, runs_draw_notes, runs_notes_event},
};

/* The table takes what its rows need, in steps, so that a new run does not move everything. */
static const char *layout(App *app, int w, int h)
{
    static const char *const wide[] = {"table=8 / (curves:4 | (settings:2 / notes:1):3 | digits:4)", "table=14 / (curves:4 | (settings:2 / notes:1):3 | digits:4)",
                                       "table=22 / (curves:4 | (settings:2 / notes:1):3 | digits:4)"};
    static const char *const narrow[] = {"table=7 / (curves | settings=36 | digits | notes)", "table=10 / (curves | settings=36 | digits | notes)"};
    int rows = self(app)->count + 3;
    if (w >= 140 && h >= 34)
        return wide[rows <= 8 ? 0 : rows <= 14 || h < 50 ? 1 : 2];
    return narrow[rows <= 7 || h < 20 ? 0 : 1];
}

const Screen screen_runs = {
    .name = "runs", .title = "Runs", .about = "what was trained, compared", .state_size = sizeof(Runs), .actions = actions,
    .count = COUNT_OF(actions), .open = open_screen, .enter = runs_reload, .close = close_screen, .tick = tick, .draw = draw, .grab = grab,
    .panes = panes, .panes_count = COUNT_OF(panes), .layout = layout,
};
