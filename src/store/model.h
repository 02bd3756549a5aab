/* A model file: a design and its weights in one safetensors file, enough to load and use it. */
#ifndef STORE_MODEL_H
#define STORE_MODEL_H

#include "nn/weights.h"
#include "spec/design.h"

typedef struct Model {
    Design *design;
    Weights weights;
    int stage;            /* the stage whose network the model is (the last trained) */
    char data_name[64];   /* what it was trained on, as the program names it */
    char data_checksum[65];
    uint64_t seed;
} Model;

bool model_write(const char *path, const Model *model, Error *err) MUST_CHECK;

/* A model file, a run's folder or name (under runs_dir; its final model, or the last checkpoint when it is not finished).
 * NAME@EPOCH takes the kept weights of that epoch (of the last stage that has it), NAME@s1-e0006 of stage 1, NAME@best
 * the best, NAME@last those of the last checkpoint. */
bool model_open(const char *run_or_path, const char *runs_dir, Model *out, Error *err) MUST_CHECK;
void model_clear(Model *model);

/* A network ready for inference with the model's weights, up to `batch` samples a call.  It always starts at the design's
 * input: where the stage learns codes, the blocks that make them come first (its output is then codes, not pictures). */
Network *model_network(const Model *model, int batch, Team *team, Error *err) MUST_CHECK;

/* The same, able to run network_backward (activation maximisation). */
Network *model_network_gradients(const Model *model, int batch, Team *team, Error *err) MUST_CHECK;

/* What the model's whole network makes of n inputs x, on the calling thread alone: (n, out), the caller's.  NULL where its inputs are
 * not of `in` numbers or its outputs not of `out`, and with *err where it cannot be built. */
float *model_outputs(const Model *model, int n, const float *x, size_t in, size_t out, Error *err) MUST_CHECK;

/* Layers before this index of that network make the code. */
int model_code_layer(const Model *model);

#endif
