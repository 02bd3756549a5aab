/* Codes as they are, by PCA or by t-SNE; each way says what it did, for the figure's captions. */
#include "study/embed.h"

#include "base/mem.h"
#include "study/pca.h"

#include <stdio.h>
#include <stdlib.h>

enum { PCA_SAMPLES = 1024 };

static bool as_it_is(const float *code, int n, int size, int a, int b, Embedding *out, Error *err)
{
    if (a < 0 || a >= size || (size > 1 && (b < 0 || b >= size)))
        return error_set(err, ERROR_USAGE, NULL, "dimensions %d and %d of codes of %d numbers", a + 1, b + 1, size);
    for (int i = 0; i < n; i++) {
        out->xy[2 * i] = code[(size_t)i * size + a];
        out->xy[2 * i + 1] = size > 1 ? code[(size_t)i * size + b] : 0;
    }
    if (size > 2)
        snprintf(out->how, sizeof out->how, "dimensions %d and %d of %d", a + 1, b + 1, size);
    else
        snprintf(out->how, sizeof out->how, size == 2 ? "the two dimensions of the code as they are" : "the code's one dimension");
    snprintf(out->x_name, sizeof out->x_name, "z%d", a + 1);
    if (size > 1)
        snprintf(out->y_name, sizeof out->y_name, "z%d", b + 1);
    out->measured = true;
    return true;
}

static bool by_pca(const float *code, int n, int size, Embedding *out, Error *err)
{
    Pca pca;
    /* the work grows with the square of the smaller of both numbers */
    int fitted = size > PCA_SAMPLES && n > PCA_SAMPLES ? PCA_SAMPLES : n;
    if (!pca_fit(code, fitted, size, 2, &pca, err))
        return false;
    float *at = mem_new((size_t)n * 2, sizeof *at);
    pca_project(&pca, code, n, at);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2; k++)
            out->xy[2 * i + k] = k < pca.components ? at[(size_t)i * pca.components + k] : 0;
    double share[2] = {0, 0};
    for (int k = 0; k < pca.components; k++)
        share[k] = pca.total > 0 ? 100 * pca.variance[k] / pca.total : 0;
    int used = snprintf(out->how, sizeof out->how, "PCA of %d dimensions, with shares of variance", size);
    if (fitted < n)
        snprintf(out->how + used, sizeof out->how - (size_t)used, ", found from the first %d", fitted);
    snprintf(out->x_name, sizeof out->x_name, "component 1 (%.1f %%)", share[0]);
    snprintf(out->y_name, sizeof out->y_name, "component 2 (%.1f %%)", share[1]);
    out->measured = true;
    free(at);
    pca_clear(&pca);
    return true;
}

static bool by_tsne(const float *code, int n, int size, const TsneOptions *tsne, Team *team, Embedding *out, Error *err)
{
    snprintf(out->how, sizeof out->how, "t-SNE of %d dimensions, perplexity %g, seed %llu", size, tsne->perplexity,
             (unsigned long long)tsne->seed);
    snprintf(out->x_name, sizeof out->x_name, "t-SNE 1");
    snprintf(out->y_name, sizeof out->y_name, "t-SNE 2");
    return tsne_run(code, n, size, tsne, team, out->xy, err);
}

bool embed_codes(EmbedMethod method, const float *code, int n, int size, int a, int b, const TsneOptions *tsne, Team *team,
                 Embedding *out, Error *err)
{
    *out = (Embedding){.xy = mem_new((size_t)n * 2, sizeof *out->xy)};
    if (method == EMBED_AUTO)
        method = size <= 2 ? EMBED_PLANE : EMBED_PCA;
    bool ok = method == EMBED_PLANE ? as_it_is(code, n, size, a, b, out, err)
              : method == EMBED_PCA ? by_pca(code, n, size, out, err)
                                    : by_tsne(code, n, size, tsne, team, out, err);
    if (!ok)
        embedding_clear(out);
    return ok;
}

void embedding_clear(Embedding *embedding)
{
    free(embedding->xy);
    *embedding = (Embedding){0};
}
