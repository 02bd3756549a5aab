/* presets list, presets show. */
#include "cli/command.h"
#include "cli/console.h"
#include "cli/options.h"
#include "spec/preset.h"
#include "spec/text.h"

#include <stdlib.h>

static int run_list_presets(const Args *args, Error *err)
{
    (void)err;
    if (args_has(args, "json")) {
        Str out = {0};
        json_add_open(&out, NULL, '[');
        for (int i = 0; i < presets_count; i++) {
            json_add_open(&out, NULL, '{');
            json_add_text(&out, "name", presets[i].name);
            json_add_text(&out, "summary", presets[i].summary);
            json_add_close(&out, '}');
        }
        json_add_close(&out, ']');
        puts(out.text);
        str_clear(&out);
        return 0;
    }
    for (int i = 0; i < presets_count; i++)
        printf("%-12s %s\n", presets[i].name, presets[i].summary);
    return 0;
}

static int run_show_preset(const Args *args, Error *err)
{
    const char *name = args->operand[0];
    const Preset *preset = preset_find(name);
    if (!preset) {
        const char *names[64];
        char cure[96] = "`hourglass presets list` shows them";
        for (int i = 0; i < presets_count; i++)
            names[i] = presets[i].name;
        int near = str_closest(name, names, presets_count);
        if (near >= 0)
            snprintf(cure, sizeof cure, "did you mean %s?", names[near]);
        error_set(err, ERROR_USAGE, cure, "there is no preset %s", name);
        return args_failed(err);
    }
    if (!args_has(args, "full")) {
        fputs(preset->text, stdout);
        return 0;
    }
    Design *design = design_open(name, err);
    if (!design)
        return args_failed(err);
    char *text = design_print(design, true);
    fputs(text, stdout);
    free(text);
    design_free(design);
    return 0;
}

static const Option list_options[] = {OPTION_JSON, {0}};
const Command presets_list_command = {"presets list", "", 0, 0, "List the built-in networks", NULL, list_options, run_list_presets};

static const Option show_options[] = {
    {"full", 'f', NULL, "spell out every default and every mirrored layer"},
    {0},
};
const Command presets_show_command = {
    .name = "presets show", .operands = "NAME", .least = 1, .most = 1, .help = "Print a built-in network's text",
    .more = "A network of your own starts well as a copy of one of these:\n  hourglass presets show denoise > mine.net\n"
            "  hourglass train mine.net",
    .options = show_options, .run = run_show_preset};
