/* What an epoch is made of: order, noise, schedules, warm-up, decay, what is written down, and how long it will take. */
#include "little.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/metrics.h"
#include "train/estimate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Design *still(const char *setting)
{
    Design *design = little_parse("input 784\nencoder\n  dense 8 tanh\ndecoder\n  dense 784 sigmoid\n"
                                  "train\n  loss mse\n  optimizer sgd lr=0\n  batch 20\n  epochs 3\n  validation test\n  shuffle no\n");
    if (setting)
        little_set(design, setting);
    return design;
}

/* All epochs' metrics of a training with these settings; the caller's. */
static Metric *train(const Design *design, const Data *data, int *count)
{
    TrainerOptions options = {.threads = 2, .seed = 6};
    Trainer *trainer = little_trainer(design, data, &options);
    little_finish(trainer);
    const Metrics *history = trainer_history(trainer);
    Metric *epochs = mem_new((size_t)history->count, sizeof *epochs);
    *count = 0;
    for (int i = 0; i < history->count; i++)
        if (history->item[i].kind == METRIC_EPOCH)
            epochs[(*count)++] = history->item[i];
    trainer_free(trainer);
    return epochs;
}

/* Rounding products' factors to 8 bits is noise beside what a batch happens to hold: losses follow float32's. */
static void bf16_follows_float32(void **state)
{
    (void)state;
    Design *designs[] = {little_preset("simple", 784, "epochs=8", "batch=256", "optimizer=adam lr=3e-3", NULL),
                         little_preset("conv", 784, "epochs=4", "batch=64", "convolution=direct", NULL)};
    for (size_t i = 0; i < COUNT_OF(designs); i++) {
        Data *data = little_data(designs[i]->input, i ? 500 : 2000, 200);
        int count, again;
        Metric *exact = train(designs[i], data, &count);
        little_set(designs[i], "precision=bf16");
        Metric *rounded = train(designs[i], data, &again);
        assert_int_equal(count, again);
        assert_true(exact[count - 1].train_loss < 0.85 * exact[0].train_loss); /* something was learned */
        for (int e = 0; e < count; e++) {
            assert_true(rounded[e].train_loss != exact[e].train_loss);
            assert_true(fabs(rounded[e].train_loss - exact[e].train_loss) < 0.01 * exact[e].train_loss);
            assert_true(fabs(rounded[e].val_loss - exact[e].val_loss) < 0.01 * exact[e].val_loss);
        }
        free(exact);
        free(rounded);
        data_free(data);
        design_free(designs[i]);
    }
}

/* Nothing is learned at rate 0, so the losses show the data alone: noise is fresh for training every epoch, fixed for
 * validation; every sample is seen once an epoch in whatever order. */
static void noise_and_order(void **state)
{
    (void)state;
    Data *data = little_data(shape_vector(784), 50, 20);
    Design *design = still(NULL);
    int count;
    Metric *clean = train(design, data, &count);
    assert_int_equal(count, 3);
    assert_true(clean[0].train_loss == clean[1].train_loss && clean[1].train_loss == clean[2].train_loss);
    assert_true(clean[0].val_loss == clean[2].val_loss);
    assert_true(clean[0].best && !clean[1].best && !clean[2].best);
    assert_int_equal(clean[2].step, 9); /* 20, 20 and 10 samples */
    design_free(design);

    design = still("shuffle=yes");
    Metric *mixed = train(design, data, &count);
    for (int i = 0; i < 3; i++)
        assert_true(fabs(mixed[i].train_loss - clean[0].train_loss) < 1e-6 * clean[0].train_loss);
    design_free(design);

    design = still("noise=gaussian sd=0.5");
    Metric *noisy = train(design, data, &count);
    assert_true(noisy[0].train_loss != noisy[1].train_loss && noisy[1].train_loss != noisy[2].train_loss);
    assert_true(fabs(noisy[0].train_loss - noisy[1].train_loss) < 0.05 * noisy[0].train_loss); /* of the same kind */
    assert_true(noisy[0].val_loss == noisy[1].val_loss && noisy[1].val_loss == noisy[2].val_loss);
    assert_true(noisy[0].val_loss != clean[0].val_loss);
    design_free(design);
    free(clean);
    free(mixed);
    free(noisy);
    data_free(data);
}

/* With noise the input is noisy and the target clean. */
static void the_target_stays_clean(void **state)
{
    (void)state;
    Data *data = little_data(shape_vector(784), 20, 20);
    Design *design = still("noise=masking 1");
    TrainerOptions options = {.threads = 1, .seed = 6};
    Trainer *trainer = little_trainer(design, data, &options);
    assert_int_not_equal(trainer_step(trainer, NULL), TRAINER_FAILED);
    double squares = 0;
    float x[784], y[784], black[784] = {0};
    network_forward(trainer_network(trainer), 0, 2, 1, black, y); /* a masked picture is black */
    for (int i = 0; i < 20; i++) {
        dataset_sample(&data->train, i, x);
        for (int j = 0; j < 784; j++)
            squares += pow((double)y[j] - (double)x[j], 2) / (784 * 20);
    }
    assert_true(fabs(trainer_progress(trainer).batch_loss - squares) < 1e-6);
    trainer_free(trainer);
    design_free(design);
    data_free(data);
}

/* L1 and L2 are part of both losses, as in Keras. */
static void decay_is_reported(void **state)
{
    (void)state;
    Data *data = little_data(shape_vector(784), 40, 20);
    Design *design = still(NULL);
    int count;
    Metric *without = train(design, data, &count);
    little_set(design, "decay.l2=0.01");
    little_set(design, "decay.l1=0.02");
    Metric *with = train(design, data, &count);
    TrainerOptions options = {.threads = 1, .seed = 6};
    Trainer *trainer = little_trainer(design, data, &options);
    double penalty = 0;
    const Weights *weights = trainer_weights(trainer, NULL);
    for (int i = 0; i < weights->count; i++)
        for (size_t j = 0; strstr(weights->item[i].name, "/kernel") && j < weights->item[i].size; j++) {
            double w = (double)weights->item[i].data[j];
            penalty += 0.01 * w * w + 0.02 * fabs(w);
        }
    assert_true(penalty > 1);
    assert_true(fabs(with[0].train_loss - without[0].train_loss - penalty) < 1e-4 * penalty);
    assert_true(fabs(with[0].val_loss - without[0].val_loss - penalty) < 1e-4 * penalty);
    trainer_free(trainer);
    free(with);
    free(without);
    design_free(design);
    data_free(data);
}

/* The KL's weight grows from 0 over the warm-up's epochs; a factor set while it runs multiplies it. */
static void warm_up(void **state)
{
    (void)state;
    Data *data = little_data(shape_vector(784), 40, 10);
    const char text[] = "input 784\nencoder\n  sample 2 beta=3\ndecoder\n  dense 784 sigmoid\n"
                        "train\n  loss mse\n  optimizer sgd lr=0\n  batch 20\n  epochs 4\n  validation test\n  shuffle no\n";
    Design *plain = little_parse(text), *warm = little_parse(text), *none = little_parse(text);
    little_set(warm, "kl.warmup=2");
    little_set(none, "sample_1.beta=0");
    TrainerOptions options = {.threads = 1, .seed = 6};
    Trainer *a = little_trainer(plain, data, &options), *b = little_trainer(warm, data, &options),
            *c = little_trainer(none, data, &options);
    static const double share[8] = {0, 0.25, 0.5, 0.75, 1, 1, 1, 1}; /* two batches an epoch */
    for (int i = 0; i < 8; i++) {
        trainer_step(a, NULL);
        trainer_step(b, NULL);
        trainer_step(c, NULL);
        double full = trainer_progress(a).batch_loss, base = trainer_progress(c).batch_loss;
        assert_true(full > base);
        assert_true(fabs(trainer_progress(b).batch_loss - base - share[i] * (full - base)) < 1e-6 * full);
    }
    trainer_free(a);
    trainer_free(b);
    a = little_trainer(plain, data, &options);
    trainer_free(c);
    c = little_trainer(none, data, &options);
    b = little_trainer(plain, data, &options);
    assert_true(trainer_set_beta(b, 0.5, NULL));
    trainer_step(a, NULL);
    trainer_step(b, NULL);
    trainer_step(c, NULL);
    double full = trainer_progress(a).batch_loss, base = trainer_progress(c).batch_loss;
    assert_true(fabs(trainer_progress(b).batch_loss - (full + base) / 2) < 1e-6 * full);
    trainer_free(a);
    trainer_free(b);
    trainer_free(c);
    design_free(plain);
    design_free(warm);
    design_free(none);
    data_free(data);
}

static void rates_follow_the_schedule(void **state)
{
    (void)state;
    Data *data = little_data(shape_vector(784), 40, 10);
    Design *design = still("optimizer=sgd lr=0.4");
    little_set(design, "schedule=step every=1 factor=0.5");
    little_set(design, "schedule.warmup=1");
    TrainerOptions options = {.threads = 1};
    Trainer *trainer = little_trainer(design, data, &options);
    static const double want[] = {0, 0.2, 0.2, 0.2, 0.1, 0.1}; /* before each of two batches an epoch */
    for (int i = 0; i < 6; i++) {
        assert_true(fabs(trainer_progress(trainer).lr - want[i]) < 1e-12);
        trainer_step(trainer, NULL);
    }
    trainer_free(trainer);
    design_free(design);
    data_free(data);
}

/* What a run's folder holds afterwards. */
static void files(void **state)
{
    (void)state;
    Data *data = little_data(shape_vector(784), 100, 10);
    Design *design = still("epochs=7");
    little_set(design, "batch=2"); /* 50 batches an epoch */
    Run run;
    little_run_create(&run, "files", design, data, 6, 1);
    TrainerOptions options = {.threads = 1, .seed = 6, .run = &run, .checkpoint_epochs = 3};
    Trainer *trainer = little_trainer(design, data, &options);
    little_finish(trainer);
    trainer_free(trainer);
    for (int epoch = 1; epoch <= 7; epoch++) {
        char path[RUN_PATH], inside[64];
        snprintf(inside, sizeof inside, "ckpt/s1-e%04d.safetensors", epoch);
        assert_true(run_path(&run, inside, path, sizeof path, NULL));
        assert_int_equal(file_exists(path), epoch % 3 == 0);
    }
    static const char *const kept[] = {"ckpt/last.safetensors", "ckpt/best.safetensors", "model.safetensors", "network.net", "meta.json"};
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        char path[RUN_PATH];
        assert_true(run_path(&run, kept[i], path, sizeof path, NULL));
        if (!file_exists(path))
            fail_msg("%s is missing", kept[i]);
    }
    Metrics metrics;
    assert_true(metrics_read(&run, &metrics, NULL));
    int batches = 0, epochs = 0, seen = 0;
    for (int i = 0; i < metrics.count; i++) {
        const Metric *m = &metrics.item[i];
        batches += m->kind == METRIC_BATCH;
        epochs += m->kind == METRIC_EPOCH;
        if (m->kind == METRIC_BATCH && m->epoch == 1) {
            assert_true(m->batch > seen); /* the last of them closes the epoch */
            seen = m->batch;
        }
    }
    assert_int_equal(epochs, 7);
    assert_int_equal(seen, 50);
    assert_true(batches >= 7 * 15 && batches <= 7 * 25); /* some twenty lines an epoch */
    assert_string_equal(metrics.item[0].event, "start");
    assert_string_equal(metrics.item[metrics.count - 1].event, "done");
    metrics_clear(&metrics);
    run_close(&run);
    design_free(design);
    data_free(data);
}

static void estimates(void **state)
{
    (void)state;
    Design *design = little_preset("classifier", 16, "batch=8", NULL);
    for (int stage = 0; stage < design->stages; stage++)
        for (int threads = 1; threads <= 2; threads++) {
            Estimate estimate;
            Error err = {0};
            assert_true(estimate_stage(design, stage, threads, 0.02, NULL, &estimate, &err));
            assert_true(estimate.samples_per_s > 1 && estimate.samples_per_s < 1e9);
            double sum = 0;
            for (int i = 0; i < estimate.layers; i++) {
                assert_true(estimate.layer_ms[i] >= 0);
                sum += estimate.layer_ms[i];
            }
            assert_true(fabs(sum - 8000 / estimate.samples_per_s) < 0.01 * sum);
            estimate_clear(&estimate);
        }
    atomic_bool enough = true;
    Estimate none;
    Error stopped = {0};
    assert_false(estimate_stage(design, 0, 1, 1000, &enough, &none, &stopped)); /* does not take its time */
    assert_int_equal(stopped.kind, ERROR_FAILED);
    assert_null(none.layer_ms);
    little_set(design, "conv_1.kernel=31x31");
    little_set(design, "conv_1.padding=valid");
    Estimate estimate;
    Error err = {0};
    assert_false(estimate_stage(design, 0, 1, 0.01, NULL, &estimate, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    design_free(design);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_and_order), cmocka_unit_test(bf16_follows_float32), cmocka_unit_test(the_target_stays_clean),
        cmocka_unit_test(decay_is_reported), cmocka_unit_test(warm_up),
        cmocka_unit_test(rates_follow_the_schedule), cmocka_unit_test(files),
        cmocka_unit_test(estimates),
    };
    return cmocka_run_group_tests(tests, NULL, little_cleanup);
}
