/* Codes in the plane.  Points are drawn in an order that mixes the classes, so that none hides the others. */
#include "figure/plot.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE = 440, MOST_AIR = 3 /* a cloud longer than that fills the axes instead */ };

static void widen(Axis *axis, double by)
{
    double middle = (axis->low + axis->high) / 2, half = (axis->high - axis->low) / 2 * by;
    axis->low = middle - half, axis->high = middle + half;
}

static void ranges(const Scatter *s, int w, int h, Axis *x, Axis *y)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (int i = 0; i < 2 * s->count; i++)
        if (isfinite(s->xy[i])) {
            low[i % 2] = fmin(low[i % 2], s->xy[i]);
            high[i % 2] = fmax(high[i % 2], s->xy[i]);
        }
    *x = axis_new(low[0], high[0], false, s->x_label);
    *y = axis_new(low[1], high[1], false, s->y_label);
    double per_x = (x->high - x->low) / w, per_y = (y->high - y->low) / h;
    if (!s->equal || fmax(per_x, per_y) > MOST_AIR * fmin(per_x, per_y))
        return;
    if (per_x < per_y)
        widen(x, per_y / per_x);
    else
        widen(y, per_x / per_y);
}

static void draw_points(Page *page, const Frame *frame, const Scatter *s)
{
    uint32_t *order = mem_new((size_t)s->count, sizeof *order);
    for (int i = 0; i < s->count; i++)
        order[i] = (uint32_t)i;
    Rng rng = rng_new(1, RNG_PICK, 0, 0);
    rng_shuffle(&rng, order, (size_t)s->count);
    float u = (float)page->style.scale;
    float radius = u * (s->count > 2000 ? 1.6f : s->count > 500 ? 2.2f : 3.0f);
    for (int k = 0; k < s->count; k++) {
        int i = (int)order[k], group = s->group ? s->group[i] : -1;
        Point p = frame_point(frame, s->xy[2 * i], s->xy[2 * i + 1]);
        Colour colour = group >= 0 ? theme_class(page->style.theme, group) : page->style.theme->training;
        if (!isfinite(p.x) || !isfinite(p.y))
            continue;
        if (s->marks == SCATTER_PICTURES) {
            const Image *picture = &s->picture[i];
            int x = (int)lrintf(p.x) - picture->w / 2, y = (int)lrintf(p.y) - picture->h / 2;
            if (picture->channels == 1)
                canvas_stamp(&page->canvas, x, y, picture, colour);
            else
                canvas_picture(&page->canvas, x, y, picture, 1);
        } else if (s->marks == SCATTER_DIGITS && group >= 0) {
            TextStyle mark = {colour, u * (s->count > 1500 ? 0.75f : 1), s->count <= 1500, ALIGN_CENTRE, false};
            text_draw(&page->canvas, p.x, p.y + 4 * mark.size, &mark, s->group_name[group]);
        } else {
            canvas_disc(&page->canvas, p.x, p.y, radius, colour, s->count > 2000 ? 0.75f : 0.9f);
        }
    }
    free(order);
}

bool plot_scatter(const Scatter *s, const FigureStyle *style, Image *out, Error *err)
{
    int w = style->width ? style->width : SIDE, h = style->height ? style->height : SIDE;
    Axis x, y;
    ranges(s, w, h, &x, &y);
    LegendEntry *entry = mem_new((size_t)s->groups + 1, sizeof *entry);
    for (int g = 0; g < s->groups; g++)
        entry[g] = (LegendEntry){.name = s->group_name[g], .colour = theme_class(style->theme, g), .marker = MARK_DISC};
    bool coloured = s->group && !(s->marks == SCATTER_PICTURES && s->count && s->picture[0].channels == 3);
    Legend legend = {s->legend_title, entry, coloured ? s->groups : 0};
    Page page;
    Frame frame;
    bool ok = plot_open(&page, &frame, &s->captions, &x, &y, w, h, &legend, style, out, err);
    if (ok)
        draw_points(&page, &frame, s);
    free(entry);
    return ok;
}
