/* Pictures kept in tests/figure/golden/ against pictures just drawn.
 *
 * Where they differ the test says how much and where, and leaves NAME-actual.png and NAME-diff.png (differences in red on the
 * faded picture) in the folder golden-failures of the build.  HOURGLASS_GOLDEN=refresh writes the kept ones anew. */
#ifndef TESTS_FIGURE_GOLDEN_H
#define TESTS_FIGURE_GOLDEN_H

#include "image/image.h"

/* Also checks that the picture's rim of `margin` pixels is of one colour: nothing is clipped. */
void golden_check(const Image *image, const char *name, int margin);
void golden_check_margin(const Image *image, int margin);

#endif
