/* man/hourglass-net.5 and the tables of kinds cannot drift apart: the manual's tables are what this program makes of the code's.
 *
 *     test_manual layers|activations|initial|settings|presets     prints one of them, to be put between its two comments in the manual
 */
#include "base/file.h"
#include "base/mem.h"
#include "spec/design.h"
#include "spec/mirror.h"
#include "spec/preset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ParamRow *init_row(void)
{
    const ParamKind *dense = &layer_kind_find("dense")->param;
    return &dense->rows[param_find(dense, "init")];
}

/* Text in lines of at most 79 letters. */
static void add_text(Str *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add_text(Str *out, const char *fmt, ...)
{
    char text[1000], *rest;
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    size_t column = 0;
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        bool wrap = column && column + 1 + strlen(word) > 79;
        str_addf(out, "%s%s", wrap ? "\n" : column ? " " : "", word);
        column = wrap ? strlen(word) : column + strlen(word) + (column > 0);
    }
    str_add(out, "\n");
}

static void add_choices(const ParamChoice *choices, Str *out)
{
    for (const ParamChoice *choice = choices; choice->word; choice++) {
        char number[32];
        str_number(number, sizeof number, choice->number);
        str_addf(out, choice->takes_number ? ".It Cm %s(%s)\n" : ".It Cm %s\n", choice->word, number);
        add_text(out, "%s", choice->help);
    }
}

static void add_fields(const ParamKind *kind, Str *out)
{
    if (kind->count == 0)
        return;
    str_add(out, ".Bl -tag -width Ds -compact\n");
    for (int i = 0; i < kind->count; i++) {
        const ParamRow *row = &kind->rows[i];
        Str range = {0};
        if (row->choices == mirror_closing_row()->choices)
            str_add(&range, "see ACTIVATIONS");
        else if (row->choices == init_row()->choices)
            str_add(&range, "see INITIAL WEIGHTS");
        else
            param_range(row, &range);
        str_addf(out, ".It Ar %s\n", row->name);
        add_text(out, "%s (%s; %s%s%s)", row->help, range.text, row->normal ? "default " : "must be given",
                 row->normal ? row->normal : "", row->positional ? "; its name may be left out" : "");
        str_clear(&range);
    }
    str_add(out, ".El\n");
}

static void add_kind(const ParamKind *kind, Str *out)
{
    str_addf(out, ".It Ic %s\n", kind->name);
    add_text(out, "%s", kind->help);
    add_fields(kind, out);
}

static void layers(Str *out)
{
    str_add(out, ".Bl -tag -width Ds\n");
    for (int i = 0; i < layer_kinds_count; i++)
        add_kind(&layer_kinds[i]->param, out);
    str_add(out, ".El\n");
}

static void activations(Str *out)
{
    str_add(out, ".Bl -tag -width Ds -compact\n");
    add_choices(mirror_closing_row()->choices, out);
    str_add(out, ".El\n");
}

static void initial(Str *out)
{
    str_add(out, ".Bl -tag -width Ds -compact\n");
    add_choices(init_row()->choices, out);
    str_add(out, ".El\n");
}

static void settings(Str *out)
{
    for (int s = 0; s < TRAIN_SETTINGS; s++) {
        const TrainSettingRow *row = &train_settings[s];
        str_addf(out, ".Ss %s\n", row->name);
        add_text(out, "%s%s%s%s", row->help, *row->normal ? " (default: " : "", row->normal, *row->normal ? ")" : "");
        if (!*row->kind(0)->name) {
            add_fields(row->kind(0), out);
            continue;
        }
        str_add(out, ".Bl -tag -width Ds\n");
        for (int k = 0; row->kind(k); k++)
            add_kind(row->kind(k), out);
        str_add(out, ".El\n");
    }
}

static void shipped(Str *out)
{
    str_add(out, ".Bl -tag -width Ds -compact\n");
    for (int i = 0; i < presets_count; i++) {
        str_addf(out, ".It Cm %s\n", presets[i].name);
        add_text(out, "%s", presets[i].summary);
    }
    str_add(out, ".El\n");
}

static const struct { const char *name; void (*make)(Str *out); } tables[] = {
    {"layers", layers}, {"activations", activations}, {"initial", initial}, {"settings", settings}, {"presets", shipped}};

static char *read_manual(void)
{
    char path[1000];
    Error err;
    const char *top = getenv("srcdir");
    snprintf(path, sizeof path, "%s/man/hourglass-net.5", top ? top : ".");
    char *text = file_read(path, 1 << 20, NULL, &err);
    if (!text)
        fail_msg("%s: %s", path, err.what);
    return text;
}

static void tables_are_the_codes(void **state)
{
    (void)state;
    char *manual = read_manual();
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        char begin[64], end[64];
        snprintf(begin, sizeof begin, ".\\\" table %s\n", tables[i].name);
        snprintf(end, sizeof end, ".\\\" end of table %s\n", tables[i].name);
        const char *first = strstr(manual, begin), *last = strstr(manual, end);
        assert_non_null(first);
        assert_non_null(last);
        first += strlen(begin);
        Str want = {0};
        tables[i].make(&want);
        size_t length = (size_t)(last - first);
        if (length != want.size || memcmp(first, want.text, length) != 0)
            fail_msg("the table %s of the manual is not what the code says; put in what `test_manual %s` prints", tables[i].name,
                     tables[i].name);
        str_clear(&want);
    }
    free(manual);
}

/* Everything else one may type is spoken of. */
static void words_are_explained(void **state)
{
    (void)state;
    static const char *const words[] = {"input", "encoder", "decoder", "block", "mirror", "mirror sets", "from", "train", "stage", "run",
                                        "codes", "freeze", "as", "#"};
    char *manual = read_manual();
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        char item[64];
        snprintf(item, sizeof item, "Ic %s", words[i]);
        if (!strstr(manual, item))
            fail_msg("the manual does not explain %s", words[i]);
    }
    free(manual);
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < COUNT_OF(tables); i++)
        if (strcmp(argv[1], tables[i].name) == 0) {
            Str out = {0};
            tables[i].make(&out);
            fputs(out.text, stdout);
            str_clear(&out);
            return 0;
        }
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables_are_the_codes), cmocka_unit_test(words_are_explained)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
