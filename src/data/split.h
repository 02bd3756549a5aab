/* Which samples train and which validate.  A kind is one row of split_kinds[]. */
#ifndef DATA_SPLIT_H
#define DATA_SPLIT_H

#include "base/param.h"
#include "data/dataset.h"

typedef ParamSet SplitSpec; /* last 10% (Keras' validation_split), random 10%, test, none */

extern const ParamKind *const split_kinds[];
extern const int split_kinds_count;

typedef struct Split {
    const Dataset *train, *validation; /* borrowed from data; validation NULL: none */
    uint32_t *train_index, *validation_index;
    int train_count, validation_count;
} Split;

bool split_make(const SplitSpec *spec, const Data *data, uint64_t seed, Split *out, Error *err) MUST_CHECK;
void split_clear(Split *split);

#endif
