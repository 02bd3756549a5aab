/* Philox, and numbers of other kinds from its words. */
#include "base/rng.h"

#include <math.h>

void rng_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4])
{
    uint32_t k0 = key[0], k1 = key[1];
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u; /* the golden ratio, and sqrt(3) - 1: the paper's Weyl constants */
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

Rng rng_new(uint64_t seed, RngStream stream, uint32_t a, uint32_t b)
{
    Rng rng = {.key = {(uint32_t)seed, (uint32_t)(seed >> 32) ^ ((uint32_t)stream * 0x85EBCA6Bu)},
               .counter = {0, 0, a, b},
               .used = 4};
    return rng;
}

uint32_t rng_next(Rng *rng)
{
    if (rng->used == 4) {
        rng_philox(rng->key, rng->counter, rng->block);
        if (++rng->counter[0] == 0)
            rng->counter[1]++;
        rng->used = 0;
    }
    return rng->block[rng->used++];
}

uint32_t rng_below(Rng *rng, uint32_t limit)
{
    /* Lemire's multiply and reject: unbiased. */
    uint64_t product = (uint64_t)rng_next(rng) * limit;
    if ((uint32_t)product < limit) {
        uint32_t floor = -limit % limit;
        while ((uint32_t)product < floor)
            product = (uint64_t)rng_next(rng) * limit;
    }
    return (uint32_t)(product >> 32);
}

float rng_uniform(Rng *rng)
{
    return (float)(rng_next(rng) >> 8) * 0x1p-24f;
}

float rng_normal(Rng *rng)
{
    const float turn = 6.28318530717958647692f;
    float u = 1.0f - rng_uniform(rng); /* (0, 1]: the logarithm is finite */
    float angle = turn * rng_uniform(rng);
    return sqrtf(-2.0f * logf(u)) * cosf(angle);
}

void rng_shuffle(Rng *rng, uint32_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = rng_below(rng, (uint32_t)i);
        uint32_t swap = items[i - 1];
        items[i - 1] = items[j];
        items[j] = swap;
    }
}
