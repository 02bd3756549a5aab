/* The trainer: every preset learns, runs repeat, stages hand on what they learned, and what can go wrong is said. */
#include "little.h"

#include "base/mem.h"
#include "spec/preset.h"
#include "store/checkpoint.h"
#include "store/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_THREAD__
enum { SAMPLES = 32, REPEATED = 2 }; /* slow there, and races show at once */
#else
enum { SAMPLES = 96, REPEATED = 5 };
#endif

/* ---- every preset learns */

static const Metric *epoch_metric(const Metrics *history, int stage, int epoch)
{
    for (int i = 0; i < history->count; i++)
        if (history->item[i].kind == METRIC_EPOCH && history->item[i].stage == stage && history->item[i].epoch == epoch)
            return &history->item[i];
    return NULL;
}

static void every_preset_learns(void **state)
{
    (void)state;
    enum { EPOCHS = 3 };
    for (int p = 0; p < presets_count; p++) {
        Design *design = little_preset(presets[p].name, 64, "batch=16", NULL);
        Data *data = little_data(design->input, SAMPLES, 16);
        TrainerOptions options = {.threads = 2, .seed = 3, .epochs = EPOCHS};
        Trainer *trainer = little_trainer(design, data, &options);
        little_finish(trainer);
        const Metrics *history = trainer_history(trainer);
        for (int s = 0; s < design->stages; s++) {
            const Metric *first = epoch_metric(history, s, 1), *last = epoch_metric(history, s, EPOCHS);
            assert_non_null(first);
            assert_non_null(last);
            if (!(last->train_loss < first->train_loss))
                fail_msg("%s, stage %s: the loss goes from %g to %g", presets[p].name, design->stage[s].name, first->train_loss,
                         last->train_loss);
            assert_true(last->step == first->step * EPOCHS && last->lr > 0 && last->samples_per_s > 0);
        }
        trainer_free(trainer);
        data_free(data);
        design_free(design);
    }
}

/* ---- the same bytes for the same seed and threads */

static float *train_once(const Design *design, const Data *data, int threads, uint64_t seed, size_t *bytes)
{
    TrainerOptions options = {.threads = threads, .seed = seed, .epochs = 2};
    Trainer *trainer = little_trainer(design, data, &options);
    little_finish(trainer);
    float *weights = little_weights(trainer, bytes);
    trainer_free(trainer);
    return weights;
}

static void runs_repeat(void **state)
{
    (void)state;
    static const char *const names[] = {"vae", "classifier", "denoise", "stacked", "cifar"};
    for (size_t i = 0; i < REPEATED; i++) {
        Design *design = little_preset(names[i], 24, "batch=10", NULL);
        Data *data = little_data(design->input, 47, 9);
        size_t bytes, again_bytes;
        for (int threads = 1; threads <= 3; threads++) {
            float *once = train_once(design, data, threads, 5, &bytes), *again = train_once(design, data, threads, 5, &again_bytes);
            assert_int_equal(bytes, again_bytes);
            if (memcmp(once, again, bytes) != 0)
                fail_msg("%s differs from itself on %d threads", names[i], threads);
            free(again);
            again = train_once(design, data, threads, 6, &again_bytes);
            assert_memory_not_equal(once, again, bytes); /* the seed does matter */
            free(once);
            free(again);
        }
        data_free(data);
        design_free(design);
    }
}

/* ---- early stopping, schedules */

static const char plain[] = "input 784\n"
                            "encoder\n  dense 12 relu\n"
                            "decoder\n  dense 784 sigmoid\n"
                            "train\n  loss mse\n  optimizer adam lr=0.003\n  batch 20\n  epochs 12\n  validation test\n";

static void early_stopping_goes_back(void **state)
{
    (void)state;
    Design *design = little_parse(plain);
    little_set(design, "stop.patience=2");
    little_set(design, "dense_2.activation=linear");
    Data *data = little_data(design->input, 60, 30);
    Run run;
    little_run_create(&run, "early", design, data, 1, 2);
    TrainerOptions options = {.threads = 2, .seed = 1, .run = &run};
    Trainer *trainer = little_trainer(design, data, &options);
    size_t bytes, now_bytes;
    float *best = NULL;
    TrainerState at;
    while ((at = trainer_step(trainer, NULL)) != TRAINER_DONE) {
        assert_int_not_equal(at, TRAINER_FAILED);
        Progress p = trainer_progress(trainer);
        if (at == TRAINER_EPOCH && p.epoch == 3) { /* from here on it can only get worse */
            assert_int_equal(p.best_epoch, 3);
            best = little_weights(trainer, &bytes);
            assert_true(trainer_set_lr(trainer, 5, NULL));
        }
    }
    Progress p = trainer_progress(trainer);
    assert_int_equal(p.best_epoch, 3);
    assert_int_equal(p.last_epoch.epoch, 5); /* two epochs of patience */
    float *now = little_weights(trainer, &now_bytes);
    assert_int_equal(bytes, now_bytes);
    assert_memory_equal(best, now, bytes);
    Model kept = {0}, final = {0};
    assert_true(model_open("early@best", little_folder(), &kept, NULL));
    assert_true(model_open("early", little_folder(), &final, NULL));
    for (int i = 0; i < final.weights.count; i++)
        assert_memory_equal(final.weights.item[i].data, weights_find(&kept.weights, final.weights.item[i].name)->data,
                            final.weights.item[i].size * sizeof(float));
    model_clear(&kept);
    model_clear(&final);
    bool told = false;
    for (int i = 0; i < trainer_history(trainer)->count; i++)
        told |= !strcmp(trainer_history(trainer)->item[i].event, "early-stop");
    assert_true(told);
    free(best);
    free(now);
    trainer_free(trainer);
    run_close(&run);
    data_free(data);
    design_free(design);
}

/* Without patience nothing is stopped and nothing restored. */
static void patience_zero(void **state)
{
    (void)state;
    Design *design = little_parse(plain);
    little_set(design, "lr=5");
    Data *data = little_data(design->input, 40, 10);
    TrainerOptions options = {.threads = 1, .epochs = 6};
    Trainer *trainer = little_trainer(design, data, &options);
    little_finish(trainer);
    assert_int_equal(trainer_progress(trainer).last_epoch.epoch, 6);
    trainer_free(trainer);
    data_free(data);
    design_free(design);
}

/* ---- stages */

static float *block_weights(Trainer *trainer, const char *layer)
{
    char name[64];
    snprintf(name, sizeof name, "%s/kernel", layer);
    const Weight *weight = weights_find(trainer_weights(trainer, NULL), name);
    assert_non_null(weight);
    return memcpy(mem_new(weight->size, sizeof(float)), weight->data, weight->size * sizeof(float));
}

static void stages_train_on_codes(void **state)
{
    (void)state;
    Design *design = little_preset("stacked", 24, "dense_1.units=24", "dense_4.units=24", "batch=16", "epochs=2", NULL);
    Data *data = little_data(design->input, 80, 10);
    TrainerOptions options = {.threads = 2, .seed = 2};
    Trainer *trainer = little_trainer(design, data, &options);
    while (trainer_step(trainer, NULL) != TRAINER_STAGE)
        continue;
    assert_string_equal(trainer_progress(trainer).stage_name, "second");
    assert_int_equal(network_input(trainer_network(trainer)).c, 24);
    assert_int_equal(trainer_output(trainer).c, 24);

    /* What the stage is fed: relu(x W + b) of the block trained before. */
    float x[784], code[24];
    dataset_sample(&data->train, 3, x);
    trainer_reconstruct(trainer, 1, x, code, NULL, NULL);
    const Weights *weights = trainer_weights(trainer, NULL);
    const float *kernel = weights_find(weights, "dense_1/kernel")->data, *bias = weights_find(weights, "dense_1/bias")->data;
    for (int o = 0; o < 24; o++) {
        double sum = (double)bias[o];
        for (int i = 0; i < 784; i++)
            sum += (double)x[i] * (double)kernel[i * 24 + o];
        assert_true(fabs((double)code[o] - fmax(sum, 0)) < 1e-5);
    }
    float *before = block_weights(trainer, "dense_1");
    while (trainer_step(trainer, NULL) != TRAINER_STAGE)
        continue;
    float *after = block_weights(trainer, "dense_1");
    assert_memory_equal(before, after, 784 * 24 * sizeof *before); /* not part of that stage */
    assert_string_equal(trainer_progress(trainer).stage_name, "head");
    assert_true(trainer_progress(trainer).labels);
    float *second = block_weights(trainer, "dense_3");
    while (trainer_step(trainer, NULL) != TRAINER_STAGE)
        continue;
    float *start = block_weights(trainer, "dense_3");
    assert_memory_equal(second, start, 24 * 24 * sizeof *second); /* fine-tuning starts from it */
    little_finish(trainer);
    float *tuned = block_weights(trainer, "dense_1");
    assert_memory_not_equal(tuned, after, 784 * 24 * sizeof *tuned);
    free(before);
    free(after);
    free(second);
    free(start);
    free(tuned);
    trainer_free(trainer);
    data_free(data);
    design_free(design);
}

/* The encoder of another run: its stage is left out, its weights are what the first stage starts from, and frozen they stay. */
static void blocks_from_a_run(void **state)
{
    (void)state;
    Design *maker = little_preset("mirrored", 24, "batch=16", "epochs=1", NULL);
    Data *data = little_data(maker->input, 60, 10);
    Run run;
    little_run_create(&run, "maker", maker, data, 4, 1);
    TrainerOptions options = {.threads = 1, .seed = 4, .run = &run};
    Trainer *trainer = little_trainer(maker, data, &options);
    little_finish(trainer);
    float *made = block_weights(trainer, "conv_1");
    trainer_free(trainer);
    run_close(&run);

    Design *user = little_preset("classifier", 24, "batch=16", "epochs=1", NULL);
    snprintf(user->block[design_block_find(user, "encoder")].from, 256, "maker");
    options = (TrainerOptions){.threads = 2, .seed = 9, .runs_dir = little_folder()};
    trainer = little_trainer(user, data, &options);
    assert_string_equal(trainer_progress(trainer).stage_name, "frozen");
    float *taken = block_weights(trainer, "conv_1");
    assert_memory_equal(made, taken, 9 * 6 * sizeof *made);
    free(taken);
    while (trainer_step(trainer, NULL) != TRAINER_STAGE)
        continue;
    taken = block_weights(trainer, "conv_1");
    assert_memory_equal(made, taken, 9 * 6 * sizeof *made);
    free(taken);
    little_finish(trainer);
    taken = block_weights(trainer, "conv_1");
    assert_memory_not_equal(made, taken, 9 * 6 * sizeof *made);
    free(taken);
    free(made);
    trainer_free(trainer);

    Error err = {0};
    little_set(user, "conv_1.filters=5"); /* no longer the same block */
    assert_null(trainer_new(user, data, &options, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_non_null(strstr(err.what, "conv_1"));
    snprintf(user->block[0].from, 256, "nobody");
    err = (Error){0};
    assert_null(trainer_new(user, data, &options, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    data_free(data);
    design_free(maker);
    design_free(user);
}

/* ---- divergence */

static void divergence(void **state)
{
    (void)state;
    Design *design = little_parse(plain);
    little_set(design, "optimizer=sgd momentum=0.9");
    little_set(design, "dense_2.activation=linear");
    Data *data = little_data(design->input, 60, 10);
    Run run;
    little_run_create(&run, "wild", design, data, 1, 2);
    TrainerOptions options = {.threads = 2, .seed = 1, .run = &run};
    Trainer *trainer = little_trainer(design, data, &options);
    for (int i = 0; i < 4; i++)
        assert_int_not_equal(trainer_step(trainer, NULL), TRAINER_FAILED);
    assert_true(trainer_save(trainer, NULL));
    size_t bytes;
    float *good = little_weights(trainer, &bytes);
    trainer_free(trainer);
    run_close(&run);

    little_set_lr(design, 1e6);
    assert_true(run_open(&run, little_folder(), "wild", true, NULL));
    options.resume = true;
    options.checkpoint_seconds = 1e-9;
    trainer = little_trainer(design, data, &options);
    Error err = {0};
    TrainerState at;
    while ((at = trainer_step(trainer, &err)) != TRAINER_FAILED)
        assert_int_not_equal(at, TRAINER_DONE);
    assert_int_equal(err.kind, ERROR_DIVERGED);
    char where[64];
    Progress p = trainer_progress(trainer);
    bool ending = strstr(err.what, "at the epoch's end") != NULL;
    snprintf(where, sizeof where, "epoch %d, batch %d", p.epoch + 1, p.batch + (ending ? 0 : 1));
    if (!strstr(err.what, where) || !(ending || strstr(err.what, "in dense_") || strstr(err.what, "in the loss itself")))
        fail_msg("\"%s\" does not tell %s and where", err.what, where);
    assert_true(err.cure[0]);
    trainer_free(trainer);
    run_close(&run);

    /* The checkpoint has only numbers in it. */
    TrainState kept;
    Weights weights, slots, best;
    assert_true(run_open(&run, little_folder(), "wild", false, NULL));
    assert_true(checkpoint_read(&run, &kept, &weights, &slots, &best, NULL));
    for (int i = 0; i < weights.count; i++)
        for (size_t j = 0; j < weights.item[i].size; j++)
            assert_true(isfinite(weights.item[i].data[j]));
    assert_true(weights.item[0].size > 0 && bytes > 0);
    weights_clear(&weights);
    weights_clear(&slots);
    weights_clear(&best);
    RunMeta meta;
    assert_true(run_read_meta(&run, &meta, NULL));
    assert_string_equal(meta.state, "diverged");
    Metrics metrics;
    assert_true(metrics_read(&run, &metrics, NULL));
    assert_string_equal(metrics.item[metrics.count - 1].event, "nan");
    metrics_clear(&metrics);
    run_close(&run);
    free(good);
    data_free(data);
    design_free(design);
}

/* The last batch of an epoch can spoil everything: then the validation loss shows it, and the checkpoint is not replaced. */
static void divergence_at_an_epochs_end(void **state)
{
    (void)state;
    Design *design = little_parse(plain);
    little_set(design, "optimizer=sgd");
    little_set(design, "dense_2.activation=linear");
    little_set(design, "batch=60");
    Data *data = little_data(design->input, 60, 10);
    for (int way = 0; way < 2; way++) {
        Run run;
        char name[16];
        snprintf(name, sizeof name, "late-%d", way);
        if (way) /* then only the weights themselves tell */
            little_set(design, "validation=none");
        little_run_create(&run, name, design, data, 1, 1);
        TrainerOptions options = {.threads = 1, .seed = 1, .run = &run};
        Trainer *trainer = little_trainer(design, data, &options);
        assert_int_equal(trainer_step(trainer, NULL), TRAINER_EPOCH);
        assert_true(trainer_save(trainer, NULL));
        size_t bytes;
        float *good = little_weights(trainer, &bytes);
        trainer_free(trainer);
        Design *wild = design_copy(design);
        little_set_lr(wild, way ? 1e39 : 1e25); /* infinite as a float; or only its consequences */
        options.resume = true;
        trainer = little_trainer(wild, data, &options);
        Error err = {0};
        assert_int_equal(trainer_step(trainer, &err), TRAINER_FAILED);
        assert_int_equal(err.kind, ERROR_DIVERGED);
        assert_non_null(strstr(err.what, "epoch 2, batch 1"));
        assert_true(trainer_stop(trainer, NULL)); /* who asks to save gets nothing spoilt */
        RunMeta meta;
        assert_true(run_read_meta(&run, &meta, NULL));
        assert_string_equal(meta.state, "diverged");
        trainer_free(trainer);
        trainer = little_trainer(design, data, &options);
        float *kept = little_weights(trainer, &bytes);
        assert_memory_equal(kept, good, bytes);
        assert_int_equal(trainer_step(trainer, &err), TRAINER_EPOCH);
        free(good);
        free(kept);
        trainer_free(trainer);
        run_close(&run);
        design_free(wild);
    }
    data_free(data);
    design_free(design);
}

/* ---- data that does not fit */

static void expect_refusal(const Design *design, const Data *data, const char *word)
{
    Error err = {0};
    TrainerOptions options = {.threads = 1};
    assert_null(trainer_new(design, data, &options, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    if (!strstr(err.what, word))
        fail_msg("\"%s\" does not speak of %s", err.what, word);
}

static void labels_are_checked(void **state)
{
    (void)state;
    Design *design = little_parse("input 784\nencoder\n  dense 10 softmax\ntrain\n  loss crossentropy\n  validation test\n");
    Data *data = little_data(design->input, 20, 10);
    data->train.classes = 11;
    expect_refusal(design, data, "11 classes");
    data->train.classes = 10;
    data->test.classes = 12;
    data->test.labels[3] = 11;
    expect_refusal(design, data, "12 classes");
    uint8_t *labels = data->test.labels;
    data->test.labels = NULL;
    expect_refusal(design, data, "no labels");
    data->test.labels = labels;
    labels = data->train.labels;
    data->train.labels = NULL;
    data->train.classes = 0;
    expect_refusal(design, data, "no labels");
    data->train.labels = labels;
    data->train.classes = 10;
    data->test.classes = 10;
    data->test.labels[3] = 1;
    Shape shape = data->train.shape;
    data->train.shape = data->test.shape = shape_map(4, 49, 4);
    data->train.count = 0;
    data->train.shape = data->test.shape = shape;
    expect_refusal(design, data, "");
    data->train.count = 20;
    int test = data->test.count;
    data->test.count = 0;
    expect_refusal(design, data, "test");
    data->test.count = test;
    design_free(design);
    design = little_parse("input 20x20x1\nencoder\n  conv 1\ntrain\n  loss mse\n");
    expect_refusal(design, data, "20x20x1");
    data_free(data);
    design_free(design);
}

/* One batch larger than the data, batches of 1, more threads than samples. */
static void odd_sizes(void **state)
{
    (void)state;
    Design *design = little_preset("vae", 16, NULL);
    Data *data = little_data(design->input, 3, 2);
    static const char *const batches[] = {"batch=1", "batch=2", "batch=500"};
    for (size_t i = 0; i < COUNT_OF(batches); i++) {
        little_set(design, batches[i]);
        TrainerOptions options = {.threads = 3, .epochs = 2};
        Trainer *trainer = little_trainer(design, data, &options);
        int steps = 0;
        while (trainer_step(trainer, NULL) != TRAINER_DONE)
            assert_true(++steps < 10);
        assert_true(isfinite(trainer_progress(trainer).last_epoch.val_loss));
        trainer_free(trainer);
    }
    data_free(data);
    design_free(design);
}

/* A run goes on from another's weights at a later epoch; with none left to do it is refused. */
static void forks(void **state)
{
    (void)state;
    Design *design = little_parse(plain);
    Data *data = little_data(design->input, 60, 10);
    TrainerOptions options = {.threads = 1, .seed = 1, .epochs = 2};
    Trainer *first = little_trainer(design, data, &options);
    little_finish(first);
    options.initial = trainer_weights(first, NULL);
    options.start_epoch = 2;
    options.epochs = 3;
    Trainer *second = little_trainer(design, data, &options);
    size_t bytes;
    float *a = little_weights(first, &bytes), *b = little_weights(second, &bytes);
    assert_memory_equal(a, b, bytes);
    assert_int_equal(trainer_progress(second).epoch, 2);
    little_finish(second);
    assert_int_equal(trainer_progress(second).last_epoch.epoch, 3);
    trainer_free(second);
    options.epochs = 2;
    Error err = {0};
    assert_null(trainer_new(design, data, &options, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    free(a);
    free(b);
    trainer_free(first);
    data_free(data);
    design_free(design);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_learns),
        cmocka_unit_test(runs_repeat),
        cmocka_unit_test(early_stopping_goes_back),
        cmocka_unit_test(patience_zero),
        cmocka_unit_test(stages_train_on_codes),
        cmocka_unit_test(blocks_from_a_run),
        cmocka_unit_test(divergence),
        cmocka_unit_test(divergence_at_an_epochs_end),
        cmocka_unit_test(labels_are_checked),
        cmocka_unit_test(odd_sizes),
        cmocka_unit_test(forks),
    };
    return cmocka_run_group_tests(tests, NULL, little_cleanup);
}
