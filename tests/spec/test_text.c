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
    for (int full = 0; full < 2; full++) { /* and with its comments */
        char *kept = design_print_kept(design, full);
        Design *again = design_parse_draft(kept, design->name, NULL);
        assert_non_null(again);
        char *twice = design_print_kept(again, full);
        assert_string_equal(kept, twice);
        assert_true(design_equal(design, again));
        free(twice);
        free(kept);
        design_free(again);
    }
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

/* ---- comments */

static const char commented[] =
    "# my network\n#\n\n# for digits\ninput 784  # flat\n# halves\nencoder  # first half\n  # wide\n  dense 128 relu  # as wide as it pays\n"
    "  # drop some\n\n  dropout 0.1\n  dense 32 as code  #tight\n\n# what comes back\ndecoder mirror  # by itself\n# how\ntrain  # all stages\n"
    "  loss bce\n  # slow\n  optimizer adam lr=0.001  # slower\n  batch 32\n  epochs 9\n  validation last 10%\n  clip norm=0 value=0  # off\n# the end\n";

static void check_kept(const Design *design, const char *want)
{
    char *got = design_print_kept(design, false);
    assert_string_equal(got, want);
    free(got);
}

static void comments_stay_with_their_lines(void **state)
{
    (void)state;
    Error err = {0};
    Design *design = design_parse(commented, "x", &err);
    if (!design)
        fail_msg("%d: %s", err.line, err.what);
    check_kept(design, commented);
    check_fixed_point(design);
    char *plain = design_print(design, true);
    assert_null(strchr(plain, '#'));
    free(plain);
    Design *copy = design_copy(design);
    char *kept = design_print_kept(design, true);
    assert_non_null(strstr(kept, "decoder mirror  # by itself\n"));
    assert_non_null(strstr(kept, "  # slow\n  optimizer adam lr=0.001 beta1="));
    Design *again = design_parse(kept, "x", &err);
    assert_non_null(again);
    check_kept(again, commented);
    assert_true(design_equal(design, again) && design_equal(design, copy));
    free(kept);
    design_free(again);
    design_free(design); /* a copy has its own */
    check_kept(copy, commented);
    design_forget_comments(copy);
    char *forgot = design_print_kept(copy, true);
    assert_null(strchr(forgot, '#'));
    free(forgot);
    design_free(copy);
}

static void comments_follow_edits(void **state)
{
    (void)state;
    Error err = {0};
    Design *design = design_parse("input 784\nencoder\n  # one\n  dense 64 relu  # 1\n  # two\n  dense 32 relu\n  dense 8  # 3\n"
                                  "# back\ndecoder mirror\n", "x", &err);
    assert_non_null(design);
    design_move_layer(design, 0, 0, 1);
    char *text = design_print_kept(design, false);
    assert_non_null(strstr(text, "encoder\n  # two\n  dense 32 relu\n  # one\n  dense 64 relu  # 1\n  dense 8  # 3\n# back\ndecoder mirror\n"));
    free(text);
    LayerSpec twin = design->layer[1];
    twin.name[0] = '\0';
    assert_true(design_insert_layer(design, 0, 2, &twin, &err)); /* a copy of a layer is a layer without a word yet */
    assert_true(design_set(design, "dense_2.units=48", &err) && design_set(design, "lr=0.5", &err));
    design_remove_layer(design, 0, 0);
    text = design_print_kept(design, false);
    assert_non_null(strstr(text, "encoder\n  # one\n  dense 48 relu  # 1\n  dense 64 relu\n  dense 8  # 3\n# back\ndecoder mirror\ntrain\n"));
    free(text);
    design_break_mirror(design, 1); /* what the mirror made has no comments */
    text = design_print_kept(design, false);
    assert_non_null(strstr(text, "# back\ndecoder\n  dense 64 relu\n  dense 48 relu\n  dense 784 sigmoid\ntrain\n"));
    free(text);
    design_set_mirror(design, 1, MIRROR_SETS);
    check_fixed_point(design);
    design_free(design);
}

/* What the stages share is said once; what each says for itself stays with each, and is joined where they come to agree. */
static void comments_of_stages(void **state)
{
    (void)state;
    static const char text[] =
        "input 784\nencoder\n  dense 32\ndecoder mirror\ntrain\n  loss bce\n  optimizer adam lr=0.001\n  # long enough\n  batch 128\n  validation last 10%\n"
        "# the first\nstage one  # alone\n  # both\n  run encoder decoder\n  epochs 3  # few\n"
        "stage two\n  codes encoder  # known by now\n  run decoder\n  # many\n  epochs 9\n";
    Error err = {0};
    Design *design = design_parse_draft(text, "x", &err);
    assert_non_null(design);
    check_kept(design, text);
    assert_true(design_set(design, "two.batch=64", &err)); /* the comment was about both: it is not said twice */
    char *parted = design_print_kept(design, false);
    assert_non_null(strstr(parted, "  # long enough\n  batch 128\n")); /* now in stage one */
    assert_null(strstr(strstr(parted, "long") + 1, "long"));
    free(parted);
    assert_true(design_set(design, "epochs=5", &err));
    char *joined = design_print_kept(design, false);
    assert_non_null(strstr(joined, "  # many\n  epochs 5  # few\n"));
    Design *again = design_parse_draft(joined, "x", &err);
    assert_non_null(again);
    check_kept(again, joined);
    assert_true(design_equal(design, again));
    free(joined);
    design_free(again);
    design_free(design);
}

static void presets_come_without_theirs(void **state)
{
    (void)state;
    Error err = {0};
    Design *design = design_open("deep", &err);
    assert_non_null(design);
    char *text = design_print_kept(design, true);
    assert_null(strchr(text, '#'));
    free(text);
    design_free(design);
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
            str_addf(out, "  %s %s%s%s\n", train_settings[i].name, kind->name, fields.size ? fields.text : "",
                     rng_below(rng, 5) ? "" : " # why\n# and more");
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
            str_add(&out, rng_below(rng, 5) ? "\n" : rng_below(rng, 2) ? "   # a remark\n" : "\n # below \n\n");
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
        "input 28x28x1\nencoder\nconv 8 3x3 stride=2 relu\nflatten\ndense 16\ndecoder mirror\nstage train\nloss bce\nnoise masking 0.3\n",
        /* saved by an editor that marks the byte order */
        "\xef\xbb\xbfinput 28x28x1\r\nencoder\r\nconv 8 3x3 stride=2 relu\r\nflatten\r\ndense 16\r\ndecoder mirror\r\ntrain\r\nnoise masking 0.3\r\n"
        "loss bce\r\n"};
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
        cmocka_unit_test(mistakes), cmocka_unit_test(presets_are_canonical), cmocka_unit_test(comments_stay_with_their_lines), cmocka_unit_test(comments_follow_edits),
        cmocka_unit_test(comments_of_stages), cmocka_unit_test(presets_come_without_theirs), cmocka_unit_test(random_designs_read_back),
        cmocka_unit_test(mutants_do_no_harm), cmocka_unit_test(open_tells_what_there_is), cmocka_unit_test(forms_that_mean_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
