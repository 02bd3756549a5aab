/* Bars one above the other.  Where there are more layers than lines, those stay that make the outline. */
#include "ui/silhouette.h"

#include "ui/widgets.h"

#include <math.h>
#include <string.h>

enum { MOST = 128, NUMBERS = 9, WIDEST = 64 };

typedef struct Bar { double size; bool code, chosen, old; int place; } Bar;

static int take_out(Bar *bar, int count, int which)
{
    memmove(bar + which, bar + which + 1, (size_t)(count - which - 1) * sizeof *bar);
    return count - 1;
}

static bool stays(const Bar *bar) { return bar->code || bar->chosen; }

/* What the outline loses when the bar is taken out: its distance from the line between its neighbours, in powers of e, and a
 * little for the gap that it leaves, so that a straight slope is thinned evenly and both halves alike. */
static double tells(const Bar *bar)
{
    static const double GAP = 0.05;
    const Bar *before = bar - 1, *after = bar + 1;
    double low = log(fmax(1, before->size)), high = log(fmax(1, after->size));
    int gap = after->place - before->place;
    double line = low + (high - low) * (bar->place - before->place) / gap;
    return stays(bar) ? INFINITY : fabs(log(fmax(1, bar->size)) - line) + GAP * gap;
}

/* Takes bars out: first those that only repeat the one before, then what tells least; the ends, the code and the chosen one stay. */
static int thin(Bar *bar, int count, int lines)
{
    for (int i = count - 1; i > 0 && count > lines; i--)
        if (bar[i].size == bar[i - 1].size && !stays(&bar[i]))
            count = take_out(bar, count, i);
    for (int i = 0; i < count; i++)
        bar[i].place = i;
    for (bool back = false; count > lines && count > 2; back = !back) { /* of equals one of each half in turn */
        static const double SAME = 1e-9;
        int least = 1;
        for (int i = 2; i < count - 1; i++)
            if (tells(&bar[i]) < tells(&bar[least]) + (back ? SAME : -SAME))
                least = i;
        count = take_out(bar, count, least);
    }
    return count < lines ? count : lines;
}

static void draw(Cells *cells, Rect area, Bar *bar, int count)
{
    if (area.w < NUMBERS + 6 || area.h < 3)
        return;
    count = thin(bar, count, area.h);
    double most = 1, least = INFINITY;
    for (int i = 0; i < count; i++) {
        most = fmax(most, bar[i].size);
        least = fmin(least, fmax(1, bar[i].size));
    }
    least /= 3; /* the narrowest is narrow, yet to be seen */
    int room = area.w - NUMBERS < WIDEST ? area.w - NUMBERS : WIDEST, thick = area.h / (count > 0 ? count : 1);
    thick = thick > 3 ? 3 : thick < 1 ? 1 : thick;
    for (int i = 0; i < count; i++) {
        int wide = (int)lrint(room * (log(fmax(1, bar[i].size) / least) / log(most / least)));
        wide += (wide ^ room) & 1; /* centred to the cell */
        wide = wide > room ? room : wide;
        int from = area.x + (room - wide) / 2, y = area.y + i * thick;
        Role role = bar[i].old ? ROLE_FAINT : bar[i].code || bar[i].chosen ? ROLE_ACCENT : ROLE_BLOCK;
        bool plain_bar = !bar[i].code && cells->look.colour == COLOUR_MONO; /* the code stands out without colours too */
        uint32_t glyph = bar[i].old ? 0x2591 : bar[i].chosen && !bar[i].code ? 0x2593 : plain_bar ? 0x2592 : 0x2588;
        for (int x = from; x < from + wide; x++)
            for (int line = y; line < y + thick; line++)
                cells_put(cells, x, line, plain(role), glyph);
        char text[24];
        str_grouped(text, sizeof text, bar[i].size);
        cells_text(cells, from + wide + 1, y, bar[i].old ? plain(ROLE_FAINT) : bar[i].code ? bold(ROLE_ACCENT) : plain(ROLE_DIM), text);
    }
}

void silhouette_draw(Cells *cells, Rect area, const Summary *summary)
{
    Bar bar[MOST];
    int count = 0;
    bar[count++] = (Bar){.size = (double)summary->input};
    for (int i = 0; i < summary->rows && count < MOST; i++)
        bar[count++] = (Bar){.size = (double)shape_size(summary->row[i].out), .code = i + 1 == summary->code_row};
    draw(cells, area, bar, count);
}

void silhouette_draw_stage(Cells *cells, Rect area, const Design *design, int stage, const Outline *outline, int code, int selected)
{
    Bar bar[MOST];
    int count = 0, layer[DESIGN_LAYERS], layers = outline_stage_layers(design, stage, layer), coded = 0;
    for (int i = 0; i < design->stage[stage].code_blocks; i++)
        coded += design->block[design->stage[stage].codes[i]].count;
    bar[count++] = (Bar){.size = (double)shape_size(design->input)};
    for (int i = 0; i < layers && count < MOST; i++) {
        const OutlineRow *row = &outline->row[layer[i]];
        if (row->known != KNOWLEDGE_NONE)
            bar[count++] = (Bar){.size = (double)shape_size(row->out), .code = code > 0 && i + 1 == coded + code,
                                 .chosen = layer[i] == selected, .old = row->known == KNOWLEDGE_OLD};
    }
    draw(cells, area, bar, count);
}
