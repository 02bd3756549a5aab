/* Small data, designs and runs, and training to the end. */
#include "little.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "data/digits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void draw_blobs(Shape shape, int first, int count, Dataset *out)
{
    *out = (Dataset){.shape = shape, .count = count, .classes = 10};
    out->bytes = mem_new((size_t)count * shape_size(shape), 1);
    out->labels = mem_new((size_t)count, 1);
    for (int i = 0; i < count; i++) {
        Rng rng = rng_new(1, RNG_TEST, (uint32_t)(first + i), 0);
        uint8_t *pixel = out->bytes + (size_t)i * shape_size(shape);
        float x = rng_uniform(&rng) * (float)shape.w, y = rng_uniform(&rng) * (float)shape.h, colour = rng_uniform(&rng);
        out->labels[i] = (uint8_t)(colour * 10);
        for (int row = 0; row < shape.h; row++)
            for (int column = 0; column < shape.w; column++)
                for (int c = 0; c < shape.c; c++) {
                    float distance = hypotf((float)row - y, (float)column - x) / (float)shape.w;
                    *pixel++ = (uint8_t)(255 * expf(-8 * distance * distance) * (c == 0 ? colour : 1 - colour));
                }
    }
}

static void draw(Shape shape, int first, int count, Dataset *out)
{
    if (shape_size(shape) == 784)
        assert_true(digits_draw(7, first, count, out, NULL));
    else
        draw_blobs(shape, first, count, out);
}

Data *little_data(Shape shape, int train, int test)
{
    Data *data = mem_new(1, sizeof *data);
    draw(shape, 0, train, &data->train);
    draw(shape, 100000, test, &data->test);
    snprintf(data->name, sizeof data->name, "little pictures");
    return data;
}

void little_set(Design *design, const char *assignment)
{
    Error err = {0};
    if (!design_set(design, assignment, &err))
        fail_msg("%s: %s", assignment, err.what);
}

void little_set_lr(Design *design, double lr)
{
    design->stage[0].train.set[TRAIN_OPTIMIZER].value[OPTIMIZER_LR].number = lr;
}

/* May the layer's size be changed?  Not where a reshape or the end of a block's network counts on it. */
static void shrink(Design *design, int units)
{
    for (int i = 0; i < design->layers; i++)
        for (int way = 0; way < 2; way++) {
            const char *field = way ? "units" : "filters";
            int at = param_find(design->layer[i].set.kind, field), most = way ? units : 6;
            if (at < 0 || design->layer[i].set.value[at].number <= most || design_layer_mirrored(design, i))
                continue;
            Design *smaller = design_copy(design);
            char assignment[80];
            snprintf(assignment, sizeof assignment, "%s.%s=%d", design->layer[i].name, field, most);
            little_set(smaller, assignment);
            if (design_check(smaller, NULL))
                little_set(design, assignment);
            design_free(smaller);
        }
}

Design *little_preset(const char *name, int units, ...)
{
    Error err = {0};
    Design *design = design_open(name, &err);
    if (!design)
        fail_msg("%s: %s", name, err.what);
    shrink(design, units);
    va_list args;
    va_start(args, units);
    for (const char *assignment; (assignment = va_arg(args, const char *));)
        little_set(design, assignment);
    va_end(args);
    return design;
}

Design *little_parse(const char *text)
{
    Error err = {0};
    Design *design = design_parse(text, "little.net", &err);
    if (!design)
        fail_msg("line %d: %s", err.line, err.what);
    return design;
}

static char folder[64];

const char *little_folder(void)
{
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/tmp/hourglass-test-XXXXXX");
        assert_non_null(mkdtemp(folder));
    }
    return folder;
}

int little_cleanup(void **state)
{
    (void)state;
    bool good = !folder[0] || file_remove_tree(folder, NULL);
    folder[0] = '\0';
    return good ? 0 : 1;
}

void little_run_create(Run *run, const char *name, const Design *design, const Data *data, uint64_t seed, int threads)
{
    Error err = {0};
    RunMeta meta = {.seed = seed, .threads = threads, .state = "running"};
    snprintf(meta.data_name, sizeof meta.data_name, "%s", data->name);
    if (!run_create(run, little_folder(), name, design, &meta, &err))
        fail_msg("%s", err.what);
}

Trainer *little_trainer(const Design *design, const Data *data, const TrainerOptions *options)
{
    Error err = {0};
    Trainer *trainer = trainer_new(design, data, options, &err);
    if (!trainer)
        fail_msg("%s: %s", design->name, err.what);
    return trainer;
}

void little_finish(Trainer *trainer)
{
    Error err = {0};
    TrainerState state;
    while ((state = trainer_step(trainer, &err)) != TRAINER_DONE)
        if (state == TRAINER_FAILED)
            fail_msg("%s", err.what);
}

float *little_weights(Trainer *trainer, size_t *bytes)
{
    const Weights *weights = trainer_weights(trainer, NULL);
    size_t count = 0;
    for (int i = 0; i < weights->count; i++)
        count += weights->item[i].size;
    float *all = mem_new(count, sizeof *all), *at = all;
    for (int i = 0; i < weights->count; i++) {
        memcpy(at, weights->item[i].data, weights->item[i].size * sizeof *at);
        at += weights->item[i].size;
    }
    *bytes = count * sizeof *all;
    return all;
}

char *little_model(const Run *run, size_t *bytes)
{
    char path[RUN_PATH];
    Error err = {0};
    assert_true(run_path(run, "model.safetensors", path, sizeof path, NULL));
    char *model = file_read(path, 1 << 28, bytes, &err);
    if (!model)
        fail_msg("%s", err.what);
    return model;
}
