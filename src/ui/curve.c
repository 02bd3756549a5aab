/* From metrics to curves. */
#include "ui/curve.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void curve_clear(Curve *curve)
{
    free(curve->batch_x);
    free(curve->batch_y);
    free(curve->smooth_y);
    free(curve->epoch_x);
    free(curve->train_y);
    free(curve->valid_y);
    free(curve->mark);
    free(curve->mark_text);
    *curve = (Curve){0};
}

/* Events that change the course; the others are in the log. */
static bool shown(const Metric *m)
{
    static const char *const names[] = {"lr", "batch", "noise", "beta", "nan", "stage", "resume"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(m->event, names[i]) == 0)
            return true;
    return false;
}

static void add_mark(Curve *curve, const Metric *m, double x)
{
    int i = curve->marks++;
    bool bad = strcmp(m->event, "nan") == 0, quiet = strcmp(m->event, "stage") == 0 || strcmp(m->event, "resume") == 0;
    snprintf(curve->mark_text[i], sizeof *curve->mark_text, "%.47s", quiet ? (strcmp(m->event, "stage") == 0 ? m->stage_name : "") : m->text);
    curve->mark[i] = (PlotMark){.x = x, .y = NAN, .glyph = bad ? 0x2715 : quiet ? 0x2502 : 0x25bc,
                                .ink = ink_role(bad ? ROLE_BAD : quiet ? ROLE_DIM : ROLE_CHANGED), .text = curve->mark_text[i], .line = true};
}

void curve_make(const Metric *metric, int count, int per_epoch, double smoothing, Curve *out)
{
    size_t room = (size_t)count + 1;
    *out = (Curve){.best_x = NAN, .best_y = NAN};
    double **columns[] = {&out->batch_x, &out->batch_y, &out->smooth_y, &out->epoch_x, &out->train_y, &out->valid_y};
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        *columns[i] = mem_new(room, sizeof(double));
    out->mark = mem_new(room, sizeof *out->mark);
    out->mark_text = mem_new(room, sizeof *out->mark_text);
    double offset = 0, mean = NAN;
    int stage = 0, last = 0;
    for (int i = 0; i < count; i++) {
        const Metric *m = &metric[i];
        if (m->stage != stage) {
            offset += last;
            stage = m->stage;
            mean = out->best_x = out->best_y = NAN;
        }
        if (m->epoch > 0)
            last = m->epoch;
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
            int b = out->batches++;
            mean = isfinite(mean) && isfinite(m->train_loss) ? smoothing * mean + (1 - smoothing) * m->train_loss : m->train_loss;
            out->batch_x[b] = x;
            out->batch_y[b] = m->train_loss;
            out->smooth_y[b] = mean;
        } else {
            int e = out->epochs++;
            out->epoch_x[e] = x;
            out->train_y[e] = m->train_loss;
            out->valid_y[e] = m->val_loss;
            double loss = isfinite(m->val_loss) ? m->val_loss : m->train_loss;
            if (isfinite(loss) && !(loss >= out->best_y)) {
                out->best_x = x;
                out->best_y = loss;
            }
        }
    }
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
