/* What the tests of the studio share: a small data set, starting and leaving. */
#ifndef TESTS_STUDIO_H
#define TESTS_STUDIO_H

#include "pty.h"

#include "few_digits.h"

static const char *const truecolour[] = {"COLORTERM=truecolor", NULL};

/* The studio over that data, with one more option. */
static inline Pty *start_at(int w, int h, const char *const *env, const char *option, const char *value)
{
    const char *arguments[] = {"studio", "--data", data_folder(), "--runs-dir", in_scratch("runs"), "--threads", "1", option, value, NULL};
    return pty_start(scratch, w, h, env, arguments);
}

/* The same with a folder of its own for runs, and what it begins with: a recipe or a file; NULL: nothing. */
static inline Pty *start_in(const char *runs, const char *design, int w, int h)
{
    const char *arguments[] = {"studio", "--data", data_folder(), "--runs-dir", runs, "--threads", "1", design, NULL};
    return pty_start(scratch, w, h, truecolour, arguments);
}

static inline Pty *start(void) { return start_at(80, 24, truecolour, NULL, NULL); }

/* A command, to its good end. */
static inline void run_program(const char *const *arguments)
{
    const char *nothing[] = {NULL};
    Pty *pty = pty_start(scratch, 80, 24, nothing, arguments);
    assert_int_equal(pty_end(pty, 120), 0);
    pty_free(pty);
}

/* A finished run of `simple` with a setting of its own, made by the command line, once. */
static inline void finished_run(const char *name, const char *setting, const char *epochs)
{
    char folder[300];
    snprintf(folder, sizeof folder, "runs/%s", name);
    if (file_exists(in_scratch(folder)))
        return;
    const char *arguments[] = {"train", "simple", "--data", data_folder(), "--runs-dir", in_scratch("runs"), "--run", name, "--epochs", epochs,
                               "--set", setting, "--progress", "none", NULL};
    run_program(arguments);
}

/* The line of a text that is waited for. */
static inline int line_with(Pty *pty, const char *text)
{
    int x, y;
    if (!pty_sees(pty, text, 20) || !pty_find(pty, text, &x, &y))
        fail_msg("there is no %s", text);
    return y;
}

static inline void leave(Pty *pty)
{
    pty_type(pty, "q");
    assert_int_equal(pty_end(pty, 20), 0);
    assert_true(pty_restored(pty));
    pty_free(pty);
}

/* On the screen of runs. */
static inline Pty *start_at_runs(int w, int h)
{
    Pty *pty = start_at(w, h, truecolour, NULL, NULL);
    assert_true(pty_sees(pty, "in use", 30));
    pty_type(pty, "4");
    assert_true(pty_sees(pty, "Space mark", 30)); /* the table is there */
    return pty;
}

/* The scratch folder, and something to run. */
static inline int studio_setup(void **state)
{
    if (!getenv("HOURGLASS")) {
        fprintf(stderr, "HOURGLASS must name the program to test\n");
        return -1;
    }
    return scratch_make(state);
}

static inline double median(double *value, int count)
{
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && value[k - 1] > value[k]; k--) {
            double kept = value[k];
            value[k] = value[k - 1];
            value[k - 1] = kept;
        }
    return value[count / 2];
}

#endif
