/* Where on the curve one looks: cursor, zoom, axes. */
#include "ui/train_own.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static const double smoothings[] = {0, 0.6, 0.9, 0.97};

static Train *self(App *app) { return train_state(app); }

void train_make_curve(App *app)
{
    Train *train = self(app);
    const Snapshot *s = train_snapshot(app);
    if (train->made_of == s->metric && train->made_count == s->metrics && train->made_smoothing == train->smoothing &&
        train->made_axis == train->axis && train->curve.batch_x)
        return;
    curve_clear(&train->curve);
    curve_clear(&train->shown);
    for (int i = 0; i < 2; i++)
        curve_make(s->metric, s->metrics, s->progress.batches, s->progress.seconds, smoothings[train->smoothing],
                   i ? &train->shown : &train->curve);
    curve_set_axis(&train->shown, train->axis);
    train->made_of = s->metric;
    train->made_count = s->metrics;
    train->made_smoothing = train->smoothing;
    train->made_axis = train->axis;
}

/* ---- the cursor */

bool train_epoch_at(App *app, double place, int *stage, int *epoch)
{
    const Snapshot *s = train_snapshot(app);
    const LossCurve *curve = &self(app)->curve;
    int found = -1;
    for (int i = 0; i < curve->epochs; i++)
        if (found < 0 || curve->epoch_x[i] <= place + 1e-9)
            found = i;
    if (!s || found < 0)
        return false;
    *stage = s->metric[curve->epoch_index[found]].stage;
    *epoch = s->metric[curve->epoch_index[found]].epoch;
    return true;
}

static void train_set_cursor(App *app, double place)
{
    Train *train = self(app);
    int stage, epoch;
    if (!train_snapshot(app))
        return;
    train_make_curve(app);
    const LossCurve *curve = &train->curve;
    double last = curve->end, first = curve->batches ? fmin(1, curve->batch_x[0]) : 1;
    train->cursor = place < first - 1e-9 ? first : place > last + 1e-9 ? 0 : place;
    if (train->cursor > 0 && train_epoch_at(app, train->cursor, &stage, &epoch))
        epoch_look_ask(&train->look, app, stage, epoch);
}

void train_forget_view(App *app)
{
    Train *train = self(app);
    train->cursor = train->x0 = train->x1 = 0;
    train->log_at = 0;
}

void train_earlier(App *app, const char *argument)
{
    (void)argument;
    Train *train = self(app);
    const Snapshot *s = train_snapshot(app);
    if (!s)
        return;
    train_make_curve(app);
    if (train->curve.epochs)
        train_set_cursor(app, train->cursor > 0 ? fmax(1, ceil(train->cursor - 1 - 1e-9)) : floor(train->curve.end + 1e-9));
}

void train_later(App *app, const char *argument)
{
    (void)argument;
    if (self(app)->cursor > 0)
        train_set_cursor(app, floor(self(app)->cursor + 1e-9) + 1);
}

void train_go_to(App *app, const char *argument)
{
    if (argument)
        train_set_cursor(app, strtod(argument, NULL));
    else
        app_say(app, ROLE_DIM, "cursor EPOCH: fractions lie inside an epoch");
}

static void step_batch(App *app, int by)
{
    Train *train = self(app);
    if (!train_snapshot(app) || (by > 0 && train->cursor <= 0))
        return;
    train_make_curve(app);
    const LossCurve *curve = &train->curve;
    int at = curve->batches;
    for (int i = 0; i < curve->batches && train->cursor > 0; i++)
        if (curve->batch_x[i] <= train->cursor + 1e-9)
            at = i;
    at += by;
    if (at >= curve->batches)
        train->cursor = 0;
    else if (at >= 0)
        train_set_cursor(app, curve->batch_x[at]);
}

void train_batch_earlier(App *app, const char *argument) { (void)argument; step_batch(app, -1); }
void train_batch_later(App *app, const char *argument) { (void)argument; step_batch(app, 1); }

bool train_is_not_live(App *app) { return self(app)->cursor > 0; }
void train_live(App *app, const char *argument) { (void)argument; self(app)->cursor = 0; }

/* ---- what is seen of it */

static void window(const Train *train, double *x0, double *x1)
{
    *x0 = train->x0;
    *x1 = train->x1 > train->x0 ? train->x1 : curve_from_axis(&train->curve, train->axis, train->plot.x1);
}

static void zoom(App *app, double factor, double centre)
{
    Train *train = self(app);
    double x0, x1;
    if (!train_snapshot(app))
        return;
    train_make_curve(app);
    window(train, &x0, &x1);
    if (!(x1 > x0))
        return;
    if (!isfinite(centre))
        centre = train->cursor > 0 ? train->cursor : fmin(x1, train->curve.end);
    if (factor < 1 && (x1 - x0) * factor < 1e-3)
        return;
    train->x0 = fmax(0, centre - (centre - x0) * factor);
    train->x1 = fmax(train->x0 + 1e-3, centre + (x1 - centre) * factor);
    if (factor > 1 && train->x0 <= 0 && train->x1 >= train->curve.end)
        train->x0 = train->x1 = 0;
}

static void pan(App *app, double share)
{
    Train *train = self(app);
    double move = (train->x1 - train->x0) * share;
    if (!(train->x1 > train->x0))
        return;
    move = fmax(move, -train->x0);
    train->x0 += move;
    train->x1 += move;
}

void train_zoom_in(App *app, const char *argument) { (void)argument; zoom(app, 0.5, NAN); }
void train_zoom_out(App *app, const char *argument) { (void)argument; zoom(app, 2, NAN); }
void train_zoom_all(App *app, const char *argument) { (void)argument; self(app)->x0 = self(app)->x1 = 0; }
void train_pan_left(App *app, const char *argument) { (void)argument; pan(app, -0.25); }
void train_pan_right(App *app, const char *argument) { (void)argument; pan(app, 0.25); }
void train_scale(App *app, const char *argument) { (void)argument; self(app)->linear = !self(app)->linear; }

void train_smooth(App *app, const char *argument)
{
    (void)argument;
    Train *train = self(app);
    train->smoothing = (train->smoothing + 1) % (int)COUNT_OF(smoothings);
    app_say(app, ROLE_DIM, train->smoothing ? "smoothed %.0f %%, the batches faint behind" : "every batch as it was", 100 * smoothings[train->smoothing]);
}

void train_axis(App *app, const char *argument)
{
    (void)argument;
    static const char *const names[] = {"epochs", "steps", "seconds"};
    Train *train = self(app);
    train->axis = (train->axis + 1) % CURVE_AXES;
    app_say(app, ROLE_DIM, "the axis counts %s", names[train->axis]);
}

bool train_curve_event(App *app, const Event *event)
{
    Train *train = self(app);
    Rect inside = plot_inside(train->plot_area);
    if (event->kind != EVENT_MOUSE || !rect_has(inside, event->x, event->y) || !(train->plot.x1 > train->plot.x0))
        return false;
    double place = curve_from_axis(&train->curve, train->axis, plot_x_at(train->plot_area, &train->plot, event->x));
    if (event->mouse == MOUSE_WHEEL_UP)
        zoom(app, 0.8, place);
    else if (event->mouse == MOUSE_WHEEL_DOWN)
        zoom(app, 1.25, place);
    else if (event->mouse == MOUSE_PRESS || event->mouse == MOUSE_DRAG) {
        /* A whole epoch where one lies under the pointer, else the batch before it. */
        double column = fabs(curve_from_axis(&train->curve, train->axis, plot_x_at(train->plot_area, &train->plot, event->x + 1)) - place);
        double whole = round(place);
        train_set_cursor(app, whole >= 1 && fabs(whole - place) <= fmax(column, 1e-9) ? whole : place);
    }
    return true;
}
