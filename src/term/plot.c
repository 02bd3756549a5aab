/* Axes, ticks, and curves rastered into dots. */
#include "term/plot.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LABELS = 7 }; /* columns left of the axis */

/* ---- dots: a cell is cut into w x h of them */

static uint32_t braille(unsigned bits)
{
    static const uint8_t dot[8] = {0, 3, 1, 4, 2, 5, 6, 7};
    unsigned pattern = 0;
    for (unsigned i = 0; i < 8; i++)
        pattern |= (bits >> i & 1) << dot[i];
    return 0x2800 + pattern;
}

static uint32_t half(unsigned bits)
{
    return bits == 1 ? 0x2580 : bits == 2 ? 0x2584 : 0x2588;
}

const DotKind *plot_dots(const Look *look)
{
    static const DotKind kinds[] = {{2, 4, braille}, {1, 2, half}, {1, 1, NULL}};
    if (!look->utf8)
        return &kinds[2];
    return &kinds[look->braille ? 0 : 1];
}

typedef struct Raster {
    Cells *cells;
    Rect area;
    const DotKind *kind;
    uint8_t *bits; /* one a cell */
} Raster;

static void dot(const Raster *raster, int x, int y, Ink ink, char mark)
{
    const DotKind *kind = raster->kind;
    if (x < 0 || y < 0 || x >= raster->area.w * kind->w || y >= raster->area.h * kind->h)
        return;
    int column = x / kind->w, row = y / kind->h;
    uint8_t *bits = &raster->bits[row * raster->area.w + column];
    *bits |= (uint8_t)(1u << (y % kind->h * kind->w + x % kind->w));
    cells_put(raster->cells, raster->area.x + column, raster->area.y + row, (Style){ink, 0},
              kind->glyph ? kind->glyph(*bits) : (uint32_t)mark);
}

/* ---- scales */

static double y_of(const Plot *plot, double value)
{
    if (plot->log_y)
        return value > 0 ? (log(value) - log(plot->y0)) / (log(plot->y1) - log(plot->y0)) : -1;
    return (value - plot->y0) / (plot->y1 - plot->y0);
}

/* Dot row of a value, from the top; kept in sight by one row above and below. */
static int dot_row(const Plot *plot, const Raster *raster, double value)
{
    int rows = raster->area.h * raster->kind->h;
    double y = (1 - y_of(plot, value)) * (rows - 1);
    return (int)lrint(fmax(-1, fmin(rows, y)));
}

static double dot_column(const Plot *plot, const Raster *raster, double x)
{
    int columns = raster->area.w * raster->kind->w;
    return (x - plot->x0) / (plot->x1 - plot->x0) * (columns - 1);
}

/* The cell of the dot that stands for a value: axes, marks and cursor lie where the curve does. */
static int cell_row(const Plot *plot, const Raster *raster, double value)
{
    int row = dot_row(plot, raster, value) / raster->kind->h;
    return row < 0 ? 0 : row >= raster->area.h ? raster->area.h - 1 : row;
}

static int cell_column(const Plot *plot, const Raster *raster, double x)
{
    return (int)lrint(dot_column(plot, raster, x)) / raster->kind->w;
}

static bool dash_on(Dash dash, int column, int width)
{
    int at = column * 2 / width; /* the same length whatever a dot's width */
    switch (dash) {
    case DASH_DASHED: return at % 8 < 5;
    case DASH_DOTTED: return at % 4 < 1;
    default: return true;
    }
}

/* ---- curves */

static void draw_series(const Plot *plot, const Raster *raster, const PlotSeries *series)
{
    int columns = raster->area.w * raster->kind->w;
    if (columns < 1)
        return;
    /* Least and greatest dot row of each dot column: points fall in, lines between points fill the gaps. */
    int *least = mem_new((size_t)columns, sizeof *least), *most = mem_new((size_t)columns, sizeof *most);
    for (int i = 0; i < columns; i++)
        least[i] = 1 << 20, most[i] = -(1 << 20);
    bool line = false;
    double last_column = 0;
    int last_row = 0;
    for (int i = 0; i < series->count; i++) {
        if (!isfinite(series->y[i])) {
            line = false;
            double at = dot_column(plot, raster, series->x[i]);
            if (at > -0.5 && at < columns - 0.5)
                cells_put(raster->cells, raster->area.x + (int)lrint(at) / raster->kind->w, raster->area.y, bold(ROLE_BAD),
                          0x2715);
            continue;
        }
        double at = dot_column(plot, raster, series->x[i]);
        int row = dot_row(plot, raster, series->y[i]), column = (int)lrint(fmax(-4, fmin(columns + 4, at)));
        if (column >= 0 && column < columns) {
            least[column] = row < least[column] ? row : least[column];
            most[column] = row > most[column] ? row : most[column];
        }
        if (line && series->dash != DASH_POINTS && at > last_column) {
            int from = (int)lrint(fmax(0, last_column)), to = (int)lrint(fmin(columns - 1, at));
            int before = last_row;
            for (int c = from; c <= to; c++) {
                int here = (int)lrint(last_row + (row - last_row) * fmin(1, fmax(0, (c - last_column) / (at - last_column))));
                int low = before < here ? before + 1 : here, high = before > here ? before - 1 : here;
                if (before == here || c == from)
                    low = high = here;
                if (c == from && to == from)
                    low = row < last_row ? row : last_row, high = row > last_row ? row : last_row;
                least[c] = low < least[c] ? low : least[c];
                most[c] = high > most[c] ? high : most[c];
                before = here;
            }
        }
        line = true;
        last_column = at;
        last_row = row;
    }
    for (int c = 0; c < columns; c++)
        if (least[c] <= most[c] && (series->count == 1 || dash_on(series->dash, c, raster->kind->w)))
            for (int row = least[c]; row <= most[c]; row++)
                dot(raster, c, row, series->ink, series->mark);
    free(least);
    free(most);
}

/* ---- ticks */

void plot_number(char *buffer, size_t size, double value)
{
    double magnitude = fabs(value);
    if (value == 0)
        snprintf(buffer, size, "0");
    else if (magnitude >= 1e5 || magnitude < 1e-3) {
        int exponent = (int)floor(log10(magnitude) + 1e-9);
        double mantissa = value / pow(10, exponent);
        snprintf(buffer, size, fabs(mantissa - round(mantissa)) < 1e-6 ? "%.0fe%d" : "%.1fe%d", mantissa, exponent);
    } else
        snprintf(buffer, size, magnitude >= 1e4 ? "%.0f" : "%.4g", value);
}

int plot_ticks(double low, double high, bool logarithmic, bool whole, int most, double *out, int room)
{
    int count = 0;
    if (!(high > low) || most < 1)
        return 0;
    if (logarithmic && low > 0) {
        /* As dense as fits: 1 2 5, then 1 3, then powers of ten alone. */
        static const double steps[3][3] = {{1, 2, 5}, {1, 3, 0}, {1, 0, 0}};
        for (int kind = 0; kind < 3; kind++) {
            count = 0;
            for (double power = pow(10, floor(log10(low))); power <= high * 1.0001; power *= 10)
                for (int i = 0; i < 3 && steps[kind][i] > 0; i++) {
                    double tick = power * steps[kind][i];
                    if (tick >= low * 0.9999 && tick <= high * 1.0001) {
                        if (count < room)
                            out[count] = tick;
                        count++;
                    }
                }
            if (count <= most)
                break;
        }
        if (count >= 3)
            return count < room ? count : room;
        count = 0; /* less than a decade: evenly spaced ones say more */
    }
    double step = pow(10, floor(log10((high - low) / most)));
    static const double factor[] = {1, 2, 5, 10};
    int chosen = 0;
    while (chosen < 3 && (high - low) / (step * factor[chosen]) > most)
        chosen++;
    step *= factor[chosen];
    if (whole && step < 1)
        step = 1;
    for (double tick = ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9 && count < room; tick += step)
        out[count++] = fabs(tick) < step * 1e-9 ? 0 : tick;
    return count;
}

bool plot_fit_y(Plot *plot)
{
    double low = INFINITY, high = -INFINITY;
    for (int s = 0; s < plot->count; s++)
        for (int i = 0; i < plot->series[s].count; i++) {
            double x = plot->series[s].x[i], y = plot->series[s].y[i];
            if (x < plot->x0 || x > plot->x1 || !isfinite(y) || (plot->log_y && y <= 0))
                continue;
            low = fmin(low, y);
            high = fmax(high, y);
        }
    if (!(high >= low))
        return false;
    if (plot->log_y) {
        double margin = fmax(pow(high / low, 0.06), 1.02);
        plot->y0 = low / margin;
        plot->y1 = high * margin;
    } else {
        double margin = (high - low) * 0.06;
        if (margin <= 0)
            margin = fmax(fabs(high) * 0.05, 1e-9);
        plot->y0 = low >= 0 && low - margin < 0 ? 0 : low - margin;
        plot->y1 = high + margin;
    }
    return true;
}

/* ---- the whole */

Rect plot_inside(Rect area)
{
    return rect_new(area.x + LABELS, area.y, area.w - LABELS, area.h - 2);
}

double plot_x_at(Rect area, const Plot *plot, int column)
{
    Rect inside = plot_inside(area);
    double share = inside.w > 1 ? (double)(column - inside.x) / (inside.w - 1) : 0;
    return plot->x0 + fmin(1, fmax(0, share)) * (plot->x1 - plot->x0);
}

static void draw_axes(Cells *cells, Rect area, const Raster *raster, const Plot *plot)
{
    Rect inside = raster->area;
    Style faint = plain(ROLE_FAINT), dim = plain(ROLE_DIM);
    double tick[32];
    char text[24];
    for (int y = inside.y; y < inside.y + inside.h; y++)
        cells_put(cells, inside.x - 1, y, faint, 0x2502);
    for (int x = inside.x; x < inside.x + inside.w; x++)
        cells_put(cells, x, inside.y + inside.h, faint, 0x2500);
    cells_put(cells, inside.x - 1, inside.y + inside.h, faint, 0x2514);
    int count = plot_ticks(plot->y0, plot->y1, plot->log_y, false, inside.h / 2 > 1 ? inside.h / 2 : 2, tick, 32);
    int last = -9;
    for (int i = count - 1; i >= 0; i--) {
        int row = cell_row(plot, raster, tick[i]);
        if (row == last)
            continue;
        last = row;
        plot_number(text, sizeof text, tick[i]);
        cells_text_right(cells, inside.x - 1, inside.y + row, dim, text);
        cells_put(cells, inside.x - 1, inside.y + row, faint, 0x2524);
    }
    count = plot_ticks(plot->x0, plot->x1, false, plot->whole_x, inside.w / 6 > 1 ? inside.w / 6 : 1, tick, 32);
    int widest = 0;
    for (int i = 0; i < count; i++) {
        plot_number(text, sizeof text, tick[i]);
        widest = cells_width(text) > widest ? cells_width(text) : widest;
    }
    if (count * (widest + 3) > inside.w) /* long ones stand farther apart */
        count = plot_ticks(plot->x0, plot->x1, false, plot->whole_x, inside.w / 9 > 1 ? inside.w / 9 : 1, tick, 32);
    for (int i = 0; i < count; i++) {
        plot_number(text, sizeof text, tick[i]);
        int x = inside.x + cell_column(plot, raster, tick[i]), wide = cells_width(text);
        int from = x - wide / 2;
        if (from + wide > area.x + area.w)
            from = area.x + area.w - wide;
        cells_put(cells, x, inside.y + inside.h, faint, 0x252c);
        cells_text(cells, from, inside.y + inside.h + 1, dim, text);
    }
}

static void draw_marks(Cells *cells, const Raster *raster, const Plot *plot)
{
    Rect inside = raster->area;
    for (int i = 0; i < plot->marks; i++) {
        const PlotMark *mark = &plot->mark[i];
        double share = (mark->x - plot->x0) / (plot->x1 - plot->x0);
        if (!(share >= 0 && share <= 1))
            continue;
        int x = inside.x + cell_column(plot, raster, mark->x);
        int y = inside.y + (isfinite(mark->y) ? cell_row(plot, raster, mark->y) : 0);
        if (mark->line)
            for (int row = y + 1; row < inside.y + inside.h; row++) {
                Cell *cell = cells_at(cells, x, row);
                if (cell && cell->glyph == ' ')
                    cells_put(cells, x, row, plain(ROLE_FAINT), 0x250a);
            }
        cells_put(cells, x, y, (Style){mark->ink, ATTR_BOLD}, mark->glyph);
        if (mark->text) {
            int wide = cells_width(mark->text);
            int from = x + 2 + wide <= inside.x + inside.w ? x + 2 : x - 1 - wide;
            cells_text(cells, from < inside.x ? inside.x : from, y, (Style){mark->ink, 0}, mark->text);
        }
    }
}

void plot_draw(Cells *cells, Rect area, const Plot *plot)
{
    Rect inside = plot_inside(area);
    if (rect_empty(inside) || !(plot->x1 > plot->x0) || !(plot->y1 > plot->y0) || (plot->log_y && plot->y0 <= 0))
        return;
    Raster raster = {cells, inside, plot_dots(&cells->look), NULL};
    draw_axes(cells, area, &raster, plot);
    if (isfinite(plot->cursor)) {
        int x = inside.x + cell_column(plot, &raster, plot->cursor);
        for (int y = inside.y; y < inside.y + inside.h; y++)
            if (x >= inside.x && x < inside.x + inside.w)
                cells_put(cells, x, y, plain(ROLE_ACCENT), 0x2502);
    }
    raster.bits = mem_new((size_t)inside.w * (size_t)inside.h, 1);
    for (int i = 0; i < plot->count; i++)
        draw_series(plot, &raster, &plot->series[i]);
    free(raster.bits);
    draw_marks(cells, &raster, plot);
}

void spark_draw(Cells *cells, int x, int y, int width, Style p, const double *value, int count)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < count; i++)
        if (isfinite(value[i])) {
            low = fmin(low, value[i]);
            high = fmax(high, value[i]);
        }
    if (!(high >= low))
        return;
    for (int column = 0; column < width; column++) {
        /* The greatest value under the column; fewer values than columns are spread out. */
        int from = (int)((long)column * count / width), to = (int)((long)(column + 1) * count / width);
        double top = -INFINITY;
        for (int i = from; i < (to > from ? to : from + 1) && i < count; i++)
            if (isfinite(value[i]))
                top = fmax(top, value[i]);
        if (!isfinite(top))
            continue;
        int step = high > low ? (int)lrint((top - low) / (high - low) * 6) : 3; /* never full: rows of them stay apart */
        cells_put(cells, x + column, y, p, 0x2581 + (uint32_t)step);
    }
}
