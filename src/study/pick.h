/* Which samples a figure shows. */
#ifndef STUDY_PICK_H
#define STUDY_PICK_H

#include "study/subject.h"

typedef enum PickOrder { PICK_FIRST, PICK_RANDOM, PICK_CLASSES, PICK_WORST, PICK_BEST } PickOrder;

/* Places of `count` samples (fewer where there are fewer) into out; returns how many.
 * PICK_CLASSES: the first one of class 0, of class 1 ..., then the second of each; without labels as PICK_FIRST.
 * PICK_WORST and PICK_BEST order all samples by reconstruction error, and so run the network over them. */
int pick_samples(Subject *subject, PickOrder order, int count, uint64_t seed, uint32_t *out);

/* "3,14,15" or "0-9,20": places; how many went to out (at most `room`), or -1 with *err. */
int pick_parse(const char *text, int limit, uint32_t *out, int room, Error *err) MUST_CHECK;

#endif
