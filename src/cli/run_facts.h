/* What the commands about runs tell of one: settings, state, the last and the best epoch. */
#ifndef CLI_RUN_FACTS_H
#define CLI_RUN_FACTS_H

#include "base/str.h"
#include "store/metrics.h"
#include "store/run.h"

typedef struct RunFacts {
    RunMeta meta;
    RunTags tags;
    const char *state;   /* as in meta, but "killed" where nobody trains it any more */
    Metric last, best;   /* epochs of the last stage trained; .epoch == 0: none */
    int epochs;          /* epoch lines over all stages */
    double seconds;      /* of all epochs */
} RunFacts;

/* What cannot be read is left empty; false with *err only when there is nothing to tell at all. */
bool run_facts(const Run *run, RunFacts *out, Error *err) MUST_CHECK;

void run_facts_json(const Run *run, const RunFacts *facts, Str *out); /* the members of an object, without its braces */

#endif
