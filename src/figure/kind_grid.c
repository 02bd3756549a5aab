/* Rows of original, noisy, reconstruction, residual. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "study/pick.h"
#include "study/score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT, SAMPLES, COLUMNS, ERRORS, NUMBERS };
enum { TEXT_ROWS, TEXT_INDICES };
enum { MOST_ROWS = 8 };

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 1000, .normal = "10", .help = "how many samples"},
    [SAMPLES] = FIGURE_PICK_ROW("classes"),
    [COLUMNS] = {.name = "columns", .type = PARAM_INT, .min = 1, .max = 100, .normal = "10", .help = "samples beside each other"},
    [ERRORS] = {.name = "errors", .type = PARAM_FLAG, .normal = "yes", .help = "the error under each column"},
    [NUMBERS] = {.name = "numbers", .type = PARAM_FLAG, .normal = "no", .help = "class and number of the sample under the first row"},
};

typedef enum GridRow { ROW_ORIGINAL, ROW_NOISY, ROW_RECONSTRUCTION, ROW_RESIDUAL, GRID_ROWS } GridRow;

static const char *const row_name[GRID_ROWS] = {"original", "noisy", "reconstruction", "residual"};

typedef struct Grid {
    int count;
    uint32_t *place;
    float *pixels[GRID_ROWS]; /* (count, size) each */
    float *mse;
    int rows, row[MOST_ROWS];
} Grid;

static bool parse_rows(Grid *grid, const char *text, const Subject *s, Error *err)
{
    if (!text)
        text = s->noisy ? "original,noisy,reconstruction" : "original,reconstruction";
    while (*text) {
        size_t length = strcspn(text, ",");
        int found = -1;
        for (int r = 0; r < GRID_ROWS; r++)
            if (strlen(row_name[r]) == length && strncmp(text, row_name[r], length) == 0)
                found = r;
        if (found < 0)
            return error_set(err, ERROR_USAGE, "original, noisy, reconstruction, residual, with commas between",
                             "no row is called %.*s", (int)(length < 60 ? length : 60), text);
        if (grid->rows == MOST_ROWS)
            return error_set(err, ERROR_USAGE, NULL, "at most %d rows", MOST_ROWS);
        grid->row[grid->rows++] = found;
        text += length + (text[length] == ',');
    }
    return grid->rows > 0 || error_set(err, ERROR_USAGE, NULL, "no rows to draw");
}

static void fill(Grid *grid, Subject *s)
{
    size_t size = s->input;
    for (int r = 0; r < GRID_ROWS; r++)
        grid->pixels[r] = mem_new((size_t)grid->count * size, sizeof(float));
    grid->mse = mem_new((size_t)grid->count, sizeof(float));
    for (int i = 0; i < grid->count; i++) {
        subject_clean(s, (int)grid->place[i], grid->pixels[ROW_ORIGINAL] + (size_t)i * size);
        subject_noisy(s, (int)grid->place[i], grid->pixels[ROW_NOISY] + (size_t)i * size);
    }
    subject_run(s, grid->count, grid->pixels[ROW_NOISY], grid->pixels[ROW_RECONSTRUCTION]);
    for (int i = 0; i < grid->count; i++) {
        const float *x = grid->pixels[ROW_ORIGINAL] + (size_t)i * size, *y = grid->pixels[ROW_RECONSTRUCTION] + (size_t)i * size;
        for (size_t j = 0; j < size; j++)
            grid->pixels[ROW_RESIDUAL][(size_t)i * size + j] = y[j] - x[j];
        grid->mse[i] = (float)score_mse(size, x, y);
    }
}

static void clear(Grid *grid)
{
    for (int r = 0; r < GRID_ROWS; r++)
        free(grid->pixels[r]);
    free(grid->mse);
    free(grid->place);
}

static void list(const Grid *grid, const Subject *s, Table *table)
{
    int kind = table_add_words(table, "row"), first = figure_table_samples(table, 0), mse = table_add_column(table, "mse");
    table_add_columns(table, "p", (int)s->input);
    for (int r = 0; r < grid->rows; r++)
        for (int i = 0; i < grid->count; i++) {
            int row = table_add_row(table), label = subject_label(s, (int)grid->place[i]);
            table_set_word(table, row, kind, row_name[grid->row[r]]);
            figure_table_sample(table, row, first - 2, (int)grid->place[i], label);
            table_set(table, row, mse, grid->mse[i]);
            figure_table_pixels(table, row, mse + 1, grid->pixels[grid->row[r]] + (size_t)i * s->input, s->input);
        }
}

static void place_cells(Sheet *sheet, const Grid *grid, const FigureRequest *request, const Subject *s)
{
    bool errors = request_choice(request, ERRORS), numbers = request_choice(request, NUMBERS);
    for (int i = 0; i < grid->count; i++)
        for (int r = 0; r < grid->rows; r++) {
            int row = i / sheet->columns * grid->rows + r;
            SheetCell *cell = &sheet->cell[row * sheet->columns + i % sheet->columns];
            snprintf(sheet->row_label[row], SHEET_TEXT, "%s", row_name[grid->row[r]]);
            cell->pixels = grid->pixels[grid->row[r]] + (size_t)i * s->input;
            if (grid->row[r] == ROW_RESIDUAL)
                cell->map = MAP_SIGNED, cell->low = s->picture.c == 3 ? -0.5f : -1, cell->high = s->picture.c == 3 ? 0.5f : 1;
            if (errors && r == grid->rows - 1)
                snprintf(cell->caption, SHEET_TEXT, "%.4f", (double)grid->mse[i]);
            figure_about_sample(s, (int)grid->place[i], cell->about, sizeof cell->about);
            if (numbers && r == 0)
                memcpy(cell->caption, cell->about, sizeof cell->caption);
        }
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    Grid grid = {.place = mem_new((size_t)request_int(request, COUNT), sizeof(uint32_t))};
    grid.count = figure_pick(source, request->text[TEXT_INDICES], request_choice(request, SAMPLES), request_int(request, COUNT),
                             request->seed, grid.place, err);
    if (grid.count < 1 || !parse_rows(&grid, request->text[TEXT_ROWS], s, err)) {
        clear(&grid);
        return grid.count == 0 ? error_set(err, ERROR_INPUT, NULL, "there are no samples to show") : false;
    }
    fill(&grid, s);
    int columns = grid.count < request_int(request, COLUMNS) ? grid.count : request_int(request, COLUMNS);
    Sheet sheet;
    sheet_new(&sheet, figure_rows(grid.count, columns) * grid.rows, columns, s->picture);
    sheet.band = grid.rows;
    place_cells(&sheet, &grid, request, s);
    CaptionText text;
    char samples[160], noise[128] = "";
    bool residual = false;
    for (int r = 0; r < grid.rows; r++)
        residual |= grid.row[r] == ROW_RESIDUAL;
    figure_count_samples(s, grid.count, samples, sizeof samples);
    if (s->noisy) {
        Str words = {0};
        param_set_print(&s->noise, false, &words);
        snprintf(noise, sizeof noise, " \u00b7 fed with noise %s", words.text);
        str_clear(&words);
    }
    snprintf(text.title, sizeof text.title, "Reconstructions by %s", s->name);
    snprintf(text.subtitle, sizeof text.subtitle, "%s%s%s%s", samples, noise,
             request_choice(request, ERRORS) ? " \u00b7 below: mean squared error" : "",
             residual ? s->picture.c == 3 ? " \u00b7 residual: reconstruction \u2212 original, grey is none, contrast doubled"
                                          : " \u00b7 residual: red too bright, blue too dark"
                      : "");
    sheet.captions = figure_captions(&text, s);
    bool ok = figure_put_sheet(request, &sheet, out, err);
    if (ok)
        list(&grid, s, &out->table);
    sheet_clear(&sheet);
    clear(&grid);
    return ok;
}

const FigureKind figure_grid = {
    .param = {.name = "grid", .help = "originals over reconstructions, with noisy inputs and residuals where wanted",
              .rows = rows, .count = COUNT_OF(rows)},
    .text = {{"rows", "which rows, in this order: original,noisy,reconstruction,residual"}, FIGURE_INDICES_TEXT},
    .needs = NEED_NETWORK | NEED_SAMPLES | NEED_PICTURES,
    .draw = draw,
};
