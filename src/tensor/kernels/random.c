/* Philox 4x32-10 by the vector, and what is made of it. */
#include "tensor/kernels/random.h"

#include "tensor/kernels/math.h"

/* A block in each 64-bit lane, of which only the lower halves count: that is the form in which the processor multiplies
 * 32 by 32 bits, so the ten rounds need no shuffling. */
typedef uint64_t VecWide __attribute__((vector_size(VECTOR_FLOATS * 4)));

enum { GROUP = 16 }; /* blocks made at a time, by every instruction set */

INLINE VecWide wide_product(VecWide v, uint32_t factor)
{
#if defined(__AVX512F__)
    return (VecWide)_mm512_mul_epu32((__m512i)v, _mm512_set1_epi64((long long)factor));
#elif defined(__AVX2__)
    return (VecWide)_mm256_mul_epu32((__m256i)v, _mm256_set1_epi64x((long long)factor));
#elif defined(__SSE2__)
    return (VecWide)_mm_mul_epu32((__m128i)v, _mm_set1_epi64x((long long)factor));
#else
    return (v & 0xffffffffu) * (uint64_t)factor;
#endif
}

/* The keys of the ten rounds, each in all lanes. */
typedef struct Keys {
    VecWide first[10], second[10];
} Keys;

INLINE Keys keys_of(const Rng *rng)
{
    Keys keys;
    uint32_t k0 = rng->key[0], k1 = rng->key[1];
    for (int round = 0; round < 10; round++) {
        keys.first[round] = (VecWide){0} + k0;
        keys.second[round] = (VecWide){0} + k1;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return keys;
}

/* Four words of several blocks. */
typedef struct Wide {
    VecWide c0, c1, c2, c3;
} Wide;

INLINE void philox_round(Wide *w, VecWide k0, VecWide k1)
{
    VecWide p0 = wide_product(w->c0, 0xD2511F53u), p1 = wide_product(w->c2, 0xCD9E8D57u);
    w->c0 = (p1 >> 32) ^ w->c1 ^ k0;
    w->c1 = p1;
    w->c2 = (p0 >> 32) ^ w->c3 ^ k1;
    w->c3 = p0;
}

INLINE void put_words(uint32_t *words, VecWide even, VecWide odd)
{
    VecWide both = (even & 0xffffffffu) | (odd << 32);
    memcpy(words, &both, sizeof both);
}

/* The words of GROUP blocks from `first` on (a multiple of GROUP): words[w][l] is word w of block l. */
INLINE void group_words(const Keys *keys, const Rng *rng, uint64_t first, uint32_t words[4][GROUP])
{
    VecWide lane = {0};
    for (int i = 0; i < VECTOR_FLOATS / 2; i++)
        lane[i] = (uint64_t)i * 2;
    for (int part = 0; part < GROUP; part += VECTOR_FLOATS) {
        /* The even blocks and the odd ones go side by side: one alone would wait for its own multiplications. */
        Wide even = {.c0 = lane + (uint64_t)((uint32_t)first + (uint32_t)part),
                     .c1 = (VecWide){0} + (first >> 32),
                     .c2 = (VecWide){0} + rng->counter[2],
                     .c3 = (VecWide){0} + rng->counter[3]};
        Wide odd = even;
        odd.c0 += 1;
#pragma GCC unroll 10
        for (int round = 0; round < 10; round++) {
            philox_round(&even, keys->first[round], keys->second[round]);
            philox_round(&odd, keys->first[round], keys->second[round]);
        }
        put_words(&words[0][part], even.c0, odd.c0);
        put_words(&words[1][part], even.c1, odd.c1);
        put_words(&words[2][part], even.c2, odd.c2);
        put_words(&words[3][part], even.c3, odd.c3);
    }
}

/* The 24-bit numbers of words [i, i + VECTOR_FLOATS) of a group. */
INLINE VecInt upper_24(const uint32_t *words)
{
    VecBits bits;
    memcpy(&bits, words, sizeof bits);
    return (VecInt)(bits >> 8);
}

INLINE Vec unit(VecInt bits) /* [0, 1) */
{
    return __builtin_convertvector(bits, Vec) * 0x1p-24f;
}

/* The 64 normal numbers of a group (Box-Muller). */
INLINE void group_normals(uint32_t words[4][GROUP], float out[4 * GROUP])
{
    for (int pair = 0; pair < 4; pair += 2)
        for (int part = 0; part < GROUP; part += VECTOR_FLOATS) {
            Vec u = 1.0f - unit(upper_24(&words[pair][part])); /* (0, 1]: the logarithm is finite */
            Vec radius = vec_sqrt(vec_log_normal(u) * -2.0f);
            Vec sine, cosine = vec_cos_sin_turn(unit(upper_24(&words[pair + 1][part])), &sine);
            vec_store(out + pair * GROUP + part, radius * cosine);
            vec_store(out + (pair + 1) * GROUP + part, radius * sine);
        }
}

static void normal(const Rng *rng, size_t count, float *out)
{
    const Keys keys = keys_of(rng);
    for (size_t i = 0; i < count; i += 4 * GROUP) {
        uint32_t words[4][GROUP];
        float numbers[4 * GROUP];
        group_words(&keys, rng, i / 4, words);
        if (count - i >= 4 * GROUP) {
            group_normals(words, out + i);
        } else {
            group_normals(words, numbers);
            memcpy(out + i, numbers, (count - i) * sizeof *out);
        }
    }
}

static void gaussian(const Rng *rng, float mean, float sd, bool clip, size_t count, float *x)
{
    const Keys keys = keys_of(rng);
    for (size_t i = 0; i < count; i += 4 * GROUP) {
        uint32_t words[4][GROUP];
        float numbers[4 * GROUP];
        group_words(&keys, rng, i / 4, words);
        group_normals(words, numbers);
        for (size_t j = 0; j < 4 * GROUP && i + j < count; j += VECTOR_FLOATS) {
            size_t n = count - i - j;
            Vec v = vec_load_up_to(x + i + j, n) + (vec_load(numbers + j) * sd + mean);
            if (clip)
                v = vec_at_most(vec_at_least(v, 0.0f), 1.0f);
            vec_store_up_to(x + i + j, v, n);
        }
    }
}

static void replace(const Rng *rng, int32_t low, int32_t high, size_t count, float *x)
{
    const Keys keys = keys_of(rng);
    for (size_t i = 0; i < count; i += 4 * GROUP) {
        uint32_t words[4][GROUP];
        group_words(&keys, rng, i / 4, words);
        for (size_t j = 0; j < 4 * GROUP && i + j < count; j += VECTOR_FLOATS) {
            size_t n = count - i - j;
            VecInt bits = upper_24(&words[0][0] + j);
            Vec v = vec_select(bits < high, vec_all(1.0f), vec_load_up_to(x + i + j, n));
            vec_store_up_to(x + i + j, (Vec)(~(bits < low) & (VecInt)v), n);
        }
    }
}

/* -- Dropout. */

INLINE VecInt bits_lanes(uint32_t bits)
{
    VecInt lane;
    for (int i = 0; i < VECTOR_FLOATS; i++)
        lane[i] = 1 << i;
    return (((VecInt){0} + (int32_t)bits) & lane) != 0;
}

static void dropout(const Rng *rng, uint32_t threshold, float scale, size_t count, const float *x, float *y,
                    uint8_t *mask)
{
    const Keys keys = keys_of(rng);
    const int32_t limit = (int32_t)threshold;
    for (size_t i = 0; i < count; i += 8 * GROUP) {
        uint32_t words[4][GROUP];
        group_words(&keys, rng, i / 8, words);
        for (size_t run = 0; run < 8 && i + run * GROUP < count; run++) {
            size_t at = i + run * GROUP, left = count - at;
            uint32_t kept = 0;
            for (size_t part = 0; part < GROUP; part += VECTOR_FLOATS) {
                VecBits bits;
                memcpy(&bits, &words[run / 2][part], sizeof bits);
                VecInt keep = (VecInt)(run % 2 ? bits >> 16 : bits & 0xffff) >= limit;
                kept |= vec_mask_bits(keep) << part;
                if (part < left) {
                    Vec v = vec_load_up_to(x + at + part, left - part) * scale;
                    vec_store_up_to(y + at + part, (Vec)(keep & (VecInt)v), left - part);
                }
            }
            if (left < GROUP)
                kept &= (1u << left) - 1; /* the mask's spare bits are 0 */
            mask[at / 8] = (uint8_t)kept;
            if (left > 8)
                mask[at / 8 + 1] = (uint8_t)(kept >> 8);
        }
    }
}

static void masked(float scale, size_t count, const uint8_t *mask, const float *dy, float *dx)
{
    for (size_t i = 0; i < count; i += VECTOR_FLOATS) {
        size_t n = count - i;
        uint32_t bits = mask[i / 8];
        if (VECTOR_FLOATS == 4)
            bits >>= i % 8;
        if (VECTOR_FLOATS == 16 && n > 8)
            bits |= (uint32_t)mask[i / 8 + 1] << 8;
        vec_store_up_to(dx + i, (Vec)(bits_lanes(bits) & (VecInt)(vec_load_up_to(dy + i, n) * scale)), n);
    }
}

static void bytes(size_t count, const uint8_t *from, float *out)
{
    const float share = 1.0f / 255.0f;
    for (size_t i = 0; i < count; i += VECTOR_FLOATS)
        vec_store_up_to(out + i, __builtin_convertvector(vec_load_bytes(from + i, count - i), Vec) * share, count - i);
}

const RandomKernels KERNEL(random_kernels) = {
    .normal = normal,
    .dropout = dropout,
    .masked = masked,
    .bytes = bytes,
    .gaussian = gaussian,
    .replace = replace,
};
