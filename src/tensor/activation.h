/* Activations, as https://keras.io/api/layers/activations/ defines them. */
#ifndef TENSOR_ACTIVATION_H
#define TENSOR_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ActivationKind {
    ACT_LINEAR,
    ACT_RELU,
    ACT_LRELU,    /* x, or alpha x below 0; alpha >= 0 */
    ACT_ELU,      /* x or alpha (e^x - 1) */
    ACT_SELU,     /* 1.0507 elu(x, 1.67326) */
    ACT_GELU,     /* x Phi(x), exact erf form (Keras approximate=False) */
    ACT_SIGMOID,
    ACT_TANH,
    ACT_SOFTPLUS, /* log(1 + e^x) */
    ACT_SOFTMAX,  /* over the last axis of length `width` */
    ACT_COUNT
} ActivationKind;

typedef struct Activation {
    ActivationKind kind;
    float alpha; /* of lrelu and elu */
} Activation;

/* y = f(x), `count` numbers in rows of `width` (softmax runs along a row).  In place when y == x. */
void activation_forward(Activation act, size_t count, int width, const float *x, float *y);

/* dx = dy * f'(x), written from the output y alone where that is possible; `x` (the input) is read only when
 * activation_needs_input.  In place when dx == dy. */
void activation_backward(Activation act, size_t count, int width, const float *x, const float *y, const float *dy,
                         float *dx);
bool activation_needs_input(Activation act); /* gelu: its derivative is no function of its output */

#endif
