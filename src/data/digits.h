/* The built-in digits: drawn by the program from stroke skeletons, the same for the same seed.  They are never called MNIST. */
#ifndef DATA_DIGITS_H
#define DATA_DIGITS_H

#include "data/dataset.h"

/* The test part's digits are those from here on, so that no digit is in both parts. */
enum { DIGITS_TEST_FIRST = 1 << 30 };

/* `count` digits, 28 x 28 x 1, labels 0..9 in balanced random order.  Digit i depends on (seed, i) alone. */
bool digits_draw(uint64_t seed, int first, int count, Dataset *out, Error *err) MUST_CHECK;

#endif
