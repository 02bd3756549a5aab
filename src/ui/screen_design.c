/* The designer: the design as a list of lines, the form of the chosen one beside it, the doctor below.
 *
 * A line is what the text form would have: input, a block, a layer, a stage, a setting of training.  Every edit makes a new design
 * and hands it to the bench, which keeps the old one for undo. */
#include "config.h"

#include "ui/screens.h"

#include "base/mem.h"
#include "spec/preset.h"
#include "ui/bench.h"
#include "ui/silhouette.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = DESIGN_LAYERS + DESIGN_BLOCKS + DESIGN_STAGES * (TRAIN_SETTINGS + 2) + 8, FIELDS = PARAM_MAX + 2, KINDS = 24 };

typedef enum LineKind { LINE_INPUT, LINE_BLOCK, LINE_LAYER, LINE_STAGE, LINE_SETTING, LINE_GAP } LineKind;
typedef struct Line { LineKind kind; int block, layer, at, stage, setting; } Line;

typedef struct Designer {
    List list;
    Line line[LINES];
    unsigned version;        /* of the design the lines show */
    Form form;
    Field field[FIELDS];
    ParamChoice kind[KINDS]; /* the choices of a setting's kind */
    bool in_form;
    int formed;              /* the line the form shows; -1: none */
    int inserting_block, inserting_at;
} Designer;

static Designer *self(App *app) { return app_state(app, &screen_design); }

/* ---- lines */

static void fill(App *app)
{
    Designer *d = self(app);
    const Design *design = bench_design(app_bench(app));
    int n = 0;
    d->line[n++] = (Line){.kind = LINE_INPUT};
    for (int b = 0; b < design->blocks; b++) {
        d->line[n++] = (Line){.kind = LINE_BLOCK, .block = b};
        for (int i = 0; i < design->block[b].count; i++)
            d->line[n++] = (Line){.kind = LINE_LAYER, .block = b, .layer = design->block[b].first + i, .at = i};
    }
    for (int s = 0; s < design->stages; s++) {
        d->line[n++] = (Line){.kind = LINE_GAP};
        d->line[n++] = (Line){.kind = LINE_STAGE, .stage = s};
        for (int t = 0; t < TRAIN_SETTINGS; t++)
            d->line[n++] = (Line){.kind = LINE_SETTING, .stage = s, .setting = t};
    }
    d->list.count = n;
    if (d->list.at >= n)
        d->list.at = n - 1;
    d->version = bench_version(app_bench(app));
    d->formed = -1;
}

static const Line *chosen(App *app)
{
    Designer *d = self(app);
    if (d->version != bench_version(app_bench(app)))
        fill(app);
    return &d->line[d->list.at];
}

/* ---- the form of the chosen line */

static void add_rows(Designer *d, const ParamSet *set, bool off)
{
    for (int i = 0; i < set->kind->count && d->form.count < FIELDS; i++) {
        const ParamRow *row = &set->kind->rows[i];
        Field *field = &d->field[d->form.count++];
        Value normal;
        *field = (Field){.row = *row, .value = set->value[i], .off = off, .tag = i};
        snprintf(field->label, sizeof field->label, "%s", *row->name ? row->name : "value");
        field->changed = row->normal && param_parse(row, row->normal, &normal, NULL) && !param_equal(row, &normal, &set->value[i]);
    }
}

static void add_kind(Designer *d, int setting, const ParamKind *now)
{
    int count = 0;
    Field *field = &d->field[d->form.count++];
    *field = (Field){.tag = -1, .row = {.name = train_settings[setting].name, .type = PARAM_CHOICE, .choices = d->kind,
                                        .help = now->help}};
    snprintf(field->label, sizeof field->label, "%s", train_settings[setting].name);
    for (const ParamKind *kind; count < KINDS - 1 && (kind = train_settings[setting].kind(count)) != NULL; count++) {
        d->kind[count] = (ParamChoice){.word = kind->name, .help = kind->help};
        if (kind == now)
            field->value.choice = count;
    }
    d->kind[count] = (ParamChoice){0};
}

static const ParamRow input_row = {.name = "shape", .type = PARAM_SHAPE, .min = 1, .max = 4096,
                                   .help = "height x width x channels of a picture, or one number for a vector"};

static void make_form(App *app)
{
    Designer *d = self(app);
    const Line *line = chosen(app);
    const Design *design = bench_design(app_bench(app));
    int at = d->form.list.at;
    if (d->formed == d->list.at)
        return;
    d->form = (Form){.field = d->field, .label_width = 11, .list = {.at = at}};
    d->formed = d->list.at;
    if (line->kind == LINE_LAYER) {
        add_rows(d, &design->layer[line->layer].set, design_layer_mirrored(design, line->layer));
    } else if (line->kind == LINE_SETTING) {
        const ParamSet *set = &design->stage[line->stage].train.set[line->setting];
        if (train_settings[line->setting].kind(1))
            add_kind(d, line->setting, set->kind);
        add_rows(d, set, false);
    } else if (line->kind == LINE_INPUT) {
        Shape in = design->input;
        d->field[d->form.count++] = (Field){.label = "shape", .row = input_row,
            .value = in.flat ? (Value){.size = {in.c}, .rank = 1} : (Value){.size = {in.h, in.w, in.c}, .rank = 3}};
    }
    if (d->form.list.at >= d->form.count)
        d->form.list.at = 0;
}

/* The mirrors are remade; a design that does not fit yet is shown with its mistake, not refused. */
static void take(App *app, Design *design)
{
    Error err = {0};
    if (!design_refresh(design, &err))
        app_say_error(app, &err);
    bench_set_design(app_bench(app), design);
    fill(app);
    make_form(app);
    app_touch(app);
}

static void field_changed(App *app)
{
    Designer *d = self(app);
    const Line *line = chosen(app);
    const Field *field = &d->field[d->form.list.at];
    Design *design = design_copy(bench_design(app_bench(app)));
    if (line->kind == LINE_LAYER) {
        design->layer[line->layer].set.value[field->tag] = field->value;
    } else if (line->kind == LINE_SETTING && field->tag < 0) {
        design->stage[line->stage].train.set[line->setting] = param_set_new(train_settings[line->setting].kind(field->value.choice));
    } else if (line->kind == LINE_SETTING) {
        design->stage[line->stage].train.set[line->setting].value[field->tag] = field->value;
    } else if (line->kind == LINE_INPUT) {
        const Value *v = &field->value;
        design->input = v->rank == 1 ? shape_vector(v->size[0]) : shape_map(v->size[0], v->size[1], v->rank == 3 ? v->size[2] : 1);
    }
    take(app, design);
}

/* ---- drawing */

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
    const Summary *summary = known ? bench_summary(app_bench(app), NULL) : NULL;
    const Estimate *estimate = bench_estimate(app_bench(app));
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
    bool known = bench_summary(app_bench(app), NULL) != NULL;
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
    const Summary *summary = bench_summary(app_bench(app), &why);
    const Estimate *estimate = bench_estimate(app_bench(app));
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
    const Line *line = chosen(app);
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
    const Line *line = chosen(app);
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
    const Summary *summary = bench_summary(app_bench(app), NULL);
    if (summary && area.h >= 4)
        silhouette_draw(cells, area, summary, chosen(app)->kind == LINE_LAYER ? chosen(app)->layer : -1);
}

static void draw(App *app, Cells *cells, Rect area)
{
    make_form(app);
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

/* ---- moving */

static bool leave_form(App *app)
{
    Designer *d = self(app);
    d->in_form = false;
    d->form.editing = false;
    return true;
}

static bool grab(App *app, const Event *event)
{
    Designer *d = self(app);
    make_form(app);
    if (event->kind == EVENT_MOUSE) {
        FormResult result = form_event(&d->form, event);
        if (result != FORM_IGNORED)
            d->in_form = true;
        if (result == FORM_CHANGED)
            field_changed(app);
        return result != FORM_IGNORED;
    }
    if (!d->in_form || event->kind != EVENT_KEY)
        return false;
    FormResult result = form_event(&d->form, event);
    if (result == FORM_CHANGED)
        field_changed(app);
    if (result != FORM_IGNORED)
        return true;
    if (event->key == K_ESC || event->key == K_TAB || event->key == K_BACK_TAB)
        return leave_form(app);
    return false;
}

static bool event(App *app, const Event *event)
{
    Designer *d = self(app);
    int before = d->list.at;
    chosen(app);
    if (!list_event(&d->list, event))
        return false;
    int step = d->list.at < before ? -1 : 1;
    if (d->line[d->list.at].kind == LINE_GAP)
        d->list.at += step;
    d->in_form = false;
    if (before != d->list.at)
        d->form.list.at = 0;
    return true;
}

/* ---- actions */

static void do_edit(App *app, const char *argument)
{
    (void)argument;
    Designer *d = self(app);
    make_form(app);
    if (d->form.count)
        d->in_form = true;
}

/* A new layer with values that make sense where a field has no default. */
static LayerSpec fresh_layer(const LayerKind *kind, Shape in)
{
    LayerSpec spec = layer_spec_new(kind);
    for (int i = 0; i < kind->param.count; i++) {
        const ParamRow *row = &kind->param.rows[i];
        Value *value = &spec.set.value[i];
        if (row->normal)
            continue;
        if (row->type == PARAM_INT)
            value->number = 32;
        else if (row->type == PARAM_PAIR)
            *value = (Value){.size = {3, 3}, .rank = 2};
        else if (row->type == PARAM_SHAPE)
            *value = in.flat ? (Value){.size = {1, 1, in.c}, .rank = 3} : (Value){.size = {in.h, in.w, in.c}, .rank = 3};
        else if (row->type == PARAM_REAL)
            value->number = 0.1;
    }
    return spec;
}

/* The shape behind the layers in front of a place in a block, as far as it can be known. */
static Shape shape_at(const Design *design, int block, int at)
{
    Shape shape = design->input;
    Error err = {0};
    if (!design_block_input(design, block, &shape, &err))
        shape = design->input;
    for (int i = 0; i < at; i++) {
        LayerPlan plan = {0};
        if (!design_plan_layer(&design->layer[design->block[block].first + i], shape, &plan, &err))
            break;
        shape = plan.out;
        layer_plan_clear(&plan);
    }
    return shape;
}

static void kind_chosen(App *app, int index)
{
    Designer *d = self(app);
    if (index < 0)
        return;
    Design *design = design_copy(bench_design(app_bench(app)));
    int block = d->inserting_block, at = d->inserting_at;
    LayerSpec spec = fresh_layer(layer_kinds[index], shape_at(design, block, at));
    Error err = {0};
    if (!design_insert_layer(design, block, at, &spec, &err)) {
        app_say_error(app, &err);
        design_free(design);
        return;
    }
    take(app, design);
    for (int i = 0; i < d->list.count; i++)
        if (d->line[i].kind == LINE_LAYER && d->line[i].block == block && d->line[i].at == at)
            d->list.at = i;
    d->form.list.at = 0;
    make_form(app);
    d->in_form = d->form.count > 0;
}

static void do_add(App *app, const char *argument)
{
    Designer *d = self(app);
    const Line *line = chosen(app);
    const Design *design = bench_design(app_bench(app));
    d->inserting_block = line->kind == LINE_LAYER || line->kind == LINE_BLOCK ? line->block : 0;
    d->inserting_at = line->kind == LINE_LAYER ? line->at + 1 : line->kind == LINE_BLOCK ? 0 : design->block[0].count;
    const Block *block = &design->block[d->inserting_block];
    if (block->mirror != MIRROR_NONE && d->inserting_at < block->mirrored) {
        app_say(app, ROLE_DIM, "the %s is made by its mirror: change the encoder, or press b to make these layers yours", block->name);
        return;
    }
    const char *names[64], *helps[64];
    for (int i = 0; i < layer_kinds_count && i < 64; i++) {
        names[i] = layer_kinds[i]->param.name;
        helps[i] = layer_kinds[i]->param.help;
        if (argument && strcmp(argument, names[i]) == 0) {
            kind_chosen(app, i);
            return;
        }
    }
    app_pick(app, "add a layer", names, helps, layer_kinds_count < 64 ? layer_kinds_count : 64, 0, kind_chosen);
}

static bool on_layer(App *app)
{
    const Line *line = chosen(app);
    return line->kind == LINE_LAYER && !design_layer_mirrored(bench_design(app_bench(app)), line->layer);
}

static void do_delete(App *app, const char *argument)
{
    (void)argument;
    const Line *line = chosen(app);
    Design *design = design_copy(bench_design(app_bench(app)));
    design_remove_layer(design, line->block, line->at);
    take(app, design);
}

static void move(App *app, int by)
{
    Line line = *chosen(app);
    Designer *d = self(app);
    const Block *block = &bench_design(app_bench(app))->block[line.block];
    if (line.at + by < 0 || line.at + by >= block->count)
        return;
    Design *design = design_copy(bench_design(app_bench(app)));
    design_move_layer(design, line.block, line.at, by);
    take(app, design);
    d->list.at += by;
    make_form(app);
}

static void do_up(App *app, const char *argument) { (void)argument; move(app, -1); }
static void do_down(App *app, const char *argument) { (void)argument; move(app, 1); }

static void do_duplicate(App *app, const char *argument)
{
    (void)argument;
    Line line = *chosen(app);
    Design *design = design_copy(bench_design(app_bench(app)));
    LayerSpec spec = design->layer[line.layer];
    Error err = {0};
    spec.name[0] = '\0';
    if (!design_insert_layer(design, line.block, line.at + 1, &spec, &err))
        app_say_error(app, &err);
    take(app, design);
    self(app)->list.at++;
}

static void do_undo(App *app, const char *argument)
{
    (void)argument;
    if (!bench_undo(app_bench(app)))
        app_say(app, ROLE_DIM, "nothing to undo");
    leave_form(app);
    fill(app);
}

static void do_redo(App *app, const char *argument)
{
    (void)argument;
    if (!bench_redo(app_bench(app)))
        app_say(app, ROLE_DIM, "nothing to redo");
    leave_form(app);
    fill(app);
}

static void do_mirror(App *app, const char *argument)
{
    (void)argument;
    Design *design = design_copy(bench_design(app_bench(app)));
    Error err = {0};
    int block = design_block_find(design, "decoder");
    if (block < 0)
        block = design_add_block(design, "decoder", &err);
    if (block < 0) {
        app_say_error(app, &err);
        design_free(design);
        return;
    }
    design_set_mirror(design, block, MIRROR_EXACT);
    take(app, design);
    app_say(app, ROLE_TEXT, "the decoder mirrors the encoder; u takes it back, b makes its layers yours");
}

static bool can_break(App *app)
{
    const Design *design = bench_design(app_bench(app));
    for (int b = 0; b < design->blocks; b++)
        if (design->block[b].mirror != MIRROR_NONE)
            return true;
    return false;
}

static void do_break(App *app, const char *argument)
{
    (void)argument;
    Design *design = design_copy(bench_design(app_bench(app)));
    for (int b = 0; b < design->blocks; b++)
        design_break_mirror(design, b);
    take(app, design);
    app_say(app, ROLE_TEXT, "the decoder's layers are yours now");
}

static bool can_fix(App *app)
{
    const Diagnosis *diagnosis = bench_diagnosis(app_bench(app));
    return diagnosis->count > 0 && diagnosis->finding[0].cured;
}

static void do_fix(App *app, const char *argument)
{
    (void)argument;
    const Finding *finding = &bench_diagnosis(app_bench(app))->finding[0];
    char cure[sizeof finding->cure];
    snprintf(cure, sizeof cure, "%s", finding->cure);
    take(app, design_copy(finding->cured));
    app_say(app, ROLE_GOOD, "%s", cure);
}

static void preset_chosen(App *app, int index)
{
    Error err = {0};
    if (index >= 0 && !bench_open_design(app_bench(app), presets[index].name, &err))
        app_say_error(app, &err);
    self(app)->list.at = 0;
    fill(app);
}

static void do_presets(App *app, const char *argument)
{
    (void)argument;
    const char *names[64], *helps[64];
    int count = presets_count < 64 ? presets_count : 64;
    for (int i = 0; i < count; i++) {
        names[i] = presets[i].name;
        helps[i] = presets[i].summary;
    }
    app_pick(app, "start from a preset", names, helps, count, 0, preset_chosen);
}

static void save_entered(App *app, const char *text)
{
    Error err = {0};
    if (!text)
        return;
    if (bench_save_design(app_bench(app), text, &err))
        app_say(app, ROLE_GOOD, "written to %s", text);
    else
        app_say_error(app, &err);
}

static void do_save(App *app, const char *argument)
{
    char path[DESIGN_NAME + 8];
    snprintf(path, sizeof path, "%s.net", bench_design(app_bench(app))->name);
    if (argument)
        save_entered(app, argument);
    else
        app_prompt(app, "save the design", "In the text form, every default spelt out.", path, save_entered, NULL);
}

static void do_train(App *app, const char *argument)
{
    (void)argument;
    Error err = {0};
    if (bench_train(app_bench(app), &err))
        app_go(app, &screen_train);
    else
        app_say_error(app, &err);
}

static void do_wizard(App *app, const char *argument)
{
    (void)argument;
    app_go(app, &screen_wizard);
}

static void do_set(App *app, const char *argument)
{
    Error err = {0};
    Design *design = design_copy(bench_design(app_bench(app)));
    if (argument && design_set(design, argument, &err)) {
        take(app, design);
        return;
    }
    design_free(design);
    if (argument)
        app_say_error(app, &err);
}

static void seed_entered(App *app, const char *text)
{
    char *end;
    unsigned long long seed = text ? strtoull(text, &end, 10) : 0;
    if (text && end != text && *end == '\0')
        bench_set_seed(app_bench(app), seed);
}

static void do_seed(App *app, const char *argument)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)bench_seed(app_bench(app)));
    if (argument)
        seed_entered(app, argument);
    else
        app_prompt(app, "seed", "Weights, order, noise: everything random follows from it.", text, seed_entered, NULL);
}

static const Action actions[] = {
    {"edit", "Enter Tab", "edit", "change the chosen line in its form", do_edit, NULL, NULL},
    {"add", "a", "add", "add a layer behind the chosen one", do_add, NULL, "KIND"},
    {"delete", "d Delete", "delete", "take the chosen layer out", do_delete, on_layer, NULL},
    {"move-up", "K Shift-Up", "J K|move", "move the layer up", do_up, on_layer, NULL},
    {"move-down", "J Shift-Down", NULL, "move the layer down", do_down, on_layer, NULL},
    {"duplicate", "y", NULL, "the same layer once more", do_duplicate, on_layer, NULL},
    {"fix", "f", "fix", "take the doctor's cure", do_fix, can_fix, NULL},
    {"mirror", "m", "mirror", "make the decoder the mirror of the encoder", do_mirror, NULL, NULL},
    {"break", "b", NULL, "make the mirrored layers your own", do_break, can_break, NULL},
    {"undo", "u", "undo", "take the last change back", do_undo, NULL, NULL},
    {"redo", "^R", NULL, "and forward again", do_redo, NULL, NULL},
    {"train", "t F5", "train", "train this design", do_train, NULL, NULL},
    {"presets", "p F2", "presets", "start from a preset", do_presets, NULL, NULL},
    {"wizard", "w n", "wizard", "a new network, question by question", do_wizard, NULL, NULL},
    {"save", "s", "save", "write the design in its text form", do_save, NULL, "FILE"},
    {"set", NULL, NULL, "change a setting: lr=0.01, conv_1.filters=16", do_set, NULL, "KEY=VALUE"},
    {"seed", NULL, NULL, "the seed of everything random", do_seed, NULL, "N"},
};

const Screen screen_design = {
    .name = "design", .title = "Design", .about = "the network, layer by layer", .state_size = sizeof(Designer), .actions = actions,
    .count = COUNT_OF(actions), .draw = draw, .grab = grab, .event = event,
};
