/* Random samples to measure training with. */
#include "train/practice.h"

#include "base/mem.h"
#include "base/rng.h"

bool practice_set(Shape shape, bool codes, int batch, int classes, int most, size_t bytes, Dataset *set, uint32_t **order,
                  Error *err)
{
    size_t size = shape_size(shape), unit = codes ? sizeof(float) : 1;
    size_t fit = bytes / (size * unit);
    *set = (Dataset){.shape = shape, .count = fit < (size_t)most ? (int)fit : most, .classes = classes};
    if (set->count < 2 * batch)
        set->count = 2 * batch;
    size_t numbers = (size_t)set->count * size;
    void *block = mem_try_large(numbers, unit);
    set->labels = mem_try_large((size_t)set->count, 1);
    *order = mem_try_large((size_t)set->count, sizeof **order);
    if (codes)
        set->floats = block;
    else
        set->bytes = block;
    if (!block || !set->labels || !*order)
        return error_set(err, ERROR_FAILED, NULL, "no memory for %d samples to measure with", set->count);
    Rng rng = rng_new(1, RNG_TEST, 0, 0);
    for (size_t i = 0; i < numbers; i++) {
        if (codes) {
            set->floats[i] = rng_uniform(&rng);
            continue;
        }
        /* a fifth of the pixels has ink, as in digits */
        uint32_t bits = rng_next(&rng);
        set->bytes[i] = bits % 5 ? 0 : (uint8_t)(bits >> 24);
    }
    for (int i = 0; i < set->count; i++) {
        set->labels[i] = (uint8_t)rng_below(&rng, (uint32_t)(classes > 0 ? classes : 1));
        (*order)[i] = (uint32_t)i;
    }
    rng_shuffle(&rng, *order, (size_t)set->count);
    return true;
}
