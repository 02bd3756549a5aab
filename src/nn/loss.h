/* What a network is trained for.  A kind is one row of loss_kinds[]. */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "base/param.h"
#include "tensor/activation.h"
#include "tensor/shape.h"

#include <stdint.h>

typedef struct LossKind LossKind;
typedef ParamSet LossSpec; /* kind is &loss_kind->param */

struct LossKind {
    ParamKind param; /* mse, mae, bce: field reduction = mean | sum over the sample's numbers; crossentropy */
    bool labels;     /* the target is a class, not a picture */
    /* The activation this loss takes over when the network ends with it (bce: sigmoid, crossentropy: softmax): it is then given logits. */
    ActivationKind logits_of; /* ACT_LINEAR: none */
    /* Sum over n samples of the per-sample loss (before dividing by the batch); gradient = scale * derivative, may be NULL
     * or output itself. `logits`: output is before the activation. */
    double (*eval)(bool logits, int n, size_t size, const float *output, const float *target, const uint8_t *labels,
                   float scale, float *gradient, long *correct);
};

extern const LossKind *const loss_kinds[];
extern const int loss_kinds_count;
enum { LOSS_REDUCTION }; /* field of mse, mae, bce */

static inline const LossKind *loss_spec_kind(const LossSpec *spec) { return (const LossKind *)(const void *)spec->kind; }

/* Per-sample loss is the mean (Keras) or the sum over `size` numbers. */
bool loss_sums(const LossSpec *spec);

#endif
