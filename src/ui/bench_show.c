/* A run from disk, as its last snapshot would have been: so the Train screen shows old runs and new ones alike. */
#include "ui/bench_own.h"

#include "base/mem.h"
#include "data/noise.h"
#include "store/metrics.h"
#include "store/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fill_progress(const ShowJob *job, Snapshot *s, int stage)
{
    Progress *p = &s->progress;
    const Stage *spec = &job->design->stage[stage];
    p->stage = stage;
    p->stages = job->design->stages;
    snprintf(p->stage_name, sizeof p->stage_name, "%s", spec->name);
    p->epochs = train_spec_epochs(&spec->train);
    p->lr = train_spec_lr(&spec->train);
    p->threads = job->meta.threads;
    p->labels = loss_spec_kind(&spec->train.set[TRAIN_LOSS])->labels;
    p->best_loss = NAN;
    p->epoch_loss = p->epoch_accuracy = NAN;
    for (int i = 0; i < s->metrics; i++) {
        const Metric *m = &s->metric[i];
        if (m->stage != stage)
            continue;
        p->batch = m->epoch > p->epoch && m->kind != METRIC_EPOCH ? m->batch : 0; /* of the epoch it stopped in */
        if (m->kind != METRIC_EPOCH)
            continue;
        p->epoch = m->epoch;
        p->epoch_loss = m->train_loss;
        p->last_epoch = *m;
        p->batches = m->epoch > 0 ? (int)(m->step / (uint32_t)m->epoch) : 0;
        p->samples_per_s = m->samples_per_s;
        p->lr = m->lr;
        if (m->best) {
            p->best_epoch = m->epoch;
            p->best_loss = isfinite(m->val_loss) ? m->val_loss : m->train_loss;
        }
    }
    if (!p->batches)
        p->batches = 1;
    p->batch = p->batch < p->batches ? p->batch : p->batches;
}

static bool look(ShowJob *job, Snapshot *s)
{
    Model model = {0};
    Team *team = NULL;
    Network *net = NULL;
    bool good = false;
    if (!model_open(job->run.folder, job->runs_dir, &model, &job->error))
        return false;
    fill_progress(job, s, model.stage);
    team = team_new(1, &job->error);
    net = team ? model_network(&model, SCATTER, team, &job->error) : NULL;
    if (!net)
        goto done;
    if (shape_size(network_input(net)) != job->size) {
        error_set(&job->error, ERROR_INPUT, "open the data it was trained on", "%s does not fit the data in use", job->run.name);
        goto done;
    }
    float *made, *noisy = snapshot_take_pictures(s, job->probes, network_input(net), network_output(net), &made);
    memcpy(noisy, job->probe_x, (size_t)job->probes * job->size * sizeof *noisy);
    const NoiseSpec *noise = &job->design->stage[model.stage].train.set[TRAIN_NOISE];
    for (int i = 0; i < job->probes; i++)
        noise_apply(noise, job->meta.seed, (uint32_t)NOISE_FIXED_EPOCH, (uint32_t)i, job->size, noisy + (size_t)i * job->size);
    network_forward(net, 0, network_layers(net), job->probes, noisy, made);
    int code = model_code_layer(&model);
    if (code > 0 && code <= network_layers(net)) {
        float *codes = snapshot_take_codes(s, job->codes, (int)shape_size(network_layer_plan(net, code - 1)->out));
        network_forward(net, 0, code, job->codes, job->code_x, codes);
    }
    for (int i = 0; i < network_layers(net) && i < SNAPSHOT_LAYERS; i++) {
        snprintf(s->layer_name[i], LAYER_NAME, "%s", network_layer_spec(net, i)->name);
        s->health[i] = network_weights_health(net, i);
        s->layers = i + 1;
    }
    good = true;
done:
    network_free(net);
    team_free(team);
    model_clear(&model);
    return good;
}

static void show(void *context)
{
    ShowJob *job = context;
    Metrics metrics = {0};
    job->design = run_design(&job->run, &job->error);
    if (!job->design || !metrics_read(&job->run, &metrics, &job->error))
        return;
    Snapshot *s = mem_new(1, sizeof *s);
    snapshot_set_metrics(s, metrics.item, metrics.count);
    metrics_clear(&metrics);
    s->state = strcmp(job->meta.state, "done") == 0 ? WORKER_DONE : WORKER_STOPPED;
    if (look(job, s))
        job->snapshot = s;
    else
        snapshot_free(s);
}

bool bench_show_run(Bench *bench, const char *name, Error *err)
{
    Run run = {.lock = -1};
    RunMeta meta;
    if (bench_training(bench) || bench->show_job)
        return error_set(err, ERROR_USAGE, "stop it first: x on the Train screen", "a training is running");
    if (!run_open(&run, bench->runs_dir, name, false, err))
        return false;
    bool good = run_read_meta(&run, &meta, err);
    run_close(&run);
    if (!good)
        return false;
    snprintf(bench->show_name, sizeof bench->show_name, "%s", name);
    if (!bench->data || strcmp(bench->data->checksum, meta.data_checksum) != 0)
        bench_open_data(bench, meta.data_path);
    bench_tick_show(bench);
    return true;
}

bool bench_opening(const Bench *bench) { return bench->show_name[0] || bench->show_job; }

static void start(Bench *bench)
{
    ShowJob *job = mem_new(1, sizeof *job);
    job->run.lock = -1;
    bool good = run_open(&job->run, bench->runs_dir, bench->show_name, false, &job->error) && run_read_meta(&job->run, &job->meta, &job->error);
    bench->show_name[0] = '\0';
    if (!good) {
        bench_say_error(bench, &job->error);
        run_close(&job->run);
        free(job);
        return;
    }
    bench_forget_training(bench);
    snprintf(job->runs_dir, sizeof job->runs_dir, "%s", bench->runs_dir);
    bench_gather_probes(bench, &bench->show_codes, &job->codes);
    job->probe_x = bench->probe_x;
    job->code_x = bench->show_codes;
    job->probes = bench->probes;
    job->size = shape_size(bench->data->train.shape);
    bench->show_job = job_start(show, job, bench->options.wake);
}

static void finish(Bench *bench)
{
    ShowJob *job = job_finish(bench->show_job);
    bench->show_job = NULL;
    free(bench->show_codes);
    bench->show_codes = NULL;
    if (job->snapshot) {
        bench->snapshot = job->snapshot;
        bench->trained = job->design;
        bench->trained_seed = job->meta.seed;
        snprintf(bench->run_name, sizeof bench->run_name, "%s", job->run.name);
    } else {
        bench_say_error(bench, &job->error);
        design_free(job->design);
    }
    run_close(&job->run);
    free(job);
}

bool bench_tick_show(Bench *bench)
{
    if (bench->show_job && job_done(bench->show_job)) {
        finish(bench);
        return true;
    }
    if (bench->show_name[0] && bench_data(bench) && !bench->show_job) {
        start(bench);
        return true;
    }
    return false;
}

void bench_show_free(Bench *bench)
{
    if (bench->show_job)
        finish(bench);
}
