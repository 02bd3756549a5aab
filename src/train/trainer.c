/* Batches, epochs, stages: the order of things. */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/mem.h"
#include "nn/schedule.h"
#include "train/trainer_own.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double number_of(const Trainer *t, TrainSetting setting, const char *field)
{
    const ParamSet *set = &t->spec->set[setting];
    int index = param_find(set->kind, field);
    return index < 0 ? 0 : set->value[index].number;
}

/* ---- making and freeing */

static int first_stage(const Trainer *t, int from)
{
    while (from < t->design->stages && trainer_stage_skipped(t, from))
        from++;
    return from;
}

static void clear_stage_state(TrainState *state)
{
    state->epoch = state->batch = state->batch_size = 0;
    state->step = 0;
    state->epoch_loss = state->epoch_kl = 0;
    state->epoch_seen = state->epoch_correct = 0;
    state->best_loss = INFINITY;
    state->best_epoch = state->waited = 0;
    state->schedule = schedule_new();
    state->live_lr = state->live_beta = NAN;
    state->live_batch = 0;
    state->live_noise[0] = '\0';
}

static bool start(Trainer *t, Error *err)
{
    if (!design_check(t->design, err) || !(t->team = team_new(t->options.threads, err)))
        return false;
    if (!data_fits(t->data->train.shape, t->design->input, t->data, err))
        return false;
    clear_stage_state(&t->state);
    if (t->options.resume) {
        if (!trainer_resume(t, err))
            return false;
        if (t->net)
            return true; /* a checkpoint was there */
    }
    if (!trainer_load_blocks(t, err))
        return false;
    if (t->options.initial && !weights_copy(t->options.initial, &t->weights, err))
        return false;
    int stage = t->options.start_stage, epoch = t->options.start_epoch;
    if (epoch > 0 && stage < t->design->stages && epoch >= train_spec_epochs(&t->design->stage[stage].train)) {
        stage++;
        epoch = 0;
    }
    t->state.stage = first_stage(t, stage);
    if (t->state.stage >= t->design->stages)
        return error_set(err, ERROR_USAGE, "give it more epochs, or leave out the `from` of a block",
                         "there is nothing left to train");
    t->state.epoch = t->state.stage == stage ? epoch : 0;
    for (int s = t->state.stage; s < t->design->stages; s++) /* said before the first one has trained for hours */
        if (!trainer_stage_skipped(t, s) && !trainer_stage_labels(t, s, err))
            return false;
    return trainer_stage_begin(t, err)
        && trainer_event(t, "start", err, "stage %s: %d samples, %d batches an epoch", t->design->stage[t->state.stage].name,
                         t->split.train_count, t->batches);
}

Trainer *trainer_new(const Design *design, const Data *data, const TrainerOptions *options, Error *err)
{
    Trainer *t = mem_new(1, sizeof *t);
    t->design = design_copy(design);
    t->data = data;
    t->options = *options;
    if (!t->options.threads)
        t->options.threads = team_cores();
    for (int s = 0; options->epochs && s < t->design->stages; s++)
        t->design->stage[s].train.set[TRAIN_EPOCHS].value[0].number = options->epochs;
    if (start(t, err))
        return t;
    trainer_free(t);
    return NULL;
}

void trainer_free(Trainer *t)
{
    if (!t)
        return;
    trainer_stage_end(t);
    weights_clear(&t->weights);
    weights_clear(&t->best);
    metrics_clear(&t->history);
    team_free(t->team);
    design_free(t->design);
    free(t);
}

/* ---- one batch */

static StepSettings step_settings(const Trainer *t)
{
    double at = t->state.epoch + (double)t->state.batch / t->batches;
    double warmup = number_of(t, TRAIN_KL, "warmup");
    double base = isnan(t->state.live_lr) ? train_spec_lr(t->spec) : t->state.live_lr;
    double beta = isnan(t->state.live_beta) ? 1 : t->state.live_beta;
    return (StepSettings){
        .lr = schedule_lr(&t->spec->set[TRAIN_SCHEDULE], &t->state.schedule, base, at, t->epochs),
        .kl_weight = beta * (warmup > 0 && at < warmup ? at / warmup : 1),
        .clip_norm = number_of(t, TRAIN_CLIP, "norm"),
        .clip_value = number_of(t, TRAIN_CLIP, "value"),
        .l1 = number_of(t, TRAIN_DECAY, "l1"),
        .l2 = number_of(t, TRAIN_DECAY, "l2"),
        .random_step = t->state.total_steps,
    };
}

static Metric metric_of(const Trainer *t, MetricKind kind)
{
    Metric m = {.kind = kind, .stage = t->state.stage, .epoch = t->state.epoch + 1, .batch = t->state.batch,
                .step = t->state.step, .train_loss = NAN, .val_loss = NAN, .train_accuracy = NAN, .val_accuracy = NAN,
                .kl = NAN, .val_kl = NAN, .seconds = NAN, .samples_per_s = NAN, .lr = step_settings(t).lr};
    snprintf(m.stage_name, sizeof m.stage_name, "%s", t->design->stage[t->state.stage].name);
    clock_stamp(m.time, sizeof m.time);
    return m;
}

static bool has_kl(const Trainer *t)
{
    for (int i = 0; i < t->chain->layers; i++)
        if (param_find(t->chain->layer[i].set.kind, "beta") >= 0)
            return true;
    return false;
}

/* Some twenty lines an epoch, or as many as asked for. */
static bool log_batches(Trainer *t, Error *err)
{
    int every = t->options.batch_metric_every ? t->options.batch_metric_every : (t->batches + 19) / 20;
    if (t->state.batch % every && t->state.batch != t->batches)
        return true;
    Metric m = metric_of(t, METRIC_BATCH);
    m.train_loss = t->group_loss / t->group_samples;
    m.samples_per_s = t->speed;
    if (has_kl(t))
        m.kl = t->kl;
    t->group_loss = 0;
    t->group_samples = 0;
    return trainer_log(t, &m, err);
}

/* Returns false. */
static bool diverged(Trainer *t, double loss, int batch, const char *where, Error *err)
{
    Error ignored;
    t->lost = true;
    bool logged = trainer_event(t, "nan", &ignored, "loss not finite in batch %d, first seen %s", batch, where)
               && trainer_mark(t, "diverged", &ignored);
    (void)logged; /* the divergence is the news; that it could not be noted is not */
    return error_set(err, ERROR_DIVERGED, "the last good checkpoint is kept: go on from it with a smaller learning rate",
                     "training diverged: the loss became %s in stage %s, epoch %d, batch %d, first seen %s",
                     isinf(loss) ? "infinite" : "NaN", t->design->stage[t->state.stage].name, t->state.epoch + 1, batch, where);
}

/* ---- the end of an epoch */

/* L1 and L2 of the weights that are trained, which Keras counts into the validation loss too. */
static double decay_penalty(const Trainer *t)
{
    double l1 = number_of(t, TRAIN_DECAY, "l1"), l2 = number_of(t, TRAIN_DECAY, "l2"), sum = 0;
    for (int i = 0; (l1 > 0 || l2 > 0) && i < network_tensors(t->net); i++) {
        NetworkTensor tensor = network_tensor(t->net, i);
        for (size_t j = 0; tensor.plan->role == TENSOR_WEIGHT && !t->chain->frozen[tensor.layer] && j < tensor.size; j++)
            sum += l1 * fabs((double)tensor.data[j]) + l2 * (double)tensor.data[j] * (double)tensor.data[j];
    }
    return sum;
}

static bool validate(Trainer *t, Metric *m)
{
    if (!t->split.validation_count)
        return false;
    Feed feed;
    BatchSource source = trainer_validation_source(t, &feed);
    StepResult result = network_evaluate(t->net, t->split.validation_count, &source);
    m->val_loss = result.loss + decay_penalty(t);
    if (has_kl(t))
        m->val_kl = result.kl;
    if (t->labels)
        m->val_accuracy = (double)result.correct / t->split.validation_count;
    return true;
}

/* True when the stage is over. */
static bool end_epoch(Trainer *t, bool *over, Error *err)
{
    TrainState *s = &t->state;
    Metric m = metric_of(t, METRIC_EPOCH);
    m.train_loss = s->epoch_loss / (double)s->epoch_seen;
    m.samples_per_s = (double)s->epoch_seen / (clock_seconds() - t->epoch_started);
    if (t->labels)
        m.train_accuracy = (double)s->epoch_correct / (double)s->epoch_seen;
    if (has_kl(t))
        m.kl = s->epoch_kl / (double)s->epoch_seen;
    double watched = validate(t, &m) ? m.val_loss : m.train_loss;
    m.seconds = clock_seconds() - t->epoch_started;
    s->seconds += m.seconds;
    if (!isfinite(watched) || !trainer_is_finite(t)) /* the last update has spoilt it: nothing of that is kept */
        return diverged(t, watched, s->batch, "at the epoch's end", err);

    if (watched < s->best_loss - number_of(t, TRAIN_STOP, "min-delta")) {
        s->best_loss = watched;
        s->best_epoch = s->epoch + 1;
        s->waited = 0;
        m.best = true;
        if (!weights_from_network(&t->best, t->net, err))
            return false;
    } else {
        s->waited++;
    }
    double base = isnan(s->live_lr) ? train_spec_lr(t->spec) : s->live_lr;
    schedule_epoch_end(&t->spec->set[TRAIN_SCHEDULE], &s->schedule, base, watched);
    if (!trainer_log(t, &m, err))
        return false;

    s->epoch++;
    s->batch = 0;
    s->epoch_loss = s->epoch_kl = 0;
    s->epoch_seen = s->epoch_correct = 0;
    int patience = (int)number_of(t, TRAIN_STOP, "patience");
    bool early = patience && s->waited >= patience;
    *over = early || s->epoch >= t->epochs;
    if (!trainer_write_epoch(t, err))
        return false;
    if (early && !trainer_event(t, "early-stop", err, "no better for %d epochs: back to epoch %d", s->waited, s->best_epoch))
        return false;
    if (*over) /* with a patience the best epoch is what remains, however training ended */
        return !patience || s->best_epoch == s->epoch || weights_to_network(&t->best, t->net, NULL, err);
    if (s->live_batch && s->live_batch != t->batch && !trainer_rebuild(t, s->live_batch, err))
        return false;
    trainer_start_epoch(t);
    /* Short epochs do not each cost a synced file. */
    return clock_seconds() - t->last_saved < 1 || trainer_save(t, err);
}

static TrainerState end_stage(Trainer *t, Error *err)
{
    if (!weights_from_network(&t->weights, t->net, err))
        return TRAINER_FAILED;
    int next = first_stage(t, t->state.stage + 1);
    if (next >= t->design->stages) {
        t->state.finished = 1;
        bool good = trainer_save(t, err) && trainer_write_model(t, "model.safetensors", &t->weights, err)
                 && trainer_event(t, "done", err, "all epochs done") && trainer_mark(t, "done", err);
        return good ? TRAINER_DONE : TRAINER_FAILED;
    }
    trainer_stage_end(t);
    weights_clear(&t->best);
    clear_stage_state(&t->state);
    t->state.stage = next;
    bool good = trainer_stage_begin(t, err)
             && trainer_event(t, "stage", err, "stage %s: %d samples, %d batches an epoch", t->design->stage[next].name,
                              t->split.train_count, t->batches)
             && trainer_save(t, err);
    return good ? TRAINER_STAGE : TRAINER_FAILED;
}

TrainerState trainer_step(Trainer *t, Error *err)
{
    if (t->state.finished)
        return TRAINER_DONE;
    TrainState *s = &t->state;
    double began = clock_seconds();
    if (s->batch == 0)
        t->epoch_started = began;
    int left = t->split.train_count - s->batch * t->batch;
    int n = left < t->batch ? left : t->batch;
    Feed feed;
    BatchSource source = trainer_train_source(t, &feed);
    StepSettings settings = step_settings(t);
    StepResult result = network_train_step(t->net, n, &source, &settings);
    if (!isfinite(result.loss)) {
        char where[LAYER_NAME + 8];
        snprintf(where, sizeof where, "in %s",
                 result.bad_layer >= 0 ? network_layer_spec(t->net, result.bad_layer)->name : "the loss itself");
        diverged(t, result.loss, s->batch + 1, where, err);
        return TRAINER_FAILED;
    }

    t->batch_loss = result.loss + result.decay;
    t->kl = result.kl;
    t->group_loss += t->batch_loss * n;
    t->group_samples += n;
    s->epoch_loss += t->batch_loss * n;
    s->epoch_kl += result.kl * n;
    s->epoch_seen += n;
    s->epoch_correct += result.correct;
    s->step++;
    s->total_steps++;
    s->batch++;
    double rate = n / (clock_seconds() - began + 1e-9);
    t->speed = t->speed > 0 ? 0.95 * t->speed + 0.05 * rate : rate;
    if (!log_batches(t, err))
        return TRAINER_FAILED;
    if (s->batch < t->batches) {
        double pause = t->options.checkpoint_seconds > 0 ? t->options.checkpoint_seconds : 30;
        if (t->options.run && clock_seconds() - t->last_saved > pause && !trainer_save(t, err))
            return TRAINER_FAILED;
        return TRAINER_BATCH;
    }
    bool over = false;
    if (!end_epoch(t, &over, err))
        return TRAINER_FAILED;
    return over ? end_stage(t, err) : TRAINER_EPOCH;
}

/* ---- changes while it runs */

/* Saved at once: a run killed right after the change goes on with it. */
static bool note_change(Trainer *t, const char *what, double from, double to, Error *err)
{
    return trainer_event(t, what, err, "%s %g -> %g", what, from, to) && trainer_save(t, err);
}

bool trainer_set_lr(Trainer *t, double lr, Error *err)
{
    if (!(lr >= 0 && lr <= 1000))
        return error_set(err, ERROR_USAGE, "choose a number from 0 to 1000", "a learning rate of %g makes no sense", lr);
    double before = isnan(t->state.live_lr) ? train_spec_lr(t->spec) : t->state.live_lr;
    t->state.live_lr = lr;
    return note_change(t, "lr", before, lr, err);
}

bool trainer_set_beta(Trainer *t, double factor, Error *err)
{
    if (!(factor >= 0 && factor <= 1000))
        return error_set(err, ERROR_USAGE, "choose a number from 0 to 1000", "a beta of %g makes no sense", factor);
    double before = isnan(t->state.live_beta) ? 1 : t->state.live_beta;
    t->state.live_beta = factor;
    return note_change(t, "beta", before, factor, err);
}

bool trainer_set_batch(Trainer *t, int batch, Error *err)
{
    if (batch < 1 || batch > 65536)
        return error_set(err, ERROR_USAGE, "choose a number from 1 to 65536", "a batch of %d makes no sense", batch);
    t->state.live_batch = batch;
    return note_change(t, "batch", t->batch, batch, err);
}

bool trainer_set_noise(Trainer *t, const char *noise, Error *err)
{
    char assignment[160];
    if (strlen(noise) >= sizeof t->state.live_noise)
        return error_set(err, ERROR_USAGE, "write it shorter, such as gaussian sd=0.3", "the noise is described too lengthily");
    snprintf(assignment, sizeof assignment, "%s.noise=%s", t->design->stage[t->state.stage].name, noise);
    Design *changed = design_copy(t->design);
    bool good = design_set(changed, assignment, err);
    if (good) {
        t->noise = changed->stage[t->state.stage].train.set[TRAIN_NOISE];
        snprintf(t->state.live_noise, sizeof t->state.live_noise, "%s", noise);
        good = trainer_event(t, "noise", err, "noise %s", noise) && trainer_save(t, err);
    }
    design_free(changed);
    return good;
}

/* ---- looking */

Progress trainer_progress(const Trainer *t)
{
    const TrainState *s = &t->state;
    Progress p = {.stage = s->stage, .stages = t->design->stages, .epoch = s->epoch, .epochs = t->epochs, .batch = s->batch,
                  .batches = t->batches, .step = s->step, .batch_loss = t->batch_loss, .epoch_accuracy = NAN,
                  .epoch_loss = s->epoch_seen ? s->epoch_loss / (double)s->epoch_seen : NAN,
                  .samples_per_s = t->speed, .seconds = s->seconds, .threads = t->options.threads,
                  .best_epoch = s->best_epoch, .best_loss = s->best_loss, .labels = t->labels};
    snprintf(p.stage_name, sizeof p.stage_name, "%s", t->design->stage[s->stage].name);
    if (t->labels && s->epoch_seen)
        p.epoch_accuracy = (double)s->epoch_correct / (double)s->epoch_seen;
    if (t->net) {
        p.lr = step_settings(t).lr;
        p.base_lr = isnan(s->live_lr) ? train_spec_lr(t->spec) : s->live_lr;
        p.bytes = network_bytes(t->net);
    }
    if (s->batch)
        p.seconds += clock_seconds() - t->epoch_started;
    double samples = (double)(t->epochs - s->epoch) * t->split.train_count - (double)s->batch * t->batch;
    p.left = t->speed > 0 && !s->finished ? samples / t->speed : 0;
    for (int i = t->history.count - 1; i >= 0 && !p.last_epoch.epoch; i--)
        if (t->history.item[i].kind == METRIC_EPOCH)
            p.last_epoch = t->history.item[i];
    return p;
}

const Metrics *trainer_history(const Trainer *t)
{
    return &t->history;
}

Network *trainer_network(Trainer *t)
{
    return t->net;
}

const Weights *trainer_weights(Trainer *t, Error *err)
{
    if (t->net && !weights_from_network(&t->weights, t->net, err))
        return NULL;
    return &t->weights;
}

Shape trainer_output(const Trainer *t)
{
    return network_output(t->net);
}

int trainer_code_size(const Trainer *t)
{
    Shape code = t->chain->code ? network_layer_plan(t->net, t->chain->code - 1)->out : t->chain->input;
    return (int)shape_size(code);
}

void trainer_reconstruct(Trainer *t, int n, const float *x, float *noisy, float *out, float *code)
{
    size_t size = shape_size(t->chain->input);
    float *in = mem_new((size_t)n * size, sizeof *in);
    if (t->coder)
        network_forward(t->coder, 0, network_layers(t->coder), n, x, in);
    else
        memcpy(in, x, (size_t)n * size * sizeof *in);
    for (int i = 0; i < n; i++)
        noise_apply(&t->noise, t->options.seed, (uint32_t)NOISE_FIXED_EPOCH, (uint32_t)i, size, in + (size_t)i * size);
    if (noisy)
        memcpy(noisy, in, (size_t)n * size * sizeof *in);
    if (out)
        network_forward(t->net, 0, network_layers(t->net), n, in, out);
    if (code)
        network_forward(t->net, 0, t->chain->code, n, in, code);
    free(in);
}
