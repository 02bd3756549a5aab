/* encode, decode, sample: pictures to codes and codes to pictures, as npy or CSV. */
#include "base/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "data/formats.h"
#include "study/latent.h"
#include "study/subject.h"
#include "study/table.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* -- Files. */

static bool ends_with(const char *path, const char *end)
{
    size_t length = strlen(path), tail = strlen(end);
    return length >= tail && !strcmp(path + length - tail, end);
}

/* Rows of numbers; with names of the columns and, for CSV, a column of labels before them (NULL: none). */
typedef struct Rows {
    const float *numbers;
    int count, rank, dim[4]; /* dim[0] == count */
    const char *column;      /* "code", "pixel" */
    const int *label;
} Rows;

static bool write_csv(const Rows *rows, const char *path, Error *err)
{
    Table table = {0};
    int width = 1;
    for (int i = 1; i < rows->rank; i++)
        width *= rows->dim[i];
    if (rows->label)
        table_add_column(&table, "label");
    table_add_columns(&table, rows->column, width);
    for (int i = 0; i < rows->count; i++) {
        int row = table_add_row(&table), at = 0;
        if (rows->label)
            table_set(&table, row, at++, rows->label[i]);
        for (int k = 0; k < width; k++)
            table_set(&table, row, at++, (double)rows->numbers[(size_t)i * (size_t)width + (size_t)k]);
    }
    Str text = {0};
    table_print_csv(&table, &text);
    table_clear(&table);
    bool good = true;
    if (!strcmp(path, "-"))
        fwrite(text.text, 1, text.size, stdout);
    else
        good = file_write(path, text.text, text.size, err);
    str_clear(&text);
    return good;
}

static const char *output_path(const Args *args)
{
    const char *path = args_text(args, "output");
    return path ? path : "-";
}

/* The file's name says what to write; asked before the work starts. */
static bool output_check(const Args *args, Error *err)
{
    const char *path = output_path(args);
    if (!strcmp(path, "-") || ends_with(path, ".npy") || ends_with(path, ".csv"))
        return true;
    error_set(err, ERROR_USAGE, "call it .npy or .csv", "its name does not say what to write");
    return error_at(err, path, 0, 0);
}

static bool write_rows(const Rows *rows, const char *path, Error *err)
{
    return ends_with(path, ".npy") ? npy_write(path, rows->rank, rows->dim, rows->numbers, err) : write_csv(rows, path, err);
}

/* Codes as rows of numbers separated by commas; a first line that does not start with a number names the columns, and a column `label`
 * is left out. */
static float *read_csv(const char *path, size_t width, int *count, Error *err)
{
    enum { LIMIT = 1 << 30 };
    char *text = file_read(path, LIMIT, NULL, err);
    if (!text)
        return NULL;
    char *rest = text + (str_after_mark(text) - text); /* spreadsheets put one there */
    float *numbers = NULL;
    size_t used = 0;
    bool labelled = false, good = true;
    int number = 0;
    *count = 0;
    for (char *line; good && (line = strsep(&rest, "\n"));) {
        number++;
        line[strcspn(line, "\r")] = '\0';
        if (!*line)
            continue;
        if (number == 1 && strchr("+-.0123456789", *line) == NULL) {
            labelled = !strncmp(line, "label,", 6);
            continue;
        }
        numbers = mem_resize(numbers, used + width, sizeof *numbers);
        size_t column = 0;
        for (char *cell; (cell = strsep(&line, ","));) {
            char *end;
            double value = strtod(cell, &end);
            bool label = labelled && column == 0;
            size_t at = column++ - labelled;
            if (label)
                continue;
            good = good && end != cell && !*end && at < width;
            if (good)
                numbers[used + at] = (float)value;
        }
        good = good && column == width + labelled;
        if (!good) {
            error_set(err, ERROR_INPUT, NULL, "need %zu numbers with commas between", width);
            error_at(err, strcmp(path, "-") ? path : "standard input", number, 0);
        }
        used += width;
        (*count)++;
    }
    free(text);
    if (good && *count)
        return numbers;
    if (good) {
        error_set(err, ERROR_INPUT, NULL, "holds no codes");
        error_at(err, path, 0, 0);
    }
    free(numbers);
    return NULL;
}

static float *read_codes(const char *path, size_t width, int *count, Error *err)
{
    Dataset set;
    if (!strcmp(path, "-") || !npy_is(path))
        return read_csv(path, width, count, err);
    if (!npy_read(path, &set, err))
        return NULL;
    float *numbers = NULL;
    if (shape_size(set.shape) != width) {
        error_set(err, ERROR_INPUT, NULL, "has %zu numbers a row, but the network's codes have %zu", shape_size(set.shape), width);
        error_at(err, path, 0, 0);
    } else {
        numbers = mem_new((size_t)set.count * width, sizeof *numbers);
        for (int i = 0; i < set.count; i++)
            dataset_sample(&set, i, numbers + (size_t)i * width);
        *count = set.count;
    }
    dataset_clear(&set);
    return numbers;
}

/* -- encode */

static int run_encode(const Args *args, Error *err)
{
    Job job;
    Subject subject;
    int limit = INT_MAX;
    if (!output_check(args, err) || !args_int(args, "count", 1, INT_MAX, &limit, err) ||
        !job_open_subject(args, args->operand[0], true, &job, &subject, err))
        return args_failed(err);
    int count = subject.count < limit ? subject.count : limit;
    float *codes = subject_codes(&subject, NULL, count, err);
    bool good = codes != NULL;
    if (good) {
        int *label = subject.set->labels ? mem_new((size_t)count, sizeof *label) : NULL;
        for (int i = 0; label && i < count; i++)
            label[i] = subject_label(&subject, i);
        Rows rows = {.numbers = codes, .count = count, .rank = 2, .dim = {count, (int)subject.code_size}, .column = "code", .label = label};
        good = write_rows(&rows, output_path(args), err);
        free(label);
    }
    free(codes);
    subject_clear(&subject);
    job_close(&job);
    return good ? 0 : args_failed(err);
}

static const Option encode_options[] = {
    {"output", 'o', "FILE", "write to FILE.npy or FILE.csv; - is CSV on standard output (the default)"},
    {"count", 'n', "N", "only the first N samples"},
    OPTIONS_DATA, OPTION_SPLIT, OPTION_THREADS, OPTION_RUNS_DIR, {0}};
const Command encode_command = {
    .name = "encode", .operands = "RUN|MODEL", .least = 1, .most = 1, .help = "Write the codes of samples",
    .more = "One row a sample: as .npy a float32 array (samples, code), as CSV with a line of names and, where there are labels, a first column "
            "`label`. A variational network's codes are the means.",
    .options = encode_options, .run = run_encode};

/* -- decode and sample: codes in, pictures out */

static bool must_decode(const Subject *subject, Error *err)
{
    if (subject->coded)
        return true;
    return error_set(err, ERROR_INPUT, "take an autoencoder", "%s makes no pictures from codes", subject->name);
}

static bool write_decoded(Subject *subject, const float *codes, int count, const char *path, Error *err)
{
    Shape shape = subject->picture;
    float *pictures = mem_try_large((size_t)count * subject->output, sizeof *pictures);
    if (!pictures)
        return error_set(err, ERROR_FAILED, NULL, "no memory for %d pictures", count);
    subject_decode(subject, count, codes, pictures);
    Rows rows = {.numbers = pictures, .count = count, .rank = shape.c > 1 ? 4 : 3, .dim = {count, shape.h, shape.w, shape.c},
                 .column = "pixel"};
    bool good = write_rows(&rows, path, err);
    free(pictures);
    return good;
}

static int run_decode(const Args *args, Error *err)
{
    Job job;
    Subject subject;
    int count = 0;
    if (!output_check(args, err) || !job_open_subject(args, args->operand[0], false, &job, &subject, err))
        return args_failed(err);
    float *codes = must_decode(&subject, err) ? read_codes(args->operand[1], subject.code_size, &count, err) : NULL;
    bool good = codes && write_decoded(&subject, codes, count, output_path(args), err);
    free(codes);
    subject_clear(&subject);
    job_close(&job);
    return good ? 0 : args_failed(err);
}

static const Option decode_options[] = {
    {"output", 'o', "FILE", "write to FILE.npy or FILE.csv; - is CSV on standard output (the default)"},
    OPTION_THREADS, OPTION_RUNS_DIR, {0}};
const Command decode_command = {
    .name = "decode", .operands = "RUN|MODEL CODES", .least = 2, .most = 2, .help = "Make pictures from codes",
    .more = "CODES is a .npy or CSV file as `hourglass encode` writes it, - is CSV on standard input. As .npy the pictures are a float32 array "
            "(pictures, height, width) or, in colour, (pictures, height, width, 3). `hourglass figure` draws them.",
    .options = decode_options, .run = run_decode};

/* A network without a prior has none to draw from: the normal distribution of the codes of its data stands in. */
static bool draw_codes(Subject *subject, int count, uint64_t seed, float *codes, Error *err)
{
    enum { MOST = 5000 };
    if (subject->prior) {
        latent_prior(subject->code_size, count, seed, codes);
        return true;
    }
    int known = subject->count < MOST ? subject->count : MOST;
    float *of_data = subject_codes(subject, NULL, known, err);
    if (!of_data)
        return false;
    console_note("note: %s has no prior; codes are drawn from the normal distribution of those of %d samples", subject->name, known);
    latent_fitted(of_data, known, subject->code_size, count, seed, codes);
    free(of_data);
    return true;
}

static int run_sample(const Args *args, Error *err)
{
    Job job;
    Subject subject;
    int count = 16;
    uint64_t seed = 1;
    if (!output_check(args, err) || !args_int(args, "count", 1, 1000000, &count, err) || !args_u64(args, "seed", &seed, err) ||
        !job_open_subject(args, args->operand[0], false, &job, &subject, err))
        return args_failed(err);
    if (!subject.prior) { /* only then samples are needed */
        subject_clear(&subject);
        job_close(&job);
        if (!job_open_subject(args, args->operand[0], true, &job, &subject, err))
            return args_failed(err);
    }
    float *codes = mem_try_large((size_t)count * subject.code_size, sizeof *codes);
    bool good = codes ? must_decode(&subject, err) : error_set(err, ERROR_FAILED, NULL, "no memory for %d codes", count);
    good = good && draw_codes(&subject, count, seed, codes, err) && write_decoded(&subject, codes, count, output_path(args), err);
    free(codes);
    subject_clear(&subject);
    job_close(&job);
    return good ? 0 : args_failed(err);
}

static const Option sample_options[] = {
    {"output", 'o', "FILE", "write to FILE.npy or FILE.csv; - is CSV on standard output (the default)"},
    {"count", 'n', "N", "how many (16)"},
    {"seed", 0, "N", "the pictures are the same for the same seed (1)"},
    OPTIONS_DATA, OPTION_SPLIT, OPTION_THREADS, OPTION_RUNS_DIR, {0}};
const Command sample_command = {
    .name = "sample", .operands = "RUN|MODEL", .least = 1, .most = 1, .help = "Make new pictures from random codes",
    .more = "The codes of a variational network come from its prior, those of any other from the normal distribution that has the mean and "
            "covariance of the codes of its data. `hourglass figure samples` draws them.",
    .options = sample_options, .run = run_sample};
