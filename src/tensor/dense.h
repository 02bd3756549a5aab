/* Dense layers, and plain products through OpenBLAS.  x (n, in), w (in, out), y (n, out).
 *
 * Many samples go through weights that were packed before: made once after each change of w, for both directions and all
 * threads.  For few samples that would cost more than it saves: w is used as it stands (`packed` is NULL). */
#ifndef TENSOR_DENSE_H
#define TENSOR_DENSE_H

#include "tensor/activation.h"
#include "tensor/precision.h"

typedef struct DenseSize {
    int in, out;
    bool wants_dx; /* the input gradient will be asked for */
    Precision precision; /* bf16: but not by unpacked weights, nor for the gradient of fewer than 64 samples */
} DenseSize;

/* Whether calls of at most n samples want packed weights.  All calls between two changes of w must have the same answer. */
bool dense_wants_packed(DenseSize size, int n);
size_t dense_packed(DenseSize size);  /* floats, shared by all threads */
size_t dense_scratch(DenseSize size); /* floats, each thread its own */

/* Rank's share of packing.  A barrier must follow before the weights are used. */
void dense_pack(DenseSize size, const float *w, float *packed, int rank, int ranks);

typedef struct DenseWeights {
    const float *w, *packed; /* packed: or NULL */
    float *scratch;          /* this thread's */
} DenseWeights;

/* y = f(x w + bias), overwritten; bias may be NULL. */
void dense_forward(DenseSize size, int n, const float *x, DenseWeights w, const float *bias, Activation act, float *y);
void dense_input_gradient(DenseSize size, int n, const float *dy, DenseWeights w, float *dx); /* overwritten */
void dense_weight_gradient(DenseSize size, int n, const float *x, const float *dy, float *dw); /* dw += */

/* Samples of one thread, (n, in) and (n, out). */
typedef struct DensePart {
    int n;
    const float *x, *dy;
} DensePart;

/* The weight gradient some rows at a time, summed over all parts' samples, whose dy are packed once for all rows. */
size_t dense_parts_packed(DenseSize size, int n); /* floats for n samples in all */
void dense_pack_parts(DenseSize size, int parts, const DensePart *part, float *packed);

/* Rows [first, first + rows) of it; overwritten.  `fetch`, NULL or ended by NULL, lists arrays of dw's form that the caller will
 * want next: they are brought into cache meanwhile. */
void dense_weight_gradient_rows(DenseSize size, int parts, const DensePart *part, const float *packed, int first, int rows,
                                float *dw, float *const *fetch);

/* Plain row-major products for everybody else (PCA, benchmarks): c (m, n) = alpha op(a) op(b) + beta c. */
void matrix_product(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                    const float *b, int ldb, float beta, float *c, int ldc);

/* Keeps OpenBLAS on the calling thread from now on; team_new() calls it. */
void matrix_use_one_thread(void);

/* OpenBLAS's version, processor core and build, for reports. */
void matrix_library(char *text, size_t size);

#endif
