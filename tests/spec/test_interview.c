/* The questions: answers by name, by position or by Enter make the same design; files and designs lead back to each other; bad
 * answers are refused with their line. */
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "spec/interview.h"
#include "spec/preset.h"
#include "spec/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *read_answers(const char *name)
{
    char path[1000];
    Error err;
    const char *top = getenv("srcdir");
    snprintf(path, sizeof path, "%s/data/answers/%s.txt", top ? top : ".", name);
    char *text = file_read(path, 1 << 16, NULL, &err);
    if (!text)
        fail_msg("%s: %s", path, err.what);
    return text;
}

static char *played(const char *text, bool defaults)
{
    Error err = {0};
    Interview *interview = interview_new(NULL, shape_map(28, 28, 1));
    if (!interview_play(interview, text, "answers", defaults, &err))
        fail_msg("%d: %s", err.line, err.what);
    Design *design = interview_design(interview, &err);
    assert_non_null(design);
    if (!design_check(design, &err))
        fail_msg("%s", err.what);
    char *printed = design_print(design, false);
    design_free(design);
    interview_free(interview);
    return printed;
}

/* Each answer of a named file on a line of its own. */
static char *positional(const char *named)
{
    Str out = {0};
    for (const char *at = named; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        const char *equals = memchr(at, '=', strcspn(at, "\n"));
        if (*at != '#' && equals)
            str_addf(&out, "%.*s\n", (int)strcspn(equals + 2, "\n"), equals + 2);
    }
    return str_take(&out);
}

static void files_make_presets(void **state)
{
    (void)state;
    int from_questions = 0;
    for (int i = 0; i < presets_count; i++) {
        char *named = read_answers(presets[i].name), *by_place = positional(named);
        const char *want = strchr(presets[i].text, '\n') + 1;
        char *got = played(named, false);
        assert_string_equal(got, want);
        free(got);
        got = played(by_place, false);
        assert_string_equal(got, want);
        free(got);
        from_questions += !strstr(named, "kind = preset");
        /* And back: the design leads to the same answers. */
        Error err;
        Design *design = design_open(presets[i].name, &err);
        char *back = interview_print_design(design, &err);
        assert_non_null(back);
        assert_string_equal(back, strchr(named, '\n') + 1);
        free(back);
        design_free(design);
        free(by_place);
        free(named);
    }
    assert_true(from_questions >= 7);
}

/* Enter on every question of an interview that starts from a preset gives the preset. */
static void enter_keeps_the_preset(void **state)
{
    (void)state;
    for (int i = 0; i < presets_count; i++) {
        Error err;
        Design *design = design_open(presets[i].name, &err);
        Interview *interview = interview_new(design, (Shape){0});
        int asked = 0;
        for (const Question *question; (question = interview_question(interview)); asked++) {
            assert_int_equal(question->number, asked + 1);
            assert_true(*question->id && *question->text && *question->help && *question->normal);
            assert_true(interview_answer(interview, "", &err));
        }
        Design *made = interview_design(interview, &err);
        char *got = design_print(made, false), *want = design_print(design, false);
        assert_string_equal(got, want);
        assert_string_equal(made->name, design->name);
        free(got);
        free(want);
        design_free(made);
        design_free(design);
        interview_free(interview);
    }
}

static void defaults_are_quick_and_sound(void **state)
{
    (void)state;
    Error err;
    Interview *interview = interview_new(NULL, shape_map(28, 28, 1));
    while (interview_question(interview)) {
        Design *so_far = interview_design(interview, &err); /* there is a design at every moment */
        assert_non_null(so_far);
        assert_true(design_check(so_far, &err));
        design_free(so_far);
        assert_true(interview_answer(interview, "", &err));
    }
    assert_true(interview_answered(interview) <= 20);
    interview_free(interview);
}

/* Random valid answers: named, positional and typed ones agree, taking back and answering again changes nothing. */
static void random_answers(void **state)
{
    (void)state;
    Rng rng = rng_new(2, RNG_TEST, 2, 0);
    for (int round = 0; round < 150; round++) {
        Error err = {0};
        Interview *interview = interview_new(NULL, shape_map(28, 28, 1));
        for (const Question *question; (question = interview_question(interview));) {
            char answer[64] = "";
            const ParamRow *row = &question->row;
            if (row->type == PARAM_CHOICE) {
                int count = 0;
                while (row->choices[count].word)
                    count++;
                snprintf(answer, sizeof answer, "%s", row->choices[rng_below(&rng, (uint32_t)count)].word);
            } else if (row->type == PARAM_FLAG) {
                snprintf(answer, sizeof answer, "%s", rng_below(&rng, 2) ? "yes" : "no");
            } else if (row->type == PARAM_INT && rng_below(&rng, 2)) {
                double top = row->max > 9 ? 9 : row->max;
                snprintf(answer, sizeof answer, "%d", (int)row->min + (int)rng_below(&rng, (uint32_t)(top - row->min) + 1));
            }
            if (rng_below(&rng, 3) == 0 && interview_answered(interview)) {
                const Question *before;
                char again[96];
                snprintf(again, sizeof again, "%s", interview_answer_text(interview, interview_answered(interview) - 1, &before));
                assert_true(interview_back(interview));
                assert_true(interview_answer(interview, again, &err));
                question = interview_question(interview);
            }
            if (!interview_answer(interview, answer, &err))
                fail_msg("%s: %s", answer, err.what);
        }
        char *named = interview_print(interview), *by_place = positional(named);
        Design *design = interview_design(interview, &err);
        assert_non_null(design);
        char *want = design_print(design, true);
        for (int form = 0; form < 2; form++) {
            Interview *again = interview_new(NULL, shape_map(28, 28, 1));
            if (!interview_play(again, form ? by_place : named, "a", false, &err))
                fail_msg("%s\n%d: %s", form ? by_place : named, err.line, err.what);
            Design *other = interview_design(again, &err);
            char *got = design_print(other, true);
            assert_string_equal(got, want);
            free(got);
            design_free(other);
            interview_free(again);
        }
        free(want);
        free(named);
        free(by_place);
        design_free(design);
        assert_int_equal(interview_back(interview), 1);
        interview_free(interview);
    }
}

static void mixed_and_default_lines(void **state)
{
    (void)state;
    char *want = played("kind = dense\ncode = 16\nepochs = 3\n", true);
    /* by position up to the size of the code, the epochs by name; blank lines among named answers are for the eye */
    char *got = played("dense\n# the shape\n28x28x1\n\n1\n256\nrelu\n16\n\nepochs = 3   # few\n", true);
    assert_string_equal(got, want);
    free(got);
    /* by position alone a blank line is a default */
    got = played("dense\n\n\n\n\n16\n\n\n\n\n\n\n\n\n3\n\n\n\n\n\n", false);
    assert_string_equal(got, want);
    free(got);
    free(want);
}

static void bad_answers(void **state)
{
    (void)state;
    static const struct { const char *text; bool defaults; int line; const char *what, *cure; } cases[] = {
        {"kind = conv\nsets = x\n", true, 2, "sets: \"x\": need 1..8", ""},
        {"# one\n\nkind = conv\nsets = 2\nfilters.2 = 5000\n", true, 5, "filters.2: \"5000\": need 1..1024", ""},
        {"kind = dens\n", true, 1, "kind: \"dens\": need dense", "did you mean \"dense\"?"},
        {"kind = dense\nepocs = 3\n", true, 2, "epocs is not asked after the other answers", "did you mean \"epochs\"?"},
        {"kind = conv\nsets = 2\nfilters.3 = 5\n", true, 3, "filters.3 is not asked", ""},
        {"kind = dense\nkind = conv\n", true, 2, "kind is answered twice", "leave one of the two out"},
        {"kind = dense\n", false, 1, "too few answers: the next question is input", "answer it, or let the rest be defaults with --defaults"},
        {"dense\n28x28x1\n1\nmany\n", false, 4, "units.1: \"many\": need 1..65536", ""},
        {"preset\nsimple\nnone\nbce\nadam\n0.1\n64\n3\nlast\n10%\nwhat else?\n", false, 11, "\"what else?\" is one answer too many", ""},
        {"", false, 0, "too few answers: the next question is kind", ""}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Error err = {0};
        Interview *interview = interview_new(NULL, shape_map(28, 28, 1));
        assert_false(interview_play(interview, cases[i].text, "F", cases[i].defaults, &err));
        if (!strstr(err.what, cases[i].what))
            fail_msg("want %s\ngot %s", cases[i].what, err.what);
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_int_equal(err.line, cases[i].line);
        assert_string_equal(err.file, "F");
        if (*cases[i].cure)
            assert_string_equal(err.cure, cases[i].cure);
        interview_free(interview);
    }
    char longer[5000]; /* nothing of this may harm */
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    Interview *interview = interview_new(NULL, shape_map(28, 28, 1));
    Error err;
    assert_false(interview_play(interview, longer, "F", true, &err));
    for (size_t i = 0; i + 1 < sizeof longer; i += 2)
        longer[i] = '\n';
    assert_false(interview_play(interview, longer, "F", true, &err));
    interview_free(interview);
}

static void what_cannot_be_asked(void **state)
{
    (void)state;
    Error err;
    Design *design = design_parse("input 784\nencoder\ndense 32 gelu nobias\ndecoder\ndense 784\n", "odd", &err);
    assert_non_null(design);
    assert_null(interview_print_design(design, &err));
    assert_non_null(strstr(err.what, "odd"));
    Interview *interview = interview_new(design, design->input); /* then the questions' own defaults serve */
    assert_non_null(interview_question(interview));
    interview_free(interview);
    design_free(design);
    /* A setting that is never asked for: no answers can say it, but an interview that starts from the design keeps it. */
    design = design_parse("input 784\nencoder\ndense 32\ndecoder\ndense 784 sigmoid\ntrain\nschedule cosine\nstop patience=3\n", "kept", &err);
    assert_non_null(design);
    assert_null(interview_print_design(design, &err));
    interview = interview_new(design, design->input);
    assert_true(interview_play(interview, "epochs = 7\n", "F", true, &err));
    Design *made = interview_design(interview, &err);
    assert_true(design_set(design, "epochs=7", &err));
    assert_true(design_equal(made, design));
    design_free(made);
    interview_free(interview);
    design_free(design);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_make_presets), cmocka_unit_test(enter_keeps_the_preset), cmocka_unit_test(defaults_are_quick_and_sound),
        cmocka_unit_test(random_answers), cmocka_unit_test(mixed_and_default_lines), cmocka_unit_test(bad_answers),
        cmocka_unit_test(what_cannot_be_asked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
