/* design and train < answers: prompts, files, named answers give the same network; wrong, missing and surplus answers end with 2. */
#include "program.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "spec/preset.h"
#include "spec/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const design[] = {"design", NULL};

/* Every answers file that ships makes its preset, byte for byte. */
static void shipped_answers(void **state)
{
    (void)state;
    for (int i = 0; i < presets_count; i++) {
        char path[1000];
        const char *top = getenv("srcdir");
        Error err;
        snprintf(path, sizeof path, "%s%s/data/answers/%s.txt", top && *top == '/' ? "" : "../", top ? top : ".", presets[i].name);
        char *full = realpath(path, NULL);
        if (!full)
            full = mem_text(path);
        Outcome outcome = RUN("design", "--answers", full, "--full");
        if (outcome.code != 0)
            fail_msg("%s: %s", full, outcome.err);
        Design *preset = design_open(presets[i].name, &err);
        char *text = design_print(preset, true);
        assert_string_equal(outcome.out, text);
        free(text);
        free(full);
        design_free(preset);
        outcome_clear(&outcome);
    }
}

/* The positional form of a named file: its values in the questions' order. */
static char *positional(const char *named)
{
    Str out = {0};
    char *copy = mem_text(named), *rest;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *value = strstr(line, " = ");
        if (*line != '#' && value)
            str_addf(&out, "%s\n", value + 3);
    }
    free(copy);
    return str_take(&out);
}

static void three_ways_one_network(void **state)
{
    (void)state;
    Outcome outcome = RUN("design", "--preset", "mirrored", "--defaults", "--save-answers", "named.txt", "-o", "one.net");
    if (outcome.code != 0)
        fail_msg("%s", outcome.err);
    outcome_clear(&outcome);
    char *named = scratch_read("named.txt", NULL), *one = scratch_read("one.net", NULL), *lines = positional(named);

    outcome = RUN("design", "--answers", "named.txt"); /* named, from a file */
    assert_string_equal(outcome.out, one);
    outcome_clear(&outcome);
    outcome = program_with(&(Call){.input = named}, design); /* named, from standard input */
    assert_int_equal(outcome.code, 0);
    assert_string_equal(outcome.out, one);
    outcome_clear(&outcome);
    scratch_text("lines.txt", lines);
    outcome = RUN("design", "--answers", "lines.txt"); /* positional, from a file */
    assert_int_equal(outcome.code, 0);
    assert_string_equal(outcome.out, one);
    assert_non_null(strstr(outcome.err, "Filters of set 1: 32")); /* questions and answers are echoed */
    outcome_clear(&outcome);
    outcome = program_with(&(Call){.input = lines}, design); /* prompted */
    assert_int_equal(outcome.code, 0);
    assert_string_equal(outcome.out, one);
    assert_non_null(strstr(outcome.err, "Filters of set 1 [32]: 32"));
    outcome_clear(&outcome);
    free(named);
    free(one);
    free(lines);
}

static void prompts_that_help(void **state)
{
    (void)state;
    static const char *const defaults[] = {"design", "--defaults", NULL};
    Outcome outcome = program_with(&(Call){.input = "?\nconv\n\n<\n<\ndense\n# a comment\n\n1\n"}, defaults);
    assert_int_equal(outcome.code, 0);
    assert_non_null(strstr(outcome.err, "allowed: dense, conv"));
    assert_int_equal(strncmp(outcome.out, "input 784\nencoder\n  dense", 25), 0);
    outcome_clear(&outcome);
}

static void answers_that_do_not_do(void **state)
{
    (void)state;
    static const struct {
        const char *input, *text;
    } bad[] = {{"conv\n\n2\nx\n", "standard input:4: filters.1: \"x\": need 1..1024"},
               {"conv\n\n2\n", "the answers ended at question 4, filters.1"},
               {"kind = conv\ninput = 28x28x1\nsets = 2\nfilters.1 = x\n", "standard input:4: filters.1: \"x\""},
               {"kind = conv\nfilterz.1 = 3\n", "standard input:2"},
               {"", "the answers ended at question 1"}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Outcome outcome = program_with(&(Call){.input = bad[i].input}, design);
        if (outcome.code != 2 || !strstr(outcome.err, bad[i].text))
            fail_msg("%d: %s: \"%s\" does not say \"%s\"", (int)i, bad[i].input, outcome.err, bad[i].text);
        assert_string_equal(outcome.out, "");
        outcome_clear(&outcome);
    }
    /* surplus answers */
    Outcome made = RUN("design", "--preset", "simple", "--defaults", "--save-answers", "s.txt", "-o", "s.net");
    outcome_clear(&made);
    char *named = scratch_read("s.txt", NULL), *lines = positional(named);
    Str more = {0};
    str_addf(&more, "%s32\n", lines);
    scratch_text("more.txt", more.text);
    Outcome outcome = RUN("design", "--answers", "more.txt");
    assert_int_equal(outcome.code, 2);
    outcome_clear(&outcome);
    str_clear(&more);
    free(named);
    free(lines);
}

static void trained_from_answers(void **state)
{
    (void)state;
    Outcome made = RUN("design", "--preset", "simple", "--defaults", "--save-answers", "a.txt", "-s", "epochs=2", "-o", "a.net");
    assert_int_equal(made.code, 0);
    outcome_clear(&made);
    char *answers = scratch_read("a.txt", NULL);
    static const char *const train[] = {"train", "-d", "data-small", "-e", "2", "-r", "answered", "-p", "none", NULL};
    small_data();
    Outcome outcome = program_with(&(Call){.input = answers}, train);
    if (outcome.code != 0)
        fail_msg("%s", outcome.err);
    outcome_clear(&outcome);
    outcome = RUN("train", "--answers", "a.txt", "-d", "data-small", "-e", "2", "-r", "filed", "-p", "none");
    assert_int_equal(outcome.code, 0);
    outcome_clear(&outcome);
    outcome = RUN("train", "simple", "-d", "data-small", "-e", "2", "-r", "named", "-p", "none");
    assert_int_equal(outcome.code, 0);
    outcome_clear(&outcome);
    size_t size_a, size_b;
    char *a = scratch_read("runs/answered/ckpt/s1-e0002.safetensors", &size_a);
    char *b = scratch_read("runs/filed/ckpt/s1-e0002.safetensors", &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(a, b, size_a);
    free(a);
    free(b);
    free(answers);
    outcome = RUN("train", "-d", "data-small");
    assert_int_equal(outcome.code, 2);
    assert_non_null(strstr(outcome.err, "too few answers"));
    outcome_clear(&outcome);
    assert_int_equal(scratch_count("runs"), 3);
}

static void doctor_fixes(void **state)
{
    (void)state;
    scratch_text("ill.net", "input 28x28x1\nencoder\n  flatten\n  dense 3000\ndecoder\n  dense 784\ntrain\n  loss bce\n");
    Outcome outcome = RUN("doctor", "ill.net");
    assert_int_equal(outcome.code, 3);
    assert_non_null(strstr(outcome.out, "error"));
    assert_non_null(strstr(outcome.out, "cure:"));
    outcome_clear(&outcome);
    outcome = RUN("doctor", "ill.net", "--fix");
    assert_int_equal(outcome.code, 0);
    scratch_text("well.net", outcome.out);
    outcome_clear(&outcome);
    outcome = RUN("doctor", "well.net");
    assert_int_equal(outcome.code, 0);
    outcome_clear(&outcome);
    for (int i = 0; i < presets_count; i++) {
        outcome = RUN("doctor", presets[i].name);
        if (outcome.code != 0)
            fail_msg("%s: %s", presets[i].name, outcome.out);
        outcome_clear(&outcome);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_answers),        cmocka_unit_test(three_ways_one_network), cmocka_unit_test(prompts_that_help),
        cmocka_unit_test(answers_that_do_not_do), cmocka_unit_test(trained_from_answers),   cmocka_unit_test(doctor_fixes),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
