/* Commands, options, help, settings, exit codes: what is typed wrong is said in one clear message. */
#include "program.h"

#include "base/mem.h"
#include "base/file.h"
#include "cli/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ARGS(...) {__VA_ARGS__, NULL}

static const struct Mistake {
    const char *argv[8];
    int code;
    const char *texts[4]; /* all in standard error */
} mistakes[] = {
    {ARGS("trian"), 2, ARGS("hourglass: there is no command trian", "did you mean `hourglass train`?")},
    {ARGS("runs", "lsit"), 2, ARGS("there is no command runs lsit", "runs list")},
    {ARGS("runs"), 2, ARGS("runs compare", "runs rm")},
    {ARGS("summary"), 2, ARGS("summary: something is missing", "usage: hourglass summary [OPTION]... NET|PRESET")},
    {ARGS("summary", "simple", "conv"), 2, ARGS("what is \"conv\" for?")},
    {ARGS("summary", "--jsom", "simple"), 2, ARGS("there is no option --jsom", "did you mean --json?")},
    {ARGS("summary", "-Q", "simple"), 2, ARGS("there is no option -Q", "--help")},
    {ARGS("summary", "simple", "--threads"), 2, ARGS("--threads needs an argument")},
    {ARGS("summary", "simple", "-t"), 2, ARGS("-t needs an argument")},
    {ARGS("train", "simple", "--data", ""), 2, ARGS("train: --data is given nothing", "is a shell variable empty?")},
    {ARGS("runs", "list", "--runs-dir="), 2, ARGS("--runs-dir is given nothing")},
    {ARGS("summary", "--json=yes", "simple"), 2, ARGS("--json takes no argument")},
    {ARGS("summary", "simple", "--threads", "many"), 2, ARGS("threads: \"many\": need a whole number 1..256")},
    {ARGS("summary", "simple", "--threads", "0"), 2, ARGS("need a whole number 1..256")},
    {ARGS("summary", "simple", "--samples", "1e9"), 2, ARGS("--samples: \"1e9\": need a whole number")},
    {ARGS("summary", "simple", "--batch", "99999999999999999999"), 2, ARGS("--batch")},
    {ARGS("summary", "simple", "--set", "lr"), 2, ARGS("--set")},
    {ARGS("summary", "simple", "--set", "lrr=1"), 2, ARGS("--set", "lrr")},
    {ARGS("summary", "simple", "--color", "pink"), 2, ARGS("--color: \"pink\"")},
    {ARGS("summary", "simple", "--config", "none"), 3, ARGS("none: cannot be read")},
    {ARGS("summary", "simpel"), 3, ARGS("simple")},
    {ARGS("presets", "show", "simpel"), 2, ARGS("there is no preset simpel", "did you mean simple?")},
    {ARGS("train", "simple", "--progress", "dots"), 2, ARGS("--progress: \"dots\": need auto, bar, lines, jsonl or none")},
    {ARGS("train", "simple", "--seed", "-1"), 2, ARGS("--seed: \"-1\"")},
    {ARGS("train", "simple", "--run", "a/b"), 2, ARGS("\"a/b\" is no name for a run")},
    {ARGS("train", "simple", "--require", "val_loss"), 2, ARGS("--require: \"val_loss\": need METRIC<VALUE")},
    {ARGS("train", "simple", "--require", "vall_loss<1"), 2, ARGS("there is no number vall_loss", "did you mean val_loss?")},
    {ARGS("train", "simple", "--require", "val_loss<x"), 2, ARGS("need METRIC<VALUE")},
    {ARGS("train", "simple", "--labels", "x"), 2, ARGS("--images")},
    {ARGS("train", "simple", "--data", "x", "--images", "y"), 2, ARGS("--data and --images both")},
    {ARGS("train", "simple", "--limit", "0"), 2, ARGS("--limit: \"0\"")},
    {ARGS("train", "simple", "--encoder", "nowhere", "--limit", "100"), 3, ARGS("there is no run nowhere")},
    {ARGS("train", "stacked", "--encoder", "nowhere"), 2, ARGS("has no encoder to fill")},
    {ARGS("resume", "nothing"), 3, ARGS("there is no run nothing")},
    {ARGS("fork", "nothing"), 2, ARGS("say from which epoch")},
    {ARGS("fork", "nothing@3"), 3, ARGS("there is no run nothing")},
    {ARGS("runs", "show", "nothing"), 3, ARGS("there is no run nothing")},
    {ARGS("runs", "rm", "nothing"), 3, ARGS("there is no run nothing")},
    {ARGS("runs", "compare", "nothing"), 2, ARGS("something is missing")},
    {ARGS("data", "synth"), 2, ARGS("name the folder to write to with -o")},
    {ARGS("data", "synth", "-o", "x", "--count", "-3"), 2, ARGS("--count")},
    {ARGS("bench", "nothing"), 3, ARGS("nothing")},
    {ARGS("bench", "simple", "--vary", "color"), 2, ARGS("threads, batch, filters or size")},
    {ARGS("bench", "simple", "--vary", "batch=1,x"), 2, ARGS("whole numbers")},
    {ARGS("bench", "simple", "--vary", "size"), 2, ARGS("the input is a vector", "such as conv")},
    {ARGS("bench", "simple", "-o", "x.png"), 2, ARGS("--vary")},
    {ARGS("design", "--answers", "none"), 3, ARGS("none: cannot be opened")},
};

static void mistakes_are_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        expect(mistakes[i].argv, mistakes[i].code, mistakes[i].texts);
        Outcome outcome = program(mistakes[i].argv);
        /* nothing on standard output, and every message starts with the program's name */
        assert_string_equal(outcome.out, "");
        if (strcmp(mistakes[i].argv[0], "runs") || mistakes[i].argv[1])
            if (!strstr(outcome.err, "hourglass: "))
                fail_msg("%s: no \"hourglass: \" in %s", mistakes[i].argv[0], outcome.err);
        outcome_clear(&outcome);
    }
    assert_int_equal(scratch_count("runs"), 0);
}

static void help_of_every_command(void **state)
{
    (void)state;
    Outcome general = RUN("--help");
    assert_int_equal(general.code, 0);
    for (int i = 0; i < commands_count; i++) {
        char name[64], *words[3] = {name};
        snprintf(name, sizeof name, "%s", commands[i]->name);
        char *space = strchr(name, ' ');
        if (space) {
            *space = '\0';
            words[1] = space + 1;
        }
        const char *argv[] = {words[0], words[1] ? words[1] : "--help", words[1] ? "--help" : NULL, NULL};
        Outcome outcome = program(argv);
        assert_int_equal(outcome.code, 0);
        assert_string_equal(outcome.err, "");
        char *expected = command_help(commands[i]);
        assert_string_equal(outcome.out, expected);
        free(expected);
        if (!strstr(general.out, commands[i]->name))
            fail_msg("--help does not list %s", commands[i]->name);
        /* Every line fits a small terminal. */
        for (char *line = outcome.out, *end; (end = strchr(line, '\n')); line = end + 1)
            if (end - line > 80)
                fail_msg("%s --help: a line of %d columns: %.100s", commands[i]->name, (int)(end - line), line);
        outcome_clear(&outcome);
    }
    outcome_clear(&general);
}

/* Letters and names are unique in each table; every option and command has its help. */
static void tables_are_sound(void **state)
{
    (void)state;
    for (int c = 0; c < commands_count; c++) {
        const Option *all[128];
        int count = 0;
        for (const Option *option = commands[c]->options; option->name; option++)
            all[count++] = option;
        for (const Option *option = common_options; option->name; option++)
            all[count++] = option;
        for (int i = 0; i < count; i++) {
            assert_non_null(all[i]->help);
            assert_true(all[i]->help[strlen(all[i]->help) - 1] != '.');
            for (int k = 0; k < i; k++) {
                if (!strcmp(all[i]->name, all[k]->name))
                    fail_msg("%s: --%s twice", commands[c]->name, all[i]->name);
                if (all[i]->letter && all[i]->letter == all[k]->letter)
                    fail_msg("%s: -%c twice", commands[c]->name, all[i]->letter);
            }
        }
        assert_true(strlen(commands[c]->help) > 10);
        assert_true(commands[c]->least <= commands[c]->most);
    }
}

static void version(void **state)
{
    (void)state;
    Outcome outcome = RUN("--version");
    assert_int_equal(outcome.code, 0);
    assert_int_equal(strncmp(outcome.out, "hourglass ", 10), 0);
    outcome_clear(&outcome);
    outcome = RUN("--version", "--verbose");
    assert_int_equal(outcome.code, 0);
    assert_non_null(strstr(outcome.out, "kernels"));
    assert_non_null(strstr(outcome.out, "OpenBLAS"));
    outcome_clear(&outcome);
}

/* Whoever redirects into a full disk hears of it. */
static void full_output(void **state)
{
    (void)state;
    static const char *const commands_that_print[][4] = {{"--version"}, {"presets", "list"}, {"summary", "simple", "--no-time"},
                                                         {"data", "info", "--json"}};
    for (size_t i = 0; i < COUNT_OF(commands_that_print); i++) {
        Outcome outcome = program_with(&(Call){.output = "/dev/full"}, commands_that_print[i]);
        assert_int_equal(outcome.code, 1);
        assert_non_null(strstr(outcome.err, "standard output cannot be written: No space left on device"));
        outcome_clear(&outcome);
    }
}

/* -- Settings: option > environment > the user's file > the system's > default. */

static void doctor_says(const Call *call, const char *const *argv, const char *text)
{
    Outcome outcome = program_with(call, argv);
    assert_int_equal(outcome.code, 0);
    if (!strstr(outcome.out, text))
        fail_msg("\"%s\" is not in %s", text, outcome.out);
    outcome_clear(&outcome);
}

static void settings_and_their_order(void **state)
{
    (void)state;
    static const char *const doctor[] = {"doctor", NULL};
    Call call = {.environment = {"HOURGLASS_THREADS="}};
    doctor_says(&call, doctor, "threads = automatic (default)");
    assert_true(file_make_folders(scratch("xdg/hourglass"), NULL));
    assert_true(file_make_folders(scratch("config/hourglass"), NULL));
    scratch_text("xdg/hourglass/config", "# the system's\nthreads = 7\nprogress = none\n");
    doctor_says(&call, doctor, "threads = 7 (");
    scratch_text("config/hourglass/config", "; the user's\nthreads = 3\n");
    doctor_says(&call, doctor, "threads = 3 (");
    doctor_says(&call, doctor, "progress = none (");
    call.environment[0] = "HOURGLASS_THREADS=5";
    doctor_says(&call, doctor, "threads = 5 (HOURGLASS_THREADS)");
    scratch_text("other", "threads = 9\n");
    call.environment[0] = "HOURGLASS_THREADS=";
    doctor_says(&call, (const char *const[]){"doctor", "--config", "other", NULL}, "threads = 9 (other)");

    scratch_text("config/hourglass/config", "threads = 3\ndate = x\n");
    expect((const char *const[]){"doctor", NULL}, 3, (const char *const[]){"config:2: there is no setting date", "did you mean data?", NULL});
    scratch_text("config/hourglass/config", "threads\n");
    expect((const char *const[]){"doctor", NULL}, 3, (const char *const[]){"config:1: is no setting", NULL});
    scratch_text("config/hourglass/config", "threads = x\n");
    Outcome outcome = program_with(&call, (const char *const[]){"bench", "simple", NULL});
    assert_int_equal(outcome.code, 2);
    assert_non_null(strstr(outcome.err, "config: threads: \"x\""));
    outcome_clear(&outcome);
    scratch_remove("config");
    scratch_remove("xdg");
}

static void colours(void **state)
{
    (void)state;
    static const char *const argv[] = {"summary", "simpel", NULL}, *const always[] = {"summary", "--color", "always", "simpel", NULL},
                             *const never[] = {"summary", "--color=never", "simpel", NULL};
    Outcome outcome = program(argv); /* a pipe is no terminal */
    assert_null(strchr(outcome.err, '\033'));
    outcome_clear(&outcome);
    outcome = program(always);
    assert_non_null(strchr(outcome.err, '\033'));
    outcome_clear(&outcome);
    outcome = program_with(&(Call){.environment = {"HOURGLASS_COLOR=always"}}, argv);
    assert_non_null(strchr(outcome.err, '\033'));
    outcome_clear(&outcome);
    outcome = program_with(&(Call){.environment = {"HOURGLASS_COLOR=always"}}, never);
    assert_null(strchr(outcome.err, '\033'));
    outcome_clear(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_explained), cmocka_unit_test(help_of_every_command), cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(version),                cmocka_unit_test(full_output),           cmocka_unit_test(settings_and_their_order),
        cmocka_unit_test(colours),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
