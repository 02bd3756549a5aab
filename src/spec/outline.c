/* Shapes layer by layer through every stage, as far as they go; what lies behind a broken layer is remembered. */
#include "spec/outline.h"

#include "base/mem.h"

#include <stdlib.h>

int outline_stage_layers(const Design *design, int stage, int layer[DESIGN_LAYERS])
{
    const Stage *of = &design->stage[stage];
    int count = 0;
    for (int i = 0; i < of->code_blocks + of->runs; i++) {
        const Block *block = &design->block[i < of->code_blocks ? of->codes[i] : of->run[i - of->code_blocks]];
        for (int k = 0; k < block->count && count < DESIGN_LAYERS; k++)
            layer[count++] = block->first + k;
    }
    return count;
}

static void note_plan(const LayerPlan *plan, OutlineRow *row)
{
    row->known = KNOWLEDGE_FULL;
    row->out = plan->out;
    row->macs = plan->macs;
    for (int t = 0; t < plan->tensors; t++) {
        long numbers = 1;
        for (int i = 0; i < plan->tensor[t].rank; i++)
            numbers *= plan->tensor[t].dim[i];
        row->parameters += numbers;
    }
}

/* Stages may share layers: each layer is planned by the first stage that reaches it. */
static void follow(const Design *design, const int *layer, int count, Outline *out)
{
    Shape shape = design->input;
    for (int i = 0; i < count; i++) {
        OutlineRow *row = &out->row[layer[i]];
        LayerPlan plan;
        Error err = {0};
        if (row->known == KNOWLEDGE_NONE) {
            row->in = shape;
            if (!design_plan_layer(&design->layer[layer[i]], shape, &plan, &err)) {
                if (out->broken < 0) {
                    out->broken = layer[i];
                    out->why = err;
                }
                return;
            }
            note_plan(&plan, row);
            layer_plan_clear(&plan);
        }
        shape = row->out;
    }
}

/* A layer behind the broken one has kept its distance from its block's end, whatever was put in or taken out before it. */
static void remember(const Design *design, const Design *was, const Outline *before, Outline *out)
{
    for (int b = 0; b < design->blocks; b++) {
        int old = design_block_find(was, design->block[b].name);
        for (int k = 1; old >= 0 && k <= design->block[b].count && k <= was->block[old].count; k++) {
            int layer = design->block[b].first + design->block[b].count - k;
            int from = was->block[old].first + was->block[old].count - k;
            OutlineRow *row = &out->row[layer];
            const OutlineRow *past = &before->row[from];
            if (row->known != KNOWLEDGE_NONE || past->known == KNOWLEDGE_NONE || layer == out->broken ||
                design->layer[layer].set.kind != was->layer[from].set.kind)
                continue;
            *row = *past;
            row->known = KNOWLEDGE_OLD;
        }
    }
}

void outline_make(const Design *design, const Design *was, const Outline *before, Outline *out)
{
    int layer[DESIGN_LAYERS];
    *out = (Outline){.row = mem_new((size_t)design->layers + 1, sizeof *out->row), .rows = design->layers, .broken = -1};
    for (int s = 0; s < design->stages; s++)
        follow(design, layer, outline_stage_layers(design, s, layer), out);
    /* A block that no stage runs has shapes too. */
    for (int b = 0; b < design->blocks; b++) {
        Shape shape;
        const Block *block = &design->block[b];
        if (!block->count || out->row[block->first].known != KNOWLEDGE_NONE || block->first == out->broken ||
            !design_block_input(design, b, &shape, NULL))
            continue;
        for (int i = block->first; i < block->first + block->count; i++) {
            LayerPlan plan;
            out->row[i].in = shape;
            if (!design_plan_layer(&design->layer[i], shape, &plan, NULL))
                break;
            note_plan(&plan, &out->row[i]);
            shape = plan.out;
            layer_plan_clear(&plan);
        }
    }
    for (int i = 0; i < out->rows; i++)
        out->parameters += out->row[i].parameters;
    if (was && before)
        remember(design, was, before, out);
}

void outline_clear(Outline *outline)
{
    free(outline->row);
    *outline = (Outline){.broken = -1};
}
