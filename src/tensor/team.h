/* A team of threads that work in step (single program, multiple data): one thread per core, each with its own slice
 * of the batch.  The caller of team_run is rank 0; the others sleep between runs. */
#ifndef TENSOR_TEAM_H
#define TENSOR_TEAM_H

#include "base/error.h"

typedef struct Team Team;

Team *team_new(int threads, Error *err) MUST_CHECK; /* 1..256; also makes OpenBLAS single-threaded */
void team_free(Team *team);                         /* joins the threads; NULL is fine */
int team_size(const Team *team);
int team_cores(void); /* processors this process may use */

/* Calls work(arg, rank) on every rank and returns when all are done.  Only one run at a time.  Denormal numbers are
 * zero inside. */
void team_run(Team *team, void (*work)(void *arg, int rank), void *arg);

/* Inside work: waits until every rank is here.  Spins a little before it sleeps. */
void team_barrier(Team *team, int rank);

/* From here on counts how evenly work is spread, until team_unwatch; neither while the team runs. */
void team_watch(Team *team);
void team_unwatch(Team *team);

/* The share of its time that a thread has waited for others since team_watch, at barriers and between runs, had each a processor
 * to itself: it comes from the processor time that each has worked, so what else the machine does hardly matters. */
double team_idle(const Team *team);

/* The share of `total` items that belongs to `rank` of `size`: contiguous, sizes differ by at most one `grain`,
 * every first is a multiple of `grain`. */
void team_slice(int total, int grain, int rank, int size, int *first, int *count);

#endif
