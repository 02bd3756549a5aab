/* The history of a training as curves: batches, their smoothed course, epochs, and what happened when.  x counts epochs over all
 * stages, fractions inside an epoch. */
#ifndef UI_CURVE_H
#define UI_CURVE_H

#include "store/metrics.h"
#include "term/plot.h"

typedef struct Curve {
    double *batch_x, *batch_y, *smooth_y;
    int batches;
    double *epoch_x, *train_y, *valid_y;
    int epochs;
    PlotMark *mark;
    char (*mark_text)[48];
    int marks;
    double end;           /* x of the newest number */
    double best_x, best_y; /* of the last stage; NaN: none */
} Curve;

/* `smoothing` 0..1: weight of the past in the running mean. `per_epoch`: batches of an epoch of the newest stage. */
void curve_make(const Metric *metric, int count, int per_epoch, double smoothing, Curve *out);
void curve_clear(Curve *curve);

/* The plot's end for a curve that has come to `end` of `planned` epochs: 1, 2, 5, 10 ..., so that it seldom changes. */
double curve_reach(double end, double planned);

#endif
