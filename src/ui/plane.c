/* Principal components by a few steps of orthogonal iteration: enough for a picture, and stable from one to the next. */
#include "ui/plane.h"

#include "base/mem.h"
#include "tensor/dense.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS = 3, FIRST_STEPS = 12 };

void plane_clear(Plane *plane)
{
    free(plane->axis);
    free(plane->point);
    *plane = (Plane){0};
}

static double dot(const float *a, const float *b, int size)
{
    double sum = 0;
    for (int i = 0; i < size; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

static void normalise(float *axis, const float *other, int size)
{
    if (other) {
        double along = dot(axis, other, size);
        for (int i = 0; i < size; i++)
            axis[i] -= (float)(along * other[i]);
    }
    double length = sqrt(dot(axis, axis, size));
    for (int i = 0; i < size; i++)
        axis[i] = length > 1e-20 ? (float)(axis[i] / length) : i == (other ? 1 : 0);
}

/* Both axes at once; products of matrices, since codes may be thousands of numbers. */
static void iterate(Plane *plane, const float *centred, int count, int steps)
{
    int size = plane->size;
    float *along = mem_new((size_t)count, 2 * sizeof *along);
    for (int step = 0; step < steps; step++) {
        matrix_product(false, true, count, 2, size, 1, centred, size, plane->axis, size, 0, along, 2);
        matrix_product(true, false, 2, size, count, 1, along, 2, centred, size, 0, plane->axis, size);
        normalise(plane->axis, NULL, size);
        normalise(plane->axis + size, plane->axis, size);
    }
    free(along);
}

static void start_axes(Plane *plane, int size)
{
    plane->size = size;
    plane->axis = mem_new(2 * (size_t)size, sizeof *plane->axis);
    for (int i = 0; i < size; i++) { /* anything not orthogonal to the answer */
        plane->axis[i] = 1 + (float)(i * 7919 % 13) / 13;
        plane->axis[size + i] = (float)(i * 104729 % 17) / 17 - 0.5f;
    }
    normalise(plane->axis, NULL, size);
    normalise(plane->axis + size, plane->axis, size);
}

static void follow(float *edge, float wanted, bool outwards, bool first)
{
    *edge = first || outwards ? wanted : *edge + 0.1f * (wanted - *edge);
}

void plane_update(Plane *plane, const float *code, int count, int size)
{
    bool first = plane->size != size || plane->count != count;
    if (first) {
        plane_clear(plane);
        start_axes(plane, size);
        plane->count = count;
        plane->point = mem_new((size_t)count, 2 * sizeof *plane->point);
    }
    if (size <= 2) {
        for (int n = 0; n < count; n++) {
            plane->point[2 * n] = code[n * size];
            plane->point[2 * n + 1] = size == 2 ? code[2 * n + 1] : 0;
        }
    } else {
        float *centred = mem_new((size_t)count * (size_t)size, sizeof *centred), *mean = mem_new((size_t)size, sizeof *mean);
        for (int n = 0; n < count; n++)
            for (int i = 0; i < size; i++)
                mean[i] += code[(size_t)n * (size_t)size + (size_t)i] / (float)count;
        for (int n = 0; n < count; n++)
            for (int i = 0; i < size; i++)
                centred[(size_t)n * (size_t)size + (size_t)i] = code[(size_t)n * (size_t)size + (size_t)i] - mean[i];
        iterate(plane, centred, count, first ? FIRST_STEPS : STEPS);
        for (int n = 0; n < count; n++)
            for (int k = 0; k < 2; k++)
                plane->point[2 * n + k] = (float)dot(centred + (size_t)n * (size_t)size, plane->axis + (size_t)k * (size_t)size, size);
        free(centred);
        free(mean);
    }
    float x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (int n = 0; n < count; n++) {
        float x = plane->point[2 * n], y = plane->point[2 * n + 1];
        if (!isfinite(x) || !isfinite(y))
            continue;
        x0 = fminf(x0, x), x1 = fmaxf(x1, x), y0 = fminf(y0, y), y1 = fmaxf(y1, y);
    }
    if (!(x1 >= x0))
        return;
    follow(&plane->x0, x0, x0 < plane->x0, first);
    follow(&plane->x1, x1, x1 > plane->x1, first);
    follow(&plane->y0, y0, y0 < plane->y0, first);
    follow(&plane->y1, y1, y1 > plane->y1, first);
}

void plane_draw(const Plane *plane, Cells *cells, Rect area, const uint8_t *labels)
{
    float wide = plane->x1 - plane->x0, high = plane->y1 - plane->y0;
    for (int n = 0; n < plane->count; n++) {
        float x = plane->point[2 * n], y = plane->point[2 * n + 1];
        if (!isfinite(x) || !isfinite(y))
            continue;
        int column = wide > 0 ? (int)((x - plane->x0) / wide * (float)(area.w - 1) + 0.5f) : area.w / 2;
        int row = high > 0 ? (int)((plane->y1 - y) / high * (float)(area.h - 1) + 0.5f) : area.h / 2;
        if (column < 0 || row < 0 || column >= area.w || row >= area.h)
            continue;
        int label = labels ? labels[n] : 0;
        cells_put(cells, area.x + column, area.y + row, plain((Role)(ROLE_SERIES + label % 8)),
                  labels ? (uint32_t)(label < 10 ? '0' + label : 'a' + (label - 10) % 26) : 0x2022);
    }
}
