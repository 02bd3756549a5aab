/* Deep copies.  Every block that a description points to goes on one list, which is freed as a whole. */
#include "figure/content.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void *keep(FigureContent *content, const void *data, size_t count, size_t size)
{
    if (!data)
        return NULL;
    void *copy = mem_new(count ? count : 1, size);
    memcpy(copy, data, count * size);
    content->block = mem_resize(content->block, (size_t)content->count + 1, sizeof *content->block);
    content->block[content->count++] = copy;
    return copy;
}

static const char *keep_text(FigureContent *content, const char *text)
{
    return text ? keep(content, text, strlen(text) + 1, 1) : NULL;
}

static const char *const *keep_texts(FigureContent *content, const char *const *text, int count)
{
    const char **copy = keep(content, text, (size_t)count, sizeof *text);
    for (int i = 0; copy && i < count; i++)
        copy[i] = keep_text(content, copy[i]);
    return copy;
}

static void keep_captions(FigureContent *content, Captions *captions)
{
    captions->title = keep_text(content, captions->title);
    captions->subtitle = keep_text(content, captions->subtitle);
    captions->note = keep_text(content, captions->note);
}

void content_of_sheet(const Sheet *sheet, FigureContent *out)
{
    size_t rows = (size_t)sheet->rows, columns = (size_t)sheet->columns;
    out->kind = CONTENT_SHEET;
    out->sheet = *sheet;
    Sheet *s = &out->sheet;
    keep_captions(out, &s->captions);
    s->cell = keep(out, sheet->cell, rows * columns, sizeof *s->cell);
    for (size_t i = 0; i < rows * columns; i++)
        s->cell[i].pixels = keep(out, s->cell[i].pixels, shape_size(s->shape), sizeof(float));
    s->row_label = keep(out, sheet->row_label, rows, sizeof *s->row_label);
    s->column_label = keep(out, sheet->column_label, columns, sizeof *s->column_label);
    s->x_label = keep_text(out, s->x_label);
    s->y_label = keep_text(out, s->y_label);
}

void content_of_lines(const LinePlot *plot, FigureContent *out)
{
    out->kind = CONTENT_LINES;
    out->lines = *plot;
    LinePlot *p = &out->lines;
    keep_captions(out, &p->captions);
    p->x_label = keep_text(out, p->x_label);
    p->y_label = keep_text(out, p->y_label);
    p->mark = keep(out, plot->mark, (size_t)plot->marks, sizeof *p->mark);
    Curve *curve = keep(out, plot->curve, (size_t)plot->curves, sizeof *curve);
    for (int i = 0; i < plot->curves; i++) {
        size_t count = (size_t)curve[i].count;
        curve[i].name = keep_text(out, curve[i].name);
        curve[i].x = keep(out, curve[i].x, count, sizeof(double));
        curve[i].y = keep(out, curve[i].y, count, sizeof(double));
    }
    p->curve = curve;
}

void content_of_scatter(const Scatter *scatter, FigureContent *out)
{
    size_t count = (size_t)scatter->count;
    out->kind = CONTENT_SCATTER;
    out->scatter = *scatter;
    Scatter *s = &out->scatter;
    keep_captions(out, &s->captions);
    s->x_label = keep_text(out, s->x_label);
    s->y_label = keep_text(out, s->y_label);
    s->legend_title = keep_text(out, s->legend_title);
    s->xy = keep(out, scatter->xy, 2 * count, sizeof *s->xy);
    s->group = keep(out, scatter->group, count, sizeof *s->group);
    s->group_name = keep_texts(out, scatter->group_name, scatter->groups);
    Image *picture = keep(out, scatter->picture, count, sizeof *picture);
    for (size_t i = 0; picture && i < count; i++)
        picture[i].pixels = keep(out, picture[i].pixels, (size_t)picture[i].w * (size_t)picture[i].h * (size_t)picture[i].channels, 1);
    s->picture = picture;
}

void content_of_matrix(const Matrix *matrix, FigureContent *out)
{
    size_t size = (size_t)matrix->size;
    out->kind = CONTENT_MATRIX;
    out->matrix = *matrix;
    Matrix *m = &out->matrix;
    keep_captions(out, &m->captions);
    m->count = keep(out, matrix->count, size * size, sizeof *m->count);
    m->name = keep_texts(out, matrix->name, matrix->size);
    m->row_axis = keep_text(out, m->row_axis);
    m->column_axis = keep_text(out, m->column_axis);
    m->extra_name = keep_texts(out, matrix->extra_name, matrix->extras);
    m->extra = keep(out, matrix->extra, size * (size_t)matrix->extras, sizeof *m->extra);
}

void content_of_blocks(const Blocks *blocks, FigureContent *out)
{
    out->kind = CONTENT_BLOCKS;
    out->blocks = *blocks;
    Blocks *b = &out->blocks;
    keep_captions(out, &b->captions);
    b->block = keep(out, blocks->block, (size_t)blocks->count, sizeof *b->block);
    b->shape_heading = keep_text(out, b->shape_heading);
    b->detail_heading = keep_text(out, b->detail_heading);
}

void content_clear(FigureContent *content)
{
    for (int i = 0; i < content->count; i++)
        free(content->block[i]);
    free(content->block);
    *content = (FigureContent){0};
}

const Captions *content_captions(const FigureContent *content)
{
    switch (content->kind) {
    case CONTENT_SHEET: return &content->sheet.captions;
    case CONTENT_LINES: return &content->lines.captions;
    case CONTENT_SCATTER: return &content->scatter.captions;
    case CONTENT_MATRIX: return &content->matrix.captions;
    case CONTENT_BLOCKS: return &content->blocks.captions;
    default: return NULL;
    }
}
