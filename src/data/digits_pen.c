/* From a pen's way to a picture. */
#include "data/digits_pen.h"

#include <math.h>
#include <string.h>

static const float TURN = 6.2831853f; /* a full one */

float pen_uniform(Rng *rng, float low, float high)
{
    return low + (high - low) * rng_uniform(rng);
}

float pen_normal(Rng *rng, float mean, float sd, float low, float high)
{
    return fminf(fmaxf(mean + sd * rng_normal(rng), low), high);
}

/* The pen is wider across one direction, changes slowly along its way, and its edge is rough. */
static void ink(Rng *rng, const Path *path, float *pen)
{
    float radius = 0.5f * expf(pen_normal(rng, logf(2.45f), 0.26f, logf(1.2f), logf(4.5f)));
    float nib = pen_uniform(rng, 0, 0.2f), angle = pen_uniform(rng, 0, TURN / 2);
    float change = pen_uniform(rng, 0, 0.18f), speed = pen_uniform(rng, 0.02f, 0.25f), phase = pen_uniform(rng, 0, TURN);
    float rough = pen_uniform(rng, 0, 0.15f);
    for (int i = 0; i < path->count; i++) {
        int from = i == 0 || path->lift[i] ? i : i - 1;
        float dx = path->point[from + 1].x - path->point[from].x, dy = path->point[from + 1].y - path->point[from].y;
        float across = dx == 0 && dy == 0 ? 0 : cosf(2 * (atan2f(dy, dx) - angle));
        pen[i] = radius * (1 + nib * across) * (1 + change * sinf(phase + speed * (float)i))
            * (1 + rough * pen_normal(rng, 0, 1, -2, 2));
    }
}

/* Moves and scales the path so that the ink just fills the box in one direction. */
static void fit(Path *path, const float *pen)
{
    float low_x = INFINITY, high_x = -INFINITY, low_y = INFINITY, high_y = -INFINITY, thick = 0;
    for (int i = 0; i < path->count; i++) {
        low_x = fminf(low_x, path->point[i].x);
        high_x = fmaxf(high_x, path->point[i].x);
        low_y = fminf(low_y, path->point[i].y);
        high_y = fmaxf(high_y, path->point[i].y);
        thick = fmaxf(thick, pen[i]);
    }
    float scale = (PEN_BOX - 2 * thick) / fmaxf(high_x - low_x, high_y - low_y);
    for (int i = 0; i < path->count; i++) {
        path->point[i].x = (path->point[i].x - 0.5f * (low_x + high_x)) * scale + 0.5f * PEN_BOX;
        path->point[i].y = (path->point[i].y - 0.5f * (low_y + high_y)) * scale + 0.5f * PEN_BOX;
    }
}

/* One piece: how much of each pixel near it the pen covers, by the distance of the pixel's middle. */
static void draw_piece(Point a, Point b, float ra, float rb, float soft, float box[PEN_BOX][PEN_BOX])
{
    float reach = fmaxf(ra, rb) + soft;
    int x0 = (int)fmaxf(fminf(a.x, b.x) - reach, 0), x1 = (int)fminf(fmaxf(a.x, b.x) + reach, PEN_BOX - 1);
    int y0 = (int)fmaxf(fminf(a.y, b.y) - reach, 0), y1 = (int)fminf(fmaxf(a.y, b.y) + reach, PEN_BOX - 1);
    float dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    for (int y = y0; y <= y1; y++)
        for (int x = x0; x <= x1; x++) {
            float px = (float)x + 0.5f - a.x, py = (float)y + 0.5f - a.y;
            float t = square > 0 ? fminf(fmaxf((px * dx + py * dy) / square, 0), 1) : 0;
            float ex = px - t * dx, ey = py - t * dy, r = ra + t * (rb - ra);
            float cover = 0.5f + (r - sqrtf(ex * ex + ey * ey)) / soft;
            box[y][x] = fmaxf(box[y][x], fminf(cover, fminf(1, 2 * r)));
        }
}

/* The shift along one axis that brings the centre of mass to the middle; false when ink would leave the paper. */
static bool centre(const float mass[PEN_BOX], int *shift)
{
    float sum = 0, moment = 0;
    int first = PEN_BOX, last = 0;
    for (int i = 0; i < PEN_BOX; i++) {
        sum += mass[i];
        moment += mass[i] * (float)i;
        if (mass[i] > 0) {
            first = i < first ? i : first;
            last = i;
        }
    }
    *shift = (int)lroundf(PEN_SIDE / 2 - moment / sum); /* MNIST's middle is the pixel 14 */
    return first + *shift >= 0 && last + *shift < PEN_SIDE;
}

static bool place(float box[PEN_BOX][PEN_BOX], uint8_t *out)
{
    float across[PEN_BOX] = {0}, down[PEN_BOX] = {0};
    for (int y = 0; y < PEN_BOX; y++)
        for (int x = 0; x < PEN_BOX; x++) {
            across[x] += box[y][x];
            down[y] += box[y][x];
        }
    int right, lower;
    if (!centre(across, &right) || !centre(down, &lower))
        return false;
    memset(out, 0, PEN_SIDE * PEN_SIDE);
    for (int y = 0; y < PEN_BOX; y++)
        for (int x = 0; x < PEN_BOX; x++)
            if (box[y][x] > 0)
                out[(y + lower) * PEN_SIDE + x + right] = (uint8_t)lroundf(255 * box[y][x]);
    return true;
}

bool pen_draw(Path *path, Rng *rng, uint8_t *out)
{
    float pen[PEN_MOST], box[PEN_BOX][PEN_BOX] = {{0}};
    ink(rng, path, pen);
    fit(path, pen);
    float soft = pen_uniform(rng, 0.4f, 1.1f);
    for (int i = 1; i < path->count; i++)
        if (!path->lift[i])
            draw_piece(path->point[i - 1], path->point[i], pen[i - 1], pen[i], soft, box);
    return place(box, out);
}
