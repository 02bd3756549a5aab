/* A block of memory with several owners, of any threads: freed when the last one lets go.  Who may write what is for the
 * owners to agree on; usually it is filled before it is shared, and never changed after. */
#ifndef BASE_SHARED_H
#define BASE_SHARED_H

#include <stddef.h>

typedef struct Shared Shared;

Shared *shared_new(size_t count, size_t size); /* zeroed, with one owner */
Shared *shared_keep(Shared *shared);           /* one owner more; returns it.  NULL stays NULL */
void shared_drop(Shared *shared);              /* one less.  NULL: nothing */
void *shared_data(Shared *shared);             /* aligned for any type; NULL of NULL */

#endif
