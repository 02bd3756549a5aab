/* Walking in the space of codes: the plane, the prior, paths. */
#ifndef STUDY_LATENT_H
#define STUDY_LATENT_H

#include "study/subject.h"

/* The standard normal distribution's quantile function, 0 < p < 1, to about 1e-9 (P. Acklam's rational approximation and one step
 * of Halley's method). */
double normal_quantile(double p);

/* n values from the quantile at 5 % to the one at 95 %, evenly in probability: what the prior holds. */
void latent_quantiles(int n, float *out);

/* Codes (rows * columns, size) of a grid: dimension a takes column_value from left to right, dimension b row_value from top
 * to bottom, all others are as in base (NULL: zero). */
void latent_grid(size_t size, int a, int b, int rows, const float *row_value, int columns, const float *column_value,
                 const float *base, float *out);

/* n codes from N(0, 1). */
void latent_prior(size_t size, int n, uint64_t seed, float *out);

/* n codes from the normal distribution that has the mean and the covariance of `samples` codes (samples, size). */
void latent_fitted(const float *code, int samples, size_t size, int n, uint64_t seed, float *out);

/* `steps` codes on the way from a to b, ends included; spherical keeps the length between theirs (K. Shoemake's slerp). */
void latent_path(const float *a, const float *b, size_t size, int steps, bool spherical, float *out);

/* Mean, and the values below which 5 % and 95 % of the codes lie, of every dimension; any may be NULL. */
void latent_spread(const float *code, int samples, size_t size, float *mean, float *low, float *high);

#endif
