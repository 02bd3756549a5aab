/* Sample: the code of a variational autoencoder (Kingma & Welling 2014).
 *
 * A dense layer gives mu and a raw scale for each of the `units` numbers; the code is z = mu + sigma * e with e from N(0, 1).
 * sigma = epsilon + softplus(raw), or exp(raw / 2) where raw is the log-variance.
 * KL(q || N(0, 1)) = 1/2 sum(mu^2 + sigma^2 - 2 log sigma - 1), weighted by beta (Higgins et al. 2017). */
#include "base/mem.h"
#include "nn/kinds.h"
#include "tensor/conv.h"
#include "tensor/dense.h"
#include "tensor/random.h"

#include <math.h>
#include <string.h>

enum { UNITS, SCALE, EPSILON, BETA, INIT };
enum { SCALE_SOFTPLUS, SCALE_LOGVAR };

static const ParamChoice scales[] = {
    [SCALE_SOFTPLUS] = {"softplus", "sigma = epsilon + softplus(raw)", false, 0},
    [SCALE_LOGVAR] = {"logvar", "raw is the logarithm of the variance", false, 0},
    {NULL, NULL, false, 0},
};

static const ParamRow rows[] = {
    [UNITS] = {.name = "units", .type = PARAM_INT, .min = 1, .max = 4096, .positional = true,
               .help = "numbers of the code; 2 can be drawn as a plane", .question = "Code size"},
    [SCALE] = {.name = "scale", .type = PARAM_CHOICE, .normal = "softplus", .choices = scales,
               .help = "how sigma is made from the second half of the outputs", .question = "Scale"},
    [EPSILON] = {.name = "epsilon", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "1e-06",
                 .help = "least sigma (softplus only)", .question = "Least sigma"},
    [BETA] = {.name = "beta", .type = PARAM_REAL, .min = 0, .max = 1000, .normal = "1",
              .help = "weight of the KL term: more makes the codes more like the prior", .question = "Beta"},
    [INIT] = LAYER_INIT_ROW,
};

static bool plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)training;
    if (!layer_wants_vector(in, "sample", err))
        return false;
    int units = (int)spec->set.value[UNITS].number;
    out->out = shape_vector(units);
    out->macs = 2.0 * in.c * units;
    layer_plan_weights(out, true, (Initialiser)spec->set.value[INIT].choice, 2, (int[]){in.c, 2 * units}, in.c, 2.0 * units,
                       2 * units);
    layer_plan_dense(out, (DenseSize){in.c, 2 * units, wants_dx, out->arithmetic.precision});
    out->product = false; /* the product's gradient is no layer's dy */
    out->keep = 3 * (size_t)units; /* mu, raw scale; e */
    return true;
}

static float softplus(float x)
{
    return fmaxf(x, 0) + log1pf(expf(-fabsf(x)));
}

static float sigma_of(const LayerRun *run, float raw)
{
    const Value *v = run->spec->set.value;
    return v[SCALE].choice == SCALE_LOGVAR ? expf(0.5f * raw) : (float)v[EPSILON].number + softplus(raw);
}

static float sigma_slope(const LayerRun *run, float raw)
{
    const Value *v = run->spec->set.value;
    return v[SCALE].choice == SCALE_LOGVAR ? 0.5f * expf(0.5f * raw) : 1 / (1 + expf(-raw));
}

static void forward(const LayerRun *run)
{
    int units = run->plan->out.c;
    float *z = run->keep, *e = run->keep + (size_t)run->n * 2 * (size_t)units;
    dense_forward(layer_dense_size(run), run->n, run->x, layer_dense_weights(run), run->param[1], (Activation){ACT_LINEAR, 0}, z);
    double kl = 0;
    for (int i = 0; i < run->n; i++, z += 2 * units, e += units) {
        if (run->sampling)
            random_normal(run->seed, RNG_SAMPLE, run->step, run->layer << 24 | (run->first + (uint32_t)i), (size_t)units, e);
        else
            memset(e, 0, (size_t)units * sizeof *e);
        for (int j = 0; j < units; j++) {
            float mu = z[j], sigma = sigma_of(run, z[units + j]);
            run->y[i * units + j] = mu + sigma * e[j];
            kl += 0.5 * ((double)mu * mu + (double)sigma * sigma - 2 * log((double)sigma) - 1);
        }
    }
    run->kl[0] += kl;
    run->kl[1] += kl * run->spec->set.value[BETA].number;
}

static void backward(const LayerRun *run)
{
    int units = run->plan->out.c;
    DenseSize size = layer_dense_size(run);
    float weight = run->kl_weight * (float)run->spec->set.value[BETA].number;
    float *z = run->keep, *e = run->keep + (size_t)run->n * 2 * (size_t)units;
    for (int i = 0; i < run->n; i++, z += 2 * units, e += units)
        for (int j = 0; j < units; j++) {
            float dy = run->dy[i * units + j], mu = z[j], raw = z[units + j], sigma = sigma_of(run, raw);
            z[j] = dy + weight * mu;
            z[units + j] = (dy * e[j] + weight * (sigma - 1 / sigma)) * sigma_slope(run, raw);
        }
    if (run->grad[0]) {
        dense_weight_gradient(size, run->n, run->x, run->keep, run->grad[0]);
        bias_gradient((size_t)run->n, 2 * units, run->keep, run->grad[1]);
    }
    if (run->dx)
        dense_input_gradient(size, run->n, run->keep, layer_dense_weights(run), run->dx);
}

static bool mirror(const LayerSpec *spec, Shape in, LayerSpec *out, Error *err)
{
    (void)err;
    *out = layer_spec_new(&dense_kind);
    out->set.value[0].number = in.c;
    int init = param_find(&dense_kind.param, "init");
    out->set.value[init] = spec->set.value[INIT];
    return true;
}

const LayerKind sample_kind = {
    .param = {"sample", "a variational code: mean and deviation of each number, from which one is drawn", rows,
              COUNT_OF(rows)},
    .group = "layers that learn",
    .plan = plan,
    .pack = layer_pack_dense,
    .forward = forward,
    .backward = backward,
    .mirror = mirror,
};
