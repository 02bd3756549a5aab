/* The Train screen's picture: progress, curve, digits, layers, codes, log. */
#include "config.h"

#include "ui/train_own.h"

#include "base/mem.h"
#include "ui/curve.h"
#include "ui/pictures.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const double train_smoothings[SMOOTHINGS] = {0, 0.6, 0.9, 0.97};

static Train *self(App *app) { return train_state(app); }

/* ---- the parts */

static void draw_progress(App *app, Cells *cells, Rect line)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    const Progress *p = &s->progress;
    char speed[16], left[16], rate[24], right[160];
    grouped(speed, sizeof speed, p->samples_per_s);
    brief_seconds(left, sizeof left, p->left);
    str_number(rate, sizeof rate, p->lr);
    int epoch = p->epoch < p->epochs ? p->epoch + 1 : p->epochs, x = line.x;
    bool running = s->state == WORKER_RUNNING || s->state == WORKER_PAUSED;
    int digits = snprintf(NULL, 0, "%d", p->batches);
    snprintf(right, sizeof right, "batch %*d/%d  %8s/s  lr %-7.7s  left %7s", digits, running ? p->batch : p->batches, p->batches, speed,
             rate, running ? left : "-");
    if (p->stages > 1)
        x = cells_textf(cells, x, line.y, plain(ROLE_DIM), "%s %d/%d  ", p->stage_name, p->stage + 1, p->stages);
    x = cells_text(cells, x, line.y, plain(ROLE_DIM), "epoch ");
    x = cells_textf(cells, x, line.y, bold(ROLE_BRIGHT), "%*d", snprintf(NULL, 0, "%d", p->epochs), epoch);
    x = cells_textf(cells, x, line.y, plain(ROLE_DIM), "/%d", p->epochs);
    int at = line.x + line.w - cells_width(right);
    if (at < x + 2)
        right[0] = '\0', at = line.x + line.w;
    double share = p->epochs > 0 ? (p->epoch + (p->batches > 0 && p->epoch < p->epochs ? (double)p->batch / p->batches : 0)) / p->epochs : 0;
    int end = at - 2;
    if (end - x > 6)
        bar_draw(cells, rect_new(x + 2, line.y, end - x - 2, 1), share, ROLE_ACCENT);
    cells_text(cells, at, line.y, plain(ROLE_TEXT), right);
}

/* The values beside the heading: at the cursor, or the newest. */
static void draw_values(App *app, Cells *cells, Rect line, const Curve *curve)
{
    Train *train = self(app);
    const Snapshot *s = bench_snapshot(app_bench(app));
    const Progress *p = &s->progress;
    double loss = p->epoch_loss, valid = curve->epochs ? curve->valid_y[curve->epochs - 1] : NAN;
    char text[16];
    if (p->batch == 0 && curve->epochs)
        loss = curve->train_y[curve->epochs - 1];
    for (int i = 0; i < curve->epochs && train->cursor; i++)
        if ((int)curve->epoch_x[i] == train->cursor) {
            loss = curve->train_y[i];
            valid = curve->valid_y[i];
        }
    int x = line.x;
    x = cells_text(cells, x, line.y, bold(ROLE_TEXT), "loss ");
    if (line.w >= 52)
        x = cells_text(cells, x, line.y, plain(ROLE_DIM), train->linear ? "linear  " : "log  ");
    loss_text(text, sizeof text, loss);
    x = cells_text(cells, x, line.y, plain(ROLE_TRAIN), line.w >= 42 ? "train " : "t ");
    x = cells_text(cells, x, line.y, plain(ROLE_TEXT), text) + 1;
    if (isfinite(valid)) {
        loss_text(text, sizeof text, valid);
        x = cells_text(cells, x, line.y, plain(ROLE_VALID), line.w >= 56 ? " validation " : " val ");
        x = cells_text(cells, x, line.y, plain(ROLE_TEXT), text) + 1;
    }
    if (train->cursor) {
        cells_textf(cells, x + 1, line.y, bold(ROLE_ACCENT), "@%d", train->cursor);
    } else if (isfinite(curve->best_y)) {
        loss_text(text, sizeof text, curve->best_y);
        char best[40];
        snprintf(best, sizeof best, "%s★ %s @%d", line.w >= 40 ? " " : "", text + strspn(text, " "), (int)curve->best_x);
        if (x + cells_width(best) <= line.x + line.w)
            cells_text(cells, x, line.y, plain(ROLE_GOOD), best);
    }
}

static double planned_end(const Snapshot *s)
{
    /* Epochs of stages that are over, and all of this one. */
    double before = 0;
    for (int i = 0; i < s->metrics; i++)
        if (s->metric[i].kind == METRIC_EPOCH && s->metric[i].stage < s->progress.stage)
            before++;
    return before + s->progress.epochs;
}

static void draw_loss(App *app, Cells *cells, Rect area)
{
    Train *train = self(app);
    const Snapshot *s = bench_snapshot(app_bench(app));
    Curve curve;
    curve_make(s->metric, s->metrics, s->progress.batches, train_smoothings[train->smoothing], &curve);
    draw_values(app, cells, rect_cut_top(&area, 1), &curve);
    bool smooth = train->smoothing > 0;
    PlotSeries series[3] = {
        {curve.batch_x, curve.batch_y, curve.batches, ink_role(smooth ? ROLE_FAINT : ROLE_TRAIN), DASH_SOLID, smooth ? '.' : 't'},
        {curve.batch_x, curve.smooth_y, smooth ? curve.batches : 0, ink_role(ROLE_TRAIN), DASH_SOLID, 't'},
        {curve.epoch_x, curve.valid_y, curve.epochs, ink_role(ROLE_VALID), DASH_DASHED, 'v'},
    };
    /* Without a validation set its numbers are all missing: that is no accident to be marked. */
    bool valid = false;
    for (int i = 0; i < curve.epochs; i++)
        valid |= isfinite(curve.valid_y[i]);
    PlotMark *mark = mem_new((size_t)curve.marks + 1, sizeof *mark);
    if (curve.marks)
        memcpy(mark, curve.mark, (size_t)curve.marks * sizeof *mark);
    int marks = curve.marks;
    if (isfinite(curve.best_y))
        mark[marks++] = (PlotMark){.x = curve.best_x, .y = curve.best_y, .glyph = 0x2605, .ink = ink_role(ROLE_GOOD)};
    train->plot = (Plot){.series = series, .count = valid ? 3 : 2, .mark = mark, .marks = marks, .x0 = 0,
                         .x1 = curve_reach(curve.end, planned_end(s)), .log_y = !train->linear,
                         .cursor = train->cursor ? (double)train->cursor : NAN};
    if (train->x1 > train->x0) {
        train->plot.x0 = train->x0;
        train->plot.x1 = train->x1;
    }
    train->plot_area = area;
    if (plot_fit_y(&train->plot))
        plot_draw(cells, area, &train->plot);
    else
        cells_text(cells, area.x, area.y + 1, plain(ROLE_DIM), "the first numbers come soon");
    train->plot.series = NULL;
    train->plot.mark = NULL;
    free(mark);
    curve_clear(&curve);
}

static void draw_codes(App *app, Cells *cells, Rect area)
{
    Train *train = self(app);
    const Snapshot *s = bench_snapshot(app_bench(app));
    char note[80];
    if (!s->codes || !s->code)
        return;
    if (train->coded != s->code_turn) {
        plane_update(&train->plane, s->code, s->codes, s->code_size);
        train->coded = s->code_turn;
    }
    snprintf(note, sizeof note, s->code_size > 2 ? "%d samples, main plane of %d numbers" : "%d samples", s->codes, s->code_size);
    heading_draw(cells, &area, "code plane", note);
    const Data *data = bench_data(app_bench(app));
    plane_draw(&train->plane, cells, area, data && data->train.labels ? bench_scatter_labels(app_bench(app)) : NULL);
}

static void draw_layers(App *app, Cells *cells, Rect area)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    heading_draw(cells, &area, "layers", "size of gradients and weights, share of silent outputs");
    int room = area.w - 42;
    for (int i = 0; i < s->layers && area.h > 0; i++) {
        const LayerHealth *health = &s->health[i];
        if (health->weight <= 0)
            continue;
        Rect line = rect_cut_top(&area, 1);
        bool vanishing = health->weight > 0 && health->gradient < 1e-7f, dead = health->dead > 0.9f;
        bool broken = !isfinite(health->gradient) || !isfinite(health->weight);
        cells_text_cut(cells, line.x, line.y, 13, plain(ROLE_TEXT), s->layer_name[i]);
        cells_textf(cells, line.x + 14, line.y, plain(ROLE_DIM), "%8.1e %8.1e", health->gradient, health->weight);
        /* From 1e-8 to 1 on a log scale. */
        double share = broken ? 1 : (log10(fmax(1e-8, health->gradient)) + 8) / 8;
        if (room > 3)
            bar_draw(cells, rect_new(line.x + 33, line.y, room > 24 ? 24 : room, 1), share, broken || vanishing ? ROLE_BAD : ROLE_GOOD);
        if (health->dead > 0)
            cells_textf(cells, line.x + line.w - 9, line.y, plain(dead ? ROLE_BAD : ROLE_DIM), "%3.0f %%", 100 * health->dead);
        if (broken || vanishing || dead)
            cells_text_right(cells, line.x + line.w, line.y, plain(ROLE_BAD), broken ? "nan" : dead ? "dead" : "low");
    }
}

static void clock_text(const Metric *m, char out[12])
{
    struct tm when = {0};
    out[0] = '\0';
    if (!strptime(m->time, "%Y-%m-%dT%H:%M:%SZ", &when))
        return;
    time_t seconds = timegm(&when);
    localtime_r(&seconds, &when);
    strftime(out, 12, "%H:%M:%S ", &when);
}

static void draw_log(App *app, Cells *cells, Rect area)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    for (int i = s->metrics - 1; i >= 0 && area.h > 0; i--) {
        const Metric *m = &s->metric[i];
        char time[12], text[220], loss[16], valid[16], seconds[16];
        if (m->kind == METRIC_BATCH)
            continue;
        Rect line = rect_cut_top(&area, 1);
        clock_text(m, time);
        int x = cells_text(cells, line.x, line.y, plain(ROLE_FAINT), time);
        if (m->kind == METRIC_EVENT) {
            bool changed = strcmp(m->event, "lr") == 0 || strcmp(m->event, "batch") == 0 || strcmp(m->event, "noise") == 0 || strcmp(m->event, "beta") == 0;
            cells_text_cut(cells, x, line.y, line.x + line.w - x, plain(changed ? ROLE_CHANGED : strcmp(m->event, "nan") == 0 ? ROLE_BAD : ROLE_DIM),
                           m->text[0] ? m->text : m->event);
            continue;
        }
        loss_text(loss, sizeof loss, m->train_loss);
        loss_text(valid, sizeof valid, m->val_loss);
        brief_seconds(seconds, sizeof seconds, m->seconds);
        snprintf(text, sizeof text, "epoch %3d  %s%s%s  %6s%s", m->epoch, loss, isnan(m->val_loss) ? "" : "  ", isnan(m->val_loss) ? "" : valid,
                 seconds, m->best ? " ★" : "");
        if (isfinite(m->val_accuracy))
            snprintf(text + strlen(text), sizeof text - strlen(text), "  %.2f %%", 100 * m->val_accuracy);
        cells_text_cut(cells, x, line.y, line.x + line.w - x, plain(ROLE_TEXT), text);
    }
}

/* ---- the digits */

typedef struct PictureRow { const char *name; const float *x; Shape shape; bool main; } PictureRow;

/* Codes of a stage that learns codes are shown as pictures of their own. */
static Shape code_shape(int size)
{
    int h = (int)sqrt(size);
    while (h > 1 && size % h)
        h--;
    return shape_map(h, size / h, 1);
}

static int picture_rows(App *app, PictureRow row[4])
{
    Train *train = self(app);
    const Snapshot *s = bench_snapshot(app_bench(app));
    Shape shape;
    int count, rows = 0;
    const uint8_t *labels;
    const float *x = bench_probes(app_bench(app), &count, &shape, &labels);
    size_t size = shape_size(shape), fed = shape_size(s->probe_shape), out = shape_size(s->output_shape);
    if (!x || !size)
        return 0;
    row[rows++] = (PictureRow){"original", x, shape, false};
    const float *output = train->cursor && train->look.output ? train->look.output : s->output;
    bool noisy = false;
    if (fed == size && s->noisy && memcmp(s->noisy, x, (size_t)s->probes * size * sizeof *x) != 0)
        row[rows++] = (PictureRow){"noisy", s->noisy, shape, false}, noisy = true;
    else if (fed != size && s->noisy)
        row[rows++] = (PictureRow){"code", s->noisy, code_shape((int)fed), false};
    if (out == size && output)
        row[rows++] = (PictureRow){noisy ? "denoised" : "reconstruction", output, shape, true};
    else if (!s->progress.labels && s->output)
        row[rows++] = (PictureRow){"remade code", s->output, code_shape((int)out), true};
    return rows;
}

static void draw_guesses(const Snapshot *s, Cells *cells, Rect line, int tile, int columns, const uint8_t *labels)
{
    int classes = (int)shape_size(s->output_shape);
    for (int i = 0; i < columns && i < s->probes && s->output; i++) {
        const float *p = s->output + (size_t)i * (size_t)classes;
        int best = 0;
        for (int k = 1; k < classes; k++)
            if (p[k] > p[best])
                best = k;
        cells_textf(cells, line.x + i * (tile + 1), line.y, plain(best == labels[i] ? ROLE_GOOD : ROLE_BAD), "%d %.2f", best, p[best]);
    }
}

static void draw_digits(App *app, Cells *cells, Rect area)
{
    Train *train = self(app);
    const Snapshot *s = bench_snapshot(app_bench(app));
    PictureRow row[4];
    int rows = picture_rows(app, row), count, w, h;
    Shape shape;
    const uint8_t *labels;
    bench_probes(app_bench(app), &count, &shape, &labels);
    if (!rows || area.w < 4)
        return;
    bool guesses = s->progress.labels;
    /* With room each row has a name of its own; else one line names them all. */
    bool names = area.h >= rows * 8 || rows == 1;
    char text[120] = "";
    for (int i = 0; i < rows && !names; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? ", " : "", row[i].name);
    char epoch[40] = "";
    if (train->cursor)
        snprintf(epoch, sizeof epoch, train->look.output ? "epoch %d" : "epoch %d ...", train->look.output ? train->look.epoch : train->cursor);
    if (!names) {
        Rect line = rect_cut_top(&area, 1);
        int x = cells_text_cut(cells, line.x, line.y, line.w, plain(ROLE_DIM), text);
        cells_text_cut(cells, x + 2, line.y, line.x + line.w - x - 2, plain(ROLE_ACCENT), epoch);
    }
    pictures_tile_size(shape, area.w, area.h - guesses - (names ? rows : 0) + (names ? 0 : 1), rows, &w, &h);
    while (h > 2 && rows * (h + (names ? 1 : 0)) + (names ? 0 : rows - 1) + guesses > area.h) {
        h--;
        w = 2 * h * shape.w / (shape.h ? shape.h : 1);
    }
    int columns = (area.w + 1) / (w + 1);
    columns = columns > count ? count : columns < 1 ? 1 : columns;
    for (int i = 0; i < rows; i++) {
        if (names) {
            Rect line = rect_cut_top(&area, 1);
            int x = cells_text(cells, line.x, line.y, row[i].main ? bold(ROLE_TEXT) : plain(ROLE_DIM), row[i].name);
            if (row[i].main)
                cells_text(cells, x + 2, line.y, plain(ROLE_ACCENT), epoch);
        } else if (i && area.h > h) {
            rect_cut_top(&area, 1);
        }
        Rect line = rect_cut_top(&area, h);
        for (int k = 0; k < columns; k++)
            pictures_draw(cells, rect_new(line.x + k * (w + 1), line.y, w, line.h), row[i].x + (size_t)k * shape_size(row[i].shape), row[i].shape);
    }
    if (guesses && area.h > 0)
        draw_guesses(s, cells, rect_cut_top(&area, 1), w, columns, labels);
}

/* ---- the whole */

static void draw_nothing(App *app, Cells *cells, Rect area)
{
    rect_cut_top(&area, 1);
    if (bench_training(app_bench(app))) {
        cells_text(cells, area.x, area.y, plain(ROLE_TEXT), bench_waiting(app_bench(app)) ? "loading the data; training starts with it" : "starting");
        return;
    }
    cells_text(cells, area.x, area.y, bold(ROLE_TEXT), "nothing is being trained");
    int x = cells_text(cells, area.x, area.y + 2, bold(ROLE_ACCENT), "t");
    cells_textf(cells, x + 2, area.y + 2, plain(ROLE_DIM), "trains %s, the design at hand", bench_design(app_bench(app))->name);
    x = cells_text(cells, area.x, area.y + 3, bold(ROLE_ACCENT), "0");
    cells_text(cells, x + 2, area.y + 3, plain(ROLE_DIM), "shows presets and earlier runs");
}

static void draw_main(App *app, Cells *cells, Rect area)
{
    static void (*const parts[VIEWS])(App *, Cells *, Rect) = {draw_loss, draw_codes, draw_layers, draw_log};
    Train *train = self(app);
    bool wide = area.h >= 24;
    if (train->view == VIEW_LOSS || wide) {
        Rect log = rect_cut_bottom(&area, wide ? 5 : area.h >= 16 ? 3 : 0);
        if (log.h)
            rect_cut_bottom(&area, 1);
        draw_log(app, cells, log);
        if (wide) {
            Rect below = rect_cut_bottom(&area, area.h / 3);
            rect_cut_bottom(&area, 1);
            parts[train->view == VIEW_CODES || train->view == VIEW_LOG ? train->view : VIEW_LAYERS](app, cells, below);
        }
        draw_loss(app, cells, area);
        return;
    }
    if (train->view == VIEW_LOG)
        heading_draw(cells, &area, "log", NULL);
    parts[train->view](app, cells, area);
}

void train_draw(App *app, Cells *cells, Rect area)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    if (!s || s->state == WORKER_LOADING || !s->progress.batches) {
        draw_nothing(app, cells, area);
        return;
    }
    draw_progress(app, cells, rect_cut_top(&area, 1));
    rect_cut_top(&area, 1);
    bool dashboard = area.w >= 150 && area.h >= 36;
    PictureRow row[4];
    int rows = picture_rows(app, row);
    if (area.w >= 56 && rows) {
        int wide = dashboard ? area.w / 2 : area.w >= 110 ? 46 : rows >= 3 ? 32 : 29;
        Rect right = rect_cut_right(&area, wide);
        rect_cut_right(&area, 2);
        if (dashboard) {
            Rect codes = rect_cut_bottom(&right, right.h * 2 / 5);
            rect_cut_bottom(&right, 1);
            draw_codes(app, cells, codes);
        }
        draw_digits(app, cells, right);
    }
    draw_main(app, cells, area);
}
