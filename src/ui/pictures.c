/* Tiles of digits: the sizes at which pixels stay even, then whatever fits. */
#include "ui/pictures.h"

#include "term/picture.h"

void pictures_tile_size(Shape shape, int w, int h, int rows, int *tile_w, int *tile_h)
{
    int room = rows > 0 ? (h - (rows - 1)) / rows : h;
    int full_w = shape.w, full_h = (shape.h + 1) / 2;
    *tile_w = full_w;
    *tile_h = full_h;
    if (full_h <= room && full_w <= w)
        return;
    if (full_h / 2 <= room && full_w / 2 <= w && full_h % 2 == 0) {
        *tile_w = full_w / 2;
        *tile_h = full_h / 2;
        return;
    }
    Rect fit = picture_fit(rect_new(0, 0, w, room), shape.w, shape.h);
    *tile_w = fit.w;
    *tile_h = fit.h < room ? fit.h : room;
}

void pictures_draw(Cells *cells, Rect tile, const float *x, Shape shape)
{
    picture_draw_floats(cells, tile, x, shape.h, shape.w, shape.c);
}

void pictures_tile(Cells *cells, Rect area, const float *x, int count, Shape shape, const char *const *caption)
{
    int w, h, below = caption ? 1 : 0;
    if (rect_empty(area) || count < 1)
        return;
    /* Large enough to be seen, small enough for at least four. */
    pictures_tile_size(shape, (area.w - 1) / 2, area.h, area.h >= 15 ? 2 : 1, &w, &h);
    int columns = (area.w + 1) / (w + 1);
    if (columns < 1)
        columns = 1;
    for (int i = 0; i < count; i++) {
        Rect tile = rect_new(area.x + i % columns * (w + 1), area.y + i / columns * (h + 1 + below), w, h);
        if (tile.y + h > area.y + area.h)
            return;
        pictures_draw(cells, tile, x + (size_t)i * shape_size(shape), shape);
        if (caption)
            cells_text_cut(cells, tile.x, tile.y + h, w, plain(ROLE_DIM), caption[i]);
    }
}
