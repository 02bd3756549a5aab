/* The gallery: every figure of a run, on the screen as in the PNG. */
#include "config.h"

#include "ui/screens.h"

#include "base/mem.h"
#include "term/picture.h"
#include "ui/bench.h"
#include "ui/gallery_job.h"
#include "ui/job.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Gallery {
    int kind;
    ParamSet set[GALLERY_KINDS];   /* options of each kind, as chosen */
    bool started[GALLERY_KINDS];
    char text[GALLERY_KINDS][FIGURE_TEXTS][GALLERY_TEXT];
    bool applies[GALLERY_KINDS], known;
    char reason[GALLERY_KINDS][200];
    uint64_t seed;
    Job *job;
    bool stale;          /* asked for something else while one was made */
    char run[RUN_NAME];  /* of the figure shown */
    Figure figure;       /* the newest; blink: the originals alone are `other` */
    Figure other;
    bool blink, second;  /* blinking; showing `other` */
    bool wants_other;
    char failed[400];
    bool options;        /* the form is open */
    Form form;
    Field field[PARAM_MAX];
    double scale;        /* 0: fit; else cells a pixel */
    int pan_x, pan_y;    /* in pixels */
    bool inspecting;
    int at_x, at_y;      /* in cells of the picture's place */
    Rect place, part;    /* of the last drawing: cells, pixels */
    int area_w, area_h;
} Gallery;

static Gallery *self(App *app) { return app_state(app, &screen_gallery); }

static const FigureKind *kind_of(const Gallery *g) { return figure_kinds[g->kind]; }

/* ---- making figures */

static void start_kind(App *app)
{
    Gallery *g = self(app);
    if (g->started[g->kind])
        return;
    g->started[g->kind] = true;
    g->set[g->kind] = param_set_new(&kind_of(g)->param);
}

static void limit(ParamSet *set, const char *name, int most)
{
    int row = param_find(set->kind, name);
    if (row >= 0 && set->value[row].number > most)
        set->value[row].number = most < 2 ? 2 : most;
}

/* The screen shows fewer than the PNG will have where they would be too small to be seen: grids at least at half scale, a manifold's
 * pictures at a quarter. */
static void fit_to_screen(App *app, ParamSet *set)
{
    Gallery *g = self(app);
    const Dataset *data = bench_probe_set(app_bench(app));
    int wide = (data && data->shape.w > 1 ? data->shape.w : 28) + 2;
    int columns = g->area_w >= 170 ? g->area_w / wide : 2 * g->area_w / wide;
    if (strcmp(set->kind->name, "grid") == 0) {
        limit(set, "columns", columns);
        limit(set, "count", columns);
    } else if (strcmp(set->kind->name, "manifold") == 0) {
        int across = 4 * g->area_w / wide, down = 8 * g->area_h / wide;
        limit(set, "count", across < down ? across : down);
    }
}

static void style_for_screen(App *app, FigureStyle *style)
{
    Gallery *g = self(app);
    style->theme = app_look(app)->light ? &theme_light : &theme_dark;
    style->scale = 1;
    style->zoom = 1;
    style->bare = true;
    style->width = g->area_w > 100 ? g->area_w : 100;
    style->height = 2 * g->area_h > 100 ? 2 * g->area_h : 100;
}

static GalleryJob *new_job(App *app)
{
    Gallery *g = self(app);
    Bench *bench = app_bench(app);
    GalleryJob *job = mem_new(1, sizeof *job);
    start_kind(app);
    snprintf(job->run, sizeof job->run, "%s", bench_run_name(bench));
    snprintf(job->runs_dir, sizeof job->runs_dir, "%s", bench_runs_dir(bench));
    job->data = bench_data(bench);
    job->request = figure_request_new(kind_of(g));
    job->request.set = g->set[g->kind];
    job->request.seed = g->seed;
    memcpy(job->text, g->text[g->kind], sizeof job->text);
    return job;
}

static void launch(App *app, GalleryJob *job)
{
    bench_hold_data(app_bench(app), 1);
    self(app)->job = job_start(gallery_job_work, job, app_wake(app));
}

static void ask(App *app)
{
    Gallery *g = self(app);
    Bench *bench = app_bench(app);
    if (!bench_run_name(bench)[0] || !bench_data(bench) || !g->area_w)
        return;
    if (g->job) {
        g->stale = true;
        return;
    }
    GalleryJob *job = new_job(app);
    style_for_screen(app, &job->request.style);
    fit_to_screen(app, &job->request.set);
    if (g->wants_other)
        snprintf(job->text[0], sizeof job->text[0], "original");
    launch(app, job);
}

static void keep(App *app, GalleryJob *job)
{
    Gallery *g = self(app);
    bench_hold_data(app_bench(app), -1);
    memcpy(g->applies, job->applies, sizeof g->applies);
    memcpy(g->reason, job->reason, sizeof g->reason);
    g->known = true;
    if (job->path[0]) {
        if (job->good)
            app_say(app, ROLE_GOOD, "written: %s", job->path);
        else
            app_say_error(app, &job->error);
    } else if (job->request.kind == kind_of(g)) {
        Figure *place = g->wants_other ? &g->other : &g->figure;
        snprintf(g->failed, sizeof g->failed, "%s%s%.150s", job->good ? "" : job->error.what, !job->good && job->error.cure[0] ? ": " : "",
                 job->good ? "" : job->error.cure);
        figure_clear(place);
        *place = job->figure;
        job->figure = (Figure){0};
        bool other = g->wants_other;
        g->wants_other = g->blink && !other && job->good; /* after the reconstructions the originals */
        g->stale |= g->wants_other;
        snprintf(g->run, sizeof g->run, "%.127s", job->run);
    }
    gallery_job_free(job);
}

static void tick(App *app)
{
    Gallery *g = self(app);
    bool front = app_screen(app) == &screen_gallery;
    if (g->job && job_done(g->job)) {
        GalleryJob *job = job_finish(g->job);
        g->job = NULL;
        keep(app, job);
        app_touch(app);
        if (g->stale) {
            g->stale = false;
            ask(app);
        }
    }
    if (front && !g->job && strcmp(g->run, bench_run_name(app_bench(app))) != 0 && !g->failed[0])
        ask(app);
    if (front && g->blink) {
        static const double HALF_A_SECOND = 0.5;
        bool second = fmod(app_now(app), 2 * HALF_A_SECOND) >= HALF_A_SECOND;
        if (second != g->second) {
            g->second = second;
            app_touch(app);
        }
        app_call_at(app, (floor(app_now(app) / HALF_A_SECOND) + 1) * HALF_A_SECOND + 0.001);
    }
}

static void enter(App *app)
{
    Gallery *g = self(app);
    if (!g->seed)
        g->seed = bench_seed(app_bench(app));
    g->failed[0] = '\0';
    ask(app);
}

static void close_screen(App *app)
{
    Gallery *g = self(app);
    if (g->job) {
        GalleryJob *job = job_finish(g->job);
        bench_hold_data(app_bench(app), -1);
        gallery_job_free(job);
    }
    figure_clear(&g->figure);
    figure_clear(&g->other);
}

/* ---- drawing */

static void draw_kinds(App *app, Cells *cells, Rect line)
{
    Gallery *g = self(app);
    int x = line.x, from = 0, wide = 0;
    /* Enough of them are left out at the front for the chosen one to be seen. */
    for (int i = 0; i <= g->kind; i++)
        wide += cells_width(figure_kinds[i]->param.name) + 2;
    while (from < g->kind && wide > line.w - 4)
        wide -= cells_width(figure_kinds[from++]->param.name) + 2;
    for (int i = from; i < figure_kinds_count; i++) {
        bool here = i == g->kind;
        const char *name = figure_kinds[i]->param.name;
        if (x + cells_width(name) > line.x + line.w)
            break;
        Style style = here ? bold(ROLE_BRIGHT) : plain(g->known && !g->applies[i] ? ROLE_FAINT : ROLE_DIM);
        style.attr |= here ? ATTR_UNDERLINE : 0;
        x = cells_text(cells, x, line.y, style, name) + 2;
    }
}

static void make_form(App *app)
{
    Gallery *g = self(app);
    ParamSet *set = &g->set[g->kind];
    int at = g->form.list.at;
    bool editing = g->form.editing;
    if (editing)
        return;
    g->form = (Form){.field = g->field, .count = set->kind ? set->kind->count : 0, .label_width = 10, .list = {.at = at}};
    for (int i = 0; i < g->form.count; i++) {
        g->field[i] = (Field){.row = set->kind->rows[i], .value = set->value[i], .tag = i};
        snprintf(g->field[i].label, sizeof g->field[i].label, "%s", set->kind->rows[i].name);
    }
}

static void draw_options(App *app, Cells *cells, Rect area)
{
    Gallery *g = self(app);
    make_form(app);
    heading_draw(cells, &area, "options", NULL);
    form_draw(&g->form, cells, rect_cut_top(&area, g->form.count), true);
    const FigureKind *kind = kind_of(g);
    for (int i = 0; i < FIGURE_TEXTS && kind->text[i].name && area.h > 0; i++) {
        Rect line = rect_cut_top(&area, 1);
        cells_text_cut(cells, line.x + 2, line.y, 10, plain(ROLE_DIM), kind->text[i].name);
        cells_text_cut(cells, line.x + 13, line.y, line.w - 13, plain(ROLE_TEXT), g->text[g->kind][i][0] ? g->text[g->kind][i] : "-");
    }
    rect_cut_top(&area, 1);
    if (g->form.count)
        cells_wrap(cells, area, plain(ROLE_DIM), g->field[g->form.list.at < g->form.count ? g->form.list.at : 0].row.help);
}

static void draw_picture(App *app, Cells *cells, Rect area)
{
    Gallery *g = self(app);
    const Image *image = g->blink && g->second && g->other.image.pixels ? &g->other.image : &g->figure.image;
    if (!image->pixels)
        return;
    if (g->scale > 0) { /* so many cells a pixel: a part, which can be moved */
        int w = (int)(area.w / g->scale), h = (int)(2 * area.h / g->scale);
        w = w > image->w ? image->w : w;
        h = h > image->h ? image->h : h;
        g->pan_x = g->pan_x > image->w - w ? image->w - w : g->pan_x < 0 ? 0 : g->pan_x;
        g->pan_y = g->pan_y > image->h - h ? image->h - h : g->pan_y < 0 ? 0 : g->pan_y;
        g->part = rect_new(g->pan_x, g->pan_y, w, h);
        g->place = rect_new(area.x, area.y, (int)(w * g->scale), (int)((h * g->scale + 1) / 2));
    } else {
        g->part = rect_new(0, 0, image->w, image->h);
        g->place = picture_fit(area, image->w, image->h);
        g->place.x += (area.w - g->place.w) / 2;
    }
    picture_draw_part(cells, g->place, image, g->part);
    if (!g->inspecting || rect_empty(g->place))
        return;
    g->at_x = g->at_x >= g->place.w ? g->place.w - 1 : g->at_x < 0 ? 0 : g->at_x;
    g->at_y = g->at_y >= g->place.h ? g->place.h - 1 : g->at_y < 0 ? 0 : g->at_y;
    cells_put(cells, g->place.x + g->at_x, g->place.y + g->at_y, bold(ROLE_ACCENT), 0x253c);
}

static void inspect_text(const Gallery *g, char *buffer, size_t size)
{
    const Image *image = &g->figure.image;
    int x = g->part.x + (int)((g->at_x + 0.5) * g->part.w / g->place.w), y = g->part.y + (int)((g->at_y + 0.5) * g->part.h / g->place.h);
    if (!image->pixels || x >= image->w || y >= image->h)
        return;
    const uint8_t *p = image->pixels + ((size_t)y * (size_t)image->w + (size_t)x) * (size_t)image->channels;
    if (image->channels == 1 || (p[0] == p[1] && p[1] == p[2]))
        snprintf(buffer, size, "pixel %d, %d  value %.3f", x, y, p[0] / 255.0);
    else
        snprintf(buffer, size, "pixel %d, %d  red %.3f green %.3f blue %.3f", x, y, p[0] / 255.0, p[1] / 255.0, p[2] / 255.0);
}

static void draw_note(App *app, Cells *cells, Rect line)
{
    Gallery *g = self(app);
    char text[300] = "";
    if (g->inspecting)
        inspect_text(g, text, sizeof text);
    else {
        Str options = {0};
        for (int i = 0; g->started[g->kind] && i < g->set[g->kind].kind->count; i++) {
            str_addf(&options, "%s%s ", options.size ? "  " : "", g->set[g->kind].kind->rows[i].name);
            param_print(&g->set[g->kind].kind->rows[i], &g->set[g->kind].value[i], &options);
        }
        snprintf(text, sizeof text, "%s%s%s", options.text ? options.text : "", g->job ? "   drawing" : "",
                 g->blink ? (g->second ? "   originals" : "   as the network makes them") : "");
        str_clear(&options);
    }
    cells_text_cut(cells, line.x, line.y, line.w, plain(g->inspecting ? ROLE_TEXT : ROLE_DIM), text);
}

static void draw(App *app, Cells *cells, Rect area)
{
    Gallery *g = self(app);
    draw_kinds(app, cells, rect_cut_top(&area, 1));
    draw_note(app, cells, rect_cut_bottom(&area, 1));
    rect_cut_top(&area, area.h > 14 ? 1 : 0);
    if (g->options)
        draw_options(app, cells, rect_cut_right(&area, area.w >= 110 ? 44 : 32));
    bool first = !g->area_w;
    g->area_w = area.w;
    g->area_h = area.h;
    if (first)
        ask(app);
    if (!bench_run_name(app_bench(app))[0])
        cells_text(cells, area.x, area.y, plain(ROLE_DIM), "open a run (4, Enter) or train one: its figures are shown here");
    else if (g->failed[0])
        cells_wrap(cells, area, plain(ROLE_DIM), g->failed);
    else if (g->figure.image.pixels)
        draw_picture(app, cells, area);
    else
        cells_text(cells, area.x, area.y, plain(ROLE_DIM), bench_data(app_bench(app)) ? "drawing" : "loading the data");
}

static const char *subject(App *app)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    return s ? bench_run_subject(app_bench(app), "") : bench_subject(app_bench(app));
}

/* ---- events */

static void show_kind(App *app, int kind)
{
    Gallery *g = self(app);
    g->kind = (kind + figure_kinds_count) % figure_kinds_count;
    g->failed[0] = '\0';
    g->blink = g->inspecting = false;
    g->scale = 0;
    g->pan_x = g->pan_y = g->form.list.at = 0;
    g->form.editing = false;
    figure_clear(&g->figure);
    figure_clear(&g->other);
    if (g->known && !g->applies[g->kind])
        snprintf(g->failed, sizeof g->failed, "%s", g->reason[g->kind]);
    else
        ask(app);
}

static bool grab(App *app, const Event *event)
{
    Gallery *g = self(app);
    if (!g->options)
        return false;
    make_form(app);
    FormResult result = form_event(&g->form, event);
    if (result == FORM_CHANGED) {
        g->set[g->kind].value[g->field[g->form.list.at].tag] = g->field[g->form.list.at].value;
        g->failed[0] = '\0';
        ask(app);
    }
    if (result == FORM_IGNORED && event->kind == EVENT_KEY && event->key == K_ESC) {
        g->options = false;
        return true;
    }
    return result != FORM_IGNORED;
}

static bool event(App *app, const Event *event)
{
    Gallery *g = self(app);
    if (event->kind == EVENT_MOUSE && rect_has(g->place, event->x, event->y) && event->mouse == MOUSE_PRESS) {
        g->inspecting = true;
        g->at_x = event->x - g->place.x;
        g->at_y = event->y - g->place.y;
        return true;
    }
    if (event->kind != EVENT_KEY)
        return false;
    int dx = event->key == K_RIGHT || event->key == 'l' ? 1 : event->key == K_LEFT || event->key == 'h' ? -1 : 0;
    int dy = event->key == K_DOWN || event->key == 'j' ? 1 : event->key == K_UP || event->key == 'k' ? -1 : 0;
    if (!dx && !dy)
        return false;
    if (g->inspecting) {
        g->at_x += dx;
        g->at_y += dy;
    } else if (g->scale > 0) {
        g->pan_x += 14 * dx;
        g->pan_y += 14 * dy;
    } else {
        show_kind(app, g->kind + dx + dy);
    }
    return true;
}

/* ---- actions */

static bool shown(App *app) { return self(app)->figure.image.pixels != NULL; }

static bool can_blink(App *app)
{
    Gallery *g = self(app);
    return shown(app) && strcmp(kind_of(g)->param.name, "grid") == 0;
}

static void do_next(App *app, const char *argument) { (void)argument; show_kind(app, self(app)->kind + 1); }
static void do_before(App *app, const char *argument) { (void)argument; show_kind(app, self(app)->kind - 1); }

static void do_scale(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    g->scale = g->scale > 0 ? 0 : 1;
    app_say(app, ROLE_DIM, g->scale > 0 ? "1:1; arrows move" : "all of it");
}

static void do_in(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    g->scale = g->scale > 0 ? fmin(8, 2 * g->scale) : 1;
}

static void do_out(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    g->scale = g->scale > 0.5 ? g->scale / 2 : 0;
}

static void do_inspect(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    g->inspecting = !g->inspecting;
    g->at_x = g->place.w / 2;
    g->at_y = g->place.h / 2;
}

static void do_order(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    int row = g->started[g->kind] ? param_find(&kind_of(g)->param, "samples") : -1;
    if (row < 0)
        return;
    Field field = {.row = kind_of(g)->param.rows[row], .value = g->set[g->kind].value[row]};
    field_turn(&field, 1);
    g->set[g->kind].value[row] = field.value;
    ask(app);
}

static void do_random(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    int row = param_find(&kind_of(g)->param, "samples");
    Value value;
    if (row >= 0 && param_parse(&kind_of(g)->param.rows[row], "random", &value, NULL))
        g->set[g->kind].value[row] = value;
    g->seed++;
    ask(app);
}

static void do_blink(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    g->blink = !g->blink;
    snprintf(g->text[g->kind][0], GALLERY_TEXT, "%s", g->blink ? "reconstruction" : "");
    g->wants_other = false;
    ask(app);
    app_call_at(app, app_now(app) + 0.1);
}

static void do_residual(App *app, const char *argument)
{
    (void)argument;
    Gallery *g = self(app);
    char *text = g->text[g->kind][0];
    if (!can_blink(app))
        return;
    snprintf(text, GALLERY_TEXT, "%s", strstr(text, "residual") ? "" : "original,reconstruction,residual");
    g->blink = false;
    ask(app);
}

static void do_options(App *app, const char *argument)
{
    (void)argument;
    self(app)->options = !self(app)->options;
}

static void text_entered(App *app, const char *text)
{
    Gallery *g = self(app);
    if (!text)
        return;
    snprintf(g->text[g->kind][0], GALLERY_TEXT, "%.127s", text);
    g->failed[0] = '\0';
    ask(app);
}

static bool has_text(App *app) { return kind_of(self(app))->text[0].name != NULL; }

static void do_text(App *app, const char *argument)
{
    Gallery *g = self(app);
    if (argument)
        text_entered(app, argument);
    else
        app_prompt(app, kind_of(g)->text[0].name, kind_of(g)->text[0].help, g->text[g->kind][0], text_entered, NULL);
}

static void export_as(App *app, const char *path, int scale)
{
    Gallery *g = self(app);
    if (g->job) {
        app_say(app, ROLE_DIM, "in a moment: a figure is being drawn");
        return;
    }
    GalleryJob *job = new_job(app);
    job->request.style.scale = scale;
    if (g->blink)
        job->text[0][0] = '\0';
    snprintf(job->path, sizeof job->path, "%s", path);
    launch(app, job);
}

static void do_export(App *app, const char *argument)
{
    char path[GALLERY_TEXT];
    snprintf(path, sizeof path, "%s.png", kind_of(self(app))->param.name);
    export_as(app, argument ? argument : path, 2);
}

static void export_entered(App *app, const char *text)
{
    char path[GALLERY_TEXT];
    int scale = 2;
    if (text && sscanf(text, "%127s %d", path, &scale) >= 1)
        export_as(app, path, scale < 1 ? 1 : scale > 8 ? 8 : scale);
}

static void do_export_as(App *app, const char *argument)
{
    char path[GALLERY_TEXT];
    snprintf(path, sizeof path, "./%s.png 2", kind_of(self(app))->param.name);
    if (argument)
        export_entered(app, argument);
    else
        app_prompt(app, "export the figure", "File and scale (1 to 8). A name without a slash goes into the run's figures.", path, export_entered, NULL);
}

static const Action actions[] = {
    {"next", "Tab ]", "←→|figure", "the next figure", do_next, NULL, NULL},
    {"before", "Shift-Tab [", NULL, "the figure before", do_before, NULL, NULL},
    {"export", "e", "export", "write the figure as PNG into the run's folder", do_export, shown, "FILE"},
    {"export-as", "E", NULL, "choose name and scale of the PNG", do_export_as, shown, "FILE SCALE"},
    {"order", "s", "samples", "first, random, one of each class, worst, best", do_order, NULL, NULL},
    {"random", "r", "random", "other samples, by chance", do_random, NULL, NULL},
    {"blink", "b", "blink", "originals and reconstructions in turn, in one place", do_blink, can_blink, NULL},
    {"residual", "d", NULL, "a row with the differences", do_residual, can_blink, NULL},
    {"inspect", "i", "inspect", "read pixels: arrows move, the value stands below", do_inspect, shown, NULL},
    {"options", "o", "options", "all options of the figure", do_options, NULL, NULL},
    {"text", "w", NULL, "which rows, layer or samples, by name", do_text, has_text, "TEXT"},
    {"one-to-one", "z", "1:1", "a pixel a cell's half, moved with the arrows; or all of it", do_scale, shown, NULL},
    {"zoom-in", "+", NULL, "larger", do_in, shown, NULL},
    {"zoom-out", "-", NULL, "smaller", do_out, shown, NULL},
};

const Screen screen_gallery = {
    .name = "gallery", .title = "Gallery", .about = "every figure of a run", .state_size = sizeof(Gallery), .actions = actions,
    .count = COUNT_OF(actions), .enter = enter, .close = close_screen, .tick = tick, .draw = draw, .grab = grab, .event = event,
    .subject = subject,
};
