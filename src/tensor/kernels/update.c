/* Optimizer updates: one pass reads every thread's gradient, the parameter and its memory, and writes them back.
 * Such a pass is bound by memory, so what counts is that each number travels once. */
#include "tensor/kernels/update.h"

#include "tensor/kernels/math.h"

/* What one vector of parameters is made of; `slot` as the optimizer needs them. */
typedef struct Lanes {
    Vec parameter, slot[2];
} Lanes;

/* 1 / sqrt(v) and 1 / (sqrt(v) + epsilon) of mean squares.  No gradient that counts is outside these limits: below, epsilon is
 * larger (its least is 1e-16); above, the step is nothing. */
INLINE Vec inverse_root(Vec v)
{
    return vec_inverse_sqrt(vec_at_most(vec_at_least(v, 1e-37f), 1e37f));
}

INLINE Vec inverse_root_above(Vec v, float epsilon)
{
    v = vec_at_most(vec_at_least(v, 1e-37f), 1e37f);
    return vec_inverse(v * vec_inverse_sqrt(v) + epsilon);
}

/* -- One step of each optimizer on the gradient g. */

INLINE void sgd(Lanes *at, Vec g, const UpdateFactors *f)
{
    at->parameter -= g * f->lr;
}

INLINE void momentum(Lanes *at, Vec g, const UpdateFactors *f)
{
    at->slot[0] = at->slot[0] * f->momentum - g * f->lr;
    at->parameter += at->slot[0];
}

INLINE void nesterov(Lanes *at, Vec g, const UpdateFactors *f)
{
    at->slot[0] = at->slot[0] * f->momentum - g * f->lr;
    at->parameter += at->slot[0] * f->momentum - g * f->lr;
}

INLINE void rmsprop(Lanes *at, Vec g, const UpdateFactors *f)
{
    at->slot[0] = at->slot[0] * f->rho + g * g * f->rest;
    at->parameter -= g * f->lr * inverse_root(at->slot[0] + f->epsilon);
}

INLINE void adagrad(Lanes *at, Vec g, const UpdateFactors *f)
{
    at->slot[0] += g * g;
    at->parameter -= g * f->lr * inverse_root(at->slot[0] + f->epsilon);
}

INLINE void adadelta(Lanes *at, Vec g, const UpdateFactors *f)
{
    at->slot[0] = at->slot[0] * f->rho + g * g * f->rest;
    Vec steps = at->slot[1] + f->epsilon;
    Vec delta = g * steps * inverse_root(steps * (at->slot[0] + f->epsilon));
    at->slot[1] = at->slot[1] * f->rho + delta * delta * f->rest;
    at->parameter -= delta * f->lr;
}

INLINE void adam(Lanes *at, Vec g, const UpdateFactors *f)
{
    at->parameter -= at->parameter * f->weight_decay;
    at->slot[0] += (g - at->slot[0]) * f->rest1;
    at->slot[1] += (g * g - at->slot[1]) * f->rest2;
    at->parameter -= at->slot[0] * f->lr * inverse_root_above(at->slot[1], f->epsilon);
}

INLINE void nadam(Lanes *at, Vec g, const UpdateFactors *f)
{
    at->slot[0] += (g - at->slot[0]) * f->rest1;
    at->slot[1] += (g * g - at->slot[1]) * f->rest2;
    Vec ahead = at->slot[0] * f->factor_m + g * f->factor_g;
    at->parameter -= ahead * inverse_root_above(at->slot[1] * f->v_correction, f->epsilon);
}

/* -- The walk. */

/* The gradient of numbers [i, i + n): all threads' in rank order, and the decay of the parameters p. */
INLINE Vec gather(const UpdateRange *r, int gradients, size_t i, size_t n, Vec p)
{
    size_t place = r->gradient_offset + i;
    Vec g = vec_load_up_to(r->gradient[0] + place, n);
    for (int thread = 1; thread < gradients; thread++)
        g += vec_load_up_to(r->gradient[thread] + place, n);
    if (r->l1 != 0) {
        Vec sign = vec_select(p < 0, vec_all(-r->l1), vec_all(r->l1));
        g += vec_select(p == 0, vec_all(0), sign);
    }
    if (r->l2 != 0)
        g += p * (2.0f * r->l2);
    return g;
}

INLINE void one(const UpdateRange *r, const UpdateFactors *f, int gradients, int slots, size_t i, size_t n,
                void (*step)(Lanes *, Vec, const UpdateFactors *))
{
    Lanes at = {.parameter = vec_load_up_to(r->parameter + i, n)};
    for (int slot = 0; slot < slots; slot++)
        at.slot[slot] = vec_load_up_to(r->slot[slot] + i, n);
    Vec g = gather(r, gradients, i, n, at.parameter) * r->scale;
    if (r->clip > 0)
        g = vec_at_most(vec_at_least(g, -r->clip), r->clip);
    step(&at, g, f);
    vec_store_up_to(r->parameter + i, at.parameter, n);
    for (int slot = 0; slot < slots; slot++)
        vec_store_up_to(r->slot[slot] + i, at.slot[slot], n);
    for (int thread = 0; thread < gradients; thread++)
        vec_store_up_to(r->gradient[thread] + r->gradient_offset + i, vec_all(0), n);
}

INLINE void walk(const UpdateRange *r, const UpdateFactors *f, int gradients, int slots,
                 void (*step)(Lanes *, Vec, const UpdateFactors *))
{
    size_t i = 0;
    for (; i + VECTOR_FLOATS <= r->count; i += VECTOR_FLOATS)
        one(r, f, gradients, slots, i, VECTOR_FLOATS, step);
    if (i < r->count)
        one(r, f, gradients, slots, i, r->count - i, step);
}

/* A copy of both structs here tells the compiler that no store into the numbers changes them; one and two threads get
 * loops of their own. */
#define UPDATE(name, step, slots)                                        \
    static void name(const UpdateRange *range, const UpdateFactors *factors) \
    {                                                                    \
        const UpdateRange r = *range;                                    \
        const UpdateFactors f = *factors;                                \
        if (r.gradients == 1)                                            \
            walk(&r, &f, 1, slots, step);                                \
        else if (r.gradients == 2)                                       \
            walk(&r, &f, 2, slots, step);                                \
        else                                                             \
            walk(&r, &f, r.gradients, slots, step);                      \
    }

UPDATE(sgd_walk, sgd, 0)
UPDATE(momentum_walk, momentum, 1)
UPDATE(nesterov_walk, nesterov, 1)
UPDATE(rmsprop_walk, rmsprop, 1)
UPDATE(adagrad_walk, adagrad, 1)
UPDATE(adadelta_walk, adadelta, 2)
UPDATE(adam_walk, adam, 2)
UPDATE(nadam_walk, nadam, 2)

static double square_norm(const UpdateRange *r)
{
    VecSum sum = {0};
    for (size_t i = 0; i < r->count; i += VECTOR_FLOATS) {
        size_t n = r->count - i;
        Vec g = gather(r, r->gradients, i, n, vec_load_up_to(r->parameter + i, n));
        VecDouble low = vec_low(g), high = vec_high(g);
        sum.low += low * low;
        sum.high += high * high;
    }
    return vec_sum_total(&sum);
}

static void weight_norms(const UpdateRange *r, double *squares, double *magnitudes)
{
    VecSum square = {0}, magnitude = {0};
    for (size_t i = 0; i < r->count; i += VECTOR_FLOATS) {
        Vec p = vec_load_up_to(r->parameter + i, r->count - i), size = vec_select(p < 0, -p, p);
        VecDouble low = vec_low(size), high = vec_high(size);
        square.low += low * low;
        square.high += high * high;
        magnitude.low += low;
        magnitude.high += high;
    }
    *squares = vec_sum_total(&square);
    *magnitudes = vec_sum_total(&magnitude);
}

const UpdateKernels KERNEL(update_kernels) = {
    .sgd = sgd_walk,
    .momentum = momentum_walk,
    .nesterov = nesterov_walk,
    .rmsprop = rmsprop_walk,
    .adagrad = adagrad_walk,
    .adadelta = adadelta_walk,
    .adam = adam_walk,
    .nadam = nadam_walk,
    .square_norm = square_norm,
    .weight_norms = weight_norms,
};
