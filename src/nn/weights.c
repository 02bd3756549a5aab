/* The list of named tensors itself; what passes between it and a network is in weights_network.c. */
#include "nn/weights.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void weights_clear(Weights *weights)
{
    for (int i = 0; i < weights->count; i++)
        free(weights->item[i].data);
    free(weights->item);
    *weights = (Weights){0};
}

Weight *weights_find(const Weights *weights, const char *name)
{
    for (int i = 0; i < weights->count; i++)
        if (!strcmp(weights->item[i].name, name))
            return &weights->item[i];
    return NULL;
}

/* The number of floats; false when a dimension is negative or the product too large to be bytes. */
static bool tensor_size(int rank, const int *dim, size_t *size)
{
    size_t product = 1, bytes;
    if (rank < 0 || rank > (int)COUNT_OF(((Weight *)0)->dim))
        return false;
    for (int i = 0; i < rank; i++)
        if (dim[i] < 0 || __builtin_mul_overflow(product, (size_t)dim[i], &product))
            return false;
    *size = product;
    return !__builtin_mul_overflow(product, sizeof(float), &bytes);
}

bool weights_put(Weights *weights, const char *name, int rank, const int *dim, const float *data, Error *err)
{
    size_t size;
    if (strlen(name) >= sizeof weights->item->name)
        return error_set(err, ERROR_INPUT, NULL, "the tensor's name is too long: %.80s...", name);
    if (!tensor_size(rank, dim, &size))
        return error_set(err, ERROR_INPUT, NULL, "tensor %s has an impossible shape", name);

    Weight *weight = weights_find(weights, name);
    if (!weight || weight->size != size) {
        float *block = mem_try_large(size, sizeof(float));
        if (!block)
            return error_set(err, ERROR_FAILED, NULL, "no memory for tensor %s of %zu numbers", name, size);
        if (!weight) {
            weights->item = mem_resize(weights->item, (size_t)weights->count + 1, sizeof *weights->item);
            weight = &weights->item[weights->count++];
            *weight = (Weight){0};
            snprintf(weight->name, sizeof weight->name, "%s", name);
        }
        free(weight->data);
        weight->data = block;
        weight->size = size;
    } else if (!data) {
        memset(weight->data, 0, size * sizeof(float));
    }
    weight->rank = rank;
    memset(weight->dim, 0, sizeof weight->dim);
    for (int i = 0; i < rank; i++)
        weight->dim[i] = dim[i];
    if (data && size)
        memcpy(weight->data, data, size * sizeof(float));
    return true;
}

bool weights_copy(const Weights *from, Weights *to, Error *err)
{
    /* Into what is there already: a trainer keeps its best epoch this way without allocating each time. */
    bool same = from->count == to->count;
    for (int i = 0; same && i < from->count; i++)
        same = !strcmp(from->item[i].name, to->item[i].name) && from->item[i].size == to->item[i].size;
    if (!same)
        weights_clear(to);
    for (int i = 0; i < from->count; i++) {
        const Weight *weight = &from->item[i];
        if (!weights_put(to, weight->name, weight->rank, weight->dim, weight->data, err))
            return false;
    }
    return true;
}
