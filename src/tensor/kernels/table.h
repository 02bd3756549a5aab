/* How a family of kernels is chosen: each file in tensor/kernels/ ends with one const table of function pointers, of which
 * there is a copy per instruction set. */
#ifndef TENSOR_KERNELS_TABLE_H
#define TENSOR_KERNELS_TABLE_H

#include "config.h"

#include "tensor/isa.h"

#ifdef DISABLE_SIMD
#define KERNEL_TABLES(Type, name) extern const Type name##_baseline
#define KERNEL_TABLE(name) (&name##_baseline)
#else
#define KERNEL_TABLES(Type, name) extern const Type name##_baseline, name##_avx2, name##_avx512
#define KERNEL_TABLE(name)                   \
    (isa_chosen() == ISA_AVX512 ? &name##_avx512 \
     : isa_chosen() == ISA_AVX2 ? &name##_avx2   \
                                : &name##_baseline)
#endif

#endif
