/* The count lies in front of the block. */
#include "base/shared.h"

#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

struct Shared {
    atomic_int owners;
    _Alignas(max_align_t) unsigned char data[];
};

Shared *shared_new(size_t count, size_t size)
{
    size_t units = (count * size + sizeof(Shared) - 1) / sizeof(Shared) + 1;
    Shared *shared = mem_new(units, sizeof *shared);
    atomic_init(&shared->owners, 1);
    return shared;
}

Shared *shared_keep(Shared *shared)
{
    if (shared)
        atomic_fetch_add_explicit(&shared->owners, 1, memory_order_relaxed);
    return shared;
}

void shared_drop(Shared *shared)
{
    /* What each owner did comes before the last one frees. */
    if (shared && atomic_fetch_sub_explicit(&shared->owners, 1, memory_order_acq_rel) == 1)
        free(shared);
}

void *shared_data(Shared *shared)
{
    return shared ? shared->data : NULL;
}
