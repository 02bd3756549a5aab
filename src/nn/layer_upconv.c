/* UpSample and the Conv behind it as one layer (tensor/conv_up.h).  Networks that learn put it in the place of the Conv;
 * nobody writes it in a design. */
#include "base/mem.h"
#include "nn/kinds.h"
#include "tensor/conv_up.h"

#include <stdlib.h>

static void pack(const LayerRun *run, int rank, int size)
{
    conv_up_pack(run->plan->own, run->param[0], run->packed, run->scratch, rank, size);
}

static void forward(const LayerRun *run)
{
    Activation act;
    float *z = layer_before_activation(run, &act);
    conv_up_forward(run->plan->own, run->n, run->x, run->packed, run->param[1], act, z, run->scratch);
    layer_finish_activation(run);
}

static void backward(const LayerRun *run)
{
    layer_undo_activation(run, run->keep);
    if (run->grad[0])
        conv_up_weight_gradient(run->plan->own, run->n, run->x, run->dy, run->grad[0], run->scratch);
    if (run->grad[1])
        bias_gradient((size_t)run->n * (size_t)run->plan->out.h * (size_t)run->plan->out.w, run->plan->out.c, run->dy,
                      run->grad[1]);
    if (run->dx)
        conv_up_input_gradient(run->plan->own, run->n, run->dy, run->packed, run->dx, run->scratch);
}

static const LayerKind upconv_kind = {
    .param = {.name = "upsample and conv"},
    .pack = pack,
    .forward = forward,
    .backward = backward,
};

bool conv_fuse(const LayerSpec *before, bool training, bool wants_dx, LayerPlan *plan)
{
    const ConvPlan *conv = plan->own;
    int up[2];
    ConvUpPlan joined;
    if (!upsample_repeats(before, up) || !conv_up_plan(&conv->geometry, up[0], up[1], wants_dx, training, &joined))
        return false;
    free(plan->own);
    ConvUpPlan *own = mem_new(1, sizeof *own);
    *own = joined;
    plan->own = own;
    plan->kind = &upconv_kind;
    plan->packed = own->packed;
    plan->scratch = own->scratch;
    return true;
}
