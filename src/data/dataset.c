/* Samples in memory. */
#include "data/dataset.h"

#include "base/mem.h"
#include "tensor/random.h"
#include "data/formats.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dataset_clear(Dataset *set)
{
    free(set->bytes);
    free(set->floats);
    free(set->labels);
    *set = (Dataset){0};
}

void data_free(Data *data)
{
    if (!data)
        return;
    dataset_clear(&data->train);
    dataset_clear(&data->test);
    free(data);
}

void dataset_sample(const Dataset *set, int index, float *out)
{
    size_t size = shape_size(set->shape), at = (size_t)index * size;
    if (set->bytes)
        bytes_to_floats(size, set->bytes + at, out);
    else
        memcpy(out, set->floats + at, size * sizeof *out);
}

void dataset_prefetch(const Dataset *set, int index)
{
    enum { LINE = 64, MOST = 4096 }; /* of larger samples the beginning: the processor notices how they go on */
    size_t bytes = shape_size(set->shape) * (set->bytes ? 1 : sizeof(float)), at = (size_t)index * bytes;
    const char *from = set->bytes ? (const char *)set->bytes + at : (const char *)set->floats + at;
    for (size_t i = 0; i < bytes && i < MOST; i += LINE)
        __builtin_prefetch(from + i);
}

void data_add_note(Data *data, const char *fmt, ...)
{
    size_t used = strlen(data->note);
    if (used > 0)
        used += (size_t)snprintf(data->note + used, sizeof data->note - used, "; ");
    if (used >= sizeof data->note)
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(data->note + used, sizeof data->note - used, fmt, args);
    va_end(args);
}

bool data_fits(Shape have, Shape want, const Data *data, Error *err)
{
    bool same = have.h == want.h && have.w == want.w && have.c == want.c;
    if (same || ((have.flat || want.flat) && shape_size(have) == shape_size(want)))
        return true;
    char has[SHAPE_TEXT], needs[SHAPE_TEXT], cure[160];
    shape_text(have, has);
    shape_text(want, needs);
    snprintf(cure, sizeof cure, "write `input %s` in the network or choose other data (--data, or D on the studio's start screen)", has);
    return error_set(err, ERROR_INPUT, cure, "the samples of %s are %s, but the network's input is %s", data->name, has,
                     needs);
}
