/* Memory.  Small allocations abort when the system has none (ui/ restores the terminal on SIGABRT); large ones,
 * whose size the user controls, return NULL and the caller reports it. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Zeroed; never NULL.  Free with free(). */
void *mem_new(size_t count, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1, 2)));
void *mem_resize(void *block, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_text(const char *text) __attribute__((malloc, returns_nonnull)); /* a copy */

/* Zeroed, aligned to 64 bytes, huge pages where that pays; NULL when there is no memory or the product
 * overflows.  Free with free(). */
void *mem_try_large(size_t count, size_t size) __attribute__((malloc, warn_unused_result));

#endif
