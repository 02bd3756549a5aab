/* Inside dense.c: products of dense layers over pairs of bf16 numbers (tensor/pairs.h), by the register blocks of the
 * convolution.  The arguments are dense.h's. */
#ifndef TENSOR_DENSE_PAIRS_H
#define TENSOR_DENSE_PAIRS_H

#include "tensor/dense.h"

enum { DENSE_PAIR_ROWS = 64 }; /* samples done at a time: what they take of scratch times pairs of the wider side */

size_t dense_pairs_packed(DenseSize size);
void dense_pairs_pack(DenseSize size, const float *w, float *packed, int rank, int ranks);

/* y = x w + bias. */
void dense_pairs_forward(DenseSize size, int n, const float *x, const float *packed, const float *bias, float *y, float *scratch);
void dense_pairs_input_gradient(DenseSize size, int n, const float *dy, const float *packed, float *dx, float *scratch);

/* Rows [first, first + rows) of dw, or += with `add`. */
void dense_pairs_weight_gradient(DenseSize size, int parts, const DensePart *part, int first, int rows, bool add, float *dw);

#endif
