/* The team of threads: every rank works, barriers separate phases, shares cover everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "tensor/team.h"

enum { MOST = 5, ROUNDS = 300, RUNS = 2000 };

typedef struct Job {
    Team *team;
    long count[256]; /* plain numbers: only the team's own order keeps them free of races */
    long total, wrong;
} Job;

static void count_run(void *arg, int rank)
{
    Job *job = arg;
    job->count[rank]++;
}

static void many_small_runs(void **state)
{
    (void)state;
    for (int size = 1; size <= MOST; size++) {
        Job job = {.team = team_new(size, NULL)};
        assert_non_null(job.team);
        assert_int_equal(team_size(job.team), size);
        for (int i = 1; i <= RUNS; i++) {
            team_run(job.team, count_run, &job);
            for (int rank = 0; rank < size; rank++)
                assert_int_equal(job.count[rank], i);
        }
        team_free(job.team);
    }
}

/* Every rank writes, all wait, rank 0 sums, all wait, everybody checks the sum. */
static void phases(void *arg, int rank)
{
    Job *job = arg;
    int size = team_size(job->team);
    for (long round = 0; round < ROUNDS; round++) {
        job->count[rank] = round * (rank + 1);
        team_barrier(job->team, rank);
        if (rank == 0) {
            job->total = 0;
            for (int i = 0; i < size; i++)
                job->total += job->count[i];
        }
        team_barrier(job->team, rank);
        if (job->total != round * size * (size + 1) / 2)
            job->wrong++;
        team_barrier(job->team, rank);
    }
}

static void barriers(void **state)
{
    (void)state;
    for (int size = 1; size <= MOST; size++) {
        Job job = {.team = team_new(size, NULL)};
        team_run(job.team, phases, &job);
        team_run(job.team, phases, &job);
        assert_int_equal(job.wrong, 0);
        team_free(job.team);
    }
}

/* Rank 0 comes long after the others have gone to sleep, and once long before. */
static void late(void *arg, int rank)
{
    Job *job = arg;
    struct timespec while_asleep = {0, 5000000};
    if (rank == 0)
        nanosleep(&while_asleep, NULL);
    job->count[rank]++;
    team_barrier(job->team, rank);
    if (rank != 0)
        nanosleep(&while_asleep, NULL);
    job->count[rank]++;
}

static void sleepers_wake(void **state)
{
    (void)state;
    Job job = {.team = team_new(3, NULL)};
    struct timespec while_asleep = {0, 5000000};
    for (int i = 0; i < 5; i++) {
        nanosleep(&while_asleep, NULL);
        team_run(job.team, late, &job);
        for (int rank = 0; rank < 3; rank++)
            assert_int_equal(job.count[rank], 2 * i + 2);
    }
    team_free(job.team);
}

static void ends(void **state)
{
    (void)state;
    Error err = {0};
    assert_null(team_new(0, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_true(err.what[0]);
    assert_null(team_new(257, NULL));
    team_free(NULL);
    for (int i = 0; i < 20; i++)
        team_free(team_new(4, NULL)); /* never ran */
    assert_true(team_cores() >= 1);
}

static void shares(void **state)
{
    (void)state;
    for (int total = 0; total < 40; total++)
        for (int grain = 1; grain < 9; grain++)
            for (int size = 1; size < 7; size++) {
                int next = 0, least = total + grain, most = 0;
                for (int rank = 0; rank < size; rank++) {
                    int first, count;
                    team_slice(total, grain, rank, size, &first, &count);
                    assert_true(count >= 0);
                    if (count) {
                        assert_int_equal(first, next);
                        assert_int_equal(first % grain, 0);
                    }
                    next += count;
                    least = count < least ? count : least;
                    most = count > most ? count : most;
                }
                assert_int_equal(next, total);
                assert_true(grain > 1 || most - least <= 1);
                assert_true(most - least < 2 * grain);
            }
}

/* ---- who waits */

static _Thread_local volatile float sink;

/* Works `amount` units of some milliseconds. */
static void toil(int amount)
{
    float x = 1;
    for (long i = 0; i < amount * 1000000L; i++)
        x = x * 0.999f + 0.1f;
    sink = x;
}

typedef struct Toil {
    Team *team;
    int amount[3]; /* of each rank in the first phase; in the second, the other way round */
} Toil;

static void toil_run(void *arg, int rank)
{
    const Toil *t = arg;
    toil(t->amount[rank]);
    team_barrier(t->team, rank);
    toil(t->amount[team_size(t->team) - 1 - rank]);
}

static double idle_share(Toil *t, int alone)
{
    team_watch(t->team);
    for (int i = 0; i < 3; i++) {
        team_run(t->team, toil_run, t);
        toil(alone);
    }
    team_run(t->team, toil_run, t);
    double share = team_idle(t->team);
    team_unwatch(t->team);
    return share;
}

/* Phase by phase, whoever is late: both ranks have worked the same in the end.  Processor time is a rough measure while others use
 * the machine, hence the width; an even spread is far below all of them. */
static void waiting_is_counted(void **state)
{
    (void)state;
    Toil two = {team_new(2, NULL), {2, 2}}, uneven = {two.team, {1, 3}}, three = {team_new(3, NULL), {4, 1, 1}};
    assert_true(team_idle(two.team) == 0); /* nobody looked */
    double even = idle_share(&two, 0), odd = idle_share(&uneven, 0), third = idle_share(&three, 0), alone = idle_share(&two, 4);
    if (even > 0.15)
        fail_msg("even work: %.3f", even);
    if (odd < 0.25 || odd > 0.42)
        fail_msg("1 and 3: %.3f, not 1/3", odd);
    if (third < 0.42 || third > 0.58)
        fail_msg("4, 1 and 1: %.3f, not 1/2", third);
    if (alone < 0.15 || alone > 0.29) /* 16 shared by two, 12 by rank 0 alone: 6 of 28 */
        fail_msg("between runs: %.3f, not 0.214", alone);
    team_free(two.team);
    team_free(three.team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_small_runs), cmocka_unit_test(barriers), cmocka_unit_test(sleepers_wake),
        cmocka_unit_test(ends),            cmocka_unit_test(shares),   cmocka_unit_test(waiting_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
