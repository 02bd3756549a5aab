/* Glyphs that are shapes are computed; letters come from image/text.h, each in the middle of its cell. */
#include "term/raster.h"

#include "image/canvas.h"
#include "image/text.h"

enum { W = RASTER_CELL_W, H = RASTER_CELL_H };

static Colour colour_of(uint32_t rgb)
{
    return (Colour){(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
}

/* Block elements: eighths, halves, quadrants, shades. */
static bool draw_block(Canvas *canvas, int x, int y, uint32_t glyph, Colour fg)
{
    static const uint8_t quadrants[10] = {4, 8, 1, 13, 9, 7, 11, 2, 6, 14}; /* U+2596...: bits upper left, upper right, lower left, lower right */
    if (glyph == 0x2580)
        canvas_fill(canvas, x, y, W, H / 2, fg);
    else if (glyph >= 0x2581 && glyph <= 0x2588) {
        int high = (int)(glyph - 0x2580) * H / 8;
        canvas_fill(canvas, x, y + H - high, W, high, fg);
    } else if (glyph >= 0x2589 && glyph <= 0x258f)
        canvas_fill(canvas, x, y, (int)(0x2590 - glyph) * W / 8, H, fg);
    else if (glyph == 0x2590)
        canvas_fill(canvas, x + W / 2, y, W / 2, H, fg);
    else if (glyph == 0x2595)
        canvas_fill(canvas, x + W - W / 8, y, W / 8, H, fg);
    else if (glyph >= 0x2591 && glyph <= 0x2593) {
        for (int j = 0; j < H; j++)
            for (int i = 0; i < W; i++)
                if ((i + 2 * j) % 4 < (int)(glyph - 0x2590))
                    canvas_put(canvas, x + i, y + j, fg);
    } else if (glyph >= 0x2596 && glyph <= 0x259f) {
        for (int bit = 0; bit < 4; bit++)
            if (quadrants[glyph - 0x2596] >> bit & 1)
                canvas_fill(canvas, x + bit % 2 * W / 2, y + bit / 2 * H / 2, W / 2, H / 2, fg);
    } else
        return false;
    return true;
}

static void draw_sextant(Canvas *canvas, int x, int y, uint32_t glyph, Colour fg)
{
    unsigned bits = glyph - 0x1fb00 + 1;
    bits += bits >= 21;
    bits += bits >= 42;
    for (int bit = 0; bit < 6; bit++)
        if (bits >> bit & 1) {
            int top = bit / 2 * H / 3;
            canvas_fill(canvas, x + bit % 2 * W / 2, y + top, W / 2, (bit / 2 + 1) * H / 3 - top, fg);
        }
}

static void draw_braille(Canvas *canvas, int x, int y, uint32_t glyph, Colour fg)
{
    static const uint8_t column[8] = {0, 0, 0, 1, 1, 1, 0, 1}, row[8] = {0, 1, 2, 0, 1, 2, 3, 3};
    for (int bit = 0; bit < 8; bit++)
        if (glyph >> bit & 1)
            canvas_disc(canvas, (float)x + (float)W * (0.27f + 0.46f * column[bit]), (float)y + (float)H * (0.14f + 0.24f * row[bit]), 1.3f, fg, 1);
}

/* Lines: which of the four arms from the middle a glyph has. */
static bool draw_line(Canvas *canvas, int x, int y, uint32_t glyph, Colour fg)
{
    enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8, HEAVY = 16, DASHED = 32 };
    static const struct { uint16_t glyph; uint8_t arms; } rows[] = {
        {0x2500, LEFT | RIGHT}, {0x2501, LEFT | RIGHT | HEAVY}, {0x2502, UP | DOWN}, {0x2503, UP | DOWN | HEAVY},
        {0x2508, LEFT | RIGHT | DASHED}, {0x250a, UP | DOWN | DASHED}, {0x254c, LEFT | RIGHT | DASHED}, {0x250c, RIGHT | DOWN},
        {0x2510, LEFT | DOWN}, {0x2514, RIGHT | UP}, {0x2518, LEFT | UP}, {0x251c, UP | DOWN | RIGHT}, {0x2524, UP | DOWN | LEFT},
        {0x252c, LEFT | RIGHT | DOWN}, {0x2534, LEFT | RIGHT | UP}, {0x253c, LEFT | RIGHT | UP | DOWN}, {0x256d, RIGHT | DOWN},
        {0x256e, LEFT | DOWN}, {0x256f, LEFT | UP}, {0x2570, RIGHT | UP},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned arms = rows[i].arms;
        if (rows[i].glyph != glyph)
            continue;
        int thick = arms & HEAVY ? 3 : 1, mx = x + W / 2 - thick / 2, my = y + H / 2 - thick / 2;
        int from_x = arms & LEFT ? x : mx, to_x = arms & RIGHT ? x + W : mx + thick;
        int from_y = arms & UP ? y : my, to_y = arms & DOWN ? y + H : my + thick;
        for (int at = from_x; arms & (LEFT | RIGHT) && at < to_x; at++)
            if (!(arms & DASHED) || (at - x) % 4 < 2)
                canvas_fill(canvas, at, my, 1, thick, fg);
        for (int at = from_y; arms & (UP | DOWN) && at < to_y; at++)
            if (!(arms & DASHED) || (at - y) % 5 < 2)
                canvas_fill(canvas, mx, at, thick, 1, fg);
        return true;
    }
    return false;
}

static void draw_letter(Canvas *canvas, int x, int y, uint32_t glyph, Colour fg, bool heavy)
{
    char text[5];
    float size = 1.15f;
    utf8_put(glyph, text);
    float wide = text_span(text, size);
    if (wide > W - 0.5f)
        size *= (W - 0.5f) / wide; /* m and w in a cell of their own */
    TextStyle style = {.colour = fg, .size = size, .bold = heavy, .align = ALIGN_CENTRE};
    text_draw(canvas, (float)x + W / 2.0f, (float)y + 15, &style, text);
}

static void draw_cell(Canvas *canvas, const Look *look, int column, int row, const Cell *cell)
{
    uint8_t attr = cell->attr;
    Ink ink_on = look_ink_on(look, cell->fg, cell->bg, &attr);
    uint32_t fg = look_rgb(look, ink_on, false), bg = look_rgb(look, cell->bg, true);
    look_colour(look, ink_on, false, &attr);
    if (attr & ATTR_REVERSE) {
        uint32_t kept = fg;
        fg = bg;
        bg = kept;
    }
    int x = column * W, y = row * H;
    Colour ink = colour_of(fg);
    canvas_fill(canvas, x, y, W, H, colour_of(bg));
    uint32_t glyph = cell->glyph;
    if (glyph >= 0x1fb00 && glyph <= 0x1fb3b)
        draw_sextant(canvas, x, y, glyph, ink);
    else if (glyph >= 0x2800 && glyph <= 0x28ff)
        draw_braille(canvas, x, y, glyph, ink);
    else if (glyph != ' ' && !draw_block(canvas, x, y, glyph, ink) && !draw_line(canvas, x, y, glyph, ink))
        draw_letter(canvas, x, y, glyph, ink, attr & ATTR_BOLD);
    if (attr & ATTR_UNDERLINE)
        canvas_fill(canvas, x, y + H - 2, W, 1, ink);
}

bool cells_to_image(const Cells *cells, Image *out, Error *err)
{
    Canvas canvas;
    if (!canvas_new(&canvas, out, cells->w * W, cells->h * H, colour_of(cells->look.ground), err))
        return false;
    for (int y = 0; y < cells->h; y++)
        for (int x = 0; x < cells->w; x++)
            draw_cell(&canvas, &cells->look, x, y, &cells->cell[y * cells->w + x]);
    return true;
}
