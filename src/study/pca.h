/* Principal components: the directions in which numbers vary most. */
#ifndef STUDY_PCA_H
#define STUDY_PCA_H

#include "base/error.h"

#include <stdbool.h>

typedef struct Pca {
    int size, components;
    float *mean;      /* (size) */
    float *component; /* (components, size), orthonormal; each one's largest number is positive, so signs repeat */
    double *variance; /* (components), falling */
    double total;     /* variance of all directions together */
} Pca;

/* Of n samples (n, size); variances divide by n - 1.  At most min(n - 1, size) components are found, fewer where asked for fewer. */
bool pca_fit(const float *x, int n, int size, int components, Pca *out, Error *err) MUST_CHECK;
void pca_clear(Pca *pca);

/* out (n, pca->components): coordinates along the components. */
void pca_project(const Pca *pca, const float *x, int n, float *out);

#endif
