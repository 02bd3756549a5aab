/* Which kernels run: the best this processor has, or those the environment names; asked once. */
#include "config.h" /* DISABLE_SIMD */

#include "tensor/isa.h"

#include "tensor/precision.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[ISA_COUNT] = {"baseline", "avx2", "avx512", "avx512bf16"};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static Isa chosen; /* written once, before anyone reads it */

bool isa_supported(Isa isa)
{
#if defined(__x86_64__) && !defined(DISABLE_SIMD)
    switch (isa) {
    case ISA_AVX512BF16:
        return isa_supported(ISA_AVX512) && __builtin_cpu_supports("avx512bf16");
    case ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    case ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    default:
        break;
    }
#endif
    return isa == ISA_BASELINE;
}

static void choose(void)
{
    chosen = ISA_COUNT - 1;
    while (!isa_supported(chosen))
        chosen--;
    const char *forced = getenv("HOURGLASS_KERNELS");
    for (int i = 0; forced && i < ISA_COUNT; i++)
        if (!strcmp(forced, names[i]) && isa_supported((Isa)i))
            chosen = (Isa)i;
}

Isa isa_chosen(void)
{
    pthread_once(&once, choose);
    return chosen;
}

const char *isa_name(Isa isa)
{
    return names[isa];
}

const char *precision_kernels(Precision precision)
{
    Isa isa = isa_chosen();
    return names[precision == PRECISION_FLOAT32 && isa == ISA_AVX512BF16 ? ISA_AVX512 : isa];
}

const char *precision_note(Precision precision)
{
    if (precision == PRECISION_FLOAT32 || isa_chosen() == ISA_AVX512BF16)
        return NULL;
    return "these kernels have no instructions for bf16 (AVX512-BF16): the rounded numbers are multiplied in float32, with the "
           "same results, but slower than float32 alone";
}
