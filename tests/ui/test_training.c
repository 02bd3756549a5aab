/* Training in the studio: steered, resized, left in the middle, and nothing of it lost. */
#include "config.h" /* _GNU_SOURCE: usleep */

#include "training.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void pauses_and_goes_on(void **state)
{
    (void)state;
    char before[1024], after[1024];
    Pty *pty = start_training(100000, put_folder("paused"));
    pty_type(pty, " ");
    assert_true(pty_sees(pty, "paused", 20));
    assert_true(pty_settles(pty, 0.3, 20));
    assert_true(pty_shows(pty, "Space go on"));
    progress_line(pty, before);
    pty_wait(pty, 0.5);
    progress_line(pty, after);
    assert_string_equal(before, after);
    pty_type(pty, " ");
    pty_wait(pty, 0.5);
    progress_line(pty, after);
    assert_string_not_equal(before, after);
    assert_false(pty_shows(pty, "paused"));
    stop(pty);
    leave(pty);
}

/* What cannot be trained is not left for: why stands where the key was pressed. */
static void data_that_do_not_fit_are_told(void **state)
{
    (void)state;
    Pty *pty = start();
    assert_true(pty_sees(pty, "in use", 20));
    for (int i = 0; i < 20 && !pty_shows(pty, "unpadded"); i++) { /* cifar, by what stands beside it */
        pty_type(pty, "j");
        pty_settles(pty, 0.1, 5);
    }
    assert_true(pty_shows(pty, "does not fit"));
    pty_type(pty, "t");
    assert_true(pty_sees(pty, "but the network's input is", 20));
    assert_true(pty_shows(pty, "presets"));
    leave(pty);
}

/* Keys and sizes as they come, in quick succession and in the middle of things. */
static void any_size_at_any_moment(void **state)
{
    (void)state;
    static const int sizes[][2] = {{200, 60}, {60, 20}, {40, 12}, {30, 8}, {1, 1}, {120, 34}, {500, 100}, {20, 5}, {80, 24}};
    Pty *pty = start_training(100000, put_folder("resized"));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        pty_resize(pty, sizes[i][0], sizes[i][1]);
        if (sizes[i][0] >= 20)
            assert_true(pty_sees(pty, "epoch", 20));
    }
    for (int i = 0; i < 30; i++) { /* as a window that is dragged */
        pty_send(pty, "\t");
        pty_resize_now(pty, 200 - 4 * i, 60 - i);
    }
    pty_resize(pty, 80, 24);
    assert_true(pty_sees(pty, "? help", 20));
    assert_true(pty_sees(pty, "reconstruction", 20));
    stop(pty);
    leave(pty);
}

static void steers_while_it_runs(void **state)
{
    (void)state;
    size_t size;
    Error err = {0};
    Pty *pty = start_training(100000, put_folder("steered"));
    pty_type(pty, "r");
    assert_true(pty_sees(pty, "learning rate", 20));
    pty_type(pty, "-1\r"); /* no rate: the question stays, and says why */
    assert_true(pty_sees(pty, "above 0", 20));
    pty_type(pty, "\025" "0.25\r");
    assert_true(pty_sees(pty, "lr 0.25", 20)); /* that it is logged and replayed: test_steering */
    pty_type(pty, "s");
    assert_true(pty_sees(pty, "saved", 20));
    stop(pty);
    leave(pty);
    char *log = file_read(in_scratch("steered/small/log.txt"), 1 << 24, &size, &err);
    check_good(log != NULL, &err);
    const char *changed = strstr(log, "  lr: lr 0.001 -> 0.25\n");
    assert_true(changed && strstr(log, "  start: stage train: ") < changed && strstr(changed, "  stop: stopped after batch "));
    free(log);
}

/* ---- leaving in the middle */

/* The same bytes as of a run that was never left. */
static void check_model(const char *runs, const char *name)
{
    char net[512], model[700];
    size_t size, whole_size;
    snprintf(net, sizeof net, "%s", small_design());
    if (!file_exists(in_scratch("whole/whole/model.safetensors"))) {
        const char *arguments[] = {"train", net, "--data", data_folder(), "--runs-dir", in_scratch("whole"), "--run", "whole", "--threads", "1",
                                   "--seed", "1", "--progress", "none", "--epochs", "40", NULL};
        run_program(arguments);
    }
    snprintf(model, sizeof model, "%s/%s/model.safetensors", runs, name);
    char *left = file_read(model, 1 << 24, &size, NULL), *whole = file_read(in_scratch("whole/whole/model.safetensors"), 1 << 24, &whole_size, NULL);
    assert_non_null(left);
    assert_non_null(whole);
    assert_int_equal(size, whole_size);
    assert_memory_equal(left, whole, size);
    free(left);
    free(whole);
}

static void leaving_asks_and_saves(void **state)
{
    (void)state;
    const char *runs = put_folder("left");
    Pty *pty = start_training(40, runs);
    pty_type(pty, " "); /* so that it is the middle on any machine */
    assert_true(pty_sees(pty, "paused", 20));
    pty_type(pty, "q");
    assert_true(pty_sees(pty, "a training is running", 20));
    pty_type(pty, "y"); /* stay */
    assert_true(pty_settles(pty, 0.2, 20));
    assert_false(pty_shows(pty, "a training is running"));
    assert_int_equal(pty_end(pty, 0.3), -1);
    pty_type(pty, "q");
    assert_true(pty_sees(pty, "a training is running", 20));
    pty_type(pty, "\033");
    assert_int_equal(pty_end(pty, 0.3), -1);
    pty_type(pty, "q");
    assert_true(pty_sees(pty, "a training is running", 20));
    pty_type(pty, "s");
    assert_int_equal(pty_end(pty, 20), 0);
    assert_true(pty_restored(pty));
    pty_free(pty);
    check_state(runs, "small", "stopped");
    resume_here(runs, "small");
    check_model(runs, "small");
}

static void signals_save_too(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP};
    for (int i = 0; i < 2; i++) {
        const char *runs = put_folder(i ? "hung-up" : "terminated");
        Pty *pty = start_training(40, runs);
        pty_type(pty, " ");
        assert_true(pty_sees(pty, "paused", 20));
        pty_kill(pty, numbers[i]);
        assert_int_equal(pty_end(pty, 20), 128 + numbers[i]);
        assert_true(pty_restored(pty));
        pty_free(pty);
        check_state(runs, "small", "stopped");
        resume_here(runs, "small");
        check_model(runs, "small");
    }
}

/* Nobody reads what is drawn: the training goes on, and a signal is heard all the same. */
static void a_terminal_that_stands_still_holds_up_nothing(void **state)
{
    (void)state;
    const char *runs = put_folder("still");
    RunMeta meta = {0};
    Run run;
    Error err = {0};
    Pty *pty = start_training_of(slow_design(), 200, 60, "epochs=1000", runs);
    await_epochs(pty, runs, "small", 1);
    for (int i = 0; i < 20; i++) {
        pty_send(pty, "\f"); /* everything anew: more than fits between the two */
        usleep(100000);
    }
    int before = saved_epochs(runs, "small");
    for (int i = 0; i < 600 * PATIENCE && saved_epochs(runs, "small") < before + 2; i++)
        usleep(50000);
    assert_true(saved_epochs(runs, "small") >= before + 2);
    pty_kill(pty, SIGTERM);
    for (int i = 0; i < 400 * PATIENCE && strcmp(meta.state, "stopped") != 0; i++) {
        usleep(50000);
        check_good(run_open(&run, runs, "small", false, &err) && run_read_meta(&run, &meta, &err), &err);
        run_close(&run);
    }
    assert_string_equal(meta.state, "stopped");
    assert_int_equal(pty_end(pty, 20), 128 + SIGTERM);
    assert_true(pty_restored(pty));
    pty_free(pty);
}

/* A crash gives the terminal back, and what was saved before goes on. */
static void crash_loses_nothing_saved(void **state)
{
    (void)state;
    const char *runs = put_folder("crashed");
    Pty *pty = start_training(40, runs);
    pty_type(pty, " ");
    assert_true(pty_sees(pty, "paused", 20));
    pty_type(pty, "s");
    assert_true(pty_sees(pty, "saved", 20));
    pty_kill(pty, SANITIZED ? SIGABRT : SIGSEGV); /* a sanitizer keeps its own handler */
    assert_int_equal(pty_end(pty, 20), 128 + (SANITIZED ? SIGABRT : SIGSEGV));
    assert_true(pty_restored(pty));
    pty_free(pty);
    resume_here(runs, "small");
    check_model(runs, "small");
}

/* The run that was left is on the start screen of the next session, and goes on there. */
static void next_session_resumes(void **state)
{
    (void)state;
    const char *runs = put_folder("again");
    Pty *pty = start_training(40, runs);
    pty_type(pty, " ");
    assert_true(pty_sees(pty, "paused", 20));
    stop(pty);
    leave(pty);
    pty = start_again(runs, 80, 24, "stopped");
    assert_true(pty_sees(pty, "R resume", 20));
    pty_type(pty, "R");
    assert_true(pty_sees(pty, "is trained", 60));
    leave(pty);
    check_state(runs, "small", "done");
    check_model(runs, "small");
}

/* Whoever does what the tour says comes to its end, and what it says is what is there. */
static void the_tour_leads_through(void **state)
{
    (void)state;
    static const struct { const char *key, *step, *seen; } way[] = {
        {"T", "tour 1 of 6   Enter", "784"}, {"\r", "tour 2 of 6   t", "encoder"}, {"t", "tour 4 of 6   x, then s", "reconstruction"},
        {"xs", "tour 5 of 6   3", "stopped"}, {"3", "tour 6 of 6   ?", "grid"}, {"?", "keys of Gallery", "latent code"},
    };
    const char *runs = put_folder("toured");
    Pty *pty = start_in(runs, "denoise", 80, 24);
    assert_true(pty_sees(pty, "in use", 20));
    assert_true(pty_sees(pty, "new here?", 20));
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        if (i == 2) { /* long enough that it can be stopped */
            pty_type(pty, ":set epochs=100000\r");
            assert_true(pty_shows(pty, "tour 2 of 6"));
        }
        pty_type(pty, way[i].key);
        assert_true(pty_sees(pty, way[i].step, 30));
        assert_true(pty_sees(pty, way[i].seen, 20));
    }
    assert_false(pty_shows(pty, "tour"));
    pty_type(pty, ":tour\r");
    assert_true(pty_sees(pty, "tour 1 of 6", 20));
    pty_type(pty, ":tour\r");
    assert_true(pty_settles(pty, 0.2, 20));
    assert_false(pty_shows(pty, "tour 1"));
    leave(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_and_goes_on), cmocka_unit_test(data_that_do_not_fit_are_told), cmocka_unit_test(any_size_at_any_moment), cmocka_unit_test(steers_while_it_runs),
        cmocka_unit_test(leaving_asks_and_saves), cmocka_unit_test(signals_save_too),
        cmocka_unit_test(a_terminal_that_stands_still_holds_up_nothing), cmocka_unit_test(crash_loses_nothing_saved),
        cmocka_unit_test(next_session_resumes),
        cmocka_unit_test(the_tour_leads_through),
    };
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
