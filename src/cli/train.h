/* What train, resume and fork share. */
#ifndef CLI_TRAIN_H
#define CLI_TRAIN_H

#include "store/run.h"

void train_fill_meta(RunMeta *meta, const Design *design, uint64_t seed, int threads); /* program, processor, time, state "running" */

#endif
