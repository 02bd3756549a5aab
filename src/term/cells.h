/* A grid of terminal cells: what screens draw into.  It needs no terminal, so tests and `hourglass shot` use the same code.
 *
 * Text is UTF-8; where the look is not UTF-8 every glyph is put into ASCII on the way in, so screens never ask.
 * Writing text keeps the background that is there: fill a row first, then write on it. */
#ifndef TERM_CELLS_H
#define TERM_CELLS_H

#include "term/look.h"
#include "term/rect.h"

#include <stddef.h>

typedef struct Cell {
    uint32_t glyph; /* a code point one column wide */
    Ink fg, bg;
    uint8_t attr;
} Cell;

typedef struct Cells {
    int w, h;
    Cell *cell; /* (h, w), owned */
    Look look;
    Rect clip;  /* nothing is drawn outside */
    int cursor_x, cursor_y; /* the terminal's cursor; x < 0: hidden */
    bool passing; /* the next drawing follows in a moment: pictures need not be exact to the shade */
    /* For tests, else NULL: told of each text that the clip cuts in two or that is written over letters of another. */
    void (*spoilt)(const struct Cells *cells, int x, int y, const char *text);
} Cells;

void cells_resize(Cells *cells, int w, int h); /* blank afterwards; a zeroed Cells is a valid empty one */
void cells_clear(Cells *cells);                /* frees */
void cells_erase(Cells *cells);                /* blank, clip everything, cursor hidden */
Rect cells_all(const Cells *cells);

/* What text is written with. */
typedef struct Style { Ink fg; uint8_t attr; } Style;
static inline Style plain(Role role) { return (Style){ink_role(role), 0}; }
static inline Style bold(Role role) { return (Style){ink_role(role), ATTR_BOLD}; }

static inline bool cell_equal(const Cell *a, const Cell *b)
{
    return a->glyph == b->glyph && a->fg == b->fg && a->bg == b->bg && a->attr == b->attr;
}

/* The same, or of a picture that differs by a shade at most: the one shown may stay.  What has become empty is not alike, for the
 * specks of a network's first epochs would be seen on the ground ever after. */
bool cell_alike(const Look *look, const Cell *shown, const Cell *next);

Cell *cells_at(const Cells *cells, int x, int y);   /* NULL outside the clip */
void cells_put(Cells *cells, int x, int y, Style p, uint32_t glyph);
void cells_fill(Cells *cells, Rect area, Role background); /* blanks, on a background */
void cells_read(const Cells *cells, Rect area, Cell *out);   /* (area.h, area.w); the area lies inside the grid */
void cells_write(Cells *cells, Rect area, const Cell *from); /* puts back what was read */
void cells_tint(Cells *cells, Rect area, Role background); /* the background alone */

/* Each returns the column behind the text. */
int cells_text(Cells *cells, int x, int y, Style p, const char *text);
int cells_textf(Cells *cells, int x, int y, Style p, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
int cells_text_right(Cells *cells, int end, int y, Style p, const char *text); /* its last column is end - 1; returns its first */
int cells_text_cut(Cells *cells, int x, int y, int width, Style p, const char *text); /* ends with "…" where it does not fit, prose behind a word */

/* Words wrapped into the area; returns the lines it took (also those that did not fit). */
int cells_wrap(Cells *cells, Rect area, Style p, const char *text);

int cells_width(const char *text); /* columns */

/* UTF-8: the next code point, *text moves on; U+FFFD for what is none, and for glyphs not one column wide. */
uint32_t utf8_next(const char **text);
int utf8_put(uint32_t glyph, char out[5]); /* bytes written, terminated */

uint32_t glyph_ascii(uint32_t glyph); /* what stands for it in ASCII */

/* As text, trailing blanks of lines left out; the caller's. */
char *cells_print(const Cells *cells);

#endif
