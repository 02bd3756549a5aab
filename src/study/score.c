#include "study/score.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

double score_mse(size_t count, const float *a, const float *b)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return count ? sum / (double)count : 0;
}

double score_psnr(double mse)
{
    double psnr = mse > 0 ? -10 * log10(mse) : SCORE_PSNR_MOST;
    return psnr < SCORE_PSNR_MOST ? psnr : SCORE_PSNR_MOST;
}

/* -- SSIM. */

enum { WINDOW = 11 };

/* One axis of the window, normalised to a sum of 1; the window is the product of two. */
static int window_make(int side, double weight[WINDOW])
{
    const double sigma = 1.5;
    int size = side >= WINDOW ? WINDOW : side - (side % 2 == 0);
    double sum = 0;
    for (int i = 0; i < size; i++) {
        double x = i - size / 2;
        weight[i] = exp(-x * x / (2 * sigma * sigma));
        sum += weight[i];
    }
    for (int i = 0; i < size; i++)
        weight[i] /= sum;
    return size;
}

/* Weighted sums under the window: means, squares, product. */
typedef struct Moments {
    double a, b, aa, bb, ab;
} Moments;

static void moments_add(Moments *m, double weight, const Moments *of)
{
    m->a += weight * of->a;
    m->b += weight * of->b;
    m->aa += weight * of->aa;
    m->bb += weight * of->bb;
    m->ab += weight * of->ab;
}

static double similarity(const Moments *m)
{
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    double variance_a = m->aa - m->a * m->a, variance_b = m->bb - m->b * m->b, covariance = m->ab - m->a * m->b;
    return (2 * m->a * m->b + c1) * (2 * covariance + c2) /
           ((m->a * m->a + m->b * m->b + c1) * (variance_a + variance_b + c2));
}

/* Along the rows first: the window is the product of two, so each axis is summed by itself. */
static void sum_row(int columns, int wide, const double across[WINDOW], int step, const float *a, const float *b, Moments *out)
{
    for (int x = 0; x < columns; x++) {
        out[x] = (Moments){0};
        for (int u = 0; u < wide; u++) {
            double p = (double)a[(x + u) * step], q = (double)b[(x + u) * step];
            moments_add(&out[x], across[u], &(Moments){p, q, p * p, q * q, p * q});
        }
    }
}

double score_ssim(Shape shape, const float *a, const float *b)
{
    double down[WINDOW], across[WINDOW], sum = 0;
    int high = window_make(shape.h, down), wide = window_make(shape.w, across);
    int rows = shape.h - high + 1, columns = shape.w - wide + 1;
    Moments *row_sums = mem_new((size_t)shape.h * (size_t)columns, sizeof *row_sums);
    for (int channel = 0; channel < shape.c; channel++) {
        for (int y = 0; y < shape.h; y++) {
            size_t at = (size_t)y * (size_t)shape.w * (size_t)shape.c + (size_t)channel;
            sum_row(columns, wide, across, shape.c, a + at, b + at, row_sums + (size_t)y * (size_t)columns);
        }
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < columns; x++) {
                Moments m = {0};
                for (int v = 0; v < high; v++)
                    moments_add(&m, down[v], &row_sums[(size_t)(y + v) * (size_t)columns + (size_t)x]);
                sum += similarity(&m);
            }
    }
    free(row_sums);
    return sum / ((double)rows * columns * shape.c);
}

/* -- Classes. */

Confusion confusion_new(int classes)
{
    return (Confusion){.classes = classes, .count = mem_new((size_t)classes * (size_t)classes, sizeof(long))};
}

void confusion_clear(Confusion *confusion)
{
    free(confusion->count);
    *confusion = (Confusion){0};
}

void confusion_add(Confusion *confusion, int truth, int predicted)
{
    confusion->count[truth * confusion->classes + predicted]++;
    confusion->total++;
    confusion->correct += truth == predicted;
}

static double share(long part, long whole)
{
    return whole ? (double)part / (double)whole : 0;
}

double confusion_accuracy(const Confusion *confusion)
{
    return share(confusion->correct, confusion->total);
}

long confusion_support(const Confusion *confusion, int class_index)
{
    long sum = 0;
    for (int i = 0; i < confusion->classes; i++)
        sum += confusion->count[class_index * confusion->classes + i];
    return sum;
}

static long hits(const Confusion *confusion, int class_index)
{
    return confusion->count[class_index * confusion->classes + class_index];
}

double confusion_precision(const Confusion *confusion, int class_index)
{
    long predicted = 0;
    for (int i = 0; i < confusion->classes; i++)
        predicted += confusion->count[i * confusion->classes + class_index];
    return share(hits(confusion, class_index), predicted);
}

double confusion_recall(const Confusion *confusion, int class_index)
{
    return share(hits(confusion, class_index), confusion_support(confusion, class_index));
}

double confusion_f1(const Confusion *confusion, int class_index)
{
    double precision = confusion_precision(confusion, class_index), recall = confusion_recall(confusion, class_index);
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

int score_argmax(int count, const float *values)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}
