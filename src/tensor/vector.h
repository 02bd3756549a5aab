/* The vector type of the instruction set a kernel file is being compiled for.
 *
 * Only files in tensor/kernels/ include this.  The build compiles each of them three times, with KERNEL_ISA defined
 * as baseline, avx2 and avx512 and the compiler's flags to match; KERNEL(name) gives each copy its own symbol. */
#ifndef TENSOR_VECTOR_H
#define TENSOR_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static inline float vec_sum(Vec v)
{
    float s = 0;
    for (int i = 0; i < VECTOR_FLOATS; i++)
        s += v[i];
    return s;
}

#endif
