/* doctor: what this program found on this machine, and what is unwise in a network. */
#include "spec/doctor.h"

#include "base/file.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "cli/version.h"
#include "spec/text.h"

#include <stdlib.h>

/* Bytes that can be had without swapping, as the kernel estimates it; 0: not known. */
static size_t memory_free(void)
{
    char line[128];
    size_t kilobytes = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %zu kB", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return kilobytes * 1024;
}

/* -- The machine. */

static const char *text_or(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}

static void report_terminal(void)
{
    const char *term = getenv("TERM");
    printf("terminal    %s, %s", text_or(term, "TERM is not set"), console_is_terminal(stdout) ? "" : "standard output is none");
    if (console_is_terminal(stdout))
        printf("%d columns", console_columns(stdout));
    printf(", %s\n", console_utf8() ? "UTF-8" : "no UTF-8: pictures in ASCII");
    printf("colours     %s", *console_ink(stdout, INK_RED) ? "on" : "off");
    printf(" (COLORTERM %s, NO_COLOR %s)\n", text_or(getenv("COLORTERM"), "not set"), text_or(getenv("NO_COLOR"), "not set"));
}

static void report_settings(const Args *args)
{
    char config[SETTING_VALUE], runs[RUN_PATH], data[SETTING_VALUE], memory[32];
    settings_path(config, sizeof config);
    printf("config      %s%s\n", config, file_exists(config) ? "" : " (not there)");
    run_default_folder(runs, sizeof runs);
    const char *runs_dir = job_runs_dir(args);
    printf("runs        %s\n", runs_dir ? runs_dir : runs);
    data_default_place((Shape){0}, data, sizeof data);
    printf("data        %s\n", *data ? data : "built-in digits");
    size_t available = memory_free();
    str_bytes(memory, sizeof memory, (double)available);
    printf("memory      %s free\n", available ? memory : "an unknown amount");
    for (int i = 0; i < setting_rows_count; i++) {
        const char *source, *value = settings_get(args->settings, setting_rows[i].name, &source);
        printf("setting     %s = %s (%s)\n", setting_rows[i].name, value ? value : "automatic", source);
    }
    const char *blas_threads = getenv("OPENBLAS_NUM_THREADS");
    if (blas_threads)
        printf("note        OPENBLAS_NUM_THREADS=%s has no effect: products run on this program's own threads\n", blas_threads);
}

/* -- A network. */

static void print_finding(const Design *design, const Finding *finding)
{
    static const struct {
        const char *word;
        Ink ink;
    } looks[] = {[SEVERITY_HINT] = {"hint", INK_CYAN}, [SEVERITY_WARNING] = {"warning", INK_YELLOW}, [SEVERITY_ERROR] = {"error", INK_RED}};
    printf("%s%-8s%s", console_ink(stdout, looks[finding->severity].ink), looks[finding->severity].word, console_ink(stdout, INK_PLAIN));
    if (design->stages > 1 && finding->stage >= 0 && finding->stage < design->stages)
        printf(" stage %s", design->stage[finding->stage].name);
    if (finding->layer >= 0 && finding->layer < design->layers)
        printf(" %s", design->layer[finding->layer].name);
    printf("%s %s\n", design->stages > 1 || finding->layer >= 0 ? ":" : "", finding->text);
    if (finding->cure[0])
        printf("         cure: %s\n", finding->cure);
}

static int examine(const Design *design)
{
    Diagnosis diagnosis;
    int errors = 0;
    doctor_examine(design, NULL, memory_free(), &diagnosis);
    for (int i = 0; i < diagnosis.count; i++) {
        print_finding(design, &diagnosis.finding[i]);
        errors += diagnosis.finding[i].severity == SEVERITY_ERROR;
    }
    if (!diagnosis.count)
        printf("%s: nothing to complain about\n", design->name);
    doctor_clear(&diagnosis);
    return errors ? ERROR_INPUT : 0;
}

/* Takes cures, worst finding first, until none is left (a cure may uncover the next finding). */
static Design *cure(Design *design)
{
    enum { MOST = 32 };
    for (int i = 0; i < MOST; i++) {
        Diagnosis diagnosis;
        Design *better = NULL;
        doctor_examine(design, NULL, memory_free(), &diagnosis);
        for (int k = 0; !better && k < diagnosis.count; k++)
            if (diagnosis.finding[k].cured) {
                better = design_copy(diagnosis.finding[k].cured);
                console_note("%s\n  cure: %s", diagnosis.finding[k].text, diagnosis.finding[k].cure);
            }
        doctor_clear(&diagnosis);
        if (!better || design_equal(better, design)) {
            design_free(better);
            break;
        }
        design_free(design);
        design = better;
    }
    return design;
}

static int run(const Args *args, Error *err)
{
    if (!args->operands) {
        version_print(stdout, 1);
        report_terminal();
        report_settings(args);
        return 0;
    }
    Design *design = design_open_draft(args->operand[0], err);
    if (!design)
        return args_failed(err);
    int code = 0;
    if (args_has(args, "fix")) {
        design = cure(design);
        char *text = design_print_kept(design, false);
        fputs(text, stdout);
        free(text);
        code = design_check(design, err) ? 0 : args_failed(err);
    } else {
        code = examine(design);
    }
    design_free(design);
    return code;
}

static const Option options[] = {
    {"fix", 0, NULL, "print the network with every cure taken"},
    OPTION_RUNS_DIR,
    {0},
};
const Command doctor_command = {
    .name = "doctor", .operands = "[NET|PRESET]", .most = 1, .help = "Report on this machine, or on what is wrong or unwise in a network",
    .more = "Without an argument: processor, kernels, libraries, terminal, places and settings with where each came from; put it into bug "
            "reports. With a network: findings about shapes, losses, rates and sizes, each with its cure; exits with 3 when the network "
            "cannot be trained.\n  hourglass doctor mine.net --fix > better.net",
    .options = options, .run = run};
