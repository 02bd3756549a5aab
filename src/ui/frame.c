/* A drawing that leaves in one piece, and waits for nobody.
 *
 * ncurses writes line by line, often a few bytes: some twenty writes a drawing, of which each wakes the terminal (or sshd) on the
 * other side and pushes a training thread off its processor.  So the descriptor that ncurses has is a file in memory while it draws, and
 * the terminal else; what has gathered in the file then goes out in one piece, as far as the terminal takes it.  The rest follows when it
 * can: a slow line makes the next drawing late, and keeps neither keys nor signals waiting. */
#include "config.h" /* _GNU_SOURCE: memfd_create, dup3 */

#include "ui/terminal_own.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATIENCE_MS = 500 };

FILE *frame_open(Frame *frame)
{
    /* Without a file in memory the drawing goes out line by line, without a descriptor of our own it waits. */
    frame->memory = memfd_create("hourglass drawing", MFD_CLOEXEC);
    frame->terminal = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (frame->terminal < 0)
        frame->terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    frame->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    frame->stream = frame->fd >= 0 ? fdopen(frame->fd, "w") : NULL;
    return frame->stream;
}

void frame_close(Frame *frame)
{
    if (frame->stream)
        fclose(frame->stream);
    else if (frame->fd >= 0)
        close(frame->fd);
    if (frame->memory >= 0)
        close(frame->memory);
    if (frame->terminal >= 0)
        close(frame->terminal);
}

void frame_begin(Frame *frame)
{
    frame->gathers = frame->memory >= 0 && frame->terminal >= 0 && lseek(frame->memory, 0, SEEK_SET) == 0 &&
                     dup3(frame->memory, frame->fd, O_CLOEXEC) >= 0;
}

void frame_end(Frame *frame)
{
    if (!frame->gathers)
        return;
    frame->gathers = false;
    dup3(STDOUT_FILENO, frame->fd, O_CLOEXEC);
    frame->at = 0;
    frame->size = lseek(frame->memory, 0, SEEK_CUR); /* behind it lies what is left of a larger one */
    frame_flush(frame);
}

bool frame_flush(Frame *frame)
{
    while (frame->at < frame->size) {
        char bytes[1 << 14];
        off_t left = frame->size - frame->at;
        ssize_t count = pread(frame->memory, bytes, left < (off_t)sizeof bytes ? (size_t)left : sizeof bytes, frame->at);
        ssize_t n = count > 0 ? write(frame->terminal, bytes, (size_t)count) : 0;
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break; /* the terminal is gone: the loop hears of it */
        frame->at += n;
    }
    frame->at = frame->size = 0;
    return true;
}

void frame_drain(Frame *frame)
{
    struct pollfd wait = {.fd = frame->terminal, .events = POLLOUT};
    while (!frame_flush(frame))
        if (poll(&wait, 1, PATIENCE_MS) == 0) {
            tcflush(STDOUT_FILENO, TCOFLUSH);
            frame->at = frame->size = 0;
        }
}
