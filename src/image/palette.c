/* The palettes are tables; everything else here is interpolation between their rows. */
#include "image/palette.h"

#include <math.h>
#include <string.h>

#define RGB(hex) {(uint8_t)((hex) >> 16), (uint8_t)((hex) >> 8 & 255), (uint8_t)((hex) & 255)}

const Theme theme_dark = {
    .name = "dark", .dark = true,
    .background = RGB(0x111217), .text = RGB(0xcdd0d6), .dim = RGB(0x8a909c), .faint = RGB(0x2c2f38),
    .accent = RGB(0xe6b05c), .training = RGB(0x56b4e9), .validation = RGB(0xe6b05c),
    .good = RGB(0x50be8c), .bad = RGB(0xe06050), .changed = RGB(0xbe8cd2),
    .classes = {RGB(0xe69f00), RGB(0x56b4e9), RGB(0x009e73), RGB(0xf0e442), RGB(0x2f7fd0),
                RGB(0xd55e00), RGB(0xcc79a7), RGB(0xe8e8e8), RGB(0x7356e3), RGB(0x8a5030)},
    .negative = RGB(0x4aa3ff), .zero = RGB(0x15161b), .positive = RGB(0xff5a48),
};

const Theme theme_light = {
    .name = "light", .dark = false,
    .background = RGB(0xffffff), .text = RGB(0x1c1e24), .dim = RGB(0x6a6f7a), .faint = RGB(0xdfe1e6),
    .accent = RGB(0x9a6a14), .training = RGB(0x0072b2), .validation = RGB(0xc8790a),
    .good = RGB(0x1d8a5c), .bad = RGB(0xc8321f), .changed = RGB(0x8a4aa8),
    .classes = {RGB(0xe69f00), RGB(0x56b4e9), RGB(0x009e73), RGB(0xe8dc20), RGB(0x0072b2),
                RGB(0xd55e00), RGB(0xcc79a7), RGB(0x202020), RGB(0x5a2fc8), RGB(0x8a5a2a)},
    .negative = RGB(0x1f5fc4), .zero = RGB(0xffffff), .positive = RGB(0xc4271a),
};

const Theme *theme_find(const char *name)
{
    return strcmp(name, "light") == 0 ? &theme_light : strcmp(name, "dark") == 0 ? &theme_dark : NULL;
}

static uint8_t mix(uint8_t a, uint8_t b, float share)
{
    return (uint8_t)lrintf((float)a + ((float)b - (float)a) * share);
}

Colour colour_mix(Colour a, Colour b, float share)
{
    return (Colour){mix(a.r, b.r, share), mix(a.g, b.g, share), mix(a.b, b.b, share)};
}

Colour theme_class(const Theme *theme, int index)
{
    return theme->classes[(index % PALETTE_CLASSES + PALETTE_CLASSES) % PALETTE_CLASSES];
}

static const Colour heat[] = {RGB(0x1b0c35), RGB(0x3a1e6b), RGB(0x3b4a94), RGB(0x2c7297), RGB(0x229690),
                              RGB(0x3cb878), RGB(0x85d352), RGB(0xf5e63a)};

static Colour heat_at(float value)
{
    int last = (int)(sizeof heat / sizeof *heat) - 1;
    float place = value * (float)last;
    int index = (int)place;
    return index >= last ? heat[last] : colour_mix(heat[index], heat[index + 1], place - (float)index);
}

Colour colour_map(ColourMap map, const Theme *theme, float value)
{
    if (isnan(value))
        return theme->bad;
    float low = map == MAP_SIGNED ? -1.0f : 0.0f;
    float v = fminf(fmaxf(value, low), 1.0f);
    uint8_t grey = (uint8_t)lrintf(255.0f * (map == MAP_PAPER ? 1 - v : v));
    switch (map) {
    case MAP_HEAT: return heat_at(v);
    case MAP_SIGNED: return colour_mix(theme->zero, v < 0 ? theme->negative : theme->positive, fabsf(v));
    case MAP_GREY:
    case MAP_PAPER: break;
    }
    return (Colour){grey, grey, grey};
}

Colour colour_on(Colour ground)
{
    int light = 299 * ground.r + 587 * ground.g + 114 * ground.b;
    return light > 140000 ? (Colour){0, 0, 0} : (Colour){255, 255, 255};
}
