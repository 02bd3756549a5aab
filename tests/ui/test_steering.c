/* Orders given in the studio: changes that a resume replays, runs that begin again, fork and roll back, and what leaving asks. */
#include "training.h"

#include "image/image.h"
#include "store/metrics.h"
#include "train/trainer.h"

#include <signal.h>
#include <string.h>

static char *read_model(const char *runs, const char *name, size_t *size)
{
    char path[700];
    Error err = {0};
    snprintf(path, sizeof path, "%s/%s/model.safetensors", runs, name);
    char *bytes = file_read(path, 1 << 24, size, &err);
    check_good(bytes != NULL, &err);
    return bytes;
}

static void check_same_model(const char *runs_a, const char *a, const char *runs_b, const char *b)
{
    size_t size, other_size;
    char *one = read_model(runs_a, a, &size), *other = read_model(runs_b, b, &other_size);
    assert_int_equal(size, other_size);
    assert_memory_equal(one, other, size);
    free(one);
    free(other);
}

static Metrics metrics_of(const char *runs, const char *name)
{
    Run run;
    Metrics metrics = {0};
    Error err = {0};
    check_good(run_open(&run, runs, name, false, &err) && metrics_read(&run, &metrics, &err), &err);
    run_close(&run);
    return metrics;
}

static const Metric *find_event(const Metrics *metrics, const char *event)
{
    for (int i = 0; i < metrics->count; i++)
        if (metrics->item[i].kind == METRIC_EVENT && strcmp(metrics->item[i].event, event) == 0)
            return &metrics->item[i];
    return NULL;
}

/* The training that was never left: the same change before the same batch. */
static void train_unbroken(const char *left, const char *runs, double lr, uint32_t step)
{
    Error err = {0};
    Run from, run = {.lock = -1};
    RunMeta meta = {0};
    check_good(run_open(&from, left, "small", false, &err), &err);
    Design *design = run_design(&from, &err);
    check_good(design && run_read_meta(&from, &meta, &err), &err);
    run_close(&from);
    Data *data = data_open(&(DataOptions){.path = data_folder(), .seed = 1}, &err);
    check_good(data && run_create(&run, runs, "small", design, &meta, &err), &err);
    Trainer *trainer = trainer_new(design, data, &(TrainerOptions){.threads = 1, .seed = meta.seed, .run = &run}, &err);
    check_good(trainer != NULL, &err);
    TrainerState state = TRAINER_BATCH;
    while (state < TRAINER_DONE) {
        if (trainer_progress(trainer).step == step)
            check_good(trainer_set_lr(trainer, lr, &err), &err);
        state = trainer_step(trainer, &err);
    }
    check_good(state == TRAINER_DONE, &err);
    trainer_free(trainer);
    run_close(&run);
    data_free(data);
    design_free(design);
}

static void live_changes_are_replayed(void **state)
{
    (void)state;
    const char *runs = put_folder("changed");
    Pty *pty = start_training(SANITIZED ? 80 : 400, runs); /* long enough to be in the middle, however fast */
    await_epochs(pty, runs, "small", 2);
    pty_type(pty, " ");
    assert_true(pty_sees(pty, "paused", 20));
    pty_type(pty, "r\025" "0.02\r");
    assert_true(pty_sees(pty, "-> 0.02", 20)); /* in the log */
    pty_type(pty, "q");
    assert_true(pty_sees(pty, "a training is running", 20));
    pty_type(pty, "s");
    assert_int_equal(pty_end(pty, 30), 0);
    pty_free(pty);
    resume_here(runs, "small");
    Metrics metrics = metrics_of(runs, "small");
    const Metric *change = find_event(&metrics, "lr");
    assert_non_null(change);
    assert_true(change->step > 64);
    char whole[600];
    snprintf(whole, sizeof whole, "%s", put_folder("unbroken"));
    train_unbroken(runs, whole, 0.02, change->step);
    check_same_model(runs, "small", whole, "small");
    metrics_clear(&metrics);
}

static void again_is_the_same(void **state)
{
    (void)state;
    const char *runs = put_folder("twice");
    Pty *pty = start_training(3, runs);
    assert_true(pty_sees(pty, "small is trained", 60));
    pty_type(pty, "a");
    assert_true(pty_sees(pty, "small-02 is trained", 60));
    pty_type(pty, "A");
    assert_true(pty_sees(pty, "seed 2", 20)); /* the next one */
    assert_true(pty_sees(pty, "small-03 is trained", 60));
    leave(pty);
    check_same_model(runs, "small", runs, "small-02");
    size_t size, other_size;
    char *one = read_model(runs, "small", &size), *other = read_model(runs, "small-03", &other_size);
    assert_true(size != other_size || memcmp(one, other, size) != 0);
    free(one);
    free(other);
}

/* While it trains: it is stopped first, then the new run goes on from the epoch under the cursor. */
static void forks_where_the_cursor_is(void **state)
{
    (void)state;
    const char *runs = put_folder("forked");
    Pty *pty = start_training_of(slow_design(), 80, 24, "epochs=50", runs);
    await_epochs(pty, runs, "small", 2);
    pty_type(pty, " ");
    assert_true(pty_sees(pty, "paused", 20));
    pty_type(pty, ":cursor 2\r");
    assert_true(pty_sees(pty, "◂ epoch 2 ▸", 20));
    pty_type(pty, "f");
    assert_true(pty_sees(pty, "stop and save this run first", 20));
    pty_type(pty, "s");
    assert_true(pty_sees(pty, "small-02 ·", 30));
    await_epochs(pty, runs, "small-02", 2);
    stop(pty);
    leave(pty);
    check_state(runs, "small", "stopped");
    check_state(runs, "small-02", "stopped");
    RunMeta meta = {0};
    Run run;
    Error err = {0};
    check_good(run_open(&run, runs, "small-02", false, &err) && run_read_meta(&run, &meta, &err), &err);
    run_close(&run);
    assert_string_equal(meta.forked_from, "small@s1-e0002");
    Metrics metrics = metrics_of(runs, "small-02");
    const Metric *first = &metrics.item[0];
    while (first->kind != METRIC_EPOCH)
        first++;
    assert_int_equal(first->epoch, 3); /* it goes on there */
    metrics_clear(&metrics);
}

static void divergence_offers_a_way_back(void **state)
{
    (void)state;
    static const char text[] = "input 784\nencoder\n  dense 64 relu\ndecoder\n  dense 784\ntrain\n  loss mse\n  optimizer sgd lr=0.01\n"
                               "  batch 8\n  epochs 100000\n  validation test\n";
    const char *runs = put_folder("lost");
    Pty *pty = start_training_of(put_file("plain.net", text, strlen(text)), 80, 24, "epochs=100000", runs);
    await_epochs(pty, runs, "plain", 1);
    pty_type(pty, "r\025" "900\r");
    assert_true(pty_sees(pty, "the loss is not finite", 60));
    assert_true(pty_shows(pty, "in stage"));
    assert_true(pty_shows(pty, "batch"));
    assert_true(pty_shows(pty, "first seen"));
    check_state(runs, "plain", "diverged");
    pty_type(pty, "y"); /* the message stays, and the key */
    assert_true(pty_sees(pty, "rolls back to the last good state", 20));
    pty_type(pty, ":rollback 0.001\r");
    assert_true(pty_sees(pty, "-> 0.001", 30));
    assert_true(pty_sees(pty, "lr 0.001", 30));
    stop(pty);
    leave(pty);
    check_state(runs, "plain", "stopped");
    Metrics metrics = metrics_of(runs, "plain");
    const Metric *back = find_event(&metrics, "rollback");
    assert_non_null(back);
    assert_non_null(strstr(back->text, "the loss became"));
    metrics_clear(&metrics);
}

static void one_key_divides_the_rate(void **state)
{
    (void)state;
    static const char text[] = "input 784\nencoder\n  dense 64 relu\ndecoder\n  dense 784\ntrain\n  loss mse\n  optimizer sgd lr=900\n"
                               "  batch 8\n  epochs 100000\n  validation test\n";
    Pty *pty = start_training_of(put_file("steep.net", text, strlen(text)), 80, 24, "epochs=100000", put_folder("steep"));
    assert_true(pty_sees(pty, "the loss is not finite", 60));
    assert_true(pty_sees(pty, "The learning rate was 900", 20));
    pty_type(pty, "r");
    assert_true(pty_sees(pty, "-> 90", 60)); /* in the log of the same run, which begins anew: it had no good state */
    pty_kill(pty, SIGTERM); /* whether or not that is too much still */
    assert_int_equal(pty_end(pty, 20), 128 + SIGTERM);
    pty_free(pty);
}

static void leaving_the_screen_asks(void **state)
{
    (void)state;
    const char *runs = put_folder("looked-away");
    Pty *pty = start_training(100000, runs);
    pty_type(pty, "3");
    assert_true(pty_sees(pty, "the training is running", 20));
    pty_type(pty, "y");
    assert_true(pty_sees(pty, "original", 20)); /* stayed */
    assert_false(pty_shows(pty, "the training is running"));
    pty_type(pty, "?"); /* help is no leaving */
    assert_true(pty_sees(pty, "keys", 20));
    pty_type(pty, "2");
    assert_true(pty_sees(pty, "original", 20));
    pty_type(pty, "0");
    assert_true(pty_sees(pty, "the training is running", 20));
    pty_type(pty, "b");
    assert_true(pty_sees(pty, "recent runs", 20));
    assert_true(pty_sees(pty, "▶ epoch", 20)); /* it goes on */
    pty_type(pty, "2");
    assert_true(pty_sees(pty, "original", 20));
    pty_type(pty, "0"); /* and does not ask twice */
    assert_true(pty_sees(pty, "recent runs", 20));
    pty_type(pty, "2");
    stop(pty);
    pty_type(pty, "a"); /* another run asks again */
    assert_true(pty_sees(pty, "small-02 ·", 30));
    await_epochs(pty, runs, "small-02", 1);
    pty_type(pty, "1");
    assert_true(pty_sees(pty, "the training is running", 20));
    pty_type(pty, "s");
    assert_true(pty_sees(pty, "dense 64", 20)); /* Design */
    assert_true(pty_sees(pty, "small-02 is stopped", 20));
    leave(pty);
    check_state(runs, "small-02", "stopped");
}

/* A question about a training that ends by itself meanwhile is taken back; q then leaves at once. */
static void questions_end_with_the_training(void **state)
{
    (void)state;
    const char *runs = put_folder("ended");
    Pty *pty = start_training_of(slow_design(), 80, 24, "epochs=8", runs);
    await_epochs(pty, runs, "small", 1);
    pty_type(pty, "q");
    assert_true(pty_sees(pty, "a training is running", 20));
    assert_true(pty_sees(pty, "small is trained", 60));
    assert_false(pty_shows(pty, "a training is running"));
    leave(pty);
    check_state(runs, "small", "done");
}

static void exports_the_grid(void **state)
{
    (void)state;
    char path[700];
    const char *runs = put_folder("exported");
    Image image = {0}, first = {0};
    Error err = {0};
    Pty *pty = start_training_of(slow_design(), 80, 24, "epochs=50", runs);
    await_epochs(pty, runs, "small", 2);
    pty_type(pty, "e");
    assert_true(pty_sees(pty, "written:", 30));
    snprintf(path, sizeof path, "%s/small/figures/grid.png", runs);
    check_good(image_read(path, &image, &err), &err);
    assert_true(image.w > 10 * 28 && image.h > 2 * 28);
    pty_type(pty, " ");
    assert_true(pty_sees(pty, "paused", 20));
    pty_type(pty, ":cursor 1\r");
    assert_true(pty_sees(pty, "◂ epoch 1 ▸", 20));
    pty_type(pty, "e");
    assert_true(pty_sees(pty, "written:", 30)); /* of the first epoch: its name says so */
    snprintf(path, sizeof path, "%s/small/figures/grid-s1-e0001.png", runs);
    check_good(image_read(path, &first, &err), &err);
    assert_int_equal(first.w, image.w);
    assert_memory_not_equal(first.pixels, image.pixels, (size_t)image.w * (size_t)image.h * (size_t)image.channels);
    image_clear(&image);
    image_clear(&first);
    stop(pty);
    leave(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_changes_are_replayed), cmocka_unit_test(again_is_the_same), cmocka_unit_test(forks_where_the_cursor_is),
        cmocka_unit_test(divergence_offers_a_way_back), cmocka_unit_test(one_key_divides_the_rate), cmocka_unit_test(leaving_the_screen_asks),
        cmocka_unit_test(questions_end_with_the_training), cmocka_unit_test(exports_the_grid),
    };
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
