/* A sample passing through the design: a thread makes the passage (study/passage.h) whenever design, data or sample are others, and
 * what came last is drawn until the next one is there. */
#include "ui/through.h"

#include "base/mem.h"
#include "store/model.h"
#include "term/picture.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the job */

typedef struct ThroughJob {
    Design *design;
    int stage, sample;
    uint64_t seed;
    char run[RUN_PATH], runs_dir[RUN_PATH]; /* a run of this very network: its weights; "": untrained */
    float *x;
    Passage passage;
    bool good;
    Error error;
} ThroughJob;

static void work(void *context)
{
    ThroughJob *job = context;
    Model model = {0};
    if (job->run[0] && model_open(job->run, job->runs_dir, &model, NULL)) {
        job->good = passage_make(job->design, job->stage, job->seed, &model.weights, job->x, job->sample, &job->passage, &job->error);
        model_clear(&model);
    }
    if (!job->good) /* no weights of all its layers yet */
        job->good = passage_make(job->design, job->stage, job->seed, NULL, job->x, job->sample, &job->passage, &job->error);
}

static ThroughJob *take_job(Through *t)
{
    ThroughJob *job = job_finish(t->job);
    t->job = NULL;
    free(job->x);
    passage_clear(&t->passage);
    design_free(t->design);
    t->design = NULL;
    return job;
}

/* Do the weights of one fit the other? */
static bool same_network(const Design *a, const Design *b)
{
    bool same = shape_equal(a->input, b->input) && a->layers == b->layers && a->stages == b->stages;
    for (int i = 0; same && i < a->layers; i++)
        same = strcmp(a->layer[i].name, b->layer[i].name) == 0 && param_set_equal(&a->layer[i].set, &b->layer[i].set);
    return same;
}

/* Nothing can pass: says why. */
static bool refuse(Through *t, const char *why)
{
    passage_clear(&t->passage);
    t->good = false;
    error_set(&t->why, ERROR_INPUT, NULL, "%s", why);
    return false;
}

/* Numbers and weights of the way: a slip of the finger can make a layer of a billion. */
static bool small_enough(Bench *bench, int stage)
{
    enum { MOST = 1 << 26 };
    const Outline *outline = bench_outline(bench);
    int layer[DESIGN_LAYERS], count = outline_stage_layers(bench_design(bench), stage, layer);
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += (double)shape_size(outline->row[layer[i]].out) + (double)outline->row[layer[i]].parameters;
    return sum < MOST;
}

static bool can_pass(Through *t, Bench *bench, int stage)
{
    const Error *why;
    const Dataset *set = bench_probe_set(bench);
    if (!bench_summary(bench, stage, &why))
        return refuse(t, why->what);
    if (!set || set->count == 0)
        return refuse(t, "there is no data yet");
    if (shape_size(set->shape) != shape_size(bench_design(bench)->input))
        return refuse(t, "the data's pictures are of another size than the input");
    if (!small_enough(bench, stage))
        return refuse(t, "this network is too large to look through while it is designed");
    return true;
}

void through_ask(Through *t, Bench *bench, int stage, int sample, int wake)
{
    const Design *design = bench_design(bench), *trained = bench_trained_design(bench);
    const Data *data = bench_data(bench);
    const char *run = trained && same_network(design, trained) ? bench_run_name(bench) : "";
    bool same = t->asked && t->version == bench_version(bench) && t->data == data && t->stage == stage && t->sample == sample &&
                strcmp(t->run, run) == 0;
    if (t->job || same)
        return;
    t->asked = true;
    t->version = bench_version(bench);
    t->data = data;
    t->stage = stage;
    t->sample = sample;
    snprintf(t->run, sizeof t->run, "%s", run);
    if (!can_pass(t, bench, stage))
        return;
    const Dataset *set = bench_probe_set(bench);
    ThroughJob *job = mem_new(1, sizeof *job);
    job->design = design_copy(design);
    job->stage = stage;
    job->sample = sample % set->count;
    job->seed = bench_seed(bench);
    snprintf(job->run, sizeof job->run, "%s", run);
    snprintf(job->runs_dir, sizeof job->runs_dir, "%s", bench_runs_dir(bench));
    job->x = mem_new(shape_size(set->shape), sizeof *job->x);
    dataset_sample(set, job->sample, job->x);
    t->picture = set->shape;
    t->job = job_start(work, job, wake);
}

bool through_tick(Through *t)
{
    if (!t->job || !job_done(t->job))
        return false;
    ThroughJob *job = take_job(t);
    t->passage = job->passage;
    t->design = job->design;
    t->good = job->good;
    t->why = job->error;
    free(job);
    return true;
}

void through_close(Through *t)
{
    if (t->job) {
        ThroughJob *job = take_job(t);
        passage_clear(&job->passage);
        design_free(job->design);
        free(job);
    }
    passage_clear(&t->passage);
    design_free(t->design);
}

/* ---- drawing */

/* A bar a number, the largest of several where there are more numbers than columns; what is negative is of another colour. */
static void draw_bars(Cells *cells, Rect area, const PassageStep *step)
{
    size_t size = shape_size(step->shape);
    float most = fmaxf(fabsf(step->least), fabsf(step->most));
    size_t columns = size < (size_t)area.w ? size : (size_t)area.w;
    int wide = size * 4 <= (size_t)area.w ? 3 : size * 2 <= (size_t)area.w ? 1 : 0; /* a few numbers: wide bars with gaps */
    for (size_t i = 0; i < columns && most > 0; i++) {
        float value = 0;
        for (size_t k = i * size / columns; k < (i + 1) * size / columns; k++)
            value = fabsf(step->x[k]) > fabsf(value) ? step->x[k] : value;
        int eighths = (int)lrintf(fabsf(value) / most * (float)area.h * 8), x = area.x + (int)i * (wide ? wide + 1 : 1);
        eighths = eighths == 0 && value != 0 ? 1 : eighths;
        for (int y = area.h - 1; y >= 0 && eighths > 0; y--, eighths -= 8)
            for (int w = 0; w < (wide ? wide : 1); w++)
                cells_put(cells, x + w, area.y + y, plain(value < 0 ? ROLE_BAD : ROLE_TRAIN), eighths >= 8 ? 0x2588 : 0x2580 + (uint32_t)eighths);
    }
}

/* One map of a layer, or a vector drawn as the data's pictures are; strength is brightness. */
static void draw_map(Cells *cells, Rect tile, const PassageStep *step, Shape shape, int channel)
{
    size_t count = (size_t)shape.h * (size_t)shape.w;
    int channels = shape.c == 3 && channel < 0 ? 3 : 1;
    float *x = mem_new(count * (size_t)channels, sizeof *x), most = fmaxf(fabsf(step->least), fabsf(step->most));
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < channels; k++)
            x[i * (size_t)channels + (size_t)k] =
                most > 0 ? fabsf(step->x[i * (size_t)shape.c + (size_t)(channels == 3 ? k : channel)]) / most : 0;
    picture_draw_floats(cells, tile, x, shape.h, shape.w, channels);
    free(x);
}

/* What came out of one layer, into an area; returns the columns it took. */
static int draw_step(const Through *t, Cells *cells, Rect area, const PassageStep *step)
{
    Shape shape = step->shape;
    if (shape.flat && shape_size(shape) == shape_size(t->picture))
        shape = t->picture;
    if (shape.flat || shape.h * shape.w == 1) {
        draw_bars(cells, area, step);
        return area.w;
    }
    Rect fit = picture_fit(rect_new(0, 0, area.w, area.h), shape.w, shape.h);
    if (fit.w > shape.w) { /* small maps stay small: a pixel is a pixel */
        fit.w = shape.w < 3 ? shape.w * 2 : shape.w;
        fit.h = shape.w < 3 ? shape.h : (shape.h + 1) / 2;
    }
    bool colours = shape.c == 3;
    int maps = colours ? 1 : shape.c, used = 0, x = area.x, y = area.y;
    for (int i = 0; i < maps; i++) {
        if (x + fit.w > area.x + area.w) {
            x = area.x;
            y += fit.h + 1;
        }
        if (y + fit.h > area.y + area.h || x + fit.w > area.x + area.w)
            break;
        draw_map(cells, rect_new(x, y, fit.w, fit.h), step, shape, colours ? -1 : i);
        x += fit.w + 1;
        used = x - area.x > used ? x - area.x : used;
    }
    return used;
}

static void head_line(const Design *design, const PassageStep *step, bool here, Cells *cells, Rect line)
{
    char text[96], shape[SHAPE_TEXT];
    Str spec = {0};
    if (step->layer >= 0)
        param_set_print(&design->layer[step->layer].set, false, &spec);
    snprintf(text, sizeof text, "%s", step->layer == PASSAGE_INPUT ? "a sample" : step->layer == PASSAGE_NOISY ? "with noise" : spec.text);
    str_clear(&spec);
    shape_text(step->shape, shape);
    int x = cells_text_cut(cells, line.x, line.y, line.w * 2 / 3, here ? bold(ROLE_ACCENT) : plain(ROLE_DIM), text);
    x = cells_text_cut(cells, x + 2, line.y, line.x + line.w - x - 2, plain(here ? ROLE_TEXT : ROLE_FAINT), shape);
    if (step->least == step->most)
        cells_text_cut(cells, x + 2, line.y, line.x + line.w - x - 2, plain(ROLE_BAD), step->most == 0 ? "all zero" : "all the same");
    else if (step->zeros >= 0.05f) {
        snprintf(text, sizeof text, "%.0f %% zero", 100 * step->zeros);
        cells_text_cut(cells, x + 2, line.y, line.x + line.w - x - 2, plain(ROLE_FAINT), text);
    }
}

/* The step that shows a layer; the input's where the layer is not on the way. */
static int step_of(const Through *t, int layer)
{
    int found = 0;
    for (int i = 0; i < t->passage.steps; i++)
        if (t->passage.step[i].layer == layer)
            found = i;
    return found;
}

enum { LOW = 14, BARS = 3, SMALL = 4, TILE = 7, LARGE = 14 };

/* The lines a step's pictures want, where a whole one may have so many. */
static int step_lines(const Through *t, const PassageStep *step, int tile)
{
    bool picture = !step->shape.flat || shape_size(step->shape) == shape_size(t->picture);
    int h = step->shape.flat ? t->picture.h : step->shape.h;
    return !picture || h == 1 ? BARS : h <= 2 * SMALL ? SMALL : h <= 2 * TILE ? TILE : tile;
}

static int strongest(const PassageStep *step)
{
    int best = 0;
    double most = -1;
    for (int c = 0; c < step->shape.c; c++) {
        double sum = 0;
        for (size_t i = (size_t)c; i < shape_size(step->shape); i += (size_t)step->shape.c)
            sum += fabsf(step->x[i]);
        if (sum > most) {
            most = sum;
            best = c;
        }
    }
    return best;
}

/* What goes in, an arrow, what comes out. */
static void draw_low(const Through *t, int at, Cells *cells, Rect area)
{
    head_line(t->design, &t->passage.step[at], true, cells, rect_cut_top(&area, 1));
    if (at > 0) {
        Rect left = rect_new(area.x, area.y, area.w * 2 / 5, area.h);
        const PassageStep *before = &t->passage.step[at - 1];
        Shape one = before->shape;
        int used = left.w;
        if (!one.flat && one.h * one.w > 1 && one.c != 3) { /* the strongest map stands for all */
            Rect fit = picture_fit(left, one.w, one.h);
            draw_map(cells, fit, before, one, strongest(before));
            used = fit.w;
        } else {
            int took = draw_step(t, cells, left, before);
            used = took < used ? took : used;
        }
        cells_text(cells, area.x + used + 1, area.y + area.h / 2, plain(ROLE_ACCENT), "→");
        rect_cut_left(&area, used + 3);
    }
    draw_step(t, cells, area, &t->passage.step[at]);
}

/* Few layers leave room for pictures in full size. */
static int tile_for(const Through *t, int height)
{
    int lines = 0;
    for (int i = 0; i < t->passage.steps; i++)
        lines += step_lines(t, &t->passage.step[i], LARGE) + 2;
    return lines <= height + 1 ? LARGE : TILE;
}

static void draw_high(const Through *t, int at, Cells *cells, Rect area)
{
    int tile = tile_for(t, area.h);
    /* The chosen layer in the middle, or as far down as there are layers above it. */
    int first = at, last = at, lines = step_lines(t, &t->passage.step[at], tile) + 2;
    for (bool grown = true; grown;) {
        grown = false;
        for (int side = 0; side < 2; side++) {
            int next = side ? last + 1 : first - 1;
            int more = next >= 0 && next < t->passage.steps ? step_lines(t, &t->passage.step[next], tile) + 2 : 0;
            if (!more || lines + more > area.h + 1)
                continue;
            lines += more;
            *(side ? &last : &first) = next;
            grown = true;
        }
    }
    for (int i = first; i <= last; i++) {
        head_line(t->design, &t->passage.step[i], i == at, cells, rect_cut_top(&area, 1));
        draw_step(t, cells, rect_cut_top(&area, step_lines(t, &t->passage.step[i], tile)), &t->passage.step[i]);
        rect_cut_top(&area, 1);
    }
}

void through_draw(const Through *t, int layer, Cells *cells, Rect area)
{
    if (!t->good) {
        cells_wrap(cells, area, plain(ROLE_FAINT), t->job ? "the sample is on its way" : t->why.what);
        return;
    }
    int at = step_of(t, layer);
    if (area.h < LOW)
        draw_low(t, at, cells, area);
    else
        draw_high(t, at, cells, area);
}
