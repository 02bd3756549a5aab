/* The split pane: a screen's rectangle cut into panes, which the person resizes, hides, zooms and walks through.
 *
 * To give a screen panes: a const table of Pane rows, the most important first; the screen's `panes`, `panes_count` and
 * `layout` (ui/app.h) point to them, and its draw calls app_panes(app, cells, area) for the room that is the panes'.  The
 * frame does the rest: Tab, z, < >, { }, [ ], | and the mouse (rows of app_actions), titles, borders, the hint.
 *
 *     static const Pane panes[] = {
 *         {"loss", "loss", 30, 8, draw_loss, loss_event},
 *         {"digits", NULL, 29, 8, draw_digits, NULL},
 *         {"log", "log", 30, 3, draw_log, NULL},
 *     };
 *     static const char *layout(App *app, int w, int h) { return w >= 150 ? "(loss:3 / log:1) | digits:2" : "loss / log=3 | digits=29"; }
 *
 * A layout is a text.  `a | b` stands side by side, `a / b` one above the other, and binds tighter; brackets group; `a:3` has
 * three shares of the room (1 where nothing is said), `a=29` so many cells where another can take the rest; `-a` is hidden.
 * What the person changes is again such a text, kept for the very text the screen gave: so each size class and each mode of
 * a screen has a memory of its own, in the session and (ui/panes_file.c) from one to the next; and a program with other
 * layouts forgets what no longer fits them.
 *
 * Where not all fits, panes are left out one by one, from the foot of the table up; the pane in focus is never left out.
 * So Tab also leads to those that are not seen: each takes the place of one it cannot stand beside.
 *
 * Split knows geometry and events only; nothing here draws or calls a pane's functions (ui/panes.c does). */
#ifndef UI_SPLIT_H
#define UI_SPLIT_H

#include "term/cells.h"
#include "ui/event.h"

typedef struct App App;

/* What a pane gets to draw in. */
typedef struct PaneView {
    Rect area;    /* below the title; all of it where there is none */
    Rect head;    /* what is left of the title's line, for a note or values; empty where there is no title */
    bool focused; /* its keys are the arrows now; also when it is the only one */
} PaneView;

typedef struct Pane {
    const char *name;  /* one word: in layouts and the palette */
    const char *title; /* drawn above it; NULL: the pane uses all lines itself */
    int w, h;          /* the least it makes sense in, the title included */
    void (*draw)(App *app, Cells *cells, const PaneView *view);
    bool (*event)(App *app, const Event *event); /* in focus: keys that no action took; under the mouse: clicks, wheel.  NULL: the screen's */
} Pane;

enum { SPLIT_PANES = 12, SPLIT_NODES = 2 * SPLIT_PANES, SPLIT_TEXT = 200, SPLIT_MEMORY = 8 };

typedef enum SplitKind { SPLIT_LEAF, SPLIT_ROW /* side by side */, SPLIT_COLUMN } SplitKind;

typedef struct SplitNode {
    SplitKind kind;
    int pane;         /* of a leaf */
    int child, next;  /* first child, next sibling; -1: none */
    double size;      /* shares, or cells when fixed */
    bool fixed;
    Rect area;        /* of the last placing; empty: not seen */
} SplitNode;

typedef struct Split { /* zeroed: not placed yet */
    const Pane *pane;
    int count;
    char given[SPLIT_TEXT]; /* the layout as the screen gave it */
    SplitNode node[SPLIT_NODES];
    int nodes, root;
    bool hidden[SPLIT_PANES]; /* by the person */
    bool seen[SPLIT_PANES];
    int focus;
    bool zoom;
    int gap;                  /* columns between panes side by side */
    Rect area;
    bool dragging;
    int drag_node, drag_child, drag_offset;
    struct { char given[SPLIT_TEXT], changed[SPLIT_TEXT]; } memory[SPLIT_MEMORY];
    int remembered;
} Split;

/* Lays the panes out in the area; a changed layout text brings back what was made of it before. */
void split_place(Split *split, const Pane *pane, int count, const char *layout, Rect area);

Rect split_area(const Split *split, int pane);      /* of the last placing, title included; empty: not seen */
int split_at(const Split *split, int x, int y);     /* the pane under a cell; -1: none */
int split_find(const Split *split, const char *name); /* -1: no such pane in this layout */
int split_waiting(const Split *split, int out[SPLIT_PANES]); /* panes that are neither seen nor hidden, in reading order; how many */

/* What the person does; true when it changed something.  Each is remembered but for focus and zoom. */
bool split_next(Split *split, int by);              /* the focus on, in reading order */
bool split_focus(Split *split, int pane);           /* shows it if it was hidden */
bool split_zoom(Split *split);                      /* the pane in focus alone, and back */
bool split_grow(Split *split, bool tall, int by);   /* the pane in focus; by < 0 shrinks it */
bool split_hide(Split *split);                      /* the pane in focus, unless it is the last */
bool split_show(Split *split);                      /* all hidden ones again */
bool split_reset(Split *split);                     /* as the screen gave it */
bool split_can_grow(const Split *split, bool tall);
bool split_any_hidden(const Split *split);
bool split_several(const Split *split);             /* more than one pane in the layout */

/* What was made of a layout in an earlier session; a text that is too long is passed over. */
void split_remember(Split *split, const char *given, const char *changed);

/* The mouse: a press gives the focus, borders are dragged.  true: the border's, no pane should see it. */
bool split_event(Split *split, const Event *event);

/* Borders between panes side by side, to be drawn; calls back with each. */
void split_borders(const Split *split, void (*border)(void *context, Rect line, bool held), void *context);

/* The layout as it is now, in its text form. */
void split_print(const Split *split, char out[SPLIT_TEXT]);

#endif
