/* The checkpoint as one safetensors file: weights, optimizer memory and the best epoch's weights told apart by a
 * prefix of their names, the trainer's numbers in the metadata. */
#include "store/checkpoint.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/safetensors.h"

#include <stdlib.h>
#include <string.h>

static const char *const SLOT_PREFIX = "optimizer/", *const BEST_PREFIX = "best/";

/* -- TrainState as texts.  Reals are hexadecimal: they come back to the last bit, infinity and NaN included. */

typedef enum FieldType { FIELD_INT, FIELD_LONG, FIELD_U32, FIELD_REAL, FIELD_TEXT } FieldType;

typedef struct Field {
    const char *name;
    FieldType type;
    size_t offset, size;
} Field;

#define FIELD(name, type, member) {name, type, offsetof(TrainState, member), sizeof(((TrainState *)0)->member)}
static const Field fields[] = {
    FIELD("stage", FIELD_INT, stage),
    FIELD("epoch", FIELD_INT, epoch),
    FIELD("batch", FIELD_INT, batch),
    FIELD("batch_size", FIELD_INT, batch_size),
    FIELD("step", FIELD_U32, step),
    FIELD("total_steps", FIELD_U32, total_steps),
    FIELD("epoch_loss", FIELD_REAL, epoch_loss),
    FIELD("epoch_kl", FIELD_REAL, epoch_kl),
    FIELD("epoch_seen", FIELD_LONG, epoch_seen),
    FIELD("epoch_correct", FIELD_LONG, epoch_correct),
    FIELD("best_loss", FIELD_REAL, best_loss),
    FIELD("best_epoch", FIELD_INT, best_epoch),
    FIELD("waited", FIELD_INT, waited),
    FIELD("schedule_factor", FIELD_REAL, schedule.factor),
    FIELD("schedule_best", FIELD_REAL, schedule.best),
    FIELD("schedule_waited", FIELD_INT, schedule.waited),
    FIELD("metrics_bytes", FIELD_LONG, metrics_bytes),
    FIELD("seconds", FIELD_REAL, seconds),
    FIELD("finished", FIELD_INT, finished),
    FIELD("live_lr", FIELD_REAL, live_lr),
    FIELD("live_beta", FIELD_REAL, live_beta),
    FIELD("live_batch", FIELD_INT, live_batch),
    FIELD("live_noise", FIELD_TEXT, live_noise),
};

static void state_print(const TrainState *state, Metadata *out)
{
    metadata_put(out, "hourglass", "checkpoint");
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const void *at = (const char *)state + fields[i].offset;
        char text[128];
        switch (fields[i].type) {
        case FIELD_INT: snprintf(text, sizeof text, "%d", *(const int *)at); break;
        case FIELD_LONG: snprintf(text, sizeof text, "%ld", *(const long *)at); break;
        case FIELD_U32: snprintf(text, sizeof text, "%lu", (unsigned long)*(const uint32_t *)at); break;
        case FIELD_REAL: snprintf(text, sizeof text, "%a", *(const double *)at); break;
        case FIELD_TEXT: snprintf(text, sizeof text, "%s", (const char *)at); break;
        }
        metadata_put(out, fields[i].name, text);
    }
}

static bool state_parse(const Metadata *metadata, TrainState *state, Error *err)
{
    *state = (TrainState){0};
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        void *at = (char *)state + fields[i].offset;
        const char *text = metadata_get(metadata, fields[i].name);
        if (!text)
            return error_set(err, ERROR_INPUT, NULL, "is no checkpoint: it lacks %s", fields[i].name);
        char *end = NULL;
        switch (fields[i].type) {
        case FIELD_INT: *(int *)at = (int)strtol(text, &end, 10); break;
        case FIELD_LONG: *(long *)at = strtol(text, &end, 10); break;
        case FIELD_U32: *(uint32_t *)at = (uint32_t)strtoul(text, &end, 10); break;
        case FIELD_REAL: *(double *)at = strtod(text, &end); break;
        case FIELD_TEXT: snprintf(at, fields[i].size, "%s", text); break;
        }
        if (end && (end == text || *end))
            return error_set(err, ERROR_INPUT, NULL, "its %s is no number: %.40s", fields[i].name, text);
    }
    return true;
}

/* -- The tensors.  Writing borrows their data: a checkpoint of a large network is not held in memory twice. */

static bool lend(const Weights *from, const char *prefix, Weights *to, Error *err)
{
    if (from->count)
        to->item = mem_resize(to->item, (size_t)(to->count + from->count), sizeof *to->item);
    for (int i = 0; i < from->count; i++) {
        Weight *weight = &to->item[to->count++];
        *weight = from->item[i];
        if ((size_t)snprintf(weight->name, sizeof weight->name, "%s%s", prefix, from->item[i].name) >= sizeof weight->name)
            return error_set(err, ERROR_FAILED, "choose a shorter layer name", "the tensor's name is too long: %s%s", prefix,
                             from->item[i].name);
    }
    return true;
}

/* Moves the tensor to the list its prefix names. */
static void sort_out(Weight *weight, Weights *weights, Weights *slots, Weights *best)
{
    Weights *to = weights;
    size_t prefix = 0;
    if (!strncmp(weight->name, SLOT_PREFIX, strlen(SLOT_PREFIX))) {
        to = slots;
        prefix = strlen(SLOT_PREFIX);
    } else if (!strncmp(weight->name, BEST_PREFIX, strlen(BEST_PREFIX))) {
        to = best;
        prefix = strlen(BEST_PREFIX);
    }
    memmove(weight->name, weight->name + prefix, strlen(weight->name + prefix) + 1);
    to->item = mem_resize(to->item, (size_t)to->count + 1, sizeof *to->item);
    to->item[to->count++] = *weight;
}

bool checkpoint_write(const Run *run, const TrainState *state, const Weights *weights, const Weights *slots,
                      const Weights *best, Error *err)
{
    char path[RUN_PATH + 64];
    if (!run_path(run, "ckpt/last.safetensors", path, sizeof path, err))
        return false;
    Weights all = {0};
    Metadata metadata = {0};
    state_print(state, &metadata);
    bool good = lend(weights, "", &all, err) && lend(slots, SLOT_PREFIX, &all, err) && lend(best, BEST_PREFIX, &all, err) &&
                safetensors_write(path, &all, &metadata, err);
    metadata_clear(&metadata);
    free(all.item); /* the data is borrowed */
    return good;
}

bool checkpoint_read(const Run *run, TrainState *state, Weights *weights, Weights *slots, Weights *best, Error *err)
{
    char path[RUN_PATH + 64];
    *weights = *slots = *best = (Weights){0};
    if (!file_join(path, sizeof path, run->folder, "ckpt/last.safetensors", err))
        return false;
    if (!file_exists(path)) {
        if (err)
            *err = (Error){0};
        return false;
    }
    Weights all;
    Metadata metadata;
    if (!safetensors_read(path, &all, &metadata, err))
        return false;
    if (!state_parse(&metadata, state, err)) {
        metadata_clear(&metadata);
        weights_clear(&all);
        return error_at(err, path, 0, 0);
    }
    for (int i = 0; i < all.count; i++)
        sort_out(&all.item[i], weights, slots, best);
    metadata_clear(&metadata);
    free(all.item); /* its tensors have moved */
    return true;
}
