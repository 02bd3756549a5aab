/* The list of figures, and what is asked of any of them: does it fit this network, these samples, this run? */
#include "figure/kind.h"

#include "figure/kinds.h"
#include "study/epochs.h"

#include <stdlib.h>
#include <string.h>

const FigureKind *const figure_kinds[] = {
    &figure_grid,    &figure_epochs,      &figure_weights, &figure_features,  &figure_activation, &figure_scatter, &figure_manifold,
    &figure_samples, &figure_interpolate, &figure_curves,  &figure_confusion, &figure_mistakes,   &figure_residuals, &figure_network,
};
const int figure_kinds_count = (int)(sizeof figure_kinds / sizeof *figure_kinds);

const FigureKind *figure_kind_find(const char *name)
{
    for (int i = 0; i < figure_kinds_count; i++)
        if (strcmp(figure_kinds[i]->param.name, name) == 0)
            return figure_kinds[i];
    return NULL;
}

FigureRequest figure_request_new(const FigureKind *kind)
{
    return (FigureRequest){.kind = kind, .set = param_set_new(&kind->param), .seed = 1, .style = figure_style_new()};
}

int figure_text_find(const FigureKind *kind, const char *name)
{
    for (int i = 0; i < FIGURE_TEXTS && kind->text[i].name; i++)
        if (strcmp(kind->text[i].name, name) == 0)
            return i;
    return -1;
}

bool figure_applies(const FigureKind *kind, const FigureSource *source, Error *err)
{
    const char *name = kind->param.name;
    unsigned needs = kind->needs;
    const Subject *s = source->subject;
    if (needs & NEED_HISTORY && !source->runs)
        return error_set(err, ERROR_USAGE, "name a run, not a model file", "%s draws the history of a run", name);
    if (needs & NEED_EPOCHS && source->runs != 1)
        return error_set(err, ERROR_USAGE, "name a run, not a model file", "%s draws the epochs that a run kept", name);
    if (needs & NEED_NETWORK && !s)
        return error_set(err, ERROR_USAGE, "name a run or a model file", "%s needs a trained network", name);
    if (needs & NEED_SAMPLES && !s->data)
        return error_set(err, ERROR_USAGE, "name a data set with --data", "%s needs samples", name);
    if (needs & NEED_PICTURES && !s->reconstructs)
        return error_set(err, ERROR_INPUT, "confusion and mistakes are drawn of classifiers",
                         "%s: the output of %s is not a picture like its input", name, s->name);
    if (needs & NEED_CODE && !s->coded)
        return error_set(err, ERROR_INPUT, NULL, "%s: %s has no code that could be decoded to pictures", name, s->name);
    if (needs & NEED_MAPS && !s->maps)
        return error_set(err, ERROR_INPUT, "layers of vectors are looked at with weights and activation", "%s: no layer of %s has maps", name, s->name);
    if (needs & NEED_CLASSES && !s->classifies)
        return error_set(err, ERROR_INPUT, "train a classifier: hourglass train classifier", "%s: %s does not tell classes", name, s->name);
    if (needs & NEED_CLASSES && (!s->set || !s->set->labels))
        return error_set(err, ERROR_INPUT, "take a data set with labels", "%s needs the samples' true classes", name);
    return true;
}

/* A run that has just begun has neither numbers nor saved epochs. */
static bool has_numbers(const FigureRun *run)
{
    for (int i = 0; i < run->metrics.count; i++)
        if (run->metrics.item[i].kind == METRIC_EPOCH)
            return true;
    return false;
}

bool figure_of_itself(const FigureKind *kind, const FigureSource *source)
{
    const Subject *s = source->subject;
    int epoch;
    if (!figure_applies(kind, source, NULL))
        return false;
    if (kind->needs & NEED_NOISE && !s->noisy)
        return false;
    if (kind->needs & NEED_PLANE && s->code_size > 2 && !s->prior)
        return false;
    if (kind->needs & NEED_EPOCHS && !epochs_saved(source->run->folder, s->model.stage, EPOCHS_MOST, &epoch, 1))
        return false;
    return !(kind->needs & NEED_HISTORY) || has_numbers(source->run);
}

bool figure_draw(const FigureRequest *request, const FigureSource *source, Figure *out, Error *err)
{
    *out = (Figure){0};
    if (!figure_applies(request->kind, source, err))
        return false;
    if (request->kind->draw(source, request, out, err))
        return true;
    figure_clear(out);
    return false;
}

void figure_clear(Figure *figure)
{
    image_clear(&figure->image);
    content_clear(&figure->content);
    for (int i = 0; i < figure->frames; i++)
        image_clear(&figure->frame[i]);
    free(figure->frame);
    free(figure->frame_number);
    table_clear(&figure->table);
    free(figure->matrix);
    *figure = (Figure){0};
}

void figure_request_print(const FigureRequest *request, Str *out)
{
    str_add(out, request->kind->param.name);
    for (int i = 0; i < request->kind->param.count; i++) {
        str_addf(out, " %s=", request->kind->param.rows[i].name);
        param_print(&request->kind->param.rows[i], &request->set.value[i], out);
    }
    for (int i = 0; i < FIGURE_TEXTS; i++)
        if (request->text[i] && request->kind->text[i].name)
            str_addf(out, " %s=%s", request->kind->text[i].name, request->text[i]);
    str_addf(out, " seed=%llu", (unsigned long long)request->seed);
}
