/* Counts the points of each group in each cell; the plot's frame and ticks are plot.c's. */
#include "term/cloud.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static void range(const Cloud *cloud, int axis, double *low, double *high)
{
    *low = INFINITY, *high = -INFINITY;
    for (int i = 0; i < cloud->count; i++)
        if (isfinite(cloud->xy[2 * i]) && isfinite(cloud->xy[2 * i + 1])) {
            *low = fmin(*low, cloud->xy[2 * i + axis]);
            *high = fmax(*high, cloud->xy[2 * i + axis]);
        }
    if (!(*high >= *low))
        *low = 0, *high = 1;
    double air = *high > *low ? (*high - *low) * 0.02 : 0.5;
    *low -= air;
    *high += air;
}

static void widen(double *low, double *high, double by)
{
    double middle = (*low + *high) / 2, half = (*high - *low) / 2 * by;
    *low = middle - half;
    *high = middle + half;
}

Plot cloud_axes(const Cloud *cloud, Rect area)
{
    enum { MOST_AIR = 3 /* a cloud longer than that fills the axes instead */ };
    Plot plot = {.cursor = NAN};
    range(cloud, 0, &plot.x0, &plot.x1);
    range(cloud, 1, &plot.y0, &plot.y1);
    Rect inside = plot_inside(area);
    if (!cloud->equal || rect_empty(inside))
        return plot;
    double per_x = (plot.x1 - plot.x0) / inside.w, per_y = (plot.y1 - plot.y0) / (2 * inside.h); /* a cell is twice as high as wide */
    if (fmax(per_x, per_y) > MOST_AIR * fmin(per_x, per_y))
        return plot;
    if (per_x < per_y)
        widen(&plot.x0, &plot.x1, per_y / per_x);
    else
        widen(&plot.y0, &plot.y1, per_x / per_y);
    return plot;
}

/* How many points of each group lie in a cell, and which of its dots are set. */
typedef struct Tally { uint16_t *of; uint8_t *dots; } Tally;

static Tally count_points(const Cloud *cloud, const Plot *axes, Rect inside, const DotKind *kind)
{
    size_t cells = (size_t)inside.w * (size_t)inside.h;
    Tally tally = {mem_new(cells * (size_t)cloud->groups, sizeof *tally.of), mem_new(cells, sizeof *tally.dots)};
    for (int i = 0; i < cloud->count; i++) {
        double x = (cloud->xy[2 * i] - axes->x0) / (axes->x1 - axes->x0), y = (axes->y1 - cloud->xy[2 * i + 1]) / (axes->y1 - axes->y0);
        int group = cloud->group ? cloud->group[i] : 0;
        if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1) || group < 0 || group >= cloud->groups)
            continue;
        int dx = (int)(x * (inside.w * kind->w - 1) + 0.5), dy = (int)(y * (inside.h * kind->h - 1) + 0.5);
        size_t at = (size_t)(dy / kind->h) * (size_t)inside.w + (size_t)(dx / kind->w);
        uint16_t *count = &tally.of[at * (size_t)cloud->groups + (size_t)group];
        *count = (uint16_t)(*count + (*count < UINT16_MAX));
        tally.dots[at] |= (uint8_t)(1u << (dy % kind->h * kind->w + dx % kind->w));
    }
    return tally;
}

void cloud_draw(Cells *cells, Rect area, const Cloud *cloud, const Plot *axes)
{
    Rect inside = plot_inside(area);
    plot_draw(cells, area, axes);
    if (rect_empty(inside) || cloud->groups < 1)
        return;
    const DotKind *kind = plot_dots(&cells->look);
    Tally tally = count_points(cloud, axes, inside, kind);
    for (int i = 0; i < inside.w * inside.h; i++) {
        const uint16_t *of = tally.of + (size_t)i * (size_t)cloud->groups;
        int most = 0;
        for (int g = 1; g < cloud->groups; g++)
            if (of[g] > of[most])
                most = g;
        if (!of[most])
            continue;
        uint32_t glyph = cloud->glyph ? cloud->glyph[most] : kind->glyph ? kind->glyph(tally.dots[i]) : '.';
        cells_put(cells, inside.x + i % inside.w, inside.y + i / inside.w, (Style){cloud->ink[most], 0}, glyph);
    }
    free(tally.of);
    free(tally.dots);
}
