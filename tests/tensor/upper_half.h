/* Numbers that bf16 can hold, for tests: products of such are as exact in bf16 as in float32. */
#ifndef TESTS_TENSOR_UPPER_HALF_H
#define TESTS_TENSOR_UPPER_HALF_H

#include <stdint.h>
#include <string.h>

static inline float upper_half(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= 0xffff0000;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#endif
