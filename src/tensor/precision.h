/* In which numbers the products of layers are taken.
 *
 * bf16 is the upper half of a float32: its range, but 8 significant bits, so that rounding is off by up to 2^-9 of a
 * number.  PRECISION_BF16 rounds both factors of a product to it, to nearest and ties to even; sums are float32, and so
 * is everything that is kept: weights, gradients, outputs, the optimizer's memory.  Processors with AVX512-BF16 do two
 * such products in the time of one (tensor/kernels/pair_vector.h); elsewhere the same is worked out with float32
 * multiplications, which are exact for such factors: the same results but for the order of additions, only slower. */
#ifndef TENSOR_PRECISION_H
#define TENSOR_PRECISION_H

typedef enum Precision { PRECISION_FLOAT32, PRECISION_BF16 } Precision;

/* The instruction set of the kernels that such products are taken with: with the same one a training gives the same bytes. */
const char *precision_kernels(Precision precision);

/* NULL where the kernels in use have instructions for it, else a sentence that says what that means. */
const char *precision_note(Precision precision);

#endif
