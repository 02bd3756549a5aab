/* The table of random number kernels.  How numbers map to elements is told in tensor/random.c. */
#ifndef TENSOR_KERNELS_RANDOM_H
#define TENSOR_KERNELS_RANDOM_H

#include "tensor/kernels/table.h"
#include "tensor/random.h"

typedef struct RandomKernels {
    void (*normal)(const Rng *rng, size_t count, float *out);
    void (*dropout)(const Rng *rng, uint32_t threshold, float scale, size_t count, const float *x, float *y,
                    uint8_t *mask);
    void (*masked)(float scale, size_t count, const uint8_t *mask, const float *dy, float *dx);
    void (*bytes)(size_t count, const uint8_t *bytes, float *out);
    void (*gaussian)(const Rng *rng, float mean, float sd, bool clip, size_t count, float *x);
    /* a 24-bit number below `low` makes x 0, one below `high` makes it 1 */
    void (*replace)(const Rng *rng, int32_t low, int32_t high, size_t count, float *x);
} RandomKernels;

KERNEL_TABLES(RandomKernels, random_kernels);

#endif
