/* The start: recent runs, presets, data sets.  What is in the list, and what its keys do; start_draw.c draws it. */
#include "ui/start_own.h"

#include "base/mem.h"
#include "spec/preset.h"
#include "ui/tour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECENT = 12, RECENT_SMALL = 4 };

static Start *self(App *app) { return start_state(app); }

/* ---- the list */

static void add(Start *start, RowKind kind, int index, const char *text)
{
    if (start->list.count < START_ROWS)
        start->row[start->list.count++] = (Row){kind, index, text};
}

void start_fill(App *app)
{
    static const char *const begin[] = {"new", "open-file", "answers"};
    Start *start = self(app);
    const DataPreview *preview;
    int previews = bench_previews(app_bench(app), &preview);
    Row chosen = start->list.count ? *start_chosen(app) : (Row){ROW_PRESET, 0, NULL};
    start->list.count = 0;
    if (!start->runs.count && !start->job) {
        add(start, ROW_HEADING, 0, "new here?");
        add(start, ROW_ACTION, 0, "tour");
    }
    if (start->runs.count) {
        add(start, ROW_HEADING, 0, "recent runs");
        for (int i = 0; i < start->runs.count && i < (start->tall ? RECENT : RECENT_SMALL); i++)
            add(start, ROW_RUN, i, NULL);
    }
    add(start, ROW_HEADING, 0, "presets");
    for (int i = 0; i < presets_count; i++)
        add(start, ROW_PRESET, i, NULL);
    add(start, ROW_HEADING, 0, "data");
    for (int i = 0; i < previews; i++)
        add(start, ROW_DATA, i, NULL);
    if (start->tall) {
        add(start, ROW_HEADING, 0, "or");
        for (int i = 0; i < (int)COUNT_OF(begin); i++)
            add(start, ROW_ACTION, 1 + i, begin[i]);
    }
    for (int i = 0; i < start->list.count; i++)
        if (start->row[i].kind == chosen.kind && start->row[i].index == chosen.index)
            start->list.at = i;
}

const Row *start_chosen(App *app)
{
    Start *start = self(app);
    return &start->row[start->list.at < start->list.count ? start->list.at : 0];
}

void start_choose_preset(App *app, const char *name)
{
    Start *start = self(app);
    start_fill(app);
    for (int i = 0; i < start->list.count; i++)
        if (start->row[i].kind == ROW_PRESET && strcmp(presets[start->row[i].index].name, name) == 0)
            start->list.at = i;
}

static void read_runs(App *app)
{
    Start *start = self(app);
    if (start->job)
        return;
    RunInfos *infos = mem_new(1, sizeof *infos);
    snprintf(infos->folder, sizeof infos->folder, "%s", bench_runs_dir(app_bench(app)));
    infos->most = RECENT;
    start->job = job_start(run_infos_read, infos, app_wake(app));
}

/* `hourglass studio PRESET` has it chosen. */
static void open_screen(App *app)
{
    start_choose_preset(app, bench_design(app_bench(app))->name);
}

static void close_screen(App *app)
{
    Start *start = self(app);
    if (start->job) {
        RunInfos *infos = job_finish(start->job);
        run_infos_clear(infos);
        free(infos);
    }
    run_infos_clear(&start->runs);
    summary_clear(&start->summary);
}

static void tick(App *app)
{
    Start *start = self(app);
    if (start->job && job_done(start->job)) {
        RunInfos *infos = job_finish(start->job);
        start->job = NULL;
        run_infos_clear(&start->runs);
        start->runs = *infos;
        free(infos);
        app_touch(app);
    }
    start_fill(app);
}

static void draw(App *app, Cells *cells, Rect area)
{
    app_panes(app, cells, area);
}

/* ---- doing */

static bool event(App *app, const Event *event)
{
    Start *start = self(app);
    int before = start->list.at;
    if (!list_event(&start->list, event))
        return false;
    /* Headings are stepped over. */
    int step = start->list.at < before ? -1 : 1;
    while (start->row[start->list.at].kind == ROW_HEADING) {
        int next = start->list.at + step;
        if (next < 0 || next >= start->list.count)
            step = -step;
        start->list.at += step;
    }
    if (event->kind == EVENT_MOUSE && event->mouse == MOUSE_PRESS && before == start->list.at) {
        Error err = {0};
        if (!app_command(app, "open", &err))
            app_say_error(app, &err);
    }
    return true;
}

static bool open_preset(App *app, int index)
{
    Error err = {0};
    if (bench_open_design(app_bench(app), presets[index].name, &err))
        return true;
    app_say_error(app, &err);
    return false;
}

static void resume(App *app, const char *name)
{
    Error err = {0};
    if (bench_resume(app_bench(app), name, &err))
        app_go(app, &screen_train);
    else
        app_say_error(app, &err);
}

static void do_open(App *app, const char *argument)
{
    const Row *row = start_chosen(app);
    const DataPreview *preview;
    Error err = {0};
    if (argument) {
        if (bench_open_design(app_bench(app), argument, &err))
            app_go(app, &screen_design);
        else
            app_say_error(app, &err);
    } else if (row->kind == ROW_PRESET) {
        if (open_preset(app, row->index))
            app_go(app, &screen_design);
    } else if (row->kind == ROW_RUN) {
        if (bench_show_run(app_bench(app), self(app)->runs.item[row->index].run.name, &err))
            app_go(app, &screen_train);
        else
            app_say_error(app, &err);
    } else if (row->kind == ROW_ACTION) {
        if (!app_command(app, row->text, &err))
            app_say_error(app, &err);
    } else if (row->kind == ROW_DATA && row->index < bench_previews(app_bench(app), &preview)) {
        bench_open_data(app_bench(app), preview[row->index].path);
    }
}

static void do_train(App *app, const char *argument)
{
    (void)argument;
    const Row *row = start_chosen(app);
    Error err = {0};
    if (row->kind == ROW_RUN) {
        resume(app, self(app)->runs.item[row->index].run.name);
        return;
    }
    if (row->kind == ROW_PRESET && !open_preset(app, row->index))
        return;
    if (bench_train(app_bench(app), &err))
        app_go(app, &screen_train);
    else
        app_say_error(app, &err);
}

static bool can_resume(App *app)
{
    const Row *row = start_chosen(app);
    return row->kind == ROW_RUN && strcmp(self(app)->runs.item[row->index].state, "done") != 0 && !bench_training(app_bench(app));
}

static bool can_train(App *app)
{
    return start_chosen(app)->kind != ROW_RUN || can_resume(app);
}

static void do_resume(App *app, const char *argument)
{
    resume(app, argument ? argument : self(app)->runs.item[start_chosen(app)->index].run.name);
}

static void do_new(App *app, const char *argument)
{
    (void)argument;
    app_go(app, &screen_wizard);
}

static void do_tour(App *app, const char *argument)
{
    (void)argument;
    tour_toggle(app);
}

static void do_import(App *app, const char *argument)
{
    char command[600];
    Error err = {0};
    snprintf(command, sizeof command, "import %s", argument ? argument : "");
    app_go(app, &screen_wizard);
    if (!app_command(app, command, &err))
        app_say_error(app, &err);
}

static void path_entered(App *app, const char *text)
{
    if (text)
        do_open(app, text);
}

static void do_file(App *app, const char *argument)
{
    if (argument)
        do_open(app, argument);
    else
        app_prompt(app, "open a design", "A file in the text form, or the name of a preset.", "", path_entered, NULL);
}

static void data_entered(App *app, const char *text)
{
    if (text)
        bench_open_data(app_bench(app), text);
}

static void do_data(App *app, const char *argument)
{
    if (argument)
        data_entered(app, argument);
    else
        app_prompt(app, "open a data set", "A folder or file: IDX (MNIST), CIFAR-10 batches, pictures, npy. Empty: the built-in digits.", "",
                   data_entered, NULL);
}

static const Action actions[] = {
    {"open", "Enter", "open", "open the chosen preset, run or data set", do_open, NULL, "PRESET|FILE"},
    {"train", "t F5", "train", "train the chosen preset now, with the data in use", do_train, can_train, NULL},
    {"resume", "R", "resume", "go on with the chosen run exactly where it stopped", do_resume, can_resume, "RUN"},
    {"new", "n w", "new", "design a network question by question", do_new, NULL, NULL},
    {"tour", "T", "tour", "the two-minute tour: design, train, look", do_tour, NULL, NULL},
    {"open-file", "o", "file", "open a design in the text form", do_file, NULL, "FILE"},
    {"answers", "A", "answers", "import an answers file into the wizard", do_import, NULL, "FILE"},
    {"data", "D", "data", "open a data set", do_data, NULL, "FOLDER"},
};

const Screen screen_start = {
    .name = "start", .about = "recent runs, presets and data sets", .state_size = sizeof(Start), .actions = actions,
    .count = COUNT_OF(actions), .open = open_screen, .enter = read_runs, .close = close_screen, .tick = tick, .draw = draw, .event = event,
    .panes = start_panes, .panes_count = START_PANES, .layout = start_layout,
};
