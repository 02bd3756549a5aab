/* poll() on the terminal, on an eventfd that other threads write to, and on a pipe that signal handlers write to.  At most 30
 * drawings a second, but an answer to a key or the mouse need not wait for its turn: it takes the next one's.  With nothing
 * to do the loop sleeps. */
#include "config.h"

#include "ui/loop.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const double FRAME_SECONDS = 1.0 / 30;

/* A handler gets no argument, so the pipe's end lies here. */
static volatile int signal_pipe = -1;

static void on_signal(int number)
{
    int kept = errno;
    unsigned char byte = (unsigned char)number;
    if (signal_pipe >= 0 && write(signal_pipe, &byte, 1) < 0) {
        /* Full: there are signals enough to read. */
    }
    errno = kept;
}

static const int watched[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGPIPE};
enum { WATCHED = sizeof watched / sizeof *watched };

static bool watch_signals(int fd[2], struct sigaction old[WATCHED])
{
    if (pipe2(fd, O_NONBLOCK | O_CLOEXEC) != 0)
        return false;
    signal_pipe = fd[1];
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < WATCHED; i++)
        sigaction(watched[i], &action, &old[i]);
    return true;
}

typedef struct Loop {
    App *app;
    Terminal *terminal;
    Cells cells;
    int signals[2], wake;
    double due;    /* when the next drawing's turn is */
    bool answer;   /* what is to be drawn answers a key or the mouse */
    int killed; /* the signal that ends the program */
    bool mouse;
} Loop;

static void take_signals(Loop *loop)
{
    unsigned char byte;
    while (read(loop->signals[0], &byte, 1) == 1) {
        if (byte == SIGWINCH) {
            terminal_resized(loop->terminal);
            app_touch(loop->app);
        } else if (byte == SIGTSTP) {
            terminal_suspend(loop->terminal);
            app_touch(loop->app);
        } else if (byte == SIGTERM || byte == SIGHUP || byte == SIGINT) {
            loop->killed = byte;
        }
    }
}

static void take_input(Loop *loop)
{
    Event event;
    while (terminal_read(loop->terminal, &event)) {
        loop->answer = true;
        app_event(loop->app, &event, clock_seconds());
        if (app_wants_suspend(loop->app)) {
            terminal_suspend(loop->terminal);
            app_touch(loop->app);
        }
        if (app_wants_redraw(loop->app))
            terminal_redraw(loop->terminal);
        if (app_wants_mouse(loop->app) != loop->mouse)
            terminal_set_mouse(loop->terminal, loop->mouse = app_wants_mouse(loop->app));
        if (app_done(loop->app))
            return;
    }
}

static void draw(Loop *loop)
{
    int w, h;
    if (!terminal_ready(loop->terminal))
        return; /* it stays dirty */
    terminal_size(loop->terminal, &w, &h);
    if (w != loop->cells.w || h != loop->cells.h)
        cells_resize(&loop->cells, w, h);
    app_draw(loop->app, &loop->cells);
    terminal_show(loop->terminal, &loop->cells);
    loop->due = fmax(loop->due, clock_seconds()) + FRAME_SECONDS;
    loop->answer = false;
}

/* One turn ahead at most, so that a key held down draws no more often than training does. */
static double next_drawing(const Loop *loop)
{
    return loop->answer ? loop->due - FRAME_SECONDS : loop->due;
}

static int timeout_ms(const Loop *loop)
{
    double now = clock_seconds(), until = app_deadline(loop->app);
    if (app_dirty(loop->app) && terminal_slow_fd(loop->terminal) < 0)
        until = fmin(until, next_drawing(loop));
    if (!isfinite(until))
        return -1;
    double left = (until - now) * 1000;
    return left <= 0 ? 0 : left > 1e6 ? 1000000 : (int)ceil(left);
}

static void turn(Loop *loop)
{
    struct pollfd wait[4] = {{.fd = terminal_fd(loop->terminal), .events = POLLIN},
                             {.fd = loop->wake, .events = POLLIN},
                             {.fd = loop->signals[0], .events = POLLIN},
                             {.fd = terminal_slow_fd(loop->terminal), .events = POLLOUT}};
    int ready = poll(wait, 4, timeout_ms(loop));
    if (ready < 0 && errno != EINTR)
        loop->killed = SIGHUP;
    if (ready > 0 && wait[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        loop->killed = SIGHUP; /* the terminal is gone */
    uint64_t count;
    if (ready > 0 && wait[1].revents && read(loop->wake, &count, sizeof count) < 0) {
        /* Somebody else's byte was taken already. */
    }
    take_signals(loop);
    if (ready > 0 && wait[0].revents & POLLIN)
        take_input(loop);
    if (ready > 0 && wait[3].revents)
        terminal_ready(loop->terminal);
    if (ready <= 0 || wait[1].revents)
        app_tick(loop->app, clock_seconds());
    if (app_dirty(loop->app) && clock_seconds() >= next_drawing(loop))
        draw(loop);
}

/* The training ends after its batch; a second signal leaves at once. */
static void save(Loop *loop)
{
    while (!app_stop(loop->app, 0.2)) {
        int before = loop->killed;
        loop->killed = 0;
        take_signals(loop);
        if (before && loop->killed)
            return;
        loop->killed = before;
        if (!before)
            draw(loop);
    }
}

int loop_run(AppOptions options, const TerminalOptions *terminal_options, Error *err)
{
    Loop loop = {.mouse = !terminal_options->no_mouse};
    struct sigaction old[WATCHED];
    int code = -1;
    loop.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop.wake < 0 || !watch_signals(loop.signals, old)) {
        error_errno(err, NULL, "the studio cannot start");
        return -1;
    }
    loop.terminal = terminal_open(terminal_options, err);
    if (loop.terminal) {
        options.look = terminal_get_look(loop.terminal);
        options.wake = loop.wake;
        options.now = clock_seconds();
        loop.app = app_new(&options, err);
    }
    if (loop.app) {
        draw(&loop);
        while (!app_done(loop.app) && !loop.killed)
            turn(&loop);
        save(&loop);
        code = loop.killed ? 128 + loop.killed : 0;
    }
    cells_clear(&loop.cells);
    terminal_close(loop.terminal);
    for (int i = 0; i < WATCHED; i++)
        sigaction(watched[i], &old[i], NULL); /* whatever the last jobs wait for, a signal ends them now */
    app_free(loop.app);
    signal_pipe = -1;
    close(loop.signals[0]);
    close(loop.signals[1]);
    close(loop.wake);
    return code;
}
