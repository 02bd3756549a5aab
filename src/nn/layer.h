/* What a layer is.  A kind is one const row: its fields, its shapes and its two passes, at the foot of the kind's own
 * file (nn/layer_dense.c ...); layer_kinds[] in nn/layer.c lists them.  Nothing else switches on the kind. */
#ifndef NN_LAYER_H
#define NN_LAYER_H

#include "base/param.h"
#include "tensor/activation.h"
#include "tensor/conv.h"
#include "tensor/shape.h"
#include "tensor/team.h"

#include <stdint.h>

enum { LAYER_NAME = 32, LAYER_TENSORS = 4 };

typedef struct LayerKind LayerKind;

/* A layer as the user wrote it. */
typedef struct LayerSpec {
    ParamSet set;          /* set.kind is &layer_kind->param */
    char name[LAYER_NAME]; /* "conv_1": given by the user or made by the parser; unique in the design */
    int comment;           /* what the user wrote about it: spec/design.h's */
} LayerSpec;

typedef enum TensorRole {
    TENSOR_WEIGHT, /* trained; L1/L2 decay applies */
    TENSOR_BIAS,   /* trained; no decay (biases, BatchNorm's gamma and beta) */
    TENSOR_STATE   /* not trained by gradients: BatchNorm's moving statistics */
} TensorRole;

typedef enum Initialiser { INIT_GLOROT_UNIFORM, INIT_GLOROT_NORMAL, INIT_HE_UNIFORM, INIT_HE_NORMAL, INIT_ZEROS, INIT_ONES } Initialiser;

typedef struct TensorPlan {
    const char *name; /* as Keras names it: kernel, bias, gamma, beta, moving_mean, moving_variance */
    TensorRole role;
    int rank, dim[4]; /* Keras' layout */
    Initialiser init;
    double fan_in, fan_out;
} TensorPlan;

/* How layers take their products, where there is a choice: for a whole network. */
typedef struct Arithmetic {
    Precision precision;
    ConvWay conv;
} Arithmetic;

/* What a layer will need, found before any memory exists. */
typedef struct LayerPlan {
    const LayerKind *kind;
    Arithmetic arithmetic;
    Shape in, out;
    Activation activation; /* ACT_LINEAR where the kind has none */
    TensorPlan tensor[LAYER_TENSORS];
    int tensors;
    double macs;        /* multiply-adds of one sample's forward pass */
    bool alias;         /* the output is the input's memory (Flatten, Reshape) */
    bool product;       /* tensor 0 is (in, out) and its gradient is x^T dy after backward: the update may work it out itself */
    bool whole_batch;   /* its training statistics are over the batch: gather and gather_back come before its passes */
    size_t keep;        /* floats a sample that the backward pass needs besides x and y */
    size_t memo;        /* floats a thread that last from the forward to the backward pass */
    size_t scratch;     /* floats a thread that last for one call */
    size_t packed;      /* floats shared by all threads: weights as the kernels want them */
    size_t shared;      /* doubles shared by all threads for sums over the batch, times the number of threads */
    void *own;          /* the kind's plan (a ConvPlan ...), freed with free(); NULL if none */
} LayerPlan;

/* One thread's call of one layer on n samples of its slice. */
typedef struct LayerRun {
    const LayerSpec *spec;
    const LayerPlan *plan;
    Activation activation; /* plan->activation, or linear where the loss takes logits */
    int n, most;           /* most: the largest n of any call */
    const float *x;        /* (n, in) */
    float *y;              /* (n, out) */
    float *dy;             /* (n, out); backward may overwrite it */
    float *dx;             /* (n, in); NULL: nobody asks for it */
    float *param[LAYER_TENSORS];
    float *grad[LAYER_TENSORS]; /* accumulated into; all NULL for a frozen layer */
    float *keep, *memo, *scratch, *packed;
    double *shared;        /* plan->shared doubles for each rank, one after the other */

    bool training;         /* dropout, batch statistics; false also for every frozen layer */
    bool sampling;         /* Sample draws from its distribution (training, and losses on validation data); else mu */
    uint64_t seed;
    uint32_t step;         /* the counter of the random numbers: one a batch */
    uint32_t layer;        /* index in the network */
    uint32_t first;        /* first sample's place in the batch */
    int batch;             /* samples of the whole batch over all threads */
    Team *team;            /* for the barriers of whole_batch layers */
    int rank, ranks;
    float kl_weight;       /* Sample: weight of beta KL in the loss (warm-up), already divided by batch */
    double *kl;            /* Sample: [0] += sum over samples of KL, [1] += the same times the layer's beta */
} LayerRun;

struct LayerKind {
    ParamKind param;
    const char *group; /* "layers that learn", "layers that resize", "layers that only shape": for the menus */
    bool (*plan)(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err); /* out has kind, arithmetic, in */
    void (*pack)(const LayerRun *run, int rank, int size); /* NULL: nothing to pack */
    /* With plan.whole_batch, in training: gather adds up x of some samples after others of the rank's slice, while it is still in
     * cache behind the layer before; then gathered meets the other ranks at a barrier and leaves in memo what the forward pass
     * needs, which may take a few samples at a time.  The same of dy before the backward pass.  `shared` is 0 when a step begins. */
    void (*gather)(const LayerRun *run), (*gathered)(const LayerRun *run);
    void (*gather_back)(const LayerRun *run), (*gathered_back)(const LayerRun *run);
    void (*forward)(const LayerRun *run);
    void (*backward)(const LayerRun *run); /* called with what forward left in keep */
    /* What a training step with a finite loss leaves behind in the layer's state (moving statistics); rank 0 alone, with what
     * forward left in memo.  NULL: nothing. */
    void (*settle)(const LayerRun *run);
    /* Replans the layer to do the work of the one before it as well: from then on its x and dx are that one's.  False: nothing is
     * gained, or it cannot.  NULL: never. */
    bool (*fuse)(const LayerSpec *before, bool training, bool wants_dx, LayerPlan *plan);
    /* The layer that undoes this one, for `decoder mirror`: given the layer and its input shape, appends at most one
     * layer to out (already complete); false with *err when there is none. Dropout and BatchNorm mirror themselves. NULL: has none, is left out. */
    bool (*mirror)(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err);
};

extern const LayerKind *const layer_kinds[];
extern const int layer_kinds_count;

const LayerKind *layer_kind_find(const char *name); /* NULL: no such kind */
static inline const LayerKind *layer_spec_kind(const LayerSpec *spec) { return (const LayerKind *)(const void *)spec->set.kind; }
LayerSpec layer_spec_new(const LayerKind *kind);    /* all defaults, no name */

/* Shape inference and needs.  training: the layer learns (a frozen one does not); wants_dx: its input gradient will be asked for.
 * On error says which shape does not fit and what would (err->cure). */
bool layer_plan(const LayerSpec *spec, Shape in, Arithmetic arithmetic, bool training, bool wants_dx, LayerPlan *out,
                Error *err) MUST_CHECK;
void layer_plan_clear(LayerPlan *plan);

#endif
