/* Cells, looks, pictures and their images, without a terminal. */
#include "term/picture.h"
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
/* Greys of 255: 4 apart is a shade at most, 12 apart is seen. */
static void a_shade_apart_is_alike(void **state)
{
    (void)state;
    Look look = look_new(COLOUR_RGB, GLYPHS_HALF, false);
    for (int top = 0; top < 240; top += 5)
        for (int bottom = 0; bottom < 240; bottom += 7) {
            Cell cell = half_cell(COLOUR_RGB, (uint8_t)top, (uint8_t)bottom), near = half_cell(COLOUR_RGB, (uint8_t)(top + 4), (uint8_t)bottom);
            Cell far = half_cell(COLOUR_RGB, (uint8_t)top, (uint8_t)(bottom + 12));
            assert_true(cell_alike(&look, &cell, &near));
            assert_int_equal(cell_alike(&look, &near, &cell), top > 0); /* what has become empty is shown so */
            assert_false(cell_alike(&look, &cell, &far) || cell_alike(&look, &far, &cell));
        }
    Cell letter = {'a', ink_role(ROLE_TEXT), ink_role(ROLE_GROUND), 0}, other = letter, row = letter, empty = half_cell(COLOUR_RGB, 0, 0);
    other.fg = ink_role(ROLE_BRIGHT);
    row.glyph = ' ';
    row.bg = ink_role(ROLE_SELECTED);
    assert_false(cell_alike(&look, &letter, &other));
    assert_false(cell_alike(&look, &letter, &empty));
    assert_false(cell_alike(&look, &row, &empty));
}

static void what_is_read_is_written_back(void **state)
{
    (void)state;
    Cells cells = grid(6, 3, COLOUR_RGB, GLYPHS_HALF);
    Cell kept[4];
    cells_text(&cells, 1, 1, plain(ROLE_TEXT), "abcd");
    cells_read(&cells, rect_new(2, 1, 2, 2), kept);
    cells_erase(&cells);
    cells_text(&cells, 0, 1, bold(ROLE_BAD), "xxxxxx");
    cells_write(&cells, rect_new(2, 1, 2, 2), kept);
    char *text = cells_print(&cells);
    assert_string_equal(text, "\nxxbcxx\n\n");
    assert_int_equal(cells.cell[6 + 2].fg, ink_role(ROLE_TEXT));
    free(text);
    cells_clear(&cells);
}

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

/* Drawn in half blocks and rastered, a coloured picture is what it was: 10 x 10 for every pixel. */
static void pictures_survive_the_way_round(void **state)
{
    (void)state;
    enum { W = 6, H = 8 };
    uint8_t pixels[W * H * 3];
    for (int i = 0; i < W * H * 3; i++)
        pixels[i] = (uint8_t)(i * 89 + i / 7 * 31);
    Cells cells = grid(W, H / 2, COLOUR_RGB, GLYPHS_HALF);
    Image out = {0};
    picture_draw(&cells, cells_all(&cells), &(Image){W, H, 3, pixels});
    assert_true(cells_to_image(&cells, &out, NULL));
    for (int y = 0; y < H * 10; y++)
        for (int x = 0; x < W * 10; x++)
            assert_memory_equal(out.pixels + (y * W * 10 + x) * 3, pixels + (y / 10 * W + x / 10) * 3, 3);
    image_clear(&out);
    cells_clear(&cells);
}

/* Twice the size: four equal sub-pixels for each, in every renderer whose sub-pixels hold a colour. */
static void enlarged_pixels_are_whole(void **state)
{
    (void)state;
    static const uint8_t pixels[4] = {255, 0, 0, 255};
    for (int set = GLYPHS_HALF; set <= GLYPHS_QUADRANT; set++) {
        Cells cells = grid(4, 4, COLOUR_RGB, (Glyphs)set);
        picture_draw(&cells, cells_all(&cells), &(Image){2, 2, 1, (uint8_t *)(uintptr_t)pixels});
        for (int i = 0; i < 16; i++) {
            bool lit = pixels[i / 8 * 2 + i % 4 / 2];
            assert_int_equal(cells.cell[i].glyph, ' ');
            assert_int_equal(cells.cell[i].bg, lit ? 0xF6F4EC : ink_role(ROLE_GROUND));
        }
        cells_clear(&cells);
    }
}

static void best_fit_keeps_proportions(void **state)
{
    (void)state;
    static const struct { int w, h, image_w, image_h, out_w, out_h; } row[] = {
        {28, 14, 28, 28, 28, 14}, {14, 7, 28, 28, 14, 7}, {80, 20, 28, 28, 28, 14}, {80, 28, 28, 28, 56, 28}, {13, 24, 28, 28, 9, 5},
        {200, 60, 560, 560, 112, 56}, {1, 1, 28, 28, 1, 1}, {10, 0, 28, 28, 1, 1}, {10, 10, 0, 5, 0, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Rect got = picture_fit(rect_new(3, 4, row[i].w, row[i].h), row[i].image_w, row[i].image_h);
        assert_int_equal(got.x, 3);
        assert_int_equal(got.y, 4);
        assert_int_equal(got.w, row[i].out_w);
        assert_int_equal(got.h, row[i].out_h);
    }
    for (int w = 2; w < 120; w += 7)
        for (int h = 1; h < 60; h += 5) {
            Rect got = picture_fit(rect_new(0, 0, w, h), 96, 64);
            assert_true(got.w <= w && got.h <= h);
            if (got.w >= 12)
                assert_true(fabs(got.w / 96.0 - got.h * 2 / 64.0) < 0.07);
        }
}

static void light_ground_turns_ink_dark(void **state)
{
    (void)state;
    for (int level = COLOUR_16; level <= COLOUR_RGB; level++) {
        Cells cells = {0};
        cells.look = look_new((ColourLevel)level, GLYPHS_HALF, true);
        cells_resize(&cells, 1, 1);
        picture_draw(&cells, rect_new(0, 0, 1, 1), &(Image){1, 2, 1, (uint8_t[]){255, 0}});
        assert_int_equal(cells.cell[0].glyph, 0x2580);
        assert_int_equal(cells.cell[0].bg, ink_role(ROLE_GROUND));
        assert_true((look_rgb(&cells.look, cells.cell[0].fg, false) & 255) < 32);
        assert_true((look_rgb(&cells.look, cells.cell[0].bg, true) & 255) > 200);
        cells_clear(&cells);
    }
}

static void numbers_out_of_range(void **state)
{
    (void)state;
    Cells cells = grid(4, 1, COLOUR_RGB, GLYPHS_ASCII);
    picture_draw_floats(&cells, rect_new(0, 0, 4, 1), (float[]){-3, NAN, 7, INFINITY}, 1, 4, 1);
    assert_int_equal(cells.cell[0].bg, ink_role(ROLE_GROUND));
    assert_int_equal(cells.cell[1].bg, ink_role(ROLE_GROUND));
    assert_int_equal(cells.cell[2].bg, 0xF6F4EC);
    assert_int_equal(cells.cell[3].bg, 0xF6F4EC);
    /* Two channels: the first; three: colours. */
    picture_draw_floats(&cells, rect_new(0, 0, 2, 1), (float[]){1, 0, 0, 1}, 1, 2, 2);
    assert_int_equal(cells.cell[0].bg, 0xF6F4EC);
    assert_int_equal(cells.cell[1].bg, ink_role(ROLE_GROUND));
    picture_draw_floats(&cells, rect_new(0, 0, 1, 1), (float[]){1, 0, 0.2f}, 1, 1, 3);
    assert_int_equal(cells.cell[0].bg, ink_rgb(255, 0, 51));
    cells_clear(&cells);
}

static void only_the_clip_is_drawn(void **state)
{
    (void)state;
    uint8_t pixel = 255;
    for (int set = 0; set < GLYPH_SETS; set++) {
        Cells cells = grid(9, 9, COLOUR_RGB, (Glyphs)set);
        cells.clip = rect_new(2, 3, 4, 2);
        picture_draw(&cells, rect_new(-5, -5, 30, 30), &(Image){1, 1, 1, &pixel});
        cells_text(&cells, -2, 3, plain(ROLE_TEXT), "a long line of text");
        cells_fill(&cells, rect_new(-1, 4, 40, 40), ROLE_SELECTED);
        for (int i = 0; i < 81; i++)
            if (!rect_has(cells.clip, i % 9, i / 9)) {
                assert_int_equal(cells.cell[i].glyph, ' ');
                assert_int_equal(cells.cell[i].bg, ink_role(ROLE_GROUND));
            }
        assert_int_equal(cells.cell[3 * 9 + 2].glyph, 'n');
        cells_clear(&cells);
    }
}

/* Each block glyph lights the share of its cell that its name says. */
static void shapes_cover_what_they_should(void **state)
{
    (void)state;
    static const struct { uint32_t glyph; int pixels; } row[] = {
        {0x2580, 100}, {0x2584, 100}, {0x2588, 200}, {0x2582, 50}, {0x258c, 100}, {0x2590, 100}, {0x2598, 50}, {0x259a, 100},
        {0x259b, 150}, {0x259f, 150}, {0x2592, 100}, {' ', 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Cells cells = grid(1, 1, COLOUR_RGB, GLYPHS_HALF);
        Image out = {0};
        int lit = 0;
        cells.cell[0] = (Cell){row[i].glyph, 0xFFFFFF, 0, 0};
        assert_true(cells_to_image(&cells, &out, NULL));
        for (int p = 0; p < 200; p++)
            lit += out.pixels[3 * p] == 255;
        assert_int_equal(lit, row[i].pixels);
        image_clear(&out);
        cells_clear(&cells);
    }
    /* The sextants' sub-pixels together fill the cell, and none is lit twice. */
    int all[200] = {0};
    for (int bit = 0; bit < 6; bit++) {
        Cells cells = grid(1, 1, COLOUR_RGB, GLYPHS_SEXTANT);
        Image out = {0};
        cells.cell[0] = (Cell){picture_renderers[GLYPHS_SEXTANT].glyph(1u << bit), 0xFFFFFF, 0, 0};
        assert_true(cells_to_image(&cells, &out, NULL));
        for (int p = 0; p < 200; p++)
            all[p] += out.pixels[3 * p] == 255;
        image_clear(&out);
        cells_clear(&cells);
    }
    for (int p = 0; p < 200; p++)
        assert_int_equal(all[p], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_blocks_are_exact), cmocka_unit_test(a_shade_apart_is_alike), cmocka_unit_test(what_is_read_is_written_back),
        cmocka_unit_test(greys_are_ordered), cmocka_unit_test(mono_has_ten_steps),
        cmocka_unit_test(dither_keeps_brightness), cmocka_unit_test(renderers_tell_patterns_apart), cmocka_unit_test(scaling_down_is_a_mean),
        cmocka_unit_test(colours_stay), cmocka_unit_test(nearest_of_256), cmocka_unit_test(roles_have_values), cmocka_unit_test(text_in_cells),
        cmocka_unit_test(every_glyph_has_an_ascii), cmocka_unit_test(rectangles), cmocka_unit_test(images_of_cells), cmocka_unit_test(pictures_survive_the_way_round),
        cmocka_unit_test(enlarged_pixels_are_whole), cmocka_unit_test(best_fit_keeps_proportions), cmocka_unit_test(light_ground_turns_ink_dark),
        cmocka_unit_test(numbers_out_of_range), cmocka_unit_test(only_the_clip_is_drawn), cmocka_unit_test(shapes_cover_what_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
