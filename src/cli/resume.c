/* resume: a run goes on where it stopped; fork: a new run starts from another one's weights. */
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/train.h"
#include "store/checkpoint.h"
#include "tensor/team.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* -- resume */

static void tell_difference(const Design *design, const RunMeta *meta, const TrainerOptions *options)
{
    const char *kernels = precision_kernels(design_precision(design));
    if (options->threads != meta->threads || strcmp(meta->kernels, kernels) != 0)
        console_note("note: with %d threads and %s kernels instead of %d and %s the last digits will differ", options->threads,
                     kernels, meta->threads, meta->kernels);
}

static int resume(const Args *args, Run *run, const RunMeta *meta, TrainerOptions *options, Error *err)
{
    int code = ERROR_FAILED;
    Design *design = run_design(run, err);
    Data *data = design ? job_run_data(args, meta, design->input, true, err) : NULL;
    if (data) {
        tell_difference(design, meta, options);
        options->run = run;
        code = session_train(args, design, data, options, run, err);
    } else {
        code = args_failed(err);
        run_close(run);
    }
    data_free(data);
    design_free(design);
    return code;
}

static int run_resume(const Args *args, Error *err)
{
    TrainerOptions options = {.resume = true, .runs_dir = job_runs_dir(args)};
    RunMeta meta;
    Run run;
    if (!session_prepare(args, &options, err) || !job_threads(args, &options.threads, err) ||
        !run_open(&run, job_runs_dir(args), args->operand[0], true, err))
        return args_failed(err);
    if (!run_read_meta(&run, &meta, err)) {
        run_close(&run);
        return args_failed(err);
    }
    if (!strcmp(meta.state, "done")) {
        console_note("run %s is finished; `hourglass fork %s@EPOCH --epochs N` trains on from one of its epochs", run.name, run.name);
        printf("%s\n", run.folder);
        run_close(&run);
        return 0;
    }
    /* Only what was typed now changes the number of threads: it decides the bytes. */
    if (!args_has(args, "threads"))
        options.threads = meta.threads;
    options.seed = meta.seed;
    return resume(args, &run, &meta, &options, err);
}

static const Option resume_options[] = {OPTIONS_DATA, OPTION_THREADS, OPTION_RUNS_DIR, OPTIONS_SESSION, OPTION_REQUIRE, {0}};
const Command resume_command = {
    .name = "resume", .operands = "RUN", .least = 1, .most = 1, .help = "Go on with a run that was stopped or killed",
    .more = "Training goes on from the last checkpoint as if it had never been interrupted: the model ends with the same bytes. The data "
            "is what the run was trained on; --data names its place where that has changed.",
    .options = resume_options, .run = run_resume};

/* -- fork */

/* Stage and epochs done (both from 0) that RUN@WHICH stands for. */
static bool fork_point(const Run *run, const char *which, const Model *model, TrainerOptions *options, Error *err)
{
    options->start_stage = model->stage;
    const char *epoch = strstr(which, "-e");
    if (isdigit((unsigned char)*which) || (*which == 's' && epoch)) {
        options->start_epoch = atoi(*which == 's' ? epoch + 2 : which);
        return true;
    }
    if (!strcmp(which, "best")) {
        Metrics metrics;
        if (!metrics_read(run, &metrics, err))
            return false;
        for (int i = 0; i < metrics.count; i++)
            if (metrics.item[i].kind == METRIC_EPOCH && metrics.item[i].best && metrics.item[i].stage == model->stage)
                options->start_epoch = metrics.item[i].epoch;
        metrics_clear(&metrics);
        return true;
    }
    TrainState state;
    Weights weights, slots, best;
    if (!checkpoint_read(run, &state, &weights, &slots, &best, err))
        return false;
    weights_clear(&weights);
    weights_clear(&slots);
    weights_clear(&best);
    options->start_epoch = state.epoch;
    return true;
}

static int fork_train(const Args *args, Job *job, const char *which, Design *design, TrainerOptions *options, RunMeta *meta, Error *err)
{
    char wanted[RUN_NAME];
    snprintf(wanted, sizeof wanted, "%.*s-e%d", RUN_NAME - 16, job->run.name, options->start_epoch);
    snprintf(meta->forked_from, sizeof meta->forked_from, "%s@%s", job->run.name, which);
    const char *name = args_text(args, "run");
    Data *data = job_run_data(args, meta, design->input, false, err);
    if (!data)
        return args_failed(err);
    if (!strcmp(data->checksum, meta->data_checksum)) /* the same data: its place as the parent noted it */
        snprintf(meta->data_name, sizeof meta->data_name, "%s", data->name);
    else
        job_note_data(args, data, meta);
    int code;
    if (!data_fits(data->train.shape, design->input, data, err))
        code = args_failed(err);
    else
        code = session_start(args, design, data, name ? name : wanted, meta, options, err);
    data_free(data);
    return code;
}

static int run_fork(const Args *args, Error *err)
{
    TrainerOptions options = {.runs_dir = job_runs_dir(args)};
    RunMeta meta;
    Job job;
    const char *at = strrchr(args->operand[0], '@');
    if (!session_prepare(args, &options, err) || !job_threads(args, &options.threads, err))
        return args_failed(err);
    if (!at || !at[1]) {
        error_set(err, ERROR_USAGE, "RUN@6, RUN@best or RUN@last", "fork: say from which epoch");
        return args_failed(err);
    }
    if (!job_open(args, args->operand[0], false, &job, err))
        return args_failed(err);
    int code = 0;
    Design *design = design_copy(job.model.design);
    if (!job.run.folder[0]) {
        error_set(err, ERROR_USAGE, "name a run", "fork: %s is no run", args->operand[0]);
        code = args_failed(err);
    } else if (!run_read_meta(&job.run, &meta, err) || !fork_point(&job.run, at + 1, &job.model, &options, err) ||
               !job_apply_settings(args, design, err)) {
        code = args_failed(err);
    } else if (options.start_epoch >= train_spec_epochs(&design->stage[options.start_stage].train) &&
               options.start_stage + 1 == design->stages) {
        error_set(err, ERROR_USAGE, "give more with --epochs", "fork: all %d epochs are done at %s",
                  train_spec_epochs(&design->stage[options.start_stage].train), args->operand[0]);
        code = args_failed(err);
    }
    if (!code) {
        if (!options.threads)
            options.threads = team_cores();
        options.seed = meta.seed;
        options.initial = &job.model.weights;
        if (!args_u64(args, "seed", &options.seed, err)) {
            code = args_failed(err);
        } else {
            train_fill_meta(&meta, design, options.seed, options.threads);
            code = fork_train(args, &job, at + 1, design, &options, &meta, err);
        }
    }
    design_free(design);
    job_close(&job);
    return code;
}

static const Option fork_options[] = {
    OPTION_SET,
    {"epochs", 'e', "N", "epochs of every stage, counted from the parent's first"},
    {"batch", 'b', "N", "batch size of every stage"},
    OPTION_PRECISION,
    OPTION_CONV,
    OPTIONS_DATA,
    {"seed", 0, "N", "seed of order, noise and everything else that is random (the parent's)"},
    OPTION_THREADS,
    {"run", 'r', "NAME", "name of the new run; made unique where it is taken (RUN-eEPOCH)"},
    OPTION_RUNS_DIR,
    OPTIONS_SESSION,
    OPTION_REQUIRE,
    {0},
};
const Command fork_command = {
    .name = "fork", .operands = "RUN@EPOCH", .least = 1, .most = 1, .help = "Start a new run from an epoch of another one",
    .more = "The new run starts with the weights that RUN had after EPOCH (a number, `best` or `last`), with fresh optimizer memory, and "
            "trains the epochs that are left, with other settings if wanted:\n"
            "  hourglass fork denoise@10 --set lr=1e-4",
    .options = fork_options, .run = run_fork};
