/* The two clocks: one for durations, that nobody sets, and the date for logs. */
#include "base/clock.h"

#include <time.h>

double clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void clock_stamp(char *buffer, size_t size)
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    if (!strftime(buffer, size, "%Y-%m-%dT%H:%M:%SZ", &utc))
        buffer[0] = '\0';
}
