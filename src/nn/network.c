/* Building a network: every shape and size is fixed here, and all memory is taken here. */
#include "nn/network.h"

#include "base/mem.h"
#include "nn/network_own.h"
#include "tensor/dense.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE = 16 }; /* floats in a cache line */

static size_t round_up(size_t floats)
{
    return (floats + LINE - 1) / LINE * LINE;
}

static size_t tensor_size(const TensorPlan *plan)
{
    size_t size = 1;
    for (int i = 0; i < plan->rank; i++)
        size *= (size_t)plan->dim[i];
    return size;
}

/* ---- planning */

/* Shapes first: where each layer's plan ends is where the next begins. */
static bool plan_layers(Network *net, const LayerSpec *specs, int count, Error *err)
{
    net->layer = mem_new((size_t)count, sizeof *net->layer);
    net->first_trained = count;
    Shape in = net->options.input;
    bool wants_dx = net->options.input_gradient;
    for (int i = 0; i < count; i++) {
        Layer *layer = &net->layer[i];
        layer->spec = specs[i];
        layer->frozen = net->options.frozen && net->options.frozen[i];
        layer->wants_dx = wants_dx;
        bool learning = net->learns && !layer->frozen;
        bool backward = wants_dx && (net->learns || net->options.input_gradient);
        if (!layer_plan(&specs[i], in, net->options.arithmetic, learning, backward, &layer->plan, err))
            return error_at(err, specs[i].name, 0, 0);
        net->layers = i + 1;
        bool inside = net->options.fuse && i > 0 && i != net->options.cut; /* nobody looks between it and the one before */
        if (inside && layer->plan.kind->fuse && layer->plan.kind->fuse(&specs[i - 1], learning, backward, &layer->plan))
            layer[-1].alias = layer[-1].absorbed = true;
        layer->activation = layer->plan.activation;
        layer->alias = layer->plan.alias;
        for (int t = 0; t < layer->plan.tensors; t++)
            layer->trained |= learning && layer->plan.tensor[t].role != TENSOR_STATE;
        if (layer->trained && net->first_trained == count)
            net->first_trained = i;
        wants_dx |= layer->trained;
        in = layer->plan.out;
    }
    return true;
}

/* The loss takes over a last sigmoid or softmax: from logits it is exact where probabilities would round to 0 or 1. */
static void hand_over_activation(Network *net)
{
    net->final = net->layers - 1;
    while (net->final > 0 && net->layer[net->final].plan.alias)
        net->final--;
    if (!net->learns && !net->options.loss)
        return;
    Layer *last = &net->layer[net->final];
    ActivationKind taken = loss_spec_kind(&net->loss)->logits_of;
    if (taken == ACT_LINEAR || last->plan.activation.kind != taken)
        return;
    if (taken == ACT_SOFTMAX && (size_t)last->plan.out.c != shape_size(last->plan.out))
        return; /* a softmax for each pixel is not one over all numbers */
    net->logits = true;
    last->activation = (Activation){ACT_LINEAR, 0};
    last->alias |= last->plan.tensors == 0;
}

size_t network_act_size(const Network *net, int index)
{
    const LayerPlan *plan = &net->layer[index].plan;
    return shape_size(net->layer[index].absorbed ? plan->in : plan->out);
}

/* Bytes a sample takes in a thread's buffers. */
static size_t sample_floats(const Network *net, size_t *widest)
{
    size_t sum = shape_size(net->options.input);
    *widest = sum;
    for (int i = 0; i < net->layers; i++) {
        const Layer *layer = &net->layer[i];
        size_t out = network_act_size(net, i);
        sum += (layer->alias ? 0 : out) + layer->plan.keep;
        if (out > *widest)
            *widest = out;
    }
    return sum;
}

static int slice_of(const Network *net)
{
    return (net->options.batch + net->ranks - 1) / net->ranks;
}

/* Samples a thread takes through the whole network at a time: few enough for its cache, enough to keep products efficient. */
static int choose_chunk(const Network *net, size_t floats, bool maps)
{
    enum { CACHE = 768 << 10, LEAST_MAP = 8, LEAST_VECTOR = 64 };
    int slice = slice_of(net);
    int chunk = (int)(CACHE / (floats * sizeof(float)));
    int least = maps ? LEAST_MAP : LEAST_VECTOR;
    if (chunk < least)
        chunk = least;
    if (chunk >= slice)
        return slice;
    int pieces = (slice + chunk - 1) / chunk;
    return (slice + pieces - 1) / pieces; /* of equal size */
}

/* Large dense layers whose slice is one chunk: all that their weight gradient is made of is still there at the update, so
 * it need never be written out and read again.  With few samples a batch that traffic is most of the step. */
static bool mark_deferred(Network *net)
{
    enum { LEAST = 16 << 10 };
    bool any = false;
    for (int i = 0; i < net->layers; i++) {
        Layer *layer = &net->layer[i];
        size_t out = shape_size(layer->plan.out);
        layer->deferred = layer->trained && layer->plan.product && net->held == slice_of(net) && out <= TILE_FLOATS
                       && shape_size(layer->plan.in) * out >= LEAST;
        any |= layer->deferred;
    }
    return any;
}

/* Where maps are chunked, a large dense layer would be read from memory, and its gradient written there, for every few samples.
 * That its slice goes through it at once costs the maps' outputs a way to memory and back.  Measured with maps trained as well:
 * 400,000 weights 15 to 45 % faster, 200,000 even; the frozen stage of `classifier`, where no output is wanted again, 50 %. */
static void mark_wide(Network *net)
{
    enum { LEAST = 256 << 10 };
    for (int i = 0; i < net->layers; i++) {
        Layer *layer = &net->layer[i];
        layer->wide = net->learns && layer->plan.product && net->chunk < slice_of(net)
                   && shape_size(layer->plan.in) * shape_size(layer->plan.out) >= LEAST;
        net->gathers |= layer->plan.whole_batch || layer->wide;
    }
}

/* What lasts for a chunk only, unless somebody reads the whole slice: all that layers below the first that learns leave behind, and
 * those above the turn; and BatchNorm's output, its input times a number, plus one, which is worked out again quicker than stored
 * and read. */
static void mark_brief(Network *net)
{
    for (int i = 0; i < net->layers && net->gathers; i++) {
        Layer *layer = &net->layer[i];
        bool read = network_span_ends(net, i) && !layer->plan.whole_batch;
        int next = i + 1;
        for (; next < net->layers && net->layer[next].alias; next++)
            read |= network_span_ends(net, next);
        layer->brief_keep = !layer->wide && (i < net->first_trained || i >= net->turn);
        if (next < net->layers)
            read |= next >= net->first_trained && (net->layer[next].deferred || net->layer[next].plan.whole_batch);
        bool again = layer->plan.whole_batch && next < net->layers;
        layer->brief = !read && (next < net->first_trained || i >= net->turn || again);
    }
}

/* Floats a sample of gradients that have to be there for the whole slice: between spans, and the loss's if no chunk turns. */
static size_t span_floats(const Network *net)
{
    size_t widest = net->gathers && net->turn == net->layers ? shape_size(network_output(net)) : 0;
    for (int i = net->first_trained; i < net->layers && net->gathers; i++)
        if (network_span_ends(net, i) && network_act_size(net, i) > widest)
            widest = network_act_size(net, i);
    return widest;
}

/* Floats for the packed dy of any deferred layer. */
static size_t panels_floats(const Network *net)
{
    size_t most = 0;
    for (int i = 0; i < net->layers; i++) {
        size_t floats = net->layer[i].deferred ? dense_parts_packed(*(const DenseSize *)net->layer[i].plan.own, net->options.batch) : 0;
        most = floats > most ? floats : most;
    }
    return most;
}

static bool plan_memory(Network *net, size_t *seat_floats, Error *err)
{
    bool maps = false;
    size_t scratch = 0, widest;
    for (int i = 0; i < net->layers; i++) {
        Layer *layer = &net->layer[i];
        const LayerPlan *plan = &layer->plan;
        maps |= !plan->out.flat;
        scratch = plan->scratch > scratch ? plan->scratch : scratch;
        layer->packed_at = net->packed_size;
        net->packed_size += round_up(plan->packed);
        layer->shared_at = net->shared_size;
        net->shared_size += plan->shared;
        for (int t = 0; t < plan->tensors; t++) {
            size_t *end = plan->tensor[t].role == TENSOR_STATE ? &net->states : &net->params;
            layer->tensor_at[t] = *end;
            *end += round_up(tensor_size(&plan->tensor[t]));
        }
    }
    size_t floats = sample_floats(net, &widest);
    bool slopes = net->learns || net->options.input_gradient;
    net->chunk = choose_chunk(net, floats + (slopes ? 2 * widest : 0), maps);
    mark_wide(net);
    net->held = net->gathers ? slice_of(net) : net->chunk;
    size_t n = (size_t)net->held, chunk = (size_t)net->chunk;
    net->turn = network_turn(net);
    bool defers = mark_deferred(net);
    mark_brief(net);
    size_t seat = round_up(n * shape_size(net->options.input)) + round_up(scratch);
    for (int i = 0; i < net->layers; i++) {
        const Layer *layer = &net->layer[i];
        if (!layer->alias)
            seat += round_up((layer->brief ? chunk : n) * shape_size(layer->plan.out));
        seat += round_up((layer->brief_keep ? chunk : n) * layer->plan.keep) + round_up(layer->plan.memo);
    }
    if (slopes)
        seat += 2 * (round_up(chunk * widest) + round_up(n * span_floats(net)));
    for (int i = 0; i < net->layers; i++)
        if (net->layer[i].deferred)
            seat += round_up(n * shape_size(net->layer[i].plan.out));
    if (defers)
        seat += TILE_FLOATS + round_up(panels_floats(net));
    if (net->options.loss)
        seat += round_up(n * shape_size(network_output(net))) + round_up((n + sizeof(float) - 1) / sizeof(float));
    if (net->learns)
        seat += net->params;
    *seat_floats = seat;
    int slots = net->learns ? optimizer_spec_kind(&net->optimizer)->slots : 0;
    double bytes = 4.0 * ((double)seat * net->ranks + (double)net->params * (1 + slots) + (double)net->states
                          + (double)net->packed_size);
    if (bytes > 1e12)
        return error_set(err, ERROR_INPUT, "make layers or the batch smaller", "the network needs %.0f GB of memory", bytes / 1e9);
    net->bytes = (size_t)bytes;
    return true;
}

/* ---- memory */

static bool no_memory(const Network *net, Error *err)
{
    return error_set(err, ERROR_FAILED, "make the batch or the layers smaller", "no memory for the network's %.1f MB",
                     (double)net->bytes / 1e6);
}

static bool take_seat(Network *net, Seat *seat, size_t floats, Error *err)
{
    size_t n = (size_t)net->held, chunk = (size_t)net->chunk, scratch = 0, widest;
    seat->act = mem_new((size_t)net->layers + 1, sizeof *seat->act);
    seat->keep = mem_new((size_t)net->layers, sizeof *seat->keep);
    seat->memo = mem_new((size_t)net->layers, sizeof *seat->memo);
    seat->kept = mem_new((size_t)net->layers, sizeof *seat->kept);
    seat->health = mem_new((size_t)net->layers * 3, sizeof *seat->health);
    seat->block = mem_try_large(floats, sizeof(float));
    if (!seat->block)
        return no_memory(net, err);
    float *at = seat->block;
#define TAKE(count) (at += round_up(count), at - round_up(count))
    seat->act[0] = TAKE(n * shape_size(net->options.input));
    for (int i = 0; i < net->layers; i++) {
        const Layer *layer = &net->layer[i];
        seat->act[i + 1] = layer->alias ? seat->act[i] : TAKE((layer->brief ? chunk : n) * shape_size(layer->plan.out));
        seat->keep[i] = TAKE((layer->brief_keep ? chunk : n) * layer->plan.keep);
        seat->memo[i] = TAKE(layer->plan.memo);
        scratch = layer->plan.scratch > scratch ? layer->plan.scratch : scratch;
    }
    seat->scratch = TAKE(scratch);
    sample_floats(net, &widest);
    if (net->learns || net->options.input_gradient)
        for (int i = 0; i < 2; i++) {
            seat->slope[i] = TAKE(chunk * widest);
            seat->span[i] = TAKE(n * span_floats(net));
        }
    bool defers = false;
    for (int i = 0; i < net->layers; i++)
        if (net->layer[i].deferred) {
            seat->kept[i] = TAKE(n * shape_size(net->layer[i].plan.out));
            defers = true;
        }
    if (defers) {
        seat->tile = TAKE(TILE_FLOATS);
        seat->panels = TAKE(panels_floats(net));
    }
    if (net->options.loss) {
        seat->target = TAKE(n * shape_size(network_output(net)));
        seat->labels = (uint8_t *)TAKE((n + sizeof(float) - 1) / sizeof(float));
    }
    if (net->learns)
        seat->grad = TAKE(net->params);
#undef TAKE
    return true;
}

/* An update walks along parameters and their optimizer memory together: were they blocks of their own, all at the beginning of a
 * page, the walks would get in each other's way in the first-level cache (a quarter of the update's time). */
enum { STAGGER = 17 * LINE };

static bool take_memory(Network *net, size_t seat_floats, Error *err)
{
    int slots = net->learns ? optimizer_spec_kind(&net->optimizer)->slots : 0;
    net->param = mem_try_large((net->params + STAGGER) * (size_t)(1 + slots), sizeof(float));
    net->state = mem_try_large(net->states, sizeof(float));
    net->packed = mem_try_large(net->packed_size, sizeof(float));
    net->shared = mem_new(net->shared_size * (size_t)net->ranks, sizeof(double));
    net->health = mem_new((size_t)net->layers, sizeof *net->health);
    for (int s = 0; s < slots && net->param; s++)
        net->slots[s] = net->param + (net->params + STAGGER) * (size_t)(1 + s);
    if (!net->param || !net->state || !net->packed)
        return no_memory(net, err);
    net->seat = mem_new((size_t)net->ranks, sizeof *net->seat);
    for (int r = 0; r < net->ranks; r++)
        if (!take_seat(net, &net->seat[r], seat_floats, err))
            return false;
    return true;
}

static Network *planned(const LayerSpec *layers, int count, const NetworkOptions *options, size_t *seat_floats, Error *err)
{
    if (count < 1) {
        error_set(err, ERROR_INPUT, "add a layer", "the network has no layers");
        return NULL;
    }
    Network *net = mem_new(1, sizeof *net);
    net->options = *options;
    net->learns = options->loss && options->optimizer;
    if (options->loss)
        net->loss = *options->loss;
    if (options->optimizer)
        net->optimizer = *options->optimizer;
    net->ranks = options->team ? team_size(options->team) : options->threads;
    net->stale = true;
    bool good = plan_layers(net, layers, count, err);
    if (good) {
        hand_over_activation(net);
        good = plan_memory(net, seat_floats, err);
    }
    net->options.frozen = NULL; /* read; not ours to keep */
    if (good)
        return net;
    network_free(net);
    return NULL;
}

Network *network_new(const LayerSpec *layers, int count, const NetworkOptions *options, Error *err)
{
    size_t seat_floats;
    Network *net = planned(layers, count, options, &seat_floats, err);
    if (!net)
        return NULL;
    if (!take_memory(net, seat_floats, err)) {
        network_free(net);
        return NULL;
    }
    network_initialise(net);
    return net;
}

bool network_measure(const LayerSpec *layers, int count, const NetworkOptions *options, size_t *bytes, Error *err)
{
    size_t seat_floats;
    Network *net = planned(layers, count, options, &seat_floats, err);
    if (!net)
        return false;
    *bytes = net->bytes;
    network_free(net);
    return true;
}

void network_free(Network *net)
{
    if (!net)
        return;
    for (int r = 0; net->seat && r < net->ranks; r++) {
        Seat *seat = &net->seat[r];
        free(seat->act);
        free(seat->keep);
        free(seat->memo);
        free(seat->kept);
        free(seat->health);
        free(seat->active);
        free(seat->block);
    }
    for (int i = 0; i < net->layers; i++)
        layer_plan_clear(&net->layer[i].plan);
    free(net->seat);
    free(net->layer);
    free(net->param);
    free(net->state);
    free(net->packed);
    free(net->shared);
    free(net->health);
    free(net->look);
    free(net);
}

/* ---- what it is */

int network_layers(const Network *net)
{
    return net->layers;
}

const LayerSpec *network_layer_spec(const Network *net, int layer)
{
    return &net->layer[layer].spec;
}

const LayerPlan *network_layer_plan(const Network *net, int layer)
{
    return &net->layer[layer].plan;
}

Shape network_input(const Network *net)
{
    return net->options.input;
}

Shape network_output(const Network *net)
{
    return net->layer[net->layers - 1].plan.out;
}

size_t network_bytes(const Network *net)
{
    return net->bytes;
}

double network_flops(const Network *net)
{
    double flops = 0;
    for (int i = 0; i < net->layers; i++) {
        const Layer *layer = &net->layer[i];
        int passes = 1 + (layer->trained ? 1 : 0) + (net->learns && layer->wants_dx && i >= net->first_trained ? 1 : 0);
        flops += 2.0 * passes * layer->plan.macs;
    }
    return flops;
}

int network_tensors(const Network *net)
{
    int count = 0;
    for (int i = 0; i < net->layers; i++)
        count += net->layer[i].plan.tensors;
    return count;
}

NetworkTensor network_tensor(const Network *net, int index)
{
    int i = 0;
    while (index >= net->layer[i].plan.tensors)
        index -= net->layer[i++].plan.tensors;
    const Layer *layer = &net->layer[i];
    const TensorPlan *plan = &layer->plan.tensor[index];
    NetworkTensor tensor = {.layer = i, .plan = plan, .size = tensor_size(plan)};
    tensor.data = (plan->role == TENSOR_STATE ? net->state : net->param) + layer->tensor_at[index];
    snprintf(tensor.name, sizeof tensor.name, "%s/%s", layer->spec.name, plan->name);
    return tensor;
}

void network_changed(Network *net)
{
    net->stale = true;
}

int network_slots(const Network *net)
{
    return net->learns ? optimizer_spec_kind(&net->optimizer)->slots : 0;
}

float *network_slot(Network *net, int slot, size_t *size)
{
    *size = net->params;
    return net->slots[slot];
}

uint32_t network_step_count(const Network *net)
{
    return net->step;
}

void network_set_step_count(Network *net, uint32_t step)
{
    net->step = step;
}
