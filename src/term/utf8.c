/* UTF-8 in and out, and what stands for a glyph where there is only ASCII. */
#include "term/cells.h"

/* Two columns wide or none (combining): no place for them in a grid of single cells. */
static bool odd_width(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x300 && c < 0x370) || (c >= 0x1100 && c < 0x1160) ||
           (c >= 0x200b && c < 0x2010) || (c >= 0x2e80 && c < 0xa4d0) || (c >= 0xac00 && c < 0xd7a4) ||
           (c >= 0xf900 && c < 0xfb00) || (c >= 0xfe00 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
           (c >= 0x1f300 && c < 0x1fb00) || c >= 0x20000;
}

uint32_t utf8_next(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    uint32_t glyph = *at;
    int more = 0;
    if (glyph >= 0xf0 && glyph < 0xf5)
        more = 3, glyph &= 7;
    else if (glyph >= 0xe0 && glyph < 0xf0)
        more = 2, glyph &= 15;
    else if (glyph >= 0xc2 && glyph < 0xe0)
        more = 1, glyph &= 31;
    else if (glyph >= 0x80)
        glyph = 0xfffd;
    at++;
    for (int i = 0; i < more; i++, at++) {
        if ((*at & 0xc0) != 0x80) {
            *text = (const char *)at;
            return 0xfffd;
        }
        glyph = glyph << 6 | (*at & 0x3f);
    }
    *text = (const char *)at;
    return odd_width(glyph) ? 0xfffd : glyph;
}

int utf8_put(uint32_t glyph, char out[5])
{
    int n = 0;
    if (glyph < 0x80) {
        out[n++] = (char)glyph;
    } else if (glyph < 0x800) {
        out[n++] = (char)(0xc0 | glyph >> 6);
        out[n++] = (char)(0x80 | (glyph & 63));
    } else if (glyph < 0x10000) {
        out[n++] = (char)(0xe0 | glyph >> 12);
        out[n++] = (char)(0x80 | (glyph >> 6 & 63));
        out[n++] = (char)(0x80 | (glyph & 63));
    } else {
        out[n++] = (char)(0xf0 | glyph >> 18);
        out[n++] = (char)(0x80 | (glyph >> 12 & 63));
        out[n++] = (char)(0x80 | (glyph >> 6 & 63));
        out[n++] = (char)(0x80 | (glyph & 63));
    }
    out[n] = '\0';
    return n;
}

uint32_t glyph_ascii(uint32_t glyph)
{
    static const struct { uint32_t glyph; char ascii; } row[] = {
        {0x00b1, '~'}, {0x00b7, '-'}, {0x00d7, 'x'}, {0x00b2, '2'}, {0x00b5, 'u'}, {0x03bc, 'u'}, {0x03b2, 'b'}, {0x03c3, 's'},
        {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'}, {0x2022, '*'},
        {0x2026, '~'}, {0x2039, '<'}, {0x203a, '>'}, {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'}, {0x2193, 'v'},
        {0x2212, '-'}, {0x2248, '~'}, {0x2264, '<'}, {0x2265, '>'}, {0x25b2, '^'}, {0x25b6, '>'}, {0x25b8, '>'},
        {0x25bc, 'v'}, {0x25c0, '<'}, {0x25c2, '<'}, {0x25cf, '*'}, {0x25cb, 'o'}, {0x2605, '*'}, {0x2713, '+'},
        {0x2715, 'X'}, {0x2717, 'X'}, {0x258c, '|'}, {0x2590, '|'}, {0x2595, '|'}, {0x25aa, '*'}, {0x275a, '|'},
    };
    if (glyph < 0x7f)
        return glyph;
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++)
        if (row[i].glyph == glyph)
            return (uint32_t)row[i].ascii;
    if (glyph == 0x2500 || glyph == 0x2501 || (glyph >= 0x2504 && glyph <= 0x2505) || glyph == 0x254c || glyph == 0x2574 ||
        glyph == 0x2576 || glyph == 0x2578 || glyph == 0x257a)
        return '-';
    if (glyph == 0x2502 || glyph == 0x2503 || (glyph >= 0x2506 && glyph <= 0x250b) || glyph == 0x254e || glyph == 0x2506)
        return '|';
    if (glyph >= 0x250c && glyph <= 0x257f)
        return '+';
    if (glyph >= 0x2581 && glyph <= 0x2588) { /* eighths, for sparklines: by height */
        static const char height[] = "._-=+*##";
        return (uint32_t)height[glyph - 0x2581];
    }
    if (glyph == 0x2591)
        return ':';
    if (glyph == 0x2592)
        return '=';
    if (glyph == 0x2593)
        return '%';
    if (glyph >= 0x2580 && glyph <= 0x259f)
        return '#';
    return '?';
}
