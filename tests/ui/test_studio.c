/* The studio as a person meets it: the program in a terminal, keys in, cells out. */
#include "pty.h"

#include "../data/scratch.h"
#include "base/clock.h"
#include "data/digits.h"
#include "data/formats.h"
#include "image/image.h"
#include "store/run.h"
#include "term/picture.h"
#include "ui/pictures.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static const char *const truecolour[] = {"COLORTERM=truecolor", NULL};

/* A small data set of digits on disk: 512 to learn from, 64 to look at. */
static const char *data_folder(void)
{
    static char folder[512];
    Dataset train = {0}, test = {0};
    Error err = {0};
    snprintf(folder, sizeof folder, "%s/digits", scratch);
    if (file_exists(folder))
        return folder;
    assert_true(file_make_folders(folder, &err));
    assert_true(digits_draw(3, 0, 512, &train, &err) && digits_draw(3, 600, 64, &test, &err));
    assert_true(idx_write_images(in_scratch("digits/train-images-idx3-ubyte"), &train, &err));
    assert_true(idx_write_labels(in_scratch("digits/train-labels-idx1-ubyte"), &train, &err));
    assert_true(idx_write_images(in_scratch("digits/t10k-images-idx3-ubyte"), &test, &err));
    assert_true(idx_write_labels(in_scratch("digits/t10k-labels-idx1-ubyte"), &test, &err));
    dataset_clear(&train);
    dataset_clear(&test);
    return folder;
}

static Pty *start(int w, int h, const char *const *env, const char *more, const char *value)
{
    static char runs[512];
    snprintf(runs, sizeof runs, "%s/runs", scratch);
    const char *arguments[] = {"studio", "--data", data_folder(), "--runs-dir", runs, "--threads", "1", more, value, NULL};
    return pty_start(w, h, env, arguments);
}

static void leave(Pty *pty)
{
    pty_type(pty, "q");
    assert_int_equal(pty_end(pty, 10), 0);
    assert_true(pty_restored(pty));
    pty_free(pty);
}

/* ---- the terminal is given back */

static void quits_cleanly(void **state)
{
    (void)state;
    double begin = clock_seconds();
    Pty *pty = start(80, 24, truecolour, NULL, NULL);
    assert_true(pty_sees(pty, "presets", 5));
    print_message("# first screen after %.0f ms\n", 1000 * (clock_seconds() - begin));
    assert_true(pty_sees(pty, "in use", 10));
    assert_false(pty_restored(pty));
    leave(pty);
}

static void ends_on_signals(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT};
    for (int i = 0; i < 3; i++) {
        Pty *pty = start(80, 24, truecolour, NULL, NULL);
        assert_true(pty_sees(pty, "presets", 5));
        pty_kill(pty, numbers[i]);
        assert_int_equal(pty_end(pty, 10), 128 + numbers[i]);
        assert_true(pty_restored(pty));
        pty_free(pty);
    }
}

static void crash_restores_the_terminal(void **state)
{
    (void)state;
    static const int numbers[] = {SIGSEGV, SIGABRT, SIGFPE, SIGBUS};
    if (SANITIZED)
        skip(); /* the sanitizer's own handlers are kept */
    for (int i = 0; i < 4; i++) {
        Pty *pty = start(80, 24, truecolour, NULL, NULL);
        assert_true(pty_sees(pty, "presets", 5));
        pty_kill(pty, numbers[i]);
        assert_int_equal(pty_end(pty, 10), 128 + numbers[i]);
        assert_true(pty_restored(pty));
        pty_free(pty);
    }
}

static void refuses_what_it_cannot(void **state)
{
    (void)state;
    Pty *pty = start(80, 24, truecolour, "--glyphs", "nonsense");
    assert_int_equal(pty_end(pty, 10), 2);
    assert_true(pty_shows(pty, "half, quadrant"));
    assert_true(pty_restored(pty));
    pty_free(pty);
    static const char *const unknown[] = {"TERM=no-such-terminal", NULL};
    pty = start(80, 24, unknown, NULL, NULL);
    assert_int_equal(pty_end(pty, 10), 1);
    assert_true(pty_restored(pty));
    pty_free(pty);
}

/* ---- a known digit, cell by cell */

static bool same_colour(const Look *look, Ink ink, bool background, int32_t shown, bool index)
{
    uint8_t attr = 0;
    int32_t colour = look_colour(look, ink, background, &attr);
    if (colour < 0)
        return shown < 0;
    return shown == colour && (look->colour == COLOUR_RGB ? !index : index);
}

static bool same_cell(const Look *look, const Cell *want, PtyCell is)
{
    if (is.glyph != want->glyph)
        return false;
    if (!same_colour(look, want->bg, true, is.bg, is.bg_index))
        return false;
    return want->glyph == ' ' || same_colour(look, want->fg, false, is.fg, is.fg_index);
}

/* Where on the screen the digit is; false: nowhere. */
static bool find_digit(Pty *pty, const Look *look, const float *x, int w, int h)
{
    Cells cells = {0};
    bool found = false;
    cells.look = *look;
    cells_resize(&cells, w, h);
    pictures_draw(&cells, rect_new(0, 0, w, h), x, shape_map(28, 28, 1));
    for (int top = 2; top + h <= 22 && !found; top++)
        for (int left = 0; left + w <= 80 && !found; left++) {
            bool same = true;
            for (int i = 0; i < w * h && same; i++)
                same = same_cell(look, &cells.cell[i], pty_cell(pty, left + i % w, top + i / w));
            found = same;
        }
    cells_clear(&cells);
    return found;
}

static void digits_in_every_colour_mode(void **state)
{
    (void)state;
    static const struct { const char *color, *glyphs, *env; ColourLevel level; Glyphs set; } modes[] = {
        {"rgb", "half", "COLORTERM=truecolor", COLOUR_RGB, GLYPHS_HALF},     {"256", "half", "A=b", COLOUR_256, GLYPHS_HALF},
        {"16", "half", "A=b", COLOUR_16, GLYPHS_HALF},                       {"8", "half", "A=b", COLOUR_8, GLYPHS_HALF},
        {"auto", "auto", "NO_COLOR=1", COLOUR_MONO, GLYPHS_ASCII},           {"rgb", "sextant", "TERM=tmux-256color", COLOUR_RGB, GLYPHS_SEXTANT},
        {"rgb", "quadrant", "TERM=screen-256color", COLOUR_RGB, GLYPHS_QUADRANT}, {"256", "braille", "A=b", COLOUR_256, GLYPHS_BRAILLE},
    };
    Dataset test = {0};
    Error err = {0};
    float x[784];
    assert_true(digits_draw(3, 600, 64, &test, &err));
    dataset_sample(&test, 0, x);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const char *env[] = {modes[i].env, NULL};
        static char runs[512];
        snprintf(runs, sizeof runs, "%s/no-runs", scratch);
        const char *arguments[] = {"studio", "--data", data_folder(), "--runs-dir", runs, "--color", modes[i].color, "--glyphs", modes[i].glyphs, NULL};
        Pty *pty = pty_start(80, 24, env, arguments);
        assert_true(pty_sees(pty, "built-in digits", 20));
        for (int k = 0; k < 11; k++)
            pty_type(pty, "j"); /* from the first preset to the first data set */
        pty_wait(pty, 0.3);
        Look look = look_new(modes[i].level, modes[i].set, false);
        bool found = find_digit(pty, &look, x, 14, 7);
        if (!found) {
            print_error("# colours %s, glyphs %s\n", modes[i].color, modes[i].glyphs);
            pty_dump(pty);
        }
        assert_true(found);
        leave(pty);
    }
    dataset_clear(&test);
}

static void without_utf8_all_is_ascii(void **state)
{
    (void)state;
    static const char *const env[] = {"LC_ALL=C", "COLORTERM=truecolor", NULL};
    Pty *pty = start(80, 24, env, NULL, NULL);
    static const char *const keys[] = {"", "1", "2", "3", "4", "?", "0"};
    assert_true(pty_sees(pty, "built-in digits", 20));
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        pty_type(pty, keys[k]);
        pty_wait(pty, 0.2);
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 80; x++)
                assert_in_range(pty_cell(pty, x, y).glyph, 0x20, 0x7e);
    }
    leave(pty);
}

/* ---- every screen, every size */

static void screens_at_all_sizes(void **state)
{
    (void)state;
    static const struct { const char *key, *text; } screens_shown[] = {
        {"1", "encoder"}, {"2", "nothing is being trained"}, {"3", "open a run"}, {"4", "run"}, {"?", "everywhere"}, {"0", "presets"}};
    static const int sizes[][2] = {{80, 24}, {200, 60}, {60, 20}, {40, 12}, {120, 34}};
    Pty *pty = start(80, 24, truecolour, NULL, NULL);
    assert_true(pty_sees(pty, "built-in digits", 20));
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        pty_resize(pty, sizes[s][0], sizes[s][1]);
        for (size_t k = 0; k < sizeof screens_shown / sizeof *screens_shown; k++) {
            pty_type(pty, screens_shown[k].key);
            if (sizes[s][0] >= 80)
                assert_true(pty_sees(pty, screens_shown[k].text, 5));
        }
    }
    pty_resize(pty, 20, 5);
    assert_true(pty_sees(pty, "hourglass", 5));
    pty_resize(pty, 1, 1);
    pty_resize(pty, 80, 24);
    assert_true(pty_sees(pty, "presets", 5));
    leave(pty);
}

static void mouse_and_palette(void **state)
{
    (void)state;
    Pty *pty = start(80, 24, truecolour, NULL, NULL);
    assert_true(pty_sees(pty, "built-in digits", 20));
    char line[512];
    pty_line(pty, 0, line, sizeof line);
    char *tab = strstr(line, "Design");
    assert_non_null(tab);
    pty_click(pty, (int)(tab - line) + 1, 0);
    assert_true(pty_sees(pty, "encoder", 5));
    pty_click(pty, 8, 5); /* a layer */
    pty_type(pty, ":");
    assert_true(pty_sees(pty, "what to do", 5));
    pty_type(pty, "go-hel");
    pty_type(pty, "\r");
    assert_true(pty_sees(pty, "everywhere", 5));
    pty_type(pty, "/mirror");
    pty_type(pty, "\r");
    assert_true(pty_sees(pty, "backwards", 5));
    pty_type(pty, "0");
    leave(pty);
}

/* ---- training */

static void train_pause_resize_stop(void **state)
{
    (void)state;
    Pty *pty = start(80, 24, truecolour, NULL, NULL);
    assert_true(pty_sees(pty, "in use", 20));
    pty_type(pty, "1:");
    pty_type(pty, "set epochs=5000\r"); /* long enough for all that follows */
    pty_type(pty, "t");
    assert_true(pty_sees(pty, "batch", 10));
    assert_true(pty_sees(pty, "reconstruction", 10));
    pty_type(pty, " ");
    assert_true(pty_sees(pty, "paused", 5));
    static const int sizes[][2] = {{200, 60}, {60, 20}, {30, 8}, {120, 34}, {80, 24}};
    pty_type(pty, " ");
    for (int i = 0; i < 5; i++) {
        pty_resize(pty, sizes[i][0], sizes[i][1]);
        assert_true(pty_sees(pty, "epoch", 5));
    }
    pty_type(pty, "r");
    assert_true(pty_sees(pty, "learning rate", 5));
    pty_type(pty, "0.5\r");
    assert_true(pty_sees(pty, "lr 0.5", 5));
    pty_type(pty, "x");
    assert_true(pty_sees(pty, "stop the training", 5));
    pty_type(pty, "s");
    assert_true(pty_sees(pty, "stopped", 10));
    leave(pty);
}

/* A design that takes long enough to be left in the middle. */
static const char *small_design(void)
{
    static char path[512];
    Error err = {0};
    static const char text[] = "input 784\nencoder\n  dense 48 relu\n  dense 8\ndecoder\n  dense 48 relu\n  dense 784 sigmoid\n"
                               "train\n  loss bce\n  optimizer adam lr=0.001\n  batch 4\n  epochs 12\n  validation test\n";
    snprintf(path, sizeof path, "%s/small.net", scratch);
    if (!file_exists(path))
        assert_true(file_write(path, text, strlen(text), &err));
    return path;
}

static void *slurp(const char *path, size_t *size)
{
    Error err = {0};
    char *bytes = file_read(path, 1 << 24, size, &err);
    assert_non_null(bytes);
    return bytes;
}

static void shell(const char *fmt, ...)
{
    char command[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(command, sizeof command, fmt, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

/* Left in mid-run, then resumed by the command line: the same bytes as a run that was never left. */
static void leaving_saves_exactly(void **state)
{
    (void)state;
    char runs[600];
    snprintf(runs, sizeof runs, "%s/exact", scratch);
    const char *arguments[] = {"studio", small_design(), "--data", data_folder(), "--runs-dir", runs, "--threads", "1", NULL};
    Pty *pty = pty_start(80, 24, truecolour, arguments);
    assert_true(pty_sees(pty, "in use", 20));
    pty_type(pty, "1");
    assert_true(pty_sees(pty, "dense 48", 5));
    pty_type(pty, "t");
    assert_true(pty_sees(pty, "batch", 10));
    pty_type(pty, "q");
    assert_true(pty_sees(pty, "a training is running", 5));
    pty_type(pty, "s");
    assert_int_equal(pty_end(pty, 20), 0);
    assert_true(pty_restored(pty));
    pty_free(pty);
    shell("$HOURGLASS resume small --runs-dir %s --progress none >/dev/null 2>&1", runs);
    shell("$HOURGLASS train %s --data %s --runs-dir %s --run never-left --threads 1 --seed 1 --progress none >/dev/null 2>&1", small_design(),
          data_folder(), runs);
    char one[700], two[700];
    size_t size_one, size_two;
    snprintf(one, sizeof one, "%s/small/model.safetensors", runs);
    snprintf(two, sizeof two, "%s/never-left/model.safetensors", runs);
    void *a = slurp(one, &size_one), *b = slurp(two, &size_two);
    assert_int_equal(size_one, size_two);
    assert_memory_equal(a, b, size_one);
    free(a);
    free(b);
}

/* The way of someone who never saw the program, as the README tells it: under 25 keys. */
static void the_first_journey(void **state)
{
    (void)state;
    char runs[600], picture[700];
    snprintf(runs, sizeof runs, "%s/journey", scratch);
    const char *arguments[] = {"studio", "--data", data_folder(), "--runs-dir", runs, NULL};
    Pty *pty = pty_start(80, 24, truecolour, arguments);
    int keys = 0;
    assert_true(pty_sees(pty, "in use", 20));
    pty_type(pty, "n"), keys++;
    assert_true(pty_sees(pty, "a new network", 5));
    while (!pty_shows(pty, "that is all") && keys < 18)
        pty_type(pty, "\r"), keys++;
    assert_true(pty_shows(pty, "that is all"));
    pty_type(pty, "t"), keys++;
    assert_true(pty_sees(pty, "reconstruction", 20));
    assert_true(pty_sees(pty, "is trained", 120));
    pty_type(pty, "3"), keys++;
    assert_true(pty_sees(pty, "samples classes", 10));
    pty_wait(pty, 1);
    pty_type(pty, "e"), keys++;
    assert_true(pty_sees(pty, "written:", 20));
    pty_type(pty, "q"), keys++;
    assert_int_equal(pty_end(pty, 10), 0);
    pty_free(pty);
    print_message("# %d keys\n", keys);
    assert_true(keys < 25);
    RunList list = {0};
    Error err = {0};
    assert_true(run_list(runs, &list, &err));
    assert_int_equal(list.count, 1);
    snprintf(picture, sizeof picture, "%s/figures/grid.png", list.run[0].folder);
    assert_true(image_is_picture(picture));
    run_list_clear(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quits_cleanly), cmocka_unit_test(ends_on_signals), cmocka_unit_test(crash_restores_the_terminal),
        cmocka_unit_test(refuses_what_it_cannot), cmocka_unit_test(digits_in_every_colour_mode), cmocka_unit_test(without_utf8_all_is_ascii),
        cmocka_unit_test(screens_at_all_sizes), cmocka_unit_test(mouse_and_palette), cmocka_unit_test(train_pause_resize_stop),
        cmocka_unit_test(leaving_saves_exactly), cmocka_unit_test(the_first_journey),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
