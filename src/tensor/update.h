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

/* Keras 3's formulas (keras/src/optimizers).  The numbers are doubles because 1 - beta must be taken before rounding to
 * float: 1 - 0.999f is 1e-5 off. */
void update_sgd(const UpdateRange *r, double lr, double momentum, bool nesterov); /* slot 0: velocity, if momentum != 0 */
void update_rmsprop(const UpdateRange *r, double lr, double rho, double epsilon); /* epsilon inside the root */
void update_adagrad(const UpdateRange *r, double lr, double epsilon);             /* inside the root */
void update_adadelta(const UpdateRange *r, double lr, double rho, double epsilon); /* slots: of gradients, of steps */

/* lr_corrected = lr sqrt(1 - beta2^t) / (1 - beta1^t) with t from 1; p -= weight_decay * p first.  Slots: m, v. */
void update_adam(const UpdateRange *r, double lr_corrected, double beta1, double beta2, double epsilon,
                 double weight_decay);

/* The two factors of Keras' update, lr * mu_next / (1 - product_next) of m and lr * (1 - mu) / (1 - product) of the
 * gradient; and v_correction = 1 / (1 - beta2^t).  Slots: m, v. */
void update_nadam(const UpdateRange *r, double factor_m, double factor_g, double v_correction, double beta1,
                  double beta2, double epsilon);

/* Sum of squares of a part's gradients, all threads' and the decay's together but before scale and clip: for clipping by
 * the global norm as Keras does it.  Changes nothing. */
double update_square_norm(const UpdateRange *r);

/* Sums over a part's parameters as they are: of their squares, of their magnitudes. */
void update_weight_norms(const UpdateRange *r, double *squares, double *magnitudes);

#endif
