/* t-SNE in the plane by the Barnes-Hut approximation: L. van der Maaten, "Accelerating t-SNE using Tree-Based Algorithms",
 * JMLR 15 (2014).  Neighbours are exact; the result depends on the numbers, the options and the seed, not on the
 * number of threads or the time. */
#ifndef STUDY_TSNE_H
#define STUDY_TSNE_H

#include "tensor/team.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct TsneOptions {
    double perplexity; /* how many neighbours count, 5 to 50; lowered where there are too few points */
    double theta;      /* 0 exact .. 1 coarse */
    int iterations;
    uint64_t seed;
    /* Called after every iteration with the share that is done; false stops: *err then has kind ERROR_NONE. */
    bool (*progress)(void *context, double share);
    void *context;
} TsneOptions;

TsneOptions tsne_options_new(void); /* 30, 0.5, 1000, seed 1 */

/* x (n, size) to out (n, 2), centred at 0.  The start is the plane of the two principal components with a little noise from the seed. */
bool tsne_run(const float *x, int n, int size, const TsneOptions *options, Team *team, float *out, Error *err) MUST_CHECK;

#endif
