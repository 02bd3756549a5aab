/* Allocations that give up, and those that may be refused. */
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void give_up(size_t bytes)
{
    /* The only message below cli/ and ui/: nothing can be handed upwards without memory. */
    fprintf(stderr, "hourglass: out of memory (%zu bytes)\n", bytes);
    abort();
}

void *mem_new(size_t count, size_t size)
{
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (!block)
        give_up(count * size);
    return block;
}

void *mem_resize(void *block, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        give_up(SIZE_MAX);
    void *grown = realloc(block, bytes ? bytes : 1);
    if (!grown)
        give_up(bytes);
    return grown;
}

char *mem_text(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(mem_new(bytes, 1), text, bytes);
}

void *mem_try_large(size_t count, size_t size)
{
    enum { LINE = 64, HUGE_PAGE = 2 << 20 };
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE)
        return NULL;
    size_t align = bytes >= HUGE_PAGE ? HUGE_PAGE : LINE;
    bytes = (bytes + align - 1) / align * align;
    if (!bytes)
        bytes = align;
    void *block = aligned_alloc(align, bytes);
    if (!block)
        return NULL;
    if (align == HUGE_PAGE)
        madvise(block, bytes, MADV_HUGEPAGE); /* fewer page faults and TLB misses; only a hint */
    memset(block, 0, bytes);
    return block;
}
