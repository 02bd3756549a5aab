/* A parse under way: what the lines said so far. */
#ifndef SPEC_PARSE_OWN_H
#define SPEC_PARSE_OWN_H

#include "base/str.h"
#include "spec/design.h"
#include "spec/line.h"

typedef enum Section { SECTION_TOP, SECTION_BLOCK, SECTION_TRAIN, SECTION_STAGE } Section;

/* A section's settings, and which of them it names itself. */
typedef struct Settings {
    TrainSpec spec;
    bool given[TRAIN_SETTINGS];
    int comment[TRAIN_SETTINGS];
} Settings;

/* Block names a stage lists; blocks may be written after it. */
typedef struct Names {
    char name[DESIGN_BLOCKS][LAYER_NAME];
    int line[DESIGN_BLOCKS], column[DESIGN_BLOCKS], count;
    bool given;
} Names;

typedef struct Parser {
    const char *text;
    Design *design;
    Line line;
    Section section;
    int stages;            /* written ones */
    bool has_input, has_train;
    Settings train, stage[DESIGN_STAGES];
    Names list[DESIGN_STAGES][STAGE_LISTS];
    int block_line[DESIGN_BLOCKS], stage_line[DESIGN_STAGES];
    struct { LayerSpec spec; int line, block; } *layer; /* as written; mirrored ones come later */
    int layers;
    Str remarks;           /* the comments since the last line with words */
    int *comment;          /* where the comment of the line being read is kept */
    Error *err;
} Parser;

/* Reads p->line, which has words, into the draft: design, settings, lists, layers. */
bool parse_line(Parser *p) MUST_CHECK;

#endif
