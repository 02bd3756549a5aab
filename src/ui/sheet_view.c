/* The sheet's layout in cells, its pictures and captions, the crosshair, and the keys and clicks that move it. */
#include "ui/sheet_view.h"

#include "base/mem.h"
#include "base/str.h"
#include "term/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS = 15 /* columns of row labels, at most */, NARROW = 40 /* an area less wide has no room for them */, PAN = 7 };

typedef struct Layout {
    int tile_w, tile_h, pitch, labels, head, foot, gap_y, w, h;
} Layout;

static bool row_has_captions(const Sheet *sheet, int row)
{
    for (int column = 0; column < sheet->columns; column++)
        if (sheet->cell[row * sheet->columns + column].caption[0])
            return true;
    return false;
}

static int widest(char (*label)[SHEET_TEXT], int count)
{
    int most = 0;
    for (int i = 0; label && i < count; i++) {
        int wide = cells_width(label[i]);
        most = wide > most ? wide : most;
    }
    return most;
}

static int widest_caption(const Sheet *sheet)
{
    int most = 0;
    for (int i = 0; i < sheet->rows * sheet->columns; i++) {
        int wide = cells_width(sheet->cell[i].caption);
        most = wide > most ? wide : most;
    }
    return most;
}

/* Where the pictures of a row begin; for row == rows: where the last one ends. */
static int row_top(const Sheet *sheet, const Layout *l, int row)
{
    int y = l->head;
    for (int r = 0; r < row; r++) {
        bool last = r + 1 == sheet->rows, band = sheet->band && (r + 1) % sheet->band == 0, captions = row_has_captions(sheet, r);
        y += l->tile_h + captions;
        y += last || (captions && !band) ? 0 : band && sheet->band > 1 ? 1 : l->gap_y;
    }
    return y;
}

static Layout lay_out(const Sheet *sheet, Rect area, int tile_w, int gap_y)
{
    enum { STRETCH = 4 /* columns that a caption may ask for */ };
    Layout l = {.tile_w = tile_w, .pitch = tile_w + (sheet->gap > 0), .gap_y = sheet->gap > 0 ? gap_y : 0};
    int captions = widest_caption(sheet) + 1;
    if (captions > l.pitch)
        l.pitch = captions < l.pitch + STRETCH ? captions : l.pitch + STRETCH;
    double high = (double)tile_w * sheet->shape.h / sheet->shape.w / 2;
    l.tile_h = high < 1 ? 1 : (int)ceil(high - 0.25);
    int labels = widest(sheet->row_label, sheet->rows), columns = widest(sheet->column_label, sheet->columns);
    if (sheet->columns_below && sheet->y_label && labels < 8)
        labels = 8; /* the names of the axes */
    l.labels = !labels || area.w < NARROW ? 0 : (labels < LABELS ? labels : LABELS) + 1;
    l.head = columns && !sheet->columns_below;
    l.foot = columns && sheet->columns_below;
    l.w = l.labels + (sheet->columns - 1) * l.pitch + tile_w;
    l.h = row_top(sheet, &l, sheet->rows) + l.foot;
    return l;
}

static int largest(const Sheet *sheet, Rect area, int gap_y)
{
    int most = 1;
    for (int w = 2; w <= area.w && w <= 8 * sheet->shape.w; w++) {
        Layout l = lay_out(sheet, area, w, gap_y);
        if (l.w > area.w || l.h > area.h)
            break;
        most = w;
    }
    return most;
}

/* Whole multiples and plain parts of the size keep pixels even; they are worth a little of it. */
static int crisp(int width, int picture)
{
    int best = 1;
    for (int part = 1; part <= 8; part++)
        if (picture % part == 0 && picture / part <= width && picture / part > best)
            best = picture / part;
    for (int times = 2; times * picture <= width; times++)
        best = times * picture;
    return best * 100 >= width * 85 ? best : width;
}

static Layout fitted(const Sheet *sheet, Rect area)
{
    int apart = largest(sheet, area, 1), close = largest(sheet, area, 0);
    /* Lines between rows that have names are given up where pictures gain by it. */
    int gap = (widest(sheet->row_label, sheet->rows) || widest(sheet->column_label, sheet->columns)) && close * 8 >= apart * 10 ? 0 : 1;
    return lay_out(sheet, area, crisp(gap ? apart : close, sheet->shape.w), gap);
}

/* ---- one picture */

static void draw_tile(Cells *cells, Rect tile, const SheetCell *cell, Shape shape)
{
    const Look *look = &cells->look;
    bool grey = shape.c != 3 && (cell->map == MAP_GREY || cell->map == MAP_PAPER);
    bool uncoloured = shape.c != 3 && look->colour == COLOUR_MONO; /* signs and heat as brightness */
    if (grey || uncoloured) {
        size_t count = (size_t)shape.h * (size_t)shape.w;
        float low = cell->low, high = cell->high > cell->low ? cell->high : cell->low + 1;
        float most = cell->map == MAP_SIGNED ? 8.0f / 9 : 1; /* zero in the middle of one of the ramp's steps: an even ground */
        float *x = mem_new(count, sizeof *x);
        for (size_t i = 0; i < count; i++)
            x[i] = (cell->pixels[i * (size_t)shape.c] - low) / (high - low) * most;
        picture_draw_floats(cells, tile, x, shape.h, shape.w, 1);
        free(x);
        return;
    }
    Image image;
    if (!sheet_picture(cell, shape, look->light ? &theme_light : &theme_dark, &image, NULL))
        return;
    picture_draw(cells, tile, &image);
    image_clear(&image);
}

static Rect tile_of(const SheetView *view, int row, int column)
{
    return rect_new(view->area.x + column * view->pitch - view->pan_x, view->row_y[row], view->tile_w, view->tile_h);
}

static void middle_text(Cells *cells, Rect tile, int pitch, int y, Style style, const char *text)
{
    int wide = cells_width(text);
    if (wide > pitch - 1 && wide > tile.w)
        cells_text_cut(cells, tile.x, y, pitch - 1 > tile.w ? pitch - 1 : tile.w, style, text);
    else
        cells_text(cells, tile.x + (tile.w - wide) / 2, y, style, text);
}

/* ---- the crosshair */

static int band_of(const Sheet *sheet) { return sheet->band > 0 ? sheet->band : sheet->rows; }

/* Rows that show one sample in several ways: those of a band, where rows have names. */
static bool same_sample(const Sheet *sheet, int a, int b)
{
    return a == b || (sheet->row_label && sheet->row_label[a][0] && sheet->row_label[b][0] && !sheet->columns_below &&
                      a / band_of(sheet) == b / band_of(sheet));
}

static void draw_crosshair(const SheetView *view, Cells *cells, const Sheet *sheet)
{
    for (int row = 0; row < sheet->rows; row++) {
        if (!same_sample(sheet, row, view->row))
            continue;
        Rect tile = tile_of(view, row, view->column);
        int x = tile.x + (int)((view->x + 0.5) * tile.w / sheet->shape.w), y = tile.y + (int)((view->y + 0.5) * tile.h / sheet->shape.h);
        cells_put(cells, x, y, bold(ROLE_ACCENT), row == view->row ? 0x253c : 0x00b7);
    }
}

/* Keeps the crosshair inside, and in sight where only a part is shown. */
static void place_crosshair(SheetView *view, const Sheet *sheet)
{
    view->row = view->row < 0 ? 0 : view->row >= sheet->rows ? sheet->rows - 1 : view->row;
    view->column = view->column < 0 ? 0 : view->column >= sheet->columns ? sheet->columns - 1 : view->column;
    view->x = view->x < 0 ? 0 : view->x >= sheet->shape.w ? sheet->shape.w - 1 : view->x;
    view->y = view->y < 0 ? 0 : view->y >= sheet->shape.h ? sheet->shape.h - 1 : view->y;
}

static void step(int *pixel, int *picture, int by, int pixels, int pictures)
{
    *pixel += by;
    if (*pixel >= pixels && *picture + 1 < pictures) {
        *pixel = 0;
        (*picture)++;
    } else if (*pixel < 0 && *picture > 0) {
        *pixel = pixels - 1;
        (*picture)--;
    }
}

/* ---- the whole */

void sheet_view_draw(SheetView *view, Cells *cells, Rect area, const Sheet *sheet)
{
    if (rect_empty(area) || sheet->rows < 1 || sheet->columns < 1)
        return;
    int scaled = (int)lrint(sheet->shape.w * view->scale);
    Layout l = view->scale > 0 ? lay_out(sheet, area, scaled > 1 ? scaled : 1, 1) : fitted(sheet, area);
    view->whole = l.w <= area.w && l.h <= area.h;
    int most_x = l.w > area.w ? l.w - area.w : 0, most_y = l.h > area.h ? l.h - area.h : 0;
    view->pan_x = view->pan_x > most_x ? most_x : view->pan_x < 0 ? 0 : view->pan_x;
    view->pan_y = view->pan_y > most_y ? most_y : view->pan_y < 0 ? 0 : view->pan_y;
    area.x += l.w < area.w ? (area.w - l.w) / 2 : 0;
    int down = l.h < area.h ? (area.h - l.h) / 3 : 0; /* a little above the middle */
    rect_cut_top(&area, down);
    view->tile_w = l.tile_w, view->tile_h = l.tile_h, view->pitch = l.pitch;
    view->row_y = mem_resize(view->row_y, (size_t)sheet->rows, sizeof *view->row_y);
    view->rows = sheet->rows;
    for (int row = 0; row < sheet->rows; row++)
        view->row_y[row] = area.y + row_top(sheet, &l, row) - view->pan_y;
    place_crosshair(view, sheet);

    Rect clip = cells->clip, labels = rect_cut_left(&area, l.labels);
    area.w = area.w < l.w ? area.w : l.w;
    view->area = rect_new(area.x, area.y, area.w, area.h < l.h ? area.h : l.h);
    cells->clip = rect_meet(clip, labels);
    for (int row = 0; l.labels && row < sheet->rows; row++) {
        int middle = view->row_y[row] + (l.tile_h - 1) / 2;
        int wide = cells_width(sheet->row_label[row]);
        cells_text_cut(cells, labels.x + (wide < l.labels - 1 ? l.labels - 1 - wide : 0), middle, l.labels - 1, plain(ROLE_DIM), sheet->row_label[row]);
    }
    int foot = area.y + row_top(sheet, &l, sheet->rows) - view->pan_y;
    if (l.foot && l.labels && sheet->x_label && sheet->y_label)
        cells_textf(cells, labels.x, foot, plain(ROLE_DIM), "%s↑ %s→", sheet->y_label, sheet->x_label);
    cells->clip = rect_meet(clip, area);
    for (int column = 0; column < sheet->columns; column++) {
        for (int row = 0; row < sheet->rows; row++) {
            const SheetCell *cell = &sheet->cell[row * sheet->columns + column];
            Rect tile = tile_of(view, row, column);
            if (!cell->pixels || rect_empty(rect_meet(rect_new(tile.x, tile.y, tile.w, tile.h + 1), cells->clip)))
                continue;
            draw_tile(cells, tile, cell, sheet->shape);
            middle_text(cells, tile, l.pitch, tile.y + tile.h, plain(cell->marked ? ROLE_BAD : ROLE_DIM), cell->caption);
        }
        if (l.head || l.foot)
            middle_text(cells, tile_of(view, 0, column), l.pitch, l.head ? view->row_y[0] - 1 : foot, plain(ROLE_DIM), sheet->column_label[column]);
    }
    if (view->inspecting)
        draw_crosshair(view, cells, sheet);
    cells->clip = clip;
}

static bool point_at(SheetView *view, const Sheet *sheet, int x, int y)
{
    for (int row = 0; row < sheet->rows && row < view->rows; row++)
        for (int column = 0; column < sheet->columns; column++) {
            Rect tile = tile_of(view, row, column);
            if (!rect_has(rect_meet(tile, view->area), x, y) || !sheet->cell[row * sheet->columns + column].pixels)
                continue;
            view->row = row, view->column = column;
            view->x = (int)((x - tile.x + 0.5) * sheet->shape.w / tile.w);
            view->y = (int)((y - tile.y + 0.5) * sheet->shape.h / tile.h);
            return true;
        }
    return false;
}

/* Moves what is seen so that the crosshair's picture is. */
static void follow(SheetView *view)
{
    Rect tile = tile_of(view, view->row, view->column);
    if (tile.x < view->area.x)
        view->pan_x -= view->area.x - tile.x;
    if (tile.x + tile.w > view->area.x + view->area.w)
        view->pan_x += tile.x + tile.w - view->area.x - view->area.w;
    if (tile.y < view->area.y)
        view->pan_y -= view->area.y - tile.y;
    if (tile.y + tile.h > view->area.y + view->area.h)
        view->pan_y += tile.y + tile.h - view->area.y - view->area.h;
}

bool sheet_view_event(SheetView *view, const Sheet *sheet, const Event *event)
{
    if (event->kind == EVENT_MOUSE) {
        if ((event->mouse != MOUSE_PRESS && !(event->mouse == MOUSE_DRAG && view->inspecting)) || !view->rows ||
            !point_at(view, sheet, event->x, event->y))
            return false;
        view->inspecting = true;
        return true;
    }
    if (event->kind != EVENT_KEY || !view->rows)
        return false;
    uint32_t key = event->key;
    int dx = key == K_RIGHT || key == 'l' ? 1 : key == K_LEFT || key == 'h' ? -1 : 0;
    int dy = key == K_DOWN || key == 'j' ? 1 : key == K_UP || key == 'k' ? -1 : 0;
    int far_x = key == K_SHIFT_RIGHT ? 1 : key == K_SHIFT_LEFT ? -1 : 0, far_y = key == K_SHIFT_DOWN ? 1 : key == K_SHIFT_UP ? -1 : 0;
    if (!dx && !dy && !far_x && !far_y)
        return false;
    if (view->inspecting) {
        view->column += far_x;
        view->row += far_y;
        step(&view->x, &view->column, dx, sheet->shape.w, sheet->columns);
        step(&view->y, &view->row, dy, sheet->shape.h, sheet->rows);
        place_crosshair(view, sheet);
        follow(view);
        return true;
    }
    if (view->whole)
        return false;
    view->pan_x += PAN * (dx + 4 * far_x);
    view->pan_y += (PAN + 1) / 2 * (dy + 4 * far_y);
    return true;
}

void sheet_view_clear(SheetView *view)
{
    free(view->row_y);
    *view = (SheetView){0};
}

/* ---- numbers */

static void add_value(Str *out, const char *name, const float *pixel, int channels)
{
    str_addf(out, "  %s", name);
    for (int c = 0; c < channels; c++)
        str_addf(out, "%s%.3f", c ? "/" : *name ? " " : "", (double)pixel[c]);
}

void sheet_view_read(const SheetView *view, const Sheet *sheet, char *buffer, size_t size)
{
    const float *original = NULL, *made = NULL;
    int channels = sheet->shape.c;
    size_t at = ((size_t)view->y * (size_t)sheet->shape.w + (size_t)view->x) * (size_t)channels;
    const SheetCell *here = &sheet->cell[view->row * sheet->columns + view->column];
    Str text = {0};
    const char *about = here->about[0] ? here->about : sheet->column_label && !sheet->columns_below ? sheet->column_label[view->column] : "";
    str_addf(&text, "%s%spixel %d, %d", about, *about ? "  " : "", view->x, view->y);
    for (int row = 0; row < sheet->rows; row++) {
        const SheetCell *cell = &sheet->cell[row * sheet->columns + view->column];
        const char *name = sheet->row_label ? sheet->row_label[row] : "";
        bool compared = strcmp(name, "original") == 0 || strcmp(name, "noisy") == 0 || strcmp(name, "reconstruction") == 0;
        if (!cell->pixels || (row != view->row && !(compared && same_sample(sheet, row, view->row))))
            continue;
        add_value(&text, *name && !sheet->columns_below ? name : "value", cell->pixels + at, channels);
        if (strcmp(name, "original") == 0)
            original = cell->pixels + at;
        if (strcmp(name, "reconstruction") == 0 || (strncmp(name, "epoch", 5) == 0 && row == view->row))
            made = cell->pixels + at;
    }
    if (original && made) {
        float difference[3];
        for (int c = 0; c < channels && c < 3; c++)
            difference[c] = made[c] - original[c];
        add_value(&text, "difference", difference, channels < 3 ? channels : 3);
    }
    snprintf(buffer, size, "%s", text.text ? text.text : "");
    str_clear(&text);
}

int sheet_view_columns(int width, Shape shape, double share)
{
    int columns = (int)((width + 1) / (shape.w * share + 1));
    return columns > 1 ? columns : 1;
}
