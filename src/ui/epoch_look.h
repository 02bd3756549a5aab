/* The probe digits as the network made them at an earlier epoch: its kept weights are loaded in a thread and run again. */
#ifndef UI_EPOCH_LOOK_H
#define UI_EPOCH_LOOK_H

#include "ui/app.h"
#include "ui/job.h"

typedef struct EpochLook {
    Job *job;
    int wanted_stage, wanted; /* epoch asked for while another was being made; 0: none */
    float *output;  /* (probes, output), of `epoch` of `stage`; NULL: none yet, or it puts out something else */
    int stage, epoch; /* the nearest epoch that was kept; of the last one made */
} EpochLook;

void epoch_look_ask(EpochLook *look, App *app, int stage, int epoch); /* stages from 0, epochs from 1 */
bool epoch_look_tick(EpochLook *look, App *app); /* true: there is a new one */
void epoch_look_clear(EpochLook *look);

#endif
