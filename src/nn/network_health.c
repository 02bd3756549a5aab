/* How a layer fares: a spread of its parameters is looked at in a watched step, before and after the update.
 *
 * Each parameter belongs to one thread's share, so threads write different places and need no lock. */
#include "nn/network_own.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { SAMPLES = 1024 }; /* of a layer: enough for the shape of a histogram, too few to cost time */

/* NaN: no parameter there. */
typedef struct LayerLook { float gradient[SAMPLES], weight[SAMPLES], step[SAMPLES]; } LayerLook;

static void span_of(const Layer *layer, size_t *begin, size_t *end)
{
    *begin = SIZE_MAX;
    *end = 0;
    for (int t = 0; t < layer->plan.tensors; t++) {
        const TensorPlan *plan = &layer->plan.tensor[t];
        size_t size = 1;
        if (plan->role == TENSOR_STATE)
            continue;
        for (int d = 0; d < plan->rank; d++)
            size *= (size_t)plan->dim[d];
        *begin = layer->tensor_at[t] < *begin ? layer->tensor_at[t] : *begin;
        *end = layer->tensor_at[t] + size > *end ? layer->tensor_at[t] + size : *end;
    }
}

/* Odd, so that a matrix' columns take turns. */
static size_t stride_of(size_t begin, size_t end) { return ((end - begin) / SAMPLES + 1) | 1; }

/* Of the layers before this one. */
static size_t units(const Network *net, int layer)
{
    size_t count = 0;
    for (int i = 0; i < layer; i++)
        count += (size_t)net->layer[i].plan.out.c;
    return count;
}

void network_watch(Network *net, bool on)
{
    if (on && !net->look) {
        LayerLook *look = mem_new((size_t)net->layers, sizeof *look);
        for (int i = 0; i < net->layers; i++)
            for (int k = 0; k < SAMPLES; k++)
                look[i].gradient[k] = look[i].weight[k] = look[i].step[k] = NAN;
        net->look = look;
        for (int r = 0; r < net->ranks; r++)
            net->seat[r].active = mem_new(units(net, net->layers), 1);
    }
    net->watch = on;
}

LayerHealth network_health(const Network *net, int layer)
{
    return net->health[layer];
}

void network_look_begin(const Network *net, Seat *seat)
{
    memset(seat->active, 0, units(net, net->layers));
}

void network_look_output(const Network *net, Seat *seat, int layer, const float *y, int n)
{
    uint8_t *active = seat->active + units(net, layer);
    size_t channels = (size_t)net->layer[layer].plan.out.c, zeros = 0;
    size_t rows = (size_t)n * network_act_size(net, layer) / channels;
    for (size_t row = 0; row < rows; row++, y += channels)
        for (size_t c = 0; c < channels; c++) {
            zeros += y[c] == 0;
            active[c] |= y[c] != 0;
        }
    seat->health[3 * layer + 2] += (double)zeros;
}

static float dead_share(const Network *net, int layer)
{
    size_t first = units(net, layer), channels = (size_t)net->layer[layer].plan.out.c, dead = 0;
    for (size_t c = 0; c < channels; c++) {
        bool active = false;
        for (int r = 0; r < net->ranks; r++)
            active |= net->seat[r].active[first + c];
        dead += !active;
    }
    return (float)dead / (float)channels;
}

/* The first place looked at in [at, ...) and its number. */
static size_t first_place(const Layer *layer, size_t at, size_t *stride, size_t *number)
{
    size_t begin, end;
    span_of(layer, &begin, &end);
    *stride = stride_of(begin, end);
    *number = (at - begin + *stride - 1) / *stride;
    return begin + *number * *stride - at;
}

void network_look_before(Network *net, int layer, size_t at, const UpdateRange *range)
{
    LayerLook *look = &net->look[layer];
    size_t stride, number;
    for (size_t i = first_place(&net->layer[layer], at, &stride, &number); i < range->count; i += stride, number++) {
        float gradient = 0;
        for (int r = 0; r < range->gradients; r++)
            gradient += range->gradient[r][range->gradient_offset + i];
        look->gradient[number] = gradient;
        look->weight[number] = range->parameter[i];
    }
}

void network_look_after(Network *net, int layer, size_t at, const UpdateRange *range)
{
    LayerLook *look = &net->look[layer];
    size_t stride, number;
    for (size_t i = first_place(&net->layer[layer], at, &stride, &number); i < range->count; i += stride, number++)
        look->step[number] = range->parameter[i] - look->weight[number];
}

static double rms(const float *value)
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < SAMPLES; i++)
        if (!isnan(value[i])) {
            sum += (double)value[i] * value[i];
            count++;
        }
    return count ? sqrt(sum / count) : 0;
}

static Histogram histogram_of(const float *value)
{
    Histogram h = {.reach = (float)(3 * rms(value))};
    for (int i = 0; i < SAMPLES && h.reach > 0 && isfinite(h.reach); i++) {
        if (isnan(value[i]))
            continue;
        int bin = (int)floorf((value[i] / h.reach + 1) / 2 * HISTOGRAM_BINS);
        h.count[bin < 0 ? 0 : bin >= HISTOGRAM_BINS ? HISTOGRAM_BINS - 1 : bin]++;
    }
    return h;
}

static LayerHealth health_of(const Network *net, int i, int n)
{
    const Layer *layer = &net->layer[i];
    double square = 0, weights = 0, zeros = 0, params = 0;
    for (int r = 0; r < net->ranks; r++) {
        const double *h = &net->seat[r].health[3 * i];
        square += h[0];
        weights += h[1];
        zeros += h[2];
    }
    for (int t = 0; t < layer->plan.tensors; t++) {
        const TensorPlan *plan = &layer->plan.tensor[t];
        double size = 1;
        for (int d = 0; d < plan->rank; d++)
            size *= plan->dim[d];
        params += plan->role == TENSOR_STATE ? 0 : size;
    }
    LayerHealth health = {.silent = (float)(zeros / ((double)n * (double)network_act_size(net, i))), .dead = dead_share(net, i)};
    if (!layer->trained || params <= 0)
        return health;
    const LayerLook *look = &net->look[i];
    double before = rms(look->weight);
    health.gradient = (float)sqrt(square / params);
    health.weight = (float)sqrt(weights / params);
    health.update = before > 0 ? (float)(rms(look->step) / before) : 0;
    health.gradients = histogram_of(look->gradient);
    health.weights = histogram_of(look->weight);
    return health;
}

void network_gather_health(Network *net, int n)
{
    for (int i = 0; i < net->layers; i++)
        net->health[i] = health_of(net, i, n);
}

LayerHealth network_weights_health(const Network *net, int layer)
{
    const Layer *l = &net->layer[layer];
    float weight[SAMPLES];
    LayerHealth health = {0};
    size_t begin, end;
    span_of(l, &begin, &end);
    if (begin >= end)
        return health;
    size_t stride = stride_of(begin, end);
    for (size_t i = 0; i < SAMPLES; i++)
        weight[i] = begin + i * stride < end ? net->param[begin + i * stride] : NAN;
    health.weight = (float)rms(weight);
    health.weights = histogram_of(weight);
    return health;
}
