/* The designer's picture: lines, form, doctor, totals, silhouette. */
#include "config.h"

#include "ui/design_own.h"

#include "ui/silhouette.h"

#include <stdio.h>
#include <string.h>

static Designer *self(App *app) { return design_state(app); }

/* The worst finding about a layer. */
static const Finding *finding_of(const Diagnosis *diagnosis, int layer)
{
    for (int i = 0; i < diagnosis->count; i++)
        if (diagnosis->finding[i].layer == layer)
            return &diagnosis->finding[i];
    return NULL;
}

static const SummaryRow *row_of(const Summary *summary, int layer, int *index)
{
    for (int i = 0; summary && i < summary->rows; i++)
        if (summary->row[i].layer == layer) {
            *index = i;
            return &summary->row[i];
        }
    return NULL;
}

typedef struct Columns { int text, out, params, macs, ms; } Columns; /* offsets; params, macs, ms are right ends, 0: not shown */

static Columns columns_for(int w)
{
    if (w >= 76)
        return (Columns){6, 36, 58, 66, 74};
    if (w >= 62)
        return (Columns){6, 32, 51, 58, 0};
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

static void draw_layer(App *app, const Line *line, Cells *cells, Rect row, bool here, bool known)
{
    const Design *design = bench_design(app_bench(app));
    const Summary *summary = known ? bench_summary(app_bench(app), 0, NULL) : NULL;
    const Estimate *estimate = bench_estimate(app_bench(app), 0);
    const Finding *finding = finding_of(bench_diagnosis(app_bench(app)), line->layer);
    bool wrong = finding && finding->severity == SEVERITY_ERROR, locked = design_layer_mirrored(design, line->layer);
    Columns c = columns_for(row.w);
    Str text = {0};
    char number[32];
    int index = 0;
    param_set_print(&design->layer[line->layer].set, false, &text);
    shorten(text.text);
    snprintf(number, sizeof number, "%d", line->layer + 1);
    cells_text_right(cells, row.x + 5, row.y, plain(ROLE_FAINT), number);
    Style style = wrong ? bold(ROLE_BAD) : here ? bold(ROLE_BRIGHT) : plain(locked ? ROLE_DIM : ROLE_TEXT);
    cells_text_cut(cells, row.x + c.text, row.y, c.out - c.text - 1, style, text.text ? text.text : "");
    if (wrong)
        cells_put(cells, row.x + 1, row.y, bold(ROLE_BAD), 0x2717);
    const SummaryRow *it = row_of(summary, line->layer, &index);
    if (it) {
        char shape[SHAPE_TEXT];
        bool code = index + 1 == summary->code_row;
        shape_text(it->out, shape);
        cells_text(cells, row.x + c.out, row.y, code ? bold(ROLE_ACCENT) : plain(ROLE_TEXT), shape);
        grouped(number, sizeof number, (double)it->parameters);
        if (it->parameters)
            cells_text_right(cells, row.x + c.params, row.y, plain(ROLE_DIM), number);
        snprintf(number, sizeof number, "%.2f", it->macs / 1e6);
        if (c.macs && it->macs > 0)
            cells_text_right(cells, row.x + c.macs, row.y, plain(ROLE_DIM), number);
        if (c.ms && estimate && estimate->layer_ms && index < estimate->layers) {
            snprintf(number, sizeof number, "%.2f", estimate->layer_ms[index]);
            cells_text_right(cells, row.x + c.ms, row.y, plain(ROLE_DIM), number);
        }
    }
    str_clear(&text);
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

static void draw_stage(const Design *design, int s, Cells *cells, Rect row)
{
    const Stage *stage = &design->stage[s];
    int x = cells_text(cells, row.x + 1, row.y, bold(ROLE_ACCENT), "training") + 2;
    if (design->stages == 1)
        return;
    x = cells_textf(cells, x, row.y, plain(ROLE_TEXT), "%d/%d %s ", s + 1, design->stages, stage->name);
    for (int i = 0; i < stage->runs; i++)
        x = cells_textf(cells, x + 1, row.y, plain(stage->frozen[stage->run[i]] ? ROLE_FAINT : ROLE_DIM), "%s%s", design->block[stage->run[i]].name,
                        stage->frozen[stage->run[i]] ? "(frozen)" : "");
}

static void draw_setting(const Design *design, const Line *line, Cells *cells, Rect row, bool here)
{
    const ParamSet *set = &design->stage[line->stage].train.set[line->setting];
    const char *name = train_settings[line->setting].name;
    Str text = {0};
    train_setting_print((TrainSetting)line->setting, set, true, &text);
    const char *value = text.text ? text.text : "";
    if (strncmp(value, name, strlen(name)) == 0)
        value += strlen(name);
    value += strspn(value, " ");
    bool changed = !train_setting_is_default((TrainSetting)line->setting, set);
    cells_text(cells, row.x + 6, row.y, plain(ROLE_DIM), name);
    cells_text_cut(cells, row.x + 18, row.y, row.w - 19, here ? bold(ROLE_BRIGHT) : plain(changed ? ROLE_TEXT : ROLE_DIM), value);
    str_clear(&text);
}

static void draw_headings(Cells *cells, Rect line, Columns c)
{
    cells_text(cells, line.x + c.out, line.y, plain(ROLE_DIM), "output");
    cells_text_right(cells, line.x + c.params, line.y, plain(ROLE_DIM), "params");
    if (c.macs)
        cells_text_right(cells, line.x + c.macs, line.y, plain(ROLE_DIM), "MMAC");
    if (c.ms)
        cells_text_right(cells, line.x + c.ms, line.y, plain(ROLE_DIM), "ms");
}

static void draw_list(App *app, Cells *cells, Rect area)
{
    Designer *d = self(app);
    const Design *design = bench_design(app_bench(app));
    bool known = bench_summary(app_bench(app), 0, NULL) != NULL;
    draw_headings(cells, rect_cut_top(&area, 1), columns_for(area.w));
    list_place(&d->list, area);
    for (int i = 0; i < d->list.count; i++) {
        Rect row = list_row(&d->list, i);
        const Line *line = &d->line[i];
        bool here = i == d->list.at;
        if (rect_empty(row))
            continue;
        list_mark(&d->list, cells, i, !d->in_form);
        if (line->kind == LINE_LAYER)
            draw_layer(app, line, cells, row, here, known);
        else if (line->kind == LINE_BLOCK)
            draw_block(design, line->block, cells, row);
        else if (line->kind == LINE_STAGE)
            draw_stage(design, line->stage, cells, row);
        else if (line->kind == LINE_SETTING)
            draw_setting(design, line, cells, row, here);
        else if (line->kind == LINE_INPUT) {
            char shape[SHAPE_TEXT];
            shape_text(design->input, shape);
            cells_text(cells, row.x + 6, row.y, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), "input");
            cells_text(cells, row.x + columns_for(row.w).out, row.y, plain(ROLE_TEXT), shape);
        }
    }
    list_scrollbar(&d->list, cells);
}

static void draw_doctor(App *app, Cells *cells, Rect area)
{
    static const Role roles[] = {[SEVERITY_HINT] = ROLE_DIM, [SEVERITY_WARNING] = ROLE_ACCENT, [SEVERITY_ERROR] = ROLE_BAD};
    const Diagnosis *diagnosis = bench_diagnosis(app_bench(app));
    int x = cells_text(cells, area.x, area.y, bold(ROLE_TEXT), "doctor") + 2;
    if (!diagnosis->count) {
        cells_text(cells, x, area.y, plain(ROLE_GOOD), "✓ all fits");
        return;
    }
    const Finding *finding = &diagnosis->finding[0];
    if (diagnosis->count > 1)
        x = cells_textf(cells, x, area.y, plain(ROLE_DIM), "1 of %d", diagnosis->count) + 2;
    if (finding->cure[0] && finding->cured) {
        x = cells_text(cells, x, area.y, bold(ROLE_ACCENT), "f ");
        cells_text_cut(cells, x, area.y, area.x + area.w - x, plain(ROLE_TEXT), finding->cure);
    }
    rect_cut_top(&area, 1);
    cells_wrap(cells, area, plain(roles[finding->severity]), finding->text);
}

static void draw_totals(App *app, Cells *cells, Rect area)
{
    const Error *why;
    const Summary *summary = bench_summary(app_bench(app), 0, &why);
    const Estimate *estimate = bench_estimate(app_bench(app), 0);
    const Design *design = bench_design(app_bench(app));
    const Data *data = bench_data(app_bench(app));
    char a[32], b[32], text[64];
    if (!summary) {
        cells_wrap(cells, area, plain(ROLE_BAD), why->what);
        return;
    }
    grouped(a, sizeof a, (double)summary->code);
    cells_text(cells, area.x, area.y, plain(ROLE_DIM), "code");
    int x = cells_textf(cells, area.x + 12, area.y, bold(ROLE_ACCENT), "%s number%s", a, summary->code == 1 ? "" : "s");
    if (summary->code)
        cells_textf(cells, x + 2, area.y, plain(ROLE_DIM), "%.3g : 1", (double)summary->input / (double)summary->code);
    grouped(a, sizeof a, (double)summary->parameters);
    brief_bytes(b, sizeof b, (double)summary->bytes_training);
    cells_text(cells, area.x, area.y + 1, plain(ROLE_DIM), "parameters");
    x = cells_text(cells, area.x + 12, area.y + 1, plain(ROLE_TEXT), a);
    cells_text_cut(cells, x + 2, area.y + 1, area.x + area.w - x - 2, plain(ROLE_DIM), b);
    cells_text(cells, area.x, area.y + 2, plain(ROLE_DIM), "an epoch");
    if (!estimate || !data || estimate->samples_per_s <= 0) {
        cells_text(cells, area.x + 12, area.y + 2, plain(ROLE_FAINT), data ? "measuring" : "no data yet");
        return;
    }
    double seconds = data->train.count / estimate->samples_per_s;
    int epochs = train_spec_epochs(&design->stage[0].train);
    brief_seconds(a, sizeof a, seconds);
    brief_seconds(b, sizeof b, seconds * epochs);
    x = cells_textf(cells, area.x + 12, area.y + 2, plain(ROLE_TEXT), "≈ %s", a);
    snprintf(text, sizeof text, "×%d %s", epochs, b);
    cells_text_cut(cells, x + 1, area.y + 2, area.x + area.w - x - 1, plain(ROLE_DIM), text);
}

static void form_title(App *app, char *title, size_t size, char *note, size_t note_size)
{
    const Line *line = design_chosen(app);
    const Design *design = bench_design(app_bench(app));
    note[0] = '\0';
    if (line->kind == LINE_LAYER) {
        const LayerSpec *spec = &design->layer[line->layer];
        snprintf(title, size, "%s", spec->set.kind->name);
        snprintf(note, note_size, "%s%s", spec->name, design_layer_mirrored(design, line->layer) ? ", mirrored: b makes it yours" : "");
    } else if (line->kind == LINE_SETTING)
        snprintf(title, size, "%s", train_settings[line->setting].name);
    else if (line->kind == LINE_INPUT)
        snprintf(title, size, "input");
    else if (line->kind == LINE_BLOCK)
        snprintf(title, size, "%s", design->block[line->block].name);
    else
        snprintf(title, size, "training");
}

/* A sentence about the field, or about the layer or setting while the list is in use. */
static const char *sentence(App *app)
{
    Designer *d = self(app);
    const Line *line = design_chosen(app);
    const Design *design = bench_design(app_bench(app));
    if (d->in_form && d->form.count) {
        const Field *field = &d->field[d->form.list.at];
        if (field->row.type == PARAM_CHOICE && field->row.choices[field->value.choice].help)
            return field->row.choices[field->value.choice].help;
        return field->row.help;
    }
    switch (line->kind) {
    case LINE_LAYER: return design->layer[line->layer].set.kind->help;
    case LINE_SETTING: return train_settings[line->setting].help;
    case LINE_INPUT: return "the shape of one picture; it must be the data's";
    case LINE_BLOCK: return line->block == 0 ? "from the picture to the code" : "from the code back to the picture";
    default: return "how the network learns";
    }
}

static void draw_form(App *app, Cells *cells, Rect area)
{
    Designer *d = self(app);
    char title[64], note[96];
    form_title(app, title, sizeof title, note, sizeof note);
    heading_draw(cells, &area, title, note);
    form_draw(&d->form, cells, rect_cut_top(&area, d->form.count < area.h - 4 ? d->form.count : area.h - 4), d->in_form);
    rect_cut_top(&area, d->form.count ? 1 : 0);
    const char *text = d->form.editing && d->form.error.kind ? d->form.error.what : sentence(app);
    Role role = d->form.editing && d->form.error.kind ? ROLE_BAD : ROLE_DIM;
    Rect help = rect_cut_top(&area, area.h > 8 ? 3 : 2);
    cells_wrap(cells, help, plain(role), text ? text : "");
    Rect totals = rect_cut_bottom(&area, 3);
    draw_totals(app, cells, totals);
    rect_cut_bottom(&area, 1);
    const Summary *summary = bench_summary(app_bench(app), 0, NULL);
    if (summary && area.h >= 4)
        silhouette_draw(cells, area, summary, design_chosen(app)->kind == LINE_LAYER ? design_chosen(app)->layer : -1);
}

void design_draw(App *app, Cells *cells, Rect area)
{
    design_make_form(app);
    bool narrow = area.w < 70;
    Rect left = rect_cut_left(&area, narrow ? area.w : area.w >= 116 ? 78 : area.w - 31);
    rect_cut_left(&area, 2);
    Rect doctor = rect_cut_bottom(&left, left.h >= 16 ? 3 : left.h >= 10 ? 1 : 0);
    if (doctor.h > 1)
        rect_cut_bottom(&left, 1);
    if (narrow && self(app)->in_form)
        draw_form(app, cells, left);
    else
        draw_list(app, cells, left);
    if (doctor.h)
        draw_doctor(app, cells, doctor);
    if (!narrow)
        draw_form(app, cells, area);
}
