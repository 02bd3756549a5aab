/* Dense: y = f(x W + b). */
#include "base/mem.h"
#include "nn/kinds.h"
#include "tensor/conv.h"
#include "tensor/dense.h"

enum { UNITS, ACTIVATION, BIAS, INIT };

static const ParamRow rows[] = {
    [UNITS] = {.name = "units", .type = PARAM_INT, .min = 1, .max = 65536, .positional = true,
               .help = "how many numbers come out", .question = "Units"},
    [ACTIVATION] = LAYER_ACTIVATION_ROW,
    [BIAS] = LAYER_BIAS_ROW,
    [INIT] = LAYER_INIT_ROW,
};

static bool plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)training;
    if (!layer_wants_vector(in, "dense", err))
        return false;
    int units = (int)spec->set.value[UNITS].number;
    out->out = shape_vector(units);
    out->macs = (double)in.c * units;
    layer_plan_dense(out, (DenseSize){in.c, units, wants_dx, out->arithmetic.precision});
    layer_plan_weights(out, spec->set.value[BIAS].choice, (Initialiser)spec->set.value[INIT].choice, 2,
                       (int[]){in.c, units}, in.c, units, units);
    layer_plan_activation(out, layer_activation_value(&spec->set.value[ACTIVATION]));
    return true;
}

static void forward(const LayerRun *run)
{
    DenseSize size = layer_dense_size(run);
    if (activation_needs_input(run->activation)) {
        dense_forward(size, run->n, run->x, layer_dense_weights(run), run->param[1], (Activation){ACT_LINEAR, 0}, run->keep);
        activation_forward(run->activation, (size_t)run->n * (size_t)size.out, size.out, run->keep, run->y);
    } else {
        dense_forward(size, run->n, run->x, layer_dense_weights(run), run->param[1], run->activation, run->y);
    }
}

static void backward(const LayerRun *run)
{
    DenseSize size = layer_dense_size(run);
    layer_undo_activation(run, run->keep);
    if (run->grad[0])
        dense_weight_gradient(size, run->n, run->x, run->dy, run->grad[0]);
    if (run->grad[1])
        bias_gradient((size_t)run->n, size.out, run->dy, run->grad[1]);
    if (run->dx)
        dense_input_gradient(size, run->n, run->dy, layer_dense_weights(run), run->dx);
}

static bool mirror(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err)
{
    (void)err;
    *out = *spec;
    out->name[0] = '\0';
    out->set.value[UNITS].number = in.c;
    return true;
}

const LayerKind dense_kind = {
    .param = {"dense", "every output sees every input", rows, COUNT_OF(rows)},
    .group = "layers that learn",
    .plan = plan,
    .pack = layer_pack_dense,
    .forward = forward,
    .backward = backward,
    .mirror = mirror,
};
