/* Upsampling by whole factors: repeated pixels, or straight lines between pixels' centres. */
#include "tensor/kernels/pool.h"

#include "tensor/vector.h"

INLINE void pixel_copy(float *to, const float *from, size_t c)
{
    for (size_t i = 0; i < c; i += VECTOR_FLOATS)
        vec_store_up_to(to + i, vec_load_up_to(from + i, c - i), c - i);
}

static void nearest_forward(int n, int h, int w, int c, int scale_h, int scale_w, const float *x, float *y)
{
    size_t pixel = (size_t)c, out_row = pixel * (size_t)w * (size_t)scale_w;
    for (size_t row = 0; row < (size_t)n * (size_t)h; row++) {
        float *first = y;
        for (int column = 0; column < w; column++, x += pixel)
            for (int again = 0; again < scale_w; again++, y += pixel)
                pixel_copy(y, x, pixel);
        for (int again = 1; again < scale_h; again++, y += out_row)
            memcpy(y, first, out_row * sizeof *y);
    }
}

static void nearest_backward(int n, int h, int w, int c, int scale_h, int scale_w, const float *dy, float *dx)
{
    size_t pixel = (size_t)c, out_row = pixel * (size_t)w * (size_t)scale_w;
    for (size_t row = 0; row < (size_t)n * (size_t)h; row++, dy += out_row * (size_t)scale_h)
        for (size_t column = 0; column < (size_t)w; column++, dx += pixel) {
            const float *corner = dy + column * (size_t)scale_w * pixel;
            for (size_t i = 0; i < pixel; i += VECTOR_FLOATS) {
                Vec sum = {0};
                for (size_t down = 0; down < (size_t)scale_h; down++)
                    for (size_t across = 0; across < (size_t)scale_w; across++)
                        sum += vec_load_up_to(corner + down * out_row + across * pixel + i, pixel - i);
                vec_store_up_to(dx + i, sum, pixel - i);
            }
        }
}

/* Output `out` lies between inputs `before` and `after`, at share `weight` of the way. */
typedef struct Between {
    size_t before, after;
    float weight;
} Between;

static Between between(int out, int scale, int in)
{
    float place = ((float)out + 0.5f) / (float)scale - 0.5f;
    if (place <= 0)
        return (Between){0, 0, 0};
    int before = (int)place;
    if (before >= in - 1)
        return (Between){(size_t)in - 1, (size_t)in - 1, 0};
    return (Between){(size_t)before, (size_t)before + 1, place - (float)before};
}

static void bilinear_forward(int n, int h, int w, int c, int scale_h, int scale_w, const float *x, float *y)
{
    size_t pixel = (size_t)c, row = pixel * (size_t)w;
    for (int sample = 0; sample < n; sample++, x += row * (size_t)h)
        for (int oy = 0; oy < h * scale_h; oy++) {
            Between down = between(oy, scale_h, h);
            const float *above = x + down.before * row, *below = x + down.after * row;
            for (int ox = 0; ox < w * scale_w; ox++, y += pixel) {
                Between across = between(ox, scale_w, w);
                size_t left = across.before * pixel, right = across.after * pixel;
                for (size_t i = 0; i < pixel; i += VECTOR_FLOATS) {
                    size_t part = pixel - i;
                    Vec a = vec_load_up_to(above + left + i, part), b = vec_load_up_to(above + right + i, part);
                    Vec d = vec_load_up_to(below + left + i, part), e = vec_load_up_to(below + right + i, part);
                    Vec top = a + (b - a) * across.weight, bottom = d + (e - d) * across.weight;
                    vec_store_up_to(y + i, top + (bottom - top) * down.weight, part);
                }
            }
        }
}

INLINE void pixel_add(float *to, Vec v, size_t n)
{
    vec_store_up_to(to, vec_load_up_to(to, n) + v, n);
}

/* The transpose: each output's gradient goes back to the four inputs it was made of. */
static void bilinear_backward(int n, int h, int w, int c, int scale_h, int scale_w, const float *dy, float *dx)
{
    size_t pixel = (size_t)c, row = pixel * (size_t)w, picture = row * (size_t)h;
    for (int sample = 0; sample < n; sample++, dx += picture) {
        memset(dx, 0, picture * sizeof *dx);
        for (int oy = 0; oy < h * scale_h; oy++) {
            Between down = between(oy, scale_h, h);
            float *above = dx + down.before * row, *below = dx + down.after * row;
            for (int ox = 0; ox < w * scale_w; ox++, dy += pixel) {
                Between across = between(ox, scale_w, w);
                size_t left = across.before * pixel, right = across.after * pixel;
                for (size_t i = 0; i < pixel; i += VECTOR_FLOATS) {
                    size_t part = pixel - i;
                    Vec d = vec_load_up_to(dy + i, part), bottom = d * down.weight, top = d - bottom;
                    pixel_add(above + left + i, top * (1.0f - across.weight), part);
                    pixel_add(above + right + i, top * across.weight, part);
                    pixel_add(below + left + i, bottom * (1.0f - across.weight), part);
                    pixel_add(below + right + i, bottom * across.weight, part);
                }
            }
        }
    }
}

const UpsampleKernels KERNEL(upsample_kernels) = {
    .nearest_forward = nearest_forward,
    .nearest_backward = nearest_backward,
    .bilinear_forward = bilinear_forward,
    .bilinear_backward = bilinear_backward,
};
