/* Dense layers and products against plain loops in double precision. */
#include "each_isa.h"
#include "upper_half.h"

#include "base/mem.h"
#include "base/rng.h"
#include "tensor/dense.h"

#include <math.h>
#include <stdbool.h>

static float *random_floats(Rng *rng, size_t count)
{
    float *x = mem_new(count, sizeof *x);
    for (size_t i = 0; i < count; i++)
        x[i] = rng_normal(rng);
    return x;
}

/* Element (i, j) of op(a), a stored with rows of lda. */
static double element(bool transposed, const float *a, int lda, int i, int j)
{
    return transposed ? a[(size_t)j * lda + i] : a[(size_t)i * lda + j];
}

static void assert_product(bool ta, bool tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb,
                           double before, const float *bias, Activation act, const float *c, int ldc)
{
    double largest = 0, error = 0;
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double sum = before + (bias ? bias[j] : 0);
            for (int l = 0; l < k; l++)
                sum += element(ta, a, lda, i, l) * element(tb, b, ldb, l, j);
            if (act.kind == ACT_RELU)
                sum = fmax(sum, 0);
            if (act.kind == ACT_TANH)
                sum = tanh(sum);
            largest = fmax(largest, fabs(sum));
            error = fmax(error, fabs(sum - c[(size_t)i * ldc + j]));
        }
    assert_true(error <= 1e-5 * largest);
}

/* Any rows of the gradient, from samples that are spread over many threads, some of which have none. */
static void assert_rows(DenseSize size, int n, const float *x, const float *dy, float *dw)
{
    enum { PARTS = 40 };
    DensePart parts[PARTS];
    for (int p = 0; p < PARTS; p++) {
        int begin = n * p / PARTS;
        parts[p] = (DensePart){n * (p + 1) / PARTS - begin, x + (size_t)begin * size.in, dy + (size_t)begin * size.out};
    }
    float *const wanted[] = {dw, NULL}, *packed = mem_new(dense_parts_packed(size, n), sizeof *packed);
    dense_pack_parts(size, PARTS, parts, packed);
    int first = size.in / 3, rows = size.in - 2 * first;
    dense_weight_gradient_rows(size, PARTS, parts, packed, first, rows, dw, size.in % 2 ? NULL : wanted);
    free(packed);
    assert_product(true, false, rows, size.out, n, x + first, size.in, dy, size.out, 0, NULL, (Activation){ACT_LINEAR, 0}, dw, size.out);
}

static void layers(void **state)
{
    const Precision precision = *(const Precision *)*state;
    static const struct {
        int n, in, out;
    } sizes[] = {{1, 1, 1},     {3, 784, 10},    {128, 64, 32},  {33, 17, 19}, {5, 3, 5000}, {300, 20, 2000},
                 {256, 32, 784}, {1, 100, 33},   {15, 1, 48},    {29, 31, 1},  {14, 16, 16}, {700, 5, 7},
                 {16, 31, 100}, {17, 200, 15}, {33, 6, 300}, {64, 50, 70}};
    static const Activation linear = {ACT_LINEAR, 0}, acts[] = {{ACT_LINEAR, 0}, {ACT_RELU, 0}, {ACT_TANH, 0}};
    for (size_t i = 0; i < 3 * COUNT_OF(sizes); i++) {
        Rng rng = rng_new(1, RNG_TEST, (uint32_t)i, 0);
        int n = sizes[i / 3].n, in = sizes[i / 3].in, out = sizes[i / 3].out;
        size_t xs = (size_t)n * in, ys = (size_t)n * out, ws = (size_t)in * out;
        float *x = random_floats(&rng, xs), *w = random_floats(&rng, ws), *bias = random_floats(&rng, (size_t)out);
        float *dy = random_floats(&rng, ys), *y = mem_new(ys, sizeof *y), *dx = mem_new(xs, sizeof *dx);
        float *dw = mem_new(ws, sizeof *dw), *given = i % 2 ? bias : NULL;
        DenseSize size = {in, out, true, precision}, forward_only = {in, out, false, precision};
        if (precision == PRECISION_BF16) {
            for (size_t k = 0; k < xs; k++)
                x[k] = upper_half(x[k]);
            for (size_t k = 0; k < ws; k++)
                w[k] = upper_half(w[k]);
            for (size_t k = 0; k < ys; k++)
                dy[k] = upper_half(dy[k]);
        }
        size_t floats = dense_packed(size);
        float *packed = mem_new(floats, sizeof *packed), *less = mem_new(dense_packed(forward_only), sizeof *less);
        for (int rank = 0; rank < 3; rank++)
            dense_pack(size, w, packed, rank, 3);
        dense_pack(forward_only, w, less, 0, 1);
        float *scratch = mem_new(dense_scratch(size), sizeof *scratch), *again = mem_new(ys, sizeof *again);
        for (int way = 0; way < 2; way++) { /* packed weights, and as they stand */
            DenseWeights weights = {w, way ? NULL : packed, scratch};
            dense_forward(size, n, x, weights, given, acts[i % 3], y);
            assert_product(false, false, n, out, in, x, in, w, out, 0, given, acts[i % 3], y, out);
            dense_input_gradient(size, n, dy, weights, dx);
            assert_product(false, true, n, in, out, dy, out, w, out, 0, NULL, linear, dx, in);
        }
        dense_forward(size, n, x, (DenseWeights){w, packed, scratch}, given, acts[i % 3], y);
        dense_forward(forward_only, n, x, (DenseWeights){w, less, scratch}, given, acts[i % 3], again);
        assert_memory_equal(again, y, ys * sizeof *y);
        for (size_t k = 0; k < ws; k++)
            dw[k] = 0.25f;
        dense_weight_gradient(size, n, x, dy, dw);
        assert_product(true, false, in, out, n, x, in, dy, out, 0.25, NULL, linear, dw, out);
        assert_rows(size, n, x, dy, dw);
        float *const used[] = {x, w, bias, dy, y, dx, dw, packed, less, again, scratch};
        for (size_t k = 0; k < COUNT_OF(used); k++)
            free(used[k]);
    }
}

/* Each factor is off by 2^-9 of itself, so a sum by 2^-8 of the sum of its terms' sizes. */
static void assert_rounded(bool ta, bool tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb, const float *c)
{
    bool rounded = false;
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0, size = 0;
            for (int l = 0; l < k; l++) {
                double term = element(ta, a, lda, i, l) * element(tb, b, ldb, l, j);
                sum += term;
                size += fabs(term);
            }
            double off = fabs(sum - c[(size_t)i * n + j]);
            assert_true(off <= 0x1.02p-8 * size);
            rounded |= off > 1e-4 * size;
        }
    assert_true(rounded); /* else that was float32 */
}

static void rounded_factors(void **state)
{
    (void)state;
    enum { N = 100, IN = 131, OUT = 45 };
    DenseSize size = {IN, OUT, true, PRECISION_BF16};
    Rng rng = rng_new(3, RNG_TEST, 0, 0);
    float *x = random_floats(&rng, N * IN), *dy = random_floats(&rng, N * OUT), *w = random_floats(&rng, IN * OUT);
    float *y = mem_new(N * OUT, sizeof *y), *dx = mem_new(N * IN, sizeof *dx), *dw = mem_new(IN * OUT, sizeof *dw);
    float *packed = mem_new(dense_packed(size), sizeof *packed), *scratch = mem_new(dense_scratch(size), sizeof *scratch);
    dense_pack(size, w, packed, 0, 1);
    dense_forward(size, N, x, (DenseWeights){w, packed, scratch}, NULL, (Activation){ACT_LINEAR, 0}, y);
    assert_rounded(false, false, N, OUT, IN, x, IN, w, OUT, y);
    dense_input_gradient(size, N, dy, (DenseWeights){w, packed, scratch}, dx);
    assert_rounded(false, true, N, IN, OUT, dy, OUT, w, OUT, dx);
    dense_weight_gradient(size, N, x, dy, dw);
    assert_rounded(true, false, IN, OUT, N, x, IN, dy, OUT, dw);
    x[0] = NAN;
    dy[0] = INFINITY;
    dense_forward(size, N, x, (DenseWeights){w, packed, scratch}, NULL, (Activation){ACT_LINEAR, 0}, y);
    dense_input_gradient(size, N, dy, (DenseWeights){w, packed, scratch}, dx);
    assert_true(isnan(y[0]) && isfinite(y[OUT]) && isinf(dx[0]) && isfinite(dx[IN])); /* they show, and in their own rows alone */
    float *const used[] = {x, dy, w, y, dx, dw, packed, scratch};
    for (size_t k = 0; k < COUNT_OF(used); k++)
        free(used[k]);
}

static void products(void **state)
{
    (void)state;
    enum { M = 7, N = 11, K = 5, LD = 13 };
    for (int ta = 0; ta < 2; ta++)
        for (int tb = 0; tb < 2; tb++) {
            Rng rng = rng_new(2, RNG_TEST, (uint32_t)ta, (uint32_t)tb);
            float *a = random_floats(&rng, LD * LD), *b = random_floats(&rng, LD * LD), *c = mem_new(LD * LD, sizeof *c);
            for (int i = 0; i < LD * LD; i++)
                c[i] = 3;
            matrix_product(ta, tb, M, N, K, 1, a, LD, b, LD, 2, c, LD);
            assert_product(ta, tb, M, N, K, a, LD, b, LD, 6, NULL, (Activation){ACT_LINEAR, 0}, c, LD);
            assert_true(c[N] == 3 && c[M * LD] == 3); /* beside and below the result */
            free(a);
            free(b);
            free(c);
        }
    matrix_product(false, false, 0, 4, 4, 1, NULL, 4, NULL, 4, 0, NULL, 4); /* nothing to do */
}

static void library(void **state)
{
    (void)state;
    char text[300];
    matrix_library(text, sizeof text);
    assert_non_null(strstr(text, "OpenBLAS"));
    char small[5] = "xxxx";
    matrix_library(small, sizeof small);
    assert_int_equal(strlen(small), 4);
}

static const Precision precisions[] = {PRECISION_FLOAT32, PRECISION_BF16};

static const struct CMUnitTest tests[] = {
    {"layers", layers, NULL, NULL, (void *)(uintptr_t)&precisions[0]},
    {"layers in bf16", layers, NULL, NULL, (void *)(uintptr_t)&precisions[1]},
    cmocka_unit_test(rounded_factors),
    cmocka_unit_test(products),
    cmocka_unit_test(library),
};

EACH_ISA_AND_BF16_MAIN(tests)
