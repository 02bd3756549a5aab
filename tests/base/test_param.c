/* Fields: what is read, what is refused and how, and that printing reads back. */
#include "base/param.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ParamChoice shapes[] = {{"round", "r", false, 0}, {"leaky", "l", true, 0.2}, {"square", "s", false, 0}, {NULL, NULL, false, 0}};
static const ParamChoice colours[] = {{"red", "", false, 0}, {"square", "a colour of the same name", false, 0}, {NULL, NULL, false, 0}};
enum { COUNT, WINDOW, STEP, RATE, SHAPE, COLOUR, LID, SHARE, BOX };
static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 1, .max = 1024, .positional = true},
    [WINDOW] = {.name = "window", .type = PARAM_PAIR, .min = 1, .max = 9, .normal = "3x3", .positional = true},
    [STEP] = {.name = "step", .type = PARAM_PAIR, .min = 1, .max = 9, .normal = "1"},
    [RATE] = {.name = "rate", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.5", .always = true},
    [SHAPE] = {.name = "shape", .type = PARAM_CHOICE, .normal = "round", .choices = shapes},
    [COLOUR] = {.name = "colour", .type = PARAM_CHOICE, .normal = "red", .choices = colours},
    [LID] = {.name = "lid", .type = PARAM_FLAG, .normal = "yes"},
    [SHARE] = {.name = "share", .type = PARAM_PERCENT, .min = 0, .max = 100, .normal = "10%"},
    [BOX] = {.name = "box", .type = PARAM_SHAPE, .min = 1, .max = 99, .normal = "7x7x3"},
};
static const ParamKind jar = {"jar", "a jar", rows, COUNT_OF(rows)};

/* Cuts a line at blanks and reads it behind the kind's word. */
static bool read(const char *line, ParamSet *set, Error *err)
{
    char copy[200], *words[20], *rest;
    int count = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    *set = param_set_new(&jar);
    return param_set_parse(set, words, count, true, err);
}

static void one_field(void **state)
{
    (void)state;
    static const struct { int row; const char *text, *printed; } cases[] = {
        {COUNT, "1", "1"}, {COUNT, "1024", "1024"}, {COUNT, "0", NULL}, {COUNT, "1025", NULL}, {COUNT, "1.5", NULL}, {COUNT, "", NULL},
        {COUNT, "x", NULL}, {COUNT, "12x", NULL}, {COUNT, " 5", NULL}, {COUNT, "0x10", NULL}, {COUNT, "-3", NULL}, {COUNT, "+3", "3"},
        {COUNT, "99999999999999999999", NULL}, {COUNT, "1e2", "100"}, {RATE, "0", "0"}, {RATE, "-0", "0"}, {RATE, "1e-3", "0.001"},
        {RATE, ".25", "0.25"}, {RATE, "nan", NULL}, {RATE, "inf", NULL}, {RATE, "1e999", NULL}, {RATE, "1.01", NULL}, {RATE, "0x1p-1", NULL},
        {WINDOW, "5x3", "5x3"}, {WINDOW, "5", "5x5"}, {WINDOW, "10", NULL}, {WINDOW, "3x", NULL}, {WINDOW, "x3", NULL},
        {WINDOW, "3x3x3", NULL}, {WINDOW, "0x1", NULL}, {WINDOW, "-1", NULL}, {WINDOW, "3X3", NULL}, {WINDOW, "99999999999999999999", NULL},
        {STEP, "2", "2"}, {STEP, "2x2", "2"}, {STEP, "2x1", "2x1"}, {SHAPE, "round", "round"}, {SHAPE, "leaky", "leaky(0.2)"},
        {SHAPE, "leaky(0.3)", "leaky(0.3)"}, {SHAPE, "leaky(", NULL}, {SHAPE, "leaky()", NULL}, {SHAPE, "leaky(x)", NULL},
        {SHAPE, "leaky(1)x", NULL}, {SHAPE, "round(1)", NULL}, {SHAPE, "Round", NULL}, {SHAPE, "", NULL}, {LID, "yes", "yes"},
        {LID, "no", "no"}, {LID, "maybe", NULL}, {LID, "1", NULL}, {SHARE, "10%", "10%"}, {SHARE, "12.5", "12.5%"}, {SHARE, "101%", NULL},
        {SHARE, "5%%", NULL}, {BOX, "7x7x64", "7x7x64"}, {BOX, "5", "5"}, {BOX, "5x6", "5x6"}, {BOX, "1x2x3x4", NULL}, {BOX, "100x1", NULL},
        {BOX, "1x2x", NULL}, {BOX, "", NULL}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const ParamRow *row = &rows[cases[i].row];
        Value value, again;
        Error err = {0};
        bool good = param_parse(row, cases[i].text, &value, &err);
        if (!cases[i].printed) {
            assert_false(good);
            assert_non_null(strstr(err.what, "need"));
            assert_non_null(strstr(err.what, row->name));
            assert_int_equal(err.kind, ERROR_INPUT);
            assert_false(param_parse(row, cases[i].text, &value, NULL));
            continue;
        }
        assert_true(good);
        Str out = {0};
        param_print(row, &value, &out);
        assert_string_equal(out.text, cases[i].printed);
        assert_true(param_parse(row, out.text, &again, &err));
        assert_true(param_equal(row, &value, &again));
        str_clear(&out);
    }
}

static void ranges_are_told(void **state)
{
    (void)state;
    static const char *const want[] = {[COUNT] = "1..1024", [RATE] = "0..1", [SHAPE] = "round, leaky(NUMBER), square", [LID] = "yes, no",
                                       [SHARE] = "0%..100%", [WINDOW] = "HxW or one number for both, each 1..9"};
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        if (!want[i])
            continue;
        Str out = {0};
        param_range(&rows[i], &out);
        assert_string_equal(out.text, want[i]);
        str_clear(&out);
    }
}

static void whole_lines(void **state)
{
    (void)state;
    static const struct { const char *line, *brief; } cases[] = {
        {"5", "jar 5 3x3 rate=0.5"},
        {"5 2x4", "jar 5 2x4 rate=0.5"},
        {"window=2 5", "jar 5 2x2 rate=0.5"},
        {"leaky(0.5) 7 step=2 nolid", "jar 7 3x3 step=2 rate=0.5 leaky(0.5) nolid"},
        {"count=9 rate=0.25 share=20 box=4", "jar 9 3x3 rate=0.25 share=20% box=4"},
        {"lid=no 3", "jar 3 3x3 rate=0.5 nolid"},
        {"square square 3", "jar 3 3x3 rate=0.5 shape=square colour=square"}, /* a word of two fields is never printed bare */
        {"colour=square 3", "jar 3 3x3 rate=0.5 colour=square"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ParamSet set, again;
        Error err;
        assert_true(read(cases[i].line, &set, &err));
        for (int full = 0; full < 2; full++) {
            Str out = {0};
            param_set_print(&set, full, &out);
            if (!full)
                assert_string_equal(out.text, cases[i].brief);
            assert_true(read(out.text + strlen("jar "), &again, &err));
            assert_true(param_set_equal(&set, &again));
            str_clear(&out);
        }
    }
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const struct { const char *line; int word; const char *what, *cure; } cases[] = {
        {"", 0, "jar needs count: 1..1024", ""},
        {"round", 0, "jar needs count", ""},
        {"5 6 7", 3, "\"7\" means nothing here", ""},
        {"5 rond", 2, "\"rond\" means nothing here: jar may also have window", "did you mean \"round\"?"},
        {"5 rat=0.1", 2, "\"rat=0.1\" means nothing here", "did you mean \"rate=...\"?"},
        {"5 rate=2", 2, "rate: \"2\": need 0..1", ""},
        {"5 rate=", 2, "rate: \"\": need 0..1", ""},
        {"5 count=6", 2, "count is given twice", "leave one of the two out"},
        {"5 nolid lid", 3, "lid is given twice", ""},
        {"5 round leaky", 3, "shape is given twice", ""},
        {"5 shape=rond", 2, "shape: \"rond\": need round", "did you mean \"round\"?"},
        {"5000", 1, "count: \"5000\": need 1..1024", ""},
        {"5 =3", 2, "\"=3\" means nothing here", ""},
        {"5 noround", 2, "\"noround\" means nothing here", ""}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ParamSet set;
        Error err = {0};
        assert_false(read(cases[i].line, &set, &err));
        assert_non_null(strstr(err.what, cases[i].what));
        assert_int_equal(err.column, cases[i].word);
        if (*cases[i].cure)
            assert_string_equal(err.cure, cases[i].cure);
        ParamSet untouched = param_set_new(&jar);
        assert_true(param_set_equal(&set, &untouched));
        assert_false(read(cases[i].line, &set, NULL));
    }
}

static void unnamed_fields_stay(void **state)
{
    (void)state;
    ParamSet set;
    Error err;
    assert_true(read("5 rate=0.25", &set, &err));
    char word[] = "nolid", *words[] = {word};
    assert_true(param_set_parse(&set, words, 1, false, &err));
    assert_true(set.value[RATE].number == 0.25 && set.value[COUNT].number == 5);
    assert_int_equal(param_find(&jar, "rate"), RATE);
    assert_int_equal(param_find(&jar, "rat"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_field), cmocka_unit_test(ranges_are_told), cmocka_unit_test(whole_lines),
                                       cmocka_unit_test(mistakes_are_named), cmocka_unit_test(unnamed_fields_stay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
