/* From one sample to another in the space of codes. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "study/latent.h"
#include "study/pick.h"

#include <stdio.h>
#include <stdlib.h>

enum { COUNT, STEPS, MODE };
enum { MODE_LINEAR, MODE_SPHERICAL };
enum { MOST = 64 };

static const ParamChoice modes[] = {
    {"linear", "on the straight line between the codes", false, 0},
    {"spherical", "on the arc, keeping the codes' length", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = MOST, .normal = "5", .help = "how many strips, where no path is given"},
    [STEPS] = {.name = "steps", .type = PARAM_INT, .min = 2, .max = 100, .normal = "9", .help = "pictures from end to end, ends included"},
    [MODE] = {.name = "mode", .type = PARAM_CHOICE, .normal = "linear", .choices = modes, .help = "the way between two codes"},
};

/* The ends of strip r are samples end[r] and end[r + 1] on a path, end[2 r] and end[2 r + 1] between pairs. */
typedef struct Ends {
    uint32_t end[2 * MOST];
    int strips;
    bool path;
} Ends;

static bool find_ends(const FigureSource *source, const FigureRequest *request, Ends *ends, Error *err)
{
    Subject *s = source->subject;
    if (request->text[0]) {
        int given = pick_parse(request->text[0], s->count, ends->end, MOST, err);
        if (given == 1)
            return error_set(err, ERROR_USAGE, "write two or more: 3,14,15", "a path needs two samples");
        ends->strips = given - 1;
        ends->path = true;
        return given > 1;
    }
    if (s->count < 2)
        return error_set(err, ERROR_INPUT, NULL, "interpolation needs two samples");
    int wanted = request_int(request, COUNT);
    int given = pick_samples(s, PICK_RANDOM, 2 * wanted, request->seed, ends->end);
    ends->strips = given / 2;
    return true;
}

static int end_of(const Ends *ends, int strip, int side)
{
    return (int)ends->end[ends->path ? strip + side : 2 * strip + side];
}

/* Originals stand at both ends, what is decoded between them. */
static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    int steps = request_int(request, STEPS);
    Ends ends = {0};
    if (!find_ends(source, request, &ends, err))
        return false;
    size_t size = s->input, code_size = s->code_size, strips = (size_t)ends.strips, all = strips * (size_t)steps;
    float *x = mem_new(strips * 2 * size, sizeof *x), *end = mem_new(strips * 2 * code_size, sizeof *end);
    float *code = mem_new(all * code_size, sizeof *code), *y = mem_new(all * s->output, sizeof *y);
    for (int r = 0; r < ends.strips; r++)
        for (int side = 0; side < 2; side++)
            subject_clean(s, end_of(&ends, r, side), x + ((size_t)r * 2 + (size_t)side) * size);
    subject_encode(s, 2 * ends.strips, x, end);
    for (size_t r = 0; r < strips; r++)
        latent_path(end + 2 * r * code_size, end + (2 * r + 1) * code_size, code_size, steps, request_choice(request, MODE) == MODE_SPHERICAL,
                    code + r * (size_t)steps * code_size);
    subject_decode(s, (int)all, code, y);

    Sheet sheet;
    sheet_new(&sheet, ends.strips, steps + 2, s->picture);
    snprintf(sheet.column_label[0], SHEET_TEXT, "original");
    snprintf(sheet.column_label[steps + 1], SHEET_TEXT, "original");
    table_add_column(&out->table, "strip");
    table_add_column(&out->table, "step");
    table_add_columns(&out->table, "p", (int)s->output);
    for (int r = 0; r < ends.strips; r++) {
        SheetCell *cell = sheet.cell + r * (steps + 2);
        cell[0].pixels = x + (size_t)r * 2 * size;
        cell[steps + 1].pixels = x + ((size_t)r * 2 + 1) * size;
        for (int i = 0; i < steps; i++) {
            const float *picture = y + ((size_t)r * (size_t)steps + (size_t)i) * s->output;
            cell[i + 1].pixels = picture;
            int row = table_add_row(&out->table);
            table_set(&out->table, row, 0, r);
            table_set(&out->table, row, 1, i);
            figure_table_pixels(&out->table, row, 2, picture, s->output);
        }
    }
    for (int i = 0; i < steps; i++)
        if (i == 0 || i == steps - 1 || (steps % 2 && i == steps / 2))
            snprintf(sheet.column_label[i + 1], SHEET_TEXT, "%g %%", 100.0 * i / (steps - 1));
    CaptionText text;
    snprintf(text.title, sizeof text.title, "Interpolation by %s", s->name);
    snprintf(text.subtitle, sizeof text.subtitle, "decoded on the %s between the codes of two %s samples of %s, originals at the ends",
             request_choice(request, MODE) == MODE_SPHERICAL ? "arc" : "line", s->part, s->data->name);
    sheet.captions = figure_captions(&text, s);
    bool ok = figure_put_sheet(request, &sheet, out, err);
    sheet_clear(&sheet);
    free(x);
    free(end);
    free(code);
    free(y);
    return ok;
}

const FigureKind figure_interpolate = {
    .param = {.name = "interpolate", .help = "the way from sample to sample, in the space of codes", .rows = rows, .count = COUNT_OF(rows)},
    .text = {{"path", "samples to pass through: 3,14,15; else random pairs"}},
    .needs = NEED_NETWORK | NEED_SAMPLES | NEED_PICTURES | NEED_CODE,
    .draw = draw,
};
