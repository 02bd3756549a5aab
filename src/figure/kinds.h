/* The rows of figure_kinds[], and what their files share. */
#ifndef FIGURE_KINDS_H
#define FIGURE_KINDS_H

#include "figure/kind.h"

extern const FigureKind figure_grid, figure_epochs, figure_weights, figure_features, figure_activation, figure_scatter,
    figure_manifold, figure_samples, figure_interpolate, figure_curves, figure_confusion, figure_mistakes, figure_residuals,
    figure_network;

/* Values of a request by the row's index. */
static inline int request_int(const FigureRequest *request, int row) { return (int)request->set.value[row].number; }
static inline double request_real(const FigureRequest *request, int row) { return request->set.value[row].number; }
static inline int request_choice(const FigureRequest *request, int row) { return request->set.value[row].choice; }

/* Option `samples`, in the order of PickOrder, and text `indices`, which goes before it. */
extern const ParamChoice figure_pick_choices[];
#define FIGURE_PICK_ROW(first) {.name = "samples", .type = PARAM_CHOICE, .normal = first, .choices = figure_pick_choices, .help = "which samples are shown"}
#define FIGURE_INDICES_TEXT {"indices", "the samples by number: 3,14,15 or 0-9"}

/* Places of the wanted samples, into place (room for `count`); how many, or -1 with *err. */
int figure_pick(const FigureSource *source, const char *indices, int order, int count, uint64_t seed, uint32_t *place, Error *err);

/* What a kind's draw function ends with: pixels, or the content, as the request says. */
bool figure_put_sheet(const FigureRequest *request, const Sheet *sheet, Figure *out, Error *err) MUST_CHECK;
bool figure_put_lines(const FigureRequest *request, const LinePlot *plot, Figure *out, Error *err) MUST_CHECK;
bool figure_put_scatter(const FigureRequest *request, const Scatter *scatter, Figure *out, Error *err) MUST_CHECK;
bool figure_put_matrix(const FigureRequest *request, const Matrix *matrix, Figure *out, Error *err) MUST_CHECK;
bool figure_put_blocks(const FigureRequest *request, const Blocks *blocks, Figure *out, Error *err) MUST_CHECK;

/* Captions of figures of a subject.  The note names the training data where other data is shown, and what has to be said of the data;
 * it lives in `buffer`. */
typedef struct CaptionText {
    char title[256], subtitle[512], note[512];
} CaptionText;
Captions figure_captions(CaptionText *text, const Subject *subject);
void figure_whole_number(double number, char *buffer, size_t size);                              /* "5,000" */
void figure_count_samples(const Subject *subject, int count, char *buffer, size_t size); /* "5,000 test samples of MNIST" */

void figure_about_sample(const Subject *subject, int place, char *buffer, size_t size);  /* "7 #12": class and number */

/* A layer by its name, else the first with a weight that `fits` (NULL: any); -1 with *err. */
int figure_layer(const Subject *subject, const char *name, bool (*fits)(const Subject *subject, int layer), const char *what, Error *err);

/* The table's columns sample, label, and a row's pixels. */
int figure_table_samples(Table *table, int pixels);
void figure_table_sample(Table *table, int row, int column, int place, int label); /* label -1: empty */
void figure_table_pixels(Table *table, int row, int first, const float *pixels, size_t count);

/* Rows for `count` pictures at `columns` a row. */
static inline int figure_rows(int count, int columns) { return (count + columns - 1) / columns; }

#endif
