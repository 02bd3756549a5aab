/* Random numbers: the published vectors of Philox 4x32-10, independence of streams, uniform and normal moments. */
#include "base/rng.h"
#include "base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void known_vectors(void **state)
{
    (void)state;
    /* From the "known answer tests" of the authors' Random123 library. */
    static const struct { uint32_t counter[4], key[2], out[4]; } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t out[4];
        rng_philox(cases[i].key, cases[i].counter, out);
        assert_memory_equal(out, cases[i].out, sizeof out);
    }
}

static void repeats_and_differs(void **state)
{
    (void)state;
    uint32_t first[8], other[8];
    Rng rng = rng_new(42, RNG_SHUFFLE, 1, 2);
    for (int i = 0; i < 8; i++)
        first[i] = rng_next(&rng);
    rng = rng_new(42, RNG_SHUFFLE, 1, 2);
    for (int i = 0; i < 8; i++)
        assert_int_equal(rng_next(&rng), first[i]);
    const Rng others[] = {rng_new(43, RNG_SHUFFLE, 1, 2), rng_new(42, RNG_NOISE, 1, 2), rng_new(42, RNG_SHUFFLE, 2, 2),
                          rng_new(42, RNG_SHUFFLE, 1, 3), rng_new(42 + ((uint64_t)1 << 32), RNG_SHUFFLE, 1, 2)};
    for (size_t k = 0; k < COUNT_OF(others); k++) {
        rng = others[k];
        int same = 0;
        for (int i = 0; i < 8; i++)
            same += (other[i] = rng_next(&rng)) == first[i];
        assert_int_equal(same, 0);
    }
}

static void below_is_uniform(void **state)
{
    (void)state;
    enum { FACES = 6, THROWS = 60000 };
    int count[FACES] = {0};
    Rng rng = rng_new(1, RNG_TEST, 0, 0);
    for (int i = 0; i < THROWS; i++) {
        uint32_t face = rng_below(&rng, FACES);
        assert_true(face < FACES);
        count[face]++;
    }
    double chi = 0;
    for (int i = 0; i < FACES; i++)
        chi += pow(count[i] - THROWS / FACES, 2) / (THROWS / FACES);
    assert_true(chi < 20.5); /* 5 degrees of freedom: p = 0.001 */
    assert_int_equal(rng_below(&rng, 1), 0);
    for (int i = 0; i < 100; i++)
        assert_true(rng_below(&rng, 0xC0000000u) < 0xC0000000u); /* where rejection matters most */
}

static void moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    Rng rng = rng_new(7, RNG_TEST, 1, 0);
    double sum = 0, square = 0, normal = 0, normal2 = 0, normal4 = 0;
    for (int i = 0; i < N; i++) {
        float u = rng_uniform(&rng), x = rng_normal(&rng);
        assert_true(u >= 0 && u < 1 && isfinite(x));
        sum += u;
        square += (double)u * u;
        normal += x;
        normal2 += (double)x * x;
        normal4 += pow(x, 4);
    }
    assert_true(fabs(sum / N - 0.5) < 0.005);
    assert_true(fabs(square / N - 1.0 / 3) < 0.005);
    assert_true(fabs(normal / N) < 0.01);
    assert_true(fabs(normal2 / N - 1) < 0.02);
    assert_true(fabs(normal4 / N - 3) < 0.15);
}

static void shuffles(void **state)
{
    (void)state;
    uint32_t items[1000], seen[1000] = {0};
    for (uint32_t i = 0; i < 1000; i++)
        items[i] = i;
    Rng rng = rng_new(1, RNG_SHUFFLE, 0, 0);
    rng_shuffle(&rng, items, 1000);
    int fixed = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        seen[items[i]]++;
        fixed += items[i] == i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(seen[i], 1);
    assert_true(fixed < 10);
    rng_shuffle(&rng, items, 0);
    rng_shuffle(&rng, items, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_vectors), cmocka_unit_test(repeats_and_differs),
                                       cmocka_unit_test(below_is_uniform), cmocka_unit_test(moments), cmocka_unit_test(shuffles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
