/* Products of dense layers, in register blocks (rows.h) that run at the processor's peak (117 of 118 GFLOP/s with AVX-512;
 * OpenBLAS's sgemm 93 to 102 on layers of 64 to 128 samples, 65 to 85 on 16) as long as the panel is read straight on. */
#include "tensor/kernels/product.h"

#include "tensor/kernels/conv_common.h"
#include "tensor/kernels/rows.h"
#include "tensor/vector.h"

enum { VECTORS = 2, PANEL = VECTORS * VECTOR_FLOATS };

INLINE int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Where block `index` of `blocks` begins: rows are shared out evenly, 64 as 13 13 13 13 12, because few rows are slow. */
INLINE int block_begin(int rows, int index, int blocks)
{
    return (int)((long)rows * index / blocks);
}

INLINE int block_count(int rows)
{
    return (rows + ROWS - 1) / ROWS;
}

/* -- The sums of a block, over `depth` rows of a panel whose rows are `width` floats.  Inlined with constant rows, vectors and
 * width, so that `sum` becomes registers. */

typedef Vec Sums[ROWS][VECTORS];

/* The spread factor's rows are x_row apart and a row's numbers neighbours. */
INLINE void sums_of_rows(const float *x, size_t x_row, const float *panel, int depth, const int rows, const int vectors,
                         const int width, Sums sum)
{
    const float *row[ROWS], *held[HELD];
    EACH(p, rows)
        row[p] = x + (size_t)p * x_row;
    const float *const volatile *places = row;
    EACH(p, rows)
        if (p < HELD)
            held[p] = places[p];
    for (int k = 0; k < depth; k++, panel += width) {
        Vec column[VECTORS];
        EACH(v, vectors)
            column[v] = vec_load(panel + v * VECTOR_FLOATS);
        EACH(p, rows) {
            Vec spread = vec_all((p < HELD ? held[p] : places[p])[k]);
            EACH(v, vectors)
                sum[p][v] += spread * column[v];
        }
    }
}

/* What somebody will want soon, a row at every step: while a block multiplies, the memory has nothing else to do. */
typedef struct Fetch {
    float *const *from; /* NULL-terminated; all with rows of `row` floats */
    size_t row, at;
    int rows;           /* left */
} Fetch;

INLINE void fetch_row(Fetch *fetch)
{
    enum { LINE = 16 };
    if (fetch->rows-- <= 0)
        return;
    for (float *const *from = fetch->from; *from; from++)
        EACH(line, (PANEL + LINE - 1) / LINE)
            __builtin_prefetch(*from + fetch->at + line * LINE, 1, 2);
    fetch->at += fetch->row;
}

/* The rows are neighbours, and a row's numbers x_row apart.  While a block passes over weights (no `fetch`), it asks for the next
 * rows: such a walk is foreseen by no prefetcher of the processor. */
INLINE const float *sums_of_columns(const float *x, size_t x_row, const float *panel, int depth, const int rows,
                                    const int vectors, const int width, Fetch *fetch, Sums sum)
{
    for (; depth > 0; depth--, x += x_row, panel += width) {
        Vec column[VECTORS];
        EACH(v, vectors)
            column[v] = vec_load(panel + v * VECTOR_FLOATS);
        __builtin_prefetch(x + 2 * ROWS - 1, 0, 2);
        if (fetch)
            fetch_row(fetch);
        EACH(p, rows) {
            Vec spread = vec_all(x[p]);
            EACH(v, vectors)
                sum[p][v] += spread * column[v];
        }
    }
    return panel;
}

/* -- Forward: samples are rows, weights lie in panels. */

typedef struct ForwardBlock {
    const float *x, *w;
    size_t x_row, y_row;
    int depth, last; /* last: columns of the last vector that exist */
    const float *bias; /* whole vectors */
    float *y;
} ForwardBlock;

INLINE void forward_block(const ForwardBlock *b, const int rows, const int vectors)
{
    Sums sum;
    EACH(p, rows)
        EACH(v, vectors)
            sum[p][v] = vec_load(b->bias + v * VECTOR_FLOATS);
    sums_of_rows(b->x, b->x_row, b->w, b->depth, rows, vectors, PANEL, sum);
    EACH(p, rows) {
        float *y = b->y + (size_t)p * b->y_row;
        EACH(v, vectors - 1)
            vec_store(y + v * VECTOR_FLOATS, sum[p][v]);
        vec_store_up_to(y + (vectors - 1) * VECTOR_FLOATS, sum[p][vectors - 1], (size_t)b->last);
    }
}

/* -- Weight gradient: weights are rows, the gradients of samples lie in a panel. */

enum { SEGMENTS = 16, DEPTH = 256 }; /* samples done at a time: their panel of dy takes 32 KB of stack */

typedef struct WeightBlock {
    int segments;
    const float *x[SEGMENTS];
    int n[SEGMENTS];
    size_t x_row, dw_row;
    const float *dy;
    int last;
    bool add;
    float *dw;
    float *const *fetch; /* or NULL */
    size_t at;           /* where in a row the block begins */
} WeightBlock;

INLINE void weight_block(const WeightBlock *b, size_t first, const int rows, const int vectors)
{
    Sums sum;
    EACH(p, rows)
        EACH(v, vectors)
            sum[p][v] = (Vec){0};
    const float *dy = b->dy;
    Fetch fetch = {b->fetch, b->dw_row, b->at + first * b->dw_row, b->fetch ? rows : 0};
    for (int s = 0; s < b->segments; s++)
        dy = sums_of_columns(b->x[s] + first, b->x_row, dy, b->n[s], rows, vectors, PANEL, &fetch, sum);
    const size_t last = (size_t)b->last;
    EACH(p, rows) {
        float *dw = b->dw + (first + (size_t)p) * b->dw_row, *tail = dw + (vectors - 1) * VECTOR_FLOATS;
        if (b->add) {
            EACH(v, vectors - 1)
                sum[p][v] += vec_load(dw + v * VECTOR_FLOATS);
            sum[p][vectors - 1] += vec_load_up_to(tail, last);
        }
        EACH(v, vectors - 1)
            vec_store(dw + v * VECTOR_FLOATS, sum[p][v]);
        vec_store_up_to(tail, sum[p][vectors - 1], last);
    }
}

/* -- Lane l of vector i becomes lane i of vector l: of every two vectors `step` apart, the lanes that stand `step` too far to the
 * right or left change places. */

#if VECTOR_FLOATS == 16
#define LANES(m, s) m(0, s), m(1, s), m(2, s), m(3, s), m(4, s), m(5, s), m(6, s), m(7, s), m(8, s), m(9, s), m(10, s), \
    m(11, s), m(12, s), m(13, s), m(14, s), m(15, s)
#elif VECTOR_FLOATS == 8
#define LANES(m, s) m(0, s), m(1, s), m(2, s), m(3, s), m(4, s), m(5, s), m(6, s), m(7, s)
#else
#define LANES(m, s) m(0, s), m(1, s), m(2, s), m(3, s)
#endif
#define UPPER(l, s) ((l) & (s) ? VECTOR_FLOATS + (l) - (s) : (l))
#define LOWER(l, s) ((l) & (s) ? VECTOR_FLOATS + (l) : (l) + (s))
#define CROSS(v, s)                                                                     \
    EACH(i, VECTOR_FLOATS)                                                              \
        if (!(i & (s))) {                                                               \
            Vec a = v[i], b = v[i + (s)];                                               \
            v[i] = __builtin_shufflevector(a, b, LANES(UPPER, s));                      \
            v[i + (s)] = __builtin_shufflevector(a, b, LANES(LOWER, s));                \
        }

INLINE void transpose(Vec v[VECTOR_FLOATS])
{
    CROSS(v, 1)
    CROSS(v, 2)
#if VECTOR_FLOATS >= 8
    CROSS(v, 4)
#endif
#if VECTOR_FLOATS == 16
    CROSS(v, 8)
#endif
}

/* -- Narrow: few samples are the columns, and the weights are spread, straight from where they stand. */

typedef struct NarrowBlock {
    const float *w, *x, *bias; /* bias: of the block's rows, or NULL */
    size_t w_row, w_step, y_row;
    int depth, n;
    float *y;
} NarrowBlock;

INLINE void narrow_block(const NarrowBlock *b, const int rows, const int vectors)
{
    Sums sum;
    EACH(p, rows)
        EACH(v, vectors)
            sum[p][v] = vec_all(b->bias ? b->bias[p] : 0);
    if (b->w_step == 1)
        sums_of_rows(b->w, b->w_row, b->x, b->depth, rows, vectors, vectors * VECTOR_FLOATS, sum);
    else
        sums_of_columns(b->w, b->w_step, b->x, b->depth, rows, vectors, vectors * VECTOR_FLOATS, NULL, sum);
    EACH(v, vectors)
        EACH(group, (rows + VECTOR_FLOATS - 1) / VECTOR_FLOATS) {
            const int first = group * VECTOR_FLOATS;
            Vec tile[VECTOR_FLOATS];
            EACH(i, VECTOR_FLOATS)
                tile[i] = first + i < rows ? sum[first + i][v] : (Vec){0};
            transpose(tile);
            float *y = b->y + (size_t)(v * VECTOR_FLOATS) * b->y_row + first;
            EACH(i, VECTOR_FLOATS)
                if (v * VECTOR_FLOATS + i < b->n)
                    vec_store_up_to(y + (size_t)i * b->y_row, tile[i], (size_t)(rows - first));
        }
}

/* -- The blocks of every size. */

#define DEFINE(rows, vectors)                                                   \
    static void forward_##rows##_##vectors(const ForwardBlock *b)               \
    {                                                                           \
        forward_block(b, rows, vectors);                                        \
    }                                                                           \
    static void weight_##rows##_##vectors(const WeightBlock *b, size_t first)   \
    {                                                                           \
        weight_block(b, first, rows, vectors);                                  \
    }                                                                           \
    static void narrow_##rows##_##vectors(const NarrowBlock *b)                 \
    {                                                                           \
        narrow_block(b, rows, vectors);                                         \
    }
EACH_BLOCK(DEFINE)

#define FORWARD(rows, vectors) forward_##rows##_##vectors,
#define WEIGHT(rows, vectors) weight_##rows##_##vectors,
#define NARROW(rows, vectors) narrow_##rows##_##vectors,
static void (*const forward_blocks[VECTORS][ROWS])(const ForwardBlock *) = BLOCK_TABLE(FORWARD);
static void (*const weight_blocks[VECTORS][ROWS])(const WeightBlock *, size_t) = BLOCK_TABLE(WEIGHT);
static void (*const narrow_blocks[VECTORS][ROWS])(const NarrowBlock *) = BLOCK_TABLE(NARROW);

/* -- The walks over blocks.  A panel stays in cache while all rows pass by. */

static void forward(const ProductForward *product)
{
    ForwardBlock b = {.x_row = (size_t)product->depth, .y_row = (size_t)product->columns, .depth = product->depth};
    int blocks = block_count(product->rows);
    for (int at = 0; at < product->columns; at += PANEL) {
        int width = smaller(product->columns - at, PANEL), vectors = (width + VECTOR_FLOATS - 1) / VECTOR_FLOATS;
        float bias[PANEL] = {0};
        if (product->bias)
            memcpy(bias, product->bias + at, (size_t)width * sizeof *bias);
        b.bias = bias;
        b.w = product->w + (size_t)at * (size_t)product->depth;
        b.last = width - (vectors - 1) * VECTOR_FLOATS;
        for (int i = 0; i < blocks; i++) {
            int first = block_begin(product->rows, i, blocks), rows = block_begin(product->rows, i + 1, blocks) - first;
            b.x = product->x + (size_t)first * b.x_row;
            b.y = product->y + (size_t)first * b.y_row + at;
            forward_blocks[vectors - 1][rows - 1](&b);
        }
    }
}

/* Copies columns [0, width) of dy's rows into a panel: read where they stand, as far apart as rows are, they would push each
 * other out of the first-level cache. */
static float *pack_rows(int rows, size_t row, int width, const float *from, float *to)
{
    for (int i = 0; i < rows; i++, from += row, to += PANEL)
        for (int v = 0; v < VECTORS; v++) {
            int left = width - v * VECTOR_FLOATS;
            vec_store(to + v * VECTOR_FLOATS, left > 0 ? vec_load_up_to(from + v * VECTOR_FLOATS, (size_t)left) : (Vec){0});
        }
    return to;
}

/* The next samples, at most `most`, beginning with sample *begin of part *part; how many. */
static int weight_segments(const ProductWeight *product, int *part, int *begin, int most, WeightBlock *b, const float *dy[SEGMENTS])
{
    int depth = 0;
    b->segments = 0;
    while (*part < product->parts && b->segments < SEGMENTS && depth < most) {
        const DensePart *from = &product->part[*part];
        int n = smaller(from->n - *begin, most - depth), s = b->segments;
        b->x[s] = from->x + product->first + (size_t)*begin * product->x_row;
        b->n[s] = n;
        dy[s] = from->dy + (size_t)*begin * product->dy_row;
        b->segments += n > 0;
        depth += n;
        *begin += n;
        if (*begin == from->n) {
            ++*part;
            *begin = 0;
        }
    }
    return depth;
}

static int parts_depth(int parts, const DensePart *part)
{
    int depth = 0;
    for (int p = 0; p < parts; p++)
        depth += part[p].n;
    return depth;
}

static void pack_parts(int parts, const DensePart *part, int columns, float *to)
{
    for (int at = 0; at < columns; at += PANEL)
        for (int p = 0; p < parts; p++)
            to = pack_rows(part[p].n, (size_t)columns, smaller(columns - at, PANEL), part[p].dy + at, to);
}

static void weight(const ProductWeight *product)
{
    WeightBlock b = {.x_row = product->x_row, .dw_row = (size_t)product->columns, .add = product->add, .fetch = product->fetch};
    float *const sums[] = {product->dw, NULL}; /* to be added to: waiting for them took a fifth of the time */
    int blocks = block_count(product->rows), done = 0, total = parts_depth(product->parts, product->part);
    for (int part = 0, begin = 0; part < product->parts; b.add = true) {
        const float *dy[SEGMENTS];
        int depth = weight_segments(product, &part, &begin, product->packed ? total : DEPTH, &b, dy);
        if (depth == 0 && b.add)
            return;
        if (b.add)
            b.fetch = sums;
        for (int at = 0; at < product->columns; at += PANEL) {
            int width = smaller(product->columns - at, PANEL), vectors = (width + VECTOR_FLOATS - 1) / VECTOR_FLOATS;
            _Alignas(64) float panel[DEPTH * PANEL], *to = panel;
            for (int s = 0; s < b.segments && !product->packed; s++)
                to = pack_rows(b.n[s], product->dy_row, width, dy[s] + at, to);
            b.dy = product->packed ? product->packed + (size_t)at * (size_t)total + (size_t)done * PANEL : panel;
            b.dw = product->dw + at;
            b.at = (size_t)at;
            b.last = width - (vectors - 1) * VECTOR_FLOATS;
            for (int i = 0; i < blocks; i++) {
                int first = block_begin(product->rows, i, blocks), rows = block_begin(product->rows, i + 1, blocks) - first;
                weight_blocks[vectors - 1][rows - 1](&b, (size_t)first);
            }
        }
        done += depth;
    }
}

/* -- Packing. */

static void pack(int rows, int columns, const float *w, int first, float *panel)
{
    pack_rows(rows, (size_t)columns, smaller(columns - first, PANEL), w + first, panel);
}

/* Rows [first, first + width) of w become the columns of a panel of that width. */
INLINE void pack_columns(int rows, int columns, const float *w, int first, const int vectors, float *panel)
{
    for (int at = 0; at < columns; at += VECTOR_FLOATS) {
        int deep = smaller(columns - at, VECTOR_FLOATS);
        for (int v = 0; v < vectors; v++) {
            int from = first + v * VECTOR_FLOATS;
            Vec tile[VECTOR_FLOATS];
            EACH(i, VECTOR_FLOATS)
                tile[i] = from + i < rows ? vec_load_up_to(w + (size_t)(from + i) * (size_t)columns + at, (size_t)deep) : (Vec){0};
            transpose(tile);
            EACH(i, VECTOR_FLOATS)
                if (i < deep)
                    vec_store(panel + ((at + i) * vectors + v) * VECTOR_FLOATS, tile[i]);
        }
    }
}

static void pack_transposed(int rows, int columns, const float *w, int first, float *panel)
{
    pack_columns(rows, columns, w, first, VECTORS, panel);
}

/* The samples' panels stay in cache while the weights pass by once. */
static void narrow(const ProductNarrow *product)
{
    NarrowBlock b = {.w_row = product->w_row, .w_step = product->w_step, .y_row = (size_t)product->rows, .depth = product->depth};
    int blocks = block_count(product->rows), n = product->n, panels = (n + PANEL - 1) / PANEL;
    size_t panel = (size_t)product->depth * PANEL;
    for (int j = 0; j < panels; j++)
        if (n - j * PANEL > VECTOR_FLOATS)
            pack_columns(n, product->depth, product->x, j * PANEL, 2, product->scratch + (size_t)j * panel);
        else
            pack_columns(n, product->depth, product->x, j * PANEL, 1, product->scratch + (size_t)j * panel);
    for (int i = 0; i < blocks; i++) {
        int first = block_begin(product->rows, i, blocks), rows = block_begin(product->rows, i + 1, blocks) - first;
        b.w = product->w + (size_t)first * b.w_row;
        b.bias = product->bias ? product->bias + first : NULL;
        for (int j = 0; j < panels; j++) {
            b.n = smaller(n - j * PANEL, PANEL);
            b.x = product->scratch + (size_t)j * panel;
            b.y = product->y + (size_t)(j * PANEL) * b.y_row + first;
            narrow_blocks[b.n > VECTOR_FLOATS][rows - 1](&b);
        }
    }
}

const ProductKernels KERNEL(product_kernels) = {
    .panel = PANEL,
    .forward = forward,
    .weight = weight,
    .narrow = narrow,
    .pack = pack,
    .pack_parts = pack_parts,
    .pack_transposed = pack_transposed,
};
