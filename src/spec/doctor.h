/* The doctor: what is wrong or unwise in a design, named, explained, and cured on one key. */
#ifndef SPEC_DOCTOR_H
#define SPEC_DOCTOR_H

#include "data/dataset.h"
#include "spec/design.h"

typedef enum Severity { SEVERITY_HINT, SEVERITY_WARNING, SEVERITY_ERROR } Severity;

typedef struct Finding {
    Severity severity;
    int stage, layer;  /* layer: index in Design.layer; -1: the whole */
    char text[320];    /* what and why */
    char cure[160];    /* what `f` would do; "" when there is no automatic cure */
    Design *cured;     /* the design after the cure; NULL: none */
} Finding;

enum { DOCTOR_FINDINGS = 16 };

typedef struct Diagnosis {
    Finding finding[DOCTOR_FINDINGS];
    int count; /* worst first */
} Diagnosis;

/* data may be NULL; memory_free in bytes, 0: not known. */
void doctor_examine(const Design *design, const Data *data, size_t memory_free, Diagnosis *out);
void doctor_clear(Diagnosis *diagnosis);

#endif
