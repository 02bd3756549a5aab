/* The gallery: every figure of a run on the screen, and as PNG.  What keys do; gallery_make.c asks for figures, gallery_draw.c
 * draws. */
#include "ui/gallery_own.h"

#include "base/mem.h"
#include "ui/bench.h"

#include <stdio.h>
#include <string.h>

enum { PANE_FIGURE, PANE_OPTIONS, PANE_KINDS };

static Gallery *self(App *app) { return gallery_state(app); }

static void enter(App *app)
{
    Gallery *g = self(app);
    if (!g->seed)
        g->seed = bench_seed(app_bench(app));
    g->failed[0] = '\0';
    g->named = false;
    gallery_ask(app);
}

static const char *subject(App *app)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    return s ? bench_run_subject(app_bench(app), "") : bench_subject(app_bench(app));
}

static void show_kind(App *app, int kind)
{
    Gallery *g = self(app);
    g->kind = (kind + figure_kinds_count) % figure_kinds_count;
    g->failed[0] = '\0';
    g->blink = g->inspecting = false;
    sheet_view_clear(&g->view);
    g->at_x = g->at_y = g->form.list.at = 0;
    g->form.editing = false;
    figure_clear(&g->figure);
    gallery_start_kind(g);
    if (g->known && !g->applies[g->kind])
        snprintf(g->failed, sizeof g->failed, "%s", g->reason[g->kind]);
    else
        gallery_ask(app);
}

/* ---- events */

static bool over(Rect area, const Event *event) { return rect_has(area, event->x, event->y); }

static bool options_event(App *app, const Event *event)
{
    Gallery *g = self(app);
    gallery_make_form(g);
    FormResult result = form_event(&g->form, event);
    if (result == FORM_CHANGED) {
        const Field *field = &g->field[g->form.list.at];
        if (!field->text)
            g->set[g->kind].value[field->tag] = field->value;
        g->failed[0] = '\0';
        gallery_ask(app);
    }
    return result != FORM_IGNORED;
}

/* The form's keys go before the screen's while it has the focus: a number may begin with the digit of another screen. */
static bool grab(App *app, const Event *event)
{
    Gallery *g = self(app);
    if (app_pane(app) != PANE_OPTIONS || event->kind != EVENT_KEY)
        return false;
    if (options_event(app, event))
        return true;
    if (event->key != K_ESC)
        return false;
    g->options = false;
    app_focus(app, "figure");
    return true;
}

static bool kinds_event(App *app, const Event *event)
{
    Gallery *g = self(app);
    g->kinds.at = g->kind;
    if (!list_event(&g->kinds, event))
        return false;
    if (g->kinds.at == g->kind)
        return true;
    g->named = event->kind == EVENT_MOUSE;
    bool skips = g->known && !g->applies[g->kinds.at] && event->kind == EVENT_KEY;
    show_kind(app, skips ? gallery_next_kind(g, g->kinds.at < g->kind ? -1 : 1) : g->kinds.at);
    return true;
}

static bool clicked(Gallery *g, const Event *event)
{
    if (g->figure.content.kind == CONTENT_SHEET)
        return sheet_view_event(&g->view, &g->figure.content.sheet, event);
    bool matrix = g->figure.content.kind == CONTENT_MATRIX;
    if (event->mouse != MOUSE_PRESS || !over(g->view.area, event) || (!matrix && g->figure.content.kind != CONTENT_SCATTER))
        return false;
    g->inspecting = true;
    g->at_x = (event->x - g->view.area.x) / (matrix ? g->view.tile_w : 1);
    g->at_y = (event->y - g->view.area.y) / (matrix ? g->view.tile_h : 1);
    return true;
}

static bool figure_event(App *app, const Event *event)
{
    Gallery *g = self(app);
    ContentKind content = g->figure.content.kind;
    if (event->kind == EVENT_MOUSE)
        return clicked(g, event);
    if (event->kind != EVENT_KEY)
        return false;
    if (content == CONTENT_SHEET && sheet_view_event(&g->view, &g->figure.content.sheet, event))
        return true;
    uint32_t key = event->key;
    int dx = key == K_RIGHT || key == 'l' ? 1 : key == K_LEFT || key == 'h' ? -1 : 0;
    int dy = key == K_DOWN || key == 'j' ? 1 : key == K_UP || key == 'k' ? -1 : 0;
    int page = key == K_PAGE_DOWN ? g->area_h / 2 : key == K_PAGE_UP ? -g->area_h / 2 : 0;
    if (content == CONTENT_BLOCKS && page) {
        g->at_y += page;
        return true;
    }
    if (!dx && !dy)
        return false;
    if (g->inspecting) {
        g->at_x += dx;
        g->at_y += dy;
    } else {
        show_kind(app, gallery_next_kind(g, dx + dy));
    }
    return true;
}

/* ---- actions */

static bool shown(App *app) { return gallery_shown(self(app)); }
static bool sheet_shown(App *app) { return self(app)->figure.content.kind == CONTENT_SHEET; }
static bool can_inspect(App *app) { return shown(app) && self(app)->figure.content.kind != CONTENT_BLOCKS; }
static bool can_blink(App *app) { return sheet_shown(app) && strcmp(gallery_kind(self(app))->param.name, "grid") == 0; }
static int samples_row(const Gallery *g) { return param_find(&gallery_kind(g)->param, "samples"); }
static bool has_samples(App *app) { return samples_row(self(app)) >= 0; }

static void do_next(App *app, const char *argument) { (void)argument; show_kind(app, gallery_next_kind(self(app), 1)); }
static void do_before(App *app, const char *argument) { (void)argument; show_kind(app, gallery_next_kind(self(app), -1)); }

static void do_figure(App *app, const char *argument)
{
    for (int i = 0; argument && i < figure_kinds_count; i++)
        if (strcmp(figure_kinds[i]->param.name, argument) == 0) {
            self(app)->named = true;
            show_kind(app, i);
            return;
        }
    app_say(app, ROLE_BAD, "%s: no figure is called so", argument ? argument : "");
}

/* Another scale may show other samples: all of them once the figure is moved under the screen. */
static void set_scale(App *app, double scale)
{
    Gallery *g = self(app);
    bool was = g->view.scale > 0;
    g->view.scale = scale;
    g->view.pan_x = g->view.pan_y = 0;
    if (was != (scale > 0))
        gallery_ask(app);
}

static void do_scale(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    set_scale(app, g->view.scale > 0 ? 0 : 1);
    app_say(app, ROLE_DIM, g->view.scale > 0 ? "1:1, a pixel is half a cell" : "as large as fits");
}

static void do_in(App *app, const char *argument)
{
    (void)argument;
    double scale = self(app)->view.scale;
    set_scale(app, scale >= 8 ? 8 : scale > 0 ? 2 * scale : 1);
}

static void do_out(App *app, const char *argument)
{
    (void)argument;
    double scale = self(app)->view.scale;
    set_scale(app, scale > 0.25 ? scale / 2 : 0);
}

static void do_inspect(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    if (sheet_shown(app)) {
        const Sheet *sheet = &g->figure.content.sheet;
        g->view.inspecting = !g->view.inspecting;
        g->blink = false;
        if (g->view.x == 0 && g->view.y == 0) {
            g->view.x = sheet->shape.w / 2;
            g->view.y = sheet->shape.h / 2;
        }
        return;
    }
    g->inspecting = !g->inspecting;
}

static void do_order(App *app, const char *argument)
{
    Gallery *g = self(app);
    int row = samples_row(g);
    Field field = {.row = gallery_kind(g)->param.rows[row], .value = g->set[g->kind].value[row]};
    Error err = {0};
    if (argument && !param_parse(&field.row, argument, &field.value, &err)) {
        app_say_error(app, &err);
        return;
    }
    if (!argument)
        field_turn(&field, 1);
    g->set[g->kind].value[row] = field.value;
    gallery_ask(app);
}

static void do_random(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    g->seed++;
    do_order(app, "random");
}

static void do_blink(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    g->blink = !g->blink;
    g->view.inspecting = false;
    app_call_at(app, app_now(app) + 0.1);
}

static void do_residual(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    char *text = g->text[g->kind][0];
    bool noisy = false;
    for (int row = 0; row < g->figure.content.sheet.rows; row++)
        noisy |= strcmp(g->figure.content.sheet.row_label[row], "noisy") == 0;
    snprintf(text, GALLERY_TEXT, "%s", strstr(text, "residual") ? "" : noisy ? "original,noisy,reconstruction,residual" : "original,reconstruction,residual");
    g->blink = false;
    gallery_ask(app);
}

static void do_options(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    gallery_start_kind(g);
    g->options = app_pane(app) != PANE_OPTIONS;
    app_focus(app, g->options && g->wide ? "options" : "figure");
    g->to_options = g->options && !g->wide;
}

static void do_export(App *app, const char *argument)
{
    char path[GALLERY_TEXT];
    snprintf(path, sizeof path, "%s.png", gallery_kind(self(app))->param.name);
    gallery_export(app, argument ? argument : path, 2);
}

static void export_entered(App *app, const char *text)
{
    char path[GALLERY_TEXT];
    int scale = 2;
    if (text && sscanf(text, "%127s %d", path, &scale) >= 1)
        gallery_export(app, path, scale < 1 ? 1 : scale > 8 ? 8 : scale);
}

static void do_export_as(App *app, const char *argument)
{
    char path[GALLERY_TEXT];
    snprintf(path, sizeof path, "./%s.png 2", gallery_kind(self(app))->param.name);
    if (argument)
        export_entered(app, argument);
    else
        app_prompt(app, "export the figure", "File and scale (1 to 8). A name without a slash goes into the run's figures.", path, export_entered, NULL);
}

static bool no_run(App *app)
{
    Bench *bench = app_bench(app);
    return !bench_run_name(bench)[0] && !bench_opening(bench) && !bench_training(bench);
}

static void do_newest(App *app, const char *argument)
{
    (void)argument;
    Bench *bench = app_bench(app);
    RunList list;
    Error err = {0};
    bool good = run_list(bench_runs_dir(bench), &list, &err);
    if (good && !list.count)
        app_say(app, ROLE_TEXT, "no runs yet: t on the screens 1 and 2 trains one");
    else if (!good || !bench_show_run(bench, list.run[0].name, &err))
        app_say_error(app, &err);
    run_list_clear(&list);
}

static const Action actions[] = {
    {"newest", "Enter", "newest", "open the newest run", do_newest, no_run, NULL},
    {"next", "n", "←→|figure", "the next figure", do_next, NULL, NULL},
    {"before", "p", NULL, "the figure before", do_before, NULL, NULL},
    {"figure", NULL, NULL, "a figure by its name", do_figure, NULL, "FIGURE"},
    {"export", "e", "export", "write the figure as PNG into the run's folder", do_export, shown, "FILE"},
    {"export-as", "E", NULL, "choose name and scale of the PNG", do_export_as, shown, "FILE SCALE"},
    {"order", "s", "samples", "first, random, one of each class, worst, best", do_order, has_samples, "ORDER"},
    {"random", "r", "random", "other samples, by chance", do_random, has_samples, NULL},
    {"blink", "b", "blink", "originals and reconstructions in turn, in one place", do_blink, can_blink, NULL},
    {"residual", "d", NULL, "a row with the differences", do_residual, can_blink, NULL},
    {"inspect", "i", "inspect", "read pixels, points or cells: arrows move, the value stands below", do_inspect, can_inspect, NULL},
    {"options", "o", "options", "all options of the figure", do_options, NULL, NULL},
    {"one-to-one", "=", "1:1", "a pixel is half a cell, moved with the arrows; or as large as fits", do_scale, sheet_shown, NULL},
    {"zoom-in", "+", NULL, "larger", do_in, sheet_shown, NULL},
    {"zoom-out", "-", NULL, "smaller", do_out, sheet_shown, NULL},
};

static const Pane panes[] = {
    [PANE_FIGURE] = {"figure", NULL, 30, 6, gallery_draw_figure, figure_event},
    [PANE_OPTIONS] = {"options", "options", 24, 5, gallery_draw_options, options_event},
    [PANE_KINDS] = {"figures", "figures", 24, 6, gallery_draw_kinds, kinds_event},
};

static const char *layout(App *app, int w, int h)
{
    (void)h;
    Gallery *g = self(app);
    if (g->wide)
        return w >= 180 ? "(figures=15 / options)=46 | figure" : "(figures=15 / options)=34 | figure";
    return g->options ? w >= 110 ? "figure | options=44" : "figure | options=32" : "figure";
}

const Screen screen_gallery = {
    .name = "gallery", .title = "Gallery", .about = "every figure of a run", .state_size = sizeof(Gallery), .actions = actions,
    .count = COUNT_OF(actions), .enter = enter, .close = gallery_close, .tick = gallery_tick, .draw = gallery_draw, .grab = grab,
    .subject = subject, .panes = panes, .panes_count = COUNT_OF(panes), .layout = layout,
};
