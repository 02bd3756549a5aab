/* Pooling and upsampling against plain loops, and their backward passes as exact transposes. */
#include "guarded.h"

#include "tensor/conv.h"
#include "tensor/pool.h"

static PoolGeometry random_geometry(Rng *rng, int turn)
{
    static const int channels[] = {1, 2, 3, 4, 7, 8, 16, 17, 31, 32, 33, 64, 70};
    PoolGeometry g = {.c = channels[rng_below(rng, COUNT_OF(channels))]};
    bool same = rng_below(rng, 2);
    g.size_h = turn % 3 ? 2 : 1 + (int)rng_below(rng, 4);
    g.size_w = turn % 3 ? 2 : 1 + (int)rng_below(rng, 4);
    g.stride_h = turn % 3 == 1 ? 2 : 1 + (int)rng_below(rng, 4);
    g.stride_w = turn % 3 == 1 ? 2 : 1 + (int)rng_below(rng, 4);
    g.in_h = g.size_h + (int)rng_below(rng, 8);
    g.in_w = g.size_w + (int)rng_below(rng, 8);
    conv_axis(g.in_h, g.size_h, g.stride_h, same, &g.out_h, &g.pad_top);
    conv_axis(g.in_w, g.size_w, g.stride_w, same, &g.out_w, &g.pad_left);
    return g;
}

static size_t in_count(const PoolGeometry *g, int n)
{
    return (size_t)n * g->in_h * g->in_w * g->c;
}

static size_t out_count(const PoolGeometry *g, int n)
{
    return (size_t)n * g->out_h * g->out_w * g->c;
}

/* Place (row, column) of the window of output (oy, ox), as an index into x; -1 when that is padding. */
static long place_index(const PoolGeometry *g, int sample, int oy, int ox, int channel, int row, int column)
{
    int y = oy * g->stride_h - g->pad_top + row, x = ox * g->stride_w - g->pad_left + column;
    if (y < 0 || y >= g->in_h || x < 0 || x >= g->in_w)
        return -1;
    return (((long)sample * g->in_h + y) * g->in_w + x) * g->c + channel;
}

/* The places of every output's window that exist: calls see(context, output index, place, input index). */
static void every_window(const PoolGeometry *g, int n, void (*see)(void *, size_t, int, size_t), void *context)
{
    size_t out = 0;
    for (int s = 0; s < n; s++)
        for (int oy = 0; oy < g->out_h; oy++)
            for (int ox = 0; ox < g->out_w; ox++)
                for (int c = 0; c < g->c; c++, out++)
                    for (int row = 0; row < g->size_h; row++)
                        for (int column = 0; column < g->size_w; column++) {
                            long in = place_index(g, s, oy, ox, c, row, column);
                            if (in >= 0)
                                see(context, out, row * g->size_w + column, (size_t)in);
                        }
}

typedef struct Maximum {
    const float *x, *dy;
    float *y;
    int *winner;
    size_t *from;
    double *dx;
} Maximum;

static void see_maximum(void *context, size_t out, int place, size_t in)
{
    Maximum *m = context;
    if (m->winner[out] < 0 || m->x[in] > m->y[out]) {
        m->y[out] = m->x[in];
        m->winner[out] = place;
        m->from[out] = in;
    }
}

static void maximum(void **state)
{
    (void)state;
    for (int turn = 0; turn < 300; turn++) {
        Rng rng = rng_new(1, RNG_TEST, (uint32_t)turn, 0);
        int n = 1 + (int)rng_below(&rng, 3);
        PoolGeometry g = random_geometry(&rng, turn);
        size_t ins = in_count(&g, n), outs = out_count(&g, n);
        float *x = guarded_new(ins), *y = guarded_new(outs), *dx = guarded_new(ins), *dy = guarded_random(&rng, outs, 1);
        for (size_t i = 0; i < ins; i++) /* few values, so that there are equals; all negative: padding must not win */
            x[i] = -1 - (float)rng_below(&rng, 4);
        uint8_t *winner = mem_new(outs + 64, 1);
        memset(winner, 99, outs + 64);
        Maximum m = {x, dy, mem_new(outs, sizeof(float)), mem_new(outs, sizeof(int)), mem_new(outs, sizeof(size_t)),
                     mem_new(ins, sizeof(double))};
        for (size_t i = 0; i < outs; i++)
            m.winner[i] = -1;
        every_window(&g, n, see_maximum, &m);
        maxpool_forward(&g, n, x, y, winner);
        for (size_t i = 0; i < outs; i++) {
            assert_true(y[i] == m.y[i]);
            assert_int_equal(winner[i], m.winner[i]);
            m.dx[m.from[i]] += dy[i];
        }
        for (size_t i = outs; i < outs + 64; i++)
            assert_int_equal(winner[i], 99);
        maxpool_backward(&g, n, dy, winner, dx);
        for (size_t i = 0; i < ins; i++)
            assert_near(dx[i], m.dx[i], 1e-6, 1e-6);
        maxpool_forward(&g, n, x, m.y, NULL);
        assert_memory_equal(m.y, y, outs * sizeof *y);
        free(m.y);
        free(m.winner);
        free(m.from);
        free(m.dx);
        free(winner);
        guarded_free(x, ins);
        guarded_free(y, outs);
        guarded_free(dx, ins);
        guarded_free(dy, outs);
    }
}

typedef struct Average {
    const float *x, *dy;
    double *y, *dx;
    int *places;
} Average;

static void see_places(void *context, size_t out, int place, size_t in)
{
    Average *a = context;
    (void)place;
    a->y[out] += a->x[in];
    a->places[out]++;
}

static void see_shares(void *context, size_t out, int place, size_t in)
{
    Average *a = context;
    (void)place;
    a->dx[in] += (double)a->dy[out] / a->places[out];
}

static void average(void **state)
{
    (void)state;
    for (int turn = 0; turn < 300; turn++) {
        Rng rng = rng_new(2, RNG_TEST, (uint32_t)turn, 0);
        int n = 1 + (int)rng_below(&rng, 3);
        PoolGeometry g = random_geometry(&rng, turn);
        size_t ins = in_count(&g, n), outs = out_count(&g, n);
        float *x = guarded_random(&rng, ins, 1), *y = guarded_new(outs), *dx = guarded_new(ins);
        float *dy = guarded_random(&rng, outs, 1);
        Average a = {x, dy, mem_new(outs, sizeof(double)), mem_new(ins, sizeof(double)), mem_new(outs, sizeof(int))};
        every_window(&g, n, see_places, &a);
        every_window(&g, n, see_shares, &a);
        avgpool_forward(&g, n, x, y);
        avgpool_backward(&g, n, dy, dx);
        for (size_t i = 0; i < outs; i++)
            assert_near(y[i], a.y[i] / a.places[i], 1e-6, 1e-6);
        for (size_t i = 0; i < ins; i++)
            assert_near(dx[i], a.dx[i], 1e-6, 1e-6);
        free(a.y);
        free(a.dx);
        free(a.places);
        guarded_free(x, ins);
        guarded_free(y, outs);
        guarded_free(dx, ins);
        guarded_free(dy, outs);
    }
}

static void maximum_passes_nan_on(void **state)
{
    (void)state;
    for (int c = 1; c < 40; c += 3)
        for (int bad = 0; bad < 4; bad++) {
            PoolGeometry g = {2, 2, c, 1, 1, 2, 2, 2, 2, 0, 0};
            float x[4 * 40], y[40];
            uint8_t winner[40];
            for (int i = 0; i < 4 * c; i++)
                x[i] = i / c == bad ? NAN : (float)i;
            maxpool_forward(&g, 1, x, y, winner);
            for (int i = 0; i < c; i++) {
                assert_true(isnan(y[i]));
                assert_int_equal(winner[i], bad);
            }
        }
}

/* Half-pixel centres, clamped: the value at input coordinate (o + 0.5) / scale - 0.5. */
static double line_weight(int out, int scale, int ins, int in)
{
    double place = fmin(fmax((out + 0.5) / scale - 0.5, 0), ins - 1);
    return fmax(0, 1 - fabs(place - in));
}

static double nearest_weight(int out, int scale, int ins, int in)
{
    (void)ins;
    return out / scale == in;
}

typedef void Upsample(int n, int h, int w, int c, int scale_h, int scale_w, const float *from, float *to);

static void upsample(Upsample *forward, Upsample *backward, double (*weight)(int, int, int, int))
{
    static const int channels[] = {1, 3, 8, 16, 17, 33, 64};
    for (int turn = 0; turn < 100; turn++) {
        Rng rng = rng_new(3, RNG_TEST, (uint32_t)turn, 0);
        int n = 1 + (int)rng_below(&rng, 2), h = 1 + (int)rng_below(&rng, 5), w = 1 + (int)rng_below(&rng, 5);
        int sh = 1 + (int)rng_below(&rng, 4), sw = 1 + (int)rng_below(&rng, 4);
        int c = channels[rng_below(&rng, COUNT_OF(channels))];
        size_t ins = (size_t)n * h * w * c, outs = ins * sh * sw;
        float *x = guarded_random(&rng, ins, 1), *y = guarded_new(outs), *dx = guarded_new(ins);
        float *dy = guarded_random(&rng, outs, 1);
        double *wanted = mem_new(ins, sizeof *wanted);
        forward(n, h, w, c, sh, sw, x, y);
        backward(n, h, w, c, sh, sw, dy, dx);
        for (size_t out = 0; out < outs; out++) {
            int channel = (int)(out % c), ox = (int)(out / c % (w * sw)), oy = (int)(out / c / (w * sw) % (h * sh));
            size_t sample = out / c / (w * sw) / (h * sh);
            double sum = 0;
            for (int iy = 0; iy < h; iy++)
                for (int ix = 0; ix < w; ix++) {
                    size_t in = ((sample * h + iy) * w + ix) * c + channel;
                    double share = weight(oy, sh, h, iy) * weight(ox, sw, w, ix);
                    sum += share * x[in];
                    wanted[in] += share * dy[out];
                }
            assert_near(y[out], sum, 1e-6, 1e-6);
        }
        for (size_t i = 0; i < ins; i++)
            assert_near(dx[i], wanted[i], 1e-6, 2e-6);
        free(wanted);
        guarded_free(x, ins);
        guarded_free(y, outs);
        guarded_free(dx, ins);
        guarded_free(dy, outs);
    }
}

static void nearest(void **state)
{
    (void)state;
    upsample(upsample_nearest_forward, upsample_nearest_backward, nearest_weight);
}

static void bilinear(void **state)
{
    (void)state;
    upsample(upsample_bilinear_forward, upsample_bilinear_backward, line_weight);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(maximum),  cmocka_unit_test(average),  cmocka_unit_test(maximum_passes_nan_on),
    cmocka_unit_test(nearest),  cmocka_unit_test(bilinear),
};

EACH_ISA_MAIN(tests)
