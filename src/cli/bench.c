/* bench: training speed of networks on this machine. */
#include "base/mem.h"
#include "cli/bench.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "spec/preset.h"
#include "tensor/team.h"

#include <stdlib.h>

void bench_label(const BenchRow *row, char *out, size_t size)
{
    bool stages = row->design->stages > 1;
    int used = snprintf(out, size, "%s%s%s", row->name, stages ? " " : "", stages ? row->design->stage[row->stage].name : "");
    if (row->varied && used >= 0 && (size_t)used < size)
        snprintf(out + used, size - (size_t)used, ", %s %d", row->varied, row->value);
}

static void print_text(const BenchRow *row, double share)
{
    const Speed *speed = &row->speed;
    char label[64], samples[32];
    str_grouped(samples, sizeof samples, speed->samples_per_s);
    bench_label(row, label, sizeof label);
    printf("%-22s %6d %12s %10.2f %9.1f %9.1f %% %6.1f %% %6.0f\n", label, train_spec_batch(&row->design->stage[row->stage].train),
           samples, speed->step_ms, speed->gflops, 100 * share, 100 * speed->idle, (double)speed->resident / 1e6);
}

static void print_json(const BenchRow *row, double share)
{
    const Stage *stage = &row->design->stage[row->stage];
    const Speed *speed = &row->speed;
    Str out = {0};
    json_add_open(&out, NULL, '{');
    json_add_text(&out, "preset", row->name);
    json_add_text(&out, "stage", stage->name);
    json_add_text(&out, "precision", stage->train.set[TRAIN_PRECISION].kind->name);
    if (row->varied) {
        json_add_text(&out, "varied", row->varied);
        json_add_int(&out, "value", row->value);
    }
    json_add_int(&out, "threads", row->threads);
    json_add_int(&out, "batch", train_spec_batch(&stage->train));
    json_add_real(&out, "samples_per_s", speed->samples_per_s);
    json_add_real(&out, "step_ms", speed->step_ms);
    json_add_real(&out, "gflops", speed->gflops);
    json_add_real(&out, "peak_gflops", row->peak);
    json_add_real(&out, "peak_share", share);
    json_add_real(&out, "idle_share", speed->idle);
    json_add_real(&out, "rss_mb", (double)speed->resident / 1e6);
    json_add_close(&out, '}');
    puts(out.text);
    str_clear(&out);
}

void bench_print_head(int threads, double peak)
{
    if (threads)
        printf("%d threads, sgemm %.1f GFLOP/s\n", threads, peak);
    printf("%-22s %6s %12s %10s %9s %11s %8s %6s\n", "network", "batch", "samples/s", "ms/batch", "GFLOP/s", "of sgemm", "waiting", "MB");
}

void bench_print(bool json, const BenchRow *row)
{
    (json ? print_json : print_text)(row, row->peak > 0 ? row->speed.gflops / row->peak : 0);
    fflush(stdout); /* a long list shows as it grows */
}

bool bench_measure(const Args *args, BenchRow *row, Team *team, double seconds, Error *err)
{
    row->threads = team_size(team);
    return speed_stage(row->design, row->stage, args_has(args, "forward") ? SPEED_FORWARD : SPEED_TRAIN, team, seconds, &row->speed, err);
}

static bool bench_one(const Args *args, BenchRow row, Team *team, double seconds, Error *err)
{
    for (; row.stage < row.design->stages; row.stage++) {
        if (!bench_measure(args, &row, team, seconds, err))
            return false;
        bench_print(args_has(args, "json"), &row);
    }
    return true;
}

/* Numbers of bf16 are measured apart and must not pass for those of float32. */
static void tell_precision(bool json, Design *const *design, int count)
{
    const char *note = precision_note(PRECISION_BF16);
    bool bf16 = false;
    for (int i = 0; i < count; i++)
        bf16 |= design_precision(design[i]) == PRECISION_BF16;
    if (bf16 && !json)
        printf("layers multiply in bf16: not to be compared with tables of float32%s%s\n", note ? "; " : "", note ? note : "");
}

static bool bench_all(const Args *args, char *const *name, Design *const *design, int count, int threads, double seconds, Error *err)
{
    Team *team = team_new(threads, err);
    double peak;
    bool good = team && speed_peak(team, seconds / 2, &peak, err);
    if (good && !args_has(args, "json"))
        bench_print_head(threads, peak);
    for (int i = 0; good && i < count; i++)
        good = bench_one(args, (BenchRow){.name = name[i], .design = design[i], .peak = peak}, team, seconds, err);
    team_free(team);
    return good;
}

static int run(const Args *args, Error *err)
{
    int threads, count = args->operands ? args->operands : presets_count;
    double seconds = 1;
    if (!job_threads(args, &threads, err) || !args_real(args, "seconds", 0.01, 600, &seconds, err))
        return args_failed(err);
    if (args_has(args, "output") && !args_has(args, "vary")) {
        error_set(err, ERROR_USAGE, "say what the plot is to show: --vary batch", "-o goes with --vary");
        return args_failed(err);
    }
    if (!threads)
        threads = team_cores();
    char **name = mem_new((size_t)count, sizeof *name);
    Design **design = mem_new((size_t)count, sizeof *design);
    bool good = true;
    for (int i = 0; good && i < count; i++) { /* all of them first: a misspelt one is not found after minutes */
        name[i] = mem_text(args->operands ? args->operand[i] : presets[i].name);
        design[i] = job_design(args, name[i], err);
        good = design[i] != NULL;
    }
    if (good)
        tell_precision(args_has(args, "json"), design, count);
    good = good && (args_has(args, "vary") ? bench_vary : bench_all)(args, name, design, count, threads, seconds, err);
    for (int i = 0; i < count; i++) {
        design_free(design[i]);
        free(name[i]);
    }
    free(design);
    free(name);
    return good ? 0 : args_failed(err);
}

static const Option options[] = {
    OPTION_SET,
    {"batch", 'b', "N", "batch size of every stage"},
    OPTION_PRECISION,
    OPTION_CONV,
    {"seconds", 0, "S", "how long to measure each stage (1)"},
    {"forward", 0, NULL, "only the forward pass and the loss, as eval does it"},
    {"vary", 0, "WHAT[=N,N...]", "measure again for each number of threads, batch, filters (of every hidden convolution) or size (side of the input); has usual numbers"},
    {"output", 'o', "FILE", "with --vary: draw a plot of it (PNG)"},
    OPTION_THREADS,
    OPTION_JSON,
    {0},
};
const Command bench_command = {
    .name = "bench", .operands = "[NET|PRESET]...", .most = 100, .help = "Measure how fast networks train on this machine",
    .more = "Every stage trains on random pictures held in memory, with shuffling and noise as in training. GFLOP/s counts the "
            "multiplications and additions of the layers as written; `of sgemm` is their share of what OpenBLAS's matrix product "
            "reaches on the same threads in the same process, `waiting` the share of its time in which a thread waits for the "
            "others. Without arguments all presets are measured. --json prints a line for each preset and stage. How speed follows the "
            "batch, as a plot:\n"
            "  hourglass bench simple conv --vary batch -o batch.png",
    .options = options, .run = run};
