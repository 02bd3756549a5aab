/* How a family of kernels is chosen: each file in tensor/kernels/ ends with one const table of function pointers, of which
 * there is a copy per instruction set.  The families for pairs of bf16 numbers have one more. */
#ifndef TENSOR_KERNELS_TABLE_H
#define TENSOR_KERNELS_TABLE_H

#include "config.h"

#include "tensor/isa.h"

#ifdef DISABLE_SIMD
#define KERNEL_TABLES(Type, name) extern const Type name##_baseline
#define KERNEL_TABLE(name) (&name##_baseline)
#define PAIR_TABLES(Type, name) KERNEL_TABLES(Type, name)
#define PAIR_TABLE(name) KERNEL_TABLE(name)
#else
#define KERNEL_TABLES(Type, name) extern const Type name##_baseline, name##_avx2, name##_avx512
#define KERNEL_TABLE(name)                   \
    (isa_chosen() >= ISA_AVX512 ? &name##_avx512 \
     : isa_chosen() == ISA_AVX2 ? &name##_avx2   \
                                : &name##_baseline)
#define PAIR_TABLES(Type, name) KERNEL_TABLES(Type, name), name##_avx512bf16
#define PAIR_TABLE(name) (isa_chosen() == ISA_AVX512BF16 ? &name##_avx512bf16 : KERNEL_TABLE(name))
#endif

#endif
