/* Speed of the convolution's three passes on the recipes' layers, on one thread, directly and by Winograd's transforms in
 * turns, beside sgemm's peak in the same process:  make bench/bench_conv && bench/bench_conv [LAYER-NUMBER...].
 * A star marks where the rule takes Winograd's, an exclamation mark a choice of the rule that is slower by a tenth.
 *
 * GFLOP/s count every multiplication of the textbook's formula, those with padding's zeros too, as all such tables
 * do; the kernels leave those out, so small maps with large kernels can pass the peak. */
#include "base/mem.h"
#include "base/rng.h"
#include "tensor/conv.h"
#include "tensor/dense.h"
#include "tensor/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REPETITIONS = 7, PEAK_SIZE = 1024 };

typedef struct Row {
    const char *recipe;
    int h, w, in_c, out_c, kernel, stride;
    bool same;
    int n;
} Row;

/* Transposed layers stand as the convolutions they transpose. */
static const Row rows[] = {
    {"conv, first", 28, 28, 1, 32, 3, 1, true, 64},
    {"conv, middle", 14, 14, 32, 32, 3, 1, true, 64},
    {"conv, last", 28, 28, 32, 1, 3, 1, true, 64},
    {"mirrored, 28x28", 28, 28, 64, 32, 3, 1, true, 16},
    {"mirrored, 2nd", 14, 14, 32, 64, 3, 1, true, 64},
    {"mirrored, 3rd", 7, 7, 64, 128, 3, 1, true, 64},
    {"mirrored, inner", 7, 7, 128, 128, 3, 1, true, 64},
    {"denoise, 1st", 28, 28, 1, 32, 3, 2, true, 64},
    {"denoise, 2nd", 14, 14, 32, 64, 3, 2, true, 64},
    {"denoise, convt", 14, 14, 64, 64, 3, 2, true, 64},
    {"sdae, 1st", 28, 28, 1, 64, 5, 1, true, 32},
    {"sdae, 2nd", 28, 28, 64, 64, 5, 1, true, 8},
    {"sdae, 3rd", 14, 14, 64, 64, 5, 1, true, 16},
    {"sdae, 4th", 7, 7, 64, 64, 5, 1, true, 32},
    {"sdae, convt", 28, 28, 64, 64, 5, 2, true, 16},
    {"sdae, last", 28, 28, 64, 1, 5, 1, true, 32},
    {"cifar, 1st", 32, 32, 3, 32, 6, 2, false, 64},
    {"cifar, 2nd", 14, 14, 32, 32, 3, 1, false, 64},
    {"cifar, 3rd", 12, 12, 32, 16, 3, 1, false, 64},
    {"cifar, convt 6x6", 32, 32, 64, 32, 6, 2, false, 16},
    {"cifar, last", 32, 32, 64, 3, 3, 1, true, 32},
    {"faces, 1st", 64, 64, 3, 32, 3, 2, true, 16},
    {"faces, 3rd", 16, 16, 64, 128, 3, 2, true, 32},
    {"faces, 1st convt", 16, 16, 128, 128, 3, 2, true, 16},
    {"faces, 2nd convt", 32, 32, 64, 128, 3, 2, true, 8},
    {"faces, convt", 64, 64, 32, 64, 3, 2, true, 8},
    {"faces, last", 64, 64, 32, 3, 3, 1, true, 8},
    {"odd filters", 28, 28, 20, 50, 3, 1, true, 16},
};

enum { PASSES = 3 };

typedef struct Problem {
    ConvPlan plan;
    int n;
    float *x, *y, *w, *dw, *packed, *scratch;
} Problem;

static float *random_floats(size_t count)
{
    Rng rng = rng_new(1, RNG_TEST, 0, 0);
    float *x = mem_try_large(count, sizeof *x);
    if (!x)
        abort();
    for (size_t i = 0; i < count; i++)
        x[i] = rng_uniform(&rng) - 0.5f;
    return x;
}

/* This thread's own time, so that a busy machine does not show. */
static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void run_forward(const Problem *p)
{
    conv_forward(&p->plan, p->n, p->x, p->packed, NULL, (Activation){ACT_RELU, 0}, p->y, p->scratch);
}

static void run_input(const Problem *p)
{
    conv_input_gradient(&p->plan, p->n, p->y, p->packed, NULL, (Activation){ACT_LINEAR, 0}, p->x, p->scratch);
}

static void run_weight(const Problem *p)
{
    conv_weight_gradient(&p->plan, p->n, p->x, p->y, p->dw, p->scratch);
}

typedef void Run(const Problem *problem);

static Run *const runs[PASSES] = {run_forward, run_input, run_weight};

/* Long enough for the clock. */
static double seconds_of(Run *run, const Problem *problem)
{
    int times = 0;
    double start = cpu_seconds(), took;
    do {
        run(problem);
        times++;
    } while ((took = cpu_seconds() - start) < 4e-3);
    return took / times;
}

static double peak(void)
{
    static float *a, *b, *c;
    if (!a) {
        a = random_floats((size_t)PEAK_SIZE * PEAK_SIZE);
        b = random_floats((size_t)PEAK_SIZE * PEAK_SIZE);
        c = random_floats((size_t)PEAK_SIZE * PEAK_SIZE);
    }
    double best = 1e9;
    for (int i = 0; i < 3; i++) {
        double start = cpu_seconds();
        matrix_product(false, false, PEAK_SIZE, PEAK_SIZE, PEAK_SIZE, 1, a, PEAK_SIZE, b, PEAK_SIZE, 0, c, PEAK_SIZE);
        double took = cpu_seconds() - start;
        best = took < best ? took : best;
    }
    return 2e-9 * PEAK_SIZE * PEAK_SIZE * PEAK_SIZE / best;
}

static ConvGeometry geometry_of(const Row *row)
{
    ConvGeometry g = {.in_h = row->h, .in_w = row->w, .in_c = row->in_c, .out_c = row->out_c, .kernel_h = row->kernel,
                      .kernel_w = row->kernel, .stride_h = row->stride, .stride_w = row->stride};
    conv_axis(g.in_h, g.kernel_h, g.stride_h, row->same, &g.out_h, &g.pad_top);
    conv_axis(g.in_w, g.kernel_w, g.stride_w, row->same, &g.out_w, &g.pad_left);
    return g;
}

/* Which passes the rule gives to Winograd: those whose plan is as that way's and not as the direct one's. */
static bool rule_takes_winograd(ConvGeometry g, int pass)
{
    ConvPlan plan[3];
    for (int i = 0; i < 3; i++) {
        g.way = (ConvWay)i;
        plan[i] = conv_plan(&g, pass == 0, pass == 1, pass == 2);
    }
    return plan[CONV_AUTO].packed == plan[CONV_WINOGRAD].packed && plan[CONV_AUTO].scratch == plan[CONV_WINOGRAD].scratch;
}

static void measure(const Row *row)
{
    ConvGeometry g = geometry_of(row);
    size_t xs = (size_t)g.in_h * (size_t)g.in_w * (size_t)g.in_c * (size_t)row->n;
    size_t ys = (size_t)g.out_h * (size_t)g.out_w * (size_t)g.out_c * (size_t)row->n;
    size_t ws = (size_t)g.kernel_h * (size_t)g.kernel_w * (size_t)g.in_c * (size_t)g.out_c;
    Problem p[2] = {{.n = row->n, .x = random_floats(xs), .y = random_floats(ys), .w = random_floats(ws),
                     .dw = random_floats(ws)}};
    p[1] = p[0];
    for (int i = 0; i < 2; i++) {
        g.way = i ? CONV_WINOGRAD : CONV_DIRECT;
        p[i].plan = conv_plan(&g, true, true, true);
        p[i].packed = random_floats(p[i].plan.packed);
        p[i].scratch = random_floats(p[i].plan.scratch);
        conv_pack(&p[i].plan, p[i].w, p[i].packed, 0, 1);
    }
    double gflop = 2e-9 * (double)ys * (double)(ws / (size_t)g.out_c), best = peak();
    char text[40];
    snprintf(text, sizeof text, "%dx%dx%d > %d, %dx%d s%d", g.in_h, g.in_w, g.in_c, g.out_c, g.kernel_h, g.kernel_w,
             g.stride_h);
    printf("%-18s %-22s", row->recipe, text);
    for (int k = 0; k < PASSES; k++) {
        double least[2] = {1e9, 1e9};
        for (int r = 0; r < 2 * REPETITIONS; r++) {
            double took = seconds_of(runs[k], &p[r % 2]);
            least[r % 2] = took < least[r % 2] ? took : least[r % 2];
        }
        double ratio = least[0] / least[1];
        bool winograd = rule_takes_winograd(g, k);
        printf(" %5.1f (%3.0f%%) %5.1f %4.2f%c%c", gflop / least[0], 100 * gflop / least[0] / best, gflop / least[1], ratio,
               winograd ? '*' : ' ', (winograd ? ratio : 1 / ratio) < 0.9 ? '!' : ' ');
    }
    printf(" %6.1f\n", best);
    float *const used[] = {p[0].x, p[0].y, p[0].w, p[0].dw, p[0].packed, p[0].scratch, p[1].packed, p[1].scratch};
    for (size_t k = 0; k < COUNT_OF(used); k++)
        free(used[k]);
}

int main(int argc, char **argv)
{
    matrix_use_one_thread();
    unsetenv("HOURGLASS_CONV");
    char library[200];
    matrix_library(library, sizeof library);
    printf("kernels %s; %s\n", isa_name(isa_chosen()), library);
    printf("GFLOP/s direct (of sgemm), winograd, ratio\n%-41s %-26s %-26s %-26s %6s\n", "layer", "forward", "input gradient",
           "weight gradient", "sgemm");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool wanted = argc == 1;
        for (int k = 1; k < argc; k++)
            wanted = wanted || atoi(argv[k]) == (int)i;
        if (wanted)
            measure(&rows[i]);
    }
    return 0;
}
