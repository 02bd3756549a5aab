/* Pictures decoded from a grid in the plane of two code dimensions. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "figure/axis.h"
#include "study/latent.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNT, DIMS, SPACING, RANGE };
enum { SPACING_AUTO, SPACING_QUANTILES, SPACING_EVEN };

static const ParamChoice spacings[] = {
    {"auto", "quantiles for a variational code, else even over the codes", false, 0},
    {"quantiles", "the standard normal distribution's quantiles from 5 to 95 %", false, 0},
    {"even", "even steps from -range to range, or where the codes of the samples lie", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 100, .normal = "20", .help = "pictures a side"},
    [DIMS] = {.name = "dims", .type = PARAM_PAIR, .min = 1, .max = 4096, .normal = "1x2", .help = "the two dimensions, from 1: 1x2"},
    [SPACING] = {.name = "spacing", .type = PARAM_CHOICE, .normal = "auto", .choices = spacings, .help = "where the grid's lines lie"},
    [RANGE] = {.name = "range", .type = PARAM_REAL, .min = 0, .max = 1e6, .normal = "0",
               .help = "even spacing from -range to range; 0: from the codes of the samples"},
};

enum { SAMPLES = 1000 };

typedef struct Grid {
    int side, a, b; /* dimensions; b is -1 for codes of one number */
    float *x, *y;   /* (side): columns from left to right, rows from top to bottom */
    float *base;    /* the other dimensions */
    char how[160];
} Grid;

static void even(float *out, int count, float low, float high)
{
    for (int i = 0; i < count; i++)
        out[i] = count > 1 ? low + (high - low) * (float)i / (float)(count - 1) : (low + high) / 2;
}

/* The range of the samples' codes, and their mean in the other dimensions. */
static bool around_samples(Grid *g, Subject *s, Error *err)
{
    int n = s->count < SAMPLES ? s->count : SAMPLES;
    float *code = subject_codes(s, NULL, n, err);
    if (!code)
        return false;
    float *low = mem_new(s->code_size, sizeof *low), *high = mem_new(s->code_size, sizeof *high);
    latent_spread(code, n, s->code_size, g->base, low, high);
    even(g->x, g->side, low[g->a], high[g->a]);
    even(g->y, g->side, high[g->b < 0 ? 0 : g->b], low[g->b < 0 ? 0 : g->b]);
    snprintf(g->how, sizeof g->how, "where 90 %% of the codes of %d %s samples lie%s", n, s->part,
             s->code_size > 2 ? "; the other dimensions at their mean" : "");
    free(code);
    free(low);
    free(high);
    return true;
}

static bool place(Grid *g, Subject *s, const FigureRequest *request, Error *err)
{
    int spacing = request_choice(request, SPACING);
    float range = (float)request_real(request, RANGE);
    const char *others = s->code_size > 2 ? "; the other dimensions at 0" : "";
    if (spacing == SPACING_AUTO)
        spacing = s->prior && range <= 0 ? SPACING_QUANTILES : SPACING_EVEN;
    if (spacing == SPACING_QUANTILES) {
        latent_quantiles(g->side, g->x);
        for (int i = 0; i < g->side; i++)
            g->y[i] = g->x[g->side - 1 - i];
        snprintf(g->how, sizeof g->how, "at the standard normal distribution's quantiles from 5 to 95 %%%s", others);
        return true;
    }
    if (range > 0) {
        even(g->x, g->side, -range, range);
        even(g->y, g->side, range, -range);
        snprintf(g->how, sizeof g->how, "from \u2212%g to %g%s", (double)range, (double)range, others);
        return true;
    }
    if (!s->data)
        return error_set(err, ERROR_USAGE, "give --range, or a data set with --data", "where the codes of %s lie is not known", s->name);
    return around_samples(g, s, err);
}

static void label_axis(char (*label)[SHEET_TEXT], const float *value, int count)
{
    int every = count > 8 ? (count + 6) / 7 : 1;
    for (int i = 0; i < count; i++)
        if ((count - 1) / 2 % every == i % every) { /* the middle one among them */
            snprintf(label[i], SHEET_TEXT, "%.2f", (double)value[i] + 0.0);
            if (label[i][0] == '-')
                snprintf(label[i], SHEET_TEXT, "\u2212%.2f", -(double)value[i]);
        }
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    const int *dims = request->set.value[DIMS].size;
    int side = request_int(request, COUNT), rows_count = s->code_size > 1 ? side : 1;
    Grid g = {.side = side, .a = dims[0] - 1, .b = s->code_size > 1 ? dims[1] - 1 : -1};
    if (g.a >= (int)s->code_size || g.b >= (int)s->code_size || g.a == g.b)
        return error_set(err, ERROR_USAGE, NULL, "dimensions %d and %d of codes of %zu numbers", dims[0], dims[1], s->code_size);
    size_t cells = (size_t)side * (size_t)rows_count;
    g.x = mem_new((size_t)side, sizeof *g.x), g.y = mem_new((size_t)side, sizeof *g.y);
    g.base = mem_new(s->code_size, sizeof *g.base);
    float *code = mem_new(cells * s->code_size, sizeof *code), *pixels = mem_new(cells * s->output, sizeof *pixels);
    bool ok = place(&g, s, request, err);
    if (ok) {
        latent_grid(s->code_size, g.a, g.b, rows_count, g.y, side, g.x, g.base, code);
        subject_decode(s, (int)cells, code, pixels);
        Sheet sheet;
        sheet_new(&sheet, rows_count, side, s->picture);
        sheet.gap = 0;
        sheet.columns_below = true;
        char x_name[16], y_name[16];
        snprintf(x_name, sizeof x_name, "z%d", g.a + 1);
        snprintf(y_name, sizeof y_name, "z%d", g.b + 1);
        sheet.x_label = x_name, sheet.y_label = g.b >= 0 ? y_name : NULL;
        label_axis(sheet.column_label, g.x, side);
        if (g.b >= 0)
            label_axis(sheet.row_label, g.y, side);
        table_add_column(&out->table, x_name);
        table_add_column(&out->table, g.b >= 0 ? y_name : "-");
        table_add_columns(&out->table, "p", (int)s->output);
        for (size_t i = 0; i < cells; i++) {
            sheet.cell[i].pixels = pixels + i * s->output;
            int row = table_add_row(&out->table);
            table_set(&out->table, row, 0, g.x[i % (size_t)side]);
            if (g.b >= 0)
                table_set(&out->table, row, 1, g.y[i / (size_t)side]);
            figure_table_pixels(&out->table, row, 2, pixels + i * s->output, s->output);
        }
        CaptionText text;
        snprintf(text.title, sizeof text.title, "Manifold of %s", s->name);
        snprintf(text.subtitle, sizeof text.subtitle, "%d\u00d7%d codes decoded, %s", side, rows_count, g.how);
        sheet.captions = figure_captions(&text, s);
        ok = figure_put_sheet(request, &sheet, out, err);
        sheet_clear(&sheet);
    }
    free(g.x);
    free(g.y);
    free(g.base);
    free(code);
    free(pixels);
    return ok;
}

const FigureKind figure_manifold = {
    .param = {.name = "manifold", .help = "what a grid of codes decodes to", .rows = rows, .count = COUNT_OF(rows)},
    .needs = NEED_NETWORK | WANT_SAMPLES | NEED_PICTURES | NEED_CODE | NEED_PLANE,
    .draw = draw,
};
