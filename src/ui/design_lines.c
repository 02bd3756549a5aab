/* The designer's lines: what stands in the list, in step with the design, and the cursor among them. */
#include "ui/design_own.h"

static Designer *self(App *app) { return design_state(app); }

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

bool design_passed_over(const Line *line)
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
    while (design_passed_over(&d->line[d->list.at]))
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

void design_follow_cursor(App *app)
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
