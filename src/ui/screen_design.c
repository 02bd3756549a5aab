/* The designer: the design as a list of lines, the form of the chosen one beside it, the doctor below.
 *
 * A line is what the text form would have: input, a block, a layer, a stage, a setting of training.  This file keeps lines, cursor and
 * form in step with the design; what keys change is design_edit.c's, files are design_files.c's. */
#include "config.h"

#include "ui/design_own.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static Designer *self(App *app) { return design_state(app); }

/* ---- lines */

static Line *add_line(Designer *d, LineKind kind)
{
    Line *line = &d->line[d->list.count < LINES - 1 ? d->list.count++ : LINES - 1];
    *line = (Line){.kind = kind, .layer = -1, .stage = -1, .setting = -1};
    return line;
}

static void add_layer(App *app, int block, int at)
{
    Designer *d = self(app);
    int layer = bench_design(app_bench(app))->block[block].first + at;
    Line *line = add_line(d, LINE_LAYER);
    line->block = block;
    line->layer = layer;
    line->at = at;
    for (int i = 0; i < d->told->count; i++)
        if (d->told->finding[i].layer == layer && d->told->finding[i].severity == SEVERITY_ERROR) {
            line = add_line(d, LINE_NOTE);
            line->layer = layer;
            line->finding = i;
            return;
        }
}

static void fill(App *app)
{
    Designer *d = self(app);
    Bench *bench = app_bench(app);
    const Design *design = bench_design(bench);
    d->told = bench_diagnosis(bench);
    d->told_data = bench_data(bench);
    d->version = bench_version(bench);
    d->formed = -1;
    if (d->stage >= design->stages)
        d->stage = 0;
    if (d->finding >= d->told->count)
        d->finding = 0;
    d->list.count = 0;
    add_line(d, LINE_INPUT);
    for (int b = 0; b < design->blocks; b++) {
        add_line(d, LINE_BLOCK)->block = b;
        for (int i = 0; i < design->block[b].count; i++)
            add_layer(app, b, i);
    }
    add_line(d, LINE_GAP);
    for (int s = 0; s < design->stages; s++) {
        add_line(d, LINE_STAGE)->stage = s;
        for (int t = 0; t < TRAIN_SETTINGS && s == d->stage; t++) {
            Line *line = add_line(d, LINE_SETTING);
            line->stage = s;
            line->setting = t;
        }
    }
}

static bool passed_over(const Line *line)
{
    return line->kind == LINE_GAP || line->kind == LINE_NOTE;
}

static bool same_line(const Line *a, const Line *b)
{
    return a->kind == b->kind && a->block == b->block && a->layer == b->layer && a->stage == b->stage && a->setting == b->setting;
}

/* Puts the cursor on the line; else near where it was. */
static void find_line(Designer *d, const Line *wanted)
{
    int before = d->list.at;
    for (int i = 0; i < d->list.count; i++)
        if (same_line(&d->line[i], wanted)) {
            d->list.top += i - before; /* it stays at its place on the screen */
            d->list.at = i;
            return;
        }
    d->list.at = before < d->list.count ? before : d->list.count - 1;
    while (passed_over(&d->line[d->list.at]))
        d->list.at--;
}

void design_refill(App *app)
{
    Designer *d = self(app);
    Line was = d->list.count ? d->line[d->list.at] : (Line){.kind = LINE_INPUT, .layer = -1, .stage = -1, .setting = -1};
    fill(app);
    find_line(d, &was);
    design_make_form(app);
    app_touch(app);
}

const Line *design_chosen(App *app)
{
    Designer *d = self(app);
    const Data *data = bench_data(app_bench(app));
    if (d->version != bench_version(app_bench(app)) || d->told_data != data) {
        Line was = d->list.count ? d->line[d->list.at] : (Line){.kind = LINE_INPUT, .layer = -1, .stage = -1, .setting = -1};
        fill(app);
        find_line(d, &was);
    }
    return &d->line[d->list.at];
}

void design_choose_layer(App *app, int layer)
{
    Designer *d = self(app);
    design_chosen(app);
    for (int i = 0; i < d->list.count; i++)
        if (d->line[i].kind == LINE_LAYER && d->line[i].layer == layer)
            d->list.at = i;
    design_make_form(app);
}

/* Does the stage's network hold the layer? */
static bool stage_runs(const Design *design, int stage, int layer)
{
    int of[DESIGN_LAYERS], count = outline_stage_layers(design, stage, of);
    for (int i = 0; i < count; i++)
        if (of[i] == layer)
            return true;
    return false;
}

void design_show_stage(App *app, int stage)
{
    Designer *d = self(app);
    if (stage == d->stage)
        return;
    d->stage = stage;
    design_refill(app);
}

/* The cursor decides which stage is shown: its own line, or one that runs the chosen layer. */
static void follow_cursor(App *app)
{
    Designer *d = self(app);
    const Line *line = design_chosen(app);
    const Design *design = bench_design(app_bench(app));
    if (line->kind == LINE_STAGE)
        design_show_stage(app, line->stage);
    if (line->kind != LINE_LAYER || stage_runs(design, d->stage, line->layer))
        return;
    for (int s = 0; s < design->stages; s++)
        if (stage_runs(design, s, line->layer)) {
            design_show_stage(app, s);
            return;
        }
}

/* ---- the form of the chosen line */

const ParamSet *design_line_set(App *app, const Line *line, const ParamSet **base)
{
    Bench *bench = app_bench(app);
    const Design *design = bench_design(bench), *origin = bench_base(bench);
    *base = NULL;
    if (line->kind == LINE_LAYER) {
        *base = design_diff_layer_base(bench_diff(bench), design, origin, line->layer);
        return &design->layer[line->layer].set;
    }
    if (line->kind == LINE_SETTING) {
        *base = design_diff_setting_base(design, origin, line->stage, (TrainSetting)line->setting);
        return &design->stage[line->stage].train.set[line->setting];
    }
    return NULL;
}

bool design_line_changed(App *app, const Line *line)
{
    const ParamSet *base, *set = design_line_set(app, line, &base);
    const Design *design = bench_design(app_bench(app)), *origin = bench_base(app_bench(app));
    return set ? !base || !param_set_equal(set, base) : line->kind == LINE_INPUT && !shape_equal(design->input, origin->input);
}

static void add_rows(Designer *d, const ParamSet *set, const ParamSet *base, bool off)
{
    for (int i = 0; i < set->kind->count && d->form.count < FIELDS; i++) {
        const ParamRow *row = &set->kind->rows[i];
        Field *field = &d->field[d->form.count++];
        *field = (Field){.row = *row, .value = set->value[i], .off = off, .tag = i};
        snprintf(field->label, sizeof field->label, "%s", *row->name ? row->name : "value");
        field->changed = base && !param_equal(row, &base->value[i], &set->value[i]);
        if (field->changed) {
            Str was = {0};
            param_print(row, &base->value[i], &was);
            snprintf(field->was, sizeof field->was, "%s", was.text);
            str_clear(&was);
        }
    }
}

static void add_kind(Designer *d, int setting, const ParamSet *now, const ParamSet *was)
{
    int count = 0;
    Field *field = &d->field[d->form.count++];
    *field = (Field){.tag = -1, .row = {.name = train_settings[setting].name, .type = PARAM_CHOICE, .choices = d->kind,
                                        .help = now->kind->help}};
    snprintf(field->label, sizeof field->label, "%s", train_settings[setting].name);
    for (const ParamKind *kind; count < KINDS - 1 && (kind = train_settings[setting].kind(count)) != NULL; count++) {
        d->kind[count] = (ParamChoice){.word = kind->name, .help = kind->help};
        if (kind == now->kind)
            field->value.choice = count;
    }
    d->kind[count] = (ParamChoice){0};
    field->changed = was && was->kind != now->kind;
    if (field->changed)
        snprintf(field->was, sizeof field->was, "%s", was->kind->name);
}

static const ParamRow input_row = {.name = "shape", .type = PARAM_SHAPE, .min = 1, .max = 4096,
                                   .help = "height x width x channels of a picture, or one number for a vector"};

void design_make_form(App *app)
{
    Designer *d = self(app);
    const Line *line = design_chosen(app);
    const Design *design = bench_design(app_bench(app)), *origin = bench_base(app_bench(app));
    int at = d->form.list.at;
    if (d->formed == d->list.at)
        return;
    d->form = (Form){.field = d->field, .label_width = 11, .list = {.at = at}};
    d->formed = d->list.at;
    const ParamSet *base, *set = design_line_set(app, line, &base);
    if (line->kind == LINE_SETTING && train_settings[line->setting].kind(1)) {
        const ParamSet *was = line->stage < origin->stages ? &origin->stage[line->stage].train.set[line->setting] : NULL;
        add_kind(d, line->setting, set, was);
    }
    if (set)
        add_rows(d, set, base, line->kind == LINE_LAYER && design_layer_mirrored(design, line->layer));
    if (line->kind == LINE_INPUT) {
        Shape in = design->input;
        Field *field = &d->field[d->form.count++];
        *field = (Field){.label = "shape", .row = input_row, .changed = !shape_equal(in, origin->input),
            .value = in.flat ? (Value){.size = {in.c}, .rank = 1} : (Value){.size = {in.h, in.w, in.c}, .rank = 3}};
        if (field->changed)
            shape_text(origin->input, field->was);
    }
    if (d->form.list.at >= d->form.count)
        d->form.list.at = 0;
}

void design_take(App *app, Design *design)
{
    Error err = {0};
    (void)!design_refresh(design, &err); /* the doctor says what is wrong */
    bench_set_design(app_bench(app), design);
    design_refill(app);
}

static void field_changed(App *app)
{
    Designer *d = self(app);
    Line line = *design_chosen(app);
    const Field *field = &d->field[d->form.list.at];
    Design *design = design_copy(bench_design(app_bench(app)));
    if (line.kind == LINE_LAYER) {
        design->layer[line.layer].set.value[field->tag] = field->value;
    } else if (line.kind == LINE_SETTING && field->tag < 0) {
        design->stage[line.stage].train.set[line.setting] = param_set_new(train_settings[line.setting].kind(field->value.choice));
    } else if (line.kind == LINE_SETTING) {
        design->stage[line.stage].train.set[line.setting].value[field->tag] = field->value;
    } else if (line.kind == LINE_INPUT) {
        const Value *v = &field->value;
        design->input = v->rank == 1 ? shape_vector(v->size[0]) : shape_map(v->size[0], v->size[1], v->rank == 3 ? v->size[2] : 1);
    }
    design_take(app, design);
}

/* ---- moving */

enum { PANE_FORM = 1 };

bool design_in_form(App *app)
{
    return app_pane(app) == PANE_FORM;
}

void design_enter_form(App *app)
{
    app_focus(app, "form");
}

void design_leave_form(App *app)
{
    self(app)->form.editing = false;
    if (design_in_form(app))
        app_focus(app, "layers");
}

/* The form's keys go before the actions: letters and digits may be what is typed. */
static bool grab(App *app, const Event *event)
{
    Designer *d = self(app);
    design_make_form(app);
    if (!design_in_form(app)) {
        d->form.editing = false;
        return false;
    }
    if (event->kind != EVENT_KEY)
        return false;
    FormResult result = form_event(&d->form, event);
    if (result == FORM_CHANGED)
        field_changed(app);
    if (result != FORM_IGNORED)
        return true;
    if (event->key != K_ESC)
        return false;
    design_leave_form(app);
    return true;
}

static bool form_mouse(App *app, const Event *event)
{
    Designer *d = self(app);
    if (event->kind != EVENT_MOUSE)
        return false;
    design_make_form(app);
    if (form_event(&d->form, event) == FORM_CHANGED)
        field_changed(app);
    return true;
}

static bool event(App *app, const Event *event)
{
    Designer *d = self(app);
    int before = d->list.at;
    design_chosen(app);
    if (!list_event(&d->list, event))
        return false;
    int step = d->list.at < before ? -1 : 1;
    while (passed_over(&d->line[d->list.at]))
        d->list.at += step;
    if (before != d->list.at)
        d->form.list.at = 0;
    follow_cursor(app);
    return true;
}

/* The sample, once the design rests on the screen; a key held down does not start a pass for each of its changes. */
static void tick(App *app)
{
    Designer *d = self(app);
    if (through_tick(&d->through))
        app_touch(app);
    if (app_screen(app) == &screen_design)
        through_ask(&d->through, app_bench(app), d->stage, d->sample, app_wake(app));
}

static void close_screen(App *app)
{
    through_close(&self(app)->through);
}

/* ---- actions that only look */

const Finding *design_finding(App *app)
{
    Designer *d = self(app);
    const Diagnosis *diagnosis = bench_diagnosis(app_bench(app));
    if (d->finding >= diagnosis->count)
        d->finding = 0;
    return diagnosis->count ? &diagnosis->finding[d->finding] : NULL;
}

static void do_edit(App *app, const char *argument)
{
    (void)argument;
    Designer *d = self(app);
    design_make_form(app);
    if (d->form.count)
        design_enter_form(app);
}

static void do_view(App *app, const char *argument)
{
    static const char *const names[VIEWS] = {"shape", "sample", "changes", "text"};
    Designer *d = self(app);
    d->view = (View)((d->view + 1) % VIEWS);
    for (int i = 0; argument && i < VIEWS; i++)
        if (strcmp(argument, names[i]) == 0)
            d->view = (View)i;
    app_touch(app);
}

bool design_has_stages(App *app)
{
    return bench_design(app_bench(app))->stages > 1;
}

static void next_stage(App *app, int by)
{
    int stages = bench_design(app_bench(app))->stages;
    design_show_stage(app, (self(app)->stage + by + stages) % stages);
}

static void do_next_stage(App *app, const char *argument) { (void)argument; next_stage(app, 1); }
static void do_last_stage(App *app, const char *argument) { (void)argument; next_stage(app, -1); }

bool design_has_findings(App *app)
{
    return bench_diagnosis(app_bench(app))->count > 1;
}

static void do_next_finding(App *app, const char *argument)
{
    (void)argument;
    Designer *d = self(app);
    d->finding = (d->finding + 1) % bench_diagnosis(app_bench(app))->count;
    const Finding *finding = design_finding(app);
    if (finding->layer >= 0)
        design_choose_layer(app, finding->layer);
}

static void do_next_sample(App *app, const char *argument)
{
    (void)argument;
    const Dataset *set = bench_probe_set(app_bench(app));
    Designer *d = self(app);
    if (set && set->count)
        d->sample = (d->sample + 1) % set->count;
    tick(app);
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

static const Action actions[] = {
    {"edit", "Enter", "edit", "change the chosen line in its form", do_edit, NULL, NULL},
    {"add", "a", "add", "add a layer behind the chosen one", design_do_add, NULL, "KIND"},
    {"delete", "d Delete", "delete", "take the chosen layer out", design_do_delete, design_can_edit, NULL},
    {"fix", "f", "fix", "take the doctor's cure", design_do_fix, design_can_fix, NULL},
    {"undo", "u", "undo", "take the last change back", design_do_undo, NULL, NULL},
    {"view", "v", "view", "beside the list: the shape, a sample on its way through, what was changed, the text", do_view, NULL, "NAME"},
    {"train", "t F5", "train", "train this design", do_train, NULL, NULL},
    {"stage-next", ".", ", .|stage", "show the next stage", do_next_stage, design_has_stages, NULL},
    {"stage-before", ",", NULL, "show the stage before", do_last_stage, design_has_stages, NULL},
    {"mirror", "m", "mirror", "make the decoder the mirror of the encoder", design_do_mirror, NULL, NULL},
    {"move-up", "K Shift-Up", "J K|move", "move the layer up", design_do_up, design_can_edit, NULL},
    {"move-down", "J Shift-Down", NULL, "move the layer down", design_do_down, design_can_edit, NULL},
    {"duplicate", "y", "double", "the same layer once more", design_do_duplicate, design_can_edit, NULL},
    {"reset", "r", "reset", "the field, or all of the line, as it was in the preset; once more: its default", design_do_reset, design_can_reset, NULL},
    {"break", "b", "break mirror", "make the mirrored layers your own", design_do_break, design_can_break, NULL},
    {"redo", "^R", "redo", "and forward again", design_do_redo, NULL, NULL},
    {"finding", "!", NULL, "the doctor's next finding", do_next_finding, design_has_findings, NULL},
    {"sample", "Space", NULL, "another sample on its way through", do_next_sample, NULL, NULL},
    {"presets", "p F2", "presets", "start from a preset", design_do_presets, NULL, NULL},
    {"wizard", "w n", "wizard", "a new network, question by question", do_wizard, NULL, NULL},
    {"open", "o", "open", "open a design or an answers file", design_do_open, NULL, "FILE"},
    {"save", "s", "save", "write the design in its text form", design_do_save, NULL, "FILE"},
    {"save-answers", "e F8", NULL, "write an answers file that makes this design", design_do_answers, NULL, "FILE"},
    {"set", NULL, NULL, "change a setting: lr=0.01, conv_1.filters=16", design_do_set, NULL, "KEY=VALUE"},
    {"seed", NULL, NULL, "the seed of everything random", design_do_seed, NULL, "N"},
};

/* ---- panes */

static const Pane panes[] = {
    {"layers", NULL, 38, 8, design_draw_list, NULL},
    [PANE_FORM] = {"form", NULL, 26, 6, design_draw_form, form_mouse},
    {"doctor", NULL, 30, 1, design_draw_doctor, NULL},
    {"costs", NULL, 26, 3, design_draw_totals, NULL},
    {"view", NULL, 26, 5, design_draw_view, NULL},
    {"sample", NULL, 30, 16, design_draw_sample, NULL},
    {"shape", NULL, 30, 10, design_draw_shape, NULL},
    {"changes", NULL, 30, 4, design_draw_changes, NULL},
    {"text", NULL, 30, 8, design_draw_text, NULL},
};

/* The doctor has a line while all is well, the costs as many as the stages need: a small screen's lines belong to the layers. */
static const char *layout(App *app, int w, int h)
{
    bool stages = design_has_stages(app), well = !design_finding(app);
    if (w >= 160 && h >= 44)
        return stages ? "(layers / (doctor | changes)=12)=78 | (form=11 / shape / costs=5 / text=22) | sample"
                      : "(layers / (doctor | changes)=12)=78 | (form=11 / shape / costs=3 / text=22) | sample";
    if (w >= 112)
        return stages ? "(layers / doctor=3) | (form=10 / view / costs=5)=40" : "(layers / doctor=3) | (form=10 / view / costs=3)=40";
    if (well)
        return stages ? "(layers / doctor=1) | (form=8 / view / costs=5)=29" : "(layers / doctor=1) | (form=9 / view / costs=3)=29";
    return stages ? "(layers / doctor=3) | (form=8 / view / costs=5)=29" : "(layers / doctor=3) | (form=9 / view / costs=3)=29";
}

static void draw(App *app, Cells *cells, Rect area)
{
    design_make_form(app);
    app_panes(app, cells, area);
}

const Screen screen_design = {
    .name = "design", .title = "Design", .about = "the network, layer by layer", .state_size = sizeof(Designer), .actions = actions,
    .count = COUNT_OF(actions), .close = close_screen, .tick = tick, .draw = draw, .grab = grab, .event = event,
    .panes = panes, .panes_count = COUNT_OF(panes), .layout = layout,
};
