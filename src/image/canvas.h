/* Drawing on an RGB image: anti-aliased lines, discs and polygons, exact rectangles and enlarged pictures.
 *
 * Coordinates are pixels, x to the right, y down; pixel (i, j) covers [i, i + 1) x [j, j + 1), so its centre lies at
 * (i + 0.5, j + 0.5).  Everything is clipped to the image. */
#ifndef IMAGE_CANVAS_H
#define IMAGE_CANVAS_H

#include "image/image.h"

typedef struct Point {
    float x, y;
} Point;

/* Between two lines of one array of points. */
#define POINT_GAP ((Point){__builtin_nanf(""), 0})

typedef struct Canvas {
    Image *image; /* 3 channels; borrowed */
    int clipped;  /* texts that did not fit into the image: for tests, 0 in a good figure */
} Canvas;

/* A new RGB image of one colour and a canvas on it. */
bool canvas_new(Canvas *canvas, Image *image, int w, int h, Colour background, Error *err) MUST_CHECK;

typedef struct Pen {
    Colour colour;
    float width;
    float alpha;       /* 0: as 1, opaque */
    const float *dash; /* lengths on, off, on ... ended by 0; NULL: solid */
} Pen;

/* Lines through the points with round caps and joins; POINT_GAP lifts the pen.  Crossings are not darker where alpha < 1. */
void canvas_lines(Canvas *canvas, const Point *points, int count, const Pen *pen);
void canvas_line(Canvas *canvas, float x0, float y0, float x1, float y1, const Pen *pen);

void canvas_fill(Canvas *canvas, int x, int y, int w, int h, Colour colour);
void canvas_frame(Canvas *canvas, int x, int y, int w, int h, int thickness, Colour colour); /* inside the rectangle */
void canvas_disc(Canvas *canvas, float x, float y, float radius, Colour colour, float alpha);
void canvas_polygon(Canvas *canvas, const Point *points, int count, Colour colour, float alpha); /* even-odd */

/* Marks of the same visual weight at the same radius; told apart without colour. */
typedef enum Marker { MARK_DISC, MARK_SQUARE, MARK_TRIANGLE, MARK_DIAMOND, MARK_DOWN, MARK_PLUS, MARK_CROSS, MARK_STAR, MARKERS } Marker;
void canvas_marker(Canvas *canvas, Marker marker, float x, float y, float radius, Colour colour);

/* A picture, each pixel as zoom x zoom; grey or RGB. */
void canvas_picture(Canvas *canvas, int x, int y, const Image *picture, int zoom);

/* A grey picture as ink: white covers fully, black not at all. */
void canvas_stamp(Canvas *canvas, int x, int y, const Image *picture, Colour colour);

static inline void canvas_put(Canvas *canvas, int x, int y, Colour colour)
{
    if (x >= 0 && y >= 0 && x < canvas->image->w && y < canvas->image->h) {
        uint8_t *p = canvas->image->pixels + ((size_t)y * canvas->image->w + x) * 3;
        p[0] = colour.r, p[1] = colour.g, p[2] = colour.b;
    }
}

#endif
