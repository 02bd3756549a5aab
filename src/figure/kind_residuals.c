/* What a network systematically gets wrong: principal components of the residuals. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "study/pca.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT, COMPONENTS };

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 2, .max = 1e6, .normal = "1000", .help = "residuals of how many samples"},
    [COMPONENTS] = {.name = "components", .type = PARAM_INT, .min = 1, .max = 100, .normal = "5", .help = "how many components"},
};

static float *residuals(Subject *s, int count, Error *err)
{
    float *r = mem_try_large((size_t)count * s->input, sizeof *r);
    if (!r) {
        error_set(err, ERROR_FAILED, "take fewer samples", "no memory for the residuals of %d samples", count);
        return NULL;
    }
    enum { CHUNK = 256 };
    float *x = mem_new(CHUNK * s->input, sizeof *x);
    for (int first = 0; first < count; first += CHUNK) {
        int n = count - first < CHUNK ? count - first : CHUNK;
        float *to = r + (size_t)first * s->input;
        for (int i = 0; i < n; i++)
            subject_noisy(s, first + i, x + (size_t)i * s->input);
        subject_run(s, n, x, to);
        for (int i = 0; i < n; i++) {
            subject_clean(s, first + i, x);
            for (size_t j = 0; j < s->input; j++)
                to[(size_t)i * s->input + j] -= x[j];
        }
    }
    free(x);
    return r;
}

static void fill(Sheet *sheet, const Pca *pca, float *pixels, Table *table)
{
    size_t size = (size_t)pca->size;
    table_add_words(table, "picture");
    table_add_column(table, "variance");
    table_add_column(table, "share");
    table_add_columns(table, "p", pca->size);
    for (int k = -1; k < pca->components; k++) {
        SheetCell *cell = &sheet->cell[k + 1];
        const float *from = k < 0 ? pca->mean : pca->component + (size_t)k * size;
        float most = 0;
        for (size_t j = 0; j < size; j++)
            most = fmaxf(most, fabsf(from[j]));
        for (size_t j = 0; j < size; j++)
            pixels[(size_t)(k + 1) * size + j] = most > 0 ? from[j] / most : 0;
        *cell = (SheetCell){.pixels = pixels + (size_t)(k + 1) * size, .map = MAP_SIGNED, .low = -1, .high = 1};
        double share = k >= 0 && pca->total > 0 ? pca->variance[k] / pca->total : 0;
        char name[24];
        snprintf(name, sizeof name, k < 0 ? "mean" : "component %d", k + 1);
        snprintf(sheet->column_label[k + 1], SHEET_TEXT, "%s", name);
        if (k < 0)
            snprintf(cell->caption, SHEET_TEXT, "\u00b1%.3f", (double)most);
        else
            snprintf(cell->caption, SHEET_TEXT, "%.1f %%", 100 * share);
        int row = table_add_row(table);
        table_set_word(table, row, 0, name);
        if (k >= 0) {
            table_set(table, row, 1, pca->variance[k]);
            table_set(table, row, 2, share);
        }
        figure_table_pixels(table, row, 3, from, size);
    }
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    int count = s->count < request_int(request, COUNT) ? s->count : request_int(request, COUNT);
    Pca pca = {0};
    float *r = residuals(s, count, err);
    bool ok = r && pca_fit(r, count, (int)s->input, request_int(request, COMPONENTS), &pca, err);
    if (ok) {
        float *pixels = mem_new(((size_t)pca.components + 1) * s->input, sizeof *pixels);
        double together = 0;
        for (int k = 0; k < pca.components; k++)
            together += pca.total > 0 ? pca.variance[k] / pca.total : 0;
        Sheet sheet;
        sheet_new(&sheet, 1, pca.components + 1, s->picture);
        fill(&sheet, &pca, pixels, &out->table);
        CaptionText text;
        char samples[160];
        figure_count_samples(s, count, samples, sizeof samples);
        snprintf(text.title, sizeof text.title, "Residuals of %s: principal components", s->name);
        snprintf(text.subtitle, sizeof text.subtitle, "reconstruction \u2212 original of %s \u00b7 below: share of the variance, together %.1f %%%s",
                 samples, 100 * together, s->picture.c == 1 ? " \u00b7 red positive, blue negative, each on its own scale" : "");
        sheet.captions = figure_captions(&text, s);
        ok = figure_put_sheet(request, &sheet, out, err);
        sheet_clear(&sheet);
        free(pixels);
    }
    pca_clear(&pca);
    free(r);
    return ok;
}

const FigureKind figure_residuals = {
    .param = {.name = "residuals", .help = "what reconstructions get wrong, as principal components", .rows = rows, .count = COUNT_OF(rows)},
    .needs = NEED_NETWORK | NEED_SAMPLES | NEED_PICTURES | NEED_NOISE,
    .draw = draw,
};
