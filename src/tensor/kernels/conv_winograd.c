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
 * pair share the even and the odd half of their sums.  5 points, for 2 taps, are +-3/4 and a single 2 (a third less error
 * than +-1 and 1/2); 1 point stands for an axis with one tap, which needs no transform.  The axes may differ. */
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

/* 5 points: 0 and infinity, a pair, and a single one; S is 1 / the product of the differences to the others. */
#define A 0.75f
#define B 2.0f
static const float PAIR_5 = A, SINGLE_5 = B;
static const float SCALE_5[4] = {1 / (A * A * B), 1 / (2 * A * A * (A - B)), -1 / (2 * A * A * (A + B)),
                                 1 / (B * (B * B - A * A))}; /* of 0, the pair, the single one */
#undef A
#undef B

/* Pairs beside that of 0 and infinity; the last of 5 points has no partner. */
INLINE int pairs_of(const int points)
{
    return points == 5 ? 2 : points == 1 ? 0 : points / 2 - 1;
}

/* Whether the pair's minus stands for nothing. */
INLINE int is_single(const int points, const int p)
{
    return points == 1 || (points == 5 && p == 1);
}

INLINE float power(float a, const int exponent)
{
    float result = 1;
    EACH(i, exponent)
        result *= a;
    return result;
}

/* The values at one pair of points, or (p = -1) at 0 and infinity: of out = B in, */
INLINE void pair_input_5(const int p, const Vec in[SIDE], Vec *plus, Vec *minus)
{
    const float square = PAIR_5 * PAIR_5;
    Vec high = in[3] - SINGLE_5 * in[2], middle = in[2] - SINGLE_5 * in[1];
    if (p < 0) {
        *plus = high - square * (in[1] - SINGLE_5 * in[0]);
        *minus = in[4] - SINGLE_5 * in[3] - square * middle;
    } else if (p == 0) {
        *plus = high + PAIR_5 * middle;
        *minus = high - PAIR_5 * middle;
    } else
        *plus = *minus = in[3] - square * in[1];
}

INLINE void pair_input(const int points, const int p, const Vec in[SIDE], Vec *plus, Vec *minus)
{
    if (points == 5) {
        pair_input_5(p, in, plus, minus);
        return;
    }
    const int size = points == 8, pairs = points / 2 - 1;
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
INLINE void pair_spread_5(const int k, const int p, const Vec in[SIDE], Vec *plus, Vec *minus)
{
    if (p < 0) {
        *plus = SCALE_5[0] * in[0];
        *minus = in[k - 1];
        return;
    }
    const float at = p == 0 ? PAIR_5 : SINGLE_5;
    Vec even = in[0], odd = at * in[1];
    EACH(i, k - 2) {
        if (i % 2)
            odd += power(at, i + 2) * in[i + 2];
        else
            even += power(at, i + 2) * in[i + 2];
    }
    *plus = SCALE_5[p == 0 ? 1 : 3] * (even + odd);
    *minus = SCALE_5[2] * (even - odd);
}

INLINE void pair_spread(const int points, const int k, const int p, const Vec in[SIDE], Vec *plus, Vec *minus)
{
    const int size = points == 8;
    if (points == 5) {
        pair_spread_5(k, p, in, plus, minus);
        return;
    }
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
    if (points == 1)
        *plus = *minus = in[0];
    else if (k == points)
        pair_input(points, p, in, plus, minus);
    else
        pair_spread(points, k, p, in, plus, minus);
}

#define EACH_PAIR(p, points) _Pragma("GCC unroll 4") for (int p = -1; p < pairs_of(points); p++)

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
    const int size = points == 8;
    if (p < 0) {
        EACH(o, k)
            out[o] = (Vec){0};
        out[k - 1] = minus;
        out[0] = plus;
        return;
    }
    const int alone = is_single(points, p);
    const float at = points == 5 ? (p == 0 ? PAIR_5 : SINGLE_5) : PAIR[size][p];
    Vec sum = alone ? plus : plus + minus, difference = alone ? plus : plus - minus;
    EACH(o, k) {
        Vec share = power(at, o) * (o % 2 ? difference : sum);
        out[o] = !p && o > 0 && o < k - 1 ? share : out[o] + share;
    }
}

INLINE Vec load(const float *from, const int count)
{
    return count == VECTOR_FLOATS ? vec_load(from) : vec_load_part(from, count);
}

/* One axis of a transform: `points` of them, for k places (or taps). */
typedef struct Axis {
    int points, k;
} Axis;

INLINE void line_to_points(const Axis a, const Vec in[SIDE], Vec out[SIDE])
{
    EACH_PAIR(p, a.points) {
        Vec minus;
        pair_to_points(a.points, a.k, p, in, &out[plus_of(p)], &minus);
        if (!is_single(a.points, p))
            out[minus_of(a.points, p)] = minus;
    }
}

/* Places to points, one vector (`count` channels of it): B or, for k places, S V_k. */
INLINE void to_points(const Axis h, const Axis w, float *const *place, int c, const int count, float *to,
                      ptrdiff_t point)
{
    Vec half[SIDE][SIDE], in[SIDE], out[SIDE];
    for (int i = 0; i < h.k; i++) {
        EACH(j, w.k)
            in[j] = load(place[i * w.k + j] + c, count);
        line_to_points(w, in, out);
        EACH(j, w.points)
            half[j][i] = out[j];
    }
    for (int j = 0; j < w.points; j++) {
        line_to_points(h, half[j], out);
        EACH(i, h.points)
            vec_store(to + (i * w.points + j) * point + c, out[i]);
    }
}

INLINE void all_to_points(const Axis h, const Axis w, float *const *place, int channels, float *to, ptrdiff_t point)
{
    int c = 0;
    for (; c + VECTOR_FLOATS <= channels; c += VECTOR_FLOATS)
        to_points(h, w, place, c, VECTOR_FLOATS, to, point);
    if (c < channels)
        to_points(h, w, place, c, channels - c, to, point);
}

/* A column's h.k sums, from its points. */
INLINE void column_from_points(const Axis h, const float *column, ptrdiff_t row, Vec out[SIDE])
{
    EACH_PAIR(q, h.points)
        pair_from_points(h.points, h.k, q, vec_load(column + plus_of(q) * row),
                         is_single(h.points, q) ? (Vec){0} : vec_load(column + minus_of(h.points, q) * row), out);
}

INLINE void from_points(const Axis h, const Axis w, const ConvWinogradSums *sums, int c, const int count,
                        float *const *place)
{
    Vec sum[SIDE][SIDE]; /* h.k x w.k of them */
    const float *from = sums->points + c;
    EACH_PAIR(p, w.points) {
        Vec half[2][SIDE];
        const int last = is_single(w.points, p) ? 0 : 1;
        EACH(side, last + 1)
            column_from_points(h, from + (side ? minus_of(w.points, p) : plus_of(p)) * sums->point,
                               w.points * sums->point, half[side]);
        EACH(i, h.k)
            pair_from_points(w.points, w.k, p, half[0][i], half[last][i], sum[i]);
    }
    const ConvFinish finish = sums->finish;
    Vec bias = finish == CONV_ADD ? (Vec){0} : vec_load(sums->bias + c);
    EACH(i, h.k) {
        float *const *to = place + i * w.k;
        Vec out[SIDE];
        EACH(j, w.k)
            out[j] = sum[i][j] + (finish == CONV_ADD ? load(to[j] + c, count) : bias);
        if (finish == CONV_RELU) {
            EACH(j, w.k)
                out[j] = finish_vec(out[j], CONV_RELU, 0);
        } else if (finish == CONV_LRELU) {
            EACH(j, w.k)
                out[j] = finish_vec(out[j], CONV_LRELU, sums->alpha);
        }
        EACH(j, w.k) {
            if (count == VECTOR_FLOATS)
                vec_store(to[j] + c, out[j]);
            else
                vec_store_part(to[j] + c, out[j], count);
        }
    }
}

INLINE void all_from_points(const Axis h, const Axis w, const ConvWinogradSums *sums, int channels,
                            float *const *place)
{
    int c = 0;
    for (; c + VECTOR_FLOATS <= channels; c += VECTOR_FLOATS)
        from_points(h, w, sums, c, VECTOR_FLOATS, place);
    if (c < channels)
        from_points(h, w, sums, c, channels - c, place);
}

/* The five transforms for taps_h x taps_w taps and tiles of tile_h x tile_w. */
#define TO_POINTS(name, points_h, h, points_w, w) \
    static void name(float *const *place, int channels, float *to, ptrdiff_t point) \
    { \
        all_to_points((Axis){points_h, h}, (Axis){points_w, w}, place, channels, to, point); \
    }
#define FROM_POINTS(name, points_h, h, points_w, w) \
    static void name(const ConvWinogradSums *sums, int channels, float *const *place) \
    { \
        all_from_points((Axis){points_h, h}, (Axis){points_w, w}, sums, channels, place); \
    }
#define TRANSFORMS(ph, th, kh, pw, tw, kw) \
    TO_POINTS(input_##kh##_##kw, ph, ph, pw, pw) \
    TO_POINTS(tile_##kh##_##kw, ph, th, pw, tw) \
    TO_POINTS(taps_##kh##_##kw, ph, kh, pw, kw) \
    FROM_POINTS(to_tile_##kh##_##kw, ph, th, pw, tw) \
    FROM_POINTS(to_taps_##kh##_##kw, ph, kh, pw, kw)
TRANSFORMS(5, 4, 2, 5, 4, 2)
TRANSFORMS(5, 4, 2, 1, 1, 1)
TRANSFORMS(1, 1, 1, 5, 4, 2)
TRANSFORMS(6, 4, 3, 6, 4, 3)
TRANSFORMS(8, 4, 5, 8, 4, 5)

#define ROW(kh, kw) \
    {.input = input_##kh##_##kw, .tile = tile_##kh##_##kw, .taps = taps_##kh##_##kw, .to_tile = to_tile_##kh##_##kw, \
     .to_taps = to_taps_##kh##_##kw}
const ConvWinogradKernels KERNEL(conv_winograd_kernels)[WINOGRAD_KINDS] = {
    [WINOGRAD_2X2] = ROW(2, 2), [WINOGRAD_2X1] = ROW(2, 1), [WINOGRAD_1X2] = ROW(1, 2),
    [WINOGRAD_3X3] = ROW(3, 3), [WINOGRAD_5X5] = ROW(5, 5),
};
