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
 * The pairs are those of all sixteenths that round least: +-5/8 and +-3/2 for 6 points (half the error of the usual
 * +-1 and +-2), +-1/2, +-1 and +-2 for 8.  Such short fractions keep the constants of B and V exact.  The points of a
 * pair share the even and the odd half of their sums. */
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

/* The values at one pair of points, or (p = -1) at 0 and infinity: of out = B in, */
INLINE void pair_input(const int points, const int p, const Vec in[SIDE], Vec *plus, Vec *minus)
{
    const int size = points / 2 - 3, pairs = points / 2 - 1;
    if (p < 0) {
        Vec zero = ALL[size][0] * in[0], infinity = ALL[size][0] * in[1];
        EACH(i, pairs) {
            zero += ALL[size][i + 1] * in[2 * i + 2];
            infinity += ALL[size][i + 1] * in[2 * i + 3];
        }
        *plus = zero;
        *minus = infinity;
        return;
    }
    Vec even = REST[size][p][0] * in[2], odd = PAIR[size][p] * REST[size][p][0] * in[1];
    EACH(i, pairs - 1) {
        even += REST[size][p][i + 1] * in[2 * i + 4];
        odd += PAIR[size][p] * REST[size][p][i + 1] * in[2 * i + 3];
    }
    *plus = even + odd;
    *minus = even - odd;
}

/* or of out = S V_k in: k numbers spread over the points. */
INLINE void pair_spread(const int points, const int k, const int p, const Vec in[SIDE], Vec *plus, Vec *minus)
{
    const int size = points / 2 - 3;
    if (p < 0) {
        *plus = SCALE_ZERO[size] * in[0];
        *minus = in[k - 1];
        return;
    }
    Vec even = SCALE[size][p] * in[0], odd = SCALE[size][p] * PAIR[size][p] * in[1];
    EACH(i, k - 2) {
        if (i % 2)
            odd += SCALE[size][p] * power(PAIR[size][p], i + 2) * in[i + 2];
        else
            even += SCALE[size][p] * power(PAIR[size][p], i + 2) * in[i + 2];
    }
    *plus = even + odd;
    *minus = even - odd;
}

INLINE void pair_to_points(const int points, const int k, const int p, const Vec in[SIDE], Vec *plus, Vec *minus)
{
    if (k == points)
        pair_input(points, p, in, plus, minus);
    else
        pair_spread(points, k, p, in, plus, minus);
}

#define EACH_PAIR(p, points) _Pragma("GCC unroll 4") for (int p = -1; p < (points) / 2 - 1; p++)

/* Where the values of pair p (-1: 0 and infinity) stand among the points. */
INLINE int plus_of(const int p)
{
    return p < 0 ? 0 : 1 + 2 * p;
}

INLINE int minus_of(const int points, const int p)
{
    return p < 0 ? points - 1 : 2 + 2 * p;
}

/* out (+)= V_k' in, the share of one pair; that of 0 and infinity comes first. */
INLINE void pair_from_points(const int points, const int k, const int p, Vec plus, Vec minus, Vec out[SIDE])
{
    const int size = points / 2 - 3;
    if (p < 0) {
        EACH(o, k)
            out[o] = (Vec){0};
        out[0] = plus;
        out[k - 1] = minus;
        return;
    }
    Vec sum = plus + minus, difference = plus - minus;
    EACH(o, k) {
        Vec share = power(PAIR[size][p], o) * (o % 2 ? difference : sum);
        out[o] = !p && o > 0 && o < k - 1 ? share : out[o] + share;
    }
}

INLINE Vec load(const float *from, const int count)
{
    return count == VECTOR_FLOATS ? vec_load(from) : vec_load_part(from, count);
}

INLINE void line_to_points(const int points, const int k, const Vec in[SIDE], Vec out[SIDE])
{
    EACH_PAIR(p, points)
        pair_to_points(points, k, p, in, &out[plus_of(p)], &out[minus_of(points, p)]);
}

/* Places to points, one vector (`count` channels of it): B or, for k places, S V_k. */
INLINE void to_points(const int points, const int k, float *const *place, int c, const int count, float *to,
                      ptrdiff_t point)
{
    Vec half[SIDE][SIDE], in[SIDE], out[SIDE];
    for (int i = 0; i < k; i++) {
        EACH(j, k)
            in[j] = load(place[i * k + j] + c, count);
        line_to_points(points, k, in, out);
        EACH(j, points)
            half[j][i] = out[j];
    }
    for (int j = 0; j < points; j++) {
        line_to_points(points, k, half[j], out);
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
    Vec sum[SIDE][SIDE]; /* k x k of them */
    const float *from = sums->points + c;
    EACH_PAIR(p, points) {
        Vec half[2][SIDE];
        EACH(h, 2) {
            const float *column = from + (h ? minus_of(points, p) : plus_of(p)) * sums->point;
            EACH_PAIR(q, points)
                pair_from_points(points, k, q, vec_load(column + plus_of(q) * points * sums->point),
                                 vec_load(column + minus_of(points, q) * points * sums->point), half[h]);
        }
        EACH(i, k)
            pair_from_points(points, k, p, half[0][i], half[1][i], sum[i]);
    }
    const ConvFinish finish = sums->finish;
    Vec bias = finish == CONV_ADD ? (Vec){0} : vec_load(sums->bias + c);
    EACH(i, k) {
        float *const *to = place + i * k;
        Vec out[SIDE];
        EACH(j, k)
            out[j] = sum[i][j] + (finish == CONV_ADD ? load(to[j] + c, count) : bias);
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
