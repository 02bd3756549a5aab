/* The table of update kernels: the functions of tensor/update.h. */
#ifndef TENSOR_KERNELS_UPDATE_H
#define TENSOR_KERNELS_UPDATE_H

#include "tensor/kernels/table.h"
#include "tensor/update.h"

/* The constants of one optimizer's step; each reads those it knows. */
typedef struct UpdateFactors {
    float lr, momentum, epsilon, weight_decay;
    float rho, rest, rest1, rest2; /* 1 - rho, 1 - beta1, 1 - beta2 */
    float factor_m, factor_g, v_correction;
} UpdateFactors;

typedef void UpdateKernel(const UpdateRange *r, const UpdateFactors *f);

typedef struct UpdateKernels {
    UpdateKernel *sgd, *momentum, *nesterov, *rmsprop, *adagrad, *adadelta, *adam, *nadam;
    double (*square_norm)(const UpdateRange *r);
    void (*weight_norms)(const UpdateRange *r, double *squares, double *magnitudes);
} UpdateKernels;

KERNEL_TABLES(UpdateKernels, update_kernels);

#endif
