/* The linker leads every call of malloc and its like here (--wrap). */
#include "allocations.h"

#include <stdatomic.h>
#include <stdlib.h>

static atomic_long calls;
static atomic_size_t bytes;

long allocations(void)
{
    return atomic_load(&calls);
}

size_t allocated_bytes(void)
{
    return atomic_load(&bytes);
}

static void count(size_t size)
{
    atomic_fetch_add(&calls, 1);
    atomic_fetch_add(&bytes, size);
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t number, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t number, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

void *__wrap_malloc(size_t size)
{
    count(size);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t number, size_t size)
{
    count(number * size);
    return __real_calloc(number, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    count(size);
    return __real_realloc(block, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    count(size);
    return __real_aligned_alloc(align, size);
}
