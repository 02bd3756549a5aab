/* The table of kernels that make pairs: the functions of tensor/pairs.h. */
#ifndef TENSOR_KERNELS_PAIRS_H
#define TENSOR_KERNELS_PAIRS_H

#include "tensor/kernels/table.h"
#include "tensor/pairs.h"

typedef struct PairKernels {
    void (*along)(size_t rows, int c, const float *from, float *to);
    void (*across)(int rows, size_t count, const float *from, size_t stride, float *to, size_t width);
    void (*turned)(int rows, int c, const float *from, size_t stride, float *to, size_t width);
} PairKernels;

PAIR_TABLES(PairKernels, pair_kernels);

#endif
