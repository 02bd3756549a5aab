/* Flatten, Reshape and Activation: layers without weights that keep every number in its place.  The first two cost nothing: their
 * output is their input's memory. */
#include "base/mem.h"
#include "nn/kinds.h"

#include <stdio.h>

static bool flatten_plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)spec;
    (void)training;
    (void)wants_dx;
    (void)err;
    out->out = shape_vector((int)shape_size(in));
    out->alias = true;
    return true;
}

static void nothing(const LayerRun *run)
{
    (void)run;
}

enum { TARGET };

static LayerSpec reshape_to(Shape shape)
{
    LayerSpec spec = layer_spec_new(&reshape_kind);
    spec.set.value[TARGET] = shape.flat ? (Value){.size = {shape.c}, .rank = 1}
                                        : (Value){.size = {shape.h, shape.w, shape.c}, .rank = 3};
    return spec;
}

static bool shape_mirror(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err)
{
    (void)spec;
    (void)err;
    *out = in.flat ? layer_spec_new(&flatten_kind) : reshape_to(in);
    return true;
}

const LayerKind flatten_kind = {
    .param = {"flatten", "turns a picture into a vector, row by row", NULL, 0},
    .group = "layers that only shape",
    .plan = flatten_plan,
    .forward = nothing,
    .backward = nothing,
    .mirror = shape_mirror,
};

static const ParamRow reshape_rows[] = {
    [TARGET] = {.name = "shape", .type = PARAM_SHAPE, .min = 1, .max = 65536, .positional = true,
                .help = "height x width x channels; height x width means one channel, one number a vector",
                .question = "Shape"},
};

static bool reshape_plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)training;
    (void)wants_dx;
    const Value *v = &spec->set.value[TARGET];
    out->out = v->rank == 1 ? shape_vector(v->size[0]) : shape_map(v->size[0], v->size[1], v->rank == 3 ? v->size[2] : 1);
    out->alias = true;
    if (shape_size(out->out) == shape_size(in))
        return true;
    char from[SHAPE_TEXT], to[SHAPE_TEXT];
    shape_text(in, from);
    shape_text(out->out, to);
    char cure[96];
    snprintf(cure, sizeof cure, "the dense layer before it needs %zu units, or choose a shape of %zu numbers",
             shape_size(out->out), shape_size(in));
    return error_set(err, ERROR_INPUT, cure, "%s has %zu numbers, %s has %zu", from, shape_size(in), to,
                     shape_size(out->out));
}

const LayerKind reshape_kind = {
    .param = {"reshape", "gives the numbers another shape", reshape_rows, COUNT_OF(reshape_rows)},
    .group = "layers that only shape",
    .plan = reshape_plan,
    .forward = nothing,
    .backward = nothing,
    .mirror = shape_mirror,
};

enum { FUNCTION };

static const ParamRow activation_rows[] = {
    [FUNCTION] = {.name = "function", .type = PARAM_CHOICE, .normal = "relu", .choices = layer_activation_choices,
                  .help = "the function each number goes through", .question = "Function"},
};

static bool activation_plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)training;
    (void)wants_dx;
    (void)err;
    out->out = in;
    out->activation = layer_activation_value(&spec->set.value[FUNCTION]);
    return true;
}

static void activation_layer_forward(const LayerRun *run)
{
    activation_forward(run->activation, (size_t)run->n * shape_size(run->plan->out), run->plan->out.c, run->x, run->y);
}

static void activation_layer_backward(const LayerRun *run)
{
    if (run->dx)
        activation_backward(run->activation, (size_t)run->n * shape_size(run->plan->out), run->plan->out.c, run->x, run->y,
                            run->dy, run->dx);
}

const LayerKind activation_kind = {
    .param = {"activation", "puts every number through a function", activation_rows, COUNT_OF(activation_rows)},
    .group = "layers that only shape",
    .plan = activation_plan,
    .forward = activation_layer_forward,
    .backward = activation_layer_backward,
    .mirror = layer_mirror_itself,
};
