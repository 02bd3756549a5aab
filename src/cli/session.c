/* A signal's handler only writes its number into a pipe that is polled with everything else.  The first SIGINT, SIGTERM or SIGHUP asks the worker
 * to stop after its batch and save; a second one leaves at once. */
#include "config.h" /* _GNU_SOURCE: pipe2 */

#include "cli/session.h"

#include "base/file.h"
#include "base/mem.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/require.h"
#include "train/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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
    signal(SIGPIPE, SIG_IGN); /* whoever reads the notes and the progress may leave: the training goes on */
    return progress_open(&view, args_setting(args, "progress"), err) && require_parse(args, numbers, NUMBERS, err) &&
           args_int(args, "keep-every", 1, 1000000, &options->checkpoint_epochs, err) &&
           args_real(args, "save-every", 0.001, 1e6, &options->checkpoint_seconds, err);
}

/* -- Signals. */

typedef struct Signals {
    int pipe[2];
    struct sigaction before[3];
    int first; /* the one that stopped the training; 0: none */
} Signals;

static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};

/* A handler has no argument of ours: where it writes to is the one thing it must find by itself.  (Blocked signals and a signalfd
 * would not need it, but threads that libraries started before main do not have them blocked.) */
static volatile sig_atomic_t signal_pipe = -1;

static void on_signal(int number)
{
    unsigned char byte = (unsigned char)number;
    int saved = errno;
    if (write(signal_pipe, &byte, 1) < 0)
        errno = saved; /* full: sixty-four thousand signals are waiting already */
    errno = saved;
}

static bool signals_open(Signals *signals, Error *err)
{
    if (pipe2(signals->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return error_errno(err, NULL, "a pipe cannot be made");
    signals->first = 0;
    signal_pipe = signals->pipe[1];
    for (size_t i = 0; i < COUNT_OF(stopping); i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
        sigaction(stopping[i], NULL, &signals->before[i]);
        if (signals->before[i].sa_handler != SIG_IGN) /* nohup, or a shell's background job */
            sigaction(stopping[i], &action, NULL);
    }
    return true;
}

static void signals_close(Signals *signals)
{
    for (size_t i = 0; i < COUNT_OF(stopping); i++)
        sigaction(stopping[i], &signals->before[i], NULL);
    signal_pipe = -1;
    close(signals->pipe[0]);
    close(signals->pipe[1]);
}

/* True when a signal has come that asks for the end. */
static bool signals_take(Signals *signals, ProgressView *view)
{
    unsigned char number;
    bool came = false;
    while (read(signals->pipe[0], &number, 1) == 1) {
        if (signals->first) {
            progress_close(view);
            _exit(128 + number);
        }
        signals->first = number;
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
        struct pollfd ready[] = {{.fd = wake, .events = POLLIN}, {.fd = signals->pipe[0], .events = POLLIN}};
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

/* A new run in which nothing was trained is no run: its folder goes. */
static void close_run(Run *run, bool made_here, const Snapshot *snapshot)
{
    char checkpoint[RUN_PATH + 64];
    Run gone = *run;
    bool empty = made_here && snapshot && snapshot->state == WORKER_FAILED && snapshot->error.kind != ERROR_DIVERGED && !last_epoch(snapshot) &&
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
    Signals signals;
    Snapshot *last = NULL;
    const char *slow = precision_note(design_precision(design));
    int code = ERROR_FAILED, wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (slow)
        console_note("note: precision bf16: %s", slow);
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
    close_run(run, !options->resume, last);
    snapshot_free(last);
    if (wake >= 0)
        close(wake);
    return code;
}

int session_start(const Args *args, const Design *design, const Data *data, const char *name, const RunMeta *meta,
                  TrainerOptions *options, Error *err)
{
    Run run;
    if (!run_create(&run, options->runs_dir, name, design, meta, err))
        return args_failed(err);
    options->run = &run;
    console_note("run: %s", run.folder);
    return session_train(args, design, data, options, &run, err);
}
