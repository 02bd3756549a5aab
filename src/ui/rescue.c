/* Giving the terminal back when the program crashes or exits without closing it.  The state at file scope is for signal
 * handlers, which get no argument. */
#include "ui/terminal_own.h"

#include "base/mem.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    volatile sig_atomic_t armed;
    struct termios modes;
    char restore[256];
    size_t bytes;
} rescue;

static void restore_now(void)
{
    if (!rescue.armed)
        return;
    rescue.armed = 0;
    ssize_t written = write(STDOUT_FILENO, rescue.restore, rescue.bytes);
    (void)written;
    tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
}

static void crashed(int number)
{
    restore_now();
    signal(number, SIG_DFL);
    raise(number);
}

void rescue_keep_modes(void) { tcgetattr(STDIN_FILENO, &rescue.modes); }
void rescue_arm(bool on) { rescue.armed = on; }

void rescue_init(const char *restore)
{
    snprintf(rescue.restore, sizeof rescue.restore, "%s", restore);
    rescue.bytes = strlen(rescue.restore);
    static const int numbers[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        /* A sanitizer's handler, where there is one, is kept: it explains more than a core. */
        struct sigaction old, new = {.sa_handler = crashed, .sa_flags = (int)SA_RESETHAND};
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(numbers[i], &new, NULL);
    }
    atexit(restore_now);
}

void terminal_write(const char *text)
{
    fflush(stdout);
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t n = write(STDOUT_FILENO, text, left);
        if (n <= 0)
            return;
        text += n;
        left -= (size_t)n;
    }
}
