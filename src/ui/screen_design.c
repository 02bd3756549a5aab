/* The designer: the design as a list of lines, the form of the chosen one beside it, the doctor below.
 *
 * A line is what the text form would have: input, a block, a layer, a stage, a setting of training.  Every edit makes a new design
 * and hands it to the bench, which keeps the old one for undo. */
#include "config.h"

#include "ui/design_own.h"

#include "base/mem.h"
#include "spec/preset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Designer *self(App *app) { return design_state(app); }

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

const Line *design_chosen(App *app)
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

void design_make_form(App *app)
{
    Designer *d = self(app);
    const Line *line = design_chosen(app);
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
    design_make_form(app);
    app_touch(app);
}

static void field_changed(App *app)
{
    Designer *d = self(app);
    const Line *line = design_chosen(app);
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
    design_make_form(app);
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
    design_chosen(app);
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
    design_make_form(app);
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
    design_make_form(app);
    d->in_form = d->form.count > 0;
}

static void do_add(App *app, const char *argument)
{
    Designer *d = self(app);
    const Line *line = design_chosen(app);
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
    const Line *line = design_chosen(app);
    return line->kind == LINE_LAYER && !design_layer_mirrored(bench_design(app_bench(app)), line->layer);
}

static void do_delete(App *app, const char *argument)
{
    (void)argument;
    const Line *line = design_chosen(app);
    Design *design = design_copy(bench_design(app_bench(app)));
    design_remove_layer(design, line->block, line->at);
    take(app, design);
}

static void move(App *app, int by)
{
    Line line = *design_chosen(app);
    Designer *d = self(app);
    const Block *block = &bench_design(app_bench(app))->block[line.block];
    if (line.at + by < 0 || line.at + by >= block->count)
        return;
    Design *design = design_copy(bench_design(app_bench(app)));
    design_move_layer(design, line.block, line.at, by);
    take(app, design);
    d->list.at += by;
    design_make_form(app);
}

static void do_up(App *app, const char *argument) { (void)argument; move(app, -1); }
static void do_down(App *app, const char *argument) { (void)argument; move(app, 1); }

static void do_duplicate(App *app, const char *argument)
{
    (void)argument;
    Line line = *design_chosen(app);
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
    .count = COUNT_OF(actions), .draw = design_draw, .grab = grab, .event = event,
};
