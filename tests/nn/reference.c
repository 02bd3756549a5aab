/* The reference network: a chain of reference layers, and the losses. */
#include "reference.h"

#include "base/mem.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const Value *ref_field(const LayerSpec *spec, const char *name)
{
    int index = param_find(spec->set.kind, name);
    assert(index >= 0);
    return &spec->set.value[index];
}

int ref_int(const LayerSpec *spec, const char *name)
{
    return (int)ref_field(spec, name)->number;
}

static const RefKind *find(const LayerKind *kind)
{
    for (int i = 0; i < ref_kinds_count; i++)
        if (!strcmp(ref_kinds[i]->name, kind->param.name))
            return ref_kinds[i];
    return NULL;
}

bool reference_has(const LayerKind *kind)
{
    return find(kind) != NULL;
}

Reference *reference_new(const LayerSpec *layers, int count, Shape input, int batch, const bool *frozen)
{
    Reference *ref = mem_new(1, sizeof *ref);
    ref->layer = mem_new((size_t)count, sizeof *ref->layer);
    ref->batch = batch;
    Shape in = input;
    double *x = mem_new((size_t)batch * shape_size(in), sizeof *x), *dx = mem_new((size_t)batch * shape_size(in), sizeof *dx);
    for (int i = 0; i < count; i++) {
        RefLayer *layer = &ref->layer[i];
        *layer = (RefLayer){.spec = layers[i], .kind = find(layer_spec_kind(&layers[i])), .in = in, .frozen = frozen && frozen[i],
                            .x = x, .dx = dx};
        ref->layers = i + 1;
        if (!layer->kind) {
            reference_free(ref);
            return NULL;
        }
        layer->out = layer->kind->shape(&layers[i], in);
        if (layer->kind->sizes)
            layer->kind->sizes(layer);
        for (int t = 0; t < layer->tensors; t++) {
            layer->tensor[t].value = mem_new(layer->tensor[t].size, sizeof(double));
            layer->tensor[t].grad = mem_new(layer->tensor[t].size, sizeof(double));
        }
        size_t out = (size_t)batch * shape_size(layer->out);
        x = layer->y = mem_new(out, sizeof *layer->y);
        dx = layer->dy = mem_new(out, sizeof *layer->dy);
        layer->keep = mem_new(out * layer->kind->keep + 1, sizeof *layer->keep);
        in = layer->out;
    }
    return ref;
}

void reference_free(Reference *ref)
{
    if (!ref)
        return;
    free(ref->layer[0].x);
    free(ref->layer[0].dx);
    for (int i = 0; i < ref->layers; i++) {
        RefLayer *layer = &ref->layer[i];
        for (int t = 0; t < layer->tensors; t++) {
            free(layer->tensor[t].value);
            free(layer->tensor[t].grad);
        }
        free(layer->y);
        free(layer->dy);
        free(layer->keep);
    }
    free(ref->layer);
    free(ref);
}

void reference_take(Reference *ref, const Network *net)
{
    int layer = 0, t = 0;
    for (int i = 0; i < network_tensors(net); i++) {
        NetworkTensor tensor = network_tensor(net, i);
        t = tensor.layer == layer ? t : 0;
        layer = tensor.layer;
        RefTensor *mine = &ref->layer[layer].tensor[t++];
        assert(mine->size == tensor.size);
        for (size_t j = 0; j < tensor.size; j++)
            mine->value[j] = (double)tensor.data[j];
    }
}

void reference_forward(Reference *ref, const float *x)
{
    RefLayer *first = &ref->layer[0];
    for (size_t i = 0; i < (size_t)ref->batch * shape_size(first->in); i++)
        first->x[i] = (double)x[i];
    ref->kl[0] = ref->kl[1] = 0;
    ref->margin = INFINITY;
    for (int i = 0; i < ref->layers; i++)
        ref->layer[i].kind->forward(ref, &ref->layer[i], (uint32_t)i);
}

double *reference_output(Reference *ref)
{
    return ref->layer[ref->layers - 1].y;
}

void reference_backward(Reference *ref)
{
    for (int i = ref->layers - 1; i >= 0; i--)
        ref->layer[i].kind->backward(ref, &ref->layer[i], (uint32_t)i);
}

/* ---- losses: https://keras.io/api/losses/ */

static double sign(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}

double reference_loss(Reference *ref, const LossSpec *loss, const float *target, const uint8_t *labels, long *correct)
{
    const char *name = loss->kind->name;
    RefLayer *last = &ref->layer[ref->layers - 1];
    size_t size = shape_size(last->out);
    double total = 0, share = 1.0 / ref->batch;
    if (!strcmp(name, "crossentropy")) {
        *correct = 0;
        memset(last->dy, 0, (size_t)ref->batch * size * sizeof *last->dy);
        for (int i = 0; i < ref->batch; i++) {
            const double *p = last->y + (size_t)i * size;
            size_t best = 0;
            for (size_t j = 1; j < size; j++)
                best = p[j] > p[best] ? j : best;
            *correct += best == labels[i];
            total -= log(p[labels[i]]);
            last->dy[(size_t)i * size + labels[i]] = -share / p[labels[i]];
        }
    } else {
        if (loss->value[param_find(loss->kind, "reduction")].choice == 0)
            share /= (double)size;
        for (size_t i = 0; i < (size_t)ref->batch * size; i++) {
            double y = last->y[i], t = (double)target[i], slope = 0;
            if (!strcmp(name, "mse")) {
                total += (y - t) * (y - t);
                slope = 2 * (y - t);
            } else if (!strcmp(name, "mae")) {
                total += fabs(y - t);
                slope = sign(y - t);
                if (y != t)
                    ref->margin = fmin(ref->margin, fabs(y - t));
            } else if (!strcmp(name, "bce")) {
                total -= t * log(y) + (1 - t) * log(1 - y);
                slope = (y - t) / (y * (1 - y));
            } else {
                assert(false && "a loss without a reference");
            }
            last->dy[i] = slope * share;
        }
    }
    return total * share + ref->kl_weight * ref->kl[1] / ref->batch;
}

/* ---- random numbers */

static uint32_t random_word(Rng rng, uint64_t block, int word)
{
    uint32_t out[4], counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), rng.counter[2], rng.counter[3]};
    rng_philox(rng.key, counter, out);
    return out[word];
}

double reference_normal(uint64_t seed, RngStream stream, uint32_t a, uint32_t b, size_t index)
{
    Rng rng = rng_new(seed, stream, a, b);
    uint64_t block = index / 64 * 16 + index % 16;
    int word = (int)(index % 64 / 16), pair = word / 2 * 2;
    double u = 1 - (random_word(rng, block, pair) >> 8) * 0x1p-24, turn = (random_word(rng, block, pair + 1) >> 8) * 0x1p-24;
    double angle = 2 * 3.14159265358979323846 * turn;
    return sqrt(-2 * log(u)) * (word == pair ? cos(angle) : sin(angle));
}

bool reference_kept(uint64_t seed, uint32_t a, uint32_t b, float rate, size_t index)
{
    Rng rng = rng_new(seed, RNG_DROPOUT, a, b);
    uint32_t word = random_word(rng, index / 128 * 16 + index % 16, (int)(index % 128 / 32));
    uint32_t bits = index % 32 / 16 ? word >> 16 : word & 0xffff;
    return bits >= (uint32_t)lroundf(rate * 65536);
}

/* ---- drawing cases */

static int pick(Rng *rng, const int *from, int count)
{
    return from[rng_below(rng, (uint32_t)count)];
}
#define PICK(rng, ...) pick(rng, (const int[]){__VA_ARGS__}, (int)COUNT_OF(((const int[]){__VA_ARGS__})))

static double between(Rng *rng, double low, double high)
{
    return low + (high - low) * (double)rng_uniform(rng);
}

static int words_of(const ParamRow *row)
{
    int words = 0;
    while (row->choices[words].word)
        words++;
    return words;
}

static Value draw_field(const ParamRow *row, Rng *rng)
{
    Value value = {0};
    int low = (int)fmax(row->min, 0), high = row->max > row->min ? (int)fmin(row->max, 1e6) : 1000000;
    switch (row->type) {
    case PARAM_INT: {
        int want = PICK(rng, 1, 1, 2, 3, 4, 5, 8, 13, 16, 17, 24, 33);
        value.number = want < low ? low : want > high ? high : want;
        break;
    }
    case PARAM_REAL: /* a range over many decades is drawn by its decades */
        if (row->min > 0 && row->max / row->min > 1e3)
            value.number = exp(between(rng, log(fmax(row->min, 1e-5)), log(row->max)));
        else
            value.number = between(rng, row->min, fmin(row->max, 4));
        break;
    case PARAM_FLAG:
        value.choice = (int)rng_below(rng, 2);
        break;
    case PARAM_CHOICE:
        value.choice = (int)rng_below(rng, (uint32_t)words_of(row));
        break;
    case PARAM_PAIR:
        for (int i = 0; i < 2; i++) {
            int want = PICK(rng, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6);
            value.size[i] = want < low ? low : want > high ? high : want;
        }
        value.rank = 2;
        break;
    case PARAM_SHAPE:
        break; /* depends on the input */
    case PARAM_PERCENT:
        value.number = between(rng, row->min, row->max);
        break;
    }
    return value;
}

/* Fields that are a choice, each of whose words must come up. */
int reference_turns(const LayerKind *kind)
{
    int rows = 0, words = 1;
    for (int i = 0; i < kind->param.count; i++)
        if (kind->param.rows[i].type == PARAM_CHOICE) {
            rows++;
            words = words_of(&kind->param.rows[i]) > words ? words_of(&kind->param.rows[i]) : words;
        }
    return rows * words;
}

static void force_word(LayerSpec *spec, int turn)
{
    const ParamKind *kind = spec->set.kind;
    int row = -1, rows = 0;
    for (int i = 0; i < kind->count; i++)
        rows += kind->rows[i].type == PARAM_CHOICE;
    for (int i = 0, at = 0; i < kind->count; i++)
        if (kind->rows[i].type == PARAM_CHOICE && at++ == turn % rows)
            row = i;
    if (row >= 0)
        spec->set.value[row].choice = turn / rows % words_of(&kind->rows[row]);
}

static Shape draw_input(Rng *rng)
{
    if (rng_below(rng, 3) == 0)
        return shape_vector(PICK(rng, 1, 2, 3, 4, 7, 8, 15, 16, 17, 33, 65));
    return shape_map(1 + (int)rng_below(rng, 9), 1 + (int)rng_below(rng, 9), PICK(rng, 1, 1, 2, 3, 4, 5, 8, 9, 16, 17, 20));
}

/* Some shape of as many numbers. */
static Value draw_shape(size_t size, Rng *rng)
{
    int part[2], left = (int)size;
    for (int i = 0; i < 2; i++) {
        part[i] = 1 + (int)rng_below(rng, (uint32_t)left);
        while (left % part[i])
            part[i]--;
        left /= part[i];
    }
    switch (rng_below(rng, 3)) {
    case 0:
        return (Value){.size = {(int)size}, .rank = 1};
    case 1:
        return (Value){.size = {part[0], part[1] * left}, .rank = 2};
    default:
        return (Value){.size = {part[0], part[1], left}, .rank = 3};
    }
}

LayerSpec reference_draw(const LayerKind *kind, int turn, Rng *rng, Shape *in)
{
    for (;;) {
        LayerSpec spec = layer_spec_new(kind);
        *in = draw_input(rng);
        for (int i = 0; i < kind->param.count; i++)
            spec.set.value[i] = draw_field(&kind->param.rows[i], rng);
        force_word(&spec, turn);
        for (int i = 0; i < kind->param.count; i++) {
            const ParamRow *row = &kind->param.rows[i];
            Value *value = &spec.set.value[i];
            if (row->type == PARAM_SHAPE)
                *value = draw_shape(shape_size(*in), rng);
            if (row->type == PARAM_CHOICE && row->choices[value->choice].takes_number)
                value->number = PICK(rng, 0, 1) ? between(rng, 0.05, 2) : 0;
        }
        LayerPlan plan;
        if (!layer_plan(&spec, *in, (Arithmetic){0}, true, true, &plan, NULL))
            continue;
        size_t out = shape_size(plan.out);
        layer_plan_clear(&plan);
        if (out <= 4000)
            return spec;
    }
}
