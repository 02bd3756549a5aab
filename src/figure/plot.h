/* Curves and clouds of points on a pair of axes, with a legend. */
#ifndef FIGURE_PLOT_H
#define FIGURE_PLOT_H

#include "figure/axis.h"
#include "figure/page.h"

/* The axes' rectangle on a page, and the way from numbers to pixels. */
typedef struct Frame {
    Axis x, y;
    int left, top, w, h; /* pixels */
} Frame;

typedef struct LegendEntry {
    const char *name;
    Colour colour;
    const float *dash; /* of a line, in units */
    bool line, faint;  /* not a line: a marker only */
    int marker;        /* a Marker or -1: none */
    const char *mark;  /* a text in place of the marker; NULL */
} LegendEntry;

typedef struct Legend {
    const char *title; /* NULL: none */
    const LegendEntry *entry;
    int count;
} Legend;

/* Opens a page with grid lines, ticks, labels and the legend at the right. w, h: of the axes, in units. */
bool plot_open(Page *page, Frame *frame, const Captions *captions, const Axis *x, const Axis *y, int w, int h,
               const Legend *legend, const FigureStyle *style, Image *out, Error *err) MUST_CHECK;

Point frame_point(const Frame *frame, double x, double y);

/* -- Curves. */
typedef struct Curve {
    const char *name;      /* in the legend; NULL: not there */
    const double *x, *y;   /* NaN: a gap */
    int count;
    Colour colour;
    Marker marker;
    bool dashed;           /* of a pair, the second: the same colour, dashed */
    bool faint;            /* raw numbers behind a smoothed curve */
    bool dots;             /* markers, so that curves are told apart without colour */
    int best;              /* the index that gets a star; -1: none */
} Curve;

typedef enum LineMarkKind { PLOT_CHANGE, PLOT_NAN, PLOT_STAGE } LineMarkKind;

typedef struct LineMark {
    LineMarkKind kind;
    double x;
    char text[48];
} LineMark;

typedef struct LinePlot {
    Captions captions;
    const char *x_label, *y_label;
    bool log_x, log_y, whole_x;
    double y_low, y_high; /* both 0: from the curves */
    const Curve *curve;
    int curves;
    const LineMark *mark;
    int marks;
} LinePlot;

bool plot_lines(const LinePlot *plot, const FigureStyle *style, Image *out, Error *err) MUST_CHECK;

/* -- Points. */
typedef enum ScatterMark { SCATTER_DOTS, SCATTER_DIGITS, SCATTER_PICTURES } ScatterMark;

typedef struct Scatter {
    Captions captions;
    const char *x_label, *y_label;
    const float *xy;              /* (count, 2) */
    int count;
    const int *group;             /* class of each point; NULL: one colour */
    int groups;
    const char *const *group_name; /* short: the mark of SCATTER_DIGITS */
    const char *legend_title;
    ScatterMark marks;
    const Image *picture;         /* (count) for SCATTER_PICTURES: grey ones are drawn in the class's colour */
    bool equal;                   /* the same scale on both axes, for distances that mean something; not for long thin clouds */
} Scatter;

bool plot_scatter(const Scatter *scatter, const FigureStyle *style, Image *out, Error *err) MUST_CHECK;

#endif
