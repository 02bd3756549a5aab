/* Cures for designs whose shapes or losses do not fit: each idea is tried, and the first that makes design_check happy is taken. */
#include "spec/ward.h"

#include "base/mem.h"
#include "spec/mirror.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Design *ward_with(const Design *design, const char *assignment, ...)
{
    char text[256];
    va_list args;
    va_start(args, assignment);
    vsnprintf(text, sizeof text, assignment, args);
    va_end(args);
    Design *copy = design_copy(design);
    if (design_set(copy, text, NULL))
        return copy;
    design_free(copy);
    return NULL;
}

/* What an idea may look at; it changes `design` and says so in `cure`, or returns false. */
typedef struct Idea {
    Design *design;
    DesignPlace place;
    int stage;     /* place.stage or 0 */
    Shape in;      /* of the layer at place, as far as shapes can be followed */
    Chain *chain;  /* of the stage; NULL where its shapes do not fit */
    Shape out;     /* of the chain */
    char *cure;
    size_t size;
} Idea;

#define SAY(idea, ...) (snprintf((idea)->cure, (idea)->size, __VA_ARGS__), true)

static LayerSpec *layer_at(const Idea *idea)
{
    return idea->place.layer < 0 ? NULL : &idea->design->layer[idea->place.layer];
}

/* Changes one field of a layer.  (Every edit may move the layers, so names are copied before.) */
static bool change(Idea *idea, const char *layer, const char *field, const char *value)
{
    char text[LAYER_NAME + 64];
    snprintf(text, sizeof text, "%s.%s=%s", layer, field, value);
    return design_set(idea->design, text, NULL);
}

/* Puts `word` and its fields into a block. */
static bool insert(Design *design, int block, int at, const char *line)
{
    char copy[128], *words[8], *rest;
    int count = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok_r(copy, " ", &rest); word && count < 8; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    const LayerKind *kind = layer_kind_find(words[0]);
    if (!kind)
        return false;
    LayerSpec spec = layer_spec_new(kind);
    return param_set_parse(&spec.set, words + 1, count - 1, true, NULL) && design_insert_layer(design, block, at, &spec, NULL);
}

static int place_in_block(const Idea *idea)
{
    return idea->place.layer - idea->design->block[idea->place.block].first;
}

static bool flatten_before(Idea *idea)
{
    const LayerSpec *layer = layer_at(idea);
    if (!layer || idea->in.flat)
        return false;
    char name[LAYER_NAME];
    snprintf(name, sizeof name, "%s", layer->name);
    return insert(idea->design, idea->place.block, place_in_block(idea), "flatten") && SAY(idea, "put a flatten before %s", name);
}

static bool pad(Idea *idea)
{
    const LayerSpec *layer = layer_at(idea);
    char name[LAYER_NAME];
    if (!layer || param_find(layer->set.kind, "padding") < 0)
        return false;
    snprintf(name, sizeof name, "%s", layer->name);
    return change(idea, name, "padding", "same") && SAY(idea, "pad %s (same)", name);
}

/* A Reshape gets as many numbers as it wants from the dense layer before it. */
static bool feed_reshape(Idea *idea)
{
    const LayerSpec *layer = layer_at(idea);
    if (!layer || layer->set.kind->count == 0 || layer->set.kind->rows[0].type != PARAM_SHAPE || idea->place.layer == 0)
        return false;
    const Value *shape = &layer->set.value[0];
    long numbers = 1;
    for (int i = 0; i < shape->rank; i++)
        numbers *= shape->size[i];
    char text[32], name[LAYER_NAME];
    snprintf(name, sizeof name, "%s", idea->design->layer[idea->place.layer - 1].name);
    snprintf(text, sizeof text, "%ld", numbers);
    return change(idea, name, "units", text) && SAY(idea, "give %s %ld units", name, numbers);
}

/* A pool that does not divide its input becomes a strided convolution: with kernel stride + n mod stride and valid padding its
 * inverse gives back every size n. */
static bool pool_to_conv(Idea *idea)
{
    const LayerSpec *layer = layer_at(idea);
    int size = layer ? param_find(layer->set.kind, "size") : -1;
    if (size < 0 || param_find(layer->set.kind, "stride") < 0 || idea->in.flat)
        return false;
    const int *s = layer->set.value[size].size;
    char line[96], name[LAYER_NAME];
    snprintf(name, sizeof name, "%s", layer->name);
    snprintf(line, sizeof line, "conv %d %dx%d stride=%dx%d valid relu", idea->in.c, s[0] + idea->in.h % s[0], s[1] + idea->in.w % s[1],
             s[0], s[1]);
    int at = place_in_block(idea);
    design_remove_layer(idea->design, idea->place.block, at);
    return insert(idea->design, idea->place.block, at, line) && SAY(idea, "put `%s` in the place of %s", line, name);
}

static bool other_input(Idea *idea)
{
    Shape shape;
    char text[SHAPE_TEXT];
    for (int b = 0; b < idea->design->blocks; b++) {
        if (idea->design->block[b].mirror == MIRROR_NONE || idea->design->input.flat || !mirror_near_input(idea->design, b, &shape))
            continue;
        idea->design->input = shape;
        shape_text(shape, text);
        (void)!design_refresh(idea->design, NULL);
        return SAY(idea, "make the input %s (a folder of pictures is scaled to it)", text);
    }
    return false;
}

static const char *activation_word(ActivationKind kind)
{
    return mirror_closing_row()->choices[kind].word;
}

/* The activation the stage's loss wants, or linear. */
static ActivationKind wanted_activation(const Idea *idea)
{
    return loss_spec_kind(&idea->design->stage[idea->stage].train.set[TRAIN_LOSS])->logits_of;
}

static bool last_activation(Idea *idea)
{
    ActivationKind wanted = wanted_activation(idea);
    if (wanted == ACT_LINEAR || !idea->chain)
        return false;
    for (int i = idea->chain->layers - 1; i >= 0; i--) {
        int layer = idea->chain->index[i];
        LayerSpec *spec = &idea->design->layer[layer];
        for (int f = 0; f < spec->set.kind->count; f++) {
            if (spec->set.kind->rows[f].choices != mirror_closing_row()->choices)
                continue;
            char name[LAYER_NAME];
            snprintf(name, sizeof name, "%s", spec->name);
            if (design_layer_mirrored(idea->design, layer)) {
                Block *block = &idea->design->block[idea->chain->block_of[i]];
                snprintf(block->closing, sizeof block->closing, "%s", activation_word(wanted));
                (void)!design_refresh(idea->design, NULL);
            } else {
                spec->set.value[f] = (Value){.choice = (int)wanted};
            }
            return SAY(idea, "let %s end with %s", name, activation_word(wanted));
        }
    }
    return false;
}

/* A softmax for each pixel, taken out and put behind what makes a vector of the picture. */
static bool softmax_behind(Idea *idea)
{
    if (wanted_activation(idea) != ACT_SOFTMAX || !idea->chain || !idea->out.flat)
        return false;
    for (int i = idea->chain->layers - 1; i >= 0; i--) {
        LayerSpec *spec = &idea->design->layer[idea->chain->index[i]];
        for (int f = 0; f < spec->set.kind->count; f++) {
            if (spec->set.kind->rows[f].choices != mirror_closing_row()->choices || design_layer_mirrored(idea->design, idea->chain->index[i]))
                continue;
            if (spec->set.value[f].choice != ACT_SOFTMAX)
                return false;
            char name[LAYER_NAME];
            int block = idea->chain->block_of[idea->chain->layers - 1];
            snprintf(name, sizeof name, "%s", spec->name);
            spec->set.value[f] = (Value){.choice = ACT_LINEAR};
            return insert(idea->design, block, idea->design->block[block].count, "activation softmax") &&
                   SAY(idea, "take the softmax out of %s and end with `activation softmax`", name);
        }
    }
    return false;
}

static bool append_activation(Idea *idea)
{
    ActivationKind wanted = wanted_activation(idea);
    if (wanted == ACT_LINEAR || !idea->chain)
        return false;
    char line[64];
    int block = idea->chain->block_of[idea->chain->layers - 1];
    snprintf(line, sizeof line, "activation %s", activation_word(wanted));
    return insert(idea->design, block, idea->design->block[block].count, line) && SAY(idea, "end with `%s`", line);
}

/* The last layer that learns gets as many units or filters as the input has. */
static bool last_count(Idea *idea)
{
    if (!idea->chain || wanted_activation(idea) == ACT_SOFTMAX)
        return false;
    Shape want = idea->chain->input;
    for (int i = idea->chain->layers - 1; i >= 0; i--) {
        const LayerSpec *spec = &idea->design->layer[idea->chain->index[i]];
        bool units = param_find(spec->set.kind, "units") >= 0;
        if (!units && param_find(spec->set.kind, "filters") < 0)
            continue;
        char text[32], name[LAYER_NAME];
        const char *field = units ? "units" : "filters";
        snprintf(name, sizeof name, "%s", spec->name);
        snprintf(text, sizeof text, "%d", units ? (int)shape_size(want) : want.c);
        return change(idea, name, field, text) && SAY(idea, "give %s %s %s", name, text, field);
    }
    return false;
}

/* Closing layers that bring the output to the input's shape. */
static bool close_up(Idea *idea)
{
    if (!idea->chain || wanted_activation(idea) == ACT_SOFTMAX)
        return false;
    Shape want = idea->chain->input, have = idea->out;
    int block = idea->chain->block_of[idea->chain->layers - 1];
    char line[64];
    if (have.flat) {
        snprintf(line, sizeof line, "dense %zu sigmoid", shape_size(want));
    } else {
        int up = have.h ? want.h / have.h : 0;
        if (want.flat || up < 1 || up * have.h != want.h || up * have.w != want.w)
            return false;
        if (up > 1) {
            snprintf(line, sizeof line, "upsample %d", up);
            if (!insert(idea->design, block, idea->design->block[block].count, line))
                return false;
        }
        snprintf(line, sizeof line, "conv %d 3x3 sigmoid", want.c);
        if (up > 1 && insert(idea->design, block, idea->design->block[block].count, line))
            return SAY(idea, "end with `upsample %d` and `%s`", up, line);
    }
    return insert(idea->design, block, idea->design->block[block].count, line) && SAY(idea, "end with `%s`", line);
}

static bool class_head(Idea *idea)
{
    if (!idea->chain || wanted_activation(idea) != ACT_SOFTMAX)
        return false;
    int block = idea->chain->block_of[idea->chain->layers - 1];
    if (!idea->out.flat && !insert(idea->design, block, idea->design->block[block].count, "flatten"))
        return false;
    return insert(idea->design, block, idea->design->block[block].count, "dense 10 softmax") &&
           SAY(idea, "end with %s`dense 10 softmax`", idea->out.flat ? "" : "`flatten` and ");
}

static bool other_loss(Idea *idea)
{
    char text[64];
    snprintf(text, sizeof text, "%s.loss=mse", idea->design->stage[idea->stage].name);
    return design_set(idea->design, text, NULL) && SAY(idea, "use loss mse");
}

static bool (*const ideas[])(Idea *) = {flatten_before, feed_reshape, pool_to_conv, other_input, pad,       last_activation,
                                        softmax_behind, append_activation, last_count, close_up,   class_head,  other_loss};

static void look(Idea *idea, const Design *design)
{
    Shape shape = design->input;
    idea->stage = idea->place.stage < 0 ? 0 : idea->place.stage;
    idea->chain = design_chain(design, idea->stage, NULL);
    if (idea->chain && !idea->chain->layers) { /* nothing there that could be given an end */
        free(idea->chain);
        idea->chain = NULL;
    }
    for (int i = 0; idea->chain && i < idea->chain->layers; i++) {
        LayerPlan plan;
        shape = i == 0 ? idea->chain->input : shape;
        if (!design_plan_layer(&idea->chain->layer[i], shape, &plan, NULL))
            break;
        shape = plan.out;
        layer_plan_clear(&plan);
    }
    idea->out = shape;
    if (idea->place.layer < 0)
        return;
    idea->place.block = design_layer_block(design, idea->place.layer);
    if (!design_block_input(design, idea->place.block, &shape, NULL))
        return;
    for (int layer = design->block[idea->place.block].first; layer < idea->place.layer; layer++) {
        LayerPlan plan;
        if (!design_plan_layer(&design->layer[layer], shape, &plan, NULL))
            return;
        shape = plan.out;
        layer_plan_clear(&plan);
    }
    idea->in = shape;
}

Design *ward_fit(const Design *design, DesignPlace place, const Error *err, char *cure, size_t size)
{
    /* First a cure after which everything fits, else one after which at least something else is wrong. */
    for (int modest = 0; modest < 2; modest++)
        for (size_t i = 0; i < COUNT_OF(ideas); i++) {
            Idea idea = {.place = place, .cure = cure, .size = size};
            look(&idea, design);
            idea.design = design_copy(design);
            Error now = {0};
            DesignPlace then;
            bool good = ideas[i](&idea);
            bool fits = good && design_check_place(idea.design, &then, &now);
            free(idea.chain);
            if (good && (fits || (modest && strcmp(now.what, err->what) != 0 && then.layer > place.layer)))
                return idea.design;
            design_free(idea.design);
        }
    *cure = '\0';
    return NULL;
}
