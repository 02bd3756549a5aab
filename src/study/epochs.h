/* The same samples through the network as it was after each saved epoch. */
#ifndef STUDY_EPOCHS_H
#define STUDY_EPOCHS_H

#include "store/model.h"

enum { EPOCHS_MOST = 1000 }; /* looked for and shown */

/* The epochs of a stage (from 0) whose weights the run kept, rising, into epoch (at most `room`); returns how many. */
int epochs_saved(const char *run_folder, int stage, int last, int *epoch, int room);

/* n inputs x through the network after that epoch; y (n, its output).  The stage's network must have `output` numbers a sample. */
bool epochs_run(const char *run_folder, int stage, int epoch, Team *team, int n, const float *x, size_t output, float *y,
                Error *err) MUST_CHECK;

#endif
