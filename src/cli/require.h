/* --require METRIC<VALUE: conditions on the numbers at the end, for scripts. */
#ifndef CLI_REQUIRE_H
#define CLI_REQUIRE_H

#include "cli/command.h"

typedef struct NamedNumber {
    const char *name;
    double value; /* NaN: not there */
} NamedNumber;

/* Before the work starts: is every --require well written and about one of these names? */
bool require_parse(const Args *args, const NamedNumber *known, int count, Error *err) MUST_CHECK;

/* At the end: false with ERROR_REQUIRE for the first condition that does not hold. */
bool require_check(const Args *args, const NamedNumber *known, int count, Error *err) MUST_CHECK;

#endif
