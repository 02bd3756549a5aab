/* Picks a subcommand, parses its options by its table, prints its help, reports what went wrong. */
#include "cli/command.h"

#include "base/mem.h"
#include "base/str.h"
#include "cli/console.h"
#include "cli/version.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const Option common_options[] = {
    {"config", 0, "FILE", "read this configuration file instead of the user's"},
    {"color", 0, "WHEN", "auto, always, never, or how many in the studio: 8, 16, 256, rgb; auto means on a terminal and without NO_COLOR"},
    {"help", 'h', NULL, "show this help"},
    {0},
};

/* -- Options. */

enum { OPTIONS_MAX = 64 };

static int options_count(const Option *options)
{
    int count = 0;
    while (options[count].name)
        count++;
    return count;
}

/* The command's own and the common ones, in one list. */
static int options_all(const Command *command, const Option *all[OPTIONS_MAX])
{
    int own = options_count(command->options), common = options_count(common_options);
    assert(own + common < OPTIONS_MAX);
    for (int i = 0; i < own; i++)
        all[i] = &command->options[i];
    for (int i = 0; i < common; i++)
        all[own + i] = &common_options[i];
    return own + common;
}

static const Option *option_find(const Command *command, const char *name)
{
    const Option *all[OPTIONS_MAX];
    int count = options_all(command, all);
    for (int i = 0; i < count; i++)
        if (!strcmp(all[i]->name, name))
            return all[i];
    return NULL;
}

static bool unknown_option(const Command *command, const char *typed, Error *err)
{
    const Option *all[OPTIONS_MAX];
    const char *names[OPTIONS_MAX];
    char cure[128], word[64];
    int count = options_all(command, all);
    for (int i = 0; i < count; i++)
        names[i] = all[i]->name;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(typed, "="), typed);
    int near = !strncmp(word, "--", 2) ? str_closest(word + 2, names, count) : -1;
    if (near >= 0)
        snprintf(cure, sizeof cure, "did you mean --%s?", names[near]);
    else
        snprintf(cure, sizeof cure, "`hourglass %s --help` lists the options", command->name);
    return error_set(err, ERROR_USAGE, cure, "%s: there is no option %s", command->name, word);
}

/* The word getopt stopped at when it refused a long option, or the letter's own. */
static void typed_option(char text[8])
{
    snprintf(text, 8, "-%c", isprint(optopt) ? optopt : '?');
}

static bool command_parse(const Command *command, int argc, char **argv, Args *out, Error *err)
{
    const Option *all[OPTIONS_MAX];
    struct option longs[OPTIONS_MAX + 1] = {0};
    char letters[3 * OPTIONS_MAX] = ":";
    enum { LONG = 256 }; /* value of the first long option */
    int count = options_all(command, all);
    for (int i = 0; i < count; i++) {
        longs[i] = (struct option){all[i]->name, all[i]->argument ? required_argument : no_argument, NULL, LONG + i};
        if (all[i]->letter)
            snprintf(letters + strlen(letters), 3, "%c%s", all[i]->letter, all[i]->argument ? ":" : "");
    }
    *out = (Args){.command = command, .given = mem_new((size_t)argc + 1, sizeof(Given))};
    optind = 0; /* glibc: start anew */
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        const Option *option = found >= LONG ? all[found - LONG] : NULL;
        for (int i = 0; !option && i < count; i++)
            if (all[i]->letter == found)
                option = all[i];
        char letter[8];
        typed_option(letter);
        bool was_long = optind > 0 && !strncmp(argv[optind - 1], "--", 2);
        const char *typed = was_long ? argv[optind - 1] : letter;
        if (found == ':')
            return error_set(err, ERROR_USAGE, NULL, "%s: %s needs an argument", command->name, typed);
        if (found == '?' && was_long && optopt >= LONG)
            return error_set(err, ERROR_USAGE, NULL, "%s: --%s takes no argument", command->name, all[optopt - LONG]->name);
        if (found == '?')
            return unknown_option(command, typed, err);
        if (option->argument && !*optarg) /* --data "$MNIST" with nothing in MNIST must not train on something else */
            return error_set(err, ERROR_USAGE, "is a shell variable empty?", "%s: --%s is given nothing", command->name, option->name);
        out->given[out->givens++] = (Given){option, optarg};
    }
    out->operand = argv + optind;
    out->operands = argc - optind;
    if (args_has(out, "help"))
        return true;
    char cure[128];
    snprintf(cure, sizeof cure, "usage: hourglass %s [OPTION]...%s%s", command->name, *command->operands ? " " : "", command->operands);
    if (out->operands < command->least)
        return error_set(err, ERROR_USAGE, cure, "%s: something is missing", command->name);
    if (out->operands > command->most)
        return error_set(err, ERROR_USAGE, cure, "%s: what is \"%s\" for?", command->name, out->operand[command->most]);
    return true;
}

static void args_clear(Args *args)
{
    free(args->given);
    *args = (Args){0};
}

/* -- Values. */

bool args_knows(const Args *args, const char *name)
{
    return option_find(args->command, name) != NULL;
}

const char *args_next(const Args *args, const char *name, int *at)
{
    assert(args_knows(args, name));
    while (*at < args->givens) {
        const Given *given = &args->given[(*at)++];
        if (!strcmp(given->option->name, name))
            return given->value ? given->value : "";
    }
    return NULL;
}

const char *args_text(const Args *args, const char *name)
{
    int at = 0;
    const char *last = NULL;
    for (const char *value; (value = args_next(args, name, &at));)
        last = value;
    return last;
}

bool args_has(const Args *args, const char *name)
{
    return args_text(args, name) != NULL;
}

const char *args_setting(const Args *args, const char *name)
{
    const char *given = args_knows(args, name) ? args_text(args, name) : NULL;
    return given ? given : settings_get(args->settings, name, NULL);
}

static bool refuse(const char *name, const char *text, const char *need, Error *err)
{
    return error_set(err, ERROR_USAGE, NULL, "--%s: \"%s\": need %s", name, text, need);
}

bool args_int(const Args *args, const char *name, int min, int max, int *value, Error *err)
{
    const char *text = args_text(args, name);
    char need[64], *end;
    if (!text)
        return true;
    errno = 0;
    long number = strtol(text, &end, 10);
    snprintf(need, sizeof need, "a whole number %d..%d", min, max);
    if (end == text || *end || errno || number < min || number > max)
        return refuse(name, text, need, err);
    *value = (int)number;
    return true;
}

bool args_u64(const Args *args, const char *name, uint64_t *value, Error *err)
{
    const char *text = args_text(args, name);
    char *end;
    if (!text)
        return true;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno || number > INT64_MAX)
        return refuse(name, text, "a whole number 0..9223372036854775807", err);
    *value = number;
    return true;
}

bool args_real(const Args *args, const char *name, double min, double max, double *value, Error *err)
{
    const char *text = args_text(args, name);
    char need[80], *end;
    if (!text)
        return true;
    double number = strtod(text, &end);
    snprintf(need, sizeof need, "a number %g..%g", min, max);
    if (end == text || *end || !(number >= min && number <= max))
        return refuse(name, text, need, err);
    *value = number;
    return true;
}

/* -- Help. */

static void options_print(const Option *options, Str *out)
{
    enum { INDENT = 26, WIDTH = 79 };
    for (const Option *option = options; option->name; option++) {
        char left[64];
        int used = option->letter ? snprintf(left, sizeof left, "  -%c, ", option->letter) : snprintf(left, sizeof left, "      ");
        snprintf(left + used, sizeof left - (size_t)used, "--%s%s%s", option->name, option->argument ? " " : "",
                 option->argument ? option->argument : "");
        str_addf(out, "%-*s", INDENT - 2, left);
        str_add(out, strlen(left) > INDENT - 2 ? "\n" : "  ");
        text_wrap(option->help, INDENT, WIDTH, strlen(left) > INDENT - 2 ? 0 : INDENT, out);
    }
}

char *command_help(const Command *command)
{
    Str out = {0};
    str_addf(&out, "usage: hourglass %s [OPTION]...%s%s\n", command->name, *command->operands ? " " : "", command->operands);
    str_addf(&out, "%s.\n", command->help);
    if (command->more) {
        str_add(&out, "\n");
        text_wrap(command->more, 0, 79, 0, &out);
    }
    if (command->options->name) {
        str_add(&out, "\nOptions:\n");
        options_print(command->options, &out);
    }
    str_add(&out, "\nCommon options:\n");
    options_print(common_options, &out);
    return str_take(&out);
}

static void general_help(const char *group, FILE *out)
{
    size_t length = strlen(group);
    fprintf(out, "usage: hourglass %s%sCOMMAND [OPTION]... [ARGUMENT]...\n\n", group, length ? " " : "");
    for (int i = 0; i < commands_count; i++)
        if (!length || (!strncmp(commands[i]->name, group, length) && commands[i]->name[length] == ' '))
            fprintf(out, "  %-16s %s\n", commands[i]->name, commands[i]->help);
    fputs("\n`hourglass COMMAND --help` explains a command, `man hourglass` everything.\n", out);
}

/* -- Picking. */

/* The command named by the first one or two words; *used says how many.  NULL: none; *group: a first word that needs a second. */
static const Command *command_find(int argc, char **argv, int *used, bool *group)
{
    *group = false;
    for (int i = 0; i < commands_count; i++) {
        const char *name = commands[i]->name, *space = strchr(name, ' ');
        size_t first = space ? (size_t)(space - name) : strlen(name);
        if (strlen(argv[0]) != first || strncmp(argv[0], name, first) != 0)
            continue;
        if (!space) {
            *used = 1;
            return commands[i];
        }
        *group = true;
        if (argc > 1 && !strcmp(argv[1], space + 1)) {
            *used = 2;
            return commands[i];
        }
    }
    return NULL;
}

static int unknown_command(int argc, char **argv, bool group, Error *err)
{
    char typed[128], cure[128] = "`hourglass --help` lists the commands";
    const char *names[128];
    snprintf(typed, sizeof typed, "%s%s%s", argv[0], group && argc > 1 ? " " : "", group && argc > 1 ? argv[1] : "");
    for (int i = 0; i < commands_count; i++)
        names[i] = commands[i]->name;
    int near = str_closest(typed, names, commands_count);
    if (near >= 0)
        snprintf(cure, sizeof cure, "did you mean `hourglass %s`?", names[near]);
    error_set(err, ERROR_USAGE, cure, "there is no command %s", typed);
    return ERROR_USAGE;
}

static int command_run(const Command *command, int argc, char **argv, Error *err)
{
    Args args;
    Settings settings;
    int code = 0;
    if (!command_parse(command, argc, argv, &args, err)) {
        code = args_failed(err);
    } else if (args_has(&args, "help")) {
        char *help = command_help(command);
        fputs(help, stdout);
        free(help);
    } else if (!settings_read(&settings, args_text(&args, "config"), err)) {
        code = args_failed(err);
    } else {
        args.settings = &settings;
        code = console_set_color(args_setting(&args, "color"), err) ? command->run(&args, err) : args_failed(err);
    }
    args_clear(&args);
    return code;
}

/* No command, or options alone, is the studio; nothing at all only where there is a terminal to show it on. */
static bool means_studio(int argc, char **argv)
{
    static const char *const others[] = {"--help", "-h", "--version", "-V", "-"};
    if (!argc)
        return console_is_terminal(stdin) && console_is_terminal(stdout);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (!strcmp(argv[0], others[i]))
            return false;
    return argv[0][0] == '-';
}

static int run_studio(int argc, char **argv, Error *err)
{
    char **all = mem_new((size_t)argc + 2, sizeof *all), name[] = "studio";
    all[0] = name;
    memcpy(all + 1, argv, (size_t)argc * sizeof *all);
    int code = command_run(&studio_command, argc + 1, all, err);
    free(all);
    return code;
}

int command_main(int argc, char **argv)
{
    Error err = {0};
    int code = 0, used = 0;
    bool group = false;
    const Command *command = argc ? command_find(argc, argv, &used, &group) : NULL;
    if (command) {
        argv[used - 1] = argv[0]; /* getopt skips the word before the options */
        code = command_run(command, argc - used + 1, argv + used - 1, &err);
    } else if (means_studio(argc, argv)) {
        code = run_studio(argc, argv, &err);
    } else if (argc && (!strcmp(argv[0], "--version") || !strcmp(argv[0], "-V"))) {
        version_print(stdout, argc > 1 && (!strcmp(argv[1], "--verbose") || !strcmp(argv[1], "-v")));
    } else if (!argc || !strcmp(argv[0], "--help") || !strcmp(argv[0], "-h") || !strcmp(argv[0], "help")) {
        general_help("", stdout);
    } else if (group && (argc == 1 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        general_help(argv[0], argc == 1 ? stderr : stdout);
        code = argc == 1 ? ERROR_USAGE : 0;
    } else {
        code = unknown_command(argc, argv, group, &err);
    }
    if (err.what[0])
        console_error(&err);
    /* What was printed must have arrived: a full disk behind a redirection is a failure. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == 0) {
        error_errno(&err, NULL, "standard output cannot be written");
        console_error(&err);
        code = ERROR_FAILED;
    }
    return code;
}
