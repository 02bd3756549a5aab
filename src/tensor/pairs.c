/* Rounding to pairs of bf16: which kernel runs.  The arithmetic is in kernels/pairs.c. */
#include "tensor/kernels/pairs.h"

void pairs_along(size_t rows, int c, const float *from, float *to)
{
    PAIR_TABLE(pair_kernels)->along(rows, c, from, to);
}

void pairs_across(int rows, size_t count, const float *from, size_t stride, float *to, size_t width)
{
    PAIR_TABLE(pair_kernels)->across(rows, count, from, stride, to, width);
}

void pairs_turned(int rows, int c, const float *from, size_t stride, float *to, size_t width)
{
    PAIR_TABLE(pair_kernels)->turned(rows, c, from, stride, to, width);
}
