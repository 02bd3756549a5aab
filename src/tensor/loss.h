/* Losses and their gradients in one pass.  Each adds nothing up over samples beyond the sum it returns: the caller divides.
 * `output` is the network's raw output: logits for the two cross-entropies. */
#ifndef TENSOR_LOSS_H
#define TENSOR_LOSS_H

#include <stddef.h>
#include <stdint.h>

/* Sum over `count` numbers of the loss; when gradient is not NULL, gradient = scale * d loss / d output.
 * gradient may be output itself. */
double loss_mse(size_t count, const float *output, const float *target, float scale, float *gradient);
double loss_mae(size_t count, const float *output, const float *target, float scale, float *gradient);

/* From logits: max(x, 0) - x t + log(1 + e^-|x|) (TensorFlow's sigmoid_cross_entropy_with_logits). */
double loss_bce(size_t count, const float *logits, const float *target, float scale, float *gradient);

/* From probabilities in (0, 1), clipped to [1e-7, 1 - 1e-7] as Keras does. */
double loss_bce_probability(size_t count, const float *output, const float *target, float scale, float *gradient);

/* Categorical cross-entropy from logits over rows of `classes`; labels are indices.  *correct += rows whose largest
 * logit is the label's (may be NULL). */
double loss_crossentropy(size_t rows, int classes, const float *logits, const uint8_t *labels, float scale,
                         float *gradient, long *correct);

#endif
