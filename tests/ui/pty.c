/* A program in a pseudo-terminal whose screen libvterm keeps. */
#include "config.h"

#include "pty.h"

#include "base/clock.h"
#include "base/mem.h"
#include "term/cells.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

struct Pty {
    int fd, slave, columns, rows, status;
    bool ended;
    pid_t pid;
    VTerm *term;
    VTermScreen *screen;
    bool other_screen, cursor_hidden, mouse; /* followed in the output: libvterm tells only some of it */
    char tail[32];                           /* the last bytes, for sequences cut in two */
    const char *ground;                      /* answer to OSC 11; NULL: none */
    struct termios before;
};

/* In the child: an environment of its own.  Sanitizers keep their options. */
static void settle(const char *home, const char *const *env)
{
    static const char *const gone[] = {"NO_COLOR", "COLORTERM", "COLORFGBG", "HOURGLASS_DATA", "HOURGLASS_RUNS", "HOURGLASS_COLOR",
                                       "HOURGLASS_THREADS", "HOURGLASS_KERNELS", "LANG", "LC_CTYPE", "LINES", "COLUMNS", "TMUX", "ENV",
                                       "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"};
    for (size_t i = 0; i < COUNT_OF(gone); i++)
        unsetenv(gone[i]);
    setenv("HOME", home, 1);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    for (; *env; env++)
        putenv((char *)(uintptr_t)*env);
    static const int numbers[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGPIPE, SIGTERM};
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        signal(numbers[i], SIG_DFL); /* make in the background ignores some */
    if (chdir(home) != 0)
        _exit(126);
}

Pty *pty_run(const char *home, int columns, int rows, const char *const *env, const char *program, const char *const *arguments)
{
    Pty *pty = mem_new(1, sizeof *pty);
    const char *argv[32] = {program};
    int count = 1;
    while (*arguments && count < 31)
        argv[count++] = *arguments++;
    pty->columns = columns;
    pty->rows = rows;
    pty->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    grantpt(pty->fd);
    unlockpt(pty->fd);
    pty->slave = open(ptsname(pty->fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ioctl(pty->fd, TIOCSWINSZ, &(struct winsize){.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns});
    tcgetattr(pty->slave, &pty->before);
    pty->pid = fork();
    if (pty->pid == 0) {
        setsid();
        ioctl(pty->slave, TIOCSCTTY, 0);
        for (int i = 0; i < 3; i++)
            dup2(pty->slave, i);
        settle(home, env);
        execv(argv[0], (char **)(uintptr_t)argv);
        _exit(127);
    }
    pty->term = vterm_new(rows, columns);
    vterm_set_utf8(pty->term, 1);
    pty->screen = vterm_obtain_screen(pty->term);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_reset(pty->screen, 1);
    return pty;
}

Pty *pty_start(const char *home, int columns, int rows, const char *const *env, const char *const *arguments)
{
    return pty_run(home, columns, rows, env, getenv("HOURGLASS"), arguments);
}

void pty_answer_ground(Pty *pty, const char *rgb)
{
    pty->ground = rgb;
}

/* The sequence that comes last decides. */
static void follow(Pty *pty, const char *bytes, size_t count)
{
    static const char *const names[3] = {"1049", "25", "1002"};
    bool *flag[3] = {&pty->other_screen, &pty->cursor_hidden, &pty->mouse};
    char text[sizeof pty->tail + 4096 + 1];
    size_t had = strlen(pty->tail);
    memcpy(text, pty->tail, had);
    for (size_t i = 0; i < count; i++)
        text[had + i] = bytes[i] ? bytes[i] : ' ';
    text[had + count] = '\0';
    for (const char *at = text; (at = strstr(at, "\033[?")) != NULL; at += 3)
        for (int i = 0; i < 3; i++) {
            size_t size = strlen(names[i]);
            char end = strncmp(at + 3, names[i], size) == 0 ? at[3 + size] : ' ';
            if (end == 'h' || end == 'l')
                *flag[i] = (end == 'h') != (i == 1); /* 25 on is the cursor seen */
        }
    if (pty->ground && strstr(text, "\033]11;?")) { /* answered once, before what libvterm answers */
        char reply[64];
        int size = snprintf(reply, sizeof reply, "\033]11;rgb:%s\033\\", pty->ground);
        if (write(pty->fd, reply, (size_t)size) == size)
            pty->ground = NULL;
    }
    size_t keep = had + count < 12 ? had + count : 12;
    memcpy(pty->tail, text + had + count - keep, keep);
    pty->tail[keep] = '\0';
}

bool pty_take(Pty *pty, int wait_ms)
{
    char bytes[4096];
    struct pollfd wait = {.fd = pty->fd, .events = POLLIN};
    if (poll(&wait, 1, wait_ms) <= 0)
        return false;
    ssize_t n = read(pty->fd, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    follow(pty, bytes, (size_t)n);
    vterm_input_write(pty->term, bytes, (size_t)n);
    /* What the terminal answers: its attributes, where the cursor is. */
    size_t reply = vterm_output_read(pty->term, bytes, sizeof bytes);
    if (reply && write(pty->fd, bytes, reply) < 0)
        return false;
    return true;
}

void pty_wait(Pty *pty, double seconds)
{
    double end = clock_seconds() + seconds;
    do
        pty_take(pty, 10);
    while (clock_seconds() < end);
}

PtyCell pty_cell(Pty *pty, int x, int y)
{
    VTermScreenCell cell;
    PtyCell out = {.glyph = ' ', .fg = -1, .bg = -1};
    if (!vterm_screen_get_cell(pty->screen, (VTermPos){.row = y, .col = x}, &cell))
        return out;
    out.glyph = cell.chars[0] ? cell.chars[0] : ' ';
    out.bold = cell.attrs.bold;
    out.reverse = cell.attrs.reverse;
    VTermColor *colour[2] = {&cell.fg, &cell.bg};
    int32_t *value[2] = {&out.fg, &out.bg};
    bool *index[2] = {&out.fg_index, &out.bg_index};
    for (int i = 0; i < 2; i++) {
        if (VTERM_COLOR_IS_DEFAULT_FG(colour[i]) || VTERM_COLOR_IS_DEFAULT_BG(colour[i]))
            continue;
        *index[i] = VTERM_COLOR_IS_INDEXED(colour[i]);
        *value[i] = *index[i] ? colour[i]->indexed.idx : colour[i]->rgb.red << 16 | colour[i]->rgb.green << 8 | colour[i]->rgb.blue;
    }
    return out;
}

void pty_line(Pty *pty, int y, char *buffer, int size)
{
    int used = 0;
    buffer[0] = '\0';
    for (int x = 0; x < pty->columns && used + 5 < size; x++)
        used += utf8_put(pty_cell(pty, x, y).glyph, buffer + used);
}

bool pty_find(Pty *pty, const char *text, int *x, int *y)
{
    char line[4096];
    for (*y = 0; *y < pty->rows; ++*y) {
        pty_line(pty, *y, line, sizeof line);
        const char *at = strstr(line, text);
        if (!at)
            continue;
        *x = 0;
        for (const char *c = line; c < at; ++*x)
            utf8_next(&c);
        return true;
    }
    return false;
}

bool pty_shows(Pty *pty, const char *text)
{
    int x, y;
    return pty_find(pty, text, &x, &y);
}

bool pty_settles(Pty *pty, double quiet, double seconds)
{
    double end = clock_seconds() + PATIENCE * seconds, last = clock_seconds();
    while (clock_seconds() - last < quiet) {
        if (clock_seconds() > end)
            return false;
        if (pty_take(pty, 10))
            last = clock_seconds();
    }
    return true;
}

bool pty_sees(Pty *pty, const char *text, double seconds)
{
    double end = clock_seconds() + PATIENCE * seconds;
    while (!pty_shows(pty, text)) {
        if (clock_seconds() > end) {
            fprintf(stderr, "# never saw \"%s\"\n", text);
            pty_dump(pty);
            return false;
        }
        pty_take(pty, 20);
    }
    return true;
}

void pty_dump(Pty *pty)
{
    char line[4096];
    for (int y = 0; y < pty->rows; y++) {
        pty_line(pty, y, line, sizeof line);
        fprintf(stderr, "# %s\n", line);
    }
}

void pty_send(Pty *pty, const char *keys)
{
    for (size_t left = strlen(keys); left > 0;) {
        ssize_t n = write(pty->fd, keys, left);
        if (n <= 0)
            return;
        keys += n;
        left -= (size_t)n;
    }
}

void pty_type(Pty *pty, const char *keys)
{
    pty_send(pty, keys);
    pty_wait(pty, 0.08);
}

void pty_click(Pty *pty, int x, int y)
{
    char report[64];
    snprintf(report, sizeof report, "\033[<0;%d;%dM\033[<0;%d;%dm", x + 1, y + 1, x + 1, y + 1);
    pty_type(pty, report);
}

void pty_resize_now(Pty *pty, int columns, int rows)
{
    pty->columns = columns;
    pty->rows = rows;
    vterm_set_size(pty->term, rows, columns);
    ioctl(pty->fd, TIOCSWINSZ, &(struct winsize){.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns});
}

void pty_resize(Pty *pty, int columns, int rows)
{
    pty_resize_now(pty, columns, rows);
    pty_wait(pty, 0.3);
}

void pty_kill(Pty *pty, int number)
{
    kill(pty->pid, number);
}

double pty_cpu(const Pty *pty)
{
    char path[64], text[1024] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pty->pid);
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[size] = '\0';
    if (file)
        fclose(file);
    const char *behind = strrchr(text, ')');
    if (!behind || sscanf(behind + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double pty_memory(const Pty *pty)
{
    char path[64], line[256];
    double kilobytes = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pty->pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lf", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return kilobytes * 1024;
}

int pty_end(Pty *pty, double seconds)
{
    double end = clock_seconds() + PATIENCE * seconds;
    while (!pty->ended && clock_seconds() < end) {
        pty_take(pty, 20);
        int status;
        if (waitpid(pty->pid, &status, WNOHANG) == pty->pid) {
            pty->ended = true;
            pty->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
    while (pty->ended && pty_take(pty, 20))
        continue;
    return pty->ended ? pty->status : -1;
}

bool pty_restored(Pty *pty)
{
    struct termios now;
    tcgetattr(pty->slave, &now);
    bool modes = now.c_lflag == pty->before.c_lflag && now.c_iflag == pty->before.c_iflag && now.c_oflag == pty->before.c_oflag;
    return !pty->other_screen && !pty->cursor_hidden && !pty->mouse && modes;
}

void pty_free(Pty *pty)
{
    if (!pty->ended) {
        kill(pty->pid, SIGKILL);
        waitpid(pty->pid, NULL, 0);
    }
    close(pty->fd);
    close(pty->slave);
    vterm_free(pty->term);
    free(pty);
}
