/* Runs the program with arguments and an input, within limits, and keeps what it printed. */
#include "program.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

/* -- The scratch folder. */

int scratch_setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/hourglass-XXXXXX");
    if (!getenv("HOURGLASS") || !mkdtemp(folder)) {
        fprintf(stderr, "HOURGLASS must name the program to test\n");
        return -1;
    }
    return 0;
}

int scratch_teardown(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL) ? 0 : -1;
}

const char *scratch(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void scratch_write(const char *name, const void *bytes, size_t size)
{
    Error err;
    if (!file_write(scratch(name), bytes, size, &err))
        fail_msg("%s", err.what);
}

void scratch_text(const char *name, const char *text)
{
    scratch_write(name, text, strlen(text));
}

char *scratch_read(const char *name, size_t *size)
{
    Error err;
    char *bytes = file_read(scratch(name), 1 << 28, size, &err);
    if (!bytes)
        fail_msg("%s: %s", name, err.what);
    return bytes;
}

bool scratch_has(const char *name)
{
    return file_exists(scratch(name));
}

int scratch_count(const char *name)
{
    DIR *directory = opendir(scratch(name));
    int count = 0;
    if (!directory)
        return 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(directory);
    return count;
}

void scratch_remove(const char *name)
{
    if (scratch_has(name))
        assert_true(file_remove_tree(scratch(name), NULL));
}

/* -- Running. */

/* In the child: a clean place. Sanitizers keep their options. */
static void settle(const Call *call)
{
    static const char *const gone[] = {"HOURGLASS_DATA", "HOURGLASS_RUNS", "HOURGLASS_THREADS", "HOURGLASS_PROGRESS",
                                       "HOURGLASS_COLOR", "HOURGLASS_CONV", "HOURGLASS_KERNELS", "NO_COLOR", "COLUMNS"};
    for (size_t i = 0; i < COUNT_OF(gone); i++)
        unsetenv(gone[i]);
    setenv("HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", scratch("config"), 1);
    setenv("XDG_CONFIG_DIRS", scratch("xdg"), 1);
    setenv("XDG_DATA_HOME", scratch("share"), 1);
    setenv("XDG_STATE_HOME", scratch("state"), 1);
    setenv("HOURGLASS_THREADS", "2", 1);
    setenv("TERM", "dumb", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    for (int i = 0; call->environment[i]; i++)
        putenv((char *)(uintptr_t)call->environment[i]);
    if (call->file_limit) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){(rlim_t)call->file_limit, (rlim_t)call->file_limit});
    }
    signal(SIGINT, SIG_DFL); /* ignored where make runs in the background */
    if (chdir(folder) != 0)
        _exit(126);
}

static void start(const Call *call, const char *const *argv, int in, int out, int err)
{
    const char *all[64] = {getenv("HOURGLASS")};
    int count = 1;
    while (argv[count - 1] && count < 63) {
        all[count] = argv[count - 1];
        count++;
    }
    settle(call);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execv(all[0], (char *const *)(uintptr_t)all);
    _exit(127);
}

int program_wait(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Reads both pipes to their ends, so that neither fills up. */
static void collect(int out, int err, Outcome *outcome)
{
    int pipes[2] = {out, err};
    Str texts[2] = {{0}, {0}};
    while (pipes[0] >= 0 || pipes[1] >= 0) {
        struct pollfd ready[2] = {{.fd = pipes[0], .events = POLLIN}, {.fd = pipes[1], .events = POLLIN}};
        poll(ready, 2, -1);
        for (int i = 0; i < 2; i++) {
            char buffer[4096];
            if (pipes[i] < 0 || !ready[i].revents)
                continue;
            ssize_t got = read(pipes[i], buffer, sizeof buffer);
            if (got > 0) {
                str_add_bytes(&texts[i], buffer, (size_t)got);
            } else {
                close(pipes[i]);
                pipes[i] = -1;
            }
        }
    }
    outcome->out = str_take(&texts[0]);
    outcome->err = str_take(&texts[1]);
}

Outcome program_with(const Call *call, const char *const *argv)
{
    int out[2], err[2];
    Outcome outcome = {0};
    scratch_text("input", call->input ? call->input : "");
    int in = open(scratch("input"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(pipe(out) | pipe(err), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int to = call->output ? open(call->output, O_WRONLY | O_CREAT | O_TRUNC, 0666) : out[1];
        close(out[0]);
        close(err[0]);
        start(call, argv, in, to, err[1]);
    }
    close(in);
    close(out[1]);
    close(err[1]);
    collect(out[0], err[0], &outcome);
    outcome.code = program_wait(pid);
    return outcome;
}

Outcome program(const char *const *argv)
{
    return program_with(&(Call){0}, argv);
}

pid_t program_start(const char *name, const char *const *argv)
{
    char out[64], err[64];
    snprintf(out, sizeof out, "%s.out", name);
    snprintf(err, sizeof err, "%s.err", name);
    pid_t pid = fork();
    if (pid == 0)
        start(&(Call){0}, argv, open("/dev/null", O_RDONLY), open(scratch(out), O_WRONLY | O_CREAT | O_TRUNC, 0666),
              open(scratch(err), O_WRONLY | O_CREAT | O_TRUNC, 0666));
    return pid;
}

void outcome_clear(Outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
    *outcome = (Outcome){0};
}

void expect(const char *const *argv, int code, const char *const *texts)
{
    Outcome outcome = program(argv);
    if (outcome.code != code)
        fail_msg("%s %s: exit code %d instead of %d: %s", argv[0], argv[1] ? argv[1] : "", outcome.code, code, outcome.err);
    for (int i = 0; texts[i]; i++)
        if (!strstr(outcome.err, texts[i]))
            fail_msg("%s %s: \"%s\" does not say \"%s\"", argv[0], argv[1] ? argv[1] : "", outcome.err, texts[i]);
    outcome_clear(&outcome);
}

const char *small_data(void)
{
    if (!scratch_has("data-small")) {
        Outcome made = RUN("data", "synth", "-o", "data-small", "--count", "600", "--test", "200", "--seed", "5");
        assert_int_equal(made.code, 0);
        outcome_clear(&made);
    }
    return "data-small";
}
