/* Elementary functions of a vector of floats, for the kernels: relative error at most 2e-7.
 *
 * The polynomials are minimax fits (Remez exchange, computed for this file) of the functions after the usual reductions;
 * each gives its domain and its own error, to which a few roundings add.  NaN in gives NaN out throughout. */
#ifndef TENSOR_KERNELS_MATH_H
#define TENSOR_KERNELS_MATH_H

#include "tensor/vector.h"

INLINE Vec vec_abs(Vec x)
{
    return (Vec)((VecInt)x & 0x7fffffff);
}

INLINE Vec vec_power_of_two(VecInt n) /* -126 <= n <= 127 */
{
    return (Vec)((n + 127) << 23);
}

/* 1 / x and 1 / sqrt(x) for normal x > 0.  AVX-512's estimates of 14 bits and a step of Newton's take a third of the time of its
 * division and root, which do four numbers at a time. */
INLINE Vec vec_inverse(Vec x)
{
#if defined(__AVX512F__)
    Vec r = (Vec)_mm512_rcp14_ps((__m512)x);
    return r + r * (1.0f - x * r);
#else
    return 1.0f / x;
#endif
}

INLINE Vec vec_inverse_sqrt(Vec x)
{
#if defined(__AVX512F__)
    Vec r = (Vec)_mm512_rsqrt14_ps((__m512)x);
    return r + r * 0.5f * (1.0f - x * r * r);
#else
    return 1.0f / vec_sqrt(x);
#endif
}

/* x = n ln 2 + r, |r| <= ln 2 / 2.  Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits; *whole
 * is n, and *bits its form with those 1.5 * 2^23. */
INLINE Vec vec_reduce(Vec x, Vec *whole, VecInt *bits)
{
    const float magic = 0x1.8p23f;
    Vec shifted = x * 1.442695041f + magic;
    *whole = shifted - magic;
    *bits = (VecInt)shifted;
    /* ln 2 in two parts, the first short enough for exact products */
    return (x - *whole * 0x1.62ep-1f) - *whole * 0x1.0bfbe8p-15f;
}

enum { VEC_MAGIC = 0x4b400000 }; /* the bits of 1.5 * 2^23 */

/* e^r - 1 for |r| <= ln 2 / 2, relative error 1.3e-8 */
INLINE Vec vec_expm1_core(Vec r)
{
    Vec p = r * 0.001394655555486679f + 0.008366644382476807f;
    p = p * r + 0.04166628047823906f;
    p = p * r + 0.16666541993618011f;
    p = p * r + 0.5f;
    return p * (r * r) + r;
}

INLINE Vec vec_exp(Vec x)
{
    Vec whole;
    VecInt bits;
    Vec r = vec_reduce(vec_at_most(vec_at_least(x, -104.0f), 89.0f), &whole, &bits);
    Vec p = vec_expm1_core(r) + 1.0f;
#if defined(__AVX512F__)
    return (Vec)_mm512_scalef_ps((__m512)p, (__m512)whole);
#else
    VecInt n = bits - VEC_MAGIC, half = n >> 1; /* 2^n in two steps: n runs from -150 to 128 */
    return p * vec_power_of_two(half) * vec_power_of_two(n - half);
#endif
}

/* e^x for x <= 0, where a result below 2^-126 may become 0. */
INLINE Vec vec_exp_negative(Vec x)
{
    Vec whole;
    VecInt bits;
#if defined(__AVX512F__)
    Vec r = vec_reduce(vec_at_least(x, -104.0f), &whole, &bits);
    return (Vec)_mm512_scalef_ps((__m512)(vec_expm1_core(r) + 1.0f), (__m512)whole);
#else
    const float least = -87.0f;
    Vec r = vec_reduce(vec_at_least(x, least), &whole, &bits);
    Vec p = (vec_expm1_core(r) + 1.0f) * vec_power_of_two(bits - VEC_MAGIC);
    return (Vec)(~(x < least) & (VecInt)p);
#endif
}

/* e^x - 1 for x <= 87 */
INLINE Vec vec_expm1(Vec x)
{
    Vec whole;
    VecInt bits;
    Vec r = vec_reduce(vec_at_least(x, -30.0f), &whole, &bits);
    Vec scale = vec_power_of_two(bits - VEC_MAGIC);
    return vec_expm1_core(r) * scale + (scale - 1.0f);
}

/* log(1 + f) + e ln 2 for sqrt(1/2) <= 1 + f <= sqrt(2), relative error 7.5e-10 */
INLINE Vec vec_log_core(Vec f, Vec e)
{
    Vec p = f * 0.06746642291545868f + -0.11676053702831268f;
    p = p * f + 0.11888376623392105f;
    p = p * f + -0.12405543029308319f;
    p = p * f + 0.1421951949596405f;
    p = p * f + -0.1666799634695053f;
    p = p * f + 0.20002120733261108f;
    p = p * f + -0.25000008940696716f;
    p = p * f + 0.3333331346511841f;
    Vec square = f * f;
    Vec rest = p * (square * f) + e * 0x1.0bfbe8p-15f;
    return e * 0x1.62ep-1f + (f + (rest - square * 0.5f));
}

/* x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), for normal x > 0; f is NaN where x is NaN or infinite */
INLINE Vec vec_split(Vec x, Vec *e)
{
    const int32_t root_half = 0x3f3504f3;
    VecInt n = ((VecInt)x - root_half) >> 23;
    *e = __builtin_convertvector(n, Vec);
    return (Vec)((VecInt)x - (n << 23)) - 1.0f + (x - x);
}

/* log x for normal x > 0 */
INLINE Vec vec_log_normal(Vec x)
{
    Vec e, f = vec_split(x, &e);
    return vec_log_core(f, e);
}

INLINE Vec vec_log(Vec x)
{
    VecInt tiny = x < 0x1p-126f;
    Vec e, f = vec_split(vec_select(tiny, x * 0x1p24f, x), &e);
    Vec y = vec_log_core(f, e - vec_select(tiny, vec_all(24.0f), vec_all(0)));
    y = vec_select(x == 0, vec_all(-__builtin_inff()), y);
    y = vec_select(x < __builtin_inff(), y, x); /* infinity and NaN are their own logarithms */
    return vec_select(x < 0, vec_all(__builtin_nanf("")), y);
}

/* log(1 + u) = u + u^2 P(u) for 0 <= u <= 1, relative error 4.7e-9 */
INLINE Vec vec_log1p_unit(Vec u)
{
    Vec p = u * -0.003244024468585849f + 0.019851459190249443f;
    p = p * u + -0.05695953220129013f;
    p = p * u + 0.10603654384613037f;
    p = p * u + -0.15305592119693756f;
    p = p * u + 0.1967593878507614f;
    p = p * u + -0.24954134225845337f;
    p = p * u + 0.3332996368408203f;
    p = p * u + -0.4999990165233612f;
    return p * (u * u) + u;
}

/* log(1 - p) for 0 < p < 1 */
INLINE Vec vec_log1m(Vec p)
{
    Vec e, f = vec_split(1.0f - p, &e);
    Vec limit = vec_all(0.29f);
    return vec_log_core(vec_if_less(p, limit, -p, f), vec_if_less(p, limit, vec_all(0), e));
}

INLINE Vec vec_tanh(Vec x)
{
    Vec e = vec_expm1(vec_at_most(vec_abs(x), 10.0f) * 2.0f);
    Vec y = e / (e + 2.0f);
    return (Vec)((VecInt)y | ((VecInt)x & (int32_t)0x80000000));
}

/* 1 / (1 + e^-x), from e^-|x| so that both ends keep their precision; *decay = e^-|x|. */
INLINE Vec vec_sigmoid_decay(Vec x, Vec *decay)
{
    Vec d = vec_exp_negative(-vec_abs(x));
    *decay = d;
    return vec_if_less(x, vec_all(0), d, vec_all(1.0f)) / (d + 1.0f);
}

INLINE Vec vec_sigmoid(Vec x)
{
    Vec decay;
    return vec_sigmoid_decay(x, &decay);
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
INLINE Vec vec_softplus(Vec x)
{
    return vec_at_least(x, 0.0f) + vec_log1p_unit(vec_exp_negative(-vec_abs(x)));
}

/* Phi(x), the normal distribution's integral, and *density = e^(-x^2/2) / sqrt(2 pi).
 * Phi(-a) = e^(-a^2/2) t P(t) with t = 1 / (1 + 0.3 a): relative error 3.5e-9 for 0 <= a <= 14.5. */
INLINE Vec vec_normal(Vec x, Vec *density)
{
    Vec a = vec_at_most(vec_abs(x), 14.5f);
    /* e^(-a^2/2) wants the square to more than 24 bits: what its rounding lost goes in as a factor. */
    Vec high = (Vec)((VecInt)a & ~0xfff), low = a - high, square = a * a;
    Vec lost = ((high * high - square) + high * low * 2.0f) + low * low;
    Vec e = vec_exp_negative(square * -0.5f);
    e -= e * lost * 0.5f;
    Vec t = 1.0f / (a * 0.3f + 1.0f);
    Vec p = t * -0.020623374730348587f + 0.11243510246276855f;
    p = p * t + -0.2282124161720276f;
    p = p * t + 0.19178299605846405f;
    p = p * t + -0.0794222503900528f;
    p = p * t + 0.09615619480609894f;
    p = p * t + 0.07838986068964005f;
    p = p * t + 0.11023538559675217f;
    p = p * t + 0.11957181990146637f;
    p = p * t + 0.11968669295310974f;
    Vec tail = e * (p * t);
    *density = e * 0.3989422804f;
    return vec_if_less(x, vec_all(0), tail, 1.0f - tail);
}

/* cos and sin of 2 pi u for 0 <= u < 1: u = q / 4 + r, |r| <= 1/8, exactly; relative error 3e-9. */
INLINE Vec vec_cos_sin_turn(Vec u, Vec *sine)
{
    const float magic = 0x1.8p23f;
    Vec shifted = u * 4.0f + magic;
    VecInt q = (VecInt)shifted;
    Vec r = u - (shifted - magic) * 0.25f, v = r * r;
    Vec s = v * -75.39356231689453f + 81.59235382080078f;
    s = s * v + -41.3416633605957f;
    s = (s * v + 6.2831854820251465f) * r;
    Vec c = v * 59.229244232177734f + -85.4432373046875f;
    c = c * v + 64.93932342529297f;
    c = c * v + -19.739208221435547f;
    c = c * v + 1.0f;
    /* a quarter turn more swaps the two and negates one */
    VecInt odd = -(q & 1), sine_sign = (q & 2) << 30, cosine_sign = ((q + 1) & 2) << 30;
    *sine = (Vec)((VecInt)vec_select(odd, c, s) ^ sine_sign);
    return (Vec)((VecInt)vec_select(odd, s, c) ^ cosine_sign);
}

#endif
