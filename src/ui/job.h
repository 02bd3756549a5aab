/* A piece of work in a thread of its own: loading data, measuring, making a figure.  The main thread starts it and takes the
 * result after being woken. */
#ifndef UI_JOB_H
#define UI_JOB_H

#include <stdbool.h>

typedef struct Job Job;

/* `work` runs in the thread with `context` (the thread's alone until the job is done); `wake` is an eventfd or pipe, -1: none. */
Job *job_start(void (*work)(void *context), void *context, int wake);
bool job_done(const Job *job);
void *job_finish(Job *job); /* waits if it must, frees the job, returns the context */

#endif
