/* The terminal, through ncurses: turns input into Events and copies Cells to the screen.  ui/curses.c alone includes curses.h.
 *
 * Main thread only.  The terminal is given back on close, on suspension, at exit and when the program crashes. */
#ifndef UI_TERMINAL_H
#define UI_TERMINAL_H

#include "base/error.h"
#include "term/cells.h"
#include "ui/event.h"

typedef struct Terminal Terminal;

typedef struct TerminalOptions {
    const char *color;  /* auto, always, never, 8, 16, 256, rgb; NULL: auto */
    const char *glyphs; /* auto, ascii, half, quadrant, sextant, braille; NULL: auto */
    const char *theme;  /* auto, dark, light, mono; NULL: auto */
    bool no_mouse;
    bool no_probe;      /* do not ask the terminal for its background */
} TerminalOptions;

/* What the options, the environment (NO_COLOR, COLORTERM, TERM, locale) and `colours` (what the terminal has) come to.
 * A word that is not among the above is an error. */
bool terminal_look(const TerminalOptions *options, int colours, Look *look, Error *err) MUST_CHECK;

Terminal *terminal_open(const TerminalOptions *options, Error *err) MUST_CHECK;
void terminal_close(Terminal *terminal);

Look terminal_get_look(const Terminal *terminal);
int terminal_fd(const Terminal *terminal);                     /* readable when there may be events */
void terminal_size(const Terminal *terminal, int *w, int *h);
bool terminal_read(Terminal *terminal, Event *event);          /* the next event, without waiting; false: none */
bool terminal_ready(Terminal *terminal);                       /* false: a slow terminal has not taken all of the last show */
int terminal_slow_fd(const Terminal *terminal);                /* writable when it takes more; -1: it has all */
void terminal_show(Terminal *terminal, const Cells *cells);    /* writes what changed since the last call; only when ready */
void terminal_redraw(Terminal *terminal);                      /* the next show writes everything */
void terminal_resized(Terminal *terminal);                     /* after SIGWINCH: takes over the new size */
void terminal_suspend(Terminal *terminal);                     /* job control: gives the terminal back, stops, returns when continued */
void terminal_set_mouse(Terminal *terminal, bool on);

#endif
