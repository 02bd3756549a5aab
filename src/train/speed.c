/* Measures with real training steps on random pictures: the median of some windows, so that a disturbed one does not count.  The peak
 * it is compared with is OpenBLAS's sgemm on the same threads. */
#include "train/speed.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "nn/network.h"
#include "tensor/dense.h"
#include "train/feed.h"
#include "train/practice.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SAMPLES = 60000, DATA_BYTES = 64 << 20 };

/* -- A stage. */

static size_t resident_bytes(void)
{
    long pages = 0, ignored;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%ld %ld", &ignored, &pages) != 2)
        pages = 0;
    fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void measure(Network *net, const Dataset *set, const uint32_t *order, const NoiseSpec *noise, int batch, SpeedOf what,
                    Team *team, double seconds, Speed *out)
{
    enum { WINDOWS = 5, WARM = 3 };
    double rate[WINDOWS];
    int batches = set->count / batch, at = 0;
    uint32_t step = 0;
    for (int window = -1; window <= WINDOWS; window++) { /* the first one warms up, in the last one threads are watched */
        if (window == WINDOWS)
            team_watch(team);
        double began = clock_seconds(), now = began;
        int steps = 0;
        /* Slow networks get one step a window, fast ones as many as there is time for. */
        while (!steps || (now - began < seconds / WINDOWS && (window >= 0 || steps < WARM))) {
            Feed feed = {.set = set, .index = order + (size_t)at * (size_t)batch, .noise = noise, .seed = 1, .epoch = step};
            BatchSource source = feed_source(&feed);
            StepSettings settings = {.lr = 0, .kl_weight = 1, .random_step = step++};
            if (what == SPEED_FORWARD)
                network_evaluate(net, batch, &source);
            else
                network_train_step(net, batch, &source, &settings);
            at = (at + 1) % batches;
            steps++;
            now = clock_seconds();
        }
        if (window >= 0 && window < WINDOWS)
            rate[window] = steps * (double)batch / (now - began);
    }
    qsort(rate, WINDOWS, sizeof *rate, by_size);
    out->samples_per_s = rate[WINDOWS / 2];
    out->step_ms = 1000 * batch / out->samples_per_s;
    out->idle = team_idle(team);
    team_unwatch(team);
    out->resident = resident_bytes();
}

/* Of one sample's forward pass: what the same network without a loss says. */
static double forward_flops(const Chain *chain, NetworkOptions options, Error *err)
{
    options.loss = NULL;
    options.optimizer = NULL;
    options.batch = 1;
    Network *net = network_new(chain->layer, chain->layers, &options, err);
    double flops = net ? network_flops(net) : -1;
    network_free(net);
    return flops;
}

bool speed_stage(const Design *design, int stage, SpeedOf what, Team *team, double seconds, Speed *out, Error *err)
{
    const Stage *s = &design->stage[stage];
    const TrainSpec *train = &s->train;
    int batch = train_spec_batch(train);
    Dataset set = {0};
    uint32_t *order = NULL;
    Network *net = NULL;
    double flops = -1;
    *out = (Speed){0};
    Chain *chain = design_chain(design, stage, err);
    if (chain) {
        NetworkOptions options = {.input = chain->input, .batch = batch, .team = team, .seed = 1, .frozen = chain->frozen,
                                  .loss = &train->set[TRAIN_LOSS], .optimizer = &train->set[TRAIN_OPTIMIZER],
                                  .arithmetic = train_spec_arithmetic(train), .fuse = true};
        net = network_new(chain->layer, chain->layers, &options, err);
        if (net)
            flops = what == SPEED_FORWARD ? forward_flops(chain, options, err) : network_flops(net);
    }
    bool labels = loss_spec_kind(&train->set[TRAIN_LOSS])->labels;
    int classes = net && labels ? (int)shape_size(network_output(net)) : 0;
    bool good = flops >= 0 && practice_set(chain->input, s->code_blocks > 0, batch, classes, SAMPLES, DATA_BYTES, &set, &order, err);
    if (good) {
        measure(net, &set, order, &train->set[TRAIN_NOISE], batch, what, team, seconds, out);
        out->gflops = out->samples_per_s * flops / 1e9;
    }
    network_free(net);
    dataset_clear(&set);
    free(order);
    free(chain);
    return good;
}

/* -- The processor. */

enum { SIDE = 512 };

typedef struct Products {
    float *block; /* three matrices a thread */
    int rounds;
} Products;

static void multiply(void *arg, int rank)
{
    const Products *products = arg;
    size_t size = (size_t)SIDE * SIDE;
    float *a = products->block + (size_t)rank * 3 * size, *b = a + size, *c = b + size;
    for (int i = 0; i < products->rounds; i++)
        matrix_product(false, false, SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE);
}

bool speed_peak(Team *team, double seconds, double *gflops, Error *err)
{
    int threads = team_size(team);
    size_t numbers = (size_t)threads * 3 * SIDE * SIDE;
    Products products = {.block = mem_try_large(numbers, sizeof(float)), .rounds = 4};
    if (!products.block)
        return error_set(err, ERROR_FAILED, NULL, "no memory to measure the peak");
    for (size_t i = 0; i < numbers; i++)
        products.block[i] = (float)(i % 7) * 0.25f;
    double began = clock_seconds();
    *gflops = 0;
    for (int i = 0; i < 3 || clock_seconds() - began < seconds; i++) {
        double at = clock_seconds();
        team_run(team, multiply, &products);
        double rate = 2.0 * SIDE * SIDE * SIDE * products.rounds * threads / (clock_seconds() - at) / 1e9;
        *gflops = rate > *gflops ? rate : *gflops;
    }
    free(products.block);
    return true;
}
