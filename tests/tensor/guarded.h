/* Arrays with guards on both sides, filled with random numbers, for tests of kernels: a write outside shows. */
#ifndef TESTS_TENSOR_GUARDED_H
#define TESTS_TENSOR_GUARDED_H

#include "each_isa.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdbool.h>

enum { GUARDS = 19 }; /* odd, so that arrays start at no vector's boundary */
static const float GUARD = -12345.5f;

static inline float *guarded_new(size_t count)
{
    if (count > 1 << 28) /* no test means that; the compiler would else ponder the overflow */
        abort();
    float *block = mem_new(count + 2 * GUARDS, sizeof *block);
    for (size_t i = 0; i < count + 2 * GUARDS; i++)
        block[i] = GUARD;
    return block + GUARDS;
}

static inline float *guarded_random(Rng *rng, size_t count, float spread)
{
    float *x = guarded_new(count);
    for (size_t i = 0; i < count; i++)
        x[i] = spread * rng_normal(rng);
    return x;
}

static inline void guarded_check(const float *x, size_t count)
{
    for (int i = 1; i <= GUARDS; i++) {
        assert_true(x[-i] == GUARD);
        assert_true(x[count + (size_t)i - 1] == GUARD);
    }
}

static inline void guarded_free(float *x, size_t count)
{
    guarded_check(x, count);
    free(x - GUARDS);
}

/* |got - wanted| <= relative * |wanted| + absolute; says both when that is not so. NaN and infinities must be the same. */
static inline void assert_near(double got, double wanted, double relative, double absolute)
{
    if (isnan(wanted) ? isnan(got) : got == wanted || fabs(got - wanted) <= relative * fabs(wanted) + absolute)
        return;
    fail_msg("got %.9g, wanted %.9g", got, wanted);
}

/* Counts that are less than, equal to and more than a vector of every instruction set. */
static const size_t tail_counts[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 47, 63, 64, 65, 100, 127, 129, 1000};

#endif
