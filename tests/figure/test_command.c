/* hourglass figure, from outside. */
#include "config.h"

#include "../cli/program.h"

#include "base/mem.h"
#include "cli/command.h"
#include "data/formats.h"
#include "figure/kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const Command figure_command;

static bool has_option(const char *name)
{
    for (const Option *o = figure_command.options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return true;
    return false;
}

/* The table of options and the kinds' rows cannot drift apart; every kind stands in the help. */
static void every_option_of_a_kind_can_be_typed(void **state)
{
    (void)state;
    for (int k = 0; k < figure_kinds_count; k++) {
        const FigureKind *kind = figure_kinds[k];
        char line[64];
        for (int i = 0; i < kind->param.count; i++)
            if (!has_option(kind->param.rows[i].name))
                fail_msg("figure %s: --%s cannot be typed", kind->param.name, kind->param.rows[i].name);
        for (int i = 0; i < FIGURE_TEXTS && kind->text[i].name; i++)
            assert_true(has_option(kind->text[i].name));
        snprintf(line, sizeof line, "\n  %s ", kind->param.name);
        assert_non_null(strstr(figure_command.more, line));
    }
}

static int train_once(void **state)
{
    if (scratch_setup(state))
        return 1;
    Outcome outcome = RUN("train", "simple", "-d", small_data(), "-e", "2", "--run", "one", "--progress", "none");
    int code = outcome.code;
    outcome_clear(&outcome);
    return code;
}

static void all_that_apply(void **state)
{
    (void)state;
    static const char *const made[] = {"grid", "epochs", "weights", "activation", "scatter", "samples", "interpolate", "curves", "network"};
    Outcome outcome = RUN("figure", "all", "one", "-n", "9", "--scale", "1");
    assert_int_equal(outcome.code, 0);
    for (size_t i = 0; i < COUNT_OF(made); i++) {
        char name[64];
        snprintf(name, sizeof name, "runs/one/figures/%s.png", made[i]);
        assert_true(scratch_has(name));
        assert_non_null(strstr(outcome.out, made[i]));
    }
    assert_int_equal(scratch_count("runs/one/figures"), COUNT_OF(made)); /* and no others */
    outcome_clear(&outcome);
}

static void the_same_bytes_twice(void **state)
{
    (void)state;
    size_t sizes[2];
    char *bytes[2];
    for (int i = 0; i < 2; i++) {
        Outcome outcome = RUN("figure", "scatter", "one", "--method", "tsne", "--iterations", "50", "-o", "a.png");
        assert_int_equal(outcome.code, 0);
        outcome_clear(&outcome);
        bytes[i] = scratch_read("a.png", &sizes[i]);
        scratch_remove("a.png");
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    static const char *const chunks[] = {"Software", "hourglass ", "Source", "one", "Comment", "method=tsne", "Data"};
    for (size_t i = 0; i < COUNT_OF(chunks); i++)
        assert_non_null(memmem(bytes[0], sizes[0], chunks[i], strlen(chunks[i])));
    free(bytes[0]);
    free(bytes[1]);
}

static void numbers(void **state)
{
    (void)state;
    Outcome outcome = RUN("figure", "scatter", "one", "-n", "20", "--csv", "-", "--npy", "xy.npy");
    assert_int_equal(outcome.code, 0);
    assert_int_equal(strncmp(outcome.out, "sample,label,x,y,z0", 19), 0);
    int lines = 0;
    for (const char *p = outcome.out; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 21);
    outcome_clear(&outcome);
    Dataset set;
    Error err;
    assert_true(npy_read(scratch("xy.npy"), &set, &err));
    assert_int_equal(set.count, 20);
    dataset_clear(&set);
    outcome = RUN("figure", "curves", "one", "--json", "-");
    assert_int_equal(outcome.code, 0);
    assert_int_equal(outcome.out[0], '[');
    assert_non_null(strstr(outcome.out, "\"validation\": "));
    outcome_clear(&outcome);
}

static void a_picture_to_standard_output(void **state)
{
    (void)state;
    Call call = {.output = scratch("piped.png")};
    const char *argv[] = {"figure", "network", "one", "-o", "-", NULL};
    Outcome outcome = program_with(&call, argv);
    size_t size;
    assert_int_equal(outcome.code, 0);
    char *bytes = scratch_read("piped.png", &size);
    assert_true(size > 100);
    assert_memory_equal(bytes, "\x89PNG\r\n\x1a\n", 8);
    free(bytes);
    outcome_clear(&outcome);
}

static void mistakes_say_what_and_why(void **state)
{
    (void)state;
    static const struct {
        const char *argv[8];
        int code;
        const char *text[3];
    } cases[] = {
        {{"figure", "all", "one", "-o", "all.png"}, 2, {"do not fit into one file", "leave it out"}},
        {{"figure", "gird", "one"}, 2, {"there is no figure gird", "grid"}},
        {{"figure", "confusion", "one"}, 3, {"does not tell classes"}},
        {{"figure", "grid", "one", "--rows", "orignal"}, 2, {"orignal", "residual"}},
        {{"figure", "grid", "one", "--count", "many"}, 2, {"count"}},
        {{"figure", "grid", "one", "--perplexity", "3"}, 2, {"has no option --perplexity", "--count"}},
        {{"figure", "grid", "one", "--indices", "99999"}, 2, {"sample 99999"}},
        {{"figure", "grid", "one", "--theme", "pink"}, 2, {"light or dark"}},
        {{"figure", "grid", "one", "--split", "all"}, 2, {"test, train or validation"}},
        {{"figure", "weights", "one", "--layer", "conv_1"}, 2, {"dense_1"}},
        {{"figure", "grid", "none"}, 3, {"none"}},
        {{"figure", "curves", "runs/one/model.safetensors"}, 3, {"model.safetensors"}},
        {{"figure", "weights", "runs/one/model.safetensors"}, 2, {"-o"}},
        {{"figure", "grid", "one", "-o", "/nonexistent/a.png"}, 1, {"/nonexistent/a.png"}},
        {{"figure", "grid", "one", "--npy", "a.npy"}, 2, {"no array"}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *argv[10] = {NULL}, *texts[4] = {"hourglass: "};
        for (int k = 0; k < 8 && cases[i].argv[k]; k++)
            argv[k] = cases[i].argv[k];
        for (int k = 0; k < 3 && cases[i].text[k]; k++)
            texts[k + 1] = cases[i].text[k];
        expect(argv, cases[i].code, texts);
    }
}

static void a_model_file_and_an_epoch(void **state)
{
    (void)state;
    Outcome outcome = RUN("figure", "weights", "runs/one/model.safetensors", "-o", "w.png");
    assert_int_equal(outcome.code, 0);
    assert_true(scratch_has("w.png"));
    outcome_clear(&outcome);
    outcome = RUN("figure", "grid", "one@1");
    assert_int_equal(outcome.code, 0);
    assert_true(scratch_has("runs/one/figures/grid-1.png"));
    outcome_clear(&outcome);
    outcome = RUN("figure", "epochs", "one", "--frames", "yes", "-o", "e.png", "-n", "4");
    assert_int_equal(outcome.code, 0);
    assert_true(scratch_has("e.png") && scratch_has("e-0001.png") && scratch_has("e-0002.png"));
    outcome_clear(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_of_a_kind_can_be_typed),
        cmocka_unit_test(all_that_apply),
        cmocka_unit_test(the_same_bytes_twice),
        cmocka_unit_test(numbers),
        cmocka_unit_test(a_picture_to_standard_output),
        cmocka_unit_test(mistakes_say_what_and_why),
        cmocka_unit_test(a_model_file_and_an_epoch),
    };
    return cmocka_run_group_tests(tests, train_once, scratch_teardown);
}
