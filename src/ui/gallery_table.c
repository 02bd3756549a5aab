/* Figures that are tables: the confusion matrix in numbers and shades, and the network as a list of layers with its bars. */
#include "ui/gallery_own.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the confusion matrix */

static long row_total(const Matrix *m, int row)
{
    long total = 0;
    for (int c = 0; c < m->size; c++)
        total += m->count[row * m->size + c];
    return total;
}

static int widest_of(const char *const *name, int count)
{
    int most = 0;
    for (int i = 0; i < count; i++) {
        int wide = cells_width(name[i]);
        most = wide > most ? wide : most;
    }
    return most;
}

/* The share of a row's samples, as a shade behind the number where there are colours enough, else as a colour of the number. */
static void draw_count(Cells *cells, Rect place, long count, long total, bool right, bool here)
{
    const Look *look = &cells->look;
    const Theme *theme = look->light ? &theme_light : &theme_dark;
    double share = total ? (double)count / (double)total : 0;
    Style style = plain(count ? right ? ROLE_TRAIN : share >= 0.02 ? ROLE_BAD : ROLE_TEXT : ROLE_FAINT);
    style.attr |= right ? ATTR_BOLD : 0;
    if (look->colour >= COLOUR_256 && count) {
        Colour ground = colour_mix((Colour){(uint8_t)(look->ground >> 16), (uint8_t)(look->ground >> 8), (uint8_t)look->ground},
                                   right ? theme->training : theme->bad, (float)(right ? share : sqrt(share)) * 0.9f);
        Colour text = colour_on(ground);
        style = (Style){ink_rgb(text.r, text.g, text.b), 0};
        for (int y = place.y; y < place.y + place.h; y++)
            for (int x = place.x; x < place.x + place.w; x++) {
                Cell *cell = cells_at(cells, x, y);
                if (cell)
                    cell->bg = ink_rgb(ground.r, ground.g, ground.b);
            }
    }
    if (here)
        style.attr |= ATTR_BOLD | ATTR_REVERSE;
    char text[24];
    snprintf(text, sizeof text, count ? "%ld" : "·", count);
    int y = place.y + (place.h - 1) / 2;
    cells_text_right(cells, place.x + place.w - (place.w > 5 ? (place.w - cells_width(text)) / 2 : 1), y, style, text);
}

/* "precision %" is "precision" where room is short. */
static int extra_width(const Matrix *m, int extra)
{
    int wide = (int)strcspn(m->extra_name[extra], " ");
    return (wide > 5 ? wide : 5) + 2;
}

void gallery_draw_matrix(Gallery *g, Cells *cells, Rect area, const Matrix *m)
{
    int names = widest_of(m->name, m->size), widest = 3, extras = 0, extras_w = 0;
    for (int i = 0; i < m->size * m->size; i++) {
        int digits = snprintf(NULL, 0, "%ld", m->count[i]);
        widest = digits > widest ? digits : widest;
    }
    names = names > 10 ? 10 : names;
    int least = names + 2 + m->size * (widest + 1);
    while (extras < m->extras && least + extras_w + extra_width(m, extras) <= area.w)
        extras_w += extra_width(m, extras++);
    int w = (area.w - names - 2 - extras_w) / m->size, h = (area.h - 2) / m->size;
    h = h < 1 ? 1 : h > 3 ? 3 : h;
    w = w > 3 * h + 3 ? 3 * h + 3 : w < widest + 1 ? widest + 1 : w;
    int all = names + 2 + m->size * w + extras_w, left = area.x + (area.w > all ? (area.w - all) / 2 : 0);
    int x = left + names + 2, y = area.y + 2;
    if (g->inspecting) {
        g->at_x = g->at_x < 0 ? 0 : g->at_x >= m->size ? m->size - 1 : g->at_x;
        g->at_y = g->at_y < 0 ? 0 : g->at_y >= m->size ? m->size - 1 : g->at_y;
    }
    cells_text(cells, x + (m->size * w - cells_width(m->column_axis)) / 2, area.y, plain(ROLE_DIM), m->column_axis);
    cells_text(cells, left, area.y, plain(ROLE_DIM), names >= 4 ? m->row_axis : "true");
    for (int c = 0; c < m->size; c++) {
        int wide = cells_width(m->name[c]), room = w - 1;
        cells_text_cut(cells, x + c * w + (wide < room ? w > 5 ? (w - wide) / 2 : room - wide : 0), area.y + 1, room, plain(ROLE_TEXT), m->name[c]);
    }
    for (int row = 0; row < m->size && y < area.y + area.h; row++, y += h) {
        int middle = y + (h - 1) / 2;
        cells_text_cut(cells, left, middle, names, plain(ROLE_TEXT), m->name[row]);
        long total = row_total(m, row);
        for (int c = 0; c < m->size; c++)
            draw_count(cells, rect_new(x + c * w, y, w, h), m->count[row * m->size + c], total, row == c,
                       g->inspecting && g->at_x == c && g->at_y == row);
        int end = x + m->size * w;
        for (int e = 0; e < extras; e++) {
            char text[24];
            double value = m->extra[row * m->extras + e];
            end += extra_width(m, e);
            snprintf(text, sizeof text, isfinite(value) ? "%.1f" : "–", 100 * value);
            cells_text_right(cells, end, middle, plain(ROLE_TEXT), text);
            snprintf(text, sizeof text, "%.*s", (int)strcspn(m->extra_name[e], " "), m->extra_name[e]);
            cells_text_right(cells, end, area.y + 1, plain(ROLE_DIM), text);
        }
    }
    g->view.area = rect_new(x, area.y + 2, m->size * w, m->size * h);
    g->view.tile_w = w;
    g->view.tile_h = h;
}

void gallery_read_matrix(const Gallery *g, const Matrix *m, char *buffer, size_t size)
{
    if (g->at_x < 0 || g->at_x >= m->size || g->at_y < 0 || g->at_y >= m->size)
        return;
    long count = m->count[g->at_y * m->size + g->at_x], total = row_total(m, g->at_y);
    snprintf(buffer, size, "true %s, predicted %s: %ld of %ld, %.2f %%", m->name[g->at_y], m->name[g->at_x], count, total,
             total ? 100.0 * (double)count / (double)total : 0);
}

/* ---- the network */

static Role part_role(BlockPart part)
{
    static const Role role[] = {[BLOCK_INPUT] = ROLE_DIM, [BLOCK_ENCODER] = ROLE_TRAIN, [BLOCK_CODE] = ROLE_ACCENT,
                                [BLOCK_DECODER] = ROLE_GOOD, [BLOCK_HEAD] = ROLE_CHANGED};
    return role[part];
}

void gallery_draw_blocks(Gallery *g, Cells *cells, Rect area, const Blocks *blocks)
{
    int names = 5, shapes = cells_width(blocks->shape_heading), details = cells_width(blocks->detail_heading);
    double least = INFINITY, most = 1;
    for (int i = 0; i < blocks->count; i++) {
        const LayerBlock *b = &blocks->block[i];
        names = cells_width(b->name) > names ? cells_width(b->name) : names;
        shapes = cells_width(b->shape) > shapes ? cells_width(b->shape) : shapes;
        details = cells_width(b->detail) > details ? cells_width(b->detail) : details;
        least = fmin(least, fmax(1, b->size));
        most = fmax(most, b->size);
    }
    least /= 2; /* the narrowest is narrow, yet to be seen */
    names = names > area.w / 3 ? area.w / 3 : names;
    int bars = area.w - names - shapes - details - 6;
    bars = bars > 64 ? 64 : bars < 4 ? 4 : bars;
    int left = area.x + (area.w - names - shapes - details - 6 - bars) / 2, bar = left + names + 2, shape_end = bar + bars + 2 + shapes;
    left = left < area.x ? area.x : left;
    cells_text_right(cells, shape_end, area.y, plain(ROLE_DIM), blocks->shape_heading);
    cells_text_right(cells, shape_end + 2 + details, area.y, plain(ROLE_DIM), blocks->detail_heading);
    rect_cut_top(&area, 1);
    int pitch = blocks->count * 2 <= area.h ? 2 : 1, room = area.h / pitch, top = blocks->count - room;
    g->at_y = g->at_y > top ? top : g->at_y;
    g->at_y = g->at_y < 0 ? 0 : g->at_y;
    for (int i = g->at_y; i < blocks->count && (i - g->at_y) < room; i++) {
        const LayerBlock *b = &blocks->block[i];
        int y = area.y + (i - g->at_y) * pitch, wide = (int)lrint(bars * (log(fmax(1, b->size) / least) / log(most / least)));
        wide += (wide ^ bars) & 1; /* centred to the cell */
        wide = wide < 1 ? 1 : wide > bars ? bars : wide;
        Style name = b->part == BLOCK_CODE ? bold(ROLE_ACCENT) : plain(b->learns ? ROLE_TEXT : ROLE_DIM);
        int text = cells_width(b->name);
        cells_text_cut(cells, left + (text < names ? names - text : 0), y, names, name, b->name);
        for (int x = 0; x < wide; x++)
            cells_put(cells, bar + (bars - wide) / 2 + x, y, plain(part_role(b->part)), b->learns || b->part == BLOCK_CODE ? 0x2588 : 0x2593);
        cells_text_right(cells, shape_end, y, name, b->shape);
        cells_text_right(cells, shape_end + 2 + details, y, plain(ROLE_DIM), b->detail);
    }
}
