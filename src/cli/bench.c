/* bench: training speed of networks on this machine. */
#include "base/mem.h"
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
        printf("%-22s %6d %12s %10.2f %9.1f %9.1f %% %6.1f %% %6.0f\n", label, train_spec_batch(&design->stage[stage].train), samples,
               speed->step_ms, speed->gflops, 100 * share, 100 * speed->idle, (double)speed->resident / 1e6);
    } else {
        Str out = {0};
        json_add_open(&out, NULL, '{');
        json_add_text(&out, "preset", name);
        json_add_text(&out, "stage", design->stage[stage].name);
        json_add_text(&out, "precision", design->stage[stage].train.set[TRAIN_PRECISION].kind->name);
        json_add_int(&out, "threads", threads);
        json_add_int(&out, "batch", train_spec_batch(&design->stage[stage].train));
        json_add_real(&out, "samples_per_s", speed->samples_per_s);
        json_add_real(&out, "step_ms", speed->step_ms);
        json_add_real(&out, "gflops", speed->gflops);
        json_add_real(&out, "peak_gflops", peak);
        json_add_real(&out, "peak_share", share);
        json_add_real(&out, "idle_share", speed->idle);
        json_add_real(&out, "rss_mb", (double)speed->resident / 1e6);
        json_add_close(&out, '}');
        puts(out.text);
        str_clear(&out);
    }
    fflush(stdout); /* a long list shows as it grows */
}

static bool bench_one(const Args *args, const char *name, const Design *design, Team *team, double seconds, double peak, Error *err)
{
    for (int stage = 0; stage < design->stages; stage++) {
        Speed speed;
        if (!speed_stage(design, stage, args_has(args, "forward") ? SPEED_FORWARD : SPEED_TRAIN, team, seconds, &speed, err))
            return false;
        print_line(args_has(args, "json"), name, design, stage, team_size(team), &speed, peak);
    }
    return true;
}

/* Numbers of bf16 are measured apart and must not pass for those of float32. */
static void tell_precision(bool json, Design *const *design, int count)
{
    bool told = json;
    for (int i = 0; !told && i < count; i++)
        for (int s = 0; !told && s < design[i]->stages; s++)
            if (train_spec_arithmetic(&design[i]->stage[s].train).precision != PRECISION_FLOAT32) {
                const char *note = precision_note(PRECISION_BF16);
                printf("layers multiply in bf16: not to be compared with tables of float32%s%s\n", note ? "; " : "", note ? note : "");
                told = true;
            }
}

static bool bench_all(const Args *args, char *const *name, Design *const *design, int count, Team *team, Error *err)
{
    double seconds = 1, peak;
    if (!args_real(args, "seconds", 0.01, 600, &seconds, err) || !speed_peak(team, seconds / 2, &peak, err))
        return false;
    tell_precision(args_has(args, "json"), design, count);
    if (!args_has(args, "json"))
        printf("%d threads, sgemm %.1f GFLOP/s\n%-22s %6s %12s %10s %9s %11s %8s %6s\n", team_size(team), peak, "network", "batch",
               "samples/s", "ms/batch", "GFLOP/s", "of sgemm", "waiting", "MB");
    for (int i = 0; i < count; i++)
        if (!bench_one(args, name[i], design[i], team, seconds, peak, err))
            return false;
    return true;
}

static int run(const Args *args, Error *err)
{
    int threads, count = args->operands ? args->operands : presets_count;
    if (!job_threads(args, &threads, err))
        return args_failed(err);
    char **name = mem_new((size_t)count, sizeof *name);
    Design **design = mem_new((size_t)count, sizeof *design);
    bool good = true;
    for (int i = 0; good && i < count; i++) { /* all of them first: a misspelt one is not found after minutes */
        name[i] = mem_text(args->operands ? args->operand[i] : presets[i].name);
        design[i] = job_design(args, name[i], err);
        good = design[i] != NULL;
    }
    Team *team = good ? team_new(threads ? threads : team_cores(), err) : NULL;
    good = team && bench_all(args, name, design, count, team, err);
    team_free(team);
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
    {"seconds", 0, "S", "how long to measure each stage (1)"},
    {"forward", 0, NULL, "only the forward pass and the loss, as eval does it"},
    OPTION_THREADS,
    OPTION_JSON,
    {0},
};
const Command bench_command = {
    .name = "bench", .operands = "[NET|PRESET]...", .most = 100, .help = "Measure how fast networks train on this machine",
    .more = "Every stage trains on random pictures held in memory, with shuffling and noise as in training. GFLOP/s counts the "
            "multiplications and additions of the layers as written; `of sgemm` is their share of what OpenBLAS's matrix product "
            "reaches on the same threads in the same process, `waiting` the share of its time in which a thread waits for the others. Without arguments all presets are measured. --json prints a line for each "
            "preset and stage.",
    .options = options, .run = run};
