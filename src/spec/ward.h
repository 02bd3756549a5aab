/* Between the doctor's files: the patient, what is noted, and cures for designs that do not fit together. */
#ifndef SPEC_WARD_H
#define SPEC_WARD_H

#include "spec/doctor.h"

typedef struct Ward {
    const Design *design;
    const Data *data;   /* may be NULL */
    size_t memory_free; /* 0: not known */
    Diagnosis *out;
} Ward;

/* Notes a finding; takes `cured` (NULL: none), which is kept only if `cure` says what it does.  text: printf. */
void ward_note(Ward *ward, Severity severity, int stage, int layer, Design *cured, const char *cure, const char *text, ...)
    PRINTF_LIKE(7, 8);

/* The design with `KEY=VALUE` changed; NULL where that cannot be. */
Design *ward_with(const Design *design, const char *assignment, ...) PRINTF_LIKE(2, 3);

/* A design like this one that fits together, for an error of design_check at a place, and what was done to it; NULL: no idea. */
Design *ward_fit(const Design *design, DesignPlace place, const Error *err, char *cure, size_t size);

/* Notes what is unwise in the layers of a stage's network. */
void ward_look_at_layers(Ward *ward, int stage, const Chain *chain);

#endif
