/* Shapes of one sample, channels last: (h, w, c) for pictures and maps, (c) alone for vectors. */
#ifndef TENSOR_SHAPE_H
#define TENSOR_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Shape {
    int h, w, c; /* a vector has h == w == 1 */
    bool flat;   /* a vector: printed as its length, not as 1x1xc */
} Shape;

static inline Shape shape_vector(int units) { return (Shape){1, 1, units, true}; }
static inline Shape shape_map(int h, int w, int c) { return (Shape){h, w, c, false}; }
static inline size_t shape_size(Shape s) { return (size_t)s.h * (size_t)s.w * (size_t)s.c; }
static inline bool shape_equal(Shape a, Shape b) { return a.h == b.h && a.w == b.w && a.c == b.c && a.flat == b.flat; }

enum { SHAPE_TEXT = 40 };
void shape_text(Shape shape, char text[SHAPE_TEXT]); /* "28x28x1", "784" */

#endif
