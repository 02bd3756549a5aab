/* Noise that denoising autoencoders learn to remove.  A kind is one row of noise_kinds[]. */
#ifndef DATA_NOISE_H
#define DATA_NOISE_H

#include "base/param.h"

#include <stddef.h>
#include <stdint.h>

typedef ParamSet NoiseSpec; /* kind is &noise_kind->param */

typedef struct NoiseKind {
    ParamKind param; /* none; gaussian mean sd clip; saltpepper rate; masking rate */
    /* Adds the noise of sample `sample` in epoch `epoch` to x.  Validation and pictures use NOISE_FIXED_EPOCH. */
    void (*apply)(const NoiseSpec *spec, uint64_t seed, uint32_t epoch, uint32_t sample, size_t count, float *x);
} NoiseKind;

enum { NOISE_FIXED_EPOCH = -1 }; /* as uint32_t: no training epoch has this number */

extern const NoiseKind *const noise_kinds[];
extern const int noise_kinds_count;

void noise_apply(const NoiseSpec *spec, uint64_t seed, uint32_t epoch, uint32_t sample, size_t count, float *x);
bool noise_is_none(const NoiseSpec *spec);

#endif
