/* Random numbers by the vector: exactly the scalar generator's, laid out as tensor/random.c says, and well distributed. */
#include "guarded.h"

#include "tensor/random.h"

static const uint64_t SEED = 0x123456789abcdef0u;

/* Word of a block, by the scalar generator. */
static uint32_t word(Rng rng, uint64_t block, int w)
{
    uint32_t out[4];
    rng.counter[0] = (uint32_t)block;
    rng.counter[1] = (uint32_t)(block >> 32);
    rng_philox(rng.key, rng.counter, out);
    return out[w];
}

/* The word of element i of floats and noise. */
static uint32_t element(Rng rng, size_t i)
{
    return word(rng, i / 64 * 16 + i % 16, (int)(i % 64 / 16));
}

static double normal_element(Rng rng, size_t i)
{
    bool sine = i / 16 % 2;
    size_t first = sine ? i - 16 : i;
    double u = 1 - (element(rng, first) >> 8) * 0x1p-24, angle = 2 * M_PI * ((element(rng, first + 16) >> 8) * 0x1p-24);
    return sqrt(-2 * log(u)) * (sine ? sin(angle) : cos(angle));
}

static bool dropout_keeps(Rng rng, size_t i, float rate)
{
    uint32_t bits = word(rng, i / 128 * 16 + i % 16, (int)(i % 128 / 32));
    return (i / 16 % 2 ? bits >> 16 : bits & 0xffff) >= (uint32_t)lround((double)rate * 65536);
}

static void layout(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(tail_counts); k++) {
        size_t count = tail_counts[k];
        Rng rng = rng_new(SEED, RNG_TEST, 7, (uint32_t)k), noise = rng_new(SEED, RNG_NOISE, 7, (uint32_t)k);
        float *out = guarded_new(count);
        random_normal(SEED, RNG_TEST, 7, (uint32_t)k, count, out);
        for (size_t i = 0; i < count; i++)
            assert_near(out[i], normal_element(rng, i), 1e-6, 1e-7);
        for (size_t i = 0; i < count; i++)
            out[i] = 0.25f;
        noise_gaussian(SEED, 7, (uint32_t)k, 0.5f, 0.3f, false, count, out);
        for (size_t i = 0; i < count; i++)
            assert_near(out[i], 0.75 + (double)0.3f * normal_element(noise, i), 1e-6, 1e-6);
        for (size_t i = 0; i < count; i++)
            out[i] = 0.25f;
        noise_salt_pepper(SEED, 7, (uint32_t)k, 0.5f, count, out);
        for (size_t i = 0; i < count; i++) {
            uint32_t bits = element(noise, i) >> 30;
            assert_true(out[i] == (bits == 0 ? 0 : bits == 1 ? 1 : 0.25f));
        }
        noise_masking(SEED, 7, (uint32_t)k, 0.5f, count, out);
        for (size_t i = 0; i < count; i++)
            if (element(noise, i) >> 31 == 0)
                assert_true(out[i] == 0);
        guarded_free(out, count);
    }
}

/* What the sums of `count` numbers say; they should be below about 5 standard errors. */
static void assert_moments(size_t count, const float *x, double mean, double variance, double fourth)
{
    double sums[4] = {0}, sd = sqrt(variance), n = (double)count;
    for (size_t i = 0; i < count; i++) {
        double z = (x[i] - mean) / sd;
        sums[0] += z;
        sums[1] += z * z;
        sums[2] += z * z * z;
        sums[3] += z * z * z * z;
    }
    assert_near(sums[0] / n, 0, 0, 5 / sqrt(n));
    assert_near(sums[1] / n, 1, 0, 8 / sqrt(n));
    assert_near(sums[2] / n, 0, 0, 20 / sqrt(n));
    assert_near(sums[3] / n, fourth, 0, 50 / sqrt(n));
    double neighbours = 0; /* at the distances at which the layout puts words, pairs and blocks */
    for (size_t distance = 1; distance <= 128; distance *= 2, neighbours = 0) {
        for (size_t i = distance; i < count; i++)
            neighbours += (x[i] - mean) * (x[i - distance] - mean) / variance;
        assert_near(neighbours / n, 0, 0, 5 / sqrt(n));
    }
}

enum { MANY = 1 << 18 };

static void distributions(void **state)
{
    (void)state;
    float *x = guarded_new(MANY);
    random_normal(SEED, RNG_TEST, 1, 2, MANY, x);
    float most = 0;
    for (size_t i = 0; i < MANY; i++)
        most = fmaxf(most, fabsf(x[i]));
    assert_true(most > 4 && most < 6); /* sqrt(-2 log 2^-24) = 5.77 is the generator's end */
    assert_moments(MANY, x, 0, 1, 3);
    memset(x, 0, MANY * sizeof *x);
    noise_gaussian(SEED, 1, 2, 2, 3, false, MANY, x);
    assert_moments(MANY, x, 2, 9, 3);
    guarded_free(x, MANY);
}

/* Nothing but (seed, stream, a, b) and the element decides. */
static void keys(void **state)
{
    (void)state;
    enum { COUNT = 777 };
    float *first = guarded_new(COUNT), *other = guarded_new(COUNT);
    random_normal(SEED, RNG_TEST, 3, 4, COUNT, first);
    for (size_t count = 1; count < COUNT; count += 13) {
        random_normal(SEED, RNG_TEST, 3, 4, count, other);
        assert_memory_equal(first, other, count * sizeof *first);
    }
    const struct {
        uint64_t seed;
        RngStream stream;
        uint32_t a, b;
    } others[] = {{SEED + 1, RNG_TEST, 3, 4}, {SEED ^ (1ull << 63), RNG_TEST, 3, 4}, {SEED, RNG_INIT, 3, 4},
                  {SEED, RNG_TEST, 4, 4},     {SEED, RNG_TEST, 3, 5},               {SEED, RNG_TEST, 4, 3}};
    for (size_t k = 0; k < COUNT_OF(others); k++) {
        double product = 0;
        random_normal(others[k].seed, others[k].stream, others[k].a, others[k].b, COUNT, other);
        for (size_t i = 0; i < COUNT; i++)
            product += (double)first[i] * other[i];
        assert_near(product / COUNT, 0, 0, 5 / sqrt(COUNT));
    }
    guarded_free(first, COUNT);
    guarded_free(other, COUNT);
}

static void dropout(void **state)
{
    (void)state;
    static const float rates[] = {0, 0.1f, 0.5f, 0.9f, 1};
    for (size_t r = 0; r < COUNT_OF(rates); r++)
        for (size_t k = 0; k < COUNT_OF(tail_counts); k++) {
            size_t count = tail_counts[k], bytes = (count + 7) / 8;
            Rng rng = rng_new(SEED, RNG_DROPOUT, (uint32_t)r, (uint32_t)k);
            float *x = guarded_new(count), *y = guarded_new(count), *dx = guarded_new(count);
            uint8_t *mask = mem_new(bytes + 16, 1);
            memset(mask, 0xa5, bytes + 16);
            for (size_t i = 0; i < count; i++)
                x[i] = 1 + (float)i;
            dropout_forward(SEED, (uint32_t)r, (uint32_t)k, rates[r], count, x, y, mask);
            dropout_backward(rates[r], count, mask, x, dx);
            for (size_t i = 0; i < count; i++) {
                bool kept = dropout_keeps(rng, i, rates[r]);
                assert_int_equal(mask[i / 8] >> i % 8 & 1, kept);
                assert_near(y[i], kept ? (double)x[i] / (1 - (double)rates[r]) : 0, 1e-6, 0);
                assert_true(dx[i] == y[i]);
            }
            if (count % 8)
                assert_int_equal(mask[bytes - 1] >> count % 8, 0);
            for (size_t i = bytes; i < bytes + 16; i++)
                assert_int_equal(mask[i], 0xa5);
            dropout_forward(SEED, (uint32_t)r, (uint32_t)k, rates[r], count, x, x, mask);
            assert_memory_equal(x, y, count * sizeof *x);
            guarded_free(x, count);
            guarded_free(y, count);
            guarded_free(dx, count);
            free(mask);
        }
}

static void rates(void **state)
{
    (void)state;
    float *x = guarded_new(MANY), *y = guarded_new(MANY);
    uint8_t *mask = mem_new(MANY / 8, 1);
    for (int step = 1; step < 10; step++) {
        float rate = (float)step / 10;
        double dropped = 0, zeros = 0, ones = 0, masked = 0, error = 5 * sqrt(rate * (1 - rate) / MANY);
        for (size_t i = 0; i < MANY; i++)
            x[i] = 0.5f;
        dropout_forward(SEED, (uint32_t)step, 0, rate, MANY, x, y, mask);
        for (size_t i = 0; i < MANY; i++)
            dropped += y[i] == 0;
        assert_near(dropped / MANY, rate, 0, error);
        memcpy(y, x, MANY * sizeof *x);
        noise_salt_pepper(SEED, (uint32_t)step, 1, rate, MANY, y);
        for (size_t i = 0; i < MANY; i++) {
            zeros += y[i] == 0;
            ones += y[i] == 1;
        }
        assert_near(zeros / MANY, rate / 2, 0, error);
        assert_near(ones / MANY, rate / 2, 0, error);
        noise_masking(SEED, (uint32_t)step, 2, rate, MANY, x);
        for (size_t i = 0; i < MANY; i++)
            masked += x[i] == 0;
        assert_near(masked / MANY, rate, 0, error);
    }
    free(mask);
    guarded_free(x, MANY);
    guarded_free(y, MANY);
}

static void limits(void **state)
{
    (void)state;
    float x[200];
    for (int i = 0; i < 200; i++)
        x[i] = 0.5f;
    noise_masking(SEED, 0, 0, 0, 200, x);
    noise_salt_pepper(SEED, 0, 0, 0, 200, x);
    for (int i = 0; i < 200; i++)
        assert_true(x[i] == 0.5f);
    noise_salt_pepper(SEED, 0, 0, 1, 200, x);
    for (int i = 0; i < 200; i++)
        assert_true(x[i] == 0 || x[i] == 1);
    noise_gaussian(SEED, 0, 0, 0.5f, 2, true, 200, x);
    int inside = 0;
    for (int i = 0; i < 200; i++) {
        assert_true(x[i] >= 0 && x[i] <= 1);
        inside += x[i] > 0 && x[i] < 1;
    }
    assert_true(inside > 0);
    x[17] = NAN;
    noise_gaussian(SEED, 0, 0, 0, 1, true, 200, x);
    assert_true(isnan(x[17]));
    noise_masking(SEED, 0, 0, 1, 200, x);
    for (int i = 0; i < 200; i++)
        assert_true(x[i] == 0);
}

static void bytes(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(tail_counts); k++) {
        size_t count = tail_counts[k];
        uint8_t *from = mem_new(count, 1);
        float *out = guarded_new(count);
        for (size_t i = 0; i < count; i++)
            from[i] = (uint8_t)(i * 37 + 255);
        bytes_to_floats(count, from, out);
        for (size_t i = 0; i < count; i++)
            assert_true(out[i] == (float)from[i] * (1 / 255.0f));
        assert_true(out[0] == 1);
        guarded_free(out, count);
        free(from);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(layout), cmocka_unit_test(distributions), cmocka_unit_test(keys),   cmocka_unit_test(dropout),
    cmocka_unit_test(rates),  cmocka_unit_test(limits),        cmocka_unit_test(bytes),
};

EACH_ISA_MAIN(tests)
