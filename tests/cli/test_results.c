/* What is printed for people and for programs: summary, data, runs, eval, encode, decode, sample, bench. */
#include "program.h"

#include "base/mem.h"
#include "image/image.h"
#include "store/model.h"
#include "study/score.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The command's standard output as JSON; it must succeed and print nothing else. */
static json_t *json_of(const char *const *argv)
{
    Outcome outcome = program(argv);
    json_error_t problem;
    if (outcome.code != 0)
        fail_msg("%s: exit code %d: %s", argv[0], outcome.code, outcome.err);
    json_t *value = json_loads(outcome.out, 0, &problem);
    if (!value)
        fail_msg("%s: %s: %s", argv[0], problem.text, outcome.out);
    outcome_clear(&outcome);
    return value;
}
#define JSON(...) json_of((const char *const[]){__VA_ARGS__, NULL})

static double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_number(value))
        fail_msg("there is no number %s", name);
    return json_number_value(value);
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    if (!value)
        fail_msg("there is no text %s", name);
    return value;
}

static void prints(const char *const *argv, const char *const *texts)
{
    Outcome outcome = program(argv);
    if (outcome.code != 0)
        fail_msg("%s: exit code %d: %s", argv[0], outcome.code, outcome.err);
    for (int i = 0; texts[i]; i++)
        if (!strstr(outcome.out, texts[i]))
            fail_msg("%s: \"%s\" is not in %s", argv[0], texts[i], outcome.out);
    outcome_clear(&outcome);
}
#define TEXTS(...) (const char *const[]){__VA_ARGS__, NULL}

static void train_some(void)
{
    static const char *const lines[][12] = {
        {"train", "simple", "-d", "data-small", "-e", "3", "-r", "simple", "-p", "none"},
        {"train", "vae", "-d", "data-small", "-e", "1", "-r", "vae", "-p", "none"},
        {"train", "stacked", "-d", "data-small", "-e", "2", "-r", "stacked", "-p", "none"},
        {"train", "noisy.net", "-d", "data-small", "-r", "noisy", "-p", "none"},
    };
    if (scratch_has("runs"))
        return;
    small_data();
    scratch_text("noisy.net", "input 28x28x1\nencoder\n  flatten\n  dense 16 relu\ndecoder\n  dense 784 sigmoid\n  reshape 28x28x1\n"
                              "train\n  loss bce\n  validation test\n  epochs 2\n  batch 20\n  noise gaussian sd=0.3\n");
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        Outcome outcome = program(lines[i]);
        if (outcome.code != 0)
            fail_msg("%s", outcome.err);
        outcome_clear(&outcome);
    }
}

static void summaries(void **state)
{
    (void)state;
    prints(TEXTS("summary", "simple", "--no-time"), TEXTS("50,992", "dense 32 relu", "32 numbers for 784: 24.5 times smaller"));
    prints(TEXTS("summary", "simple"), TEXTS("an epoch of 60,000 pictures here"));
    json_t *stages = JSON("summary", "stacked", "--json", "--no-time");
    assert_int_equal(json_array_size(stages), 4);
    const json_t *last = json_array_get(stages, 3);
    assert_string_equal(text(last, "stage"), "tuned");
    assert_true(number(last, "parameters") == 109386);
    assert_int_equal(json_array_size(json_object_get(last, "layers")), 3);
    json_decref(stages);
}

static void data_sets(void **state)
{
    (void)state;
    json_t *info = JSON("data", "info", small_data(), "--json");
    const json_t *train = json_object_get(info, "train");
    assert_true(number(train, "count") == 600);
    assert_true(number(json_object_get(train, "labels"), "7") == 60);
    assert_true(number(json_object_get(info, "test"), "count") == 200);
    assert_false(json_is_true(json_object_get(info, "exact")));
    char *checksum = mem_text(text(info, "checksum"));
    json_decref(info);
    prints(TEXTS("data", "info", small_data()), TEXTS("600 samples of 28x28x1", checksum, "not among the published sets"));
    /* The same seed draws the same digits, another one others. */
    prints(TEXTS("data", "synth", "-o", "same", "-n", "600", "--test", "200", "--seed", "5"), TEXTS("600 training and 200 test digits"));
    prints(TEXTS("data", "info", "same"), TEXTS(checksum));
    prints(TEXTS("data", "synth", "-o", "other", "-n", "600", "--test", "200", "--seed", "6"), TEXTS("other"));
    info = JSON("data", "info", "other", "--json");
    assert_string_not_equal(text(info, "checksum"), checksum);
    json_decref(info);
    free(checksum);
}

static void runs_for_programs(void **state)
{
    (void)state;
    train_some();
    json_t *list = JSON("runs", "list", "--json");
    assert_int_equal(json_array_size(list), 4);
    json_decref(list);
    json_t *run = JSON("runs", "show", "simple", "--json");
    assert_string_equal(text(run, "state"), "done");
    assert_true(number(run, "epochs") == 3);
    assert_true(number(json_object_get(run, "last"), "epoch") == 3);
    assert_non_null(strstr(text(run, "text"), "dense 32 relu"));
    json_decref(run);
    json_t *compared = JSON("runs", "compare", "simple", "noisy", "--json");
    const json_t *settings = json_object_get(compared, "settings");
    assert_string_equal(json_string_value(json_array_get(json_object_get(settings, "noise"), 0)), "none");
    assert_null(json_object_get(settings, "seed")); /* the same in both */
    assert_true(json_number_value(json_array_get(json_object_get(json_object_get(compared, "results"), "epochs"), 1)) == 2);
    json_decref(compared);
    prints(TEXTS("runs", "compare", "simple", "noisy"), TEXTS("validation", "last 10%", "test", "train_loss"));
    prints(TEXTS("runs", "list"), TEXTS("simple", "done", "IDX data-small"));
    prints(TEXTS("runs", "tag", "simple", "first try", "keep"), TEXTS("first try\nkeep\n"));
    prints(TEXTS("runs", "tag", "simple", "--remove", "keep"), TEXTS("first try\n"));
    prints(TEXTS("runs", "show", "simple"), TEXTS("tag        first try", "trained    3 epochs"));
    prints(TEXTS("runs", "rename", "stacked", "pile"), TEXTS("runs/pile"));
    assert_false(scratch_has("runs/stacked"));
    prints(TEXTS("runs", "rename", "pile", "stacked"), TEXTS("runs/stacked"));
    Outcome outcome = RUN("train", "simple", "-d", "data-small", "-e", "1", "-r", "gone", "-p", "none");
    assert_int_equal(outcome.code, 0);
    outcome_clear(&outcome);
    json_t *removed = JSON("runs", "rm", "gone", "--json");
    assert_string_equal(json_string_value(json_array_get(removed, 0)), "runs/gone");
    json_decref(removed);
    assert_false(scratch_has("runs/gone"));
}

static void evaluated(void **state)
{
    (void)state;
    train_some();
    /* The loss on the validation part is the one that training reported. */
    json_t *scores = JSON("eval", "noisy", "--json"), *run = JSON("runs", "show", "noisy", "--json");
    double reported = number(json_object_get(run, "last"), "val_loss");
    assert_true(fabs(number(scores, "loss") / reported - 1) < 1e-6);
    assert_string_equal(text(scores, "part"), "test");
    assert_true(number(scores, "samples") == 200);
    assert_true(number(scores, "psnr") > 0 && number(scores, "ssim") > -1 && number(scores, "ssim") < 1);
    assert_true(number(scores, "psnr_noisy") > 5);
    /* PSNR is the mean over pictures, which is never below that of the mean error. */
    assert_true(number(scores, "psnr") >= score_psnr(number(scores, "mse")) - 1e-6);
    json_decref(scores);
    json_decref(run);

    scores = JSON("eval", "vae", "--json", "--split", "train", "-l", "100");
    assert_true(number(scores, "samples") == 100 && number(scores, "kl") > 0);
    json_decref(scores);

    scores = JSON("eval", "stacked", "--json");
    double right = 0, all = 0;
    const json_t *matrix = json_object_get(scores, "confusion");
    assert_int_equal(json_array_size(matrix), 10);
    for (size_t i = 0; i < 10; i++)
        for (size_t k = 0; k < 10; k++) {
            double count = json_number_value(json_array_get(json_array_get(matrix, i), k));
            all += count;
            right += i == k ? count : 0;
        }
    assert_true(all == 200 && fabs(right / all - number(scores, "accuracy")) < 1e-12);
    assert_int_equal(json_array_size(json_object_get(scores, "classes")), 10);
    json_decref(scores);
    prints(TEXTS("eval", "stacked"), TEXTS("precision", "recall", "F1", "true \\ predicted"));

    expect(TEXTS("eval", "simple", "--require", "psnr>90"), 5, TEXTS("required psnr>90, but it is"));
    expect(TEXTS("eval", "simple", "--require", "sharpness>1"), 2, TEXTS("there is no number sharpness"));
    expect(TEXTS("eval", "stacked@s2-e0001"), 3, TEXTS("learns codes"));
    expect(TEXTS("eval", "simple", "--split", "most"), 2, TEXTS("--split: \"most\""));
    expect(TEXTS("eval", "simple@7"), 3, TEXTS("kept no checkpoint 7"));
    expect(TEXTS("eval", "none.safetensors"), 3, TEXTS("none.safetensors"));
    prints(TEXTS("eval", "simple@1", "--split", "validation"), TEXTS("60 samples of the validation part"));
    /* a model file by itself */
    prints(TEXTS("eval", "runs/simple/model.safetensors", "-d", "data-small"), TEXTS("loss"));
}

static void coded_and_decoded(void **state)
{
    (void)state;
    train_some();
    Outcome outcome = RUN("encode", "vae", "-n", "3");
    assert_int_equal(outcome.code, 0);
    assert_int_equal(strncmp(outcome.out, "label,code0,code1\n", 18), 0);
    int lines = 0;
    for (const char *c = outcome.out; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 4);
    /* Through CSV, with the mark that spreadsheets put before it, and through npy the same pictures come out. */
    char *marked = mem_new(strlen(outcome.out) + 4, 1);
    sprintf(marked, "\xef\xbb\xbf%s", outcome.out);
    scratch_text("codes.csv", marked);
    free(marked);
    outcome_clear(&outcome);
    prints(TEXTS("encode", "vae", "-n", "3", "-o", "codes.npy"), TEXTS(""));
    prints(TEXTS("decode", "vae", "codes.csv", "-o", "a.npy"), TEXTS(""));
    prints(TEXTS("decode", "vae", "codes.npy", "-o", "b.npy"), TEXTS(""));
    size_t size_a, size_b;
    char *a = scratch_read("a.npy", &size_a), *b = scratch_read("b.npy", &size_b);
    assert_int_equal(size_a, size_b);
    assert_int_equal(size_a, 128 + 3 * 784 * 4);
    assert_non_null(strstr(a + 10, "(3, 28, 28)"));
    for (size_t i = 128; i + 4 <= size_a; i += 4) {
        float x, y;
        memcpy(&x, a + i, 4);
        memcpy(&y, b + i, 4);
        assert_true(fabsf(x - y) < 1e-5f);
    }
    free(a);
    free(b);
    prints(TEXTS("sample", "vae", "-n", "5", "-o", "new.npy"), TEXTS(""));
    prints(TEXTS("sample", "vae", "-n", "5", "-o", "again.npy"), TEXTS(""));
    a = scratch_read("new.npy", &size_a);
    b = scratch_read("again.npy", &size_b);
    assert_memory_equal(a, b, size_a);
    free(a);
    free(b);
    prints(TEXTS("sample", "simple", "-n", "2"), TEXTS("pixel0,pixel1"));

    expect(TEXTS("decode", "simple", "codes.npy"), 3, TEXTS("has 2 numbers a row, but the network's codes have 32"));
    expect(TEXTS("decode", "simple", "codes.csv"), 3, TEXTS("codes.csv:2: need 32 numbers"));
    expect(TEXTS("decode", "stacked", "codes.npy"), 3, TEXTS("makes no pictures from codes"));
    expect(TEXTS("decode", "vae", "nowhere.npy"), 3, TEXTS("nowhere.npy"));
    expect(TEXTS("encode", "vae", "-o", "codes.txt"), 2, TEXTS("call it .npy or .csv"));
    expect(TEXTS("encode", "vae", "-o", "nowhere/codes.npy"), 1, TEXTS("nowhere/codes.npy"));
    scratch_text("bad.csv", "code0,code1\n1,2\n1,x\n");
    expect(TEXTS("decode", "vae", "bad.csv"), 3, TEXTS("bad.csv:3: need 2 numbers"));
    scratch_text("empty.csv", "");
    expect(TEXTS("decode", "vae", "empty.csv"), 3, TEXTS("holds no codes"));
}

/* What another program needs: the model file alone is the model. */
static void models_stand_alone(void **state)
{
    (void)state;
    Error err;
    Model model, last;
    train_some();
    assert_true(model_open(scratch("runs/simple/model.safetensors"), NULL, &model, &err));
    assert_string_equal(model.design->name, "simple");
    assert_string_equal(model.data_name, "IDX data-small");
    assert_true(model_open("simple@last", scratch("runs"), &last, &err));
    assert_int_equal(model.weights.count, last.weights.count);
    for (int i = 0; i < model.weights.count; i++) {
        const Weight *weight = weights_find(&last.weights, model.weights.item[i].name);
        assert_non_null(weight);
        assert_memory_equal(weight->data, model.weights.item[i].data, weight->size * sizeof(float));
    }
    assert_non_null(weights_find(&model.weights, "dense_1/kernel"));
    assert_non_null(weights_find(&model.weights, "dense_2/bias"));
    model_clear(&model);
    model_clear(&last);
    assert_false(model_open("simple@77", scratch("runs"), &model, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_false(model_open(scratch("noisy.net"), NULL, &model, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
}

static void measured(void **state)
{
    (void)state;
    Outcome outcome = RUN("bench", "simple", "stacked", "--seconds", "0.05", "--json", "-t", "1");
    assert_int_equal(outcome.code, 0);
    int lines = 0;
    for (char *line = strtok(outcome.out, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        json_t *object = json_loads(line, 0, NULL);
        assert_non_null(object);
        assert_string_equal(text(object, "preset"), lines ? "stacked" : "simple");
        assert_true(number(object, "threads") == 1);
        assert_true(number(object, "samples_per_s") > 0);
        assert_true(number(object, "gflops") > 0);
        assert_true(number(object, "peak_share") > 0);
        assert_true(number(object, "rss_mb") > 1);
        assert_non_null(text(object, "stage"));
        json_decref(object);
    }
    assert_int_equal(lines, 5);
    outcome_clear(&outcome);
}

/* A line for each value, with what was varied, and a plot; what the network cannot take is left as it was. */
static void measured_over(void **state)
{
    (void)state;
    static const struct {
        const char *net, *vary, *key;
        double value[2];
        int lines;
    } cases[] = {
        {"simple", "batch=1,8", "batch", {1, 8}, 2},
        {"conv", "filters=2,3", "filters", {2, 3}, 2},
        {"conv", "size=8,12", "size", {8, 12}, 2},
        {"simple", "threads=1,255", "threads", {1}, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Outcome outcome = RUN("bench", cases[i].net, "--vary", cases[i].vary, "--seconds", "0.01", "--json", "-b", "4", "-o", "over.png");
        assert_int_equal(outcome.code, 0);
        int lines = 0;
        for (char *line = strtok(outcome.out, "\n"); line; line = strtok(NULL, "\n"), lines++) {
            json_t *object = json_loads(line, 0, NULL);
            assert_non_null(object);
            assert_string_equal(text(object, "varied"), cases[i].key);
            assert_true(number(object, "value") == cases[i].value[lines]);
            assert_true(number(object, "batch") == (i == 0 ? cases[i].value[lines] : 4));
            json_decref(object);
        }
        assert_int_equal(lines, cases[i].lines);
        Image image = {0};
        assert_true(image_read(scratch("over.png"), &image, NULL));
        assert_true(image.w > 300 && image.h > 200);
        image_clear(&image);
        scratch_remove("over.png");
        outcome_clear(&outcome);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summaries), cmocka_unit_test(data_sets),         cmocka_unit_test(runs_for_programs),
        cmocka_unit_test(evaluated), cmocka_unit_test(coded_and_decoded), cmocka_unit_test(models_stand_alone),
        cmocka_unit_test(measured),  cmocka_unit_test(measured_over),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
