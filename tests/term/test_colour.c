/* Colour levels and themes: nearest matches, and that everything written can be read. */
#include "term/look.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void names_are_those_of_the_option(void **state)
{
    (void)state;
    static const char *const names[COLOUR_LEVELS] = {"never", "8", "16", "256", "rgb"};
    for (int i = 0; i < COLOUR_LEVELS; i++)
        assert_string_equal(colour_levels[i].name, names[i]);
}

/* What a level has, it shows as it is. */
static void own_colours_are_kept(void **state)
{
    (void)state;
    for (int level = COLOUR_8; level <= COLOUR_256; level++) {
        const ColourRow *row = &colour_levels[level];
        for (int32_t c = level == COLOUR_256 ? 16 : 0; c < row->colours; c++)
            assert_int_equal(row->rgb(row->nearest(row->rgb(c))), row->rgb(c));
    }
    assert_int_equal(colour_levels[COLOUR_RGB].nearest(0x123456), 0x123456);
    assert_int_equal(colour_levels[COLOUR_MONO].nearest(0xffffff), -1);
}

static double apart(uint32_t a, uint32_t b)
{
    double sum = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        double d = (double)(a >> shift & 255) - (double)(b >> shift & 255);
        sum += d * d;
    }
    return sqrt(sum);
}

/* Against trying them all: by plain distance the choice, whose channels have weights, is at most slightly farther. */
static void nearest_is_near(void **state)
{
    (void)state;
    for (int level = COLOUR_8; level <= COLOUR_256; level++) {
        const ColourRow *row = &colour_levels[level];
        for (uint32_t i = 0; i < 4913; i++) {
            uint32_t part[3] = {i % 17 * 255 / 16, i / 17 % 17 * 255 / 16, i / 289 * 255 / 16}, rgb = part[0] << 16 | part[1] << 8 | part[2];
            double best = INFINITY, chosen = apart(rgb, row->rgb(row->nearest(rgb)));
            for (int32_t c = level == COLOUR_256 ? 16 : 0; c < row->colours; c++)
                best = fmin(best, apart(rgb, row->rgb(c)));
            assert_true(chosen <= best * 1.5 + 1);
        }
    }
}

static void plain_colours_have_their_names(void **state)
{
    (void)state;
    static const struct { uint32_t rgb; int c16, c8; } row[] = {
        {0x000000, 0, 0}, {0xFF0000, 9, 1}, {0x00FF00, 10, 2}, {0xFFFF00, 11, 3}, {0x0000EE, 4, 4}, {0xFF00FF, 13, 5}, {0x00FFFF, 14, 6},
        {0xFFFFFF, 15, 7}, {0x7F7F7F, 8, -2},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_int_equal(colour_levels[COLOUR_16].nearest(row[i].rgb), row[i].c16);
        if (row[i].c8 >= 0)
            assert_int_equal(colour_levels[COLOUR_8].nearest(row[i].rgb), row[i].c8);
    }
}

static double luminance(uint32_t rgb)
{
    static const double weight[3] = {0.0722, 0.7152, 0.2126};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = (rgb >> 8 * i & 255) / 255.0;
        sum += weight[i] * (v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

/* The contrast of WCAG 2: 4.5 for text, 3 for labels and what is set off by colour, also on the chosen row. */
static void text_can_be_read(void **state)
{
    (void)state;
    static const struct { Role role; double least; } row[] = {
        {ROLE_TEXT, 7}, {ROLE_BRIGHT, 10}, {ROLE_DIM, 4.5}, {ROLE_FAINT, 1.7}, {ROLE_ACCENT, 3.4}, {ROLE_TRAIN, 3}, {ROLE_VALID, 3},
        {ROLE_GOOD, 3.4}, {ROLE_BAD, 3.4}, {ROLE_CHANGED, 3.4},
    };
    for (int light = 0; light < 2; light++)
        for (int level = COLOUR_256; level <= COLOUR_RGB; level++) {
            Look look = look_new((ColourLevel)level, GLYPHS_HALF, light);
            uint32_t ground[2] = {look.ground, look_rgb(&look, ink_role(ROLE_SELECTED), true)};
            for (size_t i = 0; i < sizeof row / sizeof *row; i++)
                for (int g = 0; g < 2; g++) {
                    double got = contrast(look_rgb(&look, ink_role(row[i].role), false), ground[g]);
                    if (got < row[i].least * (g ? 0.75 : 1))
                        fail_msg("role %d, %s, level %s, %s: contrast %.2f", row[i].role, light ? "light" : "dark", colour_levels[level].name,
                                 g ? "chosen row" : "ground", got);
                }
            for (int i = 0; i < 8; i++)
                assert_true(contrast(look_rgb(&look, ink_role(ROLE_SERIES + i), false), look.ground) >= 2.5);
        }
}

/* Train and validation, good and bad, a row's ground and the terminal's: never the same. */
static void opposites_differ(void **state)
{
    (void)state;
    static const Role pair[][2] = {{ROLE_TRAIN, ROLE_VALID}, {ROLE_GOOD, ROLE_BAD}, {ROLE_BRIGHT, ROLE_DIM}};
    for (int light = 0; light < 2; light++)
        for (int level = COLOUR_8; level < COLOUR_LEVELS; level++) {
            Look look = look_new((ColourLevel)level, GLYPHS_HALF, light);
            for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
                uint8_t a = 0, b = 0;
                int32_t ca = look_colour(&look, ink_role(pair[i][0]), false, &a), cb = look_colour(&look, ink_role(pair[i][1]), false, &b);
                assert_true(ca != cb || a != b);
            }
            for (int i = 0; i < 8; i++)
                for (int j = 0; j < i && level >= COLOUR_256; j++)
                    assert_true(look_colour(&look, ink_role(ROLE_SERIES + i), false, &(uint8_t){0}) !=
                                look_colour(&look, ink_role(ROLE_SERIES + j), false, &(uint8_t){0}));
        }
}

/* Without colours nothing but attributes is left, and the terminal's own ground stays at every level. */
static void mono_and_ground(void **state)
{
    (void)state;
    for (int light = 0; light < 2; light++) {
        Look mono = look_new(COLOUR_MONO, GLYPHS_ASCII, light);
        for (int role = 0; role < ROLES; role++) {
            uint8_t attr = 0;
            assert_int_equal(look_colour(&mono, ink_role((Role)role), role == ROLE_SELECTED, &attr), -1);
        }
        assert_int_equal(look_colour(&mono, ink_rgb(200, 100, 0), true, &(uint8_t){0}), -1);
        for (int level = 0; level < COLOUR_LEVELS; level++) {
            Look look = look_new((ColourLevel)level, GLYPHS_HALF, light);
            uint8_t attr = 0;
            assert_int_equal(look_colour(&look, ink_role(ROLE_GROUND), true, &attr), -1);
            assert_int_equal(attr, 0);
            assert_int_equal(look_rgb(&look, ink_role(ROLE_GROUND), true), look.ground);
        }
    }
}

/* Where the chosen row is shown by reversing, it is one even bar whatever its letters' colours; elsewhere they keep them. */
static void chosen_rows_are_even(void **state)
{
    (void)state;
    for (int light = 0; light < 2; light++)
        for (int level = 0; level < COLOUR_LEVELS; level++) {
            Look look = look_new((ColourLevel)level, GLYPHS_HALF, light);
            int32_t bar = 0;
            for (int role = ROLE_TEXT; role < ROLES; role++) {
                uint8_t attr = ATTR_BOLD | ATTR_DIM;
                Ink ink = look_ink_on(&look, ink_role((Role)role), ink_role(ROLE_SELECTED), &attr);
                int32_t colour = look_colour(&look, ink, false, &attr);
                if (level >= COLOUR_256) {
                    assert_int_equal(ink, ink_role((Role)role));
                    assert_int_equal(attr & ATTR_REVERSE, 0);
                    continue;
                }
                assert_true(attr & ATTR_REVERSE);
                assert_false(attr & ATTR_DIM);
                if (role > ROLE_TEXT)
                    assert_int_equal(colour, bar);
                bar = colour;
            }
            uint8_t attr = 0;
            assert_int_equal(look_ink_on(&look, ink_role(ROLE_BAD), ink_role(ROLE_GROUND), &attr), ink_role(ROLE_BAD));
            assert_int_equal(attr, 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_the_option), cmocka_unit_test(own_colours_are_kept), cmocka_unit_test(nearest_is_near),
        cmocka_unit_test(plain_colours_have_their_names), cmocka_unit_test(text_can_be_read), cmocka_unit_test(opposites_differ),
        cmocka_unit_test(mono_and_ground), cmocka_unit_test(chosen_rows_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
