/* summary: the table of a network, layer by layer, for each of its stages. */
#include "spec/summary.h"

#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "tensor/team.h"
#include "train/estimate.h"

#include "base/str.h"

#include <math.h>

enum { ESTIMATED_SAMPLES = 60000 }; /* an epoch of MNIST, where no data is named */

static const double ESTIMATE_SECONDS = 0.4;

/* Samples per second of a stage, measured; NaN when that was not wanted or not possible. */
static double speed_of(const Args *args, const Design *design, int stage, int threads)
{
    Estimate estimate;
    if (args_has(args, "no-time") || !estimate_stage(design, stage, threads, ESTIMATE_SECONDS, NULL, &estimate, NULL))
        return NAN;
    double speed = estimate.samples_per_s;
    estimate_clear(&estimate);
    return speed;
}

static void print_text(const Design *design, int stage, const Summary *summary, double speed, int samples)
{
    const TrainSpec *train = &design->stage[stage].train;
    char number[32], other[32], shape[SHAPE_TEXT];
    if (design->stages > 1)
        printf("%sstage %s\n", stage ? "\n" : "", design->stage[stage].name);
    TextTable table = {.columns = 6, .align = "llrrrr"};
    text_table_add(&table, "name");
    text_table_add(&table, "layer");
    text_table_add(&table, "output");
    text_table_add(&table, "parameters");
    text_table_add(&table, "multiply-adds");
    text_table_add(&table, "memory");
    for (int i = 0; i < summary->rows; i++) {
        const SummaryRow *row = &summary->row[i];
        text_table_add(&table, "%s", row->name);
        text_table_add(&table, "%s%s", row->text, row->parameters && !row->trained ? " (frozen)" : "");
        shape_text(row->out, shape);
        text_table_add(&table, "%s", shape);
        str_grouped(number, sizeof number, (double)row->parameters);
        text_table_add(&table, "%s", row->parameters ? number : "-");
        str_grouped(number, sizeof number, row->macs);
        text_table_add(&table, "%s", row->macs > 0 ? number : "-");
        str_bytes(number, sizeof number, (double)row->bytes);
        text_table_add(&table, "%s", row->bytes ? number : "-");
    }
    text_table_print(&table, stdout);
    str_grouped(number, sizeof number, (double)summary->parameters);
    str_grouped(other, sizeof other, (double)summary->trained);
    printf("\nparameters      %s", number);
    if (summary->trained != summary->parameters)
        printf(", of which %s learn", other);
    text_scaled(number, sizeof number, summary->macs);
    printf("\nmultiply-adds   %s a picture forwards\n", number);
    if (summary->code)
        printf("code            %zu numbers for %zu: %.3g times %s\n", summary->code, summary->input,
               summary->code <= summary->input ? (double)summary->input / (double)summary->code
                                               : (double)summary->code / (double)summary->input,
               summary->code <= summary->input ? "smaller" : "larger, nothing is squeezed");
    str_bytes(number, sizeof number, (double)summary->bytes_training);
    printf("memory          %s to train in batches of %d\n", number, train_spec_batch(train));
    if (isfinite(speed)) {
        text_duration(number, sizeof number, samples / speed);
        text_duration(other, sizeof other, samples / speed * train_spec_epochs(train));
        char count[32];
        str_grouped(count, sizeof count, samples);
        printf("time            about %s an epoch of %s pictures here, %s for %d epochs\n", number, count, other,
               train_spec_epochs(train));
    }
}

static void print_json(const Design *design, int stage, const Summary *summary, double speed, int samples, Str *out)
{
    char shape[SHAPE_TEXT];
    json_add_open(out, NULL, '{');
    json_add_text(out, "stage", design->stage[stage].name);
    json_add_open(out, "layers", '[');
    for (int i = 0; i < summary->rows; i++) {
        const SummaryRow *row = &summary->row[i];
        json_add_open(out, NULL, '{');
        json_add_text(out, "name", row->name);
        json_add_text(out, "layer", row->text);
        shape_text(row->out, shape);
        json_add_text(out, "output", shape);
        json_add_int(out, "parameters", row->parameters);
        json_add_int(out, "trained", row->trained);
        json_add_real(out, "multiply_adds", row->macs);
        json_add_int(out, "bytes", (long)row->bytes);
        json_add_close(out, '}');
    }
    json_add_close(out, ']');
    json_add_int(out, "parameters", summary->parameters);
    json_add_int(out, "trained", summary->trained);
    json_add_real(out, "multiply_adds", summary->macs);
    json_add_int(out, "input", (long)summary->input);
    json_add_int(out, "code", (long)summary->code);
    json_add_real(out, "compression", summary->code ? (double)summary->input / (double)summary->code : NAN);
    json_add_int(out, "bytes_training", (long)summary->bytes_training);
    json_add_int(out, "batch", train_spec_batch(&design->stage[stage].train));
    json_add_int(out, "epochs", train_spec_epochs(&design->stage[stage].train));
    json_add_real(out, "samples_per_s", speed);
    json_add_real(out, "seconds_per_epoch", samples / speed);
    json_add_close(out, '}');
}

static int run(const Args *args, Error *err)
{
    int threads, samples = ESTIMATED_SAMPLES;
    if (!args_int(args, "samples", 1, 1000000000, &samples, err) || !job_threads(args, &threads, err))
        return args_failed(err);
    Design *design = job_design(args, args->operand[0], err);
    if (!design)
        return args_failed(err);
    if (!threads)
        threads = team_cores();
    bool json = args_has(args, "json"), good = true;
    Str out = {0};
    json_add_open(&out, NULL, '[');
    for (int stage = 0; good && stage < design->stages; stage++) {
        Summary summary;
        good = summary_make(design, stage, threads, &summary, err);
        if (!good)
            break;
        double speed = speed_of(args, design, stage, threads);
        if (json)
            print_json(design, stage, &summary, speed, samples, &out);
        else
            print_text(design, stage, &summary, speed, samples);
        summary_clear(&summary);
    }
    json_add_close(&out, ']');
    if (good && json)
        puts(out.text);
    str_clear(&out);
    design_free(design);
    return good ? 0 : args_failed(err);
}

static const Option options[] = {
    OPTION_SET,
    {"batch", 'b', "N", "batch size of every stage"},
    {"epochs", 'e', "N", "epochs of every stage"},
    {"samples", 0, "N", "pictures in an epoch, for the time (60000)"},
    {"no-time", 0, NULL, "do not measure how long an epoch takes"},
    OPTION_THREADS,
    OPTION_JSON,
    {0},
};
const Command summary_command = {
    .name = "summary", .operands = "NET|PRESET", .least = 1, .most = 1, .help = "Show a network layer by layer",
    .more = "For each layer its output's shape, its parameters, the multiplications of one picture and the bytes of its parameters; "
            "then the code's size, the memory a training step takes, and how long an epoch takes on this machine (measured "
            "with a few batches of random numbers).",
    .options = options, .run = run};
