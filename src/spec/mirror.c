/* Mirrors: a decoder made from the encoder, layer by layer (exact) or set by set.
 *
 * Nothing here knows a kind by name.  A layer's inverse comes from its kind's row; "learns" means that its plan has a
 * weight tensor; "resizes" means that it has none and that its inverse is of another kind (pools, Flatten). */
#include "spec/mirror.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

const ParamRow *mirror_closing_row(void)
{
    for (int i = 0; i < layer_kinds_count; i++) {
        int row = param_find(&layer_kinds[i]->param, "activation");
        if (row >= 0)
            return &layer_kinds[i]->param.rows[row];
    }
    abort(); /* a table without any activation is a mistake of the programmer */
}

/* The field that chooses among the activations, whatever its name; -1: none. */
static int activation_field(const ParamKind *kind)
{
    for (int i = 0; i < kind->count; i++)
        if (kind->rows[i].type == PARAM_CHOICE && kind->rows[i].choices == mirror_closing_row()->choices)
            return i;
    return -1;
}

/* One layer of the mirrored block with the shapes around it. */
typedef struct Source {
    const LayerSpec *spec;
    int layer; /* index in Design.layer */
    Shape in, out;
    bool learns, resizes;
    int activation; /* the field that holds its activation, -1: none */
    LayerSpec inverse; /* set.kind NULL: has none */
} Source;

int design_mirror_source(const Design *design, int block)
{
    int encoder = design_block_find(design, "encoder");
    return encoder >= 0 && encoder < block ? encoder : block - 1;
}

static bool plan_shape(const LayerSpec *spec, Shape in, Shape *out, bool *learns, Error *err)
{
    LayerPlan plan;
    if (!design_plan_layer(spec, in, &plan, err))
        return false;
    *out = plan.out;
    *learns = false;
    for (int i = 0; i < plan.tensors; i++)
        *learns |= plan.tensor[i].role == TENSOR_WEIGHT;
    layer_plan_clear(&plan);
    return true;
}

/* A kind's own error does not know the layer's name. */
static bool name_layer(const LayerSpec *spec, Error *err)
{
    if (!err)
        return false;
    char what[sizeof err->what];
    snprintf(what, sizeof what, "%s", err->what);
    snprintf(err->what, sizeof err->what, "%s cannot be mirrored: %.440s", *spec->name ? spec->name : spec->set.kind->name, what);
    return false;
}

/* *inverse tells whether a failure is about an inverse, not about the encoder itself. */
static bool look_at(const Design *design, int source, Shape shape, Source *out, int *fault, bool *inverse, Error *err)
{
    const Block *block = &design->block[source];
    for (int i = 0; i < block->count; i++) {
        Source *layer = &out[i];
        *layer = (Source){.layer = block->first + i, .spec = &design->layer[block->first + i], .in = shape};
        *fault = layer->layer;
        *inverse = false;
        if (!plan_shape(layer->spec, shape, &layer->out, &layer->learns, err))
            return false;
        layer->activation = activation_field(layer->spec->set.kind);
        const LayerKind *kind = layer_spec_kind(layer->spec);
        *inverse = true;
        if (kind->mirror) {
            if (!kind->mirror(layer->spec, shape, &layer->inverse, err))
                return name_layer(layer->spec, err);
            layer->inverse.name[0] = '\0';
            layer->resizes = !layer->learns && layer->inverse.set.kind != layer->spec->set.kind;
        }
        shape = layer->out;
    }
    *fault = -1;
    return true;
}

/* What was made leads to another shape: names both. The caller finds the cure for an inverse. */
static bool refuse_shape(const Source *layer, const LayerSpec *made, bool copy, Shape from, Shape got, Error *err)
{
    static const char cure[] = "use sizes that pools and strides divide, or write the decoder by hand";
    char in[SHAPE_TEXT], out[SHAPE_TEXT], back[SHAPE_TEXT], here[SHAPE_TEXT];
    shape_text(layer->in, in);
    shape_text(layer->out, out);
    shape_text(got, back);
    shape_text(from, here);
    const char *name = *layer->spec->name ? layer->spec->name : layer->spec->set.kind->name;
    if (copy)
        return error_set(err, ERROR_INPUT, "leave resizing to pools, or use `mirror` instead of `mirror sets`",
                         "%s cannot be part of a mirrored set: its copy turns %s into %s, and sets keep height and width", name,
                         here, back);
    return error_set(err, ERROR_INPUT, cure, "%s cannot be mirrored: it makes %s from %s, and its inverse `%s` gives back %s", name,
                     out, in, made->set.kind->name, back);
}

/* An inverse may need more units than a layer may have. */
static bool check_fields(const Source *layer, const LayerSpec *made, Error *err)
{
    for (int i = 0; i < made->set.kind->count; i++) {
        Str text = {0};
        Value value;
        param_print(&made->set.kind->rows[i], &made->set.value[i], &text);
        bool good = param_parse(&made->set.kind->rows[i], text.text, &value, err);
        str_clear(&text);
        if (!good)
            return name_layer(layer->spec, err);
    }
    return true;
}

/* Appends one made layer; it must lead from *shape to `want`. */
static bool append(const Source *layer, const LayerSpec *made, bool copy, Shape want, Shape *shape, LayerSpec *out, int *count, Error *err)
{
    if (*count == DESIGN_LAYERS)
        return error_set(err, ERROR_INPUT, NULL, "a design has at most %d layers", DESIGN_LAYERS);
    Shape got;
    bool learns;
    if (!check_fields(layer, made, err) || !plan_shape(made, *shape, &got, &learns, err))
        return false;
    if (!shape_equal(got, want))
        return refuse_shape(layer, made, copy, *shape, got, err);
    out[*count] = *made;
    out[(*count)++].comment = 0;
    *shape = got;
    return true;
}

/* An inverse takes the activation of the layer whose output it remakes: the nearest one before that has any. */
static void set_activation(const Source *source, int index, const char *closing, LayerSpec *made)
{
    int field = activation_field(made->set.kind);
    if (field < 0)
        return;
    for (int i = index - 1; i >= 0; i--)
        if (source[i].activation >= 0) {
            made->set.value[field] = source[i].spec->set.value[source[i].activation];
            return;
        }
    bool good = param_parse(&made->set.kind->rows[field], closing, &made->set.value[field], NULL);
    assert(good); /* the parser checked it */
    (void)good;
}

static bool make_exact(const Source *source, int layers, const char *closing, LayerSpec *out, int *count, int *fault, Error *err)
{
    Shape shape = source[layers - 1].out;
    for (int i = layers - 1; i >= 0; i--) {
        const Source *layer = &source[i];
        *fault = layer->layer;
        if (!layer->inverse.set.kind)
            continue;
        /* An activation of its own is taken over by the inverse before it. */
        if (!layer->learns && layer->activation >= 0)
            continue;
        /* Behind a layer without inverse (a sampled code) a Dropout or BatchNorm of the old shape has no place. */
        if (!layer->learns && !layer->resizes && !shape_equal(shape, layer->out))
            continue;
        LayerSpec made = layer->inverse;
        if (layer->learns)
            set_activation(source, i, closing, &made);
        if (!append(layer, &made, false, layer->in, &shape, out, count, err))
            return false;
    }
    return true;
}

/* A set is a layer that learns and those behind it up to the next set or the next layer that resizes.  Sets are copied in
 * backward order, what resizes is undone. */
static bool make_sets(const Source *source, int layers, LayerSpec *out, int *count, int *fault, Error *err)
{
    Shape shape = source[layers - 1].out;
    for (int end = layers; end > 0;) {
        int first = end - 1;
        *fault = source[first].layer;
        if (source[first].resizes) {
            Shape in = source[first].in, want = shape.flat ? in : shape_map(in.h, in.w, shape.c);
            if (!append(&source[first], &source[first].inverse, false, want, &shape, out, count, err))
                return false;
            end = first;
            continue;
        }
        while (first > 0 && !source[first].learns && !source[first - 1].resizes)
            first--;
        for (int i = first; i < end; i++) {
            *fault = source[i].layer;
            if (source[i].learns && source[i].in.flat && source[i].inverse.set.kind != source[i].spec->set.kind)
                continue; /* a sampled code is the encoder's alone */
            LayerSpec made = *source[i].spec;
            made.name[0] = '\0';
            Shape want = source[i].learns ? (Shape){shape.h, shape.w, source[i].out.c, source[i].out.flat} : shape;
            if (!append(&source[i], &made, true, want, &shape, out, count, err))
                return false;
        }
        end = first;
    }
    return true;
}

/* Would an input of this shape bring the mirror through? */
static bool works_with(const Design *design, int block, Shape input)
{
    Design *copy = design_copy(design);
    LayerSpec *made = mem_new(DESIGN_LAYERS, sizeof *made);
    int source = design_mirror_source(design, block), count = 0, fault;
    bool inverse;
    copy->input = input;
    Shape shape;
    Source *sources = mem_new((size_t)design->block[source].count, sizeof *sources);
    bool good = design_block_input(copy, source, &shape, NULL) && look_at(copy, source, shape, sources, &fault, &inverse, NULL);
    if (good && design->block[block].mirror == MIRROR_EXACT)
        good = make_exact(sources, design->block[source].count, design->block[block].closing, made, &count, &fault, NULL);
    else if (good)
        good = make_sets(sources, design->block[source].count, made, &count, &fault, NULL);
    free(sources);
    free(made);
    design_free(copy);
    return good;
}

bool mirror_near_input(const Design *design, int block, Shape *out)
{
    Shape input = design->input;
    for (int away = 1; away <= 16; away++)
        for (int dh = -away; dh <= away; dh++)
            for (int sign = -1; sign <= 1; sign += 2) {
                /* A square stays square; else as little as possible is changed. */
                bool square = input.h == input.w;
                if (square && abs(dh) != away)
                    continue;
                *out = shape_map(input.h + dh, input.w + (square ? dh : sign * (away - abs(dh))), input.c);
                if (out->h >= 1 && out->w >= 1 && works_with(design, block, *out))
                    return true;
            }
    return false;
}

/* What would help is known best by trying.  `at` is the layer without inverse, NULL: none. */
static void find_cure(const Design *design, int block, const Source *at, Error *err)
{
    char text[SHAPE_TEXT];
    Shape other;
    if (!err || design->input.flat || !mirror_near_input(design, block, &other))
        return;
    shape_text(other, text);
    snprintf(err->cure, sizeof err->cure, "an input of %s works", text);
    /* floor((n - 3) / 2) * 2 + 3 is n where n is odd. */
    if (design->block[block].mirror == MIRROR_EXACT && at && !at->learns && at->in.h % 2 && at->in.w % 2)
        snprintf(err->cure, sizeof err->cure,
                 "an input of %s works; or halve with `conv %d 3x3 stride=2 valid` in its place, whose inverse fits odd sizes", text,
                 at->in.c);
}

bool mirror_make(const Design *design, int block, LayerSpec *out, int *count, int *fault, Error *err)
{
    *count = 0;
    *fault = -1;
    int from = design_mirror_source(design, block);
    if (from < 0)
        return error_set(err, ERROR_INPUT, "write the encoder before it", "%s: there is no block to mirror",
                         design->block[block].name);
    int layers = design->block[from].count;
    if (layers == 0)
        return error_set(err, ERROR_INPUT, "put layers into it", "%s mirrors %s, which has no layers", design->block[block].name,
                         design->block[from].name);
    Shape shape;
    if (!design_block_input(design, from, &shape, err))
        return false;
    Source *source = mem_new((size_t)layers, sizeof *source);
    bool inverse = true, exact = design->block[block].mirror == MIRROR_EXACT;
    bool good = look_at(design, from, shape, source, fault, &inverse, err);
    if (good)
        good = exact ? make_exact(source, layers, design->block[block].closing, out, count, fault, err)
                     : make_sets(source, layers, out, count, fault, err);
    if (!good && inverse)
        find_cure(design, block, *fault >= 0 ? &source[*fault - design->block[from].first] : NULL, err);
    free(source);
    return good;
}
