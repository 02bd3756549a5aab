/* The grid and the text in it. */
#include "term/cells.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Cell blank = {' ', INK_ROLE | ROLE_TEXT, INK_ROLE | ROLE_GROUND, 0};

void cells_erase(Cells *cells)
{
    for (int i = 0; i < cells->w * cells->h; i++)
        cells->cell[i] = blank;
    cells->clip = cells_all(cells);
    cells->cursor_x = -1;
    cells->passing = false;
}

void cells_resize(Cells *cells, int w, int h)
{
    cells->w = w < 1 ? 1 : w;
    cells->h = h < 1 ? 1 : h;
    cells->cell = mem_resize(cells->cell, (size_t)cells->w * (size_t)cells->h, sizeof *cells->cell);
    cells_erase(cells);
}

void cells_clear(Cells *cells)
{
    free(cells->cell);
    *cells = (Cells){0};
}

Rect cells_all(const Cells *cells)
{
    return rect_new(0, 0, cells->w, cells->h);
}

Cell *cells_at(const Cells *cells, int x, int y)
{
    return rect_has(cells->clip, x, y) && rect_has(cells_all(cells), x, y) ? &cells->cell[y * cells->w + x] : NULL;
}

void cells_put(Cells *cells, int x, int y, Style p, uint32_t glyph)
{
    Cell *cell = cells_at(cells, x, y);
    if (!cell)
        return;
    cell->glyph = cells->look.utf8 ? glyph : glyph_ascii(glyph);
    cell->fg = p.fg;
    cell->attr = p.attr;
}

void cells_fill(Cells *cells, Rect area, Role background)
{
    area = rect_meet(rect_meet(area, cells->clip), cells_all(cells));
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++) {
            cells->cell[y * cells->w + x] = blank;
            cells->cell[y * cells->w + x].bg = ink_role(background);
        }
}

void cells_read(const Cells *cells, Rect area, Cell *out)
{
    for (int y = 0; y < area.h; y++)
        memcpy(out + (size_t)y * (size_t)area.w, &cells->cell[(area.y + y) * cells->w + area.x], (size_t)area.w * sizeof *out);
}

void cells_write(Cells *cells, Rect area, const Cell *from)
{
    for (int y = 0; y < area.h; y++)
        memcpy(&cells->cell[(area.y + y) * cells->w + area.x], from + (size_t)y * (size_t)area.w, (size_t)area.w * sizeof *from);
}

void cells_tint(Cells *cells, Rect area, Role background)
{
    area = rect_meet(rect_meet(area, cells->clip), cells_all(cells));
    for (int y = area.y; y < area.y + area.h; y++)
        for (int x = area.x; x < area.x + area.w; x++)
            cells->cell[y * cells->w + x].bg = ink_role(background);
}

/* ---- what is worth sending to a terminal */

/* A cell of a picture as its upper and lower half; false where it is none.  The same two colours have more than one form. */
static bool halves(const Look *look, const Cell *cell, uint32_t half[2])
{
    bool upper = cell->glyph == 0x2580, lower = cell->glyph == 0x2584;
    if ((!upper && !lower && cell->glyph != ' ') || cell->attr)
        return false;
    if ((ink_is_role(cell->bg) && cell->bg != ink_role(ROLE_GROUND)) || (cell->glyph != ' ' && ink_is_role(cell->fg)))
        return false;
    uint32_t behind = ink_is_role(cell->bg) ? look->ground : cell->bg;
    half[0] = upper ? cell->fg : behind;
    half[1] = lower ? cell->fg : behind;
    return true;
}

bool cell_alike(const Look *look, const Cell *shown, const Cell *next)
{
    enum { SHADE = 4 }; /* of 255, in each channel: what two neighbouring greys of a picture differ by */
    uint32_t was[2], is[2];
    if (cell_equal(shown, next))
        return true;
    if (!halves(look, shown, was) || !halves(look, next, is))
        return false;
    for (int i = 0; i < 2; i++) {
        if (is[i] == look->ground && was[i] != look->ground)
            return false;
        for (int shift = 0; shift < 24; shift += 8)
            if (abs((int)(was[i] >> shift & 255) - (int)(is[i] >> shift & 255)) > SHADE)
                return false;
    }
    return true;
}

/* ---- text */

static bool is_letter(uint32_t glyph)
{
    return (glyph >= '0' && glyph <= '9') || ((glyph | 32) >= 'a' && (glyph | 32) <= 'z');
}

static void watch(const Cells *cells, int x, int y, const char *text)
{
    bool in = false, out = false, over = false;
    for (const char *at = text; *at; x++) {
        uint32_t glyph = utf8_next(&at);
        const Cell *cell = cells_at(cells, x, y);
        in |= cell && glyph != ' ';
        out |= !cell && glyph != ' ';
        over |= cell && is_letter(cell->glyph) && is_letter(glyph);
    }
    if ((in && out) || over)
        cells->spoilt(cells, x, y, text);
}

int cells_text(Cells *cells, int x, int y, Style p, const char *text)
{
    if (cells->spoilt)
        watch(cells, x, y, text);
    while (*text)
        cells_put(cells, x++, y, p, utf8_next(&text));
    return x;
}

int cells_textf(Cells *cells, int x, int y, Style p, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return cells_text(cells, x, y, p, text);
}

int cells_text_right(Cells *cells, int end, int y, Style p, const char *text)
{
    int x = end - cells_width(text);
    cells_text(cells, x, y, p, text);
    return x;
}

int cells_text_cut(Cells *cells, int x, int y, int width, Style p, const char *text)
{
    int all = cells_width(text);
    if (width <= 0)
        return x;
    if (all <= width)
        return cells_text(cells, x, y, p, text);
    /* Prose ends with a word, if one ends in the last third; a name is cut where it must be. */
    int fits = width - 1, word = 0, column = 0;
    for (const char *at = text; *at && column <= fits; column++)
        if (utf8_next(&at) == ' ')
            word = column;
    fits = 3 * word >= 2 * fits ? word : fits;
    for (int i = 0; i < fits; i++)
        cells_put(cells, x++, y, p, utf8_next(&text));
    cells_put(cells, x, y, p, 0x2026);
    return x + 1;
}

int cells_wrap(Cells *cells, Rect area, Style p, const char *text)
{
    int line = 0, column = 0;
    if (area.w <= 0)
        return 0;
    while (*text) {
        if (*text == '\n') {
            line++;
            column = 0;
            text++;
            continue;
        }
        size_t bytes = strcspn(text, " \n");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)bytes, text);
        int wide = cells_width(word);
        if (column && column + wide > area.w) {
            line++;
            column = 0;
        }
        if (line < area.h)
            cells_text_cut(cells, area.x + column, area.y + line, area.w - column, p, word);
        column += wide;
        text += bytes;
        while (*text == ' ') {
            text++;
            column++;
        }
    }
    return line + 1;
}

int cells_width(const char *text)
{
    int width = 0;
    for (; *text; width++)
        utf8_next(&text);
    return width;
}

char *cells_print(const Cells *cells)
{
    Str out = {0};
    for (int y = 0; y < cells->h; y++) {
        int end = cells->w;
        while (end > 0 && cells->cell[y * cells->w + end - 1].glyph == ' ')
            end--;
        for (int x = 0; x < end; x++) {
            char bytes[5];
            utf8_put(cells->cell[y * cells->w + x].glyph, bytes);
            str_add(&out, bytes);
        }
        str_add(&out, "\n");
    }
    return str_take(&out);
}
