/* Lines, areas, text and colours on small canvases. */
#include "image/canvas.h"
#include "image/font.h"
#include "image/palette.h"
#include "image/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const Colour white = {255, 255, 255}, black = {0, 0, 0};

static Canvas new_canvas(Image *image, int w, int h)
{
    Canvas canvas;
    Error err;
    assert_true(canvas_new(&canvas, image, w, h, white, &err));
    return canvas;
}

/* How much ink there is: 1 for a black pixel. */
static double ink(const Image *image)
{
    double sum = 0;
    for (int i = 0; i < image->w * image->h; i++)
        sum += 1 - image->pixels[3 * i] / 255.0;
    return sum;
}

static int at(const Image *image, int x, int y)
{
    return image->pixels[3 * (y * image->w + x)];
}

static void lines_have_their_width(void **state)
{
    (void)state;
    for (int k = 0; k < 12; k++) {
        Image image;
        Canvas canvas = new_canvas(&image, 120, 120);
        float angle = (float)k * 0.5236f, x = 40 * cosf(angle), y = 40 * sinf(angle);
        canvas_line(&canvas, 60 - x, 60 - y, 60 + x, 60 + y, &(Pen){.colour = black, .width = 3});
        double expected = 80 * 3 + M_PI * 1.5 * 1.5; /* round caps */
        assert_true(fabs(ink(&image) - expected) < 0.03 * expected);
        image_clear(&image);
    }
}

static void a_stem_fills_its_column(void **state)
{
    (void)state;
    Image image;
    Canvas canvas = new_canvas(&image, 9, 9);
    canvas_line(&canvas, 4.5f, 2.5f, 4.5f, 6.5f, &(Pen){.colour = black, .width = 1});
    assert_int_equal(at(&image, 4, 4), 0);
    assert_int_equal(at(&image, 3, 4), 255);
    assert_int_equal(at(&image, 5, 4), 255);
    image_clear(&image);
}

static void crossings_of_a_transparent_pen_do_not_show(void **state)
{
    (void)state;
    Image image;
    Canvas canvas = new_canvas(&image, 40, 40);
    Point cross[] = {{5, 20}, {35, 20}, POINT_GAP, {20, 5}, {20, 35}};
    canvas_lines(&canvas, cross, 5, &(Pen){.colour = black, .width = 6, .alpha = 0.5f});
    assert_int_equal(at(&image, 20, 20), at(&image, 10, 20));
    assert_in_range(at(&image, 20, 20), 126, 129);
    image_clear(&image);
}

static void dashes_leave_gaps(void **state)
{
    (void)state;
    Image image;
    Canvas canvas = new_canvas(&image, 100, 7);
    canvas_line(&canvas, 0, 3.5f, 100, 3.5f, &(Pen){.colour = black, .width = 1, .dash = (const float[]){6, 6, 0}});
    int changes = 0;
    for (int x = 1; x < 100; x++)
        changes += (at(&image, x, 3) < 128) != (at(&image, x - 1, 3) < 128);
    assert_in_range(changes, 15, 17);
    image_clear(&image);
}

static void areas_have_their_size(void **state)
{
    (void)state;
    Image image;
    Canvas canvas = new_canvas(&image, 60, 60);
    canvas_disc(&canvas, 30.3f, 29.6f, 12, black, 1);
    assert_true(fabs(ink(&image) - M_PI * 144) < 3);
    canvas_fill(&canvas, 0, 0, 60, 60, white);
    Point triangle[] = {{10, 10}, {50, 10}, {10, 50}};
    canvas_polygon(&canvas, triangle, 3, black, 1);
    assert_true(fabs(ink(&image) - 800) < 2);
    for (int m = 0; m < MARKERS; m++) {
        canvas_fill(&canvas, 0, 0, 60, 60, white);
        canvas_marker(&canvas, (Marker)m, 30, 30, 10, black);
        assert_true(ink(&image) > 150 && ink(&image) < 350); /* much the same weight */
    }
    image_clear(&image);
}

/* Nothing outside the image is touched; the sanitizers watch. */
static void everything_is_clipped(void **state)
{
    (void)state;
    Image image;
    Canvas canvas = new_canvas(&image, 10, 10);
    Pen pen = {.colour = black, .width = 5};
    Point wild[] = {{-1e9f, -1e9f}, {1e9f, 1e9f}, {NAN, 3}, {5, -1e6f}, {-40, 5}};
    canvas_lines(&canvas, wild, 5, &pen);
    canvas_disc(&canvas, -3, 40, 30, black, 1);
    canvas_polygon(&canvas, wild, 2, black, 1);
    canvas_polygon(&canvas, (Point[]){{-50, -50}, {60, 3}, {2, 70}}, 3, black, 1);
    canvas_fill(&canvas, -5, -5, 100, 100, white);
    canvas_frame(&canvas, -2, -2, 30, 30, 3, black);
    Image picture;
    Error err;
    assert_true(image_new(&picture, 4, 4, 1, &err));
    canvas_picture(&canvas, 7, -3, &picture, 2);
    TextStyle style = {black, 2, true, ALIGN_LEFT, false};
    text_draw(&canvas, 2, 5, &style, "outside");
    assert_int_equal(canvas.clipped, 1);
    image_clear(&picture);
    image_clear(&image);
}

static void pictures_are_enlarged_exactly(void **state)
{
    (void)state;
    Image image, picture;
    Error err;
    Canvas canvas = new_canvas(&image, 12, 12);
    assert_true(image_new(&picture, 2, 2, 3, &err));
    memcpy(picture.pixels, (uint8_t[]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 12);
    canvas_picture(&canvas, 1, 1, &picture, 5);
    assert_int_equal(at(&image, 1, 1), 1);
    assert_int_equal(at(&image, 5, 5), 1);
    assert_int_equal(at(&image, 6, 5), 4);
    assert_int_equal(at(&image, 10, 10), 10);
    assert_int_equal(at(&image, 11, 10), 255);
    image_clear(&picture);
    image_clear(&image);
}

static void stamps_are_ink(void **state)
{
    (void)state;
    Image image, picture;
    Error err;
    Canvas canvas = new_canvas(&image, 4, 4);
    assert_true(image_new(&picture, 2, 1, 1, &err));
    picture.pixels[0] = 255, picture.pixels[1] = 0;
    canvas_stamp(&canvas, 1, 1, &picture, (Colour){9, 8, 7});
    canvas_stamp(&canvas, 3, 3, &picture, (Colour){9, 8, 7}); /* half of it outside */
    assert_int_equal(at(&image, 1, 1), 9);
    assert_int_equal(at(&image, 2, 1), 255);
    assert_int_equal(at(&image, 3, 3), 9);
    image_clear(&picture);
    image_clear(&image);
}

/* Every character of ASCII, at several sizes, stays inside the width and the height that the text claims. */
static void text_keeps_to_its_box(void **state)
{
    (void)state;
    static const float sizes[] = {1, 1.25f, 2, 3.7f};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (char c = '!'; c <= '~'; c++) {
            char text[4] = {'H', c, 'H', '\0'};
            float size = sizes[s];
            Image image;
            int w = (int)text_span(text, size) + 40, h = (int)(20 * size) + 20;
            Canvas canvas = new_canvas(&image, w, h);
            TextStyle style = {black, size, false, ALIGN_LEFT, false};
            text_draw(&canvas, 20, 10 + (float)FONT_ASCENT * size + size, &style, text);
            assert_int_equal(canvas.clipped, 0);
            assert_true(ink(&image) > 10);
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++)
                    if (at(&image, x, y) < 200)
                        assert_true(x >= 19 && x <= w - 19 && y >= 9 && y <= h - 9);
            image_clear(&image);
        }
}

static void text_is_aligned(void **state)
{
    (void)state;
    for (int a = 0; a < 3; a++) {
        Image image;
        Canvas canvas = new_canvas(&image, 200, 30);
        TextStyle style = {black, 1, false, (Align)a, false};
        text_draw(&canvas, 100, 20, &style, "HIH");
        int left = 200, right = 0;
        for (int x = 0; x < 200; x++)
            for (int y = 0; y < 30; y++)
                if (at(&image, x, y) < 128) {
                    left = x < left ? x : left;
                    right = x > right ? x : right;
                }
        assert_int_equal(right - left + 1, (int)text_span("HIH", 1));
        assert_in_range(a == ALIGN_LEFT ? left : a == ALIGN_CENTRE ? (left + right + 1) / 2 : right + 1, 99, 101);
        image_clear(&image);
    }
}

static void upward_text_is_turned_text(void **state)
{
    (void)state;
    Image flat, turned;
    Canvas a = new_canvas(&flat, 60, 60), b = new_canvas(&turned, 60, 60);
    TextStyle style = {black, 1, false, ALIGN_LEFT, false};
    text_draw(&a, 10, 30, &style, "loss (mse)");
    style.upward = true;
    text_draw(&b, 30, 50, &style, "loss (mse)");
    assert_true(fabs(ink(&flat) - ink(&turned)) < 0.02 * ink(&flat));
    image_clear(&flat);
    image_clear(&turned);
}

static void the_font_has_all_it_needs(void **state)
{
    (void)state;
    static const uint32_t symbols[] = {0xd7, 0xb5, 0x3c3, 0x2212, 0xb7, 0x2605, 0x2192, 0x2248, 0x2026, 0xb1, 0xe4, 0xdc, 0xe9};
    const Glyph *missing = font_glyph(0xe000);
    for (uint32_t c = ' '; c <= '~'; c++)
        assert_ptr_not_equal(font_glyph(c), missing);
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        assert_true(font_accented(symbols[i]) || font_glyph(symbols[i]) != missing);
    assert_true(text_span("\xff\xfe broken \xc3", 1) > 0); /* bytes that are no UTF-8 */
}

static void text_is_cut_to_fit(void **state)
{
    (void)state;
    char buffer[40];
    text_fit(buffer, sizeof buffer, "short", 1, 200);
    assert_string_equal(buffer, "short");
    for (float width = 30; width < 120; width += 7) {
        text_fit(buffer, sizeof buffer, "a name that is much too long for its place", 1, width);
        assert_true(text_span(buffer, 1) <= width);
        assert_non_null(strstr(buffer, "\u2026"));
    }
}

static void maps_are_monotonous(void **state)
{
    (void)state;
    int last = -1;
    for (int i = 0; i <= 100; i++) {
        Colour c = colour_map(MAP_HEAT, &theme_light, (float)i / 100);
        int light = 299 * c.r + 587 * c.g + 114 * c.b;
        assert_true(light >= last);
        last = light;
    }
    Colour zero = colour_map(MAP_SIGNED, &theme_dark, 0), low = colour_map(MAP_SIGNED, &theme_dark, -5);
    assert_memory_equal(&zero, &theme_dark.zero, sizeof zero);
    assert_memory_equal(&low, &theme_dark.negative, sizeof low);
    Colour nothing = colour_map(MAP_GREY, &theme_dark, NAN);
    assert_memory_equal(&nothing, &theme_dark.bad, sizeof nothing);
    assert_ptr_equal(theme_find("dark"), &theme_dark);
    assert_null(theme_find("pink"));
}

/* CIELAB of a colour as those see it who lack one kind of cones: F. Vienot, H. Brettel, J. Mollon, "Digital video
 * colourmaps for checking the legibility of displays by dichromats", 1999. */
static void seen(Colour c, int sight, double lab[3])
{
    static const double sights[3][3][3] = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{.11238, .88762, 0}, {.11238, .88762, 0}, {.00401, -.00401, 1}},
        {{.29275, .70725, 0}, {.29275, .70725, 0}, {-.02234, .02234, 1}},
    };
    static const double xyz[3][3] = {{.4339, .3762, .1899}, {.2126, .7152, .0722}, {.0177, .1095, .8730}}; /* white is 1, 1, 1 */
    double rgb[3] = {c.r / 255.0, c.g / 255.0, c.b / 255.0}, linear[3], f[3];
    for (int i = 0; i < 3; i++)
        rgb[i] = rgb[i] <= 0.04045 ? rgb[i] / 12.92 : pow((rgb[i] + 0.055) / 1.055, 2.4);
    for (int i = 0; i < 3; i++)
        linear[i] = fmax(0, sights[sight][i][0] * rgb[0] + sights[sight][i][1] * rgb[1] + sights[sight][i][2] * rgb[2]);
    for (int i = 0; i < 3; i++) {
        double t = xyz[i][0] * linear[0] + xyz[i][1] * linear[1] + xyz[i][2] * linear[2];
        f[i] = t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
    }
    lab[0] = 116 * f[1] - 16, lab[1] = 500 * (f[0] - f[1]), lab[2] = 200 * (f[1] - f[2]);
}

static void classes_differ_to_every_eye(void **state)
{
    (void)state;
    const Theme *themes[] = {&theme_light, &theme_dark};
    for (int t = 0; t < 2; t++)
        for (int sight = 0; sight < 3; sight++)
            for (int a = 0; a < PALETTE_CLASSES; a++)
                for (int b = 0; b < a; b++) {
                    double x[3], y[3];
                    seen(themes[t]->classes[a], sight, x);
                    seen(themes[t]->classes[b], sight, y);
                    assert_true(sqrt(pow(x[0] - y[0], 2) + pow(x[1] - y[1], 2) + pow(x[2] - y[2], 2)) > 15);
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_their_width),
        cmocka_unit_test(a_stem_fills_its_column),
        cmocka_unit_test(crossings_of_a_transparent_pen_do_not_show),
        cmocka_unit_test(dashes_leave_gaps),
        cmocka_unit_test(areas_have_their_size),
        cmocka_unit_test(everything_is_clipped),
        cmocka_unit_test(pictures_are_enlarged_exactly),
        cmocka_unit_test(stamps_are_ink),
        cmocka_unit_test(text_keeps_to_its_box),
        cmocka_unit_test(text_is_aligned),
        cmocka_unit_test(upward_text_is_turned_text),
        cmocka_unit_test(the_font_has_all_it_needs),
        cmocka_unit_test(text_is_cut_to_fit),
        cmocka_unit_test(maps_are_monotonous),
        cmocka_unit_test(classes_differ_to_every_eye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
