/* Opens a model with its data, finds out what it can be asked, and runs the network's parts. */
#include "study/subject.h"

#include "base/mem.h"
#include "data/split.h"
#include "study/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 256 }; /* samples whose pictures are in memory at once */

Shape picture_shape(Shape shape)
{
    size_t size = shape_size(shape);
    int side = (int)lround(sqrt((double)size));
    if (!shape.flat && (shape.c == 1 || shape.c == 3))
        return shape;
    return (size_t)side * (size_t)side == size ? shape_map(side, side, 1) : shape_map(1, (int)size, 1);
}

/* A layer whose code is drawn around a mean: its parameter beta weighs the divergence from the prior. */
static bool is_variational(const Network *net, int code)
{
    for (int i = 0; i < code; i++)
        if (param_find(network_layer_spec(net, i)->set.kind, "beta") >= 0)
            return true;
    return false;
}

static bool has_maps(const Network *net)
{
    for (int i = 0; i < network_layers(net); i++) {
        Shape out = network_layer_plan(net, i)->out;
        if (!out.flat && out.h * out.w > 1)
            return true;
    }
    return false;
}

static bool describe(Subject *s, Error *err)
{
    const TrainSpec *train = &s->model.design->stage[s->model.stage].train;
    s->net = model_network(&s->model, CHUNK, s->team, err);
    if (!s->net)
        return false;
    s->layers = network_layers(s->net);
    s->code = model_code_layer(&s->model);
    s->input = shape_size(network_input(s->net));
    s->output = shape_size(network_output(s->net));
    s->code_size = s->code > 0 ? shape_size(network_layer_plan(s->net, s->code - 1)->out) : s->input;
    s->picture = picture_shape(network_input(s->net));
    s->classifies = loss_spec_kind(&train->set[TRAIN_LOSS])->labels;
    s->reconstructs = !s->classifies && s->output == s->input;
    s->coded = s->reconstructs && s->code > 0 && s->code < s->layers;
    s->prior = is_variational(s->net, s->code);
    s->maps = has_maps(s->net);
    s->noise = train->set[TRAIN_NOISE];
    s->noisy = !noise_is_none(&s->noise);
    return true;
}

static void whole(Subject *s, const Dataset *set, const char *part)
{
    s->set = set;
    s->part = part;
    s->count = set->count;
    s->index = mem_new((size_t)s->count + 1, sizeof *s->index);
    for (int i = 0; i < s->count; i++)
        s->index[i] = (uint32_t)i;
}

static bool choose_part(Subject *s, SubjectPart part, Error *err)
{
    if (part == PART_AUTO && s->data->test.count)
        part = PART_TEST;
    if (part == PART_TRAIN) {
        whole(s, &s->data->train, "training");
        return true;
    }
    if (part == PART_TEST) {
        if (!s->data->test.count)
            return error_set(err, ERROR_INPUT, "take another part: validation or train", "%s has no test part", s->data->name);
        whole(s, &s->data->test, "test");
        return true;
    }
    Split split;
    const TrainSpec *train = &s->model.design->stage[s->model.stage].train;
    if (!split_make(&train->set[TRAIN_VALIDATION], s->data, s->model.seed, &split, err))
        return false;
    if (split.validation && split.validation_count) {
        s->set = split.validation;
        s->part = "validation";
        s->count = split.validation_count;
        s->index = split.validation_index;
        split.validation_index = NULL;
    }
    split_clear(&split);
    if (part == PART_AUTO && !s->set)
        whole(s, &s->data->train, "training");
    if (s->set)
        return true;
    return error_set(err, ERROR_INPUT, "take another part: test or train", "this network was trained without validation samples");
}

bool subject_new(Subject *subject, const char *name, Model *model, const Data *data, SubjectPart part, Team *team, Error *err)
{
    *subject = (Subject){.model = *model, .team = team, .data = data, .part = ""};
    *model = (Model){0};
    snprintf(subject->name, sizeof subject->name, "%s", name);
    bool ok = describe(subject, err);
    if (ok && data) {
        ok = data_fits(data->train.shape, network_input(subject->net), data, err) && choose_part(subject, part, err);
        subject->picture = picture_shape(data->train.shape);
    }
    if (!ok)
        subject_clear(subject);
    return ok;
}

void subject_clear(Subject *subject)
{
    network_free(subject->net);
    model_clear(&subject->model);
    free(subject->index);
    *subject = (Subject){0};
}

void subject_clean(const Subject *s, int place, float *x)
{
    dataset_sample(s->set, (int)s->index[place], x);
}

void subject_noisy(const Subject *s, int place, float *x)
{
    subject_clean(s, place, x);
    if (s->noisy)
        noise_apply(&s->noise, s->model.seed, (uint32_t)NOISE_FIXED_EPOCH, s->index[place], s->input, x);
}

int subject_label(const Subject *s, int place)
{
    return s->set && s->set->labels ? s->set->labels[s->index[place]] : -1;
}

void subject_class_name(const Subject *s, int class_index, char *buffer, size_t size)
{
    if (s->data && class_index >= 0 && class_index < DATA_CLASSES && s->data->class_name[class_index][0])
        snprintf(buffer, size, "%s", s->data->class_name[class_index]);
    else
        snprintf(buffer, size, "%d", class_index);
}

void subject_run(Subject *s, int n, const float *x, float *y)
{
    network_forward(s->net, 0, s->layers, n, x, y);
}

void subject_encode(Subject *s, int n, const float *x, float *code)
{
    network_forward(s->net, 0, s->code, n, x, code);
}

void subject_decode(Subject *s, int n, const float *code, float *y)
{
    network_forward(s->net, s->code, s->layers, n, code, y);
}

void subject_errors(Subject *s, int n, float *mse)
{
    float *x = mem_new(CHUNK * s->input, sizeof *x), *y = mem_new(CHUNK * s->output, sizeof *y);
    for (int first = 0; first < n; first += CHUNK) {
        int count = n - first < CHUNK ? n - first : CHUNK;
        for (int i = 0; i < count; i++)
            subject_noisy(s, first + i, x + (size_t)i * s->input);
        subject_run(s, count, x, y);
        for (int i = 0; i < count; i++) {
            subject_clean(s, first + i, x);
            mse[first + i] = (float)score_mse(s->input, x, y + (size_t)i * s->output);
        }
    }
    free(x);
    free(y);
}

float *subject_codes(Subject *s, const uint32_t *place, int n, Error *err)
{
    float *code = mem_try_large((size_t)n, s->code_size * sizeof *code);
    if (!code) {
        error_set(err, ERROR_FAILED, "use fewer samples", "no memory for the codes of %d samples", n);
        return NULL;
    }
    float *x = mem_new(CHUNK * s->input, sizeof *x);
    for (int first = 0; first < n; first += CHUNK) {
        int count = n - first < CHUNK ? n - first : CHUNK;
        for (int i = 0; i < count; i++)
            subject_clean(s, place ? (int)place[first + i] : first + i, x + (size_t)i * s->input);
        subject_encode(s, count, x, code + (size_t)first * s->code_size);
    }
    free(x);
    return code;
}
