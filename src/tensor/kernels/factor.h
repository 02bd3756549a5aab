/* What blocks of sums multiply.  They are written once, for floats, and compiled a second time with PAIRS for pairs of bf16
 * numbers, which stand in the place of floats: half as many steps for the same number of products. */
#ifndef TENSOR_KERNELS_FACTOR_H
#define TENSOR_KERNELS_FACTOR_H

#include "tensor/kernels/pair_vector.h"
#include "tensor/vector.h"

#ifdef PAIRS
typedef Pairs Factor;
enum { FACTOR_NUMBERS = 2 };
#define FACTOR_TABLE(name) KERNEL(name##_pairs)
#else
typedef Vec Factor;
enum { FACTOR_NUMBERS = 1 };
#define FACTOR_TABLE(name) KERNEL(name)
#endif

INLINE Factor factor_load(const float *from)
{
    return (Factor)vec_load(from);
}

INLINE Factor factor_load_part(const float *from, int count)
{
    return (Factor)vec_load_part(from, count);
}

INLINE Factor factor_spread(const float *from)
{
#ifdef PAIRS
    return pairs_spread(from);
#else
    return vec_all(*from);
#endif
}

INLINE Vec factor_add(Vec sum, Factor a, Factor b)
{
#ifdef PAIRS
    return pairs_add(sum, a, b);
#else
    return sum + a * b;
#endif
}

#endif
