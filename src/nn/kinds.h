/* For the layer kinds' own files: the rows, and what several of them share. */
#ifndef NN_KINDS_H
#define NN_KINDS_H

#include "nn/layer.h"
#include "tensor/dense.h"

extern const LayerKind dense_kind, conv_kind, convt_kind, maxpool_kind, avgpool_kind, upsample_kind, batchnorm_kind,
    dropout_kind, flatten_kind, reshape_kind, activation_kind, sample_kind;

extern const ParamChoice layer_activation_choices[], layer_init_choices[], layer_padding_choices[];

#define LAYER_ACTIVATION_ROW                                                                                           \
    {.name = "activation", .type = PARAM_CHOICE, .normal = "linear", .choices = layer_activation_choices,              \
     .help = "the function each output goes through", .question = "Activation"}
#define LAYER_BIAS_ROW                                                                                                 \
    {.name = "bias", .type = PARAM_FLAG, .normal = "yes", .help = "add a learned constant to each output",             \
     .question = "Bias"}
#define LAYER_INIT_ROW                                                                                                 \
    {.name = "init", .type = PARAM_CHOICE, .normal = "glorot-uniform", .choices = layer_init_choices,                  \
     .help = "how the weights start", .question = "Initial weights"}
#define LAYER_PADDING_ROW(usual)                                                                                       \
    {.name = "padding", .type = PARAM_CHOICE, .normal = usual, .choices = layer_padding_choices,                       \
     .help = "same: pad so that only the stride shrinks the picture; valid: no padding", .question = "Padding"}

Activation layer_activation_value(const Value *value);

/* False with an error that offers reshape or flatten. */
bool layer_wants_map(Shape in, const char *kind, Error *err);
bool layer_wants_vector(Shape in, const char *kind, Error *err);

/* Adds `kernel` and, with bias, `bias` to the plan. */
void layer_plan_weights(LayerPlan *plan, bool bias, Initialiser init, int rank, const int *dim, double fan_in,
                        double fan_out, int outputs);

/* For kinds that are a product with tensor 0: plans what it needs, keeps the size as plan->own, and lets the update work out the
 * gradient; packs, and finds the weights again. */
void layer_plan_dense(LayerPlan *plan, DenseSize size);
void layer_pack_dense(const LayerRun *run, int rank, int size);
DenseWeights layer_dense_weights(const LayerRun *run);
static inline DenseSize layer_dense_size(const LayerRun *run) { return *(const DenseSize *)run->plan->own; }

/* Sets plan->activation; keeps the number before it where its derivative needs that (the first part of `keep`).  After plan->out is known. */
void layer_plan_activation(LayerPlan *plan, Activation activation);

/* y = f(z): a kernel that can do f writes y, any other z to `keep`, where the derivative will need it; then
 * layer_finish_activation makes y of it. */
float *layer_before_activation(const LayerRun *run, Activation *in_kernel);
void layer_finish_activation(const LayerRun *run);

/* Whether an UpSample's layer repeats pixels, and how often. */
bool upsample_repeats(const LayerSpec *spec, int up[2]);
bool conv_fuse(const LayerSpec *before, bool training, bool wants_dx, LayerPlan *plan); /* LayerKind.fuse of Conv */

/* For LayerKind.mirror of kinds that are their own inverse in shape. */
bool layer_mirror_itself(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err);

/* dy becomes the gradient before the activation. */
void layer_undo_activation(const LayerRun *run, const float *before);

#endif
