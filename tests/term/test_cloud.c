/* Points as cells: each cell shows the group that is strongest there, and pictures leave the ground empty. */
#include "term/cloud.h"
#include "term/picture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const Ink inks[3] = {0x112233, 0x445566, 0x778899};
static const uint32_t digits[3] = {'0', '1', '2'};

static Cells grid(int w, int h, ColourLevel level)
{
    Cells cells = {.look = look_new(level, GLYPHS_HALF, false)};
    cells_resize(&cells, w, h);
    return cells;
}

static const Cell *cell_at(const Cells *cells, int x, int y) { return &cells->cell[y * cells->w + x]; }

/* One scale for both axes: the same distance is twice as many columns as lines. */
static void scales_are_equal(void **state)
{
    (void)state;
    float xy[] = {0, 0, 10, 0, 10, 8, 0, 8};
    for (int w = 30; w <= 150; w += 17)
        for (int h = 8; h <= 50; h += 7) {
            Rect area = rect_new(0, 0, w, h), inside = plot_inside(area);
            Plot axes = cloud_axes(&(Cloud){.xy = xy, .count = 4, .groups = 1, .equal = true}, area);
            double per_x = (axes.x1 - axes.x0) / inside.w, per_y = (axes.y1 - axes.y0) / (2 * inside.h);
            assert_true(axes.x0 < 0 && axes.x1 > 10 && axes.y0 < 0 && axes.y1 > 8);
            bool long_thin = fmax(10.4 / inside.w, 8.32 / (2 * inside.h)) > 3 * fmin(10.4 / inside.w, 8.32 / (2 * inside.h));
            assert_true(long_thin || fabs(per_x - per_y) < 1e-9 * per_x);
        }
}

static void the_strongest_group_is_shown(void **state)
{
    (void)state;
    /* Three of group 1 and two of group 2 at one place, group 0 alone at another; a point that is no number is nowhere. */
    float xy[] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 0, 0, NAN, 3};
    int group[] = {1, 2, 1, 2, 1, 0, 2};
    for (int marks = 0; marks < 2; marks++) {
        Cells cells = grid(60, 20, COLOUR_RGB);
        Cloud cloud = {.xy = xy, .count = 7, .group = group, .groups = 3, .ink = inks, .glyph = marks ? digits : NULL};
        Rect area = cells_all(&cells), inside = plot_inside(area);
        Plot axes = cloud_axes(&cloud, area);
        cloud_draw(&cells, area, &cloud, &axes);
        int seen[3] = {0};
        for (int y = inside.y; y < inside.y + inside.h; y++)
            for (int x = inside.x; x < inside.x + inside.w; x++)
                for (int g = 0; g < 3; g++)
                    if (cell_at(&cells, x, y)->fg == inks[g]) {
                        seen[g]++;
                        if (marks)
                            assert_int_equal(cell_at(&cells, x, y)->glyph, digits[g]);
                        else
                            assert_int_equal(__builtin_popcount(cell_at(&cells, x, y)->glyph & 0xff), 1);
                    }
        assert_int_equal(seen[0], 1);
        assert_int_equal(seen[1], 1);
        assert_int_equal(seen[2], 0);
        /* the second one stands right of and above the first */
        assert_true(cell_at(&cells, inside.x + 1, inside.y + inside.h - 1)->fg == inks[0] || cell_at(&cells, inside.x, inside.y + inside.h - 1)->fg == inks[0] ||
                    cell_at(&cells, inside.x, inside.y + inside.h - 2)->fg == inks[0] || cell_at(&cells, inside.x + 1, inside.y + inside.h - 2)->fg == inks[0]);
        cells_clear(&cells);
    }
}

static void nothing_to_draw_is_borne(void **state)
{
    (void)state;
    float xy[] = {NAN, NAN, 1, INFINITY};
    for (int w = 0; w < 12; w++)
        for (int h = 0; h < 6; h++) {
            Cells cells = grid(20, 10, COLOUR_RGB);
            Cloud cloud = {.xy = xy, .count = 2, .groups = 1, .ink = inks};
            Plot axes = cloud_axes(&cloud, rect_new(0, 0, w, h));
            cloud_draw(&cells, rect_new(0, 0, w, h), &cloud, &axes);
            for (int y = 0; y < cells.h; y++) /* nothing beside its place */
                for (int x = 0; x < cells.w; x++)
                    if (x >= w || y >= h)
                        assert_int_equal(cell_at(&cells, x, y)->glyph, ' ');
            cells_clear(&cells);
        }
}

/* The margin of a digit is nearly nothing in a reconstruction: no characters and no dots there, in any mode without greys. */
static void a_faint_ground_stays_empty(void **state)
{
    (void)state;
    static const struct { ColourLevel level; Glyphs glyphs; } modes[] = {
        {COLOUR_MONO, GLYPHS_ASCII}, {COLOUR_8, GLYPHS_ASCII}, {COLOUR_MONO, GLYPHS_HALF}, {COLOUR_8, GLYPHS_HALF}, {COLOUR_MONO, GLYPHS_BRAILLE}};
    float x[28 * 28];
    for (int i = 0; i < 28 * 28; i++)
        x[i] = (float)(i * 37 % 100) / 100 * 0.055f;
    for (int y = 8; y < 20; y++) /* a stroke */
        for (int k = 12; k < 16; k++)
            x[y * 28 + k] = 1;
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
        for (int half = 1; half <= 2; half++) {
            Cells cells = grid(28, 14, modes[m].level);
            cells.look.glyphs = modes[m].glyphs;
            int w = 28 / half, h = 14 / half, inside = 0;
            picture_draw_floats(&cells, rect_new(0, 0, w, h), x, 28, 28, 1);
            for (int row = 0; row < h; row++)
                for (int column = 0; column < w; column++) {
                    bool stroke = column >= 12 / half && column < 16 / half && row >= 4 / half && row < 10 / half;
                    if (!stroke)
                        assert_int_equal(cell_at(&cells, column, row)->glyph, ' ');
                    inside += stroke && cell_at(&cells, column, row)->glyph != ' ';
                }
            assert_int_equal(inside, (4 / half) * (10 / half - 4 / half));
            cells_clear(&cells);
        }
}

/* Few colours: every cell has one of the palette's, and the mean is that of the picture, so that it is recognised. */
static void few_colours_keep_the_mean(void **state)
{
    (void)state;
    float x[32 * 32 * 3];
    for (int i = 0; i < 32 * 32; i++)
        x[3 * i] = 0.35f, x[3 * i + 1] = 0.3f, x[3 * i + 2] = 0.25f;
    Cells cells = grid(32, 16, COLOUR_8);
    picture_draw_floats(&cells, cells_all(&cells), x, 32, 32, 3);
    double red = 0;
    for (int i = 0; i < 32 * 16; i++) {
        const Cell *cell = &cells.cell[i];
        int fg = (int)(cell->fg >> 16 & 255), bg = ink_is_role(cell->bg) ? 0 : (int)(cell->bg >> 16 & 255);
        red += cell->glyph == ' ' ? bg : (fg + bg) / 2.0;
    }
    red /= 32 * 16 * 255;
    assert_true(red > 0.1 && red < 0.6); /* neither all black nor all red */
    cells_clear(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_are_equal),         cmocka_unit_test(the_strongest_group_is_shown), cmocka_unit_test(nothing_to_draw_is_borne),
        cmocka_unit_test(a_faint_ground_stays_empty), cmocka_unit_test(few_colours_keep_the_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
