/* What the tests of training in the studio share. */
#ifndef TESTS_TRAINING_H
#define TESTS_TRAINING_H

#include "studio.h"

#include "base/clock.h"
#include "store/metrics.h"

/* A design that takes some seconds. */
static inline const char *small_design(void)
{
    static const char text[] = "input 784\nencoder\n  dense 64 relu\n  dense 8\ndecoder\n  dense 64 relu\n  dense 784 sigmoid\n"
                               "train\n  loss bce\n  optimizer adam lr=0.001\n  batch 8\n  epochs 12\n  validation test\n";
    return put_file("small.net", text, strlen(text));
}

/* One that is in the middle for a while on any machine, and keeps the weights of every epoch. */
static inline const char *slow_design(void)
{
    static const char text[] = "input 784\nencoder\n  dense 64 relu\n  dense 8\ndecoder\n  dense 64 relu\n  dense 784 sigmoid\n"
                               "train\n  loss bce\n  optimizer adam lr=0.001\n  batch 1\n  epochs 50\n  validation test\n";
    return put_file("small.net", text, strlen(text));
}

/* It is on the bench, and trains. */
static inline Pty *start_training_of(const char *design, int w, int h, const char *settings, const char *runs)
{
    char set[100];
    const char *arguments[] = {"studio", design, "--data", data_folder(), "--runs-dir", runs, "--threads", "1", NULL};
    Pty *pty = pty_start(scratch, w, h, truecolour, arguments);
    assert_true(pty_sees(pty, "encoder", 20));
    snprintf(set, sizeof set, ":set %s\r", settings);
    pty_type(pty, set);
    assert_true(pty_sees(pty, "dense 64", 20));
    pty_type(pty, "t");
    assert_true(pty_sees(pty, "batch ", 20));
    return pty;
}

static inline Pty *start_training(int epochs, const char *runs)
{
    char set[64];
    snprintf(set, sizeof set, "epochs=%d", epochs);
    Pty *pty = start_training_of(small_design(), 80, 24, set, runs);
    assert_true(pty_sees(pty, "reconstruction", 20));
    return pty;
}

/* Waits until the run has so many epochs behind it, however fast they go by on the screen. */
static inline int saved_epochs(const char *runs, const char *name)
{
    Run run;
    Metrics metrics = {0};
    Error err = {0};
    int count = 0;
    if (!run_open(&run, runs, name, false, &err))
        return 0;
    if (metrics_read(&run, &metrics, &err))
        for (int i = 0; i < metrics.count; i++)
            count += metrics.item[i].kind == METRIC_EPOCH;
    metrics_clear(&metrics);
    run_close(&run);
    return count;
}

static inline void await_epochs(Pty *pty, const char *runs, const char *name, int epochs)
{
    for (double end = clock_seconds() + PATIENCE * 60; saved_epochs(runs, name) < epochs && clock_seconds() < end;)
        pty_wait(pty, 0.05);
    assert_true(saved_epochs(runs, name) >= epochs);
}

static inline void progress_line(Pty *pty, char line[1024])
{
    int x, y;
    assert_true(pty_find(pty, "batch ", &x, &y));
    pty_line(pty, y, line, 1024);
}

static inline void stop(Pty *pty)
{
    pty_type(pty, "x");
    assert_true(pty_sees(pty, "stop the training", 20));
    pty_type(pty, "s");
    assert_true(pty_sees(pty, "stopped", 20));
}

/* The run's own word for how it is. */
static inline void check_state(const char *runs, const char *name, const char *word)
{
    RunMeta meta = {0};
    Run run;
    Error err = {0};
    check_good(run_open(&run, runs, name, false, &err), &err);
    check_good(run_read_meta(&run, &meta, &err), &err);
    run_close(&run);
    assert_string_equal(meta.state, word);
}

/* What was left in the middle goes on to its end. */
static inline void resume_here(const char *runs, const char *name)
{
    const char *arguments[] = {"resume", name, "--runs-dir", runs, "--progress", "none", NULL};
    run_program(arguments);
    check_state(runs, name, "done");
}

/* The next session: the run whose line holds `word` is chosen on the start screen. */
static inline Pty *start_again(const char *runs, int w, int h, const char *word)
{
    Pty *pty = start_in(runs, NULL, w, h);
    assert_true(pty_sees(pty, "recent runs", 20));
    assert_true(pty_sees(pty, "in use", 20));
    pty_click(pty, 4, line_with(pty, word));
    return pty;
}

#endif
