/* The panes of curves: loss, accuracy, the course of the learning rate. */
#include "ui/train_own.h"

#include "base/mem.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Train *self(App *app) { return train_state(app); }

/* ---- the values in the heading: at the cursor, or the newest */

typedef struct Values {
    double train, valid;
    char place[48], brief[16]; /* where the cursor is; "": live */
} Values;

static Values values_of(App *app, const double *train_y, const double *valid_y, bool batches)
{
    Train *train = self(app);
    const Snapshot *s = train_snapshot(app);
    const LossCurve *curve = &train->curve;
    int e = -1;
    for (int i = 0; i < curve->epochs; i++)
        if (train->cursor <= 0 || curve->epoch_x[i] <= train->cursor + 1e-9)
            e = i;
    Values v = {e >= 0 ? train_y[e] : NAN, e >= 0 ? valid_y[e] : NAN, "", ""};
    if (train->cursor <= 0) {
        if (batches && s->progress.batch > 0)
            v.train = s->progress.epoch_loss;
        return v;
    }
    if (fabs(train->cursor - round(train->cursor)) < 1e-9 && e >= 0) {
        snprintf(v.place, sizeof v.place, "@%.0f", train->cursor);
        snprintf(v.brief, sizeof v.brief, "@%.0f", train->cursor);
        return v;
    }
    for (int i = 0; batches && i < curve->batches; i++)
        if (curve->batch_x[i] <= train->cursor + 1e-9) {
            const Metric *m = &s->metric[curve->batch_index[i]];
            v.train = m->train_loss;
            snprintf(v.place, sizeof v.place, "@%d batch %d", m->epoch, m->batch);
            snprintf(v.brief, sizeof v.brief, "@%d b%d", m->epoch, m->batch);
        }
    return v;
}

static void draw_values(App *app, Cells *cells, Rect line, const Values *v)
{
    Train *train = self(app);
    static const char *const axes[] = {"epochs", "steps", "seconds"};
    char text[24], best[40] = "";
    bool wide = line.w >= 58;
    int x = line.x, end = line.x + line.w;
    if (wide)
        x = cells_textf(cells, x, line.y, plain(ROLE_DIM), "%s, %s  ", train->linear ? "linear" : "log", axes[train->axis]);
    loss_text(text, sizeof text, v->train);
    x = cells_text(cells, x, line.y, plain(ROLE_TRAIN), line.w >= 40 ? "train " : "t ");
    x = cells_text(cells, x, line.y, plain(ROLE_TEXT), text + (wide ? 0 : strspn(text, " "))) + 1;
    if (isfinite(v->valid)) {
        loss_text(text, sizeof text, v->valid);
        x = cells_text(cells, x, line.y, plain(ROLE_VALID), line.w >= 52 ? "validation " : line.w >= 40 ? "val " : "v ");
        x = cells_text(cells, x, line.y, plain(ROLE_TEXT), text + (wide ? 0 : strspn(text, " "))) + 1;
    }
    if (v->place[0]) {
        cells_text_cut(cells, x, line.y, end - x, bold(ROLE_ACCENT), x + cells_width(v->place) <= end ? v->place : v->brief);
    } else if (isfinite(train->curve.best_y)) {
        loss_text(text, sizeof text, train->curve.best_y);
        snprintf(best, sizeof best, "★ %s @%d", text + strspn(text, " "), (int)train->curve.best_x);
        if (x + cells_width(best) > end)
            snprintf(best, sizeof best, "★@%d", (int)train->curve.best_x);
        if (x + cells_width(best) <= end)
            cells_text(cells, x, line.y, plain(ROLE_GOOD), best);
    }
}

/* ---- plots */

/* Epochs of this training: those behind the newest number that are planned too. */
static double planned_end(const Snapshot *s)
{
    double before = 0;
    for (int i = 0; i < s->metrics; i++)
        if (s->metric[i].kind == METRIC_EPOCH && s->metric[i].stage < s->progress.stage)
            before++;
    return before + s->progress.epochs;
}

static void set_window(App *app, Plot *plot)
{
    Train *train = self(app);
    const LossCurve *curve = &train->curve;
    bool zoomed = train->x1 > train->x0;
    double x0 = zoomed ? train->x0 : 0, x1 = zoomed ? train->x1 : curve_reach(curve->end, planned_end(train_snapshot(app)));
    plot->x0 = curve_to_axis(curve, train->axis, x0);
    plot->x1 = curve_to_axis(curve, train->axis, x1);
    plot->cursor = train->cursor > 0 ? curve_to_axis(curve, train->axis, train->cursor) : NAN;
}

/* One line above the curve, where the rate is not the same throughout: its height is the rate on a logarithmic scale. */
static void draw_rate(App *app, Cells *cells, Rect *area)
{
    Train *train = self(app);
    const LossCurve *curve = &train->shown;
    double low = INFINITY, high = 0;
    for (int i = 0; i < curve->batches; i++)
        if (curve->batch_lr[i] > 0) {
            low = fmin(low, curve->batch_lr[i]);
            high = fmax(high, curve->batch_lr[i]);
        }
    if (area->h < 9 || !(high > low * 1.001))
        return;
    Plot window = {0};
    set_window(app, &window);
    Rect whole = *area, line = rect_cut_top(area, 1), inside = plot_inside(whole);
    cells_text_right(cells, inside.x - 1, line.y, plain(ROLE_DIM), "lr");
    int at = 0;
    for (int x = inside.x; x < inside.x + inside.w; x++) {
        double here = plot_x_at(whole, &window, x);
        if (!curve->batches || here > curve->batch_x[curve->batches - 1] + (window.x1 - window.x0) / (inside.w + 1))
            break;
        while (at + 1 < curve->batches && curve->batch_x[at + 1] <= here)
            at++;
        double share = curve->batch_lr[at] > 0 ? log(curve->batch_lr[at] / low) / log(high / low) : 0;
        cells_put(cells, x, line.y, plain(ROLE_CHANGED), 0x2581 + (uint32_t)lrint(share * 6));
    }
}

void train_draw_loss(App *app, Cells *cells, const PaneView *view)
{
    Train *train = self(app);
    Rect area = view->area;
    train_make_curve(app);
    const LossCurve *curve = &train->shown;
    Values values = values_of(app, curve->train_y, curve->valid_y, true);
    draw_values(app, cells, view->head, &values);
    draw_rate(app, cells, &area);
    bool smooth = train->smoothing > 0;
    const PlotSeries whole[3] = {
        {curve->batch_x, curve->batch_y, curve->batches, ink_role(smooth ? ROLE_FAINT : ROLE_TRAIN), DASH_SOLID, smooth ? '.' : 't'},
        {curve->batch_x, curve->smooth_y, smooth ? curve->batches : 0, ink_role(ROLE_TRAIN), DASH_SOLID, 't'},
        {curve->epoch_x, curve->valid_y, curve->epochs, ink_role(ROLE_VALID), DASH_DASHED, 'v'},
    };
    /* Without a validation set its numbers are all missing: that is no accident to be marked. */
    bool valid = false;
    for (int i = 0; i < curve->epochs; i++)
        valid |= isfinite(curve->valid_y[i]);
    PlotSeries series[3 * CURVE_PARTS];
    int parts = 0;
    for (int i = 0; i < (valid ? 3 : 2); i++)
        parts += curve_split(&whole[i], i < 2 ? &curve->batch_stages : &curve->epoch_stages, series + parts);
    PlotMark *mark = mem_new((size_t)curve->marks + 1, sizeof *mark);
    if (curve->marks)
        memcpy(mark, curve->mark, (size_t)curve->marks * sizeof *mark);
    int marks = curve->marks;
    for (int i = 0; i < marks && area.w < 44; i++)
        mark[i].text = NULL; /* the log says it */
    if (isfinite(curve->best_y))
        mark[marks++] = (PlotMark){.x = curve->best_x, .y = curve->best_y, .glyph = 0x2605, .ink = ink_role(ROLE_GOOD)};
    train->plot = (Plot){.series = series, .count = parts, .mark = mark, .marks = marks, .log_y = !train->linear};
    set_window(app, &train->plot);
    train->plot_area = area;
    if (plot_fit_y(&train->plot))
        plot_draw(cells, area, &train->plot);
    else
        cells_text_cut(cells, area.x, area.y + 1, area.w, plain(ROLE_DIM), train->x1 > train->x0 ? "nothing here: = shows all" : "the first numbers come soon");
    train->plot.series = NULL;
    train->plot.mark = NULL;
    free(mark);
}

void train_draw_accuracy(App *app, Cells *cells, const PaneView *view)
{
    Train *train = self(app);
    train_make_curve(app);
    const LossCurve *curve = &train->shown;
    Values v = values_of(app, curve->train_accuracy, curve->valid_accuracy, false);
    int x = view->head.x;
    if (isfinite(v.train))
        x = cells_textf(cells, cells_text(cells, x, view->head.y, plain(ROLE_TRAIN), "t "), view->head.y, plain(ROLE_TEXT), "%.2f %%  ", v.train);
    if (isfinite(v.valid))
        x = cells_textf(cells, cells_text(cells, x, view->head.y, plain(ROLE_VALID), "v "), view->head.y, plain(ROLE_TEXT), "%.2f %%  ", v.valid);
    cells_text(cells, x, view->head.y, bold(ROLE_ACCENT), v.place);
    PlotSeries series[2] = {
        {curve->epoch_x, curve->train_accuracy, curve->epochs, ink_role(ROLE_TRAIN), DASH_SOLID, 't'},
        {curve->epoch_x, curve->valid_accuracy, curve->epochs, ink_role(ROLE_VALID), DASH_DASHED, 'v'},
    };
    /* Stages that learn no classes have none: a gap, no accident. */
    bool any = false;
    int first = 0;
    while (first < curve->epochs && !isfinite(curve->train_accuracy[first]))
        first++;
    for (int i = 0; i < 2; i++) {
        series[i].x += first;
        series[i].y += first;
        series[i].count -= first;
        any |= series[i].count > 0;
    }
    Plot plot = {.series = series, .count = any && isfinite(curve->valid_accuracy[first]) ? 2 : 1};
    set_window(app, &plot);
    if (any && plot_fit_y(&plot)) {
        plot.y1 = fmin(plot.y1, 100);
        plot_draw(cells, view->area, &plot);
    } else
        cells_text_cut(cells, view->area.x, view->area.y + 1, view->area.w, plain(ROLE_DIM), "known at the end of each epoch");
}
