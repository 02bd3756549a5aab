/* Training from the command line: what a run leaves, stopping, killing, going on, branching; the same bytes each time. */
#include "program.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void nap(double seconds)
{
    nanosleep(&(struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)}, NULL);
}

static void well(Outcome outcome)
{
    if (outcome.code != 0)
        fail_msg("exit code %d: %s", outcome.code, outcome.err);
    outcome_clear(&outcome);
}

static void same_file(const char *a, const char *b)
{
    size_t size_a, size_b;
    char *bytes_a = scratch_read(a, &size_a), *bytes_b = scratch_read(b, &size_b);
    if (size_a != size_b || memcmp(bytes_a, bytes_b, size_a) != 0)
        fail_msg("%s and %s differ", a, b);
    free(bytes_a);
    free(bytes_b);
}

static bool file_says(const char *name, const char *text)
{
    char *bytes = scratch_read(name, NULL);
    bool found = strstr(bytes, text) != NULL;
    free(bytes);
    return found;
}

/* -- What a run leaves behind. */

static void run_folder(void **state)
{
    (void)state;
    Outcome outcome = RUN("train", "simple", "--data", small_data(), "--epochs", "3", "--run", "first");
    assert_int_equal(outcome.code, 0);
    assert_int_equal(strncmp(outcome.out, "runs/first: epoch 3, loss ", 26), 0);
    assert_non_null(strstr(outcome.err, "epoch 1/3"));
    assert_non_null(strstr(outcome.err, "epoch 3/3"));
    assert_null(strchr(outcome.err, '\r')); /* no terminal, no bar */
    outcome_clear(&outcome);
    static const char *const files[] = {"network.net", "meta.json", "metrics.jsonl", "model.safetensors", "ckpt/last.safetensors",
                                        "ckpt/best.safetensors", "ckpt/s1-e0001.safetensors", "ckpt/s1-e0003.safetensors"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char path[128];
        snprintf(path, sizeof path, "runs/first/%s", files[i]);
        if (!scratch_has(path))
            fail_msg("there is no %s", path);
    }
    assert_true(file_says("runs/first/meta.json", "\"state\": \"done\""));
    assert_true(file_says("runs/first/metrics.jsonl", "\"kind\":\"epoch\",\"stage\":\"train\",\"stage_index\":0,\"epoch\":3"));
    assert_true(file_says("runs/first/network.net", "rho=0.95")); /* every default spelt out */
    /* The network as it was saved trains to the same model. */
    well(RUN("train", "runs/first/network.net", "--data", small_data(), "--run", "again"));
    size_t size;
    free(scratch_read("runs/again/model.safetensors", &size));
    assert_true(size > 1000);
}

static void same_bytes(void **state)
{
    (void)state;
    static const char *const threads[] = {"1", "2", "3"};
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        char a[32], b[32], path_a[64], path_b[64];
        snprintf(a, sizeof a, "a%s", threads[i]);
        snprintf(b, sizeof b, "b%s", threads[i]);
        well(RUN("train", "simple", "-d", small_data(), "-e", "2", "-t", threads[i], "-r", a, "-p", "none"));
        well(RUN("train", "simple", "-d", small_data(), "-e", "2", "-t", threads[i], "-r", b, "-p", "none"));
        snprintf(path_a, sizeof path_a, "runs/%s/model.safetensors", a);
        snprintf(path_b, sizeof path_b, "runs/%s/model.safetensors", b);
        same_file(path_a, path_b);
    }
    /* Another seed is another model; the name is made unique. */
    well(RUN("train", "simple", "-d", small_data(), "-e", "2", "-t", "1", "--seed", "2", "-r", "a1", "-p", "none"));
    assert_true(scratch_has("runs/a1-02/model.safetensors"));
    size_t size;
    char *one = scratch_read("runs/a1/model.safetensors", &size), *two = scratch_read("runs/a1-02/model.safetensors", &size);
    assert_memory_not_equal(one, two, size);
    free(one);
    free(two);
}

static void progress_styles(void **state)
{
    (void)state;
    Outcome outcome = RUN("train", "simple", "-d", small_data(), "-e", "1", "-p", "none");
    assert_null(strstr(outcome.err, "epoch"));
    outcome_clear(&outcome);
    outcome = RUN("train", "simple", "-d", small_data(), "-e", "1", "-p", "jsonl");
    int objects = 0;
    for (char *line = strtok(outcome.err, "\n"); line; line = strtok(NULL, "\n"))
        objects += line[0] == '{' && line[strlen(line) - 1] == '}';
    assert_true(objects >= 4); /* start, batches, epoch, done */
    outcome_clear(&outcome);
    outcome = RUN("train", "simple", "-d", small_data(), "-e", "2", "-p", "bar", "--save-every", "0.001");
    assert_int_equal(outcome.code, 0);
    assert_non_null(strstr(outcome.err, "epoch 2/2"));
    outcome_clear(&outcome);
}

/* A shell's line in the scratch folder; "$HG" is the program.  Its exit code. */
static int shell(const char *line)
{
    char command[2000];
    snprintf(command, sizeof command, "cd '%s' && unset HOURGLASS_RUNS HOURGLASS_DATA && HG='%s' && { %s; }", scratch("."), getenv("HOURGLASS"), line);
    return system(command);
}

/* Whoever reads the notes may leave after the first, and the standard streams may be closed from the start. */
static void outputs_that_are_gone(void **state)
{
    (void)state;
    small_data();
    assert_int_equal(shell("\"$HG\" train simple -d data-small -e 2 -r unread 2>&1 | true"), 0);
    shell("for i in 1 2 3 4 5 6 7 8 9; do grep -q '\"done\"' runs/unread/meta.json && break; sleep 1; done");
    assert_true(file_says("runs/unread/meta.json", "\"state\": \"done\""));
    shell("\"$HG\" train simple -d data-small -e 2 -r deaf -p lines <&- >&- 2>&-");
    assert_true(file_says("runs/deaf/meta.json", "\"state\": \"done\""));
    static const char *const files[] = {"runs/deaf/lock", "runs/deaf/metrics.jsonl", "runs/deaf/log.txt", "runs/deaf/network.net"};
    for (size_t i = 0; i < COUNT_OF(files); i++)
        assert_false(file_says(files[i], "run: ") || file_says(files[i], "deaf")); /* what was printed went nowhere */
}

/* A folder whose name is no UTF-8, or has a line end: trained on, kept, and named when it is missed. */
static void odd_folder_names(void **state)
{
    (void)state;
    small_data();
    assert_int_equal(shell("cp -r data-small \"$(printf 'b\\344r\\nx')\" && \"$HG\" train simple -d \"$(printf 'b\\344r\\nx')\" -e 1 -r latin -p none 2>/dev/null"), 0);
    assert_true(file_says("runs/latin/meta.json", "IDX b\xef\xbf\xbdr?x"));
    assert_int_equal(shell("rm -r \"$(printf 'b\\344r\\nx')\""), 0);
    expect((const char *const[]){"eval", "latin", NULL}, 3, (const char *const[]){"b\xef\xbf\xbdr", "cannot be opened", NULL});
}

static void requirements(void **state)
{
    (void)state;
    expect((const char *const[]){"train", "simple", "-d", small_data(), "-e", "1", "-p", "none", "--require", "val_loss<0.0001", NULL}, 5,
           (const char *const[]){"required val_loss<0.0001, but it is 0.", NULL});
    expect((const char *const[]){"train", "simple", "-d", small_data(), "-e", "1", "-p", "none", "--require", "val_accuracy>0.5", NULL}, 5,
           (const char *const[]){"there is no val_accuracy here", NULL});
    well(RUN("train", "simple", "-d", small_data(), "-e", "1", "-p", "none", "--require", "val_loss<=10", "--require", "train_loss>0"));
}

static void dry_run(void **state)
{
    (void)state;
    int before = scratch_count("runs");
    Outcome outcome = RUN("train", "stacked", "-d", small_data(), "-n");
    assert_int_equal(outcome.code, 0);
    assert_non_null(strstr(outcome.out, "600 training and 200 test samples"));
    assert_non_null(strstr(outcome.out, "stage     tuned"));
    outcome_clear(&outcome);
    assert_int_equal(scratch_count("runs"), before);
}

/* A loss that is not finite: exit 4, the place is named, the run and its last good checkpoint stay. */
static void divergence(void **state)
{
    (void)state;
    scratch_text("wild.net", "input 784\nencoder\n  dense 64\n  dense 64\ndecoder\n  dense 784\ntrain\n  loss mse sum\n  optimizer sgd lr=900\n");
    Outcome outcome = RUN("train", "wild.net", "-d", small_data(), "-e", "9");
    assert_int_equal(outcome.code, 4);
    assert_non_null(strstr(outcome.err, "training diverged"));
    assert_non_null(strstr(outcome.err, "epoch 1, batch"));
    outcome_clear(&outcome);
    assert_true(file_says("runs/wild/meta.json", "\"state\": \"diverged\""));
    assert_true(file_says("runs/wild/metrics.jsonl", "\"event\":\"nan\""));
    assert_false(scratch_has("runs/wild/model.safetensors"));
}

/* -- Stopped and killed. */

/* Everything that has a state: dropout, noise, moving statistics, an optimizer with two slots, a schedule.  Small enough for seconds,
 * long enough to be hit in the middle. */
static const char long_net[] = "input 28x28x1\nencoder\n  conv 4 3x3 stride=2 relu\n  batchnorm\n  flatten\n  dropout 0.2\n  sample 6\n"
                               "decoder\n  dense 32 relu\n  dense 784 sigmoid\n  reshape 28x28x1\n"
                               "train\n  loss bce sum\n  optimizer nadam lr=0.002\n  schedule cosine\n  noise gaussian sd=0.2\n  kl warmup=10\n"
                               "  validation random 20%\n";
static const char *const long_run[] = {"--epochs", "60", "--batch", "16", "--save-every", "0.02", "-p", "none"};

static const char *const *train_line(const char *name)
{
    static const char *line[32];
    int count = 0;
    if (!scratch_has("long.net"))
        scratch_text("long.net", long_net);
    line[count++] = "train";
    line[count++] = "long.net";
    line[count++] = "-d";
    line[count++] = small_data();
    line[count++] = "-r";
    line[count++] = name;
    for (size_t i = 0; i < COUNT_OF(long_run); i++)
        line[count++] = long_run[i];
    line[count] = NULL;
    return line;
}

/* Until the run has its first checkpoint. */
static bool has_started(const char *name, pid_t pid)
{
    char path[128];
    snprintf(path, sizeof path, "runs/%s/ckpt/last.safetensors", name);
    for (double until = clock_seconds() + 60; clock_seconds() < until; nap(0.005))
        if (scratch_has(path) || kill(pid, 0) != 0)
            return true;
    return false;
}

static void stopped_by(int signal, int code, const char *name)
{
    char model[128], meta[128];
    pid_t pid = program_start(name, train_line(name));
    assert_true(has_started(name, pid));
    nap(0.1);
    kill(pid, signal);
    assert_int_equal(program_wait(pid), code);
    snprintf(model, sizeof model, "runs/%s/model.safetensors", name);
    snprintf(meta, sizeof meta, "runs/%s/meta.json", name);
    assert_false(scratch_has(model));
    assert_true(file_says(meta, "\"state\": \"stopped\""));
    well(RUN("resume", name, "-p", "none"));
    same_file(model, "runs/whole/model.safetensors");
    assert_true(file_says(meta, "\"state\": \"done\""));
}

static void stopped_and_resumed(void **state)
{
    (void)state;
    well(program(train_line("whole")));
    stopped_by(SIGINT, 130, "interrupted");
    stopped_by(SIGTERM, 143, "terminated");
    Outcome outcome = RUN("resume", "whole");
    assert_int_equal(outcome.code, 0);
    assert_non_null(strstr(outcome.err, "run whole is finished"));
    outcome_clear(&outcome);
}

/* Killed at random moments, again and again, until it is done: the bytes of a run that was never disturbed. */
static void killed_and_resumed(void **state)
{
    (void)state;
    enum { KILLS = 6 };
    Rng rng = rng_new((uint64_t)getpid(), RNG_TEST, 0, 0); /* other moments each time the test runs */
    pid_t pid = program_start("killed", train_line("killed"));
    assert_true(has_started("killed", pid));
    int code = 1;
    for (int i = 0; i < KILLS; i++) {
        nap(0.01 + 0.2 * (double)rng_uniform(&rng));
        kill(pid, SIGKILL);
        code = program_wait(pid);
        if (code == 0)
            break; /* it was faster */
        pid = START("killed", "resume", "killed", "--save-every", "0.01", "-p", "none");
    }
    if (code != 0)
        code = program_wait(pid);
    if (code != 0 && code != 128 + SIGKILL)
        fail_msg("exit code %d", code);
    if (code != 0)
        well(RUN("resume", "killed", "-p", "none"));
    same_file("runs/killed/model.safetensors", "runs/whole/model.safetensors");
}

static void second_signal(void **state)
{
    (void)state;
    pid_t pid = program_start("twice", train_line("twice"));
    assert_true(has_started("twice", pid));
    kill(pid, SIGINT);
    kill(pid, SIGTERM); /* both may arrive before the batch ends */
    int code = program_wait(pid);
    assert_true(code == 130 || code == 143);
    well(RUN("resume", "twice", "-p", "none"));
    same_file("runs/twice/model.safetensors", "runs/whole/model.safetensors");
}

static void only_one_at_a_time(void **state)
{
    (void)state;
    pid_t pid = program_start("busy", train_line("busy"));
    assert_true(has_started("busy", pid));
    expect((const char *const[]){"resume", "busy", NULL}, 1, (const char *const[]){"run busy is being trained by another process", NULL});
    expect((const char *const[]){"runs", "rm", "busy", NULL}, 1, (const char *const[]){"being trained by another process", NULL});
    Outcome outcome = RUN("runs", "list");
    assert_non_null(strstr(outcome.out, "running"));
    outcome_clear(&outcome);
    kill(pid, SIGKILL);
    program_wait(pid);
    outcome = RUN("runs", "list", "--json");
    assert_non_null(strstr(outcome.out, "\"state\":\"killed\""));
    outcome_clear(&outcome);
    well(RUN("runs", "rm", "busy"));
    assert_false(scratch_has("runs/busy"));
}

/* A run goes on only with the data it was trained on. */
static void other_data(void **state)
{
    (void)state;
    pid_t pid = program_start("moved", train_line("moved"));
    assert_true(has_started("moved", pid));
    kill(pid, SIGKILL);
    program_wait(pid);
    well(RUN("data", "synth", "-o", "data-other", "--count", "600", "--test", "200", "--seed", "6"));
    expect((const char *const[]){"resume", "moved", "-d", "data-other", NULL}, 3,
           (const char *const[]){"the data is not what the run was trained on", "checksum", NULL});
    well(RUN("resume", "moved", "-d", small_data(), "-p", "none"));
    same_file("runs/moved/model.safetensors", "runs/whole/model.safetensors");
}

/* A run that cannot go on now is still there for later. */
static void resume_never_removes(void **state)
{
    (void)state;
    Outcome outcome = RUN("train", "simple", "-d", small_data(), "-e", "2", "-r", "bare", "-p", "none");
    assert_int_equal(outcome.code, 0);
    outcome_clear(&outcome);
    scratch_remove("runs/bare/ckpt");
    scratch_remove("runs/bare/model.safetensors");
    size_t size;
    char *meta = scratch_read("runs/bare/meta.json", &size), *done = strstr(meta, "\"done\"");
    assert_non_null(done);
    memcpy(done, "\"lost\"", 6);
    scratch_write("runs/bare/meta.json", meta, size);
    free(meta);
    scratch_text("runs/bare/ckpt", "a file where the folder should be");
    outcome = RUN("resume", "bare", "-p", "none");
    assert_int_equal(outcome.code, 1);
    outcome_clear(&outcome);
    assert_true(scratch_has("runs/bare/network.net"));
    scratch_remove("runs/bare/ckpt");
    well(RUN("resume", "bare", "-p", "none")); /* from the start, to the same end */
    assert_true(scratch_has("runs/bare/model.safetensors"));
}

/* -- Branches and stages. */

static void forked(void **state)
{
    (void)state;
    well(RUN("train", "simple", "-d", small_data(), "-e", "4", "-r", "parent", "-p", "none"));
    well(RUN("fork", "parent@2", "-s", "lr=0.5", "-p", "none"));
    assert_true(file_says("runs/parent-e2/meta.json", "\"forked_from\": \"parent@2\""));
    assert_true(file_says("runs/parent-e2/network.net", "lr=0.5"));
    assert_true(file_says("runs/parent-e2/metrics.jsonl", "\"epoch\":3"));
    assert_false(file_says("runs/parent-e2/metrics.jsonl", "\"kind\":\"epoch\",\"stage\":\"train\",\"stage_index\":0,\"epoch\":2"));
    well(RUN("fork", "parent@best", "-e", "6", "-r", "longer", "-p", "none"));
    assert_true(file_says("runs/longer/metrics.jsonl", "\"epoch\":6"));
    expect((const char *const[]){"fork", "parent@4", NULL}, 2, (const char *const[]){"all 4 epochs are done", "--epochs", NULL});
    expect((const char *const[]){"fork", "parent@9", NULL}, 3, (const char *const[]){"kept no checkpoint 9", NULL});
}

/* The setting is the run's: kept, repeated, changed by a fork; where the processor has no instructions for it, a line says so. */
static void in_bf16(void **state)
{
    (void)state;
    well(RUN("train", "simple", "-d", small_data(), "-e", "2", "-r", "rounded", "-p", "none", "--precision", "bf16"));
    assert_true(file_says("runs/rounded/network.net", "precision bf16"));
    well(RUN("train", "runs/rounded/network.net", "-d", small_data(), "-r", "rounded-again", "-p", "none"));
    assert_true(file_says("runs/rounded-again/network.net", "precision bf16"));
    well(RUN("fork", "rounded@1", "--precision", "float32", "-r", "exact", "-p", "none"));
    assert_true(file_says("runs/exact/network.net", "precision float32"));
    assert_false(file_says("runs/exact/meta.json", "avx512bf16"));
    Call baseline = {.environment = {"HOURGLASS_KERNELS=baseline"}};
    Outcome outcome = program_with(&baseline, (const char *const[]){"train", "simple", "-d", small_data(), "-e", "1", "-r", "slow", "-p",
                                                                    "none", "--precision", "bf16", NULL});
    assert_int_equal(outcome.code, 0);
    assert_non_null(strstr(outcome.err, "no instructions for bf16"));
    outcome_clear(&outcome);
    assert_true(file_says("runs/slow/meta.json", "baseline"));
    outcome = program_with(&baseline, (const char *const[]){"doctor", "runs/slow/network.net", NULL});
    assert_non_null(strstr(outcome.out, "no instructions for bf16"));
    assert_non_null(strstr(outcome.out, "train in float32"));
    outcome_clear(&outcome);
    outcome = RUN("bench", "simple", "--precision", "bf16", "--seconds", "0.05");
    assert_int_equal(strncmp(outcome.out, "layers multiply in bf16", 23), 0);
    outcome_clear(&outcome);
    expect((const char *const[]){"train", "simple", "--precision", "bf61", NULL}, 2, (const char *const[]){"float32", "bf16", NULL});
}

static void stages_and_encoders(void **state)
{
    (void)state;
    Outcome outcome = RUN("train", "stacked", "-d", small_data(), "-e", "1", "-r", "stacked");
    assert_int_equal(outcome.code, 0);
    assert_non_null(strstr(outcome.err, "second (2/4)"));
    assert_non_null(strstr(outcome.out, "validation accuracy"));
    outcome_clear(&outcome);
    scratch_text("small.net", "input 28x28x1\nencoder\n  flatten\n  dense 8 relu\ndecoder\n  dense 784 sigmoid\n  reshape 28x28x1\n"
                              "train\n  loss mse\n  epochs 1\n");
    scratch_text("judge.net", "input 28x28x1\nencoder\n  flatten\n  dense 8 relu\nblock head\n  dense 10 softmax\n"
                              "train\n  loss crossentropy\n  epochs 2\nstage frozen\n  run encoder head\n  freeze encoder\n");
    well(RUN("train", "small.net", "-d", small_data(), "-r", "small", "-p", "none"));
    well(RUN("train", "judge.net", "-d", small_data(), "-r", "judge", "--encoder", "small", "-p", "none"));
    assert_true(file_says("runs/judge/network.net", "from small"));
    well(RUN("train", "judge.net", "-d", small_data(), "-r", "judge2", "--encoder", "runs/small/model.safetensors", "-p", "none"));
    /* Frozen: the encoder is the one it was given. */
    well(RUN("resume", "judge"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_folder),          cmocka_unit_test(same_bytes),      cmocka_unit_test(progress_styles),
        cmocka_unit_test(outputs_that_are_gone), cmocka_unit_test(odd_folder_names),
        cmocka_unit_test(requirements),        cmocka_unit_test(dry_run),         cmocka_unit_test(divergence),
        cmocka_unit_test(stopped_and_resumed), cmocka_unit_test(killed_and_resumed), cmocka_unit_test(second_signal),
        cmocka_unit_test(only_one_at_a_time),  cmocka_unit_test(other_data),      cmocka_unit_test(resume_never_removes), cmocka_unit_test(forked),
        cmocka_unit_test(stages_and_encoders), cmocka_unit_test(in_bf16),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
