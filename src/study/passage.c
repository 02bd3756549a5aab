/* The chain that codes and the one that learns are joined to one network, which runs a layer at a time on one thread. */
#include "study/passage.h"

#include "base/mem.h"
#include "data/noise.h"
#include "tensor/team.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Both chains one behind the other. */
static int join(const Chain *codes, const Chain *chain, LayerSpec *spec, int *index)
{
    int count = 0;
    const Chain *const part[] = {codes, chain};
    for (int p = 0; p < 2; p++)
        for (int i = 0; i < part[p]->layers; i++) {
            spec[count] = part[p]->layer[i];
            index[count++] = part[p]->index[i];
        }
    return count;
}

static PassageStep *add(Passage *out, int layer, Shape shape, float **at)
{
    PassageStep *step = &out->step[out->steps++];
    *step = (PassageStep){.layer = layer, .shape = shape, .x = *at};
    *at += shape_size(shape);
    return step;
}

static void measure(PassageStep *step)
{
    size_t size = shape_size(step->shape), zeros = 0;
    step->least = step->most = step->x[0];
    for (size_t i = 0; i < size; i++) {
        step->least = fminf(step->least, step->x[i]);
        step->most = fmaxf(step->most, step->x[i]);
        zeros += step->x[i] == 0;
    }
    step->zeros = (float)zeros / (float)size;
}

static bool walk(Network *net, const Design *design, const int *index, const NoiseSpec *noise, uint64_t seed, const float *sample, int number,
                 Passage *out, Error *err)
{
    int layers = network_layers(net);
    Shape in = network_input(net);
    size_t numbers = 2 * shape_size(in);
    for (int i = 0; i < layers; i++)
        numbers += shape_size(network_layer_plan(net, i)->out);
    float *at = out->block = mem_try_large(numbers, sizeof *at);
    if (!at)
        return error_set(err, ERROR_FAILED, NULL, "no memory to lead a sample through %s", design->name);
    out->step = mem_new((size_t)layers + 2, sizeof *out->step);
    PassageStep *step = add(out, PASSAGE_INPUT, in, &at);
    memcpy(step->x, sample, shape_size(in) * sizeof *sample);
    if (!noise_is_none(noise)) {
        step = add(out, PASSAGE_NOISY, in, &at);
        memcpy(step->x, sample, shape_size(in) * sizeof *sample);
        noise_apply(noise, seed, (uint32_t)NOISE_FIXED_EPOCH, (uint32_t)number, shape_size(in), step->x);
    }
    for (int i = 0; i < layers; i++) {
        const float *x = step->x;
        step = add(out, index[i], network_layer_plan(net, i)->out, &at);
        network_forward(net, i, i + 1, 1, x, step->x);
    }
    for (int i = 0; i < out->steps; i++)
        measure(&out->step[i]);
    return true;
}

bool passage_make(const Design *design, int stage, uint64_t seed, const Weights *weights, const float *sample, int number, Passage *out,
                  Error *err)
{
    *out = (Passage){.trained = weights != NULL};
    Team *team = team_new(1, err);
    Chain *codes = team ? design_code_chain(design, stage, err) : NULL, *chain = codes ? design_chain(design, stage, err) : NULL;
    LayerSpec *spec = mem_new((size_t)DESIGN_LAYERS * 2, sizeof *spec);
    int *index = mem_new((size_t)DESIGN_LAYERS * 2, sizeof *index);
    Network *net = NULL;
    if (chain) {
        NetworkOptions options = {.input = design->input, .batch = 1, .team = team, .seed = seed};
        net = network_new(spec, join(codes, chain, spec, index), &options, err);
    }
    bool good = net && (!weights || weights_to_network(weights, net, NULL, err)) &&
                walk(net, design, index, &design->stage[stage].train.set[TRAIN_NOISE], seed, sample, number, out, err);
    network_free(net);
    free(chain);
    free(codes);
    free(spec);
    free(index);
    team_free(team);
    if (!good)
        passage_clear(out);
    return good;
}

void passage_clear(Passage *passage)
{
    free(passage->step);
    free(passage->block);
    *passage = (Passage){0};
}
