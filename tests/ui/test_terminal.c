/* The terminal is given back whatever happens; the studio starts at once and idles for nothing. */
#include "studio.h"

#include "base/clock.h"

#include <signal.h>
#include <time.h>

static void quits_cleanly(void **state)
{
    (void)state;
    Pty *pty = start();
    assert_true(pty_sees(pty, "in use", 20));
    assert_false(pty_restored(pty));
    leave(pty);
}

/* The start screen with a signal sent to it. */
static void is_killed(int number)
{
    Pty *pty = start();
    assert_true(pty_sees(pty, "presets", 20));
    pty_kill(pty, number);
    assert_int_equal(pty_end(pty, 20), 128 + number);
    assert_true(pty_restored(pty));
    pty_free(pty);
}

static void ends_on_signals(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT};
    for (int i = 0; i < 3; i++)
        is_killed(numbers[i]);
}

/* A sanitizer's own handlers are kept, all but those for signals it leaves alone. */
static void crash_restores_the_terminal(void **state)
{
    (void)state;
    static const int numbers[] = {SIGABRT, SIGSEGV, SIGFPE, SIGBUS};
    for (int i = 0; i < (SANITIZED ? 1 : 4); i++)
        is_killed(numbers[i]);
}

/* On a slow line the terminal's answers to what it is asked come when the first screen is already there: "\033[?1;2c" is not the keys
 * ?, 1, 2, c.  Nothing is read, and so nothing answered, for longer than the program waits. */
static void late_answers_are_no_keys(void **state)
{
    (void)state;
    Pty *pty = start();
    pty_answer_ground(pty, "1010/1010/1010");
    nanosleep(&(struct timespec){.tv_sec = SANITIZED ? 3 : 1}, NULL);
    assert_true(pty_sees(pty, "in use", 20));
    assert_true(pty_settles(pty, 0.3, 20));
    assert_true(pty_shows(pty, "presets"));
    pty_type(pty, "\033]"); /* a key that begins like an answer is still one, and the next one too */
    pty_type(pty, "1");
    assert_true(pty_sees(pty, "encoder", 20));
    leave(pty);
}

/* Reports of a mouse that is nowhere (a broken multiplexer's) are neither clicks nor keys nor an overflow. */
static void mad_mice_do_no_harm(void **state)
{
    (void)state;
    Pty *pty = start();
    assert_true(pty_sees(pty, "in use", 20));
    assert_true(pty_settles(pty, 0.3, 20));
    pty_type(pty, "\033[<0;99999999999;1M\033[<0;0;0M\033[<99999999999;1;1m\033[<64;9999;9999M");
    assert_true(pty_settles(pty, 0.3, 20));
    assert_true(pty_shows(pty, "presets"));
    pty_type(pty, "1");
    assert_true(pty_sees(pty, "encoder", 20));
    leave(pty);
}

static void refuses_what_it_cannot(void **state)
{
    (void)state;
    Pty *pty = start_at(80, 24, truecolour, "--glyphs", "nonsense");
    assert_int_equal(pty_end(pty, 20), 2);
    assert_true(pty_shows(pty, "half, quadrant"));
    assert_true(pty_restored(pty));
    pty_free(pty);
    static const char *const unknown[] = {"TERM=no-such-terminal", NULL};
    pty = start_at(80, 24, unknown, NULL, NULL);
    assert_int_equal(pty_end(pty, 20), 1);
    assert_true(pty_shows(pty, "no-such-terminal"));
    assert_true(pty_restored(pty));
    pty_free(pty);
    static const char *const dumb[] = {"TERM=dumb", NULL};
    pty = start_at(80, 24, dumb, NULL, NULL);
    assert_int_equal(pty_end(pty, 20), 1);
    assert_true(pty_shows(pty, "cannot move its cursor"));
    assert_true(pty_restored(pty));
    pty_free(pty);
}

/* In a shell, as a person does it: Ctrl-Z, the shell's prompt on its own screen, fg, and all is back, in the size it has by then. */
static void suspends_and_comes_back(void **state)
{
    (void)state;
    static const char *const env[] = {"COLORTERM=truecolor", "PS1=ready> ", NULL};
    static const char *const interactive[] = {"-i", NULL};
    char command[1200];
    Pty *pty = pty_run(scratch, 80, 24, env, "/bin/sh", interactive);
    assert_true(pty_sees(pty, "ready>", 20));
    bool plain = pty_restored(pty); /* the shell leaves the terminal alone at its prompt, as dash does */
    snprintf(command, sizeof command, "\"$HOURGLASS\" studio --data %s --runs-dir %s --threads 1\r", data_folder(), in_scratch("runs"));
    for (int training = 0; training < 2; training++) {
        pty_type(pty, command);
        assert_true(pty_sees(pty, "in use", 20));
        if (training) {
            pty_type(pty, "1:set epochs=100000\r");
            pty_type(pty, "t");
            assert_true(pty_sees(pty, "reconstruction", 20));
        }
        pty_type(pty, "\032");
        assert_true(pty_sees(pty, "Stopped", 20));
        assert_true(pty_sees(pty, "ready>", 20));
        assert_false(pty_shows(pty, "? help"));
        assert_true(!plain || pty_restored(pty));
        if (training)
            pty_resize(pty, 100, 30);
        pty_type(pty, "fg\r");
        assert_true(pty_sees(pty, "? help", 20));
        assert_true(pty_sees(pty, training ? "original" : "in use", 20));
        assert_false(pty_restored(pty));
        char line[1024];
        pty_line(pty, training ? 29 : 23, line, sizeof line);
        assert_non_null(strstr(line, "help"));
        pty_type(pty, "q");
        if (training) {
            assert_true(pty_sees(pty, "stop and save", 20));
            pty_type(pty, "s");
        }
        assert_true(pty_sees(pty, "ready>", 20));
    }
    pty_type(pty, "exit\r");
    assert_int_equal(pty_end(pty, 20), 0);
    pty_free(pty);
}

/* ---- quick, and quiet */

static double seconds_until(const char *option, const char *text)
{
    static const char *const nothing[] = {NULL};
    const char *arguments[] = {option, NULL};
    double begin = clock_seconds(), took;
    Pty *pty = option ? pty_start(scratch, 80, 24, nothing, arguments) : start();
    assert_true(pty_sees(pty, text, 20));
    took = clock_seconds() - begin;
    if (!option)
        pty_type(pty, "q");
    pty_end(pty, 20);
    pty_free(pty);
    return took;
}

/* Compared with a program that only says its version; the bound is for a machine that does other things too. */
static void first_screen_comes_at_once(void **state)
{
    (void)state;
    double version[5], screen[5];
    data_folder();
    for (int i = 0; i < 5; i++) {
        version[i] = seconds_until("--version", "hourglass");
        screen[i] = seconds_until(NULL, "presets");
    }
    double base = median(version, 5), studio = median(screen, 5);
    print_message("# first screen after %.0f ms, best %.0f; --version takes %.0f, best %.0f\n", 1e3 * studio, 1e3 * screen[0], 1e3 * base,
                  1e3 * version[0]);
    assert_true(screen[0] - version[0] < (SANITIZED ? 3 : 0.5));
}

static void keys_are_answered_while_training(void **state)
{
    (void)state;
    enum { KEYS = 24 };
    double took[KEYS];
    const char *arguments[] = {"studio", "--data", data_folder(), "--runs-dir", in_scratch("runs"), NULL}; /* all cores */
    Pty *pty = pty_start(scratch, 80, 24, truecolour, arguments);
    assert_true(pty_sees(pty, "in use", 20));
    pty_type(pty, "1:set epochs=100000\r");
    pty_type(pty, "t");
    assert_true(pty_sees(pty, "reconstruction", 20));
    for (int i = 0; i < KEYS; i++) {
        double begin = clock_seconds();
        bool help = i % 2 == 0;
        pty_send(pty, help ? "?" : "2");
        while (pty_shows(pty, "keys of") != help && clock_seconds() - begin < PATIENCE * 20)
            pty_take(pty, 20);
        assert_int_equal(pty_shows(pty, "keys of"), help);
        took[i] = clock_seconds() - begin;
        pty_wait(pty, 0.02);
    }
    double typical = median(took, KEYS);
    print_message("# a key is answered within %.0f ms, the slowest of %d %.0f ms\n", 1e3 * typical, KEYS, 1e3 * took[KEYS - 1]);
    assert_true(typical < (SANITIZED ? 2 : 0.5));
    pty_type(pty, "x");
    assert_true(pty_sees(pty, "stop the training", 20));
    pty_type(pty, "s");
    assert_true(pty_sees(pty, "stopped", 20));
    leave(pty);
}

static void idle_costs_nothing(void **state)
{
    (void)state;
    static const char *const keys[] = {"0", "1", "2"}; /* a key takes a message away, so no clock is left */
    Pty *pty = start();
    assert_true(pty_sees(pty, "in use", 20));
    for (int i = 0; i < 3; i++) {
        pty_type(pty, keys[i]);
        assert_true(pty_settles(pty, 1, 20)); /* data and measurements are done */
        double share = 1;
        for (int look = 0; share >= 0.05 && look < (SANITIZED ? 4 * PATIENCE : 1); look++) { /* what runs behind the screen is slow there */
            double before = pty_cpu(pty), begin = clock_seconds();
            pty_wait(pty, 2);
            share = (pty_cpu(pty) - before) / (clock_seconds() - begin);
        }
        print_message("# idle screen %d: %.1f %% of a core\n", i, 100 * share);
        assert_true(share < 0.05);
    }
    leave(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quits_cleanly), cmocka_unit_test(ends_on_signals), cmocka_unit_test(crash_restores_the_terminal),
        cmocka_unit_test(late_answers_are_no_keys), cmocka_unit_test(mad_mice_do_no_harm), cmocka_unit_test(refuses_what_it_cannot),
        cmocka_unit_test(suspends_and_comes_back), cmocka_unit_test(first_screen_comes_at_once),
        cmocka_unit_test(keys_are_answered_while_training), cmocka_unit_test(idle_costs_nothing),
    };
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
