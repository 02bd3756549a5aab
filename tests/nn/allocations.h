/* Counts what the program's own code allocates, all threads together: link with --wrap, see Makefile.inc. */
#ifndef TESTS_NN_ALLOCATIONS_H
#define TESTS_NN_ALLOCATIONS_H

#include <stddef.h>

long allocations(void);         /* calls so far */
size_t allocated_bytes(void);   /* asked for so far, what was freed included */

#endif
