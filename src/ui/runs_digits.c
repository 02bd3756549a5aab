/* The same digits by each of the compared runs.  A thread opens a run's best weights and shows them to it, one run after the other. */
#include "ui/runs_own.h"

#include "base/mem.h"
#include "store/model.h"
#include "ui/pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct DigitJob {
    Error error;
    char run[RUN_NAME], runs_dir[RUN_PATH];
    int count;
    size_t size; /* of one picture */
    float *x, *output;
} DigitJob;

static void make_digits(void *context)
{
    char name[RUN_NAME + 8];
    DigitJob *job = context;
    Model model = {0};
    snprintf(name, sizeof name, "%s@best", job->run);
    if (!model_open(name, job->runs_dir, &model, &job->error) && !model_open(job->run, job->runs_dir, &model, &job->error))
        return;
    job->output = model_outputs(&model, job->count, job->x, job->size, job->size, &job->error);
    model_clear(&model);
}

static Digits *digits_of(Runs *r, const char *run)
{
    for (int i = 0; i < MARKS; i++)
        if (strcmp(r->digits[i].run, run) == 0)
            return &r->digits[i];
    return NULL;
}

/* The originals, the caller's; NULL: no data. */
static float *originals(App *app, int *count, Shape *shape)
{
    const Dataset *set = bench_probe_set(app_bench(app));
    if (!set)
        return NULL;
    *count = set->count < DIGITS ? set->count : DIGITS;
    *shape = set->shape;
    float *x = mem_new((size_t)*count * shape_size(set->shape), sizeof *x);
    for (int i = 0; i < *count; i++)
        dataset_sample(set, i, x + (size_t)i * shape_size(set->shape));
    return x;
}

void runs_ask_digits(App *app)
{
    Runs *r = runs_state(app);
    RunInfo *info[MARKS];
    int letter[MARKS], count;
    int runs = runs_compared(app, info, letter);
    Shape shape;
    for (int i = 0; i < runs && !r->digit_job; i++) {
        if (digits_of(r, info[i]->run.name))
            continue;
        float *x = originals(app, &count, &shape);
        if (!x)
            return;
        DigitJob *job = mem_new(1, sizeof *job);
        snprintf(job->run, sizeof job->run, "%s", info[i]->run.name);
        snprintf(job->runs_dir, sizeof job->runs_dir, "%s", r->runs.folder);
        job->x = x;
        job->count = count;
        job->size = shape_size(shape);
        r->digit_job = job_start(make_digits, job, app_wake(app));
    }
}

static void keep_digits(Runs *r, DigitJob *job)
{
    /* A place that no marked run needs. */
    Digits *place = &r->digits[0];
    for (int i = MARKS - 1; i >= 0; i--)
        if (!r->digits[i].run[0] || runs_mark_of(r, r->digits[i].run) < 0)
            place = &r->digits[i];
    free(place->output);
    place->output = job->output;
    snprintf(place->run, sizeof place->run, "%s", job->run);
    free(job->x);
    free(job);
}

bool runs_tick_digits(App *app)
{
    Runs *r = runs_state(app);
    if (!r->digit_job || !job_done(r->digit_job))
        return false;
    keep_digits(r, job_finish(r->digit_job));
    r->digit_job = NULL;
    return true;
}

void runs_close_digits(Runs *r)
{
    if (r->digit_job)
        keep_digits(r, job_finish(r->digit_job));
    for (int i = 0; i < MARKS; i++)
        free(r->digits[i].output);
}

/* ---- drawing */

/* Runs below or beside each other: as makes the pictures larger. */
typedef struct Table { bool across; int w, h, samples; } Table;

static Table lay_out(Rect area, Shape shape, int runs, int count)
{
    enum { LABELS = 3, LEAST = 3 /* samples that should be seen */ };
    Table down = {false, 0, 0, 0}, across = {true, 0, 0, 0};
    pictures_tile_size(shape, (area.w - LABELS) / LEAST - 1, area.h, runs, &down.w, &down.h);
    down.samples = (area.w - LABELS + 1) / (down.w + 1);
    pictures_tile_size(shape, (area.w + 1) / runs - 1, area.h - 1, area.h >= 24 ? LEAST : 1, &across.w, &across.h);
    across.samples = across.h ? area.h / (across.h + 1) : 0;
    Table best = across.w > down.w ? across : down;
    best.samples = best.samples < count ? best.samples : count;
    return best;
}

void runs_draw_digits(App *app, Cells *cells, const PaneView *view)
{
    Runs *r = runs_state(app);
    RunInfo *info[MARKS];
    int letter[MARKS], runs = runs_compared(app, info, letter), count;
    Rect area = view->area;
    Shape shape;
    float *x = originals(app, &count, &shape);
    if (!x || area.h < 3 || !runs) {
        free(x);
        return;
    }
    cells_text_cut(cells, view->head.x, view->head.y, view->head.w, plain(ROLE_DIM), runs > 1 ? "as each run makes them" : "originals and as the run makes them");
    Table table = lay_out(area, shape, runs + 1, count);
    size_t size = shape_size(shape);
    for (int k = 0; k <= runs; k++) {
        const Digits *digits = k ? digits_of(r, info[k - 1]->run.name) : NULL;
        const float *from = k ? (digits ? digits->output : NULL) : x;
        int left = area.x + (table.across ? k * (table.w + 1) : 3), top = area.y + (table.across ? 1 : k * (table.h + (area.h > (runs + 1) * (table.h + 1) ? 1 : 0)));
        char label[2] = {k && letter[k - 1] >= 0 ? (char)('A' + letter[k - 1]) : ' ', '\0'};
        Style style = bold(runs_letter_role(k ? letter[k - 1] : -1));
        if (table.across)
            cells_text_cut(cells, left, area.y, table.w, k ? style : plain(ROLE_DIM), k ? letter[k - 1] >= 0 ? label : info[k - 1]->run.name : table.w < 8 ? "orig" : "original");
        else if (k)
            cells_text(cells, area.x, top + (table.h - 1) / 2, style, label);
        if (k && !from)
            cells_text_cut(cells, left, top + (table.h - 1) / 2, table.across ? table.w : area.w - 3, plain(ROLE_FAINT), !digits ? "…" : table.across && table.w < 22 ? "none" : "makes no such pictures");
        for (int i = 0; from && i < table.samples; i++)
            pictures_draw(cells, rect_new(left + (table.across ? 0 : i * (table.w + 1)), top + (table.across ? i * (table.h + 1) : 0), table.w, table.h),
                          from + (size_t)i * size, shape);
    }
    free(x);
}
