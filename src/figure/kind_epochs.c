/* The same samples after each saved epoch: one sheet, epochs from top to bottom, and one square picture an epoch. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "study/epochs.h"
#include "study/pick.h"
#include "study/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT, SAMPLES, ROWS, FRAMES };

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 100, .normal = "16", .help = "how many samples"},
    [SAMPLES] = FIGURE_PICK_ROW("random"),
    [ROWS] = {.name = "epochs", .type = PARAM_INT, .min = 1, .max = 200, .normal = "12",
              .help = "at most so many epochs on the sheet, evenly spread, the last one always"},
    [FRAMES] = {.name = "frames", .type = PARAM_FLAG, .normal = "no", .help = "also a picture of its own for every saved epoch"},
};

typedef struct Series {
    int count, epochs, epoch[EPOCHS_MOST];
    uint32_t *place;
    float *clean, *noisy; /* (count, size) */
    float *out;           /* (epochs, count, size) */
} Series;

static bool run_epochs(Series *series, const FigureSource *source, Error *err)
{
    Subject *s = source->subject;
    size_t block = (size_t)series->count * s->input;
    series->out = mem_try_large((size_t)series->epochs * block, sizeof(float));
    if (!series->out)
        return error_set(err, ERROR_FAILED, "take fewer samples", "no memory for %d epochs", series->epochs);
    for (int e = 0; e < series->epochs; e++) {
        if (!epochs_run(source->run->folder, s->model.stage, series->epoch[e], s->team, series->count, series->noisy, s->output,
                        series->out + (size_t)e * block, err))
            return false;
        if (source->progress && !source->progress(source->context, (e + 1.0) / series->epochs)) {
            if (err)
                *err = (Error){0};
            return false;
        }
    }
    return true;
}

static double mean_error(const Series *series, int e, size_t size)
{
    double sum = 0;
    for (int i = 0; i < series->count; i++)
        sum += score_mse(size, series->clean + (size_t)i * size, series->out + ((size_t)e * series->count + i) * size);
    return sum / series->count;
}

static bool draw_sheet(const Series *series, const FigureRequest *request, Subject *s, Figure *out, Error *err)
{
    int shown = series->epochs < request_int(request, ROWS) ? series->epochs : request_int(request, ROWS);
    Sheet sheet;
    sheet_new(&sheet, shown + 1 + s->noisy, series->count, s->picture);
    for (int i = 0; i < series->count; i++) {
        sheet.cell[i].pixels = series->clean + (size_t)i * s->input;
        if (s->noisy)
            sheet.cell[series->count + i].pixels = series->noisy + (size_t)i * s->input;
    }
    snprintf(sheet.row_label[0], SHEET_TEXT, "original");
    snprintf(sheet.row_label[s->noisy], SHEET_TEXT, "%s", s->noisy ? "noisy" : "original");
    for (int r = 0; r < shown; r++) {
        /* even steps that end at the last epoch */
        int e = shown > 1 ? (int)lround((double)r * (series->epochs - 1) / (shown - 1)) : series->epochs - 1;
        int row = r + 1 + s->noisy;
        snprintf(sheet.row_label[row], SHEET_TEXT, "epoch %d", series->epoch[e]);
        for (int i = 0; i < series->count; i++)
            sheet.cell[row * series->count + i].pixels = series->out + ((size_t)e * series->count + i) * s->input;
    }
    CaptionText text;
    char samples[160];
    figure_count_samples(s, series->count, samples, sizeof samples);
    snprintf(text.title, sizeof text.title, "How %s learned", s->name);
    snprintf(text.subtitle, sizeof text.subtitle, "reconstructions of %s after %d of %d saved epochs", samples, shown, series->epochs);
    sheet.captions = figure_captions(&text, s);
    bool ok = figure_put_sheet(request, &sheet, out, err);
    sheet_clear(&sheet);
    return ok;
}

static bool draw_frame(const Series *series, int e, const FigureRequest *request, Subject *s, Image *out, Error *err)
{
    int columns = (int)ceil(sqrt(series->count));
    Sheet sheet;
    sheet_new(&sheet, figure_rows(series->count, columns), columns, s->picture);
    for (int i = 0; i < series->count; i++)
        sheet.cell[i].pixels = series->out + ((size_t)e * series->count + i) * s->input;
    CaptionText text;
    snprintf(text.title, sizeof text.title, "epoch %d", series->epoch[e]);
    snprintf(text.subtitle, sizeof text.subtitle, "%s \u00b7 mean squared error %.4f", s->name, mean_error(series, e, s->input));
    sheet.captions = figure_captions(&text, s);
    bool ok = sheet_draw(&sheet, &request->style, out, err);
    sheet_clear(&sheet);
    return ok;
}

static void list(const Series *series, const Subject *s, Table *table)
{
    int epoch = table_add_column(table, "epoch"), first = figure_table_samples(table, 0), mse = table_add_column(table, "mse");
    table_add_columns(table, "p", (int)s->input);
    for (int e = 0; e < series->epochs; e++)
        for (int i = 0; i < series->count; i++) {
            const float *y = series->out + ((size_t)e * series->count + i) * s->input;
            int row = table_add_row(table), label = subject_label(s, (int)series->place[i]);
            table_set(table, row, epoch, series->epoch[e]);
            figure_table_sample(table, row, first - 2, (int)series->place[i], label);
            table_set(table, row, mse, score_mse(s->input, series->clean + (size_t)i * s->input, y));
            figure_table_pixels(table, row, mse + 1, y, s->input);
        }
}

static bool draw_frames(const Series *series, const FigureRequest *request, Subject *s, Figure *out, Error *err)
{
    out->frame = mem_new((size_t)series->epochs, sizeof *out->frame);
    out->frame_number = mem_new((size_t)series->epochs, sizeof *out->frame_number);
    for (; out->frames < series->epochs; out->frames++) {
        if (!draw_frame(series, out->frames, request, s, &out->frame[out->frames], err))
            return false;
        out->frame_number[out->frames] = series->epoch[out->frames];
    }
    return true;
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    int count = request_int(request, COUNT);
    Series series = {.place = mem_new((size_t)count, sizeof(uint32_t))};
    series.count = figure_pick(source, request->text[0], request_choice(request, SAMPLES), count, request->seed, series.place, err);
    series.epochs = epochs_saved(source->run->folder, s->model.stage, EPOCHS_MOST, series.epoch, EPOCHS_MOST);
    size_t numbers = (size_t)(series.count > 0 ? series.count : 1) * s->input;
    series.clean = mem_new(numbers, sizeof(float));
    series.noisy = mem_new(numbers, sizeof(float));
    for (int i = 0; i < series.count; i++) {
        subject_clean(s, (int)series.place[i], series.clean + (size_t)i * s->input);
        subject_noisy(s, (int)series.place[i], series.noisy + (size_t)i * s->input);
    }
    bool ok = series.count > 0;
    if (series.count == 0)
        error_set(err, ERROR_INPUT, NULL, "there are no samples to show");
    if (ok && !series.epochs)
        ok = error_set(err, ERROR_INPUT, NULL, "run %s kept the weights of no epoch", source->run->name);
    ok = ok && run_epochs(&series, source, err) && draw_sheet(&series, request, s, out, err);
    if (ok && request_choice(request, FRAMES))
        ok = draw_frames(&series, request, s, out, err);
    if (ok)
        list(&series, s, &out->table);
    free(series.place);
    free(series.clean);
    free(series.noisy);
    free(series.out);
    return ok;
}

const FigureKind figure_epochs = {
    .param = {.name = "epochs", .help = "samples after each saved epoch", .rows = rows, .count = COUNT_OF(rows)},
    .text = {FIGURE_INDICES_TEXT},
    .needs = NEED_NETWORK | NEED_SAMPLES | NEED_PICTURES | NEED_EPOCHS,
    .draw = draw,
};
