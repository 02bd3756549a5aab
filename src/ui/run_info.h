/* What the start screen and the runs screen show of a run folder: read in a thread. */
#ifndef UI_RUN_INFO_H
#define UI_RUN_INFO_H

#include "store/run.h"
#include "ui/curve.h"

enum { LINE_EDITED = 256 }; /* what a line of text that is edited holds */

typedef struct RunInfo {
    Run run;              /* folder and name only */
    RunMeta meta;
    char state[16];       /* done, stopped, diverged, running, killed, broken */
    char loss_name[40];   /* of the last stage: losses of different names are not compared */
    int epochs, planned;  /* of the last stage: done, asked for */
    double *x, *train, *valid; /* one an epoch, over all stages; x counts epochs from 1.  NaN: not there */
    double *step, *time;  /* the same places in optimizer steps and in seconds, over all stages */
    int count;
    StageStarts stages;
    double best;          /* least validation loss of the last stage (training loss where there is none); NaN: no epoch yet */
    int best_epoch;
    double seconds;
    Design *design;       /* NULL when it cannot be read */
    char tags[LINE_EDITED], note[LINE_EDITED];
} RunInfo;

typedef struct RunInfos {
    char folder[RUN_PATH];
    int most;             /* the newest so many; 0: all */
    RunInfo *item;
    int count;
} RunInfos;

void run_infos_read(void *infos); /* for job_start: fills item and count from folder and most */
void run_infos_clear(RunInfos *infos);

#endif
