/* What the kinds share: samples, captions, layers, pixels as numbers. */
#include "figure/kinds.h"

#include "figure/axis.h"
#include "study/pick.h"

#include <stdio.h>
#include <string.h>

const ParamChoice figure_pick_choices[] = {
    [PICK_FIRST] = {"first", "from the beginning", false, 0},
    [PICK_RANDOM] = {"random", "drawn with the seed", false, 0},
    [PICK_CLASSES] = {"classes", "one of each class, then the next of each", false, 0},
    [PICK_WORST] = {"worst", "those with the largest error", false, 0},
    [PICK_BEST] = {"best", "those with the smallest error", false, 0},
    {NULL, NULL, false, 0},
};

int figure_pick(const FigureSource *source, const char *indices, int order, int count, uint64_t seed, uint32_t *place, Error *err)
{
    if (indices)
        return pick_parse(indices, source->subject->count, place, count, err);
    return pick_samples(source->subject, (PickOrder)order, count, seed, place);
}

void figure_whole_number(double number, char *buffer, size_t size)
{
    axis_number(buffer, size, number, 15);
    buffer[strcspn(buffer, ".")] = '\0';
}

void figure_count_samples(const Subject *s, int count, char *buffer, size_t size)
{
    char number[32];
    figure_whole_number(count, number, sizeof number);
    snprintf(buffer, size, "%s %s %s of %s", number, s->part, count == 1 ? "sample" : "samples", s->data->name);
}

Captions figure_captions(CaptionText *text, const Subject *s)
{
    const char *gap = "";
    text->note[0] = '\0';
    if (s->data && s->model.data_name[0] && strcmp(s->model.data_name, s->data->name) != 0) {
        snprintf(text->note, sizeof text->note, "The network was trained on %s.", s->model.data_name);
        gap = " ";
    }
    if (s->data && s->data->note[0]) {
        size_t used = strlen(text->note);
        snprintf(text->note + used, sizeof text->note - used, "%s%s: %s", gap, s->data->name, s->data->note);
    }
    return (Captions){text->title, text->subtitle, text->note};
}

int figure_layer(const Subject *s, const char *name, bool (*fits)(const Subject *subject, int layer), const char *what, Error *err)
{
    for (int i = 0; i < s->layers; i++) {
        if (name && strcmp(network_layer_spec(s->net, i)->name, name) != 0)
            continue;
        if (!fits || fits(s, i))
            return i;
        if (name) {
            error_set(err, ERROR_USAGE, NULL, "layer %s has no %s", name, what);
            return -1;
        }
    }
    if (!name) {
        error_set(err, ERROR_INPUT, NULL, "no layer of %s has %s", s->name, what);
        return -1;
    }
    Str list = {0};
    for (int i = 0; i < s->layers; i++)
        if (!fits || fits(s, i))
            str_addf(&list, "%s%s", list.size ? ", " : "", network_layer_spec(s->net, i)->name);
    error_set(err, ERROR_USAGE, NULL, "no layer is called %s; there are %.300s", name, list.size ? list.text : "none");
    str_clear(&list);
    return -1;
}

int figure_table_samples(Table *table, int pixels)
{
    table_add_column(table, "sample");
    table_add_column(table, "label");
    int first = table->columns;
    table_add_columns(table, "p", pixels);
    return first;
}

void figure_table_pixels(Table *table, int row, int first, const float *pixels, size_t count)
{
    for (size_t i = 0; i < count; i++)
        table_set(table, row, first + (int)i, pixels[i]);
}

void figure_table_sample(Table *table, int row, int column, int place, int label)
{
    table_set(table, row, column, place);
    if (label >= 0)
        table_set(table, row, column + 1, label);
}

void figure_about_sample(const Subject *s, int place, char *buffer, size_t size)
{
    char name[40] = "";
    int label = subject_label(s, place);
    if (label >= 0)
        subject_class_name(s, label, name, sizeof name);
    snprintf(buffer, size, "%s #%d", name, place);
}

/* ---- the end of every draw function */

bool figure_put_sheet(const FigureRequest *request, const Sheet *sheet, Figure *out, Error *err)
{
    if (!request->content)
        return sheet_draw(sheet, &request->style, &out->image, err);
    content_of_sheet(sheet, &out->content);
    return true;
}

bool figure_put_lines(const FigureRequest *request, const LinePlot *plot, Figure *out, Error *err)
{
    if (!request->content)
        return plot_lines(plot, &request->style, &out->image, err);
    content_of_lines(plot, &out->content);
    return true;
}

bool figure_put_scatter(const FigureRequest *request, const Scatter *scatter, Figure *out, Error *err)
{
    if (!request->content)
        return plot_scatter(scatter, &request->style, &out->image, err);
    content_of_scatter(scatter, &out->content);
    return true;
}

bool figure_put_matrix(const FigureRequest *request, const Matrix *matrix, Figure *out, Error *err)
{
    if (!request->content)
        return matrix_draw(matrix, &request->style, &out->image, err);
    content_of_matrix(matrix, &out->content);
    return true;
}

bool figure_put_blocks(const FigureRequest *request, const Blocks *blocks, Figure *out, Error *err)
{
    if (!request->content)
        return blocks_draw(blocks, &request->style, &out->image, err);
    content_of_blocks(blocks, &out->content);
    return true;
}
