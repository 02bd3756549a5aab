/* The run folder: names, lock, settings, metrics, checkpoints. */
#include "base/file.h"
#include "base/mem.h"
#include "spec/text.h"
#include "store/checkpoint.h"
#include "store/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static Design *design;
static const char *const design_text = "input 6\nencoder\n  dense 2 relu\ndecoder\n  dense 6 sigmoid\n";

static int set_up(void **state)
{
    (void)state;
    Error err;
    snprintf(folder, sizeof folder, "/tmp/hourglass-XXXXXX");
    assert_non_null(mkdtemp(folder));
    design = design_parse(design_text, "small.net", &err);
    assert_non_null(design);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    design_free(design);
    return file_remove_tree(folder, NULL) ? 0 : -1;
}

static RunMeta some_meta(void)
{
    return (RunMeta){.version = "1.2.3", .created = "2026-01-31T07:31:12Z", .preset = "small", .data_path = "/data/\"x\"/ü",
                     .data_files = {"/a", "", "", "/d"}, .data_name = "MNIST", .data_checksum = "abc", .seed = 1ull << 40,
                     .threads = 3, .limit = 512, .kernels = "avx2", .blas = "OpenBLAS", .state = "running"};
}

static void create(Run *run, const char *name)
{
    Error err = {0};
    RunMeta meta = some_meta();
    if (!run_create(run, folder, name, design, &meta, &err))
        fail_msg("%s", err.what);
}

static void made_and_opened(void **state)
{
    (void)state;
    Error err;
    Run run, again;
    RunMeta meta = some_meta(), back;
    create(&run, NULL);
    assert_string_equal(run.name, "small");
    assert_true(run.lock >= 0);
    assert_true(run_read_meta(&run, &back, &err));
    snprintf(meta.design, sizeof meta.design, "small");
    assert_memory_equal(&meta, &back, sizeof meta);
    Design *copy = run_design(&run, &err);
    assert_non_null(copy);
    assert_true(design_equal(copy, design));
    assert_string_equal(copy->name, "small");
    design_free(copy);

    /* Locked while open, for this process too. */
    assert_true(run_is_locked(&run));
    assert_false(run_open(&again, folder, "small", true, &err));
    assert_non_null(strstr(err.what, "another process"));
    assert_false(run_remove(&run, &err));
    assert_true(run_open(&again, folder, "small", false, &err)); /* looking is always possible */
    run_close(&again);
    run_close(&run);
    assert_true(run_open(&again, folder, "small", true, &err));
    run_close(&again);
    char path[128];
    snprintf(path, sizeof path, "%s/small/", folder);
    assert_true(run_open(&again, "/nowhere", path, false, &err)); /* by path */
    assert_string_equal(again.name, "small");
    assert_false(run_is_locked(&again));
    run_close(&again);

    assert_false(run_open(&again, folder, "smal", false, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_string_equal(err.cure, "did you mean small?");
}

/* A data set's path may be no UTF-8 (an old disk, a foreign archive): it is kept as well as JSON can, not left out, since no path means
 * the built-in digits. */
static void paths_that_are_not_utf8(void **state)
{
    (void)state;
    Error err = {0};
    Run run;
    RunMeta meta = some_meta(), back;
    snprintf(meta.data_path, sizeof meta.data_path, "/data/b\xe4r");
    assert_true(run_create(&run, folder, "latin", design, &meta, &err));
    assert_true(run_read_meta(&run, &back, &err));
    assert_string_equal(back.data_path, "/data/b\xef\xbf\xbdr");
    run_close(&run);
}

/* Whoever may only read a run still sees that it is being trained. */
static void lock_is_seen_by_readers(void **state)
{
    (void)state;
    Run run;
    char lock[160];
    create(&run, "shared");
    snprintf(lock, sizeof lock, "%s/lock", run.folder);
    assert_int_equal(chmod(lock, 0444) | chmod(folder, 0755), 0);
    pid_t child = fork();
    if (child == 0) {
        enum { NOBODY = 65534 };
        if (geteuid() == 0 && seteuid(NOBODY) != 0)
            _exit(2);
        _exit(run_is_locked(&run) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    run_close(&run);
}

/* Removed or moved while it is trained: no folder with a checkpoint and nothing else appears in its place. */
static void gone_while_trained(void **state)
{
    (void)state;
    Error err = {0};
    Run run;
    char path[RUN_PATH], moved[160];
    create(&run, "gone");
    snprintf(moved, sizeof moved, "%s/elsewhere", folder);
    assert_int_equal(rename(run.folder, moved), 0);
    assert_false(run_path(&run, "ckpt/last.safetensors", path, sizeof path, &err));
    assert_string_equal(err.file, run.folder);
    assert_true(err.cure[0]);
    assert_false(file_exists(run.folder));
    run_close(&run);
}

static void names(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".", "..", "a/b", "-x", ".x", "a b", "a@3", "a\nb", "\xc3\xa4"};
    Error err;
    Run run;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        RunMeta meta = some_meta();
        assert_false(run_create(&run, folder, bad[i], design, &meta, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
    assert_false(run_name_check("stra\xc3\x9f" "e", &err));
    assert_non_null(strstr(err.what, "it has a \"\xc3\x9f\"")); /* the letter, not its first byte */
    create(&run, "twice");
    run_close(&run);
    create(&run, "twice");
    assert_string_equal(run.name, "twice-02");
    run_close(&run);
    create(&run, "twice");
    assert_string_equal(run.name, "twice-03");
    run_close(&run);
}

/* Eight processes ask for the same name at the same moment: eight runs, each with its own files. */
static void names_are_race_free(void **state)
{
    (void)state;
    enum { CHILDREN = 8 };
    pid_t child[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            Run run;
            Error err;
            RunMeta meta = some_meta();
            meta.threads = i;
            bool good = run_create(&run, folder, "race", design, &meta, &err);
            run_close(&run);
            _exit(good ? 0 : 1);
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        waitpid(child[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    RunList list;
    Error err;
    assert_true(run_list(folder, &list, &err));
    int races = 0, seen = 0;
    for (int i = 0; i < list.count; i++) {
        RunMeta meta;
        if (strncmp(list.run[i].name, "race", 4) != 0)
            continue;
        races++;
        assert_true(run_read_meta(&list.run[i], &meta, &err));
        seen |= 1 << meta.threads;
    }
    run_list_clear(&list);
    assert_int_equal(races, CHILDREN);
    assert_int_equal(seen, (1 << CHILDREN) - 1);
}

/* Killed while runs are made: what has a run's name is a run. */
static void killed_while_making(void **state)
{
    (void)state;
    enum { TIMES = 15 };
    char runs[128], first[144];
    Error err;
    snprintf(runs, sizeof runs, "%s/making", folder);
    snprintf(first, sizeof first, "%s/new", runs);
    for (int i = 0; i < TIMES; i++) {
        pid_t child = fork();
        if (child == 0) {
            RunMeta meta = some_meta();
            for (Run run;;) {
                if (!run_create(&run, runs, "new", design, &meta, &err))
                    _exit(1);
                run_close(&run);
            }
        }
        for (int wait = 0; i == 0 && wait < 10000 && !file_exists(first); wait++)
            usleep(1000); /* a busy machine may take its time to begin */
        usleep(2000 + 700u * (unsigned)i);
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
    }
    RunList list;
    assert_true(run_list(runs, &list, &err));
    assert_true(list.count > 0);
    for (int i = 0; i < list.count; i++) {
        Run run;
        RunMeta meta;
        assert_true(run_open(&run, runs, list.run[i].name, true, &err));
        assert_true(run_read_meta(&run, &meta, &err));
        Design *copy = run_design(&run, &err);
        assert_non_null(copy);
        design_free(copy);
        run_close(&run);
    }
    run_list_clear(&list);
}

static void nothing_half_made(void **state)
{
    (void)state;
    Error err;
    Run run;
    char path[128];
    RunMeta meta = some_meta();
    snprintf(path, sizeof path, "%s/file", folder);
    assert_true(file_write(path, "", 0, &err));
    assert_false(run_create(&run, path, "x", design, &meta, &err)); /* a file where the folder should be */
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_false(run_create(&run, "/proc/none", "x", design, &meta, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_null(run.metrics);
    assert_int_equal(run.lock, -1);
}

static void listed_renamed_tagged_removed(void **state)
{
    (void)state;
    Error err;
    Run run;
    RunList list;
    char runs[128];
    snprintf(runs, sizeof runs, "%s/list", folder);
    assert_true(run_list(runs, &list, &err)); /* no folder: no runs */
    assert_int_equal(list.count, 0);
    run_list_clear(&list);
    const char *const created[] = {"2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z"};
    const char *const name[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        RunMeta meta = some_meta();
        snprintf(meta.created, sizeof meta.created, "%s", created[i]);
        assert_true(run_create(&run, runs, name[i], design, &meta, &err));
        run_close(&run);
    }
    char stranger[160];
    snprintf(stranger, sizeof stranger, "%s/not-a-run", runs);
    assert_int_equal(mkdir(stranger, 0777), 0);
    assert_true(run_list(runs, &list, &err));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.run[0].name, "b");
    assert_string_equal(list.run[1].name, "c");
    assert_string_equal(list.run[2].name, "a");

    RunTags tags, back;
    assert_true(run_read_tags(&list.run[0], &tags, &err));
    assert_int_equal(tags.count, 0);
    snprintf(tags.tag[tags.count++], sizeof tags.tag[0], "best so far");
    snprintf(tags.tag[tags.count++], sizeof tags.tag[0], "mnist");
    assert_true(run_write_tags(&list.run[0], &tags, &err));
    assert_true(run_read_tags(&list.run[0], &back, &err));
    assert_memory_equal(&tags, &back, sizeof tags);

    assert_false(run_rename(&list.run[0], "c", &err)); /* taken */
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_false(run_rename(&list.run[0], "x/y", &err));
    assert_true(run_rename(&list.run[0], "z", &err));
    assert_string_equal(list.run[0].name, "z");
    assert_true(run_read_tags(&list.run[0], &back, &err));
    assert_int_equal(back.count, 2);
    assert_true(run_remove(&list.run[0], &err));
    run_list_clear(&list);
    assert_true(run_list(runs, &list, &err));
    assert_int_equal(list.count, 2);
    run_list_clear(&list);
}

static void damaged_settings(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "{", "[]", "{\"seed\":1,\"seed\":2}", "null"};
    Error err;
    Run run;
    RunMeta meta;
    char path[RUN_PATH];
    create(&run, "damaged");
    assert_true(file_join(path, sizeof path, run.folder, "meta.json", &err));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_true(file_write(path, bad[i], strlen(bad[i]), &err));
        assert_false(run_read_meta(&run, &meta, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_string_equal(err.file, path);
    }
    const char *strange = "{\"seed\": \"x\", \"threads\": [], \"data_name\": 3, \"more\": {}}"; /* wrong types are empty */
    assert_true(file_write(path, strange, strlen(strange), &err));
    assert_true(run_read_meta(&run, &meta, &err));
    assert_int_equal(meta.seed, 0);
    assert_string_equal(meta.data_name, "");
    run_close(&run);
}

/* -- Metrics. */

static void metrics_round_trip(void **state)
{
    (void)state;
    Error err;
    Run run;
    Metrics back;
    create(&run, "metrics");
    assert_true(metrics_read(&run, &back, &err));
    assert_int_equal(back.count, 0);

    Metric epoch = metric_new(METRIC_EPOCH);
    epoch.epoch = 3;
    epoch.step = 4000000000u;
    epoch.train_loss = 0.1 + 0.2;
    epoch.val_loss = 1e-300;
    epoch.val_accuracy = 0.975;
    epoch.seconds = 1.25;
    epoch.lr = 1e-3;
    epoch.best = true;
    snprintf(epoch.stage_name, sizeof epoch.stage_name, "tuned");
    epoch.stage = 2;
    snprintf(epoch.time, sizeof epoch.time, "2026-01-31T07:31:12Z");
    Metric batch = metric_new(METRIC_BATCH);
    batch.batch = 20;
    batch.train_loss = NAN;
    Metric event = metric_new(METRIC_EVENT);
    snprintf(event.event, sizeof event.event, "lr");
    snprintf(event.text, sizeof event.text, "rate \"0.1\" -> 0.01\n\x01");
    Metric plain = metric_new(METRIC_EPOCH);
    plain.train_loss = -INFINITY;
    Metric *const all[] = {&epoch, &batch, &event, &plain};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        assert_true(metric_append(&run, all[i], &err));
    assert_true(metrics_read(&run, &back, &err));
    assert_int_equal(back.count, COUNT_OF(all));
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        char *before = metric_print(all[i]), *after = metric_print(&back.item[i]);
        assert_string_equal(before, after);
        free(before);
        free(after);
    }
    assert_true(back.item[0].train_loss == 0.1 + 0.2); /* to the last bit */
    assert_true(isnan(back.item[0].train_accuracy));
    assert_true(isnan(back.item[1].train_loss));
    assert_true(back.item[3].train_loss == -(double)INFINITY);
    metrics_clear(&back);

    char *line = metric_print(&epoch);
    static const char *const needed[] = {"\"epoch\":3", "\"stage\":\"tuned\"", "\"train_loss\":", "\"val_loss\":",
                                         "\"val_accuracy\":0.975", "\"seconds\":1.25", "\"lr\":0.001"};
    for (size_t i = 0; i < COUNT_OF(needed); i++)
        assert_non_null(strstr(line, needed[i]));
    assert_null(strstr(line, "train_accuracy"));
    free(line);
    line = metric_print(&plain);
    assert_non_null(strstr(line, "\"val_loss\":null"));
    assert_non_null(strstr(line, "\"train_loss\":\"-inf\""));
    free(line);
    run_close(&run);
}

static void metrics_cut_and_broken(void **state)
{
    (void)state;
    Error err;
    Run run;
    Metrics back;
    char path[RUN_PATH];
    create(&run, "cut");
    assert_true(file_join(path, sizeof path, run.folder, "metrics.jsonl", &err));
    Metric metric = metric_new(METRIC_EPOCH);
    metric.train_loss = 1;
    for (metric.epoch = 1; metric.epoch <= 3; metric.epoch++)
        assert_true(metric_append(&run, &metric, &err));
    long size = run_metrics_size(&run);
    assert_int_equal(truncate(path, size - 5), 0); /* a kill in the middle of a line */
    assert_true(metrics_read(&run, &back, &err));
    assert_int_equal(back.count, 2);
    assert_true(back.cut);
    metrics_clear(&back);

    /* Resume: forget what came after the checkpoint, then go on behind it. */
    assert_true(run_truncate_metrics(&run, size / 3, &err));
    metric.epoch = 2;
    assert_true(metric_append(&run, &metric, &err));
    assert_true(metrics_read(&run, &back, &err));
    assert_int_equal(back.count, 2);
    assert_int_equal(back.item[1].epoch, 2);
    assert_false(back.cut);
    metrics_clear(&back);
    assert_true(run_append(&run, "{\"kind\":\"other\"}", &err));
    assert_false(metrics_read(&run, &back, &err));
    assert_int_equal(err.line, 3);
    assert_int_equal(back.count, 0);
    run_close(&run);
}

static void metrics_on_a_full_disk(void **state)
{
    (void)state;
    Error err;
    Run run = {.lock = -1, .folder = "full", .metrics = fopen("/dev/full", "w")};
    if (!run.metrics)
        skip();
    Metric metric = metric_new(METRIC_EPOCH);
    assert_false(metric_append(&run, &metric, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_non_null(strstr(err.what, "No space"));
    run_close(&run);
}

/* -- Checkpoints. */

static TrainState some_state(void)
{
    TrainState state = {.stage = 1, .epoch = 7, .batch = 311, .step = 3000000000u, .total_steps = 4000000001u,
                        .epoch_loss = 0.1, .epoch_kl = 1e-310, .epoch_seen = 40000, .epoch_correct = 39999,
                        .best_loss = INFINITY, .best_epoch = 3, .waited = 2, .metrics_bytes = 123456, .seconds = 1.0 / 3,
                        .live_lr = NAN, .live_beta = 0.5, .live_batch = 64};
    state.schedule = (ScheduleState){.factor = 0.1, .best = -0.0, .waited = 1};
    snprintf(state.live_noise, sizeof state.live_noise, "gaussian sd=0.3");
    return state;
}

static void checkpoint_round_trip(void **state)
{
    (void)state;
    Error err;
    Run run;
    TrainState before = some_state(), after;
    Weights weights = {0}, slots = {0}, best = {0}, weights_back, slots_back, best_back;
    create(&run, "checkpoint");
    assert_false(checkpoint_read(&run, &after, &weights_back, &slots_back, &best_back, &err));
    assert_int_equal(err.kind, ERROR_NONE); /* none yet is no error */

    assert_true(weights_put(&weights, "dense_1/kernel", 2, (int[]){1, 2}, (float[]){1, 2}, &err));
    assert_true(weights_put(&slots, "slot0", 1, (int[]){3}, (float[]){3, 4, 5}, &err));
    assert_true(checkpoint_write(&run, &before, &weights, &slots, &best, &err));
    assert_true(weights_put(&best, "dense_1/kernel", 2, (int[]){1, 2}, (float[]){6, 7}, &err));
    assert_true(checkpoint_write(&run, &before, &weights, &slots, &best, &err)); /* replaces */
    assert_true(checkpoint_read(&run, &after, &weights_back, &slots_back, &best_back, &err));
    assert_true(isnan(after.live_lr) && after.best_loss == (double)INFINITY && signbit(after.schedule.best));
    after.live_lr = before.live_lr = 0; /* NaN's bits may differ */
    after.schedule.best = before.schedule.best;
    assert_int_equal(after.step, before.step);
    assert_true(after.epoch_loss == before.epoch_loss && after.epoch_kl == before.epoch_kl && after.seconds == before.seconds);
    assert_string_equal(after.live_noise, before.live_noise);
    assert_int_equal(after.metrics_bytes, before.metrics_bytes);
    assert_int_equal(after.batch, before.batch);
    assert_int_equal(after.waited, before.waited);
    assert_int_equal(after.live_batch, before.live_batch);
    assert_int_equal(weights_back.count, 1);
    assert_int_equal(slots_back.count, 1);
    assert_int_equal(best_back.count, 1);
    assert_true(weights_find(&weights_back, "dense_1/kernel")->data[1] == 2);
    assert_true(weights_find(&slots_back, "slot0")->data[2] == 5);
    assert_true(weights_find(&best_back, "dense_1/kernel")->data[0] == 6);
    weights_clear(&weights_back);
    weights_clear(&slots_back);
    weights_clear(&best_back);
    weights_clear(&weights);
    weights_clear(&slots);
    weights_clear(&best);

    char path[RUN_PATH];
    assert_true(file_join(path, sizeof path, run.folder, "ckpt/last.safetensors", &err));
    assert_true(file_write(path, "rubbish", 7, &err));
    assert_false(checkpoint_read(&run, &after, &weights_back, &slots_back, &best_back, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    run_close(&run);
}

/* A process writes checkpoints as fast as it can and is killed at some moment: what is there is always whole. */
static void killed_while_saving(void **state)
{
    (void)state;
    enum { TIMES = 12, SIZE = 20000 };
    Error err;
    Run run;
    create(&run, "killed");
    for (int round = 0; round < TIMES; round++) {
        pid_t child = fork();
        if (child == 0) {
            Weights weights = {0}, none = {0};
            TrainState now = some_state();
            for (now.batch = 0;; now.batch++) {
                float *data = mem_new(SIZE, sizeof *data);
                for (int i = 0; i < SIZE; i++)
                    data[i] = (float)now.batch;
                if (!weights_put(&weights, "w", 1, (int[]){SIZE}, data, &err) ||
                    !checkpoint_write(&run, &now, &weights, &none, &none, &err))
                    _exit(1);
                free(data);
            }
        }
        usleep(3000 + 1777u * (unsigned)round);
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
        TrainState after;
        Weights weights, slots, best;
        if (!checkpoint_read(&run, &after, &weights, &slots, &best, &err)) {
            assert_int_equal(err.kind, ERROR_NONE); /* killed before the first one */
            continue;
        }
        for (int i = 0; i < SIZE; i++)
            if (weights.item[0].data[i] != (float)after.batch)
                fail_msg("number %d is of another checkpoint", i);
        weights_clear(&weights);
    }
    run_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_and_opened),      cmocka_unit_test(names), cmocka_unit_test(paths_that_are_not_utf8), cmocka_unit_test(lock_is_seen_by_readers),
        cmocka_unit_test(gone_while_trained),
        cmocka_unit_test(names_are_race_free),  cmocka_unit_test(nothing_half_made), cmocka_unit_test(killed_while_making),
        cmocka_unit_test(listed_renamed_tagged_removed), cmocka_unit_test(damaged_settings),
        cmocka_unit_test(metrics_round_trip),   cmocka_unit_test(metrics_cut_and_broken),
        cmocka_unit_test(metrics_on_a_full_disk), cmocka_unit_test(checkpoint_round_trip),
        cmocka_unit_test(killed_while_saving),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
