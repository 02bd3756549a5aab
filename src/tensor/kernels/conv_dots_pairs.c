/* The dot products over pairs of bf16 numbers: the same text as for floats, with half as many steps. */
#define PAIRS
#include "tensor/kernels/conv_dots.c"
