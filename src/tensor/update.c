/* Optimizer updates: which kernel runs.  The arithmetic is in kernels/update.c. */
#include "tensor/update.h"

#include "tensor/kernels/update.h"

void update_sgd(const UpdateRange *r, double lr, double momentum, bool nesterov)
{
    const UpdateKernels *kernels = KERNEL_TABLE(update_kernels);
    UpdateFactors f = {.lr = (float)lr, .momentum = (float)momentum};
    (momentum == 0 ? kernels->sgd : nesterov ? kernels->nesterov : kernels->momentum)(r, &f);
}

void update_rmsprop(const UpdateRange *r, double lr, double rho, double epsilon)
{
    UpdateFactors f = {.lr = (float)lr, .rho = (float)rho, .rest = (float)(1 - rho), .epsilon = (float)epsilon};
    KERNEL_TABLE(update_kernels)->rmsprop(r, &f);
}

void update_adagrad(const UpdateRange *r, double lr, double epsilon)
{
    UpdateFactors f = {.lr = (float)lr, .epsilon = (float)epsilon};
    KERNEL_TABLE(update_kernels)->adagrad(r, &f);
}

void update_adadelta(const UpdateRange *r, double lr, double rho, double epsilon)
{
    UpdateFactors f = {.lr = (float)lr, .rho = (float)rho, .rest = (float)(1 - rho), .epsilon = (float)epsilon};
    KERNEL_TABLE(update_kernels)->adadelta(r, &f);
}

void update_adam(const UpdateRange *r, double lr_corrected, double beta1, double beta2, double epsilon,
                 double weight_decay)
{
    UpdateFactors f = {.lr = (float)lr_corrected,
                       .rest1 = (float)(1 - beta1),
                       .rest2 = (float)(1 - beta2),
                       .epsilon = (float)epsilon,
                       .weight_decay = (float)weight_decay};
    KERNEL_TABLE(update_kernels)->adam(r, &f);
}

void update_nadam(const UpdateRange *r, double factor_m, double factor_g, double v_correction, double beta1,
                  double beta2, double epsilon)
{
    UpdateFactors f = {.factor_m = (float)factor_m,
                       .factor_g = (float)factor_g,
                       .v_correction = (float)v_correction,
                       .rest1 = (float)(1 - beta1),
                       .rest2 = (float)(1 - beta2),
                       .epsilon = (float)epsilon};
    KERNEL_TABLE(update_kernels)->nadam(r, &f);
}

double update_square_norm(const UpdateRange *r)
{
    return KERNEL_TABLE(update_kernels)->square_norm(r);
}

void update_weight_norms(const UpdateRange *r, double *squares, double *magnitudes)
{
    KERNEL_TABLE(update_kernels)->weight_norms(r, squares, magnitudes);
}
