/* Themes and colour levels: roles by table, pictures by nearest match. */
#include "term/look.h"

/* One role at every level.  Indices of 16 and 8 colours are the terminal's own palette; -1 is its default. */
typedef struct RoleRow {
    uint32_t rgb;
    int16_t c256;
    int8_t c16, c8;
    uint8_t attr8, attr_mono;
} RoleRow;

static const RoleRow dark[ROLES] = {
    [ROLE_GROUND] = {0x111217, -1, -1, -1, 0, 0},
    [ROLE_TEXT] = {0xCDD0D6, 252, 7, 7, 0, 0},
    [ROLE_BRIGHT] = {0xFFFFFF, 231, 15, 7, ATTR_BOLD, ATTR_BOLD},
    [ROLE_DIM] = {0x969CA8, 247, 8, 7, ATTR_DIM, ATTR_DIM},
    [ROLE_FAINT] = {0x636976, 242, 8, 7, ATTR_DIM, ATTR_DIM},
    [ROLE_ACCENT] = {0xE6B05C, 179, 11, 3, ATTR_BOLD, ATTR_BOLD},
    [ROLE_TRAIN] = {0x56B4E9, 74, 14, 6, 0, 0},
    [ROLE_VALID] = {0xE6B05C, 179, 11, 3, ATTR_BOLD, ATTR_BOLD},
    [ROLE_GOOD] = {0x50BE8C, 72, 10, 2, 0, 0},
    [ROLE_BAD] = {0xE06050, 167, 9, 1, ATTR_BOLD, ATTR_BOLD},
    [ROLE_CHANGED] = {0xBE8CD2, 140, 13, 5, 0, ATTR_UNDERLINE},
    [ROLE_SELECTED] = {0x2E2A22, 236, -1, -1, ATTR_REVERSE, ATTR_REVERSE},
    [ROLE_FIELD] = {0x45381F, 237, -1, -1, ATTR_REVERSE, ATTR_REVERSE},
    [ROLE_BLOCK] = {0x4A6078, 67, 4, 4, 0, 0},
    [ROLE_SERIES + 0] = {0xE69F00, 214, 11, 3, 0, 0},
    [ROLE_SERIES + 1] = {0x56B4E9, 74, 14, 6, 0, 0},
    [ROLE_SERIES + 2] = {0x009E73, 36, 10, 2, 0, 0},
    [ROLE_SERIES + 3] = {0xF0E442, 227, 3, 3, 0, 0},
    [ROLE_SERIES + 4] = {0x5C8FD6, 68, 12, 4, 0, 0},
    [ROLE_SERIES + 5] = {0xD55E00, 166, 9, 1, 0, 0},
    [ROLE_SERIES + 6] = {0xCC79A7, 175, 13, 5, 0, 0},
    [ROLE_SERIES + 7] = {0x9A9EA6, 247, 7, 7, 0, 0},
};

/* On a light ground the sixteen's yellows cannot be read, nor its light grey. */
static const RoleRow light[ROLES] = {
    [ROLE_GROUND] = {0xFFFFFF, -1, -1, -1, 0, 0},
    [ROLE_TEXT] = {0x33363C, 237, -1, -1, 0, 0},
    [ROLE_BRIGHT] = {0x000000, 16, -1, -1, ATTR_BOLD, ATTR_BOLD}, /* bold black is grey on many terminals */
    [ROLE_DIM] = {0x5F636C, 241, 8, -1, ATTR_DIM, ATTR_DIM},
    [ROLE_FAINT] = {0x93969C, 246, 8, -1, ATTR_DIM, ATTR_DIM},
    [ROLE_ACCENT] = {0xA06A10, 130, 5, 5, ATTR_BOLD, ATTR_BOLD},
    [ROLE_TRAIN] = {0x1F78B4, 31, 4, 4, ATTR_BOLD, 0},
    [ROLE_VALID] = {0xA06A10, 130, 5, 5, ATTR_BOLD, ATTR_BOLD},
    [ROLE_GOOD] = {0x14805A, 29, 2, 2, 0, 0},
    [ROLE_BAD] = {0xC03A2B, 160, 1, 1, ATTR_BOLD, ATTR_BOLD},
    [ROLE_CHANGED] = {0x8046A0, 97, 13, 5, ATTR_UNDERLINE, ATTR_UNDERLINE},
    [ROLE_SELECTED] = {0xEFE6D2, 254, -1, -1, ATTR_REVERSE, ATTR_REVERSE},
    [ROLE_FIELD] = {0xE8D4AC, 223, -1, -1, ATTR_REVERSE, ATTR_REVERSE},
    [ROLE_BLOCK] = {0x9DB4CC, 110, 6, 6, 0, 0},
    [ROLE_SERIES + 0] = {0xB87800, 136, 5, 5, 0, 0},
    [ROLE_SERIES + 1] = {0x2B7FB8, 31, 4, 4, 0, 0},
    [ROLE_SERIES + 2] = {0x00795A, 29, 2, 2, 0, 0},
    [ROLE_SERIES + 3] = {0x8C8000, 100, 1, 1, 0, 0},
    [ROLE_SERIES + 4] = {0x24529A, 25, 6, 6, 0, 0},
    [ROLE_SERIES + 5] = {0xB04A00, 130, 9, -1, 0, 0},
    [ROLE_SERIES + 6] = {0xA0507C, 132, 13, 5, 0, 0},
    [ROLE_SERIES + 7] = {0x60646C, 241, 8, -1, 0, 0},
};

/* ---- levels */

static int distance(uint32_t a, uint32_t b)
{
    /* Weights of "redmean" are not worth their cost here: the eye's order green, red, blue is enough. */
    int r = (int)(a >> 16 & 255) - (int)(b >> 16 & 255), g = (int)(a >> 8 & 255) - (int)(b >> 8 & 255),
        l = (int)(a & 255) - (int)(b & 255);
    return 3 * r * r + 4 * g * g + 2 * l * l;
}

/* xterm's values of the sixteen. */
static uint32_t rgb_of_16(int32_t colour)
{
    static const uint32_t value[16] = {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
                                       0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF};
    return value[colour & 15];
}

static int32_t nearest_among(uint32_t rgb, int count)
{
    int32_t best = 0;
    for (int32_t i = 1; i < count; i++)
        if (distance(rgb, rgb_of_16(i)) < distance(rgb, rgb_of_16(best)))
            best = i;
    return best;
}

static int32_t nearest_8(uint32_t rgb) { return nearest_among(rgb, 8); }
static int32_t nearest_16(uint32_t rgb) { return nearest_among(rgb, 16); }

static uint32_t rgb_of_256(int32_t colour)
{
    static const uint8_t cube[6] = {0, 95, 135, 175, 215, 255};
    if (colour < 16)
        return rgb_of_16(colour);
    if (colour >= 232) {
        uint32_t grey = 8 + 10 * ((uint32_t)colour - 232);
        return grey << 16 | grey << 8 | grey;
    }
    colour -= 16;
    return (uint32_t)cube[colour / 36] << 16 | (uint32_t)cube[colour / 6 % 6] << 8 | cube[colour % 6];
}

/* The nearest of the 6 x 6 x 6 cube and of the 24 greys; the first sixteen belong to the user. */
static int32_t nearest_256(uint32_t rgb)
{
    int level[3];
    for (int i = 0; i < 3; i++) {
        int v = (int)(rgb >> (16 - 8 * i) & 255);
        level[i] = v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
    }
    int32_t cube = 16 + 36 * level[0] + 6 * level[1] + level[2];
    int mean = (int)((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3;
    int32_t grey = 232 + (mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10);
    return distance(rgb, rgb_of_256(grey)) < distance(rgb, rgb_of_256(cube)) ? grey : cube;
}

static int32_t nearest_rgb(uint32_t rgb) { return (int32_t)rgb; }
static uint32_t rgb_of_rgb(int32_t colour) { return (uint32_t)colour; }
static int32_t nearest_none(uint32_t rgb) { (void)rgb; return -1; }
static uint32_t rgb_of_none(int32_t colour) { (void)colour; return 0; }

const ColourRow colour_levels[COLOUR_LEVELS] = {
    [COLOUR_MONO] = {"never", 1, nearest_none, rgb_of_none},
    [COLOUR_8] = {"8", 8, nearest_8, rgb_of_16},
    [COLOUR_16] = {"16", 16, nearest_16, rgb_of_16},
    [COLOUR_256] = {"256", 256, nearest_256, rgb_of_256},
    [COLOUR_RGB] = {"rgb", 1 << 24, nearest_rgb, rgb_of_rgb},
};

static const RoleRow *role_row(const Look *look, Ink ink)
{
    return &(look->light ? light : dark)[(ink & 0xffffff) % ROLES];
}

Look look_new(ColourLevel colour, Glyphs glyphs, bool is_light)
{
    return (Look){.colour = colour, .glyphs = glyphs, .utf8 = true, .braille = true, .light = is_light,
                  .ground = (is_light ? light : dark)[ROLE_GROUND].rgb};
}

int32_t look_colour(const Look *look, Ink ink, bool background, uint8_t *attr)
{
    if (!ink_is_role(ink))
        return colour_levels[look->colour].nearest(ink);
    const RoleRow *row = role_row(look, ink);
    switch (look->colour) {
    case COLOUR_RGB:
        return row->c256 < 0 ? -1 : (int32_t)row->rgb;
    case COLOUR_256:
        return row->c256;
    case COLOUR_16:
        /* Selection has no colour of its own among sixteen. */
        if (background && row->attr8 & ATTR_REVERSE)
            *attr |= ATTR_REVERSE;
        return row->c16;
    case COLOUR_8:
        *attr |= row->attr8;
        return row->c8;
    default:
        *attr |= row->attr_mono;
        return -1;
    }
}

Ink look_ink_on(const Look *look, Ink fg, Ink bg, uint8_t *attr)
{
    uint8_t background = 0;
    look_colour(look, bg, true, &background);
    if (!(background & ATTR_REVERSE))
        return fg;
    *attr |= ATTR_REVERSE;
    /* Dim letters would dim the bar; bold ones brighten it on terminals that have eight colours twice. */
    *attr &= (uint8_t)~(look->colour == COLOUR_MONO ? ATTR_DIM : ATTR_DIM | ATTR_BOLD);
    return ink_role(ROLE_TEXT);
}

uint32_t look_rgb(const Look *look, Ink ink, bool background)
{
    uint8_t attr = 0;
    int32_t colour = look_colour(look, ink, background, &attr);
    if (colour < 0)
        return background ? look->ground : (look->light ? light : dark)[ROLE_TEXT].rgb;
    return colour_levels[look->colour].rgb(colour);
}
