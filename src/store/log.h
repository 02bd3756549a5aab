/* log.txt of a run: what happened and how each epoch ended, for people.  Unlike metrics.jsonl it is never cut back: what a killed
 * process had done, and did again after it was resumed, stands in it twice. */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "store/metrics.h"

/* Appends time and words of an epoch or an event; nothing of a batch. */
bool run_log(const Run *run, const Metric *metric, Error *err) MUST_CHECK;

#endif
