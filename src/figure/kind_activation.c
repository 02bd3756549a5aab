/* The input that excites each unit most. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "study/activation.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNT, FIRST, COLUMNS, STEPS, RATE };

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 256, .normal = "16", .help = "how many units"},
    [FIRST] = {.name = "first", .type = PARAM_INT, .min = 0, .max = 1e6, .normal = "0", .help = "the first unit"},
    [COLUMNS] = {.name = "columns", .type = PARAM_INT, .min = 1, .max = 100, .normal = "8", .help = "units beside each other"},
    [STEPS] = {.name = "steps", .type = PARAM_INT, .min = 1, .max = 10000, .normal = "60", .help = "steps of gradient ascent"},
    [RATE] = {.name = "rate", .type = PARAM_REAL, .min = 1e-4, .max = 1, .normal = "0.05", .help = "how much a step changes a pixel"},
};

/* The layer that makes the code is the most interesting one; without a code, the last but one. */
static int usual_layer(const Subject *s)
{
    return s->code > 0 ? s->code - 1 : s->layers > 1 ? s->layers - 2 : 0;
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    const Subject *s = source->subject;
    int layer = request->text[0] ? figure_layer(s, request->text[0], NULL, "units", err) : usual_layer(s);
    if (layer < 0)
        return false;
    Shape shape = network_layer_plan(s->net, layer)->out;
    int first = request_int(request, FIRST), count = shape.c - first < request_int(request, COUNT) ? shape.c - first : request_int(request, COUNT);
    if (count < 1)
        return error_set(err, ERROR_USAGE, NULL, "unit %d: layer %s has %d", first, network_layer_spec(s->net, layer)->name, shape.c);
    int columns = count < request_int(request, COLUMNS) ? count : request_int(request, COLUMNS);
    int *unit = mem_new((size_t)count, sizeof *unit);
    float *x = mem_new((size_t)count * s->input, sizeof *x), *reached = mem_new((size_t)count, sizeof *reached);
    for (int i = 0; i < count; i++)
        unit[i] = first + i;
    ActivationOptions options = activation_options_new();
    options.steps = request_int(request, STEPS);
    options.rate = request_real(request, RATE);
    options.seed = request->seed;
    bool ok = activation_maximise(s, layer, unit, count, &options, x, reached, err);
    if (ok) {
        Sheet sheet;
        sheet_new(&sheet, figure_rows(count, columns), columns, s->picture);
        table_add_column(&out->table, "unit");
        table_add_column(&out->table, "activation");
        table_add_columns(&out->table, "p", (int)s->input);
        for (int i = 0; i < count; i++) {
            sheet.cell[i].pixels = x + (size_t)i * s->input;
            snprintf(sheet.cell[i].caption, SHEET_TEXT, "%d: %.2f", unit[i], (double)reached[i]);
            int row = table_add_row(&out->table);
            table_set(&out->table, row, 0, unit[i]);
            table_set(&out->table, row, 1, reached[i]);
            figure_table_pixels(&out->table, row, 2, x + (size_t)i * s->input, s->input);
        }
        CaptionText text;
        snprintf(text.title, sizeof text.title, "What excites %s most", network_layer_spec(s->net, layer)->name);
        snprintf(text.subtitle, sizeof text.subtitle, "%s \u00b7 gradient ascent on the input, %d steps \u00b7 below: unit and activation",
                 s->name, options.steps);
        sheet.captions = figure_captions(&text, s);
        ok = figure_put_sheet(request, &sheet, out, err);
        sheet_clear(&sheet);
    }
    free(unit);
    free(x);
    free(reached);
    return ok;
}

const FigureKind figure_activation = {
    .param = {.name = "activation", .help = "the input each unit likes best", .rows = rows, .count = COUNT_OF(rows)},
    .text = {{"layer", "the layer's name; else the one that makes the code"}},
    .needs = NEED_NETWORK,
    .draw = draw,
};
