/* Every screen in every size, colour mode and locale; digits cell by cell; the mouse. */
#include "studio.h"

#include "base/str.h"
#include "store/run.h"
#include "term/picture.h"
#include "ui/pictures.h"

#include <signal.h>

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

/* Is the digit somewhere on the screen, exactly as the look draws it? */
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

typedef struct Mode {
    const char *color, *glyphs, *theme, *env;
    ColourLevel level;
    Glyphs set;
    bool light;
} Mode;

static void digits_in_every_colour_mode(void **state)
{
    (void)state;
    static const Mode modes[] = {
        {"rgb", "half", "dark", "COLORTERM=truecolor", COLOUR_RGB, GLYPHS_HALF, false},
        {"auto", "auto", "auto", "COLORTERM=truecolor", COLOUR_RGB, GLYPHS_HALF, false},
        {"auto", "auto", "auto", "A=b", COLOUR_256, GLYPHS_HALF, false},
        {"auto", "auto", "auto", "TERM=xterm", COLOUR_8, GLYPHS_HALF, false},
        {"auto", "auto", "auto", "TERM=vt100", COLOUR_MONO, GLYPHS_ASCII, false},
        {"auto", "auto", "auto", "NO_COLOR=1", COLOUR_MONO, GLYPHS_ASCII, false},
        {"16", "half", "dark", "A=b", COLOUR_16, GLYPHS_HALF, false},
        {"8", "half", "dark", "A=b", COLOUR_8, GLYPHS_HALF, false},
        {"never", "half", "dark", "A=b", COLOUR_MONO, GLYPHS_HALF, false},
        {"rgb", "half", "light", "COLORTERM=truecolor", COLOUR_RGB, GLYPHS_HALF, true},
        {"256", "half", "light", "A=b", COLOUR_256, GLYPHS_HALF, true},
        {"16", "half", "light", "A=b", COLOUR_16, GLYPHS_HALF, true},
        {"rgb", "ascii", "dark", "A=b", COLOUR_RGB, GLYPHS_ASCII, false},
        {"rgb", "sextant", "dark", "TERM=tmux-256color", COLOUR_RGB, GLYPHS_SEXTANT, false},
        {"rgb", "quadrant", "dark", "TERM=screen-256color", COLOUR_RGB, GLYPHS_QUADRANT, false},
        {"256", "braille", "dark", "A=b", COLOUR_256, GLYPHS_BRAILLE, false},
    };
    Dataset test = {0};
    Error err = {0};
    float x[784];
    check_good(digits_draw(DATA_SEED, DATA_TEST_FIRST, 1, &test, &err), &err);
    dataset_sample(&test, 0, x);
    dataset_clear(&test);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const char *env[] = {modes[i].env, NULL};
        const char *arguments[] = {"studio", "--data", data_folder(), "--runs-dir", in_scratch("no-runs"), "--color", modes[i].color,
                                   "--glyphs", modes[i].glyphs, "--theme", modes[i].theme, NULL};
        Pty *pty = pty_start(scratch, 80, 24, env, arguments);
        int left, top;
        assert_true(pty_sees(pty, "in use", 20));
        assert_true(pty_find(pty, "in use", &left, &top));
        pty_click(pty, 4, top);
        assert_true(pty_settles(pty, 0.15, 20));
        Look look = look_new(modes[i].level, modes[i].set, modes[i].light);
        look.utf8 = modes[i].set != GLYPHS_ASCII;
        bool found = find_digit(pty, &look, x, 14, 7);
        if (!found) {
            print_error("# colours %s, glyphs %s, theme %s, %s\n", modes[i].color, modes[i].glyphs, modes[i].theme, modes[i].env);
            pty_dump(pty);
        }
        assert_true(found);
        leave(pty);
    }
}

/* Asked for its background, the terminal decides between the themes, and digits fade into the very colour it names. */
static void background_is_asked_for(void **state)
{
    (void)state;
    static const struct { const char *ground; uint32_t rgb; bool light; } row[] = {
        {"fdfd/f6f6/e3e3", 0xfdf6e3, true}, {"0000/2b2b/3636", 0x002b36, false}};
    Dataset test = {0};
    float x[784];
    assert_true(digits_draw(DATA_SEED, DATA_TEST_FIRST, 1, &test, NULL));
    dataset_sample(&test, 0, x);
    dataset_clear(&test);
    for (int i = 0; i < 2; i++) {
        int left, top;
        Pty *pty = start();
        pty_answer_ground(pty, row[i].ground);
        assert_true(pty_sees(pty, "in use", 20));
        assert_true(pty_find(pty, "in use", &left, &top));
        pty_click(pty, 4, top);
        assert_true(pty_settles(pty, 0.15, 20));
        Look look = look_new(COLOUR_RGB, GLYPHS_HALF, row[i].light);
        look.ground = row[i].rgb;
        assert_true(find_digit(pty, &look, x, 14, 7));
        leave(pty);
    }
}

/* ---- every screen */

/* A finished run, so that there is something to see everywhere. */
static void make_run(void) { finished_run("seen", "lr=1", "3"); }

static const struct { const char *key, *text; } walk[] = {
    {"0", "presets"}, {"n", "Kind of network"}, {"1", "encoder"}, {"0", "seen"}, {"4", "D design"}, {"\r", "original"}, {"3", "classes: "},
    {"?", "keys of"}, {"0", "presets"},
};

/* The frame: tabs above, keys below whose last is help, the last column free but for pictures and scroll bars. */
static void check_frame(Pty *pty, int w, int h)
{
    char top[1024], bottom[1024];
    pty_line(pty, 0, top, sizeof top);
    pty_line(pty, h - 1, bottom, sizeof bottom);
    assert_int_equal(strncmp(top, " hourglass", 10), 0);
    assert_non_null(strstr(top, "4 Runs"));
    char *help = strstr(bottom, "? help");
    if (!help)
        fail_msg("the key bar lacks its end: %s", bottom);
    assert_int_equal(strspn(help + 6, " "), strlen(help + 6));
    assert_int_equal(bottom[0], ' ');
    static const int lines[] = {0, 1, -2, -1};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        int y = lines[i] < 0 ? h + lines[i] : lines[i];
        assert_int_equal(pty_cell(pty, w - 1, y).glyph, ' ');
    }
    for (int y = 0; y < h; y++) /* nothing of another size or screen is left at the sides */
        assert_int_equal(pty_cell(pty, 0, y).glyph, ' ');
}

static void screens_at_all_sizes(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {200, 60}, {100, 30}, {60, 20}, {40, 12}};
    make_run();
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int w = sizes[s][0], h = sizes[s][1];
        Pty *pty = start_at(w, h, truecolour, NULL, NULL);
        assert_true(pty_sees(pty, "presets", 20));
        for (size_t k = 0; k < sizeof walk / sizeof *walk; k++) {
            pty_type(pty, walk[k].key);
            if (w >= 80) {
                assert_true(pty_sees(pty, walk[k].text, 20));
                assert_true(pty_settles(pty, 0.1, 20));
                check_frame(pty, w, h);
            } else {
                assert_true(pty_sees(pty, "hourglass", 20));
                assert_true(pty_sees(pty, "? help", 20));
            }
        }
        leave(pty);
    }
}

static void too_small_to_work_in(void **state)
{
    (void)state;
    static const int sizes[][2] = {{39, 24}, {80, 11}, {20, 5}, {3, 2}, {1, 1}};
    make_run();
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        Pty *pty = start_at(sizes[s][0], sizes[s][1], truecolour, NULL, NULL);
        assert_true(pty_sees(pty, sizes[s][0] > 3 ? "hourglass" : sizes[s][0] > 1 ? "ho" : "\xe2\x80\xa6", 20));
        for (size_t k = 0; k < sizeof walk / sizeof *walk; k++)
            pty_type(pty, walk[k].key);
        pty_type(pty, ":");
        pty_type(pty, "\033");
        pty_resize(pty, 80, 24);
        assert_true(pty_sees(pty, "? help", 20));
        leave(pty);
    }
}

static void without_utf8_all_is_ascii(void **state)
{
    (void)state;
    static const char *const env[] = {"LC_ALL=C", "COLORTERM=truecolor", NULL};
    make_run();
    Pty *pty = start_at(80, 24, env, NULL, NULL);
    assert_true(pty_sees(pty, "in use", 20));
    for (size_t k = 0; k < sizeof walk / sizeof *walk; k++) {
        pty_type(pty, walk[k].key);
        assert_true(pty_sees(pty, walk[k].text, 20));
        assert_true(pty_settles(pty, 0.1, 20));
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 80; x++)
                assert_in_range(pty_cell(pty, x, y).glyph, 0x20, 0x7e);
    }
    leave(pty);
}

/* What is drawn without a terminal is what a terminal shows. */
static void shot_is_the_screen(void **state)
{
    (void)state;
    const char *runs = put_folder("shot-runs");
    const char *arguments[] = {"shot", "design", "--data", data_folder(), "--runs-dir", runs, "--threads", "1", "-o", in_scratch("shot.txt"), NULL};
    run_program(arguments);
    size_t size;
    char *shot = file_read(in_scratch("shot.txt"), 1 << 20, &size, NULL), *rest = shot;
    Pty *pty = start_in(runs, NULL, 80, 24);
    assert_true(pty_sees(pty, "in use", 20));
    pty_type(pty, "1");
    assert_true(pty_sees(pty, "an epoch", 20));
    assert_true(pty_settles(pty, 0.5, 20));
    for (int y = 0; y < 18; y++) { /* below are times measured, and a message that fades */
        char line[1024];
        pty_line(pty, y, line, sizeof line);
        for (size_t end = strlen(line); end > 0 && line[end - 1] == ' '; end--)
            line[end - 1] = '\0';
        char *drawn = strsep(&rest, "\n");
        assert_non_null(drawn);
        assert_string_equal(line, drawn);
    }
    free(shot);
    leave(pty);
}

/* ---- mouse and palette */

static void click_on(Pty *pty, const char *text)
{
    int x, y;
    assert_true(pty_sees(pty, text, 20));
    assert_true(pty_find(pty, text, &x, &y));
    pty_click(pty, x + 1, y);
}

static void mouse_reaches_everything(void **state)
{
    (void)state;
    make_run();
    Pty *pty = start();
    assert_true(pty_sees(pty, "in use", 20));
    click_on(pty, "1 Design");
    assert_true(pty_sees(pty, "encoder", 20));
    click_on(pty, "dense 32"); /* a layer: its form at the right */
    assert_true(pty_sees(pty, "activation", 20));
    click_on(pty, "3 Gallery");
    assert_true(pty_sees(pty, "activation", 20));
    click_on(pty, "4 Runs");
    assert_true(pty_sees(pty, "Space mark", 20));
    click_on(pty, "? help"); /* the key bar */
    assert_true(pty_sees(pty, "keys of", 20));
    click_on(pty, "hourglass");
    assert_true(pty_sees(pty, "presets", 20));
    click_on(pty, "denoise");
    assert_true(pty_sees(pty, "digits: strided", 20));
    pty_type(pty, "\033[<64;5;5M\033[<65;5;5M\033[<35;5;5M\033[<0;999;999M\033[<0;0;0M\033[<;;M\033[<0;5"); /* wheel, and reports gone wrong */
    pty_type(pty, "m");
    assert_true(pty_sees(pty, "presets", 20));
    pty_type(pty, ":");
    assert_true(pty_sees(pty, "what to do", 20));
    pty_type(pty, "mouse\r"); /* the terminal's own again */
    assert_true(pty_sees(pty, "the mouse is the terminal's", 20));
    leave(pty);
}

static void drag(Pty *pty, int x0, int y0, int x1, int y1)
{
    char report[96];
    snprintf(report, sizeof report, "\033[<0;%d;%dM\033[<32;%d;%dM\033[<0;%d;%dm", x0 + 1, y0 + 1, x1 + 1, y1 + 1, x1 + 1, y1 + 1);
    pty_type(pty, report);
    assert_true(pty_settles(pty, 0.2, 20));
}

/* The column of the thin line between panes in a row; -1: there is none. */
static int border_at(Pty *pty, int w, int y)
{
    for (int x = 0; x < w; x++)
        if (pty_cell(pty, x, y).glyph == 0x2502)
            return x;
    return -1;
}

static void panes_are_the_persons(void **state)
{
    (void)state;
    Pty *pty = start_at(200, 60, truecolour, NULL, NULL);
    assert_true(pty_sees(pty, "in use", 20));
    assert_true(pty_sees(pty, "data sets", 20));
    assert_true(pty_settles(pty, 0.2, 20));
    int border = border_at(pty, 200, 30);
    assert_in_range(border, 40, 160);
    drag(pty, border, 30, border - 20, 31);
    assert_int_equal(border_at(pty, 200, 30), border - 20);
    pty_type(pty, ">>"); /* the list has the focus */
    assert_true(pty_settles(pty, 0.2, 20));
    assert_int_equal(border_at(pty, 200, 30), border - 16);
    pty_type(pty, "z"); /* the list alone */
    assert_true(pty_sees(pty, "z all panes", 20));
    assert_false(pty_shows(pty, "data sets"));
    assert_int_equal(border_at(pty, 200, 30), -1);
    pty_type(pty, "\t\t"); /* look, then the data sets: each alone */
    assert_true(pty_sees(pty, "data sets", 20));
    assert_false(pty_shows(pty, "recent runs"));
    pty_type(pty, "z[");
    assert_true(pty_settles(pty, 0.2, 20));
    assert_false(pty_shows(pty, "data sets"));
    assert_true(pty_shows(pty, "presets"));
    pty_resize(pty, 80, 24); /* another size, another layout: nothing of it is changed there */
    assert_true(pty_settles(pty, 0.2, 20));
    assert_true(pty_shows(pty, "presets"));
    pty_resize(pty, 200, 60);
    assert_true(pty_settles(pty, 0.2, 20));
    assert_int_equal(border_at(pty, 200, 30), border - 16);
    assert_false(pty_shows(pty, "data sets"));
    pty_type(pty, "]");
    assert_true(pty_sees(pty, "data sets", 20));
    pty_type(pty, ":pane list\r|");
    assert_true(pty_sees(pty, "panes as they were", 20));
    assert_int_equal(border_at(pty, 200, 30), border);
    pty_resize(pty, 44, 14); /* one pane has room, the other waits */
    assert_true(pty_sees(pty, "Tab leads to look", 20));
    pty_type(pty, "\t");
    assert_true(pty_sees(pty, "Tab leads to list", 20));
    leave(pty);
}

/* The next session finds them as they were left; a file that says nonsense is no harm. */
static void panes_are_kept(void **state)
{
    (void)state;
    static const char *const env[] = {"COLORTERM=truecolor", "XDG_STATE_HOME=state-of-panes", NULL};
    static const char nonsense[] = "start\nx\ty\tz\nstart\tlist=60 | (look:3 / data:2)\tlist=((\n\t\t\n";
    const char *path = in_scratch("state-of-panes/hourglass/panes");
    int border = 0;
    for (int session = 0; session < 3; session++) {
        Pty *pty = start_at(120, 34, env, NULL, NULL);
        assert_true(pty_sees(pty, "in use", 20));
        assert_true(pty_settles(pty, 0.2, 20));
        if (session == 0) {
            assert_false(file_exists(path));
            border = border_at(pty, 120, 20);
            drag(pty, border, 20, border - 8, 20);
        }
        assert_int_equal(border_at(pty, 120, 20), session < 2 ? border - 8 : border);
        leave(pty);
        assert_true(file_exists(path));
        Error err = {0};
        if (session == 1)
            check_good(file_write(path, nonsense, strlen(nonsense), &err), &err);
    }
}

static void palette_finds_and_goes(void **state)
{
    (void)state;
    Pty *pty = start();
    assert_true(pty_sees(pty, "in use", 20));
    pty_type(pty, ":go-hel\r");
    assert_true(pty_sees(pty, "keys of", 20));
    pty_type(pty, "/mirror\r");
    assert_true(pty_sees(pty, "backwards", 20));
    pty_type(pty, "0");
    pty_type(pty, ":glyphs sextant\r");
    assert_true(pty_sees(pty, "sextants", 20));
    pty_type(pty, ":no-such-thing\r");
    assert_true(pty_sees(pty, "no such action", 20));
    pty_type(pty, "\033");
    pty_type(pty, "0");
    leave(pty);
}

/* What is looked for is marked wherever it stands, and nothing else is. */
static void search_marks_its_places(void **state)
{
    (void)state;
    Pty *pty = start();
    int x, y;
    assert_true(pty_sees(pty, "in use", 20));
    pty_type(pty, "?");
    assert_true(pty_sees(pty, "keys of", 20));
    pty_type(pty, "/spoilt\r");
    assert_true(pty_sees(pty, "A denoising autoencoder", 20));
    assert_true(pty_settles(pty, 0.2, 20));
    assert_true(pty_find(pty, "a spoilt picture", &x, &y));
    for (int i = 0; i < 16; i++) {
        bool marked = pty_cell(pty, x + i, y).bg >= 0;
        assert_int_equal(marked, i >= 2 && i < 8);
    }
    assert_false(pty_shows(pty, "transposed"));
    pty_type(pty, "\033"); /* all pages again */
    assert_true(pty_sees(pty, "transposed", 20));
    pty_type(pty, "/no such word at all\r");
    assert_true(pty_sees(pty, "no page has that word", 20));
    pty_type(pty, "\033");
    pty_type(pty, "\033"); /* and out */
    assert_true(pty_sees(pty, "presets", 20));
    leave(pty);
}

static void wheel_scrolls(void **state)
{
    (void)state;
    char first[1024], then[1024];
    Pty *pty = start();
    assert_true(pty_sees(pty, "in use", 20));
    pty_type(pty, "?");
    assert_true(pty_sees(pty, "PgDn", 20));
    pty_line(pty, 2, first, sizeof first);
    pty_type(pty, "\033[<65;60;10M\033[<65;60;10M"); /* over the page */
    assert_true(pty_settles(pty, 0.2, 20));
    pty_line(pty, 2, then, sizeof then);
    assert_string_not_equal(first, then);
    pty_type(pty, "\033[<64;60;10M\033[<64;60;10M");
    assert_true(pty_settles(pty, 0.2, 20));
    pty_line(pty, 2, then, sizeof then);
    assert_string_equal(first, then);
    pty_type(pty, "\033[<65;5;10M\033[<65;5;10M"); /* over the list: two pages on */
    assert_true(pty_sees(pty, "The numbers at the waist", 20));
    leave(pty);
}

/* Bytes of all kinds, as from a bad line or a cat: whatever they do, the program lives and leaves when told. */
static void any_bytes_are_survived(void **state)
{
    (void)state;
    Pty *pty = start_in(put_folder("noise-runs"), NULL, 80, 24);
    assert_true(pty_sees(pty, "in use", 20));
    uint32_t random = 12345;
    for (int i = 0; i < 60; i++) {
        char bytes[33] = "";
        for (int k = 0; k < 32; k++) {
            random = random * 1664525 + 1013904223;
            char byte = (char)(random >> 24);
            bytes[k] = !byte || byte == 3 || byte == 26 || byte == 'q' || byte == 'e' ? 'j' : byte; /* not to leave, to stop, to write */
        }
        pty_send(pty, bytes);
        pty_wait(pty, 0.01);
    }
    assert_int_equal(pty_end(pty, 0.3), -1);
    pty_kill(pty, SIGTERM);
    assert_int_equal(pty_end(pty, 20), 128 + SIGTERM);
    assert_true(pty_restored(pty));
    pty_free(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_in_every_colour_mode), cmocka_unit_test(background_is_asked_for), cmocka_unit_test(screens_at_all_sizes),
        cmocka_unit_test(too_small_to_work_in), cmocka_unit_test(without_utf8_all_is_ascii), cmocka_unit_test(shot_is_the_screen),
        cmocka_unit_test(mouse_reaches_everything), cmocka_unit_test(panes_are_the_persons), cmocka_unit_test(panes_are_kept), cmocka_unit_test(palette_finds_and_goes), cmocka_unit_test(search_marks_its_places),
        cmocka_unit_test(wheel_scrolls), cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
