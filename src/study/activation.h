/* The input that excites a unit most: gradient ascent on the input (as in F. Chollet, "How convolutional neural networks see the
 * world", 2016), kept inside the pictures' range 0..1. */
#ifndef STUDY_ACTIVATION_H
#define STUDY_ACTIVATION_H

#include "study/subject.h"

typedef struct ActivationOptions {
    int steps;      /* of gradient ascent */
    double rate;    /* how far a step goes: the root mean square of a step's change of a pixel */
    double shrink;  /* share by which every step pulls the picture towards black, against noise that excites nothing */
    bool soft;      /* the gradient is smoothed over neighbouring pixels, which turns checks into shapes */
    uint64_t seed;  /* of the starting picture, dark grey with a little noise */
} ActivationOptions;

ActivationOptions activation_options_new(void); /* 100, 0.05, 0.03, soft, seed 1 */

/* For each of `units` units of the layer's output (of a map: the mean over the map of that channel): the picture, x (units, input), and the
 * activation it reaches.  Units that no change of the input reaches (a dead relu) stay as they were. */
bool activation_maximise(const Subject *subject, int layer, const int *unit, int units, const ActivationOptions *options,
                         float *x, float *reached, Error *err) MUST_CHECK;

#endif
