/* Every layer kind as plain loops in double precision; see reference.h. */
#include "reference.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t out_count(const Reference *ref, const RefLayer *layer)
{
    return (size_t)ref->batch * shape_size(layer->out);
}

static void add_tensor(RefLayer *layer, size_t size)
{
    layer->tensor[layer->tensors++].size = size;
}

static void clear_grads(RefLayer *layer, int tensors)
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
static void activate(Reference *ref, RefLayer *layer, Activation act)
{
    size_t count = out_count(ref, layer), width = (size_t)layer->out.c;
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
static void undo_activation(Reference *ref, RefLayer *layer, Activation act)
{
    size_t count = out_count(ref, layer), width = (size_t)layer->out.c;
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

static Activation activation_of(const LayerSpec *spec, const char *field)
{
    const Value *value = ref_field(spec, field);
    return (Activation){(ActivationKind)value->choice, (float)value->number};
}

static void activation_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    memcpy(layer->keep, layer->x, out_count(ref, layer) * sizeof *layer->keep);
    activate(ref, layer, activation_of(&layer->spec, "function"));
}

static void activation_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    undo_activation(ref, layer, activation_of(&layer->spec, "function"));
    memcpy(layer->dx, layer->dy, out_count(ref, layer) * sizeof *layer->dx);
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
    clear_grads(layer, layer->tensors);
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
    add_tensor(layer, shape_size(layer->in) * (size_t)layer->out.c);
    if (ref_field(&layer->spec, "bias")->choice)
        add_tensor(layer, (size_t)layer->out.c);
}

static void dense_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    product(ref, layer, (size_t)layer->out.c, layer->keep);
    activate(ref, layer, activation_of(&layer->spec, "activation"));
}

static void dense_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    undo_activation(ref, layer, activation_of(&layer->spec, "activation"));
    product_back(ref, layer, (size_t)layer->out.c, layer->dy);
}

/* ---- windows: TensorFlow's padding rule along both axes */

typedef struct Window {
    int size[2], stride[2], pad[2], in[2], out[2];
} Window;

static void window_axis(Window *w, int axis, bool same)
{
    int in = w->in[axis], size = w->size[axis], stride = w->stride[axis];
    w->out[axis] = same ? (in + stride - 1) / stride : (in - size) / stride + 1;
    int lacking = same ? (w->out[axis] - 1) * stride + size - in : 0;
    w->pad[axis] = lacking > 0 ? lacking / 2 : 0;
}

/* `in` is the larger side of a convolution, also for a transposed one. */
static Window window_of(const LayerSpec *spec, const char *size_field, int in_h, int in_w)
{
    const Value *size = ref_field(spec, size_field), *stride = ref_field(spec, "stride");
    Window w = {.in = {in_h, in_w}};
    for (int axis = 0; axis < 2; axis++) {
        w.size[axis] = size->size[axis];
        w.stride[axis] = stride->size[axis] ? stride->size[axis] : size->size[axis];
        window_axis(&w, axis, ref_field(spec, "padding")->choice);
    }
    return w;
}

/* The place in the larger side that output (oy, ox) sees through window place (ky, kx); false: padding. */
static bool window_sees(const Window *w, int oy, int ox, int ky, int kx, size_t *pixel)
{
    int y = oy * w->stride[0] - w->pad[0] + ky, x = ox * w->stride[1] - w->pad[1] + kx;
    *pixel = (size_t)y * (size_t)w->in[1] + (size_t)x;
    return y >= 0 && y < w->in[0] && x >= 0 && x < w->in[1];
}

/* Calls f for every pair of a large-side pixel and a small-side pixel that one place of the window joins. */
typedef void (*Meet)(void *context, size_t large, size_t small, size_t place);

static void window_walk(const Window *w, Meet f, void *context)
{
    for (int oy = 0; oy < w->out[0]; oy++)
        for (int ox = 0; ox < w->out[1]; ox++)
            for (int ky = 0; ky < w->size[0]; ky++)
                for (int kx = 0; kx < w->size[1]; kx++) {
                    size_t pixel;
                    if (window_sees(w, oy, ox, ky, kx, &pixel))
                        f(context, pixel, (size_t)oy * (size_t)w->out[1] + (size_t)ox,
                          (size_t)ky * (size_t)w->size[1] + (size_t)kx);
                }
}

/* ---- Conv and ConvT: weights [place][large channel][small channel] join a large-side map and a small-side one */

typedef enum Way { TO_SMALL, TO_LARGE, TO_WEIGHT } Way;

typedef struct Convolution {
    Window window;
    size_t large_c, small_c;
    double *large, *small, *weight; /* one sample's maps */
    Way way;
} Convolution;

static void convolve_meet(void *context, size_t large, size_t small, size_t place)
{
    Convolution *c = context;
    for (size_t i = 0; i < c->large_c; i++)
        for (size_t o = 0; o < c->small_c; o++) {
            double *l = &c->large[large * c->large_c + i], *s = &c->small[small * c->small_c + o];
            double *w = &c->weight[(place * c->large_c + i) * c->small_c + o];
            if (c->way == TO_SMALL)
                *s += *l * *w;
            else if (c->way == TO_LARGE)
                *l += *s * *w;
            else
                *w += *l * *s;
        }
}

static void convolve(const Reference *ref, const RefLayer *layer, bool transposed, double *large, double *small, double *weight,
                     Way way)
{
    Shape big = transposed ? layer->out : layer->in, little = transposed ? layer->in : layer->out;
    Convolution c = {.window = window_of(&layer->spec, "kernel", big.h, big.w), .large_c = (size_t)big.c,
                     .small_c = (size_t)little.c, .weight = weight, .way = way};
    for (int i = 0; i < ref->batch; i++) {
        c.large = large + (size_t)i * shape_size(big);
        c.small = small + (size_t)i * shape_size(little);
        window_walk(&c.window, convolve_meet, &c);
    }
}

static void conv_sizes(RefLayer *layer)
{
    const int *kernel = ref_field(&layer->spec, "kernel")->size;
    add_tensor(layer, (size_t)kernel[0] * (size_t)kernel[1] * (size_t)layer->in.c * (size_t)layer->out.c);
    if (ref_field(&layer->spec, "bias")->choice)
        add_tensor(layer, (size_t)layer->out.c);
}

static void add_bias(const Reference *ref, RefLayer *layer)
{
    size_t c = (size_t)layer->out.c;
    for (size_t i = 0; i < out_count(ref, layer); i++)
        layer->keep[i] = layer->tensors > 1 ? layer->tensor[1].value[i % c] : 0;
}

static void bias_back(const Reference *ref, RefLayer *layer)
{
    size_t c = (size_t)layer->out.c;
    for (size_t i = 0; layer->tensors > 1 && i < out_count(ref, layer); i++)
        layer->tensor[1].grad[i % c] += layer->dy[i];
}

static Shape conv_shape(const LayerSpec *spec, Shape in)
{
    Window w = window_of(spec, "kernel", in.h, in.w);
    return shape_map(w.out[0], w.out[1], ref_int(spec, "filters"));
}

static void conv_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    add_bias(ref, layer);
    convolve(ref, layer, false, layer->x, layer->keep, layer->tensor[0].value, TO_SMALL);
    activate(ref, layer, activation_of(&layer->spec, "activation"));
}

static void conv_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    undo_activation(ref, layer, activation_of(&layer->spec, "activation"));
    clear_grads(layer, layer->tensors);
    bias_back(ref, layer);
    memset(layer->dx, 0, (size_t)ref->batch * shape_size(layer->in) * sizeof *layer->dx);
    convolve(ref, layer, false, layer->x, layer->dy, layer->tensor[0].grad, TO_WEIGHT);
    convolve(ref, layer, false, layer->dx, layer->dy, layer->tensor[0].value, TO_LARGE);
}

/* Keras' lengths: in * stride, or without padding in * stride + max(kernel - stride, 0). */
static Shape convt_shape(const LayerSpec *spec, Shape in)
{
    const int *kernel = ref_field(spec, "kernel")->size, *stride = ref_field(spec, "stride")->size;
    int size[2] = {in.h * stride[0], in.w * stride[1]};
    for (int axis = 0; axis < 2; axis++)
        if (!ref_field(spec, "padding")->choice && kernel[axis] > stride[axis])
            size[axis] += kernel[axis] - stride[axis];
    return shape_map(size[0], size[1], ref_int(spec, "filters"));
}

static void convt_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    add_bias(ref, layer);
    convolve(ref, layer, true, layer->keep, layer->x, layer->tensor[0].value, TO_LARGE);
    activate(ref, layer, activation_of(&layer->spec, "activation"));
}

static void convt_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    undo_activation(ref, layer, activation_of(&layer->spec, "activation"));
    clear_grads(layer, layer->tensors);
    bias_back(ref, layer);
    memset(layer->dx, 0, (size_t)ref->batch * shape_size(layer->in) * sizeof *layer->dx);
    convolve(ref, layer, true, layer->dy, layer->x, layer->tensor[0].grad, TO_WEIGHT);
    convolve(ref, layer, true, layer->dy, layer->dx, layer->tensor[0].value, TO_SMALL);
}

/* ---- pools: one walk over each output's window; backward again finds the winner, or the count */

static Shape pool_shape(const LayerSpec *spec, Shape in)
{
    Window w = window_of(spec, "size", in.h, in.w);
    return shape_map(w.out[0], w.out[1], in.c);
}

static void pool(Reference *ref, RefLayer *layer, bool max, bool back)
{
    Window w = window_of(&layer->spec, "size", layer->in.h, layer->in.w);
    size_t c = (size_t)layer->in.c, in = shape_size(layer->in), out = shape_size(layer->out);
    if (back)
        memset(layer->dx, 0, (size_t)ref->batch * in * sizeof *layer->dx);
    for (size_t at = 0; at < (size_t)ref->batch * out; at++) {
        size_t sample = at / out, pixel = at % out / c, channel = at % c, count = 0, place[256] = {0};
        for (int ky = 0; ky < w.size[0]; ky++)
            for (int kx = 0; kx < w.size[1]; kx++) {
                size_t seen;
                if (window_sees(&w, (int)(pixel / (size_t)w.out[1]), (int)(pixel % (size_t)w.out[1]), ky, kx, &seen))
                    place[count++] = sample * in + seen * c + channel;
            }
        size_t winner = place[0];
        double sum = 0;
        for (size_t i = 0; i < count; i++) {
            winner = layer->x[place[i]] > layer->x[winner] ? place[i] : winner;
            sum += layer->x[place[i]];
        }
        for (size_t i = 0; max && i < count; i++)
            if (layer->x[place[i]] != layer->x[winner])
                ref->margin = fmin(ref->margin, layer->x[winner] - layer->x[place[i]]);
        if (!back)
            layer->y[at] = max ? layer->x[winner] : sum / (double)count;
        else if (max)
            layer->dx[winner] += layer->dy[at];
        for (size_t i = 0; back && !max && i < count; i++)
            layer->dx[place[i]] += layer->dy[at] / (double)count;
    }
}

static void maxpool_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    pool(ref, layer, true, false);
}

static void maxpool_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    pool(ref, layer, true, true);
}

static void avgpool_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    pool(ref, layer, false, false);
}

static void avgpool_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    pool(ref, layer, false, true);
}

/* ---- UpSample */

static Shape upsample_shape(const LayerSpec *spec, Shape in)
{
    const int *size = ref_field(spec, "size")->size;
    return shape_map(in.h * size[0], in.w * size[1], in.c);
}

/* How much input pixel `in` of `count` gives to output pixel `out`, along one axis. */
static double upsample_share(bool bilinear, int out, int scale, int in, int count)
{
    if (!bilinear)
        return out / scale == in;
    double place = (out + 0.5) / scale - 0.5; /* half-pixel centres; beyond the edge the edge's pixel */
    place = fmin(fmax(place, 0), count - 1);
    return fmax(0, 1 - fabs(place - in));
}

static void upsample(Reference *ref, RefLayer *layer, bool back)
{
    const int *size = ref_field(&layer->spec, "size")->size;
    bool bilinear = ref_field(&layer->spec, "mode")->choice;
    Shape in = layer->in, out = layer->out;
    memset(back ? layer->dx : layer->y, 0, (size_t)ref->batch * shape_size(back ? in : out) * sizeof(double));
    for (int n = 0; n < ref->batch; n++)
        for (int oy = 0; oy < out.h; oy++)
            for (int ox = 0; ox < out.w; ox++)
                for (int iy = 0; iy < in.h; iy++)
                    for (int ix = 0; ix < in.w; ix++) {
                        double share = upsample_share(bilinear, oy, size[0], iy, in.h) *
                                       upsample_share(bilinear, ox, size[1], ix, in.w);
                        size_t to = ((size_t)(n * out.h + oy) * (size_t)out.w + (size_t)ox) * (size_t)in.c;
                        size_t from = ((size_t)(n * in.h + iy) * (size_t)in.w + (size_t)ix) * (size_t)in.c;
                        for (size_t c = 0; share > 0 && c < (size_t)in.c; c++) {
                            if (back)
                                layer->dx[from + c] += share * layer->dy[to + c];
                            else
                                layer->y[to + c] += share * layer->x[from + c];
                        }
                    }
}

static void upsample_forward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    upsample(ref, layer, false);
}

static void upsample_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    upsample(ref, layer, true);
}

/* ---- BatchNorm; keep: xhat */

enum { GAMMA, BETA, MEAN, VARIANCE };

static void batchnorm_sizes(RefLayer *layer)
{
    for (int t = 0; t < 4; t++)
        add_tensor(layer, (size_t)layer->in.c);
}

static void batchnorm_channel(const Reference *ref, const RefLayer *layer, size_t channel, double *mean, double *variance)
{
    size_t c = (size_t)layer->in.c, rows = out_count(ref, layer) / c;
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
    size_t c = (size_t)layer->in.c, rows = out_count(ref, layer) / c;
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
    size_t c = (size_t)layer->in.c, rows = out_count(ref, layer) / c;
    clear_grads(layer, 2);
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
    for (size_t i = 0; i < out_count(ref, layer); i++) {
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
    memcpy(layer->y, layer->x, out_count(ref, layer) * sizeof *layer->y);
}

static void copy_backward(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    memcpy(layer->dx, layer->dy, out_count(ref, layer) * sizeof *layer->dx);
}

/* ---- Sample: keep holds (n, 2 units): mu and the raw scale */

static Shape sample_shape(const LayerSpec *spec, Shape in)
{
    (void)in;
    return shape_vector(ref_int(spec, "units"));
}

static void sample_sizes(RefLayer *layer)
{
    add_tensor(layer, shape_size(layer->in) * 2 * (size_t)layer->out.c);
    add_tensor(layer, 2 * (size_t)layer->out.c);
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
    for (size_t i = 0; i < out_count(ref, layer); i++) {
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
    size_t units = (size_t)layer->out.c, count = out_count(ref, layer);
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

const RefKind ref_kinds[] = {
    {"dense", dense_shape, dense_sizes, 1, dense_forward_ref, dense_backward_ref},
    {"conv", conv_shape, conv_sizes, 1, conv_forward_ref, conv_backward_ref},
    {"convt", convt_shape, conv_sizes, 1, convt_forward_ref, convt_backward_ref},
    {"maxpool", pool_shape, NULL, 0, maxpool_forward_ref, maxpool_backward_ref},
    {"avgpool", pool_shape, NULL, 0, avgpool_forward_ref, avgpool_backward_ref},
    {"upsample", upsample_shape, NULL, 0, upsample_forward_ref, upsample_backward_ref},
    {"batchnorm", same_shape, batchnorm_sizes, 1, batchnorm_forward_ref, batchnorm_backward_ref},
    {"dropout", same_shape, NULL, 0, dropout_forward_ref, dropout_backward_ref},
    {"flatten", flatten_shape, NULL, 0, copy_forward, copy_backward},
    {"reshape", reshape_shape, NULL, 0, copy_forward, copy_backward},
    {"activation", same_shape, NULL, 1, activation_forward_ref, activation_backward_ref},
    {"sample", sample_shape, sample_sizes, 2, sample_forward_ref, sample_backward_ref},
};
const int ref_kinds_count = COUNT_OF(ref_kinds);
