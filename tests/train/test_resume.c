/* A run that is killed at any moment and resumed ends with the same bytes as one that never was.  Killed in earnest (SIGKILL to
 * a process of its own), and by walking away from a trainer in the middle, which leaves the same behind and is quick. */
#include "little.h"

#include "base/rng.h"
#include "store/metrics.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SUBJECTS = 5, SEED = 8, THREADS = 2, ABANDONED = 7, KILLED = 4 };
static const char *program;
static const char *const subject_names[SUBJECTS] = {"stacked", "denoise", "vae", "mirrored", "classifier"};

/* Several stages and codes; convolutions and noise; dropout and drawn codes; moving statistics, a schedule with a memory and
 * early stopping; products in bf16. */
static Design *subject(int which)
{
    switch (which) {
    case 0:
        return little_preset("stacked", 16, "dense_1.units=16", "dense_4.units=16", "batch=12", "epochs=2", NULL);
    case 1:
        return little_preset("denoise", 16, "batch=9", "epochs=3", "convolution=winograd", NULL);
    case 2:
        return little_preset("vae", 16, "batch=8", "epochs=3", "kl.warmup=2", "schedule=cosine", NULL);
    case 4:
        return little_preset("classifier", 16, "batch=9", "epochs=1", "precision=bf16", "convolution=direct", NULL);
    default:
        return little_preset("mirrored", 16, "batch=10", "epochs=5", "stop.patience=2", "clip.norm=1", "decay.l2=0.001",
                             "schedule=plateau patience=1 factor=0.5 min-delta=0.01", NULL);
    }
}

static TrainerOptions options_of(Run *run, bool resume, double checkpoint_seconds)
{
    return (TrainerOptions){.threads = THREADS, .seed = SEED, .run = run, .resume = resume, .checkpoint_seconds = checkpoint_seconds,
                            .checkpoint_epochs = 2};
}

typedef struct Ending {
    char *model;
    size_t bytes;
    Metrics metrics;
    int steps;
} Ending;

static Ending ending_of(const Run *run, int steps)
{
    Ending end = {.steps = steps};
    end.model = little_model(run, &end.bytes);
    assert_true(metrics_read(run, &end.metrics, NULL));
    return end;
}

static void ending_free(Ending *end)
{
    free(end->model);
    metrics_clear(&end->metrics);
}

static Ending uninterrupted(const Design *design, const Data *data, const char *name)
{
    Run run;
    little_run_create(&run, name, design, data, SEED, THREADS);
    TrainerOptions options = options_of(&run, false, 0);
    Trainer *trainer = little_trainer(design, data, &options);
    int steps = 1;
    while (trainer_step(trainer, NULL) != TRAINER_DONE)
        steps++;
    trainer_free(trainer);
    Ending end = ending_of(&run, steps);
    run_close(&run);
    return end;
}

static const Metric *next_epoch(const Metrics *metrics, int *at)
{
    while (*at < metrics->count && metrics->item[*at].kind != METRIC_EPOCH)
        ++*at;
    return *at < metrics->count ? &metrics->item[(*at)++] : NULL;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void compare(const char *what, const Ending *want, const Ending *got)
{
    if (want->bytes != got->bytes || memcmp(want->model, got->model, want->bytes) != 0)
        fail_msg("%s: the model differs", what);
    int a = 0, b = 0;
    for (;;) { /* every epoch once, with the same numbers */
        const Metric *one = next_epoch(&want->metrics, &a), *two = next_epoch(&got->metrics, &b);
        assert_true(!one == !two);
        if (!one)
            break;
        if (one->stage != two->stage || one->epoch != two->epoch || !same(one->train_loss, two->train_loss) ||
            !same(one->val_loss, two->val_loss) || !same(one->lr, two->lr) || one->step != two->step || one->best != two->best)
            fail_msg("%s: epoch %d of stage %d differs", what, one->epoch, one->stage);
    }
}

/* ---- walking away */

static void abandoned(void **state)
{
    (void)state;
    int moments = 0;
    for (int s = 0; s < SUBJECTS; s++) {
        Design *design = subject(s);
        Data *data = little_data(design->input, 50, 10);
        char name[32];
        snprintf(name, sizeof name, "whole-%d", s);
        Ending want = uninterrupted(design, data, name);
        snprintf(name, sizeof name, "left-%d", s);
        Run run;
        little_run_create(&run, name, design, data, SEED, THREADS);
        Rng rng = rng_new(40, RNG_TEST, (uint32_t)s, 0);
        bool done = false, first = true;
        for (int left = 0; !done; left++) {
            /* Mostly a checkpoint after every batch; sometimes none inside an epoch. */
            TrainerOptions options = options_of(&run, !first, left % 3 == 2 ? 1e9 : 1e-9);
            Trainer *trainer = little_trainer(design, data, &options);
            int steps = left < ABANDONED ? 1 + (int)rng_below(&rng, (uint32_t)(want.steps / 4)) : INT32_MAX;
            for (int i = 0; i < steps && !done; i++) {
                TrainerState at = trainer_step(trainer, NULL);
                assert_int_not_equal(at, TRAINER_FAILED);
                done = at == TRAINER_DONE;
            }
            moments += !done;
            trainer_free(trainer);
            run_close(&run);
            first = false;
            assert_true(run_open(&run, little_folder(), name, true, NULL));
        }
        Ending got = ending_of(&run, 0);
        compare(subject_names[s], &want, &got);
        /* Resumed once more: nothing is left to do, nothing changes. */
        TrainerOptions options = options_of(&run, true, 0);
        Trainer *trainer = little_trainer(design, data, &options);
        assert_int_equal(trainer_step(trainer, NULL), TRAINER_DONE);
        trainer_free(trainer);
        ending_free(&got);
        got = ending_of(&run, 0);
        compare(subject_names[s], &want, &got);
        run_close(&run);
        ending_free(&want);
        ending_free(&got);
        data_free(data);
        design_free(design);
    }
    assert_true(moments >= 20);
}

/* ---- killed */

/* The program calls itself: `train FOLDER NAME SUBJECT` begins or resumes a run and ends with 0 when it is done. */
static int train_main(const char *folder, const char *name, int which)
{
    Design *design = subject(which);
    Data *data = little_data(design->input, 50, 10);
    Run run;
    Error err = {0};
    bool resume = run_open(&run, folder, name, true, NULL);
    RunMeta meta = {.seed = SEED, .threads = THREADS, .state = "running"};
    if (!resume && !run_create(&run, folder, name, design, &meta, &err))
        return 2;
    TrainerOptions options = options_of(&run, resume, 1e-9);
    Trainer *trainer = trainer_new(design, data, &options, &err);
    if (!trainer) {
        fprintf(stderr, "%s: %s\n", name, err.what);
        return 3;
    }
    TrainerState at;
    while ((at = trainer_step(trainer, &err)) != TRAINER_DONE)
        if (at == TRAINER_FAILED) {
            fprintf(stderr, "%s: %s\n", name, err.what);
            return 4;
        }
    trainer_free(trainer);
    run_close(&run);
    data_free(data);
    design_free(design);
    return 0;
}

static pid_t start(const char *name, int which)
{
    char number[8];
    snprintf(number, sizeof number, "%d", which);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl(program, program, "train", little_folder(), name, number, (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    return child;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int finish(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void killed(void **state)
{
    (void)state;
    Rng rng = rng_new((uint64_t)time(NULL), RNG_TEST, 0, 0); /* the moments may be any: the end is the same */
    for (int s = 0; s < SUBJECTS; s++) {
        char name[32];
        snprintf(name, sizeof name, "sane-%d", s);
        double began = seconds_now();
        assert_int_equal(finish(start(name, s)), 0);
        double whole = seconds_now() - began;
        Run run;
        assert_true(run_open(&run, little_folder(), name, false, NULL));
        Ending want = ending_of(&run, 0);
        run_close(&run);
        snprintf(name, sizeof name, "shot-%d", s);
        int result = -SIGKILL;
        for (int shots = 0; result == -SIGKILL; shots++) {
            pid_t child = start(name, s);
            double wait = whole * (double)rng_uniform(&rng);
            nanosleep(&(struct timespec){(time_t)wait, (long)((wait - floor(wait)) * 1e9)}, NULL);
            if (shots < KILLED)
                kill(child, SIGKILL);
            result = finish(child);
        }
        assert_int_equal(result, 0);
        assert_true(run_open(&run, little_folder(), name, false, NULL));
        Ending got = ending_of(&run, 0);
        compare(subject_names[s], &want, &got);
        RunMeta meta;
        assert_true(run_read_meta(&run, &meta, NULL));
        assert_string_equal(meta.state, "done");
        run_close(&run);
        ending_free(&want);
        ending_free(&got);
    }
}

/* ---- changes while it runs */

typedef bool (*Change)(Trainer *trainer, Error *err);

static bool change_lr(Trainer *trainer, Error *err)
{
    return trainer_set_lr(trainer, 0.004, err);
}

static bool change_beta(Trainer *trainer, Error *err)
{
    return trainer_set_beta(trainer, 3, err);
}

static bool change_batch(Trainer *trainer, Error *err)
{
    return trainer_set_batch(trainer, 11, err);
}

static bool change_noise(Trainer *trainer, Error *err)
{
    return trainer_set_noise(trainer, "masking 0.4", err);
}

static bool no_change(Trainer *trainer, Error *err)
{
    (void)trainer, (void)err;
    return true;
}

static const struct {
    const char *event;
    Change change;
} changes[] = {{"lr", change_lr}, {"beta", change_beta}, {"batch", change_batch}, {"noise", change_noise}, {"", no_change}};

/* The change is made after 5 batches of 7 an epoch; then, if asked, the trainer is left at once. */
static char *run_with_change(const Design *design, const Data *data, size_t which, bool leave, size_t *bytes)
{
    Run run;
    char name[32];
    Error err = {0};
    snprintf(name, sizeof name, "change-%s-%d", changes[which].event, leave);
    little_run_create(&run, name, design, data, SEED, THREADS);
    TrainerOptions options = options_of(&run, false, 1e9); /* no checkpoint but the change's own */
    Trainer *trainer = little_trainer(design, data, &options);
    for (int i = 0; i < 5; i++)
        assert_int_equal(trainer_step(trainer, &err), TRAINER_BATCH);
    if (!changes[which].change(trainer, &err))
        fail_msg("%s: %s", changes[which].event, err.what);
    if (leave) {
        trainer_free(trainer);
        run_close(&run);
        assert_true(run_open(&run, little_folder(), name, true, NULL));
        options.resume = true;
        trainer = little_trainer(design, data, &options);
    }
    if (which < 4) {
        int found = 0;
        for (int i = 0; i < trainer_history(trainer)->count; i++)
            found += !strcmp(trainer_history(trainer)->item[i].event, changes[which].event);
        assert_int_equal(found, 1);
        assert_int_equal(trainer_progress(trainer).batch, 5);
    }
    if (!strcmp(changes[which].event, "lr"))
        assert_true(trainer_progress(trainer).lr == 0.004);
    assert_int_equal(trainer_progress(trainer).batches, 7); /* another batch size waits for the next epoch */
    while (trainer_progress(trainer).epoch < 1)
        assert_int_not_equal(trainer_step(trainer, &err), TRAINER_FAILED);
    assert_int_equal(trainer_progress(trainer).batches, !strcmp(changes[which].event, "batch") ? 5 : 7);
    little_finish(trainer);
    trainer_free(trainer);
    char *model = little_model(&run, bytes);
    run_close(&run);
    return model;
}

static void live_changes(void **state)
{
    (void)state;
    Design *design = little_preset("vae", 16, "batch=8", "epochs=3", "noise=gaussian sd=0.1", NULL);
    Data *data = little_data(design->input, 50, 10);
    size_t bytes, other_bytes;
    char *unchanged = run_with_change(design, data, 4, false, &bytes);
    for (size_t i = 0; i < 4; i++) {
        char *stayed = run_with_change(design, data, i, false, &other_bytes);
        char *left = run_with_change(design, data, i, true, &bytes);
        assert_int_equal(bytes, other_bytes);
        if (memcmp(stayed, left, bytes) != 0)
            fail_msg("a kill right after a change of %s shows", changes[i].event);
        assert_memory_not_equal(stayed, unchanged, bytes);
        free(stayed);
        free(left);
    }
    free(unchanged);

    TrainerOptions options = {.threads = 1};
    Trainer *trainer = little_trainer(design, data, &options);
    Error err = {0};
    char lengthy[200];
    memset(lengthy, ' ', sizeof lengthy);
    memcpy(lengthy, "masking 0.4", 11);
    lengthy[199] = '\0';
    assert_false(trainer_set_lr(trainer, -1, &err));
    assert_false(trainer_set_lr(trainer, NAN, &err));
    assert_false(trainer_set_beta(trainer, INFINITY, &err));
    assert_false(trainer_set_batch(trainer, 0, &err));
    assert_false(trainer_set_batch(trainer, 1 << 30, &err));
    assert_false(trainer_set_noise(trainer, "thunder", &err));
    assert_false(trainer_set_noise(trainer, "", &err));
    assert_false(trainer_set_noise(trainer, lengthy, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_int_equal(trainer_step(trainer, &err), TRAINER_BATCH); /* and goes on */
    trainer_free(trainer);
    data_free(data);
    design_free(design);
}

/* The rate that a plateau has lowered stays lowered. */
static void plateau_survives(void **state)
{
    (void)state;
    Design *design = little_parse("input 784\nencoder\n  dense 6\ndecoder\n  dense 784\ntrain\n  loss mse\n  optimizer sgd lr=0.1\n"
                                  "  schedule plateau patience=2 factor=0.5 min-delta=1\n  batch 20\n  epochs 9\n  validation test\n");
    Data *data = little_data(design->input, 40, 10);
    Run run;
    little_run_create(&run, "plateau", design, data, SEED, 1);
    static const double want[] = {0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125}; /* nothing is better by 1 */
    for (int epoch = 0; epoch < 9; epoch++) {
        TrainerOptions options = options_of(&run, epoch > 0, 1e-9);
        Trainer *trainer = little_trainer(design, data, &options);
        assert_true(fabs(trainer_progress(trainer).lr - want[epoch]) < 1e-12);
        assert_int_equal(trainer_progress(trainer).epoch, epoch);
        while (trainer_progress(trainer).epoch == epoch)
            assert_int_not_equal(trainer_step(trainer, NULL), TRAINER_FAILED);
        assert_true(trainer_save(trainer, NULL));
        trainer_free(trainer);
        run_close(&run);
        assert_true(run_open(&run, little_folder(), "plateau", true, NULL));
    }
    run_close(&run);
    data_free(data);
    design_free(design);
}

/* Killed before there is any checkpoint, and stopped properly. */
static void beginnings_and_stops(void **state)
{
    (void)state;
    Design *design = subject(2);
    Data *data = little_data(design->input, 50, 10);
    Ending want = uninterrupted(design, data, "begin-whole");
    Run run;
    little_run_create(&run, "begin", design, data, SEED, THREADS);
    TrainerOptions options = options_of(&run, false, 1e9);
    Trainer *trainer = little_trainer(design, data, &options);
    assert_int_equal(trainer_step(trainer, NULL), TRAINER_BATCH);
    trainer_free(trainer); /* nothing was saved */
    options.resume = true;
    trainer = little_trainer(design, data, &options);
    assert_int_equal(trainer_progress(trainer).batch, 0);
    for (int i = 0; i < 9; i++)
        assert_int_not_equal(trainer_step(trainer, NULL), TRAINER_FAILED);
    assert_true(trainer_stop(trainer, NULL));
    int batch = trainer_progress(trainer).batch;
    trainer_free(trainer);
    RunMeta meta;
    assert_true(run_read_meta(&run, &meta, NULL));
    assert_string_equal(meta.state, "stopped");
    trainer = little_trainer(design, data, &options);
    assert_int_equal(trainer_progress(trainer).batch, batch);
    assert_true(run_read_meta(&run, &meta, NULL));
    assert_string_equal(meta.state, "running");
    little_finish(trainer);
    trainer_free(trainer);
    Ending got = ending_of(&run, 0);
    compare("begin", &want, &got);
    run_close(&run);
    ending_free(&want);
    ending_free(&got);

    /* Another network's checkpoint is refused. */
    Design *other = little_preset("vae", 17, NULL);
    Error err = {0};
    assert_true(run_open(&run, little_folder(), "begin", true, NULL));
    assert_null(trainer_new(other, data, &options, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    run_close(&run);
    design_free(other);
    data_free(data);
    design_free(design);
}

int main(int argc, char **argv)
{
    if (argc == 5 && !strcmp(argv[1], "train"))
        return train_main(argv[2], argv[3], atoi(argv[4]));
    program = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(abandoned),        cmocka_unit_test(killed),
        cmocka_unit_test(live_changes),     cmocka_unit_test(plateau_survives),
        cmocka_unit_test(beginnings_and_stops),
    };
    return cmocka_run_group_tests(tests, NULL, little_cleanup);
}
