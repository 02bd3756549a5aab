/* What the Train screen shows: panes, cursor, axes, the health of layers, old runs. */
#include "training.h"

#include <string.h>

/* Shown as the whole dashboard, paused somewhere after epoch 3, so that nothing moves by itself. */
static Pty *paused_dashboard(int w, int h, const char *settings, const char *runs)
{
    Pty *pty = start_training_of(slow_design(), w, h, settings, runs);
    await_epochs(pty, runs, "small", 6);
    assert_true(pty_sees(pty, "update", 20)); /* layers have been looked at */
    pty_type(pty, " ");
    assert_true(pty_sees(pty, "paused", 20));
    assert_true(pty_settles(pty, 0.4, 20));
    return pty;
}

static void check_column(Pty *pty, const char *above, const char *below)
{
    int x, y, other_x, other_y;
    assert_true(pty_find(pty, above, &x, &y));
    assert_true(pty_find(pty, below, &other_x, &other_y));
    assert_true(other_y > y);
}

static void everything_at_once_on_large_screens(void **state)
{
    (void)state;
    static const char *const shown[] = {"loss", "layers", "log", "codes", "settings", "original", "reconstruction", "gradient", "weight",
                                        "update", "dead", "dense_1", "PCA", "adam lr=0.001", "train ", "validation ", "★"};
    Pty *pty = paused_dashboard(200, 60, "epochs=50", put_folder("large"));
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!pty_shows(pty, shown[i])) {
            pty_dump(pty);
            fail_msg("no \"%s\" on the dashboard", shown[i]);
        }
    check_column(pty, "original", "reconstruction");
    /* Histograms of blocks stand in the lines of the layers. */
    char line[1024];
    int x, y;
    assert_true(pty_find(pty, "dense_1", &x, &y));
    pty_line(pty, y, line, sizeof line);
    assert_true(strstr(line, "▇") != NULL);
    stop(pty);
    leave(pty);
}

/* While it trains a shade's difference is not sent, and panes rest; of what stands still every cell is exact: drawn anew it is the same. */
static void what_rests_is_exact(void **state)
{
    (void)state;
    enum { W = 120, H = 34 };
    Pty *pty = paused_dashboard(W, H, "epochs=50", put_folder("exact"));
    static PtyCell before[H][W];
    int pictures = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            before[y][x] = pty_cell(pty, x, y);
            pictures += before[y][x].glyph == 0x2580 || before[y][x].glyph == 0x2584;
        }
    assert_true(pictures > 100);
    pty_type(pty, "\f");
    assert_true(pty_settles(pty, 0.4, 20));
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            PtyCell cell = pty_cell(pty, x, y), *was = &before[y][x];
            if (cell.glyph != was->glyph || cell.bg != was->bg || (cell.glyph != ' ' && cell.fg != was->fg))
                fail_msg("the cell at %d, %d was U+%04X %06X on %06X and is U+%04X %06X on %06X", x, y, was->glyph, was->fg, was->bg, cell.glyph,
                         cell.fg, cell.bg);
        }
    stop(pty);
    leave(pty);
}

static void every_pane_by_tab(void **state)
{
    (void)state;
    Pty *pty = start_training_of(slow_design(), 80, 24, "epochs=50", put_folder("small-screen"));
    assert_true(pty_sees(pty, "reconstruction", 20)); /* all of it is there */
    pty_type(pty, "\t\t"); /* over the log to the layers */
    assert_true(pty_sees(pty, "gradient", 20));
    assert_true(pty_sees(pty, "dense_2", 20));
    pty_type(pty, "\t");
    assert_true(pty_sees(pty, "optimizer", 20));
    assert_true(pty_sees(pty, "adam lr=0.001", 20));
    pty_type(pty, ":pane codes\r");
    assert_true(pty_sees(pty, "PCA of 8 numbers", 20));
    pty_type(pty, "\t");
    assert_true(pty_sees(pty, "original", 20));
    stop(pty);
    leave(pty);
}

static void the_cursor_goes_back_and_returns(void **state)
{
    (void)state;
    char before[24][1024], line[1024];
    int x, y;
    Pty *pty = paused_dashboard(120, 34, "epochs=50", put_folder("cursor"));
    assert_true(pty_shows(pty, "live"));
    assert_true(pty_find(pty, "reconstruction", &x, &y));
    PtyCell live[6];
    for (int i = 0; i < 6; i++)
        live[i] = pty_cell(pty, x + 2 * i, y + 3);
    pty_line(pty, y + 3, before[0], sizeof before[0]);
    pty_type(pty, ","); /* the batches before the last ones: a value of their own */
    assert_true(pty_sees(pty, "batch ", 20));
    assert_true(pty_sees(pty, " batch ", 20));
    pty_type(pty, ":cursor 3\r");
    assert_true(pty_sees(pty, "◂ epoch 3 ▸", 20));
    pty_type(pty, "\033OD");
    assert_true(pty_sees(pty, "◂ epoch 2 ▸", 20));
    pty_type(pty, "\033OD");
    assert_true(pty_sees(pty, "◂ epoch 1 ▸", 20));
    assert_true(pty_sees(pty, "@1", 20));
    assert_true(pty_settles(pty, 0.3, 20));
    bool same = true;
    for (int i = 0; i < 6; i++) {
        PtyCell cell = pty_cell(pty, x + 2 * i, y + 3);
        same &= cell.fg == live[i].fg && cell.bg == live[i].bg && cell.glyph == live[i].glyph;
    }
    assert_false(same); /* another network's digits */
    pty_type(pty, "\033OF");
    assert_true(pty_sees(pty, "live", 20));
    assert_true(pty_settles(pty, 0.3, 20));
    for (int i = 0; i < 6; i++) {
        PtyCell cell = pty_cell(pty, x + 2 * i, y + 3);
        assert_true(cell.fg == live[i].fg && cell.bg == live[i].bg && cell.glyph == live[i].glyph);
    }
    pty_line(pty, y + 3, line, sizeof line);
    stop(pty);
    leave(pty);
}

static void axes_and_zoom(void **state)
{
    (void)state;
    Pty *pty = paused_dashboard(120, 34, "epochs=50", put_folder("axes"));
    assert_true(pty_sees(pty, "log, epochs", 20));
    pty_type(pty, "y");
    assert_true(pty_sees(pty, "linear, epochs", 20));
    pty_type(pty, "X");
    assert_true(pty_sees(pty, "linear, steps", 20));
    assert_true(pty_sees(pty, "1000", 20)); /* 512 of them an epoch */
    pty_type(pty, "X");
    assert_true(pty_sees(pty, "linear, seconds", 20));
    pty_type(pty, "X");
    assert_true(pty_sees(pty, "linear, epochs", 20));
    pty_type(pty, "m");
    assert_true(pty_sees(pty, "smoothed", 20));
    int x, y, end_x, end_y;
    assert_true(pty_find(pty, "┬", &x, &y)); /* ticks of all of it */
    for (int i = 0; i < 6; i++)
        pty_type(pty, "+");
    pty_type(pty, "\033[1;2D");
    assert_true(pty_settles(pty, 0.3, 20));
    assert_true(pty_find(pty, ".", &end_x, &end_y)); /* fractions of an epoch */
    pty_type(pty, "=");
    assert_true(pty_settles(pty, 0.3, 20));
    stop(pty);
    leave(pty);
}

static void a_schedule_is_drawn(void **state)
{
    (void)state;
    Pty *pty = paused_dashboard(120, 34, "schedule=cosine", put_folder("scheduled"));
    char line[1024];
    int x, y;
    assert_true(pty_find(pty, "     lr ", &x, &y) || pty_find(pty, "lr▇", &x, &y) || pty_find(pty, "lr ▇", &x, &y));
    pty_line(pty, y, line, sizeof line);
    assert_non_null(strstr(line, "▇"));
    stop(pty);
    leave(pty);
}

static void the_log_scrolls(void **state)
{
    (void)state;
    Pty *pty = paused_dashboard(120, 34, "epochs=50", put_folder("logged"));
    assert_false(pty_shows(pty, "stage train"));
    for (int i = 0; i < 12 && !pty_shows(pty, "Home is the newest"); i++) { /* the log's turn comes with Tab */
        pty_type(pty, "\t");
        for (int k = 0; k < 3; k++)
            pty_type(pty, "\033OB");
    }
    assert_true(pty_shows(pty, "Home is the newest"));
    for (int i = 0; i < 300 && !pty_shows(pty, "stage train"); i++)
        pty_type(pty, "\033[6~\033[6~\033[6~\033[6~");
    assert_true(pty_shows(pty, "stage train")); /* how it began */
    pty_type(pty, "\033OH");
    assert_true(pty_settles(pty, 0.3, 20));
    assert_false(pty_shows(pty, "stage train"));
    stop(pty);
    leave(pty);
}

/* Opened from disk: curve, digits, codes, and of the layers what a stored model tells. */
static void an_old_run_is_shown_whole(void **state)
{
    (void)state;
    const char *runs = put_folder("old");
    Pty *pty = start_training(3, runs);
    assert_true(pty_sees(pty, "is trained", 60));
    leave(pty);
    pty = start_again(runs, 200, 60, "done");
    pty_type(pty, "\r");
    assert_true(pty_sees(pty, "weights as stored", 30));
    assert_true(pty_sees(pty, "dense_4", 20));
    assert_true(pty_shows(pty, "PCA"));
    assert_true(pty_shows(pty, "as it ended"));
    assert_true(pty_sees(pty, "all epochs done", 20));
    pty_type(pty, "\033OD");
    assert_true(pty_sees(pty, "◂ epoch 3 ▸", 20));
    leave(pty);
}

static void classes_have_a_curve_of_their_own(void **state)
{
    (void)state;
    static const char text[] = "input 784\nencoder\n  dense 64 relu\nblock head\n  dense 10 softmax\nstage tell\n  run encoder head\n"
                               "  loss crossentropy\n  optimizer adam lr=0.001\n  batch 8\n  epochs 100000\n  validation test\n";
    Pty *pty = start_training_of(put_file("classes.net", text, strlen(text)), 120, 34, "epochs=100000", put_folder("classes"));
    assert_true(pty_sees(pty, "accuracy", 20));
    assert_true(pty_sees(pty, " %", 20));
    pty_resize(pty, 80, 24);
    assert_true(pty_sees(pty, "accuracy", 20));
    stop(pty);
    leave(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_at_once_on_large_screens), cmocka_unit_test(what_rests_is_exact), cmocka_unit_test(every_pane_by_tab), cmocka_unit_test(the_cursor_goes_back_and_returns),
        cmocka_unit_test(axes_and_zoom), cmocka_unit_test(a_schedule_is_drawn), cmocka_unit_test(the_log_scrolls),
        cmocka_unit_test(an_old_run_is_shown_whole), cmocka_unit_test(classes_have_a_curve_of_their_own),
    };
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
