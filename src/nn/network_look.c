/* Looking inside a network: any stretch of its layers, forwards on all threads, or backwards to the gradient of its input. */
#include "nn/network_own.h"

#include <string.h>

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
