/* The table of activation kernels; softmax has its own pair because it runs along rows. */
#ifndef TENSOR_KERNELS_ACTIVATION_H
#define TENSOR_KERNELS_ACTIVATION_H

#include "tensor/activation.h"
#include "tensor/kernels/table.h"

typedef void ActivationForward(size_t count, float alpha, const float *x, float *y);
/* `from` is the output, or the input where activation_needs_input */
typedef void ActivationBackward(size_t count, float alpha, const float *from, const float *dy, float *dx);

typedef struct ActivationKernels {
    ActivationForward *forward[ACT_COUNT];   /* NULL for linear and softmax */
    ActivationBackward *backward[ACT_COUNT]; /* the same */
    void (*softmax_forward)(size_t rows, size_t width, const float *x, float *y);
    void (*softmax_backward)(size_t rows, size_t width, const float *y, const float *dy, float *dx);
} ActivationKernels;

KERNEL_TABLES(ActivationKernels, activation_kernels);

#endif
