/* Convolution and its gradients against plain loops in double precision, over random geometries, on every
 * instruction set; the loops themselves against finite differences. */
#include "each_isa.h"
#include "upper_half.h"

#include "base/mem.h"
#include "base/rng.h"
#include "tensor/conv.h"

#include <math.h>
#include <stdbool.h>

enum { GEOMETRIES = 500, GUARD = 64 };
static const float GUARD_VALUE = -12345.5f;

static ConvWay way_tested = CONV_DIRECT; /* then Winograd's, set between the tests */
static Precision precision_tested = PRECISION_FLOAT32; /* then bf16, which is always direct, of numbers it can hold */

/* ---- the reference */

typedef struct Sizes {
    size_t x, y, w; /* of one sample, and of the weights */
} Sizes;

static Sizes sizes_of(const ConvGeometry *g)
{
    return (Sizes){(size_t)g->in_h * g->in_w * g->in_c, (size_t)g->out_h * g->out_w * g->out_c,
                   (size_t)g->kernel_h * g->kernel_w * g->in_c * g->out_c};
}

/* Calls visit for every multiplication of the convolution, with the indices of its three numbers. */
typedef void Visit(size_t x, size_t y, size_t w, double *arrays[3]);

static void each_product(const ConvGeometry *g, int n, Visit *visit, double *arrays[3])
{
    for (int s = 0; s < n; s++)
        for (int oy = 0; oy < g->out_h; oy++)
            for (int ox = 0; ox < g->out_w; ox++)
                for (int ky = 0; ky < g->kernel_h; ky++)
                    for (int kx = 0; kx < g->kernel_w; kx++) {
                        int iy = oy * g->stride_h + ky - g->pad_top, ix = ox * g->stride_w + kx - g->pad_left;
                        if (iy < 0 || iy >= g->in_h || ix < 0 || ix >= g->in_w)
                            continue;
                        for (int c = 0; c < g->in_c; c++)
                            for (int o = 0; o < g->out_c; o++)
                                visit((((size_t)s * g->in_h + iy) * g->in_w + ix) * g->in_c + c,
                                      (((size_t)s * g->out_h + oy) * g->out_w + ox) * g->out_c + o,
                                      (((size_t)ky * g->kernel_w + kx) * g->in_c + c) * g->out_c + o, arrays);
                    }
}

static void to_y(size_t x, size_t y, size_t w, double *a[3]) { a[1][y] += a[0][x] * a[2][w]; }
static void to_x(size_t x, size_t y, size_t w, double *a[3]) { a[0][x] += a[1][y] * a[2][w]; }
static void to_w(size_t x, size_t y, size_t w, double *a[3]) { a[2][w] += a[0][x] * a[1][y]; }

/* ---- random problems */

static int between(Rng *rng, int low, int high)
{
    return low + (int)rng_below(rng, (uint32_t)(high - low + 1));
}

static ConvGeometry geometry(int h, int w, int in_c, int out_c, int kh, int kw, int sh, int sw, bool same)
{
    ConvGeometry g = {.in_h = h, .in_w = w, .in_c = in_c, .out_c = out_c, .kernel_h = kh, .kernel_w = kw,
                      .stride_h = sh, .stride_w = sw};
    conv_axis(h, kh, sh, same, &g.out_h, &g.pad_top);
    conv_axis(w, kw, sw, same, &g.out_w, &g.pad_left);
    return g;
}

static double products(const ConvGeometry *g)
{
    return (double)g->out_h * g->out_w * g->out_c * g->kernel_h * g->kernel_w * g->in_c;
}

static int random_channels(Rng *rng)
{
    static const int often[] = {1, 2, 3, 4, 5, 8, 16, 31, 32, 33, 48, 64};
    return between(rng, 0, 2) ? often[rng_below(rng, COUNT_OF(often))] : between(rng, 1, 70);
}

static ConvGeometry random_geometry(Rng *rng)
{
    for (;;) {
        bool square = between(rng, 0, 1);
        int h = between(rng, 1, between(rng, 0, 3) ? 10 : 34), w = square ? h : between(rng, 1, 34);
        int kh = between(rng, 1, 7), kw = square ? kh : between(rng, 1, 7);
        int sh = between(rng, 0, 1) ? 1 : between(rng, 1, 4), sw = square ? sh : between(rng, 1, 4);
        ConvGeometry g = geometry(h, w, random_channels(rng), random_channels(rng), kh, kw, sh, sw, between(rng, 0, 2));
        if (g.out_h > 0 && g.out_w > 0 && products(&g) < 1e6)
            return g;
    }
}

static float *random_floats(Rng *rng, size_t count)
{
    float *x = mem_new(count, sizeof *x);
    for (size_t i = 0; i < count; i++)
        x[i] = precision_tested == PRECISION_BF16 ? upper_half(rng_normal(rng)) : rng_normal(rng);
    return x;
}

static double *doubles_of(const float *x, size_t count)
{
    double *to = mem_new(count, sizeof *to);
    for (size_t i = 0; x && i < count; i++)
        to[i] = x[i];
    return to;
}

/* A block with guards around it; the caller gets the inside. */
static float *guarded(size_t count, float inside)
{
    float *block = mem_new(count + 2 * GUARD, sizeof *block);
    for (size_t i = 0; i < count + 2 * GUARD; i++)
        block[i] = i < GUARD || i >= GUARD + count ? GUARD_VALUE : inside;
    return block + GUARD;
}

static void free_guarded(float *inside, size_t count)
{
    float *block = inside - GUARD;
    for (size_t i = 0; i < GUARD; i++) {
        assert_true(block[i] == GUARD_VALUE);
        assert_true(block[GUARD + count + i] == GUARD_VALUE);
    }
    free(block);
}

/* The direct kernels and Winograd's with 6 points keep to 1e-5 of the largest output; 8 points, used where a stride's
 * phase has 4 or 5 taps, need twice that on maps so small that their largest output is not large. */
static double tolerance(const ConvGeometry *g)
{
    int h = (g->kernel_h + g->stride_h - 1) / g->stride_h, w = (g->kernel_w + g->stride_w - 1) / g->stride_w;
    return way_tested == CONV_WINOGRAD && (h > 3 || w > 3) ? 2e-5 : 1e-5;
}

static void assert_near(const ConvGeometry *g, int n, const char *what, const float *y, const double *expected,
                        size_t count)
{
    double largest = 0, error = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(expected[i]));
        error = fmax(error, isnan(y[i]) ? INFINITY : fabs(y[i] - expected[i]));
    }
    if (error > tolerance(g) * largest)
        fail_msg("%s: error %g of %g; n %d, in %dx%dx%d out %dx%dx%d kernel %dx%d stride %dx%d pad %d %d", what, error,
                 largest, n, g->in_h, g->in_w, g->in_c, g->out_h, g->out_w, g->out_c, g->kernel_h, g->kernel_w,
                 g->stride_h, g->stride_w, g->pad_top, g->pad_left);
}

/* Bias is added and the activation applied to the reference's sums of channels c. */
static void finish(double *y, size_t count, int c, const float *bias, Activation act)
{
    for (size_t i = 0; i < count; i++) {
        y[i] += bias ? bias[i % (size_t)c] : 0;
        if (act.kind == ACT_RELU)
            y[i] = fmax(y[i], 0);
        if (act.kind == ACT_LRELU)
            y[i] = fmax(y[i], act.alpha * y[i]);
        if (act.kind == ACT_SIGMOID)
            y[i] = 1 / (1 + exp(-y[i]));
    }
}

static void check_geometry(Rng *rng, const ConvGeometry *g, int n)
{
    static const Activation acts[] = {{ACT_LINEAR, 0}, {ACT_RELU, 0}, {ACT_LRELU, 0.2f}};
    Sizes size = sizes_of(g);
    size_t xs = size.x * (size_t)n, ys = size.y * (size_t)n;
    Activation act = acts[rng_below(rng, COUNT_OF(acts))];
    float *x = random_floats(rng, xs), *w = random_floats(rng, size.w), *dy = random_floats(rng, ys);
    float *bias_y = between(rng, 0, 2) ? random_floats(rng, (size_t)g->out_c) : NULL;
    float *bias_x = between(rng, 0, 2) ? random_floats(rng, (size_t)g->in_c) : NULL;
    double *xd = doubles_of(x, xs), *wd = doubles_of(w, size.w), *dyd = doubles_of(dy, ys);
    double *y_expected = doubles_of(NULL, ys), *dx_expected = doubles_of(NULL, xs), *dw_expected = doubles_of(NULL, size.w);
    each_product(g, n, to_y, (double *[]){xd, y_expected, wd});
    each_product(g, n, to_x, (double *[]){dx_expected, dyd, wd});
    each_product(g, n, to_w, (double *[]){xd, dyd, dw_expected});
    finish(y_expected, ys, g->out_c, bias_y, act);
    finish(dx_expected, xs, g->in_c, bias_x, act);
    for (size_t i = 0; i < size.w; i++)
        dw_expected[i] += 0.5; /* what the destination holds beforehand */

    ConvGeometry forced = *g;
    forced.way = way_tested;
    forced.precision = precision_tested;
    ConvPlan plan = conv_plan(&forced, true, true, true);
    float *packed = guarded(plan.packed, NAN), *scratch = guarded(plan.scratch, NAN);
    float *y = guarded(ys, NAN), *dx = guarded(xs, NAN), *dw = guarded(size.w, 0.5f);
    int ranks = between(rng, 1, 3);
    for (int rank = 0; rank < ranks; rank++)
        conv_pack(&plan, w, packed, rank, ranks);
    conv_forward(&plan, n, x, packed, bias_y, act, y, scratch);
    conv_input_gradient(&plan, n, dy, packed, bias_x, act, dx, scratch);
    conv_weight_gradient(&plan, n, x, dy, dw, scratch);
    assert_near(g, n, "forward", y, y_expected, ys);
    assert_near(g, n, "input gradient", dx, dx_expected, xs);
    assert_near(g, n, "weight gradient", dw, dw_expected, size.w);
    free_guarded(packed, plan.packed);
    free_guarded(scratch, plan.scratch);
    free_guarded(y, ys);
    free_guarded(dx, xs);
    free_guarded(dw, size.w);
    void *const used[] = {x, w, dy, bias_y, bias_x, xd, wd, dyd, y_expected, dx_expected, dw_expected};
    for (size_t i = 0; i < COUNT_OF(used); i++)
        free(used[i]);
}

static void random_geometries(void **state)
{
    (void)state;
    /* Pairs are the same blocks as floats; and of those AVX512-BF16 has AVX-512's. */
    bool pairs = precision_tested == PRECISION_BF16, few = pairs || isa_chosen() == ISA_AVX512BF16;
    for (uint32_t i = 0; i < (few ? GEOMETRIES / 4 : GEOMETRIES); i++) {
        Rng rng = rng_new(7, RNG_TEST, i, 0);
        ConvGeometry g = random_geometry(&rng);
        check_geometry(&rng, &g, between(&rng, 0, 2) ? between(&rng, 1, 3) : products(&g) < 2e4 ? 70 : 1);
    }
}

/* The layers of the recipes, and corners that chance might miss. */
static void named_geometries(void **state)
{
    (void)state;
    const ConvGeometry all[] = {
        geometry(28, 28, 1, 32, 3, 3, 1, 1, true), geometry(14, 14, 32, 32, 3, 3, 1, 1, true),
        geometry(28, 28, 32, 1, 3, 3, 1, 1, true), geometry(14, 14, 32, 64, 3, 3, 2, 2, true),
        geometry(7, 7, 128, 128, 3, 3, 1, 1, true), geometry(14, 14, 64, 64, 5, 5, 1, 1, true),
        geometry(14, 14, 64, 64, 5, 5, 2, 2, true), geometry(32, 32, 3, 32, 6, 6, 2, 2, false),
        geometry(32, 32, 64, 3, 3, 3, 1, 1, true), geometry(64, 64, 3, 32, 3, 3, 2, 2, true),
        geometry(1, 1, 1, 1, 1, 1, 1, 1, true),    geometry(1, 1, 5, 7, 7, 7, 1, 1, true),
        geometry(2, 3, 4, 3, 7, 6, 3, 4, true),    geometry(9, 9, 20, 17, 1, 1, 4, 4, true),
        geometry(9, 7, 20, 17, 1, 2, 3, 4, false), geometry(150, 300, 3, 5, 3, 3, 1, 1, true),
        geometry(400, 300, 2, 3, 3, 3, 2, 2, true), geometry(300, 2, 16, 16, 5, 5, 1, 1, true),
        /* strides whose phases go apart (conv_winograd.h), with few filters, odd sizes and edges without pixels */
        geometry(16, 16, 20, 37, 4, 4, 2, 2, true), geometry(8, 11, 3, 18, 4, 4, 2, 2, true),
        geometry(24, 9, 17, 4, 3, 3, 2, 2, true),   geometry(1, 2, 6, 5, 3, 3, 2, 2, true),
    };
    Rng rng = rng_new(8, RNG_TEST, 0, 0);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        check_geometry(&rng, &all[i], 1);
        if (products(&all[i]) < 3e6)
            check_geometry(&rng, &all[i], 5);
    }
}

/* Paddings no framework would choose, but which the contract does not exclude. */
static void odd_paddings(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        Rng rng = rng_new(9, RNG_TEST, i, 0);
        ConvGeometry g = random_geometry(&rng);
        g.out_h = between(&rng, 1, 12);
        g.out_w = between(&rng, 1, 12);
        g.pad_top = between(&rng, 0, 9);
        g.pad_left = between(&rng, 0, 9);
        if (products(&g) < 1e6)
            check_geometry(&rng, &g, 2);
    }
}

/* A kernel that does not fit gives no outputs: nothing is written, and no input has a gradient. */
static void no_outputs(void **state)
{
    (void)state;
    const ConvGeometry all[] = {geometry(2, 5, 3, 4, 3, 3, 1, 1, false), geometry(2, 2, 8, 8, 3, 3, 4, 4, false),
                                geometry(5, 1, 1, 40, 5, 5, 2, 2, false), geometry(1, 1, 40, 1, 2, 2, 1, 1, false)};
    Rng rng = rng_new(13, RNG_TEST, 0, 0);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        check_geometry(&rng, &all[i], 2);
}

static void activation_after_the_kernel(void **state)
{
    (void)state;
    Rng rng = rng_new(10, RNG_TEST, 0, 0);
    ConvGeometry g = geometry(9, 9, 12, 20, 3, 3, 2, 2, true);
    Sizes size = sizes_of(&g);
    enum { N = 3 };
    Activation act = {ACT_SIGMOID, 0};
    float *x = random_floats(&rng, N * size.x), *w = random_floats(&rng, size.w), *bias = random_floats(&rng, 20);
    for (size_t i = 0; i < size.w; i++)
        w[i] *= 0.125f; /* sums of order 1, where the sigmoid bends */
    double *xd = doubles_of(x, N * size.x), *wd = doubles_of(w, size.w), *expected = doubles_of(NULL, N * size.y);
    each_product(&g, N, to_y, (double *[]){xd, expected, wd});
    finish(expected, N * size.y, g.out_c, bias, act);
    g.way = way_tested;
    g.precision = precision_tested;
    ConvPlan plan = conv_plan(&g, true, false, false);
    float *packed = guarded(plan.packed, NAN), *scratch = guarded(plan.scratch, NAN), *y = guarded(N * size.y, NAN);
    conv_pack(&plan, w, packed, 0, 1);
    conv_forward(&plan, N, x, packed, bias, act, y, scratch);
    assert_near(&g, N, "sigmoid", y, expected, N * size.y);
    free_guarded(packed, plan.packed);
    free_guarded(scratch, plan.scratch);
    free_guarded(y, N * size.y);
    void *const used[] = {x, w, bias, xd, wd, expected};
    for (size_t i = 0; i < COUNT_OF(used); i++)
        free(used[i]);
}

/* A network is linear in x and in w, so a finite difference is exact up to rounding. */
static void reference_by_finite_differences(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 20; trial++) {
        Rng rng = rng_new(11, RNG_TEST, trial, 0);
        ConvGeometry g = random_geometry(&rng);
        g.in_c = between(&rng, 1, 3);
        g.out_c = between(&rng, 1, 3);
        Sizes size = sizes_of(&g);
        float *numbers[3] = {random_floats(&rng, size.x), random_floats(&rng, size.y), random_floats(&rng, size.w)};
        double *x = doubles_of(numbers[0], size.x), *dy = doubles_of(numbers[1], size.y);
        double *w = doubles_of(numbers[2], size.w), *dx = doubles_of(NULL, size.x), *dw = doubles_of(NULL, size.w);
        each_product(&g, 1, to_x, (double *[]){dx, dy, w});
        each_product(&g, 1, to_w, (double *[]){x, dy, dw});
        for (int pick = 0; pick < 6; pick++) {
            bool of_w = pick % 2;
            size_t i = rng_below(&rng, (uint32_t)(of_w ? size.w : size.x));
            double loss[2] = {0, 0}, *number = of_w ? &w[i] : &x[i], before = *number;
            for (int side = 0; side < 2; side++) {
                double *y = doubles_of(NULL, size.y);
                *number = before + (side ? 0.5 : -0.5);
                each_product(&g, 1, to_y, (double *[]){x, y, w});
                for (size_t k = 0; k < size.y; k++)
                    loss[side] += y[k] * dy[k];
                free(y);
            }
            *number = before;
            double gradient = of_w ? dw[i] : dx[i];
            assert_true(fabs(loss[1] - loss[0] - gradient) < 1e-9 * (1 + fabs(loss[0])));
        }
        void *const used[] = {numbers[0], numbers[1], numbers[2], x, dy, w, dx, dw};
        for (size_t i = 0; i < COUNT_OF(used); i++)
            free(used[i]);
    }
}

/* Against TensorFlow's rule as its documentation words it. */
static void axis_rule(void **state)
{
    (void)state;
    static const struct {
        int in, kernel, stride;
        bool same;
        int out, pad;
    } known[] = {
        {28, 3, 1, true, 28, 1}, {28, 3, 2, true, 14, 0}, {7, 3, 2, true, 4, 1}, {32, 6, 2, false, 14, 0},
        {5, 4, 1, true, 5, 1},   {5, 2, 3, true, 2, 0},   {2, 7, 1, true, 2, 3}, {2, 3, 1, false, 0, 0},
        {9, 1, 4, true, 3, 0},   {9, 1, 4, false, 3, 0},  {3, 2, 5, true, 1, 0}, {1, 1, 1, true, 1, 0},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        int out, pad;
        conv_axis(known[i].in, known[i].kernel, known[i].stride, known[i].same, &out, &pad);
        assert_int_equal(out, known[i].out);
        assert_int_equal(pad, known[i].pad);
    }
    assert_int_equal(conv_transposed_length(7, 3, 2, true), 14);
    assert_int_equal(conv_transposed_length(7, 3, 2, false), 15);
    assert_int_equal(conv_transposed_length(10, 6, 2, false), 24);
    assert_int_equal(conv_transposed_length(5, 2, 3, false), 15);
    /* The transposed layer's geometry is that of the convolution it transposes. */
    for (int in = 1; in < 12; in++)
        for (int kernel = 1; kernel < 8; kernel++)
            for (int stride = 1; stride < 5; stride++)
                for (int same = 0; same < 2; same++) {
                    int out, pad;
                    conv_axis(conv_transposed_length(in, kernel, stride, same), kernel, stride, same, &out, &pad);
                    assert_int_equal(out, in);
                }
}

static void bias_gradients(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        Rng rng = rng_new(12, RNG_TEST, i, 0);
        int c = random_channels(&rng), rows = between(&rng, 1, between(&rng, 0, 9) ? 50 : 3000);
        size_t count = (size_t)rows * (size_t)c;
        float *y = random_floats(&rng, count);
        float *db = guarded((size_t)c, 2);
        double *sums = doubles_of(NULL, (size_t)c), largest = sqrt(rows);
        for (size_t k = 0; k < count; k++)
            sums[k % (size_t)c] += y[k];
        bias_gradient((size_t)rows, c, y, db);
        for (int j = 0; j < c; j++)
            assert_true(fabs(db[j] - 2 - sums[j]) < 1e-5 * largest);
        free_guarded(db, (size_t)c);
        free(y);
        free(sums);
    }
}

/* The largest and the mean error of one pass, in parts of the largest and the mean output. */
static void show_error(const char *what, const float *y, const double *expected, size_t count)
{
    double largest = 0, error = 0, square = 0, error_square = 0;
    for (size_t i = 0; i < count; i++) {
        double e = fabs(y[i] - expected[i]);
        largest = fmax(largest, fabs(expected[i]));
        error = fmax(error, e);
        square += expected[i] * expected[i];
        error_square += e * e;
    }
    print_message("%s %.1e (%.1e)%s", what, error / largest, sqrt(error_square / square), *what == 'w' ? "\n" : ", ");
    assert_true(error < 1e-5 * largest);
}

/* Wide layers, where sums are long: what conv_winograd.h says of the errors. */
static void errors_of_wide_layers(void **state)
{
    (void)state;
    enum { N = 2 };
    const ConvGeometry all[] = {geometry(12, 12, 32, 32, 3, 3, 1, 1, true), geometry(8, 8, 128, 128, 3, 3, 1, 1, true),
                                geometry(8, 8, 64, 64, 5, 5, 1, 1, true), geometry(12, 12, 32, 64, 5, 5, 2, 2, true),
                                geometry(16, 16, 64, 64, 3, 3, 2, 2, true), geometry(16, 16, 64, 64, 4, 4, 2, 2, true)};
    for (size_t i = 0; i < 2 * COUNT_OF(all); i++) {
        ConvGeometry g = all[i / 2];
        g.way = i % 2 ? CONV_WINOGRAD : CONV_DIRECT;
        Rng rng = rng_new(12, RNG_TEST, 0, 0);
        Sizes size = sizes_of(&g);
        float *x = random_floats(&rng, N * size.x), *w = random_floats(&rng, size.w), *dy = random_floats(&rng, N * size.y);
        double *xd = doubles_of(x, N * size.x), *wd = doubles_of(w, size.w), *dyd = doubles_of(dy, N * size.y);
        double *yd = doubles_of(NULL, N * size.y), *dxd = doubles_of(NULL, N * size.x), *dwd = doubles_of(NULL, size.w);
        each_product(&g, N, to_y, (double *[]){xd, yd, wd});
        each_product(&g, N, to_x, (double *[]){dxd, dyd, wd});
        each_product(&g, N, to_w, (double *[]){xd, dyd, dwd});
        ConvPlan plan = conv_plan(&g, true, true, true);
        float *packed = guarded(plan.packed, NAN), *scratch = guarded(plan.scratch, NAN);
        float *y = guarded(N * size.y, NAN), *dx = guarded(N * size.x, NAN), *dw = guarded(size.w, 0);
        conv_pack(&plan, w, packed, 0, 1);
        conv_forward(&plan, N, x, packed, NULL, (Activation){ACT_LINEAR, 0}, y, scratch);
        conv_input_gradient(&plan, N, dy, packed, NULL, (Activation){ACT_LINEAR, 0}, dx, scratch);
        conv_weight_gradient(&plan, N, x, dy, dw, scratch);
        print_message("%s %dx%d stride %d, %d channels: ", i % 2 ? "winograd" : "direct", g.kernel_h, g.kernel_w, g.stride_h,
                      g.in_c);
        show_error("y", y, yd, N * size.y);
        show_error("dx", dx, dxd, N * size.x);
        show_error("w", dw, dwd, size.w);
        free_guarded(packed, plan.packed);
        free_guarded(scratch, plan.scratch);
        free_guarded(y, N * size.y);
        free_guarded(dx, N * size.x);
        free_guarded(dw, size.w);
        void *const used[] = {x, w, dy, xd, wd, dyd, yd, dxd, dwd};
        for (size_t k = 0; k < COUNT_OF(used); k++)
            free(used[k]);
    }
}

static bool same_plan(const ConvPlan *a, const ConvPlan *b)
{
    return a->packed == b->packed && a->scratch == b->scratch;
}

/* By rule: wide layers of stride 1 by Winograd, those with few channels or small phases directly. */
static void rule(void **state)
{
    (void)state;
    unsetenv("HOURGLASS_CONV"); /* nothing has been planned by rule before */
    const ConvGeometry winograd[] = {geometry(14, 14, 32, 32, 3, 3, 1, 1, true), geometry(7, 7, 128, 128, 3, 3, 1, 1, true),
                                     geometry(28, 28, 64, 64, 5, 5, 1, 1, true), geometry(14, 14, 32, 32, 3, 3, 1, 1, false),
                                     geometry(16, 16, 64, 128, 3, 3, 2, 2, true), geometry(28, 28, 64, 64, 4, 4, 2, 2, true)};
    const ConvGeometry direct[] = {geometry(28, 28, 1, 32, 3, 3, 1, 1, true), geometry(28, 28, 64, 1, 5, 5, 1, 1, true),
                                   geometry(14, 14, 16, 32, 3, 3, 2, 2, true), geometry(7, 7, 128, 128, 1, 1, 1, 1, true),
                                   geometry(1, 1, 256, 256, 3, 3, 1, 1, true), geometry(32, 32, 64, 64, 7, 7, 1, 1, true)};
    for (size_t i = 0; i < COUNT_OF(winograd) + COUNT_OF(direct); i++) {
        bool fewer = i < COUNT_OF(winograd);
        ConvGeometry g = fewer ? winograd[i] : direct[i - COUNT_OF(winograd)];
        ConvPlan by_rule = conv_plan(&g, true, true, true);
        g.way = fewer ? CONV_WINOGRAD : CONV_DIRECT;
        ConvPlan forced = conv_plan(&g, true, true, true);
        g.way = fewer ? CONV_DIRECT : CONV_WINOGRAD;
        ConvPlan other = conv_plan(&g, true, true, true);
        assert_true(same_plan(&by_rule, &forced));
        assert_true(!same_plan(&by_rule, &other) || g.kernel_h == 7); /* 7 x 7 is always direct */
    }
}

static int test_winograd(void **state)
{
    (void)state;
    way_tested = CONV_WINOGRAD;
    return 0;
}

static int test_bf16(void **state)
{
    (void)state;
    way_tested = CONV_DIRECT;
    precision_tested = PRECISION_BF16;
    return 0;
}

/* Which passes are taken in bf16: all that are direct, but for those of one channel; Winograd's where they are faster still. */
static void rule_of_bf16(void **state)
{
    (void)state;
    const struct {
        ConvGeometry g;
        bool pairs[3];
    } all[] = {{geometry(28, 28, 64, 64, 5, 5, 1, 1, true), {false, false, false}},
               {geometry(14, 14, 32, 64, 3, 3, 2, 2, true), {true, true, true}},
               {geometry(28, 28, 1, 32, 3, 3, 1, 1, true), {false, true, true}},
               {geometry(28, 28, 64, 1, 3, 3, 1, 1, true), {true, false, true}},
               {geometry(14, 14, 32, 32, 7, 7, 1, 1, true), {true, true, true}}};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        ConvGeometry g = all[i].g;
        g.precision = PRECISION_BF16;
        assert_memory_equal(conv_plan(&g, true, true, true).own.pairs, all[i].pairs, sizeof all[i].pairs);
        g.way = CONV_DIRECT;
        for (int use = 0; use < 3; use++)
            assert_true(conv_plan(&g, true, true, true).own.pairs[use]);
        g.precision = PRECISION_FLOAT32;
        for (int use = 0; use < 3; use++)
            assert_false(conv_plan(&g, true, true, true).own.pairs[use]);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(axis_rule),
    cmocka_unit_test(reference_by_finite_differences),
    cmocka_unit_test(random_geometries),
    cmocka_unit_test(named_geometries),
    cmocka_unit_test(odd_paddings),
    cmocka_unit_test(no_outputs),
    cmocka_unit_test(activation_after_the_kernel),
    cmocka_unit_test(bias_gradients),
    cmocka_unit_test(rule),
    cmocka_unit_test(errors_of_wide_layers),
    cmocka_unit_test_setup(random_geometries, test_winograd),
    cmocka_unit_test_setup(named_geometries, test_winograd),
    cmocka_unit_test_setup(odd_paddings, test_winograd),
    cmocka_unit_test_setup(no_outputs, test_winograd),
    cmocka_unit_test_setup(activation_after_the_kernel, test_winograd),
    cmocka_unit_test(rule_of_bf16),
    cmocka_unit_test_setup(random_geometries, test_bf16),
    cmocka_unit_test_setup(named_geometries, test_bf16),
    cmocka_unit_test_setup(odd_paddings, test_bf16),
    cmocka_unit_test_setup(no_outputs, test_bf16),
    cmocka_unit_test_setup(activation_after_the_kernel, test_bf16),
};

EACH_ISA_AND_BF16_MAIN(tests)
