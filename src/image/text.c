/* From a glyph's strokes to points on the canvas.
 *
 * Fitting to the pixel grid: baseline, x-height, capital height and the glyph's left edge, middle and right edge are moved to whole
 * pixels, everything between follows linearly.  Stems then fill whole columns and small text stays sharp. */
#include "image/text.h"

#include "base/mem.h"
#include "image/font.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Outline {
    Point *point;
    int count, room;
    float size, x, shift; /* x: of the glyph's origin; shift: of an accent, in units */
    float width;
    float lift;
} Outline;

static uint32_t next_code(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    int more = *p < 0x80 ? 0 : *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : -1;
    uint32_t code = more < 0 ? 0xfffd : more == 0 ? *p : *p & (0x3f >> more);
    for (p++; more > 0 && (*p & 0xc0) == 0x80; more--)
        code = code << 6 | (*p++ & 0x3f);
    *text = (const char *)p;
    return more > 0 ? 0xfffd : code;
}

static float advance(uint32_t code, float size)
{
    const Accented *both = font_accented(code);
    return roundf((font_glyph(both ? both->base : code)->width + FONT_SPACING) * size);
}

float text_span(const char *text, float size)
{
    float width = 0, widest = 0;
    while (*text) {
        uint32_t code = next_code(&text);
        width = code == '\n' ? 0 : width + advance(code, size);
        widest = fmaxf(widest, width);
    }
    return widest > 0 ? widest - roundf((FONT_SPACING - 1) * size) : 0;
}

float text_height(float size)
{
    return roundf(14 * size);
}

/* Piecewise linear through (0, 0), (mid, round(mid)), (end, round(end)). */
static float fit(float value, float mid, float end, float size)
{
    float m = roundf(mid * size), e = roundf(end * size);
    if (end <= 0)
        return value * size;
    if (value <= 0)
        return value * size;
    if (value <= mid)
        return value * m / mid;
    if (value <= end)
        return m + (value - mid) * (e - m) / (end - mid);
    return e + (value - end) * size;
}

static void outline_add(Outline *o, float x, float y)
{
    if (o->count == o->room) {
        o->room = o->room ? o->room * 2 : 256;
        o->point = mem_resize(o->point, (size_t)o->room, sizeof *o->point);
    }
    o->point[o->count++] = (Point){o->x + fit(x + o->shift, o->width / 2, o->width, o->size),
                                   -fit(y + o->lift, FONT_X_HEIGHT, FONT_CAP, o->size)};
}

static void outline_gap(Outline *o)
{
    outline_add(o, 0, 0);
    o->point[o->count - 1] = POINT_GAP;
}

static int numbers(const char **text, float *out, int count)
{
    int got = 0;
    for (char *end; got < count; got++, *text = end) {
        out[got] = strtof(*text, &end);
        if (end == *text)
            break;
    }
    return got;
}

static void add_strokes(Outline *o, const char *s)
{
    float n[6], last_x = 0, last_y = 0;
    while (*s) {
        if (*s == ' ') {
            s++;
        } else if (*s == ';') {
            outline_gap(o);
            s++;
        } else if (*s == 'c') {
            s++;
            numbers(&s, n, 6);
            for (int i = 1; i <= 10; i++) {
                float t = (float)i / 10, u = 1 - t;
                float a = u * u * u, b = 3 * u * u * t, c = 3 * u * t * t, d = t * t * t;
                outline_add(o, a * last_x + b * n[0] + c * n[2] + d * n[4], a * last_y + b * n[1] + c * n[3] + d * n[5]);
            }
            last_x = n[4], last_y = n[5];
        } else if (*s == 'a') {
            s++;
            numbers(&s, n, 6);
            int steps = 2 + (int)(fabsf(n[5] - n[4]) / 12);
            for (int i = 0; i <= steps; i++) {
                float angle = (n[4] + (n[5] - n[4]) * (float)i / (float)steps) * 3.14159265f / 180;
                last_x = n[0] + n[2] * cosf(angle), last_y = n[1] + n[3] * sinf(angle);
                outline_add(o, last_x, last_y);
            }
        } else if (*s == 'd') {
            s++;
            numbers(&s, n, 2);
            outline_add(o, n[0] - 0.2f, n[1]);
            outline_add(o, n[0] + 0.2f, n[1]);
        } else {
            if (numbers(&s, n, 2) < 2)
                break;
            outline_add(o, last_x = n[0], last_y = n[1]);
        }
    }
    outline_gap(o);
}

static void add_letter(Outline *o, uint32_t code)
{
    const Accented *both = font_accented(code);
    const Glyph *base = font_glyph(both ? both->base : code);
    o->width = base->width;
    add_strokes(o, base->strokes);
    if (!both)
        return;
    o->shift = base->width / 2;
    o->lift = both->base < 'a' && both->accent != 0x327 ? 2 : 0;
    add_strokes(o, font_glyph(both->accent)->strokes);
    o->shift = o->lift = 0;
}

static void draw_line(Canvas *canvas, float x, float y, const TextStyle *style, const char *text)
{
    Outline o = {.size = style->size};
    /* One pixel wide at the usual size, and from then on growing with it. */
    float width = fmaxf(1, style->size * (style->bold ? 1.8f : 1.12f));
    if (style->size < 1.5f && !style->bold)
        width = 1.12f;
    while (*text) {
        uint32_t code = next_code(&text);
        add_letter(&o, code);
        o.x += advance(code, style->size);
    }
    float length = o.x - roundf((FONT_SPACING - 1) * style->size);
    float back = style->align == ALIGN_LEFT ? 0 : style->align == ALIGN_CENTRE ? length / 2 : length;
    float half = fmodf(roundf(width), 2) != 0 ? 0.5f : 0; /* a pen of odd width is centred in a pixel */
    float left = roundf(style->upward ? -y - back : x - back) + floorf(roundf(width) / 2);
    float base = roundf(style->upward ? x : y) - half;
    bool out = false;
    for (int i = 0; i < o.count; i++) {
        Point p = {o.point[i].x + left + half, o.point[i].y + base};
        o.point[i] = style->upward ? (Point){p.y, -p.x} : p;
        if (isfinite(o.point[i].x))
            out |= o.point[i].x < 0 || o.point[i].y < 0 || o.point[i].x > (float)canvas->image->w ||
                   o.point[i].y > (float)canvas->image->h;
    }
    canvas->clipped += out;
    canvas_lines(canvas, o.point, o.count, &(Pen){.colour = style->colour, .width = width});
    free(o.point);
}

void text_draw(Canvas *canvas, float x, float y, const TextStyle *style, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *line = mem_new(length + 1, 1);
        memcpy(line, text, length);
        draw_line(canvas, x, y, style, line);
        free(line);
        text += length + (text[length] == '\n');
        if (style->upward)
            x += text_height(style->size);
        else
            y += text_height(style->size);
    }
}

void text_fit(char *buffer, size_t room, const char *text, float size, float width)
{
    static const char ellipsis[] = "\u2026";
    float limit = width;
    if (text_span(text, size) > width)
        limit = width - text_span(ellipsis, size) - FONT_SPACING * size;
    const char *end = text;
    float used = 0;
    while (*end) {
        const char *next = end;
        used += advance(next_code(&next), size);
        if (used - (FONT_SPACING - 1) * size > limit || (size_t)(next - text) + sizeof ellipsis > room)
            break;
        end = next;
    }
    memcpy(buffer, text, (size_t)(end - text));
    strcpy(buffer + (end - text), *end ? ellipsis : "");
}
