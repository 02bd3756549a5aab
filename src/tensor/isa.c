#include "config.h"

#include "tensor/isa.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[ISA_COUNT] = {"baseline", "avx2", "avx512"};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static Isa chosen; /* written once, before anyone reads it */

bool isa_supported(Isa isa)
{
#if defined(__x86_64__) && !defined(DISABLE_SIMD)
    switch (isa) {
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
    chosen = isa_supported(ISA_AVX512) ? ISA_AVX512 : isa_supported(ISA_AVX2) ? ISA_AVX2 : ISA_BASELINE;
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
