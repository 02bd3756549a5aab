/* The table of a stage of a design: one row a layer, and totals. */
#ifndef SPEC_SUMMARY_H
#define SPEC_SUMMARY_H

#include "spec/design.h"

typedef struct SummaryRow {
    int layer;            /* index in Design.layer */
    char name[LAYER_NAME], text[96]; /* "conv_1", "conv 32 3x3 stride=2 relu" */
    Shape out;
    long parameters, trained; /* all, and those gradients change */
    double macs;
    size_t bytes;         /* of the parameters */
} SummaryRow;

typedef struct Summary {
    SummaryRow *row;
    int rows;
    long parameters, trained;
    double macs;
    size_t code, input;   /* numbers; compression ratio = input / code */
    int code_row;         /* rows before this one make the code */
    size_t bytes_training; /* memory of a training step at the stage's batch and threads */
} Summary;

/* threads: 1 or more; memory grows with them. */
bool summary_make(const Design *design, int stage, int threads, Summary *out, Error *err) MUST_CHECK;
void summary_clear(Summary *summary);

#endif
