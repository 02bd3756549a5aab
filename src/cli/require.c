/* --require: conditions are read before anything is trained, so that a misspelt one costs no training. */
#include "cli/require.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Condition {
    int known;      /* index of the name */
    char sign;      /* < or > */
    bool or_equal;
    double limit;
} Condition;

static bool parse(const char *text, const NamedNumber *known, int count, Condition *out, Error *err)
{
    size_t length = strcspn(text, "<>");
    char name[64], *end = NULL;
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    *out = (Condition){.known = -1, .sign = text[length]};
    if (out->sign) {
        const char *number = text + length + 1;
        out->or_equal = *number == '=';
        number += out->or_equal;
        out->limit = strtod(number, &end);
        if (end == number || *end)
            end = NULL;
    }
    if (!end)
        return error_set(err, ERROR_USAGE, "for example: --require 'val_loss<0.1'", "--require: \"%s\": need METRIC<VALUE", text);
    const char *names[64];
    Str list = {0};
    for (int i = 0; i < count; i++) {
        names[i] = known[i].name;
        str_addf(&list, "%s%s", i ? ", " : "there are ", names[i]);
        if (!strcmp(name, names[i]))
            out->known = i;
    }
    if (out->known < 0) {
        error_set(err, ERROR_USAGE, list.text, "--require: there is no number %s", name);
        int near = str_closest(name, names, count);
        if (near >= 0 && err)
            snprintf(err->cure, sizeof err->cure, "did you mean %s?", names[near]);
    }
    str_clear(&list);
    return out->known >= 0;
}

bool require_parse(const Args *args, const NamedNumber *known, int count, Error *err)
{
    Condition ignored;
    int at = 0;
    for (const char *text; (text = args_next(args, "require", &at));)
        if (!parse(text, known, count, &ignored, err))
            return false;
    return true;
}

bool require_check(const Args *args, const NamedNumber *known, int count, Error *err)
{
    Condition condition;
    int at = 0;
    for (const char *text; (text = args_next(args, "require", &at));) {
        if (!parse(text, known, count, &condition, err))
            return false;
        double value = known[condition.known].value;
        bool less = condition.sign == '<' ? value < condition.limit : value > condition.limit;
        if (less || (condition.or_equal && value == condition.limit))
            continue;
        if (isnan(value))
            return error_set(err, ERROR_REQUIRE, NULL, "required %s, but there is no %s here", text, known[condition.known].name);
        return error_set(err, ERROR_REQUIRE, NULL, "required %s, but it is %.6g", text, value);
    }
    return true;
}
