/* The Runs screen from inside: its state, and what draws its panes. */
#ifndef UI_RUNS_OWN_H
#define UI_RUNS_OWN_H

#include "ui/bench.h"
#include "ui/job.h"
#include "ui/run_info.h"
#include "ui/screens.h"
#include "ui/widgets.h"

enum { MARKS = 8, DIGITS = 8, RUNS_COLUMNS = 12 };

typedef struct Digits { char run[RUN_NAME]; float *output; } Digits; /* output NULL: it makes no such pictures */

typedef enum RunsAxis { AXIS_EPOCHS, AXIS_STEPS, AXIS_TIME, RUNS_AXES } RunsAxis;

typedef struct Runs {
    List list;          /* over `shown` */
    RunInfos runs;
    Job *job;
    bool outdated;      /* what the job reads: something was done to a run since it began */
    bool loaded;
    double loaded_at;
    int loaded_epochs;  /* that the run in training had then */
    long loaded_turns;  /* bench_turns() then: a run that ends before it is noticed still shows */
    int *shown, count;  /* rows of the table: index of a run; -1 - k: the k-th that waits for its turn */
    int sort;           /* column; -1: the newest first */
    bool reverse;
    Edit filter;
    bool filtering;     /* it is being typed */
    char chosen[RUN_NAME]; /* by name, for the row to stay chosen when rows move */
    Rect head[RUNS_COLUMNS]; /* of the last drawing, for clicks */

    char mark[MARKS][RUN_NAME]; /* names of marked runs, in the order of marking; "" none */
    bool linear;
    RunsAxis axis;
    Digits digits[MARKS];
    Job *digit_job;
    char noted[RUN_NAME]; /* whose notes and log these are */
    char *notes, *log;
    double noted_at;
    int log_back;         /* lines scrolled back from the end of the log */
    char acting[RUN_NAME]; /* the run a dialogue is about */
} Runs;

static inline Runs *runs_state(App *app) { return app_state(app, &screen_runs); }
static inline Role runs_letter_role(int letter) { return letter < 0 ? ROLE_TRAIN : (Role)(ROLE_SERIES + letter % 8); }

void runs_reload(App *app);                             /* reads the folder, in a thread */
RunInfo *runs_find(Runs *runs, const char *name);
RunInfo *runs_chosen(App *app);                         /* NULL: none, or one that waits */
int runs_chosen_waiting(App *app);                      /* its place in the queue; -1: it is a run */
int runs_mark_of(const Runs *runs, const char *name);   /* its letter, 0: A; -1: not marked */
bool runs_is_live(App *app, const RunInfo *info);       /* it is trained right now, here */

/* The runs compared: those marked with their letters (0: A), else the chosen one alone (letter -1); returns how many. */
int runs_compared(App *app, RunInfo *out[MARKS], int letter[MARKS]);

/* -- runs_table.c */
void runs_arrange(App *app);                            /* filter and order into `shown`; the chosen run stays chosen */
void runs_sort_by(App *app, int column);                /* again: the other way round */
const char *runs_column_name(int column);
void runs_draw_table(App *app, Cells *cells, const PaneView *view);

/* -- runs_act.c: actions */
void runs_do_rename(App *app, const char *argument);
void runs_do_tags(App *app, const char *argument);
void runs_do_note(App *app, const char *argument);
void runs_do_delete(App *app, const char *argument);
void runs_do_cancel(App *app, const char *argument);
void runs_do_sweep(App *app, const char *argument);

/* -- runs_compare.c, runs_digits.c, runs_notes.c */
void runs_draw_curves(App *app, Cells *cells, const PaneView *view);
void runs_draw_differences(App *app, Cells *cells, const PaneView *view);
void runs_draw_digits(App *app, Cells *cells, const PaneView *view);
void runs_ask_digits(App *app);   /* those that are still to be made, one run after the other */
bool runs_tick_digits(App *app);  /* true: something came */
void runs_close_digits(Runs *runs);
void runs_draw_notes(App *app, Cells *cells, const PaneView *view);
bool runs_notes_event(App *app, const Event *event);
void runs_forget_notes(Runs *runs);

#endif
