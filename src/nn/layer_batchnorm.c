/* BatchNorm (Ioffe & Szegedy 2015), as Keras' BatchNormalization: over all axes but the last; moving statistics
 * moving = momentum * moving + (1 - momentum) * batch, with the batch's biased variance; frozen or in inference it uses them.
 *
 * The batch is spread over the threads: each adds up its slice, a barrier, then each totals all sums in rank order, so that all
 * have the same mean and variance to the last bit. */
#include "base/mem.h"
#include "nn/kinds.h"
#include "tensor/norm.h"

#include <math.h>
#include <string.h>

enum { MOMENTUM, EPSILON };
enum { GAMMA, BETA, MEAN, VARIANCE }; /* tensors */

static const ParamRow rows[] = {
    [MOMENTUM] = {.name = "momentum", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.99",
                  .help = "how slowly the moving statistics follow the batches'", .question = "Momentum"},
    [EPSILON] = {.name = "epsilon", .type = PARAM_REAL, .min = 1e-12, .max = 1, .normal = "0.001",
                 .help = "added to the variance", .question = "Epsilon"},
};

static bool plan(const LayerSpec *spec, Shape in, bool training, bool wants_dx, LayerPlan *out, Error *err)
{
    (void)spec;
    (void)wants_dx;
    (void)err;
    out->out = in;
    int c = in.c;
    out->tensors = 4;
    out->tensor[GAMMA] = (TensorPlan){"gamma", TENSOR_BIAS, 1, {c}, INIT_ONES, 0, 0};
    out->tensor[BETA] = (TensorPlan){"beta", TENSOR_BIAS, 1, {c}, INIT_ZEROS, 0, 0};
    out->tensor[MEAN] = (TensorPlan){"moving_mean", TENSOR_STATE, 1, {c}, INIT_ZEROS, 0, 0};
    out->tensor[VARIANCE] = (TensorPlan){"moving_variance", TENSOR_STATE, 1, {c}, INIT_ONES, 0, 0};
    out->memo = 5 * (size_t)c;     /* the batch's mean, 1 / sd and variance; means of dy and of dy times xhat */
    out->scratch = (size_t)c;
    if (training) {
        out->whole_batch = true;
        out->shared = 4 * (size_t)c; /* forward: sum, squares; backward: sum of dy, of dy times xhat */
    }
    return true;
}

/* Totals of `width` numbers over all ranks, starting at offset `from` of each rank's part. */
static void total(const LayerRun *run, size_t from, size_t width, double *out)
{
    size_t part = run->plan->shared;
    for (size_t j = 0; j < width; j++) {
        double sum = 0;
        for (int r = 0; r < run->ranks; r++)
            sum += run->shared[(size_t)r * part + from + j];
        out[j] = sum;
    }
}

static size_t rows_of(const LayerRun *run, int samples)
{
    return (size_t)samples * (size_t)run->plan->in.h * (size_t)run->plan->in.w;
}

static double *own_sums(const LayerRun *run)
{
    return run->shared + (size_t)run->rank * run->plan->shared;
}

/* Sums of squares are taken about the moving mean, which is near the batch's: no cancellation.  It moves only when the step is
 * done. */
static void gather(const LayerRun *run)
{
    int c = run->plan->in.c;
    double *mine = own_sums(run);
    norm_sums(rows_of(run, run->n), c, run->x, run->param[MEAN], mine, mine + c);
}

static void gathered(const LayerRun *run)
{
    int c = run->plan->in.c;
    float *mean = run->memo, *inverse = mean + c, *variances = inverse + c;
    const Value *v = run->spec->set.value;
    team_barrier(run->team, run->rank);
    double count = (double)rows_of(run, run->batch);
    for (int j = 0; j < c; j++) {
        double sums[2];
        total(run, (size_t)j, 1, &sums[0]);
        total(run, (size_t)(c + j), 1, &sums[1]);
        double m = sums[0] / count, shift = m - run->param[MEAN][j];
        double variance = fmax(sums[1] / count - shift * shift, 0);
        mean[j] = (float)m;
        inverse[j] = (float)(1 / sqrt(variance + v[EPSILON].number));
        variances[j] = (float)variance;
    }
}

/* A batch whose loss is not finite leaves nothing behind: so not in the forward pass. */
static void settle(const LayerRun *run)
{
    int c = run->plan->in.c;
    const float *mean = run->memo, *variance = run->memo + 2 * c;
    float momentum = (float)run->spec->set.value[MOMENTUM].number;
    for (int j = 0; j < c; j++) {
        run->param[MEAN][j] = momentum * run->param[MEAN][j] + (1 - momentum) * mean[j];
        run->param[VARIANCE][j] = momentum * run->param[VARIANCE][j] + (1 - momentum) * variance[j];
    }
}

static void forward(const LayerRun *run)
{
    int c = run->plan->in.c;
    float *mean = run->memo, *inverse = run->memo + c, *scale = run->scratch;
    if (!run->training) {
        memcpy(mean, run->param[MEAN], (size_t)c * sizeof *mean);
        for (int j = 0; j < c; j++)
            inverse[j] = 1 / sqrtf(run->param[VARIANCE][j] + (float)run->spec->set.value[EPSILON].number);
    }
    for (int j = 0; j < c; j++)
        scale[j] = run->param[GAMMA][j] * inverse[j];
    norm_apply(rows_of(run, run->n), c, run->x, mean, scale, run->param[BETA], run->y);
}

static void gather_back(const LayerRun *run)
{
    int c = run->plan->in.c;
    double *mine = own_sums(run) + 2 * c;
    norm_backward_sums(rows_of(run, run->n), c, run->x, run->dy, run->memo, mine, mine + c);
}

static void gathered_back(const LayerRun *run)
{
    int c = run->plan->in.c;
    const float *inverse = run->memo + c;
    float *mean_dy = run->memo + 3 * c, *mean_dy_xhat = mean_dy + c;
    const double *mine = own_sums(run) + 2 * c;
    for (int j = 0; run->grad[GAMMA] && j < c; j++) {
        run->grad[BETA][j] += (float)mine[j];
        run->grad[GAMMA][j] += (float)(mine[c + j] * (double)inverse[j]);
    }
    team_barrier(run->team, run->rank);
    double count = (double)rows_of(run, run->batch);
    for (int j = 0; j < c; j++) {
        double sums[2];
        total(run, 2 * (size_t)c + (size_t)j, 1, &sums[0]);
        total(run, 3 * (size_t)c + (size_t)j, 1, &sums[1]);
        mean_dy[j] = (float)(sums[0] / count);
        mean_dy_xhat[j] = (float)(sums[1] * (double)inverse[j] / count);
    }
}

static void backward(const LayerRun *run)
{
    int c = run->plan->in.c;
    float *mean_dy = run->memo + 3 * c;
    if (!run->training) /* constants: the derivative is the scale alone */
        memset(mean_dy, 0, 2 * (size_t)c * sizeof *mean_dy);
    if (run->dx)
        norm_backward_apply(rows_of(run, run->n), c, run->x, run->dy, run->memo, run->memo + c, run->param[GAMMA], mean_dy,
                            mean_dy + c, run->dx);
}

const LayerKind batchnorm_kind = {
    .param = {"batchnorm", "brings each channel to mean 0 and deviation 1 over the batch", rows, COUNT_OF(rows)},
    .group = "layers that learn",
    .plan = plan,
    .gather = gather,
    .gathered = gathered,
    .gather_back = gather_back,
    .gathered_back = gathered_back,
    .forward = forward,
    .backward = backward,
    .settle = settle,
    .mirror = layer_mirror_itself,
};
