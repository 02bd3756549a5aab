/* Cells, looks, pictures, plots and their images, without a terminal. */
#include "term/picture.h"
#include "term/plot.h"
#include "term/raster.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Cells grid(int w, int h, ColourLevel colour, Glyphs glyphs)
{
    Cells cells = {0};
    cells.look = look_new(colour, glyphs, false);
    cells_resize(&cells, w, h);
    return cells;
}

/* Two pixels, one above the other. */
static Cell half_cell(ColourLevel level, uint8_t top, uint8_t bottom)
{
    Cells cells = grid(1, 1, level, GLYPHS_HALF);
    uint8_t pixels[2] = {top, bottom};
    picture_draw(&cells, rect_new(0, 0, 1, 1), &(Image){1, 2, 1, pixels});
    Cell cell = cells.cell[0];
    cells_clear(&cells);
    return cell;
}

static void half_blocks_are_exact(void **state)
{
    (void)state;
    Cell cell = half_cell(COLOUR_RGB, 255, 0);
    assert_int_equal(cell.glyph, 0x2580);
    assert_int_equal(cell.fg, 0xF6F4EC);
    assert_int_equal(cell.bg, ink_role(ROLE_GROUND));
    cell = half_cell(COLOUR_RGB, 0, 128);
    assert_int_equal(cell.glyph, 0x2584);
    assert_int_equal(cell.bg, ink_role(ROLE_GROUND));
    assert_false(ink_is_role(cell.fg));
    cell = half_cell(COLOUR_RGB, 77, 77);
    assert_int_equal(cell.glyph, ' ');
    assert_false(ink_is_role(cell.bg));
    cell = half_cell(COLOUR_RGB, 0, 0);
    assert_int_equal(cell.glyph, ' ');
    assert_int_equal(cell.bg, ink_role(ROLE_GROUND));
}

/* Brighter pixels never become darker cells, on either theme, at any level with greys. */
static void greys_are_ordered(void **state)
{
    (void)state;
    for (int light = 0; light < 2; light++)
        for (int level = COLOUR_16; level <= COLOUR_RGB; level++) {
            int before = light ? 256 : -1;
            for (int v = 0; v < 256; v += 5) {
                Cells cells = {0};
                cells.look = look_new((ColourLevel)level, GLYPHS_HALF, light);
                cells_resize(&cells, 1, 1);
                uint8_t pixels[2] = {(uint8_t)v, (uint8_t)v};
                picture_draw(&cells, rect_new(0, 0, 1, 1), &(Image){1, 2, 1, pixels});
                int green = (int)(look_rgb(&cells.look, cells.cell[0].bg, true) >> 8 & 255);
                if (cells.cell[0].glyph == ' ') { /* else two dithered greys */
                    assert_true(light ? green <= before : green >= before);
                    before = green;
                }
                cells_clear(&cells);
            }
        }
}

static void mono_has_ten_steps(void **state)
{
    (void)state;
    bool seen[128] = {false};
    for (int v = 0; v < 256; v++) {
        Cells cells = grid(4, 4, COLOUR_MONO, GLYPHS_ASCII);
        uint8_t pixel = (uint8_t)v;
        picture_draw(&cells, rect_new(0, 0, 4, 4), &(Image){1, 1, 1, &pixel});
        for (int i = 0; i < 16; i++) {
            assert_true(strchr(" .:-=+*#%@", (int)cells.cell[i].glyph) != NULL);
            seen[cells.cell[i].glyph] = true;
        }
        if (v == 0 || v == 255)
            for (int i = 0; i < 16; i++)
                assert_int_equal(cells.cell[i].glyph, v ? '@' : ' ');
        cells_clear(&cells);
    }
    for (const char *at = " .:-=+*#%@"; *at; at++)
        assert_true(seen[(int)*at]);
}

/* The mean of what is lit is the mean of the picture: ordered dither keeps brightness. */
static void dither_keeps_brightness(void **state)
{
    (void)state;
    static const Glyphs sets[] = {GLYPHS_HALF, GLYPHS_BRAILLE};
    for (int s = 0; s < 2; s++)
        for (int v = 0; v <= 255; v += 51) {
            Cells cells = grid(8, 8, COLOUR_MONO, sets[s]);
            uint8_t pixel = (uint8_t)v;
            picture_draw(&cells, rect_new(0, 0, 8, 8), &(Image){1, 1, 1, &pixel});
            int lit = 0, dots = 64 * (sets[s] == GLYPHS_HALF ? 2 : 8);
            for (int i = 0; i < 64; i++) {
                uint32_t g = cells.cell[i].glyph;
                lit += g == ' ' ? 0 : g >= 0x2800 && g < 0x2900 ? __builtin_popcount(g & 255) : g == 0x2588 ? 2 : 1;
            }
            assert_true(fabs((double)lit / dots - v / 255.0) < 0.07);
            cells_clear(&cells);
        }
}

/* Every pattern of black and white sub-pixels gives a glyph of its own. */
static void renderers_tell_patterns_apart(void **state)
{
    (void)state;
    for (int set = GLYPHS_HALF; set <= GLYPHS_SEXTANT; set++) {
        const PictureRenderer *r = &picture_renderers[set];
        int n = r->w * r->h;
        for (unsigned bits = 0; bits < 1u << n; bits++) {
            uint8_t pixels[8];
            for (int i = 0; i < n; i++)
                pixels[i] = bits >> i & 1 ? 255 : 0;
            Cells cells = grid(1, 1, COLOUR_RGB, (Glyphs)set);
            picture_draw(&cells, rect_new(0, 0, 1, 1), &(Image){r->w, r->h, 1, pixels});
            const Cell *cell = &cells.cell[0];
            if (bits == 0 || bits == (1u << n) - 1) {
                assert_int_equal(cell->glyph, ' ');
                assert_int_equal(cell->bg, bits ? 0xF6F4EC : ink_role(ROLE_GROUND));
            } else {
                assert_int_equal(cell->glyph, r->glyph(bits));
                assert_int_equal(cell->fg, 0xF6F4EC);
                assert_int_equal(cell->bg, ink_role(ROLE_GROUND));
                for (unsigned other = 0; other < bits; other++)
                    assert_int_not_equal(r->glyph(other), r->glyph(bits));
            }
            cells_clear(&cells);
        }
    }
}

static void scaling_down_is_a_mean(void **state)
{
    (void)state;
    Cells cells = grid(1, 1, COLOUR_RGB, GLYPHS_HALF);
    uint8_t pixels[8] = {255, 255, 255, 255, 0, 0, 0, 0}; /* 2 wide, 4 high */
    picture_draw(&cells, rect_new(0, 0, 1, 1), &(Image){2, 4, 1, pixels});
    assert_int_equal(cells.cell[0].glyph, 0x2580);
    assert_int_equal(cells.cell[0].fg, 0xF6F4EC);
    uint8_t checks[4] = {0, 255, 255, 0};
    picture_draw(&cells, rect_new(0, 0, 1, 1), &(Image){2, 2, 1, checks});
    assert_int_equal(cells.cell[0].glyph, ' '); /* both halves are the same grey */
    assert_int_not_equal(cells.cell[0].bg, ink_role(ROLE_GROUND));
    cells_clear(&cells);
}

static void colours_stay(void **state)
{
    (void)state;
    Cells cells = grid(1, 1, COLOUR_RGB, GLYPHS_HALF);
    uint8_t pixels[6] = {200, 10, 30, 5, 60, 250};
    picture_draw(&cells, rect_new(0, 0, 1, 1), &(Image){1, 2, 3, pixels});
    assert_true((cells.cell[0].fg == ink_rgb(200, 10, 30) && cells.cell[0].bg == ink_rgb(5, 60, 250)) ||
                (cells.cell[0].bg == ink_rgb(200, 10, 30) && cells.cell[0].fg == ink_rgb(5, 60, 250)));
    cells_clear(&cells);
}

static void nearest_of_256(void **state)
{
    (void)state;
    const ColourRow *row = &colour_levels[COLOUR_256];
    for (int32_t c = 16; c < 256; c++)
        assert_int_equal(row->rgb(row->nearest(row->rgb(c))), row->rgb(c));
    /* All 24 greys are used. */
    bool seen[256] = {false};
    for (uint32_t v = 0; v < 256; v++)
        seen[row->nearest(v << 16 | v << 8 | v)] = true;
    for (int c = 232; c < 256; c++)
        assert_true(seen[c]);
}

/* Every role is visible at every level: it is a colour, an attribute, or the plain text. */
static void roles_have_values(void **state)
{
    (void)state;
    for (int light = 0; light < 2; light++)
        for (int level = 0; level < COLOUR_LEVELS; level++) {
            Look look = look_new((ColourLevel)level, GLYPHS_HALF, light);
            for (int role = ROLE_TEXT; role < ROLES; role++) {
                uint8_t attr = 0;
                int32_t colour = look_colour(&look, ink_role((Role)role), false, &attr);
                assert_true(level == COLOUR_MONO ? colour == -1 : colour < colour_levels[level].colours);
                if (level >= COLOUR_256)
                    assert_int_not_equal(look_rgb(&look, ink_role((Role)role), false), look.ground);
            }
            uint8_t attr = 0;
            look_colour(&look, ink_role(ROLE_SELECTED), true, &attr);
            assert_true(level >= COLOUR_256 || attr & ATTR_REVERSE);
        }
}

static void text_in_cells(void **state)
{
    (void)state;
    Cells cells = grid(10, 2, COLOUR_RGB, GLYPHS_HALF);
    assert_int_equal(cells_text(&cells, 8, 0, plain(ROLE_TEXT), "abc"), 11);
    assert_int_equal(cells.cell[9].glyph, 'b');
    cells_text_cut(&cells, 0, 1, 4, plain(ROLE_TEXT), "h\xc3\xa9llo");
    assert_int_equal(cells.cell[11].glyph, 0xe9);
    assert_int_equal(cells.cell[13].glyph, 0x2026);
    assert_int_equal(cells.cell[14].glyph, ' ');
    /* Broken UTF-8, wide and combining characters take one cell each, and end. */
    assert_int_equal(cells_width("\xff\xc3" "a\xe4\xb8\xad\xcc\x81\xf0\x9f"), 6);
    cells.look.utf8 = false;
    cells_text(&cells, 0, 0, plain(ROLE_TEXT), "\xc3\x97\xe2\x94\x80\xe2\x98\x85");
    assert_int_equal(cells.cell[0].glyph, 'x');
    assert_int_equal(cells.cell[1].glyph, '-');
    assert_int_equal(cells.cell[2].glyph, '*');
    char *text = cells_print(&cells);
    assert_int_equal(strncmp(text, "x-*     ab\n", 11), 0);
    free(text);
    cells_clear(&cells);
}

static void every_glyph_has_an_ascii(void **state)
{
    (void)state;
    for (uint32_t g = 0x20; g < 0x20000; g++) {
        uint32_t a = glyph_ascii(g);
        assert_in_range(a, 0x20, 0x7e);
    }
}

static void rectangles(void **state)
{
    (void)state;
    Rect area = rect_new(2, 3, 10, 5), cut = rect_cut_right(&area, 4);
    assert_int_equal(cut.x, 8);
    assert_int_equal(area.w, 6);
    cut = rect_cut_top(&area, 99);
    assert_int_equal(cut.h, 5);
    assert_int_equal(area.h, 0);
    assert_true(rect_empty(rect_meet(rect_new(0, 0, 3, 3), rect_new(5, 5, 2, 2))));
    assert_true(rect_empty(rect_inset(rect_new(0, 0, 3, 3), 2, 2)));
}

/* One value far from the others among a hundred thousand is seen. */
static void spikes_stay(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    double *x = calloc(COUNT, sizeof *x), *y = calloc(COUNT, sizeof *y);
    for (int i = 0; i < COUNT; i++) {
        x[i] = i;
        y[i] = 1;
    }
    y[54321] = 9;
    for (int kind = 0; kind < 3; kind++) {
        Cells cells = grid(60, 14, COLOUR_RGB, GLYPHS_HALF);
        cells.look.braille = kind == 0;
        cells.look.utf8 = kind != 2;
        PlotSeries series = {x, y, COUNT, ink_role(ROLE_TRAIN), DASH_SOLID, 't'};
        Plot plot = {.series = &series, .count = 1, .x1 = COUNT, .cursor = NAN};
        assert_true(plot_fit_y(&plot));
        Rect inside = plot_inside(cells_all(&cells));
        plot_draw(&cells, cells_all(&cells), &plot);
        int high = 0;
        for (int row = inside.y; row < inside.y + inside.h / 2; row++)
            for (int column = inside.x; column < inside.x + inside.w; column++)
                high += cells.cell[row * cells.w + column].fg == ink_role(ROLE_TRAIN) && cells.cell[row * cells.w + column].glyph != ' ';
        assert_true(high >= inside.h / 2 - 1);
        cells_clear(&cells);
    }
    free(x);
    free(y);
}

static void missing_values_are_marked(void **state)
{
    (void)state;
    double x[3] = {0, 1, 2}, y[3] = {1, NAN, 2};
    Cells cells = grid(40, 10, COLOUR_RGB, GLYPHS_HALF);
    PlotSeries series = {x, y, 3, ink_role(ROLE_TRAIN), DASH_SOLID, 't'};
    Plot plot = {.series = &series, .count = 1, .x1 = 2, .log_y = true, .cursor = NAN};
    assert_true(plot_fit_y(&plot));
    plot_draw(&cells, cells_all(&cells), &plot);
    int marks = 0;
    for (int i = 0; i < cells.w; i++)
        marks += cells.cell[i].glyph == 0x2715;
    assert_int_equal(marks, 1);
    /* Nothing to show, and no place to show it. */
    y[0] = y[2] = NAN;
    assert_false(plot_fit_y(&plot));
    for (int w = 0; w < 12; w++)
        plot_draw(&cells, rect_new(0, 0, w, w / 2), &plot);
    cells_clear(&cells);
}

static void ticks_are_round(void **state)
{
    (void)state;
    double tick[32];
    int count = plot_ticks(0, 30, false, true, 6, tick, 32);
    assert_int_equal(count, 7);
    assert_float_equal(tick[1], 5, 1e-9);
    count = plot_ticks(0.008, 0.2, true, false, 8, tick, 32);
    assert_true(count >= 3);
    for (int i = 1; i < count; i++)
        assert_true(tick[i] > tick[i - 1] && tick[i] <= 0.2001);
    assert_int_equal(plot_ticks(1, 1, false, false, 5, tick, 32), 0);
    char text[24];
    plot_number(text, sizeof text, 0.0001);
    assert_string_equal(text, "1e-4");
    plot_number(text, sizeof text, 0.05);
    assert_string_equal(text, "0.05");
}

static void images_of_cells(void **state)
{
    (void)state;
    Cells cells = grid(3, 1, COLOUR_RGB, GLYPHS_HALF);
    Image image = {0};
    Error err = {0};
    cells.cell[0] = (Cell){0x2580, 0xFF0000, 0x0000FF, 0};
    cells_text(&cells, 1, 0, plain(ROLE_BRIGHT), "A");
    cells.cell[2] = (Cell){0x28ff, 0x00FF00, ink_role(ROLE_GROUND), 0};
    assert_true(cells_to_image(&cells, &image, &err));
    assert_int_equal(image.w, 30);
    assert_int_equal(image.h, 20);
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 10; x++) {
            const uint8_t *p = image.pixels + (y * 30 + x) * 3;
            assert_int_equal(p[0], y < 10 ? 255 : 0);
            assert_int_equal(p[2], y < 10 ? 0 : 255);
        }
    int ink = 0, green = 0;
    for (int y = 0; y < 20; y++)
        for (int x = 10; x < 30; x++) {
            const uint8_t *p = image.pixels + (y * 30 + x) * 3;
            ink += x < 20 && p[0] > 128;
            green += x >= 20 && p[1] > 128 && p[0] < 100;
        }
    assert_true(ink > 8);
    assert_true(green > 8);
    image_clear(&image);
    cells_clear(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_blocks_are_exact), cmocka_unit_test(greys_are_ordered), cmocka_unit_test(mono_has_ten_steps),
        cmocka_unit_test(dither_keeps_brightness), cmocka_unit_test(renderers_tell_patterns_apart), cmocka_unit_test(scaling_down_is_a_mean),
        cmocka_unit_test(colours_stay), cmocka_unit_test(nearest_of_256), cmocka_unit_test(roles_have_values), cmocka_unit_test(text_in_cells),
        cmocka_unit_test(every_glyph_has_an_ascii), cmocka_unit_test(rectangles), cmocka_unit_test(spikes_stay),
        cmocka_unit_test(missing_values_are_marked), cmocka_unit_test(ticks_are_round), cmocka_unit_test(images_of_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
