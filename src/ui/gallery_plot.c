/* Curves and clouds of a figure, drawn with the terminal's own plots. */
#include "ui/gallery_own.h"

#include "base/mem.h"
#include "term/cloud.h"
#include "term/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_colour(Colour a, Colour b) { return a.r == b.r && a.g == b.g && a.b == b.b; }

/* Colours with a meaning are the screen's own, so that few colours serve them too. */
static Ink ink_of(Colour colour, const Look *look)
{
    const Theme *theme = look->light ? &theme_light : &theme_dark;
    if (same_colour(colour, theme->training))
        return ink_role(ROLE_TRAIN);
    if (same_colour(colour, theme->validation))
        return ink_role(ROLE_VALID);
    return ink_rgb(colour.r, colour.g, colour.b);
}

static Ink faded(Ink ink, const Look *look)
{
    uint32_t from = look_rgb(look, ink, false), to = look->ground;
    int channel[3];
    for (int i = 0; i < 3; i++)
        channel[i] = (int)(2 * (from >> (16 - 8 * i) & 255) + 3 * (to >> (16 - 8 * i) & 255)) / 5;
    return look->colour >= COLOUR_256 ? ink_rgb(channel[0], channel[1], channel[2]) : ink_role(ROLE_FAINT);
}

static char mark_of(const Curve *curve)
{
    const char *name = curve->name ? curve->name : "";
    name += strspn(name, " ");
    return *name ? *name : '.';
}

/* ---- curves */

/* A sample of each line and its name; returns the column behind. */
static void draw_legend(Cells *cells, Rect line, const LinePlot *lines)
{
    int x = cells_text_cut(cells, line.x, line.y, line.w, plain(ROLE_TEXT), lines->y_label ? lines->y_label : "") + 3;
    int end = line.x + line.w;
    bool best = false;
    for (int i = 0; i < lines->curves; i++) {
        const Curve *curve = &lines->curve[i];
        best |= curve->best >= 0;
        if (!curve->name || x + 6 > end)
            continue;
        Ink ink = ink_of(curve->colour, &cells->look);
        if (cells->look.utf8)
            x = cells_text(cells, x, line.y, (Style){ink, 0}, curve->dashed ? "╌╌ " : "━━ ");
        else
            x = cells_textf(cells, x, line.y, (Style){ink, 0}, "%c%c ", mark_of(curve), mark_of(curve));
        x = cells_text_cut(cells, x, line.y, end - x, plain(ROLE_DIM), curve->name + strspn(curve->name, " ")) + 3;
    }
    if (best && x + 12 < end) {
        cells_put(cells, x, line.y, bold(ROLE_ACCENT), 0x2605);
        cells_text(cells, x + 2, line.y, plain(ROLE_DIM), "best epoch");
    }
}

static int marks_of(const LinePlot *lines, const Look *look, PlotMark *mark)
{
    static const struct { uint32_t glyph; Role role; } sign[] = {
        [PLOT_CHANGE] = {0x25bc, ROLE_CHANGED}, [PLOT_NAN] = {0x2715, ROLE_BAD}, [PLOT_STAGE] = {0x250a, ROLE_FAINT}};
    int count = 0;
    for (int i = 0; i < lines->marks; i++)
        mark[count++] = (PlotMark){lines->mark[i].x, NAN, sign[lines->mark[i].kind].glyph, ink_role(sign[lines->mark[i].kind].role),
                                   lines->mark[i].text, true};
    for (int i = 0; i < lines->curves; i++) {
        const Curve *curve = &lines->curve[i];
        if (curve->count == 1 && curve->best < 0) /* no line yet */
            mark[count++] = (PlotMark){curve->x[0], curve->y[0], 0x2022, ink_of(curve->colour, look), NULL, false};
        if (curve->best >= 0 && curve->best < curve->count)
            mark[count++] = (PlotMark){curve->x[curve->best], curve->y[curve->best], 0x2605, ink_role(ROLE_ACCENT), NULL, false};
    }
    return count;
}

/* The curve that the crosshair goes along: the last one has the fewest points that matter, epochs. */
static const Curve *ruler(const LinePlot *lines)
{
    return lines->curves ? &lines->curve[lines->curves - 1] : NULL;
}

void gallery_draw_lines(Gallery *g, Cells *cells, Rect area, const LinePlot *lines)
{
    PlotSeries *series = mem_new((size_t)lines->curves + 1, sizeof *series);
    PlotMark *mark = mem_new((size_t)(lines->marks + lines->curves) + 1, sizeof *mark);
    const Curve *along = ruler(lines);
    draw_legend(cells, rect_cut_top(&area, 1), lines);
    Rect foot = rect_cut_bottom(&area, area.h > 8 ? 1 : 0);
    Plot plot = {.series = series, .mark = mark, .log_y = lines->log_y, .whole_x = lines->whole_x, .cursor = NAN, .x0 = INFINITY, .x1 = -INFINITY};
    for (int pass = 0; pass < 2; pass++) /* the faint ones lie behind */
        for (int i = 0; i < lines->curves; i++) {
            const Curve *curve = &lines->curve[i];
            if (curve->faint != (pass == 0))
                continue;
            Ink ink = ink_of(curve->colour, &cells->look);
            series[plot.count++] = (PlotSeries){curve->x, curve->y, curve->count, curve->faint ? faded(ink, &cells->look) : ink,
                                                curve->dashed ? DASH_DASHED : DASH_SOLID, curve->faint ? '.' : mark_of(curve)};
            for (int k = 0; k < curve->count; k++) {
                plot.x0 = fmin(plot.x0, curve->x[k]);
                plot.x1 = fmax(plot.x1, curve->x[k]);
            }
        }
    plot.marks = marks_of(lines, &cells->look, mark);
    for (int i = 0; i < lines->marks; i++)
        plot.x1 = fmax(plot.x1, lines->mark[i].x);
    if (!(plot.x1 > plot.x0))
        plot.x0 -= 1, plot.x1 = plot.x0 + 2;
    if (g->inspecting && along && along->count) {
        g->at_x = g->at_x < 0 ? 0 : g->at_x >= along->count ? along->count - 1 : g->at_x;
        plot.cursor = along->x[g->at_x];
    }
    if (plot_fit_y(&plot))
        plot_draw(cells, area, &plot);
    if (foot.h && lines->x_label) {
        Rect inside = plot_inside(area);
        cells_text(cells, inside.x + (inside.w - cells_width(lines->x_label)) / 2, foot.y, plain(ROLE_DIM), lines->x_label);
    }
    free(series);
    free(mark);
}

void gallery_read_lines(const Gallery *g, const LinePlot *lines, char *buffer, size_t size)
{
    const Curve *along = ruler(lines);
    if (!along || g->at_x < 0 || g->at_x >= along->count)
        return;
    double x = along->x[g->at_x];
    size_t used = (size_t)snprintf(buffer, size, "%s %g", lines->x_label ? lines->x_label : "x", x);
    for (int i = 0; i < lines->curves && used < size; i++) {
        const Curve *curve = &lines->curve[i];
        int nearest = -1;
        for (int k = 0; curve->name && k < curve->count; k++)
            if (nearest < 0 || fabs(curve->x[k] - x) < fabs(curve->x[nearest] - x))
                nearest = k;
        if (nearest < 0)
            continue;
        used += (size_t)snprintf(buffer + used, size - used, "   %s %.6g", curve->name + strspn(curve->name, " "), curve->y[nearest]);
    }
}

/* ---- clouds */

/* The samples themselves, those first that come first; none over another. */
static void draw_pictures(Cells *cells, Rect inside, const Scatter *scatter, const Plot *axes)
{
    enum { MOST = 400 };
    Rect taken[MOST];
    int count = 0;
    for (int i = 0; i < scatter->count && count < MOST; i++) {
        double x = (scatter->xy[2 * i] - axes->x0) / (axes->x1 - axes->x0), y = (axes->y1 - scatter->xy[2 * i + 1]) / (axes->y1 - axes->y0);
        const Image *picture = &scatter->picture[i];
        if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1))
            continue;
        int w = picture->w / 2 > 4 ? picture->w / 2 : 4, h = (w * picture->h / picture->w + 1) / 2; /* half of a picture that is half already */
        Rect tile = rect_new(inside.x + (int)(x * (inside.w - 1)) - w / 2, inside.y + (int)(y * (inside.h - 1)) - h / 2, w, h);
        bool free_place = tile.x >= inside.x && tile.y >= inside.y && tile.x + w <= inside.x + inside.w && tile.y + h <= inside.y + inside.h;
        for (int k = 0; k < count && free_place; k++)
            free_place = rect_empty(rect_meet(taken[k], tile));
        if (!free_place)
            continue;
        taken[count++] = tile;
        picture_draw(cells, tile, picture);
    }
}

static bool with_pictures(const Scatter *scatter) { return scatter->marks == SCATTER_PICTURES && scatter->picture; }

static void draw_groups(Cells *cells, Rect line, const Scatter *scatter, const Ink *ink, const uint32_t *glyph)
{
    int x = cells_text(cells, line.x, line.y, plain(ROLE_DIM), scatter->legend_title ? scatter->legend_title : "") + 2;
    for (int i = 0; i < scatter->groups && x + 2 < line.x + line.w; i++) {
        char number[5];
        utf8_put(glyph[i], number);
        bool told = strcmp(number, scatter->group_name[i]) == 0; /* the name is the mark itself */
        if (!told)
            x = cells_textf(cells, x, line.y, (Style){ink[i], ATTR_BOLD}, "%s ", number);
        x = cells_text_cut(cells, x, line.y, line.x + line.w - x, told ? (Style){ink[i], ATTR_BOLD} : plain(ROLE_DIM), scatter->group_name[i]) + 2;
    }
}

void gallery_draw_scatter(Gallery *g, Cells *cells, Rect area, const Scatter *scatter)
{
    const Look *look = &cells->look;
    const Theme *theme = look->light ? &theme_light : &theme_dark;
    int groups = scatter->group && scatter->groups ? scatter->groups : 1;
    Ink *ink = mem_new((size_t)groups, sizeof *ink);
    uint32_t *glyph = mem_new((size_t)groups, sizeof *glyph);
    for (int i = 0; i < groups; i++) {
        Colour colour = theme_class(theme, i);
        ink[i] = groups == 1 ? ink_role(ROLE_TRAIN) : look->colour >= COLOUR_256 ? ink_rgb(colour.r, colour.g, colour.b) : ink_role((Role)(ROLE_SERIES + i % 8));
        glyph[i] = (uint32_t)(i < 10 ? '0' + i : 'a' + (i - 10) % 26);
    }
    /* Without many colours, classes are told apart by their marks. */
    bool marks = groups > 1 && (scatter->marks == SCATTER_DIGITS || look->colour < COLOUR_256 || !look->utf8);
    Cloud cloud = {.xy = scatter->xy, .count = with_pictures(scatter) ? 0 : scatter->count, .group = groups > 1 ? scatter->group : NULL,
                   .groups = groups, .ink = ink, .glyph = marks ? glyph : NULL, .equal = scatter->equal};
    Rect head = rect_cut_top(&area, groups > 1 ? 1 : 0), foot = rect_cut_bottom(&area, area.h > 8 ? 1 : 0);
    Cloud all = cloud;
    all.count = scatter->count;
    Plot axes = cloud_axes(&all, area);
    Rect inside = plot_inside(area);
    if (g->inspecting && !rect_empty(inside)) {
        g->at_x = g->at_x < 0 ? 0 : g->at_x >= inside.w ? inside.w - 1 : g->at_x;
        g->at_y = g->at_y < 0 ? 0 : g->at_y >= inside.h ? inside.h - 1 : g->at_y;
    }
    cloud_draw(cells, area, &cloud, &axes);
    if (with_pictures(scatter))
        draw_pictures(cells, inside, scatter, &axes);
    if (head.h)
        draw_groups(cells, head, scatter, ink, glyph);
    if (foot.h && scatter->x_label)
        cells_textf(cells, inside.x, foot.y, plain(ROLE_DIM), "%s to the right, %s upwards", scatter->x_label, scatter->y_label ? scatter->y_label : "");
    if (g->inspecting)
        cells_put(cells, inside.x + g->at_x, inside.y + g->at_y, bold(ROLE_ACCENT), 0x253c);
    g->view.area = inside;
    free(ink);
    free(glyph);
}

void gallery_read_scatter(const Gallery *g, const Scatter *scatter, char *buffer, size_t size)
{
    Rect inside = g->view.area, area = rect_new(0, 0, inside.w + plot_inside(rect_new(0, 0, 100, 100)).x, inside.h + 2);
    if (rect_empty(inside))
        return;
    Plot axes = cloud_axes(&(Cloud){.xy = scatter->xy, .count = scatter->count, .groups = 1, .equal = scatter->equal}, area);
    double x = axes.x0 + (axes.x1 - axes.x0) * g->at_x / (inside.w - 1), y = axes.y1 - (axes.y1 - axes.y0) * g->at_y / (inside.h - 1);
    double wide = (axes.x1 - axes.x0) / (inside.w - 1), high = (axes.y1 - axes.y0) / (inside.h - 1);
    int here = 0, of[64] = {0};
    for (int i = 0; i < scatter->count; i++)
        if (fabs(scatter->xy[2 * i] - x) <= wide / 2 && fabs(scatter->xy[2 * i + 1] - y) <= high / 2) {
            here++;
            if (scatter->group && scatter->group[i] >= 0 && scatter->group[i] < 64)
                of[scatter->group[i]]++;
        }
    size_t used = (size_t)snprintf(buffer, size, "%s %.3g   %s %.3g   %d sample%s here", scatter->x_label ? scatter->x_label : "x", x,
                                   scatter->y_label ? scatter->y_label : "y", y, here, here == 1 ? "" : "s");
    for (int i = 0; i < scatter->groups && i < 64 && used < size; i++)
        if (of[i])
            used += (size_t)snprintf(buffer + used, size - used, "   %s: %d", scatter->group_name[i], of[i]);
}
