/* Running a chunk of samples through the layers, forwards and backwards, on one thread; and looking inside. */
#include "nn/network_own.h"

#include <string.h>

static LayerRun run_of(Network *net, int rank, int index, const Pass *pass, int first, int n)
{
    Layer *layer = &net->layer[index];
    Seat *seat = &net->seat[rank];
    LayerRun run = {
        .spec = &layer->spec, .plan = &layer->plan, .activation = layer->activation, .n = n, .most = net->chunk,
        .x = seat->act[index], .y = seat->act[index + 1],
        .keep = seat->keep[index], .memo = seat->memo[index], .scratch = seat->scratch,
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
            LayerRun run = run_of(net, rank, i, &none, 0, 0);
            net->layer[i].plan.kind->pack(&run, rank, net->ranks);
        }
    team_barrier(net->options.team, rank);
}

void network_settle(Network *net)
{
    Pass none = {0};
    for (int i = 0; i < net->layers; i++)
        if (net->layer[i].plan.kind->settle && !net->layer[i].frozen) {
            LayerRun run = run_of(net, 0, i, &none, 0, 0);
            net->layer[i].plan.kind->settle(&run);
        }
}

void network_chunk_forward(Network *net, int rank, const Pass *pass, int first, int n)
{
    for (int i = pass->from; i < pass->to; i++) {
        LayerRun run = run_of(net, rank, i, pass, first, n);
        /* An alias has nothing to do, unless it is an Activation that the loss took over and somebody wants the result. */
        if (!net->layer[i].alias || run.activation.kind != ACT_LINEAR)
            run.plan->kind->forward(&run);
    }
}

float *network_slope(const Network *net, int rank, const Pass *pass, int index, const float *busy)
{
    Seat *seat = &net->seat[rank];
    while (index > 0 && net->layer[index].alias)
        index--;
    if (pass->defer && net->layer[index].deferred)
        return seat->kept[index];
    return seat->slope[busy == seat->slope[0]];
}

void network_chunk_backward(Network *net, int rank, const Pass *pass, int first, int n, float *dy, float **dx)
{
    int stop = dx ? pass->from : net->first_trained > pass->from ? net->first_trained : pass->from;
    for (int i = pass->to - 1; i >= stop; i--) {
        Layer *layer = &net->layer[i];
        LayerRun run = run_of(net, rank, i, pass, first, n);
        if (layer->alias && run.activation.kind == ACT_LINEAR)
            continue;
        run.dy = dy;
        if (i > stop || dx)
            run.dx = layer->wants_dx ? network_slope(net, rank, pass, i > 0 ? i - 1 : 0, dy) : NULL;
        layer->plan.kind->backward(&run);
        dy = run.dx;
    }
    if (dx)
        *dx = dy;
}

/* ---- looking inside */

typedef struct Look {
    Network *net;
    int from, to, n;
    const float *x;
    float *y;
} Look;

static Shape shape_before(const Network *net, int layer)
{
    return layer == 0 ? net->options.input : net->layer[layer - 1].plan.out;
}

static void forward_work(void *arg, int rank)
{
    Look *look = arg;
    Network *net = look->net;
    Seat *seat = &net->seat[rank];
    network_pack(net, rank);
    size_t in = shape_size(shape_before(net, look->from)), out = shape_size(shape_before(net, look->to));
    int first, count;
    team_slice(look->n, 1, rank, net->ranks, &first, &count);
    double kl[2] = {0};
    Pass pass = {.from = look->from, .to = look->to, .finish = true, .batch = look->n, .kl = kl};
    for (int at = 0; at < count; at += net->chunk) {
        int n = count - at < net->chunk ? count - at : net->chunk;
        memcpy(seat->act[look->from], look->x + (size_t)(first + at) * in, (size_t)n * in * sizeof(float));
        network_chunk_forward(net, rank, &pass, first + at, n);
        memcpy(look->y + (size_t)(first + at) * out, seat->act[look->to], (size_t)n * out * sizeof(float));
    }
}

void network_forward(Network *net, int from, int to, int n, const float *x, float *y)
{
    Look look = {net, from, to, n, x, y};
    team_run(net->options.team, forward_work, &look);
    net->stale = false;
}

static void pack_work(void *arg, int rank)
{
    network_pack(arg, rank);
}

void network_backward(Network *net, int from, int to, int n, const float *x, const float *dy, float *dx)
{
    team_run(net->options.team, pack_work, net);
    net->stale = false;
    Seat *seat = &net->seat[0];
    size_t in = shape_size(shape_before(net, from)), out = shape_size(shape_before(net, to));
    double kl[2] = {0};
    Pass pass = {.from = from, .to = to, .finish = true, .no_grad = true, .batch = n, .kl = kl};
    for (int at = 0; at < n; at += net->chunk) {
        int count = n - at < net->chunk ? n - at : net->chunk;
        memcpy(seat->act[from], x + (size_t)at * in, (size_t)count * in * sizeof(float));
        network_chunk_forward(net, 0, &pass, at, count);
        memcpy(seat->slope[0], dy + (size_t)at * out, (size_t)count * out * sizeof(float));
        float *slope;
        network_chunk_backward(net, 0, &pass, at, count, seat->slope[0], &slope);
        memcpy(dx + (size_t)at * in, slope, (size_t)count * in * sizeof(float));
    }
}
