/* Parameter schemas: a table of rows says which fields a thing has, and a ParamSet holds their values.
 *
 * Layers, optimizers, losses, schedules, noises and splits are all "a word and its fields" (conv 32 3x3 stride=2),
 * so the text form, the wizard's questions, the designer's forms, the checks and the manual all come from these rows. */
#ifndef BASE_PARAM_H
#define BASE_PARAM_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

typedef enum ParamType {
    PARAM_INT,    /* 32             number */
    PARAM_REAL,   /* 0.1, 1e-3      number */
    PARAM_FLAG,   /* yes | no       choice 1 or 0; as a bare word `NAME` / `noNAME` */
    PARAM_CHOICE, /* same | valid   choice; `number` where the word takes one: lrelu(0.2) */
    PARAM_PAIR,   /* 3x3 or 3       size[0..1] height, width */
    PARAM_SHAPE,  /* 7x7x64         size[0..2], rank 1 to 3 */
    PARAM_PERCENT /* 10%            number: 10 */
} ParamType;

typedef struct Value {
    double number;
    int choice;
    int size[3], rank;
} Value;

typedef struct ParamChoice {
    const char *word, *help;
    bool takes_number;
    double number; /* the default where one is taken */
} ParamChoice;

typedef struct ParamRow {
    const char *name;
    ParamType type;
    double min, max;    /* of a number or of each size; min == max: unbounded */
    const char *normal; /* the default, as text; NULL: must be given */
    bool positional;    /* may be given without `name=`, in the rows' order; choices and flags always may */
    bool always;          /* printed even where it is the default: what a reader wants to see (a learning rate) */
    const ParamChoice *choices; /* ends with a NULL word */
    const char *help;     /* one sentence, what the field does */
    const char *question; /* what the wizard asks, no question mark; NULL: from name */
} ParamRow;

enum { PARAM_MAX = 12 }; /* fields of one thing */

typedef struct ParamKind {
    const char *name; /* the word in the text form; lower case */
    const char *help; /* one sentence */
    const ParamRow *rows;
    int count;
} ParamKind;

typedef struct ParamSet {
    const ParamKind *kind;
    Value value[PARAM_MAX];
} ParamSet;

/* One field. parse checks type and range and says what is allowed; print writes what parse reads. */
bool param_parse(const ParamRow *row, const char *text, Value *out, Error *err) MUST_CHECK;
void param_print(const ParamRow *row, const Value *value, Str *out);
bool param_equal(const ParamRow *row, const Value *a, const Value *b);
void param_range(const ParamRow *row, Str *out); /* "1..1024", "same, valid", for forms and errors */

/* All fields at their defaults; those without one are zero. */
ParamSet param_set_new(const ParamKind *kind);

/* Reads the words after the kind's own: positional numbers in order, bare choice and flag words, name=value.
 * Fields not named keep what *set holds (so start from param_set_new).  On error err->column is the 1-based word that is
 * wrong (0: a field is missing at the end).  With `must` a field without a default that was not given is an error. */
bool param_set_parse(ParamSet *set, char *const *words, int count, bool must, Error *err) MUST_CHECK;

/* "conv 32 3x3 stride=2 relu": positional first, then the rest; with `full` defaults too. */
void param_set_print(const ParamSet *set, bool full, Str *out);
bool param_set_equal(const ParamSet *a, const ParamSet *b);

/* The row's index by name, or -1. */
int param_find(const ParamKind *kind, const char *name);

#endif
