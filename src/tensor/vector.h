/* The vector type of the instruction set a kernel file is being compiled for.
 *
 * Only files in tensor/kernels/ include this.  The build compiles each of them three times, with KERNEL_ISA defined
 * as baseline, avx2 and avx512 and the compiler's flags to match; KERNEL(name) gives each copy its own symbol. */
#ifndef TENSOR_VECTOR_H
#define TENSOR_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#ifndef KERNEL_ISA
#error "compile with -DKERNEL_ISA=baseline, avx2 or avx512"
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

/* The first `count` numbers (1 to VECTOR_FLOATS); nothing beyond them is touched, the rest reads as zero. */
static inline Vec vec_load_part(const float *from, int count)
{
#if defined(__AVX512F__)
    return (Vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
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

#endif
