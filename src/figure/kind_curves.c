/* Losses and other measures of one or several runs over their epochs.
 *
 * Unlike losses never share an axis: of every run those stages are drawn whose loss is that of the first run's last stage, one
 * after the other, and a run without such a stage is an error. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "figure/plot.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METRIC, BY, LOG, SMOOTH, STAGE };
enum { BY_EPOCHS, BY_BATCHES };

static const ParamChoice metrics[] = {
    {"loss", "the loss that is minimised", false, 0},
    {"accuracy", "the share of right classes", false, 0},
    {"kl", "the divergence of the codes from the prior", false, 0},
    {"lr", "the learning rate", false, 0},
    {"speed", "samples a second", false, 0},
    {NULL, NULL, false, 0},
};

typedef struct MeasureRow {
    const char *title, *label; /* label NULL: from the loss */
    size_t train, validation;  /* offsets in Metric; the same: there is only one */
    double scale;
} MeasureRow;

static const MeasureRow measures[] = {
    {"Loss", NULL, offsetof(Metric, train_loss), offsetof(Metric, val_loss), 1},
    {"Accuracy", "accuracy (%)", offsetof(Metric, train_accuracy), offsetof(Metric, val_accuracy), 100},
    {"Divergence from the prior", "KL (nats a sample)", offsetof(Metric, kl), offsetof(Metric, val_kl), 1},
    {"Learning rate", "learning rate", offsetof(Metric, lr), offsetof(Metric, lr), 1},
    {"Speed", "samples a second", offsetof(Metric, samples_per_s), offsetof(Metric, samples_per_s), 1},
};

static const ParamChoice bys[] = {
    {"epochs", "a point for each epoch", false, 0},
    {"batches", "the training curve in groups of batches, smoothed, the raw one faint", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [METRIC] = {.name = "metric", .type = PARAM_CHOICE, .normal = "loss", .choices = metrics, .help = "what is drawn"},
    [BY] = {.name = "by", .type = PARAM_CHOICE, .normal = "epochs", .choices = bys, .help = "how finely"},
    [LOG] = {.name = "log", .type = PARAM_FLAG, .normal = "no", .help = "a logarithmic axis"},
    [SMOOTH] = {.name = "smooth", .type = PARAM_REAL, .min = -1, .max = 0.999, .normal = "-1",
                .help = "share that smoothing keeps of the past; -1: 0.8 for batches, none for epochs"},
    [STAGE] = {.name = "stage", .type = PARAM_INT, .min = 0, .max = DESIGN_STAGES, .normal = "0",
               .help = "only this stage, from 1; 0: all with the last one's loss"},
};

static const ParamSet *loss_of(const FigureRun *run, int stage)
{
    return &run->design->stage[stage].train.set[TRAIN_LOSS];
}

static bool wanted(const FigureRun *run, const FigureRun *first, int stage, int only)
{
    if (stage < 0 || stage >= run->design->stages)
        return false;
    return only ? stage == only - 1 : param_set_equal(loss_of(run, stage), loss_of(first, first->design->stages - 1));
}

/* The curves of one run. */
typedef struct RunCurves {
    double *x, *train, *validation; /* epochs */
    int count, best;
    double *batch_x, *batch, *batch_smooth;
    int batches;
    double *smooth;
} RunCurves;

static double measure(const Metric *metric, size_t offset, double scale)
{
    double value;
    memcpy(&value, (const char *)metric + offset, sizeof value);
    return value * scale;
}

/* Batches of an epoch in each stage: the largest number met. */
static void epoch_lengths(const Metrics *m, int length[DESIGN_STAGES])
{
    for (int i = 0; i < m->count; i++) {
        const Metric *item = &m->item[i];
        if (item->kind == METRIC_BATCH && item->stage >= 0 && item->stage < DESIGN_STAGES && item->batch > length[item->stage])
            length[item->stage] = item->batch;
    }
}

/* An exponential mean that starts without a bias towards zero; NaN passes through and leaves no trace. */
static void smooth_curve(const double *y, int count, double keep, double *out)
{
    double mean = 0, weight = 0;
    for (int i = 0; i < count; i++) {
        if (!isfinite(y[i])) {
            out[i] = NAN;
            continue;
        }
        mean = keep * mean + (1 - keep) * y[i];
        weight = keep * weight + (1 - keep);
        out[i] = mean / weight;
    }
}

typedef struct Marks {
    LineMark *item;
    int count;
} Marks;

static void add_mark(Marks *marks, LineMarkKind kind, double x, const char *run, const char *text)
{
    marks->item = mem_resize(marks->item, (size_t)marks->count + 1, sizeof *marks->item);
    LineMark *mark = &marks->item[marks->count++];
    *mark = (LineMark){.kind = kind, .x = x};
    snprintf(mark->text, sizeof mark->text, "%s%s%s", run, *run ? ": " : "", text);
}

static bool is_change(const char *event)
{
    static const char *const changes[] = {"lr", "batch", "noise", "beta"};
    for (size_t i = 0; i < COUNT_OF(changes); i++)
        if (strcmp(event, changes[i]) == 0)
            return true;
    return false;
}

static void collect(const FigureSource *source, int r, const FigureRequest *request, RunCurves *c, Marks *marks)
{
    const FigureRun *run = &source->run[r];
    const MeasureRow *what = &measures[request_choice(request, METRIC)];
    const char *mark_name = source->runs > 1 ? run->name : "";
    size_t room = (size_t)run->metrics.count + 1;
    double **arrays[] = {&c->x, &c->train, &c->validation, &c->smooth, &c->batch_x, &c->batch, &c->batch_smooth};
    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        *arrays[i] = mem_new(room, sizeof(double));
    int length[DESIGN_STAGES] = {0}, stage = -1, before = 0, last = 0;
    epoch_lengths(&run->metrics, length);
    c->best = -1;
    for (int i = 0; i < run->metrics.count; i++) {
        const Metric *m = &run->metrics.item[i];
        if (!wanted(run, &source->run[0], m->stage, request_int(request, STAGE)))
            continue;
        if (m->stage != stage) { /* stages follow each other on the axis */
            before += last;
            stage = m->stage;
            last = 0;
            c->best = -1;
            if (run->design->stages > 1 && source->runs == 1)
                add_mark(marks, PLOT_STAGE, before, "", run->design->stage[stage].name);
        }
        int batches = length[stage] ? length[stage] : 1;
        double x = before + m->epoch - 1 + (double)m->batch / batches;
        if (m->kind == METRIC_EPOCH) {
            last = m->epoch;
            c->x[c->count] = before + m->epoch;
            c->train[c->count] = measure(m, what->train, what->scale);
            c->validation[c->count] = what->train == what->validation ? NAN : measure(m, what->validation, what->scale);
            if (m->best)
                c->best = c->count;
            c->count++;
        } else if (m->kind == METRIC_BATCH) {
            c->batch_x[c->batches] = x;
            c->batch[c->batches++] = measure(m, what->train, what->scale);
        } else if (strcmp(m->event, "nan") == 0) {
            add_mark(marks, PLOT_NAN, x, mark_name, "loss not finite");
        } else if (is_change(m->event)) {
            add_mark(marks, PLOT_CHANGE, x, mark_name, m->text);
        }
    }
    double keep = request_real(request, SMOOTH);
    smooth_curve(c->batch, c->batches, keep < 0 ? 0.8 : keep, c->batch_smooth);
    smooth_curve(c->train, c->count, keep < 0 ? 0 : keep, c->smooth);
}

static void clear(RunCurves *c)
{
    free(c->x);
    free(c->train);
    free(c->validation);
    free(c->smooth);
    free(c->batch_x);
    free(c->batch);
    free(c->batch_smooth);
}

static bool any(const double *y, int count)
{
    for (int i = 0; i < count; i++)
        if (isfinite(y[i]))
            return true;
    return false;
}

enum { NAME = 96 };

/* "cifar-02, lr 0.001" where the runs' rates differ. */
static void name_run(const FigureSource *source, int r, char name[NAME])
{
    const FigureRun *run = &source->run[r];
    bool differ = false;
    for (int i = 1; i < source->runs; i++)
        differ |= train_spec_lr(&source->run[i].design->stage[source->run[i].design->stages - 1].train) !=
                  train_spec_lr(&source->run[0].design->stage[source->run[0].design->stages - 1].train);
    int used = snprintf(name, NAME, "%s", run->name);
    if (differ && used < NAME)
        snprintf(name + used, (size_t)(NAME - used), ", lr %g", train_spec_lr(&run->design->stage[run->design->stages - 1].train));
}

/* How a run is drawn: alone, training and validation have the colours they have everywhere; among others, each run has its own. */
typedef struct RunLook {
    Colour train, validation;
    Marker marker;
    const char *train_name, *validation_name;
} RunLook;

static RunLook look_of(const Theme *theme, int r, int runs)
{
    static const int strongest_first[PALETTE_CLASSES] = {4, 5, 2, 6, 1, 0, 7, 9, 8, 3};
    if (runs == 1)
        return (RunLook){theme->training, theme->validation, MARK_DISC, "training", "validation"};
    Colour colour = theme_class(theme, strongest_first[r % PALETTE_CLASSES]);
    return (RunLook){colour, colour, (Marker)(r % MARK_STAR), NULL, "  validation"};
}

static int add_curves(const RunCurves *c, const FigureRequest *request, const RunLook *look, Curve *out)
{
    bool smooth = request_real(request, SMOOTH) > 0, batches = request_choice(request, BY) == BY_BATCHES && any(c->batch, c->batches);
    bool validation = any(c->validation, c->count);
    int n = 0;
    if (batches && request_real(request, SMOOTH) != 0)
        out[n++] = (Curve){.x = c->batch_x, .y = c->batch, .count = c->batches, .colour = look->train, .faint = true, .best = -1};
    else if (!batches && smooth)
        out[n++] = (Curve){.x = c->x, .y = c->train, .count = c->count, .colour = look->train, .faint = true, .best = -1};
    if (batches)
        out[n++] = (Curve){.name = look->train_name, .x = c->batch_x, .y = c->batch_smooth, .count = c->batches, .colour = look->train,
                           .marker = look->marker, .dots = !validation, .best = -1};
    else
        out[n++] = (Curve){.name = look->train_name, .x = c->x, .y = c->smooth, .count = c->count, .colour = look->train,
                           .marker = look->marker, .dots = true, .best = validation ? -1 : c->best};
    if (validation)
        out[n++] = (Curve){.name = look->validation_name, .x = c->x, .y = c->validation, .count = c->count, .colour = look->validation,
                           .marker = look->marker, .dashed = true, .dots = batches, .best = c->best};
    return n;
}

static void list(const FigureSource *source, const FigureRequest *request, Table *table)
{
    const MeasureRow *what = &measures[request_choice(request, METRIC)];
    static const char *const columns[] = {"epoch", "batch", "step", "training", "validation", "best"};
    table_add_words(table, "run");
    table_add_words(table, "stage");
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        table_add_column(table, columns[i]);
    for (int r = 0; r < source->runs; r++)
        for (int i = 0; i < source->run[r].metrics.count; i++) {
            const Metric *m = &source->run[r].metrics.item[i];
            if (m->kind == METRIC_EVENT || !wanted(&source->run[r], &source->run[0], m->stage, request_int(request, STAGE)) ||
                (m->kind == METRIC_BATCH && request_choice(request, BY) != BY_BATCHES))
                continue;
            int row = table_add_row(table);
            table_set_word(table, row, 0, source->run[r].name);
            table_set_word(table, row, 1, m->stage_name);
            table_set(table, row, 2, m->epoch);
            if (m->kind == METRIC_BATCH)
                table_set(table, row, 3, m->batch);
            table_set(table, row, 4, m->step);
            table_set(table, row, 5, measure(m, what->train, 1));
            if (m->kind == METRIC_EPOCH && what->train != what->validation)
                table_set(table, row, 6, measure(m, what->validation, 1));
            if (m->kind == METRIC_EPOCH)
                table_set(table, row, 7, m->best);
        }
}

static bool comparable(const FigureSource *source, int only, Error *err)
{
    const ParamSet *loss = loss_of(&source->run[0], only ? only - 1 : source->run[0].design->stages - 1);
    for (int r = 0; r < source->runs; r++) {
        bool found = false;
        for (int stage = 0; stage < source->run[r].design->stages; stage++)
            found |= wanted(&source->run[r], &source->run[0], stage, only) && param_set_equal(loss_of(&source->run[r], stage), loss);
        if (!found)
            return error_set(err, ERROR_INPUT, "unlike losses share no axis: draw such runs by themselves",
                             "no stage of %s was trained with the loss of %s", source->run[r].name, source->run[0].name);
    }
    return true;
}

/* "trained on MNIST", where that holds for all, and how the curves were made. */
static void describe(const FigureSource *source, const FigureRequest *request, char *out, size_t size)
{
    bool same = source->run[0].data_name[0], batches = request_choice(request, BY) == BY_BATCHES;
    for (int r = 1; r < source->runs; r++)
        same &= strcmp(source->run[r].data_name, source->run[0].data_name) == 0;
    const char *parts[] = {same ? source->run[0].data_name : NULL,
                           batches ? "groups of batches, smoothed over a faint raw curve" : NULL,
                           request_choice(request, LOG) ? "logarithmic axis" : NULL};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i] && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s%s", used ? " \u00b7 " : "", i == 0 ? "trained on " : "", parts[i]);
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    int only = request_int(request, STAGE);
    const FigureRun *first = &source->run[0];
    if (only > first->design->stages)
        return error_set(err, ERROR_USAGE, NULL, "stage %d: %s has %d", only, first->name, first->design->stages);
    if (!comparable(source, only, err))
        return false;
    const MeasureRow *what = &measures[request_choice(request, METRIC)];
    RunCurves *run = mem_new((size_t)source->runs, sizeof *run);
    Curve *curve = mem_new((size_t)source->runs * 3, sizeof *curve);
    char (*name)[NAME] = mem_new((size_t)source->runs, sizeof *name);
    Marks marks = {0};
    int curves = 0, points = 0;
    for (int r = 0; r < source->runs; r++) {
        name_run(source, r, name[r]);
        collect(source, r, request, &run[r], &marks);
        RunLook look = look_of(request->style.theme, r, source->runs);
        if (what->train == what->validation || source->runs > 1)
            look.train_name = name[r];
        curves += add_curves(&run[r], request, &look, curve + curves);
        points += any(run[r].train, run[r].count) + any(run[r].batch, run[r].batches);
    }
    const ParamSet *loss = loss_of(first, only ? only - 1 : first->design->stages - 1);
    Str loss_words = {0};
    param_set_print(loss, false, &loss_words);
    char y_label[128], title[RUN_NAME + 64], subtitle[256];
    snprintf(y_label, sizeof y_label, "loss (%s)", loss_words.text);
    if (source->runs == 1)
        snprintf(title, sizeof title, "%s of %s", what->title, first->name);
    else
        snprintf(title, sizeof title, "%s of %d runs", what->title, source->runs);
    describe(source, request, subtitle, sizeof subtitle);
    LinePlot plot = {.captions = {title, subtitle, ""}, .x_label = "epoch", .y_label = what->label ? what->label : y_label,
                     .log_y = request_choice(request, LOG), .whole_x = request_choice(request, BY) == BY_EPOCHS,
                     .curve = curve, .curves = curves, .mark = marks.item, .marks = marks.count};
    bool ok = points ? figure_put_lines(request, &plot, out, err)
                     : error_set(err, ERROR_INPUT, NULL, "there are no numbers yet for %s of %s", metrics[request_choice(request, METRIC)].word, first->name);
    if (ok)
        list(source, request, &out->table);
    for (int r = 0; r < source->runs; r++)
        clear(&run[r]);
    free(run);
    free(curve);
    free(name);
    free(marks.item);
    str_clear(&loss_words);
    return ok;
}

const FigureKind figure_curves = {
    .param = {.name = "curves", .help = "losses and other measures, of one run or several", .rows = rows, .count = COUNT_OF(rows)},
    .needs = NEED_HISTORY,
    .draw = draw,
};
