/* What makes training fast and can be counted, so that no clock decides: a step of any preset's stage takes no memory, and the
 * threads' work is spread evenly. */
#include "../nn/allocations.h"
#include "../train/little.h"

#include "spec/preset.h"
#include "train/trainer_own.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TRIES = 4, STEPS = 4 };

/* Most that a thread may wait for others in a batch whose samples can be shared out evenly.  Measured: 1 to 8 %. */
static const double MOST_IDLE = 0.2;

static Design *preset_with_batch(int preset, int batch)
{
    Error err = {0};
    char assignment[32];
    Design *design = design_open(presets[preset].name, &err);
    if (!design)
        fail_msg("%s: %s", presets[preset].name, err.what);
    snprintf(assignment, sizeof assignment, "batch=%d", batch);
    little_set(design, assignment);
    return design;
}

/* Parts of a batch, as small as there may be at an epoch's end, fewer than threads too; then all batches of an epoch but the last,
 * at whose end things are written down. */
static void stage_takes_nothing(Trainer *t, const char *name, int threads)
{
    Feed feed;
    BatchSource source = trainer_train_source(t, &feed);
    StepSettings settings = {.lr = 1e-4, .kl_weight = 1};
    for (int n = t->batch; n > 0; n -= n > 2 ? 3 : 1) {
        long before = allocations();
        network_train_step(t->net, n, &source, &settings);
        network_evaluate(t->net, n, &source);
        if (allocations() != before)
            fail_msg("%s, stage %d, %d threads: %d samples took memory", name, t->state.stage + 1, threads, n);
    }
    for (TrainerState state = TRAINER_BATCH; state == TRAINER_BATCH;) {
        int stage = t->state.stage, batch = t->state.batch;
        long before = allocations();
        state = trainer_step(t, NULL);
        assert_int_not_equal(state, TRAINER_FAILED);
        if (state == TRAINER_BATCH && allocations() != before)
            fail_msg("%s, stage %d, %d threads: batch %d took memory", name, stage + 1, threads, batch + 1);
    }
}

static void steps_take_no_memory(void **unused)
{
    (void)unused;
    enum { BATCH = 6, SAMPLES = 28 };
    for (int i = 0; i < presets_count; i++)
        for (int threads = 1; threads <= 3; threads += 2) {
            Design *design = preset_with_batch(i, BATCH);
            Data *data = little_data(design->input, SAMPLES, BATCH);
            TrainerOptions options = {.threads = threads, .seed = 1, .epochs = 1, .batch_metric_every = 1000};
            Trainer *t = little_trainer(design, data, &options);
            for (int stage = 0; stage < design->stages; stage++) {
                assert_int_equal(t->state.stage, stage);
                assert_true(t->batches >= 4);
                stage_takes_nothing(t, presets[i].name, threads);
            }
            trainer_free(t);
            data_free(data);
            design_free(design);
        }
    assert_true(allocations() > 0); /* they are being counted */
}

/* ---- even work */

/* The first stage's own batch, or as much of it as makes some hundredths of a second. */
static int moderate_batch(int preset)
{
    Design *design = preset_with_batch(preset, 2), *own = design_open(presets[preset].name, NULL);
    Data *data = little_data(design->input, 40, 2);
    TrainerOptions options = {.threads = 2, .seed = 1};
    Trainer *t = little_trainer(design, data, &options);
    double flops = network_flops(t->net);
    int batch = train_spec_batch(&own->stage[0].train);
    while (batch >= 32 && batch * flops > 2e9)
        batch /= 2;
    trainer_free(t);
    data_free(data);
    design_free(design);
    design_free(own);
    return batch & ~1;
}

/* For each stage the least of some steps: what the code leaves uneven is always there, what the machine does is not.  The first step
 * of a stage touches its memory, the last one ends the epoch. */
static void idle_shares(int preset, int batch, double share[DESIGN_STAGES])
{
    Design *design = preset_with_batch(preset, batch);
    Data *data = little_data(design->input, (STEPS + 2) * batch * 10 / 9 + 10, 2);
    TrainerOptions options = {.threads = 2, .seed = 1, .epochs = 1, .batch_metric_every = 1000};
    Trainer *t = little_trainer(design, data, &options);
    for (TrainerState state = TRAINER_BATCH; state != TRAINER_DONE;) {
        int stage = t->state.stage, before = t->state.batch;
        team_watch(t->team);
        state = trainer_step(t, NULL);
        assert_int_not_equal(state, TRAINER_FAILED);
        if (before > 0 && state == TRAINER_BATCH)
            share[stage] = fmin(share[stage], team_idle(t->team));
    }
    trainer_free(t);
    data_free(data);
    design_free(design);
}

/* How long a thread waits in the worst stage, the least of some tries while that is too much. */
static double worst_stage(int preset, int batch, double share[DESIGN_STAGES])
{
    double worst = 1;
    for (int i = 0; i < DESIGN_STAGES; i++)
        share[i] = 1;
    for (int try = 0; try < TRIES && worst > MOST_IDLE; try++) {
        idle_shares(preset, batch, share);
        worst = 0;
        for (int i = 0; i < DESIGN_STAGES && share[i] < 1; i++)
            worst = fmax(worst, share[i]);
    }
    return worst;
}

static void threads_share_evenly(void **unused)
{
    (void)unused;
    for (int i = 0; i < presets_count; i++) {
        double share[DESIGN_STAGES];
        int batch = moderate_batch(i);
        bool good = worst_stage(i, batch, share) <= MOST_IDLE;
        for (int stage = 0; stage < DESIGN_STAGES && share[stage] < 1; stage++)
            print_message("# %s, stage %d, batches of %d: a thread waits %.1f %% of its time\n", presets[i].name, stage + 1, batch,
                          100 * share[stage]);
        assert_true(good);
    }
}

/* One sample cannot be shared out between two: it shows. */
static void uneven_shows(void **unused)
{
    (void)unused;
    double share[DESIGN_STAGES];
    int conv = 0;
    while (strcmp(presets[conv].name, "conv") != 0)
        conv++;
    if (worst_stage(conv, 1, share) <= MOST_IDLE)
        fail_msg("one sample for two threads: each waits %.0f %% of its time", 100 * share[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_take_no_memory), cmocka_unit_test(threads_share_evenly), cmocka_unit_test(uneven_shows),
    };
    return cmocka_run_group_tests(tests, NULL, little_cleanup);
}
