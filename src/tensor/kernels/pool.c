/* Pooling.  Channels are last, so a vector is one pixel's channels; all passes write each number once.
 *
 * The backward passes gather: a pixel asks the windows it lies in, which needs neither clearing nor a second visit, and
 * serves overlapping windows, gaps between windows and padding alike. */
#include "tensor/kernels/pool.h"

#include "tensor/vector.h"

/* The part of a window, or of the windows around a pixel, that exists: [first, end). */
typedef struct Span {
    int first, end;
} Span;

/* Places of output `out`'s window, as offsets into the window. */
static Span window_span(int out, int size, int stride, int pad, int in)
{
    int start = out * stride - pad;
    return (Span){start < 0 ? -start : 0, start + size > in ? in - start : size};
}

/* The outputs whose windows hold input `in`. */
static Span output_span(int in, int size, int stride, int pad, int outs)
{
    int last = (in + pad) / stride, past = in + pad - size; /* the last window that begins before `in` has ended here */
    int first = past < 0 ? 0 : past / stride + 1;
    return (Span){first, last >= outs ? outs : last + 1};
}

/* -- Maximum.  A later place wins only when it is larger; a NaN wins over numbers and is never beaten. */

/* `first` is the window's first pixel that exists. */
INLINE Vec max_window(const float *first, size_t row, size_t pixel, Span rows, Span columns, int size_w, size_t n,
                      VecInt *winner)
{
    Vec most = vec_load_up_to(first, n);
    VecInt best = (VecInt){0} + (rows.first * size_w + columns.first);
    for (int r = rows.first; r < rows.end; r++, first += row)
        for (int column = columns.first; column < columns.end; column++) {
            Vec v = vec_load_up_to(first + (size_t)(column - columns.first) * pixel, n);
            VecInt larger = (v > most) | (v != v), place = (VecInt){0} + (r * size_w + column);
            most = vec_select(larger, v, most);
            best = (larger & place) | (~larger & best);
        }
    *winner = best;
    return most;
}

/* Channels [i, i + n) of one output. */
INLINE void max_part(const float *first, size_t row, size_t pixel, Span rows, Span columns, int size_w, float *y,
                     uint8_t *winner, size_t i, size_t n)
{
    VecInt best;
    vec_store_up_to(y + i, max_window(first + i, row, pixel, rows, columns, size_w, n, &best), n);
    if (winner)
        vec_store_bytes(winner + i, best, n);
}

INLINE void max_pixel(const float *first, size_t row, size_t pixel, Span rows, Span columns, int size_w, float *y,
                      uint8_t *winner)
{
    size_t i = 0;
    for (; i + VECTOR_FLOATS <= pixel; i += VECTOR_FLOATS)
        max_part(first, row, pixel, rows, columns, size_w, y, winner, i, VECTOR_FLOATS);
    if (i < pixel)
        max_part(first, row, pixel, rows, columns, size_w, y, winner, i, pixel - i);
}

static void max_forward(const PoolGeometry *g, int n, const float *x, float *y, uint8_t *winner)
{
    size_t pixel = (size_t)g->c, row = pixel * (size_t)g->in_w, picture = row * (size_t)g->in_h;
    for (int sample = 0; sample < n; sample++, x += picture)
        for (int oy = 0; oy < g->out_h; oy++) {
            Span rows = window_span(oy, g->size_h, g->stride_h, g->pad_top, g->in_h);
            for (int ox = 0; ox < g->out_w; ox++) {
                Span columns = window_span(ox, g->size_w, g->stride_w, g->pad_left, g->in_w);
                const float *first = x + (size_t)(oy * g->stride_h - g->pad_top + rows.first) * row
                    + (size_t)(ox * g->stride_w - g->pad_left + columns.first) * pixel;
                bool whole_2x2 = g->size_h == 2 && g->size_w == 2 && rows.end - rows.first == 2
                    && columns.end - columns.first == 2;
                if (whole_2x2) /* constants, so that the loops over the window unroll */
                    max_pixel(first, row, pixel, (Span){0, 2}, (Span){0, 2}, 2, y, winner);
                else
                    max_pixel(first, row, pixel, rows, columns, g->size_w, y, winner);
                y += pixel;
                if (winner)
                    winner += pixel;
            }
        }
}

/* Windows of 2x2 side by side: each output's gradient goes to one of its own four pixels. */
INLINE void spread_2x2(const float *dy, const uint8_t *winner, float *corner, size_t row, size_t pixel, size_t n)
{
    VecInt best = vec_load_bytes(winner, n), d = (VecInt)vec_load_up_to(dy, n);
    vec_store_up_to(corner, (Vec)((best == 0) & d), n);
    vec_store_up_to(corner + pixel, (Vec)((best == 1) & d), n);
    vec_store_up_to(corner + row, (Vec)((best == 2) & d), n);
    vec_store_up_to(corner + row + pixel, (Vec)((best == 3) & d), n);
}

static void max_backward_2x2(const PoolGeometry *g, int n, const float *dy, const uint8_t *winner, float *dx)
{
    size_t pixel = (size_t)g->c, row = pixel * (size_t)g->in_w;
    for (size_t line = 0; line < (size_t)n * (size_t)g->out_h; line++, dx += 2 * row)
        for (size_t ox = 0; ox < (size_t)g->out_w; ox++, dy += pixel, winner += pixel) {
            float *corner = dx + ox * 2 * pixel;
            size_t i = 0;
            for (; i + VECTOR_FLOATS <= pixel; i += VECTOR_FLOATS)
                spread_2x2(dy + i, winner + i, corner + i, row, pixel, VECTOR_FLOATS);
            if (i < pixel)
                spread_2x2(dy + i, winner + i, corner + i, row, pixel, pixel - i);
        }
}

/* What the windows of `rows` x `columns` give to a pixel whose place is `place` in the first of them. */
INLINE Vec won(const PoolGeometry *g, Span rows, Span columns, int place, const float *dy, const uint8_t *winner, size_t n)
{
    size_t pixel = (size_t)g->c, row = pixel * (size_t)g->out_w;
    Vec sum = {0};
    for (int oy = rows.first; oy < rows.end; oy++, place -= g->stride_h * g->size_w, dy += row, winner += row) {
        int here = place;
        size_t at = 0;
        for (int ox = columns.first; ox < columns.end; ox++, here -= g->stride_w, at += pixel)
            sum += (Vec)((vec_load_bytes(winner + at, n) == here) & (VecInt)vec_load_up_to(dy + at, n));
    }
    return sum;
}

static void max_backward(const PoolGeometry *g, int n, const float *dy, const uint8_t *winner, float *dx)
{
    if (g->size_h == 2 && g->size_w == 2 && g->stride_h == 2 && g->stride_w == 2 && g->pad_top == 0 && g->pad_left == 0
        && g->in_h == 2 * g->out_h && g->in_w == 2 * g->out_w) {
        max_backward_2x2(g, n, dy, winner, dx);
        return;
    }
    size_t pixel = (size_t)g->c, out_row = pixel * (size_t)g->out_w, out_picture = out_row * (size_t)g->out_h;
    for (int sample = 0; sample < n; sample++, dy += out_picture, winner += out_picture)
        for (int y = 0; y < g->in_h; y++) {
            Span rows = output_span(y, g->size_h, g->stride_h, g->pad_top, g->out_h);
            int down = y + g->pad_top - rows.first * g->stride_h;
            for (int x = 0; x < g->in_w; x++, dx += pixel) {
                Span columns = output_span(x, g->size_w, g->stride_w, g->pad_left, g->out_w);
                int place = down * g->size_w + x + g->pad_left - columns.first * g->stride_w;
                size_t first = (size_t)rows.first * out_row + (size_t)columns.first * pixel, i = 0;
                for (; i + VECTOR_FLOATS <= pixel; i += VECTOR_FLOATS)
                    vec_store(dx + i, won(g, rows, columns, place, dy + first + i, winner + first + i, VECTOR_FLOATS));
                if (i < pixel)
                    vec_store_up_to(dx + i, won(g, rows, columns, place, dy + first + i, winner + first + i, pixel - i),
                                    pixel - i);
            }
        }
}

/* -- Average over the places that are inside the picture. */

INLINE Vec window_sum(const float *first, size_t row, size_t pixel, int rows, int columns, size_t n)
{
    Vec sum = {0};
    for (int r = 0; r < rows; r++, first += row)
        for (int c = 0; c < columns; c++)
            sum += vec_load_up_to(first + (size_t)c * pixel, n);
    return sum;
}

static void average_forward(const PoolGeometry *g, int n, const float *x, float *y)
{
    size_t pixel = (size_t)g->c, row = pixel * (size_t)g->in_w, picture = row * (size_t)g->in_h;
    for (int sample = 0; sample < n; sample++, x += picture)
        for (int oy = 0; oy < g->out_h; oy++) {
            Span rows = window_span(oy, g->size_h, g->stride_h, g->pad_top, g->in_h);
            for (int ox = 0; ox < g->out_w; ox++, y += pixel) {
                Span columns = window_span(ox, g->size_w, g->stride_w, g->pad_left, g->in_w);
                const float *first = x + (size_t)(oy * g->stride_h - g->pad_top + rows.first) * row
                    + (size_t)(ox * g->stride_w - g->pad_left + columns.first) * pixel;
                int down = rows.end - rows.first, across = columns.end - columns.first;
                float share = 1.0f / (float)(down * across);
                size_t i = 0;
                for (; i + VECTOR_FLOATS <= pixel; i += VECTOR_FLOATS)
                    vec_store(y + i, window_sum(first + i, row, pixel, down, across, VECTOR_FLOATS) * share);
                if (i < pixel)
                    vec_store_up_to(y + i, window_sum(first + i, row, pixel, down, across, pixel - i) * share, pixel - i);
            }
        }
}

/* dx (+)= dy * share over one pixel */
INLINE void pixel_share(float *dx, const float *dy, float share, bool add, size_t pixel)
{
    size_t i = 0;
    for (; i + VECTOR_FLOATS <= pixel; i += VECTOR_FLOATS)
        vec_store(dx + i, vec_load(dy + i) * share + (add ? vec_load(dx + i) : vec_all(0)));
    for (; i < pixel; i++)
        dx[i] = dy[i] * share + (add ? dx[i] : 0);
}

static void average_backward(const PoolGeometry *g, int n, const float *dy, float *dx)
{
    size_t pixel = (size_t)g->c, out_row = pixel * (size_t)g->out_w, out_picture = out_row * (size_t)g->out_h;
    for (int sample = 0; sample < n; sample++, dy += out_picture)
        for (int y = 0; y < g->in_h; y++) {
            Span rows = output_span(y, g->size_h, g->stride_h, g->pad_top, g->out_h);
            for (int x = 0; x < g->in_w; x++, dx += pixel) {
                Span columns = output_span(x, g->size_w, g->stride_w, g->pad_left, g->out_w);
                bool add = false;
                for (int oy = rows.first; oy < rows.end; oy++) {
                    Span down = window_span(oy, g->size_h, g->stride_h, g->pad_top, g->in_h);
                    for (int ox = columns.first; ox < columns.end; ox++, add = true) {
                        Span across = window_span(ox, g->size_w, g->stride_w, g->pad_left, g->in_w);
                        float share = 1.0f / (float)((down.end - down.first) * (across.end - across.first));
                        pixel_share(dx, dy + (size_t)oy * out_row + (size_t)ox * pixel, share, add, pixel);
                    }
                }
                if (!add) /* in no window at all */
                    memset(dx, 0, pixel * sizeof *dx);
            }
        }
}

const PoolKernels KERNEL(pool_kernels) = {
    .max_forward = max_forward,
    .max_backward = max_backward,
    .average_forward = average_forward,
    .average_backward = average_backward,
};
