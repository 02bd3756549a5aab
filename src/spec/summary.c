/* Counting: what each layer of a stage's network makes, holds and costs. */
#include "spec/summary.h"

#include "base/mem.h"
#include "nn/network.h"

#include <stdio.h>
#include <stdlib.h>

static size_t tensor_numbers(const TensorPlan *tensor)
{
    size_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        count *= (size_t)tensor->dim[i];
    return count;
}

static void add_row(const Chain *chain, int at, const LayerPlan *plan, Summary *out)
{
    SummaryRow *row = &out->row[out->rows++];
    const LayerSpec *spec = &chain->layer[at];
    Str text = {0};
    param_set_print(&spec->set, false, &text);
    snprintf(row->text, sizeof row->text, "%s", text.text);
    str_clear(&text);
    snprintf(row->name, sizeof row->name, "%s", spec->name);
    row->layer = chain->index[at];
    row->out = plan->out;
    row->macs = plan->macs;
    for (int t = 0; t < plan->tensors; t++) {
        long numbers = (long)tensor_numbers(&plan->tensor[t]);
        row->parameters += numbers;
        if (plan->tensor[t].role != TENSOR_STATE && !chain->frozen[at])
            row->trained += numbers;
    }
    row->bytes = (size_t)row->parameters * sizeof(float);
    out->parameters += row->parameters;
    out->trained += row->trained;
    out->macs += row->macs;
}

bool summary_make(const Design *design, int stage, int threads, Summary *out, Error *err)
{
    *out = (Summary){0};
    const Stage *of = &design->stage[stage];
    Chain *chain = design_chain(design, stage, err);
    if (!chain)
        return false;
    if (chain->layers == 0) {
        free(chain);
        return error_set(err, ERROR_INPUT, "put layers into the blocks it runs", "stage %s has no layers", of->name);
    }
    out->row = mem_new((size_t)chain->layers, sizeof *out->row);
    out->input = out->code = shape_size(chain->input);
    out->code_row = chain->code;
    bool good = true;
    Shape shape = chain->input;
    for (int i = 0; good && i < chain->layers; i++) {
        LayerPlan plan;
        good = design_plan_layer(&chain->layer[i], shape, &plan, err);
        if (!good)
            break;
        add_row(chain, i, &plan, out);
        shape = plan.out;
        layer_plan_clear(&plan);
        if (i + 1 == chain->code)
            out->code = shape_size(shape);
    }
    NetworkOptions options = {.input = chain->input, .batch = train_spec_batch(&of->train), .threads = threads,
                              .frozen = chain->frozen, .loss = &of->train.set[TRAIN_LOSS],
                              .optimizer = &of->train.set[TRAIN_OPTIMIZER],
                              .arithmetic = train_spec_arithmetic(&of->train)};
    good = good && network_measure(chain->layer, chain->layers, &options, &out->bytes_training, err);
    free(chain);
    if (!good)
        summary_clear(out);
    return good;
}

void summary_clear(Summary *summary)
{
    free(summary->row);
    *summary = (Summary){0};
}
