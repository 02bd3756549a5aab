/* hourglass without a command: the studio. */
#include "cli/studio.h"

#include "cli/job.h"
#include "cli/options.h"
#include "cli/settings.h"
#include "ui/loop.h"

#include <string.h>

bool studio_options(const Args *args, AppOptions *options, Error *err)
{
    *options = (AppOptions){.seed = 1, .wake = -1};
    const char *data = args_setting(args, "data");
    options->data = data && strcmp(data, "built-in") == 0 ? "" : data;
    options->runs_dir = job_runs_dir(args);
    options->design = args->operands ? args->operand[0] : NULL;
    return job_threads(args, &options->threads, err) && args_u64(args, "seed", &options->seed, err);
}

static int run_studio(const Args *args, Error *err)
{
    AppOptions options;
    TerminalOptions terminal = {.color = args_setting(args, "color"), .glyphs = args_text(args, "glyphs"), .theme = args_text(args, "theme"),
                                .no_mouse = args_has(args, "no-mouse"), .no_probe = args_has(args, "no-probe")};
    if (!studio_options(args, &options, err))
        return args_failed(err);
    char state[SETTING_VALUE];
    settings_state_path(state, sizeof state);
    options.state = state;
    int code = loop_run(options, &terminal, err);
    return code < 0 ? args_failed(err) : code;
}

static const Option options[] = {
    {"data", 'd', "PATH", "folder or file to learn from, or `built-in` for the built-in digits"},
    OPTION_RUNS_DIR,
    OPTION_SEED,
    OPTION_THREADS,
    {"glyphs", 0, "KIND", "what pictures are drawn with: auto, ascii, half, quadrant, sextant, braille"},
    {"theme", 0, "NAME", "auto, dark, light or mono"},
    {"no-mouse", 0, NULL, "leave the mouse to the terminal"},
    {"no-probe", 0, NULL, "do not ask the terminal for its background colour"},
    {0},
};

const Command studio_command = {
    .name = "studio", .operands = "[NET|PRESET]", .least = 0, .most = 1,
    .help = "Design, train and look on one screen; hourglass alone opens it", .options = options, .run = run_studio};
