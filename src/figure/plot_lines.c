/* Curves over epochs or batches: lines, markers, the best point, and what happened on the way. */
#include "figure/plot.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 560, HEIGHT = 320, MARKED = 15 /* markers on one curve, at most */ };

static const float dashed[] = {7, 4, 0};

static bool shown(const LinePlot *plot, double y)
{
    return isfinite(y) && (!plot->log_y || y > 0);
}

static void ranges(const LinePlot *plot, Axis *x, Axis *y)
{
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (int c = 0; c < plot->curves; c++)
        for (int i = 0; i < plot->curve[c].count; i++) {
            double px = plot->curve[c].x[i], py = plot->curve[c].y[i];
            if (!shown(plot, py) || !isfinite(px))
                continue;
            x0 = fmin(x0, px), x1 = fmax(x1, px);
            y0 = fmin(y0, py), y1 = fmax(y1, py);
        }
    for (int i = 0; i < plot->marks; i++) /* a NaN may lie beyond the last number */
        x0 = fmin(x0, plot->mark[i].x), x1 = fmax(x1, plot->mark[i].x);
    *x = axis_new(x0, x1, plot->log_x, plot->x_label);
    x->whole = plot->whole_x;
    if (plot->y_low < plot->y_high)
        *y = (Axis){plot->y_low, plot->y_high, false, false, plot->y_label};
    else
        *y = axis_new(y0, y1, plot->log_y, plot->y_label);
}

static void draw_curve(Page *page, const Frame *frame, const LinePlot *plot, const Curve *curve)
{
    float u = (float)page->style.scale, pattern[] = {dashed[0] * u, dashed[1] * u, 0};
    int every = (curve->count + MARKED - 1) / MARKED;
    Point *point = mem_new((size_t)curve->count + 1, sizeof *point);
    for (int i = 0; i < curve->count; i++)
        point[i] = shown(plot, curve->y[i]) ? frame_point(frame, curve->x[i], curve->y[i]) : POINT_GAP;
    Colour colour = curve->colour;
    canvas_lines(&page->canvas, point, curve->count,
                 &(Pen){colour, (curve->faint ? 1.0f : 1.6f) * u, curve->faint ? 0.35f : 1,
                        curve->dashed ? pattern : NULL});
    for (int i = 0; curve->dots && i < curve->count; i += every)
        if (isfinite(point[i].x))
            canvas_marker(&page->canvas, curve->marker, point[i].x, point[i].y,
                          (curve->dashed ? 2.2f : 2.8f) * u, colour);
    if (curve->best >= 0 && isfinite(point[curve->best].x)) {
        Point p = point[curve->best];
        canvas_marker(&page->canvas, MARK_STAR, p.x, p.y, 7.5f * u, page->style.theme->background);
        canvas_marker(&page->canvas, MARK_STAR, p.x, p.y, 5.5f * u, page->style.theme->accent);
    }
    free(point);
}

/* Their words stand at the top under the marks, one line lower where they would touch. */
static void draw_marks(Page *page, const Frame *frame, const LinePlot *plot)
{
    int u = page->style.scale, line = page_line(&page->style);
    float end = -1e9f;
    int level = 0;
    for (int i = 0; i < plot->marks; i++) {
        const LineMark *mark = &plot->mark[i];
        Colour colour = mark->kind == PLOT_NAN ? page->style.theme->bad : mark->kind == PLOT_CHANGE ? page->style.theme->changed
                                                                                                   : page->style.theme->dim;
        float pattern[] = {2 * (float)u, 3 * (float)u, 0};
        Point top = frame_point(frame, mark->x, 0);
        canvas_line(&page->canvas, top.x, (float)frame->top, top.x, (float)(frame->top + frame->h), &(Pen){colour, (float)u, 0.8f, pattern});
        if (mark->kind != PLOT_STAGE)
            canvas_marker(&page->canvas, mark->kind == PLOT_NAN ? MARK_CROSS : MARK_DOWN, top.x, (float)(frame->top + 5 * u),
                          4 * (float)u, colour);
        if (page->style.bare)
            continue;
        TextStyle style = page->plain;
        style.colour = colour;
        float width = text_span(mark->text, (float)u);
        float pad = 3 * (float)u, begin = top.x + pad;
        if (begin + width + pad > (float)(frame->left + frame->w))
            begin = top.x - width - pad;
        level = begin < end ? (level + 1) % 6 : 0;
        end = begin + width + 2 * pad;
        int y = frame->top + 22 * u + level * line;
        canvas_fill(&page->canvas, (int)(begin - pad / 3), y - 11 * u, (int)(width + pad), 15 * u, page->style.theme->background);
        text_draw(&page->canvas, begin, (float)y, &style, mark->text);
    }
}

bool plot_lines(const LinePlot *plot, const FigureStyle *style, Image *out, Error *err)
{
    Axis x, y;
    ranges(plot, &x, &y);
    LegendEntry *entry = mem_new((size_t)plot->curves + 1, sizeof *entry);
    Legend legend = {NULL, entry, 0};
    bool best = false;
    for (int c = 0; c < plot->curves; c++) {
        const Curve *curve = &plot->curve[c];
        best |= curve->best >= 0;
        if (curve->name)
            entry[legend.count++] = (LegendEntry){
                .name = curve->name,
                .colour = curve->colour,
                .dash = curve->dashed ? dashed : NULL,
                .line = true, .faint = curve->faint,
                .marker = curve->dots ? (int)curve->marker : -1};
    }
    if (best)
        entry[legend.count++] = (LegendEntry){.name = "best epoch", .colour = style->theme->accent, .marker = MARK_STAR};
    Page page;
    Frame frame;
    bool ok = plot_open(&page, &frame, &plot->captions, &x, &y, style->width ? style->width : WIDTH,
                        style->height ? style->height : HEIGHT, &legend, style, out, err);
    if (ok) {
        draw_marks(&page, &frame, plot);
        for (int faint = 1; faint >= 0; faint--)
            for (int c = 0; c < plot->curves; c++)
                if (plot->curve[c].faint == faint)
                    draw_curve(&page, &frame, plot, &plot->curve[c]);
    }
    free(entry);
    return ok;
}
