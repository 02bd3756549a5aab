/* The team of threads: dispatch and barrier, both built on one small gate.
 *
 * A step of training passes a barrier every few hundred microseconds, so waiting must cost well under a microsecond
 * when all arrive together, and must not burn a core when they do not: a gate spins (SPINS pauses of 10 to 40 ns) about
 * twice as long as waking a sleeper takes, 50 microseconds, and then sleeps.  Where there are more threads than
 * processors, spinning would only hinder those that still work. */
#include "config.h"

#include "tensor/team.h"

#include "base/mem.h"
#include "tensor/dense.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SPINS = 4000, MOST_THREADS = 256, CACHE_LINE = 64 };

typedef struct Gate {
    _Alignas(CACHE_LINE) atomic_uint openings;
    atomic_int sleepers;
    pthread_mutex_t lock;
    pthread_cond_t opened;
} Gate;

/* What a watched rank is at: the processor time at which it last left a barrier, and what it worked until the next. */
typedef struct Watch {
    double since, worked;
} Watch;

struct Team {
    Gate start, barrier;
    _Alignas(CACHE_LINE) atomic_int arrived;
    _Alignas(CACHE_LINE) int size;
    int spins;
    void (*work)(void *arg, int rank); /* NULL: the threads leave */
    void *arg;
    pthread_t *threads; /* of ranks 1 and up */
    Watch *watch;       /* one a rank; NULL: nobody looks */
    double worked, longest; /* sums over phases: of all ranks' work, of the work of the rank that took longest */
};

typedef struct Member {
    Team *team;
    int rank;
} Member;

static inline void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    atomic_thread_fence(memory_order_acquire);
#endif
}

/* Weights and optimizer memory of units that no longer learn sink into denormal numbers, on which arithmetic is up to five
 * times slower; inside team_run they are zero. Returns what to give back to denormals_restore. */
static unsigned denormals_to_zero(void)
{
#if defined(__x86_64__)
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x40 };
    unsigned before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
    return before;
#else
    return 0;
#endif
}

static void denormals_restore(unsigned before)
{
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(before);
#else
    (void)before;
#endif
}

static void gate_init(Gate *gate)
{
    atomic_init(&gate->openings, 0);
    atomic_init(&gate->sleepers, 0);
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->opened, NULL);
}

static void gate_destroy(Gate *gate)
{
    pthread_mutex_destroy(&gate->lock);
    pthread_cond_destroy(&gate->opened);
}

/* The opener raises `openings` and then looks for sleepers; a waiter counts itself as a sleeper and then looks at
 * `openings`.  Both in sequentially consistent order, so at least one of them sees the other. */
static void gate_open(Gate *gate)
{
    atomic_fetch_add(&gate->openings, 1);
    if (atomic_load(&gate->sleepers)) {
        pthread_mutex_lock(&gate->lock);
        pthread_cond_broadcast(&gate->opened);
        pthread_mutex_unlock(&gate->lock);
    }
}

static void gate_wait(Gate *gate, unsigned seen, int spins)
{
    for (int i = 0; i < spins; i++) {
        if (atomic_load_explicit(&gate->openings, memory_order_acquire) != seen)
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&gate->lock);
    atomic_fetch_add(&gate->sleepers, 1);
    while (atomic_load(&gate->openings) == seen)
        pthread_cond_wait(&gate->opened, &gate->lock);
    atomic_fetch_sub(&gate->sleepers, 1);
    pthread_mutex_unlock(&gate->lock);
}

/* ---- watching: phases, which barriers end */

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void watch_begin(Team *team, int rank)
{
    if (team->watch)
        team->watch[rank].since = thread_seconds();
}

static void watch_arrive(Team *team, int rank)
{
    if (team->watch)
        team->watch[rank].worked = thread_seconds() - team->watch[rank].since;
}

/* By the last one to arrive. */
static void watch_phase(Team *team)
{
    double longest = 0;
    for (int rank = 0; team->watch && rank < team->size; rank++) {
        team->worked += team->watch[rank].worked;
        longest = team->watch[rank].worked > longest ? team->watch[rank].worked : longest;
    }
    team->longest += longest;
}

/* Between two runs only the caller works. */
static void watch_between(Team *team)
{
    if (!team->watch)
        return;
    watch_arrive(team, 0);
    team->worked += team->watch[0].worked;
    team->longest += team->watch[0].worked;
    watch_begin(team, 0);
}

/* Behind the gate nothing of the watch is touched: after a run its end may come at once. */
static void meet(Team *team, int rank)
{
    watch_arrive(team, rank);
    /* Read before arriving: the barrier cannot open without this rank, so the number is this round's. */
    unsigned round = atomic_load_explicit(&team->barrier.openings, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) == team->size - 1) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        watch_phase(team);
        gate_open(&team->barrier);
    } else
        gate_wait(&team->barrier, round, team->spins);
}

void team_barrier(Team *team, int rank)
{
    meet(team, rank);
    watch_begin(team, rank);
}

static void *member_main(void *argument)
{
    Member member = *(Member *)argument;
    Team *team = member.team;
    free(argument);
    denormals_to_zero();
    for (unsigned seen = 0;; seen++) {
        gate_wait(&team->start, seen, team->spins);
        if (!team->work)
            return NULL;
        watch_begin(team, member.rank);
        team->work(team->arg, member.rank);
        meet(team, member.rank);
    }
}

static void release(Team *team, int started)
{
    team->work = NULL;
    gate_open(&team->start);
    for (int i = 1; i < started; i++)
        pthread_join(team->threads[i], NULL);
    gate_destroy(&team->start);
    gate_destroy(&team->barrier);
    free(team->watch);
    free(team->threads);
    free(team);
}

Team *team_new(int threads, Error *err)
{
    if (threads < 1 || threads > MOST_THREADS) {
        error_set(err, ERROR_USAGE, "give a number from 1 to 256", "cannot work with %d threads", threads);
        return NULL;
    }
    matrix_use_one_thread();
    Team *team = mem_try_large(1, sizeof *team); /* aligned to cache lines */
    if (!team) {
        error_set(err, ERROR_FAILED, NULL, "out of memory for a team of threads");
        return NULL;
    }
    team->size = threads;
    team->spins = threads > team_cores() ? 0 : SPINS;
    team->threads = mem_new((size_t)threads, sizeof *team->threads);
    atomic_init(&team->arrived, 0);
    gate_init(&team->start);
    gate_init(&team->barrier);
    for (int rank = 1; rank < threads; rank++) {
        Member *member = mem_new(1, sizeof *member);
        *member = (Member){team, rank};
        int failure = pthread_create(&team->threads[rank], NULL, member_main, member);
        if (failure) {
            error_set(err, ERROR_FAILED, "use fewer threads", "cannot start thread %d of %d: %s", rank + 1, threads,
                      strerror(failure));
            free(member);
            release(team, rank);
            return NULL;
        }
    }
    return team;
}

void team_free(Team *team)
{
    if (team)
        release(team, team->size);
}

int team_size(const Team *team)
{
    return team->size;
}

int team_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return CPU_COUNT(&set);
    return 1;
}

void team_run(Team *team, void (*work)(void *arg, int rank), void *arg)
{
    assert(work);
    watch_between(team);
    team->work = work;
    team->arg = arg;
    if (team->size > 1)
        gate_open(&team->start);
    unsigned before = denormals_to_zero();
    work(arg, 0);
    denormals_restore(before);
    team_barrier(team, 0);
}

void team_slice(int total, int grain, int rank, int size, int *first, int *count)
{
    long grains = ((long)total + grain - 1) / grain;
    long from = grains * rank / size * grain, to = grains * (rank + 1) / size * grain;
    *first = (int)(from < total ? from : total);
    *count = (int)(to < total ? to : total) - *first;
}

void team_watch(Team *team)
{
    team_unwatch(team);
    team->watch = mem_new((size_t)team->size, sizeof *team->watch);
    team->worked = team->longest = 0;
    watch_begin(team, 0);
}

void team_unwatch(Team *team)
{
    free(team->watch);
    team->watch = NULL;
}

double team_idle(const Team *team)
{
    return team->longest > 0 ? 1 - team->worked / (team->longest * team->size) : 0;
}
