/* The designer's picture: the lines with their columns, and the doctor.  What stands beside them is design_side.c's. */
#include "ui/design_own.h"

#include <stdio.h>
#include <string.h>

static Designer *self(App *app) { return design_state(app); }

/* ---- the list */

typedef struct Columns { int text, out, params, macs, ms; } Columns; /* offsets; params, macs, ms are right ends, 0: not shown */

static Columns columns_for(int w)
{
    if (w >= 68)
        return (Columns){6, w - 40, w - 18, w - 10, w - 2};
    if (w >= 62)
        return (Columns){6, w - 30, w - 10, w - 2, 0};
    return (Columns){6, w - 21, w - 2, 0, 0};
}

/* "stride=2" as "/2": what has to fit into twenty columns. */
static void shorten(char *text)
{
    static const char word[] = "stride=";
    char *at = text ? strstr(text, word) : NULL;
    if (!at)
        return;
    *at = '/';
    memmove(at + 1, at + strlen(word), strlen(at + strlen(word)) + 1);
}

/* The layer's place in the shown stage's network; -1: another stage's. */
static int place_in_stage(int layer, const Summary *summary)
{
    for (int i = 0; summary && i < summary->rows; i++)
        if (summary->row[i].layer == layer)
            return i;
    return -1;
}

static void draw_numbers(App *app, int layer, const OutlineRow *row, const Columns *c, Cells *cells, Rect line)
{
    const Summary *summary = bench_summary(app_bench(app), self(app)->stage, NULL);
    const Estimate *estimate = bench_estimate(app_bench(app), self(app)->stage);
    int place = place_in_stage(layer, summary);
    bool code = place >= 0 && place + 1 == summary->code_row, old = row->known == KNOWLEDGE_OLD;
    char text[SHAPE_TEXT];
    if (row->known == KNOWLEDGE_NONE) {
        cells_text(cells, line.x + c->out, line.y, plain(ROLE_FAINT), "?");
        return;
    }
    shape_text(row->out, text);
    cells_text(cells, line.x + c->out, line.y, old ? plain(ROLE_FAINT) : code ? bold(ROLE_ACCENT) : plain(ROLE_TEXT), text);
    str_grouped(text, sizeof text, (double)row->parameters);
    if (row->parameters)
        cells_text_right(cells, line.x + c->params, line.y, plain(old ? ROLE_FAINT : ROLE_DIM), text);
    snprintf(text, sizeof text, "%.2f", row->macs / 1e6);
    if (c->macs && row->macs > 0)
        cells_text_right(cells, line.x + c->macs, line.y, plain(old ? ROLE_FAINT : ROLE_DIM), text);
    if (c->ms && estimate && estimate->layer_ms && place >= 0 && place < estimate->layers) {
        snprintf(text, sizeof text, "%.2f", estimate->layer_ms[place]);
        cells_text_right(cells, line.x + c->ms, line.y, plain(ROLE_DIM), text);
    }
}

static void draw_layer(App *app, const Line *line, Cells *cells, Rect row, bool here)
{
    const Design *design = bench_design(app_bench(app));
    const OutlineRow *known = &bench_outline(app_bench(app))->row[line->layer];
    bool locked = design_layer_mirrored(design, line->layer), wrong = line[1].kind == LINE_NOTE && line[1].layer == line->layer;
    Columns c = columns_for(row.w);
    Str text = {0};
    char number[16];
    param_set_print(&design->layer[line->layer].set, false, &text);
    shorten(text.text);
    snprintf(number, sizeof number, "%d", line->layer + 1);
    cells_text_right(cells, row.x + 5, row.y, plain(ROLE_FAINT), number);
    Style style = wrong ? bold(ROLE_BAD) : here ? bold(ROLE_BRIGHT) : plain(locked || known->known != KNOWLEDGE_FULL ? ROLE_DIM : ROLE_TEXT);
    cells_text_cut(cells, row.x + c.text, row.y, c.out - c.text - 1, style, text.text ? text.text : "");
    str_clear(&text);
    if (wrong)
        cells_put(cells, row.x + 1, row.y, bold(ROLE_BAD), 0x2717);
    else if (!locked && design_line_changed(app, line))
        cells_put(cells, row.x + 1, row.y, plain(ROLE_CHANGED), 0x2022);
    draw_numbers(app, line->layer, known, &c, cells, row);
}

/* What is wrong, without the layer's name that stands above it. */
static void draw_note(App *app, const Line *line, Cells *cells, Rect row)
{
    const Finding *finding = &self(app)->told->finding[line->finding];
    const char *text = finding->text, *name = bench_design(app_bench(app))->layer[line->layer].name;
    if (strncmp(text, name, strlen(name)) == 0)
        text += strlen(name) + strspn(text + strlen(name), ", :");
    int x = cells_text(cells, row.x + 6, row.y, plain(ROLE_BAD), "└ ");
    cells_text_cut(cells, x, row.y, row.x + row.w - x - 1, plain(ROLE_BAD), text);
}

static void draw_block(const Design *design, int b, Cells *cells, Rect row)
{
    int x = cells_text(cells, row.x + 1, row.y, bold(ROLE_ACCENT), design->block[b].name) + 2;
    int source = design_mirror_source(design, b);
    if (design->block[b].mirror != MIRROR_NONE && source >= 0)
        cells_textf(cells, x, row.y, plain(ROLE_DIM), "mirrors the %s", design->block[source].name);
    else if (!design->block[b].count)
        cells_text(cells, x, row.y, plain(ROLE_DIM), "empty: a adds a layer");
}

static void draw_stage(App *app, int s, Cells *cells, Rect row, bool here)
{
    const Design *design = bench_design(app_bench(app));
    const Stage *stage = &design->stage[s];
    if (design->stages == 1) {
        cells_text(cells, row.x + 1, row.y, bold(ROLE_ACCENT), "training");
        return;
    }
    bool open = s == self(app)->stage;
    int x = cells_textf(cells, row.x + 1, row.y, open ? bold(ROLE_ACCENT) : plain(ROLE_DIM), "%s %d/%d ", open ? "▼" : "▶", s + 1, design->stages);
    x = cells_textf(cells, x, row.y, open || here ? bold(ROLE_TEXT) : plain(ROLE_TEXT), "%s ", stage->name);
    for (int i = 0; i < stage->code_blocks; i++)
        x = cells_textf(cells, x + 1, row.y, plain(ROLE_FAINT), "%s's codes", design->block[stage->codes[i]].name);
    for (int i = 0; i < stage->runs; i++)
        x = cells_textf(cells, x + 1, row.y, plain(stage->frozen[stage->run[i]] ? ROLE_FAINT : ROLE_DIM), "%s%s", design->block[stage->run[i]].name,
                        stage->frozen[stage->run[i]] ? " (frozen)" : "");
}

static void draw_setting(App *app, const Line *line, Cells *cells, Rect row, bool here)
{
    const ParamSet *set = &bench_design(app_bench(app))->stage[line->stage].train.set[line->setting];
    const char *name = train_settings[line->setting].name;
    Str text = {0};
    train_setting_print((TrainSetting)line->setting, set, true, &text);
    const char *value = text.text ? text.text : "";
    if (strncmp(value, name, strlen(name)) == 0)
        value += strlen(name);
    value += strspn(value, " ");
    bool normal = train_setting_is_default((TrainSetting)line->setting, set);
    if (design_line_changed(app, line))
        cells_put(cells, row.x + 1, row.y, plain(ROLE_CHANGED), 0x2022);
    cells_text(cells, row.x + 6, row.y, plain(ROLE_DIM), name);
    cells_text_cut(cells, row.x + 18, row.y, row.w - 19, here ? bold(ROLE_BRIGHT) : plain(normal ? ROLE_DIM : ROLE_TEXT), value);
    str_clear(&text);
}

static void draw_input(App *app, const Line *line, Cells *cells, Rect row, bool here)
{
    char shape[SHAPE_TEXT];
    shape_text(bench_design(app_bench(app))->input, shape);
    if (design_line_changed(app, line))
        cells_put(cells, row.x + 1, row.y, plain(ROLE_CHANGED), 0x2022);
    cells_text(cells, row.x + 6, row.y, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), "input");
    cells_text(cells, row.x + columns_for(row.w).out, row.y, plain(ROLE_TEXT), shape);
}

static void draw_headings(App *app, Cells *cells, Rect line)
{
    Columns c = columns_for(line.w);
    const DesignDiff *diff = bench_diff(app_bench(app));
    if (diff->rows) {
        int x = cells_text(cells, line.x + 1, line.y, plain(ROLE_CHANGED), "• ");
        char text[80];
        snprintf(text, sizeof text, "%d change%s to %s", diff->rows, diff->rows == 1 ? "" : "s", bench_origin(app_bench(app)));
        cells_text_cut(cells, x, line.y, line.x + c.out - x - 1, plain(ROLE_DIM), text);
    }
    cells_text(cells, line.x + c.out, line.y, plain(ROLE_DIM), "output");
    cells_text_right(cells, line.x + c.params, line.y, plain(ROLE_DIM), "params");
    if (c.macs)
        cells_text_right(cells, line.x + c.macs, line.y, plain(ROLE_DIM), "MMAC");
    if (c.ms)
        cells_text_right(cells, line.x + c.ms, line.y, plain(ROLE_DIM), "~ms");
}

void design_draw_list(App *app, Cells *cells, const PaneView *view)
{
    Designer *d = self(app);
    Rect area = view->area;
    draw_headings(app, cells, rect_cut_top(&area, 1));
    list_place(&d->list, area);
    for (int i = 0; i < d->list.count; i++) {
        Rect row = list_row(&d->list, i);
        const Line *line = &d->line[i];
        bool here = i == d->list.at;
        if (rect_empty(row))
            continue;
        list_mark(&d->list, cells, i, !design_in_form(app));
        switch (line->kind) {
        case LINE_INPUT: draw_input(app, line, cells, row, here); break;
        case LINE_BLOCK: draw_block(bench_design(app_bench(app)), line->block, cells, row); break;
        case LINE_LAYER: draw_layer(app, line, cells, row, here); break;
        case LINE_NOTE: draw_note(app, line, cells, row); break;
        case LINE_STAGE: draw_stage(app, line->stage, cells, row, here); break;
        case LINE_SETTING: draw_setting(app, line, cells, row, here); break;
        case LINE_GAP: break;
        }
    }
    list_more(&d->list, cells);
}

/* ---- the doctor */

static const Role finding_role[] = {[SEVERITY_HINT] = ROLE_DIM, [SEVERITY_WARNING] = ROLE_TEXT, [SEVERITY_ERROR] = ROLE_BAD};

static int draw_finding(const Finding *finding, bool offers, Cells *cells, Rect area)
{
    int lines = cells_wrap(cells, area, plain(finding_role[finding->severity]), finding->text);
    if (offers && finding->cured && lines < area.h) {
        cells_text(cells, area.x, area.y + lines, bold(ROLE_ACCENT), "f");
        lines += cells_wrap(cells, rect_new(area.x + 2, area.y + lines, area.w - 2, area.h - lines), plain(ROLE_TEXT), finding->cure);
    }
    return lines;
}

/* Few lines: the finding begins behind the heading, the cure has the last one. */
static void draw_low_finding(const Finding *finding, int x, Cells *cells, Rect area)
{
    char text[600];
    Rect last = rect_new(area.x, area.y + area.h - 1, area.w, 1);
    if (finding->cured && area.h > 1) {
        rect_cut_bottom(&area, 1);
        int end = cells_text(cells, last.x, last.y, bold(ROLE_ACCENT), "f ");
        cells_text_cut(cells, end, last.y, last.x + last.w - end, plain(ROLE_TEXT), finding->cure);
    }
    snprintf(text, sizeof text, "%*s%s", x - area.x, "", finding->text);
    if (cells_wrap(cells, area, plain(finding_role[finding->severity]), text) > area.h)
        cells_put(cells, area.x + area.w - 1, area.y + area.h - 1, plain(ROLE_DIM), 0x2026);
}

void design_draw_doctor(App *app, Cells *cells, const PaneView *view)
{
    Rect area = view->area;
    Designer *d = self(app);
    const Diagnosis *diagnosis = bench_diagnosis(app_bench(app));
    const Finding *finding = design_finding(app);
    int x = cells_text(cells, area.x, area.y, bold(ROLE_TEXT), "doctor") + 2;
    if (!finding) {
        cells_text(cells, x, area.y, plain(ROLE_GOOD), "✓ all fits");
        return;
    }
    if (diagnosis->count > 1) {
        x = cells_textf(cells, x, area.y, plain(ROLE_DIM), "%d of %d ", d->finding + 1, diagnosis->count);
        x = cells_text(cells, x, area.y, plain(ROLE_ACCENT), "!") + 2;
    }
    if (area.h < 6) {
        draw_low_finding(finding, x, cells, area);
        return;
    }
    rect_cut_top(&area, 1);
    for (int i = d->finding; i < diagnosis->count && area.h > 0; i++) {
        rect_cut_top(&area, draw_finding(&diagnosis->finding[i], i == d->finding, cells, area));
        rect_cut_top(&area, 1);
    }
}
