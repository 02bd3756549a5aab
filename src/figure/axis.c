/* Ranges with some air around them, ticks that people would choose, and numbers as people write them. */
#include "figure/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

Axis axis_new(double low, double high, bool log, const char *label)
{
    Axis axis = {.log = log, .label = label};
    if (!(low <= high)) /* nothing to show, or NaN */
        low = log ? 0.1 : 0, high = 1;
    if (log) {
        low = fmax(low, 1e-300);
        high = fmax(high, low);
        double air = high > low * 1.0001 ? pow(high / low, 0.04) : 1.5;
        axis.low = low / air, axis.high = high * air;
    } else {
        double air = high - low > 1e-12 * fmax(fabs(low), fabs(high)) ? (high - low) * 0.04 : fmax(fabs(low) * 0.1, 1e-6);
        axis.low = low - air, axis.high = high + air;
    }
    return axis;
}

double axis_place(const Axis *axis, double value)
{
    if (axis->log)
        return value > 0 ? (log(value) - log(axis->low)) / (log(axis->high) - log(axis->low)) : -INFINITY;
    return (value - axis->low) / (axis->high - axis->low);
}

/* "-1234567.5" with a true minus sign and thin thousands. */
static void pretty(char *buffer, size_t size, const char *plain)
{
    char out[64] = "";
    size_t used = 0;
    bool minus = *plain == '-';
    plain += minus;
    size_t whole = strspn(plain, "0123456789");
    bool zero = strspn(plain, "0.") == strlen(plain);
    if (minus && !zero)
        used += (size_t)snprintf(out, sizeof out, "\u2212");
    for (size_t i = 0; plain[i] && used < sizeof out - 8; i++) {
        if (i && i < whole && whole > 3 && (whole - i) % 3 == 0)
            out[used++] = ',';
        if (plain[i] == '-') { /* of an exponent */
            used += (size_t)snprintf(out + used, sizeof out - used, "\u2212");
            continue;
        }
        out[used++] = plain[i];
    }
    out[used] = '\0';
    snprintf(buffer, size, "%s", out);
}

/* "1e-05" as "1e-5". */
static void short_exponent(char *text)
{
    char *e = strchr(text, 'e');
    if (!e)
        return;
    char *digits = e + 1 + (e[1] == '-' || e[1] == '+');
    char *first = digits;
    while (*first == '0' && first[1])
        first++;
    char *to = e[1] == '-' ? digits : e + 1;
    memmove(to, first, strlen(first) + 1);
}

void axis_number(char *buffer, size_t size, double value, int digits)
{
    char plain[48];
    if (!isfinite(value)) {
        snprintf(buffer, size, "%s", isnan(value) ? "nan" : value > 0 ? "\u221e" : "\u2212\u221e");
        return;
    }
    double large = fabs(value);
    if (large == 0)
        digits = 1;
    if (large != 0 && (large < 1e-4 || large >= 1e9)) {
        snprintf(plain, sizeof plain, "%.*e", digits - 1, value);
        short_exponent(plain);
    } else {
        int before = large >= 1 ? (int)floor(log10(large)) + 1 : large > 0 ? (int)floor(log10(large)) + 1 : 1;
        int after = digits - before;
        snprintf(plain, sizeof plain, "%.*f", after > 0 ? after : 0, value);
    }
    pretty(buffer, size, plain);
}

static void label(Tick *tick, double value, int decimals, bool exponent)
{
    char plain[48];
    snprintf(plain, sizeof plain, exponent ? "%.*e" : "%.*f", decimals, value);
    short_exponent(plain);
    pretty(tick->text, sizeof tick->text, plain);
}

static int linear_ticks(const Axis *axis, int want, Tick *tick)
{
    double span = axis->high - axis->low, raw = span / (want > 1 ? want : 1);
    double power = pow(10, floor(log10(raw))), part = raw / power;
    double step = power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
    if (axis->whole && step < 1)
        step = 1;
    double first = ceil(axis->low / step - 1e-9);
    /* decimals so that neighbouring ticks differ: those of the step */
    int decimals = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0, count = 0;
    double largest = fmax(fabs(axis->low), fabs(axis->high));
    bool exponent = decimals > 5 || largest >= 1e9;
    if (exponent)
        decimals = (int)fmax(0, floor(log10(largest)) - floor(log10(step) + 1e-9));
    for (double k = first; k * step <= axis->high + 1e-9 * step && count < AXIS_TICKS; k++) {
        tick[count] = (Tick){.at = k == 0 ? 0 : k * step};
        label(&tick[count], tick[count].at, decimals, exponent && tick[count].at != 0);
        count++;
    }
    return count;
}

static int log_ticks(const Axis *axis, int want, Tick *tick)
{
    double decades = log10(axis->high / axis->low);
    if (decades < 0.8) { /* few round numbers: those of a linear scale are rounder */
        Axis linear = *axis;
        linear.log = false;
        return linear_ticks(&linear, want, tick);
    }
    int every = (int)ceil(decades / (want > 1 ? want : 1)), count = 0;
    bool parts = decades < 2.2; /* 2 and 5 get labels too */
    for (int power = (int)floor(log10(axis->low) + 1e-9); power <= (int)ceil(log10(axis->high)); power++)
        for (int digit = 1; digit < 10 && count < AXIS_TICKS; digit++) {
            double at = digit * pow(10, power);
            if (at < axis->low * (1 - 1e-9) || at > axis->high * (1 + 1e-9) || (digit > 1 && every > 1))
                continue;
            bool labelled = digit == 1 ? ((power % every) + every) % every == 0 : parts && (digit == 2 || digit == 5);
            tick[count] = (Tick){.at = at, .minor = !labelled};
            if (labelled)
                label(&tick[count], at, power < -3 || power > 5 || power > 0 ? 0 : -power, power < -3 || power > 5);
            count++;
        }
    return count;
}

int axis_ticks(const Axis *axis, int want, Tick tick[AXIS_TICKS])
{
    return axis->log ? log_ticks(axis, want, tick) : linear_ticks(axis, want, tick);
}
