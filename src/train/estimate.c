#include "train/estimate.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "nn/network.h"

#include <stdlib.h>
#include <string.h>

/* Noise of the right shape: how long a step takes does not depend on the picture. */
static void fill(void *context, int first, int count, float *x, float *target, uint8_t *labels)
{
    const Network *net = context;
    size_t in = shape_size(network_input(net)), out = shape_size(network_output(net));
    Rng rng = rng_new(1, RNG_TEST, (uint32_t)first, 0);
    for (size_t i = 0; i < (size_t)count * in; i++)
        x[i] = rng_uniform(&rng);
    if (target)
        memset(target, 0, (size_t)count * out * sizeof *target);
    if (labels)
        memset(labels, 0, (size_t)count);
}

/* Shares the step's time out by what each layer's forward pass takes. */
static void time_layers(Network *net, int batch, double step_seconds, Estimate *out)
{
    out->layers = network_layers(net);
    out->layer_ms = mem_new((size_t)out->layers, sizeof *out->layer_ms);
    size_t widest = shape_size(network_input(net));
    for (int i = 0; i < out->layers; i++) {
        size_t size = shape_size(network_layer_plan(net, i)->out);
        widest = size > widest ? size : widest;
    }
    float *x = mem_try_large((size_t)batch * widest, sizeof *x), *y = mem_try_large((size_t)batch * widest, sizeof *y);
    double sum = 0;
    for (int i = 0; x && y && i < out->layers; i++) {
        double best = 1e9;
        for (int pass = 0; pass < 2; pass++) {
            double began = clock_seconds();
            network_forward(net, i, i + 1, batch, x, y);
            double took = clock_seconds() - began;
            best = took < best ? took : best;
        }
        out->layer_ms[i] = network_layer_plan(net, i)->alias ? 0 : best;
        sum += out->layer_ms[i];
    }
    for (int i = 0; i < out->layers; i++)
        out->layer_ms[i] *= sum > 0 ? 1000 * step_seconds / sum : 0;
    free(x);
    free(y);
}

bool estimate_stage(const Design *design, int stage, int threads, double seconds, Estimate *out, Error *err)
{
    *out = (Estimate){0};
    const TrainSpec *train = &design->stage[stage].train;
    Team *team = team_new(threads ? threads : team_cores(), err);
    Chain *chain = team ? design_chain(design, stage, err) : NULL;
    int batch = train_spec_batch(train);
    NetworkOptions options = {.batch = batch, .team = team, .seed = 1, .loss = &train->set[TRAIN_LOSS],
                              .optimizer = &train->set[TRAIN_OPTIMIZER],
                              .arithmetic = train_spec_arithmetic(train)};
    Network *net = NULL;
    if (chain) {
        options.input = chain->input;
        options.frozen = chain->frozen;
        net = network_new(chain->layer, chain->layers, &options, err);
    }
    if (net) {
        BatchSource source = {fill, net, false};
        StepSettings settings = {.lr = 0, .kl_weight = 1};
        double began = clock_seconds(), best = 1e9;
        for (int step = 0; step < 3 || clock_seconds() - began < seconds; step++) {
            double at = clock_seconds();
            network_train_step(net, batch, &source, &settings);
            double took = clock_seconds() - at;
            if (took < best && step > 0) /* the first step touches the memory */
                best = took;
            if (clock_seconds() - began > 4 * seconds && step > 0)
                break;
        }
        out->samples_per_s = batch / best;
        time_layers(net, batch, best, out);
    }
    bool good = net != NULL;
    network_free(net);
    free(chain);
    team_free(team);
    return good;
}

void estimate_clear(Estimate *estimate)
{
    free(estimate->layer_ms);
    *estimate = (Estimate){0};
}
