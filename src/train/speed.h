/* How fast a stage trains, and how near that is to what the processor can do: the numbers of `hourglass bench`. */
#ifndef TRAIN_SPEED_H
#define TRAIN_SPEED_H

#include "spec/design.h"

typedef enum SpeedOf {
    SPEED_TRAIN,   /* whole training steps: gathering shuffled bytes, noise, forward, loss, backward, update */
    SPEED_FORWARD  /* the same without backward and update, as losses of held-out samples are worked out */
} SpeedOf;

typedef struct Speed {
    double samples_per_s; /* median of several windows */
    double gflops;        /* samples_per_s times network_flops */
    double step_ms;
    double idle;          /* share of its time that a thread waits for others (team_idle) */
    size_t resident;      /* bytes of the process's memory while it trained */
} Speed;

/* Works for about `seconds` on random pictures of the right shape (as many as MNIST, or as fit 64 MiB), learning rate 0. */
bool speed_stage(const Design *design, int stage, SpeedOf what, Team *team, double seconds, Speed *out, Error *err) MUST_CHECK;

/* GFLOP/s of single-threaded sgemm on all of the team's threads at the same time, 512 x 512 x 512; best of several. */
bool speed_peak(Team *team, double seconds, double *gflops, Error *err) MUST_CHECK;

#endif
