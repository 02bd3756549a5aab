/* Outlines of designs that do not fit, and differences from the design one began with. */
#include "base/rng.h"
#include "spec/diff.h"
#include "spec/outline.h"
#include "spec/preset.h"
#include "spec/summary.h"
#include "spec/text.h"

#include <setjmp.h>
#include <stdarg.h>
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

static Design *changed(const Design *design, const char *assignment)
{
    Error err = {0};
    Design *copy = design_copy(design);
    if (!design_set(copy, assignment, &err))
        fail_msg("%s: %s", assignment, err.what);
    return copy;
}

/* ---- outlines */

/* On designs that fit, an outline says what the summaries of their stages say. */
static void presets_as_their_summaries(void **state)
{
    (void)state;
    for (int i = 0; i < presets_count; i++) {
        Design *design = parsed(presets[i].text);
        Outline outline;
        outline_make(design, NULL, NULL, &outline);
        assert_int_equal(outline.rows, design->layers);
        assert_int_equal(outline.broken, -1);
        long all = 0;
        for (int k = 0; k < outline.rows; k++) {
            assert_int_equal(outline.row[k].known, KNOWLEDGE_FULL);
            all += outline.row[k].parameters;
        }
        assert_int_equal(all, outline.parameters);
        for (int s = 0; s < design->stages; s++) {
            Summary summary;
            Error err = {0};
            int layer[DESIGN_LAYERS];
            assert_true(summary_make(design, s, 1, &summary, &err));
            for (int r = 0; r < summary.rows; r++) {
                const OutlineRow *row = &outline.row[summary.row[r].layer];
                assert_true(shape_equal(row->out, summary.row[r].out));
                assert_int_equal(row->parameters, summary.row[r].parameters);
                assert_true(row->macs == summary.row[r].macs);
            }
            assert_int_equal(outline_stage_layers(design, s, layer) - summary.rows,
                             design->stage[s].code_blocks ? design->stage[s].code_blocks : 0); /* one dense layer a block of codes */
            summary_clear(&summary);
        }
        outline_clear(&outline);
        design_free(design);
    }
}

/* Up to the broken layer all is known, behind it what was; the layers keep their old shapes whatever is put in before them. */
static void what_lies_behind_is_remembered(void **state)
{
    (void)state;
    Design *design = parsed("input 28x28x1\nencoder\nconv 8 3x3 relu\nmaxpool 2\nflatten\ndense 16\ndecoder\ndense 784 sigmoid\n");
    Outline good, bad, worse;
    outline_make(design, NULL, NULL, &good);
    Design *broken = changed(design, "conv_1.kernel=31x31");
    assert_true(design_set(broken, "conv_1.padding=valid", NULL));
    outline_make(broken, design, &good, &bad);
    assert_int_equal(bad.broken, 0);
    assert_non_null(strstr(bad.why.what, "conv_1"));
    assert_int_equal(bad.row[0].known, KNOWLEDGE_NONE);
    for (int i = 1; i < bad.rows; i++) {
        assert_int_equal(bad.row[i].known, KNOWLEDGE_OLD);
        assert_true(shape_equal(bad.row[i].out, good.row[i].out));
    }
    /* A second mistake, and a layer in front: the old shapes are still told, the new layer's is not known. */
    Design *more = design_copy(broken);
    LayerSpec spec = layer_spec_new(layer_kind_find("batchnorm"));
    assert_true(design_insert_layer(more, 0, 1, &spec, NULL));
    outline_make(more, broken, &bad, &worse);
    assert_int_equal(worse.broken, 0);
    assert_int_equal(worse.row[1].known, KNOWLEDGE_NONE);
    for (int i = 2; i < worse.rows; i++) {
        assert_int_equal(worse.row[i].known, KNOWLEDGE_OLD);
        assert_true(shape_equal(worse.row[i].out, good.row[i - 1].out));
    }
    outline_clear(&worse);
    outline_clear(&bad);
    outline_clear(&good);
    design_free(more);
    design_free(broken);
    design_free(design);
}

/* ---- differences */

static char *rows_of(const DesignDiff *diff)
{
    Str out = {0};
    for (int i = 0; i < diff->rows; i++)
        str_addf(&out, "%c %s\n", "+-~"[diff->row[i].kind], diff->row[i].text);
    return str_take(&out);
}

static void check_diff(const char *base_text, Design *design, const char *want)
{
    Design *base = parsed(base_text);
    DesignDiff diff;
    design_diff(design, base, &diff);
    char *got = rows_of(&diff);
    assert_string_equal(got, want);
    free(got);
    design_diff_clear(&diff);
    design_free(base);
    design_free(design);
}

static Design *without(const char *text, const char *layer)
{
    Design *design = parsed(text);
    int at = design_layer_find(design, layer), block = design_layer_block(design, at);
    design_remove_layer(design, block, at - design->block[block].first);
    return design;
}

static void differences_are_named(void **state)
{
    (void)state;
    const char *simple = preset_find("simple")->text, *mirrored = preset_find("mirrored")->text, *stacked = preset_find("stacked")->text;
    check_diff(simple, parsed(simple), "");
    Design *design = parsed(simple);
    assert_true(design_set(design, "dense_1.units=16", NULL) && design_set(design, "dense_1.activation=tanh", NULL) &&
                design_set(design, "batch=64", NULL) && design_set(design, "optimizer=adam", NULL) && design_set(design, "input=28x28x1", NULL));
    check_diff(simple, design, "~ input  784 → 28x28x1\n~ dense_1  units 32 → 16, activation relu → tanh\n"
                               "~ optimizer  adadelta lr=1 → adam lr=0.001\n~ batch  256 → 64\n");
    /* A layer taken out of the middle is one removal, and what a mirror remakes is not told of. */
    check_diff(mirrored, without(mirrored, "batchnorm_2"), "- batchnorm\n");
    design = parsed(mirrored);
    LayerSpec spec = layer_spec_new(layer_kind_find("dropout"));
    assert_true(design_insert_layer(design, 0, 3, &spec, NULL));
    check_diff(mirrored, design, "+ dropout 0.1\n");
    design = parsed(mirrored);
    design_break_mirror(design, 1);
    check_diff(mirrored, design, "~ decoder  mirror → by hand\n");
    check_diff("input 784\nencoder\ndense 9\ndecoder\ndense 784\n", parsed("input 784\nencoder\ndense 9\ndecoder mirror\n"),
               "~ decoder  by hand → mirror\n");
    /* One change of all stages is told once, one of a stage with its name. */
    design = parsed(stacked);
    assert_true(design_set(design, "batch=32", NULL) && design_set(design, "tuned.epochs=3", NULL));
    check_diff(stacked, design, "~ batch  256 → 32\n~ tuned.epochs  50 → 3\n");
}

/* Matches point to layers of one kind, in order; what is not changed is matched to itself. */
static void matches_keep_order(void **state)
{
    (void)state;
    Rng rng = rng_new(11, RNG_TEST, 1, 0);
    for (int round = 0; round < 200; round++) {
        Design *base = parsed(presets[round % presets_count].text), *design = design_copy(base);
        int edits = (int)rng_below(&rng, 5);
        for (int e = 0; e < edits; e++) {
            int block = (int)rng_below(&rng, (uint32_t)design->blocks), count = design->block[block].count;
            LayerSpec spec = layer_spec_new(layer_kinds[rng_below(&rng, (uint32_t)layer_kinds_count)]);
            uint32_t what = rng_below(&rng, 3);
            if (what == 0)
                (void)!design_insert_layer(design, block, (int)rng_below(&rng, (uint32_t)count + 1), &spec, NULL);
            else if (what == 1 && count > 1)
                design_remove_layer(design, block, (int)rng_below(&rng, (uint32_t)count));
            else if (count > 1)
                design_move_layer(design, block, (int)rng_below(&rng, (uint32_t)count), rng_below(&rng, 2) ? 1 : -1);
        }
        DesignDiff diff;
        design_diff(design, base, &diff);
        for (int b = 0; b < design->blocks; b++) {
            int last = -1;
            for (int i = design->block[b].first; i < design->block[b].first + design->block[b].count; i++) {
                int was = diff.match[i];
                if (was < 0)
                    continue;
                assert_true(was > last && was < base->layers);
                assert_ptr_equal(base->layer[was].set.kind, design->layer[i].set.kind);
                last = was;
            }
        }
        if (edits == 0)
            assert_int_equal(diff.rows, 0);
        design_diff_clear(&diff);
        design_free(base);
        design_free(design);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(presets_as_their_summaries), cmocka_unit_test(what_lies_behind_is_remembered),
                                       cmocka_unit_test(differences_are_named), cmocka_unit_test(matches_keep_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
