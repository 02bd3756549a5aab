/* A pen's way and the picture of it.  Inside data/ only. */
#ifndef DATA_DIGITS_PEN_H
#define DATA_DIGITS_PEN_H

#include "base/rng.h"

#include <stdbool.h>
#include <stdint.h>

enum { PEN_SIDE = 28, PEN_BOX = 20, PEN_MOST = 192 };

typedef struct Point {
    float x, y;
} Point;

/* The pen's way as a chain of short straight pieces, in any unit. */
typedef struct Path {
    Point point[PEN_MOST];
    bool lift[PEN_MOST]; /* the pen comes down here anew */
    int count;
} Path;

/* Draws the way with a pen of random width and edge into 28 x 28 pixels, as MNIST places its digits: the ink fills a box of
 * 20 x 20 in one direction, and its centre of mass is the pixel (14, 14).  False for the one in a thousand that is too heavy
 * on one side to be centred. */
bool pen_draw(Path *path, Rng *rng, uint8_t *out);

/* Uniform in [low, high), and normal but kept in [low, high]. */
float pen_uniform(Rng *rng, float low, float high);
float pen_normal(Rng *rng, float mean, float sd, float low, float high);

#endif
