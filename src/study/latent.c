/* Points of the code space by distributions and between two codes; decoding them is subject.c's. */
#include "study/latent.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double acklam(double p)
{
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
                               1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                               6.680131188771972e+01, -1.328068155288572e+01};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                               -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};
    if (p > 0.5)
        return -acklam(1 - p);
    if (p < 0.02425) {
        double q = sqrt(-2 * log(p));
        return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
               ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    }
    double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

double normal_quantile(double p)
{
    double x = acklam(p);
    double error = 0.5 * erfc(-x / sqrt(2)) - p, step = error * sqrt(2 * M_PI) * exp(x * x / 2);
    return x - step / (1 + x * step / 2);
}

void latent_quantiles(int n, float *out)
{
    for (int i = 0; i < n; i++)
        out[i] = n == 1 || 2 * i == n - 1 ? 0 : (float)normal_quantile(0.05 + 0.9 * i / (n - 1));
}

void latent_grid(size_t size, int a, int b, int rows, const float *row_value, int columns, const float *column_value,
                 const float *base, float *out)
{
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++, out += size) {
            for (size_t j = 0; j < size; j++)
                out[j] = base ? base[j] : 0;
            if (b >= 0)
                out[b] = row_value[row];
            out[a] = column_value[column];
        }
}

void latent_prior(size_t size, int n, uint64_t seed, float *out)
{
    for (int i = 0; i < n; i++) {
        Rng rng = rng_new(seed, RNG_PRIOR, (uint32_t)i, 0);
        for (size_t j = 0; j < size; j++)
            out[(size_t)i * size + j] = rng_normal(&rng);
    }
}

/* mean + sum_k g_k (x_k - mean) / sqrt(samples - 1), g_k from N(0, 1), has exactly the samples' covariance. */
void latent_fitted(const float *code, int samples, size_t size, int n, uint64_t seed, float *out)
{
    float *mean = mem_new(size, sizeof *mean);
    latent_spread(code, samples, size, mean, NULL, NULL);
    float scale = samples > 1 ? 1 / sqrtf((float)samples - 1) : 0;
    for (int i = 0; i < n; i++) {
        Rng rng = rng_new(seed, RNG_PRIOR, (uint32_t)i, 0);
        float *to = out + (size_t)i * size;
        memcpy(to, mean, size * sizeof *to);
        for (int k = 0; k < samples; k++) {
            float g = rng_normal(&rng) * scale;
            for (size_t j = 0; j < size; j++)
                to[j] += g * (code[(size_t)k * size + j] - mean[j]);
        }
    }
    free(mean);
}

void latent_path(const float *a, const float *b, size_t size, int steps, bool spherical, float *out)
{
    double aa = 0, bb = 0, ab = 0;
    for (size_t j = 0; j < size; j++)
        aa += (double)a[j] * a[j], bb += (double)b[j] * b[j], ab += (double)a[j] * b[j];
    double angle = aa > 0 && bb > 0 ? acos(fmin(1, fmax(-1, ab / sqrt(aa * bb)))) : 0;
    if (angle < 1e-4 || angle > M_PI - 1e-4)
        spherical = false; /* no arc is given by the ends */
    for (int i = 0; i < steps; i++) {
        double t = steps > 1 ? (double)i / (steps - 1) : 0;
        double from = spherical ? sin((1 - t) * angle) / sin(angle) : 1 - t;
        double to = spherical ? sin(t * angle) / sin(angle) : t;
        for (size_t j = 0; j < size; j++)
            out[(size_t)i * size + j] = (float)(from * a[j] + to * b[j]);
    }
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

void latent_spread(const float *code, int samples, size_t size, float *mean, float *low, float *high)
{
    float *value = mem_new((size_t)samples, sizeof *value);
    for (size_t j = 0; j < size; j++) {
        double sum = 0;
        for (int i = 0; i < samples; i++)
            sum += value[i] = code[(size_t)i * size + j];
        if (mean)
            mean[j] = (float)(sum / samples);
        if (!low && !high)
            continue;
        qsort(value, (size_t)samples, sizeof *value, compare_floats);
        if (low)
            low[j] = value[(int)(0.05 * (samples - 1) + 0.5)];
        if (high)
            high[j] = value[(int)(0.95 * (samples - 1) + 0.5)];
    }
    free(value);
}
