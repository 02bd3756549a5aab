/* The program's own typeface: strokes on a grid, drawn with a round pen at any size.  image/text.h draws with it.
 *
 * A unit is the font's; the baseline is y = 0, y up; small letters are 6 high, capitals and digits 8, descenders reach -2.4. */
#ifndef IMAGE_FONT_H
#define IMAGE_FONT_H

#include <stdint.h>

enum { FONT_X_HEIGHT = 6, FONT_CAP = 8, FONT_SPACING = 3, FONT_ASCENT = 9, FONT_DESCENT = 3 };

/* The strokes are a small text: strokes apart by `;`, each a list of points "x y x y ..." joined by straight lines, or
 *     c x1 y1 x2 y2 x3 y3       a cubic Bezier curve from the point before
 *     a cx cy rx ry from to     an arc of an ellipse in degrees, anticlockwise where to > from
 *     d x y                     a dot (in a stroke of its own) */
typedef struct Glyph {
    uint32_t code;       /* Unicode */
    float width;         /* without the space to the next one */
    const char *strokes;
} Glyph;

/* A letter made of two glyphs, the accent centred on the base. */
typedef struct Accented {
    uint32_t code, base, accent;
} Accented;

const Glyph *font_glyph(uint32_t code); /* never NULL: an empty box stands for what the font lacks */
const Accented *font_accented(uint32_t code); /* NULL: a glyph of its own */

#endif
