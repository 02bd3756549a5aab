/* Running samples through the layers, forwards and backwards, on one thread: a chunk, and a slice in spans of layers. */
#include "nn/network_own.h"

#include <math.h>
#include <string.h>

/* act[index] from sample `at` of those held on. */
static float *act_at(const Network *net, const Seat *seat, int index, int at)
{
    if (!index)
        return seat->act[0] + (size_t)at * shape_size(net->options.input);
    int maker = index - 1;
    while (maker > 0 && net->layer[maker].alias)
        maker--;
    return seat->act[index] + (net->layer[maker].brief ? 0 : (size_t)at * network_act_size(net, index - 1));
}

static LayerRun run_of(Network *net, int rank, int index, const Pass *pass, int first, int at, int n)
{
    Layer *layer = &net->layer[index];
    Seat *seat = &net->seat[rank];
    LayerRun run = {
        .spec = &layer->spec, .plan = &layer->plan, .activation = layer->activation, .n = n,
        .most = layer->wide ? net->held : net->chunk,
        .x = act_at(net, seat, index, at), .y = act_at(net, seat, index + 1, at),
        .keep = seat->keep[index] + (layer->brief_keep ? 0 : (size_t)at * layer->plan.keep), .memo = seat->memo[index], .scratch = seat->scratch,
        .packed = net->packed + layer->packed_at, .shared = net->shared + layer->shared_at * (size_t)net->ranks,
        .training = pass->training && !layer->frozen, .sampling = pass->sampling,
        .seed = net->options.seed, .step = pass->random_step, .layer = (uint32_t)index, .first = (uint32_t)first,
        .batch = pass->batch, .team = net->options.team, .rank = rank, .ranks = net->ranks,
        .kl_weight = pass->kl_weight, .kl = pass->kl,
    };
    if (pass->finish && index == net->final)
        run.activation = layer->plan.activation;
    for (int t = 0; t < layer->plan.tensors; t++) {
        bool state = layer->plan.tensor[t].role == TENSOR_STATE;
        run.param[t] = (state ? net->state : net->param) + layer->tensor_at[t];
        if (layer->trained && !state && !pass->no_grad)
            run.grad[t] = seat->grad + layer->tensor_at[t];
    }
    if (pass->defer && layer->deferred)
        run.grad[0] = NULL;
    return run;
}

void network_pack(Network *net, int rank)
{
    if (!net->stale || !net->packed_size)
        return;
    Pass none = {0};
    for (int i = 0; i < net->layers; i++)
        if (net->layer[i].plan.kind->pack) {
            LayerRun run = run_of(net, rank, i, &none, 0, 0, 0);
            net->layer[i].plan.kind->pack(&run, rank, net->ranks);
        }
    team_barrier(net->options.team, rank);
}

void network_settle(Network *net)
{
    Pass none = {0};
    for (int i = 0; i < net->layers; i++)
        if (net->layer[i].plan.kind->settle && !net->layer[i].frozen) {
            LayerRun run = run_of(net, 0, i, &none, 0, 0, 0);
            net->layer[i].plan.kind->settle(&run);
        }
}

static void note_bad(Seat *seat, int layer, const float *y, size_t count)
{
    size_t j = 0;
    while (j < count && isfinite(y[j]))
        j++;
    if (j < count && (seat->bad_layer < 0 || layer < seat->bad_layer))
        seat->bad_layer = layer;
}

/* Layers [from, to) on n samples, the `first` of the batch, which stand at place `at` of those held. */
static void layers_forward(Network *net, int rank, const Pass *pass, int from, int to, int first, int at, int n)
{
    Seat *seat = &net->seat[rank];
    for (int i = from; i < to; i++) {
        LayerRun run = run_of(net, rank, i, pass, first, at, n);
        /* An alias has nothing to do, unless it is an Activation that the loss took over and somebody wants the result. */
        if (!net->layer[i].alias || run.activation.kind != ACT_LINEAR)
            run.plan->kind->forward(&run);
        if (pass->look)
            network_look_output(net, seat, i, run.y, n);
        if (pass->find_bad)
            note_bad(seat, i, run.y, (size_t)n * network_act_size(net, i));
    }
}

void network_chunk_forward(Network *net, int rank, const Pass *pass, int first, int n)
{
    layers_forward(net, rank, pass, pass->from, pass->to, first, 0, n);
}

/* The buffer of layer `index` for the gradient of its output, if it keeps that until the update. */
static float *kept_slope(const Network *net, int rank, const Pass *pass, int index, int at)
{
    while (index > 0 && net->layer[index].alias)
        index--;
    if (!pass->defer || !net->layer[index].deferred)
        return NULL;
    return net->seat[rank].kept[index] + (size_t)at * shape_size(net->layer[index].plan.out);
}

static bool is_idle(const Layer *layer)
{
    return layer->alias && layer->activation.kind == ACT_LINEAR;
}

/* Layers top, ..., bottom; the gradient of bottom's input goes to `end` (or, without one, to where it suits), if `wanted`. */
static float *layers_backward(Network *net, int rank, const Pass *pass, int top, int bottom, int first, int at, int n,
                              float *dy, float *end, bool wanted)
{
    Seat *seat = &net->seat[rank];
    int lowest = bottom; /* with anything to do */
    while (lowest < top && is_idle(&net->layer[lowest]))
        lowest++;
    for (int i = top; i >= bottom; i--) {
        Layer *layer = &net->layer[i];
        LayerRun run = run_of(net, rank, i, pass, first, at, n);
        if (layer->alias && run.activation.kind == ACT_LINEAR)
            continue;
        run.dy = dy;
        if ((i > bottom || wanted) && layer->wants_dx) {
            float *kept = i > 0 ? kept_slope(net, rank, pass, i - 1, at) : NULL;
            run.dx = end && i == lowest ? end : kept ? kept : seat->slope[dy == seat->slope[0]];
        }
        layer->plan.kind->backward(&run);
        dy = run.dx;
    }
    return dy;
}

void network_chunk_backward(Network *net, int rank, const Pass *pass, int first, int n, float *dy, float **dx)
{
    int stop = dx ? pass->from : net->first_trained > pass->from ? net->first_trained : pass->from;
    dy = layers_backward(net, rank, pass, pass->to - 1, stop, first, 0, n, dy, NULL, dx != NULL);
    if (dx)
        *dx = dy;
}

/* ---- slices: a layer that sees all of its slice begins a span of layers, through which the slice goes in chunks; a wide one
 * is a span by itself.  In the last span each chunk turns round: forwards, loss, backwards, while all of it is in cache. */

static bool span_begins(const Network *net, int layer)
{
    const Layer *at = &net->layer[layer];
    return layer == 0 || at->plan.whole_batch || at->wide || at[-1].wide;
}

bool network_span_ends(const Network *net, int layer)
{
    const Layer *at = &net->layer[layer];
    return at->plan.whole_batch || at->wide || (layer + 1 < net->layers && at[1].wide);
}

static int span_end(const Network *net, int from)
{
    int to = from + 1;
    while (to < net->layers && !span_begins(net, to))
        to++;
    return to;
}

static int last_span(const Network *net)
{
    int layer = net->layers - 1;
    while (!span_begins(net, layer))
        layer--;
    return layer;
}

/* The lowest layer of the span whose backward pass ends with this one. */
static int span_bottom(const Network *net, int top)
{
    int bottom = top;
    while (bottom > net->first_trained && !network_span_ends(net, bottom - 1))
        bottom--;
    return bottom;
}

static bool has_work(const Network *net, int bottom, int top)
{
    while (top >= bottom && is_idle(&net->layer[top]))
        top--;
    return top >= bottom;
}

int network_turn(const Network *net)
{
    int top = net->layers - 1;
    if (net->layer[top].plan.whole_batch || net->layer[top].wide || net->first_trained > top)
        return net->layers;
    int bottom = span_bottom(net, top);
    return has_work(net, bottom, top) ? bottom : net->layers;
}

static int span_chunk(const Network *net, int layer, int count, int at)
{
    int chunk = net->layer[layer].wide ? count : net->chunk;
    return count - at < chunk ? count - at : chunk;
}

int network_turn_chunk(const Network *net, int count, int at)
{
    return span_chunk(net, last_span(net), count, at);
}

/* For a layer that wants it: n samples' x from place `at` on, or with dy their gradient. */
static void gather(Network *net, int rank, const Pass *pass, int layer, int first, int at, int n, float *dy)
{
    if (!net->layer[layer].plan.whole_batch)
        return;
    LayerRun run = run_of(net, rank, layer, pass, first, at, n);
    run.dy = dy;
    (dy ? run.plan->kind->gather_back : run.plan->kind->gather)(&run);
}

static void gathered(Network *net, int rank, const Pass *pass, int layer, bool back)
{
    if (!net->layer[layer].plan.whole_batch)
        return;
    LayerRun run = run_of(net, rank, layer, pass, 0, 0, 0);
    (back ? run.plan->kind->gathered_back : run.plan->kind->gathered)(&run);
}

static void clear_shared(const Network *net, int rank)
{
    for (int i = 0; i < net->layers; i++) {
        const Layer *layer = &net->layer[i];
        memset(net->shared + layer->shared_at * (size_t)net->ranks + (size_t)rank * layer->plan.shared, 0,
               layer->plan.shared * sizeof *net->shared);
    }
}

void network_slice_forward(Network *net, int rank, const Pass *pass, int first, int count)
{
    int last = last_span(net);
    clear_shared(net, rank);
    gather(net, rank, pass, 0, first, 0, count, NULL);
    gathered(net, rank, pass, 0, false);
    for (int from = 0, to; from < last; from = to) {
        to = span_end(net, from);
        for (int at = 0, n; at < count; at += n) {
            n = span_chunk(net, from, count, at);
            layers_forward(net, rank, pass, from, to, first + at, at, n);
            gather(net, rank, pass, to, first + at, at, n, NULL);
        }
        gathered(net, rank, pass, to, false);
    }
}

const float *network_turn_forward(Network *net, int rank, const Pass *pass, int first, int at, int n)
{
    layers_forward(net, rank, pass, last_span(net), net->layers, first, at, n);
    return act_at(net, &net->seat[rank], net->layers, at);
}

float *network_slope(const Network *net, int rank, const Pass *pass, int at)
{
    const Seat *seat = &net->seat[rank];
    float *kept = kept_slope(net, rank, pass, net->layers - 1, at);
    if (kept)
        return kept;
    bool turns = !net->gathers || net->turn < net->layers;
    return turns ? seat->slope[0] : seat->span[0] + (size_t)at * shape_size(network_output(net));
}

void network_turn_backward(Network *net, int rank, const Pass *pass, int first, int at, int n, float *dy)
{
    if (net->turn == net->layers)
        return;
    int below = net->turn - 1;
    bool goes_on = net->turn > net->first_trained;
    float *to = goes_on ? kept_slope(net, rank, pass, below, at) : NULL;
    if (goes_on && !to)
        to = net->seat[rank].span[0] + (size_t)at * network_act_size(net, below);
    layers_backward(net, rank, pass, net->layers - 1, net->turn, first, at, n, dy, to, goes_on);
    if (goes_on)
        gather(net, rank, pass, below, first, at, n, to);
}

/* A layer that gathers is the top of its span here: what it does with its gradient goes chunk by chunk, too, once its sums are
 * known.  Those are taken while the span above leaves the gradient in cache. */
void network_slice_backward(Network *net, int rank, const Pass *pass, int first, int count)
{
    Seat *seat = &net->seat[rank];
    Pass again = *pass; /* a brief layer's output once more */
    again.look = again.find_bad = false;
    float *kept = kept_slope(net, rank, pass, net->turn - 1, 0), *dy = kept ? kept : seat->span[0];
    bool summed = net->turn < net->layers; /* dy came from chunks that were added up */
    for (int top = net->turn - 1, bottom; top >= net->first_trained; top = bottom - 1) {
        if (!summed)
            gather(net, rank, pass, top, first, 0, count, dy);
        gathered(net, rank, pass, top, true);
        bottom = span_bottom(net, top);
        summed = has_work(net, bottom, top);
        if (!summed)
            continue;
        int below = bottom - 1;
        bool goes_on = bottom > net->first_trained;
        kept = goes_on ? kept_slope(net, rank, pass, below, 0) : NULL;
        float *to = !goes_on ? NULL : kept ? kept : seat->span[dy == seat->span[0]];
        size_t width = network_act_size(net, top), next = goes_on ? network_act_size(net, below) : 0;
        for (int at = 0, n; at < count; at += n) {
            n = span_chunk(net, top, count, at);
            if (goes_on && net->layer[below].brief)
                layers_forward(net, rank, &again, below, below + 1, first + at, at, n);
            layers_backward(net, rank, pass, top, bottom, first + at, at, n, dy + (size_t)at * width,
                            goes_on ? to + (size_t)at * next : NULL, goes_on);
            if (goes_on)
                gather(net, rank, pass, below, first + at, at, n, to + (size_t)at * next);
        }
        dy = to;
    }
}
