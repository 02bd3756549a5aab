/* The worker from inside: for worker*.c only. */
#ifndef TRAIN_WORKER_OWN_H
#define TRAIN_WORKER_OWN_H

#include "train/worker.h"

#include <pthread.h>

typedef enum CommandKind { COMMAND_PAUSE, COMMAND_CONTINUE, COMMAND_STOP, COMMAND_SAVE, COMMAND_LR, COMMAND_BETA, COMMAND_BATCH,
                           COMMAND_NOISE, COMMAND_WATCH } CommandKind;

typedef struct Command {
    CommandKind kind;
    double number;
    char text[96];
} Command;

enum { MAILBOX = 64 };

struct Worker {
    pthread_t thread;
    Design *design;
    const Data *data;
    WorkerOptions options;
    Weights initial;          /* what options.trainer.initial points to; gone once the trainer has its own */
    int wake;

    pthread_mutex_t mail;
    pthread_cond_t mail_came;
    Command command[MAILBOX]; /* under mail */
    int commands;             /* under mail */

    pthread_mutex_t view;
    pthread_cond_t view_ended;
    Snapshot *newest;         /* under view */
    bool ended;               /* under view */

    /* the thread's own */
    Trainer *trainer;
    WorkerState state;
    Error error;
    float *probe_x, *code_x;
    int probes, codes;
    unsigned watch;              /* WATCH_ flags */
    int saves;
    bool examining;              /* the step at hand is a watched one */
    Shared *history;             /* room for `history_room` metrics; snapshots see those that were there when they were made */
    int history_room, history_count;
    Snapshot last;               /* pictures and codes of the last look, and its health */
    double published, looked, look_cost, coded, code_cost, examined, layer_cost; /* when, and how long it took */
    double step_cost;            /* of a step that is not watched */
};

/* worker_look.c */
Snapshot *worker_look(Worker *worker);                    /* a snapshot of now */
void worker_look_ahead(Worker *worker);                   /* before a step: will its layers be looked at? */
void worker_look_behind(Worker *worker, double seconds);  /* that step took so long */
double worker_look_wait(const Worker *worker);            /* seconds from one snapshot to the next */
void worker_look_clear(Worker *worker);

#endif
