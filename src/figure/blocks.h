/* A network as a row of blocks, as tall as their outputs are large: the hourglass. */
#ifndef FIGURE_BLOCKS_H
#define FIGURE_BLOCKS_H

#include "figure/page.h"

enum { BLOCK_TEXT = 80 };

typedef enum BlockPart { BLOCK_INPUT, BLOCK_ENCODER, BLOCK_CODE, BLOCK_DECODER, BLOCK_HEAD } BlockPart;

typedef struct LayerBlock {
    char name[BLOCK_TEXT];   /* "conv 32 3x3" */
    char shape[BLOCK_TEXT];  /* "14x14x32" */
    char detail[BLOCK_TEXT]; /* "9,248"; "" */
    double size;             /* numbers of its output */
    BlockPart part;
    bool learns;
} LayerBlock;

typedef struct Blocks {
    Captions captions;
    const LayerBlock *block;
    int count;
    const char *shape_heading, *detail_heading;
} Blocks;

bool blocks_draw(const Blocks *blocks, const FigureStyle *style, Image *out, Error *err) MUST_CHECK;

#endif
