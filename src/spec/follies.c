/* What is unwise in a stage's layers: a code that squeezes nothing, activations that stop the gradient, zeros that stay equal. */
#include "spec/ward.h"

#include "base/mem.h"
#include "data/noise.h"
#include "spec/mirror.h"

#include <stdio.h>
#include <string.h>

static bool field_is(const ParamSet *set, const char *field, const char *word)
{
    int row = param_find(set->kind, field);
    return row >= 0 && set->kind->rows[row].type == PARAM_CHOICE &&
           strcmp(set->kind->rows[row].choices[set->value[row].choice].word, word) == 0;
}

static const LossKind *loss_kind(const Design *design, int stage)
{
    return loss_spec_kind(&design->stage[stage].train.set[TRAIN_LOSS]);
}

/* ---- is it an hourglass? */

/* Pools the code by the least factor that makes it smaller than the input, and enlarges again where a hand-written block follows. */
static Design *squeeze_map(const Design *design, const Chain *chain, Shape code, char *cure, size_t size)
{
    int encoder = chain->block_of[chain->code - 1];
    for (int k = 2; k <= 16; k++) {
        if (code.h % k || code.w % k || shape_size(code) / (size_t)(k * k) >= shape_size(chain->input))
            continue;
        Design *copy = design_copy(design);
        LayerSpec pool = layer_spec_new(layer_kind_find("maxpool")), up = layer_spec_new(layer_kind_find("upsample"));
        pool.set.value[0] = up.set.value[0] = (Value){.size = {k, k}, .rank = 2};
        bool good = design_insert_layer(copy, encoder, copy->block[encoder].count, &pool, NULL);
        int next = chain->code < chain->layers ? chain->block_of[chain->code] : -1;
        if (good && next >= 0 && copy->block[next].mirror == MIRROR_NONE)
            good = design_insert_layer(copy, next, 0, &up, NULL);
        if (good && design_check(copy, NULL)) {
            snprintf(cure, size, "pool %d after the encoder: a code of %zu", k, shape_size(code) / (size_t)(k * k));
            return copy;
        }
        design_free(copy);
    }
    return NULL;
}

static Design *squeeze_vector(const Design *design, const Chain *chain, char *cure, size_t size)
{
    for (int i = chain->code - 1; i >= 0; i--) {
        const LayerSpec *layer = &chain->layer[i];
        if (param_find(layer->set.kind, "units") < 0)
            continue;
        int units = (int)(shape_size(chain->input) / 24);
        units = units < 2 ? 1 : units > 32 ? 32 : units;
        Design *copy = ward_with(design, "%s.units=%d", layer->name, units);
        if (copy && design_check(copy, NULL)) {
            snprintf(cure, size, "give %s %d units", layer->name, units);
            return copy;
        }
        design_free(copy);
        return NULL;
    }
    return NULL;
}

static void check_code(Ward *ward, int stage, const Chain *chain)
{
    const Stage *of = &ward->design->stage[stage];
    /* A denoising network may have a wide code: copying its input is no way out for it. */
    if (loss_kind(ward->design, stage)->labels || !noise_is_none(&of->train.set[TRAIN_NOISE]) || chain->code >= chain->layers ||
        chain->code < 1)
        return;
    Shape code = chain->input;
    for (int i = 0; i < chain->code; i++) {
        LayerPlan plan;
        if (!design_plan_layer(&chain->layer[i], code, &plan, NULL))
            return;
        code = plan.out;
        layer_plan_clear(&plan);
    }
    size_t have = shape_size(code), input = shape_size(chain->input);
    if (have < input)
        return;
    char text[SHAPE_TEXT], cure[160];
    shape_text(code, text);
    Design *cured = code.flat ? squeeze_vector(ward->design, chain, cure, sizeof cure)
                              : squeeze_map(ward->design, chain, code, cure, sizeof cure);
    ward_note(ward, SEVERITY_WARNING, stage, chain->index[chain->code - 1], cured, cure,
              "the code %s is %zu numbers, %.1f times the input's %zu: nothing is squeezed", text, have, (double)have / (double)input,
              input);
}

/* ---- the layers' own follies */

static bool learns(const LayerSpec *layer)
{
    return param_find(layer->set.kind, "init") >= 0;
}

static void check_saturation(Ward *ward, int stage, const Chain *chain)
{
    int learning = 0, sigmoids = 0, last = -1;
    for (int i = 0; i < chain->layers; i++)
        if (learns(&chain->layer[i])) {
            learning++;
            last = i;
        }
    Design *cured = design_copy(ward->design);
    char first[LAYER_NAME] = "";
    for (int i = 0; i < last; i++) {
        if (!field_is(&chain->layer[i].set, "activation", "sigmoid"))
            continue;
        sigmoids++;
        if (!*first)
            snprintf(first, sizeof first, "%s", chain->layer[i].name);
        char text[LAYER_NAME + 32];
        snprintf(text, sizeof text, "%s.activation=relu", chain->layer[i].name);
        (void)!design_set(cured, text, NULL); /* a mirrored layer follows the one it mirrors */
    }
    if (learning < 4 || sigmoids == 0) {
        design_free(cured);
        return;
    }
    ward_note(ward, SEVERITY_HINT, stage, design_layer_find(ward->design, first), cured, "let them be relu",
              "%d hidden layer%s with sigmoid (%s%s) in a network of %d: each lets at most a quarter of the gradient through", sigmoids,
              sigmoids == 1 ? "" : "s", first, sigmoids == 1 ? "" : " ...", learning);
}

static void check_zeros(Ward *ward, int stage, const Chain *chain)
{
    for (int i = 0; i < chain->layers; i++)
        if (field_is(&chain->layer[i].set, "init", "zeros") && !chain->frozen[i] && !*ward->design->block[chain->block_of[i]].from) {
            const char *name = chain->layer[i].name;
            ward_note(ward, SEVERITY_WARNING, stage, chain->index[i], ward_with(ward->design, "%s.init=glorot-uniform", name),
                      "start it glorot-uniform", "%s starts with zero weights: all its units will learn the same", name);
        }
}

static void check_last_dropout(Ward *ward, int stage, const Chain *chain)
{
    int last = chain->layers - 1;
    if (last < 1 || param_find(chain->layer[last].set.kind, "rate") < 0 || design_layer_mirrored(ward->design, chain->index[last]))
        return;
    Design *cured = design_copy(ward->design);
    int block = chain->block_of[last];
    design_remove_layer(cured, block, chain->index[last] - cured->block[block].first);
    ward_note(ward, SEVERITY_WARNING, stage, chain->index[last], cured, "take it out",
              "%s is the last layer: in training it sets outputs to zero that are compared with the target", chain->layer[last].name);
}

/* The KL term is a sum over the code; beside a mean over pixels it is hundreds of times too heavy. */
static void check_kl(Ward *ward, int stage, const Chain *chain)
{
    const Stage *of = &ward->design->stage[stage];
    if (!field_is(&of->train.set[TRAIN_LOSS], "reduction", "mean"))
        return;
    for (int i = 0; i < chain->layers; i++)
        if (param_find(chain->layer[i].set.kind, "beta") >= 0) {
            int beta = param_find(chain->layer[i].set.kind, "beta");
            if (chain->layer[i].set.value[beta].number * (double)shape_size(chain->input) <= 4)
                return; /* weighted down by hand */
            ward_note(ward, SEVERITY_WARNING, stage, chain->index[i], ward_with(ward->design, "%s.loss.reduction=sum", of->name),
                      "sum the loss over the pixels",
                      "the loss is a mean over %zu numbers, %s's KL a sum: the code will fall onto the prior and say nothing",
                      shape_size(chain->input), chain->layer[i].name);
            return;
        }
}

/* ---- the last activation */

/* The layer whose activation is the output's; -1: none has one. */
static int last_active(const Chain *chain)
{
    for (int i = chain->layers - 1; i >= 0; i--)
        for (int f = 0; f < chain->layer[i].set.kind->count; f++)
            if (chain->layer[i].set.kind->rows[f].choices == mirror_closing_row()->choices)
                return i;
    return -1;
}

/* The design whose output goes through a sigmoid; a mirrored layer takes it from the block's head. */
static Design *closed_by_sigmoid(const Design *design, const Chain *chain, int at)
{
    Design *copy = design_copy(design);
    int layer = chain->index[at];
    if (design_layer_mirrored(design, layer)) {
        snprintf(copy->block[chain->block_of[at]].closing, sizeof copy->block->closing, "sigmoid");
        if (design_refresh(copy, NULL))
            return copy;
    } else {
        ParamSet *set = &copy->layer[layer].set;
        for (int f = 0; f < set->kind->count; f++)
            if (set->kind->rows[f].choices == mirror_closing_row()->choices) {
                set->value[f] = (Value){.choice = ACT_SIGMOID};
                return copy;
            }
    }
    design_free(copy);
    return NULL;
}

static void check_output(Ward *ward, int stage, const Chain *chain)
{
    ActivationKind last = chain_last_activation(chain).kind;
    int at = last_active(chain);
    if (loss_kind(ward->design, stage)->labels || ward->design->stage[stage].code_blocks || at < 0 || (last != ACT_RELU && last != ACT_SOFTMAX))
        return; /* codes have no range of their own */
    const char *name = chain->layer[at].name;
    char cure[80];
    snprintf(cure, sizeof cure, "let %s end with sigmoid", name);
    ward_note(ward, SEVERITY_WARNING, stage, chain->index[at], closed_by_sigmoid(ward->design, chain, at), cure,
              last == ACT_RELU ? "%s ends the network with relu: a pixel that falls to 0 gets no gradient any more and stays black"
                               : "%s ends the network with softmax: all its numbers share a sum of 1, and pixels do not", name);
}

/* ---- layers and what surrounds them */

static void check_batchnorm(Ward *ward, int stage, const Chain *chain)
{
    const Stage *of = &ward->design->stage[stage];
    for (int i = 0; i < chain->layers && train_spec_batch(&of->train) < 2; i++)
        if (param_find(chain->layer[i].set.kind, "momentum") >= 0 && !chain->frozen[i]) {
            ward_note(ward, SEVERITY_WARNING, stage, chain->index[i], ward_with(ward->design, "%s.batch=32", of->name), "use a batch of 32",
                      "%s compares the samples of a batch, and stage %s has one in each", chain->layer[i].name, of->name);
            return;
        }
}

static void check_dropout(Ward *ward, int stage, const Chain *chain)
{
    for (int i = 0; i + 1 < chain->layers; i++) {
        int rate = param_find(chain->layer[i].set.kind, "rate");
        if (rate < 0 || chain->layer[i].set.value[rate].number <= 0.7 || design_layer_mirrored(ward->design, chain->index[i]))
            continue;
        const char *name = chain->layer[i].name;
        ward_note(ward, SEVERITY_HINT, stage, chain->index[i], ward_with(ward->design, "%s.rate=0.5", name), "drop half of them",
                  "%s drops %.0f of 100 numbers: little is left to learn from", name, 100 * chain->layer[i].set.value[rate].number);
    }
}

/* With `same` padding any kernel fits; one larger than the picture sees mostly padding. */
static void check_kernels(Ward *ward, int stage, const Chain *chain)
{
    Shape shape = chain->input;
    for (int i = 0; i < chain->layers; i++) {
        LayerPlan plan;
        int kernel = param_find(chain->layer[i].set.kind, "kernel");
        const int *size = kernel < 0 ? NULL : chain->layer[i].set.value[kernel].size;
        if (!design_plan_layer(&chain->layer[i], shape, &plan, NULL))
            return;
        bool wide = size && !shape.flat && size[0] > 2 * shape.h && size[1] > 2 * shape.w;
        if (wide && !design_layer_mirrored(ward->design, chain->index[i]))
            ward_note(ward, SEVERITY_HINT, stage, chain->index[i], ward_with(ward->design, "%s.kernel=3x3", chain->layer[i].name), "look at 3x3",
                      "%s looks at %dx%d of a picture of %dx%d: most of it is padding", chain->layer[i].name, size[0], size[1], shape.h, shape.w);
        shape = plan.out;
        layer_plan_clear(&plan);
    }
}

void ward_look_at_layers(Ward *ward, int stage, const Chain *chain)
{
    static void (*const checks[])(Ward *, int, const Chain *) = {check_code,   check_output,    check_saturation, check_zeros, check_last_dropout,
                                                                 check_kl,     check_batchnorm, check_dropout,    check_kernels};
    for (size_t i = 0; i < COUNT_OF(checks); i++)
        checks[i](ward, stage, chain);
}
