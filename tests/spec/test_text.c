/* The text form: every mistake of bad/ has its sentence, place and cure; what is printed reads back as the same; nothing that
 * can be typed crashes. */
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "spec/preset.h"
#include "spec/text.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *source_path(const char *name)
{
    static char path[1000];
    const char *top = getenv("srcdir");
    snprintf(path, sizeof path, "%s/%s", top ? top : ".", name);
    return path;
}

/* A file of bad/ ends with two comments: `# expect LINE:COLUMN: SENTENCE` and, where there is one, `# cure: CURE`. */
static void check_bad(const char *folder, const char *name)
{
    char path[1300], want[1200] = "", cure[400] = "", got[1200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    Error err = {0};
    char *text = file_read(path, 1 << 16, NULL, &err);
    assert_non_null(text);
    const char *expect = strstr(text, "# expect "), *cured = strstr(text, "# cure: ");
    assert_non_null(expect);
    snprintf(want, sizeof want, "%.*s", (int)strcspn(expect + 9, "\n"), expect + 9);
    if (cured)
        snprintf(cure, sizeof cure, "%.*s", (int)strcspn(cured + 8, "\n"), cured + 8);
    Design *design = design_parse(text, name, &err);
    if (design)
        fail_msg("%s: nothing was said", name);
    snprintf(got, sizeof got, "%d:%d: %s", err.line, err.column, err.what);
    if (strcmp(got, want) != 0 || strcmp(err.cure, cure) != 0)
        fail_msg("%s:\n  want %s [%s]\n  got  %s [%s]", name, want, cure, got, err.cure);
    assert_string_equal(err.file, name);
    assert_int_equal(err.kind, ERROR_INPUT);
    if (err.line) { /* the line itself is shown */
        const char *line = text;
        for (int i = 1; i < err.line; i++)
            line = strchr(line, '\n') + 1;
        assert_int_equal(strlen(err.source), strcspn(line, "\n"));
    }
    assert_null(design_parse(text, name, NULL));
    free(text);
}

static void mistakes(void **state)
{
    (void)state;
    char folder[1000];
    snprintf(folder, sizeof folder, "%s", source_path("tests/spec/bad"));
    DIR *open = opendir(folder);
    assert_non_null(open);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(open));)
        if (strstr(entry->d_name, ".net")) {
            check_bad(folder, entry->d_name);
            count++;
        }
    closedir(open);
    assert_true(count >= 60);
}

/* print(parse(print(x))) == print(x), in both forms, and both mean the same network. */
static void check_fixed_point(const Design *design)
{
    char *form[2];
    for (int full = 0; full < 2; full++) {
        Error err = {0};
        form[full] = design_print(design, full);
        Design *again = design_parse_draft(form[full], design->name, &err);
        if (!again)
            fail_msg("%s\n%d: %s", form[full], err.line, err.what);
        char *twice = design_print(again, full);
        assert_string_equal(form[full], twice);
        free(twice);
        if (!full)
            assert_true(design_equal(design, again));
        char *spelt = design_print(again, true);
        if (full)
            assert_string_equal(spelt, form[1]);
        free(spelt);
        design_free(again);
    }
    free(form[0]);
    free(form[1]);
}

static void presets_are_canonical(void **state)
{
    (void)state;
    assert_int_equal(presets_count, 11);
    for (int i = 0; i < presets_count; i++) {
        Error err = {0};
        Design *design = design_open(presets[i].name, &err);
        if (!design)
            fail_msg("%s:%d: %s", presets[i].name, err.line, err.what);
        assert_string_equal(design->name, presets[i].name);
        assert_int_equal(presets[i].text[0], '#');
        assert_true(strlen(presets[i].summary) > 20);
        check_fixed_point(design);
        char *brief = design_print(design, false); /* a preset is its summary and its own canonical form */
        assert_string_equal(strchr(presets[i].text, '\n') + 1, brief);
        free(brief);
        char path[100];
        snprintf(path, sizeof path, "data/presets/%s.net", presets[i].name);
        char *file = file_read(source_path(path), 1 << 16, NULL, &err); /* and what is compiled in is the file */
        assert_non_null(file);
        assert_string_equal(file, presets[i].text);
        free(file);
        design_free(design);
    }
    assert_null(preset_find("nothing"));
}

/* ---- random designs, from the tables alone */

static void random_value(Rng *rng, const ParamRow *row, Str *out)
{
    double low = row->min, high = row->max > row->min ? row->max : row->min + 1000;
    double top = high > 64 ? 64 : high;
    int whole = (int)low + (int)rng_below(rng, (uint32_t)(top - low) + 1);
    switch (row->type) {
    case PARAM_INT:
        str_addf(out, "%d", whole);
        break;
    case PARAM_REAL:
    case PARAM_PERCENT:
        str_addf(out, "%.9g", low + (high - low) * rng_uniform(rng));
        break;
    case PARAM_FLAG:
        str_add(out, rng_below(rng, 2) ? "yes" : "no");
        break;
    case PARAM_CHOICE: {
        int choices = 0;
        while (row->choices[choices].word)
            choices++;
        const ParamChoice *choice = &row->choices[rng_below(rng, (uint32_t)choices)];
        str_add(out, choice->word);
        if (choice->takes_number && rng_below(rng, 2))
            str_addf(out, "(%.7g)", (double)rng_uniform(rng));
        break;
    }
    case PARAM_PAIR:
        str_addf(out, rng_below(rng, 2) ? "%d" : "%dx%d", whole, (int)low + (int)rng_below(rng, 3));
        break;
    case PARAM_SHAPE:
        str_addf(out, "%dx%dx%d", whole, 1 + (int)rng_below(rng, 9), 1 + (int)rng_below(rng, 9));
        break;
    }
}

static void random_fields(Rng *rng, const ParamKind *kind, Str *out)
{
    for (int i = 0; i < kind->count; i++)
        if (!kind->rows[i].normal || rng_below(rng, 2)) {
            str_addf(out, " %s=", kind->rows[i].name);
            random_value(rng, &kind->rows[i], out);
        }
}

static void random_settings(Rng *rng, Str *out)
{
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        if (rng_below(rng, 2))
            continue;
        int kinds = 0;
        while (train_settings[i].kind(kinds))
            kinds++;
        const ParamKind *kind = train_settings[i].kind((int)rng_below(rng, (uint32_t)kinds));
        Str fields = {0};
        random_fields(rng, kind, &fields);
        if (*kind->name || fields.size)
            str_addf(out, "  %s %s%s\n", train_settings[i].name, kind->name, fields.size ? fields.text : "");
        str_clear(&fields);
    }
}

static char *random_design(Rng *rng)
{
    Str out = {0};
    str_addf(&out, "input %dx%dx%d\n", 1 + (int)rng_below(rng, 64), 1 + (int)rng_below(rng, 64), 1 + (int)rng_below(rng, 3));
    int blocks = 1 + (int)rng_below(rng, 4), named = 0;
    for (int b = 0; b < blocks; b++) {
        if (b == 0)
            str_add(&out, "encoder");
        else
            str_addf(&out, "block b%d", b);
        if (b && rng_below(rng, 4) == 0)
            str_add(&out, rng_below(rng, 2) ? " mirror sets" : " mirror tanh");
        if (rng_below(rng, 5) == 0)
            str_add(&out, rng_below(rng, 2) ? " from runs/one/model.safetensors" : " from \"my runs/#1\"");
        str_add(&out, "\n");
        for (int l = (int)rng_below(rng, 6); l > 0; l--) {
            const LayerKind *kind = layer_kinds[rng_below(rng, (uint32_t)layer_kinds_count)];
            str_addf(&out, "  %s", kind->param.name);
            random_fields(rng, &kind->param, &out);
            if (rng_below(rng, 5) == 0)
                str_addf(&out, " as my-%d", named++);
            str_add(&out, rng_below(rng, 5) ? "\n" : "   # a remark\n");
        }
    }
    str_add(&out, "train\n");
    random_settings(rng, &out);
    for (int s = (int)rng_below(rng, 4); s > 0; s--) {
        str_addf(&out, "stage s%d\n  run encoder%s\n", s, blocks > 1 ? " b1" : "");
        if (rng_below(rng, 2))
            str_add(&out, "  freeze encoder\n");
        random_settings(rng, &out);
    }
    return str_take(&out);
}

static void random_designs_read_back(void **state)
{
    (void)state;
    Rng rng = rng_new(11, RNG_TEST, 0, 0);
    for (int i = 0; i < 400; i++) {
        char *text = random_design(&rng);
        Error err = {0};
        Design *design = design_parse_draft(text, "random.net", &err);
        if (!design)
            fail_msg("%s\n%d:%d: %s", text, err.line, err.column, err.what);
        assert_string_equal(design->name, "random");
        check_fixed_point(design);
        design_free(design);
        free(text);
    }
}

/* ---- hostile texts */

static void mutate(Rng *rng, Str *text)
{
    static const char *const pieces[] = {"mirror", " sets", "x", "=", "(", ")", "0", "-1", "99999999999", "1e400", "\n", "#", "\"", " as a ",
                                         "stage a\n", "codes encoder\n", "freeze encoder\n", "run decoder\n", "conv 3\n", "maxpool 16\n",
                                         "flatten\n", "block b mirror\n", "\t", "\r", "\xff", "\x01", " from ", "input 3x3x3\n", "4096"};
    size_t at = rng_below(rng, (uint32_t)text->size + 1);
    Str out = {0};
    switch (rng_below(rng, 4)) {
    case 0: /* put in */
        str_add_bytes(&out, text->text, at);
        str_add(&out, pieces[rng_below(rng, COUNT_OF(pieces))]);
        str_add(&out, text->text + at);
        break;
    case 1: { /* take out */
        size_t cut = rng_below(rng, 20);
        cut = at + cut > text->size ? text->size - at : cut;
        str_add_bytes(&out, text->text, at);
        str_add(&out, text->text + at + cut);
        break;
    }
    case 2: { /* repeat a piece */
        size_t from = rng_below(rng, (uint32_t)text->size + 1), length = rng_below(rng, 60);
        length = from + length > text->size ? text->size - from : length;
        str_add_bytes(&out, text->text, at);
        str_add_bytes(&out, text->text + from, length);
        str_add(&out, text->text + at);
        break;
    }
    default: /* one byte */
        str_add(&out, text->text);
        if (at < out.size)
            out.text[at] = (char)(1 + rng_below(rng, 255));
        break;
    }
    str_clear(text);
    *text = out;
}

static void mutants_do_no_harm(void **state)
{
    (void)state;
    Rng rng = rng_new(5, RNG_TEST, 1, 0);
    int good = 0, bad = 0;
    for (int i = 0; i < 3000; i++) {
        Str text = {0};
        str_add(&text, presets[i % presets_count].text);
        for (int n = 1 + (int)rng_below(&rng, 4); n > 0; n--)
            mutate(&rng, &text);
        Error err = {0};
        Design *design = design_parse(text.text, "mutant", &err);
        if (design) {
            good++;
            check_fixed_point(design);
        } else {
            bad++;
            char shown[2000];
            error_text(&err, shown, sizeof shown);
            assert_true(err.kind == ERROR_INPUT && strlen(err.what) > 10);
        }
        design_free(design);
        design = design_parse_draft(text.text, "mutant", &err);
        if (design)
            check_fixed_point(design);
        design_free(design);
        str_clear(&text);
    }
    assert_true(good > 100 && bad > 100);
}

/* ---- small things */

static void open_tells_what_there_is(void **state)
{
    (void)state;
    Error err = {0};
    assert_null(design_open("simpel", &err));
    assert_string_equal(err.cure, "did you mean \"simple\"?");
    assert_non_null(strstr(err.what, "mirrored"));
    assert_null(design_open("/no/such.net", &err));
    assert_string_equal(err.file, "/no/such.net");
    char path[] = "/tmp/hourglass-net-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_true(file_write(path, "input 784\n\0encoder\n", 19, &err));
    assert_null(design_open(path, &err));
    assert_non_null(strstr(err.what, "zero byte"));
    remove(path);
}

static void forms_that_mean_the_same(void **state)
{
    (void)state;
    static const char *const plain = "input 28x28x1\nencoder\n  conv 8 3x3 stride=2 relu\n  flatten\n  dense 16\ndecoder mirror\n"
                                     "train\n  loss bce\n  noise masking 0.3\n";
    static const char *const forms[] = {
        "# a remark\r\ninput   28x28\r\n\r\nencoder # the first half\r\n\tconv filters=8 relu stride=2x2 kernel=3\r\n\tflatten\r\n"
        "\tdense 16 linear bias\r\ndecoder mirror sigmoid\r\ntrain\r\n\tnoise masking rate=0.3\r\n\tloss bce mean\r\n",
        "noise masking 0.3\ntrain\nloss bce\nencoder\nconv 8 stride=2 relu\nflatten\ndense 16\ndecoder mirror\ninput 28x28x1",
        "input 28x28x1\nencoder\nconv 8 3x3 stride=2 relu\nflatten\ndense 16\ndecoder mirror\nstage train\nloss bce\nnoise masking 0.3\n"};
    Error err = {0};
    Design *want = design_parse(plain, "x", &err);
    assert_non_null(want);
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        Design *got = design_parse(forms[i], "x", &err);
        if (!got)
            fail_msg("%d:%d: %s", err.line, err.column, err.what);
        assert_true(design_equal(want, got));
        design_free(got);
    }
    design_free(want);
    /* Layers without a block's header are one block. */
    want = design_parse("input 784\ndense 32 relu\ndense 784\n", "x", &err);
    assert_non_null(want);
    assert_string_equal(want->block[0].name, "network");
    check_fixed_point(want);
    design_free(want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes), cmocka_unit_test(presets_are_canonical), cmocka_unit_test(random_designs_read_back),
        cmocka_unit_test(mutants_do_no_harm), cmocka_unit_test(open_tells_what_there_is), cmocka_unit_test(forms_that_mean_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
