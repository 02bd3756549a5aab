/* Named tensors: what is saved of a network, and what stages hand to each other. */
#ifndef NN_WEIGHTS_H
#define NN_WEIGHTS_H

#include "nn/network.h"

typedef struct Weight {
    char name[64];
    int rank, dim[4];
    size_t size;
    float *data; /* owned */
} Weight;

typedef struct Weights {
    Weight *item;
    int count;
} Weights;

void weights_clear(Weights *weights);
Weight *weights_find(const Weights *weights, const char *name); /* NULL: none */

/* Adds or overwrites one tensor; data is copied (NULL: zeros).  Rank 0 is a single number. */
bool weights_put(Weights *weights, const char *name, int rank, const int *dim, const float *data, Error *err) MUST_CHECK;

/* All tensors of a network, added or overwritten. */
bool weights_from_network(Weights *weights, const Network *net, Error *err) MUST_CHECK;

/* Copies every tensor of the network that is here under its name; a wrong shape is an error naming both. *missing (may be NULL) counts
 * those not here; with missing NULL they are an error too. */
bool weights_to_network(const Weights *weights, Network *net, int *missing, Error *err) MUST_CHECK;

/* *to becomes a copy; its memory is used again where names and sizes are the same. */
bool weights_copy(const Weights *from, Weights *to, Error *err) MUST_CHECK;

#endif
