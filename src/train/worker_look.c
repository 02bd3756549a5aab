/* What a worker shows of its training, and how often: looking must not be felt. */
#include "train/worker_own.h"

#include "base/clock.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Each of looking at pictures, at codes and at layers may cost one part in so many of the time: together less than 0.8 %, so that a
 * training that is watched keeps 98 % of its speed with what drawing takes. */
enum { PICTURE_SHARE = 200, CODE_SHARE = 700, LAYER_SHARE = 800 };

static const double USUAL_SECONDS = 0.05, UNWATCHED_SECONDS = 0.25, LAYER_SECONDS = 0.25, CODE_SECONDS = 0.2;

/* ---- history: it only grows, so that what older snapshots see of a block stays as it is while more is added behind */

static void show_history(Worker *w, Snapshot *s)
{
    const Metrics *all = trainer_history(w->trainer);
    if (all->count > w->history_room) {
        w->history_room = 2 * all->count + 256;
        shared_drop(w->history);
        w->history = shared_new((size_t)w->history_room, sizeof(Metric));
        w->history_count = 0;
    }
    Metric *metric = shared_data(w->history);
    if (all->count > w->history_count)
        memcpy(metric + w->history_count, all->item + w->history_count, (size_t)(all->count - w->history_count) * sizeof *metric);
    w->history_count = all->count;
    s->history = shared_keep(w->history);
    s->metric = metric;
    s->metrics = all->count;
}

/* ---- samples */

/* What a look costs, from what the last one took: the first finds nothing in cache and tells nothing (0), and one that was
 * held up by others does not keep the next away for long. */
static double look_cost(double before, double took, bool first)
{
    return first ? 0 : before > 0 ? fmin(took, 1.5 * before) : took;
}

static void make_pictures(Worker *w)
{
    Snapshot *s = &w->last;
    bool first = !s->pictures;
    float *made, *noisy = snapshot_take_pictures(s, w->probes, network_input(trainer_network(w->trainer)), trainer_output(w->trainer), &made);
    double start = clock_seconds();
    trainer_reconstruct(w->trainer, w->probes, w->probe_x, noisy, made, NULL);
    w->looked = clock_seconds();
    w->look_cost = look_cost(w->look_cost, w->looked - start, first);
}

static void make_codes(Worker *w)
{
    bool first = !w->last.scatter;
    float *code = snapshot_take_codes(&w->last, w->codes, trainer_code_size(w->trainer));
    double start = clock_seconds();
    trainer_reconstruct(w->trainer, w->codes, w->code_x, NULL, NULL, code);
    w->coded = clock_seconds();
    w->code_cost = look_cost(w->code_cost, w->coded - start, first);
}

static void renew_samples(Worker *w)
{
    const Snapshot *last = &w->last;
    double now = clock_seconds();
    bool rests = w->state != WORKER_RUNNING; /* nothing newer comes soon, and nothing is held up */
    bool fits = last->pictures && last->probes == w->probes && shape_equal(last->probe_shape, network_input(trainer_network(w->trainer))) &&
                shape_equal(last->output_shape, trainer_output(w->trainer));
    if (w->probes && (!fits || rests || (w->watch & WATCH_PROBES && now - w->looked >= PICTURE_SHARE * w->look_cost)))
        make_pictures(w);
    fits = last->scatter && last->codes == w->codes && last->code_size == trainer_code_size(w->trainer);
    double wait = fmax(CODE_SECONDS, CODE_SHARE * w->code_cost);
    bool begun = rests || trainer_progress(w->trainer).step > 0; /* so many samples would hold up the first batch */
    if (w->codes && begun && (!fits || rests || now - w->coded >= wait) && (w->watch & WATCH_CODES || rests))
        make_codes(w);
}

static void show_samples(Worker *w, Snapshot *s)
{
    const Snapshot *last = &w->last;
    renew_samples(w);
    s->probes = w->probes;
    s->probe_shape = network_input(trainer_network(w->trainer));
    s->output_shape = trainer_output(w->trainer);
    s->noisy = last->noisy;
    s->output = last->output;
    s->pictures = shared_keep(last->pictures);
    s->codes = last->codes;
    s->code_size = last->code_size;
    s->code_turn = last->code_turn;
    s->code = last->code;
    s->scatter = shared_keep(last->scatter);
}

/* ---- layers */

void worker_look_ahead(Worker *w)
{
    double now = clock_seconds(), wait = fmax(LAYER_SECONDS, LAYER_SHARE * w->layer_cost);
    bool soon = now + w->step_cost - w->published >= worker_look_wait(w) && now - w->examined >= wait;
    w->examining = w->watch & WATCH_HEALTH && soon;
    network_watch(trainer_network(w->trainer), w->examining);
}

/* An epoch's last step brings the validation with it: what a step costs rises slowly only, and looking costs no more than another. */
void worker_look_behind(Worker *w, double seconds)
{
    if (w->examining)
        w->layer_cost = fmin(fmax(0, seconds - w->step_cost), w->step_cost);
    else
        w->step_cost = w->step_cost > 0 ? fmin(seconds, 1.1 * w->step_cost) : seconds;
}

/* The last watched step's, also when another batch has brought another network of the same layers. */
static void show_health(Worker *w, Snapshot *s)
{
    Network *net = trainer_network(w->trainer);
    Snapshot *last = &w->last;
    int layers = network_layers(net) < SNAPSHOT_LAYERS ? network_layers(net) : SNAPSHOT_LAYERS;
    bool fresh = w->examining || layers != last->layers || s->progress.stage != last->progress.stage;
    for (int i = 0; i < layers && fresh; i++) {
        snprintf(last->layer_name[i], LAYER_NAME, "%s", network_layer_spec(net, i)->name);
        last->health[i] = w->examining ? network_health(net, i) : network_weights_health(net, i);
    }
    if (w->examining)
        w->examined = clock_seconds();
    last->layers = s->layers = layers;
    last->progress.stage = s->progress.stage;
    memcpy(s->layer_name, last->layer_name, sizeof s->layer_name);
    memcpy(s->health, last->health, sizeof s->health);
}

/* ---- the whole */

double worker_look_wait(const Worker *w)
{
    double wait = w->options.interval > 0 ? w->options.interval : USUAL_SECONDS;
    return !w->watch && wait < UNWATCHED_SECONDS ? UNWATCHED_SECONDS : wait;
}

Snapshot *worker_look(Worker *w)
{
    Snapshot *s = mem_new(1, sizeof *s);
    s->state = w->state;
    s->error = w->error;
    s->saves = w->saves;
    if (!w->trainer)
        return s;
    s->progress = trainer_progress(w->trainer);
    show_history(w, s);
    if (w->state != WORKER_FAILED) {
        show_samples(w, s);
        show_health(w, s);
    }
    return s;
}

void worker_look_clear(Worker *w)
{
    shared_drop(w->history);
    shared_drop(w->last.pictures);
    shared_drop(w->last.scatter);
}
