/* A sheet of pictures on the screen: as large as fits, or so many cells a pixel and moved with the arrows; with the labels and
 * captions that the figure has, and a crosshair that reads pixels. */
#ifndef UI_SHEET_VIEW_H
#define UI_SHEET_VIEW_H

#include "figure/sheet.h"
#include "term/cells.h"
#include "ui/event.h"

typedef struct SheetView {
    double scale;     /* cells a pixel; 0: all of it, as large as fits */
    int pan_x, pan_y; /* in cells, at a fixed scale */
    bool inspecting;
    int row, column, x, y; /* under the crosshair: the picture, and the pixel in it */
    /* As it was drawn last: */
    Rect area;        /* of the pictures */
    int tile_w, tile_h, pitch, *row_y, rows;
    bool whole;       /* nothing lies outside the area */
} SheetView;

void sheet_view_draw(SheetView *view, Cells *cells, Rect area, const Sheet *sheet);
bool sheet_view_event(SheetView *view, const Sheet *sheet, const Event *event); /* true: used */
void sheet_view_clear(SheetView *view);

/* "7 #12  pixel 14, 9  original 0.996  reconstruction 0.957  difference -0.039": all pictures of the band, as the figure has them. */
void sheet_view_read(const SheetView *view, const Sheet *sheet, char *buffer, size_t size);

/* How many columns of such pictures stand side by side at `share` of their size. */
int sheet_view_columns(int width, Shape shape, double share);

#endif
