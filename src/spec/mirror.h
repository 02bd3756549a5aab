/* The layers of a mirrored block, made from the block it mirrors. */
#ifndef SPEC_MIRROR_H
#define SPEC_MIRROR_H

#include "spec/design.h"

/* The field `closing` is read by: the activations. */
const ParamRow *mirror_closing_row(void);

/* Makes block `block`'s mirrored layers into out (room for DESIGN_LAYERS), nameless.  On error *fault is the layer (index in
 * Design.layer) that has no mirror, -1 when it is about none. */
bool mirror_make(const Design *design, int block, LayerSpec *out, int *count, int *fault, Error *err) MUST_CHECK;

/* The nearest picture size for which the mirror can be made; false when there is none near. */
bool mirror_near_input(const Design *design, int block, Shape *out);

#endif
