/* Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up in training, nothing happens afterwards. */
#include "base/mem.h"
#include "nn/kinds.h"
#include "tensor/random.h"

#include <string.h>

enum { RATE };

static const ParamRow rows[] = {
    [RATE] = {.name = "rate", .type = PARAM_REAL, .min = 0, .max = 0.95, .normal = "0.1", .positional = true,
              .help = "the share of numbers that are set to zero in training", .question = "Rate"},
};

static bool plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)spec;
    (void)wants_dx;
    (void)err;
    out->out = in;
    if (training)
        out->keep = (shape_size(in) + 31) / 32; /* a bit each: who was kept */
    return true;
}

static void forward(const LayerRun *run)
{
    size_t size = shape_size(run->plan->in), keep = run->plan->keep;
    float rate = (float)run->spec->set.value[RATE].number;
    if (!run->training) {
        memcpy(run->y, run->x, (size_t)run->n * size * sizeof(float));
        return;
    }
    for (int i = 0; i < run->n; i++) {
        uint32_t place = run->layer << 24 | (run->first + (uint32_t)i);
        dropout_forward(run->seed, run->step, place, rate, size, run->x + (size_t)i * size, run->y + (size_t)i * size,
                        (uint8_t *)(run->keep + (size_t)i * keep));
    }
}

static void backward(const LayerRun *run)
{
    size_t size = shape_size(run->plan->in), keep = run->plan->keep;
    float rate = (float)run->spec->set.value[RATE].number;
    if (!run->dx)
        return;
    if (!run->training) {
        memcpy(run->dx, run->dy, (size_t)run->n * size * sizeof(float));
        return;
    }
    for (int i = 0; i < run->n; i++)
        dropout_backward(rate, size, (const uint8_t *)(run->keep + (size_t)i * keep), run->dy + (size_t)i * size,
                         run->dx + (size_t)i * size);
}

const LayerKind dropout_kind = {
    .param = {"dropout", "sets random numbers to zero in training, so that no unit is relied on alone", rows,
              COUNT_OF(rows)},
    .group = "layers that learn",
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .mirror = layer_mirror_itself,
};
