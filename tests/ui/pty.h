/* The real program in a pseudo-terminal whose screen is libvterm's. */
#ifndef TESTS_PTY_H
#define TESTS_PTY_H

#include <stdbool.h>
#include <stdint.h>

/* The seconds that a test waits at most are an ordinary build's; under a sanitizer they are so many times as long. */
#if defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1, PATIENCE = 6 };
#elif defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1, PATIENCE = 3 };
#else
enum { SANITIZED = 0, PATIENCE = 1 };
#endif

typedef struct Pty Pty;

typedef struct PtyCell {
    uint32_t glyph;
    bool bold, reverse;
    int32_t fg, bg; /* 0xRRGGBB or, with fg_index, bg_index, a palette's index; -1: the default */
    bool fg_index, bg_index;
} PtyCell;

/* Runs $HOURGLASS with arguments (ended by NULL); env: NAME=VALUE texts that are set before, ended by NULL.  What the person
 * who runs the tests has set is not seen: HOME and the working folder are `home`, data and runs are looked for there. */
Pty *pty_start(const char *home, int columns, int rows, const char *const *env, const char *const *arguments);
Pty *pty_run(const char *home, int columns, int rows, const char *const *env, const char *program, const char *const *arguments);
void pty_free(Pty *pty); /* kills what still runs */
void pty_answer_ground(Pty *pty, const char *rgb); /* "fafa/f9f9/f5f5": what a question for the background is answered; before waiting */

bool pty_take(Pty *pty, int wait_ms); /* what was written next, waiting so long at most; false: nothing */
void pty_wait(Pty *pty, double seconds);
bool pty_sees(Pty *pty, const char *text, double seconds); /* waits until a line holds it */
bool pty_shows(Pty *pty, const char *text);                /* now */
bool pty_find(Pty *pty, const char *text, int *x, int *y); /* the first place of it */
bool pty_settles(Pty *pty, double quiet, double seconds);  /* waits until nothing was written for so long */
void pty_type(Pty *pty, const char *keys);
void pty_click(Pty *pty, int x, int y);
void pty_resize(Pty *pty, int columns, int rows);
void pty_resize_now(Pty *pty, int columns, int rows);      /* without a pause behind */
void pty_kill(Pty *pty, int signal);
double pty_cpu(const Pty *pty);                            /* seconds of all its threads so far */
double pty_memory(const Pty *pty);                         /* bytes it has had at most */
void pty_send(Pty *pty, const char *keys);                 /* as pty_type, without a pause behind */
int pty_end(Pty *pty, double seconds);                     /* exit status as a shell has it; -1: it still runs */
PtyCell pty_cell(Pty *pty, int x, int y);
void pty_line(Pty *pty, int y, char *buffer, int size);
void pty_dump(Pty *pty);                                   /* to standard error, as TAP comments */

/* Left the other screen, the cursor seen, the mouse off, the line discipline as it was. */
bool pty_restored(Pty *pty);

#endif
