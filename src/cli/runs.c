/* runs list, rm, rename, tag. */
#include "base/mem.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "cli/run_facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- list */

static void number_cell(TextTable *table, const char *format, double value)
{
    char text[32] = "-";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (!isnan(value))
        snprintf(text, sizeof text, format, value);
#pragma GCC diagnostic pop
    text_table_add(table, "%s", text);
}

static void list_row(TextTable *table, const Run *run, const RunFacts *facts)
{
    Str tags = {0};
    for (int i = 0; i < facts->tags.count; i++)
        str_addf(&tags, "%s%s", i ? ", " : "", facts->tags.tag[i]);
    text_table_add(table, "%s", run->name);
    text_table_add(table, "%s", facts->state);
    text_table_add(table, "%d", facts->epochs);
    number_cell(table, "%.5g", facts->last.train_loss);
    number_cell(table, "%.5g", facts->last.val_loss);
    number_cell(table, "%.2f %%", 100 * facts->last.val_accuracy);
    text_table_add(table, "%s", facts->meta.data_name);
    text_table_add(table, "%s", facts->meta.created);
    text_table_add(table, "%s", tags.text ? tags.text : "");
    str_clear(&tags);
}

static int run_runs_list(const Args *args, Error *err)
{
    static const char *const heading[] = {"run", "state", "epochs", "loss", "validation", "accuracy", "data", "created", "tags"};
    RunList list;
    if (!run_list(job_runs_dir(args), &list, err))
        return args_failed(err);
    bool json = args_has(args, "json");
    Str out = {0};
    TextTable table = {.columns = COUNT_OF(heading), .align = "llrrrrlll"};
    for (size_t i = 0; i < COUNT_OF(heading); i++)
        text_table_add(&table, "%s", heading[i]);
    json_add_open(&out, NULL, '[');
    for (int i = 0; i < list.count; i++) {
        RunFacts facts;
        if (!run_facts(&list.run[i], &facts, NULL))
            facts.state = "unreadable";
        if (json) {
            json_add_open(&out, NULL, '{');
            run_facts_json(&list.run[i], &facts, &out);
            json_add_close(&out, '}');
        } else {
            list_row(&table, &list.run[i], &facts);
        }
    }
    json_add_close(&out, ']');
    if (json)
        puts(out.text);
    else if (!list.count)
        console_note("no runs yet; `hourglass train simple` makes one");
    if (json || !list.count)
        text_table_clear(&table);
    else
        text_table_print(&table, stdout);
    str_clear(&out);
    run_list_clear(&list);
    return 0;
}

static const Option list_options[] = {OPTION_RUNS_DIR, OPTION_JSON, {0}};
const Command runs_list_command = {
    .name = "runs list", .operands = "", .help = "List the runs, newest first",
    .more = "The losses are those of the last epoch. A run is running, stopped, done, diverged, or killed (nobody trains it any more, "
            "`hourglass resume` goes on with it).",
    .options = list_options, .run = run_runs_list};

/* -- rm */

static bool confirm(const char *name)
{
    char answer[16];
    fprintf(stderr, "remove run %s for good? [y/N] ", name);
    return fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y');
}

static int run_runs_rm(const Args *args, Error *err)
{
    bool asks = !args_has(args, "yes") && isatty(STDIN_FILENO) && console_is_terminal(stderr), json = args_has(args, "json"), good = true;
    Str out = {0};
    json_add_open(&out, NULL, '[');
    for (int i = 0; good && i < args->operands; i++) {
        Run run;
        good = run_open(&run, job_runs_dir(args), args->operand[i], false, err);
        if (!good || (asks && !confirm(run.name)))
            continue;
        good = run_remove(&run, err);
        if (good && json)
            json_add_text(&out, NULL, run.folder);
        else if (good)
            printf("removed %s\n", run.folder);
    }
    json_add_close(&out, ']');
    if (json) /* also what was removed before something went wrong */
        puts(out.text);
    str_clear(&out);
    return good ? 0 : args_failed(err);
}

static const Option rm_options[] = {{"yes", 'y', NULL, "do not ask"}, OPTION_RUNS_DIR, OPTION_JSON, {0}};
const Command runs_rm_command = {
    .name = "runs rm", .operands = "RUN...", .least = 1, .most = 1000, .help = "Remove runs with all their files",
    .more = "On a terminal it asks first. A run that is being trained is not removed.", .options = rm_options, .run = run_runs_rm};

/* -- rename */

static int run_runs_rename(const Args *args, Error *err)
{
    Run run;
    if (!run_open(&run, job_runs_dir(args), args->operand[0], false, err) || !run_rename(&run, args->operand[1], err))
        return args_failed(err);
    printf("%s\n", run.folder);
    return 0;
}

static const Option rename_options[] = {OPTION_RUNS_DIR, {0}};
const Command runs_rename_command = {"runs rename", "RUN NAME", 2, 2, "Give a run another name", NULL, rename_options, run_runs_rename};

/* -- tag */

static int find_tag(const RunTags *tags, const char *tag)
{
    for (int i = 0; i < tags->count; i++)
        if (!strcmp(tags->tag[i], tag))
            return i;
    return -1;
}

static bool change_tag(RunTags *tags, const char *tag, bool remove, Error *err)
{
    int at = find_tag(tags, tag);
    if (!*tag || strchr(tag, '\n') || strlen(tag) >= sizeof tags->tag[0])
        return error_set(err, ERROR_USAGE, "one line of at most 47 characters", "\"%s\" is no tag", tag);
    if (remove && at >= 0)
        memmove(tags->tag[at], tags->tag[at + 1], (size_t)(--tags->count - at) * sizeof tags->tag[0]);
    if (remove || at >= 0)
        return true;
    if (tags->count == (int)COUNT_OF(tags->tag))
        return error_set(err, ERROR_USAGE, "remove some with --remove", "a run can have %zu tags", COUNT_OF(tags->tag));
    snprintf(tags->tag[tags->count++], sizeof tags->tag[0], "%s", tag);
    return true;
}

static int run_runs_tag(const Args *args, Error *err)
{
    Run run;
    RunTags tags;
    if (!run_open(&run, job_runs_dir(args), args->operand[0], false, err) || !run_read_tags(&run, &tags, err))
        return args_failed(err);
    for (int i = 1; i < args->operands; i++)
        if (!change_tag(&tags, args->operand[i], args_has(args, "remove"), err))
            return args_failed(err);
    if (args->operands > 1 && !run_write_tags(&run, &tags, err))
        return args_failed(err);
    for (int i = 0; i < tags.count; i++)
        puts(tags.tag[i]);
    return 0;
}

static const Option tag_options[] = {{"remove", 0, NULL, "take these tags away instead"}, OPTION_RUNS_DIR, {0}};
const Command runs_tag_command = {
    .name = "runs tag", .operands = "RUN [TAG]...", .least = 1, .most = 33, .help = "Add tags to a run, or show them",
    .options = tag_options, .run = run_runs_tag};
