/* Designs: edits keep mirrors and names, settings by KEY=VALUE, chains, and the summary's numbers against counts made by hand and
 * against the work that the reference implementation reports for the same networks. */
#include "base/mem.h"
#include "base/rng.h"
#include "spec/preset.h"
#include "spec/summary.h"
#include "spec/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Design *parsed(const char *text)
{
    Error err = {0};
    Design *design = design_parse_draft(text, "x", &err);
    if (!design)
        fail_msg("%s\n%d: %s", text, err.line, err.what);
    return design;
}

/* The layers of a block, one a line. */
static char *layers_of(const Design *design, const char *block)
{
    const Block *of = &design->block[design_block_find(design, block)];
    Str out = {0};
    for (int i = 0; i < of->count; i++) {
        Str line = {0}; /* by itself: a field parts itself from what stands before it */
        param_set_print(&design->layer[of->first + i].set, false, &line);
        str_addf(&out, "%s\n", line.text);
        str_clear(&line);
    }
    return str_take(&out);
}

static void check_mirror(const char *encoder, const char *header, const char *want)
{
    char text[1000];
    snprintf(text, sizeof text, "%sdecoder %s\n", encoder, header);
    Design *design = parsed(text);
    char *got = layers_of(design, "decoder");
    assert_string_equal(got, want);
    free(got);
    design_free(design);
}

static void mirrors(void **state)
{
    (void)state;
    check_mirror("input 784\nencoder\ndense 128 relu\ndropout 0.2\ndense 32\n", "mirror",
                 "dense 128 relu\ndropout 0.2\ndense 784 sigmoid\n");
    check_mirror("input 784\nencoder\ndense 128 elu(0.5)\ndense 64 tanh\ndense 32\n", "mirror tanh",
                 "dense 64 tanh\ndense 128 elu(0.5)\ndense 784 tanh\n");
    check_mirror("input 28x28x3\nencoder\nconv 8 3x3 relu\nmaxpool 2\nconv 16 5x5 stride=2 lrelu(0.1)\nflatten\ndense 10\n", "mirror",
                 "dense 784 lrelu(0.1)\nreshape 7x7x16\nconvt 8 5x5 stride=2 relu\nupsample 2\nconv 3 3x3 sigmoid\n");
    check_mirror("input 28x28x1\nencoder\nconv 8 3x3 valid relu\navgpool 2\n", "mirror", "upsample 2\nconvt 1 3x3 valid sigmoid\n");
    check_mirror("input 28x28x1\nencoder\nconv 8\nbatchnorm\nactivation relu\nmaxpool 2\nconv 4\nactivation tanh\n", "mirror",
                 "conv 8 3x3 relu\nupsample 2\nbatchnorm\nconv 1 3x3 sigmoid\n");
    check_mirror("input 784\nencoder\ndense 64 relu\ndropout 0.1\nsample 2\n", "mirror",
                 "dense 64 relu\ndropout 0.1\ndense 784 sigmoid\n");
    check_mirror("input 784\nencoder\ndense 64 relu\ndropout 0.1\ndense 32 tanh\nsample 2\n", "mirror sets",
                 "dense 32 tanh\ndense 64 relu\ndropout 0.1\n");
    check_mirror("input 28x28x1\nencoder\nconv 8 3x3 relu\nbatchnorm\nmaxpool 2\nconv 16 5x5 relu\ndropout 0.1\nmaxpool 7\n", "mirror sets",
                 "upsample 7\nconv 16 5x5 relu\ndropout 0.1\nupsample 2\nconv 8 3x3 relu\nbatchnorm\n");
}

static void names_and_edits(void **state)
{
    (void)state;
    Error err;
    Design *design = parsed("input 784\nencoder\ndense 128 relu\ndense 32 as code\ndecoder mirror\n");
    assert_string_equal(design->layer[0].name, "dense_1");
    assert_string_equal(design->layer[1].name, "code");
    assert_string_equal(design->layer[2].name, "dense_3");
    assert_true(design_layer_mirrored(design, 2) && !design_layer_mirrored(design, 1));

    LayerSpec layer = layer_spec_new(layer_kind_find("dense"));
    layer.set.value[0].number = 64;
    assert_true(design_insert_layer(design, 0, 1, &layer, &err));
    char *got = layers_of(design, "decoder");
    assert_string_equal(got, "dense 64\ndense 128 relu\ndense 784 sigmoid\n");
    free(got);
    assert_int_equal(design->layers, 6);
    assert_string_equal(design->layer[1].name, "dense_2");
    assert_string_equal(design->layer[2].name, "code");

    assert_false(design_insert_layer(design, 1, 0, &layer, &err)); /* the mirror's */
    assert_int_equal(err.kind, ERROR_USAGE);
    snprintf(layer.name, sizeof layer.name, "code");
    assert_false(design_insert_layer(design, 0, 0, &layer, &err)); /* a name twice */
    design_remove_layer(design, 1, 0);
    assert_int_equal(design->layers, 6);

    design_move_layer(design, 0, 2, -99); /* to the front */
    assert_string_equal(design->layer[0].name, "code");
    design_move_layer(design, 0, 0, 99);
    assert_string_equal(design->layer[2].name, "code");
    design_remove_layer(design, 0, 1);
    got = layers_of(design, "decoder");
    assert_string_equal(got, "dense 128 relu\ndense 784 sigmoid\n");
    free(got);

    design_break_mirror(design, 1);
    design_remove_layer(design, 1, 0);
    assert_int_equal(design->layers, 3);
    design_set_mirror(design, 1, MIRROR_EXACT);
    assert_int_equal(design->layers, 4);
    assert_true(design_check(design, &err));

    /* A design may be wrong while it is edited, and is whole again afterwards. */
    Design *copy = design_copy(design);
    assert_true(design_equal(copy, design));
    LayerSpec pool = layer_spec_new(layer_kind_find("maxpool"));
    assert_true(design_insert_layer(design, 0, 0, &pool, &err));
    assert_false(design_check(design, &err));
    assert_false(design_equal(copy, design));
    design_remove_layer(design, 0, 0);
    assert_true(design_check(design, &err));
    assert_true(design_equal(copy, design));
    design_free(copy);
    design_free(design);
}

static void random_edits(void **state)
{
    (void)state;
    Rng rng = rng_new(9, RNG_TEST, 3, 0);
    for (int round = 0; round < 60; round++) {
        Error err;
        Design *design = design_open(presets[round % presets_count].name, &err);
        for (int step = 0; step < 12; step++) {
            int block = (int)rng_below(&rng, (uint32_t)design->blocks), count = design->block[block].count;
            LayerSpec layer = layer_spec_new(layer_kinds[rng_below(&rng, (uint32_t)layer_kinds_count)]);
            for (int f = 0; f < layer.set.kind->count; f++)
                if (!layer.set.kind->rows[f].normal)
                    layer.set.value[f] = (Value){.number = 4, .size = {2, 2, 1}, .rank = 3};
            switch (rng_below(&rng, 5)) {
            case 0:
                (void)!design_insert_layer(design, block, (int)rng_below(&rng, (uint32_t)count + 1), &layer, NULL);
                break;
            case 1:
                if (count)
                    design_remove_layer(design, block, (int)rng_below(&rng, (uint32_t)count));
                break;
            case 2:
                if (count)
                    design_move_layer(design, block, (int)rng_below(&rng, (uint32_t)count), (int)rng_below(&rng, 7) - 3);
                break;
            case 3:
                design_set_mirror(design, block, (MirrorKind)rng_below(&rng, 3));
                break;
            default:
                design_break_mirror(design, block);
            }
            int at = 0;
            for (int b = 0; b < design->blocks; b++) { /* blocks stay a partition, names stay unique */
                assert_int_equal(design->block[b].first, at);
                at += design->block[b].count;
                assert_true(design->block[b].mirrored <= design->block[b].count);
            }
            assert_int_equal(at, design->layers);
            for (int i = 0; i < design->layers; i++)
                assert_int_equal(design_layer_find(design, design->layer[i].name), i);
            (void)!design_check(design, &err);
        }
        design_free(design);
    }
}

static void settings(void **state)
{
    (void)state;
    Error err;
    Design *design = design_open("classifier", &err);
    assert_true(design_set(design, "lr=0.01", &err)); /* every stage */
    for (int s = 0; s < 3; s++)
        assert_true(train_spec_lr(&design->stage[s].train) == 0.01);
    assert_true(design_set(design, "tuned.lr=1e-4", &err));
    assert_true(design_set(design, "tuned.epochs=7", &err));
    assert_true(design_set(design, "batch=64", &err));
    assert_true(design_set(design, "stop.patience=5", &err));
    assert_true(design_set(design, "patience=6", &err)); /* no other setting has such a field now */
    assert_true(design_set(design, "pretrain.noise=gaussian sd=0.3", &err));
    assert_true(design_set(design, "pretrain.noise.mean=0.1", &err));
    assert_true(design_set(design, "l2=1e-4", &err));
    assert_true(design_set(design, "l1=1e-5", &err));
    assert_true(design_set(design, "conv_1.filters=16", &err));
    assert_true(design_set(design, "conv_2.activation=lrelu(0.3)", &err));
    assert_true(train_spec_lr(&design->stage[1].train) == 0.01 && train_spec_lr(&design->stage[2].train) == 1e-4);
    assert_int_equal(train_spec_epochs(&design->stage[0].train), 1);
    assert_int_equal(train_spec_epochs(&design->stage[2].train), 7);
    assert_int_equal(train_spec_batch(&design->stage[1].train), 64);
    char *text = design_print(design, false), *decoder = layers_of(design, "decoder");
    assert_non_null(strstr(text, "  decay l1=1e-5 l2=0.0001\n"));
    assert_non_null(strstr(text, "  stop patience=6\n"));
    assert_non_null(strstr(text, "  noise gaussian mean=0.1 sd=0.3\n"));
    assert_non_null(strstr(decoder, "conv 64 3x3 lrelu(0.3)\n")); /* the mirror follows */
    assert_non_null(strstr(decoder, "conv 16 3x3 relu\n"));
    free(text);
    free(decoder);
    assert_true(design_set(design, "input=64x64x3", &err));
    assert_int_equal(design->input.h, 64);

    static const struct { const char *text, *what, *cure; } bad[] = {
        {"lr", "is no KEY=VALUE", "write it as"},
        {"=3", "is no KEY=VALUE", ""},
        {"lr=", "has no value", ""},
        {"lr=-1", "lr: \"-1\": need 0..1000", ""},
        {"lrr=1", "there is no setting \"lrr\"", "did you mean \"lr\"?"},
        {"batchs=3", "there is no setting \"batchs\"", "did you mean \"batch\"?"},
        {"loss=mean", "loss: \"mean\": need mse", ""},
        {"optimizer=adm", "optimizer: \"adm\"", "did you mean \"adam\"?"},
        {"optimizer=adam lrr=1", "\"lrr=1\" means nothing here", "did you mean \"lr=...\"?"},
        {"noise=gaussian sd=x", "sd: \"x\": need", ""},
        {"warmup=3", "several settings have a field warmup", "write SETTING.FIELD, such as schedule.warmup"},
        {"conv_1.filtres=3", "conv_1 has no field filtres; it has filters, kernel", ""},
        {"conv_1.filters=0", "filters: \"0\": need 1..4096", ""},
        {"conv_4.filters=3", "conv_4 is made by the mirror", "change the layer it mirrors"},
        {"nobody.lr=3", "there is no setting \"nobody.lr\"", ""},
        {"tuned.lrr=3", "there is no setting \"tuned.lrr\"", ""},
        {"a.b.c.d=1", "has too many dots", ""},
        {"input=0", "input: \"0\": need", ""},
        {"epochs=1 2", "\"2\" is too much", ""}};
    Design *before = design_copy(design);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(design_set(design, bad[i].text, &err));
        if (!strstr(err.what, bad[i].what) || !strstr(err.cure, bad[i].cure))
            fail_msg("%s: %s [%s]", bad[i].text, err.what, err.cure);
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_true(design_equal(before, design));
        assert_false(design_set(design, bad[i].text, NULL));
    }
    design_free(before);
    design_free(design);
}

static void chains(void **state)
{
    (void)state;
    Error err;
    Design *design = design_open("stacked", &err);
    Chain *chain = design_chain(design, 2, &err), *codes = design_code_chain(design, 2, &err);
    assert_int_equal(chain->layers, 1);
    assert_int_equal(chain->input.c, 64);
    assert_int_equal(codes->layers, 2);
    assert_int_equal(codes->input.c, 784);
    assert_string_equal(chain->layer[0].name, "dense_5");
    assert_int_equal(chain->index[0], 4);
    free(chain);
    free(codes);
    codes = design_code_chain(design, 0, &err);
    assert_int_equal(codes->layers, 0);
    free(codes);
    design_free(design);
    design = design_open("classifier", &err);
    chain = design_chain(design, 1, &err);
    assert_true(chain->frozen[0] && chain->frozen[7] && !chain->frozen[8]);
    assert_int_equal(chain->code, 8);
    assert_int_equal(chain_last_activation(chain).kind, ACT_SOFTMAX);
    free(chain);
    design_free(design);
    design = parsed("input 784\ndense 64\ndense 9\ndense 64\ndense 784 sigmoid\nreshape 28x28x1\n");
    chain = design_chain(design, 0, &err);
    assert_int_equal(chain->code, 2); /* the narrowest place */
    assert_int_equal(chain_last_activation(chain).kind, ACT_SIGMOID);
    free(chain);
    design_free(design);
}

/* Parameters counted by hand; megaflops of one training sample as the reference implementation counts and reports them: 2 a
 * multiply-add forward, twice that backward, without the input gradient of the first layer that learns. */
static void numbers_of_the_recipes(void **state)
{
    (void)state;
    static const struct { const char *preset; int stage; long parameters, trained; double megaflops; size_t code; } want[] = {
        {"simple", 0, 50992, 50992, 0.25088, 32},
        {"conv", 0, 9857, 9857, 13.095936, 6272},
        {"mirrored", 0, 334593, 333697, 262.370304, 6272},
        {"deep", 0, 1153712, 1153712, 6.10304, 32},
        {"denoise", 0, 178001, 178001, 40.115712, 16},
        {"sdae", 0, 515585, 515585, 795.2896, 3136},
        {"vae", 0, 1333012, 1333012, 7.17824, 2},
        {"cifar", 0, 99855, 99849, 116.1216, 1600},
        {"faces", 0, 2439427, 2439427, 377.094144, 128},
        {"classifier", 0, 334593, 333697, 262.370304, 6272},
        {"classifier", 1, 93568 + 804234, 804234, 18.121216, 6272},
        {"classifier", 2, 93568 + 804234, 93568 - 448 + 804234, 49.079808, 6272},
        {"stacked", 0, 201616, 201616, 1.00352, 128},
        {"stacked", 1, 16576, 16576, 0.08192, 64},
        {"stacked", 2, 650, 650, 0.00256, 10},
        {"stacked", 3, 109386, 109386, 0.4544, 64}};
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        Error err;
        Design *design = design_open(want[i].preset, &err);
        Summary summary;
        if (!summary_make(design, want[i].stage, 2, &summary, &err))
            fail_msg("%s", err.what);
        double flops = 0, bytes = 0;
        bool first = true;
        for (int r = 0; r < summary.rows; r++) {
            const SummaryRow *row = &summary.row[r];
            assert_true(row->bytes == (size_t)row->parameters * 4 && row->trained <= row->parameters);
            bytes += (double)row->bytes;
            if (row->macs == 0)
                continue;
            flops += (row->trained == 0 ? 2 : first ? 4 : 6) * row->macs;
            first &= row->trained == 0;
        }
        if (summary.parameters != want[i].parameters || summary.trained != want[i].trained || summary.code != want[i].code ||
            fabs(flops / 1e6 - want[i].megaflops) > 1e-6)
            fail_msg("%s.%d: %ld parameters, %ld trained, code %zu, %f Mflop", want[i].preset, want[i].stage, summary.parameters,
                     summary.trained, summary.code, flops / 1e6);
        assert_true((double)summary.bytes_training > bytes);
        summary_clear(&summary);
        design_free(design);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mirrors), cmocka_unit_test(names_and_edits), cmocka_unit_test(random_edits),
                                       cmocka_unit_test(settings), cmocka_unit_test(chains), cmocka_unit_test(numbers_of_the_recipes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
