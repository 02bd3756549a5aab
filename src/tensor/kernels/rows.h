/* Register blocks of up to ROWS rows x 2 vectors of sums.  A step loads two vectors and spreads one number a row: with 14 rows of
 * AVX-512 that is 28 multiply-adds for 16 loads.  AVX2 and SSE have 16 registers, so 6 rows. */
#ifndef TENSOR_KERNELS_ROWS_H
#define TENSOR_KERNELS_ROWS_H

#include "tensor/vector.h"

/* A block is compiled for each number of rows: m(rows, vectors) for all of them, such as `m(1, 2) m(2, 2) ...`. */
#if VECTOR_FLOATS == 16
#define ROWS 14
#define EACH_ROWS(m, vectors)                                                                                                   \
    m(1, vectors) m(2, vectors) m(3, vectors) m(4, vectors) m(5, vectors) m(6, vectors) m(7, vectors) m(8, vectors)             \
    m(9, vectors) m(10, vectors) m(11, vectors) m(12, vectors) m(13, vectors) m(14, vectors)
#else
#define ROWS 6
#define EACH_ROWS(m, vectors) m(1, vectors) m(2, vectors) m(3, vectors) m(4, vectors) m(5, vectors) m(6, vectors)
#endif
#define EACH_BLOCK(m) EACH_ROWS(m, 1) EACH_ROWS(m, 2)

/* As a table [vectors - 1][rows - 1]. */
#define BLOCK_TABLE(m) {{EACH_ROWS(m, 1)}, {EACH_ROWS(m, 2)}}

#endif
