/* One epoch at a time, the newest wish last. */
#include "ui/epoch_look.h"

#include "base/mem.h"
#include "store/model.h"
#include "ui/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct LookJob {
    char run[RUN_NAME], runs_dir[RUN_PATH];
    int stage, epoch, count;
    float *x, *output;
    size_t in, out;
    Error error;
} LookJob;

/* Not every epoch is kept: the nearest earlier one, else the nearest later one. */
static bool open_near(LookJob *job, Model *model)
{
    enum { FAR = 64 };
    int asked = job->epoch;
    for (int far = 0; far < FAR; far++)
        for (int side = 0; side < (far ? 2 : 1); side++) {
            char epoch[RUN_EPOCH_NAME], name[RUN_NAME + RUN_EPOCH_NAME];
            job->epoch = side ? asked + far : asked - far;
            if (job->epoch < 1)
                continue;
            run_epoch_name(job->stage, job->epoch, epoch);
            snprintf(name, sizeof name, "%s@%s", job->run, epoch);
            if (model_open(name, job->runs_dir, model, &job->error))
                return true;
        }
    return false;
}

static void work(void *context)
{
    LookJob *job = context;
    Model model = {0};
    if (!open_near(job, &model))
        return;
    job->output = model_outputs(&model, job->count, job->x, job->in, job->out, &job->error);
    model_clear(&model);
}

void epoch_look_ask(EpochLook *look, App *app, int stage, int epoch)
{
    Bench *bench = app_bench(app);
    const Snapshot *s = bench_snapshot(bench);
    if (look->job) {
        look->wanted_stage = stage;
        look->wanted = epoch;
        return;
    }
    int count;
    Shape shape;
    const uint8_t *labels;
    const float *probes = bench_probes(bench, &count, &shape, &labels);
    if (!s || !probes || !s->output)
        return;
    LookJob *job = mem_new(1, sizeof *job);
    snprintf(job->run, sizeof job->run, "%s", bench_run_name(bench));
    snprintf(job->runs_dir, sizeof job->runs_dir, "%s", bench_runs_dir(bench));
    job->stage = stage;
    job->epoch = epoch;
    job->count = count;
    job->in = shape_size(shape);
    job->out = shape_size(s->output_shape);
    job->x = mem_new((size_t)count * job->in, sizeof *job->x);
    /* Fed with the same noise as the live ones. */
    memcpy(job->x, s->noisy && shape_size(s->probe_shape) == job->in ? s->noisy : probes, (size_t)count * job->in * sizeof *job->x);
    look->job = job_start(work, job, app_wake(app));
}

static void drop(LookJob *job)
{
    free(job->x);
    free(job->output);
    free(job);
}

bool epoch_look_tick(EpochLook *look, App *app)
{
    if (!look->job || !job_done(look->job))
        return false;
    LookJob *job = job_finish(look->job);
    look->job = NULL;
    free(look->output);
    look->output = job->output;
    look->stage = job->stage;
    look->epoch = job->epoch;
    job->output = NULL;
    drop(job);
    if (look->wanted) {
        int epoch = look->wanted;
        look->wanted = 0;
        epoch_look_ask(look, app, look->wanted_stage, epoch);
    }
    return true;
}

void epoch_look_clear(EpochLook *look)
{
    if (look->job)
        drop(job_finish(look->job));
    free(look->output);
    *look = (EpochLook){0};
}
