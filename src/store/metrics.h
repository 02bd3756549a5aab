/* The lines of metrics.jsonl: written by the trainer, read by everybody who draws curves.
 *
 *     {"kind":"batch","stage":"train","stage_index":0,"epoch":1,"batch":20,"step":20,"batch_loss":0.5,...}
 *     {"kind":"epoch","stage":"train","stage_index":0,"epoch":1,"step":211,"train_loss":0.3,"val_loss":0.28,...,"best":true}
 *     {"kind":"event","event":"lr","stage":"train","stage_index":0,"epoch":2,"batch":7,...,"text":"learning rate 0.001 -> 0.0001"} */
#ifndef STORE_METRICS_H
#define STORE_METRICS_H

#include "store/run.h"

typedef enum MetricKind { METRIC_BATCH, METRIC_EPOCH, METRIC_EVENT } MetricKind;

/* One line.  NaN means "not there" for the optional numbers (an epoch's val_loss is then null); a NaN or infinite
 * train_loss is written as the string "nan", "inf" or "-inf" (JSON has none). */
typedef struct Metric {
    MetricKind kind;
    int stage;               /* from 0 */
    char stage_name[32];
    int epoch;               /* from 1; batches: the epoch they are in */
    int batch;               /* METRIC_BATCH: last batch of the group, from 1 */
    uint32_t step;           /* optimizer steps so far in the stage */
    double train_loss, val_loss, train_accuracy, val_accuracy, kl, val_kl, seconds, samples_per_s, lr;
    bool best;               /* METRIC_EPOCH: the best so far */
    char event[24];          /* METRIC_EVENT: start, resume, rollback, pause, stop, lr, batch, noise, beta, nan, early-stop, stage, done */
    char text[160];          /* METRIC_EVENT: for people */
    char time[32];           /* wall clock; left out of what must repeat bit for bit */
} Metric;

Metric metric_new(MetricKind kind); /* every optional number NaN, all else zero */

char *metric_print(const Metric *metric); /* the line without its end; the caller's */
bool metric_append(Run *run, const Metric *metric, Error *err) MUST_CHECK; /* to metrics.jsonl, and to log.txt in words */

typedef struct Metrics {
    Metric *item;
    int count;
    bool cut;
} Metrics;

/* Reads all lines; a last line cut off by a kill is left out, and said in `cut`. */
bool metrics_read(const Run *run, Metrics *out, Error *err) MUST_CHECK;
void metrics_clear(Metrics *metrics);

#endif
