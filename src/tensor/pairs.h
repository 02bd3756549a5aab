/* Numbers rounded to bf16 (tensor/precision.h), two in the place of one float: the earlier in the lower half.  A kernel for
 * pairs multiplies both halves of two such words and adds both products to a float, so it goes through half as many
 * words as there are products to sum; the two numbers of a word are neighbours along the axis that is summed over.
 *
 * The words are held in arrays of float, but are none: they are only copied, and read by the kernels for pairs.
 * Infinities and NaN keep being such, denormal numbers become zero, what lies beyond bf16's largest number infinite. */
#ifndef TENSOR_PAIRS_H
#define TENSOR_PAIRS_H

#include <stddef.h>

static inline int pairs_of(int count)
{
    return count / 2 + count % 2;
}

/* rows of c numbers into rows of pairs_of(c) words, neighbours of a row paired; the last of an odd number with 0. */
void pairs_along(size_t rows, int c, const float *from, float *to);

/* Rows paired: rows 2j and 2j + 1 (zeros after the last), which begin `stride` floats apart, make row j of `to`, with
 * `count` words and zeros up to `width`. */
void pairs_across(int rows, size_t count, const float *from, size_t stride, float *to, size_t width);

/* Columns paired and turned: word j of row i, numbers 2j and 2j + 1 of its c, stands at to[j * width + i]; zeros for i
 * from `rows` to `width`. */
void pairs_turned(int rows, int c, const float *from, size_t stride, float *to, size_t width);

#endif
