/* Axes, sheets, plots, matrices and blocks from fixed numbers. */
#include "base/mem.h"
#include "base/rng.h"
#include "figure/axis.h"
#include "figure/blocks.h"
#include "figure/matrix.h"
#include "figure/plot.h"
#include "figure/sheet.h"
#include "golden.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static FigureStyle style_of(bool dark, int scale)
{
    FigureStyle style = figure_style_new();
    style.theme = dark ? &theme_dark : &theme_light;
    style.scale = scale;
    return style;
}

/* -- Axes. */

static bool is_round(double value)
{
    if (value == 0)
        return true;
    double power = pow(10, floor(log10(fabs(value)) + 1e-9)), digits = fabs(value) / power * 100;
    return fabs(digits - round(digits)) < 1e-6; /* at most three digits, as 2.25 has */
}

static void ticks_are_round(void **state)
{
    (void)state;
    Rng rng = rng_new(1, RNG_TEST, 0, 0);
    for (int k = 0; k < 2000; k++) {
        bool log_axis = k % 3 == 0;
        double low = (double)rng_normal(&rng) * pow(10, rng_below(&rng, 9) - 4.0), span = exp(3 * (double)rng_normal(&rng));
        if (log_axis)
            low = pow(10, 3 * (double)rng_normal(&rng));
        Axis axis = axis_new(low, log_axis ? low * (1 + span) : low + fabs(low) * span, log_axis, NULL);
        Tick tick[AXIS_TICKS];
        int want = 3 + (int)rng_below(&rng, 8), count = axis_ticks(&axis, want, tick), labels = 0;
        double step = 0;
        assert_true(count >= 1 && count < AXIS_TICKS);
        for (int i = 0; i < count; i++) {
            assert_true(axis_place(&axis, tick[i].at) > -1e-6 && axis_place(&axis, tick[i].at) < 1 + 1e-6);
            if (i)
                assert_true(tick[i].at > tick[i - 1].at);
            labels += !tick[i].minor;
            for (int j = 0; j < i; j++) /* no two of the same name */
                assert_true(tick[i].minor || tick[j].minor || strcmp(tick[i].text, tick[j].text) != 0);
        }
        assert_true(labels <= 2 * want + 4);
        if (!log_axis && count > 1) {
            step = tick[1].at - tick[0].at;
            assert_true(is_round(step));
            assert_true(fabs(remainder(tick[0].at, step)) < 0.01 * step); /* multiples of the step */
        }
    }
}

static void numbers_are_for_people(void **state)
{
    (void)state;
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {
        {0, 3, "0"}, {0.5, 3, "0.500"}, {-0.5, 2, "\u22120.50"}, {12345, 12, "12,345.0000000"}, {1e-7, 2, "1.0e\u22127"}, {NAN, 3, "nan"},
        {1000, 4, "1,000"}, {INFINITY, 2, "\u221e"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[40];
        axis_number(text, sizeof text, cases[i].value, cases[i].digits);
        assert_string_equal(text, cases[i].text);
    }
}

static void axes_bear_empty_ranges(void **state)
{
    (void)state;
    static const double ranges[][2] = {{3, 3}, {0, 0}, {NAN, NAN}, {INFINITY, -INFINITY}, {-1e-300, 1e-300}, {1e30, 1e30}};
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        for (int log_axis = 0; log_axis < 2; log_axis++) {
            Axis axis = axis_new(ranges[i][0], ranges[i][1], log_axis, NULL);
            Tick tick[AXIS_TICKS];
            assert_true(axis.low < axis.high);
            assert_true(axis_ticks(&axis, 5, tick) < AXIS_TICKS);
        }
}

/* -- Sheets. */

static void fill_ramp(float *pixels, int count, size_t size)
{
    for (int i = 0; i < count; i++)
        for (size_t j = 0; j < size; j++)
            pixels[(size_t)i * size + j] = (float)((j * 7 + (size_t)i * 31) % 97) / 96;
}

static Sheet small_sheet(float *pixels)
{
    Sheet sheet;
    fill_ramp(pixels, 6, 64);
    sheet_new(&sheet, 2, 3, shape_map(8, 8, 1));
    for (int i = 0; i < 6; i++)
        sheet.cell[i].pixels = pixels + 64 * i;
    for (int i = 3; i < 6; i++) {
        sheet.cell[i].map = MAP_SIGNED;
        sheet.cell[i].low = 0, sheet.cell[i].high = 1;
        snprintf(sheet.cell[i].caption, SHEET_TEXT, "0.012%d", i);
    }
    snprintf(sheet.row_label[0], SHEET_TEXT, "original");
    snprintf(sheet.row_label[1], SHEET_TEXT, "residual");
    sheet.captions = (Captions){"Reconstructions", "three samples \u00b7 a subtitle so long that it must be broken into lines \u00b7 mse",
                                "A note."};
    sheet.bar = true;
    return sheet;
}

static void sheets(void **state)
{
    (void)state;
    for (int dark = 0; dark < 2; dark++)
        for (int scale = 1; scale <= 3; scale++) {
            float pixels[6 * 64];
            char name[40];
            Sheet sheet = small_sheet(pixels);
            FigureStyle style = style_of(dark, scale);
            style.zoom = 3;
            Image image;
            Error err;
            assert_true(sheet_draw(&sheet, &style, &image, &err));
            snprintf(name, sizeof name, "sheet-%s-%d", style.theme->name, scale);
            if (scale + dark < 3)
                golden_check(&image, name, 8 * scale);
            else
                golden_check_margin(&image, 8 * scale);
            image_clear(&image);
            sheet_clear(&sheet);
        }
}

/* A bare sheet is its pictures, pixel by pixel. */
static void bare_sheets_are_exact(void **state)
{
    (void)state;
    float pixels[6 * 64];
    Sheet sheet = small_sheet(pixels);
    FigureStyle style = style_of(true, 1);
    style.bare = true;
    sheet.gap = 0;
    Image image;
    Error err;
    assert_true(sheet_draw(&sheet, &style, &image, &err));
    assert_int_equal(image.w, 24);
    assert_int_equal(image.h, 16);
    for (int y = 0; y < 8; y++)
        for (int x = 0; x < 24; x++)
            assert_int_equal(image.pixels[3 * (y * 24 + x)], (int)lrintf(255 * pixels[64 * (x / 8) + 8 * y + x % 8]));
    image_clear(&image);
    sheet_clear(&sheet);
}

static void long_words_stay_on_the_page(void **state)
{
    (void)state;
    float pixels[4] = {0, 1, 0.5f, 0.25f};
    Sheet sheet;
    sheet_new(&sheet, 1, 1, shape_map(2, 2, 1));
    sheet.cell[0].pixels = pixels;
    snprintf(sheet.cell[0].caption, SHEET_TEXT, "a caption much wider than the picture it is of");
    snprintf(sheet.row_label[0], SHEET_TEXT, "a long label of a row, wide as well, so far");
    sheet.captions = (Captions){"Averyveryveryveryveryveryveryveryveryveryverylongwordthatcannotbebrokenatall", "", ""};
    for (int scale = 1; scale < 4; scale++) {
        FigureStyle style = style_of(false, scale);
        Image image;
        Error err;
        assert_true(sheet_draw(&sheet, &style, &image, &err));
        golden_check_margin(&image, 8 * scale);
        image_clear(&image);
    }
    sheet_clear(&sheet);
}

static void colour_pictures_keep_their_colours(void **state)
{
    (void)state;
    float red[12] = {1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, NAN};
    SheetCell cell = {.pixels = red};
    Image image;
    Error err;
    assert_true(sheet_picture(&cell, shape_map(2, 2, 3), &theme_light, &image, &err));
    assert_int_equal(image.channels, 3);
    assert_memory_equal(image.pixels, ((uint8_t[]){255, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 0}), 12);
    image_clear(&image);
}

/* -- Plots. */

static void curves(void **state)
{
    (void)state;
    enum { N = 12 };
    double x[N], y[4][N];
    for (int i = 0; i < N; i++) {
        x[i] = i + 1;
        for (int k = 0; k < 4; k++)
            y[k][i] = 0.3 * exp(-0.2 * i * (1 + k % 2)) + 0.02 * (1 + k);
    }
    y[1][7] = NAN;
    Curve curve[] = {
        {.name = "first, lr 0.01", .x = x, .y = y[0], .count = N, .colour = theme_light.classes[4], .marker = MARK_DISC, .dots = true, .best = -1},
        {.name = "  validation", .x = x, .y = y[1], .count = N, .colour = theme_light.classes[4], .dashed = true, .best = 10},
        {.name = "second, lr 0.001", .x = x, .y = y[2], .count = N, .colour = theme_light.classes[5], .marker = MARK_SQUARE, .dots = true, .best = -1},
        {.x = x, .y = y[3], .count = N, .colour = theme_light.classes[5], .faint = true, .best = -1},
    };
    LineMark mark[] = {{PLOT_CHANGE, 4.5, "lr 0.003"}, {PLOT_CHANGE, 5.1, "noise gaussian"}, {PLOT_NAN, 11.8, "loss not finite"}};
    for (int log_axis = 0; log_axis < 2; log_axis++) {
        LinePlot plot = {.captions = {"Loss of 2 runs", "", ""}, .x_label = "epoch", .y_label = "loss (mse)", .log_y = log_axis, .whole_x = true,
                         .curve = curve, .curves = 4, .mark = mark, .marks = 3};
        FigureStyle style = style_of(false, 1);
        style.width = 260, style.height = 160;
        Image image;
        Error err;
        assert_true(plot_lines(&plot, &style, &image, &err));
        golden_check(&image, log_axis ? "curves-log" : "curves", 8);
        image_clear(&image);
    }
}

static void curves_bear_nothing_to_draw(void **state)
{
    (void)state;
    double x[3] = {1, 2, 3}, bad[3] = {NAN, INFINITY, -1};
    Curve curve = {.name = "nothing", .x = x, .y = bad, .count = 3, .best = 2};
    for (int log_axis = 0; log_axis < 2; log_axis++) {
        LinePlot plot = {.curve = &curve, .curves = 1, .log_y = log_axis};
        FigureStyle style = style_of(false, 1);
        Image image;
        Error err;
        assert_true(plot_lines(&plot, &style, &image, &err));
        image_clear(&image);
    }
}

/* The middle of all pixels of a colour. */
static Point find_colour(const Image *image, Colour colour)
{
    double x = 0, y = 0, n = 0;
    for (int j = 0; j < image->h; j++)
        for (int i = 0; i < image->w; i++)
            if (memcmp(image->pixels + 3 * (j * image->w + i), &colour, 3) == 0)
                x += i + 0.5, y += j + 0.5, n++;
    assert_true(n > 0);
    return (Point){(float)(x / n), (float)(y / n)};
}

static void points_lie_where_they_belong(void **state)
{
    (void)state;
    float xy[] = {0, 0, 10, 10, 2.5f, 7.5f};
    int group[] = {0, 1, 5};
    const char *names[] = {"0", "1", "2", "3", "4", "5"};
    Scatter scatter = {.captions = {"", "", ""}, .xy = xy, .count = 3, .group = group, .groups = 6, .group_name = names, .equal = true};
    FigureStyle style = style_of(true, 4);
    style.bare = true;
    style.width = 200, style.height = 100; /* the same scale on both: it is wider than needed */
    Image image;
    Error err;
    /* the dots are blended a little: on a canvas of the dots' own colour their centres are found by what was drawn opaque */
    assert_true(plot_scatter(&scatter, &style, &image, &err));
    Colour seen[3];
    for (int i = 0; i < 3; i++)
        seen[i] = colour_mix(style.theme->background, theme_class(style.theme, group[i]), 0.9f);
    Point at[3];
    for (int i = 0; i < 3; i++) {
        Colour c = seen[i];
        bool found = false; /* rounding may be off by one */
        for (int d = 0; d < 27 && !found; d++) {
            c = (Colour){(uint8_t)(seen[i].r + d % 3 - 1), (uint8_t)(seen[i].g + d / 3 % 3 - 1), (uint8_t)(seen[i].b + d / 9 - 1)};
            for (int k = 0; k < image.w * image.h; k++)
                found |= memcmp(image.pixels + 3 * k, &c, 3) == 0;
        }
        assert_true(found);
        at[i] = find_colour(&image, c);
    }
    float across = at[1].x - at[0].x, up = at[0].y - at[1].y;
    assert_true(fabsf(across - up) < 2); /* equal scales */
    assert_true(fabsf(at[2].x - (at[0].x + 0.25f * across)) < 1);
    assert_true(fabsf(at[2].y - (at[0].y - 0.75f * up)) < 1);
    image_clear(&image);
}

static void scatters(void **state)
{
    (void)state;
    enum { N = 60 };
    float xy[2 * N];
    int group[N];
    const char *names[] = {"0", "1", "2"};
    Rng rng = rng_new(4, RNG_TEST, 0, 0);
    for (int i = 0; i < N; i++) {
        group[i] = i % 3;
        xy[2 * i] = rng_normal(&rng) + 3 * (float)group[i];
        xy[2 * i + 1] = rng_normal(&rng);
    }
    for (int marks = SCATTER_DOTS; marks <= SCATTER_DIGITS; marks++) {
        Scatter scatter = {.captions = {"Codes", "60 samples", ""}, .x_label = "z1", .y_label = "z2", .xy = xy, .count = N, .group = group,
                           .groups = 3, .group_name = names, .legend_title = "class", .marks = (ScatterMark)marks, .equal = true};
        FigureStyle style = style_of(marks == SCATTER_DIGITS, 1);
        style.width = style.height = 200;
        Image image;
        Error err;
        assert_true(plot_scatter(&scatter, &style, &image, &err));
        golden_check(&image, marks == SCATTER_DIGITS ? "scatter-digits" : "scatter-dots", 8);
        image_clear(&image);
    }
}

/* -- Others. */

static void matrices(void **state)
{
    (void)state;
    long count[] = {90, 5, 0, 1, 80, 9, 0, 0, 100};
    const char *names[] = {"cat", "dog", "owl"}, *extra_name[] = {"recall %"};
    double extra[] = {0.947, 0.889, NAN};
    Matrix matrix = {.captions = {"Confusion matrix", "", ""}, .size = 3, .count = count, .name = names, .row_axis = "true class",
                     .column_axis = "predicted class", .extra_name = extra_name, .extra = extra, .extras = 1};
    FigureStyle style = style_of(false, 1);
    Image image;
    Error err;
    assert_true(matrix_draw(&matrix, &style, &image, &err));
    golden_check(&image, "matrix", 8);
    image_clear(&image);
}

static void blocks(void **state)
{
    (void)state;
    LayerBlock block[] = {
        {"input", "28\u00d728\u00d71", "", 784, BLOCK_INPUT, true},
        {"dense 32 relu", "32", "25,120", 32, BLOCK_CODE, true},
        {"dense 784 sigmoid", "784", "25,872", 784, BLOCK_DECODER, true},
    };
    Blocks all = {{"simple", "50,992 parameters", ""}, block, 3, "output", "parameters"};
    FigureStyle style = style_of(true, 1);
    Image image;
    Error err;
    assert_true(blocks_draw(&all, &style, &image, &err));
    golden_check(&image, "blocks", 8);
    image_clear(&image);
}

static void lines_break_at_separators(void **state)
{
    (void)state;
    char *out = page_wrap("one two three \u00b7 four five six", 1, 150);
    assert_string_equal(out, "one two three\nfour five six");
    free(out);
    out = page_wrap("short", 1, 150);
    assert_string_equal(out, "short");
    free(out);
    out = page_wrap("", 1, 10);
    assert_string_equal(out, "");
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round),
        cmocka_unit_test(numbers_are_for_people),
        cmocka_unit_test(axes_bear_empty_ranges),
        cmocka_unit_test(sheets),
        cmocka_unit_test(bare_sheets_are_exact),
        cmocka_unit_test(long_words_stay_on_the_page),
        cmocka_unit_test(colour_pictures_keep_their_colours),
        cmocka_unit_test(curves),
        cmocka_unit_test(curves_bear_nothing_to_draw),
        cmocka_unit_test(points_lie_where_they_belong),
        cmocka_unit_test(scatters),
        cmocka_unit_test(matrices),
        cmocka_unit_test(blocks),
        cmocka_unit_test(lines_break_at_separators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
