/* Activations and their derivatives, a vector at a time. */
#include "tensor/kernels/activation.h"

#include "tensor/kernels/math.h"

static const float SELU_SCALE = 1.05070098735548f, SELU_ALPHA = 1.67326324235438f; /* Klambauer et al. 2017 */

/* -- Each function of one vector.  Comparisons are written so that a NaN falls through to the branch that keeps it. */

INLINE Vec relu(Vec x, float alpha)
{
    (void)alpha;
    return vec_at_least(x, 0.0f);
}

INLINE Vec lrelu(Vec x, float alpha)
{
    return vec_if_less(x, vec_all(0), x * alpha, x);
}

INLINE Vec elu(Vec x, float alpha)
{
    return vec_if_less(x, vec_all(0), vec_expm1(vec_at_most(x, 0.0f)) * alpha, x);
}

INLINE Vec selu(Vec x, float alpha)
{
    (void)alpha;
    return elu(x, SELU_ALPHA) * SELU_SCALE;
}

INLINE Vec gelu(Vec x, float alpha)
{
    (void)alpha;
    Vec density;
    return vec_at_least(x, -__FLT_MAX__) * vec_normal(x, &density); /* -infinity times 0 would be NaN */
}

INLINE Vec sigmoid(Vec x, float alpha)
{
    (void)alpha;
    return vec_sigmoid(x);
}

INLINE Vec tanh_(Vec x, float alpha)
{
    (void)alpha;
    return vec_tanh(x);
}

INLINE Vec softplus(Vec x, float alpha)
{
    (void)alpha;
    return vec_softplus(x);
}

/* -- Each derivative, from the output y (gelu: from the input).  An alpha of 0 makes y = -0 of negative inputs. */

INLINE Vec relu_slope(Vec y, Vec dy, float alpha)
{
    (void)alpha;
    return (Vec)(~(y <= 0) & (VecInt)dy);
}

INLINE Vec lrelu_slope(Vec y, Vec dy, float alpha)
{
    return vec_select(y <= 0, dy * alpha, dy);
}

INLINE Vec elu_slope(Vec y, Vec dy, float alpha)
{
    return vec_select(y <= 0, dy * (y + alpha), dy);
}

INLINE Vec selu_slope(Vec y, Vec dy, float alpha)
{
    (void)alpha;
    return vec_select(y < 0, dy * (y + SELU_ALPHA * SELU_SCALE), dy * SELU_SCALE);
}

INLINE Vec gelu_slope(Vec x, Vec dy, float alpha)
{
    (void)alpha;
    Vec density, phi = vec_normal(x, &density);
    return dy * (phi + vec_at_most(vec_at_least(x, -__FLT_MAX__), __FLT_MAX__) * density);
}

INLINE Vec sigmoid_slope(Vec y, Vec dy, float alpha)
{
    (void)alpha;
    return dy * (y * (1.0f - y));
}

INLINE Vec tanh_slope(Vec y, Vec dy, float alpha)
{
    (void)alpha;
    return dy * ((1.0f - y) * (1.0f + y));
}

INLINE Vec softplus_slope(Vec y, Vec dy, float alpha)
{
    (void)alpha;
    return dy * -vec_expm1(-y); /* sigmoid(x) = 1 - e^-y */
}

/* -- The walk over the numbers; `f` is constant, so it disappears into the loop. */

INLINE void map(size_t count, float alpha, const float *x, float *y, Vec (*f)(Vec, float))
{
    size_t i = 0;
    for (; i + VECTOR_FLOATS <= count; i += VECTOR_FLOATS)
        vec_store(y + i, f(vec_load(x + i), alpha));
    if (i < count)
        vec_store_up_to(y + i, f(vec_load_up_to(x + i, count - i), alpha), count - i);
}

INLINE void map_back(size_t count, float alpha, const float *y, const float *dy, float *dx,
                     Vec (*f)(Vec, Vec, float))
{
    size_t i = 0;
    for (; i + VECTOR_FLOATS <= count; i += VECTOR_FLOATS)
        vec_store(dx + i, f(vec_load(y + i), vec_load(dy + i), alpha));
    if (i < count)
        vec_store_up_to(dx + i, f(vec_load_up_to(y + i, count - i), vec_load_up_to(dy + i, count - i), alpha), count - i);
}

#define FORWARD(name, f) \
    static void name(size_t count, float alpha, const float *x, float *y) { map(count, alpha, x, y, f); }
#define BACKWARD(name, f)                                                                       \
    static void name(size_t count, float alpha, const float *y, const float *dy, float *dx)     \
    {                                                                                           \
        map_back(count, alpha, y, dy, dx, f);                                                   \
    }

FORWARD(relu_forward, relu)
FORWARD(lrelu_forward, lrelu)
FORWARD(elu_forward, elu)
FORWARD(selu_forward, selu)
FORWARD(gelu_forward, gelu)
FORWARD(sigmoid_forward, sigmoid)
FORWARD(tanh_forward, tanh_)
FORWARD(softplus_forward, softplus)
BACKWARD(relu_backward, relu_slope)
BACKWARD(lrelu_backward, lrelu_slope)
BACKWARD(elu_backward, elu_slope)
BACKWARD(selu_backward, selu_slope)
BACKWARD(gelu_backward, gelu_slope)
BACKWARD(sigmoid_backward, sigmoid_slope)
BACKWARD(tanh_backward, tanh_slope)
BACKWARD(softplus_backward, softplus_slope)

/* -- Softmax.  Lanes behind the end of a row count as -infinity, that is, as nothing. */

static void softmax_forward(size_t rows, size_t width, const float *x, float *y)
{
    const float nothing = -__builtin_inff();
    for (size_t row = 0; row < rows; row++, x += width, y += width) {
        Vec largest = vec_all(nothing), sum = {0};
        for (size_t i = 0; i < width; i += VECTOR_FLOATS) {
            Vec v = vec_fill(vec_load_up_to(x + i, width - i), width - i, nothing);
            largest = vec_if_less(largest, v, v, largest); /* a NaN missed here comes back through the sum */
        }
        float most = vec_largest(largest);
        for (size_t i = 0; i < width; i += VECTOR_FLOATS) {
            Vec e = vec_exp_negative(vec_fill(vec_load_up_to(x + i, width - i), width - i, nothing) - most);
            vec_store_up_to(y + i, e, width - i);
            sum += e;
        }
        float share = 1.0f / vec_sum(sum);
        for (size_t i = 0; i < width; i += VECTOR_FLOATS)
            vec_store_up_to(y + i, vec_load_up_to(y + i, width - i) * share, width - i);
    }
}

/* dx = y (dy - sum of dy y) */
static void softmax_backward(size_t rows, size_t width, const float *y, const float *dy, float *dx)
{
    for (size_t row = 0; row < rows; row++, y += width, dy += width, dx += width) {
        Vec sum = {0};
        for (size_t i = 0; i < width; i += VECTOR_FLOATS)
            sum += vec_load_up_to(y + i, width - i) * vec_load_up_to(dy + i, width - i);
        float mean = vec_sum(sum);
        for (size_t i = 0; i < width; i += VECTOR_FLOATS) {
            size_t n = width - i;
            vec_store_up_to(dx + i, vec_load_up_to(y + i, n) * (vec_load_up_to(dy + i, n) - mean), n);
        }
    }
}

const ActivationKernels KERNEL(activation_kernels) = {
    .forward = {[ACT_RELU] = relu_forward,
                [ACT_LRELU] = lrelu_forward,
                [ACT_ELU] = elu_forward,
                [ACT_SELU] = selu_forward,
                [ACT_GELU] = gelu_forward,
                [ACT_SIGMOID] = sigmoid_forward,
                [ACT_TANH] = tanh_forward,
                [ACT_SOFTPLUS] = softplus_forward},
    .backward = {[ACT_RELU] = relu_backward,
                 [ACT_LRELU] = lrelu_backward,
                 [ACT_ELU] = elu_backward,
                 [ACT_SELU] = selu_backward,
                 [ACT_GELU] = gelu_backward,
                 [ACT_SIGMOID] = sigmoid_backward,
                 [ACT_TANH] = tanh_backward,
                 [ACT_SOFTPLUS] = softplus_backward},
    .softmax_forward = softmax_forward,
    .softmax_backward = softmax_backward,
};
