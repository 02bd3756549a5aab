/* What the designer's keys do to the design.  Every edit makes a new design and hands it to the bench, which keeps the old one
 * for undo. */
#include "ui/design_own.h"

#include <stdio.h>
#include <string.h>

static Designer *self(App *app) { return design_state(app); }
static const Design *at_hand(App *app) { return bench_design(app_bench(app)); }

/* ---- layers */

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
static Shape shape_at(App *app, int block, int at)
{
    const Design *design = at_hand(app);
    const Outline *outline = bench_outline(app_bench(app));
    Shape shape = design->input;
    if (at > 0)
        return outline->row[design->block[block].first + at - 1].known ? outline->row[design->block[block].first + at - 1].out : shape;
    return design_block_input(design, block, &shape, NULL) ? shape : design->input;
}

static void kind_chosen(App *app, int index)
{
    Designer *d = self(app);
    if (index < 0)
        return;
    int block = d->inserting_block, at = d->inserting_at;
    LayerSpec spec = fresh_layer(layer_kinds[index], shape_at(app, block, at));
    Design *design = design_copy(at_hand(app));
    Error err = {0};
    if (!design_insert_layer(design, block, at, &spec, &err)) {
        app_say_error(app, &err);
        design_free(design);
        return;
    }
    design_take(app, design);
    design_choose_layer(app, at_hand(app)->block[block].first + at);
    d->form.list.at = 0;
    design_make_form(app);
    if (d->form.count)
        design_enter_form(app);
}

void design_do_add(App *app, const char *kind)
{
    Designer *d = self(app);
    const Line *line = design_chosen(app);
    const Design *design = at_hand(app);
    if (!design->blocks) {
        app_say(app, ROLE_DIM, "the design has no blocks: p starts from a preset, w asks for a new network");
        return;
    }
    d->inserting_block = line->kind == LINE_LAYER || line->kind == LINE_BLOCK ? line->block : 0;
    const Block *block = &design->block[d->inserting_block];
    d->inserting_at = line->kind == LINE_LAYER ? line->at + 1 : line->kind == LINE_INPUT ? 0 : line->kind == LINE_BLOCK ? block->mirrored : block->count;
    if (d->inserting_at < block->mirrored) {
        app_say(app, ROLE_DIM, "the %s is made by its mirror: change the encoder, or press b to make these layers yours", block->name);
        return;
    }
    const char *names[64], *helps[64];
    for (int i = 0; i < layer_kinds_count && i < 64; i++) {
        names[i] = layer_kinds[i]->param.name;
        helps[i] = layer_kinds[i]->param.help;
        if (kind && strcmp(kind, names[i]) == 0) {
            kind_chosen(app, i);
            return;
        }
    }
    app_pick(app, "add a layer", names, helps, layer_kinds_count < 64 ? layer_kinds_count : 64, 0, kind_chosen);
}

bool design_can_edit(App *app)
{
    const Line *line = design_chosen(app);
    return line->kind == LINE_LAYER && !design_layer_mirrored(at_hand(app), line->layer);
}

void design_do_delete(App *app, const char *argument)
{
    (void)argument;
    Line line = *design_chosen(app);
    Design *design = design_copy(at_hand(app));
    design_remove_layer(design, line.block, line.at);
    int left = design->block[line.block].count;
    design_take(app, design);
    if (left)
        design_choose_layer(app, at_hand(app)->block[line.block].first + (line.at < left ? line.at : left - 1));
}

static void move(App *app, int by)
{
    Line line = *design_chosen(app);
    const Block *block = &at_hand(app)->block[line.block];
    if (line.at + by < block->mirrored || line.at + by >= block->count)
        return;
    Design *design = design_copy(at_hand(app));
    design_move_layer(design, line.block, line.at, by);
    design_take(app, design);
    design_choose_layer(app, line.layer + by);
}

void design_do_up(App *app, const char *argument) { (void)argument; move(app, -1); }
void design_do_down(App *app, const char *argument) { (void)argument; move(app, 1); }

void design_do_duplicate(App *app, const char *argument)
{
    (void)argument;
    Line line = *design_chosen(app);
    Design *design = design_copy(at_hand(app));
    LayerSpec spec = design->layer[line.layer];
    Error err = {0};
    spec.name[0] = '\0';
    if (!design_insert_layer(design, line.block, line.at + 1, &spec, &err)) {
        app_say_error(app, &err);
        design_free(design);
        return;
    }
    design_take(app, design);
    design_choose_layer(app, line.layer + 1);
}

/* ---- back and forward */

bool design_can_undo(App *app) { return bench_can_undo(app_bench(app)); }
bool design_can_redo(App *app) { return bench_can_redo(app_bench(app)); }

static void travel(App *app, bool (*how)(Bench *))
{
    how(app_bench(app));
    design_leave_form(app);
    design_refill(app);
}

void design_do_undo(App *app, const char *argument)
{
    (void)argument;
    travel(app, bench_undo);
}

void design_do_redo(App *app, const char *argument)
{
    (void)argument;
    travel(app, bench_redo);
}

/* ---- the mirror */

void design_do_mirror(App *app, const char *argument)
{
    (void)argument;
    Design *design = design_copy(at_hand(app));
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
    design_take(app, design);
    if (!bench_diagnosis(app_bench(app))->count || bench_diagnosis(app_bench(app))->finding[0].severity < SEVERITY_ERROR)
        app_say(app, ROLE_TEXT, "the decoder mirrors the encoder; u takes it back, b makes its layers yours");
}

bool design_can_break(App *app)
{
    const Design *design = at_hand(app);
    for (int b = 0; b < design->blocks; b++)
        if (design->block[b].mirror != MIRROR_NONE)
            return true;
    return false;
}

void design_do_break(App *app, const char *argument)
{
    (void)argument;
    Design *design = design_copy(at_hand(app));
    for (int b = 0; b < design->blocks; b++)
        if (design->block[b].mirror != MIRROR_NONE)
            design_break_mirror(design, b);
    design_take(app, design);
    app_say(app, ROLE_TEXT, "the decoder's layers are yours now");
}

/* ---- the doctor's cure, and what was before */

bool design_can_fix(App *app)
{
    const Finding *finding = design_finding(app);
    return finding && finding->cured;
}

void design_do_fix(App *app, const char *argument)
{
    (void)argument;
    const Finding *finding = design_finding(app);
    char cure[sizeof finding->cure];
    snprintf(cure, sizeof cure, "%s", finding->cure);
    design_take(app, design_copy(finding->cured));
    app_say(app, ROLE_GOOD, "done: %s; u takes it back", cure);
}

bool design_can_reset(App *app)
{
    const Line *line = design_chosen(app);
    return line->kind == LINE_SETTING || line->kind == LINE_INPUT || design_can_edit(app);
}

/* One field: to what it was in the design one began with; where it is that already, to the kind's default. */
static void reset_field(ParamSet *set, int field, const ParamSet *base)
{
    const ParamRow *row = &set->kind->rows[field];
    Value normal;
    bool same = base && base->kind == set->kind && param_equal(row, &base->value[field], &set->value[field]);
    if (base && base->kind == set->kind && !same)
        set->value[field] = base->value[field];
    else if (row->normal && param_parse(row, row->normal, &normal, NULL))
        set->value[field] = normal;
}

static void reset_all(ParamSet *set, const ParamSet *base)
{
    ParamSet before = *set;
    if (base)
        *set = *base;
    for (int i = 0; param_set_equal(&before, set) && i < set->kind->count; i++)
        reset_field(set, i, NULL);
}

void design_do_reset(App *app, const char *argument)
{
    (void)argument;
    Designer *d = self(app);
    Line line = *design_chosen(app);
    Design *design = design_copy(at_hand(app));
    const Design *origin = bench_base(app_bench(app));
    const ParamSet *base = NULL;
    design_line_set(app, &line, &base);
    if (line.kind == LINE_INPUT) {
        design->input = origin->input;
    } else {
        ParamSet *set = line.kind == LINE_LAYER ? &design->layer[line.layer].set : &design->stage[line.stage].train.set[line.setting];
        int field = design_in_form(app) && d->form.list.at < d->form.count ? d->field[d->form.list.at].tag : -1;
        if (field >= 0)
            reset_field(set, field, base);
        else if (line.kind == LINE_SETTING && !base && line.stage < origin->stages)
            *set = origin->stage[line.stage].train.set[line.setting]; /* of another kind */
        else
            reset_all(set, base);
    }
    if (design_equal(design, at_hand(app))) {
        app_say(app, ROLE_DIM, "nothing to reset: it is as in %s, and the default", bench_origin(app_bench(app)));
        design_free(design);
        return;
    }
    design_take(app, design);
}
