/* What the network should compute: every layer kind once more, in double precision, as plain loops over all samples.
 *
 * Nothing here knows of vectors, threads, chunks or packed weights.  Random numbers are the layers' own (base/rng.h's blocks,
 * laid out as tensor/random.c says), so that dropout and Sample can be compared number by number. */
#ifndef TESTS_NN_REFERENCE_H
#define TESTS_NN_REFERENCE_H

#include "base/rng.h"
#include "nn/network.h"

typedef struct RefTensor {
    size_t size;
    double *value;
    double *grad; /* of the loss; for moving statistics: what they are after the batch */
} RefTensor;

typedef struct RefKind RefKind;

typedef struct RefLayer {
    LayerSpec spec;
    const RefKind *kind;
    Shape in, out;
    bool frozen;
    RefTensor tensor[LAYER_TENSORS];
    int tensors;
    double *x, *y; /* (batch, in), (batch, out); x is the y before it */
    double *keep;  /* what backward needs: the numbers before the activation, ... */
    double *dx, *dy;
} RefLayer;

typedef struct Reference {
    RefLayer *layer;
    int layers, batch;
    /* the form, set before forward */
    bool training, sampling;
    uint64_t seed;
    uint32_t step;
    double kl_weight; /* of the loss; not divided by the batch */
    /* found by forward */
    double kl[2];  /* sums over the batch: KL, and beta KL */
    double margin; /* how near a number came to a kink, or a maximum to the next: below this, rounding may choose the other side */
} Reference;

/* NULL when a kind has no reference. */
Reference *reference_new(const LayerSpec *layers, int count, Shape input, int batch, const bool *frozen);
void reference_free(Reference *ref);

bool reference_has(const LayerKind *kind);

/* Copies the network's parameters. */
void reference_take(Reference *ref, const Network *net);

/* x (batch, input); the output is the last layer's y. */
void reference_forward(Reference *ref, const float *x);
double *reference_output(Reference *ref);

/* Fills all gradients from the last layer's dy (which the caller, or reference_loss, has set); adds the KL's. */
void reference_backward(Reference *ref);

/* The batch's loss as reported, KL included; sets the last layer's dy to its gradient.  target or labels. */
double reference_loss(Reference *ref, const LossSpec *loss, const float *target, const uint8_t *labels, long *correct);

/* A network's random numbers, one at a time. */
double reference_normal(uint64_t seed, RngStream stream, uint32_t a, uint32_t b, size_t index);
bool reference_kept(uint64_t seed, uint32_t a, uint32_t b, float rate, size_t index);

/* Draws a layer of this kind with fields in their rows' ranges (kept small), `turn` counting the cases of the kind: over
 * enough turns every word of every choice comes up, and bare minima.  Draws an input shape it accepts. */
LayerSpec reference_draw(const LayerKind *kind, int turn, Rng *rng, Shape *in);
int reference_turns(const LayerKind *kind); /* after so many, all words were used */

/* ---- for reference*.c alone */

struct RefKind {
    const char *name;
    Shape (*shape)(const LayerSpec *spec, Shape in);
    void (*sizes)(RefLayer *layer); /* tensors and their sizes; NULL: none */
    size_t keep;                    /* doubles an output number */
    void (*forward)(Reference *ref, RefLayer *layer, uint32_t index);
    void (*backward)(Reference *ref, RefLayer *layer, uint32_t index); /* overwrites dx */
};

extern const RefKind *const ref_kinds[];
extern const int ref_kinds_count;
extern const RefKind ref_conv, ref_convt, ref_maxpool, ref_avgpool, ref_upsample;

size_t ref_out_count(const Reference *ref, const RefLayer *layer);
void ref_add_tensor(RefLayer *layer, size_t size);
void ref_clear_grads(RefLayer *layer, int tensors); /* of the first `tensors` */
/* keep holds the numbers before; y becomes those after. */
void ref_activate(Reference *ref, RefLayer *layer, Activation act);
/* dy becomes the gradient of the numbers before. */
void ref_undo_activation(Reference *ref, RefLayer *layer, Activation act);
Activation ref_activation_of(const LayerSpec *spec, const char *field);

const Value *ref_field(const LayerSpec *spec, const char *name);
int ref_int(const LayerSpec *spec, const char *name);

#endif
