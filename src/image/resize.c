/* Scaling.  An output pixel is a weighted sum of a few neighbours along each axis (its taps); rows are summed first,
 * so that one row of floats is all the memory it takes. */
#include "image/image.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Taps {
    int first, count;
    float *weight; /* sum to 1 */
} Taps;

/* Which of `from` input places make output place `at` of `to`, and how much of each. */
static void find_taps(int from, int to, int at, Taps *taps)
{
    if (to < from) { /* box: the overlap of each input pixel with the output pixel's interval */
        double start = (double)at * from / to, end = (double)(at + 1) * from / to;
        int last = (int)fmin(ceil(end), from) - 1;
        taps->first = (int)start;
        taps->count = last - taps->first + 1;
        for (int i = 0; i < taps->count; i++) {
            double pixel = taps->first + i;
            double overlap = fmin(end, pixel + 1) - fmax(start, pixel);
            taps->weight[i] = (float)(fmax(overlap, 0) / (end - start));
        }
        return;
    }
    double centre = (at + 0.5) * from / to - 0.5;
    double left = fmax(floor(centre), 0);
    double part = fmax(centre - left, 0);
    taps->first = (int)left;
    taps->count = taps->first + 1 < from ? 2 : 1;
    taps->weight[0] = taps->count == 2 ? (float)(1 - part) : 1;
    if (taps->count == 2)
        taps->weight[1] = (float)part;
}

static int most_taps(int from, int to)
{
    return to < from ? from / to + 3 : 2;
}

static void resize_row(const float *row, int channels, const Taps *taps, int w, uint8_t *out)
{
    for (int x = 0; x < w; x++)
        for (int c = 0; c < channels; c++) {
            float sum = 0.5f;
            for (int i = 0; i < taps[x].count; i++)
                sum += taps[x].weight[i] * row[(taps[x].first + i) * channels + c];
            *out++ = (uint8_t)fminf(sum, 255.0f);
        }
}

bool image_resize(const Image *from, int w, int h, Image *out, Error *err)
{
    if (!image_new(out, w, h, from->channels, err))
        return false;
    size_t width = (size_t)from->w * (size_t)from->channels;
    int most = most_taps(from->w, w);
    Taps *across = mem_new((size_t)w, sizeof *across);
    float *weights = mem_new((size_t)w * (size_t)most, sizeof *weights);
    float *down_weight = mem_new((size_t)most_taps(from->h, h), sizeof *down_weight);
    float *row = mem_new(width, sizeof *row);
    for (int x = 0; x < w; x++) {
        across[x].weight = weights + (size_t)x * (size_t)most;
        find_taps(from->w, w, x, &across[x]);
    }
    for (int y = 0; y < h; y++) {
        Taps down = {.weight = down_weight};
        find_taps(from->h, h, y, &down);
        memset(row, 0, width * sizeof *row);
        for (int i = 0; i < down.count; i++) {
            const uint8_t *in = from->pixels + (size_t)(down.first + i) * width;
            for (size_t j = 0; j < width; j++)
                row[j] += down.weight[i] * in[j];
        }
        resize_row(row, from->channels, across, w, out->pixels + (size_t)y * (size_t)w * (size_t)from->channels);
    }
    free(across);
    free(weights);
    free(down_weight);
    free(row);
    return true;
}
