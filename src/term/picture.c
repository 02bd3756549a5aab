/* One way to draw for all renderers: sample sub-pixels, split them into two groups by brightness, take each group's mean. */
#include "term/picture.h"

#include <math.h>
#include <stdlib.h>

enum { SUB_MAX = 8 };
static const float EMPTY = 0.06f; /* less is not worth a character */

/* A sub-pixel: its colour, and how far it stands out from the ground, 0..1. */
typedef struct Sub { Ink ink; float value; } Sub;

/* ---- glyphs */

static uint32_t half_glyph(unsigned bits)
{
    static const uint16_t glyph[4] = {' ', 0x2580, 0x2584, 0x2588};
    return glyph[bits];
}

static uint32_t quadrant_glyph(unsigned bits)
{
    static const uint16_t glyph[16] = {' ', 0x2598, 0x259d, 0x2580, 0x2596, 0x258c, 0x259e, 0x259b,
                                       0x2597, 0x259a, 0x2590, 0x259c, 0x2584, 0x2599, 0x259f, 0x2588};
    return glyph[bits];
}

static uint32_t sextant_glyph(unsigned bits)
{
    /* The 64 patterns in order, without the four that block elements had already. */
    switch (bits) {
    case 0: return ' ';
    case 21: return 0x258c;
    case 42: return 0x2590;
    case 63: return 0x2588;
    default: return 0x1fb00 + bits - 1 - (bits > 21) - (bits > 42);
    }
}

static uint32_t braille_glyph(unsigned bits)
{
    static const uint8_t dot[8] = {0, 3, 1, 4, 2, 5, 6, 7}; /* row by row -> Unicode's numbering */
    unsigned pattern = 0;
    for (unsigned i = 0; i < 8; i++)
        pattern |= (bits >> i & 1) << dot[i];
    return pattern ? 0x2800 + pattern : ' ';
}

const PictureRenderer picture_renderers[GLYPH_SETS] = {
    [GLYPHS_ASCII] = {"ascii", "a ramp of characters, or coloured blanks", 1, 1, NULL},
    [GLYPHS_HALF] = {"half", "half blocks: square pixels, exact colours", 1, 2, half_glyph},
    [GLYPHS_QUADRANT] = {"quadrant", "quadrants: 2 x 2 a cell, two colours", 2, 2, quadrant_glyph},
    [GLYPHS_SEXTANT] = {"sextant", "sextants: 2 x 3 a cell, two colours; new fonts only", 2, 3, sextant_glyph},
    [GLYPHS_BRAILLE] = {"braille", "braille: 2 x 4 dots a cell, dithered", 2, 4, braille_glyph},
};

/* The renderer a look asks for: ASCII where there is no UTF-8. */
static const PictureRenderer *renderer_of(const Look *look)
{
    return &picture_renderers[look->utf8 ? look->glyphs : GLYPHS_ASCII];
}

/* ---- sub-pixels */

/* Bayer's 4 x 4 matrix as thresholds in (0, 1). */
static float threshold(int x, int y)
{
    static const uint8_t order[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    return ((float)order[y & 3][x & 3] + 0.5f) / 16;
}

static const uint8_t *pixel_at(const Image *image, int x, int y)
{
    return image->pixels + ((size_t)y * (size_t)image->w + (size_t)x) * (size_t)image->channels;
}

/* Mean of the source pixels under [x0, x1) x [y0, y1); a single pixel where that is smaller than one. */
static void sample(const Image *image, double x0, double y0, double x1, double y1, float out[3])
{
    if (x1 - x0 <= 1 && y1 - y0 <= 1) {
        const uint8_t *pixel = pixel_at(image, (int)((x0 + x1) / 2), (int)((y0 + y1) / 2));
        for (int c = 0; c < 3; c++)
            out[c] = pixel[image->channels == 3 ? c : 0];
        return;
    }
    if (x1 - x0 <= 1) {
        x0 = floor((x0 + x1) / 2);
        x1 = x0 + 1;
    }
    if (y1 - y0 <= 1) {
        y0 = floor((y0 + y1) / 2);
        y1 = y0 + 1;
    }
    double sum[3] = {0}, area = 0;
    for (int y = (int)y0; y < y1 && y < image->h; y++)
        for (int x = (int)x0; x < x1 && x < image->w; x++) {
            double wide = fmin(x + 1, x1) - fmax(x, x0), high = fmin(y + 1, y1) - fmax(y, y0);
            const uint8_t *pixel = pixel_at(image, x, y);
            for (int c = 0; c < 3; c++)
                sum[c] += wide * high * pixel[image->channels == 3 ? c : 0];
            area += wide * high;
        }
    for (int c = 0; c < 3; c++)
        out[c] = area > 0 ? (float)(sum[c] / area) : 0;
}

static float luma(const float rgb[3])
{
    return (0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2]) / 255;
}

/* Greys: the eye tells no more of them apart on a digit, and pictures of a network that learns change all the time, so that with 256
 * nearly every cell would be sent again for every drawing (a third of the bytes). */
enum { SHADES = 64 };

/* What a picture's cells are made with. */
typedef struct Brush {
    const Look *look;
    const PictureRenderer *renderer;
    const Image *image;
    Ink grey[SHADES]; /* from the ground to the strongest ink */
} Brush;

static void make_greys(Brush *brush)
{
    uint32_t ground = brush->look->ground, full = brush->look->light ? 0x0A0A0C : 0xF6F4EC;
    brush->grey[0] = ink_role(ROLE_GROUND);
    for (int shade = 1; shade < SHADES; shade++) {
        int channel[3];
        for (int i = 0; i < 3; i++) {
            float from = (float)(ground >> (16 - 8 * i) & 255), to = (float)(full >> (16 - 8 * i) & 255);
            channel[i] = (int)lrintf(from + (to - from) * (float)shade / (SHADES - 1));
        }
        brush->grey[shade] = ink_rgb(channel[0], channel[1], channel[2]);
    }
}

static Ink grey_ink(const Brush *brush, float strength)
{
    return brush->grey[(int)(strength * (SHADES - 1) + 0.5f)];
}

/* Sixteen colours have three greys besides the ground; in between is dithered. */
static Ink dithered_grey(const Look *look, float strength, int x, int y)
{
    static const Ink dark[4] = {INK_ROLE | ROLE_GROUND, 0x7F7F7F, 0xE5E5E5, 0xFFFFFF};
    static const Ink light[4] = {INK_ROLE | ROLE_GROUND, 0xE5E5E5, 0x7F7F7F, 0x000000};
    int step = (int)(strength * 3 + 0.25f + threshold(x, y) / 2); /* half the amplitude: less grain */
    return (look->light ? light : dark)[step > 3 ? 3 : step];
}

/* Few colours are far apart: every channel is moved by part of that distance, up here and down there, and the nearest taken. */
static Ink dithered_colour(const Look *look, const float rgb[3], int x, int y)
{
    const ColourRow *level = &colour_levels[look->colour];
    float by = (threshold(x, y) - 0.5f) * (look->colour == COLOUR_8 ? 120 : 64);
    int channel[3];
    for (int i = 0; i < 3; i++)
        channel[i] = (int)lrintf(fminf(255, fmaxf(0, rgb[i] + by)));
    return level->rgb(level->nearest(ink_rgb(channel[0], channel[1], channel[2])));
}

static Sub make_sub(const Brush *brush, const float rgb[3], int x, int y)
{
    const Look *look = brush->look;
    Sub sub;
    if (brush->image->channels == 3 && (look->colour == COLOUR_16 || look->colour == COLOUR_8)) {
        sub.ink = dithered_colour(look, rgb, x, y);
        float shown[3] = {(float)(sub.ink >> 16 & 255), (float)(sub.ink >> 8 & 255), (float)(sub.ink & 255)};
        sub.value = look->light ? 1 - luma(shown) : luma(shown);
    } else if (brush->image->channels == 3) {
        float bright = luma(rgb);
        sub.value = look->light ? 1 - bright : bright;
        sub.ink = ink_rgb((int)lrintf(rgb[0]), (int)lrintf(rgb[1]), (int)lrintf(rgb[2]));
    } else {
        sub.value = rgb[0] / 255;
        sub.ink = look->colour == COLOUR_16 ? dithered_grey(look, sub.value, x, y) : grey_ink(brush, sub.value);
    }
    return sub;
}

/* ---- cells */

static void ramp_cell(const Look *look, Sub sub, int x, int y, Cell *out)
{
    static const char ramp[] = " .:-=+*#%@";
    out->attr = 0;
    if (look->colour >= COLOUR_256) {
        out->glyph = ' ';
        out->bg = sub.ink;
        return;
    }
    /* Part of a step's dither is enough to show what lies between two steps; an empty ground stays empty. */
    int step = sub.value < EMPTY ? 0 : (int)(sub.value * 9 + 0.5f + (threshold(x, y) - 0.5f) * 0.7f);
    out->glyph = (uint32_t)ramp[step > 9 ? 9 : step];
    out->fg = ink_role(ROLE_TEXT);
    out->bg = ink_role(ROLE_GROUND);
}

/* One bit a sub-pixel: for terminals with no greys, and for braille, whose dots do not cover their cell. */
static void dithered_cell(const Brush *brush, const Sub *sub, int x, int y, Cell *out)
{
    const PictureRenderer *renderer = brush->renderer;
    unsigned bits = 0;
    float sum = 0, count = 0;
    for (int i = 0; i < renderer->w * renderer->h; i++) {
        if (sub[i].value > EMPTY && sub[i].value > threshold(x + i % renderer->w, y + i / renderer->w)) {
            bits |= 1u << i;
            sum += sub[i].value;
            count++;
        }
    }
    out->glyph = renderer->glyph(bits);
    out->fg = brush->look->colour >= COLOUR_256 && count > 0 ? grey_ink(brush, 0.35f + 0.65f * sum / count) : ink_role(ROLE_TEXT);
    out->bg = ink_role(ROLE_GROUND);
    out->attr = 0;
}

static Ink mean_ink(const Look *look, const Sub *sub, int count, unsigned bits, unsigned want)
{
    int n = 0, sum[3] = {0};
    Ink first = 0;
    bool same = true;
    for (int i = 0; i < count; i++) {
        if ((bits >> i & 1) != want)
            continue;
        if (n++ == 0)
            first = sub[i].ink;
        same &= sub[i].ink == first;
        uint32_t rgb = ink_is_role(sub[i].ink) ? look->ground : sub[i].ink;
        for (int c = 0; c < 3; c++)
            sum[c] += (int)(rgb >> (16 - 8 * c) & 255);
    }
    if (same || n == 0)
        return first;
    return ink_rgb(sum[0] / n, sum[1] / n, sum[2] / n);
}

static void coloured_cell(const Brush *brush, const Sub *sub, Cell *out)
{
    const Look *look = brush->look;
    int count = brush->renderer->w * brush->renderer->h;
    float low = 1, high = 0;
    bool same = true;
    for (int i = 0; i < count; i++) {
        low = fminf(low, sub[i].value);
        high = fmaxf(high, sub[i].value);
        same &= sub[i].ink == sub[0].ink;
    }
    out->attr = 0;
    out->fg = ink_role(ROLE_TEXT);
    if (same) {
        out->glyph = ' ';
        out->bg = sub[0].ink;
        return;
    }
    unsigned bits = 0;
    for (int i = 0; i < count; i++)
        bits |= (unsigned)(sub[i].value > (low + high) / 2) << i;
    if (!bits) /* different colours of one brightness */
        bits = 1;
    out->glyph = brush->renderer->glyph(bits);
    out->fg = mean_ink(look, sub, count, bits, 1);
    out->bg = mean_ink(look, sub, count, bits, 0);
    /* The ground is a background only: as a foreground it would be the default text colour. */
    if (out->fg == ink_role(ROLE_GROUND))
        out->fg = look->ground;
}

void picture_draw(Cells *cells, Rect area, const Image *image)
{
    Brush brush = {.look = &cells->look, .renderer = renderer_of(&cells->look), .image = image};
    const PictureRenderer *renderer = brush.renderer;
    ColourLevel colour = brush.look->colour;
    if (rect_empty(area) || image->w <= 0 || image->h <= 0)
        return;
    make_greys(&brush);
    double step_x = (double)image->w / (area.w * renderer->w), step_y = (double)image->h / (area.h * renderer->h);
    for (int row = 0; row < area.h; row++)
        for (int column = 0; column < area.w; column++) {
            Cell *cell = cells_at(cells, area.x + column, area.y + row);
            if (!cell)
                continue;
            Sub sub[SUB_MAX];
            int x = column * renderer->w, y = row * renderer->h;
            for (int sy = y, i = 0; sy < y + renderer->h; sy++)
                for (int sx = x; sx < x + renderer->w; sx++) {
                    float rgb[3];
                    sample(image, sx * step_x, sy * step_y, (sx + 1) * step_x, (sy + 1) * step_y, rgb);
                    sub[i++] = make_sub(&brush, rgb, sx, sy);
                }
            if (!renderer->glyph)
                ramp_cell(brush.look, sub[0], x, y, cell);
            else if (colour == COLOUR_MONO || renderer->h == 4 || (colour == COLOUR_8 && image->channels == 1))
                dithered_cell(&brush, sub, x, y, cell);
            else
                coloured_cell(&brush, sub, cell);
        }
}

void picture_draw_floats(Cells *cells, Rect area, const float *x, int h, int w, int c)
{
    int channels = c == 3 ? 3 : 1;
    size_t count = (size_t)h * (size_t)w;
    uint8_t *pixels = malloc(count * (size_t)channels + 1);
    if (!pixels)
        return;
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < channels; k++) {
            float v = x[i * (size_t)c + (size_t)k];
            pixels[i * (size_t)channels + (size_t)k] = v <= 0 || isnan(v) ? 0 : v >= 1 ? 255 : (uint8_t)(v * 255 + 0.5f);
        }
    picture_draw(cells, area, &(Image){w, h, channels, pixels});
    free(pixels);
}

Rect picture_fit(Rect area, int w, int h)
{
    if (w <= 0 || h <= 0)
        return rect_new(area.x, area.y, 0, 0);
    double scale = fmin((double)area.w / w, 2.0 * area.h / h);
    if (scale >= 1)
        scale = floor(scale);
    else if (1 / ceil(1 / scale) > 0.7 * scale)
        scale = 1 / ceil(1 / scale); /* halves and thirds stay crisp; too small a one would waste the place */
    return rect_new(area.x, area.y, (int)fmax(1, floor(w * scale + 1e-6)), (int)fmax(1, ceil(h * scale / 2 - 1e-6)));
}
