/* Random samples to measure training with, gathered as a real set would be: how long a step takes does not depend on what is
 * on the pictures. */
#ifndef TRAIN_PRACTICE_H
#define TRAIN_PRACTICE_H

#include "base/error.h"
#include "data/dataset.h"

/* Fills `set` and its shuffled `order`, both the caller's to free also after an error: `most` samples, fewer where `bytes` do not
 * hold them, but two batches at least; floats in 0...1 for codes, else pictures with ink on a fifth of their pixels; labels below
 * `classes`. */
bool practice_set(Shape shape, bool codes, int batch, int classes, int most, size_t bytes, Dataset *set, uint32_t **order,
                  Error *err) MUST_CHECK;

#endif
