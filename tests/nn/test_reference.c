/* The reference itself: its gradients are those of its outputs, by central differences; every layer kind has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "reference.h"

static const double STEP = 1e-5, TOLERANCE = 1e-6;

static void fill(Rng *rng, size_t count, double scale, double *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = scale * (double)rng_normal(rng);
}

/* What is differentiated: a fixed mix of the outputs, and the KL as the loss weighs it. */
static double mix(Reference *ref, const float *x, const double *weight)
{
    reference_forward(ref, x);
    const RefLayer *last = &ref->layer[ref->layers - 1];
    double sum = ref->kl_weight * ref->kl[1] / ref->batch;
    for (size_t i = 0; i < (size_t)ref->batch * shape_size(last->out); i++)
        sum += weight[i] * last->y[i];
    return sum;
}

/* The inputs are floats for the network's sake; here they are moved in double, behind reference_forward's back. */
static double mix_moved(Reference *ref, const float *x, const double *weight, size_t at, double by)
{
    float *moved = mem_new((size_t)ref->batch * shape_size(ref->layer[0].in), sizeof *moved);
    for (size_t i = 0; i < (size_t)ref->batch * shape_size(ref->layer[0].in); i++)
        moved[i] = x[i];
    moved[at] = (float)((double)x[at] + by);
    double sum = mix(ref, moved, weight);
    free(moved);
    return sum;
}

typedef struct Worst {
    double error, scale;
} Worst;

static void compare(Worst *worst, double slope, double difference)
{
    worst->error = fmax(worst->error, fabs(slope - difference));
    worst->scale = fmax(worst->scale, fmax(fabs(slope), fabs(difference)));
}

static double random_variance(Rng *rng)
{
    return 0.5 + (double)rng_uniform(rng);
}

static bool differentiate(const LayerKind *kind, int turn, bool training, Rng *rng)
{
    Shape in;
    LayerSpec spec = reference_draw(kind, turn, rng, &in);
    int batch = 2 + turn % 3;
    Reference *ref = reference_new(&spec, 1, in, batch, NULL);
    assert_non_null(ref);
    ref->training = ref->sampling = training;
    ref->seed = 7;
    ref->step = (uint32_t)turn;
    ref->kl_weight = 0.5;
    RefLayer *layer = &ref->layer[0];
    size_t ins = (size_t)batch * shape_size(in), outs = (size_t)batch * shape_size(layer->out);
    for (int t = 0; t < layer->tensors; t++)
        fill(rng, layer->tensor[t].size, 0.5, layer->tensor[t].value);
    for (size_t i = 0; !strcmp(kind->param.name, "batchnorm") && i < layer->tensor[3].size; i++)
        layer->tensor[3].value[i] = random_variance(rng);
    float *x = mem_new(ins, sizeof *x);
    double *weight = mem_new(outs, sizeof *weight);
    fill(rng, outs, 1, weight);
    for (size_t i = 0; i < ins; i++)
        x[i] = rng_normal(rng);
    double whole = mix(ref, x, weight);
    bool usable = ref->margin > 1e-2 && isfinite(whole);
    if (usable) {
        for (size_t i = 0; i < outs; i++)
            layer->dy[i] = weight[i];
        reference_backward(ref);
        Worst worst = {0};
        for (int t = 0; t < layer->tensors && !(t >= 2); t++) /* BatchNorm's moving statistics are not trained */
            for (int some = 0; some < 12; some++) {
                size_t at = rng_below(rng, (uint32_t)layer->tensor[t].size);
                double *value = &layer->tensor[t].value[at], was = *value, slope = layer->tensor[t].grad[at];
                *value = was + STEP;
                double above = mix(ref, x, weight);
                *value = was - STEP;
                double below = mix(ref, x, weight);
                *value = was;
                compare(&worst, slope, (above - below) / (2 * STEP));
            }
        assert_true(worst.error <= TOLERANCE * fmax(worst.scale, 1));
        Worst input = {0};
        for (int some = 0; some < 20; some++) {
            size_t at = rng_below(rng, (uint32_t)ins);
            double by = 0x1p-12; /* what a float can hold beside x */
            double above = mix_moved(ref, x, weight, at, by), below = mix_moved(ref, x, weight, at, -by);
            double apart = (double)(float)((double)x[at] + by) - (double)(float)((double)x[at] - by);
            compare(&input, layer->dx[at], (above - below) / apart);
        }
        assert_true(input.error <= 2e-6 * fmax(input.scale, 1));
    }
    free(x);
    free(weight);
    reference_free(ref);
    return usable;
}

static void gradients_are_differences(void **state)
{
    (void)state;
    for (int k = 0; k < layer_kinds_count; k++) {
        Rng rng = rng_new(1, RNG_TEST, (uint32_t)k, 0);
        int used = 0, turns = reference_turns(layer_kinds[k]) + 12;
        for (int turn = 0; turn < turns; turn++)
            used += differentiate(layer_kinds[k], turn, turn % 4 != 3, &rng);
        if (used < 8)
            fail_msg("%s: only %d of %d cases were far enough from a kink", layer_kinds[k]->param.name, used, turns);
    }
}

static void every_kind_has_a_reference(void **state)
{
    (void)state;
    for (int k = 0; k < layer_kinds_count; k++)
        if (!reference_has(layer_kinds[k]))
            fail_msg("layer kind %s has no reference in tests/nn/reference_layers.c", layer_kinds[k]->param.name);
    assert_int_equal(ref_kinds_count, layer_kinds_count);
}

static void losses(void **state)
{
    (void)state;
    Rng rng = rng_new(2, RNG_TEST, 0, 0);
    enum { BATCH = 3, SIZE = 7 };
    LayerSpec spec = layer_spec_new(layer_kind_find("activation"));
    spec.set.value[0].choice = ACT_SOFTMAX; /* probabilities, for every loss */
    float x[BATCH * SIZE], target[BATCH * SIZE];
    uint8_t labels[BATCH] = {0, 6, 3};
    for (int i = 0; i < BATCH * SIZE; i++) {
        x[i] = rng_normal(&rng);
        target[i] = rng_uniform(&rng);
    }
    for (int k = 0; k < loss_kinds_count; k++)
        for (int sum = 0; sum <= (loss_kinds[k]->labels ? 0 : 1); sum++) {
            LossSpec loss = param_set_new(&loss_kinds[k]->param);
            if (!loss_kinds[k]->labels)
                loss.value[LOSS_REDUCTION].choice = sum;
            Reference *ref = reference_new(&spec, 1, shape_vector(SIZE), BATCH, NULL);
            reference_forward(ref, x);
            long correct;
            double *y = reference_output(ref);
            reference_loss(ref, &loss, target, labels, &correct);
            double slope[BATCH * SIZE];
            memcpy(slope, ref->layer[0].dy, sizeof slope);
            for (int i = 0; i < BATCH * SIZE; i++) {
                double was = y[i];
                y[i] = was + STEP;
                double above = reference_loss(ref, &loss, target, labels, &correct);
                y[i] = was - STEP;
                double below = reference_loss(ref, &loss, target, labels, &correct);
                y[i] = was;
                double difference = (above - below) / (2 * STEP);
                assert_true(fabs(slope[i] - difference) <= 1e-5 * fmax(1, fabs(difference)));
            }
            reference_free(ref);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_reference),
        cmocka_unit_test(gradients_are_differences),
        cmocka_unit_test(losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
