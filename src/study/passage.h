/* One sample's way through a network, layer by layer: what each makes of it, before training or after. */
#ifndef STUDY_PASSAGE_H
#define STUDY_PASSAGE_H

#include "nn/weights.h"
#include "spec/design.h"

enum { PASSAGE_INPUT = -1, PASSAGE_NOISY = -2 };

typedef struct PassageStep {
    int layer;    /* index in Design.layer, or one of the above */
    Shape shape;
    float *x;     /* the numbers that came out */
    float least, most, zeros; /* of them; zeros: the share that is 0 */
} PassageStep;

typedef struct Passage {
    PassageStep *step;
    int steps;
    float *block; /* owns all x */
    bool trained;
} Passage;

/* Through the blocks whose codes the stage learns from, then through its network.  weights: NULL for what training begins with (drawn
 * from the seed).  The stage's noise is done to the sample, as to sample `index` of the validation set.  Needs a design whose
 * shapes fit. */
bool passage_make(const Design *design, int stage, uint64_t seed, const Weights *weights, const float *sample, int index, Passage *out,
                  Error *err) MUST_CHECK;
void passage_clear(Passage *passage);

#endif
