/* Coverage of a pixel is found from its centre's distance to the shape's edge: exact for straight edges along the axes and
 * good to a few per cent elsewhere.  A whole path is first collected in a mask (the largest coverage wins) and blended once, so
 * that joints and crossings of a transparent pen do not show; the mask is a band of rows, so its size does not
 * depend on the picture's. */
#include "image/canvas.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAND = 64 };

bool canvas_new(Canvas *canvas, Image *image, int w, int h, Colour background, Error *err)
{
    *canvas = (Canvas){0};
    if (!image_new(image, w, h, 3, err))
        return false;
    canvas->image = image;
    canvas_fill(canvas, 0, 0, w, h, background);
    return true;
}

static int clip(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* float to int without overflow, limited to [low, high]. */
static int clip_float(float value, int low, int high)
{
    return value <= (float)low ? low : value >= (float)high ? high : (int)value;
}

static float unit(float value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

static void blend(uint8_t *p, Colour colour, float alpha)
{
    p[0] = (uint8_t)((float)p[0] + ((float)colour.r - (float)p[0]) * alpha + 0.5f);
    p[1] = (uint8_t)((float)p[1] + ((float)colour.g - (float)p[1]) * alpha + 0.5f);
    p[2] = (uint8_t)((float)p[2] + ((float)colour.b - (float)p[2]) * alpha + 0.5f);
}

static uint8_t *pixel(const Canvas *canvas, int x, int y)
{
    return canvas->image->pixels + ((size_t)y * canvas->image->w + x) * 3;
}

void canvas_fill(Canvas *canvas, int x, int y, int w, int h, Colour colour)
{
    int x1 = clip(x + w, 0, canvas->image->w), y1 = clip(y + h, 0, canvas->image->h);
    for (int j = clip(y, 0, y1); j < y1; j++)
        for (int i = clip(x, 0, x1); i < x1; i++)
            canvas_put(canvas, i, j, colour);
}

void canvas_frame(Canvas *canvas, int x, int y, int w, int h, int thickness, Colour colour)
{
    canvas_fill(canvas, x, y, w, thickness, colour);
    canvas_fill(canvas, x, y + h - thickness, w, thickness, colour);
    canvas_fill(canvas, x, y, thickness, h, colour);
    canvas_fill(canvas, x + w - thickness, y, thickness, h, colour);
}

/* -- Lines. */

/* A straight stroke of a dashed or solid line. */
typedef struct Stroke {
    Point a, b;
} Stroke;

typedef struct Strokes {
    Stroke *item;
    int count, room;
} Strokes;

static void strokes_add(Strokes *strokes, Point a, Point b)
{
    if (strokes->count == strokes->room) {
        strokes->room = strokes->room ? strokes->room * 2 : 64;
        strokes->item = mem_resize(strokes->item, (size_t)strokes->room, sizeof *strokes->item);
    }
    strokes->item[strokes->count++] = (Stroke){a, b};
}

static Point along(Point a, Point b, float share)
{
    return (Point){a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

typedef struct Dash {
    const float *length;
    int index;
    float left; /* of the current dash or gap */
} Dash;

static void add_dashed(Strokes *strokes, Point a, Point b, Dash *dash)
{
    float length = hypotf(b.x - a.x, b.y - a.y), done = 0;
    while (done < length) {
        float end = fminf(length, done + dash->left);
        if (dash->index % 2 == 0)
            strokes_add(strokes, along(a, b, done / length), along(a, b, end / length));
        dash->left -= end - done;
        if (dash->left <= 1e-4f) {
            dash->index = dash->length[dash->index + 1] > 0 ? dash->index + 1 : 0;
            dash->left = dash->length[dash->index];
        }
        if (end <= done)
            break;
        done = end;
    }
}

static Strokes strokes_of(const Point *points, int count, const float *dashes)
{
    Strokes strokes = {0};
    Dash dash = {dashes, 0, dashes ? dashes[0] : 0};
    bool down = false;
    for (int i = 0; i < count; i++) {
        if (!isfinite(points[i].x) || !isfinite(points[i].y)) {
            down = false;
            dash = (Dash){dashes, 0, dashes ? dashes[0] : 0};
            continue;
        }
        bool next = i + 1 < count && isfinite(points[i + 1].x) && isfinite(points[i + 1].y);
        if (down && dashes)
            add_dashed(&strokes, points[i - 1], points[i], &dash);
        else if (down || !next)
            strokes_add(&strokes, points[down ? i - 1 : i], points[i]); /* a point alone is a dot */
        down = true;
    }
    return strokes;
}

static void mask_stroke(uint8_t *mask, int w, int top, int rows, const Stroke *s, float radius)
{
    float reach = radius + 1;
    int y0 = clip_float(floorf(fminf(s->a.y, s->b.y) - reach), top, top + rows);
    int y1 = clip_float(ceilf(fmaxf(s->a.y, s->b.y) + reach), top, top + rows);
    float dx = s->b.x - s->a.x, dy = s->b.y - s->a.y, square = dx * dx + dy * dy;
    for (int y = y0; y < y1; y++) {
        float py = (float)y + 0.5f, from = fminf(s->a.x, s->b.x), to = fmaxf(s->a.x, s->b.x);
        if (fabsf(dy) > 1e-6f) { /* the part of the line that can reach this row */
            float t0 = unit((py - reach - s->a.y) / dy), t1 = unit((py + reach - s->a.y) / dy);
            from = s->a.x + dx * (dx * dy > 0 ? fminf(t0, t1) : fmaxf(t0, t1));
            to = s->a.x + dx * (dx * dy > 0 ? fmaxf(t0, t1) : fminf(t0, t1));
            if (from > to) {
                float swap = from;
                from = to, to = swap;
            }
        }
        int x0 = clip_float(floorf(from - reach), 0, w), x1 = clip_float(ceilf(to + reach), 0, w);
        for (int x = x0; x < x1; x++) {
            float px = (float)x + 0.5f - s->a.x, qy = py - s->a.y;
            float t = square > 0 ? unit((px * dx + qy * dy) / square) : 0;
            float gap = hypotf(px - t * dx, qy - t * dy);
            uint8_t cover = (uint8_t)(255 * unit(radius + 0.5f - gap) + 0.5f);
            uint8_t *m = mask + (size_t)(y - top) * w + x;
            if (cover > *m)
                *m = cover;
        }
    }
}

void canvas_lines(Canvas *canvas, const Point *points, int count, const Pen *pen)
{
    int w = canvas->image->w, h = canvas->image->h;
    float radius = pen->width / 2, low = INFINITY, high = -INFINITY, alpha = pen->alpha > 0 ? pen->alpha : 1;
    /* A pen thinner than a pixel is drawn one pixel wide and lighter. */
    if (radius < 0.5f)
        alpha *= radius / 0.5f, radius = 0.5f;
    Strokes strokes = strokes_of(points, count, pen->dash);
    for (int i = 0; i < strokes.count; i++) {
        low = fminf(low, fminf(strokes.item[i].a.y, strokes.item[i].b.y));
        high = fmaxf(high, fmaxf(strokes.item[i].a.y, strokes.item[i].b.y));
    }
    int first = clip_float(low - radius - 1, 0, h), end = clip_float(high + radius + 2, 0, h);
    uint8_t *mask = mem_new((size_t)w * BAND, 1);
    for (int top = first; top < end; top += BAND) {
        int rows = end - top < BAND ? end - top : BAND;
        memset(mask, 0, (size_t)w * rows);
        for (int i = 0; i < strokes.count; i++)
            mask_stroke(mask, w, top, rows, &strokes.item[i], radius);
        for (int y = 0; y < rows; y++)
            for (int x = 0; x < w; x++)
                if (mask[(size_t)y * w + x])
                    blend(pixel(canvas, x, top + y), pen->colour, alpha * (float)mask[(size_t)y * w + x] / 255);
    }
    free(mask);
    free(strokes.item);
}

void canvas_line(Canvas *canvas, float x0, float y0, float x1, float y1, const Pen *pen)
{
    canvas_lines(canvas, (Point[]){{x0, y0}, {x1, y1}}, 2, pen);
}

/* -- Areas. */

void canvas_disc(Canvas *canvas, float cx, float cy, float radius, Colour colour, float alpha)
{
    int w = canvas->image->w, h = canvas->image->h;
    int y1 = clip_float(cy + radius + 2, 0, h), x0 = clip_float(cx - radius - 1, 0, w), x1 = clip_float(cx + radius + 2, 0, w);
    for (int y = clip_float(cy - radius - 1, 0, h); y < y1; y++)
        for (int x = x0; x < x1; x++) {
            float gap = hypotf((float)x + 0.5f - cx, (float)y + 0.5f - cy);
            float cover = unit(radius + 0.5f - gap);
            if (cover > 0)
                blend(pixel(canvas, x, y), colour, alpha * cover);
        }
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* Rows are cut into SUB lines; along each the coverage is exact. */
void canvas_polygon(Canvas *canvas, const Point *points, int count, Colour colour, float alpha)
{
    enum { SUB = 8 };
    int w = canvas->image->w, h = canvas->image->h;
    float low = INFINITY, high = -INFINITY, left = INFINITY, right = -INFINITY;
    for (int i = 0; i < count; i++) {
        low = fminf(low, points[i].y), high = fmaxf(high, points[i].y);
        left = fminf(left, points[i].x), right = fmaxf(right, points[i].x);
    }
    int x0 = clip_float(floorf(left), 0, w), x1 = clip_float(ceilf(right), 0, w);
    float *cover = mem_new((size_t)w, sizeof *cover), *cut = mem_new((size_t)count, sizeof *cut);
    int end = clip_float(high + 1, 0, h);
    for (int y = clip_float(low, 0, h); y < end; y++) {
        memset(cover + x0, 0, (size_t)(x1 - x0) * sizeof *cover);
        for (int s = 0; s < SUB; s++) {
            float py = (float)y + ((float)s + 0.5f) / SUB;
            int cuts = 0;
            for (int i = 0; i < count; i++) {
                Point a = points[i], b = points[(i + 1) % count];
                if ((a.y <= py) != (b.y <= py))
                    cut[cuts++] = a.x + (b.x - a.x) * (py - a.y) / (b.y - a.y);
            }
            qsort(cut, (size_t)cuts, sizeof *cut, compare_floats);
            for (int i = 0; i + 1 < cuts; i += 2) {
                int until = clip_float(ceilf(cut[i + 1]), x0, x1);
                for (int x = clip_float(floorf(cut[i]), x0, x1); x < until; x++)
                    cover[x] += fmaxf(0, fminf(cut[i + 1], (float)x + 1) - fmaxf(cut[i], (float)x)) / SUB;
            }
        }
        for (int x = x0; x < x1; x++)
            if (cover[x] > 0)
                blend(pixel(canvas, x, y), colour, alpha * unit(cover[x]));
    }
    free(cover);
    free(cut);
}

/* Corners on the unit circle's scale; y up. */
typedef struct MarkerRow {
    int corners;
    Point corner[12];
} MarkerRow;

static const MarkerRow marker_rows[MARKERS] = {
    [MARK_SQUARE] = {4, {{-.86f, -.86f}, {.86f, -.86f}, {.86f, .86f}, {-.86f, .86f}}},
    [MARK_TRIANGLE] = {3, {{0, 1.2f}, {1.1f, -.75f}, {-1.1f, -.75f}}},
    [MARK_DIAMOND] = {4, {{0, 1.25f}, {1.25f, 0}, {0, -1.25f}, {-1.25f, 0}}},
    [MARK_DOWN] = {3, {{0, -1.2f}, {1.1f, .75f}, {-1.1f, .75f}}},
    [MARK_PLUS] = {12, {{-.35f, 1.2f}, {.35f, 1.2f}, {.35f, .35f}, {1.2f, .35f}, {1.2f, -.35f}, {.35f, -.35f},
                        {.35f, -1.2f}, {-.35f, -1.2f}, {-.35f, -.35f}, {-1.2f, -.35f}, {-1.2f, .35f}, {-.35f, .35f}}},
    [MARK_CROSS] = {12, {{0, .5f}, {.7f, 1.2f}, {1.2f, .7f}, {.5f, 0}, {1.2f, -.7f}, {.7f, -1.2f},
                         {0, -.5f}, {-.7f, -1.2f}, {-1.2f, -.7f}, {-.5f, 0}, {-1.2f, .7f}, {-.7f, 1.2f}}},
    [MARK_STAR] = {10, {{0, 1.4f}, {.33f, .45f}, {1.33f, .43f}, {.53f, -.17f}, {.82f, -1.13f},
                        {0, -.56f}, {-.82f, -1.13f}, {-.53f, -.17f}, {-1.33f, .43f}, {-.33f, .45f}}},
};

void canvas_marker(Canvas *canvas, Marker marker, float x, float y, float radius, Colour colour)
{
    const MarkerRow *row = &marker_rows[marker];
    Point corner[COUNT_OF(row->corner)];
    for (int i = 0; i < row->corners; i++)
        corner[i] = (Point){x + radius * row->corner[i].x, y - radius * row->corner[i].y};
    if (row->corners)
        canvas_polygon(canvas, corner, row->corners, colour, 1);
    else
        canvas_disc(canvas, x, y, radius, colour, 1);
}

void canvas_picture(Canvas *canvas, int x, int y, const Image *picture, int zoom)
{
    assert(picture->channels == 1 || picture->channels == 3);
    const uint8_t *p = picture->pixels;
    for (int j = 0; j < picture->h; j++)
        for (int i = 0; i < picture->w; i++, p += picture->channels) {
            Colour colour = picture->channels == 3 ? (Colour){p[0], p[1], p[2]} : (Colour){p[0], p[0], p[0]};
            canvas_fill(canvas, x + i * zoom, y + j * zoom, zoom, zoom, colour);
        }
}

void canvas_stamp(Canvas *canvas, int x, int y, const Image *picture, Colour colour)
{
    assert(picture->channels == 1);
    for (int j = 0; j < picture->h; j++)
        for (int i = 0; i < picture->w; i++)
            if (x + i >= 0 && y + j >= 0 && x + i < canvas->image->w && y + j < canvas->image->h)
                blend(pixel(canvas, x + i, y + j), colour, (float)picture->pixels[j * picture->w + i] / 255);
}
