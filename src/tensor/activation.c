/* Activations: which kernel runs.  The arithmetic is in kernels/activation.c. */
#include "tensor/activation.h"

#include "tensor/kernels/activation.h"

#include <assert.h>
#include <string.h>

void activation_forward(Activation act, size_t count, int width, const float *x, float *y)
{
    const ActivationKernels *kernels = KERNEL_TABLE(activation_kernels);
    if (act.kind == ACT_SOFTMAX) {
        assert(width > 0 && count % (size_t)width == 0);
        kernels->softmax_forward(count / (size_t)width, (size_t)width, x, y);
    } else if (act.kind != ACT_LINEAR) {
        kernels->forward[act.kind](count, act.alpha, x, y);
    } else if (y != x) {
        memcpy(y, x, count * sizeof *y);
    }
}

void activation_backward(Activation act, size_t count, int width, const float *x, const float *y, const float *dy,
                         float *dx)
{
    const ActivationKernels *kernels = KERNEL_TABLE(activation_kernels);
    if (act.kind == ACT_SOFTMAX) {
        assert(width > 0 && count % (size_t)width == 0);
        kernels->softmax_backward(count / (size_t)width, (size_t)width, y, dy, dx);
    } else if (act.kind != ACT_LINEAR) {
        kernels->backward[act.kind](count, act.alpha, activation_needs_input(act) ? x : y, dy, dx);
    } else if (dx != dy) {
        memcpy(dx, dy, count * sizeof *dx);
    }
}

bool activation_needs_input(Activation act)
{
    return act.kind == ACT_GELU;
}
