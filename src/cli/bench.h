/* What the files of the subcommand bench share. */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "cli/command.h"
#include "spec/design.h"
#include "train/speed.h"

/* A measurement as it is printed. */
typedef struct BenchRow {
    const char *name; /* of the network */
    const Design *design;
    int stage, threads;
    const char *varied; /* "batch"; NULL: nothing was */
    int value;
    Speed speed;
    double peak; /* GFLOP/s of sgemm on these threads */
} BenchRow;

void bench_print_head(int threads, double peak); /* threads 0: of what follows, they differ */
void bench_print(bool json, const BenchRow *row);
void bench_label(const BenchRow *row, char *out, size_t size); /* "stacked head, batch 64" */

/* One stage, measured as the command line says; fills row->speed. */
bool bench_measure(const Args *args, BenchRow *row, Team *team, double seconds, Error *err) MUST_CHECK;

/* --vary: every stage of every network for each of the values, printed, and drawn where -o names a file. */
bool bench_vary(const Args *args, char *const *name, Design *const *design, int count, int threads, double seconds, Error *err) MUST_CHECK;

#endif
