/* The start: recent runs, presets, data sets, with a look at the chosen one. */
#include "ui/screens.h"

#include "base/mem.h"
#include "spec/preset.h"
#include "spec/text.h"
#include "term/picture.h"
#include "term/plot.h"
#include "ui/bench.h"
#include "ui/job.h"
#include "ui/pictures.h"
#include "ui/run_info.h"
#include "ui/silhouette.h"
#include "ui/tour.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECENT = 4, ROWS = 64 };

typedef enum RowKind { ROW_HEADING, ROW_RUN, ROW_PRESET, ROW_DATA } RowKind;
typedef struct Row { RowKind kind; int index; const char *heading; } Row;

typedef struct Start {
    List list;
    Row row[ROWS];
    bool welcomed;   /* told of the tour */
    RunInfos runs;
    Job *job;
    Summary summary; /* of the chosen preset */
    int summarised;  /* its index; -1: none */
} Start;

static Start *self(App *app) { return app_state(app, &screen_start); }

/* ---- the list */

static void add(Start *start, RowKind kind, int index, const char *heading)
{
    if (start->list.count < ROWS)
        start->row[start->list.count++] = (Row){kind, index, heading};
}

static void fill(App *app)
{
    Start *start = self(app);
    const DataPreview *preview;
    int previews = bench_previews(app_bench(app), &preview);
    Row chosen = start->list.count ? start->row[start->list.at] : (Row){ROW_PRESET, 0, NULL};
    start->list.count = 0;
    if (start->runs.count) {
        add(start, ROW_HEADING, 0, "recent runs");
        for (int i = 0; i < start->runs.count; i++)
            add(start, ROW_RUN, i, NULL);
    }
    add(start, ROW_HEADING, 0, "presets");
    for (int i = 0; i < presets_count; i++)
        add(start, ROW_PRESET, i, NULL);
    add(start, ROW_HEADING, 0, "data");
    for (int i = 0; i < previews; i++)
        add(start, ROW_DATA, i, NULL);
    for (int i = 0; i < start->list.count; i++)
        if (start->row[i].kind == chosen.kind && start->row[i].index == chosen.index)
            start->list.at = i;
}

static const Row *chosen(App *app)
{
    Start *start = self(app);
    return &start->row[start->list.at < start->list.count ? start->list.at : 0];
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

static void open_screen(App *app)
{
    self(app)->summarised = -1;
    fill(app);
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
    bool first = start->job != NULL;
    if (start->job && job_done(start->job)) {
        RunInfos *infos = job_finish(start->job);
        start->job = NULL;
        run_infos_clear(&start->runs);
        start->runs = *infos;
        free(infos);
        app_touch(app);
    }
    if (first && !start->job && !start->runs.count && !start->welcomed) {
        start->welcomed = true;
        app_say(app, ROLE_ACCENT, "new here? T is a two-minute tour on the data at hand");
    }
    fill(app);
}

/* ---- drawing */

static void draw_run_row(const RunInfo *run, Cells *cells, Rect row, bool here)
{
    char loss[16], epochs[16];
    loss_text(loss, sizeof loss, run->best);
    snprintf(epochs, sizeof epochs, "%d/%d", run->epochs, run->planned);
    bool good = strcmp(run->state, "done") == 0, bad = strcmp(run->state, "diverged") == 0;
    cells_text_cut(cells, row.x + 2, row.y, 15, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), run->run.name);
    spark_draw(cells, row.x + 18, row.y, 8, plain(ROLE_TRAIN), isfinite(run->best) && run->count && isfinite(run->valid[0]) ? run->valid : run->train,
               run->count);
    cells_text_right(cells, row.x + 33, row.y, plain(ROLE_TEXT), isfinite(run->best) ? loss : "-");
    cells_text_right(cells, row.x + 40, row.y, plain(ROLE_DIM), epochs);
    cells_text_cut(cells, row.x + 41, row.y, row.w - 41, plain(good ? ROLE_GOOD : bad ? ROLE_BAD : ROLE_DIM), run->state);
}

static void draw_data_row(App *app, const DataPreview *data, Cells *cells, Rect row, bool here)
{
    const Data *open = bench_data(app_bench(app));
    bool used = open && strcmp(open->source, data->path) == 0;
    char count[40] = "endless", shape[SHAPE_TEXT], train[16], test[16];
    shape_text(data->shape, shape);
    grouped(train, sizeof train, data->train);
    grouped(test, sizeof test, data->test);
    if (data->train)
        snprintf(count, sizeof count, "%s + %s", train, test);
    cells_text_cut(cells, row.x + 2, row.y, 15, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), data->name);
    cells_text_cut(cells, row.x + 18, row.y, 8, plain(ROLE_DIM), shape);
    int x = cells_text_cut(cells, row.x + 26, row.y, row.w - 26, plain(ROLE_DIM), count);
    if (used)
        cells_text_cut(cells, x + 1, row.y, row.x + row.w - x - 1, plain(ROLE_ACCENT), "in use");
}

static void draw_list(App *app, Cells *cells, Rect area)
{
    Start *start = self(app);
    const DataPreview *preview;
    bench_previews(app_bench(app), &preview);
    list_place(&start->list, area);
    for (int i = 0; i < start->list.count; i++) {
        Rect row = list_row(&start->list, i);
        if (rect_empty(row))
            continue;
        const Row *it = &start->row[i];
        bool here = i == start->list.at;
        list_mark(&start->list, cells, i, true);
        if (it->kind == ROW_HEADING) {
            cells_text(cells, row.x, row.y, bold(ROLE_ACCENT), it->heading);
            if (strcmp(it->heading, "data") == 0 && bench_previewing(app_bench(app)))
                cells_text(cells, row.x + 6, row.y, plain(ROLE_DIM), "looking around");
        } else if (it->kind == ROW_RUN) {
            draw_run_row(&start->runs.item[it->index], cells, row, here);
        } else if (it->kind == ROW_PRESET) {
            int x = row.x + 2;
            cells_text_cut(cells, x, row.y, 11, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), presets[it->index].name);
            cells_text_cut(cells, x + 12, row.y, row.w - 15, plain(ROLE_DIM), presets[it->index].summary);
        } else {
            draw_data_row(app, &preview[it->index], cells, row, here);
        }
    }
    list_scrollbar(&start->list, cells);
}

static void draw_run(const RunInfo *run, Cells *cells, Rect area)
{
    char time[24];
    heading_draw(cells, &area, run->run.name, run->state);
    brief_seconds(time, sizeof time, run->seconds);
    Rect line = rect_cut_top(&area, 1);
    int x = cells_textf(cells, line.x, line.y, plain(ROLE_DIM), "%s  ", run->meta.data_name);
    cells_textf(cells, x, line.y, plain(ROLE_DIM), "%s  %s", run->loss_name, time);
    rect_cut_top(&area, 1);
    PlotSeries series[2] = {{run->x, run->train, run->count, ink_role(ROLE_TRAIN), DASH_SOLID, 't'},
                            {run->x, run->valid, run->count, ink_role(ROLE_VALID), DASH_DASHED, 'v'}};
    Plot plot = {.series = series, .count = 2, .x0 = 1, .x1 = run->count > 1 ? run->count : 2, .log_y = true, .whole_x = true,
                 .cursor = NAN};
    if (plot_fit_y(&plot))
        plot_draw(cells, rect_cut_top(&area, area.h > 14 ? 14 : area.h), &plot);
    else
        cells_text(cells, area.x, area.y, plain(ROLE_DIM), "no epoch is finished yet");
}

static void draw_preset(App *app, int index, Cells *cells, Rect area)
{
    Start *start = self(app);
    heading_draw(cells, &area, presets[index].name, NULL);
    int lines = cells_wrap(cells, rect_new(area.x, area.y, area.w, 4), plain(ROLE_DIM), presets[index].summary);
    rect_cut_top(&area, lines + 1);
    if (start->summarised != index) {
        Error err = {0};
        summary_clear(&start->summary);
        Design *design = design_open(presets[index].name, &err);
        if (!design || !summary_make(design, 0, bench_threads(app_bench(app)), &start->summary, &err))
            start->summary = (Summary){0};
        design_free(design);
        start->summarised = index;
    }
    if (start->summary.rows)
        silhouette_draw(cells, rect_cut_top(&area, area.h > 12 ? (area.h > 24 ? 24 : area.h - 1) : area.h), &start->summary, -1);
}

static void draw_data(const DataPreview *data, Cells *cells, Rect area)
{
    heading_draw(cells, &area, data->name, data->path);
    if (data->note[0])
        rect_cut_top(&area, cells_wrap(cells, rect_new(area.x, area.y, area.w, 3), plain(ROLE_DIM), data->note));
    rect_cut_top(&area, 1);
    pictures_tile(cells, area, data->picture, data->pictures, data->shape, NULL);
}

static void draw(App *app, Cells *cells, Rect area)
{
    Start *start = self(app);
    const DataPreview *preview;
    int previews = bench_previews(app_bench(app), &preview);
    Rect left = rect_cut_left(&area, area.w >= 100 ? 56 : area.w >= 70 ? 48 : area.w);
    draw_list(app, cells, left);
    rect_cut_left(&area, area.w >= 40 ? 2 : 1);
    const Row *row = chosen(app);
    if (area.w < 16)
        return;
    if (row->kind == ROW_RUN)
        draw_run(&start->runs.item[row->index], cells, area);
    else if (row->kind == ROW_PRESET)
        draw_preset(app, row->index, cells, area);
    else if (row->kind == ROW_DATA && row->index < previews)
        draw_data(&preview[row->index], cells, area);
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
    const Row *row = chosen(app);
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
    } else if (row->kind == ROW_DATA && row->index < bench_previews(app_bench(app), &preview)) {
        bench_open_data(app_bench(app), preview[row->index].path);
    }
}

static void do_train(App *app, const char *argument)
{
    (void)argument;
    const Row *row = chosen(app);
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
    const Row *row = chosen(app);
    return row->kind == ROW_RUN && strcmp(self(app)->runs.item[row->index].state, "done") != 0 && !bench_training(app_bench(app));
}

static void do_resume(App *app, const char *argument)
{
    resume(app, argument ? argument : self(app)->runs.item[chosen(app)->index].run.name);
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
    {"train", "t F5", "train", "train the chosen preset now, with the data in use", do_train, NULL, NULL},
    {"resume", "R", "resume", "go on with the chosen run exactly where it stopped", do_resume, can_resume, "RUN"},
    {"new", "n w", "new", "design a network question by question", do_new, NULL, NULL},
    {"tour", "T", "tour", "two minutes that show everything", do_tour, NULL, NULL},
    {"answers", "A", NULL, "import an answers file into the wizard", do_import, NULL, "FILE"},
    {"open-file", "o", "open file", "open a design in the text form", do_file, NULL, "FILE"},
    {"data", "D", "data", "open a data set", do_data, NULL, "FOLDER"},
};

const Screen screen_start = {
    .name = "start", .about = "recent runs, presets and data sets", .state_size = sizeof(Start), .actions = actions,
    .count = COUNT_OF(actions), .open = open_screen, .enter = read_runs, .close = close_screen, .tick = tick, .draw = draw, .event = event,
};
