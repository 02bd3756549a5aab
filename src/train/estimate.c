/* A stage's speed, from a moment of true training steps on random pictures. */
#include "train/estimate.h"

#include "base/clock.h"
#include "base/mem.h"
#include "data/split.h"
#include "nn/network.h"
#include "train/feed.h"
#include "train/practice.h"

#include <math.h>
#include <stdlib.h>

enum { TIMES = 512, SAMPLES = 8192, SET_BYTES = 8 << 20 };

/* -- Measuring. */

static bool over(const atomic_bool *enough)
{
    return enough && atomic_load(enough);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The median second of a training step.  The first ones touch memory and wake threads. */
static double time_steps(Network *net, const Dataset *set, const uint32_t *order, const NoiseSpec *noise, int batch, double seconds,
                         const atomic_bool *enough)
{
    double time[TIMES], began = clock_seconds();
    int batches = set->count / batch, count = 0, warm = 0;
    for (uint32_t step = 0; count < TIMES && !over(enough); step++) {
        Feed feed = {.set = set, .index = order + (size_t)((int)step % batches) * (size_t)batch, .noise = noise, .seed = 1, .epoch = step};
        BatchSource source = feed_source(&feed);
        StepSettings settings = {.lr = 0, .kl_weight = 1, .random_step = step};
        double at = clock_seconds();
        network_train_step(net, batch, &source, &settings);
        double now = clock_seconds();
        if (warm < 1 || now - began < 0.2 * seconds)
            warm++;
        else
            time[count++] = now - at;
        if (count >= 3 && now - began > seconds)
            break;
        if (count >= 1 && now - began > 4 * seconds)
            break;
    }
    qsort(time, (size_t)count, sizeof *time, by_size);
    return count ? time[count / 2] : NAN;
}

/* Seconds of the loss of one sample. */
static double time_check(Network *net, const Dataset *set, const uint32_t *order, const NoiseSpec *noise, int batch, double seconds,
                         const atomic_bool *enough)
{
    double best = 1e9, began = clock_seconds();
    int count = set->count < 4 * batch ? set->count : 4 * batch;
    for (int pass = 0; !over(enough) && (pass < 2 || clock_seconds() - began < seconds); pass++) {
        Feed feed = {.set = set, .index = order, .noise = noise, .seed = 1, .epoch = 0};
        BatchSource source = feed_source(&feed);
        double at = clock_seconds();
        network_evaluate(net, count, &source);
        double took = clock_seconds() - at;
        best = took < best ? took : best;
        if (clock_seconds() - began > 2 * seconds)
            break;
    }
    return best / count;
}

/* Shares the step's time out by what each layer's forward pass takes. */
static void time_layers(Network *net, int batch, double step_seconds, const atomic_bool *enough, Estimate *out)
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
        for (int pass = 0; pass < 2 && !over(enough); pass++) {
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

/* A batch of a very large network would take minutes: fewer samples tell as much. */
static int sensible_batch(const Chain *chain, int batch, double seconds)
{
    const double slow = 5e9; /* multiply-adds a second that any machine does */
    double macs = 1;
    Shape shape = chain->input;
    for (int i = 0; i < chain->layers; i++) {
        LayerPlan plan;
        if (!design_plan_layer(&chain->layer[i], shape, &plan, NULL))
            break;
        macs += plan.macs;
        shape = plan.out;
        layer_plan_clear(&plan);
    }
    double most = 16 * seconds * slow / (3 * macs);
    return most >= batch ? batch : most < 1 ? 1 : (int)most;
}

bool estimate_stage(const Design *design, int stage, int threads, double seconds, const atomic_bool *enough, Estimate *out, Error *err)
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
    Dataset set = {0};
    uint32_t *order = NULL;
    if (chain) {
        options.batch = batch = sensible_batch(chain, batch, seconds > 0.1 ? seconds : 0.1);
        options.input = chain->input;
        options.frozen = chain->frozen;
        net = network_new(chain->layer, chain->layers, &options, err);
    }
    bool labels = net && loss_spec_kind(&train->set[TRAIN_LOSS])->labels;
    int classes = labels ? (int)shape_size(network_output(net)) : 0;
    bool codes = design->stage[stage].code_blocks > 0;
    bool good = net && practice_set(chain->input, codes, batch, classes, SAMPLES, SET_BYTES, &set, &order, err);
    if (good) {
        const NoiseSpec *noise = &train->set[TRAIN_NOISE];
        double step = time_steps(net, &set, order, noise, batch, seconds, enough);
        out->samples_per_s = batch / step;
        out->checked_per_s = 1 / time_check(net, &set, order, noise, batch, seconds / 8, enough);
        time_layers(net, batch, step * train_spec_batch(train) / batch, enough, out);
        good = !over(enough) || error_set(err, ERROR_FAILED, NULL, "the measurement was stopped");
    }
    if (!good)
        estimate_clear(out);
    network_free(net);
    dataset_clear(&set);
    free(order);
    free(chain);
    team_free(team);
    return good;
}

bool estimate_samples(const Design *design, int stage, const Data *data, uint64_t seed, int *train, int *validation)
{
    Split split = {0};
    if (!split_make(&design->stage[stage].train.set[TRAIN_VALIDATION], data, seed, &split, NULL))
        return false;
    *train = split.train_count;
    *validation = split.validation_count;
    split_clear(&split);
    return true;
}

double estimate_epoch(const Estimate *estimate, int train, int validation)
{
    return train / estimate->samples_per_s + (validation > 0 ? validation / estimate->checked_per_s : 0);
}

void estimate_clear(Estimate *estimate)
{
    free(estimate->layer_ms);
    *estimate = (Estimate){0};
}
