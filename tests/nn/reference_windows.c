/* The layer kinds that look through windows, convolutions, pooling and upsampling, as plain loops in double precision;
 * see reference.h. */
#include "reference.h"

#include <math.h>
#include <string.h>

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
    ref_add_tensor(layer, (size_t)kernel[0] * (size_t)kernel[1] * (size_t)layer->in.c * (size_t)layer->out.c);
    if (ref_field(&layer->spec, "bias")->choice)
        ref_add_tensor(layer, (size_t)layer->out.c);
}

static void add_bias(const Reference *ref, RefLayer *layer)
{
    size_t c = (size_t)layer->out.c;
    for (size_t i = 0; i < ref_out_count(ref, layer); i++)
        layer->keep[i] = layer->tensors > 1 ? layer->tensor[1].value[i % c] : 0;
}

static void bias_back(const Reference *ref, RefLayer *layer)
{
    size_t c = (size_t)layer->out.c;
    for (size_t i = 0; layer->tensors > 1 && i < ref_out_count(ref, layer); i++)
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
    ref_activate(ref, layer, ref_activation_of(&layer->spec, "activation"));
}

static void conv_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    ref_undo_activation(ref, layer, ref_activation_of(&layer->spec, "activation"));
    ref_clear_grads(layer, layer->tensors);
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
    ref_activate(ref, layer, ref_activation_of(&layer->spec, "activation"));
}

static void convt_backward_ref(Reference *ref, RefLayer *layer, uint32_t index)
{
    (void)index;
    ref_undo_activation(ref, layer, ref_activation_of(&layer->spec, "activation"));
    ref_clear_grads(layer, layer->tensors);
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

/* ---- the rows */

const RefKind ref_conv = {"conv", conv_shape, conv_sizes, 1, conv_forward_ref, conv_backward_ref};
const RefKind ref_convt = {"convt", convt_shape, conv_sizes, 1, convt_forward_ref, convt_backward_ref};
const RefKind ref_maxpool = {"maxpool", pool_shape, NULL, 0, maxpool_forward_ref, maxpool_backward_ref};
const RefKind ref_avgpool = {"avgpool", pool_shape, NULL, 0, avgpool_forward_ref, avgpool_backward_ref};
const RefKind ref_upsample = {"upsample", upsample_shape, NULL, 0, upsample_forward_ref, upsample_backward_ref};
