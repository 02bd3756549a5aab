/* Widgets: written once, used by all screens.  A widget is a plain struct the screen keeps; it draws into a Rect and takes
 * Events, and says whether it used one.  Widgets know nothing of the App. */
#ifndef UI_WIDGETS_H
#define UI_WIDGETS_H

#include "base/param.h"
#include "term/cells.h"
#include "ui/event.h"

/* ---- scrolling and choosing in a list of rows, one line each (or `height` lines) */
typedef struct List {
    int count, at, top; /* the screen sets count; at: the chosen row */
    int height;         /* lines of a row; 0: 1 */
    Rect area;          /* of the last drawing, for the mouse */
} List;

/* Keeps the chosen row in sight; then list_row is each visible row's place, empty for others. */
void list_place(List *list, Rect area);
Rect list_row(const List *list, int row);
void list_mark(const List *list, Cells *cells, int row, bool focused); /* background and bar of the chosen row */
void list_more(const List *list, Cells *cells);                        /* arrows where rows lie above or below what is seen */
bool list_event(List *list, const Event *event);                       /* arrows, j k, page keys, wheel, click */

/* ---- a line of text being edited */
typedef struct Edit {
    char text[256];
    int at;     /* cursor, in bytes */
    bool fresh; /* the first typed character replaces the text */
} Edit;

void edit_set(Edit *edit, const char *text);
void edit_draw(Edit *edit, Cells *cells, Rect area); /* one line; sets the terminal's cursor */
bool edit_event(Edit *edit, const Event *event);     /* everything but Enter, Esc, Tab, Up, Down */

/* ---- form fields: a ParamRow and its value */
typedef struct Field {
    char label[40];
    ParamRow row;
    Value value;
    bool off;           /* shown but out of reach */
    bool changed;       /* differs from what it was: shown as the user's */
    char was[40];       /* what it was then; "": not told */
    char *text;         /* not NULL: any text, in place of row and value; borrowed, */
    size_t room;        /* ... with room for so many bytes */
    int tag;            /* the screen's own */
} Field;

typedef struct Form {
    Field *field;       /* borrowed */
    int count;
    List list;
    bool editing;
    Edit edit;
    Error error;        /* of what is being typed; kind ERROR_NONE: fine */
    int label_width;
} Form;

typedef enum FormResult { FORM_IGNORED, FORM_USED, FORM_CHANGED } FormResult;

void form_draw(Form *form, Cells *cells, Rect area, bool focused);
/* Arrows move; Left and Right turn numbers and choices; Enter edits, typing starts editing; Enter again takes the value.
 * FORM_CHANGED: field[list.at].value is new. */
FormResult form_event(Form *form, const Event *event);
bool field_turn(Field *field, int by); /* the next or previous value; false: there is none */
void field_text(const Field *field, char *buffer, size_t size);

/* ---- small things */
void bar_draw(Cells *cells, Rect area, double share, Role role);               /* progress, in eighths of a cell where UTF-8 */
void heading_draw(Cells *cells, Rect *area, const char *text, const char *note); /* one line, cut off the top */
void brief_draw(Cells *cells, int x, int y, int width, Style style, const char *text); /* all of it, or as many of its clauses as fit */
void box_draw(Cells *cells, Rect area, const char *title);                     /* frame and cleared inside */
void brief_seconds(char *buffer, size_t size, double seconds);                 /* 2:34, 1:02:07, 6.8 s */
void loss_text(char *buffer, size_t size, double loss);                        /* six columns: ".01572", "171.22", "   nan" */

#endif
