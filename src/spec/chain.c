/* Chains: the layers of one stage in order, with their shapes; and the checks that need shapes. */
#include "spec/design.h"

#include "base/mem.h"
#include "spec/mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool design_plan_layer(const LayerSpec *spec, Shape in, LayerPlan *out, Error *err)
{
    const size_t most = (size_t)1 << 28;
    const char *name = *spec->name ? spec->name : spec->set.kind->name;
    char text[SHAPE_TEXT];
    if (!layer_plan(spec, in, (Arithmetic){0}, false, false, out, err)) {
        if (err) {
            /* The kind says what is wrong, this says where and what came in. */
            char what[sizeof err->what];
            snprintf(what, sizeof what, "%s", err->what);
            shape_text(in, text);
            snprintf(err->what, sizeof err->what, "%s, input %s: %.440s", name, text, what);
        }
        return false;
    }
    if (shape_size(out->out) > most) {
        shape_text(out->out, text);
        layer_plan_clear(out);
        return error_set(err, ERROR_INPUT, "make it smaller", "%s: its output of %s is more than 2^28 numbers", name, text);
    }
    return true;
}

/* Leads *shape through a block; *fault is the layer that does not fit. */
static bool through_block(const Design *design, int block, Shape *shape, int *fault, Error *err)
{
    for (int i = 0; i < design->block[block].count; i++) {
        LayerPlan plan;
        *fault = design->block[block].first + i;
        if (!design_plan_layer(&design->layer[*fault], *shape, &plan, err))
            return false;
        *shape = plan.out;
        layer_plan_clear(&plan);
    }
    *fault = -1;
    return true;
}

/* The blocks a stage leads its data through: those of `codes`, then those of `run`. */
static int stage_blocks(const Stage *stage, int *block)
{
    int count = 0;
    for (int i = 0; i < stage->code_blocks; i++)
        block[count++] = stage->codes[i];
    for (int i = 0; i < stage->runs; i++)
        block[count++] = stage->run[i];
    return count;
}

bool design_block_input(const Design *design, int block, Shape *out, Error *err)
{
    int order[2 * DESIGN_BLOCKS], count = 0, at = -1, fault;
    for (int s = 0; s < design->stages && at < 0; s++) {
        count = stage_blocks(&design->stage[s], order);
        for (int i = 0; i < count && at < 0; i++)
            if (order[i] == block)
                at = i;
    }
    if (at < 0)
        for (at = 0; at < block; at++)
            order[at] = at;
    *out = design->input;
    for (int i = 0; i < at; i++)
        if (!through_block(design, order[i], out, &fault, err))
            return false;
    return true;
}

static int narrowest(const Chain *chain, const size_t *size)
{
    int best = chain->layers;
    for (int i = 1; i < chain->layers; i++)
        if (best == chain->layers || size[i - 1] < size[best - 1])
            best = i;
    return best;
}

static Chain *chain_of(const Design *design, const int *block, int blocks, Shape input, const bool *frozen, DesignPlace *place,
                       Error *err)
{
    Chain *chain = mem_new(1, sizeof *chain);
    size_t *size = mem_new(DESIGN_LAYERS, sizeof *size);
    chain->input = input;
    Shape shape = input;
    int code = -1;
    for (int b = 0; b < blocks; b++) {
        const Block *source = &design->block[block[b]];
        for (int i = 0; i < source->count; i++) {
            int layer = source->first + i;
            LayerPlan plan;
            if (!design_plan_layer(&design->layer[layer], shape, &plan, err)) {
                place->block = block[b];
                place->layer = layer;
                free(size);
                free(chain);
                return NULL;
            }
            shape = plan.out;
            layer_plan_clear(&plan);
            size[chain->layers] = shape_size(shape);
            chain->layer[chain->layers] = design->layer[layer];
            chain->frozen[chain->layers] = frozen && frozen[block[b]];
            chain->index[chain->layers] = layer;
            chain->block_of[chain->layers++] = block[b];
        }
        if (strcmp(source->name, "encoder") == 0)
            code = chain->layers;
    }
    chain->code = code >= 0 ? code : narrowest(chain, size);
    free(size);
    return chain;
}

static Shape chain_output(const Chain *chain)
{
    Shape shape = chain->input;
    for (int i = 0; i < chain->layers; i++) {
        LayerPlan plan;
        if (!design_plan_layer(&chain->layer[i], shape, &plan, NULL))
            break;
        shape = plan.out;
        layer_plan_clear(&plan);
    }
    return shape;
}

static Chain *stage_chain(const Design *design, int stage, DesignPlace *place, Error *err)
{
    const Stage *of = &design->stage[stage];
    Chain *codes = chain_of(design, of->codes, of->code_blocks, design->input, NULL, place, err);
    if (!codes)
        return NULL;
    Chain *chain = chain_of(design, of->run, of->runs, chain_output(codes), of->frozen, place, err);
    free(codes);
    return chain;
}

Chain *design_chain(const Design *design, int stage, Error *err)
{
    DesignPlace place;
    return stage_chain(design, stage, &place, err);
}

Chain *design_code_chain(const Design *design, int stage, Error *err)
{
    DesignPlace place;
    const Stage *of = &design->stage[stage];
    return chain_of(design, of->codes, of->code_blocks, design->input, NULL, &place, err);
}

/* ---- checks */

/* What was in (0, 1) stays there: the layer only moves or picks numbers. */
static bool keeps_range(const LayerSpec *spec, const LayerPlan *plan)
{
    return plan->tensors == 0 && param_find(spec->set.kind, "rate") < 0 && param_find(spec->set.kind, "function") < 0;
}

Activation chain_last_activation(const Chain *chain)
{
    Activation last = {ACT_LINEAR, 0};
    Shape shape = chain->input;
    for (int i = 0; i < chain->layers; i++) {
        LayerPlan plan;
        if (!design_plan_layer(&chain->layer[i], shape, &plan, NULL))
            break;
        if (!keeps_range(&chain->layer[i], &plan))
            last = plan.activation;
        shape = plan.out;
        layer_plan_clear(&plan);
    }
    return last;
}

/* How many numbers the last softmax makes probabilities of: its channels, for each pixel anew. */
static bool softmax_over_all(const Chain *chain, int *at)
{
    bool all = true;
    Shape shape = chain->input;
    *at = -1;
    for (int i = 0; i < chain->layers; i++) {
        LayerPlan plan;
        if (!design_plan_layer(&chain->layer[i], shape, &plan, NULL))
            break;
        shape = plan.out;
        if (!keeps_range(&chain->layer[i], &plan)) {
            all = plan.activation.kind != ACT_SOFTMAX || shape.h * shape.w == 1;
            *at = i;
        }
        layer_plan_clear(&plan);
    }
    return all;
}

static const char *activation_word(ActivationKind kind)
{
    return mirror_closing_row()->choices[kind].word;
}

enum { CLASSES_MOST = 256 }; /* labels are bytes */

/* Does the stage's loss fit what its network puts out? */
static bool check_loss(const Stage *stage, const Chain *chain, Error *err)
{
    const LossSpec *loss = &stage->train.set[TRAIN_LOSS];
    const LossKind *kind = loss_spec_kind(loss);
    const char *name = chain->layer[chain->layers - 1].name;
    Shape out = chain_output(chain);
    char in_text[SHAPE_TEXT], out_text[SHAPE_TEXT], cure[128];
    shape_text(chain->input, in_text);
    shape_text(out, out_text);
    if (!kind->labels && shape_size(out) != shape_size(chain->input)) {
        snprintf(cure, sizeof cure, "end with a layer that gives %s", in_text);
        return error_set(err, ERROR_INPUT, cure, "stage %s: loss %s compares output and input, but %s puts out %s and the input is %s",
                         stage->name, kind->param.name, name, out_text, in_text);
    }
    if (kind->labels && (out.h * out.w != 1 || out.c < 2))
        return error_set(err, ERROR_INPUT, "end with `flatten` and `dense 10 softmax`, a unit for each class",
                         "stage %s: loss %s needs one output a class, but %s puts out %s", stage->name, kind->param.name, name,
                         out_text);
    Activation last = chain_last_activation(chain);
    bool inside = last.kind == kind->logits_of || (!kind->labels && last.kind == ACT_SOFTMAX);
    if (kind->logits_of != ACT_LINEAR && !inside) {
        const char *wanted = activation_word(kind->logits_of);
        if (kind->labels) {
            snprintf(cure, sizeof cure, "let the last layer be `%s`", wanted);
            return error_set(err, ERROR_INPUT, cure, "stage %s: loss %s needs probabilities, but the network ends with %s (%s)",
                             stage->name, kind->param.name, activation_word(last.kind), name);
        }
        snprintf(cure, sizeof cure, "let the last layer be `%s`, or use `loss mse`", wanted);
        return error_set(err, ERROR_INPUT, cure, "stage %s: loss %s needs an output inside (0, 1), but the network ends with %s (%s)",
                         stage->name, kind->param.name, activation_word(last.kind), name);
    }
    int at;
    if (kind->labels && !softmax_over_all(chain, &at))
        return error_set(err, ERROR_INPUT, "end with `activation softmax`, behind the flatten",
                         "stage %s: loss %s needs probabilities of classes, but the softmax of %s makes some for each pixel", stage->name,
                         kind->param.name, chain->layer[at].name);
    if (kind->labels && out.c > CLASSES_MOST)
        return error_set(err, ERROR_INPUT, "give the last layer a unit for each class",
                         "stage %s: loss %s knows %d classes at most, but %s puts out %s", stage->name, kind->param.name, CLASSES_MOST, name,
                         out_text);
    return true;
}

static bool learns_something(const Chain *chain)
{
    Shape shape = chain->input;
    for (int i = 0; i < chain->layers; i++) {
        LayerPlan plan;
        if (!design_plan_layer(&chain->layer[i], shape, &plan, NULL))
            return false;
        bool learns = false;
        for (int t = 0; t < plan.tensors; t++)
            learns |= plan.tensor[t].role != TENSOR_STATE;
        shape = plan.out;
        layer_plan_clear(&plan);
        if (learns && !chain->frozen[i])
            return true;
    }
    return false;
}

/* Codes come from blocks that an earlier stage trained or a file holds. */
static bool check_codes(const Design *design, int stage, Error *err)
{
    const Stage *of = &design->stage[stage];
    for (int i = 0; i < of->code_blocks; i++) {
        const Block *block = &design->block[of->codes[i]];
        bool trained = *block->from != '\0';
        for (int s = 0; s < stage; s++)
            for (int r = 0; r < design->stage[s].runs; r++)
                trained |= design->stage[s].run[r] == of->codes[i];
        if (!trained)
            return error_set(err, ERROR_INPUT, "train it in a stage before, or give it weights with `from FILE`",
                             "stage %s takes codes of %s, which nothing has trained yet", of->name, block->name);
    }
    return true;
}

bool design_check_place(const Design *design, DesignPlace *place, Error *err)
{
    *place = (DesignPlace){-1, -1, -1};
    if (shape_size(design->input) == 0)
        return error_set(err, ERROR_INPUT, "begin with a line such as `input 28x28x1`", "the design says nothing of its input");
    if (design->layers == 0)
        return error_set(err, ERROR_INPUT, "write `encoder` and layers under it", "the design has no layers");
    Design *copy = design_copy(design); /* mirrors are remade to see whether they can be */
    bool good = design_refresh_place(copy, place, err);
    design_free(copy);
    for (int s = 0; good && s < design->stages; s++) {
        place->stage = s;
        Chain *chain = stage_chain(design, s, place, err);
        good = chain != NULL;
        if (good && chain->layers == 0)
            good = error_set(err, ERROR_INPUT, "name blocks that have layers after `run`", "stage %s runs no layers",
                             design->stage[s].name);
        else if (good && !learns_something(chain))
            good = error_set(err, ERROR_INPUT, "add a layer that learns, or freeze less", "stage %s has nothing that learns",
                             design->stage[s].name);
        if (good && !check_loss(&design->stage[s], chain, err)) {
            place->layer = chain->index[chain->layers - 1];
            place->block = chain->block_of[chain->layers - 1];
            good = false;
        }
        free(chain);
        good = good && check_codes(design, s, err);
    }
    if (good)
        *place = (DesignPlace){-1, -1, -1};
    return good;
}

bool design_check(const Design *design, Error *err)
{
    DesignPlace place;
    return design_check_place(design, &place, err);
}
