/* Batch normalisation's passes against double precision, and together against finite differences. */
#include "guarded.h"

#include "tensor/norm.h"

static const int channels[] = {1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 31, 32, 33, 48, 64, 100, 512, 513, 1000};

static float *uniform_floats(Rng *rng, size_t count, float from, float to)
{
    float *x = guarded_new(count);
    for (size_t i = 0; i < count; i++)
        x[i] = from + (to - from) * rng_uniform(rng);
    return x;
}

static void sums(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(channels); k++)
        for (size_t i = 0; i < COUNT_OF(tail_counts); i += 1 + k / 8) {
            size_t rows = tail_counts[i], c = (size_t)channels[k], count = rows * c;
            Rng rng = rng_new(1, RNG_TEST, (uint32_t)c, (uint32_t)rows);
            /* far from 0, so that a missing shift would show */
            float *x = uniform_floats(&rng, count, 1000, 1001), *shift = uniform_floats(&rng, c, 1000, 1001);
            float *dy = guarded_random(&rng, count, 1);
            double *got = mem_new(2 * c + 2, sizeof *got);
            got[c] = got[2 * c + 1] = 7;
            for (int with = 0; with < 2; with++) {
                for (size_t j = 0; j < c; j++)
                    got[j] = got[c + 1 + j] = 0;
                /* in two pieces: sums are added to */
                norm_sums(rows / 3, (int)c, x, with ? shift : NULL, got, got + c + 1);
                norm_sums(rows - rows / 3, (int)c, x + rows / 3 * c, with ? shift : NULL, got, got + c + 1);
                for (size_t j = 0; j < c; j++) {
                    double sum = 0, squares = 0, off = with ? (double)shift[j] : 0;
                    for (size_t r = 0; r < rows; r++) {
                        sum += x[r * c + j];
                        squares += (x[r * c + j] - off) * (x[r * c + j] - off);
                    }
                    assert_near(got[j], sum, 1e-12, 0);
                    assert_near(got[c + 1 + j], squares, 1e-12, 0);
                }
            }
            for (size_t j = 0; j < c; j++)
                got[j] = got[c + 1 + j] = 0;
            norm_backward_sums(rows / 3, (int)c, x, dy, shift, got, got + c + 1);
            norm_backward_sums(rows - rows / 3, (int)c, x + rows / 3 * c, dy + rows / 3 * c, shift, got, got + c + 1);
            for (size_t j = 0; j < c; j++) {
                double sum = 0, product = 0;
                for (size_t r = 0; r < rows; r++) {
                    sum += dy[r * c + j];
                    product += (double)dy[r * c + j] * ((double)x[r * c + j] - shift[j]);
                }
                assert_near(got[j], sum, 0, 1e-11);
                assert_near(got[c + 1 + j], product, 0, 1e-11);
            }
            assert_true(got[c] == 7 && got[2 * c + 1] == 7);
            free(got);
            guarded_free(x, count);
            guarded_free(shift, c);
            guarded_free(dy, count);
        }
}

static void apply(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(channels); k++)
        for (size_t i = 0; i < COUNT_OF(tail_counts); i += 1 + k / 8) {
            size_t rows = tail_counts[i], c = (size_t)channels[k], count = rows * c;
            Rng rng = rng_new(2, RNG_TEST, (uint32_t)c, (uint32_t)rows);
            float *x = guarded_random(&rng, count, 2), *dy = guarded_random(&rng, count, 1), *out = guarded_new(count);
            float *v[5];
            for (int j = 0; j < 5; j++)
                v[j] = uniform_floats(&rng, c, -1, 1);
            norm_apply(rows, (int)c, x, v[0], v[1], v[2], out);
            for (size_t j = 0; j < count; j++)
                assert_near(out[j], ((double)x[j] - v[0][j % c]) * v[1][j % c] + v[2][j % c], 1e-6, 1e-6);
            norm_backward_apply(rows, (int)c, x, dy, v[0], v[1], v[2], v[3], v[4], out);
            for (size_t j = 0; j < count; j++) {
                double xhat = ((double)x[j] - v[0][j % c]) * v[1][j % c];
                assert_near(out[j], (double)v[2][j % c] * v[1][j % c] * (dy[j] - v[3][j % c] - xhat * v[4][j % c]), 1e-6,
                            1e-6);
            }
            norm_backward_apply(rows, (int)c, x, dy, v[0], v[1], v[2], v[3], v[4], dy); /* in place */
            assert_memory_equal(dy, out, count * sizeof *out);
            norm_apply(rows, (int)c, x, v[0], v[1], v[2], out);
            norm_apply(rows, (int)c, x, v[0], v[1], v[2], x);
            assert_memory_equal(x, out, count * sizeof *out);
            for (int j = 0; j < 5; j++)
                guarded_free(v[j], c);
            guarded_free(x, count);
            guarded_free(dy, count);
            guarded_free(out, count);
        }
}

enum { ROWS = 7, CHANNELS = 3, COUNT = ROWS * CHANNELS };
static const double EPSILON = 1e-3;

/* sum of dy * y of a whole normalisation in double */
static double whole(const double *x, const float *gamma, const float *dy)
{
    double total = 0;
    for (int c = 0; c < CHANNELS; c++) {
        double mean = 0, variance = 0;
        for (int r = 0; r < ROWS; r++)
            mean += x[r * CHANNELS + c] / ROWS;
        for (int r = 0; r < ROWS; r++)
            variance += (x[r * CHANNELS + c] - mean) * (x[r * CHANNELS + c] - mean) / ROWS;
        for (int r = 0; r < ROWS; r++)
            total += dy[r * CHANNELS + c] * gamma[c] * (x[r * CHANNELS + c] - mean) / sqrt(variance + EPSILON);
    }
    return total;
}

static void gradient_of_the_whole(void **state)
{
    (void)state;
    Rng rng = rng_new(3, RNG_TEST, 0, 0);
    float *x = guarded_random(&rng, COUNT, 1), *dy = guarded_random(&rng, COUNT, 1), *dx = guarded_new(COUNT);
    float *gamma = guarded_random(&rng, CHANNELS, 1), mean[CHANNELS], inverse[CHANNELS], mean_dy[CHANNELS], mean_xhat[CHANNELS];
    double a[CHANNELS] = {0}, b[CHANNELS] = {0}, moved[COUNT];
    norm_sums(ROWS, CHANNELS, x, NULL, a, b);
    for (int c = 0; c < CHANNELS; c++) {
        mean[c] = (float)(a[c] / ROWS);
        inverse[c] = (float)(1 / sqrt(b[c] / ROWS - a[c] / ROWS * a[c] / ROWS + EPSILON));
    }
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    norm_backward_sums(ROWS, CHANNELS, x, dy, mean, a, b);
    for (int c = 0; c < CHANNELS; c++) {
        mean_dy[c] = (float)(a[c] / ROWS);
        mean_xhat[c] = (float)(b[c] * (double)inverse[c] / ROWS);
    }
    norm_backward_apply(ROWS, CHANNELS, x, dy, mean, inverse, gamma, mean_dy, mean_xhat, dx);
    for (int i = 0; i < COUNT; i++) {
        const double h = 1e-5;
        for (int j = 0; j < COUNT; j++)
            moved[j] = x[j] + (i == j ? h : 0);
        double above = whole(moved, gamma, dy);
        moved[i] -= 2 * h;
        assert_near(dx[i], (above - whole(moved, gamma, dy)) / (2 * h), 1e-5, 1e-6);
    }
    guarded_free(x, COUNT);
    guarded_free(dy, COUNT);
    guarded_free(dx, COUNT);
    guarded_free(gamma, CHANNELS);
}

static void nan_stays_in_its_channel(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(channels); k++) {
        size_t rows = 37, c = (size_t)channels[k], bad = c / 2;
        Rng rng = rng_new(4, RNG_TEST, (uint32_t)c, 0);
        float *x = guarded_random(&rng, rows * c, 1), *zero = mem_new(c, sizeof *zero);
        double *got = mem_new(2 * c, sizeof *got);
        x[36 * c + bad] = NAN;
        norm_sums(rows, (int)c, x, zero, got, got + c);
        for (size_t j = 0; j < c; j++)
            assert_true(isnan(got[j]) == (j == bad) && isnan(got[c + j]) == (j == bad));
        guarded_free(x, rows * c);
        free(zero);
        free(got);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sums),
    cmocka_unit_test(apply),
    cmocka_unit_test(gradient_of_the_whole),
    cmocka_unit_test(nan_stays_in_its_channel),
};

EACH_ISA_MAIN(tests)
