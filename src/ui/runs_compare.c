/* Runs side by side: curves in one plot, settings that differ, the same digits by each. */
#include "ui/runs_own.h"

#include "base/mem.h"
#include "term/plot.h"
#include "ui/pictures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIFFERENCES = 400, KEY_TEXT = 32, VALUE_TEXT = 48 };

static Runs *self(App *app) { return runs_state(app); }

void runs_draw_curves(App *app, Cells *cells, Rect area)
{
    Runs *r = self(app);
    RunInfo *info[MARKS];
    int letter[MARKS], runs = runs_compared(app, info, letter), count = 0, others = 0;
    PlotSeries series[MARKS];
    double last = 1;
    Rect line = rect_cut_top(&area, 1);
    int x = cells_text(cells, line.x, line.y, bold(ROLE_TEXT), runs > 1 ? "validation" : "loss") + 2;
    for (int i = 0; i < runs; i++) {
        /* Losses of different kinds have no axis in common: the first marked run's counts. */
        if (strcmp(info[i]->loss_name, info[0]->loss_name) != 0) {
            others++;
            continue;
        }
        bool valid = info[i]->count && isfinite(info[i]->valid[info[i]->count - 1]);
        series[count] = (PlotSeries){info[i]->x, valid ? info[i]->valid : info[i]->train, info[i]->count, ink_role(runs_letter_role(letter[i])),
                                     (Dash)(count % 3), (char)(letter[i] < 0 ? '*' : 'A' + letter[i])};
        count++;
        last = fmax(last, info[i]->count);
        if (letter[i] >= 0) {
            x = cells_textf(cells, x, line.y, bold(runs_letter_role(letter[i])), "%c %s", 'A' + letter[i], (const char *const[]){"━", "╌", "┈"}[(count - 1) % 3]);
            x = cells_text_cut(cells, x + 1, line.y, 16, plain(ROLE_DIM), info[i]->run.name) + 2;
        }
    }
    char left_out[40];
    snprintf(left_out, sizeof left_out, "%d of another loss", others);
    if (others)
        cells_text_cut(cells, x, line.y, line.x + line.w - x, plain(ROLE_DIM), left_out);
    PlotSeries both[2];
    if (runs == 1 && count == 1) { /* one run alone: training too */
        both[0] = (PlotSeries){info[0]->x, info[0]->train, info[0]->count, ink_role(ROLE_TRAIN), DASH_SOLID, 't'};
        both[1] = (PlotSeries){info[0]->x, info[0]->valid, info[0]->count, ink_role(ROLE_VALID), DASH_DASHED, 'v'};
    }
    Plot plot = {.series = runs == 1 ? both : series, .count = runs == 1 ? 2 * count : count, .x0 = 1, .x1 = last > 1 ? last : 2,
                 .log_y = !r->linear, .whole_x = true, .cursor = NAN};
    if (plot_fit_y(&plot))
        plot_draw(cells, area, &plot);
    else
        cells_text(cells, area.x, area.y + 1, plain(ROLE_DIM), "no epoch is finished yet");
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

void runs_draw_differences(App *app, Cells *cells, Rect area)
{
    RunInfo *info[MARKS];
    int letter[MARKS], runs = runs_compared(app, info, letter), count = 0;
    char text[48];
    if (runs < 2) {
        heading_draw(cells, &area, "settings", "mark runs with Space to compare");
        const RunInfo *one = runs ? info[0] : NULL;
        if (!one)
            return;
        Setting *setting = mem_new(DIFFERENCES, sizeof *setting);
        put_run(setting, &count, 0, one);
        for (int i = 0; i < count && area.h > 0; i++) {
            Rect line = rect_cut_top(&area, 1);
            cells_text_cut(cells, line.x, line.y, 12, plain(ROLE_DIM), setting[i].key);
            cells_text_cut(cells, line.x + 13, line.y, line.w - 13, plain(ROLE_TEXT), setting[i].value[0]);
        }
        free(setting);
        return;
    }
    heading_draw(cells, &area, "settings that differ", NULL);
    Setting *setting = mem_new(DIFFERENCES, sizeof *setting);
    for (int i = 0; i < runs; i++)
        put_run(setting, &count, i, info[i]);
    int label = 12, wide = (area.w - label) / runs;
    Rect line = rect_cut_top(&area, 1);
    for (int i = 0; i < runs; i++) {
        snprintf(text, sizeof text, "%c", 'A' + letter[i]);
        cells_text(cells, line.x + label + i * wide, line.y, bold(runs_letter_role(letter[i])), text);
    }
    for (int k = 0; k < count && area.h > 0; k++) {
        bool differs = false;
        for (int i = 1; i < runs; i++)
            differs |= strcmp(setting[k].value[i], setting[k].value[0]) != 0;
        if (!differs)
            continue;
        line = rect_cut_top(&area, 1);
        cells_text_cut(cells, line.x, line.y, label - 1, plain(ROLE_DIM), setting[k].key);
        for (int i = 0; i < runs; i++)
            cells_text_cut(cells, line.x + label + i * wide, line.y, wide - 1, plain(ROLE_TEXT), setting[k].value[i][0] ? setting[k].value[i] : "-");
    }
    free(setting);
}

void runs_draw_digits(App *app, Cells *cells, Rect area)
{
    Runs *r = self(app);
    RunInfo *info[MARKS];
    int letter[MARKS], runs = runs_compared(app, info, letter), count, w, h;
    Shape shape;
    float *x = runs_probe_digits(app, &count, &shape);
    if (!x || area.h < 4) {
        free(x);
        return;
    }
    heading_draw(cells, &area, "the same digits", NULL);
    pictures_tile_size(shape, (area.w - 2) / 2, area.h, runs + 1, &w, &h);
    int columns = (area.w - 1) / (w + 1);
    columns = columns > count ? count : columns;
    size_t size = shape_size(shape);
    for (int row = 0; row <= runs && area.h >= h; row++) {
        Rect line = rect_cut_top(&area, h);
        const Digits *digits = row ? runs_digits_of(r, info[row - 1]->run.name) : NULL;
        if (row && letter[row - 1] >= 0)
            cells_textf(cells, line.x, line.y, bold(runs_letter_role(letter[row - 1])), "%c", 'A' + letter[row - 1]);
        const float *from = row ? (digits ? digits->output : NULL) : x;
        for (int k = 0; from && k < columns; k++)
            pictures_draw(cells, rect_new(line.x + 2 + k * (w + 1), line.y, w, h), from + (size_t)k * size, shape);
        if (area.h > h)
            rect_cut_top(&area, 1);
    }
    free(x);
}
