/* A network as a row of blocks, as tall as their outputs are large: the hourglass. */
#ifndef FIGURE_BLOCKS_H
#define FIGURE_BLOCKS_H

#include "figure/page.h"

enum { BLOCK_TEXT = 48 };

typedef struct LayerBlock {
    char name[BLOCK_TEXT];   /* "conv 32 3x3" */
    char shape[BLOCK_TEXT];  /* "14x14x32" */
    char detail[BLOCK_TEXT]; /* "9,248 parameters"; "" */
    double size;             /* numbers of its output */
    int part;                /* 0 input, 1 encoder, 2 code, 3 decoder, 4 head */
    bool learns;
} LayerBlock;

typedef struct Blocks {
    Captions captions;
    const LayerBlock *block;
    int count;
} Blocks;

bool blocks_draw(const Blocks *blocks, const FigureStyle *style, Image *out, Error *err) MUST_CHECK;

#endif
