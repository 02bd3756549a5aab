/* Rounding floats to pairs of bf16, along rows, across rows, and turned. */
#include "tensor/kernels/pairs.h"

#include "tensor/kernels/pair_vector.h"
#include "tensor/vector.h"

/* Of n numbers in a row. */
static void row(size_t n, const float *from, float *to)
{
    size_t i = 0;
    for (; i + 2 * VECTOR_FLOATS <= n; i += 2 * VECTOR_FLOATS)
        vec_store(to + i / 2, (Vec)pairs_of_neighbours(vec_load(from + i), vec_load(from + i + VECTOR_FLOATS)));
    if (i < n) {
        size_t left = n - i;
        Vec second = left > VECTOR_FLOATS ? vec_load_up_to(from + i + VECTOR_FLOATS, left - VECTOR_FLOATS) : (Vec){0};
        vec_store_up_to(to + i / 2, (Vec)pairs_of_neighbours(vec_load_up_to(from + i, left), second), (left + 1) / 2);
    }
}

static void along(size_t rows, int c, const float *from, float *to)
{
    if (c % 2 == 0) {
        row(rows * (size_t)c, from, to);
        return;
    }
    if (c <= VECTOR_FLOATS) { /* colours: such rows are many and short */
        for (size_t r = 0; r < rows; r++, from += c, to += pairs_of(c))
            vec_store_part(to, (Vec)pairs_of_neighbours(vec_load_part(from, c), (Vec){0}), pairs_of(c));
        return;
    }
    for (size_t r = 0; r < rows; r++)
        row((size_t)c, from + r * (size_t)c, to + r * (size_t)pairs_of(c));
}

static void across(int rows, size_t count, const float *from, size_t stride, float *to, size_t width)
{
    for (int j = 0; j < rows; j += 2, from += 2 * stride, to += width) {
        size_t i = 0;
        for (; i < count; i += VECTOR_FLOATS) {
            Vec second = j + 1 < rows ? vec_load_up_to(from + stride + i, count - i) : (Vec){0};
            vec_store_up_to(to + i, (Vec)pairs_of_lanes(vec_load_up_to(from + i, count - i), second), width - i);
        }
        for (; i < width; i += VECTOR_FLOATS)
            vec_store_up_to(to + i, (Vec){0}, width - i);
    }
}

static void turned(int rows, int c, const float *from, size_t stride, float *to, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        const float *numbers = from + i * stride;
        for (int j = 0; j < c; j += 2 * VECTOR_FLOATS) {
            float words[VECTOR_FLOATS] = {0};
            int left = c - j < 2 * VECTOR_FLOATS ? c - j : 2 * VECTOR_FLOATS;
            if (i < (size_t)rows)
                row((size_t)left, numbers + j, words);
            for (int k = 0; k < pairs_of(left); k++)
                to[(size_t)(j / 2 + k) * width + i] = words[k];
        }
    }
}

const PairKernels KERNEL(pair_kernels) = {along, across, turned};
