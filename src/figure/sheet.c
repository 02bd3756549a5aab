/* Layout in pixels: [y label][row labels][columns ...], and from top to bottom [column labels][bands of rows][labels][x label][bar]. */
#include "figure/sheet.h"

#include "base/mem.h"
#include "figure/axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURE = 56, WIDEST = 760, LABEL_GAP = 8, BAND_GAP = 10, BAR_WIDTH = 120, BAR_HEIGHT = 8 }; /* units */

void sheet_new(Sheet *sheet, int rows, int columns, Shape shape)
{
    *sheet = (Sheet){.shape = shape, .rows = rows, .columns = columns, .gap = 4};
    sheet->cell = mem_new((size_t)rows * (size_t)columns, sizeof *sheet->cell);
    sheet->row_label = mem_new((size_t)rows, sizeof *sheet->row_label);
    sheet->column_label = mem_new((size_t)columns, sizeof *sheet->column_label);
}

void sheet_clear(Sheet *sheet)
{
    free(sheet->cell);
    free(sheet->row_label);
    free(sheet->column_label);
    *sheet = (Sheet){0};
}

bool sheet_picture(const SheetCell *cell, Shape shape, const Theme *theme, Image *out, Error *err)
{
    if (!image_new(out, shape.w, shape.h, shape.c == 3 ? 3 : cell->map == MAP_GREY || cell->map == MAP_PAPER ? 1 : 3, err))
        return false;
    float low = cell->low, high = cell->high > cell->low ? cell->high : cell->low + 1;
    size_t pixels = (size_t)shape.h * (size_t)shape.w;
    for (size_t i = 0; i < pixels * (size_t)shape.c; i++) {
        float share = (cell->pixels[i] - low) / (high - low);
        if (shape.c == 3) {
            out->pixels[i] = (uint8_t)lrintf(255 * fminf(fmaxf(isnan(share) ? 0 : share, 0), 1));
            continue;
        }
        Colour colour = colour_map(cell->map, theme, cell->map == MAP_SIGNED ? 2 * share - 1 : share);
        memcpy(out->pixels + i * (size_t)out->channels, &colour, (size_t)out->channels);
    }
    return true;
}

/* All distances in pixels. */
typedef struct Layout {
    int zoom, w, h;     /* of a picture */
    int pitch;          /* from column to column */
    int left, top;      /* of the first picture in the body */
    int caption;        /* height of the line below rows that have captions */
    int labels, x_label, bar; /* heights below the rows */
    int width, height;
} Layout;

static int widest_label(char (*label)[SHEET_TEXT], int count, const FigureStyle *style)
{
    int widest = 0;
    for (int i = 0; label && i < count; i++) {
        int width = page_text_width(style, label[i]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static bool row_has_captions(const Sheet *sheet, int row)
{
    for (int column = 0; column < sheet->columns; column++)
        if (sheet->cell[row * sheet->columns + column].caption[0])
            return true;
    return false;
}

/* Of the row's pictures in the body; for row == rows: where the rows end. */
static int row_top(const Sheet *sheet, const Layout *l, int row, int u)
{
    int y = l->top;
    for (int r = 0; r < row; r++) {
        y += l->h + (l->caption && row_has_captions(sheet, r) ? l->caption : 0);
        y += r + 1 == sheet->rows ? 0 : sheet->gap * u;
        y += sheet->band && (r + 1) % sheet->band == 0 && r + 1 < sheet->rows ? BAND_GAP * u : 0;
    }
    return y;
}

static int chosen_zoom(const Sheet *sheet)
{
    int side = sheet->shape.w > sheet->shape.h ? sheet->shape.w : sheet->shape.h;
    int zoom = (PICTURE + side / 2) / side, most = (WIDEST / sheet->columns - sheet->gap) / sheet->shape.w;
    zoom = zoom < most ? zoom : most;
    return zoom > 1 ? zoom : 1;
}

static Layout lay_out(const Sheet *sheet, const FigureStyle *style)
{
    Layout l = {0};
    int u = style->scale, line = page_line(style), count = sheet->rows * sheet->columns;
    bool text = !style->bare;
    l.zoom = (style->zoom ? style->zoom : style->bare ? 1 : chosen_zoom(sheet)) * u;
    l.w = sheet->shape.w * l.zoom;
    l.h = sheet->shape.h * l.zoom;
    int widest = 0;
    for (int i = 0; text && i < count; i++) {
        int width = page_text_width(style, sheet->cell[i].caption);
        widest = width > widest ? width : widest;
    }
    int heading = text && !sheet->columns_below ? widest_label(sheet->column_label, sheet->columns, style) : 0;
    l.caption = widest ? line + 2 * u : 0;
    widest = widest > heading ? widest : heading;
    l.pitch = l.w + sheet->gap * u;
    if (widest && widest + 8 * u > l.pitch)
        l.pitch = widest + 8 * u;
    bool foot = text && sheet->columns_below && widest_label(sheet->column_label, sheet->columns, style);
    int rows_label = text ? widest_label(sheet->row_label, sheet->rows, style) : 0;
    l.left = rows_label ? rows_label + LABEL_GAP * u : 0;
    l.left += text && sheet->y_label ? line + 4 * u : 0;
    l.top = heading ? line : 0;
    l.labels = foot ? line + 2 * u : 0;
    l.x_label = text && sheet->x_label ? line + 2 * u : 0;
    l.bar = text && sheet->bar ? line + 10 * u : 0;
    l.width = l.left + (sheet->columns - 1) * l.pitch + l.w;
    /* captions are centred and may stick out on both sides */
    if (widest > l.w)
        l.left += (widest - l.w) / 2, l.width += widest - l.w;
    l.height = row_top(sheet, &l, sheet->rows, u) + l.labels + l.x_label + l.bar;
    return l;
}

static void draw_bar(Page *page, const SheetCell *cell, int x, int y)
{
    int u = page->style.scale, steps = BAR_WIDTH * u;
    char low[24], high[24];
    axis_number(low, sizeof low, cell->low, 3);
    axis_number(high, sizeof high, cell->high > cell->low ? cell->high : cell->low + 1, 3);
    text_draw(&page->canvas, (float)x, (float)(y + 9 * u), &page->dim, low);
    x += page_text_width(&page->style, low) + 5 * u;
    for (int i = 0; i < steps; i++) {
        float share = ((float)i + 0.5f) / (float)steps;
        canvas_fill(&page->canvas, x + i, y + u, 1, BAR_HEIGHT * u,
                    colour_map(cell->map, page->style.theme, cell->map == MAP_SIGNED ? 2 * share - 1 : share));
    }
    canvas_frame(&page->canvas, x - u, y, steps + 2 * u, (BAR_HEIGHT + 2) * u, u, page->style.theme->faint);
    text_draw(&page->canvas, (float)(x + steps + 6 * u), (float)(y + 9 * u), &page->dim, high);
}

static bool draw_cells(const Sheet *sheet, const Layout *l, Page *page, Error *err)
{
    int u = page->style.scale;
    for (int row = 0; row < sheet->rows; row++)
        for (int column = 0; column < sheet->columns; column++) {
            const SheetCell *cell = &sheet->cell[row * sheet->columns + column];
            int x = page->x + l->left + column * l->pitch, y = page->y + row_top(sheet, l, row, u);
            if (!cell->pixels)
                continue;
            Image picture;
            if (!sheet_picture(cell, sheet->shape, page->style.theme, &picture, err))
                return false;
            canvas_picture(&page->canvas, x, y, &picture, l->zoom);
            image_clear(&picture);
            /* a signed picture's zero is the paper's colour: show where it ends */
            if (cell->map == MAP_SIGNED && !page->style.bare)
                canvas_frame(&page->canvas, x - u, y - u, l->w + 2 * u, l->h + 2 * u, u, page->style.theme->faint);
            TextStyle caption = page->dim;
            caption.align = ALIGN_CENTRE;
            if (cell->marked)
                caption.colour = page->style.theme->bad;
            if (l->caption)
                text_draw(&page->canvas, (float)x + (float)l->w / 2, (float)(y + l->h + 12 * u), &caption, cell->caption);
        }
    return true;
}

static void draw_labels(const Sheet *sheet, const Layout *l, Page *page)
{
    int u = page->style.scale, end = page->y + row_top(sheet, l, sheet->rows, u);
    TextStyle right = page->plain, middle = page->plain;
    right.align = ALIGN_RIGHT, middle.align = ALIGN_CENTRE;
    int pictures = page->x + l->left, across = (sheet->columns - 1) * l->pitch + l->w;
    for (int row = 0; sheet->row_label && row < sheet->rows; row++) {
        int widest = widest_label(sheet->row_label, sheet->rows, &page->style);
        int x = page->x + (sheet->y_label ? page_line(&page->style) + 4 * u : 0) + widest;
        text_draw(&page->canvas, (float)x, (float)(page->y + row_top(sheet, l, row, u) + l->h / 2) + 4.5f * (float)u, &right,
                  sheet->row_label[row]);
    }
    for (int column = 0; sheet->column_label && column < sheet->columns; column++)
        text_draw(&page->canvas, (float)(pictures + column * l->pitch) + (float)l->w / 2,
                  (float)(sheet->columns_below ? end + 12 * u : page->y + 8 * u), &middle, sheet->column_label[column]);
    TextStyle dim = page->dim;
    dim.align = ALIGN_CENTRE;
    if (sheet->x_label)
        text_draw(&page->canvas, (float)pictures + (float)across / 2, (float)(end + l->labels + 12 * u), &dim, sheet->x_label);
    dim.upward = true;
    if (sheet->y_label)
        text_draw(&page->canvas, (float)(page->x + 9 * u), (float)(page->y + l->top + end) / 2, &dim, sheet->y_label);
    if (sheet->bar)
        draw_bar(page, &sheet->cell[0], pictures, end + l->labels + l->x_label + 8 * u);
}

bool sheet_draw(const Sheet *sheet, const FigureStyle *style, Image *out, Error *err)
{
    Layout l = lay_out(sheet, style);
    Page page;
    if (!page_open(&page, &sheet->captions, l.width, l.height, style, out, err))
        return false;
    if (!draw_cells(sheet, &l, &page, err)) {
        image_clear(out);
        return false;
    }
    if (!style->bare)
        draw_labels(sheet, &l, &page);
    return true;
}
