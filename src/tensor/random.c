/* Random numbers by the vector: which kernel runs.  The arithmetic is in kernels/random.c.
 *
 * How the generator's numbers become elements is the same for every instruction set.  The key and counter are those of
 * rng_new(seed, stream, a, b); block k has counter {k mod 2^32, k div 2^32, a, b} and gives the words 0 to 3 of 32 bits.
 *
 * Floats and noise: element i belongs to group i / 64, which is made of the 16 blocks from 16 (i / 64) on.  Within the
 * group, element 16 w + l is word w of the group's block l: so each word of 16 blocks fills 16 neighbours, whatever the
 * length of a vector.  Uniform numbers are the word's upper 24 bits; normal ones come in pairs from words 0 and 1 (the
 * cosine goes to word 0's element, the sine to word 1's) and from words 2 and 3.
 *
 * Dropout: element i belongs to group i / 128, again of 16 blocks.  Element 32 w + 16 h + l of a group is decided by the
 * lower (h = 0) or upper (h = 1) 16 bits of word w of block l. */
#include "tensor/random.h"

#include "tensor/kernels/random.h"

#include <math.h>

static const RandomKernels *kernels(void)
{
    return KERNEL_TABLE(random_kernels);
}

static int32_t in_24_bits(double probability)
{
    return (int32_t)lround(probability * 0x1p24);
}

void random_normal(uint64_t seed, RngStream stream, uint32_t a, uint32_t b, size_t count, float *out)
{
    Rng rng = rng_new(seed, stream, a, b);
    kernels()->normal(&rng, count, out);
}

void dropout_forward(uint64_t seed, uint32_t a, uint32_t b, float rate, size_t count, const float *x, float *y,
                     uint8_t *mask)
{
    Rng rng = rng_new(seed, RNG_DROPOUT, a, b);
    kernels()->dropout(&rng, (uint32_t)lroundf(rate * 65536), 1 / (1 - rate), count, x, y, mask);
}

void dropout_backward(float rate, size_t count, const uint8_t *mask, const float *dy, float *dx)
{
    kernels()->masked(1 / (1 - rate), count, mask, dy, dx);
}

void bytes_to_floats(size_t count, const uint8_t *bytes, float *out)
{
    kernels()->bytes(count, bytes, out);
}

void noise_gaussian(uint64_t seed, uint32_t a, uint32_t b, float mean, float sd, bool clip, size_t count, float *x)
{
    Rng rng = rng_new(seed, RNG_NOISE, a, b);
    kernels()->gaussian(&rng, mean, sd, clip, count, x);
}

void noise_salt_pepper(uint64_t seed, uint32_t a, uint32_t b, float rate, size_t count, float *x)
{
    Rng rng = rng_new(seed, RNG_NOISE, a, b);
    kernels()->replace(&rng, in_24_bits((double)rate / 2), in_24_bits((double)rate), count, x);
}

void noise_masking(uint64_t seed, uint32_t a, uint32_t b, float rate, size_t count, float *x)
{
    Rng rng = rng_new(seed, RNG_NOISE, a, b);
    kernels()->replace(&rng, in_24_bits((double)rate), in_24_bits((double)rate), count, x);
}
