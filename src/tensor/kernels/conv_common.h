/* What the convolution's kernels share. */
#ifndef TENSOR_CONV_COMMON_H
#define TENSOR_CONV_COMMON_H

#include "tensor/kernels/conv_kernels.h"
#include "tensor/kernels/factor.h"
#include "tensor/vector.h"

/* A loop over the registers of a block, always unrolled. */
#define EACH(i, count) _Pragma("GCC unroll 16") for (int i = 0; i < (count); i++)

/* More pointers than these do not fit into the general registers beside the loop's own numbers.  Compilers then park
 * some in vector registers, and moving them back waits in the queue of the multiply-adds: a tenth of the speed.
 * Loading them anew for every use costs nothing, hence `volatile`. */
enum { HELD = 6 };

/* The larger of two, b where one is not a number. */
INLINE Vec vec_max(Vec a, Vec b)
{
#if defined(__AVX512F__)
    return (Vec)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
    return (Vec)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__)
    return (Vec)_mm_max_ps((__m128)a, (__m128)b);
#else
    return vec_select(a > b, a, b);
#endif
}

/* Only the cheap activations are worth doing in registers.  NaN passes through, so that a diverged network is noticed. */
INLINE Vec finish_vec(Vec v, ConvFinish finish, float alpha)
{
    switch (finish) {
    case CONV_RELU: return vec_max((Vec){0}, v);
    case CONV_LRELU: return vec_select(v < 0, v * alpha, v);
    default: return v;
    }
}

static inline float finish_float(float x, ConvFinish finish, float alpha)
{
    return finish < CONV_RELU || !(x < 0) ? x : finish == CONV_RELU ? 0 : x * alpha;
}

#endif
