/* The table of loss kernels: the functions of tensor/loss.h. */
#ifndef TENSOR_KERNELS_LOSS_H
#define TENSOR_KERNELS_LOSS_H

#include "tensor/kernels/table.h"
#include "tensor/loss.h"

typedef double LossKernel(size_t count, const float *output, const float *target, float scale, float *gradient);

typedef struct LossKernels {
    LossKernel *mse, *mae, *bce, *bce_probability;
    double (*crossentropy)(size_t rows, size_t classes, const float *logits, const uint8_t *labels, float scale,
                           float *gradient, long *correct);
} LossKernels;

KERNEL_TABLES(LossKernels, loss_kernels);

#endif
