/* Threads for work that would hold up the screen. */
#include "ui/job.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

struct Job {
    pthread_t thread;
    void (*work)(void *context);
    void *context;
    int wake;
    bool threaded;
    atomic_bool done;
};

static void *run(void *argument)
{
    Job *job = argument;
    job->work(job->context);
    atomic_store(&job->done, true);
    uint64_t one = 1;
    if (job->wake >= 0 && write(job->wake, &one, sizeof one) < 0) {
        /* A full pipe wakes the loop anyway. */
    }
    return NULL;
}

Job *job_start(void (*work)(void *context), void *context, int wake)
{
    Job *job = mem_new(1, sizeof *job);
    job->work = work;
    job->context = context;
    job->wake = wake;
    job->threaded = pthread_create(&job->thread, NULL, run, job) == 0;
    if (!job->threaded)
        run(job); /* no thread to be had: slower, but done */
    return job;
}

bool job_done(const Job *job)
{
    return atomic_load(&job->done);
}

void *job_finish(Job *job)
{
    if (job->threaded)
        pthread_join(job->thread, NULL);
    void *context = job->context;
    free(job);
    return context;
}
