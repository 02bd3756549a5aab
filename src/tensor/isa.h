/* Which instruction set the kernels use.  Every file in tensor/kernels/ is compiled once for each of them (see
 * vector.h); each operation picks its row of function pointers by isa_chosen(). */
#ifndef TENSOR_ISA_H
#define TENSOR_ISA_H

#include <stdbool.h>

/* AVX512BF16 is AVX-512 with products of bf16 numbers: only the kernels for those have a form of their own. */
typedef enum Isa { ISA_BASELINE, ISA_AVX2, ISA_AVX512, ISA_AVX512BF16, ISA_COUNT } Isa;

/* The best this processor has, or the one named by the environment variable HOURGLASS_KERNELS
 * (baseline, avx2, avx512, avx512bf16; ignored where the processor lacks it).  Fixed at the first call. */
Isa isa_chosen(void);
bool isa_supported(Isa isa);
const char *isa_name(Isa isa);

#endif
