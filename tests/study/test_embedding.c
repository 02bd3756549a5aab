/* Principal components, neighbours and t-SNE on numbers whose answer is known. */
#include "base/mem.h"
#include "base/rng.h"
#include "study/neighbours.h"
#include "study/pca.h"
#include "study/tsne.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static Team *new_team(int threads)
{
    Error err;
    Team *team = team_new(threads, &err);
    assert_non_null(team);
    return team;
}

/* Points of a plane in `size` dimensions: offset + 3 g1 u + g2 v with u = (e0 + e1) / sqrt 2, v = e2. */
static float *plane(int n, int size)
{
    float *x = mem_new((size_t)n * (size_t)size, sizeof *x);
    for (int i = 0; i < n; i++) {
        Rng rng = rng_new(1, RNG_TEST, (uint32_t)i, 0);
        float g1 = 3 * rng_normal(&rng), g2 = rng_normal(&rng);
        for (int j = 0; j < size; j++)
            x[(size_t)i * size + j] = (float)j;
        x[(size_t)i * size] += g1 / sqrtf(2);
        x[(size_t)i * size + 1] += g1 / sqrtf(2);
        x[(size_t)i * size + 2] += g2;
    }
    return x;
}

static void check_plane(int n, int size)
{
    float *x = plane(n, size), *code = mem_new((size_t)n * 3, sizeof *code);
    Pca pca;
    Error err;
    assert_true(pca_fit(x, n, size, 3, &pca, &err));
    assert_int_equal(pca.components, 3);
    assert_float_equal(pca.component[0], 1 / sqrtf(2), 0.05);
    assert_float_equal(pca.component[1], 1 / sqrtf(2), 0.05);
    assert_float_equal(fabsf(pca.component[size + 2]), 1, 0.05);
    assert_true(pca.variance[2] < 1e-4 * pca.variance[0]); /* nothing leaves the plane */
    assert_true(fabs(pca.variance[0] + pca.variance[1] - pca.total) < 1e-3 * pca.total);
    pca_project(&pca, x, n, code);
    for (int i = 0; i < n; i++) /* the samples come back from two coordinates */
        for (int j = 0; j < size; j++) {
            float back = pca.mean[j] + code[3 * i] * pca.component[j] + code[3 * i + 1] * pca.component[size + j];
            assert_float_equal(back, x[(size_t)i * size + j], 1e-3);
        }
    pca_clear(&pca);
    free(code);
    free(x);
}

static void pca_recovers_a_plane(void **state)
{
    (void)state;
    check_plane(400, 12); /* covariance */
    check_plane(60, 200); /* Gram matrix */
}

static void pca_refuses(void **state)
{
    (void)state;
    Pca pca;
    Error err;
    float x[4] = {1, 2, NAN, 4};
    assert_false(pca_fit(x, 1, 4, 2, &pca, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_false(pca_fit(x, 2, 2, 2, &pca, &err));
    float same[6] = {1, 2, 1, 2, 1, 2};
    assert_true(pca_fit(same, 3, 2, 2, &pca, &err)); /* no variance at all is no error */
    assert_true(pca.total == 0);
    pca_clear(&pca);
}

static void neighbours_are_the_nearest(void **state)
{
    (void)state;
    enum { N = 150, K = 7, D = 3 };
    static float x[N * D], square[N * K];
    static int index[N * K];
    Rng rng = rng_new(2, RNG_TEST, 0, 0);
    for (int i = 0; i < N * D; i++)
        x[i] = rng_normal(&rng);
    Team *team = new_team(2);
    neighbours_find(x, N, D, K, team, index, square);
    for (int i = 0; i < N; i++) {
        float farthest = 0;
        int nearer = 0;
        for (int j = 0; j < K; j++)
            farthest = fmaxf(farthest, square[i * K + j]);
        for (int j = 0; j < N; j++) {
            float d = 0;
            for (int a = 0; a < D; a++)
                d += (x[i * D + a] - x[j * D + a]) * (x[i * D + a] - x[j * D + a]);
            nearer += j != i && d <= farthest * 1.0001f;
        }
        assert_int_equal(nearer, K);
    }
    Affinity p;
    Error err;
    assert_true(affinity_new(x, N, D, 5, team, &p, &err));
    double total = 0;
    for (int i = 0; i < N; i++)
        for (int e = p.first[i]; e < p.first[i + 1]; e++) {
            bool found = false; /* symmetric */
            for (int f = p.first[p.other[e]]; f < p.first[p.other[e] + 1]; f++)
                found |= p.other[f] == i && fabsf(p.value[f] - p.value[e]) < 1e-9f;
            assert_true(found);
            total += p.value[e];
        }
    assert_true(fabs(total - 1) < 1e-4);
    affinity_clear(&p);
    team_free(team);
}

enum { POINTS = 300, SIZE = 8, CLUSTERS = 3 };

static float *clusters(void)
{
    float *x = mem_new(POINTS * SIZE, sizeof *x);
    Rng rng = rng_new(3, RNG_TEST, 0, 0);
    for (int i = 0; i < POINTS; i++)
        for (int j = 0; j < SIZE; j++)
            x[i * SIZE + j] = rng_normal(&rng) + (j == i % CLUSTERS ? 12 : 0);
    return x;
}

static void tsne_separates_clusters(void **state)
{
    (void)state;
    float *x = clusters(), y[POINTS * 2];
    Error err;
    Team *team = new_team(2);
    TsneOptions options = tsne_options_new();
    options.iterations = 300;
    assert_true(tsne_run(x, POINTS, SIZE, &options, team, y, &err));
    int strangers = 0; /* whose nearest point in the plane is of another cluster */
    for (int i = 0; i < POINTS; i++) {
        int best = -1;
        float least = INFINITY;
        for (int j = 0; j < POINTS; j++) {
            float d = hypotf(y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]);
            if (j != i && d < least)
                least = d, best = j;
        }
        strangers += best % CLUSTERS != i % CLUSTERS;
    }
    assert_int_equal(strangers, 0);
    team_free(team);
    free(x);
}

static bool count_calls(void *context, double share)
{
    int *calls = context;
    ++*calls;
    return share < 0.5;
}

static void tsne_repeats_by_seed(void **state)
{
    (void)state;
    float *x = clusters(), a[POINTS * 2], b[POINTS * 2];
    Error err;
    Team *one = new_team(1), *three = new_team(3);
    TsneOptions options = tsne_options_new();
    options.iterations = 60;
    assert_true(tsne_run(x, POINTS, SIZE, &options, one, a, &err));
    assert_true(tsne_run(x, POINTS, SIZE, &options, three, b, &err));
    assert_memory_equal(a, b, sizeof a); /* threads change nothing */
    options.seed = 2;
    assert_true(tsne_run(x, POINTS, SIZE, &options, one, b, &err));
    assert_memory_not_equal(a, b, sizeof a);
    int calls = 0;
    options.progress = count_calls, options.context = &calls;
    assert_false(tsne_run(x, POINTS, SIZE, &options, one, b, &err));
    assert_int_equal(calls, 30); /* stopped half-way */
    assert_int_equal(err.kind, ERROR_NONE);
    team_free(one);
    team_free(three);
    free(x);
}

static void tsne_bears_equal_points(void **state)
{
    (void)state;
    float x[40 * 4], y[80];
    for (int i = 0; i < 160; i++)
        x[i] = 0.5f;
    Error err;
    Team *team = new_team(1);
    TsneOptions options = tsne_options_new();
    options.iterations = 50;
    assert_true(tsne_run(x, 40, 4, &options, team, y, &err));
    for (int i = 0; i < 80; i++)
        assert_true(isfinite(y[i]));
    assert_false(tsne_run(x, 2, 4, &options, team, y, &err));
    team_free(team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pca_recovers_a_plane),      cmocka_unit_test(pca_refuses),
        cmocka_unit_test(neighbours_are_the_nearest), cmocka_unit_test(tsne_separates_clusters),
        cmocka_unit_test(tsne_repeats_by_seed),      cmocka_unit_test(tsne_bears_equal_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
