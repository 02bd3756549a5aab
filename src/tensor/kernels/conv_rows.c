/* Passes over rows of channels: the activation after a sum of products, and the bias gradient. */
#include "tensor/kernels/conv_common.h"
#include "tensor/kernels/conv_kernels.h"
#include "tensor/vector.h"

static void finish(size_t count, ConvFinish finish, float alpha, float *y)
{
    size_t i = 0;
    for (; i + VECTOR_FLOATS <= count; i += VECTOR_FLOATS)
        vec_store(y + i, finish_vec(vec_load(y + i), finish, alpha));
    for (; i < count; i++)
        y[i] = finish_float(y[i], finish, alpha);
}

enum {
    NARROW = 8,  /* channels whose rows are summed several to a vector */
    WIDE = 8,    /* vectors summed side by side */
    PASS = 512   /* rows summed in registers before they are added up: bounds the rounding error of long sums */
};

/* c vectors hold VECTOR_FLOATS whole rows, so the number at place j of them is of channel j % c. */
static void sum_narrow(size_t rows, int c, const float *y, float *sum)
{
    Vec lanes[NARROW] = {{0}};
    for (; rows >= VECTOR_FLOATS; rows -= VECTOR_FLOATS, y += c * VECTOR_FLOATS)
        for (int v = 0; v < c; v++)
            lanes[v] += vec_load(y + v * VECTOR_FLOATS);
    for (int v = 0, j = 0; v < c; v++)
        for (int i = 0; i < VECTOR_FLOATS; i++, j++)
            sum[j % c] += lanes[v][i];
    for (; rows > 0; rows--, y += c)
        for (int j = 0; j < c; j++)
            sum[j] += y[j];
}

static void sum_wide(size_t rows, int c, const float *y, float *sum)
{
    int j = 0;
    for (; j + WIDE * VECTOR_FLOATS <= c; j += WIDE * VECTOR_FLOATS) {
        Vec lanes[WIDE] = {{0}};
        for (size_t row = 0; row < rows; row++)
            for (int v = 0; v < WIDE; v++)
                lanes[v] += vec_load(y + row * (size_t)c + j + v * VECTOR_FLOATS);
        for (int v = 0; v < WIDE; v++)
            vec_store(sum + j + v * VECTOR_FLOATS, vec_load(sum + j + v * VECTOR_FLOATS) + lanes[v]);
    }
    for (; j < c; j += VECTOR_FLOATS) {
        int count = c - j < VECTOR_FLOATS ? c - j : VECTOR_FLOATS;
        Vec lanes = {0};
        for (size_t row = 0; row < rows; row++)
            lanes += vec_load_part(y + row * (size_t)c + j, count);
        vec_store_part(sum + j, vec_load_part(sum + j, count) + lanes, count);
    }
}

static void sum(size_t rows, int c, const float *y, float *total)
{
    for (size_t first = 0; first < rows; first += PASS) {
        size_t pass = rows - first < PASS ? rows - first : PASS;
        (c <= NARROW ? sum_narrow : sum_wide)(pass, c, y + first * (size_t)c, total);
    }
}

const ConvRowsKernels KERNEL(conv_rows_kernels) = {finish, sum};
