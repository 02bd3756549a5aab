/* Counts as shaded squares with their numbers, names at the edges, and columns beside it for what is told of each row. */
#include "figure/matrix.h"

#include <math.h>
#include <stdio.h>

enum { CELL_HEIGHT = 24, LEAST_WIDTH = 34, GAP = 8 }; /* units */

/* A share as a shade: the square root lifts the rare mistakes out of the background. */
static Colour shade(const Theme *theme, double share, bool right)
{
    Colour full = right ? theme->training : theme->bad;
    return colour_mix(theme->background, full, (float)(right ? share : sqrt(share)) * 0.9f);
}

static int widest_name(const char *const *name, int count, const FigureStyle *style)
{
    int widest = 0;
    for (int i = 0; i < count; i++) {
        int width = page_text_width(style, name[i]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static int extra_width(const char *name, const FigureStyle *style)
{
    int own = page_text_width(style, name), least = page_text_width(style, "100.0");
    return style->bare ? 0 : (own > least ? own : least) + 16 * style->scale;
}

static void draw_row(Page *page, const Matrix *m, int row, int x, int y, int w, int h)
{
    int u = page->style.scale;
    long total = 0;
    for (int c = 0; c < m->size; c++)
        total += m->count[row * m->size + c];
    for (int c = 0; c < m->size; c++) {
        long count = m->count[row * m->size + c];
        Colour ground = shade(page->style.theme, total ? (double)count / (double)total : 0, row == c);
        canvas_fill(&page->canvas, x + c * w, y, w - u, h - u, count ? ground : page->style.theme->background);
        if (page->style.bare)
            continue;
        char text[24];
        snprintf(text, sizeof text, count ? "%ld" : "\u00b7", count);
        TextStyle style = page->plain;
        style.align = ALIGN_CENTRE;
        style.colour = count ? colour_on(ground) : page->style.theme->dim;
        text_draw(&page->canvas, (float)(x + c * w) + (float)(w - u) / 2, (float)y + (float)h / 2 + 4 * (float)u, &style, text);
    }
}

bool matrix_draw(const Matrix *m, const FigureStyle *style, Image *out, Error *err)
{
    int u = style->scale, line = page_line(style);
    int names = style->bare ? 0 : widest_name(m->name, m->size, style), w = LEAST_WIDTH * u, h = CELL_HEIGHT * u;
    for (int i = 0; i < m->size * m->size && !style->bare; i++) {
        char text[24];
        snprintf(text, sizeof text, "%ld", m->count[i]);
        int need = page_text_width(style, text) + 10 * u;
        w = need > w ? need : w;
    }
    w = names + 10 * u > w ? names + 10 * u : w;
    int left = style->bare ? 0 : line + 4 * u + names + GAP * u, top = style->bare ? 0 : 2 * line + 4 * u;
    int extra = 0;
    for (int e = 0; e < m->extras; e++)
        extra += extra_width(m->extra_name[e], style);
    Page page;
    if (!page_open(&page, &m->captions, left + m->size * w + extra, top + m->size * h, style, out, err))
        return false;
    int x = page.x + left, y = page.y + top;
    for (int row = 0; row < m->size; row++)
        draw_row(&page, m, row, x, y + row * h, w, h);
    canvas_frame(&page.canvas, x - u, y - u, m->size * w + u, m->size * h + u, u, style->theme->faint);
    if (style->bare)
        return true;
    TextStyle right = page.plain, middle = page.plain, dim = page.dim;
    right.align = ALIGN_RIGHT, middle.align = dim.align = ALIGN_CENTRE;
    for (int i = 0; i < m->size; i++) {
        text_draw(&page.canvas, (float)(x - GAP * u), (float)(y + i * h) + (float)h / 2 + 4 * (float)u, &right, m->name[i]);
        text_draw(&page.canvas, (float)(x + i * w) + (float)(w - u) / 2, (float)(y - 6 * u), &middle, m->name[i]);
    }
    text_draw(&page.canvas, (float)x + (float)(m->size * w) / 2, (float)(y - 8 * u - line), &dim, m->column_axis);
    right.colour = page.dim.colour;
    int end = x + m->size * w;
    for (int e = 0; e < m->extras; e++) {
        end += extra_width(m->extra_name[e], style);
        text_draw(&page.canvas, (float)end, (float)(y - 6 * u), &right, m->extra_name[e]);
        for (int i = 0; i < m->size; i++) {
            char text[24];
            double value = m->extra[i * m->extras + e];
            snprintf(text, sizeof text, isnan(value) ? "\u2013" : "%.1f", 100 * value);
            TextStyle number = page.plain;
            number.align = ALIGN_RIGHT;
            text_draw(&page.canvas, (float)end, (float)(y + i * h) + (float)h / 2 + 4 * (float)u, &number, text);
        }
    }
    dim.upward = true;
    text_draw(&page.canvas, (float)(page.x + 9 * u), (float)y + (float)(m->size * h) / 2, &dim, m->row_axis);
    return true;
}
