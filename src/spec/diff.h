/* What differs between a design and the one it began as: layer by layer, setting by setting. */
#ifndef SPEC_DIFF_H
#define SPEC_DIFF_H

#include "spec/design.h"

typedef enum DiffKind { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED } DiffKind;

typedef struct DiffRow {
    DiffKind kind;
    int layer;          /* of the design; -1: of none */
    int stage, setting; /* -1: of none */
    char text[200];     /* "conv_1  filters 32 → 16" */
} DiffRow;

typedef struct DesignDiff {
    DiffRow *row;
    int rows;
    int match[DESIGN_LAYERS]; /* for each layer the one of `base` it was, -1: it is new */
} DesignDiff;

/* Layers are matched within blocks of one name, in order, so that as many as can be are the same. */
void design_diff(const Design *design, const Design *base, DesignDiff *out);
void design_diff_clear(DesignDiff *diff);

/* The set a layer or a setting had in `base`; NULL: there was none, or of another kind. */
const ParamSet *design_diff_layer_base(const DesignDiff *diff, const Design *design, const Design *base, int layer);
const ParamSet *design_diff_setting_base(const Design *design, const Design *base, int stage, TrainSetting setting);

#endif
