/* The form of the designer's chosen line: its fields, and what becomes of the design when one of them changes. */
#include "ui/design_own.h"

#include <stdio.h>

static Designer *self(App *app) { return design_state(app); }

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

/* ---- its keys */

bool design_in_form(App *app)
{
    return app_pane(app) == DESIGN_FORM;
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

bool design_form_grab(App *app, const Event *event)
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

bool design_form_mouse(App *app, const Event *event)
{
    Designer *d = self(app);
    if (event->kind != EVENT_MOUSE)
        return false;
    design_make_form(app);
    if (form_event(&d->form, event) == FORM_CHANGED)
        field_changed(app);
    return true;
}
