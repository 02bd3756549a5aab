/* What is known of every layer of a design, also of one that does not fit together: up to the broken layer everything, behind
 * it the shapes as they were before it broke. */
#ifndef SPEC_OUTLINE_H
#define SPEC_OUTLINE_H

#include "spec/design.h"

typedef enum Knowledge {
    KNOWLEDGE_NONE, /* the shape is not known */
    KNOWLEDGE_OLD,  /* it is what it was before the design broke */
    KNOWLEDGE_FULL
} Knowledge;

typedef struct OutlineRow {
    Knowledge known;
    Shape in, out;
    long parameters;
    double macs;   /* multiply-adds of one sample */
} OutlineRow;

typedef struct Outline {
    OutlineRow *row;  /* one for each of Design.layer */
    int rows;
    long parameters;  /* of all layers that are known */
    int broken;       /* the first layer that does not fit; -1: all do */
    Error why;        /* of the broken layer */
} Outline;

/* before (may be NULL): the outline of `was`, this design before it was changed. */
void outline_make(const Design *design, const Design *was, const Outline *before, Outline *out);
void outline_clear(Outline *outline);

/* The layers of a stage's network in order, those of its `codes` blocks first, as indices in Design.layer; returns how many. */
int outline_stage_layers(const Design *design, int stage, int layer[DESIGN_LAYERS]);

#endif
