/* Networks small enough to know what they do, made without training. */
#ifndef TESTS_STUDY_TINY_H
#define TESTS_STUDY_TINY_H

#include "base/mem.h"
#include "base/rng.h"
#include "spec/text.h"
#include "study/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Random 4 x 4 pictures in three classes: `train` and `test` of 30. */
static inline Data *tiny_data(void)
{
    Data *data = mem_new(1, sizeof *data);
    snprintf(data->name, sizeof data->name, "tiny squares");
    Dataset *parts[] = {&data->train, &data->test};
    for (int p = 0; p < 2; p++) {
        Rng rng = rng_new(5, RNG_TEST, (uint32_t)p, 0);
        *parts[p] = (Dataset){.shape = shape_map(4, 4, 1), .count = 30, .classes = 3};
        parts[p]->bytes = mem_new(30 * 16, 1);
        parts[p]->labels = mem_new(30, 1);
        for (int i = 0; i < 30 * 16; i++)
            parts[p]->bytes[i] = (uint8_t)rng_below(&rng, 256);
        for (int i = 0; i < 30; i++)
            parts[p]->labels[i] = (uint8_t)(i % 3);
    }
    return data;
}

/* A model of the design's text with its first weights. */
static inline Model tiny_model(const char *text, Team *team)
{
    Error err;
    Model model = {.design = design_parse(text, "tiny.net", &err), .seed = 3};
    if (!model.design)
        fail_msg("%s", err.what);
    Chain *chain = design_chain(model.design, 0, &err);
    assert_non_null(chain);
    NetworkOptions options = {.input = chain->input, .batch = 8, .team = team, .seed = 3};
    Network *net = network_new(chain->layer, chain->layers, &options, &err);
    assert_non_null(net);
    network_initialise(net);
    assert_true(weights_from_network(&model.weights, net, &err));
    network_free(net);
    free(chain);
    snprintf(model.data_name, sizeof model.data_name, "tiny squares");
    return model;
}

/* Overwrites a square kernel by the unit matrix times `scale`. */
static inline void tiny_identity(Model *model, const char *name, float scale)
{
    Weight *weight = weights_find(&model->weights, name);
    assert_non_null(weight);
    assert_int_equal(weight->dim[0], weight->dim[1]);
    for (int i = 0; i < weight->dim[0]; i++)
        for (int j = 0; j < weight->dim[1]; j++)
            weight->data[i * weight->dim[1] + j] = i == j ? scale : 0;
}

/* Gives its pictures back exactly: two unit matrices. */
static const char tiny_perfect[] = "input 16\nencoder\n  dense 16\ndecoder\n  dense 16\ntrain\n  loss mse\n  validation test\n";
static const char tiny_noisy[] = "input 16\nnoise gaussian sd=0.3\nencoder\n  dense 16\ndecoder\n  dense 16\ntrain\n  loss mse\n  validation test\n";
static const char tiny_vae[] = "input 16\nencoder\n  sample 2\ndecoder\n  dense 16 sigmoid\ntrain\n  loss bce sum\n  validation test\n";
static const char tiny_classifier[] = "input 16\nencoder\n  dense 4 relu\nblock head\n  dense 3 softmax\ntrain\n  loss crossentropy\n  validation test\n"
                                      "stage all\n  run encoder head\n";

static inline Subject tiny_subject(const char *text, const Data *data, Team *team)
{
    Error err;
    Subject subject;
    Model model = tiny_model(text, team);
    if (text == tiny_perfect || text == tiny_noisy) {
        tiny_identity(&model, "dense_1/kernel", 1);
        tiny_identity(&model, "dense_2/kernel", 1);
    }
    if (!subject_new(&subject, "tiny", &model, data, PART_AUTO, team, &err))
        fail_msg("%s", err.what);
    return subject;
}

/* What a test of a group is given. */
typedef struct TinyFixture {
    Team *team;
    Data *data;
} TinyFixture;

static inline int tiny_set_up(void **state)
{
    Error err;
    TinyFixture *f = mem_new(1, sizeof *f);
    f->team = team_new(2, &err);
    f->data = tiny_data();
    *state = f;
    return f->team == NULL;
}

static inline int tiny_tear_down(void **state)
{
    TinyFixture *f = *state;
    team_free(f->team);
    data_free(f->data);
    free(f);
    return 0;
}

#endif
