/* Asking for figures, and taking what comes. */
#include "ui/gallery_own.h"

#include "base/mem.h"
#include "ui/bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static Gallery *self(App *app) { return gallery_state(app); }

void gallery_start_kind(Gallery *g)
{
    if (g->started[g->kind])
        return;
    g->started[g->kind] = true;
    g->set[g->kind] = param_set_new(&gallery_kind(g)->param);
}

int gallery_next_kind(const Gallery *g, int by)
{
    int kind = g->kind;
    do
        kind = (kind + by + figure_kinds_count) % figure_kinds_count;
    while (g->known && !g->applies[kind] && kind != g->kind);
    return kind;
}

static GalleryJob *new_job(App *app)
{
    Gallery *g = self(app);
    Bench *bench = app_bench(app);
    GalleryJob *job = mem_new(1, sizeof *job);
    gallery_start_kind(g);
    snprintf(job->run, sizeof job->run, "%s", bench_run_name(bench));
    snprintf(job->runs_dir, sizeof job->runs_dir, "%s", bench_runs_dir(bench));
    job->data = bench_data(bench);
    job->request = figure_request_new(gallery_kind(g));
    job->request.set = g->set[g->kind];
    job->request.seed = g->seed;
    job->request.style.theme = app_look(app)->light ? &theme_light : &theme_dark;
    memcpy(job->text, g->text[g->kind], sizeof job->text);
    return job;
}

static void launch(App *app, GalleryJob *job)
{
    bench_hold_data(app_bench(app), 1);
    self(app)->job = job_start(gallery_job_work, job, app_wake(app));
}

void gallery_ask(App *app)
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
    job->request.content = true;
    if (g->view.scale == 0)
        job->fit_w = g->area_w, job->fit_h = g->area_h;
    launch(app, job);
}

void gallery_export(App *app, const char *path, int scale)
{
    Gallery *g = self(app);
    if (g->job) {
        app_say(app, ROLE_DIM, "in a moment: a figure is being drawn");
        return;
    }
    GalleryJob *job = new_job(app);
    job->request.style.theme = &theme_light;
    job->request.style.scale = scale;
    snprintf(job->path, sizeof job->path, "%s", path);
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
    } else if (!job->good && job->request.kind == gallery_kind(g) && !g->applies[g->kind] && !g->named && gallery_next_kind(g, 1) != g->kind) {
        g->kind = gallery_next_kind(g, 1);
        g->stale = true; /* the next tick asks for it */
    } else if (job->request.kind == gallery_kind(g)) {
        g->failed[0] = '\0';
        if (!job->good)
            error_line(&job->error, g->failed, sizeof g->failed);
        figure_clear(&g->figure);
        g->figure = job->figure;
        job->figure = (Figure){0};
        g->fewer = job->fewer;
        snprintf(g->run, sizeof g->run, "%.127s", job->run);
    }
    gallery_job_free(job);
}

void gallery_tick(App *app)
{
    static const double HALF_A_SECOND = 0.5;
    Gallery *g = self(app);
    bool front = app_screen(app) == &screen_gallery;
    if (g->job && job_done(g->job)) {
        GalleryJob *job = job_finish(g->job);
        g->job = NULL;
        keep(app, job);
        app_touch(app);
        if (g->stale) {
            g->stale = false;
            gallery_ask(app);
        }
    }
    if (front && !g->job && strcmp(g->run, bench_run_name(app_bench(app))) != 0 && !g->failed[0])
        gallery_ask(app);
    if (front && g->blink) {
        bool second = fmod(app_now(app), 2 * HALF_A_SECOND) >= HALF_A_SECOND;
        if (second != g->second) {
            g->second = second;
            app_touch(app);
        }
        app_call_at(app, (floor(app_now(app) / HALF_A_SECOND) + 1) * HALF_A_SECOND + 0.001);
    }
}

void gallery_close(App *app)
{
    Gallery *g = self(app);
    if (g->job) {
        GalleryJob *job = job_finish(g->job);
        bench_hold_data(app_bench(app), -1);
        gallery_job_free(job);
    }
    figure_clear(&g->figure);
    sheet_view_clear(&g->view);
}
