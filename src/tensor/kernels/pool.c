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

INLINE void max_pixel(const float *first, size_t row, size_t pixel, Span rows, Span columns, int size_w, float *y,
                      uint8_t *winner)
{
    for (size_t i = 0; i < pixel; i += VECTOR_FLOATS) {
        VecInt best;
        size_t n = pixel - i;
        vec_store_up_to(y + i, max_window(first + i, row, pixel, rows, columns, size_w, n, &best), n);
        if (winner)
            vec_store_bytes(winner + i, best, n);
    }
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
static void max_backward_2x2(const PoolGeometry *g, int n, const float *dy, const uint8_t *winner, float *dx)
{
    size_t pixel = (size_t)g->c, row = pixel * (size_t)g->in_w;
    for (size_t line = 0; line < (size_t)n * (size_t)g->out_h; line++, dx += 2 * row)
        for (size_t ox = 0; ox < (size_t)g->out_w; ox++, dy += pixel, winner += pixel) {
            float *corner = dx + ox * 2 * pixel;
            for (size_t i = 0; i < pixel; i += VECTOR_FLOATS) {
                size_t left = pixel - i;
                VecInt best = vec_load_bytes(winner + i, left), d = (VecInt)vec_load_up_to(dy + i, left);
                vec_store_up_to(corner + i, (Vec)((best == 0) & d), left);
                vec_store_up_to(corner + pixel + i, (Vec)((best == 1) & d), left);
                vec_store_up_to(corner + row + i, (Vec)((best == 2) & d), left);
                vec_store_up_to(corner + row + pixel + i, (Vec)((best == 3) & d), left);
            }
        }
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
            for (int x = 0; x < g->in_w; x++, dx += pixel) {
                Span columns = output_span(x, g->size_w, g->stride_w, g->pad_left, g->out_w);
                for (size_t i = 0; i < pixel; i += VECTOR_FLOATS) {
                    size_t left = pixel - i;
                    Vec sum = {0};
                    for (int oy = rows.first; oy < rows.end; oy++)
                        for (int ox = columns.first; ox < columns.end; ox++) {
                            size_t out = (size_t)oy * out_row + (size_t)ox * pixel + i;
                            int place = (y + g->pad_top - oy * g->stride_h) * g->size_w + x + g->pad_left
                                - ox * g->stride_w;
                            VecInt won = vec_load_bytes(winner + out, left) == place;
                            sum += (Vec)(won & (VecInt)vec_load_up_to(dy + out, left));
                        }
                    vec_store_up_to(dx + i, sum, left);
                }
            }
        }
}

/* -- Average over the places that are inside the picture. */

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
                float share = 1.0f / (float)((rows.end - rows.first) * (columns.end - columns.first));
                for (size_t i = 0; i < pixel; i += VECTOR_FLOATS) {
                    Vec sum = {0};
                    for (int r = 0; r < rows.end - rows.first; r++)
                        for (int c = 0; c < columns.end - columns.first; c++)
                            sum += vec_load_up_to(first + (size_t)r * row + (size_t)c * pixel + i, pixel - i);
                    vec_store_up_to(y + i, sum * share, pixel - i);
                }
            }
        }
}

static void average_backward(const PoolGeometry *g, int n, const float *dy, float *dx)
{
    size_t pixel = (size_t)g->c, out_row = pixel * (size_t)g->out_w, out_picture = out_row * (size_t)g->out_h;
    for (int sample = 0; sample < n; sample++, dy += out_picture)
        for (int y = 0; y < g->in_h; y++) {
            Span rows = output_span(y, g->size_h, g->stride_h, g->pad_top, g->out_h);
            for (int x = 0; x < g->in_w; x++, dx += pixel) {
                Span columns = output_span(x, g->size_w, g->stride_w, g->pad_left, g->out_w);
                for (size_t i = 0; i < pixel; i += VECTOR_FLOATS) {
                    Vec sum = {0};
                    for (int oy = rows.first; oy < rows.end; oy++) {
                        Span down = window_span(oy, g->size_h, g->stride_h, g->pad_top, g->in_h);
                        for (int ox = columns.first; ox < columns.end; ox++) {
                            Span across = window_span(ox, g->size_w, g->stride_w, g->pad_left, g->in_w);
                            float share = 1.0f / (float)((down.end - down.first) * (across.end - across.first));
                            sum += vec_load_up_to(dy + (size_t)oy * out_row + (size_t)ox * pixel + i, pixel - i) * share;
                        }
                    }
                    vec_store_up_to(dx + i, sum, pixel - i);
                }
            }
        }
}

const PoolKernels KERNEL(pool_kernels) = {
    .max_forward = max_forward,
    .max_backward = max_backward,
    .average_forward = average_forward,
    .average_backward = average_backward,
};
