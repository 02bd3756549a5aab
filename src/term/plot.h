/* Curves as cells: braille dots, half blocks or ASCII, by the look.  Every column shows its least and greatest value, so no
 * spike disappears however many points there are.  Curves differ by dash and mark too, not by colour alone. */
#ifndef TERM_PLOT_H
#define TERM_PLOT_H

#include "term/cells.h"

typedef enum Dash { DASH_SOLID, DASH_DASHED, DASH_DOTTED, DASH_POINTS /* marks only, no line */, DASHES } Dash;

typedef struct PlotSeries {
    const double *x, *y; /* x ascending; a y that is not finite breaks the line and is marked at the top */
    int count;
    Ink ink;
    Dash dash;
    char mark;           /* letter of the curve in ASCII, and at points */
} PlotSeries;

/* A place worth a sign: best epoch, live change, chosen epoch. */
typedef struct PlotMark {
    double x, y;         /* y not finite: at the top */
    uint32_t glyph;
    Ink ink;
    const char *text;    /* beside the sign, or NULL */
    bool line;           /* a faint line down to the axis */
} PlotMark;

typedef struct Plot {
    const PlotSeries *series; /* later ones are drawn over earlier ones */
    int count;
    const PlotMark *mark;
    int marks;
    double x0, x1, y0, y1;
    bool log_y;
    bool whole_x;        /* ticks only at whole numbers */
    double cursor;       /* x of the crosshair; NaN: none */
} Plot;

/* Sets y0 and y1 to hold all finite values with x in x0..x1, widened to pleasant limits; false when there are none. */
bool plot_fit_y(Plot *plot);

void plot_draw(Cells *cells, Rect area, const Plot *plot);

/* The part of the area that holds curves, and the x under a column of it. */
Rect plot_inside(Rect area);
double plot_x_at(Rect area, const Plot *plot, int column);

/* What curves and points are made of: a cell is cut into w x h dots.  glyph NULL: a cell is one dot, shown by a mark. */
typedef struct DotKind { int w, h; uint32_t (*glyph)(unsigned bits); } DotKind;
const DotKind *plot_dots(const Look *look);

/* Round numbers between low and high, about `most` of them at most; returns how many. */
int plot_ticks(double low, double high, bool log, bool whole, int most, double *out, int room);

/* "1e-3", "0.05", "12": short, for ticks. */
void plot_number(char *buffer, size_t size, double value);

/* A curve one row high: eighths of blocks (heights in ASCII), scaled to its own range. */
void spark_draw(Cells *cells, int x, int y, int width, Style p, const double *value, int count);

#endif
