/* The Runs screen from inside: its state, and what draws the comparison of marked runs. */
#ifndef UI_RUNS_OWN_H
#define UI_RUNS_OWN_H

#include "ui/bench.h"
#include "ui/job.h"
#include "ui/run_info.h"
#include "ui/screens.h"
#include "ui/widgets.h"

enum { MARKS = 8, DIGITS = 4 };

typedef struct Digits { char run[RUN_NAME]; float *output; } Digits;

typedef struct Runs {
    List list;
    RunInfos runs;
    Job *job;
    bool loaded;
    char mark[MARKS][RUN_NAME]; /* names of marked runs, in the order of marking; "" none */
    bool linear;
    Digits digits[MARKS];
    Job *digit_job;
    char acting[RUN_NAME];      /* the run a dialogue is about */
} Runs;

static inline Runs *runs_state(App *app) { return app_state(app, &screen_runs); }

static inline Role runs_letter_role(int letter) { return letter < 0 ? ROLE_TRAIN : (Role)(ROLE_SERIES + letter % 8); }

/* The runs compared: those marked with their letters (0: A), else the chosen one alone (letter -1); returns how many. */
int runs_compared(App *app, RunInfo *out[MARKS], int letter[MARKS]);

Digits *runs_digits_of(Runs *runs, const char *run);                 /* NULL: not made yet */
float *runs_probe_digits(App *app, int *count, Shape *shape);        /* the originals, the caller's; NULL: no data */

void runs_draw_curves(App *app, Cells *cells, Rect area);
void runs_draw_differences(App *app, Cells *cells, Rect area);
void runs_draw_digits(App *app, Cells *cells, Rect area);

#endif
