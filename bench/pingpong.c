/* Round trip of a cache line between two processors, in nanoseconds: the median of several rounds.
 *
 * The processors of a virtual machine may share a cache at one moment and none at the next, and small networks on two threads
 * then train at half the speed.  So bench/compare asks before and after everything that it measures. */
#include "config.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 15, TRIPS = 10000, CACHE_LINE = 64 };

static _Alignas(CACHE_LINE) atomic_int ball;
static cpu_set_t place[2];

static void stay_at(int which)
{
    pthread_setaffinity_np(pthread_self(), sizeof place[which], &place[which]);
}

static void *answer(void *unused)
{
    stay_at(1);
    for (int i = 0; i < ROUNDS * TRIPS; i++) {
        while (atomic_load(&ball) != 2 * i + 1)
            ;
        atomic_store(&ball, 2 * i + 2);
    }
    return unused;
}

static double nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    cpu_set_t mine;
    int found = 0;
    if (sched_getaffinity(0, sizeof mine, &mine))
        return EXIT_FAILURE;
    for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
        if (CPU_ISSET(cpu, &mine))
            CPU_SET(cpu, &place[found++]);
    if (found < 2) {
        fputs("pingpong: only one processor\n", stderr);
        return EXIT_FAILURE;
    }
    pthread_t other;
    if (pthread_create(&other, NULL, answer, NULL))
        return EXIT_FAILURE;
    stay_at(0);
    double trip[ROUNDS];
    for (int round = 0, i = 0; round < ROUNDS; round++) {
        double began = nanoseconds();
        for (int end = i + TRIPS; i < end; i++) {
            atomic_store(&ball, 2 * i + 1);
            while (atomic_load(&ball) != 2 * i + 2)
                ;
        }
        trip[round] = (nanoseconds() - began) / TRIPS;
    }
    pthread_join(other, NULL);
    qsort(trip, ROUNDS, sizeof *trip, rising);
    printf("%.0f\n", trip[ROUNDS / 2]);
    return EXIT_SUCCESS;
}
