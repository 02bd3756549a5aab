/* Distances come from products of blocks of points with all points: |a - b|^2 = |a|^2 + |b|^2 - 2ab.  The blocks are the same
 * whatever the number of threads, and so are the roundings. */
#include "study/neighbours.h"

#include "base/mem.h"
#include "tensor/dense.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCK = 64 };

typedef struct Search {
    const float *x;
    int n, size, k;
    Team *team;
    int *index;
    float *square, *norm;
} Search;

/* The k smallest kept in a heap whose first is the largest of them. */
static void heap_down(float *key, int *index, int count, int at)
{
    for (;;) {
        int child = 2 * at + 1;
        if (child >= count)
            return;
        if (child + 1 < count && key[child + 1] > key[child])
            child++;
        if (key[at] >= key[child])
            return;
        float k = key[at];
        int i = index[at];
        key[at] = key[child], index[at] = index[child];
        key[child] = k, index[child] = i;
        at = child;
    }
}

static void nearest(const float *dots, const float *norm, int n, int self, int k, float *key, int *index)
{
    int have = 0;
    for (int j = 0; j < n; j++) {
        if (j == self)
            continue;
        float square = fmaxf(0, norm[self] + norm[j] - 2 * dots[j]);
        if (have < k) {
            key[have] = square, index[have++] = j;
            if (have == k)
                for (int at = k / 2; at >= 0; at--)
                    heap_down(key, index, k, at);
        } else if (square < key[0]) {
            key[0] = square, index[0] = j;
            heap_down(key, index, k, 0);
        }
    }
}

static void search(void *arg, int rank)
{
    Search *s = arg;
    int first, count;
    team_slice(s->n, BLOCK, rank, team_size(s->team), &first, &count);
    float *dots = mem_new((size_t)BLOCK * (size_t)s->n, sizeof *dots);
    for (int at = first; at < first + count; at += BLOCK) {
        int rows = first + count - at < BLOCK ? first + count - at : BLOCK;
        matrix_product(false, true, rows, s->n, s->size, 1, s->x + (size_t)at * s->size, s->size, s->x, s->size, 0, dots, s->n);
        for (int i = at; i < at + rows; i++)
            nearest(dots + (size_t)(i - at) * s->n, s->norm, s->n, i, s->k, s->square + (size_t)i * s->k,
                    s->index + (size_t)i * s->k);
    }
    free(dots);
}

void neighbours_find(const float *x, int n, int size, int k, Team *team, int *index, float *square)
{
    Search s = {x, n, size, k, team, index, square, mem_new((size_t)n, sizeof(float))};
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < size; j++)
            sum += (double)x[(size_t)i * size + j] * x[(size_t)i * size + j];
        s.norm[i] = (float)sum;
    }
    team_run(team, search, &s);
    free(s.norm);
}

/* -- Affinities. */

/* The Gaussian's precision by bisection, until its entropy fits; overwrites the squares with probabilities. */
static void calibrate(float *square, int k, double perplexity)
{
    double low = 0, high = INFINITY, beta = 1, nearest_square = INFINITY, mean = 0;
    for (int j = 0; j < k; j++) {
        nearest_square = fmin(nearest_square, square[j]);
        mean += (double)square[j] / k;
    }
    if (mean > nearest_square)
        beta = 1 / (mean - nearest_square);
    double sum = 0;
    for (int step = 0; step < 60; step++) {
        double weighted = 0;
        sum = 0;
        for (int j = 0; j < k; j++) {
            double p = exp(-beta * (square[j] - nearest_square));
            sum += p;
            weighted += p * (square[j] - nearest_square);
        }
        double gap = log(sum) + beta * weighted / sum - log(perplexity);
        if (fabs(gap) < 1e-5)
            break;
        if (gap > 0) {
            low = beta;
            beta = isinf(high) ? beta * 2 : (beta + high) / 2;
        } else {
            high = beta;
            beta = (beta + low) / 2;
        }
    }
    for (int j = 0; j < k; j++)
        square[j] = (float)(exp(-beta * (square[j] - nearest_square)) / sum);
}

typedef struct Calibration {
    float *square;
    int n, k;
    double perplexity;
    Team *team;
} Calibration;

static void calibrate_slice(void *arg, int rank)
{
    Calibration *c = arg;
    int first, count;
    team_slice(c->n, 1, rank, team_size(c->team), &first, &count);
    for (int i = first; i < first + count; i++)
        calibrate(c->square + (size_t)i * c->k, c->k, c->perplexity);
}

/* p_ij = (p_j|i + p_i|j) / 2n: rows of the directed neighbours with those of the opposite direction merged in. */
static void symmetrise(const int *index, const float *p, int n, int k, Affinity *out)
{
    int *fill = mem_new((size_t)n + 1, sizeof *fill);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < k; j++) {
            fill[i]++;
            fill[index[(size_t)i * k + j]]++;
        }
    out->n = n;
    out->first = mem_new((size_t)n + 1, sizeof *out->first);
    for (int i = 0; i < n; i++) {
        out->first[i + 1] = out->first[i] + fill[i];
        fill[i] = out->first[i];
    }
    size_t total = (size_t)out->first[n];
    int *other = mem_new(total, sizeof *other), *seen = mem_new((size_t)n, sizeof *seen);
    float *value = mem_new(total, sizeof *value);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < k; j++) {
            int to = index[(size_t)i * k + j];
            float share = p[(size_t)i * k + j] / (2 * (float)n);
            other[fill[i]] = to, value[fill[i]++] = share;
            other[fill[to]] = i, value[fill[to]++] = share;
        }
    int used = 0; /* pairs that are neighbours both ways stand twice: add them up */
    for (int i = 0; i < n; i++) {
        int begin = used;
        for (int e = out->first[i]; e < fill[i]; e++) {
            int at = seen[other[e]] - 1;
            if (at >= begin && at < used && other[at] == other[e]) {
                value[at] += value[e];
            } else {
                other[used] = other[e], value[used] = value[e];
                seen[other[e]] = ++used;
            }
        }
        out->first[i] = begin;
    }
    out->first[n] = used;
    out->other = other, out->value = value;
    free(fill);
    free(seen);
}

bool affinity_new(const float *x, int n, int size, double perplexity, Team *team, Affinity *out, Error *err)
{
    *out = (Affinity){0};
    perplexity = fmax(1, fmin(perplexity, (n - 1) / 3.0));
    int k = (int)(3 * perplexity);
    k = k < 1 ? 1 : k > n - 1 ? n - 1 : k;
    int *index = mem_try_large((size_t)n * (size_t)k, sizeof *index);
    float *square = mem_try_large((size_t)n * (size_t)k, sizeof *square);
    bool ok = index && square;
    if (ok) {
        neighbours_find(x, n, size, k, team, index, square);
        Calibration c = {square, n, k, perplexity, team};
        team_run(team, calibrate_slice, &c);
        symmetrise(index, square, n, k, out);
    } else {
        error_set(err, ERROR_FAILED, "use fewer points", "no memory for the neighbours of %d points", n);
    }
    free(index);
    free(square);
    return ok;
}

void affinity_clear(Affinity *affinity)
{
    free(affinity->first);
    free(affinity->other);
    free(affinity->value);
    *affinity = (Affinity){0};
}
