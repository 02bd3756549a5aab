/* The built-in digits: the same for the same seed, balanced, centred, within their box, and of many shapes. */
#include "data/digits.h"

#include "data/digits_styles.h"
#include "scratch.h"

#include <math.h>

enum { SIDE = 28, PIXELS = SIDE * SIDE, COUNT = 5000 };

static Dataset draw(uint64_t seed, int first, int count)
{
    Dataset set;
    Error err = {0};
    check_good(digits_draw(seed, first, count, &set, &err), &err);
    return set;
}

static void test_deterministic(void **state)
{
    (void)state;
    Dataset a = draw(7, 0, 300), b = draw(7, 123, 50), c = draw(8, 0, 300);
    assert_true(shape_equal(a.shape, shape_map(28, 28, 1)));
    assert_int_equal(a.count, 300);
    assert_int_equal(a.classes, 10);
    /* digit i is a matter of the seed and i alone */
    assert_memory_equal(a.bytes + 123 * PIXELS, b.bytes, 50 * PIXELS);
    assert_memory_equal(a.labels + 123, b.labels, 50);
    for (int i = 0; i < 300; i++)
        assert_memory_not_equal(a.bytes + i * PIXELS, c.bytes + i * PIXELS, PIXELS);
    dataset_clear(&a);
    dataset_clear(&b);
    dataset_clear(&c);
}

static void test_balanced(void **state)
{
    (void)state;
    Dataset set = draw(1, 0, COUNT);
    int count[10] = {0}, follows[10][10] = {{0}};
    for (int i = 0; i < COUNT; i++) {
        count[set.labels[i]]++;
        if (i > 0)
            follows[set.labels[i - 1]][set.labels[i]]++;
        if (i % 10 == 9)
            for (int d = 0; d < 10; d++)
                assert_int_equal(count[d], i / 10 + 1);
    }
    for (int a = 0; a < 10; a++)
        for (int b = 0; b < 10; b++)
            assert_in_range(follows[a][b], a == b ? 0 : 20, 100); /* in no fixed order */
    dataset_clear(&set);
}

static void test_placed_as_mnist(void **state)
{
    (void)state;
    Dataset set = draw(2, 0, COUNT);
    int filled = 0;
    for (int n = 0; n < COUNT; n++) {
        const uint8_t *digit = set.bytes + n * PIXELS;
        int x0 = SIDE, x1 = -1, y0 = SIDE, y1 = -1, brightest = 0;
        double mass = 0, mx = 0, my = 0;
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                int value = digit[y * SIDE + x];
                if (!value)
                    continue;
                brightest = value > brightest ? value : brightest;
                x0 = x < x0 ? x : x0;
                x1 = x > x1 ? x : x1;
                y0 = y < y0 ? y : y0;
                y1 = y > y1 ? y : y1;
                mass += value;
                mx += value * x;
                my += value * y;
            }
        assert_true(x1 - x0 < 20 && y1 - y0 < 20);
        assert_true(fabs(mx / mass - 14) <= 0.51 && fabs(my / mass - 14) <= 0.51);
        assert_true(brightest > 150);
        assert_in_range(mass / 255, 14, 330);
        filled += x1 - x0 == 19 || y1 - y0 == 19;
    }
    assert_true(filled > COUNT * 95 / 100); /* the larger side fills the box */
    dataset_clear(&set);
}

/* Two digits of a kind differ, in ink and in outline, as two people's do. */
static void test_varied(void **state)
{
    (void)state;
    Dataset set = draw(3, 0, COUNT);
    for (int d = 0; d < 10; d++) {
        double sum = 0, square = 0;
        int count = 0;
        for (int n = 0; n < COUNT; n++) {
            if (set.labels[n] != d)
                continue;
            double mass = 0;
            for (int p = 0; p < PIXELS; p++)
                mass += set.bytes[n * PIXELS + p] / 255.0;
            sum += mass;
            square += mass * mass;
            count++;
        }
        double mean = sum / count, sd = sqrt(square / count - mean * mean);
        assert_true(sd > 0.15 * mean && sd < 0.5 * mean);
    }
    dataset_clear(&set);
}

static void test_styles(void **state)
{
    (void)state;
    int count[10] = {0};
    for (int i = 0; i < digit_styles_count; i++) {
        const DigitStyle *style = &digit_styles[i];
        assert_in_range(style->digit, 0, 9);
        assert_true(style->weight > 0);
        count[style->digit]++;
        int points = 0, x, y, used;
        for (const char *at = style->strokes; *at;) {
            if (strchr(" |!", *at)) {
                at++;
                continue;
            }
            assert_int_equal(sscanf(at, "%d,%d%n", &x, &y, &used), 2);
            assert_in_range(x, 0, 100);
            assert_in_range(y, 0, 100);
            at += used;
            points++;
        }
        assert_in_range(points, 3, 32);
    }
    for (int d = 0; d < 10; d++)
        assert_true(count[d] >= 5);
    assert_in_range(digit_styles_count, 50, 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_balanced),
        cmocka_unit_test(test_placed_as_mnist),
        cmocka_unit_test(test_varied),
        cmocka_unit_test(test_styles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
