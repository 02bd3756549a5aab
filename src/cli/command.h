/* What a subcommand is: one const row at the foot of its own file, listed in commands[] (commands.c).  Its table of options feeds
 * getopt_long, --help and the manual's check. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/error.h"
#include "cli/settings.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Option {
    const char *name;     /* "threads", typed as --threads */
    char letter;          /* typed as -t; 0: none */
    const char *argument; /* "N", as --help shows it; NULL: a switch */
    const char *help;     /* what it does, no full stop */
} Option;

typedef struct Command Command;

/* A command line, parsed. Texts are borrowed from argv. */
typedef struct Given {
    const Option *option;
    const char *value; /* NULL for a switch */
} Given;

typedef struct Args {
    const Command *command;
    Given *given; /* in the order they were typed */
    int givens;
    char **operand;
    int operands;
    const Settings *settings;
} Args;

struct Command {
    const char *name;      /* "train", "runs list" */
    const char *operands;  /* "NET|PRESET", "" */
    int least, most;       /* number of operands */
    const char *help;      /* one sentence, no full stop */
    const char *more;      /* paragraphs for --help and the manual; NULL: none */
    const Option *options; /* ends with a row without a name */
    int (*run)(const Args *args, Error *err); /* exit code; when it is not 0, *err says why (nothing: said already) */
};

extern const Command studio_command; /* what no command means */
extern const Command *const commands[];
extern const int commands_count;
extern const Option common_options[]; /* every command has them too */

/* argv without the program's name; picks the command, runs it, says what went wrong. Returns the exit code. */
int command_main(int argc, char **argv);

char *command_help(const Command *command); /* the text of --help; the caller's */

bool args_knows(const Args *args, const char *name); /* is it in the command's table? */

/* -- Values.  The name must be in the command's table; where an option is given several times the last one counts. */
bool args_has(const Args *args, const char *name);
const char *args_text(const Args *args, const char *name); /* NULL: not given */
const char *args_next(const Args *args, const char *name, int *at); /* all of them; *at starts at 0; NULL: no more */

/* Numbers in [min, max]; *value stays as it is when the option is not given. */
bool args_int(const Args *args, const char *name, int min, int max, int *value, Error *err) MUST_CHECK;
bool args_u64(const Args *args, const char *name, uint64_t *value, Error *err) MUST_CHECK;
bool args_real(const Args *args, const char *name, double min, double max, double *value, Error *err) MUST_CHECK;

/* The option, else the setting of the same name (environment, configuration, default). */
const char *args_setting(const Args *args, const char *name);

/* Is this the exit code's error?  `return args_failed(err)` reads well in a command. */
static inline int args_failed(const Error *err)
{
    return err->kind == ERROR_NONE ? ERROR_FAILED : (int)err->kind;
}

#endif
