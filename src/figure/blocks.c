/* From top to bottom, one layer a line: the bar's width is the logarithm of the output's size, and tapering pieces join
 * the bars, so that the silhouette is the hourglass of the design. */
#include "figure/blocks.h"

#include <math.h>

enum { BAR = 16, STEP = 26, WIDEST = 300, NARROWEST = 10, GAP = 18 }; /* units */

static float bar_width(const Blocks *blocks, int i)
{
    double least = INFINITY, most = 0;
    for (int k = 0; k < blocks->count; k++) {
        least = fmin(least, blocks->block[k].size);
        most = fmax(most, blocks->block[k].size);
    }
    /* from one number (a narrow bar) to the largest; a logarithm keeps 2 and 10,000 on one page */
    double low = log(fmin(least, most / 4) / 2), share = (log(blocks->block[i].size) - low) / (log(most) - low);
    return (float)(NARROWEST + share * (WIDEST - NARROWEST));
}

static Colour part_colour(const Theme *theme, BlockPart part)
{
    const Colour colour[] = {[BLOCK_INPUT] = theme->dim, [BLOCK_ENCODER] = theme->training, [BLOCK_CODE] = theme->accent,
                             [BLOCK_DECODER] = theme->good, [BLOCK_HEAD] = theme->changed};
    return colour[part];
}

static int widest(const Blocks *blocks, const FigureStyle *style, int which)
{
    const char *heading = which == 1 ? blocks->shape_heading : which == 2 ? blocks->detail_heading : "";
    int most = page_text_width(style, heading);
    for (int i = 0; i < blocks->count; i++) {
        const LayerBlock *b = &blocks->block[i];
        int width = page_text_width(style, which == 0 ? b->name : which == 1 ? b->shape : b->detail);
        most = width > most ? width : most;
    }
    return most;
}

bool blocks_draw(const Blocks *blocks, const FigureStyle *style, Image *out, Error *err)
{
    int u = style->scale, gap = GAP * u, bars = (WIDEST + 4) * u;
    int names = style->bare ? 0 : widest(blocks, style, 0) + gap;
    int shapes = style->bare ? 0 : gap + widest(blocks, style, 1), details = style->bare ? 0 : widest(blocks, style, 2);
    details += details ? gap : 0;
    int head = style->bare ? 0 : page_line(style) + 4 * u;
    Page page;
    if (!page_open(&page, &blocks->captions, names + bars + shapes + details, head + ((blocks->count - 1) * STEP + BAR) * u, style,
                   out, err))
        return false;
    TextStyle heading = page.dim;
    heading.align = ALIGN_RIGHT;
    if (!style->bare) {
        text_draw(&page.canvas, (float)(page.x + names + bars + shapes), (float)(page.y + 9 * u), &heading, blocks->shape_heading);
        text_draw(&page.canvas, (float)(page.x + names + bars + shapes + details), (float)(page.y + 9 * u), &heading,
                  blocks->detail_heading);
    }
    float middle = (float)(page.x + names) + (float)bars / 2;
    for (int i = 0; i < blocks->count; i++) {
        const LayerBlock *b = &blocks->block[i];
        float half = bar_width(blocks, i) * (float)u / 2, y = (float)(page.y + head + i * STEP * u), foot = y + (float)(BAR * u);
        Colour colour = part_colour(style->theme, b->part);
        Point bar[] = {{middle - half, y}, {middle + half, y}, {middle + half, foot}, {middle - half, foot}};
        if (i + 1 < blocks->count) {
            float next = bar_width(blocks, i + 1) * (float)u / 2, end = y + (float)(STEP * u);
            Point neck[] = {{middle - half, foot}, {middle + half, foot}, {middle + next, end}, {middle - next, end}};
            canvas_polygon(&page.canvas, neck, 4, colour_mix(style->theme->background, colour, 0.16f), 1);
        }
        canvas_polygon(&page.canvas, bar, 4, b->learns || b->part == BLOCK_CODE ? colour : colour_mix(style->theme->background, colour, 0.5f), 1);
        if (style->bare)
            continue;
        float base = y + 12.5f * (float)u;
        TextStyle right = b->part == BLOCK_CODE ? page.bold : page.plain, dim = page.dim;
        right.align = dim.align = ALIGN_RIGHT;
        text_draw(&page.canvas, (float)(page.x + names - gap), base, &right, b->name);
        text_draw(&page.canvas, (float)(page.x + names + bars + shapes), base, &right, b->shape);
        text_draw(&page.canvas, (float)(page.x + names + bars + shapes + details), base, &dim, b->detail);
    }
    return true;
}
