/* What all figures share: how they are to look, and the sheet of paper with title, body and note. */
#ifndef FIGURE_PAGE_H
#define FIGURE_PAGE_H

#include "image/canvas.h"
#include "image/palette.h"
#include "image/text.h"

#include <stdbool.h>

/* Sizes are in units; a unit is `scale` pixels.  Text is 9 units high (capitals). */
typedef struct FigureStyle {
    const Theme *theme;
    int scale;         /* 1 to 8 */
    int zoom;          /* units a side of a picture's pixel; 0: chosen so that pictures are of a good size */
    int width, height; /* of a plot's axes, in units; 0: chosen */
    bool bare;         /* only the pictures: no text, no margins; for small screens */
} FigureStyle;

FigureStyle figure_style_new(void); /* light, scale 2 */

typedef struct Captions {
    const char *title, *subtitle, *note; /* NULL or "": none; broken into lines where they are too long */
} Captions;

/* The body is the rectangle the caller draws into, in pixels. */
typedef struct Page {
    Canvas canvas;
    FigureStyle style;
    int x, y, w, h;
    TextStyle plain, dim, bold; /* text at the usual size */
} Page;

/* Makes *out as large as the body, the captions and the margins need, and draws the captions. */
bool page_open(Page *page, const Captions *captions, int w, int h, const FigureStyle *style, Image *out, Error *err) MUST_CHECK;

/* Pixels of a text at the usual size. */
int page_text_width(const FigureStyle *style, const char *text);
int page_line(const FigureStyle *style); /* from one line to the next */

/* The text with newlines where lines would be wider than `width` pixels; the caller's to free. */
char *page_wrap(const char *text, float size, float width);

#endif
