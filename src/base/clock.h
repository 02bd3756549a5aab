/* Time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>

double clock_seconds(void);                      /* monotonic, for durations */
void clock_stamp(char *buffer, size_t size);     /* now as 2026-01-31T07:31:12Z */

#endif
