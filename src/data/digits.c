/* The built-in digits: a skeleton, bent and slanted at random; digits_pen.c draws it.
 *
 * The ranges were chosen so that the digits' statistics (slant, proportions, stroke width, grey levels) are spread like
 * those of handwriting, a little wider rather than narrower. */
#include "data/digits.h"

#include "base/mem.h"
#include "base/rng.h"
#include "data/digits_pen.h"
#include "data/digits_styles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = PEN_SIDE, CLASSES = 10, PIECES = 6, MOST_POINTS = PEN_MOST / PIECES, MOST_STYLES = 256,
       FIRST_ATTEMPT = 1 /* 0 is the labels' */ };

static const float TURN = 6.2831853f; /* a full one */

typedef struct Skeleton {
    Point point[MOST_POINTS];
    bool corner[MOST_POINTS], lift[MOST_POINTS]; /* lift: the pen comes down here anew */
    int count;
} Skeleton;

/* ---- choice of a style */

static Skeleton parse(const char *text)
{
    Skeleton skeleton = {0};
    bool lift = true;
    while (*text) {
        if (*text == ' ') {
            text++;
        } else if (*text == '|') {
            lift = true;
            text++;
        } else if (*text == '!') {
            skeleton.corner[skeleton.count - 1] = true;
            text++;
        } else {
            char *end;
            Point *point = &skeleton.point[skeleton.count];
            point->x = (float)strtol(text, &end, 10) / 100;
            point->y = (float)strtol(end + 1, &end, 10) / 100;
            skeleton.lift[skeleton.count++] = lift;
            lift = false;
            text = end;
        }
    }
    return skeleton;
}

static bool same_build(const Skeleton *a, const Skeleton *b)
{
    return a->count == b->count && memcmp(a->corner, b->corner, sizeof a->corner) == 0
        && memcmp(a->lift, b->lift, sizeof a->lift) == 0;
}

/* All styles, read once. */
typedef struct Styles {
    Skeleton *skeleton;
    int count;
} Styles;

static Styles read_styles(void)
{
    Styles styles = {mem_new((size_t)digit_styles_count, sizeof(Skeleton)), digit_styles_count};
    for (int i = 0; i < styles.count; i++)
        styles.skeleton[i] = parse(digit_styles[i].strokes);
    return styles;
}

/* One of the digit's styles by weight; with `like`, one of the same build as it. */
static const Skeleton *choose(Rng *rng, const Styles *styles, int digit, const Skeleton *like)
{
    int weight[MOST_STYLES], total = 0;
    for (int i = 0; i < styles->count; i++) {
        bool fits = digit_styles[i].digit == digit && (!like || same_build(like, &styles->skeleton[i]));
        weight[i] = fits ? digit_styles[i].weight : 0;
        total += weight[i];
    }
    int choice = (int)rng_below(rng, (uint32_t)total), i = 0;
    while (choice >= weight[i])
        choice -= weight[i++];
    return &styles->skeleton[i];
}

static void mix(Skeleton *to, const Skeleton *with, float share)
{
    for (int i = 0; i < to->count; i++) {
        to->point[i].x += share * (with->point[i].x - to->point[i].x);
        to->point[i].y += share * (with->point[i].y - to->point[i].y);
    }
}

/* ---- shape */

/* What differs between two people's digits of one style, from coarse to fine: where the middle lies, how much wider the
 * foot is than the head, a bow to one side, slow waves over the whole digit, every point by itself. */
static void bend(Rng *rng, Skeleton *skeleton)
{
    enum { WAVES = 3 };
    float middle_x = pen_normal(rng, 0, 0.2f, -0.5f, 0.5f), middle_y = pen_normal(rng, 0, 0.25f, -0.6f, 0.6f);
    float taper = pen_normal(rng, 0, 0.18f, -0.6f, 0.6f), bow = pen_normal(rng, 0, 0.12f, -0.3f, 0.3f);
    for (int i = 0; i < skeleton->count; i++) {
        Point *p = &skeleton->point[i];
        float x = p->x + middle_x * p->x * (1 - p->x), y = p->y + middle_y * p->y * (1 - p->y);
        p->x = 0.5f + (x - 0.5f) * (1 + taper * (y - 0.5f)) + bow * (4 * (y - 0.5f) * (y - 0.5f) - 0.5f);
        p->y = y;
    }
    float depth = pen_uniform(rng, 0.0f, 0.06f);
    for (int wave = 0; wave < WAVES; wave++) {
        float fx = pen_uniform(rng, -6, 6), fy = pen_uniform(rng, -6, 6), phase = pen_uniform(rng, 0, TURN);
        float ax = depth * rng_normal(rng), ay = depth * rng_normal(rng);
        for (int i = 0; i < skeleton->count; i++) {
            Point *p = &skeleton->point[i];
            float s = sinf(fx * p->x + fy * p->y + phase);
            p->x += ax * s;
            p->y += ay * s;
        }
    }
    float jitter = pen_uniform(rng, 0.01f, 0.06f);
    for (int i = 0; i < skeleton->count; i++) {
        skeleton->point[i].x += jitter * rng_normal(rng);
        skeleton->point[i].y += jitter * rng_normal(rng);
    }
}

/* Catmull-Rom: the curve passes its points, and its tangent at one is half the way between its neighbours. */
static Point spline(Point a, Point b, Point c, Point d, float t)
{
    float t2 = t * t, t3 = t2 * t;
    float wa = -t3 + 2 * t2 - t, wb = 3 * t3 - 5 * t2 + 2, wc = -3 * t3 + 4 * t2 + t, wd = t3 - t2;
    return (Point){0.5f * (wa * a.x + wb * b.x + wc * c.x + wd * d.x),
                   0.5f * (wa * a.y + wb * b.y + wc * c.y + wd * d.y)};
}

/* The neighbour before or behind point i; at an end or corner the point itself, mirrored. */
static Point neighbour(const Skeleton *s, int i, int other, bool ends)
{
    if (!ends)
        return s->point[other];
    Point p = s->point[i], q = s->point[2 * i - other];
    return (Point){2 * p.x - q.x, 2 * p.y - q.y};
}

static void follow(const Skeleton *s, Path *path)
{
    path->count = 0;
    for (int i = 0; i + 1 < s->count; i++) {
        if (s->lift[i + 1])
            continue;
        bool starts = s->lift[i] || s->corner[i];
        bool ends = i + 2 >= s->count || s->lift[i + 2] || s->corner[i + 1];
        Point before = neighbour(s, i, i - 1, starts), behind = neighbour(s, i + 1, i + 2, ends);
        for (int piece = s->lift[i] ? 0 : 1; piece <= PIECES; piece++) {
            path->lift[path->count] = piece == 0;
            path->point[path->count++] =
                spline(before, s->point[i], s->point[i + 1], behind, (float)piece / PIECES);
        }
    }
}

static void transform(Rng *rng, int digit, Path *path)
{
    float slant = pen_normal(rng, digit == 1 ? 0.30f : 0.15f, 0.25f, -0.5f, 0.9f);
    float turn = pen_normal(rng, 0, 0.1f, -0.35f, 0.35f);
    float wide = expf(pen_normal(rng, -0.13f, 0.24f, -0.7f, 0.6f));
    float c = cosf(turn), s = sinf(turn);
    for (int i = 0; i < path->count; i++) {
        Point *p = &path->point[i];
        float x = (p->x - 0.5f) * wide - slant * (p->y - 0.5f), y = p->y - 0.5f;
        *p = (Point){c * x - s * y, s * x + c * y};
    }
}

static bool draw_digit(Rng rng, const Styles *styles, int digit, uint8_t *out)
{
    const Skeleton *style = choose(&rng, styles, digit, NULL), *other = choose(&rng, styles, digit, style);
    Skeleton skeleton = *style;
    mix(&skeleton, other, pen_uniform(&rng, -0.1f, 1.1f));
    bend(&rng, &skeleton);
    Path path;
    follow(&skeleton, &path);
    transform(&rng, digit, &path);
    return pen_draw(&path, &rng, out);
}

/* Every ten digits are all ten, shuffled. */
static int label_of(uint64_t seed, uint32_t index)
{
    uint32_t order[CLASSES];
    for (uint32_t i = 0; i < CLASSES; i++)
        order[i] = i;
    Rng rng = rng_new(seed, RNG_DIGITS, index / CLASSES, 0);
    rng_shuffle(&rng, order, CLASSES);
    return (int)order[index % CLASSES];
}

bool digits_draw(uint64_t seed, int first, int count, Dataset *out, Error *err)
{
    *out = (Dataset){.shape = shape_map(SIDE, SIDE, 1), .count = count, .classes = CLASSES};
    out->bytes = mem_try_large((size_t)count, SIDE * SIDE);
    out->labels = mem_try_large((size_t)count, 1);
    if (!out->bytes || !out->labels) {
        dataset_clear(out);
        return error_set(err, ERROR_FAILED, NULL, "no memory for %d digits", count);
    }
    Styles styles = read_styles();
    for (int i = 0; i < count; i++) {
        uint32_t index = (uint32_t)first + (uint32_t)i;
        int digit = label_of(seed, index);
        out->labels[i] = (uint8_t)digit;
        uint32_t attempt = 0;
        while (!draw_digit(rng_new(seed, RNG_DIGITS, index, FIRST_ATTEMPT + attempt), &styles, digit,
                           out->bytes + (size_t)i * SIDE * SIDE))
            attempt++;
    }
    free(styles.skeleton);
    return true;
}
