/* The terminal from inside: for curses.c, terminal_look.c and rescue.c only. */
#ifndef UI_TERMINAL_OWN_H
#define UI_TERMINAL_OWN_H

#include "ui/terminal.h"

#include <termios.h>

/* Which of our terminfo entries (ui/terminfo.h) describes a TERM closely enough for 24-bit colour; NULL: none. */
const char *terminal_rgb_base(const char *term);

/* The colour level that options and environment ask for; -1: by what the terminal has. */
bool terminal_level(const TerminalOptions *options, int *level, Error *err) MUST_CHECK;

/* Asks the terminal for its background; `fixed`: the theme is the user's choice and only its ground may be refined.  False: it has not
 * answered yet, and what it still says is not typed by anybody. */
bool terminal_probe_ground(Look *look, bool fixed);

void terminal_write(const char *text); /* past ncurses */

/* What is left to do when the program dies: while armed, a crash or an exit writes `restore` and sets the modes kept. */
void rescue_keep_modes(void);          /* as they are now, before anything is changed */
void rescue_init(const char *restore); /* installs the handlers */
void rescue_arm(bool on);

#endif
