/* The Start screen's panes: the list, a look at what is chosen, the data sets with a few of their pictures. */
#include "ui/start_own.h"

#include "base/mem.h"
#include "spec/preset.h"
#include "spec/text.h"
#include "term/plot.h"
#include "ui/pictures.h"
#include "ui/silhouette.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static Start *self(App *app) { return start_state(app); }

/* ---- the list */

static void draw_run_row(const RunInfo *run, Cells *cells, Rect row, bool here)
{
    enum { LOSS = 7, EPOCHS = 8, STATE = 10 /* with the arrows */ };
    int spark = row.w < 44 ? 0 : row.w < 60 ? 6 : 12;
    char loss[16], epochs[16];
    loss_text(loss, sizeof loss, run->best);
    snprintf(epochs, sizeof epochs, "%d/%d", run->epochs, run->planned);
    bool good = strcmp(run->state, "done") == 0, bad = strcmp(run->state, "diverged") == 0, live = strcmp(run->state, "running") == 0;
    bool valid = isfinite(run->best) && run->count && isfinite(run->valid[0]);
    int x = row.x + row.w - spark - LOSS - EPOCHS - STATE;
    cells_text_cut(cells, row.x + 2, row.y, x - row.x - 3, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), run->run.name);
    int from = run->stages.count ? run->stages.first[run->stages.count - 1] : 0, count = run->count - from; /* of the loss that is named */
    spark_draw(cells, x, row.y, count < spark ? count : spark, plain(valid ? ROLE_VALID : ROLE_TRAIN), (valid ? run->valid : run->train) + from, count);
    x += spark + LOSS;
    cells_text_right(cells, x, row.y, plain(ROLE_TEXT), isfinite(run->best) ? loss : "-");
    cells_text_right(cells, x + EPOCHS, row.y, plain(ROLE_DIM), epochs);
    cells_text(cells, x + EPOCHS + 1, row.y, plain(good ? ROLE_GOOD : bad ? ROLE_BAD : live ? ROLE_TRAIN : ROLE_ACCENT), run->state);
}

static void draw_data_row(App *app, const DataPreview *data, Cells *cells, Rect row, bool here)
{
    const Data *open = bench_data(app_bench(app));
    bool used = open && strcmp(open->source, data->path) == 0;
    char count[40] = "endless", shape[SHAPE_TEXT], train[16], test[16];
    shape_text(data->shape, shape);
    str_grouped(train, sizeof train, data->train);
    str_grouped(test, sizeof test, data->test);
    if (data->train)
        snprintf(count, sizeof count, "%s+%s", train, test);
    int name = row.w >= 60 ? 24 : 15, x = row.x + 2 + name + 1;
    cells_text_cut(cells, row.x + 2, row.y, name, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), data->name);
    cells_text_cut(cells, x, row.y, 7, plain(ROLE_DIM), shape);
    cells_text_cut(cells, x + 8, row.y, 13, plain(ROLE_DIM), count);
    if (used)
        cells_text_cut(cells, x + 22, row.y, row.x + row.w - x - 22, plain(ROLE_ACCENT), "in use");
}

static void draw_action_row(App *app, const char *name, Cells *cells, Rect row, bool here)
{
    const Action *action = app_action(app, name);
    char key[80];
    if (!action)
        return;
    action_keys(action, 1, key, sizeof key);
    cells_text(cells, row.x + 2, row.y, bold(ROLE_ACCENT), key);
    cells_text_cut(cells, row.x + 5, row.y, row.w - 6, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), action->help);
}

static void draw_list(App *app, Cells *cells, const PaneView *view)
{
    Start *start = self(app);
    const DataPreview *preview;
    bench_previews(app_bench(app), &preview);
    start->tall = view->area.h >= 28;
    start_fill(app);
    list_place(&start->list, view->area);
    for (int i = 0; i < start->list.count; i++) {
        Rect row = list_row(&start->list, i);
        if (rect_empty(row))
            continue;
        const Row *it = &start->row[i];
        bool here = i == start->list.at;
        list_mark(&start->list, cells, i, true);
        if (it->kind == ROW_HEADING) {
            cells_text(cells, row.x, row.y, bold(ROLE_ACCENT), it->text);
            if (strcmp(it->text, "data") == 0 && bench_previewing(app_bench(app)))
                cells_text(cells, row.x + 6, row.y, plain(ROLE_DIM), "looking around");
        } else if (it->kind == ROW_ACTION) {
            draw_action_row(app, it->text, cells, row, here);
        } else if (it->kind == ROW_RUN) {
            draw_run_row(&start->runs.item[it->index], cells, row, here);
        } else if (it->kind == ROW_PRESET) {
            int x = row.x + 2;
            cells_text_cut(cells, x, row.y, 11, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), presets[it->index].name);
            brief_draw(cells, x + 12, row.y, row.w - 15, plain(ROLE_DIM), presets[it->index].summary);
        } else {
            draw_data_row(app, &preview[it->index], cells, row, here);
        }
    }
    list_more(&start->list, cells);
}

/* ---- what is chosen */

/* The summary of a design, or of the preset of that name; worked out when another one is chosen. */
static void summarise(App *app, const char *kind, const char *name, const Design *design)
{
    Start *start = self(app);
    char key[sizeof start->summarised];
    Error err = {0};
    snprintf(key, sizeof key, "%s %.*s", kind, RUN_NAME - 2, name);
    if (strcmp(key, start->summarised) == 0)
        return;
    summary_clear(&start->summary);
    Design *opened = design ? NULL : design_open(name, &err);
    design = design ? design : opened;
    if (!design || !summary_make(design, 0, bench_threads(app_bench(app)), &start->summary, &err))
        start->summary = (Summary){0};
    design_free(opened);
    snprintf(start->summarised, sizeof start->summarised, "%s", key);
}

static void draw_facts(const Summary *summary, Cells *cells, Rect *area)
{
    char input[16], code[16], parameters[16], macs[16], text[200];
    str_grouped(input, sizeof input, (double)summary->input);
    str_grouped(code, sizeof code, (double)summary->code);
    str_grouped(parameters, sizeof parameters, (double)summary->parameters);
    str_grouped(macs, sizeof macs, summary->macs);
    snprintf(text, sizeof text, "%s numbers become %s and %s again. %s parameters, %s multiply-adds a picture.", input, code, input, parameters, macs);
    rect_cut_top(area, cells_wrap(cells, rect_new(area->x, area->y, area->w, area->h < 4 ? area->h : 4), plain(ROLE_TEXT), text) + 1);
}

static void draw_text(const char *text, Cells *cells, Rect area)
{
    for (const char *line = text; *line && area.h > 0;) {
        char copy[160];
        int length = (int)strcspn(line, "\n");
        snprintf(copy, sizeof copy, "%.*s", length, line);
        Rect row = rect_cut_top(&area, 1);
        cells_text_cut(cells, row.x, row.y, row.w, plain(copy[0] == '#' ? ROLE_FAINT : copy[0] == ' ' ? ROLE_DIM : ROLE_TEXT), copy);
        line += length + (line[length] == '\n');
    }
}

/* The data that it would learn from: a few of its pictures at half size. */
enum { ON_DATA = 9 /* lines: a gap, a name, pictures */ };

static void draw_on_data(App *app, Cells *cells, Rect area, size_t input)
{
    const Data *open = bench_data(app_bench(app));
    const DataPreview *preview;
    int previews = bench_previews(app_bench(app), &preview);
    rect_cut_top(&area, 1);
    for (int i = 0; open && i < previews; i++) {
        if (strcmp(open->source, preview[i].path) != 0)
            continue;
        Rect line = rect_cut_top(&area, 1);
        bool fits = shape_size(preview[i].shape) == input;
        int x = cells_text_cut(cells, line.x, line.y, line.w, plain(ROLE_TEXT), preview[i].name);
        cells_text_cut(cells, x + 2, line.y, line.x + line.w - x - 2, plain(ROLE_DIM), fits ? "in use" : "does not fit");
        pictures_tile(cells, area, preview[i].picture, preview[i].pictures, preview[i].shape, NULL);
    }
}

static void draw_preset(App *app, int index, Cells *cells, Rect area)
{
    enum { HOURGLASS_WIDE = 73 /* as wide as a silhouette becomes */, ROOMY = 24 };
    const Preset *preset = &presets[index];
    char parameters[16], note[40] = "";
    summarise(app, "preset", preset->name, NULL);
    const Summary *summary = &self(app)->summary;
    bool low = area.h < ROOMY, apart = !rect_empty(app_pane_area(app, "data"));
    if (low && summary->rows) {
        str_grouped(parameters, sizeof parameters, (double)summary->parameters);
        snprintf(note, sizeof note, "%s parameters", parameters);
    }
    heading_draw(cells, &area, preset->name, note);
    rect_cut_top(&area, cells_wrap(cells, rect_new(area.x, area.y, area.w, 4), plain(ROLE_DIM), preset->summary) + 1);
    if (!summary->rows)
        return;
    bool text = area.w >= HOURGLASS_WIDE + 40;
    Rect left = rect_cut_left(&area, text ? HOURGLASS_WIDE : area.w);
    if (!low)
        draw_facts(summary, cells, &left);
    if (!apart && left.h >= ON_DATA + 5)
        draw_on_data(app, cells, rect_cut_bottom(&left, ON_DATA), summary->input);
    silhouette_draw(cells, rect_new(left.x, left.y, left.w, left.h > 24 ? 24 : left.h), summary);
    if (text)
        draw_text(preset->text, cells, rect_new(area.x + 3, area.y, area.w - 3, area.h));
}

/* What is drawn how; a heading of its own would repeat the run's. */
static void draw_legend(const RunInfo *run, Cells *cells, Rect line)
{
    char value[16];
    const struct { const char *name, *dash; Role role; double last; } curve[] = {
        {"training", "━━", ROLE_TRAIN, run->train[run->count - 1]}, {"validation", "╌╌", ROLE_VALID, run->valid[run->count - 1]}};
    for (int i = 0, x = line.x; i < 2; i++) {
        if (!isfinite(curve[i].last))
            continue;
        loss_text(value, sizeof value, curve[i].last);
        const char *number = value + strspn(value, " ");
        bool brief = line.w < 56;
        x = cells_text(cells, x, line.y, plain(curve[i].role), cells->look.utf8 ? curve[i].dash : i ? "v" : "t") + 1;
        x = cells_text(cells, x, line.y, plain(ROLE_DIM), brief ? (i ? "val" : "train") : curve[i].name) + 1;
        x = cells_text(cells, x, line.y, plain(ROLE_TEXT), number) + 1 + !brief;
    }
}

static void draw_run(App *app, const RunInfo *run, Cells *cells, Rect area)
{
    char time[24], note[200];
    heading_draw(cells, &area, run->run.name, run->state);
    brief_seconds(time, sizeof time, run->seconds);
    snprintf(note, sizeof note, "%s, %s, %d of %d epochs, %s", run->meta.data_name, run->loss_name, run->epochs, run->planned, time);
    rect_cut_top(&area, cells_wrap(cells, rect_new(area.x, area.y, area.w, 3), plain(ROLE_DIM), note));
    Rect legend = rect_cut_top(&area, 1);
    if (run->count)
        draw_legend(run, cells, legend);
    PlotSeries whole[2] = {{run->x, run->train, run->count, ink_role(ROLE_TRAIN), DASH_SOLID, 't'},
                           {run->x, run->valid, run->count, ink_role(ROLE_VALID), DASH_DASHED, 'v'}};
    PlotSeries series[2 * CURVE_PARTS];
    int parts = curve_split(&whole[0], &run->stages, series);
    parts += curve_split(&whole[1], &run->stages, series + parts);
    Plot plot = {.series = series, .count = parts, .x0 = 1, .x1 = run->count > 1 ? run->count : 2, .log_y = true, .whole_x = true,
                 .cursor = NAN};
    if (!plot_fit_y(&plot)) {
        cells_text(cells, area.x, area.y, plain(ROLE_DIM), "no epoch is finished yet");
        return;
    }
    plot_draw(cells, rect_cut_top(&area, area.h >= 24 ? area.h * 3 / 5 : area.h), &plot);
    rect_cut_top(&area, 1);
    if (area.h < 6 || !run->design)
        return;
    summarise(app, "run", run->run.name, run->design);
    if (self(app)->summary.rows)
        silhouette_draw(cells, area, &self(app)->summary);
}

static void draw_data(const DataPreview *data, Cells *cells, Rect area)
{
    heading_draw(cells, &area, data->name, data->path);
    if (data->note[0]) {
        int lines = cells_wrap(cells, rect_new(area.x, area.y, area.w, 3), plain(ROLE_DIM), data->note);
        rect_cut_top(&area, lines < 3 ? lines : 3);
    }
    rect_cut_top(&area, 1);
    pictures_tile(cells, area, data->picture, data->pictures, data->shape, NULL);
}

static void draw_look(App *app, Cells *cells, const PaneView *view)
{
    const DataPreview *preview;
    int previews = bench_previews(app_bench(app), &preview);
    const Row *row = start_chosen(app);
    if (row->kind == ROW_RUN)
        draw_run(app, &self(app)->runs.item[row->index], cells, view->area);
    else if (row->kind == ROW_DATA && row->index < previews)
        draw_data(&preview[row->index], cells, view->area);
    else
        draw_preset(app, row->kind == ROW_PRESET ? row->index : 0, cells, view->area);
}

/* ---- data sets side by side */

enum { DATA_LINES = 8, DATA_LEAST = 24, DATA_WIDE = 40 }; /* of a set: its name, pictures, a gap; two of them; three at half size */

/* Where the set's block lies: in so many columns that all are seen, if that can be. */
static Rect data_block(Rect area, int count, int index)
{
    int lines = area.h / DATA_LINES > 0 ? area.h / DATA_LINES : 1, most = area.w / DATA_LEAST > 0 ? area.w / DATA_LEAST : 1;
    int columns = (count + lines - 1) / lines, roomy = area.w / DATA_WIDE < count ? area.w / DATA_WIDE : count;
    columns = columns < roomy ? roomy : columns > most ? most : columns < 1 ? 1 : columns;
    if (index / columns >= lines)
        return (Rect){0};
    int used = (count + columns - 1) / columns, high = area.h / (used < lines ? used : lines);
    return rect_new(area.x + index % columns * (area.w / columns), area.y + index / columns * high, area.w / columns - 2, high - 1);
}

static void draw_sets(App *app, Cells *cells, const PaneView *view)
{
    const DataPreview *preview;
    int previews = bench_previews(app_bench(app), &preview);
    if (!previews)
        cells_text(cells, view->area.x, view->area.y, plain(ROLE_DIM), "looking around");
    for (int i = 0; i < previews; i++) {
        Rect block = data_block(view->area, previews, i);
        if (rect_empty(block))
            continue;
        Rect line = rect_cut_top(&block, 1);
        int x = cells_text_cut(cells, line.x, line.y, line.w, plain(ROLE_TEXT), preview[i].name);
        int room = line.x + line.w - x - 2;
        if (room >= 24 || cells_width(preview[i].note) <= room)
            cells_text_cut(cells, x + 2, line.y, room, plain(ROLE_DIM), preview[i].note);
        pictures_tile(cells, block, preview[i].picture, preview[i].pictures, preview[i].shape, NULL);
    }
}

/* A click chooses the set in the list. */
static bool sets_event(App *app, const Event *event)
{
    Start *start = self(app);
    const DataPreview *preview;
    int previews = bench_previews(app_bench(app), &preview);
    Rect area = app_pane_area(app, "data");
    rect_cut_top(&area, 1);
    if (event->kind != EVENT_MOUSE || event->mouse != MOUSE_PRESS)
        return false;
    for (int i = 0; i < start->list.count; i++)
        if (start->row[i].kind == ROW_DATA && rect_has(data_block(area, previews, start->row[i].index), event->x, event->y))
            start->list.at = i;
    return true;
}

/* ---- the panes */

const Pane start_panes[START_PANES] = {
    {"list", NULL, 38, 8, draw_list, NULL},
    {"look", NULL, 24, 8, draw_look, NULL},
    {"data", "data sets", 40, DATA_LINES + 1, draw_sets, sets_event},
};

const char *start_layout(App *app, int w, int h)
{
    (void)app;
    if (w < 110 || h < 28)
        return w < 110 ? "list=47 | look" : "list=60 | look";
    return w < 160 ? "list=60 | (look / data=18)" : h < 50 ? "list=80 | (look / data=18)" : "(list=80 | look) / data=20";
}
