/* man/hourglass.1 and the tables of commands cannot drift apart: its tables are what this program makes of the program's own.
 *
 *     test_manual update      writes them into the manual
 */
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "ui/app.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* -- From a help text to mdoc. */

/* Prose: a new line for each sentence, at most 79 letters; backslashes escaped, no line starts like a request. */
static void add_prose(const char *text, size_t length, Str *out)
{
    char *copy = mem_new(length + 1, 1), *rest;
    memcpy(copy, text, length);
    size_t column = 0;
    bool sentence = false;
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        bool fresh = column && (sentence || column + 1 + strlen(word) > 79);
        if (column)
            str_add(out, fresh ? "\n" : " ");
        column = fresh || !column ? 0 : column + 1;
        if (column == 0 && strchr(".'", *word))
            str_add(out, "\\&");
        for (const char *c = word; *c; c++)
            str_addf(out, *c == '\\' ? "\\e" : "%c", *c);
        column += strlen(word);
        size_t end = strlen(word) - 1;
        sentence = strchr(".!?", word[end]) && end > 1;
    }
    str_add(out, "\n");
    free(copy);
}

/* Lines that start with a blank are examples. */
static void add_text(const char *text, Str *out)
{
    bool example = false;
    while (*text) {
        size_t length = strcspn(text, "\n");
        if ((*text == ' ') != example) {
            str_add(out, example ? ".Ed\n.Pp\n" : ".Bd -literal -offset indent\n");
            example = !example;
        }
        if (example)
            str_addf(out, "%.*s\n", (int)length - 2, text + 2);
        else
            add_prose(text, length, out);
        text += length + (text[length] == '\n');
    }
    if (example)
        str_add(out, ".Ed\n");
}

static void add_options(const Option *options, Str *out)
{
    str_add(out, ".Bl -tag -width Ds -compact\n");
    for (const Option *option = options; option->name; option++) {
        str_add(out, ".It ");
        if (option->letter)
            str_addf(out, "Fl %c , ", option->letter);
        str_addf(out, "Fl -%s", option->name);
        if (option->argument)
            str_addf(out, " Ar %s", option->argument);
        str_add(out, "\n");
        add_prose(option->help, strlen(option->help), out);
    }
    str_add(out, ".El\n");
}

static void commands_table(Str *out)
{
    for (int i = 0; i < commands_count; i++) {
        const Command *command = commands[i];
        str_addf(out, ".Ss %s\n.Nm Cm %s\n.Op Ar option ...\n", command->name, command->name);
        if (*command->operands)
            str_addf(out, ".Ar %s\n", command->operands);
        str_add(out, ".Pp\n");
        size_t length = strlen(command->help);
        char *sentence = mem_new(length + 2, 1);
        snprintf(sentence, length + 2, "%s.", command->help);
        add_prose(sentence, length + 1, out);
        free(sentence);
        if (command->more) {
            str_add(out, *command->more == ' ' ? "" : ".Pp\n");
            add_text(command->more, out);
        }
        if (command->options->name) {
            str_add(out, ".Pp\n");
            add_options(command->options, out);
        }
    }
}

static void common_table(Str *out)
{
    add_options(common_options, out);
}

static void settings_table(Str *out)
{
    str_add(out, ".Bl -tag -width Ds\n");
    for (int i = 0; i < setting_rows_count; i++) {
        const SettingRow *row = &setting_rows[i];
        str_addf(out, ".It Ev %s , No configuration Cm %s\n", row->variable, row->name);
        add_prose(row->help, strlen(row->help), out);
    }
    str_add(out, ".El\n");
}

/* A key as an argument of a macro: what mdoc takes for punctuation is none. */
static void add_key(const char *key, Str *out)
{
    bool lone = !key[1] && strchr("()[].,:;?!|", *key);
    str_add(out, lone ? "\\&" : "");
    for (const char *c = key; *c; c++)
        str_addf(out, *c == '^' ? "\\(ha" : *c == '-' ? "\\-" : *c == '\\' ? "\\e" : "%c", *c);
}

static void add_actions(const Action *action, int count, Str *out)
{
    str_add(out, ".Bl -tag -width Ds -compact\n");
    for (int i = 0; i < count; i++) {
        char keys[200], *rest;
        action_keys(&action[i], 100, keys, sizeof keys);
        str_add(out, ".It Cm ");
        bool first = true;
        for (char *key = strtok_r(keys, " ", &rest); key && action[i].keys; key = strtok_r(NULL, " ", &rest), first = false) {
            str_add(out, first ? "" : " , ");
            add_key(key, out);
        }
        str_addf(out, action[i].keys ? " Pq Ic %s" : "\\&: Ns Ic %s", action[i].name);
        if (action[i].takes)
            str_addf(out, " Ar %s", action[i].takes);
        str_add(out, "\n");
        add_prose(action[i].help, strlen(action[i].help), out);
    }
    str_add(out, ".El\n");
}

static void keys_table(Str *out)
{
    str_add(out, ".Ss Everywhere\n");
    add_actions(app_actions, app_actions_count, out);
    str_add(out, ".Pp\n.Bl -tag -width Ds -compact\n");
    for (int i = 0; i < key_notes_count; i++) {
        str_add(out, ".It Cm ");
        add_key(key_notes[i].key, out);
        str_add(out, "\n");
        add_prose(key_notes[i].help, strlen(key_notes[i].help), out);
    }
    str_add(out, ".El\n");
    for (int i = 0; i < screens_count; i++) {
        str_addf(out, ".Ss Screen %s\n", screens[i]->name);
        size_t length = strlen(screens[i]->about);
        char *sentence = mem_new(length + 2, 1);
        snprintf(sentence, length + 2, "%s.", screens[i]->about);
        sentence[0] = (char)toupper((unsigned char)sentence[0]);
        add_prose(sentence, length + 1, out);
        free(sentence);
        if (screens[i]->count)
            add_actions(screens[i]->actions, screens[i]->count, out);
    }
}

static const struct Table {
    const char *name;
    void (*make)(Str *out);
} tables[] = {{"commands", commands_table}, {"common", common_table}, {"settings", settings_table}, {"keys", keys_table}};

/* -- The manual. */

static void manual_path(char *path, size_t size)
{
    const char *top = getenv("srcdir");
    snprintf(path, size, "%s/man/hourglass.1", top ? top : ".");
}

static char *read_manual(void)
{
    char path[1000];
    Error err;
    manual_path(path, sizeof path);
    char *text = file_read(path, 1 << 22, NULL, &err);
    if (!text) {
        fprintf(stderr, "%s: %s\n", path, err.what);
        exit(1);
    }
    return text;
}

/* The table's lines in the manual: between its two comments. */
static void find_table(char *manual, const char *name, char **first, char **last)
{
    char begin[64], end[64];
    snprintf(begin, sizeof begin, ".\\\" table %s\n", name);
    snprintf(end, sizeof end, ".\\\" end of table %s\n", name);
    *first = strstr(manual, begin);
    *last = strstr(manual, end);
    if (!*first || !*last) {
        fprintf(stderr, "the manual has no place for the table %s\n", name);
        exit(1);
    }
    *first += strlen(begin);
}

static int update(void)
{
    char path[1000];
    Error err;
    char *manual = read_manual();
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        char *first, *last;
        Str whole = {0};
        find_table(manual, tables[i].name, &first, &last);
        str_add_bytes(&whole, manual, (size_t)(first - manual));
        tables[i].make(&whole);
        str_add(&whole, last);
        free(manual);
        manual = str_take(&whole);
    }
    manual_path(path, sizeof path);
    bool good = file_write(path, manual, strlen(manual), &err);
    free(manual);
    return good ? 0 : 1;
}

static void tables_are_the_programs(void **state)
{
    (void)state;
    char *manual = read_manual();
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        char *first, *last;
        Str want = {0};
        find_table(manual, tables[i].name, &first, &last);
        tables[i].make(&want);
        if ((size_t)(last - first) != want.size || memcmp(first, want.text, want.size) != 0)
            fail_msg("the table %s of man/hourglass.1 is not what the program itself says: run tests/cli/test_manual update",
                     tables[i].name);
        str_clear(&want);
    }
    free(manual);
}

/* mandoc has nothing to say about either page. */
static void pages_are_sound(void **state)
{
    (void)state;
    const char *top = getenv("srcdir") ? getenv("srcdir") : ".";
    char command[2400];
    if (system("command -v mandoc > /dev/null 2>&1") != 0) {
        print_message("# mandoc is not installed\n");
        skip();
    }
    /* That a page is not installed where it refers to the other is no mistake of the page. */
    snprintf(command, sizeof command, "test -z \"$(mandoc -Tlint -Wstyle %s/man/hourglass.1 %s/man/hourglass-net.5 | "
             "grep -v 'referenced manual not found' | tee /dev/stderr)\"", top, top);
    assert_int_equal(system(command), 0);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "update"))
        return update();
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables_are_the_programs), cmocka_unit_test(pages_are_sound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
