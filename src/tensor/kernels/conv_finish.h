/* The end of a sum, shared by the convolution's kernels: only the cheap activations are worth doing in registers. */
#ifndef TENSOR_CONV_FINISH_H
#define TENSOR_CONV_FINISH_H

#include "tensor/kernels/conv_kernels.h"
#include "tensor/vector.h"

/* Written so that NaN passes through. */
static inline Vec finish_vec(Vec v, ConvFinish finish, float alpha)
{
    if (finish < CONV_RELU)
        return v;
    VecInt negative = v < 0;
    if (finish == CONV_RELU)
        return (Vec)((VecInt)v & ~negative);
    return (Vec)(((VecInt)v & ~negative) | ((VecInt)(v * alpha) & negative));
}

static inline float finish_float(float x, ConvFinish finish, float alpha)
{
    return finish < CONV_RELU || !(x < 0) ? x : finish == CONV_RELU ? 0 : x * alpha;
}

#endif
