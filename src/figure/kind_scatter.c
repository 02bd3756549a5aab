/* Codes of many samples as points of the plane. */
#include "figure/kinds.h"

#include "base/mem.h"
#include "figure/plot.h"
#include "study/embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT, METHOD, DIMS, MARKS, PERPLEXITY, ITERATIONS };

static const ParamChoice methods[] = {
    [EMBED_AUTO] = {"auto", "the plane itself where the code has two numbers, else PCA", false, 0},
    [EMBED_PLANE] = {"plane", "two dimensions of the code as they are", false, 0},
    [EMBED_PCA] = {"pca", "the two principal components", false, 0},
    [EMBED_TSNE] = {"tsne", "t-SNE: neighbours stay together, distances mean little", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamChoice mark_choices[] = {
    [SCATTER_DOTS] = {"dots", "a dot for each sample", false, 0},
    [SCATTER_DIGITS] = {"digits", "the class written at each place", false, 0},
    [SCATTER_PICTURES] = {"pictures", "the sample itself, small", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [COUNT] = {.name = "count", .type = PARAM_INT, .min = 3, .max = 1e6, .normal = "5000", .help = "how many samples, from the first"},
    [METHOD] = {.name = "method", .type = PARAM_CHOICE, .normal = "auto", .choices = methods, .help = "how codes become points"},
    [DIMS] = {.name = "dims", .type = PARAM_PAIR, .min = 1, .max = 4096, .normal = "1x2",
              .help = "the two dimensions of method plane, from 1: 1x2"},
    [MARKS] = {.name = "marks", .type = PARAM_CHOICE, .normal = "dots", .choices = mark_choices, .help = "what stands for a sample"},
    [PERPLEXITY] = {.name = "perplexity", .type = PARAM_REAL, .min = 2, .max = 200, .normal = "30", .help = "t-SNE: how many neighbours count"},
    [ITERATIONS] = {.name = "iterations", .type = PARAM_INT, .min = 10, .max = 100000, .normal = "1000", .help = "t-SNE: steps"},
};

/* Half-size pictures so that many find a place. */
static bool thumbnails(const Subject *s, int count, const FigureStyle *style, Image *out, Error *err)
{
    float *x = mem_new(s->input, sizeof *x);
    bool ok = true;
    for (int i = 0; i < count && ok; i++) {
        Image full;
        subject_clean(s, i, x);
        ok = sheet_picture(&(SheetCell){.pixels = x}, s->picture, style->theme, &full, err);
        if (!ok)
            break;
        int w = s->picture.w * style->scale / 2, h = s->picture.h * style->scale / 2;
        ok = image_resize(&full, w > 0 ? w : 1, h > 0 ? h : 1, &out[i], err);
        image_clear(&full);
    }
    free(x);
    return ok;
}

static void list(const Subject *s, const Embedding *embedding, const float *code, int count, Figure *out)
{
    /* All numbers of short codes stand beside the coordinates. */
    int shown = s->code_size <= 64 ? (int)s->code_size : 0, first = figure_table_samples(&out->table, 0);
    table_add_column(&out->table, "x");
    table_add_column(&out->table, "y");
    table_add_columns(&out->table, "z", shown);
    out->matrix = mem_new((size_t)count * 2, sizeof *out->matrix);
    out->rows = count, out->columns = 2;
    memcpy(out->matrix, embedding->xy, (size_t)count * 2 * sizeof *out->matrix);
    for (int i = 0; i < count; i++) {
        int row = table_add_row(&out->table), label = subject_label(s, i);
        figure_table_sample(&out->table, row, 0, i, label);
        table_set(&out->table, row, first, embedding->xy[2 * i]);
        table_set(&out->table, row, first + 1, embedding->xy[2 * i + 1]);
        figure_table_pixels(&out->table, row, first + 2, code + (size_t)i * s->code_size, (size_t)shown);
    }
}

static bool draw_points(const Subject *s, const FigureRequest *request, const Embedding *embedding, int count, Figure *out, Error *err)
{
    CaptionText text;
    char samples[160], names[PALETTE_CLASSES * 4][40];
    const char *name[PALETTE_CLASSES * 4];
    int *group = NULL, groups = s->set->labels ? s->set->classes : 0;
    groups = groups > (int)COUNT_OF(name) ? 0 : groups; /* more classes than colours and rows: one colour */
    for (int g = 0; g < groups; g++) {
        subject_class_name(s, g, names[g], sizeof names[g]);
        name[g] = names[g];
    }
    if (groups) {
        group = mem_new((size_t)count, sizeof *group);
        for (int i = 0; i < count; i++)
            group[i] = subject_label(s, i);
    }
    figure_count_samples(s, count, samples, sizeof samples);
    snprintf(text.title, sizeof text.title, "Codes of %s", s->name);
    snprintf(text.subtitle, sizeof text.subtitle, "%s \u00b7 %s", samples, embedding->how);
    Image *picture = NULL;
    bool ok = true;
    if (request_choice(request, MARKS) == SCATTER_PICTURES) {
        picture = mem_new((size_t)count, sizeof *picture);
        ok = thumbnails(s, count, &request->style, picture, err);
    }
    Scatter scatter = {.captions = figure_captions(&text, s), .x_label = embedding->x_name, .y_label = embedding->y_name,
                       .xy = embedding->xy, .count = count, .group = group, .groups = groups, .group_name = name,
                       .legend_title = "class", .marks = (ScatterMark)request_choice(request, MARKS), .picture = picture,
                       .equal = embedding->measured && s->code_size > 1};
    ok = ok && figure_put_scatter(request, &scatter, out, err);
    for (int i = 0; picture && i < count; i++)
        image_clear(&picture[i]);
    free(picture);
    free(group);
    return ok;
}

static bool draw(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err)
{
    Subject *s = source->subject;
    int count = s->count < request_int(request, COUNT) ? s->count : request_int(request, COUNT);
    float *code = subject_codes(s, NULL, count, err);
    if (!code)
        return false;
    TsneOptions tsne = tsne_options_new();
    tsne.perplexity = request_real(request, PERPLEXITY);
    tsne.iterations = request_int(request, ITERATIONS);
    tsne.seed = request->seed;
    tsne.progress = source->progress, tsne.context = source->context;
    const int *dims = request->set.value[DIMS].size;
    Embedding embedding;
    bool ok = embed_codes((EmbedMethod)request_choice(request, METHOD), code, count, (int)s->code_size, dims[0] - 1, dims[1] - 1,
                          &tsne, s->team, &embedding, err);
    if (ok) {
        ok = draw_points(s, request, &embedding, count, out, err);
        if (ok)
            list(s, &embedding, code, count, out);
        embedding_clear(&embedding);
    }
    free(code);
    return ok;
}

const FigureKind figure_scatter = {
    .param = {.name = "scatter", .help = "codes of samples in the plane, coloured by class", .rows = rows, .count = COUNT_OF(rows)},
    .needs = NEED_NETWORK | NEED_SAMPLES,
    .draw = draw,
};
