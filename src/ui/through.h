/* A sample passing through the design: small pictures or bars of what comes out of each layer, before training or after. */
#ifndef UI_THROUGH_H
#define UI_THROUGH_H

#include "study/passage.h"
#include "ui/bench.h"
#include "ui/job.h"

typedef struct Through {
    Job *job;
    Passage passage;
    Design *design;    /* that the passage is of: until the next one comes it may be behind the bench's */
    bool good;
    Error why;         /* nothing to show */
    Shape picture;     /* of the data: vectors of that size are drawn as pictures */
    /* what was asked for last */
    unsigned version;
    const Data *data;
    char run[64];
    int stage, sample;
    bool asked;
} Through;

/* Asks for a sample of the bench's data through its design; the answer comes by through_tick.  Nothing happens where that was asked
 * for already. */
void through_ask(Through *through, Bench *bench, int stage, int sample, int wake);
bool through_tick(Through *through); /* true: there is something new */
void through_close(Through *through);

/* `layer`: the chosen one, index in Design.layer; -1: the input.  In a high area layer stands below layer, in a low one the chosen layer
 * alone: what goes in, what comes out. */
void through_draw(const Through *through, int layer, Cells *cells, Rect area);

#endif
