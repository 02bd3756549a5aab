/* Curves as cells: nothing that was measured disappears, and curves are told apart without colour. */
#include "term/plot.h"

#include "base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* What a plot is drawn with: braille, half blocks, characters. */
enum { BRAILLE, HALF, ASCII, KINDS };
static const struct { int w, h; } dots[KINDS] = {{2, 4}, {1, 2}, {1, 1}};

static Cells grid(int w, int h, int kind)
{
    Cells cells = {.look = look_new(COLOUR_RGB, GLYPHS_HALF, false)};
    cells.look.braille = kind == BRAILLE;
    cells.look.utf8 = kind != ASCII;
    cells_resize(&cells, w, h);
    return cells;
}

static Plot plot_of(const PlotSeries *series, int count, double x0, double x1, double y0, double y1)
{
    return (Plot){.series = series, .count = count, .x0 = x0, .x1 = x1, .y0 = y0, .y1 = y1, .cursor = NAN};
}

/* Is the dot lit?  x and y count dots from the top left of the curves' place. */
static bool lit(const Cells *cells, Rect inside, int kind, int x, int y, char mark)
{
    static const uint8_t braille_bit[4][2] = {{0, 3}, {1, 4}, {2, 5}, {6, 7}};
    uint32_t glyph = cells->cell[(inside.y + y / dots[kind].h) * cells->w + inside.x + x / dots[kind].w].glyph;
    if (kind == BRAILLE)
        return glyph >= 0x2800 && glyph < 0x2900 && glyph >> braille_bit[y % 4][x % 2] & 1;
    if (kind == HALF)
        return glyph == 0x2588 || glyph == (y % 2 ? 0x2584 : 0x2580);
    return glyph == (uint32_t)mark;
}

/* One value far from the others among a hundred thousand is seen. */
static void spikes_stay(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    double *x = mem_new(COUNT, sizeof *x), *y = mem_new(COUNT, sizeof *y);
    for (int i = 0; i < COUNT; i++) {
        x[i] = i;
        y[i] = 1;
    }
    y[54321] = 9;
    for (int kind = 0; kind < KINDS; kind++) {
        Cells cells = grid(60, 14, kind);
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
    Cells cells = grid(40, 10, BRAILLE);
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

/* The least and the greatest value under every column of dots are lit, exactly where they belong. */
static void every_column_shows_its_range(void **state)
{
    (void)state;
    enum { COUNT = 5000, W = 41, H = 11 };
    double x[COUNT], y[COUNT];
    uint32_t random = 1;
    for (int i = 0; i < COUNT; i++) {
        random = random * 1664525 + 1013904223;
        x[i] = i;
        y[i] = (double)(random >> 8) / (1 << 24);
    }
    PlotSeries series = {x, y, COUNT, ink_role(ROLE_TRAIN), DASH_SOLID, 't'};
    Plot plot = plot_of(&series, 1, 0, COUNT - 1, 0, 1);
    for (int kind = 0; kind < KINDS; kind++) {
        Cells cells = grid(W, H, kind);
        Rect inside = plot_inside(cells_all(&cells));
        int columns = inside.w * dots[kind].w, rows = inside.h * dots[kind].h;
        plot_draw(&cells, cells_all(&cells), &plot);
        for (int i = 0; i < COUNT; i++) {
            int column = (int)lrint(x[i] / (COUNT - 1) * (columns - 1)), row = (int)lrint((1 - y[i]) * (rows - 1));
            assert_true(lit(&cells, inside, kind, column, row, 't'));
        }
        cells_clear(&cells);
    }
}

/* A single high value is seen at whatever place it stands, also between two columns and at both ends. */
static void a_spike_is_seen_anywhere(void **state)
{
    (void)state;
    enum { COUNT = 997 };
    double x[COUNT], y[COUNT];
    PlotSeries series = {x, y, COUNT, ink_role(ROLE_TRAIN), DASH_SOLID, 't'};
    for (int kind = 0; kind < KINDS; kind++)
        for (int at = 0; at < COUNT; at += at < 10 || at > COUNT - 12 ? 1 : 13) {
            for (int i = 0; i < COUNT; i++) {
                x[i] = i;
                y[i] = i == at;
            }
            Cells cells = grid(33, 8, kind);
            Rect inside = plot_inside(cells_all(&cells));
            Plot plot = plot_of(&series, 1, 0, COUNT - 1, 0, 1);
            plot_draw(&cells, cells_all(&cells), &plot);
            int seen = 0, columns = inside.w * dots[kind].w;
            for (int column = 0; column < columns; column++)
                seen += lit(&cells, inside, kind, column, 0, 't');
            assert_int_equal(seen, 1);
            cells_clear(&cells);
        }
}

/* How many columns of a level line are lit. */
static double share_lit(int kind, Dash dash)
{
    double x[2] = {0, 1}, y[2] = {1, 1};
    PlotSeries series = {x, y, 2, ink_role(ROLE_TRAIN), dash, 't'};
    Plot plot = plot_of(&series, 1, 0, 1, 0, 1);
    Cells cells = grid(87, 6, kind);
    Rect inside = plot_inside(cells_all(&cells));
    plot_draw(&cells, cells_all(&cells), &plot);
    int columns = inside.w * dots[kind].w, sum = 0;
    for (int c = 0; c < columns; c++)
        sum += lit(&cells, inside, kind, c, 0, 't');
    cells_clear(&cells);
    return (double)sum / columns;
}

static void line_styles_differ(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        assert_true(share_lit(kind, DASH_SOLID) == 1);
        double dashed = share_lit(kind, DASH_DASHED), dotted = share_lit(kind, DASH_DOTTED), points = share_lit(kind, DASH_POINTS);
        assert_true(dashed > 0.5 && dashed < 0.8);
        assert_true(dotted > 0.15 && dotted < 0.55);
        assert_true(dotted < dashed);
        assert_true(points > 0 && points < 0.05);
    }
}

/* Without colour: each curve by its letter; where they meet, the later one. */
static void letters_of_curves(void **state)
{
    (void)state;
    double x[2] = {0, 1}, high[2] = {1, 1}, low[2] = {0, 0}, cross[2] = {0, 1};
    PlotSeries series[3] = {{x, high, 2, ink_role(ROLE_TRAIN), DASH_SOLID, 't'}, {x, low, 2, ink_role(ROLE_VALID), DASH_SOLID, 'v'},
                            {x, cross, 2, ink_role(ROLE_BAD), DASH_SOLID, 'x'}};
    Plot plot = plot_of(series, 3, 0, 1, 0, 1);
    Cells cells = grid(47, 12, ASCII);
    Rect inside = plot_inside(cells_all(&cells));
    plot_draw(&cells, cells_all(&cells), &plot);
    const Cell *top = &cells.cell[inside.y * cells.w + inside.x], *bottom = &cells.cell[(inside.y + inside.h - 1) * cells.w + inside.x];
    assert_int_equal(top[0].glyph, 't');
    assert_int_equal(bottom[inside.w - 1].glyph, 'v');
    assert_int_equal(top[inside.w - 1].glyph, 'x');
    assert_int_equal(bottom[0].glyph, 'x');
    assert_int_equal(top[inside.w - 1].fg, ink_role(ROLE_BAD));
    for (int i = 0; i < cells.w * cells.h; i++)
        assert_in_range(cells.cell[i].glyph, 0x20, 0x7e);
    cells_clear(&cells);
}

/* A value that is no number breaks the line: nothing is drawn across, and its place is marked. */
static void gaps_stay_gaps(void **state)
{
    (void)state;
    double x[5] = {0, 1, 2, 3, 4}, y[5] = {0.5, 0.5, NAN, 0.5, 0.5};
    PlotSeries series = {x, y, 5, ink_role(ROLE_TRAIN), DASH_SOLID, 't'};
    Plot plot = plot_of(&series, 1, 0, 4, 0, 1);
    for (int kind = 0; kind < KINDS; kind++) {
        Cells cells = grid(48, 10, kind);
        Rect inside = plot_inside(cells_all(&cells));
        plot_draw(&cells, cells_all(&cells), &plot);
        int columns = inside.w * dots[kind].w, rows = inside.h * dots[kind].h;
        for (int c = 0; c < columns; c++) {
            int found = 0;
            for (int row = dots[kind].h; row < rows; row++) /* under the line of the marks */
                found += lit(&cells, inside, kind, c, row, 't');
            double at = 4.0 * c / (columns - 1);
            assert_true(at > 1.1 && at < 2.9 ? found == 0 : at < 0.9 || at > 3.1 ? found == 1 : true);
        }
        cells_clear(&cells);
    }
}

/* What lies outside the window is cut off at its borders; the axes' place stays clean. */
static void nothing_leaves_the_window(void **state)
{
    (void)state;
    double x[4] = {-10, 4, 6, 30}, y[4] = {-50, 99, 1e300, -1e300};
    PlotSeries series = {x, y, 4, 0x123456, DASH_SOLID, 't'};
    PlotMark mark = {.x = 99, .y = 1, .glyph = '!', .ink = 0x123456, .text = "far"};
    Plot plot = plot_of(&series, 1, 0, 10, 1e-3, 1);
    plot.mark = &mark;
    plot.marks = 1;
    for (int log_y = 0; log_y < 2; log_y++)
        for (int kind = 0; kind < KINDS; kind++) {
            Cells cells = grid(60, 20, kind);
            Rect area = rect_new(5, 3, 40, 12), inside = plot_inside(area);
            plot.log_y = log_y;
            plot_draw(&cells, area, &plot);
            for (int i = 0; i < cells.w * cells.h; i++) {
                if (!rect_has(area, i % cells.w, i / cells.w))
                    assert_int_equal(cells.cell[i].glyph, ' ');
                if (!rect_has(inside, i % cells.w, i / cells.w))
                    assert_int_not_equal(cells.cell[i].fg, 0x123456);
            }
            cells_clear(&cells);
        }
}

static void marks_and_crosshair(void **state)
{
    (void)state;
    double x[2] = {0, 10}, y[2] = {0, 0};
    PlotSeries series = {x, y, 2, ink_role(ROLE_TRAIN), DASH_SOLID, 't'};
    PlotMark mark[2] = {{.x = 0, .y = 1, .glyph = '*', .ink = ink_role(ROLE_GOOD), .text = "best", .line = true},
                        {.x = 10, .y = NAN, .glyph = 'L', .ink = ink_role(ROLE_CHANGED), .text = "lr"}};
    Plot plot = plot_of(&series, 1, 0, 10, 0, 1);
    plot.mark = mark;
    plot.marks = 2;
    plot.cursor = 5;
    Cells cells = grid(58, 12, BRAILLE);
    Rect inside = plot_inside(cells_all(&cells));
    plot_draw(&cells, cells_all(&cells), &plot);
    const Cell *top = &cells.cell[inside.y * cells.w + inside.x];
    assert_int_equal(top[0].glyph, '*');
    assert_int_equal(top[2].glyph, 'b');
    assert_int_equal(cells.cell[(inside.y + 2) * cells.w + inside.x].glyph, 0x250a);
    assert_int_equal(top[inside.w - 1].glyph, 'L'); /* no room at its right: the text stands before it */
    assert_int_equal(top[inside.w - 3].glyph, 'r');
    assert_int_equal(top[inside.w - 4].glyph, 'l');
    assert_int_equal(top[inside.w / 2].glyph, 0x2502);
    assert_int_equal(top[inside.w / 2].fg, ink_role(ROLE_ACCENT));
    /* The column under the mouse and the x above it agree. */
    assert_true(fabs(plot_x_at(cells_all(&cells), &plot, inside.x + inside.w / 2) - 5) < 10.0 / inside.w);
    assert_true(plot_x_at(cells_all(&cells), &plot, 0) == 0);
    assert_true(plot_x_at(cells_all(&cells), &plot, 999) == 10);
    cells_clear(&cells);
}

static void fitted_limits(void **state)
{
    (void)state;
    double x[4] = {0, 1, 2, 3}, y[4] = {2, 4, 1000, -1};
    PlotSeries series = {x, y, 4, 0, DASH_SOLID, 't'};
    Plot plot = plot_of(&series, 1, 0, 1, 0, 0);
    assert_true(plot_fit_y(&plot)); /* what is out of sight does not count */
    assert_true(plot.y0 < 2 && plot.y0 >= 0 && plot.y1 > 4 && plot.y1 < 5);
    plot.x1 = 3;
    plot.log_y = true; /* and a logarithm has no place for -1 */
    assert_true(plot_fit_y(&plot));
    assert_true(plot.y0 > 0 && plot.y0 < 2 && plot.y1 > 1000);
    y[0] = y[1] = y[2] = y[3] = 7; /* level: still a range */
    plot.log_y = false;
    assert_true(plot_fit_y(&plot));
    assert_true(plot.y0 < 7 && plot.y1 > 7);
    y[0] = y[1] = y[2] = y[3] = 0;
    assert_true(plot_fit_y(&plot));
    assert_true(plot.y1 > plot.y0);
    plot.log_y = true;
    assert_false(plot_fit_y(&plot));
}

static void sparks(void **state)
{
    (void)state;
    double rising[7] = {0, 1, 2, 3, 4, 5, 6}, few[2] = {5, 1}, holes[4] = {1, NAN, INFINITY, 2}, level[3] = {4, 4, 4}, spike[100] = {0};
    Cells cells = grid(10, 1, BRAILLE);
    spark_draw(&cells, 1, 0, 7, plain(ROLE_TRAIN), rising, 7); /* the highest is 7/8: a gap to the line above */
    for (int i = 0; i < 7; i++)
        assert_int_equal(cells.cell[1 + i].glyph, 0x2581 + i);
    assert_int_equal(cells.cell[0].glyph, ' ');
    assert_int_equal(cells.cell[9].glyph, ' ');
    spark_draw(&cells, 1, 0, 8, plain(ROLE_TRAIN), few, 2);
    for (int i = 0; i < 8; i++)
        assert_int_equal(cells.cell[1 + i].glyph, i < 4 ? 0x2587 : 0x2581);
    spike[37] = 1;
    spark_draw(&cells, 1, 0, 8, plain(ROLE_TRAIN), spike, 100);
    int high = 0;
    for (int i = 0; i < 8; i++)
        high += cells.cell[1 + i].glyph == 0x2587;
    assert_int_equal(high, 1);
    cells_erase(&cells);
    spark_draw(&cells, 0, 0, 4, plain(ROLE_TRAIN), holes, 4);
    assert_int_equal(cells.cell[1].glyph, ' ');
    assert_int_equal(cells.cell[2].glyph, ' ');
    assert_int_equal(cells.cell[3].glyph, 0x2587);
    spark_draw(&cells, 0, 0, 3, plain(ROLE_TRAIN), level, 3);
    assert_int_equal(cells.cell[0].glyph, cells.cell[2].glyph);
    spark_draw(&cells, 0, 0, 3, plain(ROLE_TRAIN), holes + 1, 2); /* no number at all, none drawn */
    spark_draw(&cells, 0, 0, 3, plain(ROLE_TRAIN), NULL, 0);
    cells_clear(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spikes_stay), cmocka_unit_test(missing_values_are_marked), cmocka_unit_test(ticks_are_round),
        cmocka_unit_test(every_column_shows_its_range), cmocka_unit_test(a_spike_is_seen_anywhere), cmocka_unit_test(line_styles_differ),
        cmocka_unit_test(letters_of_curves), cmocka_unit_test(gaps_stay_gaps), cmocka_unit_test(nothing_leaves_the_window),
        cmocka_unit_test(marks_and_crosshair), cmocka_unit_test(fitted_limits), cmocka_unit_test(sparks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
