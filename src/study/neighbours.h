/* The nearest neighbours of every point, exactly, and how alike they are. */
#ifndef STUDY_NEIGHBOURS_H
#define STUDY_NEIGHBOURS_H

#include "tensor/team.h"

#include <stdbool.h>

/* A sparse symmetric matrix: row i's entries are [first[i], first[i + 1]) of other and value. */
typedef struct Affinity {
    int n;
    int *first, *other;
    float *value;
} Affinity;

/* index and square (n, k): the k nearest others of each point, any order, with squared distances; k < n. */
void neighbours_find(const float *x, int n, int size, int k, Team *team, int *index, float *square);

/* t-SNE's joint probabilities: for each point a Gaussian over its k = 3 * perplexity neighbours whose entropy is log(perplexity); made
 * symmetric, summing to 1. */
bool affinity_new(const float *x, int n, int size, double perplexity, Team *team, Affinity *out, Error *err) MUST_CHECK;
void affinity_clear(Affinity *affinity);

#endif
