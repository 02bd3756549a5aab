/* An axis: its range, its round ticks, and where a number lies on it. */
#ifndef FIGURE_AXIS_H
#define FIGURE_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { AXIS_TICKS = 64 };

typedef struct Axis {
    double low, high; /* low < high; with log both above 0 */
    bool log;
    bool whole;       /* ticks at whole numbers only: epochs, classes */
    const char *label;
} Axis;

typedef struct Tick {
    double at;
    bool minor;    /* no label */
    char text[24];
} Tick;

/* A range that shows all of [low, high] with a little air; widened where it is empty or low and high are the same. */
Axis axis_new(double low, double high, bool log, const char *label);

/* About `want` labelled ticks at multiples of 1, 2 or 5 times a power of ten (log: decades and their parts), rising, inside the range. */
int axis_ticks(const Axis *axis, int want, Tick tick[AXIS_TICKS]);

/* 0 at low, 1 at high; outside beyond. */
double axis_place(const Axis *axis, double value);

/* A number for people: `digits` significant ones, a true minus sign, thousands apart. */
void axis_number(char *buffer, size_t size, double value, int digits);

#endif
