/* Every screen in every size, in this process: no text is cut in two or lies on another, columns stand under each other, and
 * what is shortened ends where a word does. */
#include "studio.h"

#include "base/clock.h"
#include "ui/bench.h"
#include "ui/screens.h"

#include <time.h>

static int spoils;
static const char *where;

static void spoilt(const Cells *cells, int x, int y, const char *text)
{
    print_error("# %s, %dx%d, at %d,%d: \"%s\"\n", where, cells->w, cells->h, x, y, text);
    spoils++;
}

static void settle(App *app, Cells *cells)
{
    double quiet = clock_seconds(), end = quiet + 30;
    while (clock_seconds() < end && clock_seconds() - quiet < PATIENCE * 0.03) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        app_tick(app, clock_seconds());
        if (bench_busy(app_bench(app)) || app_dirty(app))
            quiet = clock_seconds();
        app_draw(app, cells);
    }
}

static void press(App *app, const char *keys)
{
    char word[32];
    int used;
    for (; keys && sscanf(keys, "%31s%n", word, &used) == 1; keys += used) {
        Event event = event_key(key_parse(word));
        app_event(app, &event, clock_seconds());
    }
}

static App *open_app(const char *runs)
{
    Error err = {0};
    AppOptions options = {.look = look_new(COLOUR_RGB, GLYPHS_HALF, false), .runs_dir = runs, .data = data_folder(), .seed = 1, .threads = 1,
                          .wake = -1, .now = clock_seconds()};
    App *app = app_new(&options, &err);
    check_good(app != NULL, &err);
    return app;
}

static void make_run(const char *preset, const char *runs, const char *name)
{
    const char *arguments[] = {"train", preset, "--data", data_folder(), "--runs-dir", runs, "--run", name, "--epochs", "2", "--progress", "none", NULL};
    run_program(arguments);
}

static const char *some_runs(void)
{
    static char folder[512];
    if (folder[0])
        return folder;
    snprintf(folder, sizeof folder, "%s", put_folder("layout-runs"));
    make_run("simple", folder, "simple");
    make_run("vae", folder, "a-name-that-is-rather-long-for-a-run-in-any-list");
    return folder;
}

/* Names of screens and keys that lead to what they can show beside their first face. */
static const struct { const Screen *screen; const char *name, *keys; } faces[] = {
    {&screen_start, "start", NULL}, {&screen_start, "start, a run", "Home"}, {&screen_start, "start, data", "End"},
    {&screen_help, "help", NULL}, {&screen_help, "help, a page", "Down Down Down"}, {&screen_design, "design", NULL},
    {&screen_design, "design, last layer", "End"}, {&screen_wizard, "wizard", NULL}, {&screen_wizard, "wizard, later", "Enter Enter"},
    {&screen_train, "train", NULL}, {&screen_runs, "runs", NULL}, {&screen_runs, "runs, two marked", "Space Space"},
    {&screen_gallery, "gallery", NULL}, {&screen_start, "palette", ":"}, {&screen_start, "question", "o"},
};

static bool is_word(uint32_t glyph)
{
    return (glyph >= '0' && glyph <= '9') || ((glyph | 32) >= 'a' && (glyph | 32) <= 'z');
}

/* The frame's own lines and the last column belong to nobody's text; no word leans on the line between panes. */
static void check_frame(const Cells *cells)
{
    for (int y = 0; y < cells->h; y++) {
        if (is_word(cells->cell[y * cells->w + cells->w - 1].glyph) || is_word(cells->cell[y * cells->w].glyph))
            fail_msg("%s, %dx%d: line %d reaches the edge", where, cells->w, cells->h, y);
        for (int x = 1; x + 1 < cells->w; x++) {
            const Cell *cell = &cells->cell[y * cells->w + x];
            if (cell->glyph == 0x2502 && cell->fg == ink_role(ROLE_FAINT) && y > 2 && (is_word(cell[-1].glyph) || is_word(cell[1].glyph)))
                fail_msg("%s, %dx%d: a word leans on the line at %d,%d", where, cells->w, cells->h, x, y);
        }
    }
}

static void no_text_is_spoilt(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {100, 30}, {120, 34}, {200, 60}, {60, 20}, {40, 12}, {132, 43}, {81, 25}};
    App *app = open_app(some_runs());
    Cells cells = {0};
    Error err = {0};
    cells_resize(&cells, 80, 24);
    settle(app, &cells);
    check_good(bench_show_run(app_bench(app), "simple", &err), &err);
    settle(app, &cells);
    spoils = 0;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t f = 0; f < sizeof faces / sizeof *faces; f++) {
            cells_resize(&cells, sizes[s][0], sizes[s][1]);
            app_go(app, faces[f].screen);
            settle(app, &cells);
            press(app, faces[f].keys);
            settle(app, &cells);
            where = faces[f].name;
            cells.spoilt = spoilt;
            app_draw(app, &cells);
            cells.spoilt = NULL;
            check_frame(&cells);
            press(app, "Esc");
        }
    cells_clear(&cells);
    app_free(app);
    assert_int_equal(spoils, 0);
}

/* Where the text stands in a line of the screen; -1: nowhere. */
static int column_of(const Cells *cells, int y, const char *text)
{
    int length = (int)strlen(text);
    for (int x = 0; x + length <= cells->w; x++) {
        int same = 0;
        while (same < length && cells->cell[y * cells->w + x + same].glyph == (unsigned char)text[same])
            same++;
        if (same == length)
            return x;
    }
    return -1;
}

/* In the lists of runs, numbers and states stand under each other, however long the names are. */
static void columns_stand_under_each_other(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {120, 34}, {200, 60}};
    const Screen *const lists[] = {&screen_start, &screen_runs};
    App *app = open_app(some_runs());
    Cells cells = {0};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
            int rows = 0, done = -1, epochs = -1;
            cells_resize(&cells, sizes[s][0], sizes[s][1]);
            app_go(app, lists[l]);
            settle(app, &cells);
            for (int y = 2; y < cells.h && rows < 2; y++) {
                if (column_of(&cells, y, "2/2") < 0)
                    continue;
                assert_true(rows == 0 || column_of(&cells, y, "done") == done);
                assert_true(rows == 0 || column_of(&cells, y, "2/2") == epochs);
                done = column_of(&cells, y, "done");
                epochs = column_of(&cells, y, "2/2");
                rows++;
            }
            assert_int_equal(rows, 2);
            assert_true(done > epochs && epochs > 0);
        }
    cells_clear(&cells);
    app_free(app);
}

/* Words behind a dialogue lose their colours and nothing else; pictures stay. */
static void dialogues_stand_out(void **state)
{
    (void)state;
    App *app = open_app(some_runs());
    Cells cells = {0}, behind = {0};
    cells_resize(&cells, 120, 34);
    cells_resize(&behind, 120, 34);
    settle(app, &cells);
    press(app, "o");
    settle(app, &behind);
    int pictures = 0, words = 0;
    for (int i = 0; i < 120 * 34; i++) {
        const Cell *was = &cells.cell[i], *now = &behind.cell[i];
        if (!ink_is_role(was->fg)) {
            pictures += now->fg == was->fg;
        } else if (i % 120 < 20 && is_word(was->glyph)) {
            assert_int_equal(now->glyph, was->glyph);
            assert_int_equal(now->fg, ink_role(ROLE_FAINT));
            words++;
        }
    }
    assert_true(pictures > 100 && words > 100);
    assert_true(column_of(&behind, 14, "open a design") > 0 || column_of(&behind, 13, "open a design") > 0 || column_of(&behind, 12, "open a design") > 0);
    cells_clear(&cells);
    cells_clear(&behind);
    app_free(app);
}

/* Beside a preset its shape and the digits that it would learn from, also where the data sets have no pane of their own. */
static void a_preset_shows_its_data(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {100, 30}, {120, 34}, {200, 60}};
    App *app = open_app(some_runs());
    Cells cells = {0};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        cells_resize(&cells, sizes[s][0], sizes[s][1]);
        settle(app, &cells);
        int pictures = 0;
        for (int i = 0; i < cells.w * cells.h; i++)
            pictures += !ink_is_role(cells.cell[i].fg);
        assert_true(pictures > 25); /* the ink of two digits of half their size */
    }
    cells_clear(&cells);
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_text_is_spoilt), cmocka_unit_test(columns_stand_under_each_other),
                                       cmocka_unit_test(dialogues_stand_out), cmocka_unit_test(a_preset_shows_its_data)};
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
