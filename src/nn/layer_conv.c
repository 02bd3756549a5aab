/* Conv and ConvT.  A transposed convolution is the input gradient of the convolution it transposes, so both kinds share
 * one geometry and one ConvPlan; only the roles of the passes change. */
#include "base/mem.h"
#include "nn/kinds.h"
#include "tensor/conv.h"

#include <assert.h>

enum { FILTERS, KERNEL, STRIDE, PADDING, ACTIVATION, BIAS, INIT };

const ParamChoice layer_padding_choices[] = {
    {"valid", "no padding: the window stays inside the picture", false, 0},
    {"same", "zeros around, so that only the stride shrinks the picture", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [FILTERS] = {.name = "filters", .type = PARAM_INT, .min = 1, .max = 4096, .positional = true,
                 .help = "how many patterns it looks for; each costs time", .question = "Filters"},
    [KERNEL] = {.name = "kernel", .type = PARAM_PAIR, .min = 1, .max = 31, .normal = "3x3", .positional = true,
                .help = "height x width of a pattern in pixels", .question = "Kernel"},
    [STRIDE] = {.name = "stride", .type = PARAM_PAIR, .min = 1, .max = 16, .normal = "1",
                .help = "pixels between two windows; 2 halves (conv) or doubles (convt) height and width",
                .question = "Stride"},
    [PADDING] = LAYER_PADDING_ROW("same"),
    [ACTIVATION] = LAYER_ACTIVATION_ROW,
    [BIAS] = LAYER_BIAS_ROW,
    [INIT] = LAYER_INIT_ROW,
};

/* What both kinds plan once the convolution (of the pair of shapes) is known. */
static bool plan_rest(const LayerSpec *spec, const ConvGeometry *g, bool transposed, bool training, bool wants_dx,
                      LayerPlan *out)
{
    const Value *v = spec->set.value;
    out->macs = (double)g->out_h * g->out_w * g->out_c * g->kernel_h * g->kernel_w * g->in_c;
    double window = (double)g->kernel_h * g->kernel_w;
    /* Keras takes the last two dimensions of the kernel as in and out, also for Conv2DTranspose. */
    layer_plan_weights(out, v[BIAS].choice, (Initialiser)v[INIT].choice, 4,
                       (int[]){g->kernel_h, g->kernel_w, g->in_c, g->out_c}, window * g->in_c, window * g->out_c,
                       transposed ? g->in_c : g->out_c);
    layer_plan_activation(out, layer_activation_value(&v[ACTIVATION]));
    ConvPlan *conv = mem_new(1, sizeof *conv);
    *conv = conv_plan(g, !transposed || wants_dx, transposed || wants_dx, training);
    out->own = conv;
    out->packed = conv->packed;
    out->scratch = conv->scratch;
    return true;
}

static ConvGeometry geometry_of(const LayerSpec *spec, Arithmetic arithmetic, int h, int w)
{
    const Value *v = spec->set.value;
    ConvGeometry g = {.in_h = h, .in_w = w, .kernel_h = v[KERNEL].size[0], .kernel_w = v[KERNEL].size[1],
                      .stride_h = v[STRIDE].size[0], .stride_w = v[STRIDE].size[1],
                      .way = arithmetic.conv, .precision = arithmetic.precision};
    conv_axis(h, g.kernel_h, g.stride_h, v[PADDING].choice, &g.out_h, &g.pad_top);
    conv_axis(w, g.kernel_w, g.stride_w, v[PADDING].choice, &g.out_w, &g.pad_left);
    return g;
}

static bool conv_plan_layer(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    if (!layer_wants_map(in, "conv", err))
        return false;
    ConvGeometry g = geometry_of(spec, out->arithmetic, in.h, in.w);
    if (g.out_h < 1 || g.out_w < 1)
        return error_set(err, ERROR_INPUT, "use `same`, a smaller kernel, or fewer layers that shrink the picture before it",
                         "kernel %dx%d does not fit into input %dx%dx%d", g.kernel_h, g.kernel_w, in.h, in.w, in.c);
    g.in_c = in.c;
    g.out_c = (int)spec->set.value[FILTERS].number;
    out->out = shape_map(g.out_h, g.out_w, g.out_c);
    return plan_rest(spec, &g, false, training, wants_dx, out);
}

static bool convt_plan_layer(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    if (!layer_wants_map(in, "convt", err))
        return false;
    const Value *v = spec->set.value;
    int h = conv_transposed_length(in.h, v[KERNEL].size[0], v[STRIDE].size[0], v[PADDING].choice);
    int w = conv_transposed_length(in.w, v[KERNEL].size[1], v[STRIDE].size[1], v[PADDING].choice);
    ConvGeometry g = geometry_of(spec, out->arithmetic, h, w);
    assert(g.out_h == in.h && g.out_w == in.w); /* Keras' lengths are those the convolution undoes */
    g.in_c = (int)v[FILTERS].number;
    g.out_c = in.c;
    out->out = shape_map(h, w, g.in_c);
    return plan_rest(spec, &g, true, training, wants_dx, out);
}

static void pack(const LayerRun *run, int rank, int size)
{
    conv_pack(run->plan->own, run->param[0], run->packed, rank, size);
}

static void conv_layer_forward(const LayerRun *run)
{
    Activation act;
    float *z = layer_before_activation(run, &act);
    conv_forward(run->plan->own, run->n, run->x, run->packed, run->param[1], act, z, run->scratch);
    layer_finish_activation(run);
}

static void conv_layer_backward(const LayerRun *run)
{
    const ConvPlan *conv = run->plan->own;
    layer_undo_activation(run, run->keep);
    if (run->grad[0])
        conv_weight_gradient(conv, run->n, run->x, run->dy, run->grad[0], run->scratch);
    if (run->grad[1])
        bias_gradient((size_t)run->n * (size_t)run->plan->out.h * (size_t)run->plan->out.w, run->plan->out.c, run->dy,
                      run->grad[1]);
    if (run->dx)
        conv_input_gradient(conv, run->n, run->dy, run->packed, NULL, (Activation){ACT_LINEAR, 0}, run->dx,
                            run->scratch);
}

static void convt_layer_forward(const LayerRun *run)
{
    Activation act;
    float *z = layer_before_activation(run, &act);
    conv_input_gradient(run->plan->own, run->n, run->x, run->packed, run->param[1], act, z, run->scratch);
    layer_finish_activation(run);
}

static void convt_layer_backward(const LayerRun *run)
{
    const ConvPlan *conv = run->plan->own;
    layer_undo_activation(run, run->keep);
    if (run->grad[0])
        conv_weight_gradient(conv, run->n, run->dy, run->x, run->grad[0], run->scratch);
    if (run->grad[1])
        bias_gradient((size_t)run->n * (size_t)run->plan->out.h * (size_t)run->plan->out.w, run->plan->out.c, run->dy,
                      run->grad[1]);
    if (run->dx)
        conv_forward(conv, run->n, run->dy, run->packed, NULL, (Activation){ACT_LINEAR, 0}, run->dx, run->scratch);
}

/* The inverse of a layer with stride is a transposed convolution; without, an ordinary one does. */
static bool conv_mirror(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err)
{
    const Value *v = spec->set.value;
    bool strided = v[STRIDE].size[0] > 1 || v[STRIDE].size[1] > 1 || !v[PADDING].choice;
    *out = *spec;
    out->name[0] = '\0';
    out->set.kind = strided ? &convt_kind.param : &conv_kind.param;
    out->set.value[FILTERS].number = in.c;
    LayerPlan there, back;
    if (!layer_plan(spec, in, (Arithmetic){0}, false, false, &there, err))
        return false;
    if (!layer_plan(out, there.out, (Arithmetic){0}, false, false, &back, err)) {
        layer_plan_clear(&there);
        return false;
    }
    bool same = shape_equal(back.out, in);
    Shape reached = back.out;
    layer_plan_clear(&there);
    layer_plan_clear(&back);
    if (same)
        return true;
    char was[SHAPE_TEXT], got[SHAPE_TEXT];
    shape_text(in, was);
    shape_text(reached, got);
    return error_set(err, ERROR_INPUT, "choose an input size that the strides divide, or write the decoder by hand",
                     "the mirror of this layer makes %s, not %s", got, was);
}

static bool convt_mirror(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err)
{
    (void)err;
    *out = *spec;
    out->name[0] = '\0';
    out->set.kind = &conv_kind.param;
    out->set.value[FILTERS].number = in.c;
    return true;
}

const LayerKind conv_kind = {
    .param = {"conv", "looks for small patterns everywhere in the picture", rows, COUNT_OF(rows)},
    .group = "layers that learn",
    .plan = conv_plan_layer,
    .pack = pack,
    .forward = conv_layer_forward,
    .backward = conv_layer_backward,
    .fuse = conv_fuse,
    .mirror = conv_mirror,
};

const LayerKind convt_kind = {
    .param = {"convt", "paints small patterns; with a stride it enlarges (transposed convolution)", rows, COUNT_OF(rows)},
    .group = "layers that learn",
    .plan = convt_plan_layer,
    .pack = pack,
    .forward = convt_layer_forward,
    .backward = convt_layer_backward,
    .mirror = convt_mirror,
};
