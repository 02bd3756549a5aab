/* New pictures, decoded from codes drawn at random. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "study/latent.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNT, COLUMNS, FROM };
enum { FROM_AUTO, FROM_PRIOR, FROM_FITTED };

static const ParamChoice froms[] = {
    {"auto", "the prior for a variational code, else fitted", false, 0},
    {"prior", "the standard normal distribution", false, 0},
    {"fitted", "the normal distribution with the mean and covariance of the samples' codes", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 10000, .normal = "40", .help = "how many new pictures"},
    [COLUMNS] = {.name = "columns", .type = PARAM_INT, .min = 1, .max = 100, .normal = "10", .help = "pictures beside each other"},
    [FROM] = {.name = "from", .type = PARAM_CHOICE, .normal = "auto", .choices = froms, .help = "where the codes are drawn from"},
};

enum { SAMPLES = 1000 };

static bool codes(Subject *s, int from, int count, uint64_t seed, float *code, char *how, size_t size, Error *err)
{
    if (from == FROM_AUTO)
        from = s->prior ? FROM_PRIOR : FROM_FITTED;
    if (from == FROM_PRIOR) {
        latent_prior(s->code_size, count, seed, code);
        snprintf(how, size, "codes from the standard normal distribution");
        return true;
    }
    if (!s->data)
        return error_set(err, ERROR_USAGE, "name a data set with --data, or draw from=prior", "the distribution of the codes of %s is not known", s->name);
    int n = s->count < SAMPLES ? s->count : SAMPLES;
    float *known = subject_codes(s, NULL, n, err);
    if (!known)
        return false;
    latent_fitted(known, n, s->code_size, count, seed, code);
    snprintf(how, size, "codes from a normal distribution fitted to those of %d %s samples of %s", n, s->part, s->data->name);
    free(known);
    return true;
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    int count = request_int(request, COUNT), columns = count < request_int(request, COLUMNS) ? count : request_int(request, COLUMNS);
    float *code = mem_new((size_t)count * s->code_size, sizeof *code), *pixels = mem_new((size_t)count * s->output, sizeof *pixels);
    CaptionText text;
    char how[256];
    bool ok = codes(s, request_choice(request, FROM), count, request->seed, code, how, sizeof how, err);
    if (ok) {
        int shown = s->code_size <= 64 ? (int)s->code_size : 0;
        subject_decode(s, count, code, pixels);
        Sheet sheet;
        sheet_new(&sheet, figure_rows(count, columns), columns, s->picture);
        table_add_columns(&out->table, "z", shown);
        table_add_columns(&out->table, "p", (int)s->output);
        for (int i = 0; i < count; i++) {
            sheet.cell[i].pixels = pixels + (size_t)i * s->output;
            int row = table_add_row(&out->table);
            figure_table_pixels(&out->table, row, 0, code + (size_t)i * s->code_size, (size_t)shown);
            figure_table_pixels(&out->table, row, shown, pixels + (size_t)i * s->output, s->output);
        }
        snprintf(text.title, sizeof text.title, "New pictures by %s", s->name);
        snprintf(text.subtitle, sizeof text.subtitle, "%s \u00b7 seed %llu", how, (unsigned long long)request->seed);
        sheet.captions = figure_captions(&text, s);
        ok = figure_put_sheet(request, &sheet, out, err);
        sheet_clear(&sheet);
    }
    free(code);
    free(pixels);
    return ok;
}

const FigureKind figure_samples = {
    .param = {.name = "samples", .help = "new pictures from random codes", .rows = rows, .count = COUNT_OF(rows)},
    .needs = NEED_NETWORK | WANT_SAMPLES | NEED_PICTURES | NEED_CODE,
    .draw = draw,
};
