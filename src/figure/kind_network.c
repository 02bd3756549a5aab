/* The network itself as an hourglass. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "figure/blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "28x28x1" with a true times sign. */
static void pretty(char *out, size_t size, const char *text)
{
    size_t used = 0;
    for (size_t i = 0; text[i] && used + 3 < size; i++) {
        bool times = text[i] == 'x' && i && text[i - 1] >= '0' && text[i - 1] <= '9' && text[i + 1] >= '0' && text[i + 1] <= '9';
        if (times)
            memcpy(out + used, "\u00d7", 2), used += 2;
        else
            out[used++] = text[i];
    }
    out[used] = '\0';
}

static double parameters(const LayerPlan *plan)
{
    double sum = 0;
    for (int t = 0; t < plan->tensors; t++) {
        double size = 1;
        for (int d = 0; d < plan->tensor[t].rank; d++)
            size *= plan->tensor[t].dim[d];
        sum += size;
    }
    return sum;
}

static int part_of(const Subject *s, int layer)
{
    if (layer == s->code - 1)
        return BLOCK_CODE;
    return layer < s->code ? BLOCK_ENCODER : s->classifies ? BLOCK_HEAD : BLOCK_DECODER;
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    const Subject *s = source->subject;
    int count = s->layers + 1;
    LayerBlock *block = mem_new((size_t)count, sizeof *block);
    char shape[SHAPE_TEXT], number[32];
    shape_text(network_input(s->net), shape);
    snprintf(block[0].name, BLOCK_TEXT, "input");
    pretty(block[0].shape, BLOCK_TEXT, shape);
    block[0].size = (double)s->input, block[0].part = BLOCK_INPUT, block[0].learns = true;
    double total = 0;
    table_add_words(&out->table, "layer");
    table_add_words(&out->table, "text");
    table_add_words(&out->table, "shape");
    table_add_column(&out->table, "size");
    table_add_column(&out->table, "parameters");
    table_add_column(&out->table, "multiply-adds");
    for (int i = 0; i < s->layers; i++) {
        const LayerPlan *plan = network_layer_plan(s->net, i);
        const LayerSpec *spec = network_layer_spec(s->net, i);
        LayerBlock *b = &block[i + 1];
        Str words = {0};
        param_set_print(&spec->set, false, &words);
        pretty(b->name, BLOCK_TEXT, words.text);
        shape_text(plan->out, shape);
        pretty(b->shape, BLOCK_TEXT, shape);
        double own = parameters(plan);
        total += own;
        figure_whole_number(own, number, sizeof number);
        snprintf(b->detail, BLOCK_TEXT, "%s", own > 0 ? number : "");
        b->size = (double)shape_size(plan->out), b->part = part_of(s, i), b->learns = own > 0;
        int row = table_add_row(&out->table);
        table_set_word(&out->table, row, 0, spec->name);
        table_set_word(&out->table, row, 1, words.text);
        table_set_word(&out->table, row, 2, shape);
        table_set(&out->table, row, 3, b->size);
        table_set(&out->table, row, 4, own);
        table_set(&out->table, row, 5, plan->macs);
        str_clear(&words);
    }
    CaptionText text;
    char ratio[96] = "";
    figure_whole_number(total, number, sizeof number);
    if (s->coded && s->code_size < s->input)
        snprintf(ratio, sizeof ratio, " \u00b7 the code is %.3g times smaller than the input", (double)s->input / (double)s->code_size);
    else if (s->coded)
        snprintf(ratio, sizeof ratio, " \u00b7 the code is %.3g times as large as the input", (double)s->code_size / (double)s->input);
    snprintf(text.title, sizeof text.title, "%s", s->name);
    snprintf(text.subtitle, sizeof text.subtitle, "%s parameters%s \u00b7 width: numbers a layer puts out, logarithmic", number, ratio);
    text.note[0] = '\0';
    Blocks blocks = {{text.title, text.subtitle, ""}, block, count, "output", "parameters"};
    bool ok = figure_put_blocks(request, &blocks, out, err);
    free(block);
    return ok;
}

const FigureKind figure_network = {
    .param = {.name = "network", .help = "the network itself: an hourglass of layers", .rows = NULL, .count = 0},
    .needs = NEED_NETWORK,
    .draw = draw,
};
