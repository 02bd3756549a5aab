/* A network: a chain of layers with every shape, buffer and scratch size fixed when it is built.
 *
 * Threads: a training step cuts the batch into one slice a thread, and a slice into chunks that fit the cache (which go from
 * one BatchNorm to the next, as that needs the whole batch).  Each thread adds up its own gradients; then each thread adds all
 * of them in rank order for its part of the parameters and updates it.  So a run repeats bit for bit from its seed and thread
 * count. */
#ifndef NN_NETWORK_H
#define NN_NETWORK_H

#include "nn/layer.h"
#include "nn/loss.h"
#include "nn/optimizer.h"

typedef struct Network Network;

typedef struct NetworkOptions {
    Shape input;
    int batch;           /* largest number of samples of one step or call */
    Team *team;          /* borrowed for the network's life */
    uint64_t seed;
    const bool *frozen;  /* one a layer, or NULL; a frozen layer keeps its parameters and runs in inference form */
    const LossSpec *loss; /* NULL: inference only, no gradients are held */
    const OptimizerSpec *optimizer; /* with a loss */
    bool input_gradient; /* network_backward will be used */
    Arithmetic arithmetic;
    /* The caller promises that network_forward and _backward begin and end between no two layers, except before layer `cut` (0: no
     * such place): then two layers may be done as one where that pays. */
    bool fuse;
    int cut;
    int threads;         /* network_measure without a team: as if it had so many */
} NetworkOptions;

/* Copies the specs.  Shape errors name the layer; too large for memory is an error. */
Network *network_new(const LayerSpec *layers, int count, const NetworkOptions *options, Error *err) MUST_CHECK;
void network_free(Network *net);

int network_layers(const Network *net);
const LayerSpec *network_layer_spec(const Network *net, int layer);
const LayerPlan *network_layer_plan(const Network *net, int layer);
Shape network_input(const Network *net);
Shape network_output(const Network *net);
size_t network_bytes(const Network *net);      /* all it holds */
double network_flops(const Network *net);      /* of one sample's training step (RECIPES' way of counting), or forward if inference only */

/* What network_new would hold, without building it: for the summary and the doctor. */
bool network_measure(const LayerSpec *layers, int count, const NetworkOptions *options, size_t *bytes, Error *err) MUST_CHECK;

/* -- Tensors.  "LAYER/kernel" and so on, in the layers' order. */
typedef struct NetworkTensor {
    char name[LAYER_NAME + 24];
    int layer;
    const TensorPlan *plan;
    size_t size;
    float *data; /* borrowed; after writing call network_changed */
} NetworkTensor;

int network_tensors(const Network *net);
NetworkTensor network_tensor(const Network *net, int index);
void network_initialise(Network *net); /* from the options' seed: Glorot, He ..., optimizer state cleared */
void network_changed(Network *net);    /* parameters were written from outside: pack them again before the next use */

/* Optimizer memory, for checkpoints: slot s of all parameters as one block (state tensors excluded), and the step count. */
int network_slots(const Network *net);
float *network_slot(Network *net, int slot, size_t *size);
uint32_t network_step_count(const Network *net);
void network_set_step_count(Network *net, uint32_t step);

/* -- Training. */

/* Fills `count` samples of the batch starting at its sample `first`: inputs x, and targets (floats of the output's size) or
 * labels, whichever is not NULL.  Called from the team's threads. */
typedef struct BatchSource {
    void (*fill)(void *context, int first, int count, float *x, float *target, uint8_t *labels);
    void *context;
    bool target_is_input; /* the target is x itself: it is not asked for */
} BatchSource;

typedef struct StepResult {
    double loss; /* the batch's loss as reported (mean over samples; the network's regularisation not counted), KL included */
    double kl;   /* mean KL a sample, unweighted */
    long correct; /* crossentropy: right ones */
    double decay; /* L1/L2 penalty */
    int bad_layer; /* where the loss is not finite: first layer with a NaN or infinite output; else -1 */
} StepResult;

typedef struct StepSettings {
    double lr;          /* already scheduled */
    double kl_weight;   /* beta after warm-up */
    double clip_norm, clip_value; /* 0: none */
    double l1, l2;
    uint32_t random_step;       /* counter of dropout and sampling: no two batches of a run share one */
} StepSettings;

/* One batch of n <= options.batch samples: forward, loss, backward, update.  Where the loss is not finite the parameters are
 * left as they were. */
StepResult network_train_step(Network *net, int n, const BatchSource *source, const StepSettings *settings);

/* Loss over `count` samples from source (inference form), in parallel; source is asked in pieces. */
StepResult network_evaluate(Network *net, int count, const BatchSource *source);

/* The same; every sample is also shown, some at a time from the team's threads: inputs x, targets (NULL where they are labels) and
 * outputs y as network_forward gives them.  With mean_codes Sample layers put out their means, in network_forward's way too. */
typedef struct BatchView {
    void (*show)(void *context, int first, int count, const float *x, const float *target, const float *y);
    void *context;
    bool mean_codes;
} BatchView;

StepResult network_evaluate_shown(Network *net, int count, const BatchSource *source, const BatchView *view);

/* -- Looking inside (inference form, parallel over samples; any n). */

/* Runs layers [from, to) on x (n, input of layer `from`) into y (n, output of layer to - 1).  With to == network_layers the last activation
 * is applied (probabilities, not logits).  from == to copies. */
void network_forward(Network *net, int from, int to, int n, const float *x, float *y);

/* dx (n, input of layer from) = gradient of sum(y * dy) for layers [from, to); needs input_gradient.  Sequential. */
void network_backward(Network *net, int from, int to, int n, const float *x, const float *dy, float *dx);

/* How a layer fared in the last watched step (the next one after network_watch(true)); zeros before there was one.
 * Norms are root mean squares over the layer's trained parameters, so that layers of all sizes compare. */
enum { HISTOGRAM_BINS = 16 };
typedef struct Histogram {
    float reach;                     /* bins divide -reach..reach evenly, 3 root mean squares; what lies beyond is in the last ones */
    uint16_t count[HISTOGRAM_BINS];  /* of a spread of the parameters */
} Histogram;

typedef struct LayerHealth {
    float gradient, weight;
    float update;                    /* the step's size, as a share of the weights' */
    float silent;                    /* share of outputs that are exactly 0 */
    float dead;                      /* share of units (of maps: channels) that are 0 for every sample of the batch */
    Histogram gradients, weights;
} LayerHealth;
void network_watch(Network *net, bool on);
LayerHealth network_health(const Network *net, int layer);
LayerHealth network_weights_health(const Network *net, int layer); /* what can be known without a step: the weights' size and histogram */

#endif
