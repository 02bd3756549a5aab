/* The design as a value: made, copied, compared, its parts found and edited.  Shapes are chain.c's. */
#include "spec/design.h"

#include "base/mem.h"
#include "spec/mirror.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Design *design_new(const char *name)
{
    Design *design = mem_new(1, sizeof *design);
    snprintf(design->name, sizeof design->name, "%s", name);
    design->stage = mem_new(DESIGN_STAGES, sizeof *design->stage);
    design->stages = 1;
    snprintf(design->stage[0].name, sizeof design->stage[0].name, "train");
    design->stage[0].train = train_spec_new();
    return design;
}

Design *design_copy(const Design *design)
{
    Design *copy = mem_new(1, sizeof *copy);
    *copy = *design;
    copy->stage = mem_new((size_t)design->stages, sizeof *copy->stage); /* no more: every step of a designer's undo is a copy */
    memcpy(copy->stage, design->stage, (size_t)design->stages * sizeof *copy->stage);
    copy->layer = NULL;
    if (design->layers) {
        copy->layer = mem_new((size_t)design->layers, sizeof *copy->layer);
        memcpy(copy->layer, design->layer, (size_t)design->layers * sizeof *copy->layer);
    }
    copy->comment = NULL;
    copy->comments = 0;
    for (int i = 0; i < design->comments; i++)
        design_add_comment(copy, mem_text(design->comment[i]));
    return copy;
}

void design_free(Design *design)
{
    if (!design)
        return;
    design_forget_comments(design);
    free(design->layer);
    free(design->stage);
    free(design);
}

/* ---- comments */

int design_add_comment(Design *design, char *text)
{
    design->comment = mem_resize(design->comment, (size_t)design->comments + 1, sizeof *design->comment);
    design->comment[design->comments] = text;
    return ++design->comments;
}

const char *design_comment(const Design *design, int number)
{
    return number > 0 && number <= design->comments ? design->comment[number - 1] : "";
}

void design_forget_comments(Design *design)
{
    for (int i = 0; i < design->comments; i++)
        free(design->comment[i]);
    free(design->comment);
    design->comment = NULL;
    design->comments = 0; /* numbers that are left mean nothing: no comment is added to a design that has been read */
}

/* ---- equality */

static bool block_equal(const Block *a, const Block *b)
{
    return strcmp(a->name, b->name) == 0 && a->mirror == b->mirror && strcmp(a->closing, b->closing) == 0 &&
           a->mirrored == b->mirrored && a->first == b->first && a->count == b->count && strcmp(a->from, b->from) == 0;
}

static bool stage_equal(const Stage *a, const Stage *b)
{
    bool same = strcmp(a->name, b->name) == 0 && a->runs == b->runs && a->code_blocks == b->code_blocks &&
                memcmp(a->run, b->run, (size_t)a->runs * sizeof *a->run) == 0 &&
                memcmp(a->codes, b->codes, (size_t)a->code_blocks * sizeof *a->codes) == 0 &&
                memcmp(a->frozen, b->frozen, sizeof a->frozen) == 0;
    for (int i = 0; same && i < TRAIN_SETTINGS; i++)
        same = param_set_equal(&a->train.set[i], &b->train.set[i]);
    return same;
}

bool design_equal(const Design *a, const Design *b)
{
    bool same = strcmp(a->name, b->name) == 0 && shape_equal(a->input, b->input) && a->blocks == b->blocks &&
                a->layers == b->layers && a->stages == b->stages;
    for (int i = 0; same && i < a->blocks; i++)
        same = block_equal(&a->block[i], &b->block[i]);
    for (int i = 0; same && i < a->layers; i++)
        same = strcmp(a->layer[i].name, b->layer[i].name) == 0 && param_set_equal(&a->layer[i].set, &b->layer[i].set);
    for (int i = 0; same && i < a->stages; i++)
        same = stage_equal(&a->stage[i], &b->stage[i]);
    return same;
}

Precision design_precision(const Design *design)
{
    Precision precision = PRECISION_FLOAT32;
    for (int i = 0; i < design->stages; i++)
        if (train_spec_arithmetic(&design->stage[i].train).precision == PRECISION_BF16)
            precision = PRECISION_BF16;
    return precision;
}

int design_block_find(const Design *design, const char *name)
{
    for (int i = 0; i < design->blocks; i++)
        if (strcmp(design->block[i].name, name) == 0)
            return i;
    return -1;
}

int design_layer_find(const Design *design, const char *name)
{
    for (int i = 0; i < design->layers; i++)
        if (strcmp(design->layer[i].name, name) == 0)
            return i;
    return -1;
}

int design_layer_block(const Design *design, int layer)
{
    for (int i = 0; i < design->blocks; i++)
        if (layer >= design->block[i].first && layer < design->block[i].first + design->block[i].count)
            return i;
    return -1;
}

bool design_layer_mirrored(const Design *design, int layer)
{
    int block = design_layer_block(design, layer);
    return block >= 0 && layer - design->block[block].first < design->block[block].mirrored;
}

/* ---- names */

bool design_name_is_automatic(const char *name)
{
    for (int i = 0; i < layer_kinds_count; i++) {
        size_t length = strlen(layer_kinds[i]->param.name);
        if (strncmp(name, layer_kinds[i]->param.name, length) != 0 || name[length] != '_')
            continue;
        const char *digits = name + length + 1;
        if (*digits && digits[strspn(digits, "0123456789")] == '\0')
            return true;
    }
    return false;
}

/* conv_1, conv_2, dense_1: counted over the whole design.  Names of the user's own stay. */
static void name_layers(Design *design)
{
    int *count = mem_new((size_t)layer_kinds_count, sizeof *count);
    for (int i = 0; i < design->layers; i++) {
        LayerSpec *layer = &design->layer[i];
        int kind = 0;
        while (layer_kinds[kind] != layer_spec_kind(layer))
            kind++;
        count[kind]++;
        if (!*layer->name || design_name_is_automatic(layer->name))
            snprintf(layer->name, sizeof layer->name, "%s_%d", layer->set.kind->name, count[kind]);
    }
    free(count);
}

/* ---- edits */

/* Replaces `remove` layers at `at` of a block by `count` others. */
static bool splice(Design *design, int block, int at, int remove, const LayerSpec *insert, int count, Error *err)
{
    int layers = design->layers - remove + count;
    if (layers > DESIGN_LAYERS)
        return error_set(err, ERROR_INPUT, NULL, "a design has at most %d layers", DESIGN_LAYERS);
    int place = design->block[block].first + at, behind = design->layers - place - remove;
    LayerSpec *grown = mem_new((size_t)layers + 1, sizeof *grown);
    if (place)
        memcpy(grown, design->layer, (size_t)place * sizeof *grown);
    if (count)
        memcpy(grown + place, insert, (size_t)count * sizeof *grown);
    if (behind)
        memcpy(grown + place + count, design->layer + place + remove, (size_t)behind * sizeof *grown);
    free(design->layer);
    design->layer = grown;
    design->layers = layers;
    design->block[block].count += count - remove;
    for (int i = block + 1; i < design->blocks; i++)
        design->block[i].first += count - remove;
    return true;
}

bool design_refresh_place(Design *design, DesignPlace *place, Error *err)
{
    LayerSpec *made = mem_new(DESIGN_LAYERS, sizeof *made);
    bool good = true;
    *place = (DesignPlace){-1, -1, -1};
    name_layers(design); /* so that messages about mirrors can name layers */
    for (int i = 0; i < design->blocks; i++) {
        Block *block = &design->block[i];
        if (block->mirror == MIRROR_NONE)
            continue;
        int count, fault;
        bool could = mirror_make(design, i, made, &count, &fault, good ? err : NULL) &&
                     splice(design, i, 0, block->mirrored, made, count, good ? err : NULL);
        if (could) {
            block->mirrored = count;
            name_layers(design);
        } else if (good) {
            good = false;
            *place = (DesignPlace){-1, i, fault};
        }
    }
    free(made);
    return good;
}

bool design_refresh(Design *design, Error *err)
{
    DesignPlace place;
    return design_refresh_place(design, &place, err);
}

static void refresh_quietly(Design *design)
{
    DesignPlace place;
    (void)!design_refresh_place(design, &place, NULL);
}

bool design_insert_layer(Design *design, int block, int at, const LayerSpec *spec, Error *err)
{
    assert(block >= 0 && block < design->blocks && at >= 0 && at <= design->block[block].count);
    if (at < design->block[block].mirrored)
        return error_set(err, ERROR_USAGE, "change the encoder, or break the mirror first", "these layers of %s are made by the mirror",
                         design->block[block].name);
    if (*spec->name && !design_name_is_automatic(spec->name) && design_layer_find(design, spec->name) >= 0)
        return error_set(err, ERROR_USAGE, "choose another name", "there is already a layer called %s", spec->name);
    LayerSpec bare = *spec;
    bare.comment = 0;
    if (!splice(design, block, at, 0, &bare, 1, err))
        return false;
    refresh_quietly(design);
    return true;
}

void design_remove_layer(Design *design, int block, int at)
{
    assert(block >= 0 && block < design->blocks && at >= 0 && at < design->block[block].count);
    if (at < design->block[block].mirrored)
        return;
    (void)!splice(design, block, at, 1, NULL, 0, NULL); /* it only shrinks */
    refresh_quietly(design);
}

void design_move_layer(Design *design, int block, int at, int by)
{
    const Block *home = &design->block[block];
    assert(at >= 0 && at < home->count);
    int to = at + by;
    if (at < home->mirrored)
        return;
    to = to < home->mirrored ? home->mirrored : to >= home->count ? home->count - 1 : to;
    LayerSpec *layer = design->layer + home->first, moved = layer[at];
    if (to > at)
        memmove(layer + at, layer + at + 1, (size_t)(to - at) * sizeof *layer);
    else
        memmove(layer + to + 1, layer + to, (size_t)(at - to) * sizeof *layer);
    layer[to] = moved;
    refresh_quietly(design);
}

int design_add_block(Design *design, const char *name, Error *err)
{
    if (design->blocks == DESIGN_BLOCKS) {
        error_set(err, ERROR_INPUT, NULL, "a design has at most %d blocks", DESIGN_BLOCKS);
        return -1;
    }
    if (design_block_find(design, name) >= 0) {
        error_set(err, ERROR_INPUT, "choose another name", "there is already a block called %s", name);
        return -1;
    }
    Block *block = &design->block[design->blocks];
    *block = (Block){.first = design->layers, .closing = "sigmoid"};
    snprintf(block->name, sizeof block->name, "%s", name);
    if (design->stages == 1)
        design->stage[0].run[design->stage[0].runs++] = design->blocks;
    return design->blocks++;
}

void design_set_mirror(Design *design, int block, MirrorKind kind)
{
    Block *changed = &design->block[block];
    int made = changed->mirror == MIRROR_NONE && kind != MIRROR_NONE ? changed->count : changed->mirrored;
    (void)!splice(design, block, 0, made, NULL, 0, NULL);
    changed->mirrored = 0;
    changed->mirror = kind;
    refresh_quietly(design);
}

void design_break_mirror(Design *design, int block)
{
    design->block[block].mirror = MIRROR_NONE;
    design->block[block].mirrored = 0;
    snprintf(design->block[block].closing, sizeof design->block[block].closing, "sigmoid");
}
