/* One training step, and losses on held-out data.  Everything here runs on all threads of the team at once. */
#include "nn/network_own.h"
#include "tensor/dense.h"
#include "tensor/update.h"

#include <math.h>
#include <string.h>

typedef struct Step {
    Network *net;
    const BatchSource *source;
    const StepSettings *settings;
    int n;
    bool defer;
} Step;

/* What turns a sum over numbers into the batch's reported loss. */
static double loss_scale(const Network *net, int n)
{
    bool mean = !loss_spec_kind(&net->loss)->labels && !loss_sums(&net->loss);
    return 1.0 / ((double)n * (mean ? (double)shape_size(network_output(net)) : 1));
}

static void fill_chunk(const Network *net, const BatchSource *source, Seat *seat, int first, int n)
{
    bool labels = loss_spec_kind(&net->loss)->labels;
    source->fill(source->context, first, n, seat->act[0], labels || source->target_is_input ? NULL : seat->target,
                 labels ? seat->labels : NULL);
}

/* Of n samples from place `at` of those held. */
static double chunk_loss(const Network *net, const BatchSource *source, Seat *seat, int at, int n, const float *y, float scale,
                         float *gradient)
{
    size_t width = shape_size(network_output(net));
    const float *target = (source->target_is_input ? seat->act[0] : seat->target) + (size_t)at * width;
    return loss_spec_kind(&net->loss)->eval(net->logits, n, width, y, target, seat->labels + at, scale, gradient, &seat->correct);
}

static void clear_results(Network *net, Seat *seat)
{
    seat->loss = seat->kl[0] = seat->kl[1] = seat->square = seat->decay = 0;
    seat->correct = 0;
    seat->bad_layer = -1;
    memset(seat->health, 0, (size_t)net->layers * 3 * sizeof *seat->health);
    if (net->watch)
        network_look_begin(net, seat);
}

/* ---- the three phases of a step */

/* Also without samples: the others wait at the barriers. */
static void begin_slice(const Step *step, int rank, const Pass *pass, int first, int count)
{
    Network *net = step->net;
    if (!net->gathers)
        return;
    fill_chunk(net, step->source, &net->seat[rank], first, count);
    network_slice_forward(net, rank, pass, first, count);
}

static const float *forward_chunk(const Step *step, int rank, const Pass *pass, int first, int place, int n)
{
    Network *net = step->net;
    if (!net->gathers)
        fill_chunk(net, step->source, &net->seat[rank], first, n);
    return network_turn_forward(net, rank, pass, first, place, n);
}

static void learn_slice(const Step *step, int rank)
{
    Network *net = step->net;
    Seat *seat = &net->seat[rank];
    int first, count;
    team_slice(step->n, 1, rank, net->ranks, &first, &count);
    double scale = loss_scale(net, step->n);
    Pass pass = {.to = net->layers, .training = true, .sampling = true, .random_step = step->settings->random_step,
                 .batch = step->n, .kl_weight = (float)(step->settings->kl_weight / step->n), .kl = seat->kl, .defer = step->defer};
    pass.look = net->watch;
    begin_slice(step, rank, &pass, first, count);
    for (int at = 0, n; at < count; at += n) {
        n = network_turn_chunk(net, count, at);
        int place = net->gathers ? at : 0;
        const float *y = forward_chunk(step, rank, &pass, first + at, place, n);
        float *slope = network_slope(net, rank, &pass, place);
        seat->loss += chunk_loss(net, step->source, seat, place, n, y, (float)scale, slope);
        network_turn_backward(net, rank, &pass, first + at, place, n, slope);
    }
    if (net->gathers)
        network_slice_backward(net, rank, &pass, first, count);
}

/* All threads compute the same totals in the same order. */
static StepResult totals(const Network *net, int n, double kl_weight)
{
    StepResult result = {.bad_layer = -1};
    double loss = 0, kl = 0;
    for (int r = 0; r < net->ranks; r++) {
        const Seat *seat = &net->seat[r];
        loss += seat->loss;
        result.kl += seat->kl[0] / n;
        kl += seat->kl[1];
        result.correct += seat->correct;
    }
    result.loss = loss * loss_scale(net, n) + kl_weight * kl / n;
    return result;
}

static void collect_gradients(const Network *net, float *grads[])
{
    for (int r = 0; r < net->ranks; r++)
        grads[r] = net->seat[r].grad;
}

/* A tensor's part within a rank's share of the parameters. */
typedef struct Part {
    int layer;
    const TensorPlan *plan;
    size_t at, count;
} Part;

/* The next part of [begin, end); deferred tensors are left out. */
static bool next_part(const Step *step, size_t begin, size_t end, int *layer, int *tensor, Part *part)
{
    const Network *net = step->net;
    for (; *layer < net->layers; ++*layer, *tensor = 0) {
        const Layer *l = &net->layer[*layer];
        for (; l->trained && *tensor < l->plan.tensors; ++*tensor) {
            const TensorPlan *plan = &l->plan.tensor[*tensor];
            if (plan->role == TENSOR_STATE || (step->defer && l->deferred && *tensor == 0))
                continue;
            size_t size = 1, from = l->tensor_at[*tensor];
            for (int d = 0; d < plan->rank; d++)
                size *= (size_t)plan->dim[d];
            size_t low = from > begin ? from : begin, high = from + size < end ? from + size : end;
            if (low >= high)
                continue;
            *part = (Part){*layer, plan, low, high - low};
            ++*tensor;
            return true;
        }
    }
    return false;
}

static void share_of(const Network *net, int rank, size_t *begin, size_t *end)
{
    enum { LINE = 16 };
    size_t lines = net->params / LINE, ranks = (size_t)net->ranks, r = (size_t)rank;
    *begin = lines * r / ranks * LINE;
    *end = lines * (r + 1) / ranks * LINE;
}

static UpdateRange range_of(const Step *step, const Part *part, float *const *grads, int gradients, size_t offset)
{
    Network *net = step->net;
    const StepSettings *s = step->settings;
    bool weight = part->plan->role == TENSOR_WEIGHT;
    UpdateRange range = {.count = part->count, .parameter = net->param + part->at, .gradient = grads,
                         .gradient_offset = offset, .gradients = gradients, .l1 = weight ? (float)s->l1 : 0,
                         .l2 = weight ? (float)s->l2 : 0, .scale = 1, .clip = (float)s->clip_value};
    for (int i = 0; i < network_slots(net); i++)
        range.slot[i] = net->slots[i] + part->at;
    return range;
}

/* For clipping by the global norm, which must be known before anything is updated. */
static void square_share(const Step *step, int rank, float *const *grads)
{
    Network *net = step->net;
    size_t begin, end;
    share_of(net, rank, &begin, &end);
    Part part;
    for (int layer = 0, tensor = 0; next_part(step, begin, end, &layer, &tensor, &part);) {
        UpdateRange range = range_of(step, &part, grads, net->ranks, part.at);
        net->seat[rank].square += update_square_norm(&range);
    }
}

static void measure(const Step *step, Seat *seat, const Part *part, const UpdateRange *range)
{
    double squares, magnitudes;
    update_weight_norms(range, &squares, &magnitudes);
    if (part->plan->role == TENSOR_WEIGHT)
        seat->decay += step->settings->l1 * magnitudes + step->settings->l2 * squares;
    if (!step->net->watch)
        return;
    seat->health[3 * part->layer] += update_square_norm(range);
    seat->health[3 * part->layer + 1] += squares;
}

static void update_part(const Step *step, int rank, const Part *part, const UpdateRange *range)
{
    Network *net = step->net;
    const StepSettings *s = step->settings;
    if (s->l1 > 0 || s->l2 > 0 || net->watch)
        measure(step, &net->seat[rank], part, range);
    if (net->watch)
        network_look_before(net, part->layer, part->at, range);
    optimizer_spec_kind(&net->optimizer)->update(&net->optimizer, s->lr, net->step + 1, range);
    if (net->watch)
        network_look_after(net, part->layer, part->at, range);
}

static void update_share(const Step *step, int rank, float *const *grads)
{
    Network *net = step->net;
    const StepSettings *s = step->settings;
    double square = 0;
    for (int r = 0; r < net->ranks; r++)
        square += net->seat[r].square;
    float scale = s->clip_norm > 0 && square > s->clip_norm * s->clip_norm ? (float)(s->clip_norm / sqrt(square)) : 1;
    size_t begin, end;
    share_of(net, rank, &begin, &end);
    Part part;
    for (int layer = 0, tensor = 0; next_part(step, begin, end, &layer, &tensor, &part);) {
        UpdateRange range = range_of(step, &part, grads, net->ranks, part.at);
        range.scale = scale;
        update_part(step, rank, &part, &range);
    }
}

/* Deferred weight gradients: this rank's rows of each, some at a time, summed over all threads' samples straight from the
 * layer's inputs and output gradients, and used while they are in cache. */
static void update_deferred(const Step *step, int rank)
{
    Network *net = step->net;
    float *tile = net->seat[rank].tile;
    for (int i = 0; i < net->layers; i++) {
        const Layer *layer = &net->layer[i];
        if (!layer->deferred)
            continue;
        int in = layer->plan.in.c, out = layer->plan.out.c, first, rows;
        team_slice(in, 1, rank, net->ranks, &first, &rows);
        DensePart parts[256];
        for (int r = 0; r < net->ranks; r++) {
            int begin, samples;
            team_slice(step->n, 1, r, net->ranks, &begin, &samples);
            parts[r] = (DensePart){samples, net->seat[r].act[i], net->seat[r].kept[i]};
        }
        DenseSize size = *(const DenseSize *)layer->plan.own;
        dense_pack_parts(size, net->ranks, parts, net->seat[rank].panels);
        int most = TILE_FLOATS / out;
        for (int at = first; at < first + rows; at += most) {
            int count = first + rows - at < most ? first + rows - at : most;
            Part part = {i, &layer->plan.tensor[0], layer->tensor_at[0] + (size_t)at * (size_t)out, (size_t)count * (size_t)out};
            UpdateRange range = range_of(step, &part, &tile, 1, 0);
            float *const wanted[] = {range.parameter, range.slot[0], range.slot[1], NULL};
            dense_weight_gradient_rows(size, net->ranks, parts, net->seat[rank].panels, at, count, tile, wanted);
            update_part(step, rank, &part, &range);
        }
    }
}

/* The loss is not finite: runs the slice again to name the first layer where that shows. */
static void find_bad_layer(const Step *step, int rank)
{
    Network *net = step->net;
    Seat *seat = &net->seat[rank];
    int first, count;
    team_slice(step->n, 1, rank, net->ranks, &first, &count);
    memset(seat->grad, 0, net->params * sizeof(float));
    double kl[2] = {0};
    Pass pass = {.to = net->layers, .training = true, .sampling = true, .random_step = step->settings->random_step,
                 .batch = step->n, .kl = kl, .find_bad = true};
    begin_slice(step, rank, &pass, first, count);
    for (int at = 0, n; at < count; at += n) {
        n = network_turn_chunk(net, count, at);
        forward_chunk(step, rank, &pass, first + at, net->gathers ? at : 0, n);
    }
}

static void step_work(void *arg, int rank)
{
    Step *step = arg;
    Network *net = step->net;
    const StepSettings *s = step->settings;
    clear_results(net, &net->seat[rank]);
    network_pack(net, rank);
    learn_slice(step, rank);
    team_barrier(net->options.team, rank);
    if (!isfinite(totals(net, step->n, s->kl_weight).loss)) {
        find_bad_layer(step, rank);
        return;
    }
    float *grads[256];
    collect_gradients(net, grads);
    if (s->clip_norm > 0) {
        square_share(step, rank, grads);
        team_barrier(net->options.team, rank);
    }
    update_share(step, rank, grads);
    if (step->defer)
        update_deferred(step, rank);
    if (rank == 0)
        network_settle(net);
}

StepResult network_train_step(Network *net, int n, const BatchSource *source, const StepSettings *settings)
{
    Step step = {net, source, settings, n, settings->clip_norm <= 0}; /* the norm needs all gradients first */
    team_run(net->options.team, step_work, &step);
    StepResult result = totals(net, n, settings->kl_weight);
    for (int r = 0; r < net->ranks; r++) {
        const Seat *seat = &net->seat[r];
        result.decay += seat->decay;
        if (seat->bad_layer >= 0 && (result.bad_layer < 0 || seat->bad_layer < result.bad_layer))
            result.bad_layer = seat->bad_layer;
    }
    if (net->watch)
        network_gather_health(net, n);
    if (isfinite(result.loss))
        net->step++;
    net->stale = true;
    return result;
}

/* ---- losses without learning */

typedef struct Evaluation {
    Network *net;
    int count;
    const BatchSource *source;
    const BatchView *view; /* NULL: nobody looks */
} Evaluation;

/* The outputs as network_forward gives them: with the activation that the loss has taken over. */
static void show_chunk(const Evaluation *e, Seat *seat, int first, int n)
{
    const Network *net = e->net;
    const float *target = e->source->target_is_input ? seat->act[0] : loss_spec_kind(&net->loss)->labels ? NULL : seat->target;
    Shape out = network_output(net);
    float *y = seat->act[net->layers];
    if (net->logits)
        activation_forward(net->layer[net->final].plan.activation, (size_t)n * shape_size(out), out.c, y, y);
    e->view->show(e->view->context, first, n, seat->act[0], target, y);
}

static void evaluate_work(void *arg, int rank)
{
    const Evaluation *e = arg;
    Network *net = e->net;
    Seat *seat = &net->seat[rank];
    clear_results(net, seat);
    network_pack(net, rank);
    int first, count;
    team_slice(e->count, 1, rank, net->ranks, &first, &count);
    /* Codes are drawn as in training (Keras does the same), from numbers of their own. */
    Pass pass = {.to = net->layers, .sampling = !e->view || !e->view->mean_codes, .random_step = UINT32_MAX, .batch = e->count,
                 .kl = seat->kl};
    for (int at = 0; at < count; at += net->chunk) {
        int n = count - at < net->chunk ? count - at : net->chunk;
        fill_chunk(net, e->source, seat, first + at, n);
        network_chunk_forward(net, rank, &pass, first + at, n);
        seat->loss += chunk_loss(net, e->source, seat, 0, n, seat->act[net->layers], 0, NULL);
        if (e->view)
            show_chunk(e, seat, first + at, n);
    }
}

StepResult network_evaluate_shown(Network *net, int count, const BatchSource *source, const BatchView *view)
{
    Evaluation evaluation = {net, count, source, view};
    team_run(net->options.team, evaluate_work, &evaluation);
    net->stale = false;
    return totals(net, count, 1);
}

StepResult network_evaluate(Network *net, int count, const BatchSource *source)
{
    return network_evaluate_shown(net, count, source, NULL);
}
