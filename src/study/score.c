/* MSE, PSNR, SSIM, and what a confusion matrix says; the sources of the formulas stand in the header. */
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

/* Weighted sums under the window: of a and b, and of a^2 + b^2 and ab.  Variances are only wanted as a sum, so these four are enough. */
typedef double Pair __attribute__((vector_size(2 * sizeof(double))));
typedef struct Moments {
    Pair first, second;
} Moments;

static inline Moments moments_of(double a, double b)
{
    return (Moments){{a, b}, {a * a + b * b, a * b}};
}

static inline Moments moments_sum(int count, const double *weight, const Moments *of, int step)
{
    Moments sum = {0};
    for (int i = 0; i < count; i++, of += step) {
        sum.first += weight[i] * of->first;
        sum.second += weight[i] * of->second;
    }
    return sum;
}

static double similarity(Moments m)
{
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    double product = m.first[0] * m.first[1], squares = m.first[0] * m.first[0] + m.first[1] * m.first[1];
    return (2 * product + c1) * (2 * (m.second[1] - product) + c2) / ((squares + c1) * (m.second[0] - squares + c2));
}

/* Along the rows first: the window is the product of two, so each axis is summed by itself. */
static void sum_row(int columns, int wide, const double across[WINDOW], int step, const float *a, const float *b, Moments *point,
                    Moments *out)
{
    for (int x = 0; x < columns + wide - 1; x++)
        point[x] = moments_of((double)a[x * step], (double)b[x * step]);
    for (int x = 0; x < columns; x++)
        out[x] = moments_sum(wide, across, point + x, 1);
}

double score_ssim(Shape shape, const float *a, const float *b)
{
    double down[WINDOW], across[WINDOW], sum = 0;
    int high = window_make(shape.h, down), wide = window_make(shape.w, across);
    int rows = shape.h - high + 1, columns = shape.w - wide + 1;
    size_t sums = (size_t)shape.h * (size_t)columns;
    Moments *row_sums = mem_new(sums + (size_t)shape.w, sizeof *row_sums);
    for (int channel = 0; channel < shape.c; channel++) {
        for (int y = 0; y < shape.h; y++) {
            size_t at = (size_t)y * (size_t)shape.w * (size_t)shape.c + (size_t)channel;
            sum_row(columns, wide, across, shape.c, a + at, b + at, row_sums + sums, row_sums + (size_t)y * (size_t)columns);
        }
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < columns; x++)
                sum += similarity(moments_sum(high, down, row_sums + (size_t)y * (size_t)columns + x, columns));
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
