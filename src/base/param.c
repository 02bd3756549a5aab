/* Values of fields: read, checked against their rows, printed back.  Knows no field by name; the tables that use it do. */
#include "base/param.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool bounded(const ParamRow *row)
{
    return row->min < row->max;
}

void param_range(const ParamRow *row, Str *out)
{
    static const char *const nouns[] = {[PARAM_INT] = "a whole number", [PARAM_REAL] = "a number", [PARAM_FLAG] = "yes, no",
                                        [PARAM_CHOICE] = "", [PARAM_PAIR] = "HxW or one number for both",
                                        [PARAM_SHAPE] = "a shape such as 7x7x64", [PARAM_PERCENT] = "a percentage"};
    if (row->type == PARAM_CHOICE) {
        for (const ParamChoice *choice = row->choices; choice->word; choice++)
            str_addf(out, "%s%s%s", choice == row->choices ? "" : ", ", choice->word, choice->takes_number ? "(NUMBER)" : "");
        return;
    }
    if (!bounded(row)) {
        str_add(out, nouns[row->type]);
        return;
    }
    char min[32], max[32];
    str_number(min, sizeof min, row->min);
    str_number(max, sizeof max, row->max);
    if (row->type == PARAM_INT || row->type == PARAM_REAL)
        str_addf(out, "%s..%s", min, max);
    else if (row->type == PARAM_PERCENT)
        str_addf(out, "%s%%..%s%%", min, max);
    else
        str_addf(out, "%s, each %s..%s", nouns[row->type], min, max);
}

/* The sentence of every refusal: the field, what was written, what is allowed. */
static bool refuse(const ParamRow *row, const char *text, Error *err)
{
    Str need = {0};
    param_range(row, &need);
    error_set(err, ERROR_INPUT, NULL, "%s%s\"%s\": need %s", row->name, *row->name ? ": " : "", text, need.text);
    str_clear(&need);
    if (row->type == PARAM_CHOICE && err) {
        const char *words[64];
        int count = 0;
        for (const ParamChoice *choice = row->choices; choice->word && count < 64; choice++)
            words[count++] = choice->word;
        int near = str_closest(text, words, count);
        if (near >= 0)
            snprintf(err->cure, sizeof err->cure, "did you mean \"%s\"?", words[near]);
    }
    return false;
}

/* Decimal only: strtod alone would also take hexadecimal, "inf" and leading blanks. Moves *text behind the number. */
static bool read_number(const char **text, double *out)
{
    const char *at = *text + (**text == '-' || **text == '+');
    if (!isdigit((unsigned char)*at) && *at != '.')
        return false;
    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X'))
        return false;
    char *end;
    double value = strtod(*text, &end);
    if (end == *text || !isfinite(value))
        return false;
    *text = end;
    *out = value;
    return true;
}

static bool in_range(const ParamRow *row, double value)
{
    return !bounded(row) || (value >= row->min && value <= row->max);
}

/* "7x7x64": up to `most` whole numbers; returns how many, 0 when it is no such list. */
static int read_sizes(const ParamRow *row, const char *text, int most, int *size)
{
    int rank = 0;
    for (;;) {
        if (!isdigit((unsigned char)*text) || rank == most)
            return 0;
        char *end;
        unsigned long value = strtoul(text, &end, 10);
        if (value > INT_MAX || !in_range(row, (double)value))
            return 0;
        size[rank++] = (int)value;
        if (*end == '\0')
            return rank;
        if (*end != 'x')
            return 0;
        text = end + 1;
    }
}

static bool read_choice(const ParamRow *row, const char *text, Value *out)
{
    size_t length = strcspn(text, "(");
    for (const ParamChoice *choice = row->choices; choice->word; choice++) {
        if (strlen(choice->word) != length || strncmp(choice->word, text, length) != 0)
            continue;
        out->choice = (int)(choice - row->choices);
        out->number = choice->takes_number ? choice->number : 0;
        if (text[length] == '\0')
            return true;
        const char *at = text + length + 1;
        return choice->takes_number && read_number(&at, &out->number) && strcmp(at, ")") == 0;
    }
    return false;
}

bool param_parse(const ParamRow *row, const char *text, Value *out, Error *err)
{
    Value value = {0};
    const char *at = text;
    bool good = false;
    switch (row->type) {
    case PARAM_INT:
        good = read_number(&at, &value.number) && *at == '\0' && value.number == floor(value.number) &&
               fabs(value.number) <= INT_MAX && in_range(row, value.number);
        break;
    case PARAM_REAL:
        good = read_number(&at, &value.number) && *at == '\0' && in_range(row, value.number);
        break;
    case PARAM_PERCENT:
        good = read_number(&at, &value.number) && (*at == '\0' || strcmp(at, "%") == 0) && in_range(row, value.number);
        break;
    case PARAM_FLAG:
        value.choice = strcmp(text, "yes") == 0;
        good = value.choice || strcmp(text, "no") == 0;
        break;
    case PARAM_CHOICE:
        good = read_choice(row, text, &value);
        break;
    case PARAM_PAIR:
        value.rank = read_sizes(row, text, 2, value.size);
        good = value.rank > 0;
        if (value.rank == 1)
            value.size[1] = value.size[0];
        value.rank = 2;
        break;
    case PARAM_SHAPE:
        value.rank = read_sizes(row, text, 3, value.size);
        good = value.rank > 0;
        break;
    }
    if (!good)
        return refuse(row, text, err);
    value.number += 0.0; /* no minus zero */
    *out = value;
    return true;
}

void param_print(const ParamRow *row, const Value *value, Str *out)
{
    char number[32];
    str_number(number, sizeof number, value->number);
    switch (row->type) {
    case PARAM_INT:
        str_addf(out, "%.0f", value->number);
        break;
    case PARAM_REAL:
        str_add(out, number);
        break;
    case PARAM_PERCENT:
        str_addf(out, "%s%%", number);
        break;
    case PARAM_FLAG:
        str_add(out, value->choice ? "yes" : "no");
        break;
    case PARAM_CHOICE:
        str_add(out, row->choices[value->choice].word);
        if (row->choices[value->choice].takes_number)
            str_addf(out, "(%s)", number);
        break;
    case PARAM_PAIR:
        /* A square is written as the default is: a kernel as 3x3, a stride as 2. */
        if (value->size[0] == value->size[1] && !(row->normal && strchr(row->normal, 'x')))
            str_addf(out, "%d", value->size[0]);
        else
            str_addf(out, "%dx%d", value->size[0], value->size[1]);
        break;
    case PARAM_SHAPE:
        for (int i = 0; i < value->rank; i++)
            str_addf(out, "%s%d", i ? "x" : "", value->size[i]);
        break;
    }
}

bool param_equal(const ParamRow *row, const Value *a, const Value *b)
{
    switch (row->type) {
    case PARAM_INT:
    case PARAM_REAL:
    case PARAM_PERCENT:
        return a->number == b->number;
    case PARAM_FLAG:
        return a->choice == b->choice;
    case PARAM_CHOICE:
        return a->choice == b->choice && (!row->choices[a->choice].takes_number || a->number == b->number);
    case PARAM_PAIR:
        return a->size[0] == b->size[0] && a->size[1] == b->size[1];
    case PARAM_SHAPE:
        break;
    }
    return a->rank == b->rank && memcmp(a->size, b->size, (size_t)a->rank * sizeof *a->size) == 0;
}

ParamSet param_set_new(const ParamKind *kind)
{
    assert(kind->count <= PARAM_MAX);
    ParamSet set = {.kind = kind};
    for (int i = 0; i < kind->count; i++) {
        const char *normal = kind->rows[i].normal;
        bool good = !normal || param_parse(&kind->rows[i], normal, &set.value[i], NULL);
        assert(good);
        (void)good;
    }
    return set;
}

int param_find(const ParamKind *kind, const char *name)
{
    for (int i = 0; i < kind->count; i++)
        if (strcmp(kind->rows[i].name, name) == 0)
            return i;
    return -1;
}

/* ---- the words of a set */

/* The choice row that has this word and was not given yet (else one that was), or -1. */
static int find_choice(const ParamKind *kind, const char *word, const bool *given)
{
    int seen = -1;
    size_t length = strcspn(word, "(");
    for (int i = 0; i < kind->count; i++) {
        if (kind->rows[i].type != PARAM_CHOICE)
            continue;
        for (const ParamChoice *choice = kind->rows[i].choices; choice->word; choice++)
            if (strlen(choice->word) == length && strncmp(choice->word, word, length) == 0) {
                if (!given || !given[i])
                    return i;
                seen = i;
            }
    }
    return seen;
}

static int find_flag(const ParamKind *kind, const char *word, bool *on)
{
    for (int i = 0; i < kind->count; i++) {
        if (kind->rows[i].type != PARAM_FLAG)
            continue;
        *on = strcmp(word, kind->rows[i].name) == 0;
        if (*on || (strncmp(word, "no", 2) == 0 && strcmp(word + 2, kind->rows[i].name) == 0))
            return i;
    }
    return -1;
}

static int next_positional(const ParamKind *kind, const bool *given)
{
    for (int i = 0; i < kind->count; i++)
        if (kind->rows[i].positional && !given[i])
            return i;
    return -1;
}

/* The word of this kind that is most like a misspelt one; NULL: none. */
static const char *nearest_word(const ParamKind *kind, const char *word)
{
    const char *words[256];
    char bare[64];
    int count = 0;
    for (int i = 0; i < kind->count; i++) {
        const ParamRow *row = &kind->rows[i];
        if (*row->name)
            words[count++] = row->name;
        for (const ParamChoice *choice = row->choices; row->type == PARAM_CHOICE && choice->word && count < 200; choice++)
            words[count++] = choice->word;
    }
    /* Compared without "=VALUE", so that `strde=2` finds stride. */
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word, "=("), word);
    int near = str_closest(bare, words, count);
    return near < 0 ? NULL : words[near];
}

/* A word that is no field, choice or flag: says what may stand here, in full where no likely word is found. */
static bool refuse_word(const ParamKind *kind, const char *word, const bool *given, Error *err)
{
    if (!err)
        return false;
    const char *near = nearest_word(kind, word), *name = *kind->name ? kind->name : "this line";
    Str fields = {0};
    for (int i = 0; i < kind->count; i++) {
        if (given[i])
            continue;
        str_addf(&fields, "%s%s", fields.size ? ", " : "", kind->rows[i].name);
        if (near)
            continue;
        str_add(&fields, " (");
        param_range(&kind->rows[i], &fields);
        str_add(&fields, ")");
    }
    if (fields.size)
        error_set(err, ERROR_INPUT, NULL, "\"%s\" means nothing here: %s may also have %s", word, name, fields.text);
    else
        error_set(err, ERROR_INPUT, NULL, "\"%s\" is too much: %s takes nothing more", word, name);
    str_clear(&fields);
    if (near) {
        int field = param_find(kind, near);
        bool wants_value = field >= 0 && kind->rows[field].type != PARAM_FLAG;
        snprintf(err->cure, sizeof err->cure, wants_value ? "did you mean \"%s=...\"?" : "did you mean \"%s\"?", near);
    }
    return false;
}

/* Which row a word speaks of, and the text of its value; -1 when none. */
static int resolve(const ParamKind *kind, const char *word, const bool *given, const char **text)
{
    *text = word;
    const char *equals = strchr(word, '=');
    if (equals) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
        *text = equals + 1;
        return param_find(kind, name);
    }
    bool on = false;
    int row = find_choice(kind, word, given);
    if (row >= 0)
        return row;
    row = find_flag(kind, word, &on);
    if (row >= 0) {
        *text = on ? "yes" : "no";
        return row;
    }
    row = next_positional(kind, given);
    if (row < 0)
        return -1;
    /* Only what looks like a value is taken for one: the message for a misspelt word then lists the words. */
    if (kind->rows[row].type == PARAM_FLAG)
        return strcmp(word, "yes") == 0 || strcmp(word, "no") == 0 ? row : -1;
    bool number = isdigit((unsigned char)*word) || *word == '-' || *word == '+' || *word == '.';
    return number && kind->rows[row].type != PARAM_CHOICE ? row : -1;
}

static bool place(Error *err, int word)
{
    if (err)
        err->column = word;
    return false;
}

bool param_set_parse(ParamSet *set, char *const *words, int count, bool must, Error *err)
{
    const ParamKind *kind = set->kind;
    ParamSet result = *set;
    bool given[PARAM_MAX] = {false};
    for (int w = 0; w < count; w++) {
        const char *text;
        int row = resolve(kind, words[w], given, &text);
        if (row < 0) {
            refuse_word(kind, words[w], given, err);
            return place(err, w + 1);
        }
        if (given[row]) {
            error_set(err, ERROR_INPUT, "leave one of the two out", "%s is given twice", kind->rows[row].name);
            return place(err, w + 1);
        }
        if (!param_parse(&kind->rows[row], text, &result.value[row], err))
            return place(err, w + 1);
        given[row] = true;
    }
    for (int i = 0; must && i < kind->count; i++)
        if (!given[i] && !kind->rows[i].normal) {
            Str need = {0};
            param_range(&kind->rows[i], &need);
            error_set(err, ERROR_INPUT, NULL, "%s needs %s: %s", *kind->name ? kind->name : "this line", kind->rows[i].name,
                      need.text);
            str_clear(&need);
            return place(err, 0);
        }
    *set = result;
    return true;
}

static bool is_default(const ParamRow *row, const Value *value)
{
    Value normal;
    return row->normal && param_parse(row, row->normal, &normal, NULL) && param_equal(row, value, &normal);
}

/* A bare word must lead back to its own row. */
static bool bare_is_clear(const ParamKind *kind, int row, const char *word)
{
    for (int i = 0; i < kind->count; i++)
        for (const ParamChoice *choice = kind->rows[i].choices; i != row && kind->rows[i].type == PARAM_CHOICE && choice->word;
             choice++)
            if (strcmp(choice->word, word) == 0)
                return false;
    return true;
}

static void print_field(const ParamSet *set, int index, Str *out)
{
    const ParamRow *row = &set->kind->rows[index];
    const Value *value = &set->value[index];
    if (out->size && out->text[out->size - 1] != ' ' && out->text[out->size - 1] != '\n')
        str_add(out, " ");
    if (row->type == PARAM_FLAG && !row->positional) {
        str_addf(out, "%s%s", value->choice ? "" : "no", row->name);
        return;
    }
    bool bare = row->positional || (row->type == PARAM_CHOICE && bare_is_clear(set->kind, index, row->choices[value->choice].word));
    if (!bare)
        str_addf(out, "%s=", row->name);
    param_print(row, value, out);
}

void param_set_print(const ParamSet *set, bool full, Str *out)
{
    str_add(out, set->kind->name);
    /* Positional fields are always written: `conv 32 3x3` says more than `conv 32`. */
    for (int i = 0; i < set->kind->count; i++)
        if (set->kind->rows[i].positional)
            print_field(set, i, out);
    for (int i = 0; i < set->kind->count; i++)
        if (!set->kind->rows[i].positional && (full || set->kind->rows[i].always || !is_default(&set->kind->rows[i], &set->value[i])))
            print_field(set, i, out);
}

bool param_set_equal(const ParamSet *a, const ParamSet *b)
{
    if (a->kind != b->kind)
        return false;
    for (int i = 0; i < a->kind->count; i++)
        if (!param_equal(&a->kind->rows[i], &a->value[i], &b->value[i]))
            return false;
    return true;
}
