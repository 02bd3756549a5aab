/* The table of runs in a terminal: order, filter, comparison, a sweep that waits, notes, deletion. */
#include "studio.h"

#include "base/clock.h"

static Pty *open_runs(int w, int h)
{
    finished_run("first", "lr=1", "2");
    finished_run("second", "lr=0.01", "2");
    finished_run("third", "lr=0.2", "1");
    Pty *pty = start_at_runs(w, h);
    assert_true(pty_settles(pty, 0.2, 20));
    return pty;
}

static void sorted_by_any_column(void **state)
{
    (void)state;
    Pty *pty = open_runs(80, 24);
    pty_type(pty, "sss"); /* run, epochs, best */
    assert_true(pty_sees(pty, "best▼", 20));
    assert_true(line_with(pty, "first ") < line_with(pty, "third ") && line_with(pty, "third ") < line_with(pty, "second ")); /* the larger rate learns more */
    pty_type(pty, "S");
    assert_true(pty_sees(pty, "best▲", 20));
    assert_true(line_with(pty, "second ") < line_with(pty, "third ") && line_with(pty, "third ") < line_with(pty, "first "));
    int x, y;
    assert_true(pty_find(pty, "epochs", &x, &y));
    pty_click(pty, x + 2, y);
    assert_true(pty_sees(pty, "epochs▼", 20) || pty_sees(pty, "epochs", 1));
    assert_true(pty_settles(pty, 0.2, 20));
    assert_true(line_with(pty, "third ") > line_with(pty, "first ") && line_with(pty, "third ") > line_with(pty, "second "));
    leave(pty);
}

static void the_filter_narrows_while_typed(void **state)
{
    (void)state;
    Pty *pty = open_runs(80, 24);
    pty_type(pty, "/lr=0.0");
    assert_true(pty_sees(pty, "1 of 3 runs", 20));
    line_with(pty, "second ");
    assert_false(pty_shows(pty, "third "));
    pty_type(pty, "\r");
    pty_type(pty, "/");
    pty_type(pty, "\025IR D\r"); /* "first" and "third" have ir, "done" has d */
    assert_true(pty_sees(pty, "2 of 3 runs", 20));
    pty_type(pty, "/\025nothing such\r");
    assert_true(pty_sees(pty, "no run has all these words", 20));
    pty_type(pty, "/\033");
    assert_true(pty_sees(pty, "second ", 20));
    leave(pty);
}

static void marked_runs_are_compared(void **state)
{
    (void)state;
    Pty *pty = open_runs(200, 60);
    pty_type(pty, "ss"); /* a known order: by epochs */
    assert_true(pty_settles(pty, 0.2, 20));
    pty_type(pty, "  ");
    assert_true(pty_sees(pty, "that differ", 20));
    assert_true(pty_sees(pty, "A ━━", 20));
    assert_true(pty_sees(pty, "B ╌╌", 20));
    int y = line_with(pty, "settings are the same");
    char line[2048];
    bool rates = false; /* above that line: the rates of both, in one */
    for (int k = 1; k < 6; k++) {
        pty_line(pty, y - k, line, sizeof line);
        rates |= strstr(line, "0.01") != NULL;
    }
    assert_true(rates);
    assert_true(pty_sees(pty, "as each run makes them", 20));
    assert_true(pty_sees(pty, "epochs, bce, logarithmic", 20));
    pty_type(pty, "xy");
    assert_true(pty_sees(pty, "steps, bce, linear", 20));
    pty_type(pty, "x");
    assert_true(pty_sees(pty, "seconds, bce", 20));
    assert_true(pty_sees(pty, "epoch 1 of train", 20)); /* the log */
    leave(pty);
}

static void a_sweep_waits_in_the_table(void **state)
{
    (void)state;
    Pty *pty = open_runs(80, 24);
    pty_type(pty, ":set"); /* nothing of it is meant: the palette closes */
    pty_type(pty, "\033");
    pty_type(pty, "1");
    assert_true(pty_sees(pty, "encoder", 20));
    pty_type(pty, ":set epochs=100000\r"); /* none ends by itself */
    pty_type(pty, "4");
    assert_true(pty_sees(pty, "third", 20));
    pty_type(pty, "W");
    assert_true(pty_sees(pty, "with each value", 20));
    pty_type(pty, "\025lr=0.5,0.25,0.125\r");
    assert_true(pty_sees(pty, "lr=0.125", 30));
    assert_true(pty_sees(pty, "queued", 20));
    assert_true(pty_sees(pty, "%", 30)); /* how far the first one is */
    assert_true(line_with(pty, "lr=0.125") < line_with(pty, "lr=0.25"));
    pty_type(pty, "d"); /* the chosen one, the highest, will not be trained */
    assert_true(pty_sees(pty, "lr=0.125 will not be trained", 20));
    pty_type(pty, "X");
    assert_true(pty_sees(pty, "the queue is empty", 20));
    assert_true(pty_settles(pty, 0.05, 5) || true);
    assert_false(pty_shows(pty, "lr=0.25"));
    pty_type(pty, "q"); /* it asks: a training is running, unless it has just ended */
    if (pty_sees(pty, "stop and save", 3))
        pty_type(pty, "s");
    assert_int_equal(pty_end(pty, 60), 0);
    pty_free(pty);
    size_t size;
    char *tag = file_read(in_scratch("runs/simple/tags"), 100, &size, NULL);
    assert_non_null(tag);
    assert_memory_equal(tag, "lr=0.5", 6);
    free(tag);
    assert_false(file_exists(in_scratch("runs/simple-02")));
    assert_true(file_remove_tree(in_scratch("runs/simple"), NULL));
}

/* Runs that begin and end between two looks at the folder are in the table all the same. */
static void a_sweep_of_quick_runs_shows_them_all(void **state)
{
    (void)state;
    Pty *pty = open_runs(80, 24);
    pty_type(pty, "1");
    assert_true(pty_sees(pty, "encoder", 20));
    pty_type(pty, ":set epochs=1\r");
    pty_type(pty, "4");
    assert_true(pty_sees(pty, "third", 20));
    pty_type(pty, "W");
    assert_true(pty_sees(pty, "with each value", 20));
    pty_type(pty, "\025lr=0.5,0.25,0.125\r");
    assert_true(pty_sees(pty, "simple-03", 30));
    for (double end = clock_seconds() + PATIENCE * 20; pty_shows(pty, "running") && clock_seconds() < end;)
        pty_take(pty, 50);
    assert_false(pty_shows(pty, "running"));
    assert_false(pty_shows(pty, "queued"));
    assert_true(line_with(pty, "simple-03") < line_with(pty, "simple-02"));
    leave(pty);
    static const char *const made[] = {"runs/simple", "runs/simple-02", "runs/simple-03"};
    for (int i = 0; i < 3; i++)
        assert_true(file_remove_tree(in_scratch(made[i]), NULL));
}

static void notes_names_and_deletion(void **state)
{
    (void)state;
    finished_run("extra", "lr=1", "1");
    Pty *pty = open_runs(80, 24);
    pty_type(pty, "/extra\r");
    assert_true(pty_sees(pty, "1 of 4 runs", 20));
    pty_type(pty, "#");
    assert_true(pty_sees(pty, "to remember it by", 20));
    pty_type(pty, "to be thrown away\r");
    pty_type(pty, "\033[Z"); /* to the pane before: notes and log */
    assert_true(pty_sees(pty, "to be thrown away", 20));
    size_t size;
    char *note = file_read(in_scratch("runs/extra/notes.txt"), 100, &size, NULL);
    assert_non_null(note);
    assert_memory_equal(note, "to be thrown away", 17);
    free(note);
    pty_type(pty, "r");
    assert_true(pty_sees(pty, "rename the run", 20));
    pty_type(pty, "\025extra-two\r");
    assert_true(pty_sees(pty, "extra-two  ", 20)); /* in the table */
    pty_type(pty, "d");
    assert_true(pty_sees(pty, "This cannot be undone", 20));
    assert_true(file_exists(in_scratch("runs/extra-two")));
    pty_type(pty, "d");
    assert_true(pty_sees(pty, "is deleted", 20));
    assert_false(file_exists(in_scratch("runs/extra-two")));
    leave(pty);
}

/* What a line cannot hold is not cut to a line; what cannot be read is there to be deleted. */
static void what_others_wrote_stays(void **state)
{
    (void)state;
    static const char note[] = "first line\nsecond line\n", tags[] = "two words\nplain\n";
    finished_run("noted", "lr=1", "1");
    finished_run("unread", "lr=1", "1");
    assert_true(file_write(in_scratch("runs/noted/notes.txt"), note, strlen(note), NULL));
    assert_true(file_write(in_scratch("runs/noted/tags"), tags, strlen(tags), NULL));
    assert_true(file_write(in_scratch("runs/unread/meta.json"), "{", 1, NULL));
    assert_true(file_write(in_scratch("runs/unread/network.net"), "", 0, NULL));
    Pty *pty = open_runs(120, 30);
    line_with(pty, " broken ");
    assert_false(pty_shows(pty, " nan "));
    pty_type(pty, "/noted\r");
    assert_true(pty_sees(pty, "1 of 5 runs", 20));
    pty_type(pty, "#");
    assert_true(pty_sees(pty, "longer than a line", 20));
    pty_type(pty, "T");
    assert_true(pty_sees(pty, "its tags have blanks", 20));
    size_t size;
    char *kept = file_read(in_scratch("runs/noted/notes.txt"), 100, &size, NULL);
    assert_string_equal(kept, note);
    free(kept);
    pty_type(pty, "/\025unread\r");
    assert_true(pty_sees(pty, " broken ", 20));
    assert_true(pty_settles(pty, 0.2, 20));
    pty_type(pty, "d");
    assert_true(pty_sees(pty, "This cannot be undone", 20));
    pty_type(pty, "d");
    assert_true(pty_sees(pty, "is deleted", 20));
    assert_false(file_exists(in_scratch("runs/unread")));
    assert_true(file_exists(in_scratch("runs/noted")));
    leave(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_by_any_column),       cmocka_unit_test(the_filter_narrows_while_typed), cmocka_unit_test(marked_runs_are_compared),
        cmocka_unit_test(a_sweep_waits_in_the_table), cmocka_unit_test(a_sweep_of_quick_runs_shows_them_all),
        cmocka_unit_test(notes_names_and_deletion), cmocka_unit_test(what_others_wrote_stays),
    };
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
