/* The pane of pictures: fixed samples as they are, as the network was given them, and what it makes of them. */
#include "ui/train_own.h"

#include "ui/pictures.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static Train *self(App *app) { return train_state(app); }

/* One kind of picture of all samples. */
typedef struct Kind { const char *name, *brief; const float *x; Shape shape; bool made; } Kind;

typedef struct Gallery {
    Kind kind[4];
    int kinds, samples;
    Shape shape;
    const float *original;
    const uint8_t *labels;
    const float *output; /* pictures as the originals, or classes */
    bool guesses;        /* one line more: the class it takes each for */
} Gallery;

/* Codes of a stage that learns codes are shown as pictures of their own. */
static Shape code_shape(int size)
{
    int h = (int)sqrt(size);
    while (h > 1 && size % h)
        h--;
    return shape_map(h, size / h, 1);
}

static bool gather(App *app, Gallery *g)
{
    Train *train = self(app);
    const Snapshot *s = train_snapshot(app);
    *g = (Gallery){.guesses = s->progress.labels};
    g->original = bench_probes(app_bench(app), &g->samples, &g->shape, &g->labels);
    size_t size = shape_size(g->shape), fed = shape_size(s->probe_shape), out = shape_size(s->output_shape);
    if (!g->original || !size)
        return false;
    bool past = train->cursor > 0 && train->look.output;
    g->output = past ? train->look.output : s->output;
    g->kind[g->kinds++] = (Kind){"original", "original", g->original, g->shape, false};
    bool noisy = fed == size && s->noisy && memcmp(s->noisy, g->original, (size_t)g->samples * size * sizeof(float)) != 0;
    if (noisy)
        g->kind[g->kinds++] = (Kind){"noisy", "noisy", s->noisy, g->shape, false};
    else if (fed != size && s->noisy)
        g->kind[g->kinds++] = (Kind){"code", "code", s->noisy, code_shape((int)fed), false};
    if (out == size && g->output)
        g->kind[g->kinds++] = (Kind){noisy ? "denoised" : "reconstruction", noisy ? "denoised" : "remade", g->output, g->shape, true};
    else if (!g->guesses && s->output)
        g->kind[g->kinds++] = (Kind){"remade code", "remade", s->output, code_shape((int)out), true};
    return true;
}

/* ---- below each sample: how far off it is, or what it is taken for */

static void draw_caption(App *app, const Gallery *g, int i, Cells *cells, int x, int y, int width)
{
    const Snapshot *s = train_snapshot(app);
    size_t size = shape_size(g->shape), out = shape_size(s->output_shape);
    char text[24], number[16], label[8] = "";
    if (!g->output || width < 4)
        return;
    if (g->guesses) {
        const float *p = g->output + (size_t)i * out;
        size_t best = 0;
        for (size_t k = 1; k < out; k++)
            best = p[k] > p[best] ? k : best;
        bool right = best == g->labels[i];
        snprintf(text, sizeof text, width >= 8 ? "%s %zu %.2f" : "%s%zu", right ? "✓" : "✗", best, (double)p[best]);
        cells_text_cut(cells, x, y, width, plain(right ? ROLE_GOOD : ROLE_BAD), text);
        return;
    }
    if (out != size)
        return;
    double error = 0;
    for (size_t k = 0; k < size; k++)
        error += pow((double)g->output[(size_t)i * size + k] - (double)g->original[(size_t)i * size + k], 2);
    loss_text(number, sizeof number, error / (double)size);
    const Data *data = bench_data(app_bench(app));
    if (data && data->train.labels && width >= 10)
        snprintf(label, sizeof label, "%d ", g->labels[i]);
    snprintf(text, sizeof text, "%s%s", label, number + strspn(number, " "));
    cells_text_cut(cells, x, y, width, plain(ROLE_DIM), text);
}

/* Whether what is made is of now or of an epoch. */
static void draw_name(App *app, const Kind *kind, Cells *cells, int x, int y, int width, bool brief)
{
    Train *train = self(app);
    char when[32] = "live";
    int end = x + width;
    x = cells_text_cut(cells, x, y, width, kind->made ? bold(ROLE_TEXT) : plain(ROLE_DIM), brief ? kind->brief : kind->name);
    if (!kind->made || brief)
        return;
    if (train->cursor > 0 && train->look.output)
        snprintf(when, sizeof when, "◂ epoch %d ▸", train->look.epoch);
    else if (train->cursor > 0)
        snprintf(when, sizeof when, "%s", train->look.job ? "..." : "live: no such state kept");
    else if (!train_runs(app))
        snprintf(when, sizeof when, "%s", "as it ended");
    if (x + 2 + cells_width(when) <= end)
        cells_text(cells, x + 2, y, plain(train->cursor > 0 ? ROLE_ACCENT : ROLE_FAINT), when);
}

/* ---- two ways to lay them out: kinds below each other, or beside each other where that makes them larger */

static void tile_of(const Gallery *g, int w, int h, int *tile_w, int *tile_h)
{
    pictures_tile_size(g->shape, w, h, 1, tile_w, tile_h);
}

static void draw_below(App *app, const Gallery *g, Cells *cells, Rect area, int w, int h)
{
    int columns = (area.w + 1) / (w + 1);
    columns = columns > g->samples ? g->samples : columns;
    for (int i = 0; i < g->kinds; i++) {
        Rect line = rect_cut_top(&area, 1), row = rect_cut_top(&area, h);
        draw_name(app, &g->kind[i], cells, line.x, line.y, line.w, false);
        for (int k = 0; k < columns; k++)
            pictures_draw(cells, rect_new(row.x + k * (w + 1), row.y, w, row.h), g->kind[i].x + (size_t)k * shape_size(g->kind[i].shape),
                          g->kind[i].shape);
    }
    for (int k = 0; k < columns && area.h > 0; k++)
        draw_caption(app, g, k, cells, area.x + k * (w + 1), area.y, w);
}

static void draw_beside(App *app, const Gallery *g, Cells *cells, Rect area, int w, int h)
{
    Rect names = rect_cut_top(&area, 1);
    int wide = g->kinds * (w + 1), across = (area.w + 1) / wide;
    for (int i = 0; i < (g->kinds == 1 ? 1 : g->kinds * (across < 1 ? 1 : across)); i++)
        draw_name(app, &g->kind[i % g->kinds], cells, names.x + i * (w + 1), names.y, w, true);
    for (int k = 0; k < g->samples; k++) {
        int x = area.x + k % across * wide, y = area.y + k / across * (h + 1);
        if (y + h > area.y + area.h)
            return;
        for (int i = 0; i < g->kinds; i++)
            pictures_draw(cells, rect_new(x + i * (w + 1), y, w, h), g->kind[i].x + (size_t)k * shape_size(g->kind[i].shape), g->kind[i].shape);
        if (y + h < area.y + area.h)
            draw_caption(app, g, k, cells, x + (g->kinds - 1) * (w + 1), y + h, w);
    }
}

/* Three samples are enough; beyond, size is what counts. */
static int worth(int samples, int size) { return (samples < 3 ? samples : 3) * size; }

void train_draw_digits(App *app, Cells *cells, const PaneView *view)
{
    Gallery g;
    Rect area = view->area;
    int below_w, below_h, beside_w, beside_h;
    if (!gather(app, &g) || area.w < 4 || area.h < 3)
        return;
    if (g.kinds == 1) { /* a classifier's: at least two beside each other, then the next ones below */
        tile_of(&g, (area.w - 1) / 2, area.h - 2, &beside_w, &beside_h);
        draw_beside(app, &g, cells, area, beside_w, beside_h);
        return;
    }
    tile_of(&g, area.w, (area.h - 1) / g.kinds - 1, &below_w, &below_h);
    tile_of(&g, (area.w + 1) / g.kinds - 1, area.h - 2, &beside_w, &beside_h);
    int across = (area.w + 1) / (g.kinds * (beside_w + 1)), columns = (area.w + 1) / (below_w + 1);
    /* Larger is better only while there is more than one sample. */
    while (across * ((area.h - 1) / (beside_h + 1)) < 2 && beside_h / 2 > below_h) {
        beside_w /= 2;
        beside_h /= 2;
        across = (area.w + 1) / (g.kinds * (beside_w + 1));
    }
    if (g.kinds > 1 && worth(across * ((area.h - 1) / (beside_h + 1)), beside_w * beside_h) > worth(columns, below_w * below_h))
        draw_beside(app, &g, cells, area, beside_w, beside_h);
    else
        draw_below(app, &g, cells, area, below_w, below_h);
}
