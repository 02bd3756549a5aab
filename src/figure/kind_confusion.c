/* What a classifier takes for what: the matrix, and the samples that it mistakes. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "figure/matrix.h"
#include "study/classes.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHARES };

static const ParamRow confusion_rows[] = {
    [SHARES] = {.name = "scores", .type = PARAM_FLAG, .normal = "yes", .help = "recall, precision and F1 beside the matrix"},
};

enum { MOST_CLASSES = 64 };

static void list(const Confusion *confusion, const char *const *name, Table *table)
{
    int n = confusion->classes;
    table_add_words(table, "true");
    for (int c = 0; c < n; c++) {
        char column[64];
        snprintf(column, sizeof column, "predicted %s", name[c]);
        table_add_column(table, column);
    }
    table_add_column(table, "recall");
    table_add_column(table, "precision");
    table_add_column(table, "f1");
    for (int r = 0; r < n; r++) {
        int row = table_add_row(table);
        table_set_word(table, row, 0, name[r]);
        for (int c = 0; c < n; c++)
            table_set(table, row, 1 + c, (double)confusion->count[r * n + c]);
        table_set(table, row, 1 + n, confusion_recall(confusion, r));
        table_set(table, row, 2 + n, confusion_precision(confusion, r));
        table_set(table, row, 3 + n, confusion_f1(confusion, r));
    }
}

static bool draw_confusion(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    static const char *const extra_name[] = {"recall %", "precision %", "F1 %"};
    Subject *s = source->subject;
    int n = (int)s->output;
    if (n > MOST_CLASSES)
        return error_set(err, ERROR_INPUT, "take the numbers with hourglass eval", "a matrix of %d classes is too large to draw", n);
    Predictions p;
    if (!classes_predict(s, s->count, &p, err))
        return false;
    Confusion confusion = classes_confusion(s, &p);
    char names[MOST_CLASSES][40];
    const char *name[MOST_CLASSES];
    double extra[MOST_CLASSES * 3];
    for (int c = 0; c < n; c++) {
        subject_class_name(s, c, names[c], sizeof names[c]);
        name[c] = names[c];
        extra[3 * c] = confusion_recall(&confusion, c);
        extra[3 * c + 1] = confusion_precision(&confusion, c);
        extra[3 * c + 2] = confusion_f1(&confusion, c);
    }
    CaptionText text;
    char samples[160], mistakes[32];
    figure_count_samples(s, p.count, samples, sizeof samples);
    figure_whole_number((double)(confusion.total - confusion.correct), mistakes, sizeof mistakes);
    snprintf(text.title, sizeof text.title, "Confusion matrix of %s", s->name);
    snprintf(text.subtitle, sizeof text.subtitle, "%s \u00b7 accuracy %.2f %%, %s mistakes", samples, 100 * confusion_accuracy(&confusion), mistakes);
    Matrix matrix = {.captions = figure_captions(&text, s), .size = n, .count = confusion.count, .name = name, .row_axis = "true class",
                     .column_axis = "predicted class", .extra_name = extra_name, .extra = extra,
                     .extras = request_choice(request, SHARES) ? 3 : 0};
    bool ok = figure_put_matrix(request, &matrix, out, err);
    if (ok)
        list(&confusion, name, &out->table);
    confusion_clear(&confusion);
    predictions_clear(&p);
    return ok;
}

const FigureKind figure_confusion = {
    .param = {.name = "confusion", .help = "what a classifier takes for what", .rows = confusion_rows, .count = COUNT_OF(confusion_rows)},
    .needs = NEED_NETWORK | NEED_SAMPLES | NEED_CLASSES,
    .draw = draw_confusion,
};

/* -- Mistakes. */

enum { COUNT, COLUMNS, ORDER };
enum { ORDER_SURE, ORDER_FIRST };

static const ParamChoice orders[] = {
    {"sure", "those first of which the network was surest", false, 0},
    {"first", "in the samples' order", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow mistake_rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 1000, .normal = "40", .help = "at most so many"},
    [COLUMNS] = {.name = "columns", .type = PARAM_INT, .min = 1, .max = 100, .normal = "10", .help = "samples beside each other"},
    [ORDER] = {.name = "order", .type = PARAM_CHOICE, .normal = "sure", .choices = orders, .help = "which come first"},
};

static void mistake_caption(const Subject *s, int truth, int predicted, char caption[SHEET_TEXT])
{
    char a[20], b[20];
    subject_class_name(s, truth, a, sizeof a);
    subject_class_name(s, predicted, b, sizeof b);
    snprintf(caption, SHEET_TEXT, "%s \u2192 %s", a, b);
}

static bool draw_mistakes(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    Predictions p;
    if (!classes_predict(s, s->count, &p, err))
        return false;
    int *wrong = mem_new((size_t)p.count + 1, sizeof *wrong);
    int total = classes_mistakes(s, &p, request_choice(request, ORDER) == ORDER_SURE, wrong);
    int count = total < request_int(request, COUNT) ? total : request_int(request, COUNT);
    int columns = count < request_int(request, COLUMNS) ? count : request_int(request, COLUMNS);
    columns = columns ? columns : 1;
    float *x = mem_new(((size_t)count + 1) * s->input, sizeof *x);
    Sheet sheet;
    sheet_new(&sheet, count ? figure_rows(count, columns) : 1, columns, s->picture);
    figure_table_samples(&out->table, 0);
    table_add_column(&out->table, "predicted");
    table_add_column(&out->table, "probability");
    table_add_columns(&out->table, "p", (int)s->input);
    for (int i = 0; i < count; i++) {
        int at = wrong[i], row = table_add_row(&out->table);
        subject_clean(s, at, x + (size_t)i * s->input);
        sheet.cell[i].pixels = x + (size_t)i * s->input;
        figure_about_sample(s, at, sheet.cell[i].about, SHEET_TEXT);
        mistake_caption(s, subject_label(s, at), p.predicted[at], sheet.cell[i].caption);
        table_set(&out->table, row, 0, at);
        table_set(&out->table, row, 1, subject_label(s, at));
        table_set(&out->table, row, 2, p.predicted[at]);
        table_set(&out->table, row, 3, p.sure[at]);
        figure_table_pixels(&out->table, row, 4, x + (size_t)i * s->input, s->input);
    }
    CaptionText text;
    char samples[160], all[32];
    figure_count_samples(s, p.count, samples, sizeof samples);
    figure_whole_number(total, all, sizeof all);
    snprintf(text.title, sizeof text.title, "Mistakes of %s", s->name);
    snprintf(text.subtitle, sizeof text.subtitle, "%d of %s mistakes among %s%s \u00b7 below: true \u2192 predicted", count, all, samples,
             request_choice(request, ORDER) == ORDER_SURE ? ", the surest first" : "");
    sheet.captions = figure_captions(&text, s);
    bool ok = figure_put_sheet(request, &sheet, out, err);
    sheet_clear(&sheet);
    free(x);
    free(wrong);
    predictions_clear(&p);
    return ok;
}

const FigureKind figure_mistakes = {
    .param = {.name = "mistakes", .help = "samples a classifier gets wrong", .rows = mistake_rows, .count = COUNT_OF(mistake_rows)},
    .needs = NEED_NETWORK | NEED_SAMPLES | NEED_CLASSES,
    .draw = draw_mistakes,
};
