/* Vectors of pairs of bf16 numbers: rounding to them and multiplying them.  Without AVX512-BF16 the halves of a word are taken
 * apart into floats, whose product is exact but for the rounding of the sum. */
#ifndef TENSOR_KERNELS_PAIR_VECTOR_H
#define TENSOR_KERNELS_PAIR_VECTOR_H

#include "tensor/vector.h"

typedef VecBits Pairs; /* one in each lane */

INLINE Pairs pairs_spread(const float *from)
{
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word - (Pairs){0};
}

/* sum + both products of each lane. */
INLINE Vec pairs_add(Vec sum, Pairs a, Pairs b)
{
#if defined(__AVX512BF16__)
    return (Vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
    const uint32_t high = 0xffff0000;
    sum += (Vec)(a & high) * (Vec)(b & high);
    sum += (Vec)(a << 16) * (Vec)(b << 16);
    return sum;
#endif
}

#if !defined(__AVX512BF16__)
/* As vcvtneps2bf16 does it: the result is the upper half. */
INLINE VecBits pairs_round(Vec v)
{
    VecBits bits = (VecBits)v, magnitude = bits & 0x7fffffff;
    VecBits nearest = bits + 0x7fff + ((bits >> 16) & 1); /* a carry beyond the largest number gives infinity */
    VecBits quiet = bits | 0x00400000;
    VecBits nan = (VecBits)(magnitude > 0x7f800000), denormal = (VecBits)(magnitude < 0x00800000);
    VecBits rounded = (nan & quiet) | (~nan & nearest);
    return (denormal & bits & 0x80000000) | (~denormal & rounded & 0xffff0000);
}
#endif

/* Lane i: a[i] and b[i]. */
INLINE Pairs pairs_of_lanes(Vec a, Vec b)
{
#if defined(__AVX512BF16__)
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
                                           23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return (Pairs)_mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a));
#else
    return pairs_round(a) >> 16 | pairs_round(b);
#endif
}

/* Neighbours: the numbers of a, then those of b. */
INLINE Pairs pairs_of_neighbours(Vec a, Vec b)
{
#if defined(__AVX512BF16__)
    return (Pairs)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a);
#elif VECTOR_FLOATS == 16
    return pairs_of_lanes(__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
                          __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
#elif VECTOR_FLOATS == 8
    return pairs_of_lanes(__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14),
                          __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15));
#else
    return pairs_of_lanes(__builtin_shufflevector(a, b, 0, 2, 4, 6), __builtin_shufflevector(a, b, 1, 3, 5, 7));
#endif
}

#endif
