/* The built-in digits: a skeleton, bent and slanted at random, drawn with a pen and placed as MNIST places its digits:
 * scaled to a box of 20 x 20, then moved so that the centre of mass is the middle of 28 x 28.
 *
 * The ranges were chosen so that the digits' statistics (slant, proportions, stroke width, grey levels) are spread like
 * those of handwriting, a little wider rather than narrower. */
#include "data/digits.h"

#include "base/mem.h"
#include "base/rng.h"
#include "data/digits_styles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 28, BOX = 20, CLASSES = 10, MOST_POINTS = 32, PIECES = 6, MOST_PATH = MOST_POINTS * PIECES,
       MOST_STYLES = 256, FIRST_ATTEMPT = 1 /* 0 is the labels' */ };

static const float TURN = 6.2831853f; /* a full one */

typedef struct Point {
    float x, y;
} Point;

typedef struct Skeleton {
    Point point[MOST_POINTS];
    bool corner[MOST_POINTS], lift[MOST_POINTS]; /* lift: the pen comes down here anew */
    int count;
} Skeleton;

/* The pen's way as a chain of short straight pieces. */
typedef struct Path {
    Point point[MOST_PATH];
    float radius[MOST_PATH]; /* of the pen, in pixels */
    bool lift[MOST_PATH];
    int count;
} Path;

static float uniform(Rng *rng, float low, float high)
{
    return low + (high - low) * rng_uniform(rng);
}

static float normal(Rng *rng, float mean, float sd, float low, float high)
{
    return fminf(fmaxf(mean + sd * rng_normal(rng), low), high);
}

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
    float middle_x = normal(rng, 0, 0.25f, -0.6f, 0.6f), middle_y = normal(rng, 0, 0.3f, -0.7f, 0.7f);
    float taper = normal(rng, 0, 0.25f, -0.6f, 0.6f), bow = normal(rng, 0, 0.15f, -0.4f, 0.4f);
    for (int i = 0; i < skeleton->count; i++) {
        Point *p = &skeleton->point[i];
        float x = p->x + middle_x * p->x * (1 - p->x), y = p->y + middle_y * p->y * (1 - p->y);
        p->x = 0.5f + (x - 0.5f) * (1 + taper * (y - 0.5f)) + bow * (4 * (y - 0.5f) * (y - 0.5f) - 0.5f);
        p->y = y;
    }
    float depth = uniform(rng, 0.0f, 0.07f);
    for (int wave = 0; wave < WAVES; wave++) {
        float fx = uniform(rng, -6, 6), fy = uniform(rng, -6, 6), phase = uniform(rng, 0, TURN);
        float ax = depth * rng_normal(rng), ay = depth * rng_normal(rng);
        for (int i = 0; i < skeleton->count; i++) {
            Point *p = &skeleton->point[i];
            float s = sinf(fx * p->x + fy * p->y + phase);
            p->x += ax * s;
            p->y += ay * s;
        }
    }
    float jitter = uniform(rng, 0.02f, 0.075f);
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
    float slant = normal(rng, digit == 1 ? 0.30f : 0.15f, digit == 1 ? 0.34f : 0.28f, -0.6f, 1.0f);
    float turn = normal(rng, 0, 0.1f, -0.35f, 0.35f);
    float wide = expf(normal(rng, -0.08f, 0.25f, -0.7f, 0.6f));
    float c = cosf(turn), s = sinf(turn);
    for (int i = 0; i < path->count; i++) {
        Point *p = &path->point[i];
        float x = (p->x - 0.5f) * wide - slant * (p->y - 0.5f), y = p->y - 0.5f;
        *p = (Point){c * x - s * y, s * x + c * y};
    }
}

/* ---- pen and paper */

/* The pen is wider across one direction, changes slowly along its way, and its edge is rough. */
static void ink(Rng *rng, Path *path)
{
    float radius = 0.5f * expf(normal(rng, logf(2.5f), 0.28f, logf(1.2f), logf(4.8f)));
    float nib = uniform(rng, 0, 0.2f), angle = uniform(rng, 0, TURN / 2);
    float change = uniform(rng, 0, 0.18f), speed = uniform(rng, 0.02f, 0.25f), phase = uniform(rng, 0, TURN);
    float rough = uniform(rng, 0, 0.15f);
    for (int i = 0; i < path->count; i++) {
        int from = i == 0 || path->lift[i] ? i : i - 1;
        float dx = path->point[from + 1].x - path->point[from].x, dy = path->point[from + 1].y - path->point[from].y;
        float across = dx == 0 && dy == 0 ? 0 : cosf(2 * (atan2f(dy, dx) - angle));
        path->radius[i] = radius * (1 + nib * across) * (1 + change * sinf(phase + speed * (float)i))
            * (1 + rough * normal(rng, 0, 1, -2, 2));
    }
}

/* Moves and scales the path so that the ink just fills the box in one direction. */
static void fit(Path *path)
{
    float low_x = INFINITY, high_x = -INFINITY, low_y = INFINITY, high_y = -INFINITY, thick = 0;
    for (int i = 0; i < path->count; i++) {
        low_x = fminf(low_x, path->point[i].x);
        high_x = fmaxf(high_x, path->point[i].x);
        low_y = fminf(low_y, path->point[i].y);
        high_y = fmaxf(high_y, path->point[i].y);
        thick = fmaxf(thick, path->radius[i]);
    }
    float scale = (BOX - 2 * thick) / fmaxf(high_x - low_x, high_y - low_y);
    for (int i = 0; i < path->count; i++) {
        path->point[i].x = (path->point[i].x - 0.5f * (low_x + high_x)) * scale + 0.5f * BOX;
        path->point[i].y = (path->point[i].y - 0.5f * (low_y + high_y)) * scale + 0.5f * BOX;
    }
}

/* One piece: how much of each pixel near it the pen covers, by the distance of the pixel's middle. */
static void draw_piece(Point a, Point b, float ra, float rb, float soft, float box[BOX][BOX])
{
    float reach = fmaxf(ra, rb) + soft;
    int x0 = (int)fmaxf(fminf(a.x, b.x) - reach, 0), x1 = (int)fminf(fmaxf(a.x, b.x) + reach, BOX - 1);
    int y0 = (int)fmaxf(fminf(a.y, b.y) - reach, 0), y1 = (int)fminf(fmaxf(a.y, b.y) + reach, BOX - 1);
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
static bool centre(const float mass[BOX], int *shift)
{
    float sum = 0, moment = 0;
    int first = BOX, last = 0;
    for (int i = 0; i < BOX; i++) {
        sum += mass[i];
        moment += mass[i] * (float)i;
        if (mass[i] > 0) {
            first = i < first ? i : first;
            last = i;
        }
    }
    *shift = (int)lroundf(SIDE / 2 - moment / sum); /* MNIST's middle is the pixel 14 */
    return first + *shift >= 0 && last + *shift < SIDE;
}

static bool place(float box[BOX][BOX], uint8_t *out)
{
    float across[BOX] = {0}, down[BOX] = {0};
    for (int y = 0; y < BOX; y++)
        for (int x = 0; x < BOX; x++) {
            across[x] += box[y][x];
            down[y] += box[y][x];
        }
    int right, lower;
    if (!centre(across, &right) || !centre(down, &lower))
        return false;
    memset(out, 0, SIDE * SIDE);
    for (int y = 0; y < BOX; y++)
        for (int x = 0; x < BOX; x++)
            if (box[y][x] > 0)
                out[(y + lower) * SIDE + x + right] = (uint8_t)lroundf(255 * box[y][x]);
    return true;
}

/* False for the one in a thousand that is too heavy on one side to be centred. */
static bool draw_digit(Rng rng, const Styles *styles, int digit, uint8_t *out)
{
    const Skeleton *style = choose(&rng, styles, digit, NULL), *other = choose(&rng, styles, digit, style);
    Skeleton skeleton = *style;
    mix(&skeleton, other, uniform(&rng, -0.1f, 1.1f));
    bend(&rng, &skeleton);
    Path path;
    follow(&skeleton, &path);
    transform(&rng, digit, &path);
    ink(&rng, &path);
    fit(&path);
    float box[BOX][BOX] = {{0}}, soft = uniform(&rng, 0.9f, 1.5f);
    for (int i = 1; i < path.count; i++)
        if (!path.lift[i])
            draw_piece(path.point[i - 1], path.point[i], path.radius[i - 1], path.radius[i], soft, box);
    return place(box, out);
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
