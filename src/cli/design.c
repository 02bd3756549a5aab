/* design: a network from questions and answers. */
#include "base/file.h"
#include "cli/answers.h"
#include "cli/command.h"
#include "cli/job.h"
#include "cli/options.h"
#include "spec/text.h"

#include <stdlib.h>
#include <string.h>

static bool write_text(const char *path, const char *text, Error *err)
{
    if (path && strcmp(path, "-") != 0)
        return file_write(path, text, strlen(text), err);
    fputs(text, stdout);
    return true;
}

/* "nets/mine.net" -> "mine" */
static void name_after(Design *design, const char *path)
{
    if (!path || !strcmp(path, "-"))
        return;
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t length = strlen(base);
    if (length > 4 && !strcmp(base + length - 4, ".net"))
        length -= 4;
    snprintf(design->name, sizeof design->name, "%.*s", (int)length, base);
}

static bool finish(const Args *args, const Interview *interview, Design *design, Error *err)
{
    const char *output = args_text(args, "output"), *answers = args_text(args, "save-answers");
    name_after(design, output);
    if (!job_apply_settings(args, design, err))
        return false;
    char *text = design_print(design, args_has(args, "full"));
    bool good = write_text(output, text, err);
    free(text);
    if (good && answers) {
        text = interview_print(interview);
        good = write_text(answers, text, err);
        free(text);
    }
    return good;
}

static int run(const Args *args, Error *err)
{
    const char *answers = args_text(args, "answers");
    Interview *interview = answers_interview(args, args_text(args, "preset"), err);
    Design *design = NULL;
    bool good = interview && (answers ? answers_play(args, interview, answers, err) : answers_ask(args, interview, err)) &&
                (design = interview_design(interview, err)) && finish(args, interview, design, err);
    design_free(design);
    interview_free(interview);
    return good ? 0 : args_failed(err);
}

static const Option options[] = {
    OPTION_OUTPUT,
    {"preset", 0, "NET|PRESET", "start with the settings of this network as defaults"},
    {"answers", 'a', "FILE", "take the answers from this file instead of asking; - is standard input"},
    {"defaults", 0, NULL, "questions that are left open take their defaults"},
    {"save-answers", 0, "FILE", "also write all answers, with every default, as an answers file"},
    {"full", 'f', NULL, "spell out every default and every mirrored layer"},
    OPTION_SET,
    OPTIONS_DATA,
    {"plain", 0, NULL, "ask with plain prompts also where a screen could be used"},
    {0},
};
const Command design_command = {
    .name = "design", .operands = "", .help = "Make a network by answering questions",
    .more = "Asks for the network layer by layer, then for how to train it, one question a line; the network's text goes to standard "
            "output or to the file of -o. An answers file has one answer a line in the order of the questions (an empty line takes the "
            "default, # starts a comment) or lines such as `filters.2 = 64`, or both. `hourglass train --answers FILE` trains the same "
            "network at once.",
    .options = options, .run = run};
