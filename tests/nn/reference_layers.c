/* The layer kinds as plain loops in double precision, but for those of reference_windows.c; see reference.h. */
#include "reference.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t ref_out_count(const Reference *ref, const RefLayer *layer)
{
    return (size_t)ref->batch * shape_size(layer->out);
}

void ref_add_tensor(RefLayer *layer, size_t size)
{
    layer->tensor[layer->tensors++].size = size;
}

void ref_clear_grads(RefLayer *layer, int tensors)
{
    for (int t = 0; t < tensors; t++)
        memset(layer->tensor[t].grad, 0, layer->tensor[t].size * sizeof(double));
}

static Shape same_shape(const LayerSpec *spec, Shape in)
{
    (void)spec;
    return in;
}

/* ---- activations: https://keras.io/api/layers/activations/ */

static double softplus(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static const double SELU_SCALE = 1.05070098735548049342, SELU_ALPHA = 1.67326324235437728482;

static double function(Activation act, double x)
{
    double alpha = (double)act.alpha;
    switch (act.kind) {
    case ACT_RELU: return x > 0 ? x : 0;
    case ACT_LRELU: return x < 0 ? alpha * x : x;
    case ACT_ELU: return x < 0 ? alpha * expm1(x) : x;
    case ACT_SELU: return SELU_SCALE * (x < 0 ? SELU_ALPHA * expm1(x) : x);
    case ACT_GELU: return x * 0.5 * erfc(-x / sqrt(2));
    case ACT_SIGMOID: return sigmoid(x);
    case ACT_TANH: return tanh(x);
    case ACT_SOFTPLUS: return softplus(x);
    default: return x;
    }
}

static double slope(Activation act, double x)
{
    double alpha = (double)act.alpha;
    switch (act.kind) {
    case ACT_RELU: return x > 0;
    case ACT_LRELU: return x < 0 ? alpha : 1;
    case ACT_ELU: return x < 0 ? alpha * exp(x) : 1;
    case ACT_SELU: return SELU_SCALE * (x < 0 ? SELU_ALPHA * exp(x) : 1);
    case ACT_GELU: return 0.5 * erfc(-x / sqrt(2)) + x * exp(-x * x / 2) / sqrt(2 * 3.14159265358979323846);
    case ACT_SIGMOID: return sigmoid(x) * sigmoid(-x);
    case ACT_TANH: return 1 / (cosh(x) * cosh(x));
    case ACT_SOFTPLUS: return sigmoid(x);
    default: return 1;
    }
}

static bool has_kink(ActivationKind kind)
{
    return kind == ACT_RELU || kind == ACT_LRELU || kind == ACT_ELU || kind == ACT_SELU;
}

/* keep holds the numbers before; y becomes those after. */
void ref_activate(Reference *ref, RefLayer *layer, Activation act)
{
    size_t count = ref_out_count(ref, layer), width = (size_t)layer->out.c;
    for (size_t i = 0; i < count; i++) {
        layer->y[i] = function(act, layer->keep[i]);
        if (has_kink(act.kind) && layer->keep[i] != 0)
            ref->margin = fmin(ref->margin, fabs(layer->keep[i]));
    }
    for (size_t row = 0; act.kind == ACT_SOFTMAX && row < count; row += width) {
        double most = -INFINITY, sum = 0;
        for (size_t i = row; i < row + width; i++)
            most = fmax(most, layer->keep[i]);
        for (size_t i = row; i < row + width; i++)
            sum += exp(layer->keep[i] - most);
        for (size_t i = row; i < row + width; i++)
            layer->y[i] = exp(layer->keep[i] - most) / sum;
    }
}

/* dy becomes the gradient of the numbers before. */
void ref_undo_activation(Reference *ref, RefLayer *layer, Activation act)
{
    size_t count = ref_out_count(ref, layer), width = (size_t)layer->out.c;
    for (size_t i = 0; act.kind != ACT_SOFTMAX && i < count; i++)
        layer->dy[i] *= slope(act, layer->keep[i]);
    for (size_t row = 0; act.kind == ACT_SOFTMAX && row < count; row += width) {
        double mean = 0;
        for (size_t i = row; i < row + width; i++)
            mean += layer->dy[i] * layer->y[i];
        for (size_t i = row; i < row + width; i++)
            layer->dy[i] = layer->y[i] * (layer->dy[i] - mean);
    }
}

Activation ref_activation_of(const LayerSpec *spec, const char *field)
{
    const Value *value = ref_field(spec, field);
    return (Activation){(ActivationKind)value->choice, (float)value->number};
}

static void activation_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    memcpy(layer->keep, layer->x, ref_out_count(ref, layer) * sizeof *layer->keep);
    ref_activate(ref, layer, ref_activation_of(&layer->spec, "function"));
}

static void activation_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    ref_undo_activation(ref, layer, ref_activation_of(&layer->spec, "function"));
    memcpy(layer->dx, layer->dy, ref_out_count(ref, layer) * sizeof *layer->dx);
}

/* ---- dense products, shared by Dense and Sample: z (n, units) = x w + b */

static void product(const Reference *ref, const RefLayer *layer, size_t units, double *z)
{
    size_t in = shape_size(layer->in);
    for (size_t i = 0; i < (size_t)ref->batch; i++)
        for (size_t o = 0; o < units; o++) {
            double sum = layer->tensors > 1 ? layer->tensor[1].value[o] : 0;
            for (size_t j = 0; j < in; j++)
                sum += layer->x[i * in + j] * layer->tensor[0].value[j * units + o];
            z[i * units + o] = sum;
        }
}

static void product_back(const Reference *ref, RefLayer *layer, size_t units, const double *dz)
{
    size_t in = shape_size(layer->in);
    ref_clear_grads(layer, layer->tensors);
    memset(layer->dx, 0, (size_t)ref->batch * in * sizeof *layer->dx);
    for (size_t i = 0; i < (size_t)ref->batch; i++)
        for (size_t o = 0; o < units; o++) {
            double d = dz[i * units + o];
            if (layer->tensors > 1)
                layer->tensor[1].grad[o] += d;
            for (size_t j = 0; j < in; j++) {
                layer->tensor[0].grad[j * units + o] += d * layer->x[i * in + j];
                layer->dx[i * in + j] += d * layer->tensor[0].value[j * units + o];
            }
        }
}

static Shape dense_shape(const LayerSpec *spec, Shape in)
{
    (void)in;
    return shape_vector(ref_int(spec, "units"));
}

static void dense_sizes(RefLayer *layer)
{
    ref_add_tensor(layer, shape_size(layer->in) * (size_t)layer->out.c);
    if (ref_field(&layer->spec, "bias")->choice)
        ref_add_tensor(layer, (size_t)layer->out.c);
}

static void dense_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    product(ref, layer, (size_t)layer->out.c, layer->keep);
    ref_activate(ref, layer, ref_activation_of(&layer->spec, "activation"));
}

static void dense_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    ref_undo_activation(ref, layer, ref_activation_of(&layer->spec, "activation"));
    product_back(ref, layer, (size_t)layer->out.c, layer->dy);
}

/* ---- BatchNorm; keep: xhat */

enum { GAMMA, BETA, MEAN, VARIANCE };

static void batchnorm_sizes(RefLayer *layer)
{
    for (int t = 0; t < 4; t++)
        ref_add_tensor(layer, (size_t)layer->in.c);
}

static void batchnorm_channel(const Reference *ref, const RefLayer *layer, size_t channel, double *mean, double *variance)
{
    size_t c = (size_t)layer->in.c, rows = ref_out_count(ref, layer) / c;
    *mean = layer->tensor[MEAN].value[channel];
    *variance = layer->tensor[VARIANCE].value[channel];
    if (!ref->training || layer->frozen)
        return;
    *mean = *variance = 0;
    for (size_t i = 0; i < rows; i++)
        *mean += layer->x[i * c + channel] / (double)rows;
    for (size_t i = 0; i < rows; i++)
        *variance += pow(layer->x[i * c + channel] - *mean, 2) / (double)rows;
}

static void batchnorm_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    size_t c = (size_t)layer->in.c, rows = ref_out_count(ref, layer) / c;
    double momentum = ref_field(&layer->spec, "momentum")->number;
    for (size_t j = 0; j < c; j++) {
        double mean, variance;
        batchnorm_channel(ref, layer, j, &mean, &variance);
        layer->tensor[MEAN].grad[j] = momentum * layer->tensor[MEAN].value[j] + (1 - momentum) * mean;
        layer->tensor[VARIANCE].grad[j] = momentum * layer->tensor[VARIANCE].value[j] + (1 - momentum) * variance;
        for (size_t i = j; i < rows * c; i += c) {
            layer->keep[i] = (layer->x[i] - mean) / sqrt(variance + ref_field(&layer->spec, "epsilon")->number);
            layer->y[i] = layer->tensor[GAMMA].value[j] * layer->keep[i] + layer->tensor[BETA].value[j];
        }
    }
}

/* By the chain rule through mean and variance, one after the other. */
static void batchnorm_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    size_t c = (size_t)layer->in.c, rows = ref_out_count(ref, layer) / c;
    ref_clear_grads(layer, 2);
    for (size_t j = 0; j < c; j++) {
        double mean, variance, d_variance = 0, d_mean = 0;
        batchnorm_channel(ref, layer, j, &mean, &variance);
        double sd = sqrt(variance + ref_field(&layer->spec, "epsilon")->number), gamma = layer->tensor[GAMMA].value[j];
        for (size_t i = j; i < rows * c; i += c) {
            layer->tensor[GAMMA].grad[j] += layer->dy[i] * layer->keep[i];
            layer->tensor[BETA].grad[j] += layer->dy[i];
            d_variance -= 0.5 * layer->dy[i] * gamma * (layer->x[i] - mean) / (sd * sd * sd);
            d_mean -= layer->dy[i] * gamma / sd;
        }
        bool constant = !ref->training || layer->frozen;
        for (size_t i = j; i < rows * c; i += c)
            layer->dx[i] = layer->dy[i] * gamma / sd +
                           (constant ? 0 : d_mean / (double)rows + d_variance * 2 * (layer->x[i] - mean) / (double)rows);
    }
}

/* ---- Dropout */

static void dropout(const Reference *ref, const RefLayer *layer, uint32_t index, const double *from, double *to)
{
    size_t size = shape_size(layer->in);
    float rate = (float)ref_field(&layer->spec, "rate")->number;
    for (size_t i = 0; i < ref_out_count(ref, layer); i++) {
        uint32_t place = index << 24 | (uint32_t)(i / size);
        bool kept = !ref->training || layer->frozen || reference_kept(ref->seed, ref->step, place, rate, i % size);
        double scale = !ref->training || layer->frozen ? 1 : 1 / (1 - (double)rate);
        to[i] = kept ? from[i] * scale : 0;
    }
}

static void dropout_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    dropout(ref, layer, index, layer->x, layer->y);
}

static void dropout_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    dropout(ref, layer, index, layer->dy, layer->dx);
}

/* ---- Flatten, Reshape */

static Shape flatten_shape(const LayerSpec *spec, Shape in)
{
    (void)spec;
    return shape_vector((int)shape_size(in));
}

static Shape reshape_shape(const LayerSpec *spec, Shape in)
{
    (void)in;
    const Value *value = ref_field(spec, "shape");
    return value->rank == 1 ? shape_vector(value->size[0])
                            : shape_map(value->size[0], value->size[1], value->rank == 3 ? value->size[2] : 1);
}

static void copy_forward(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    memcpy(layer->y, layer->x, ref_out_count(ref, layer) * sizeof *layer->y);
}

static void copy_backward(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    memcpy(layer->dx, layer->dy, ref_out_count(ref, layer) * sizeof *layer->dx);
}

/* ---- Sample: keep holds (n, 2 units): mu and the raw scale */

static Shape sample_shape(const LayerSpec *spec, Shape in)
{
    (void)in;
    return shape_vector(ref_int(spec, "units"));
}

static void sample_sizes(RefLayer *layer)
{
    ref_add_tensor(layer, shape_size(layer->in) * 2 * (size_t)layer->out.c);
    ref_add_tensor(layer, 2 * (size_t)layer->out.c);
}

static double sigma_of(const LayerSpec *spec, double raw, double *d_raw)
{
    if (ref_field(spec, "scale")->choice) { /* log-variance */
        *d_raw = 0.5 * exp(raw / 2);
        return exp(raw / 2);
    }
    *d_raw = sigmoid(raw);
    return ref_field(spec, "epsilon")->number + softplus(raw);
}

static double sample_noise(const Reference *ref, const RefLayer *layer, uint32_t index, size_t i)
{
    size_t units = (size_t)layer->out.c;
    return ref->sampling ? reference_normal(ref->seed, RNG_SAMPLE, ref->step, index << 24 | (uint32_t)(i / units), i % units) : 0;
}

static void sample_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    size_t units = (size_t)layer->out.c;
    product(ref, layer, 2 * units, layer->keep);
    for (size_t i = 0; i < ref_out_count(ref, layer); i++) {
        double slope_, mu = layer->keep[i / units * 2 * units + i % units];
        double sigma = sigma_of(&layer->spec, layer->keep[i / units * 2 * units + units + i % units], &slope_);
        layer->y[i] = mu + sigma * sample_noise(ref, layer, index, i);
        double kl = 0.5 * (mu * mu + sigma * sigma - 1) - log(sigma);
        ref->kl[0] += kl;
        ref->kl[1] += kl * ref_field(&layer->spec, "beta")->number;
    }
}

static void sample_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    size_t units = (size_t)layer->out.c, count = ref_out_count(ref, layer);
    double weight = ref->kl_weight * ref_field(&layer->spec, "beta")->number / ref->batch;
    double *dz = mem_new(2 * count, sizeof *dz);
    for (size_t i = 0; i < count; i++) {
        size_t mu = i / units * 2 * units + i % units;
        double d_raw, sigma = sigma_of(&layer->spec, layer->keep[mu + units], &d_raw);
        dz[mu] = layer->dy[i] + weight * layer->keep[mu];
        dz[mu + units] = (layer->dy[i] * sample_noise(ref, layer, index, i) + weight * (sigma - 1 / sigma)) * d_raw;
    }
    product_back(ref, layer, 2 * units, dz);
    free(dz);
}

/* ---- the table */

static const RefKind ref_dense = {"dense", dense_shape, dense_sizes, 1, dense_forward_ref, dense_backward_ref};
static const RefKind ref_batchnorm = {"batchnorm", same_shape, batchnorm_sizes, 1, batchnorm_forward_ref, batchnorm_backward_ref};
static const RefKind ref_dropout = {"dropout", same_shape, NULL, 0, dropout_forward_ref, dropout_backward_ref};
static const RefKind ref_flatten = {"flatten", flatten_shape, NULL, 0, copy_forward, copy_backward};
static const RefKind ref_reshape = {"reshape", reshape_shape, NULL, 0, copy_forward, copy_backward};
static const RefKind ref_activation = {"activation", same_shape, NULL, 1, activation_forward_ref, activation_backward_ref};
static const RefKind ref_sample = {"sample", sample_shape, sample_sizes, 2, sample_forward_ref, sample_backward_ref};

const RefKind *const ref_kinds[] = {
    &ref_dense, &ref_conv, &ref_convt, &ref_maxpool, &ref_avgpool, &ref_upsample,
    &ref_batchnorm, &ref_dropout, &ref_flatten, &ref_reshape, &ref_activation, &ref_sample,
};
const int ref_kinds_count = COUNT_OF(ref_kinds);
