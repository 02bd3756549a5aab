/* The doctor: finds each folly, and after its cure no longer finds it. */
#include "base/mem.h"
#include "base/rng.h"
#include "spec/doctor.h"
#include "spec/preset.h"
#include "spec/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const Finding *find(const Diagnosis *diagnosis, const char *text)
{
    for (int i = 0; i < diagnosis->count; i++)
        if (strstr(diagnosis->finding[i].text, text))
            return &diagnosis->finding[i];
    return NULL;
}

/* `layer`: the name of the layer it is about, NULL: any; `cure`: what it would do, NULL: there is none. */
static void check(const char *net, const Data *data, size_t memory, Severity severity, const char *text, const char *layer, const char *cure)
{
    Error err = {0};
    Diagnosis diagnosis, after;
    Design *design = design_parse_draft(net, "x", &err);
    if (!design)
        fail_msg("%s\n%s", net, err.what);
    doctor_examine(design, data, memory, &diagnosis);
    const Finding *finding = find(&diagnosis, text);
    if (!finding)
        fail_msg("%s\nnothing said of \"%s\" (%d findings: %s)", net, text, diagnosis.count, diagnosis.count ? diagnosis.finding[0].text : "");
    assert_int_equal(finding->severity, severity);
    if (layer)
        assert_string_equal(design->layer[finding->layer].name, layer);
    for (int i = 1; i < diagnosis.count; i++)
        assert_true(diagnosis.finding[i].severity <= diagnosis.finding[i - 1].severity);
    if (!cure) {
        assert_null(finding->cured);
        assert_string_equal(finding->cure, "");
    } else {
        if (!finding->cured || strcmp(finding->cure, cure) != 0)
            fail_msg("%s\n%s\ncure is \"%s\", not \"%s\"", net, finding->text, finding->cure, cure);
        doctor_examine(finding->cured, data, memory, &after);
        const Finding *still = find(&after, text);
        if (still)
            fail_msg("%s\nafter \"%s\" still: %s", net, cure, still->text);
        if (severity == SEVERITY_ERROR && !data)
            for (int i = 0; i < after.count; i++)
                assert_true(after.finding[i].severity < SEVERITY_ERROR);
        doctor_clear(&after);
        /* The cured design can be written down and read again. */
        char *printed = design_print(finding->cured, false);
        Design *again = design_parse_draft(printed, "x", &err);
        assert_non_null(again);
        assert_true(design_equal(again, finding->cured));
        design_free(again);
        free(printed);
    }
    doctor_clear(&diagnosis);
    design_free(design);
}

static void shapes_and_losses(void **state)
{
    (void)state;
    const Severity bad = SEVERITY_ERROR;
    check("input 45x45x1\nencoder\nconv 8 3x3 relu\nmaxpool 2\ndecoder mirror\n", NULL, 0, bad, "maxpool_1 cannot be mirrored", "maxpool_1",
          "put `conv 8 3x3 stride=2x2 valid relu` in the place of maxpool_1");
    check("input 45x44x1\nencoder\nconv 8 3x3 relu\nmaxpool 2\ndecoder mirror\n", NULL, 0, bad, "maxpool_1 cannot be mirrored", "maxpool_1",
          "put `conv 8 3x2 stride=2x2 valid relu` in the place of maxpool_1");
    check("input 45x45x1\nencoder\nconv 8 3x3 relu\nmaxpool 2\ndecoder mirror sets\nconv 1 sigmoid\n", NULL, 0, bad, "cannot be mirrored",
          "maxpool_1", "make the input 44x44x1 (a folder of pictures is scaled to it)");
    check("input 27x27x1\nencoder\nconv 8 3x3 stride=2 relu\ndecoder mirror\n", NULL, 0, bad, "conv_1 cannot be mirrored", "conv_1",
          "make the input 26x26x1 (a folder of pictures is scaled to it)");
    check("input 784\ndense 32 relu\ndense 784 relu\ntrain\nloss bce\n", NULL, 0, bad, "needs an output inside (0, 1)", "dense_2",
          "let dense_2 end with sigmoid");
    check("input 784\nencoder\ndense 32 relu\ndecoder mirror relu\ntrain\nloss bce\n", NULL, 0, bad, "needs an output inside (0, 1)",
          "dense_2", "let dense_2 end with sigmoid");
    check("input 784\ndense 784 sigmoid\nbatchnorm\ntrain\nloss bce\n", NULL, 0, bad, "needs an output inside (0, 1)", "batchnorm_1",
          "end with `activation sigmoid`");
    check("input 784\ndense 32 relu\ndense 10\ntrain\nloss crossentropy\n", NULL, 0, bad, "needs probabilities", "dense_2",
          "let dense_2 end with softmax");
    check("input 28x28x1\nconv 8 3x3 relu\ntrain\nloss crossentropy\n", NULL, 0, bad, "needs one output a class", "conv_1",
          "end with `flatten` and `dense 10 softmax`");
    check("input 28x28x1\ndense 32\ndense 784\n", NULL, 0, bad, "dense_1, input 28x28x1", "dense_1", "put a flatten before dense_1");
    check("input 784\ndense 16\ndense 700\nreshape 28x28x1\n", NULL, 0, bad, "reshape_1, input 700", "reshape_1", "give dense_2 784 units");
    check("input 784\ndense 16\ndense 700\n", NULL, 0, bad, "compares output and input", "dense_2", "give dense_2 784 units");
    check("input 28x28x3\nconv 8 3x3\nmaxpool 2\nconv 3 3x3\n", NULL, 0, bad, "compares output and input", "conv_2",
          "end with `upsample 2` and `conv 3 3x3 sigmoid`");
    check("input 5x5x1\nconv 8 7x7 valid\nconv 1 3x3\n", NULL, 0, bad, "kernel 7x7 does not fit", "conv_1", "pad conv_1 (same)");
    check("input 28x28x1\nmaxpool 7\nconv 10 3x3 softmax\nflatten\ntrain\nloss crossentropy\n", NULL, 0, bad, "makes some for each pixel", "flatten_1",
          "take the softmax out of conv_1 and end with `activation softmax`");
    check("input 784\nconv 8\n", NULL, 0, bad, "conv_1, input 784", "conv_1", NULL);
    check("encoder\ndense 3\n", NULL, 0, bad, "nothing of its input", NULL, NULL);
}

static void follies(void **state)
{
    (void)state;
    const Severity warn = SEVERITY_WARNING;
    check("input 784\ndense 800 relu\ndense 784\n", NULL, 0, warn, "nothing is squeezed", "dense_1",
          "give dense_1 32 units");
    check("input 784\nencoder\ndense 800 relu\ndecoder\ndense 784\n", NULL, 0, warn, "the code 800 is 800 numbers, 1.0 times the input's 784",
          "dense_1", "give dense_1 32 units");
    check(preset_find("mirrored")->text, NULL, 0, warn, "the code 7x7x128 is 6272 numbers, 8.0 times", "batchnorm_3",
          "pool 7 after the encoder: a code of 128");
    check(preset_find("conv")->text, NULL, 0, warn, "nothing is squeezed", "maxpool_1", "pool 7 after the encoder: a code of 128");
    check("input 784\ndense 32 relu\ndense 784 sigmoid\ntrain\noptimizer adadelta lr=0.001\n", NULL, 0, warn,
          "adadelta with the rate 0.001 hardly moves", NULL, "set the rate to 1");
    check("input 784\ndense 32 relu\ndense 784 sigmoid\ntrain\noptimizer rmsprop lr=1\n", NULL, 0, warn,
          "rmsprop with the rate 1 is likely to diverge", NULL, "set the rate to 0.001");
    check("input 784\ndense 32 zeros\ndense 784\n", NULL, 0, warn, "dense_1 starts with zero weights", "dense_1", "start it glorot-uniform");
    check("input 784\ndense 32\ndense 784\ndropout 0.5\n", NULL, 0, warn, "dropout_1 is the last layer", "dropout_1", "take it out");
    check("input 784\ndense 32\nsample 2\ndense 784 sigmoid\ntrain\nloss bce\n", NULL, 0, warn, "will fall onto the prior", "sample_1",
          "sum the loss over the pixels");
    check("input 784\ndense 64 sigmoid\ndense 32 sigmoid\ndense 64 sigmoid\ndense 784 sigmoid\n", NULL, 0, SEVERITY_HINT,
          "3 hidden layers with sigmoid (dense_1 ...) in a network of 4", "dense_1", "let them be relu");
    check("input 784\nencoder\ndense 64 sigmoid\ndense 32\ndecoder mirror\n", NULL, 0, SEVERITY_HINT, "2 hidden layers with sigmoid",
          "dense_1", "let them be relu");
    check("input 784\nencoder\ndense 32\ndecoder\ndense 784\nblock head\ndense 10\nstage a\nrun encoder decoder\n", NULL, 0, SEVERITY_HINT,
          "no stage runs the block head", "dense_3", NULL);
    check("input 784\ndense 32\ndense 784 relu\n", NULL, 0, warn, "dense_2 ends the network with relu", "dense_2", "let dense_2 end with sigmoid");
    check("input 784\nencoder\ndense 32\ndecoder mirror relu\n", NULL, 0, warn, "dense_2 ends the network with relu", "dense_2",
          "let dense_2 end with sigmoid");
    check("input 784\ndense 32\ndense 784 softmax\n", NULL, 0, warn, "share a sum of 1", "dense_2", "let dense_2 end with sigmoid");
    check("input 784\ndense 32\ndense 784\ntrain\nkl warmup=5\n", NULL, 0, warn, "no layer samples", NULL, "take the warm-up out");
    check("input 784\ndense 32\nbatchnorm\ndense 784\ntrain\nbatch 1\n", NULL, 0, warn, "batchnorm_1 compares the samples of a batch", "batchnorm_1",
          "use a batch of 32");
    check("input 784\ndense 32\ndropout 0.9\ndense 784\n", NULL, 0, SEVERITY_HINT, "dropout_1 drops 90 of 100", "dropout_1", "drop half of them");
    check("input 28x28x1\nencoder\nmaxpool 4\nconv 8 31x31\ndecoder\nupsample 4\nconv 1\n", NULL, 0, SEVERITY_HINT, "most of it is padding", "conv_1",
          "look at 3x3");
    check("input 784\ndense 10 softmax\ntrain\nloss crossentropy\nnoise gaussian sd=0.5\n", NULL, 0, SEVERITY_HINT, "classes of noisy samples", NULL,
          "no noise in this stage");
    check("input 784\ndense 32\ndense 784\ntrain\nvalidation none\nstop patience=3\n", NULL, 0, SEVERITY_HINT, "holds nothing back", NULL,
          "hold back the last 10%");
    check("input 784\ndense 4096 relu\ndense 784\n", NULL, 50000000, warn, "MB are free", NULL, NULL); /* the weights alone are too much */
}

static void with_data(void **state)
{
    (void)state;
    uint8_t *bytes = mem_new(100 * 784, 1), *labels = mem_new(100, 1);
    Data *data = mem_new(1, sizeof *data);
    snprintf(data->name, sizeof data->name, "little");
    data->train = (Dataset){.shape = shape_map(28, 28, 1), .count = 100, .bytes = bytes};
    static const char simple[] = "input 784\ndense 32 relu\ndense 784\n";
    check(simple, data, 0, SEVERITY_WARNING, "a batch of 128 is larger than the 90 samples", NULL, "use a batch of 64");
    check("input 784\ndense 32\ndense 784\ntrain\nvalidation test\n", data, 0, SEVERITY_ERROR, "little has none", NULL,
          "hold back the last 10%");
    check("input 784\ndense 10 softmax\ntrain\nloss crossentropy\n", data, 0, SEVERITY_ERROR, "needs labels", NULL, NULL);
    check("input 14x14x1\nconv 8 3x3\nconv 1 3x3\n", data, 0, SEVERITY_ERROR, "28x28x1", NULL, "make the input 28x28x1");
    data->train.labels = labels;
    data->train.classes = 47;
    check("input 784\ndense 10 softmax\ntrain\nloss crossentropy\nbatch 8\n", data, 0, SEVERITY_ERROR, "47 classes, but dense_1 has 10 units",
          "dense_1", "give dense_1 47 units");
    Diagnosis diagnosis;
    Error err;
    Design *design = design_parse("input 784\ndense 32 relu\ndense 784\ntrain\nbatch 32\n", "x", &err);
    doctor_examine(design, data, (size_t)1 << 40, &diagnosis);
    assert_int_equal(diagnosis.count, 0);
    doctor_clear(&diagnosis);
    design_free(design);
    data_free(data);
}

/* What ships must be sound: the published convolutional recipes do not squeeze, and that is all that is to be said. */
static void presets_are_healthy(void **state)
{
    (void)state;
    for (int i = 0; i < presets_count; i++) {
        Error err;
        Diagnosis diagnosis;
        Design *design = design_open(presets[i].name, &err);
        assert_non_null(design);
        doctor_examine(design, NULL, (size_t)1 << 40, &diagnosis);
        for (int f = 0; f < diagnosis.count; f++)
            if (!strstr(diagnosis.finding[f].text, "nothing is squeezed"))
                fail_msg("%s: %s", presets[i].name, diagnosis.finding[f].text);
        doctor_clear(&diagnosis);
        design_free(design);
    }
}

/* Presets edited at random: whatever is wrong with them, a cure that is offered takes its finding away. */
static void random_patients(void **state)
{
    (void)state;
    Rng rng = rng_new(21, RNG_TEST, 5, 0);
    int cures = 0;
    for (int round = 0; round < 150; round++) {
        Error err;
        Design *design = design_open(presets[round % presets_count].name, &err);
        for (int edits = 1 + (int)rng_below(&rng, 2); edits > 0; edits--) {
            int block = (int)rng_below(&rng, (uint32_t)design->blocks), count = design->block[block].count;
            LayerSpec layer = layer_spec_new(layer_kinds[rng_below(&rng, (uint32_t)layer_kinds_count)]);
            for (int f = 0; f < layer.set.kind->count; f++)
                if (!layer.set.kind->rows[f].normal)
                    layer.set.value[f] = (Value){.number = 12, .size = {3, 2, 2}, .rank = 3};
            if (rng_below(&rng, 2))
                (void)!design_insert_layer(design, block, (int)rng_below(&rng, (uint32_t)count + 1), &layer, NULL);
            else if (count > 1)
                design_remove_layer(design, block, (int)rng_below(&rng, (uint32_t)count));
        }
        Diagnosis diagnosis, after;
        doctor_examine(design, NULL, (size_t)1 << (20 + rng_below(&rng, 12)), &diagnosis);
        for (int i = 0; i < diagnosis.count; i++) {
            const Finding *finding = &diagnosis.finding[i];
            assert_true(finding->layer >= -1 && finding->layer < design->layers);
            assert_true(!finding->cured == !*finding->cure);
            if (!finding->cured)
                continue;
            cures++;
            doctor_examine(finding->cured, NULL, (size_t)1 << 40, &after);
            for (int a = 0; a < after.count; a++)
                if (strcmp(after.finding[a].text, finding->text) == 0)
                    fail_msg("after \"%s\" still: %s", finding->cure, finding->text);
            doctor_clear(&after);
        }
        doctor_clear(&diagnosis);
        design_free(design);
    }
    assert_true(cures > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_patients), cmocka_unit_test(shapes_and_losses), cmocka_unit_test(follies), cmocka_unit_test(with_data),
                                       cmocka_unit_test(presets_are_healthy)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
