/* bench: training speed of networks on this machine. */
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "spec/preset.h"
#include "tensor/team.h"
#include "train/speed.h"

#include <stdlib.h>

static void print_line(bool json, const char *name, const Design *design, int stage, int threads, const Speed *speed, double peak)
{
    double share = peak > 0 ? speed->gflops / peak : 0;
    if (!json) {
        char label[64], samples[32];
        text_grouped(samples, sizeof samples, (long)(speed->samples_per_s + 0.5));
        snprintf(label, sizeof label, "%s%s%s", name, design->stages > 1 ? " " : "", design->stages > 1 ? design->stage[stage].name : "");
        printf("%-22s %6d %12s %10.2f %9.1f %9.1f %% %8.0f\n", label, train_spec_batch(&design->stage[stage].train), samples,
               speed->step_ms, speed->gflops, 100 * share, (double)speed->resident / 1e6);
    } else {
        Str out = {0};
        json_add_open(&out, NULL, '{');
        json_add_text(&out, "preset", name);
        json_add_text(&out, "stage", design->stage[stage].name);
        json_add_int(&out, "threads", threads);
        json_add_int(&out, "batch", train_spec_batch(&design->stage[stage].train));
        json_add_real(&out, "samples_per_s", speed->samples_per_s);
        json_add_real(&out, "step_ms", speed->step_ms);
        json_add_real(&out, "gflops", speed->gflops);
        json_add_real(&out, "peak_gflops", peak);
        json_add_real(&out, "peak_share", share);
        json_add_real(&out, "rss_mb", (double)speed->resident / 1e6);
        json_add_close(&out, '}');
        puts(out.text);
        str_clear(&out);
    }
    fflush(stdout); /* a long list shows as it grows */
}

static bool bench_one(const Args *args, const char *name, Team *team, double seconds, double peak, Error *err)
{
    Design *design = job_design(args, name, err);
    bool good = design != NULL;
    for (int stage = 0; good && stage < design->stages; stage++) {
        Speed speed;
        good = speed_stage(design, stage, team, seconds, &speed, err);
        if (good)
            print_line(args_has(args, "json"), name, design, stage, team_size(team), &speed, peak);
    }
    design_free(design);
    return good;
}

static int run(const Args *args, Error *err)
{
    int threads;
    double seconds = 1, peak;
    if (!job_threads(args, &threads, err) || !args_real(args, "seconds", 0.01, 600, &seconds, err))
        return args_failed(err);
    Team *team = team_new(threads ? threads : team_cores(), err);
    if (!team)
        return args_failed(err);
    bool good = speed_peak(team, seconds / 2, &peak, err);
    if (good && !args_has(args, "json"))
        printf("%d threads, sgemm %.1f GFLOP/s\n%-22s %6s %12s %10s %9s %11s %8s\n", team_size(team), peak, "network", "batch",
               "samples/s", "ms/batch", "GFLOP/s", "of sgemm", "MB");
    for (int i = 0; good && i < args->operands; i++)
        good = bench_one(args, args->operand[i], team, seconds, peak, err);
    for (int i = 0; good && !args->operands && i < presets_count; i++)
        good = bench_one(args, presets[i].name, team, seconds, peak, err);
    team_free(team);
    return good ? 0 : args_failed(err);
}

static const Option options[] = {
    OPTION_SET,
    {"batch", 'b', "N", "batch size of every stage"},
    {"seconds", 0, "S", "how long to measure each stage (1)"},
    OPTION_THREADS,
    OPTION_JSON,
    {0},
};
const Command bench_command = {
    .name = "bench", .operands = "[NET|PRESET]...", .most = 100, .help = "Measure how fast networks train on this machine",
    .more = "Every stage trains on random pictures held in memory, with shuffling and noise as in training. GFLOP/s counts the "
            "multiplications and additions of the layers as written; `of sgemm` is their share of what OpenBLAS's matrix product "
            "reaches on the same threads in the same process. Without arguments all presets are measured. --json prints a line for each "
            "preset and stage.",
    .options = options, .run = run};
