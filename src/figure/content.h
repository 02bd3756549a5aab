/* What a figure shows, before anyone draws it: the description that a kind has made of its numbers, with copies of all that it
 * points to.  Screens draw it with their own means; the drawers of this room make pixels of it. */
#ifndef FIGURE_CONTENT_H
#define FIGURE_CONTENT_H

#include "figure/blocks.h"
#include "figure/matrix.h"
#include "figure/plot.h"
#include "figure/sheet.h"

typedef enum ContentKind { CONTENT_NONE, CONTENT_SHEET, CONTENT_LINES, CONTENT_SCATTER, CONTENT_MATRIX, CONTENT_BLOCKS } ContentKind;

typedef struct FigureContent {
    ContentKind kind;
    union {
        Sheet sheet;
        LinePlot lines;
        Scatter scatter;
        Matrix matrix;
        Blocks blocks;
    };
    void **block; /* what the description points to, owned */
    int count;
} FigureContent;

/* Copies.  `out` must be empty. */
void content_of_sheet(const Sheet *sheet, FigureContent *out);
void content_of_lines(const LinePlot *plot, FigureContent *out);
void content_of_scatter(const Scatter *scatter, FigureContent *out);
void content_of_matrix(const Matrix *matrix, FigureContent *out);
void content_of_blocks(const Blocks *blocks, FigureContent *out);

void content_clear(FigureContent *content);
const Captions *content_captions(const FigureContent *content); /* NULL: there is nothing */

#endif
