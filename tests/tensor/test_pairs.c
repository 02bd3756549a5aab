/* Rounding to pairs of bf16, bit by bit, and the note where there are no instructions for them. */
#include "guarded.h"

#include "tensor/pairs.h"
#include "tensor/precision.h"

/* To nearest, ties to even, on whole numbers; NaN keeps its upper bits and becomes quiet. */
static uint16_t rounded(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t magnitude = bits & 0x7fffffff, sign = bits & 0x80000000;
    if (magnitude > 0x7f800000)
        return (uint16_t)((bits | 0x00400000) >> 16);
    if (magnitude < 0x00800000)
        return (uint16_t)(sign >> 16);
    uint32_t low = bits & 0xffff, high = bits >> 16;
    bool up = low > 0x8000 || (low == 0x8000 && high % 2);
    return (uint16_t)(high + up);
}

static uint32_t pair(float first, float second)
{
    return rounded(first) | (uint32_t)rounded(second) << 16;
}

static void assert_word(const float *at, uint32_t wanted)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    if (word != wanted)
        fail_msg("got %08x, wanted %08x", word, wanted);
}

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Any bits at all, and among them many whose lower halves are next to a tie. */
static float *any_floats(Rng *rng, size_t count)
{
    static const uint32_t special[] = {0, 0x80000000, 1, 0x007fffff, 0x00800000, 0x3f800000, 0x3f808000, 0x3f818000, 0x7f7fffff,
                                       0x7f7f7fff, 0x7f800000, 0xff800000, 0x7f800001, 0x7fc00000, 0xffffffff, 0x7f7f8000};
    float *x = guarded_new(count);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = rng_next(rng), kind = rng_below(rng, 4);
        if (kind == 0)
            bits = special[bits % COUNT_OF(special)];
        else if (kind == 1)
            bits = (bits & 0xffff0000) | (0x7fff + bits % 3);
        x[i] = from_bits(bits);
    }
    return x;
}

static void along_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(tail_counts); i++)
        for (size_t rows = 1; rows < 4; rows++) {
            int c = (int)tail_counts[i], words = pairs_of(c);
            size_t count = rows * (size_t)c, made = rows * (size_t)words;
            Rng rng = rng_new(1, RNG_TEST, (uint32_t)c, (uint32_t)rows);
            float *x = any_floats(&rng, count), *to = guarded_new(made);
            pairs_along(rows, c, x, to);
            for (size_t r = 0; r < rows; r++)
                for (int j = 0; j < words; j++) {
                    const float *from = x + r * (size_t)c + 2 * j;
                    assert_word(to + r * (size_t)words + j, pair(from[0], 2 * j + 1 < c ? from[1] : 0));
                }
            guarded_free(x, count);
            guarded_free(to, made);
        }
}

/* Across rows and turned: into a place wider than there are numbers. */
static void across_and_turned(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(tail_counts); i++)
        for (int rows = 1; rows < 40; rows += 1 + rows / 3) {
            size_t c = tail_counts[i], stride = c + i % 3, width = (size_t)rows + i % 5, wide = c + i % 4;
            size_t count = (size_t)(rows - 1) * stride + c, words = (size_t)pairs_of(rows) * wide;
            size_t turned = (size_t)pairs_of((int)c) * width;
            Rng rng = rng_new(2, RNG_TEST, (uint32_t)c, (uint32_t)rows);
            float *x = any_floats(&rng, count), *to = guarded_new(words), *turn = guarded_new(turned);
            pairs_across(rows, c, x, stride, to, wide);
            for (int j = 0; j < pairs_of(rows); j++)
                for (size_t k = 0; k < wide; k++) {
                    const float *from = x + 2 * (size_t)j * stride + k;
                    assert_word(to + (size_t)j * wide + k, k >= c ? 0 : pair(from[0], 2 * j + 1 < rows ? from[stride] : 0));
                }
            pairs_turned(rows, (int)c, x, stride, turn, width);
            for (size_t k = 0; k < width; k++)
                for (int j = 0; j < pairs_of((int)c); j++) {
                    const float *from = x + k * stride + 2 * j;
                    assert_word(turn + (size_t)j * width + k,
                                k >= (size_t)rows ? 0 : pair(from[0], 2 * j + 1 < (int)c ? from[1] : 0));
                }
            guarded_free(x, count);
            guarded_free(to, words);
            guarded_free(turn, turned);
        }
}

static void told_where_it_is_slow(void **state)
{
    (void)state;
    assert_null(precision_note(PRECISION_FLOAT32));
    const char *note = precision_note(PRECISION_BF16);
    assert_true(isa_chosen() == ISA_AVX512BF16 ? !note : strstr(note, "AVX512-BF16") != NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(along_rows),
    cmocka_unit_test(across_and_turned),
    cmocka_unit_test(told_where_it_is_slow),
};

EACH_ISA_AND_BF16_MAIN(tests)
