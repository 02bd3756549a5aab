/* The terminal from inside: for curses.c, frame.c, terminal_look.c and rescue.c only. */
#ifndef UI_TERMINAL_OWN_H
#define UI_TERMINAL_OWN_H

#include "ui/terminal.h"

#include <stdio.h>
#include <sys/types.h>
#include <termios.h>

/* Which of our terminfo entries (ui/terminfo.h) describes a TERM closely enough for 24-bit colour; NULL: none. */
const char *terminal_rgb_base(const char *term);

/* The colour level that options and environment ask for; -1: by what the terminal has. */
bool terminal_level(const TerminalOptions *options, int *level, Error *err) MUST_CHECK;

/* Asks the terminal for its background; `fixed`: the theme is the user's choice and only its ground may be refined.  False: it has not
 * answered yet, and what it still says is not typed by anybody. */
bool terminal_probe_ground(Look *look, bool fixed);

void terminal_write(const char *text); /* past ncurses */

/* What ncurses writes to: between begin and end it gathers, and end writes as much as the terminal takes without waiting. */
typedef struct Frame {
    FILE *stream;             /* for newterm */
    int fd, memory, terminal; /* the stream's; what gathers; the terminal, which never makes us wait; -1: none */
    off_t at, size;           /* of what has gathered: written so far, all of it */
    bool gathers;
} Frame;

FILE *frame_open(Frame *frame); /* NULL: no descriptor to be had; close all the same */
void frame_close(Frame *frame);
void frame_begin(Frame *frame); /* nothing may be left */
void frame_end(Frame *frame);
bool frame_flush(Frame *frame); /* false: some is left */
void frame_drain(Frame *frame); /* waits for a slow terminal; what one that stands still has not taken is thrown away */

/* What is left to do when the program dies: while armed, a crash or an exit writes `restore` and sets the modes kept. */
void rescue_keep_modes(void);          /* as they are now, before anything is changed */
void rescue_init(const char *restore); /* installs the handlers */
void rescue_arm(bool on);

#endif
