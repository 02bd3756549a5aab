/* How the studio feels: the first screen, keys while all cores train, memory, and what it costs to let it stand.
 *
 *     make bench/bench_feel && HOURGLASS=$PWD/hourglass bench/bench_feel DATA [COLUMNS ROWS [KEYS [RECIPE]]]
 *
 * DATA: a data set's folder.  The terminal is libvterm's, on the same machine, so its time is part of each answer. */
#include "../tests/ui/pty.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { STARTS = 9, MOST = 400 };

static int columns = 80, rows = 24;
static char home[] = "/tmp/hourglass-feel-XXXXXX";
static const char *const truecolour[] = {"COLORTERM=truecolor", NULL};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *seconds, int count)
{
    qsort(seconds, (size_t)count, sizeof *seconds, compare);
    printf("%-34s median %6.1f ms   nine in ten %6.1f ms   worst of %d %6.1f ms\n", what, 1e3 * seconds[count / 2],
           1e3 * seconds[count * 9 / 10], count, 1e3 * seconds[count - 1]);
    fflush(stdout);
}

/* Until the help screen is there, or gone. */
static double press(Pty *pty, const char *key, bool help)
{
    double begin = clock_seconds();
    pty_send(pty, key);
    while (pty_shows(pty, "keys of") != help && clock_seconds() - begin < 10)
        pty_take(pty, 20);
    return clock_seconds() - begin;
}

static Pty *open_studio(const char *recipe, const char *data)
{
    const char *arguments[] = {"studio", recipe, "--data", data, NULL};
    return pty_start(home, columns, rows, truecolour, arguments);
}

int main(int count, char **argument)
{
    double seconds[MOST];
    int keys = count > 4 ? atoi(argument[4]) : 60;
    const char *recipe = count > 5 ? argument[5] : "simple";
    if (count < 2 || !getenv("HOURGLASS") || keys < 2 || keys > MOST || !mkdtemp(home)) {
        fprintf(stderr, "HOURGLASS=$PWD/hourglass bench_feel DATA [COLUMNS ROWS [KEYS [RECIPE]]]\n");
        return 2;
    }
    if (count > 3) {
        columns = atoi(argument[2]);
        rows = atoi(argument[3]);
    }
    for (int i = 0; i < STARTS; i++) {
        double begin = clock_seconds();
        Pty *pty = open_studio(recipe, argument[1]);
        if (!pty_sees(pty, "presets", 10))
            return 1;
        seconds[i] = clock_seconds() - begin;
        pty_type(pty, "q");
        pty_end(pty, 10);
        pty_free(pty);
    }
    report("first screen", seconds, STARTS);

    Pty *pty = open_studio(recipe, argument[1]);
    if (!pty_sees(pty, "in use", 20))
        return 1;
    pty_type(pty, "1:set epochs=100000\r");
    pty_type(pty, "t");
    if (!pty_sees(pty, "reconstruction", 30))
        return 1;
    pty_wait(pty, 1);
    for (int i = 0; i < keys; i++) {
        seconds[i] = i % 2 ? press(pty, "2", false) : press(pty, "?", true);
        pty_wait(pty, 0.01 + 0.001 * (i * 37 % 40)); /* at no fixed place in a frame */
    }
    report("a key, screens, all cores training", seconds, keys);
    printf("%-34s %.0f MB at most\n", "memory", pty_memory(pty) / 1e6);
    pty_type(pty, "x");
    pty_sees(pty, "stop the training", 10);
    pty_type(pty, "s");
    if (!pty_sees(pty, "stopped", 20))
        return 1;
    pty_settles(pty, 1, 20);
    double before = pty_cpu(pty), begin = clock_seconds();
    pty_wait(pty, 3);
    printf("%-34s %.2f %% of a core\n", "idle", 100 * (pty_cpu(pty) - before) / (clock_seconds() - begin));
    pty_type(pty, "q");
    pty_end(pty, 20);
    pty_free(pty);
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command) == 0 ? 0 : 1;
}
