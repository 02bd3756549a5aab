/* The history of a training as curves: batches, their smoothed course, epochs, and what happened when.
 *
 * Places on it count epochs over all stages, with fractions inside an epoch, whatever the axis shows: steps and time are
 * looked up piece by piece, so that a zoom or a cursor stays where it is when the axis changes. */
#ifndef UI_CURVE_H
#define UI_CURVE_H

#include "spec/design.h"
#include "store/metrics.h"
#include "term/plot.h"

typedef enum CurveAxis { CURVE_EPOCHS, CURVE_STEPS, CURVE_TIME, CURVE_AXES } CurveAxis;

enum { CURVE_PARTS = DESIGN_STAGES + 1 };

/* Where in a series the points of each stage begin. */
typedef struct StageStarts { int first[DESIGN_STAGES], count; } StageStarts;

/* The stage of the next point; the points before are those of others. */
void stage_starts_at(StageStarts *starts, int point);

/* Each stage has a loss of its own, so a curve of its own.  Room for CURVE_PARTS; returns how many there are. */
int curve_split(const PlotSeries *whole, const StageStarts *starts, PlotSeries *out);

typedef struct LossCurve {
    double *batch_x, *batch_y, *smooth_y, *batch_lr;
    int *batch_index;       /* of the metric */
    int batches;
    StageStarts batch_stages, epoch_stages;
    double *epoch_x, *train_y, *valid_y, *train_accuracy, *valid_accuracy;
    int *epoch_index;
    int epochs;
    PlotMark *mark;
    char (*mark_text)[48];
    int marks;
    double *at_steps, *at_seconds; /* at each whole epoch, from 0 */
    int whole;
    double end;             /* place of the newest number */
    double best_x, best_y;  /* of the last stage; NaN: none */
} LossCurve;

/* `smoothing` 0..1: weight of the past in the running mean. `per_epoch`: batches of an epoch of the newest stage; `seconds`: that
 * the training has taken so far. */
void curve_make(const Metric *metric, int count, int per_epoch, double seconds, double smoothing, LossCurve *out);
void curve_clear(LossCurve *curve);

/* A place as the axis has it, and back. */
double curve_to_axis(const LossCurve *curve, CurveAxis axis, double place);
double curve_from_axis(const LossCurve *curve, CurveAxis axis, double x);

/* Turns every x of the curve into the axis' numbers. */
void curve_set_axis(LossCurve *curve, CurveAxis axis);

/* The plot's end for a curve that has come to `end` of `planned` epochs: 1, 2, 5, 10 ..., so that it seldom changes. */
double curve_reach(double end, double planned);

#endif
