/* Random numbers by the vector, from the same counter-based generator as base/rng.h (Philox), and what is made of
 * them: dropout, noise.  A sample's numbers depend on (seed, stream, a, b) alone. */
#ifndef TENSOR_RANDOM_H
#define TENSOR_RANDOM_H

#include "base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void random_normal(uint64_t seed, RngStream stream, uint32_t a, uint32_t b, size_t count, float *out); /* N(0, 1) */

/* Inverted dropout (Srivastava et al. 2014): y = x / (1 - rate) where kept, else 0.  The mask is kept as bits,
 * (count + 7) / 8 bytes. 16 random bits decide a number: the rate is exact to 1.5e-5.  In place when y == x. */
void dropout_forward(uint64_t seed, uint32_t a, uint32_t b, float rate, size_t count, const float *x, float *y,
                     uint8_t *mask);
void dropout_backward(float rate, size_t count, const uint8_t *mask, const float *dy, float *dx);

/* Bytes to floats, times 1/255. */
void bytes_to_floats(size_t count, const uint8_t *bytes, float *out);

/* x = clip(x + mean + sd * N(0,1)) */
void noise_gaussian(uint64_t seed, uint32_t a, uint32_t b, float mean, float sd, bool clip, size_t count, float *x);
/* each number becomes 0 or 1 with probability rate / 2 each */
void noise_salt_pepper(uint64_t seed, uint32_t a, uint32_t b, float rate, size_t count, float *x);
/* each number becomes 0 with probability rate */
void noise_masking(uint64_t seed, uint32_t a, uint32_t b, float rate, size_t count, float *x);

#endif
