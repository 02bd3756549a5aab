/* The vector type of the instruction set a kernel file is being compiled for.
 *
 * Only files in tensor/kernels/ include this.  The build compiles each of them three times, with KERNEL_ISA defined
 * as baseline, avx2 and avx512 and the compiler's flags to match (those for pairs of bf16 numbers a fourth time, as
 * avx512bf16); KERNEL(name) gives each copy its own symbol. */
#ifndef TENSOR_VECTOR_H
#define TENSOR_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#ifndef KERNEL_ISA
#error "compile with -DKERNEL_ISA=baseline, avx2, avx512 or avx512bf16"
#endif

#if defined(__AVX512F__)
#define VECTOR_FLOATS 16
#elif defined(__AVX2__)
#define VECTOR_FLOATS 8
#else
#define VECTOR_FLOATS 4
#endif

#define KERNEL_JOIN_(name, isa) name##_##isa
#define KERNEL_JOIN(name, isa) KERNEL_JOIN_(name, isa)
#define KERNEL(name) KERNEL_JOIN(name, KERNEL_ISA)

typedef float Vec __attribute__((vector_size(VECTOR_FLOATS * 4)));
typedef int32_t VecInt __attribute__((vector_size(VECTOR_FLOATS * 4)));
typedef uint32_t VecBits __attribute__((vector_size(VECTOR_FLOATS * 4)));

static inline Vec vec_load(const float *from)
{
    Vec v;
    memcpy(&v, from, sizeof v); /* an unaligned load */
    return v;
}

static inline void vec_store(float *to, Vec v)
{
    memcpy(to, &v, sizeof v);
}

static inline Vec vec_all(float x)
{
    return x - (Vec){0}; /* broadcast */
}

#if defined(__AVX2__) && !defined(__AVX512F__)
static inline VecInt vec_first_lanes(int count) /* all bits of those, none of the others */
{
    return (VecInt){0, 1, 2, 3, 4, 5, 6, 7} < count;
}
#endif

/* The first `count` numbers (1 to VECTOR_FLOATS); nothing beyond them is touched, the rest reads as zero. */
static inline Vec vec_load_part(const float *from, int count)
{
#if defined(__AVX512F__)
    return (Vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
#elif defined(__AVX2__)
    return (Vec)_mm256_maskload_ps(from, (__m256i)vec_first_lanes(count));
#elif defined(__SSE2__)
    __m128 v = count == 1 ? _mm_load_ss(from) : (__m128)_mm_loadl_epi64((const __m128i *)(const void *)from);
    return count < 3 ? (Vec)v : count == 3 ? (Vec)_mm_movelh_ps(v, _mm_load_ss(from + 2)) : vec_load(from);
#else
    float v[VECTOR_FLOATS] = {0};
    for (int i = 0; i < count; i++)
        v[i] = from[i];
    return vec_load(v);
#endif
}

static inline void vec_store_part(float *to, Vec v, int count)
{
#if defined(__AVX512F__)
    _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)v);
#elif defined(__AVX2__)
    _mm256_maskstore_ps(to, (__m256i)vec_first_lanes(count), (__m256)v);
#elif defined(__SSE2__)
    if (count == 1)
        _mm_store_ss(to, (__m128)v);
    else
        _mm_storel_epi64((__m128i *)(void *)to, (__m128i)v);
    if (count == 3)
        _mm_store_ss(to + 2, _mm_movehl_ps((__m128)v, (__m128)v));
    else if (count == 4)
        _mm_storeh_pi((__m64 *)(void *)(to + 2), (__m128)v);
#else
    for (int i = 0; i < count; i++)
        to[i] = v[i];
#endif
}

/* Adds halves to halves: the order of additions is a tree, which is faster and rounds less than a chain. */
static inline float vec_sum(Vec v)
{
#if VECTOR_FLOATS == 16
    v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1);
#elif VECTOR_FLOATS == 8
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 2, 3, 0, 1);
#else
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
#endif
    return v[0] + v[1];
}

/* Helpers that must disappear into their callers, whatever the optimisation level. */
#define INLINE static inline __attribute__((always_inline))

/* As many of the n numbers left (at least 1) as a vector holds. */
INLINE Vec vec_load_up_to(const float *from, size_t n)
{
    return n >= VECTOR_FLOATS ? vec_load(from) : vec_load_part(from, (int)n);
}

INLINE void vec_store_up_to(float *to, Vec v, size_t n)
{
    if (n >= VECTOR_FLOATS)
        vec_store(to, v);
    else
        vec_store_part(to, v, (int)n);
}

/* mask ? a : b; a mask is what a comparison of two vectors gives: all bits of a lane, or none. */
INLINE Vec vec_select(VecInt mask, Vec a, Vec b)
{
    return (Vec)((mask & (VecInt)a) | (~mask & (VecInt)b));
}

/* x < y ? a : b */
INLINE Vec vec_if_less(Vec x, Vec y, Vec a, Vec b)
{
#if defined(__AVX512F__)
    return (Vec)_mm512_mask_blend_ps(_mm512_cmp_ps_mask((__m512)x, (__m512)y, _CMP_LT_OQ), (__m512)b, (__m512)a);
#elif defined(__AVX2__)
    return (Vec)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)(x < y));
#else
    return vec_select(x < y, a, b);
#endif
}

/* The larger, the smaller: x where that is NaN, so that limits never hide one. */
INLINE Vec vec_at_least(Vec x, float limit)
{
#if defined(__AVX512F__)
    return (Vec)_mm512_max_ps((__m512)vec_all(limit), (__m512)x);
#elif defined(__AVX2__)
    return (Vec)_mm256_max_ps((__m256)vec_all(limit), (__m256)x);
#elif defined(__SSE2__)
    return (Vec)_mm_max_ps((__m128)vec_all(limit), (__m128)x);
#else
    return vec_select(x < limit, vec_all(limit), x);
#endif
}

INLINE Vec vec_at_most(Vec x, float limit)
{
#if defined(__AVX512F__)
    return (Vec)_mm512_min_ps((__m512)vec_all(limit), (__m512)x);
#elif defined(__AVX2__)
    return (Vec)_mm256_min_ps((__m256)vec_all(limit), (__m256)x);
#elif defined(__SSE2__)
    return (Vec)_mm_min_ps((__m128)vec_all(limit), (__m128)x);
#else
    return vec_select(x > limit, vec_all(limit), x);
#endif
}

/* Lanes from n on become `value`. */
INLINE Vec vec_fill(Vec v, size_t n, float value)
{
    VecInt lane;
    for (int i = 0; i < VECTOR_FLOATS; i++)
        lane[i] = i;
    return n >= VECTOR_FLOATS ? v : vec_select(lane < (int32_t)n, v, vec_all(value));
}

/* A bit a lane, the first lane's lowest. */
INLINE uint32_t vec_mask_bits(VecInt mask)
{
#if defined(__AVX512F__)
    return (uint32_t)_mm512_movepi32_mask((__m512i)mask);
#elif defined(__AVX2__)
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
#elif defined(__SSE2__)
    return (uint32_t)_mm_movemask_ps((__m128)mask);
#else
    uint32_t bits = 0;
    for (int i = 0; i < VECTOR_FLOATS; i++)
        bits |= (uint32_t)(mask[i] & 1) << i;
    return bits;
#endif
}

/* The largest lane; of lanes with a NaN among them, any. */
INLINE float vec_largest(Vec v)
{
#define VEC_LARGER(...) vec_if_less(v, __builtin_shufflevector(v, v, __VA_ARGS__), __builtin_shufflevector(v, v, __VA_ARGS__), v)
#if VECTOR_FLOATS == 16
    v = VEC_LARGER(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v = VEC_LARGER(4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3);
    v = VEC_LARGER(2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1);
#elif VECTOR_FLOATS == 8
    v = VEC_LARGER(4, 5, 6, 7, 0, 1, 2, 3);
    v = VEC_LARGER(2, 3, 0, 1, 2, 3, 0, 1);
#else
    v = VEC_LARGER(2, 3, 0, 1);
#endif
#undef VEC_LARGER
    return v[0] < v[1] ? v[1] : v[0];
}

INLINE Vec vec_sqrt(Vec v)
{
#if defined(__AVX512F__)
    return (Vec)_mm512_sqrt_ps((__m512)v);
#elif defined(__AVX2__)
    return (Vec)_mm256_sqrt_ps((__m256)v);
#elif defined(__SSE2__)
    return (Vec)_mm_sqrt_ps((__m128)v);
#else
    for (int i = 0; i < VECTOR_FLOATS; i++)
        v[i] = __builtin_sqrtf(v[i]);
    return v;
#endif
}

/* Whole numbers 0 to 255 as bytes, and back. */
INLINE void vec_store_bytes(uint8_t *to, VecInt v, size_t n)
{
#if defined(__AVX512F__)
    if (n >= VECTOR_FLOATS) {
        _mm_storeu_si128((__m128i *)to, _mm512_cvtepi32_epi8((__m512i)v));
        return;
    }
#elif defined(__AVX2__)
    if (n >= VECTOR_FLOATS) {
        __m128i words = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
        _mm_storel_epi64((__m128i *)to, _mm_packus_epi16(words, words));
        return;
    }
#elif defined(__SSE2__)
    if (n >= VECTOR_FLOATS) {
        __m128i words = _mm_packs_epi32((__m128i)v, (__m128i)v);
        int32_t bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
        memcpy(to, &bytes, sizeof bytes);
        return;
    }
#endif
    for (size_t i = 0; i < n && i < VECTOR_FLOATS; i++)
        to[i] = (uint8_t)v[i];
}

INLINE VecInt vec_load_bytes(const uint8_t *from, size_t n)
{
#if defined(__AVX512F__)
    __mmask16 lanes = (__mmask16)(n < VECTOR_FLOATS ? (1u << n) - 1 : 0xffffu);
    return (VecInt)_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(lanes, from));
#else
    uint8_t bytes[VECTOR_FLOATS] = {0};
    if (n >= VECTOR_FLOATS)
        memcpy(bytes, from, VECTOR_FLOATS);
    else
        for (size_t i = 0; i < n; i++)
            bytes[i] = from[i];
#if defined(__AVX2__)
    return (VecInt)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)bytes));
#elif defined(__SSE2__)
    int32_t all;
    memcpy(&all, bytes, sizeof all);
    __m128i words = _mm_unpacklo_epi8(_mm_cvtsi32_si128(all), _mm_setzero_si128());
    return (VecInt)_mm_unpacklo_epi16(words, _mm_setzero_si128());
#else
    return (VecInt){bytes[0], bytes[1], bytes[2], bytes[3]};
#endif
#endif
}

/* Sums in double: lanes stay apart until the end, so the order is fixed. */
#if defined(__AVX512F__)
#define VECTOR_DOUBLES 8
#elif defined(__AVX2__)
#define VECTOR_DOUBLES 4
#else
#define VECTOR_DOUBLES 2
#endif
typedef double VecDouble __attribute__((vector_size(VECTOR_DOUBLES * 8)));

INLINE VecDouble vec_low(Vec v)
{
#if defined(__AVX512F__)
    return (VecDouble)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)v));
#elif defined(__AVX2__)
    return (VecDouble)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)v));
#else
    return (VecDouble){v[0], v[1]};
#endif
}

INLINE VecDouble vec_high(Vec v)
{
#if defined(__AVX512F__)
    return (VecDouble)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)v, 1));
#elif defined(__AVX2__)
    return (VecDouble)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)v, 1));
#else
    return (VecDouble){v[2], v[3]};
#endif
}

typedef struct VecSum {
    VecDouble low, high;
} VecSum;

INLINE void vec_sum_add(VecSum *sum, Vec v)
{
    sum->low += vec_low(v);
    sum->high += vec_high(v);
}

INLINE double vec_sum_total(const VecSum *sum)
{
    VecDouble both = sum->low + sum->high;
    double total = 0;
    for (int i = 0; i < VECTOR_DOUBLES; i++)
        total += both[i];
    return total;
}

#endif
