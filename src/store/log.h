/* log.txt of a run: what happened and how each epoch ended, for people.  Unlike metrics.jsonl it is never cut back: what a killed
 * process had done, and did again after it was resumed, stands in it twice. */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "store/metrics.h"

/* "epoch 3 of train: loss 0.2531, validation 0.2544, 1.2 s, the best so far"; of an event its text.  Batches have no words: "". */
void metric_words(const Metric *metric, char *buffer, size_t size);

/* Appends time and words of an epoch or an event; nothing of a batch. */
bool run_log(const Run *run, const Metric *metric, Error *err) MUST_CHECK;

#endif
