/* The network's inside, shared by network*.c alone. */
#ifndef NN_NETWORK_OWN_H
#define NN_NETWORK_OWN_H

#include "nn/network.h"
#include "tensor/update.h"

typedef struct Layer {
    LayerSpec spec;
    LayerPlan plan;
    Activation activation; /* in effect: linear where the loss takes logits */
    bool frozen;           /* by the options */
    bool trained;          /* not frozen and has weights */
    bool wants_dx;
    bool alias;            /* plan.alias, an Activation that the loss has taken over, or absorbed */
    bool absorbed;         /* the layer behind it does its work (LayerKind.fuse): its output never exists */
    bool brief;            /* its output lasts for a chunk: nobody wants it later, or it is worked out again */
    bool brief_keep;       /* the same of `keep` */
    bool wide;             /* a slice goes through it at once: its weights are too many to be read for every chunk */
    bool deferred;         /* its weight gradient can be left to the update: see network_step.c */
    size_t tensor_at[LAYER_TENSORS]; /* into params, or into state for TENSOR_STATE */
    size_t packed_at, shared_at;
} Layer;

/* What one thread has of its own. */
typedef struct Seat {
    float *block;      /* all its floats */
    float **act;       /* [layers + 1]: input of layer i is act[i]; of net->held samples, of a brief layer net->chunk */
    float **keep, **memo;
    float *scratch, *target;
    float *slope[2];   /* gradients of a chunk, as wide as the widest output */
    float *span[2];    /* of a slice, where a layer has to see all of it */
    float **kept;      /* [layers]: dy of a deferred layer, until the update; else NULL */
    float *tile;       /* some rows of a deferred weight gradient */
    float *panels;     /* all samples' dy of a deferred layer, packed */
    uint8_t *labels;
    float *grad;       /* as params */
    double loss, kl[2], square, decay;
    long correct;
    int bad_layer;
    double *health;    /* [layers][3]: squares of gradient, of weights, zeros */
    uint8_t *active;   /* of a watched step: one a unit of all layers, 1 where an output was not 0; NULL until then */
} Seat;

struct Network {
    NetworkOptions options;
    LossSpec loss;
    OptimizerSpec optimizer;
    bool learns, logits;
    Layer *layer;
    int layers, first_trained;
    int final;         /* last layer that is no alias: its activation is what the loss takes over */
    int ranks;
    int chunk;         /* samples a thread takes through its layers at a time */
    int held;          /* samples whose outputs it keeps: a chunk, or its slice where `gathers` */
    int turn;          /* the lowest layer whose backward pass follows a chunk's loss at once; `layers`: none */
    bool gathers;      /* some layers see a slice at once: chunks go through the layers between two of those */
    size_t params, states, packed_size, shared_size; /* floats, floats, floats, doubles a rank */
    float *param, *state, *packed, *slots[2];
    double *shared;
    Seat *seat;
    uint32_t step;
    bool stale;        /* packed weights are older than params */
    bool watch;
    LayerHealth *health;
    struct LayerLook *look; /* [layers]: what a watched step saw; NULL until one is asked for */
    size_t bytes;
};

/* Which part of the chain a pass runs, and how. */
typedef struct Pass {
    int from, to;
    bool training, sampling, finish; /* finish: apply the activation that the loss took over */
    bool no_grad;                    /* backward: input gradients only */
    bool defer;                      /* backward: leave deferred weight gradients to the update */
    bool look, find_bad;             /* forward: network_look_output, and the first layer that is not finite to the seat */
    uint32_t random_step;
    int batch;
    float kl_weight;
    double *kl;
} Pass;

enum { TILE_FLOATS = 32 << 10 }; /* of Seat.tile: stays in second-level cache beside weights and optimizer memory */

/* network_health.c, in a watched step of n samples: before it, after a layer's forward pass on some of them, around the update of the
 * parameters from `at` on, and at its end. */
void network_look_begin(const Network *net, Seat *seat);
void network_look_output(const Network *net, Seat *seat, int layer, const float *y, int n);
void network_look_before(Network *net, int layer, size_t at, const UpdateRange *range);
void network_look_after(Network *net, int layer, size_t at, const UpdateRange *range);
void network_gather_health(Network *net, int n);

/* Numbers a sample that stand in act[index + 1]: the output, or of an absorbed layer the input. */
size_t network_act_size(const Network *net, int index);

void network_pack(Network *net, int rank); /* rank's share; ends with a barrier when there was anything to do */
void network_settle(Network *net); /* after a step with a finite loss, on one thread */

/* A chunk of n samples, the `first` of them in the batch, through the pass's layers. */
void network_chunk_forward(Network *net, int rank, const Pass *pass, int first, int n);
void network_chunk_backward(Network *net, int rank, const Pass *pass, int first, int n, float *dy, float **dx);

/* A training pass over a rank's slice, the `first` of the batch and on, span after span.  A network that gathers has the slice's
 * inputs in act[0] and calls network_slice_forward and, behind the turns, network_slice_backward; then `at` is a chunk's place in the
 * slice, else 0. */
void network_slice_forward(Network *net, int rank, const Pass *pass, int first, int count); /* up to the last span */
int network_turn_chunk(const Network *net, int count, int at);                              /* samples of the turn from place `at` on */
const float *network_turn_forward(Network *net, int rank, const Pass *pass, int first, int at, int n); /* the network's output */
float *network_slope(const Network *net, int rank, const Pass *pass, int at); /* where the gradient of that output goes */
void network_turn_backward(Network *net, int rank, const Pass *pass, int first, int at, int n, float *dy);
void network_slice_backward(Network *net, int rank, const Pass *pass, int first, int count);

int network_turn(const Network *net);                         /* net->turn */
bool network_span_ends(const Network *net, int layer);        /* backwards, a span ends above this layer */

#endif
