/* train: a network and data in, a run out. */
#include "base/clock.h"
#include "base/str.h"
#include "base/file.h"
#include "cli/answers.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/train.h"
#include "cli/version.h"
#include "spec/summary.h"
#include "tensor/dense.h"
#include "tensor/team.h"

#include <stdlib.h>
#include <unistd.h>

void train_fill_meta(RunMeta *meta, const Design *design, uint64_t seed, int threads)
{
    snprintf(meta->version, sizeof meta->version, "%s", version_text());
    clock_stamp(meta->created, sizeof meta->created);
    meta->seed = seed;
    meta->threads = threads;
    snprintf(meta->kernels, sizeof meta->kernels, "%s", precision_kernels(design_precision(design)));
    char blas[256];
    matrix_library(blas, sizeof blas);
    snprintf(meta->blas, sizeof meta->blas, "%.*s", (int)sizeof meta->blas - 1, blas);
    snprintf(meta->state, sizeof meta->state, "running");
}

/* --encoder: the block `encoder` starts with another model's weights, and is not trained in a stage of its own. */
static bool take_encoder(const Args *args, Design *design, RunMeta *meta, Error *err)
{
    const char *encoder = args_text(args, "encoder");
    if (!encoder)
        return true;
    int block = design_block_find(design, "encoder");
    if (block < 0)
        return error_set(err, ERROR_USAGE, "train a network with a block `encoder`, such as the preset classifier",
                         "--encoder: the network %s has no encoder to fill", design->name);
    Model model;
    if (!model_open(encoder, job_runs_dir(args), &model, err)) /* now, not after the data was read */
        return false;
    model_clear(&model);
    char *full = file_exists(encoder) ? realpath(encoder, NULL) : NULL;
    const char *path = full ? full : encoder;
    snprintf(meta->encoder, sizeof meta->encoder, "%s", path);
    bool fits = (size_t)snprintf(design->block[block].from, sizeof design->block[block].from, "%s", path) <
                sizeof design->block[block].from;
    free(full);
    return fits ? true : error_set(err, ERROR_USAGE, "choose a shorter one", "--encoder: the path is too long");
}

/* The network: named, or made by the answers to the questions. */
static Design *open_design(const Args *args, Error *err)
{
    const char *answers = args_text(args, "answers");
    bool named = args->operands > 0;
    if (!answers && !named) {
        if (isatty(STDIN_FILENO)) {
            error_set(err, ERROR_USAGE, "`hourglass presets list` shows some, `hourglass design` makes one",
                      "train: name a network: a preset or a file");
            return NULL;
        }
        answers = "-";
    }
    if (!answers)
        return job_design(args, args->operand[0], err);
    Design *design = answers_design(args, answers, named ? args->operand[0] : NULL, err);
    if (design && job_apply_settings(args, design, err))
        return design;
    design_free(design);
    return NULL;
}

static void dry_run(const Args *args, const Design *design, const Data *data, int threads)
{
    const char *runs_dir = job_runs_dir(args), *name = args_text(args, "run");
    char folder[RUN_PATH], shape[SHAPE_TEXT], memory[32];
    if (!runs_dir) {
        run_default_folder(folder, sizeof folder);
        runs_dir = folder;
    }
    shape_text(data->train.shape, shape);
    printf("network   %s\ndata      %s, %d training and %d test samples of %s\nthreads   %d\nrun       %s/%s\n", design->name,
           data->name, data->train.count, data->test.count, shape, threads, runs_dir, name ? name : design->name);
    for (int i = 0; i < design->stages; i++) {
        Summary summary;
        const TrainSpec *train = &design->stage[i].train;
        if (!summary_make(design, i, threads, &summary, NULL))
            continue;
        str_bytes(memory, sizeof memory, (double)summary.bytes_training);
        printf("stage     %s: %ld parameters, %d epochs in batches of %d, %s\n", design->stage[i].name, summary.trained,
               train_spec_epochs(train), train_spec_batch(train), memory);
        summary_clear(&summary);
    }
}

static int train(const Args *args, Design *design, RunMeta *meta, TrainerOptions *options, Error *err)
{
    if (!take_encoder(args, design, meta, err))
        return args_failed(err);
    Data *data = job_data(args, design->input, err);
    if (!data)
        return args_failed(err);
    int code = 0;
    job_note_data(args, data, meta);
    if (!data_fits(data->train.shape, design->input, data, err)) {
        code = args_failed(err);
    } else if (args_has(args, "dry-run")) {
        dry_run(args, design, data, options->threads);
    } else {
        code = session_start(args, design, data, args_text(args, "run"), meta, options, err);
    }
    data_free(data);
    return code;
}

static int run(const Args *args, Error *err)
{
    TrainerOptions options = {.seed = 1, .runs_dir = job_runs_dir(args)};
    RunMeta meta = {0};
    if (!session_prepare(args, &options, err) || !args_u64(args, "seed", &options.seed, err) ||
        !job_threads(args, &options.threads, err) ||
        (args_has(args, "run") && !run_name_check(args_text(args, "run"), err)))
        return args_failed(err);
    if (!options.threads)
        options.threads = team_cores();
    Design *design = open_design(args, err);
    if (!design)
        return args_failed(err);
    train_fill_meta(&meta, design, options.seed, options.threads);
    snprintf(meta.preset, sizeof meta.preset, "%s", args->operands ? args->operand[0] : design->name);
    int code = train(args, design, &meta, &options, err);
    design_free(design);
    return code;
}

static const Option options[] = {
    OPTION_SET,
    {"epochs", 'e', "N", "epochs of every stage"},
    {"batch", 'b', "N", "batch size of every stage"},
    OPTION_PRECISION,
    OPTION_CONV,
    OPTIONS_DATA,
    {"encoder", 0, "MODEL", "start the block `encoder` from this run or model file and leave out the stage that would train it"},
    OPTION_SEED,
    OPTION_THREADS,
    {"run", 'r', "NAME", "name of the run; made unique where it is taken (the network's name)"},
    OPTION_RUNS_DIR,
    {"answers", 'a', "FILE", "make the network from the answers in this file (- is standard input) instead of naming one"},
    {"defaults", 0, NULL, "questions that the answers file leaves open take their defaults"},
    OPTIONS_SESSION,
    OPTION_REQUIRE,
    {"dry-run", 'n', NULL, "check everything, say what would be trained, and do not train"},
    {0},
};
const Command train_command = {
    .name = "train", .operands = "[NET|PRESET]", .least = 0, .most = 1, .help = "Train a network and keep it in a run folder",
    .more = "NET is a network's file, PRESET the name of a built-in one (`hourglass presets list`). Without either, the answers to the "
            "questions of `hourglass design` are read from standard input when that is no terminal:\n"
            "  hourglass train mirrored --data mnist --epochs 5\n"
            "  hourglass train < answers.txt\n"
            "SIGINT or SIGTERM stops after the batch at hand and saves everything, so that `hourglass resume` goes on exactly; a second "
            "one leaves at once. The same network, data, seed and number of threads give the same model file, byte for byte.",
    .options = options, .run = run};
