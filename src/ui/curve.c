/* From metrics to curves. */
#include "ui/curve.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void curve_clear(LossCurve *curve)
{
    free(curve->batch_x);
    free(curve->batch_y);
    free(curve->smooth_y);
    free(curve->epoch_x);
    free(curve->train_y);
    free(curve->valid_y);
    free(curve->mark);
    free(curve->mark_text);
    free(curve->batch_lr);
    free(curve->batch_index);
    free(curve->epoch_index);
    free(curve->train_accuracy);
    free(curve->valid_accuracy);
    free(curve->at_steps);
    free(curve->at_seconds);
    *curve = (LossCurve){0};
}

void stage_starts_at(StageStarts *starts, int point)
{
    if (starts->count < DESIGN_STAGES)
        starts->first[starts->count++] = point;
}

int curve_split(const PlotSeries *whole, const StageStarts *starts, PlotSeries *out)
{
    int parts = 0;
    for (int i = -1; i < starts->count; i++) { /* what is before the first start is a part too */
        int from = i < 0 ? 0 : starts->first[i], end = i + 1 < starts->count ? starts->first[i + 1] : whole->count;
        end = end < whole->count ? end : whole->count;
        if (end <= from)
            continue;
        out[parts] = *whole;
        out[parts].x += from;
        out[parts].y += from;
        out[parts++].count = end - from;
    }
    return parts;
}

/* Events that change the course; the others are in the log. */
static bool shown(const Metric *m)
{
    static const char *const names[] = {"lr", "batch", "noise", "beta", "nan", "stage", "resume", "rollback"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(m->event, names[i]) == 0)
            return true;
    return false;
}

static void add_mark(LossCurve *curve, const Metric *m, double x)
{
    int i = curve->marks++;
    bool bad = strcmp(m->event, "nan") == 0, stage = strcmp(m->event, "stage") == 0, back = strcmp(m->event, "rollback") == 0;
    bool quiet = stage || strcmp(m->event, "resume") == 0;
    snprintf(curve->mark_text[i], sizeof *curve->mark_text, "%.47s", stage ? m->stage_name : quiet ? "" : back ? "rolled back" : bad ? "not finite" : m->text);
    curve->mark[i] = (PlotMark){.x = x, .y = NAN, .glyph = bad ? 0x2715 : quiet ? 0x2502 : 0x25bc,
                                .ink = ink_role(bad ? ROLE_BAD : quiet ? ROLE_DIM : ROLE_CHANGED), .text = curve->mark_text[i], .line = true};
}

/* The curve at the end of whole epoch `e`: so many steps and seconds. */
static void reach_whole(LossCurve *curve, int e, double steps, double seconds)
{
    for (; curve->whole < e; curve->whole++) {
        int before = curve->whole;
        curve->at_steps[before + 1] = curve->at_steps[before];
        curve->at_seconds[before + 1] = curve->at_seconds[before];
    }
    curve->at_steps[e] = steps;
    curve->at_seconds[e] = seconds;
}

static int last_epoch(const Metric *metric, int count)
{
    int stage = 0, offset = 0, last = 0;
    for (int i = 0; i < count; i++) {
        if (metric[i].stage != stage) {
            offset += last;
            last = 0;
            stage = metric[i].stage;
        }
        last = metric[i].epoch > last ? metric[i].epoch : last;
    }
    return offset + last;
}

static void make_room(LossCurve *curve, size_t metrics, size_t whole)
{
    double **columns[] = {&curve->batch_x, &curve->batch_y, &curve->smooth_y, &curve->batch_lr, &curve->epoch_x, &curve->train_y,
                          &curve->valid_y, &curve->train_accuracy, &curve->valid_accuracy};
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        *columns[i] = mem_new(metrics, sizeof(double));
    curve->batch_index = mem_new(metrics, sizeof *curve->batch_index);
    curve->epoch_index = mem_new(metrics, sizeof *curve->epoch_index);
    curve->mark = mem_new(metrics, sizeof *curve->mark);
    curve->mark_text = mem_new(metrics, sizeof *curve->mark_text);
    curve->at_steps = mem_new(whole, sizeof(double));
    curve->at_seconds = mem_new(whole, sizeof(double));
}

static void add_batch(LossCurve *curve, const Metric *m, int index, double x, double mean)
{
    int b = curve->batches++;
    curve->batch_x[b] = x;
    curve->batch_y[b] = m->train_loss;
    curve->smooth_y[b] = mean;
    curve->batch_lr[b] = m->lr;
    curve->batch_index[b] = index;
}

static void add_epoch(LossCurve *curve, const Metric *m, int index, double x)
{
    int e = curve->epochs++;
    double loss = isfinite(m->val_loss) ? m->val_loss : m->train_loss;
    curve->epoch_x[e] = x;
    curve->train_y[e] = m->train_loss;
    curve->valid_y[e] = m->val_loss;
    curve->train_accuracy[e] = 100 * m->train_accuracy;
    curve->valid_accuracy[e] = 100 * m->val_accuracy;
    curve->epoch_index[e] = index;
    if (isfinite(loss) && !(loss >= curve->best_y)) {
        curve->best_x = x;
        curve->best_y = loss;
    }
}

void curve_make(const Metric *metric, int count, int per_epoch, double seconds, double smoothing, LossCurve *out)
{
    *out = (LossCurve){.best_x = NAN, .best_y = NAN};
    make_room(out, (size_t)count + 1, (size_t)last_epoch(metric, count) + 2);
    double offset = 0, mean = NAN, time = 0, step_offset = 0, step = 0;
    int stage = 0, last = 0;
    for (int i = 0; i < count; i++) {
        const Metric *m = &metric[i];
        if (m->stage != stage) {
            offset += last;
            step_offset += step;
            step = 0;
            last = 0;
            stage = m->stage;
            mean = out->best_x = out->best_y = NAN;
            stage_starts_at(&out->batch_stages, out->batches);
            stage_starts_at(&out->epoch_stages, out->epochs);
        }
        if (m->epoch > last)
            last = m->epoch;
        step = m->step;
        /* Batches of an epoch that is over are placed by its own count, met as its last batch. */
        double x = offset + m->epoch - (m->kind == METRIC_EPOCH ? 0 : 1);
        if (m->kind != METRIC_EPOCH && per_epoch > 0)
            x += fmin(1, (double)m->batch / per_epoch);
        if (m->kind == METRIC_EVENT) {
            if (shown(m))
                add_mark(out, m, fmax(0, x));
            continue;
        }
        out->end = fmax(out->end, x);
        if (m->kind == METRIC_BATCH) {
            mean = isfinite(mean) && isfinite(m->train_loss) ? smoothing * mean + (1 - smoothing) * m->train_loss : m->train_loss;
            add_batch(out, m, i, x, mean);
        } else {
            time += isfinite(m->seconds) ? m->seconds : 0;
            reach_whole(out, (int)x, step_offset + step, time);
            add_epoch(out, m, i, x);
        }
    }
    /* The epoch at hand: as long as it will be if it goes on so. */
    double part = out->end - floor(out->end);
    if (part > 0)
        reach_whole(out, (int)floor(out->end) + 1, step_offset + step + per_epoch * (1 - part), time + fmax(0, seconds - time) / part);
}

/* ---- other axes */

static const double *table_of(const LossCurve *curve, CurveAxis axis)
{
    return axis == CURVE_STEPS ? curve->at_steps : axis == CURVE_TIME ? curve->at_seconds : NULL;
}

/* Beyond the last whole epoch everything goes on as in the mean. */
static double pace(const LossCurve *curve, const double *table)
{
    return curve->whole ? fmax(1e-9, table[curve->whole] / curve->whole) : 1;
}

double curve_to_axis(const LossCurve *curve, CurveAxis axis, double place)
{
    const double *table = table_of(curve, axis);
    if (!table)
        return place;
    int e = (int)floor(fmax(0, place));
    if (e >= curve->whole)
        return table[curve->whole] + (place - curve->whole) * pace(curve, table);
    return table[e] + (place - e) * (table[e + 1] - table[e]);
}

double curve_from_axis(const LossCurve *curve, CurveAxis axis, double x)
{
    const double *table = table_of(curve, axis);
    if (!table)
        return x;
    int e = 0;
    while (e < curve->whole && table[e + 1] < x)
        e++;
    if (e >= curve->whole)
        return curve->whole + (x - table[curve->whole]) / pace(curve, table);
    double wide = table[e + 1] - table[e];
    return e + (wide > 0 ? fmin(1, fmax(0, (x - table[e]) / wide)) : 0);
}

void curve_set_axis(LossCurve *curve, CurveAxis axis)
{
    for (int i = 0; i < curve->batches; i++)
        curve->batch_x[i] = curve_to_axis(curve, axis, curve->batch_x[i]);
    for (int i = 0; i < curve->epochs; i++)
        curve->epoch_x[i] = curve_to_axis(curve, axis, curve->epoch_x[i]);
    for (int i = 0; i < curve->marks; i++)
        curve->mark[i].x = curve_to_axis(curve, axis, curve->mark[i].x);
    if (isfinite(curve->best_x))
        curve->best_x = curve_to_axis(curve, axis, curve->best_x);
}

double curve_reach(double end, double planned)
{
    double reach = 1;
    while (reach < end * 1.02) {
        double power = pow(10, floor(log10(reach) + 1e-9)), lead = reach / power;
        reach = power * (lead < 1.5 ? 2 : lead < 3 ? 5 : 10);
    }
    return planned > 0 ? fmin(reach, fmax(planned, 1)) : reach;
}
