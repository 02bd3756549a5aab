/* MaxPool, AvgPool and UpSample: layers that resize and learn nothing. */
#include "tensor/pool.h"

#include "base/mem.h"
#include "nn/kinds.h"
#include "tensor/conv.h"

enum { SIZE, STRIDE, PADDING };

static const ParamRow pool_rows[] = {
    [SIZE] = {.name = "size", .type = PARAM_PAIR, .min = 1, .max = 16, .normal = "2", .positional = true,
              .help = "height x width of the window that becomes one pixel", .question = "Window"},
    [STRIDE] = {.name = "stride", .type = PARAM_PAIR, .min = 0, .max = 16, .normal = "0",
                .help = "pixels between two windows; 0: as far as the window is wide", .question = "Stride"},
    [PADDING] = LAYER_PADDING_ROW("valid"),
};

static bool pool_plan(const LayerSpec *spec, Shape in, const char *name, LayerPlan *out, Error *err)
{
    if (!layer_wants_map(in, name, err))
        return false;
    const Value *v = spec->set.value;
    PoolGeometry *g = mem_new(1, sizeof *g);
    out->own = g;
    *g = (PoolGeometry){.in_h = in.h, .in_w = in.w, .c = in.c, .size_h = v[SIZE].size[0], .size_w = v[SIZE].size[1]};
    g->stride_h = v[STRIDE].size[0] ? v[STRIDE].size[0] : g->size_h;
    g->stride_w = v[STRIDE].size[1] ? v[STRIDE].size[1] : g->size_w;
    conv_axis(in.h, g->size_h, g->stride_h, v[PADDING].choice, &g->out_h, &g->pad_top);
    conv_axis(in.w, g->size_w, g->stride_w, v[PADDING].choice, &g->out_w, &g->pad_left);
    if (g->out_h < 1 || g->out_w < 1)
        return error_set(err, ERROR_INPUT, "use a smaller window, `same`, or pool less before it",
                         "window %dx%d does not fit into input %dx%dx%d", g->size_h, g->size_w, in.h, in.w, in.c);
    out->out = shape_map(g->out_h, g->out_w, in.c);
    return true;
}

static bool maxpool_plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    if (!pool_plan(spec, in, "maxpool", out, err))
        return false;
    (void)training;
    if (wants_dx)
        out->keep = (shape_size(out->out) + sizeof(float) - 1) / sizeof(float); /* a byte each: who won */
    return true;
}

static bool avgpool_plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)training;
    (void)wants_dx;
    return pool_plan(spec, in, "avgpool", out, err);
}

static void maxpool_layer_forward(const LayerRun *run)
{
    maxpool_forward(run->plan->own, run->n, run->x, run->y, run->plan->keep ? (uint8_t *)run->keep : NULL);
}

static void maxpool_layer_backward(const LayerRun *run)
{
    if (run->dx)
        maxpool_backward(run->plan->own, run->n, run->dy, (const uint8_t *)run->keep, run->dx);
}

static void avgpool_layer_forward(const LayerRun *run)
{
    avgpool_forward(run->plan->own, run->n, run->x, run->y);
}

static void avgpool_layer_backward(const LayerRun *run)
{
    if (run->dx)
        avgpool_backward(run->plan->own, run->n, run->dy, run->dx);
}

/* A pool whose windows tile the picture is undone by repeating pixels. */
static bool pool_mirror(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err)
{
    LayerPlan there;
    if (!layer_plan(spec, in, (Arithmetic){0}, false, false, &there, err))
        return false;
    const PoolGeometry g = *(const PoolGeometry *)there.own;
    layer_plan_clear(&there);
    if (g.out_h * g.stride_h != in.h || g.out_w * g.stride_w != in.w)
        return error_set(err, ERROR_INPUT,
                         "choose an input size that the pools divide, or a conv with that stride instead of the pool",
                         "pooling %dx%d gives %dx%d, which its mirror enlarges to %dx%d", in.h, in.w, g.out_h, g.out_w,
                         g.out_h * g.stride_h, g.out_w * g.stride_w);
    *out = layer_spec_new(&upsample_kind);
    out->set.value[SIZE] = (Value){.size = {g.stride_h, g.stride_w}, .rank = 2};
    return true;
}

const LayerKind maxpool_kind = {
    .param = {"maxpool", "keeps the largest of each window: smaller, a little blind to shifts", pool_rows,
              COUNT_OF(pool_rows)},
    .group = "layers that resize",
    .plan = maxpool_plan,
    .forward = maxpool_layer_forward,
    .backward = maxpool_layer_backward,
    .mirror = pool_mirror,
};

const LayerKind avgpool_kind = {
    .param = {"avgpool", "keeps the mean of each window", pool_rows, COUNT_OF(pool_rows)},
    .group = "layers that resize",
    .plan = avgpool_plan,
    .forward = avgpool_layer_forward,
    .backward = avgpool_layer_backward,
    .mirror = pool_mirror,
};

/* ---- UpSample */

enum { SCALE, MODE };

static const ParamChoice modes[] = {
    {"nearest", "every pixel becomes a block", false, 0},
    {"bilinear", "smooth between pixel centres", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow upsample_rows[] = {
    [SCALE] = {.name = "size", .type = PARAM_PAIR, .min = 1, .max = 16, .normal = "2", .positional = true,
               .help = "how many times higher x wider", .question = "Enlarge by"},
    [MODE] = {.name = "mode", .type = PARAM_CHOICE, .normal = "nearest", .choices = modes,
              .help = "how the new pixels are filled", .question = "Filling"},
};

bool upsample_repeats(const LayerSpec *spec, int up[2])
{
    if (layer_spec_kind(spec) != &upsample_kind || spec->set.value[MODE].choice)
        return false;
    for (int i = 0; i < 2; i++)
        up[i] = spec->set.value[SCALE].size[i];
    return true;
}

static bool upsample_plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)training;
    (void)wants_dx;
    if (!layer_wants_map(in, "upsample", err))
        return false;
    const int *scale = spec->set.value[SCALE].size;
    if ((double)in.h * scale[0] > 16384 || (double)in.w * scale[1] > 16384)
        return error_set(err, ERROR_INPUT, "enlarge less", "the picture would grow to %dx%d pixels, over 16384",
                         in.h * scale[0], in.w * scale[1]);
    out->out = shape_map(in.h * scale[0], in.w * scale[1], in.c);
    return true;
}

static void upsample_forward(const LayerRun *run)
{
    Shape in = run->plan->in;
    const Value *v = run->spec->set.value;
    (v[MODE].choice ? upsample_bilinear_forward : upsample_nearest_forward)(
        run->n, in.h, in.w, in.c, v[SCALE].size[0], v[SCALE].size[1], run->x, run->y);
}

static void upsample_backward(const LayerRun *run)
{
    Shape in = run->plan->in;
    const Value *v = run->spec->set.value;
    if (run->dx)
        (v[MODE].choice ? upsample_bilinear_backward : upsample_nearest_backward)(
            run->n, in.h, in.w, in.c, v[SCALE].size[0], v[SCALE].size[1], run->dy, run->dx);
}

static bool upsample_mirror(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err)
{
    (void)in;
    (void)err;
    *out = layer_spec_new(&avgpool_kind);
    out->set.value[SIZE] = spec->set.value[SCALE];
    return true;
}

const LayerKind upsample_kind = {
    .param = {"upsample", "enlarges by repeating or blending pixels", upsample_rows, COUNT_OF(upsample_rows)},
    .group = "layers that resize",
    .plan = upsample_plan,
    .forward = upsample_forward,
    .backward = upsample_backward,
    .mirror = upsample_mirror,
};
