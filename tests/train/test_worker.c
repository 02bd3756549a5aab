/* The worker: commands from any thread, snapshots that never change, and a training that minds neither. */
#include "little.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/checkpoint.h"
#include "train/worker.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 60 }; /* seconds that nothing here takes on the slowest machine */

static void nap(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

typedef struct Bench {
    Design *design;
    Data *data;
    float x[5 * 784];
    WorkerOptions options;
} Bench;

/* The epochs are so many that only a stop, or a test's own number, ends it. */
static Bench bench_new(void)
{
    Bench b = {.design = little_preset("deep", 16, "batch=10", "epochs=100000", "noise=gaussian sd=0.2", NULL)};
    b.data = little_data(b.design->input, 60, 10);
    for (int i = 0; i < 5; i++)
        dataset_sample(&b.data->test, i, b.x + i * 784);
    b.options = (WorkerOptions){.trainer = {.threads = 2, .seed = 3}, .interval = 0.001};
    return b;
}

static void bench_free(Bench *b)
{
    data_free(b->data);
    design_free(b->design);
}

static Worker *bench_start(const Bench *b, int wake)
{
    Error err = {0};
    Worker *worker = worker_start(b->design, b->data, &b->options, wake, &err);
    if (!worker)
        fail_msg("%s", err.what);
    return worker;
}

/* Takes snapshots until one pleases. */
static Snapshot *await(Worker *worker, bool (*pleases)(const Snapshot *))
{
    double until = clock_seconds() + PATIENCE;
    while (clock_seconds() < until) {
        Snapshot *s = worker_take_snapshot(worker);
        if (s && pleases(s))
            return s;
        snapshot_free(s);
        nap();
    }
    fail_msg("no such snapshot in %d seconds", PATIENCE);
    return NULL;
}

static bool runs(const Snapshot *s) { return s->state == WORKER_RUNNING && s->progress.step > 0; }
static bool paused(const Snapshot *s) { return s->state == WORKER_PAUSED; }
static bool failed(const Snapshot *s) { return s->state == WORKER_FAILED; }
static bool complains(const Snapshot *s) { return s->error.kind != ERROR_NONE; }
static bool second_epoch(const Snapshot *s) { return s->progress.epoch >= 2; }
static bool is_watched(const Snapshot *s) { return s->layers > 0 && s->health[0].gradient > 0; }
static bool larger_batch(const Snapshot *s) { return s->progress.batches == 3 && s->progress.batch > 1; }

/* ---- snapshots */

static void snapshots_grow_and_never_change(void **state)
{
    (void)state;
    Bench b = bench_new();
    b.options.probes = 3;
    b.options.codes = 5;
    b.options.probe_x = b.options.code_x = b.x;
    Worker *worker = bench_start(&b, -1);
    Snapshot *first = await(worker, runs);
    assert_int_equal(first->probes, 3);
    assert_int_equal(first->codes, 5);
    assert_int_equal(first->code_size, 16);
    assert_int_equal(shape_size(first->output_shape), 784);
    assert_int_equal(shape_size(first->probe_shape), 784);
    assert_int_equal(first->layers, b.design->layers);
    assert_string_equal(first->layer_name[0], "dense_1");
    for (int i = 0; i < 3 * 784; i++)
        assert_true(first->output[i] > 0 && first->output[i] < 1 && first->noisy[i] >= 0 && first->noisy[i] <= 1);
    float *output = memcpy(mem_new(3 * 784, sizeof *output), first->output, 3 * 784 * sizeof *output);
    Metric *metric = memcpy(mem_new((size_t)first->metrics + 1, sizeof *metric), first->metric, (size_t)first->metrics * sizeof *metric);
    uint32_t step = first->progress.step;
    int metrics = first->metrics;
    Snapshot *last = NULL;
    while (!last || last->state != WORKER_STOPPED) {
        Snapshot *s = worker_take_snapshot(worker);
        if (!s) {
            nap();
            continue;
        }
        assert_true(s->progress.step >= step && s->metrics >= metrics && s->state <= WORKER_DONE);
        assert_int_not_equal(s->state, WORKER_FAILED);
        step = s->progress.step;
        metrics = s->metrics;
        if (step > 200)
            worker_stop(worker);
        snapshot_free(last);
        last = s;
    }
    assert_true(worker_wait(worker, PATIENCE));
    assert_null(worker_take_snapshot(worker)); /* the last one was taken */
    assert_string_equal(last->metric[last->metrics - 1].event, "stop");
    assert_memory_not_equal(last->output, output, 3 * 784 * sizeof *output); /* it has learned */
    assert_memory_equal(first->output, output, 3 * 784 * sizeof *output);
    assert_memory_equal(first->metric, metric, (size_t)first->metrics * sizeof *metric);
    assert_memory_equal(first->noisy, last->noisy, 3 * 784 * sizeof(float)); /* pictures have fixed noise */
    worker_free(worker);
    assert_true(last->output[0] > 0); /* a snapshot outlives its worker */
    snapshot_free(first);
    snapshot_free(last);
    snapshot_free(NULL);
    free(output);
    free(metric);
    bench_free(&b);
}

/* Two ways of training came to the same model. */
static void assert_same_and_free(char *const model[2], const size_t bytes[2])
{
    assert_int_equal(bytes[0], bytes[1]);
    assert_memory_equal(model[0], model[1], bytes[0]);
    free(model[0]);
    free(model[1]);
}

/* Whoever watches changes nothing: the same bytes with and without snapshots, pauses and health. */
static void watching_changes_nothing(void **state)
{
    (void)state;
    Bench b = bench_new();
    little_set(b.design, "epochs=4");
    char *model[2];
    size_t bytes[2];
    for (int way = 0; way < 2; way++) {
        Run run;
        char name[16];
        snprintf(name, sizeof name, "watched-%d", way);
        little_run_create(&run, name, b.design, b.data, 3, 2);
        b.options.trainer.run = &run;
        b.options.interval = way ? 1e-9 : 1e9;
        b.options.probes = b.options.codes = way ? 5 : 0;
        b.options.probe_x = b.options.code_x = b.x;
        Worker *worker = bench_start(&b, -1);
        for (int i = 0; way && i < 10; i++) {
            worker_watch(worker, i % 2 == 0 ? WATCH_PROBES | WATCH_HEALTH : i % 4 == 1 ? 0 : WATCH_CODES);
            worker_pause(worker);
            nap();
            worker_continue(worker);
            snapshot_free(worker_take_snapshot(worker));
        }
        assert_true(worker_wait(worker, PATIENCE));
        worker_free(worker);
        model[way] = little_model(&run, &bytes[way]);
        run_close(&run);
    }
    assert_same_and_free(model, bytes);
    bench_free(&b);
}

/* ---- being woken */

static void wakes(void **state)
{
    (void)state;
    Bench b = bench_new();
    int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), ends[2];
    assert_true(event >= 0);
    Worker *worker = bench_start(&b, event);
    for (int i = 0; i < 3; i++) {
        struct pollfd waiting = {.fd = event, .events = POLLIN};
        assert_int_equal(poll(&waiting, 1, PATIENCE * 1000), 1);
        uint64_t count = 0;
        assert_int_equal(read(event, &count, sizeof count), sizeof count);
        assert_true(count > 0);
        Snapshot *s = worker_take_snapshot(worker);
        assert_true(s || i > 0); /* one wake may stand for a snapshot that was taken with the one before */
        snapshot_free(s);
    }
    worker_free(worker);
    close(event);

    /* A full pipe that nobody reads does not hold up the training. */
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    char block[4096] = {0};
    while (write(ends[1], block, sizeof block) > 0)
        continue;
    worker = bench_start(&b, ends[1]);
    snapshot_free(await(worker, second_epoch));
    worker_free(worker);
    close(ends[0]);
    close(ends[1]);
    bench_free(&b);
}

/* ---- commands */

static void pauses_and_continues(void **state)
{
    (void)state;
    Bench b = bench_new();
    Worker *worker = bench_start(&b, -1);
    snapshot_free(await(worker, runs));
    worker_pause(worker);
    Snapshot *still = await(worker, paused);
    for (int i = 0; i < 30; i++)
        nap();
    worker_set_lr(worker, 0.0125); /* is carried out while paused, and shown */
    Snapshot *now = NULL;
    while (!now || now->progress.lr != 0.0125) {
        snapshot_free(now);
        now = await(worker, paused);
    }
    assert_int_equal(now->progress.step, still->progress.step);
    assert_string_equal(now->metric[now->metrics - 1].event, "lr");
    assert_false(worker_wait(worker, 0.01));
    worker_continue(worker);
    uint32_t step = now->progress.step;
    snapshot_free(now);
    now = NULL;
    while (!now || now->progress.step <= step) {
        snapshot_free(now);
        now = await(worker, runs);
    }
    snapshot_free(now);
    snapshot_free(still);
    worker_pause(worker); /* a pause does not keep it from ending */
    worker_free(worker);
    bench_free(&b);
}

/* Stops a training somewhere in its middle; false when it was done before the stop came. */
static bool stop_midway(const Bench *b, Run *run)
{
    Worker *worker = bench_start(b, -1);
    double until = clock_seconds() + PATIENCE;
    Snapshot *s = NULL;
    while ((!s || s->progress.step == 0) && clock_seconds() < until) {
        snapshot_free(s);
        s = worker_take_snapshot(worker);
    }
    worker_stop(worker);
    snapshot_free(s);
    assert_true(worker_wait(worker, PATIENCE));
    s = worker_take_snapshot(worker);
    bool midway = s && s->state == WORKER_STOPPED;
    assert_true(!s || s->error.kind == ERROR_NONE);
    snapshot_free(s);
    worker_set_lr(worker, 1); /* nobody is there any more */
    worker_free(worker);
    RunMeta meta;
    assert_true(run_read_meta(run, &meta, NULL));
    assert_string_equal(meta.state, midway ? "stopped" : "done");
    return midway;
}

static void stops_and_goes_on(void **state)
{
    (void)state;
    Bench b = bench_new();
    little_set(b.design, "epochs=30");
    Run run;
    little_run_create(&run, "straight", b.design, b.data, 3, 2);
    b.options.trainer.run = &run;
    Worker *worker = bench_start(&b, -1);
    assert_true(worker_wait(worker, PATIENCE));
    Snapshot *s = worker_take_snapshot(worker);
    assert_int_equal(s->state, WORKER_DONE);
    assert_int_equal(s->progress.last_epoch.epoch, 30);
    assert_string_equal(s->metric[s->metrics - 1].event, "done");
    snapshot_free(s);
    worker_free(worker);
    size_t bytes, other_bytes;
    char *straight = little_model(&run, &bytes);
    run_close(&run);

    b.options.trainer.checkpoint_seconds = 1e9;
    bool midway = false;
    for (int tries = 0; !midway && tries < 20; tries++) {
        if (tries)
            run_close(&run);
        little_run_create(&run, "broken", b.design, b.data, 3, 2);
        midway = stop_midway(&b, &run);
    }
    assert_true(midway);
    b.options.trainer.resume = true;
    worker = bench_start(&b, -1);
    assert_true(worker_wait(worker, PATIENCE));
    worker_free(worker);
    char *broken = little_model(&run, &other_bytes);
    assert_int_equal(bytes, other_bytes);
    assert_memory_equal(straight, broken, bytes);
    free(straight);
    free(broken);
    run_close(&run);
    bench_free(&b);
}

/* A fork's weights are the worker's own: who starts it may change and free them while the thread is still beginning. */
static void weights_to_start_from_are_copied(void **state)
{
    (void)state;
    Bench b = bench_new();
    little_set(b.design, "epochs=1");
    Error err = {0};
    Run run;
    Trainer *trained = little_trainer(b.design, b.data, &(TrainerOptions){.threads = 1, .seed = 9});
    little_finish(trained);
    char *model[2];
    size_t bytes[2];
    for (int way = 0; way < 2; way++) {
        Weights start = {0};
        const Weights *all = trainer_weights(trained, &err);
        assert_true(all && weights_copy(all, &start, &err));
        little_run_create(&run, way ? "forked" : "forked-plainly", b.design, b.data, 3, 2);
        b.options.trainer.run = &run;
        b.options.trainer.initial = &start;
        Worker *worker = bench_start(&b, -1);
        for (int i = 0; way && i < start.count; i++)
            memset(start.item[i].data, 0xff, start.item[i].size * sizeof *start.item[i].data);
        if (way)
            weights_clear(&start);
        assert_true(worker_wait(worker, PATIENCE));
        worker_free(worker);
        weights_clear(&start);
        model[way] = little_model(&run, &bytes[way]);
        run_close(&run);
    }
    assert_same_and_free(model, bytes);
    trainer_free(trained);
    bench_free(&b);
}

static void saves_when_told(void **state)
{
    (void)state;
    Bench b = bench_new();
    little_set(b.design, "batch=1"); /* a long epoch */
    Run run;
    little_run_create(&run, "saved", b.design, b.data, 3, 2);
    b.options.trainer.run = &run;
    b.options.trainer.checkpoint_seconds = 1e9;
    Worker *worker = bench_start(&b, -1);
    snapshot_free(await(worker, runs));
    worker_pause(worker);
    worker_save(worker);
    Snapshot *s = await(worker, paused);
    char path[RUN_PATH];
    assert_true(run_path(&run, "ckpt/last.safetensors", path, sizeof path, NULL));
    for (int i = 0; i < PATIENCE * 1000 && !file_exists(path); i++)
        nap();
    TrainState kept;
    Weights weights, slots, best;
    assert_true(checkpoint_read(&run, &kept, &weights, &slots, &best, NULL));
    assert_int_equal(kept.step, s->progress.step);
    weights_clear(&weights);
    weights_clear(&slots);
    weights_clear(&best);
    snapshot_free(s);
    worker_free(worker);
    run_close(&run);
    bench_free(&b);
}

static void shows_what_it_is_asked_for(void **state)
{
    (void)state;
    Bench b = bench_new();
    float probes[2 * 784];
    memcpy(probes, b.x + 784, sizeof probes);
    b.options.probes = 2;
    b.options.probe_x = probes;
    Worker *worker = bench_start(&b, -1);
    memset(probes, 0, sizeof probes); /* it has a copy */
    Snapshot *s = await(worker, runs);
    assert_int_equal(s->probes, 2);
    double lit = 0;
    for (int i = 0; i < 2 * 784; i++)
        lit += (double)s->noisy[i];
    assert_true(lit > 50);
    snapshot_free(s);
    worker_watch(worker, WATCH_HEALTH);
    s = await(worker, is_watched);
    assert_true(s->health[0].weight > 0 && s->health[0].dead >= 0 && s->health[0].dead <= 1);
    snapshot_free(s);
    worker_set_batch(worker, 20);
    s = await(worker, larger_batch);
    assert_true(s->health[0].gradient > 0); /* the new network is watched too */
    snapshot_free(s);
    worker_set_noise(worker, "masking 0.9");
    worker_watch(worker, WATCH_PROBES);
    double share = 1;
    for (int tries = 0; tries < 100 && share > 0.15; tries++) {
        s = await(worker, runs);
        int zeros = 0, all = 0;
        for (int i = 0; i < 2 * 784; i++)
            if (b.x[784 + i] > 0.5f) {
                all++;
                zeros += s->noisy[i] == 0;
            }
        share = 1 - (double)zeros / all;
        snapshot_free(s);
    }
    assert_true(share <= 0.15);
    worker_free(worker);
    bench_free(&b);
}

static void bad_commands_do_not_stop_it(void **state)
{
    (void)state;
    Bench b = bench_new();
    Worker *worker = bench_start(&b, -1);
    for (int i = 0; i < 4; i++) {
        snapshot_free(await(worker, runs));
        if (i == 0)
            worker_set_lr(worker, -3);
        else if (i == 1)
            worker_set_beta(worker, NAN);
        else if (i == 2)
            worker_set_batch(worker, 0);
        else
            worker_set_noise(worker, "thunder and lightning");
        Snapshot *s = await(worker, complains);
        assert_int_equal(s->error.kind, ERROR_USAGE);
        assert_int_equal(s->state, WORKER_RUNNING);
        uint32_t step = s->progress.step;
        snapshot_free(s);
        while ((s = await(worker, runs))->progress.step <= step)
            snapshot_free(s);
        snapshot_free(s);
        worker_set_lr(worker, 0.001); /* a good one takes the complaint away */
        while ((s = await(worker, runs))->error.kind != ERROR_NONE)
            snapshot_free(s);
        snapshot_free(s);
    }
    worker_free(worker);
    bench_free(&b);
}

static void failures_are_told(void **state)
{
    (void)state;
    Bench b = bench_new();
    Shape shape = b.data->train.shape;
    b.data->train.shape = shape_map(14, 14, 1);
    Worker *worker = bench_start(&b, -1);
    Snapshot *s = await(worker, failed);
    assert_int_equal(s->error.kind, ERROR_INPUT);
    assert_true(worker_wait(worker, PATIENCE));
    worker_free(worker);
    snapshot_free(s);
    b.data->train.shape = shape;

    little_set(b.design, "loss=mse");
    int last = design_layer_find(b.design, "dense_10");
    b.design->layer[last].set.value[param_find(b.design->layer[last].set.kind, "activation")].choice = ACT_LINEAR;
    little_set(b.design, "optimizer=sgd momentum=0.9");
    little_set_lr(b.design, 1e6);
    b.options.probes = 2;
    b.options.probe_x = b.x;
    worker = bench_start(&b, -1);
    s = await(worker, failed);
    assert_int_equal(s->error.kind, ERROR_DIVERGED);
    assert_true(s->metrics > 0);
    assert_string_equal(s->metric[s->metrics - 1].event, "nan");
    worker_free(worker);
    snapshot_free(s);
    bench_free(&b);
}

/* ---- many at once */

typedef struct Pest {
    Worker *worker;
    int number;
} Pest;

static void *pester(void *arg)
{
    Pest *pest = arg;
    for (int i = 0; i < 300; i++) {
        switch ((i + pest->number) % 5) {
        case 0: worker_set_lr(pest->worker, 0.001 * (1 + i % 7)); break;
        case 1: worker_watch(pest->worker, i % 2 ? WATCH_HEALTH : WATCH_CODES); break;
        case 2: snapshot_free(worker_take_snapshot(pest->worker)); break;
        case 3: worker_set_noise(pest->worker, i % 2 ? "none" : "saltpepper 0.1"); break;
        default: worker_set_batch(pest->worker, 10 + i % 3); break;
        }
        if (i % 20 == 0)
            nap();
    }
    return NULL;
}

static void commands_from_many_threads(void **state)
{
    (void)state;
    Bench b = bench_new();
    Worker *worker = bench_start(&b, -1), *other = bench_start(&b, -1); /* two trainings on the same data */
    pthread_t threads[3];
    Pest pests[3];
    for (int i = 0; i < 3; i++) {
        pests[i] = (Pest){worker, i};
        assert_int_equal(pthread_create(&threads[i], NULL, pester, &pests[i]), 0);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    snapshot_free(await(worker, runs));
    snapshot_free(await(other, runs));
    worker_free(worker);
    worker_free(other);
    for (int i = 0; i < 5; i++) /* freed before it has begun */
        worker_free(bench_start(&b, -1));
    worker_free(NULL);
    bench_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshots_grow_and_never_change),
        cmocka_unit_test(watching_changes_nothing),
        cmocka_unit_test(wakes),
        cmocka_unit_test(pauses_and_continues),
        cmocka_unit_test(stops_and_goes_on), cmocka_unit_test(weights_to_start_from_are_copied),
        cmocka_unit_test(saves_when_told),
        cmocka_unit_test(shows_what_it_is_asked_for),
        cmocka_unit_test(bad_commands_do_not_stop_it),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(commands_from_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, little_cleanup);
}
