/* Dense layers: which kernel runs; and plain products, the program's only door to BLAS. */
#include "tensor/dense.h"

#include "tensor/dense_pairs.h"
#include "tensor/kernels/product.h"
#include "tensor/team.h"

#include <cblas.h>
#include <stdio.h>

enum { NARROW = 64 }; /* most samples without packing: whole panels of every instruction set */

static const ProductKernels *kernels(void)
{
    return KERNEL_TABLE(product_kernels);
}

static int panels_of(int columns)
{
    int panel = kernels()->panel;
    return (columns + panel - 1) / panel;
}

static size_t panel_floats(int depth)
{
    return (size_t)depth * (size_t)kernels()->panel;
}

/* Where the input gradient's panels, those of w's transpose, begin. */
static size_t backward_at(DenseSize size)
{
    return (size_t)panels_of(size.out) * panel_floats(size.in);
}

/* Packing moves every weight twice; going without moves every sample's numbers, x and y, across the vectors.  Equal work
 * was measured to cost about the same. */
bool dense_wants_packed(DenseSize size, int n)
{
    return n > NARROW || (double)n * (size.in + size.out) > 0.5 * size.in * size.out;
}

size_t dense_scratch(DenseSize size)
{
    return (size_t)NARROW * (size_t)(size.in > size.out ? size.in : size.out);
}

size_t dense_packed(DenseSize size)
{
    if (size.precision == PRECISION_BF16)
        return dense_pairs_packed(size);
    return backward_at(size) + (size.wants_dx ? (size_t)panels_of(size.in) * panel_floats(size.out) : 0);
}

void dense_pack(DenseSize size, const float *w, float *packed, int rank, int ranks)
{
    if (size.precision == PRECISION_BF16) {
        dense_pairs_pack(size, w, packed, rank, ranks);
        return;
    }
    const ProductKernels *k = kernels();
    int first, count;
    team_slice(panels_of(size.out), 1, rank, ranks, &first, &count);
    for (int i = first; i < first + count; i++)
        k->pack(size.in, size.out, w, i * k->panel, packed + (size_t)i * panel_floats(size.in));
    if (!size.wants_dx)
        return;
    packed += backward_at(size);
    team_slice(panels_of(size.in), 1, rank, ranks, &first, &count);
    for (int i = first; i < first + count; i++)
        k->pack_transposed(size.in, size.out, w, i * k->panel, packed + (size_t)i * panel_floats(size.out));
}

void dense_forward(DenseSize size, int n, const float *x, DenseWeights w, const float *bias, Activation act, float *y)
{
    /* The activation finds its rows in the second-level cache. */
    enum { BLOCK_FLOATS = 96 * 1024 };
    int block = !w.packed || BLOCK_FLOATS / size.out < NARROW ? NARROW : BLOCK_FLOATS / size.out;
    for (int first = 0; first < n; first += block) {
        int rows = n - first < block ? n - first : block;
        const float *from = x + (size_t)first * (size_t)size.in;
        float *to = y + (size_t)first * (size_t)size.out;
        if (w.packed && size.precision == PRECISION_BF16)
            dense_pairs_forward(size, rows, from, w.packed, bias, to, w.scratch);
        else if (w.packed)
            kernels()->forward(&(ProductForward){.rows = rows, .columns = size.out, .depth = size.in, .x = from, .w = w.packed,
                                                 .bias = bias, .y = to});
        else
            kernels()->narrow(&(ProductNarrow){.n = rows, .rows = size.out, .depth = size.in, .w = w.w, .x = from, .bias = bias,
                                               .w_row = 1, .w_step = (size_t)size.out, .y = to, .scratch = w.scratch});
        activation_forward(act, (size_t)rows * (size_t)size.out, size.out, to, to);
    }
}

void dense_input_gradient(DenseSize size, int n, const float *dy, DenseWeights w, float *dx)
{
    if (w.packed && size.precision == PRECISION_BF16) {
        dense_pairs_input_gradient(size, n, dy, w.packed, dx, w.scratch);
        return;
    }
    if (w.packed) {
        kernels()->forward(&(ProductForward){.rows = n, .columns = size.in, .depth = size.out, .x = dy,
                                             .w = w.packed + backward_at(size), .y = dx});
        return;
    }
    for (int first = 0; first < n; first += NARROW)
        kernels()->narrow(&(ProductNarrow){.n = n - first < NARROW ? n - first : NARROW, .rows = size.in, .depth = size.out,
                                           .w = w.w, .x = dy + (size_t)first * (size_t)size.out, .w_row = (size_t)size.out,
                                           .w_step = 1, .y = dx + (size_t)first * (size_t)size.in, .scratch = w.scratch});
}

static ProductWeight weight_product(DenseSize size, int parts, const DensePart *part, int first, int rows, float *dw)
{
    return (ProductWeight){.first = first, .rows = rows, .columns = size.out, .parts = parts, .part = part,
                           .x_row = (size_t)size.in, .dy_row = (size_t)size.out, .dw = dw};
}

static void multiply_samples(DenseSize size, const ProductWeight *p)
{
    int samples = 0;
    for (int i = 0; i < p->parts; i++)
        samples += p->part[i].n;
    /* Fewer samples do not pay for making pairs: measured on deep, a tenth slower. */
    if (size.precision == PRECISION_BF16 && samples >= NARROW)
        dense_pairs_weight_gradient(size, p->parts, p->part, p->first, p->rows, p->add, p->dw);
    else
        kernels()->weight(p);
}

void dense_weight_gradient(DenseSize size, int n, const float *x, const float *dy, float *dw)
{
    DensePart part = {n, x, dy};
    ProductWeight product = weight_product(size, 1, &part, 0, size.in, dw);
    product.add = true;
    multiply_samples(size, &product);
}

size_t dense_parts_packed(DenseSize size, int n)
{
    return (size_t)panels_of(size.out) * panel_floats(n);
}

void dense_pack_parts(DenseSize size, int parts, const DensePart *part, float *packed)
{
    kernels()->pack_parts(parts, part, size.out, packed);
}

void dense_weight_gradient_rows(DenseSize size, int parts, const DensePart *part, const float *packed, int first, int rows,
                                float *dw, float *const *fetch)
{
    ProductWeight product = weight_product(size, parts, part, first, rows, dw);
    product.packed = packed;
    product.fetch = fetch;
    multiply_samples(size, &product);
}

void matrix_product(bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                    const float *b, int ldb, float beta, float *c, int ldc)
{
    if (m > 0 && n > 0)
        cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, m,
                    n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void matrix_use_one_thread(void)
{
    openblas_set_num_threads(1);
}

void matrix_library(char *text, size_t size)
{
    snprintf(text, size, "%s, core %s", openblas_get_config(), openblas_get_corename());
}
