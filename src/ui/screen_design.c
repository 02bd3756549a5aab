/* The designer: the design as a list of lines, the form of the chosen one beside it, the doctor below.  Its keys and its panes; the
 * lines are design_lines.c's, the form design_form.c's, what keys change is design_edit.c's, files are design_files.c's. */
#include "ui/design_own.h"

#include "base/mem.h"

#include <string.h>

static Designer *self(App *app) { return design_state(app); }

/* ---- moving */

static bool event(App *app, const Event *event)
{
    Designer *d = self(app);
    int before = d->list.at;
    design_chosen(app);
    if (!list_event(&d->list, event))
        return false;
    int step = d->list.at < before ? -1 : 1;
    while (design_passed_over(&d->line[d->list.at]))
        d->list.at += step;
    if (before != d->list.at)
        d->form.list.at = 0;
    design_follow_cursor(app);
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

static void enter(App *app)
{
    tick(app); /* nothing else may happen while one looks */
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

static bool has_stages(App *app)
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

static bool has_findings(App *app)
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
    {"undo", "u", "undo", "take the last change back", design_do_undo, design_can_undo, NULL},
    {"view", "v", "view", "beside the list: the shape, a sample on its way through, what was changed, the text", do_view, NULL, "NAME"},
    {"train", "t F5", "train", "train this design", do_train, NULL, NULL},
    {"stage-next", ".", ", .|stage", "show the next stage", do_next_stage, has_stages, NULL},
    {"stage-before", ",", NULL, "show the stage before", do_last_stage, has_stages, NULL},
    {"mirror", "m", "mirror", "make the decoder the mirror of the encoder", design_do_mirror, NULL, NULL},
    {"move-up", "K Shift-Up", "J K|move", "move the layer up", design_do_up, design_can_edit, NULL},
    {"move-down", "J Shift-Down", NULL, "move the layer down", design_do_down, design_can_edit, NULL},
    {"duplicate", "y", "double", "the same layer once more", design_do_duplicate, design_can_edit, NULL},
    {"reset", "r", "reset", "the field, or all of the line, as it was in the preset; once more: its default", design_do_reset, design_can_reset, NULL},
    {"break", "b", "break mirror", "make the mirrored layers your own", design_do_break, design_can_break, NULL},
    {"redo", "^R", "redo", "and forward again", design_do_redo, design_can_redo, NULL},
    {"finding", "!", NULL, "the doctor's next finding", do_next_finding, has_findings, NULL},
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
    [DESIGN_FORM] = {"form", NULL, 26, 6, design_draw_form, design_form_mouse},
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
    bool stages = has_stages(app), well = !design_finding(app);
    if (w >= 160 && h >= 44)
        return stages ? "(layers / (doctor | changes)=12)=78 | (form=11 / shape / costs=5 / text=22) | sample"
                      : "(layers / (doctor | changes)=12)=78 | (form=11 / shape / costs=3 / text=22) | sample";
    if (w >= 112)
        return stages ? "(layers / doctor=3) | (form=10 / view / costs=5)=40" : "(layers / doctor=3) | (form=10 / view / costs=3)=40";
    if (well)
        return stages ? "(layers / doctor=1) | (form=8 / view / costs=5)=29" : "(layers / doctor=1) | (form=9 / view / costs=3)=29";
    return stages ? "(layers / doctor=4) | (form=8 / view / costs=5)=29" : "(layers / doctor=4) | (form=9 / view / costs=3)=29";
}

static void draw(App *app, Cells *cells, Rect area)
{
    design_make_form(app);
    app_panes(app, cells, area);
}

const Screen screen_design = {
    .name = "design", .title = "Design", .about = "the network, layer by layer", .state_size = sizeof(Designer), .actions = actions,
    .count = COUNT_OF(actions), .enter = enter, .close = close_screen, .tick = tick, .draw = draw, .grab = design_form_grab, .event = event,
    .panes = panes, .panes_count = COUNT_OF(panes), .layout = layout,
};
