/* Optimizer updates, fused: gradients of all threads are added in rank order, decayed, scaled and applied in one
 * pass over a thread's part of the parameters. */
#ifndef TENSOR_UPDATE_H
#define TENSOR_UPDATE_H

#include <stdbool.h>
#include <stddef.h>

/* Everything one pass over parameters [0, count) needs; all pointers are already moved to the part's start. */
typedef struct UpdateRange {
    size_t count;
    float *parameter;
    float *const *gradient; /* one per thread, added in this order; cleared to zero afterwards */
    size_t gradient_offset; /* where the part starts in each of them */
    int gradients;
    float l1, l2;           /* Keras' regularizers: gradient += l1 sign(p) + 2 l2 p */
    float scale;            /* gradient clipping by norm: multiplies the gradient */
    float clip;             /* gradient clipping by value, 0: none */
    float *slot[2];         /* the optimizer's memory of each parameter */
} UpdateRange;

/* Keras 3's formulas (keras/src/optimizers); t is the step, from 1. */
void update_sgd(const UpdateRange *r, float lr, float momentum, bool nesterov);
void update_rmsprop(const UpdateRange *r, float lr, float rho, float epsilon);       /* epsilon inside the root */
void update_adagrad(const UpdateRange *r, float lr, float epsilon);                  /* inside the root */
void update_adadelta(const UpdateRange *r, float lr, float rho, float epsilon);
void update_adam(const UpdateRange *r, float lr_corrected, float beta1, float beta2, float epsilon,
                 float weight_decay);                                                /* p -= weight_decay * p first */
/* Nadam: the two factors of Keras' update: lr * mu_next / (1 - product_next), lr * (1 - mu) / (1 - product);
 * and 1 / (1 - beta2^t). */
void update_nadam(const UpdateRange *r, float factor_m, float factor_g, float v_correction, float beta1, float beta2,
                  float epsilon);

/* Sum of squares of the summed gradients of a part (for clipping by the global norm); leaves them as they are. */
double update_square_norm(size_t count, float *const *gradient, size_t gradient_offset, int gradients);

#endif
