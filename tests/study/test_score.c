/* Scores against cases whose answer is known by hand. */
#include "study/score.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void near_to(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not %.9g", value, expected);
}

static float *random_picture(Shape shape, uint32_t which)
{
    Rng rng = rng_new(3, RNG_TEST, which, 0);
    float *picture = mem_new(shape_size(shape), sizeof *picture);
    for (size_t i = 0; i < shape_size(shape); i++)
        picture[i] = rng_uniform(&rng);
    return picture;
}

static void errors_and_psnr(void **state)
{
    (void)state;
    const float a[4] = {0, 0.5f, 1, 0.25f}, b[4] = {0, 0.6f, 0.8f, 0.25f};
    near_to(score_mse(4, a, b), 0.0125, 1e-8);
    near_to(score_psnr(0.01), 20, 1e-12);
    near_to(score_psnr(1), 0, 1e-12);
    near_to(score_psnr(0), SCORE_PSNR_MOST, 0);
    near_to(score_psnr(1e-30), SCORE_PSNR_MOST, 0);
}

/* Two flat pictures: variances are zero, so only the luminance term is left. */
static void ssim_of_flat_pictures(void **state)
{
    (void)state;
    Shape shape = shape_map(28, 28, 1);
    float *a = mem_new(784, sizeof *a), *b = mem_new(784, sizeof *b);
    for (int i = 0; i < 784; i++) {
        a[i] = 0.2f;
        b[i] = 0.6f;
    }
    double expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2 * 0.2 + 0.6 * 0.6 + 1e-4);
    near_to(score_ssim(shape, a, b), expected, 1e-6);
    near_to(score_ssim(shape, a, a), 1, 1e-12);
    free(a);
    free(b);
}

/* One window only: computed here without the sliding. */
static void ssim_of_one_window(void **state)
{
    (void)state;
    Shape shape = shape_map(11, 11, 1);
    float *a = random_picture(shape, 0), *b = random_picture(shape, 1);
    double total = 0, mean_a = 0, mean_b = 0, var_a = 0, var_b = 0, cov = 0;
    for (int i = 0; i < 121; i++)
        total += exp(-((i / 11 - 5) * (i / 11 - 5) + (i % 11 - 5) * (i % 11 - 5)) / 4.5);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < 121; i++) {
            double w = exp(-((i / 11 - 5) * (i / 11 - 5) + (i % 11 - 5) * (i % 11 - 5)) / 4.5) / total;
            if (pass == 0) {
                mean_a += w * (double)a[i];
                mean_b += w * (double)b[i];
            } else {
                var_a += w * ((double)a[i] - mean_a) * ((double)a[i] - mean_a);
                var_b += w * ((double)b[i] - mean_b) * ((double)b[i] - mean_b);
                cov += w * ((double)a[i] - mean_a) * ((double)b[i] - mean_b);
            }
        }
    double expected = (2 * mean_a * mean_b + 1e-4) * (2 * cov + 9e-4) /
                      ((mean_a * mean_a + mean_b * mean_b + 1e-4) * (var_a + var_b + 9e-4));
    near_to(score_ssim(shape, a, b), expected, 1e-9);
    near_to(score_ssim(shape, b, a), expected, 1e-9); /* symmetric */
    free(a);
    free(b);
}

static void ssim_of_colour_and_small_pictures(void **state)
{
    (void)state;
    /* Colour: the mean over the channels. */
    Shape colour = shape_map(13, 12, 3), grey = shape_map(13, 12, 1);
    float *a = random_picture(colour, 2), *b = random_picture(colour, 3);
    double sum = 0;
    for (int c = 0; c < 3; c++) {
        float one[13 * 12], two[13 * 12];
        for (int i = 0; i < 13 * 12; i++) {
            one[i] = a[3 * i + c];
            two[i] = b[3 * i + c];
        }
        sum += score_ssim(grey, one, two);
    }
    near_to(score_ssim(colour, a, b), sum / 3, 1e-12);
    /* Smaller than the window: any size has a value between -1 and 1, and 1 with itself. */
    for (int h = 1; h <= 12; h++)
        for (int w = 1; w <= 12; w++) {
            Shape small = shape_map(h, w, 1);
            double score = score_ssim(small, a, b);
            assert_true(score >= -1 && score <= 1);
            near_to(score_ssim(small, a, a), 1, 1e-9);
        }
    free(a);
    free(b);
}

static void confusion_by_hand(void **state)
{
    (void)state;
    /* truth 0: 3 right, 1 taken for 1;  truth 1: 2 right, 2 taken for 0;  truth 2: never seen, once predicted */
    static const int pairs[][2] = {{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 0}, {1, 0}, {0, 2}};
    Confusion confusion = confusion_new(3);
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        confusion_add(&confusion, pairs[i][0], pairs[i][1]);
    near_to(confusion_accuracy(&confusion), 5.0 / 9, 1e-12);
    near_to(confusion_precision(&confusion, 0), 3.0 / 5, 1e-12);
    near_to(confusion_recall(&confusion, 0), 3.0 / 5, 1e-12);
    near_to(confusion_f1(&confusion, 0), 3.0 / 5, 1e-12);
    near_to(confusion_precision(&confusion, 1), 2.0 / 3, 1e-12);
    near_to(confusion_recall(&confusion, 1), 2.0 / 4, 1e-12);
    near_to(confusion_f1(&confusion, 1), 4.0 / 7, 1e-12);
    near_to(confusion_recall(&confusion, 2), 0, 0);
    near_to(confusion_f1(&confusion, 2), 0, 0);
    assert_int_equal(confusion_support(&confusion, 0), 5);
    assert_int_equal(confusion_support(&confusion, 2), 0);
    confusion_clear(&confusion);
    Confusion empty = confusion_new(2);
    near_to(confusion_accuracy(&empty), 0, 0);
    confusion_clear(&empty);
    assert_int_equal(score_argmax(4, (float[]){1, 3, 3, 2}), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_and_psnr),   cmocka_unit_test(ssim_of_flat_pictures),
        cmocka_unit_test(ssim_of_one_window), cmocka_unit_test(ssim_of_colour_and_small_pictures),
        cmocka_unit_test(confusion_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
