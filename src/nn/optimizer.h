/* How parameters follow their gradients: Keras 3's optimizers, formulas and defaults.  A kind is one row of optimizer_kinds[]. */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include "base/param.h"
#include "tensor/update.h"

#include <stdint.h>

typedef ParamSet OptimizerSpec; /* kind is &optimizer_kind->param */

typedef struct OptimizerKind {
    ParamKind param; /* first field is always lr */
    int slots;       /* floats of memory a parameter: 1 or 2 */
    double (*start)(const OptimizerSpec *spec); /* what slot 0 starts from; NULL: 0 */
    /* One thread's part of step t (from 1) at learning rate lr. */
    void (*update)(const OptimizerSpec *spec, double lr, uint32_t t, const UpdateRange *range);
} OptimizerKind;

extern const OptimizerKind *const optimizer_kinds[]; /* sgd (momentum, nesterov), rmsprop, adagrad, adadelta, adam, adamw, nadam */
extern const int optimizer_kinds_count;
enum { OPTIMIZER_LR }; /* field 0 of every kind */

static inline const OptimizerKind *optimizer_spec_kind(const OptimizerSpec *spec) { return (const OptimizerKind *)(const void *)spec->kind; }

#endif
