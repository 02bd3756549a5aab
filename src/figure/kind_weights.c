/* A layer's weights as pictures: what each unit looks for. */
#include "figure/kinds.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT, COLUMNS, MAP, EACH };
enum { MAP_OPTION_SIGNED, MAP_OPTION_GREY };

static const ParamChoice maps[] = {
    {"signed", "blue negative, red positive, one scale for all", false, 0},
    {"grey", "black the least, white the most", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 4096, .normal = "64", .help = "how many units, from the first"},
    [COLUMNS] = {.name = "columns", .type = PARAM_INT, .min = 1, .max = 100, .normal = "8", .help = "units beside each other"},
    [MAP] = {.name = "map", .type = PARAM_CHOICE, .normal = "signed", .choices = maps, .help = "how weights become colours"},
    [EACH] = {.name = "each", .type = PARAM_FLAG, .normal = "no", .help = "every unit on its own scale"},
};

/* The kernel as pictures: (units, shape).  Dense (in, units): a column each, as an input picture; a convolution
 * (h, w, in, out): one picture for each output, in colour where it has three inputs, else for each pair. */
typedef struct Kernels {
    Shape shape;
    int count;
    float *pixels;
    bool pairs; /* one for each input and output channel */
    int inputs;
} Kernels;

static const NetworkTensor *kernel_of(const Subject *s, int layer, NetworkTensor *out)
{
    for (int i = 0; i < network_tensors(s->net); i++) {
        *out = network_tensor(s->net, i);
        if (out->layer == layer && out->plan->role == TENSOR_WEIGHT && (out->plan->rank == 4 || out->plan->rank == 2))
            return out;
    }
    return NULL;
}

static bool drawable(const Subject *s, int layer)
{
    NetworkTensor tensor;
    return kernel_of(s, layer, &tensor) != NULL;
}

static Kernels dense_kernels(const Subject *s, int layer, const NetworkTensor *t, int most)
{
    int in = t->plan->dim[0], units = t->plan->dim[1];
    Shape given = network_layer_plan(s->net, layer)->in;
    bool pixels = (size_t)in == s->input;
    Kernels k = {.shape = pixels ? s->picture : picture_shape(given), .count = units < most ? units : most};
    k.pixels = mem_new((size_t)k.count * (size_t)in, sizeof(float));
    for (int u = 0; u < k.count; u++)
        for (int i = 0; i < in; i++)
            k.pixels[(size_t)u * in + i] = t->data[(size_t)i * units + u];
    return k;
}

static Kernels conv_kernels(const NetworkTensor *t, int most)
{
    int places = t->plan->dim[0] * t->plan->dim[1], in = t->plan->dim[2], out = t->plan->dim[3];
    bool colour = in == 3;
    Kernels k = {.shape = shape_map(t->plan->dim[0], t->plan->dim[1], colour ? 3 : 1), .pairs = !colour && in > 1, .inputs = in};
    k.count = colour ? out : in * out;
    k.count = k.count < most ? k.count : most;
    size_t size = shape_size(k.shape);
    k.pixels = mem_new((size_t)k.count * size, sizeof(float));
    for (int n = 0; n < k.count; n++)
        for (int p = 0; p < places; p++)
            for (int c = 0; c < k.shape.c; c++) {
                int from = colour ? c : n % in, to = colour ? n : n / in;
                k.pixels[(size_t)n * size + (size_t)(p * k.shape.c + c)] = t->data[((size_t)p * in + from) * out + to];
            }
    return k;
}

static float largest(const float *x, size_t count)
{
    float most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmaxf(most, fabsf(x[i]));
    return most > 0 ? most : 1;
}

static void scale_cell(SheetCell *cell, const Kernels *k, const FigureRequest *request)
{
    size_t size = shape_size(k->shape);
    bool each = request_choice(request, EACH);
    const float *from = each ? cell->pixels : k->pixels;
    size_t count = each ? size : size * (size_t)k->count;
    if (request_choice(request, MAP) == MAP_OPTION_SIGNED && k->shape.c == 1) {
        float most = largest(from, count);
        cell->map = MAP_SIGNED, cell->low = -most, cell->high = most;
        return;
    }
    cell->low = INFINITY, cell->high = -INFINITY;
    for (size_t i = 0; i < count; i++)
        cell->low = fminf(cell->low, from[i]), cell->high = fmaxf(cell->high, from[i]);
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    const Subject *s = source->subject;
    NetworkTensor tensor;
    int layer = figure_layer(s, request->text[0], drawable, "weights that are pictures", err);
    if (layer < 0 || !kernel_of(s, layer, &tensor))
        return false;
    Kernels k = tensor.plan->rank == 2 ? dense_kernels(s, layer, &tensor, request_int(request, COUNT))
                                       : conv_kernels(&tensor, request_int(request, COUNT));
    int columns = request_int(request, COLUMNS) < k.count ? request_int(request, COLUMNS) : k.count;
    size_t size = shape_size(k.shape);
    Sheet sheet;
    sheet_new(&sheet, figure_rows(k.count, columns), columns, k.shape);
    table_add_column(&out->table, "unit");
    if (k.pairs)
        table_add_column(&out->table, "input");
    int first = out->table.columns;
    table_add_columns(&out->table, "w", (int)size);
    for (int i = 0; i < k.count; i++) {
        sheet.cell[i].pixels = k.pixels + (size_t)i * size;
        scale_cell(&sheet.cell[i], &k, request);
        int row = table_add_row(&out->table);
        table_set(&out->table, row, 0, k.pairs ? i / k.inputs : i);
        if (k.pairs)
            table_set(&out->table, row, 1, i % k.inputs);
        figure_table_pixels(&out->table, row, first, k.pixels + (size_t)i * size, size);
    }
    sheet.bar = !request_choice(request, EACH) && k.shape.c == 1;
    CaptionText text;
    const LayerSpec *spec = network_layer_spec(s->net, layer);
    snprintf(text.title, sizeof text.title, "Weights of %s", spec->name);
    int total = tensor.plan->rank == 2 ? tensor.plan->dim[1] : k.pairs ? tensor.plan->dim[2] * tensor.plan->dim[3] : tensor.plan->dim[3];
    snprintf(text.subtitle, sizeof text.subtitle, "%s \u00b7 %d of %d %s%s", s->name, k.count, total,
             tensor.plan->rank == 2 ? "units" : k.pairs ? "kernels, one for each input and output channel" : "kernels",
             request_choice(request, EACH) ? " \u00b7 each on its own scale" : "");
    sheet.captions = figure_captions(&text, s);
    bool ok = figure_put_sheet(request, &sheet, out, err);
    sheet_clear(&sheet);
    free(k.pixels);
    return ok;
}

const FigureKind figure_weights = {
    .param = {.name = "weights", .help = "what each unit looks for", .rows = rows, .count = COUNT_OF(rows)},
    .text = {{"layer", "the layer's name; else the first with weights"}},
    .needs = NEED_NETWORK,
    .draw = draw,
};
