/* The axes: everything about a plot but what is plotted. */
#include "figure/plot.h"

#include <math.h>

enum { TICK = 4, PER_TICK_X = 70, PER_TICK_Y = 56, LEGEND_GAP = 16, SAMPLE = 26 }; /* units */

Point frame_point(const Frame *frame, double x, double y)
{
    double px = axis_place(&frame->x, x), py = axis_place(&frame->y, y);
    return (Point){(float)(frame->left + px * frame->w), (float)(frame->top + (1 - py) * frame->h)};
}

static int widest_tick(const Tick *tick, int count, const FigureStyle *style)
{
    int widest = 0;
    for (int i = 0; i < count; i++) {
        int width = page_text_width(style, tick[i].text);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static int legend_width(const Legend *legend, const FigureStyle *style)
{
    if (!legend || !legend->count || style->bare)
        return 0;
    int widest = legend->title ? page_text_width(style, legend->title) : 0;
    for (int i = 0; i < legend->count; i++) {
        int sample = legend->entry[i].line ? SAMPLE + 6 : 14;
        int width = page_text_width(style, legend->entry[i].name) + sample * style->scale;
        widest = width > widest ? width : widest;
    }
    return LEGEND_GAP * style->scale + widest;
}

static int legend_height(const Legend *legend, const FigureStyle *style)
{
    return legend && legend->count && !style->bare ? (legend->count + (legend->title != NULL)) * page_line(style) : 0;
}

static void draw_legend(Page *page, const Legend *legend, int x, int y)
{
    int u = page->style.scale, line = page_line(&page->style);
    if (legend->title) {
        text_draw(&page->canvas, (float)x, (float)(y + 9 * u), &page->dim, legend->title);
        y += line;
    }
    for (int i = 0; i < legend->count; i++, y += line) {
        const LegendEntry *e = &legend->entry[i];
        float middle = (float)y + 5 * (float)u, at = (float)x;
        if (e->line) {
            float pattern[8];
            int n = 0;
            for (; e->dash && e->dash[n] > 0; n++)
                pattern[n] = e->dash[n] * (float)u;
            pattern[n] = 0;
            canvas_line(&page->canvas, at + (float)u, middle, at + (float)((SAMPLE - 1) * u), middle,
                        &(Pen){e->colour, (e->faint ? 1.0f : 1.6f) * (float)u, e->faint ? 0.4f : 1, n ? pattern : NULL});
            if (e->marker >= 0)
                canvas_marker(&page->canvas, (Marker)e->marker, at + SAMPLE / 2.0f * (float)u, middle, 3.2f * (float)u, e->colour);
            at += (float)((SAMPLE + 6) * u);
        } else {
            if (e->mark) {
                TextStyle mark = page->bold;
                mark.colour = e->colour, mark.align = ALIGN_CENTRE;
                text_draw(&page->canvas, at + 4 * (float)u, (float)(y + 9 * u), &mark, e->mark);
            } else if (e->marker >= 0) {
                canvas_marker(&page->canvas, (Marker)e->marker, at + 4 * (float)u, middle, 3.6f * (float)u, e->colour);
            }
            at += (float)(14 * u);
        }
        text_draw(&page->canvas, at, (float)(y + 9 * u), &page->plain, e->name);
    }
}

static Colour grid_colour(const Page *page, const Tick *tick)
{
    return colour_mix(page->style.theme->background, page->style.theme->faint, tick->minor ? 0.45f : 1);
}

static void draw_x_axis(Page *page, const Frame *f, const Tick *tick, int count)
{
    int u = page->style.scale, bottom = f->top + f->h;
    TextStyle middle = page->plain;
    middle.align = ALIGN_CENTRE;
    for (int i = 0; i < count; i++) {
        int x = (int)lround(f->left + axis_place(&f->x, tick[i].at) * f->w);
        canvas_fill(&page->canvas, x, f->top, u, f->h, grid_colour(page, &tick[i]));
        if (page->style.bare || tick[i].minor)
            continue;
        canvas_fill(&page->canvas, x, bottom, u, TICK * u, page->style.theme->dim);
        text_draw(&page->canvas, (float)x + (float)u / 2, (float)(bottom + (TICK + 13) * u), &middle, tick[i].text);
    }
    TextStyle name = page->dim;
    name.align = ALIGN_CENTRE;
    char label[128];
    text_fit(label, sizeof label, f->x.label ? f->x.label : "", (float)u, (float)f->w);
    if (!page->style.bare)
        text_draw(&page->canvas, (float)f->left + (float)f->w / 2, (float)(bottom + (TICK + 13) * u + page_line(&page->style) + 2 * u),
                  &name, label);
}

static void draw_y_axis(Page *page, const Frame *f, const Tick *tick, int count)
{
    int u = page->style.scale;
    TextStyle right = page->plain;
    right.align = ALIGN_RIGHT;
    for (int i = 0; i < count; i++) {
        int y = (int)lround(f->top + (1 - axis_place(&f->y, tick[i].at)) * f->h);
        canvas_fill(&page->canvas, f->left, y, f->w, u, grid_colour(page, &tick[i]));
        if (page->style.bare || tick[i].minor)
            continue;
        canvas_fill(&page->canvas, f->left - TICK * u, y, TICK * u, u, page->style.theme->dim);
        text_draw(&page->canvas, (float)(f->left - (TICK + 3) * u), (float)y + 4.5f * (float)u, &right, tick[i].text);
    }
    TextStyle name = page->dim;
    name.align = ALIGN_CENTRE, name.upward = true;
    char label[128];
    text_fit(label, sizeof label, f->y.label ? f->y.label : "", (float)u, (float)f->h);
    if (!page->style.bare)
        text_draw(&page->canvas, (float)(page->x + 9 * u), (float)f->top + (float)f->h / 2, &name, label);
}

static int ticks_for(int length, int each)
{
    return length / each > 3 ? length / each : 3;
}

bool plot_open(Page *page, Frame *frame, const Captions *captions, const Axis *x, const Axis *y, int w, int h,
               const Legend *legend, const FigureStyle *style, Image *out, Error *err)
{
    Tick tx[AXIS_TICKS], ty[AXIS_TICKS];
    int nx = axis_ticks(x, ticks_for(w, PER_TICK_X), tx), ny = axis_ticks(y, ticks_for(h, PER_TICK_Y), ty);
    int u = style->scale, line = page_line(style), left = 0, right = 0, bottom = 0, top = 0;
    if (!style->bare) {
        left = widest_tick(ty, ny, style) + (TICK + 3) * u + (y->label ? line + 4 * u : 0);
        bottom = (TICK + 3) * u + line + (x->label ? line + 2 * u : 0);
        top = 5 * u;
        right = legend_width(legend, style);
        int last = nx ? page_text_width(style, tx[nx - 1].text) / 2 : 0; /* the last label may stick out */
        right = right > last ? right : last;
    }
    int height = h * u > legend_height(legend, style) ? h * u : legend_height(legend, style);
    if (!page_open(page, captions, left + w * u + right, top + height + bottom, style, out, err))
        return false;
    *frame = (Frame){*x, *y, page->x + left, page->y + top, w * u, height};
    canvas_fill(&page->canvas, frame->left, frame->top, frame->w, frame->h, style->theme->background);
    draw_x_axis(page, frame, tx, nx);
    draw_y_axis(page, frame, ty, ny);
    canvas_fill(&page->canvas, frame->left, frame->top + frame->h, frame->w + u, u, style->theme->dim);
    canvas_fill(&page->canvas, frame->left, frame->top, u, frame->h, style->theme->dim);
    if (legend && legend->count && !style->bare)
        draw_legend(page, legend, frame->left + frame->w + LEGEND_GAP * u, frame->top);
    return true;
}
