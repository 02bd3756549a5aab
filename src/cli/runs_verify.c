/* runs verify: reads every file of a run, and the data it learned from. */
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "store/verify.h"

#include <stdio.h>

typedef struct Report {
    bool json;
    Str out; /* JSON */
} Report;

static void tell(void *context, const char *file, const char *what, const Error *problem)
{
    Report *report = context;
    if (report->json) {
        json_add_open(&report->out, NULL, '{');
        json_add_text(&report->out, "file", file);
        json_add_text(&report->out, "state", problem ? "broken" : "good");
        json_add_text(&report->out, "what", problem ? problem->what : what);
        json_add_close(&report->out, '}');
        return;
    }
    printf("  %-28s %s%s\n", file, problem ? "broken: " : "good, ", problem ? problem->what : what);
    if (problem && problem->line)
        printf("  %-28s line %d\n", "", problem->line);
    if (problem && problem->cure[0])
        printf("  %-28s %s\n", "", problem->cure);
}

/* The data lies where it lay, and is what it was. */
static bool look_at_data(const Args *args, const Run *run, Report *report)
{
    RunMeta meta;
    Error err = {0};
    Design *design = run_read_meta(run, &meta, &err) ? run_design(run, &err) : NULL;
    if (!design)
        return true; /* told already */
    Data *data = job_run_data(args, &meta, design->input, true, &err);
    tell(report, "data", data ? data->name : meta.data_name, data ? NULL : &err);
    bool good = data != NULL;
    data_free(data);
    design_free(design);
    return good;
}

static int run_runs_verify(const Args *args, Error *err)
{
    Report report = {.json = args_has(args, "json")};
    int broken = 0;
    json_add_open(&report.out, NULL, '[');
    for (int i = 0; i < args->operands; i++) {
        Run run;
        if (!run_open(&run, job_runs_dir(args), args->operand[i], false, err)) {
            str_clear(&report.out);
            return args_failed(err);
        }
        if (report.json) {
            json_add_open(&report.out, NULL, '{');
            json_add_text(&report.out, "run", run.name);
            json_add_open(&report.out, "files", '[');
        } else {
            printf("%s\n", run.name);
        }
        bool good = run_verify(&run, tell, &report);
        good &= look_at_data(args, &run, &report);
        broken += !good;
        if (report.json) {
            json_add_close(&report.out, ']');
            json_add_close(&report.out, '}');
        }
        run_close(&run);
    }
    json_add_close(&report.out, ']');
    if (report.json)
        puts(report.out.text);
    str_clear(&report.out);
    if (!broken)
        return 0;
    error_set(err, ERROR_INPUT, NULL, "%d run%s broken", broken, broken == 1 ? " is" : "s are");
    return args_failed(err);
}

static const Option verify_options[] = {OPTIONS_DATA, OPTION_RUNS_DIR, OPTION_JSON, {0}};
const Command runs_verify_command = {
    .name = "runs verify", .operands = "RUN...", .least = 1, .most = 1000, .help = "Read every file of a run and say what is broken",
    .more = "Design, metrics, weights and checkpoints are read as for use: each must be whole, the weights finite and of the shapes that "
            "the design asks for. The data it learned from must be the same, by its checksum.",
    .options = verify_options, .run = run_runs_verify};
