/* Text in pictures, UTF-8, in the typeface of image/font.h. */
#ifndef IMAGE_TEXT_H
#define IMAGE_TEXT_H

#include "image/canvas.h"

typedef enum Align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } Align;

typedef struct TextStyle {
    Colour colour;
    float size;  /* pixels a font unit: at 1 capitals are 9 pixels high with the pen */
    bool bold;
    Align align;
    bool upward; /* turned by 90 degrees, reading from bottom to top */
} TextStyle;

float text_span(const char *text, float size);
float text_height(float size); /* of a line: from one baseline to the next */

/* (x, y): start, middle or end of the baseline.  A newline starts a new line below.  Counts in canvas->clipped a text that leaves the image. */
void text_draw(Canvas *canvas, float x, float y, const TextStyle *style, const char *text);

/* The longest beginning of `text` that fits into `width`, with an ellipsis where something was cut off, into buffer. */
void text_fit(char *buffer, size_t room, const char *text, float size, float width);

#endif
