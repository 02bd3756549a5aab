/* Signals are blocked and read from a descriptor: nothing runs in a handler.  The first SIGINT, SIGTERM or SIGHUP asks the worker
 * to stop after its batch and save; a second one leaves at once. */
#include "cli/session.h"

#include "base/file.h"
#include "base/mem.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/require.h"
#include "train/worker.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* -- What --require may be about: the numbers of the last epoch. */

enum { NUMBERS = 8 };

static void numbers_of(const Metric *m, NamedNumber out[NUMBERS])
{
    const NamedNumber all[NUMBERS] = {{"train_loss", m->train_loss}, {"val_loss", m->val_loss},
                                      {"train_accuracy", m->train_accuracy}, {"val_accuracy", m->val_accuracy},
                                      {"kl", m->kl}, {"val_kl", m->val_kl}, {"seconds", m->seconds},
                                      {"samples_per_s", m->samples_per_s}};
    memcpy(out, all, sizeof all);
}

bool session_prepare(const Args *args, TrainerOptions *options, Error *err)
{
    ProgressView view;
    NamedNumber numbers[NUMBERS];
    Metric none = metric_new(METRIC_EPOCH);
    numbers_of(&none, numbers);
    return progress_open(&view, args_setting(args, "progress"), err) && require_parse(args, numbers, NUMBERS, err) &&
           args_int(args, "keep-every", 1, 1000000, &options->checkpoint_epochs, err) &&
           args_real(args, "save-every", 0.001, 1e6, &options->checkpoint_seconds, err);
}

/* -- Signals. */

typedef struct Signals {
    int descriptor;
    sigset_t before;
    int first; /* the one that stopped the training; 0: none */
} Signals;

static bool signals_open(Signals *signals, Error *err)
{
    static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < COUNT_OF(stopping); i++) {
        struct sigaction action;
        sigaction(stopping[i], NULL, &action);
        if (action.sa_handler != SIG_IGN) /* nohup, or a shell's background job */
            sigaddset(&set, stopping[i]);
    }
    signals->first = 0;
    /* Blocked before the worker starts: its threads inherit the mask. */
    if (pthread_sigmask(SIG_BLOCK, &set, &signals->before) != 0)
        return error_set(err, ERROR_FAILED, NULL, "signals cannot be blocked");
    signals->descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return signals->descriptor >= 0 ? true : error_errno(err, NULL, "signals cannot be read");
}

static void signals_close(Signals *signals)
{
    close(signals->descriptor);
    pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
}

/* True when a signal has come that asks for the end. */
static bool signals_take(Signals *signals, ProgressView *view)
{
    struct signalfd_siginfo info;
    bool came = false;
    while (read(signals->descriptor, &info, sizeof info) == (ssize_t)sizeof info) {
        if (signals->first) {
            progress_close(view);
            _exit(128 + (int)info.ssi_signo);
        }
        signals->first = (int)info.ssi_signo;
        came = true;
    }
    return came;
}

/* -- Watching. */

static bool ended(WorkerState state)
{
    return state == WORKER_STOPPED || state == WORKER_DONE || state == WORKER_FAILED;
}

/* Until the worker has ended; returns its last snapshot. */
static Snapshot *watch(Worker *worker, int wake, Signals *signals, ProgressView *view)
{
    for (;;) {
        struct pollfd ready[] = {{.fd = wake, .events = POLLIN}, {.fd = signals->descriptor, .events = POLLIN}};
        poll(ready, COUNT_OF(ready), 1000);
        uint64_t count;
        if (read(wake, &count, sizeof count) < 0)
            count = 0; /* it was the signal, or nothing */
        if (signals_take(signals, view)) {
            progress_close(view);
            console_note("stopping after this batch; once more leaves at once");
            worker_stop(worker);
        }
        Snapshot *snapshot = worker_take_snapshot(worker);
        if (!snapshot)
            continue;
        progress_show(view, snapshot);
        if (ended(snapshot->state))
            return snapshot;
        snapshot_free(snapshot);
    }
}

static const Metric *last_epoch(const Snapshot *snapshot)
{
    for (int i = snapshot->metrics - 1; i >= 0; i--)
        if (snapshot->metric[i].kind == METRIC_EPOCH)
            return &snapshot->metric[i];
    return NULL;
}

/* The result, on standard output: one line for people and scripts. */
static void print_result(const Run *run, const Snapshot *snapshot)
{
    const Metric *m = last_epoch(snapshot);
    const Progress *p = &snapshot->progress;
    printf("%s", run->folder);
    if (m) {
        printf(": epoch %d, loss %.6g", m->epoch, m->train_loss);
        if (!isnan(m->val_loss))
            printf(", validation loss %.6g", m->val_loss);
        if (!isnan(m->val_accuracy))
            printf(", validation accuracy %.2f %%", 100 * m->val_accuracy);
        if (p->best_epoch && p->best_epoch != m->epoch && snapshot->state == WORKER_DONE)
            printf(", best %.6g in epoch %d", p->best_loss, p->best_epoch);
    }
    putchar('\n');
}

/* A run in which nothing was trained is no run: its folder goes. */
static void close_run(Run *run, const Snapshot *snapshot)
{
    char checkpoint[RUN_PATH + 64];
    Run gone = *run;
    bool empty = snapshot && snapshot->state == WORKER_FAILED && snapshot->error.kind != ERROR_DIVERGED && !last_epoch(snapshot) &&
                 file_join(checkpoint, sizeof checkpoint, run->folder, "ckpt/last.safetensors", NULL) && !file_exists(checkpoint);
    run_close(run);
    if (empty)
        (void)!run_remove(&gone, NULL); /* the reason it is empty is the error to tell */
}

static int finish(const Args *args, const Snapshot *snapshot, const Run *run, int stopped_by, Error *err)
{
    NamedNumber numbers[NUMBERS];
    if (snapshot->state == WORKER_FAILED) {
        *err = snapshot->error;
        return args_failed(err);
    }
    print_result(run, snapshot);
    if (snapshot->state == WORKER_STOPPED) {
        console_note("stopped; `hourglass resume %s` goes on exactly here", run->name);
        return 128 + stopped_by;
    }
    const Metric *m = last_epoch(snapshot);
    Metric none = metric_new(METRIC_EPOCH);
    numbers_of(m ? m : &none, numbers);
    return require_check(args, numbers, NUMBERS, err) ? 0 : args_failed(err);
}

int session_train(const Args *args, const Design *design, const Data *data, const TrainerOptions *options, Run *run, Error *err)
{
    ProgressView view;
    Signals signals = {.descriptor = -1};
    Snapshot *last = NULL;
    int code = ERROR_FAILED, wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    signal(SIGPIPE, SIG_IGN); /* whoever reads the progress may leave: the training goes on */
    if (wake < 0) {
        error_errno(err, NULL, "an event descriptor cannot be made");
    } else if (progress_open(&view, args_setting(args, "progress"), err) && signals_open(&signals, err)) {
        WorkerOptions worker_options = {.trainer = *options, .interval = 0.1};
        Worker *worker = worker_start(design, data, &worker_options, wake, err);
        if (worker) {
            last = watch(worker, wake, &signals, &view);
            progress_close(&view);
            worker_free(worker);
            code = finish(args, last, run, signals.first, err);
        }
        signals_close(&signals);
    }
    close_run(run, last);
    snapshot_free(last);
    if (wake >= 0)
        close(wake);
    return code;
}
