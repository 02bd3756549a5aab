/* The table of layer kinds, and planning. */
#include "nn/layer.h"

#include "base/mem.h"
#include "nn/kinds.h"

#include <stdlib.h>
#include <string.h>

const LayerKind *const layer_kinds[] = {
    &dense_kind,     &conv_kind,    &convt_kind,   &maxpool_kind,    &avgpool_kind, &upsample_kind, &batchnorm_kind,
    &dropout_kind,   &flatten_kind, &reshape_kind, &activation_kind, &sample_kind,
};
const int layer_kinds_count = COUNT_OF(layer_kinds);

const LayerKind *layer_kind_find(const char *name)
{
    for (int i = 0; i < layer_kinds_count; i++)
        if (!strcmp(layer_kinds[i]->param.name, name))
            return layer_kinds[i];
    return NULL;
}

LayerSpec layer_spec_new(const LayerKind *kind)
{
    return (LayerSpec){.set = param_set_new(&kind->param)};
}

bool layer_plan(const LayerSpec *spec, Shape in, Arithmetic arithmetic, bool training, bool wants_dx, LayerPlan *out,
                Error *err)
{
    *out = (LayerPlan){.kind = layer_spec_kind(spec), .arithmetic = arithmetic, .in = in};
    bool good = out->kind->plan(spec, in, training, wants_dx, out, err);
    if (good && out->activation.alpha < 0)
        good = error_set(err, ERROR_INPUT, "write a number from 0 on, or leave it out", "%s(%g): its number cannot be negative",
                         layer_activation_choices[out->activation.kind].word, (double)out->activation.alpha);
    if (!good)
        layer_plan_clear(out);
    return good;
}

void layer_plan_clear(LayerPlan *plan)
{
    free(plan->own);
    *plan = (LayerPlan){0};
}

const ParamChoice layer_activation_choices[] = {
    [ACT_LINEAR] = {"linear", "the number as it is", false, 0},
    [ACT_RELU] = {"relu", "max(x, 0): the usual choice inside a network", false, 0},
    [ACT_LRELU] = {"lrelu", "x, or alpha x below zero: no unit dies", true, 0.2},
    [ACT_ELU] = {"elu", "x, or alpha (e^x - 1) below zero: smooth, mean near zero", true, 1},
    [ACT_SELU] = {"selu", "elu scaled so that deep dense networks keep their variance", false, 0},
    [ACT_GELU] = {"gelu", "x times the normal distribution's probability of x", false, 0},
    [ACT_SIGMOID] = {"sigmoid", "into (0, 1): for pixels", false, 0},
    [ACT_TANH] = {"tanh", "into (-1, 1)", false, 0},
    [ACT_SOFTPLUS] = {"softplus", "log(1 + e^x): smooth, above zero", false, 0},
    [ACT_SOFTMAX] = {"softmax", "probabilities that add up to 1: for classes", false, 0},
    [ACT_COUNT] = {NULL, NULL, false, 0},
};

const ParamChoice layer_init_choices[] = {
    [INIT_GLOROT_UNIFORM] = {"glorot-uniform", "uniform within sqrt(6 / (fan in + fan out)): Keras' default", false, 0},
    [INIT_GLOROT_NORMAL] = {"glorot-normal", "normal, variance 2 / (fan in + fan out)", false, 0},
    [INIT_HE_UNIFORM] = {"he-uniform", "uniform within sqrt(6 / fan in): for relu", false, 0},
    [INIT_HE_NORMAL] = {"he-normal", "normal, variance 2 / fan in: for relu", false, 0},
    [INIT_ZEROS] = {"zeros", "all zero: learns nothing in a hidden layer", false, 0},
    [INIT_ONES] = {NULL, NULL, false, 0}, /* BatchNorm's gamma; not offered */
};

Activation layer_activation_value(const Value *value)
{
    return (Activation){(ActivationKind)value->choice, (float)value->number};
}

bool layer_wants_map(Shape in, const char *kind, Error *err)
{
    if (!in.flat)
        return true;
    return error_set(err, ERROR_INPUT, "put a `reshape` before it, for instance `reshape 28x28x1`",
                     "%s needs a picture (height x width x channels) but gets a vector of %d numbers", kind, in.c);
}

bool layer_wants_vector(Shape in, const char *kind, Error *err)
{
    if (in.flat)
        return true;
    char text[SHAPE_TEXT];
    shape_text(in, text);
    return error_set(err, ERROR_INPUT, "put a `flatten` before it", "%s needs a vector but gets %s", kind, text);
}

void layer_plan_weights(LayerPlan *plan, bool bias, Initialiser init, int rank, const int *dim, double fan_in,
                        double fan_out, int outputs)
{
    TensorPlan *kernel = &plan->tensor[plan->tensors++];
    *kernel = (TensorPlan){.name = "kernel", .role = TENSOR_WEIGHT, .rank = rank, .init = init, .fan_in = fan_in,
                           .fan_out = fan_out};
    memcpy(kernel->dim, dim, (size_t)rank * sizeof *dim);
    if (bias)
        plan->tensor[plan->tensors++] =
            (TensorPlan){.name = "bias", .role = TENSOR_BIAS, .rank = 1, .dim = {outputs}, .init = INIT_ZEROS};
}

void layer_plan_dense(LayerPlan *plan, DenseSize size)
{
    DenseSize *own = mem_new(1, sizeof *own);
    *own = size;
    plan->own = own;
    plan->packed = dense_packed(size);
    plan->scratch = dense_scratch(size);
    plan->product = true;
}

void layer_pack_dense(const LayerRun *run, int rank, int size)
{
    if (dense_wants_packed(layer_dense_size(run), run->most))
        dense_pack(layer_dense_size(run), run->param[0], run->packed, rank, size);
}

DenseWeights layer_dense_weights(const LayerRun *run)
{
    bool packed = dense_wants_packed(layer_dense_size(run), run->most);
    return (DenseWeights){run->param[0], packed ? run->packed : NULL, run->scratch};
}

void layer_plan_activation(LayerPlan *plan, Activation activation)
{
    plan->activation = activation;
    if (activation_needs_input(activation))
        plan->keep += shape_size(plan->out);
}

float *layer_before_activation(const LayerRun *run, Activation *in_kernel)
{
    bool apart = activation_needs_input(run->activation);
    *in_kernel = apart ? (Activation){ACT_LINEAR, 0} : run->activation;
    return apart ? run->keep : run->y;
}

void layer_finish_activation(const LayerRun *run)
{
    if (activation_needs_input(run->activation))
        activation_forward(run->activation, (size_t)run->n * shape_size(run->plan->out), run->plan->out.c, run->keep,
                           run->y);
}

void layer_undo_activation(const LayerRun *run, const float *before)
{
    size_t count = (size_t)run->n * shape_size(run->plan->out);
    activation_backward(run->activation, count, run->plan->out.c, before, run->y, run->dy, run->dy);
}

bool layer_mirror_itself(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err)
{
    (void)in;
    (void)err;
    *out = *spec;
    out->name[0] = '\0';
    return true;
}
