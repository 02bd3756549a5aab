/* Gradient ascent, all units at once: a batch holds one picture a unit. */
#include "study/activation.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ActivationOptions activation_options_new(void)
{
    return (ActivationOptions){.steps = 100, .rate = 0.05, .shrink = 0.03, .soft = true, .seed = 1};
}

static void begin(float *x, size_t size, int units, uint64_t seed)
{
    Rng rng = rng_new(seed, RNG_PICK, 1, 0);
    for (size_t j = 0; j < size; j++)
        x[j] = 0.2f + 0.1f * (rng_uniform(&rng) - 0.5f);
    for (int u = 1; u < units; u++) /* the same start for all: differences are the units' */
        memcpy(x + (size_t)u * size, x, size * sizeof *x);
}

/* (1 2 1) / 4 down and across, edges repeated: fine checks that excite a unit without being anything to the eye get less. */
static void soften(float *g, Shape shape, float *room)
{
    int h = shape.h, w = shape.w, c = shape.c;
    for (int axis = 0; axis < 2; axis++) {
        memcpy(room, g, shape_size(shape) * sizeof *g);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                for (int k = 0; k < c; k++) {
                    int y0 = axis ? y : y > 0 ? y - 1 : 0, y1 = axis ? y : y < h - 1 ? y + 1 : y;
                    int x0 = !axis ? x : x > 0 ? x - 1 : 0, x1 = !axis ? x : x < w - 1 ? x + 1 : x;
                    g[(y * w + x) * c + k] = 0.5f * room[(y * w + x) * c + k] +
                                             0.25f * (room[(y0 * w + x0) * c + k] + room[(y1 * w + x1) * c + k]);
                }
    }
}

static void ascend(float *x, const float *gradient, size_t size, const ActivationOptions *options)
{
    double square = 0;
    for (size_t j = 0; j < size; j++)
        square += (double)gradient[j] * gradient[j];
    if (square <= 0)
        return;
    float step = (float)(options->rate / sqrt(square / (double)size)), keep = (float)(1 - options->shrink);
    for (size_t j = 0; j < size; j++)
        x[j] = fminf(fmaxf(x[j] * keep + step * gradient[j], 0), 1);
}

bool activation_maximise(const Subject *s, int layer, const int *unit, int units, const ActivationOptions *options,
                         float *x, float *reached, Error *err)
{
    Shape out = network_layer_plan(s->net, layer)->out;
    size_t size = shape_size(out), places = (size_t)out.h * (size_t)out.w;
    Network *net = model_network_gradients(&s->model, units, s->team, err);
    if (!net)
        return false;
    float *y = mem_new((size_t)units * size, sizeof *y), *dy = mem_new((size_t)units * size, sizeof *dy);
    float *room = mem_new(s->input, sizeof *room);
    float *ask = mem_new((size_t)units * size, sizeof *ask), *dx = mem_new((size_t)units * s->input, sizeof *dx);
    for (int u = 0; u < units; u++)
        for (size_t p = 0; p < places; p++)
            ask[(size_t)u * size + p * (size_t)out.c + (size_t)unit[u]] = 1 / (float)places;
    begin(x, s->input, units, options->seed);
    for (int step = 0; step < options->steps; step++) {
        memcpy(dy, ask, (size_t)units * size * sizeof *dy);
        network_backward(net, 0, layer + 1, units, x, dy, dx);
        for (int u = 0; u < units; u++) {
            if (options->soft)
                soften(dx + (size_t)u * s->input, s->picture, room);
            ascend(x + (size_t)u * s->input, dx + (size_t)u * s->input, s->input, options);
        }
    }
    network_forward(net, 0, layer + 1, units, x, y);
    for (int u = 0; u < units; u++) {
        double sum = 0;
        for (size_t j = 0; j < size; j++)
            sum += (double)y[(size_t)u * size + j] * ask[(size_t)u * size + j];
        reached[u] = (float)sum;
    }
    free(y);
    free(dy);
    free(ask);
    free(room);
    free(dx);
    network_free(net);
    return true;
}
