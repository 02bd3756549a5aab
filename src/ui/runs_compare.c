/* Runs side by side: curves in one plot, and the settings that differ. */
#include "ui/runs_own.h"

#include "base/mem.h"
#include "term/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIFFERENCES = 400, KEY_TEXT = 32, VALUE_TEXT = 48 };

static Runs *self(App *app) { return runs_state(app); }

static const char *const axis_name[RUNS_AXES] = {"epochs", "steps", "seconds"};

static const double *axis_of(const RunInfo *info, RunsAxis axis)
{
    const double *const x[RUNS_AXES] = {info->x, info->step, info->time};
    return x[axis];
}

/* The legend stands in the title's line; what does not fit there has its letter in the plot only. */
static int draw_name(Cells *cells, Rect head, int x, int letter, Dash dash, const char *name)
{
    static const char *const sample[] = {"━━", "╌╌", "┈┈"};
    if (x + 6 > head.x + head.w)
        return x;
    x = cells_textf(cells, x, head.y, bold(runs_letter_role(letter)), "%c ", 'A' + letter);
    if (cells->look.utf8)
        x = cells_textf(cells, x, head.y, bold(runs_letter_role(letter)), "%s ", sample[dash]);
    int room = head.x + head.w - x;
    return cells_text_cut(cells, x, head.y, room < 16 ? room : 16, plain(ROLE_DIM), name) + 2;
}

void runs_draw_curves(App *app, Cells *cells, const PaneView *view)
{
    Runs *r = self(app);
    RunInfo *info[MARKS];
    int letter[MARKS], runs = runs_compared(app, info, letter), count = 0, others = 0, curves = 0;
    PlotSeries series[(MARKS + 1) * CURVE_PARTS], whole;
    PlotMark best[MARKS];
    double first = INFINITY, last = -INFINITY;
    Rect head = view->head, area = view->area, foot = rect_cut_bottom(&area, area.h > 9 ? 1 : 0);
    bool roomy = runs > 1 && head.w >= 12 * runs + 12;
    int x = head.x, marks = 0;
    if (roomy)
        x = cells_text(cells, x, head.y, plain(ROLE_DIM), "validation") + 2;
    for (int i = 0; i < runs; i++) {
        /* Losses of different kinds have no axis in common: the first marked run's counts. */
        if (strcmp(info[i]->loss_name, info[0]->loss_name) != 0) {
            others++;
            continue;
        }
        const RunInfo *run = info[i];
        const double *along = axis_of(run, r->axis);
        bool valid = run->count && isfinite(run->valid[run->count - 1]);
        Dash dash = (Dash)(curves++ % 3);
        if (runs == 1) { /* one run alone: training too */
            whole = (PlotSeries){along, run->train, run->count, ink_role(ROLE_TRAIN), DASH_SOLID, 't'}, dash = DASH_DASHED;
            count += curve_split(&whole, &run->stages, series + count);
        }
        Ink ink = ink_role(runs == 1 ? ROLE_VALID : runs_letter_role(letter[i]));
        whole = (PlotSeries){along, valid ? run->valid : run->train, run->count, ink, dash, (char)(letter[i] < 0 ? 'v' : 'A' + letter[i])};
        if (valid || runs > 1)
            count += curve_split(&whole, &run->stages, series + count);
        for (int k = 0; k < run->count; k++) {
            first = fmin(first, along[k]);
            last = fmax(last, along[k]);
        }
        if (run->count == 1) /* no line yet */
            best[marks++] = (PlotMark){along[0], valid ? run->valid[0] : run->train[0], 0x2022, valid || runs > 1 ? ink : ink_role(ROLE_TRAIN), NULL, false};
        if (letter[i] >= 0)
            x = draw_name(cells, head, x, letter[i], dash, run->run.name);
        else if (run->count) {
            x = cells_text(cells, x, head.y, plain(ROLE_TRAIN), cells->look.utf8 ? "━━ " : "t ");
            x = cells_text(cells, x, head.y, plain(ROLE_DIM), "training") + 2;
            x = cells_text(cells, x, head.y, plain(ROLE_VALID), !valid ? "" : cells->look.utf8 ? "╌╌ " : "v ");
            x = cells_text(cells, x, head.y, plain(ROLE_DIM), valid ? "validation" : "") + 2;
        }
    }
    char left_out[40];
    snprintf(left_out, sizeof left_out, "%d other loss%s", others, others == 1 ? "" : "es");
    if (others && x + cells_width(left_out) <= head.x + head.w)
        cells_text(cells, x, head.y, plain(ROLE_DIM), left_out);
    Plot plot = {.series = series, .count = count, .mark = best, .marks = marks, .x0 = first, .x1 = last > first ? last : first + 1,
                 .log_y = !r->linear, .whole_x = r->axis == AXIS_EPOCHS, .cursor = NAN};
    if (count && isfinite(first) && plot_fit_y(&plot)) {
        plot_draw(cells, area, &plot);
        Rect inside = plot_inside(area);
        cells_textf(cells, inside.x, foot.h ? foot.y : area.y + area.h, plain(ROLE_DIM), "%s%s%s, %s", axis_name[r->axis],
                    runs ? ", " : "", runs ? info[0]->loss_name : "", r->linear ? "linear" : "logarithmic");
    } else {
        cells_text(cells, area.x, area.y + 1, plain(ROLE_DIM), runs_chosen_waiting(app) >= 0 ? "it waits for its turn" : "no epoch is finished yet");
    }
}

typedef struct Setting { char key[KEY_TEXT], value[MARKS][VALUE_TEXT]; } Setting;

static void put_setting(Setting *setting, int *count, int run, const char *key, const char *value)
{
    int i = 0;
    while (i < *count && strcmp(setting[i].key, key) != 0)
        i++;
    if (i == *count) {
        if (i == DIFFERENCES)
            return;
        memset(&setting[i], 0, sizeof setting[i]);
        snprintf(setting[i].key, sizeof setting[i].key, "%s", key);
        (*count)++;
    }
    snprintf(setting[i].value[run], VALUE_TEXT, "%s", value);
}

/* A thing and its fields, each a line of its own: "optimizer adam", "lr 0.001". */
static void put_set(Setting *setting, int *count, int run, const char *name, const ParamSet *set)
{
    char key[KEY_TEXT * 2];
    if (*set->kind->name)
        put_setting(setting, count, run, name, set->kind->name);
    for (int i = 0; i < set->kind->count; i++) {
        const ParamRow *row = &set->kind->rows[i];
        Str text = {0};
        param_print(row, &set->value[i], &text);
        bool alone = strcmp(row->name, "lr") == 0 || !*row->name || strcmp(row->name, name) == 0;
        snprintf(key, sizeof key, "%s%s%s", alone && strcmp(row->name, "lr") == 0 ? "" : name, alone ? "" : ".",
                 alone && strcmp(row->name, "lr") != 0 ? "" : row->name);
        put_setting(setting, count, run, key, text.text ? text.text : "");
        str_clear(&text);
    }
}

static void put_run(Setting *setting, int *count, int run, const RunInfo *info)
{
    const Design *design = info->design;
    char key[LAYER_NAME * 2 + 4], number[32];
    snprintf(number, sizeof number, "%llu", (unsigned long long)info->meta.seed);
    put_setting(setting, count, run, "seed", number);
    put_setting(setting, count, run, "data", info->meta.data_name);
    for (int s = 0; design && s < design->stages; s++)
        for (int t = 0; t < TRAIN_SETTINGS; t++) {
            snprintf(key, sizeof key, "%s%s%s", design->stages > 1 ? design->stage[s].name : "", design->stages > 1 ? "." : "",
                     train_settings[t].name);
            put_set(setting, count, run, key, &design->stage[s].train.set[t]);
        }
    for (int i = 0; design && i < design->layers; i++)
        put_set(setting, count, run, design->layer[i].name, &design->layer[i].set);
}

/* As wide as the longest of the names that have to be there, while values keep room. */
static int label_width(const Setting *setting, int count, bool (*wanted)(const Setting *, int runs), int runs, int w)
{
    enum { ENOUGH = 11 /* columns of a value */ };
    int longest = 8, value = 0;
    for (int i = 0; i < count; i++) {
        if (wanted && !wanted(&setting[i], runs))
            continue;
        longest = cells_width(setting[i].key) > longest ? cells_width(setting[i].key) : longest;
        for (int k = 0; k < runs; k++)
            value = cells_width(setting[i].value[k]) > value ? cells_width(setting[i].value[k]) : value;
    }
    value = value + 1 < ENOUGH ? value + 1 : ENOUGH;
    int most = w - runs * value < w * 3 / 5 ? w - runs * value : w * 3 / 5;
    most = most < w / 3 ? w / 3 : most;
    return longest + 2 < most ? longest + 2 : most;
}

/* Of a name that has no room the end says more: "…mizer.rho". */
static void draw_key(Cells *cells, Rect line, int width, const char *key)
{
    int over = cells_width(key) - width;
    if (over > 0)
        cells_put(cells, line.x, line.y, plain(ROLE_DIM), 0x2026);
    cells_text(cells, line.x + (over > 0), line.y, plain(ROLE_DIM), over > 0 ? key + over + 1 : key);
}

static void draw_settings(Cells *cells, Rect area, const RunInfo *info)
{
    int count = 0;
    Setting *setting = mem_new(DIFFERENCES, sizeof *setting);
    put_run(setting, &count, 0, info);
    int label = label_width(setting, count, NULL, 1, area.w);
    for (int i = 0; i < count && area.h > 0; i++) {
        Rect line = rect_cut_top(&area, 1);
        draw_key(cells, line, label - 1, setting[i].key);
        cells_text_cut(cells, line.x + label, line.y, line.w - label, plain(ROLE_TEXT), setting[i].value[0]);
    }
    free(setting);
}

static bool differs(const Setting *setting, int runs)
{
    for (int i = 1; i < runs; i++)
        if (strcmp(setting->value[i], setting->value[0]) != 0)
            return true;
    return false;
}

static bool everywhere(const Setting *setting, int runs)
{
    for (int i = 0; i < runs; i++)
        if (!setting->value[i][0])
            return false;
    return true;
}

void runs_draw_differences(App *app, Cells *cells, const PaneView *view)
{
    RunInfo *info[MARKS];
    int letter[MARKS], runs = runs_compared(app, info, letter), count = 0, waiting = runs_chosen_waiting(app);
    Rect area = view->area;
    if (waiting >= 0) {
        RunInfo next = {.design = (Design *)bench_queued_design(app_bench(app), waiting), .meta.seed = bench_seed(app_bench(app))};
        const Data *data = bench_data(app_bench(app));
        snprintf(next.meta.data_name, sizeof next.meta.data_name, "%s", data ? data->name : "");
        draw_settings(cells, area, &next);
        return;
    }
    if (runs < 2) {
        cells_text_cut(cells, view->head.x, view->head.y, view->head.w, plain(ROLE_DIM), "Space marks runs to compare");
        if (runs)
            draw_settings(cells, area, info[0]);
        return;
    }
    cells_text_cut(cells, view->head.x, view->head.y, view->head.w, plain(ROLE_DIM), "that differ");
    Setting *setting = mem_new(DIFFERENCES, sizeof *setting);
    for (int i = 0; i < runs; i++)
        put_run(setting, &count, i, info[i]);
    int label = label_width(setting, count, differs, runs, area.w), wide = (area.w - label) / runs, same = 0;
    Rect line = rect_cut_top(&area, 1);
    for (int i = 0; i < runs; i++)
        cells_textf(cells, line.x + label + i * wide, line.y, bold(runs_letter_role(letter[i])), "%c", 'A' + letter[i]);
    for (int k = 0; k < count; k++)
        same += !differs(&setting[k], runs);
    /* First what all of them have. */
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < count && area.h > 0; k++) {
            if (!differs(&setting[k], runs) || everywhere(&setting[k], runs) != (pass == 0))
                continue;
            line = rect_cut_top(&area, 1);
            draw_key(cells, line, label - 1, setting[k].key);
            for (int i = 0; i < runs; i++)
                cells_text_cut(cells, line.x + label + i * wide, line.y, wide - 1, plain(setting[k].value[i][0] ? ROLE_TEXT : ROLE_FAINT),
                               setting[k].value[i][0] ? setting[k].value[i] : "-");
        }
    if (area.h > 0)
        cells_textf(cells, area.x, area.y, plain(ROLE_FAINT), "%d %s the same", same, same == 1 ? "setting is" : "settings are");
    free(setting);
}
