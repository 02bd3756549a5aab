/* The program under test, run as its users run it: arguments in, exit code and both outputs back. */
#ifndef TESTS_CLI_PROGRAM_H
#define TESTS_CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct Outcome {
    int code;          /* exit code; 128 + signal where it was killed */
    char *out, *err;   /* what it printed */
} Outcome;

typedef struct Call {
    const char *input;  /* standard input; NULL: empty */
    const char *output; /* file for standard output instead of catching it; NULL */
    const char *environment[8]; /* "NAME=value" ...; ends with NULL */
    long file_limit;    /* RLIMIT_FSIZE in bytes; 0: none */
} Call;

/* Runs in the scratch folder, with an environment of its own: HOME there, no data, no configuration, two threads. */
Outcome program(const char *const *argv);
Outcome program_with(const Call *call, const char *const *argv);
#define RUN(...) program((const char *const[]){__VA_ARGS__, NULL})

/* Started and not waited for; its outputs go to files named after `name` in the scratch folder. */
pid_t program_start(const char *name, const char *const *argv);
#define START(name, ...) program_start(name, (const char *const[]){__VA_ARGS__, NULL})
int program_wait(pid_t pid); /* as Outcome.code */

void outcome_clear(Outcome *outcome);

/* Runs, checks the exit code and that standard error has every one of the texts (ended by NULL). */
void expect(const char *const *argv, int code, const char *const *texts);

/* The scratch folder, made by the first call of scratch_setup, removed by scratch_teardown. */
int scratch_setup(void **state);
int scratch_teardown(void **state);
const char *scratch(const char *name); /* a path in it; valid until four more calls */
void scratch_write(const char *name, const void *bytes, size_t size);
void scratch_text(const char *name, const char *text);
char *scratch_read(const char *name, size_t *size); /* fails the test where it cannot be read */
bool scratch_has(const char *name);
int scratch_count(const char *name); /* entries of a folder; 0 where there is none */
void scratch_remove(const char *name);

/* A small IDX set of the built-in digits in the scratch folder "data", made once. */
const char *small_data(void);

#endif
