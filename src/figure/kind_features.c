/* The feature maps that one sample makes in a layer. */
#include "figure/kinds.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLE, COUNT, COLUMNS, MAP };

static const ParamChoice maps[] = {
    {"grey", "black the least, white the most", false, 0},
    {"heat", "violet the least, yellow the most", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [SAMPLE] = {.name = "sample", .type = PARAM_INT, .min = 0, .max = 1e9, .normal = "0", .help = "the sample's number"},
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 4096, .normal = "64", .help = "how many maps, from the first"},
    [COLUMNS] = {.name = "columns", .type = PARAM_INT, .min = 1, .max = 100, .normal = "8", .help = "maps beside each other"},
    [MAP] = {.name = "map", .type = PARAM_CHOICE, .normal = "grey", .choices = maps, .help = "how values become colours"},
};

static bool has_maps(const Subject *s, int layer)
{
    Shape out = network_layer_plan(s->net, layer)->out;
    return !out.flat && out.h * out.w > 1;
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    int sample = request_int(request, SAMPLE), layer = figure_layer(s, request->text[0], has_maps, "feature maps", err);
    if (layer < 0)
        return false;
    if (sample >= s->count)
        return error_set(err, ERROR_USAGE, NULL, "sample %d: there are %d, numbered from 0", sample, s->count);
    Shape shape = network_layer_plan(s->net, layer)->out, map = shape_map(shape.h, shape.w, 1);
    int count = shape.c < request_int(request, COUNT) ? shape.c : request_int(request, COUNT);
    int columns = count < request_int(request, COLUMNS) ? count : request_int(request, COLUMNS);
    size_t size = shape_size(map);
    float *x = mem_new(s->input, sizeof *x), *y = mem_new(shape_size(shape), sizeof *y);
    float *maps_out = mem_new((size_t)count * size, sizeof *maps_out);
    subject_noisy(s, sample, x);
    network_forward(s->net, 0, layer + 1, 1, x, y);
    float low = INFINITY, high = -INFINITY;
    for (int c = 0; c < count; c++)
        for (size_t p = 0; p < size; p++) {
            float v = maps_out[(size_t)c * size + p] = y[p * (size_t)shape.c + (size_t)c];
            low = fminf(low, v), high = fmaxf(high, v);
        }
    Sheet sheet;
    sheet_new(&sheet, figure_rows(count, columns), columns, map);
    table_add_column(&out->table, "map");
    table_add_columns(&out->table, "p", (int)size);
    for (int c = 0; c < count; c++) {
        sheet.cell[c] = (SheetCell){.pixels = maps_out + (size_t)c * size, .low = low, .high = high > low ? high : low + 1,
                                    .map = request_choice(request, MAP) ? MAP_HEAT : MAP_GREY};
        int row = table_add_row(&out->table);
        table_set(&out->table, row, 0, c);
        figure_table_pixels(&out->table, row, 1, maps_out + (size_t)c * size, size);
    }
    sheet.bar = true;
    CaptionText text;
    char class_name[40] = "", of[80] = "";
    int label = subject_label(s, sample);
    if (label >= 0) {
        subject_class_name(s, label, class_name, sizeof class_name);
        snprintf(of, sizeof of, ", a \"%s\"", class_name);
    }
    snprintf(text.title, sizeof text.title, "Feature maps of %s", network_layer_spec(s->net, layer)->name);
    snprintf(text.subtitle, sizeof text.subtitle, "%s \u00b7 %d of %d maps, %d\u00d7%d \u00b7 %s sample %d of %s%s", s->name, count, shape.c,
             shape.h, shape.w, s->part, sample, s->data->name, of);
    sheet.captions = figure_captions(&text, s);
    bool ok = figure_put_sheet(request, &sheet, out, err);
    sheet_clear(&sheet);
    free(x);
    free(y);
    free(maps_out);
    return ok;
}

const FigureKind figure_features = {
    .param = {.name = "features", .help = "a sample's maps in a layer", .rows = rows, .count = COUNT_OF(rows)},
    .text = {{"layer", "the layer's name; else the first with maps"}},
    .needs = NEED_NETWORK | NEED_SAMPLES | NEED_MAPS,
    .draw = draw,
};
