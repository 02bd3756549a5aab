/* The transforms of Winograd's (Toom's and Cook's) convolution, vectors of channels at a time.
 *
 * Along one axis, outputs and taps are polynomials' coefficients, and a product of polynomials is known from its values
 * at as many points as it has coefficients: outputs + taps - 1.  The points here are 0, some pairs +a and -a, and
 * infinity (the leading coefficient).  With V_k the matrix of powers (point^0 ... point^(k-1)), S diagonal and B the
 * coefficients of the products over the other points of (t - point),
 *
 *     y[o] = sum over t of x[o + t] w[t]  =  V_outputs' (S V_taps w . B x),
 *
 * and as outputs and taps enter alike, a weight gradient (outputs are the kernel's places, taps a tile of dy) is
 * V_taps' (S V_outputs dy . B x).  In two dimensions each transform is done along both axes.
 * A. L. Toom 1963; S. A. Cook 1966; S. Winograd 1980; for networks Lavin and Gray 2016, arXiv:1509.09308.
 *
 * The pairs were chosen by the error: of all multiples of 1/32, +-5/8 and +-3/2 make 6 points whose transforms round least (half
 * as much as the usual +-1 and +-2), and +-1/2, +-1 and +-2 make 8.  Such short fractions keep the constants of B and V exact.
 * Both points of a pair share the even and the odd half of their sums. */
#include "tensor/kernels/conv_common.h"
#include "tensor/kernels/conv_kernels.h"
#include "tensor/vector.h"

enum { SIDE = CONV_WINOGRAD_SIDE };

/* The constants for [0] 6 and [1] 8 points; all of them vanish into the code. */
#define A 0.625f
#define B 1.5f
static const float PAIR[2][3] = {{A, B}, {1, 2, 0.5f}};
/* ALL: the product over all pairs of (t^2 - a^2), by powers of t^2; REST: the same without pair p's factor. */
static const float ALL[2][4] = {{A * A * B * B, -A * A - B * B, 1}, {-1, 5.25f, -5.25f, 1}};
static const float REST[2][3][3] = {{{-B * B, 1}, {-A * A, 1}}, {{1, -4.25f, 1}, {0.25f, -1.25f, 1}, {4, -5, 1}}};
/* S: 1 / ALL(0) for the point 0, 1 / (2 a^2 REST(a^2)) for both points of a pair, 1 for infinity. */
static const float SCALE_ZERO[2] = {1 / (A * A * B * B), -1};
static const float SCALE[2][3] = {{1 / (2 * A * A * (A * A - B * B)), 1 / (2 * B * B * (B * B - A * A))},
                                  {-2 / 9.f, 1 / 90.f, 32 / 45.f}};
#undef A
#undef B

INLINE float power(float a, const int exponent)
{
    float result = 1;
    EACH(i, exponent)
        result *= a;
    return result;
}

/* out = B in, both `points` long. */
INLINE void line_input(const int points, const Vec in[SIDE], Vec out[SIDE])
{
    const int size = points / 2 - 3, pairs = points / 2 - 1;
    out[0] = ALL[size][0] * in[0];
    out[points - 1] = ALL[size][0] * in[1];
    EACH(i, pairs) {
        out[0] += ALL[size][i + 1] * in[2 * i + 2];
        out[points - 1] += ALL[size][i + 1] * in[2 * i + 3];
    }
    EACH(p, pairs) {
        Vec even = REST[size][p][0] * in[2], odd = REST[size][p][0] * in[1];
        EACH(i, pairs - 1) {
            even += REST[size][p][i + 1] * in[2 * i + 4];
            odd += REST[size][p][i + 1] * in[2 * i + 3];
        }
        out[1 + 2 * p] = even + PAIR[size][p] * odd;
        out[2 + 2 * p] = even - PAIR[size][p] * odd;
    }
}

/* out = S V_k in: k numbers spread over the points. */
INLINE void line_spread(const int points, const int k, const Vec in[SIDE], Vec out[SIDE])
{
    const int size = points / 2 - 3, pairs = points / 2 - 1;
    out[0] = SCALE_ZERO[size] * in[0];
    out[points - 1] = in[k - 1];
    EACH(p, pairs) {
        Vec even = SCALE[size][p] * in[0], odd = SCALE[size][p] * PAIR[size][p] * in[1];
        EACH(i, k - 2) {
            if (i % 2)
                odd += SCALE[size][p] * power(PAIR[size][p], i + 2) * in[i + 2];
            else
                even += SCALE[size][p] * power(PAIR[size][p], i + 2) * in[i + 2];
        }
        out[1 + 2 * p] = even + odd;
        out[2 + 2 * p] = even - odd;
    }
}

/* out = V_k' in: the points gathered into k numbers. */
INLINE void line_output(const int points, const int k, const Vec in[SIDE], Vec out[SIDE])
{
    const int size = points / 2 - 3, pairs = points / 2 - 1;
    EACH(p, pairs) {
        Vec sum = in[1 + 2 * p] + in[2 + 2 * p], difference = in[1 + 2 * p] - in[2 + 2 * p];
        EACH(o, k) {
            Vec part = o % 2 ? difference : sum;
            Vec share = power(PAIR[size][p], o) * part;
            out[o] = p ? out[o] + share : share;
        }
    }
    out[0] += in[0];
    out[k - 1] += in[points - 1];
}

INLINE Vec load(const float *from, const int count)
{
    return count == VECTOR_FLOATS ? vec_load(from) : vec_load_part(from, count);
}

/* Places to points, one vector (`count` channels of it): B or, for k places, S V_k. */
INLINE void to_points(const int points, const int k, float *const *place, int c, const int count, float *to,
                      ptrdiff_t point)
{
    Vec half[SIDE][SIDE], in[SIDE], out[SIDE];
    for (int i = 0; i < k; i++) {
        EACH(j, k)
            in[j] = load(place[i * k + j] + c, count);
        if (k == points)
            line_input(points, in, out);
        else
            line_spread(points, k, in, out);
        EACH(j, points)
            half[j][i] = out[j];
    }
    for (int j = 0; j < points; j++) {
        EACH(i, k)
            in[i] = half[j][i];
        if (k == points)
            line_input(points, in, out);
        else
            line_spread(points, k, in, out);
        EACH(i, points)
            vec_store(to + (i * points + j) * point + c, out[i]);
    }
}

INLINE void all_to_points(const int points, const int k, float *const *place, int channels, float *to, ptrdiff_t point)
{
    int c = 0;
    for (; c + VECTOR_FLOATS <= channels; c += VECTOR_FLOATS)
        to_points(points, k, place, c, VECTOR_FLOATS, to, point);
    if (c < channels)
        to_points(points, k, place, c, channels - c, to, point);
}

INLINE void from_points(const int points, const int k, const ConvWinogradSums *sums, int c, const int count,
                        float *const *place)
{
    Vec half[SIDE][SIDE], in[SIDE], out[SIDE];
    const float *from = sums->points + c;
    for (int j = 0; j < points; j++) {
        EACH(i, points)
            in[i] = vec_load(from + (i * points + j) * sums->point);
        line_output(points, k, in, out);
        EACH(i, k)
            half[i][j] = out[i];
    }
    const ConvFinish finish = sums->finish;
    Vec bias = finish == CONV_ADD ? (Vec){0} : vec_load(sums->bias + c);
    for (int i = 0; i < k; i++) {
        EACH(j, points)
            in[j] = half[i][j];
        line_output(points, k, in, out);
        float *const *to = place + i * k;
        EACH(j, k)
            out[j] += finish == CONV_ADD ? load(to[j] + c, count) : bias;
        if (finish == CONV_RELU) {
            EACH(j, k)
                out[j] = finish_vec(out[j], CONV_RELU, 0);
        } else if (finish == CONV_LRELU) {
            EACH(j, k)
                out[j] = finish_vec(out[j], CONV_LRELU, sums->alpha);
        }
        EACH(j, k) {
            if (count == VECTOR_FLOATS)
                vec_store(to[j] + c, out[j]);
            else
                vec_store_part(to[j] + c, out[j], count);
        }
    }
}

INLINE void all_from_points(const int points, const int k, const ConvWinogradSums *sums, int channels,
                            float *const *place)
{
    int c = 0;
    for (; c + VECTOR_FLOATS <= channels; c += VECTOR_FLOATS)
        from_points(points, k, sums, c, VECTOR_FLOATS, place);
    if (c < channels)
        from_points(points, k, sums, c, channels - c, place);
}

#define TO_POINTS(points, k) \
    static void to_##points##_from_##k(float *const *place, int channels, float *to, ptrdiff_t point) \
    { \
        all_to_points(points, k, place, channels, to, point); \
    }
#define FROM_POINTS(points, k) \
    static void from_##points##_to_##k(const ConvWinogradSums *sums, int channels, float *const *place) \
    { \
        all_from_points(points, k, sums, channels, place); \
    }
TO_POINTS(6, 6)
TO_POINTS(6, 4)
TO_POINTS(6, 3)
FROM_POINTS(6, 4)
FROM_POINTS(6, 3)
TO_POINTS(8, 8)
TO_POINTS(8, 4)
TO_POINTS(8, 5)
FROM_POINTS(8, 4)
FROM_POINTS(8, 5)

const ConvWinogradKernels KERNEL(conv_winograd_kernels)[2] = {
    {.input = to_6_from_6, .tile = to_6_from_4, .taps = to_6_from_3, .to_tile = from_6_to_4, .to_taps = from_6_to_3},
    {.input = to_8_from_8, .tile = to_8_from_4, .taps = to_8_from_5, .to_tile = from_8_to_4, .to_taps = from_8_to_5},
};
