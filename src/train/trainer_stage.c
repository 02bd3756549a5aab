/* A stage: which layers, on which data, in which network; and how its batches are filled. */
#include "base/mem.h"
#include "base/rng.h"
#include "train/trainer_own.h"

#include <stdlib.h>
#include <string.h>

/* ---- stages that can be left out */

static bool used_later(const Design *design, int block, int stage)
{
    for (int s = stage + 1; s < design->stages; s++) {
        const Stage *later = &design->stage[s];
        for (int i = 0; i < later->runs; i++)
            if (later->run[i] == block)
                return true;
        for (int i = 0; i < later->code_blocks; i++)
            if (later->codes[i] == block)
                return true;
    }
    return false;
}

bool trainer_stage_skipped(const Trainer *t, int stage)
{
    const Stage *s = &t->design->stage[stage];
    int given = 0;
    if (stage == t->design->stages - 1)
        return false;
    for (int i = 0; i < s->runs; i++) {
        const Block *block = &t->design->block[s->run[i]];
        if (block->from[0])
            given++;
        else if (used_later(t->design, s->run[i], stage))
            return false;
    }
    return given > 0;
}

/* ---- data as codes */

static bool code_set(Trainer *t, const Dataset *from, Dataset *to, Error *err)
{
    enum { PIECE = 1024 };
    Shape shape = network_output(t->coder);
    size_t in = shape_size(from->shape), out = shape_size(shape);
    *to = (Dataset){.shape = shape, .count = from->count, .labels = from->labels, .classes = from->classes};
    if (!from->count)
        return true;
    to->floats = mem_try_large((size_t)from->count * out, sizeof(float));
    if (!to->floats)
        return error_set(err, ERROR_FAILED, "use fewer samples (--limit)", "no memory for the codes of %d samples", from->count);
    float *piece = mem_new(PIECE * in, sizeof *piece);
    for (int first = 0; first < from->count; first += PIECE) {
        int n = from->count - first < PIECE ? from->count - first : PIECE;
        for (int i = 0; i < n; i++)
            dataset_sample(from, first + i, piece + (size_t)i * in);
        network_forward(t->coder, 0, network_layers(t->coder), n, piece, to->floats + (size_t)first * out);
    }
    free(piece);
    return true;
}

static bool make_codes(Trainer *t, Error *err)
{
    t->code_chain = design_code_chain(t->design, t->state.stage, err);
    if (!t->code_chain)
        return false;
    if (!t->code_chain->layers)
        return true;
    NetworkOptions options = {.input = t->design->input, .batch = 1024, .team = t->team, .seed = t->options.seed};
    t->coder = network_new(t->code_chain->layer, t->code_chain->layers, &options, err);
    if (!t->coder || !weights_to_network(&t->weights, t->coder, NULL, err))
        return false;
    t->coded = mem_new(1, sizeof *t->coded);
    *t->coded = *t->data;
    t->coded->train = t->coded->test = (Dataset){0};
    return code_set(t, &t->data->train, &t->coded->train, err) && code_set(t, &t->data->test, &t->coded->test, err);
}

/* ---- the network */

static bool build(Trainer *t, int batch, Error *err)
{
    NetworkOptions options = {.input = t->chain->input, .batch = batch, .team = t->team, .seed = t->options.seed,
                              .frozen = t->chain->frozen, .loss = &t->spec->set[TRAIN_LOSS],
                              .optimizer = &t->spec->set[TRAIN_OPTIMIZER],
                              .arithmetic = train_spec_arithmetic(t->spec), .fuse = true, .cut = t->chain->code};
    t->net = network_new(t->chain->layer, t->chain->layers, &options, err);
    if (!t->net)
        return false;
    t->batch = t->state.batch_size = batch;
    t->batches = (t->split.train_count + batch - 1) / batch;
    return true;
}

static bool stage_outputs(const Design *design, int stage, int *outputs, Error *err)
{
    Chain *chain = design_chain(design, stage, err);
    bool good = chain != NULL;
    Shape shape = chain ? chain->input : (Shape){0};
    for (int i = 0; good && i < chain->layers; i++) {
        LayerPlan plan;
        good = design_plan_layer(&chain->layer[i], shape, &plan, err);
        if (good) {
            shape = plan.out;
            layer_plan_clear(&plan);
        }
    }
    *outputs = (int)shape_size(shape);
    free(chain);
    return good;
}

bool trainer_stage_labels(const Trainer *t, int stage, Error *err)
{
    const Stage *s = &t->design->stage[stage];
    const Dataset *train = &t->data->train, *test = &t->data->test;
    int classes;
    if (!loss_spec_kind(&s->train.set[TRAIN_LOSS])->labels)
        return true;
    bool on_test = !strcmp(s->train.set[TRAIN_VALIDATION].kind->name, "test");
    if (!train->labels || (on_test && test->count && !test->labels))
        return error_set(err, ERROR_INPUT, "name a data set with labels, or train with mse or bce",
                         "stage %s learns classes, but %s has no labels", s->name, t->data->name);
    if (!stage_outputs(t->design, stage, &classes, err))
        return false;
    int most = on_test && test->classes > train->classes ? test->classes : train->classes;
    if (most > classes)
        return error_set(err, ERROR_INPUT, "give the last layer a unit for each class",
                         "stage %s has %d outputs, but %s has %d classes", s->name, classes, t->data->name, most);
    return true;
}

bool trainer_stage_begin(Trainer *t, Error *err)
{
    TrainState *s = &t->state;
    const Stage *stage = &t->design->stage[s->stage];
    t->spec = &stage->train;
    t->labels = loss_spec_kind(&t->spec->set[TRAIN_LOSS])->labels;
    t->noise = t->spec->set[TRAIN_NOISE];
    t->epochs = train_spec_epochs(t->spec);
    t->speed = 0;
    t->group_loss = 0;
    t->group_samples = 0;
    t->chain = design_chain(t->design, s->stage, err);
    if (!t->chain || !make_codes(t, err))
        return false;
    if (!split_make(&t->spec->set[TRAIN_VALIDATION], t->coded ? t->coded : t->data, t->options.seed, &t->split, err))
        return false;
    if (t->split.train_count < 1)
        return error_set(err, ERROR_INPUT, "use more samples or a smaller validation part", "%s leaves no sample to train on",
                         t->data->name);
    if (!build(t, s->batch_size ? s->batch_size : train_spec_batch(t->spec), err))
        return false;
    int missing;
    if (!weights_to_network(&t->weights, t->net, &missing, err))
        return false;
    t->order = mem_new((size_t)t->split.train_count, sizeof *t->order);
    trainer_start_epoch(t);
    return true;
}

void trainer_stage_end(Trainer *t)
{
    network_free(t->net);
    network_free(t->coder);
    if (t->coded) { /* its labels are the data's own */
        free(t->coded->train.floats);
        free(t->coded->test.floats);
        free(t->coded);
    }
    split_clear(&t->split);
    free(t->order);
    free(t->chain);
    free(t->code_chain);
    t->net = t->coder = NULL;
    t->coded = NULL;
    t->order = NULL;
    t->chain = t->code_chain = NULL;
}

bool trainer_rebuild(Trainer *t, int batch, Error *err)
{
    Network *old = t->net;
    if (!weights_from_network(&t->weights, old, err))
        return false;
    if (!build(t, batch, err)) {
        t->net = old;
        return false;
    }
    bool good = weights_to_network(&t->weights, t->net, NULL, err);
    for (int i = 0; i < network_slots(old); i++) {
        size_t size;
        const float *from = network_slot(old, i, &size);
        memcpy(network_slot(t->net, i, &size), from, size * sizeof *from);
    }
    network_set_step_count(t->net, network_step_count(old));
    network_free(old);
    return good;
}

/* ---- filling batches */

void trainer_start_epoch(Trainer *t)
{
    memcpy(t->order, t->split.train_index, (size_t)t->split.train_count * sizeof *t->order);
    if (t->spec->set[TRAIN_SHUFFLE].value[0].choice) {
        Rng rng = rng_new(t->options.seed, RNG_SHUFFLE, (uint32_t)t->state.epoch, (uint32_t)t->state.stage);
        rng_shuffle(&rng, t->order, (size_t)t->split.train_count);
    }
}

static BatchSource source_of(Trainer *t, Feed *feed, const Dataset *set, const uint32_t *index, uint32_t epoch)
{
    *feed = (Feed){.set = set, .index = index, .noise = &t->noise, .seed = t->options.seed, .epoch = epoch};
    return feed_source(feed);
}

BatchSource trainer_train_source(Trainer *t, Feed *feed)
{
    /* Stages are told apart: an epoch of one has other noise than the same epoch of the next. */
    uint32_t epoch = (uint32_t)t->state.stage << 24 | (uint32_t)t->state.epoch;
    return source_of(t, feed, t->split.train, t->order + (size_t)t->state.batch * (size_t)t->batch, epoch);
}

BatchSource trainer_validation_source(Trainer *t, Feed *feed)
{
    return source_of(t, feed, t->split.validation, t->split.validation_index, (uint32_t)NOISE_FIXED_EPOCH);
}
