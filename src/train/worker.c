/* The worker thread, its mailbox and its snapshots.
 *
 * Two leaf locks, each held for a copy or a pointer swap only: `mail` guards the commands, `view` the newest snapshot.  Everything else
 * belongs to the thread. */
#include "train/worker_own.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void publish(Worker *w)
{
    Snapshot *s = worker_look(w);
    pthread_mutex_lock(&w->view);
    Snapshot *old = w->newest;
    w->newest = s;
    pthread_mutex_unlock(&w->view);
    snapshot_free(old);
    w->published = clock_seconds();
    if (w->wake >= 0) {
        uint64_t one = 1; /* an eventfd wants eight bytes; a pipe takes them too */
        ssize_t ignored = write(w->wake, &one, sizeof one);
        (void)ignored; /* full: then it wakes anyway */
    }
}

/* ---- commands */

static void send(Worker *w, Command command)
{
    pthread_mutex_lock(&w->mail);
    if (w->commands == MAILBOX) { /* nobody types that fast: the oldest is forgotten */
        memmove(w->command, w->command + 1, (MAILBOX - 1) * sizeof *w->command);
        w->commands--;
    }
    w->command[w->commands++] = command;
    pthread_cond_signal(&w->mail_came);
    pthread_mutex_unlock(&w->mail);
}

static bool next_command(Worker *w, Command *out)
{
    pthread_mutex_lock(&w->mail);
    while (!w->commands && w->state == WORKER_PAUSED)
        pthread_cond_wait(&w->mail_came, &w->mail);
    bool some = w->commands > 0;
    if (some) {
        *out = w->command[0];
        w->commands--;
        memmove(w->command, w->command + 1, (size_t)w->commands * sizeof *w->command);
    }
    pthread_mutex_unlock(&w->mail);
    return some;
}

/* False when the command could not be carried out; the training goes on, the snapshot says why. */
static bool obey(Worker *w, Command *command, Error *err)
{
    Trainer *t = w->trainer;
    switch (command->kind) {
    case COMMAND_PAUSE:
        w->state = WORKER_PAUSED;
        publish(w);
        return true;
    case COMMAND_CONTINUE:
        w->state = WORKER_RUNNING;
        return true;
    case COMMAND_STOP:
        w->state = WORKER_STOPPED;
        return true;
    case COMMAND_SAVE:
        w->saves += trainer_save(t, err);
        return !err->kind;
    case COMMAND_LR:
        return trainer_set_lr(t, command->number, err);
    case COMMAND_BETA:
        return trainer_set_beta(t, command->number, err);
    case COMMAND_BATCH:
        return trainer_set_batch(t, (int)command->number, err);
    case COMMAND_NOISE:
        return trainer_set_noise(t, command->text, err);
    case COMMAND_WATCH:
        w->watch = (unsigned)command->number;
        return true;
    }
    return true;
}

static void read_mail(Worker *w)
{
    Command command;
    while (w->state <= WORKER_PAUSED && next_command(w, &command)) {
        Error err = {0};
        w->error = (Error){0};
        if (!obey(w, &command, &err))
            w->error = err;
        if (w->state == WORKER_PAUSED)
            publish(w);
    }
}

static void train(Worker *w)
{
    while (w->state == WORKER_RUNNING) {
        read_mail(w);
        if (w->state != WORKER_RUNNING)
            break;
        Error err = {0};
        worker_look_ahead(w);
        double start = clock_seconds();
        TrainerState after = trainer_step(w->trainer, &err);
        worker_look_behind(w, clock_seconds() - start);
        if (after == TRAINER_DONE)
            w->state = WORKER_DONE;
        if (after == TRAINER_FAILED) {
            w->state = WORKER_FAILED;
            w->error = err;
        }
        if (w->state == WORKER_RUNNING && clock_seconds() - w->published >= worker_look_wait(w))
            publish(w);
    }
}

/* What the system refused can be set right: a full disk, a folder that was moved.  What was trained until the last checkpoint is not lost. */
static void advise(Worker *w)
{
    const Run *run = w->options.trainer.run;
    char path[RUN_PATH + 64];
    if (w->state == WORKER_FAILED && w->error.kind == ERROR_FAILED && !w->error.cure[0] && run &&
        file_join(path, sizeof path, run->folder, "ckpt/last.safetensors", NULL) && file_exists(path))
        snprintf(w->error.cure, sizeof w->error.cure, "set that right, then `hourglass resume %s` goes on from the last checkpoint", run->name);
}

static bool begin(Worker *w, Error *err)
{
    w->trainer = trainer_new(w->design, w->data, &w->options.trainer, err);
    weights_clear(&w->initial);
    return w->trainer && (w->options.lr <= 0 || trainer_set_lr(w->trainer, w->options.lr, err));
}

static void *work(void *arg)
{
    Worker *w = arg;
    Error err = {0};
    if (!begin(w, &err)) {
        w->state = WORKER_FAILED;
        w->error = err;
    } else {
        w->state = WORKER_RUNNING;
        publish(w);
        train(w);
        if (w->state == WORKER_STOPPED && !trainer_stop(w->trainer, &err)) {
            w->state = WORKER_FAILED;
            w->error = err;
        }
    }
    advise(w);
    publish(w);
    pthread_mutex_lock(&w->view);
    w->ended = true;
    pthread_cond_broadcast(&w->view_ended);
    pthread_mutex_unlock(&w->view);
    return NULL;
}

/* ---- what others call */

static float *copy_floats(const float *x, size_t count)
{
    return x && count ? memcpy(mem_new(count, sizeof *x), x, count * sizeof *x) : NULL;
}

static void forget(Worker *w)
{
    design_free(w->design);
    weights_clear(&w->initial);
    free(w->probe_x);
    free(w->code_x);
    free(w);
}

Worker *worker_start(const Design *design, const Data *data, const WorkerOptions *options, int wake, Error *err)
{
    Worker *w = mem_new(1, sizeof *w);
    size_t size = shape_size(design->input);
    w->design = design_copy(design);
    w->data = data;
    w->options = *options;
    w->wake = wake;
    if (options->trainer.initial) {
        w->options.trainer.initial = &w->initial;
        if (!weights_copy(options->trainer.initial, &w->initial, err)) {
            forget(w);
            return NULL;
        }
    }
    w->probes = options->probe_x ? options->probes : 0;
    w->codes = options->code_x ? options->codes : 0;
    w->watch = WATCH_PROBES | WATCH_CODES;
    w->probe_x = copy_floats(options->probe_x, (size_t)w->probes * size);
    w->code_x = copy_floats(options->code_x, (size_t)w->codes * size);
    pthread_mutex_init(&w->mail, NULL);
    pthread_cond_init(&w->mail_came, NULL);
    pthread_mutex_init(&w->view, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->view_ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int failed = pthread_create(&w->thread, NULL, work, w);
    if (!failed)
        return w;
    errno = failed;
    error_errno(err, NULL, "the training thread cannot be started");
    forget(w);
    return NULL;
}

void worker_free(Worker *w)
{
    if (!w)
        return;
    worker_stop(w);
    pthread_join(w->thread, NULL);
    trainer_free(w->trainer);
    snapshot_free(w->newest);
    worker_look_clear(w);
    pthread_mutex_destroy(&w->mail);
    pthread_cond_destroy(&w->mail_came);
    pthread_mutex_destroy(&w->view);
    pthread_cond_destroy(&w->view_ended);
    forget(w);
}

void worker_pause(Worker *w)
{
    send(w, (Command){.kind = COMMAND_PAUSE});
}

void worker_continue(Worker *w)
{
    send(w, (Command){.kind = COMMAND_CONTINUE});
}

void worker_stop(Worker *w)
{
    send(w, (Command){.kind = COMMAND_STOP});
}

void worker_save(Worker *w)
{
    send(w, (Command){.kind = COMMAND_SAVE});
}

void worker_set_lr(Worker *w, double lr)
{
    send(w, (Command){.kind = COMMAND_LR, .number = lr});
}

void worker_set_beta(Worker *w, double factor)
{
    send(w, (Command){.kind = COMMAND_BETA, .number = factor});
}

void worker_set_batch(Worker *w, int batch)
{
    send(w, (Command){.kind = COMMAND_BATCH, .number = batch});
}

void worker_set_noise(Worker *w, const char *noise)
{
    Command command = {.kind = COMMAND_NOISE};
    snprintf(command.text, sizeof command.text, "%s", noise);
    send(w, command);
}

void worker_watch(Worker *w, unsigned what)
{
    send(w, (Command){.kind = COMMAND_WATCH, .number = what});
}

Snapshot *worker_take_snapshot(Worker *w)
{
    pthread_mutex_lock(&w->view);
    Snapshot *s = w->newest;
    w->newest = NULL;
    pthread_mutex_unlock(&w->view);
    return s;
}

bool worker_wait(Worker *w, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    double whole = floor(seconds);
    until.tv_sec += (time_t)whole;
    until.tv_nsec += (long)((seconds - whole) * 1e9);
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&w->view);
    while (!w->ended && pthread_cond_timedwait(&w->view_ended, &w->view, &until) != ETIMEDOUT)
        continue;
    bool ended = w->ended;
    pthread_mutex_unlock(&w->view);
    return ended;
}
