/* How training shows on standard error: a bar, one line an epoch, JSON lines, or nothing. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "train/worker.h"

#include <stdio.h>

typedef enum ProgressStyle { PROGRESS_BAR, PROGRESS_LINES, PROGRESS_JSONL, PROGRESS_NONE } ProgressStyle;

typedef struct ProgressView {
    ProgressStyle style;
    FILE *stream;
    int shown;    /* metrics of the history printed already; -1: nothing was looked at yet */
    bool drawn;   /* a bar stands on the current line */
    bool fancy;   /* the terminal understands escape sequences */
} ProgressView;

/* auto, bar, lines, jsonl, none; auto is the bar on a terminal, lines elsewhere. */
bool progress_open(ProgressView *view, const char *word, Error *err) MUST_CHECK;
void progress_show(ProgressView *view, const Snapshot *snapshot);
void progress_close(ProgressView *view); /* takes the bar away */

#endif
