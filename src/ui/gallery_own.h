/* The gallery from inside: its state, shared by what makes figures, what draws them and what keys do. */
#ifndef UI_GALLERY_OWN_H
#define UI_GALLERY_OWN_H

#include "ui/gallery_job.h"
#include "ui/job.h"
#include "ui/screens.h"
#include "ui/sheet_view.h"
#include "ui/widgets.h"

typedef struct Gallery {
    int kind;
    ParamSet set[GALLERY_KINDS];   /* options of each kind, as chosen */
    bool started[GALLERY_KINDS];
    char text[GALLERY_KINDS][FIGURE_TEXTS][GALLERY_TEXT];
    bool applies[GALLERY_KINDS], known;
    bool named;          /* the kind was asked for by itself: if it cannot be drawn, it is said why */
    char reason[GALLERY_KINDS][200];
    uint64_t seed;

    Job *job;
    bool stale;          /* asked for something else while one was made */
    char run[RUN_NAME];  /* of the figure shown */
    Figure figure;       /* the newest: its content */
    bool fewer;          /* ... with fewer samples than asked for */
    char failed[ERROR_LINE];

    bool options;        /* the form stands beside the figure also where the screen is small */
    bool to_options;     /* give it the keys */
    Form form;
    Field field[PARAM_MAX + FIGURE_TEXTS];
    List kinds;          /* beside the figure, where there is room */

    SheetView view;      /* of sheets */
    bool inspecting;     /* of the other kinds */
    int at_x, at_y;      /* ... where: a cell of the plot, of the matrix; the first line of a list */
    bool blink, second;  /* originals and reconstructions in turn; the originals are shown */
    bool wide;           /* room for the list of figures and the options beside the figure */
    int area_w, area_h;  /* the figure's place, for what fits */
} Gallery;

static inline Gallery *gallery_state(App *app) { return app_state(app, &screen_gallery); }
static inline const FigureKind *gallery_kind(const Gallery *g) { return figure_kinds[g->kind]; }
static inline bool gallery_shown(const Gallery *g) { return g->figure.content.kind != CONTENT_NONE; }

/* -- gallery_make.c: figures are made in a thread. */
void gallery_ask(App *app);                /* the chosen one, with its options, for the screen */
void gallery_export(App *app, const char *path, int scale);
int gallery_next_kind(const Gallery *g, int by); /* forwards or backwards to one that can be drawn of the run */
void gallery_start_kind(Gallery *g);       /* its options at their defaults, once */
void gallery_tick(App *app);
void gallery_close(App *app);

/* -- gallery_draw.c */
void gallery_draw(App *app, Cells *cells, Rect area);
void gallery_draw_figure(App *app, Cells *cells, const PaneView *view);
void gallery_draw_kinds(App *app, Cells *cells, const PaneView *view);
void gallery_draw_options(App *app, Cells *cells, const PaneView *view);
void gallery_make_form(Gallery *g);

/* -- What is drawn with cells instead of pixels; `read`: what the crosshair is on. */
void gallery_draw_lines(Gallery *g, Cells *cells, Rect area, const LinePlot *lines);
void gallery_draw_scatter(Gallery *g, Cells *cells, Rect area, const Scatter *scatter);
void gallery_draw_matrix(Gallery *g, Cells *cells, Rect area, const Matrix *matrix);
void gallery_draw_blocks(Gallery *g, Cells *cells, Rect area, const Blocks *blocks);
void gallery_read_lines(const Gallery *g, const LinePlot *lines, char *buffer, size_t size);
void gallery_read_scatter(const Gallery *g, const Scatter *scatter, char *buffer, size_t size);
void gallery_read_matrix(const Gallery *g, const Matrix *matrix, char *buffer, size_t size);

#endif
