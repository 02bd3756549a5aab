/* The probe digits as the network made them at an earlier epoch: its kept weights are loaded in a thread and run again. */
#ifndef UI_EPOCH_LOOK_H
#define UI_EPOCH_LOOK_H

#include "ui/app.h"
#include "ui/job.h"

typedef struct EpochLook {
    Job *job;
    int wanted;     /* asked for while another was being made; 0: none */
    float *output;  /* (probes, output), of `epoch`; NULL: none yet */
    int epoch;      /* the nearest epoch that was kept */
} EpochLook;

void epoch_look_ask(EpochLook *look, App *app, int epoch);
bool epoch_look_tick(EpochLook *look, App *app); /* true: there is a new one */
void epoch_look_clear(EpochLook *look);

#endif
