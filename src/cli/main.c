/* The program: everything else is in the library that the tests link too. */
#include "cli/command.h"

#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

/* Started with a standard stream closed, the first file opened would take its place, and what is printed would get into a run.  The
 * place is held by /dev/null, opened so that printing to it fails as it would have. */
static void hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return; /* no /dev/null: nothing better is to be had */
}

int main(int argc, char **argv)
{
    hold_standard_streams();
    setlocale(LC_CTYPE, ""); /* for what the terminal can show; numbers stay in the C locale */
    return command_main(argc - 1, argv + 1);
}
