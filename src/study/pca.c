/* The covariance (size x size) or, where there are fewer samples than numbers, the Gram matrix (n x n) of the centred samples
 * has the same non-zero eigenvalues; the smaller one is decomposed, and only its largest eigenvalues. */
#include "study/pca.h"

#include "base/mem.h"
#include "tensor/dense.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

static bool centre(const float *x, int n, int size, float *mean, float **out, Error *err)
{
    float *c = *out = mem_try_large((size_t)n * (size_t)size, sizeof *c);
    if (!c)
        return error_set(err, ERROR_FAILED, "use fewer samples", "no memory for the principal components of %d samples", n);
    for (int j = 0; j < size; j++) {
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += x[(size_t)i * size + j];
        mean[j] = (float)(sum / n);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < size; j++)
            c[(size_t)i * size + j] = x[(size_t)i * size + j] - mean[j];
    return true;
}

/* One sign of the two possible: the largest number is positive. */
static void normalise(float *v, int size)
{
    double square = 0;
    int largest = 0;
    for (int j = 0; j < size; j++) {
        square += (double)v[j] * v[j];
        if (fabsf(v[j]) > fabsf(v[largest]) * 1.0001f)
            largest = j;
    }
    float scale = square > 0 ? (float)(1 / sqrt(square)) : 0;
    if (v[largest] < 0)
        scale = -scale;
    for (int j = 0; j < size; j++)
        v[j] *= scale;
}

bool pca_fit(const float *x, int n, int size, int components, Pca *out, Error *err)
{
    *out = (Pca){.size = size};
    if (n < 2)
        return error_set(err, ERROR_INPUT, "take more samples", "principal components need at least 2 samples");
    for (size_t i = 0; i < (size_t)n * (size_t)size; i++)
        if (!isfinite(x[i]))
            return error_set(err, ERROR_INPUT, NULL, "principal components of numbers that are not finite");
    bool gram = n < size, ok = false;
    int side = gram ? n : size, most = n - 1 < size ? n - 1 : size;
    int want = components < most ? components : most, found = 0;
    float *c = NULL, *value = NULL, *vector = NULL, *matrix = NULL;
    lapack_int *support = mem_new((size_t)side * 2, sizeof *support);
    out->mean = mem_new((size_t)size, sizeof *out->mean);
    if (!centre(x, n, size, out->mean, &c, err))
        goto done;
    matrix = mem_try_large((size_t)side * (size_t)side, sizeof *matrix);
    vector = mem_try_large((size_t)side * (size_t)want, sizeof *vector);
    if (!matrix || !vector) {
        error_set(err, ERROR_FAILED, "use fewer samples", "no memory for principal components of %d numbers", size);
        goto done;
    }
    matrix_product(!gram, gram, side, side, gram ? size : n, 1.0f / (float)(n - 1), c, size, c, size, 0, matrix, side);
    for (int i = 0; i < side; i++)
        out->total += matrix[(size_t)i * side + i];
    value = mem_new((size_t)side, sizeof *value);
    if (LAPACKE_ssyevr(LAPACK_ROW_MAJOR, 'V', 'I', 'U', side, matrix, side, 0, 0, side - want + 1, side, 0, &found, value,
                       vector, want, support) != 0 || found != want) {
        error_set(err, ERROR_FAILED, NULL, "the principal components of %d numbers could not be found", size);
        goto done;
    }
    out->components = want;
    out->component = mem_new((size_t)want * (size_t)size, sizeof *out->component);
    out->variance = mem_new((size_t)want, sizeof *out->variance);
    for (int k = 0; k < want; k++) {
        const float *v = vector + (want - 1 - k); /* a column; LAPACK's order is rising */
        float *to = out->component + (size_t)k * size;
        out->variance[k] = fmax(0, value[want - 1 - k]);
        if (gram)
            matrix_product(true, false, 1, size, n, 1, v, want, c, size, 0, to, size);
        for (int j = 0; !gram && j < size; j++)
            to[j] = v[(size_t)j * want];
        normalise(to, size);
    }
    ok = true;
done:
    free(c);
    free(matrix);
    free(vector);
    free(value);
    free(support);
    if (!ok)
        pca_clear(out);
    return ok;
}

void pca_clear(Pca *pca)
{
    free(pca->mean);
    free(pca->component);
    free(pca->variance);
    *pca = (Pca){0};
}

void pca_project(const Pca *pca, const float *x, int n, float *out)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < pca->components; k++) {
            const float *v = pca->component + (size_t)k * pca->size, *xi = x + (size_t)i * pca->size;
            double sum = 0;
            for (int j = 0; j < pca->size; j++)
                sum += (double)v[j] * (xi[j] - pca->mean[j]);
            out[(size_t)i * pca->components + k] = (float)sum;
        }
}
