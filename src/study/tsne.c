/* Gradient descent with momentum and gains as in the paper.  Attraction runs over the sparse affinities; repulsion over a quadtree
 * whose far cells count as one point.  Each point's forces are found alone, and the normalisation is added up in the points'
 * order, so threads change nothing. */
#include "study/tsne.h"

#include "base/mem.h"
#include "base/rng.h"
#include "study/neighbours.h"
#include "study/pca.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAF = 8, DEPTH = 40, EXAGGERATED = 250 };
static const float EXAGGERATION = 12;

/* Cells in depth-first order: the first child follows its parent, `skip` is what comes after the whole cell. */
typedef struct Cell {
    float x, y;         /* centre of mass */
    float width_square; /* 0: a leaf */
    int first, count;   /* its points, in `order` */
    int skip;
} Cell;

typedef struct Tree {
    Cell *cell;
    int cells, room;
    int *order, *scratch;
    float *place; /* (n, 2): the points in the cells' order, so that leaves read them in a row */
} Tree;

static int quadrant(const float *y, float cx, float cy)
{
    return (y[0] >= cx) + 2 * (y[1] >= cy);
}

static void tree_split(Tree *tree, const float *y, int first, int count, float cx, float cy, float half, int depth)
{
    if (tree->cells == tree->room) {
        tree->room *= 2;
        tree->cell = mem_resize(tree->cell, (size_t)tree->room, sizeof *tree->cell);
    }
    int me = tree->cells++;
    double x_sum = 0, y_sum = 0;
    int size[4] = {0}, start[4];
    for (int i = first; i < first + count; i++) {
        const float *p = y + 2 * (size_t)tree->order[i];
        x_sum += p[0], y_sum += p[1];
        size[quadrant(p, cx, cy)]++;
    }
    bool leaf = count <= LEAF || depth >= DEPTH;
    tree->cell[me] = (Cell){(float)(x_sum / count), (float)(y_sum / count), leaf ? 0 : 4 * half * half, first, count, 0};
    if (!leaf) {
        start[0] = first;
        for (int q = 1; q < 4; q++)
            start[q] = start[q - 1] + size[q - 1];
        int at[4] = {start[0], start[1], start[2], start[3]};
        for (int i = first; i < first + count; i++)
            tree->scratch[at[quadrant(y + 2 * (size_t)tree->order[i], cx, cy)]++] = tree->order[i];
        memcpy(tree->order + first, tree->scratch + first, (size_t)count * sizeof *tree->order);
        for (int q = 0; q < 4; q++)
            if (size[q])
                tree_split(tree, y, start[q], size[q], cx + (q & 1 ? half : -half) / 2, cy + (q & 2 ? half : -half) / 2,
                           half / 2, depth + 1);
    }
    tree->cell[me].skip = tree->cells;
}

static void tree_build(Tree *tree, const float *y, int n)
{
    float low[2] = {y[0], y[1]}, high[2] = {y[0], y[1]};
    for (int i = 0; i < n; i++)
        for (int a = 0; a < 2; a++) {
            low[a] = fminf(low[a], y[2 * i + a]);
            high[a] = fmaxf(high[a], y[2 * i + a]);
        }
    float half = fmaxf(high[0] - low[0], high[1] - low[1]) / 2 * 1.0001f + 1e-20f;
    tree->cells = 0;
    tree_split(tree, y, 0, n, (low[0] + high[0]) / 2, (low[1] + high[1]) / 2, half, 0);
    for (int i = 0; i < n; i++)
        memcpy(tree->place + 2 * (size_t)i, y + 2 * (size_t)tree->order[i], 2 * sizeof(float));
}

/* Sum over all others of q^2 (yi - yj), and of q, where q = 1 / (1 + |yi - yj|^2). */
static double tree_repulsion(const Tree *tree, const float *yi, float theta_square, float force[2])
{
    float fx = 0, fy = 0;
    double sum = 0;
    for (int c = 0; c < tree->cells;) {
        const Cell *cell = &tree->cell[c];
        float dx = yi[0] - cell->x, dy = yi[1] - cell->y, square = dx * dx + dy * dy;
        if (cell->width_square == 0) {
            float near = 0;
            for (int i = cell->first; i < cell->first + cell->count; i++) {
                float px = yi[0] - tree->place[2 * i], py = yi[1] - tree->place[2 * i + 1];
                float q = 1 / (1 + px * px + py * py);
                near += q;
                fx += q * q * px, fy += q * q * py;
            }
            sum += near;
            c = cell->skip;
        } else if (cell->width_square < theta_square * square) {
            float q = 1 / (1 + square), many = (float)cell->count * q;
            sum += many;
            fx += many * q * dx, fy += many * q * dy;
            c = cell->skip;
        } else {
            c++;
        }
    }
    force[0] = fx, force[1] = fy;
    return sum - 1; /* the point itself was met, without force, with q = 1 */
}

typedef struct Descent {
    const Affinity *p;
    const Tree *tree;
    const float *y;
    float theta_square;
    float *attraction, *repulsion; /* (n, 2) */
    double *sum;                   /* (n) */
    Team *team;
} Descent;

static void forces(void *arg, int rank)
{
    Descent *d = arg;
    int first, count;
    team_slice(d->p->n, 16, rank, team_size(d->team), &first, &count);
    for (int place = first; place < first + count; place++) {
        int i = d->tree->order[place]; /* neighbours in the plane follow each other and find the same cells in the cache */
        const float *yi = d->y + 2 * (size_t)i;
        float fx = 0, fy = 0;
        for (int e = d->p->first[i]; e < d->p->first[i + 1]; e++) {
            const float *yj = d->y + 2 * (size_t)d->p->other[e];
            float dx = yi[0] - yj[0], dy = yi[1] - yj[1], pull = d->p->value[e] / (1 + dx * dx + dy * dy);
            fx += pull * dx, fy += pull * dy;
        }
        d->attraction[2 * i] = fx, d->attraction[2 * i + 1] = fy;
        d->sum[i] = tree_repulsion(d->tree, yi, d->theta_square, d->repulsion + 2 * (size_t)i);
    }
}

static bool start(const float *x, int n, int size, uint64_t seed, float *y, Error *err)
{
    Pca pca;
    if (!pca_fit(x, n, size, 2, &pca, err))
        return false;
    float *plane = mem_new((size_t)n * 2, sizeof *plane);
    pca_project(&pca, x, n, plane);
    float scale = pca.variance[0] > 0 ? 1e-2f / (float)sqrt(pca.variance[0]) : 0;
    Rng rng = rng_new(seed, RNG_TSNE, 0, 0);
    for (int i = 0; i < n; i++)
        for (int a = 0; a < 2; a++)
            y[2 * i + a] = (a < pca.components ? plane[(size_t)i * pca.components + a] * scale : 0) + 1e-4f * rng_normal(&rng);
    free(plane);
    pca_clear(&pca);
    return true;
}

static void centre(float *y, int n)
{
    double mean[2] = {0, 0};
    for (int i = 0; i < 2 * n; i++)
        mean[i % 2] += y[i] / (double)n;
    for (int i = 0; i < 2 * n; i++)
        y[i] -= (float)mean[i % 2];
}

TsneOptions tsne_options_new(void)
{
    return (TsneOptions){.perplexity = 30, .theta = 0.5, .iterations = 1000, .seed = 1};
}

bool tsne_run(const float *x, int n, int size, const TsneOptions *options, Team *team, float *out, Error *err)
{
    Affinity p;
    if (n < 3)
        return error_set(err, ERROR_INPUT, "take more samples", "t-SNE needs at least 3 points");
    if (!start(x, n, size, options->seed, out, err) || !affinity_new(x, n, size, options->perplexity, team, &p, err))
        return false;
    size_t numbers = 2 * (size_t)n;
    Tree tree = {.room = 2 * n + 16};
    tree.cell = mem_new((size_t)tree.room, sizeof *tree.cell);
    tree.order = mem_new((size_t)n, sizeof *tree.order);
    tree.scratch = mem_new((size_t)n, sizeof *tree.scratch);
    tree.place = mem_new(numbers, sizeof *tree.place);
    float *velocity = mem_new(numbers, sizeof *velocity), *gain = mem_new(numbers, sizeof *gain);
    Descent d = {&p, &tree, out, (float)(options->theta * options->theta), mem_new(numbers, sizeof(float)),
                 mem_new(numbers, sizeof(float)), mem_new((size_t)n, sizeof(double)), team};
    for (int i = 0; i < n; i++)
        tree.order[i] = i;
    for (size_t i = 0; i < numbers; i++)
        gain[i] = 1;
    float rate = fmaxf((float)n / EXAGGERATION / 4, 50);
    int exaggerated = options->iterations / 3 < EXAGGERATED ? options->iterations / 3 : EXAGGERATED;
    bool go_on = true;
    for (int step = 0; step < options->iterations && go_on; step++) {
        tree_build(&tree, out, n);
        team_run(team, forces, &d);
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += d.sum[i];
        float pull = step < exaggerated ? EXAGGERATION : 1, push = (float)(1 / fmax(sum, 1e-12));
        float momentum = step < exaggerated ? 0.5f : 0.8f;
        for (size_t i = 0; i < numbers; i++) {
            float gradient = 4 * (pull * d.attraction[i] - push * d.repulsion[i]);
            gain[i] = gradient * velocity[i] < 0 ? gain[i] + 0.2f : fmaxf(gain[i] * 0.8f, 0.01f);
            velocity[i] = momentum * velocity[i] - rate * gain[i] * gradient;
            out[i] += velocity[i];
        }
        centre(out, n);
        go_on = !options->progress || options->progress(options->context, (step + 1.0) / options->iterations);
    }
    affinity_clear(&p);
    free(tree.cell);
    free(tree.order);
    free(tree.scratch);
    free(tree.place);
    free(velocity);
    free(gain);
    free(d.attraction);
    free(d.repulsion);
    free(d.sum);
    if (!go_on && err)
        *err = (Error){0};
    return go_on;
}
