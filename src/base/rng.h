/* Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
 *
 * Nothing here has hidden state.  A number is a function of (seed, stream, a, b, index), so the same numbers come out
 * whatever the number of threads, the order of the work, or after a resume: what would be "the state of the
 * generator" is a step counter that the caller knows anyway. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* What the numbers are for; two streams never overlap. */
typedef enum RngStream {
    RNG_INIT = 1,  /* a: layer tensor */
    RNG_SHUFFLE,   /* a: epoch */
    RNG_NOISE,     /* a: epoch, b: sample */
    RNG_DROPOUT,   /* a: step, b: layer << 24 | sample in batch */
    RNG_SAMPLE,    /* a: step, b: layer << 24 | sample in batch: the VAE's epsilon */
    RNG_SPLIT,     /* random validation split */
    RNG_DIGITS,    /* a: digit's index: the built-in digits */
    RNG_PICK,      /* samples for figures */
    RNG_PRIOR,     /* codes drawn from the prior */
    RNG_TSNE,
    RNG_TEST
} RngStream;

typedef struct Rng {
    uint32_t key[2];     /* from seed and stream */
    uint32_t counter[4]; /* block index, -, a, b */
    uint32_t block[4];
    int used; /* numbers of `block` already given */
} Rng;

Rng rng_new(uint64_t seed, RngStream stream, uint32_t a, uint32_t b);

uint32_t rng_next(Rng *rng);                       /* 32 random bits */
uint32_t rng_below(Rng *rng, uint32_t limit);      /* uniform in [0, limit), unbiased; limit > 0 */
float rng_uniform(Rng *rng);                       /* [0, 1) */
float rng_normal(Rng *rng);                        /* N(0, 1), Box-Muller */
void rng_shuffle(Rng *rng, uint32_t *items, size_t count); /* Fisher-Yates */

/* One block: 128 bits at a counter, for code that lays out its own numbers. */
void rng_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]);

#endif
