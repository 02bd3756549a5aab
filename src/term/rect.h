/* Rectangles of cells, and the arithmetic of layouts: a screen cuts strips off the rectangle it was given.
 *
 *     Rect side = rect_cut_right(&area, 30);   area keeps the rest
 *
 * Cutting more than there is gives what there is; sizes never become negative. */
#ifndef TERM_RECT_H
#define TERM_RECT_H

#include <stdbool.h>

typedef struct Rect { int x, y, w, h; } Rect;

static inline Rect rect_new(int x, int y, int w, int h) { return (Rect){x, y, w < 0 ? 0 : w, h < 0 ? 0 : h}; }
static inline bool rect_has(Rect r, int x, int y) { return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h; }
static inline bool rect_empty(Rect r) { return r.w <= 0 || r.h <= 0; }

static inline int rect_limit(int size, int all) { return size < 0 ? 0 : size > all ? all : size; }

static inline Rect rect_cut_top(Rect *r, int rows)
{
    rows = rect_limit(rows, r->h);
    Rect cut = {r->x, r->y, r->w, rows};
    r->y += rows;
    r->h -= rows;
    return cut;
}

static inline Rect rect_cut_bottom(Rect *r, int rows)
{
    rows = rect_limit(rows, r->h);
    r->h -= rows;
    return (Rect){r->x, r->y + r->h, r->w, rows};
}

static inline Rect rect_cut_left(Rect *r, int columns)
{
    columns = rect_limit(columns, r->w);
    Rect cut = {r->x, r->y, columns, r->h};
    r->x += columns;
    r->w -= columns;
    return cut;
}

static inline Rect rect_cut_right(Rect *r, int columns)
{
    columns = rect_limit(columns, r->w);
    r->w -= columns;
    return (Rect){r->x + r->w, r->y, columns, r->h};
}

static inline Rect rect_inset(Rect r, int columns, int rows)
{
    return rect_new(r.x + columns, r.y + rows, r.w - 2 * columns, r.h - 2 * rows);
}

static inline bool rect_equal(Rect a, Rect b) { return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h; }

static inline Rect rect_meet(Rect a, Rect b)
{
    int x0 = a.x > b.x ? a.x : b.x, y0 = a.y > b.y ? a.y : b.y;
    int x1 = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w, y1 = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return rect_new(x0, y0, x1 - x0, y1 - y0);
}

static inline Rect rect_centre(Rect outer, int w, int h)
{
    w = rect_limit(w, outer.w);
    h = rect_limit(h, outer.h);
    return (Rect){outer.x + (outer.w - w) / 2, outer.y + (outer.h - h) / 2, w, h};
}

#endif
