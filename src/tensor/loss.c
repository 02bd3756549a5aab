/* Losses: which kernel runs.  The arithmetic is in kernels/loss.c. */
#include "tensor/loss.h"

#include "tensor/kernels/loss.h"

#include <assert.h>

double loss_mse(size_t count, const float *output, const float *target, float scale, float *gradient)
{
    return KERNEL_TABLE(loss_kernels)->mse(count, output, target, scale, gradient);
}

double loss_mae(size_t count, const float *output, const float *target, float scale, float *gradient)
{
    return KERNEL_TABLE(loss_kernels)->mae(count, output, target, scale, gradient);
}

double loss_bce(size_t count, const float *logits, const float *target, float scale, float *gradient)
{
    return KERNEL_TABLE(loss_kernels)->bce(count, logits, target, scale, gradient);
}

double loss_bce_probability(size_t count, const float *output, const float *target, float scale, float *gradient)
{
    return KERNEL_TABLE(loss_kernels)->bce_probability(count, output, target, scale, gradient);
}

double loss_crossentropy(size_t rows, int classes, const float *logits, const uint8_t *labels, float scale,
                         float *gradient, long *correct)
{
    assert(classes > 0);
    return KERNEL_TABLE(loss_kernels)->crossentropy(rows, (size_t)classes, logits, labels, scale, gradient, correct);
}
