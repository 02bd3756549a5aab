/* What the trainer leaves on disk, and how it goes on from there. */
#include "base/clock.h"
#include "base/mem.h"
#include "store/model.h"
#include "train/trainer_own.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool trainer_log(Trainer *t, const Metric *metric, Error *err)
{
    Metrics *h = &t->history;
    if ((h->count & (h->count - 1)) == 0) /* full at powers of two */
        h->item = mem_resize(h->item, h->count ? 2 * (size_t)h->count : 1, sizeof *h->item);
    h->item[h->count++] = *metric;
    return !t->options.run || metric_append(t->options.run, metric, err);
}

bool trainer_event(Trainer *t, const char *event, Error *err, const char *fmt, ...)
{
    /* Between two epochs an event belongs to the one before. */
    int epoch = t->state.epoch + (t->state.batch > 0 || t->state.epoch == 0);
    Metric m = {.kind = METRIC_EVENT, .stage = t->state.stage, .epoch = epoch, .batch = t->state.batch,
                .step = t->state.step};
    snprintf(m.stage_name, sizeof m.stage_name, "%s", t->design->stage[t->state.stage].name);
    snprintf(m.event, sizeof m.event, "%s", event);
    va_list args;
    va_start(args, fmt);
    vsnprintf(m.text, sizeof m.text, fmt, args);
    va_end(args);
    clock_stamp(m.time, sizeof m.time);
    return trainer_log(t, &m, err);
}

bool trainer_mark(Trainer *t, const char *state, Error *err)
{
    RunMeta meta;
    if (!t->options.run)
        return true;
    if (!run_read_meta(t->options.run, &meta, err))
        return false;
    snprintf(meta.state, sizeof meta.state, "%s", state);
    return run_write_meta(t->options.run, &meta, err);
}

bool trainer_write_model(Trainer *t, const char *inside, const Weights *weights, Error *err)
{
    char path[RUN_PATH];
    if (!t->options.run)
        return true;
    Model model = {.design = t->design, .weights = *weights, .stage = t->state.stage, .seed = t->options.seed};
    snprintf(model.data_name, sizeof model.data_name, "%s", t->data->name);
    snprintf(model.data_checksum, sizeof model.data_checksum, "%s", t->data->checksum);
    return run_path(t->options.run, inside, path, sizeof path, err) && model_write(path, &model, err);
}

/* ---- checkpoints */

static bool slots_of(Trainer *t, Weights *slots, Error *err)
{
    for (int i = 0; i < network_slots(t->net); i++) {
        size_t size;
        char name[16];
        const float *data = network_slot(t->net, i, &size);
        int dim = (int)size;
        snprintf(name, sizeof name, "slot%d", i);
        if (!weights_put(slots, name, 1, &dim, data, err))
            return false;
    }
    return true;
}

bool trainer_is_finite(const Trainer *t)
{
    for (int i = 0; i < network_tensors(t->net); i++) {
        NetworkTensor tensor = network_tensor(t->net, i);
        for (size_t j = 0; j < tensor.size; j++)
            if (!isfinite(tensor.data[j]))
                return false;
    }
    return true;
}

bool trainer_save(Trainer *t, Error *err)
{
    Weights slots = {0};
    t->last_saved = clock_seconds();
    if (!t->options.run || t->lost || !trainer_is_finite(t)) /* the good checkpoint stays */
        return true;
    t->state.metrics_bytes = run_metrics_size(t->options.run);
    bool good = weights_from_network(&t->weights, t->net, err) && slots_of(t, &slots, err)
             && checkpoint_write(t->options.run, &t->state, &t->weights, &slots, &t->best, err);
    weights_clear(&slots);
    if (good && t->best.count && t->state.best_epoch) {
        Weights all = {0}; /* what this stage does not train stands as it is */
        good = weights_copy(&t->weights, &all, err);
        for (int i = 0; good && i < t->best.count; i++) {
            const Weight *w = &t->best.item[i];
            good = weights_put(&all, w->name, w->rank, w->dim, w->data, err);
        }
        good = good && trainer_write_model(t, "ckpt/best.safetensors", &all, err);
        weights_clear(&all);
    }
    return good;
}

bool trainer_stop(Trainer *t, Error *err)
{
    if (t->state.finished || t->lost)
        return true;
    return trainer_event(t, "stop", err, "stopped after batch %d", t->state.batch) && trainer_save(t, err)
        && trainer_mark(t, "stopped", err);
}

/* Every n-th epoch, so that a stage keeps at most fifty. */
bool trainer_write_epoch(Trainer *t, Error *err)
{
    enum { MOST = 50 };
    int every = t->options.checkpoint_epochs ? t->options.checkpoint_epochs : (t->epochs + MOST - 1) / MOST;
    char name[RUN_EPOCH_NAME], inside[64];
    if (!t->options.run || t->state.epoch % every)
        return true;
    run_epoch_name(t->state.stage, t->state.epoch, name);
    snprintf(inside, sizeof inside, "ckpt/%s.safetensors", name);
    return weights_from_network(&t->weights, t->net, err) && trainer_write_model(t, inside, &t->weights, err);
}

static bool restore_slots(Trainer *t, const Weights *slots, Error *err)
{
    for (int i = 0; i < network_slots(t->net); i++) {
        size_t size;
        char name[16];
        float *data = network_slot(t->net, i, &size);
        snprintf(name, sizeof name, "slot%d", i);
        const Weight *slot = weights_find(slots, name);
        if (!slot || slot->size != size)
            return error_set(err, ERROR_INPUT, "start the run anew", "the checkpoint does not fit the network: %s has %zu numbers, not %zu",
                             name, slot ? slot->size : 0, size);
        memcpy(data, slot->data, size * sizeof *data);
    }
    return true;
}

bool trainer_resume(Trainer *t, Error *err)
{
    Weights slots = {0};
    Error problem = {0};
    bool good = checkpoint_read(t->options.run, &t->state, &t->weights, &slots, &t->best, &problem);
    if (!good) {
        if (problem.kind == ERROR_NONE) /* killed before its first checkpoint: from the start, with the same seed */
            return run_truncate_metrics(t->options.run, 0, err);
        if (err)
            *err = problem;
        return false;
    }
    good = run_truncate_metrics(t->options.run, t->state.metrics_bytes, err)
        && metrics_read(t->options.run, &t->history, err) && trainer_stage_begin(t, err) && restore_slots(t, &slots, err);
    weights_clear(&slots);
    if (!good)
        return false;
    network_set_step_count(t->net, t->state.step);
    t->epoch_started = t->last_saved = clock_seconds();
    for (int capacity = 1; ; capacity *= 2) /* room as trainer_log expects it */
        if (capacity >= t->history.count) {
            t->history.item = mem_resize(t->history.item, (size_t)capacity, sizeof *t->history.item);
            break;
        }
    if (t->state.live_noise[0]) {
        char assignment[160];
        snprintf(assignment, sizeof assignment, "%s.noise=%s", t->design->stage[t->state.stage].name, t->state.live_noise);
        Design *changed = design_copy(t->design);
        good = design_set(changed, assignment, err);
        if (good)
            t->noise = changed->stage[t->state.stage].train.set[TRAIN_NOISE];
        design_free(changed);
    }
    if (good && t->state.finished) /* killed between the last checkpoint and the model, or nothing left to do */
        return trainer_write_model(t, "model.safetensors", &t->weights, err) && trainer_mark(t, "done", err);
    const char *after = t->options.after;
    return good && trainer_mark(t, "running", err)
        && trainer_event(t, after ? "rollback" : "resume", err, "%sfrom batch %d%s%.110s", after ? "back to the last good state: " : "", t->state.batch,
                         after ? ", after " : "", after ? after : "");
}

/* ---- blocks that start from another model */

/* Tensors of the layer whose name is `theirs` come over as `ours`. */
static bool take_layer(Trainer *t, const Weights *from, const char *theirs, const char *ours, Error *err)
{
    size_t length = strlen(theirs);
    for (int i = 0; i < from->count; i++) {
        const Weight *w = &from->item[i];
        if (strncmp(w->name, theirs, length) || w->name[length] != '/')
            continue;
        char name[64];
        snprintf(name, sizeof name, "%s%s", ours, w->name + length);
        if (!weights_put(&t->weights, name, w->rank, w->dim, w->data, err))
            return false;
    }
    return true;
}

static bool load_block(Trainer *t, const Block *block, Error *err)
{
    Model model = {0};
    if (!model_open(block->from, t->options.runs_dir, &model, err))
        return false;
    int theirs = design_block_find(model.design, block->name);
    bool good = theirs >= 0 && model.design->block[theirs].count == block->count;
    for (int i = 0; good && i < block->count; i++)
        good = model.design->layer[model.design->block[theirs].first + i].set.kind
            == t->design->layer[block->first + i].set.kind;
    if (!good)
        error_set(err, ERROR_INPUT, "give both blocks the same layers", "block %s of %s is not the block %s of this design",
                  block->name, block->from, block->name);
    for (int i = 0; good && i < block->count; i++)
        good = take_layer(t, &model.weights, model.design->layer[model.design->block[theirs].first + i].name,
                          t->design->layer[block->first + i].name, err);
    model_clear(&model);
    return good;
}

bool trainer_load_blocks(Trainer *t, Error *err)
{
    for (int b = 0; b < t->design->blocks; b++)
        if (t->design->block[b].from[0] && !load_block(t, &t->design->block[b], err))
            return false;
    return true;
}
