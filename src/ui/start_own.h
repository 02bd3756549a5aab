/* The Start screen from inside: its list of rows, shared by what draws it and what its keys do. */
#ifndef UI_START_OWN_H
#define UI_START_OWN_H

#include "ui/bench.h"
#include "ui/job.h"
#include "ui/run_info.h"
#include "ui/screens.h"
#include "ui/widgets.h"

enum { START_ROWS = 64 };

typedef enum RowKind { ROW_HEADING, ROW_ACTION, ROW_RUN, ROW_PRESET, ROW_DATA } RowKind;
typedef struct Row { RowKind kind; int index; const char *text; /* heading, or the action's name */ } Row;

typedef struct Start {
    List list;
    Row row[START_ROWS];
    bool tall;        /* there is room for more rows than a small terminal has */
    RunInfos runs;
    Job *job;
    Summary summary;  /* of what is chosen */
    char summarised[RUN_NAME + 8]; /* "preset simple"; "": none */
} Start;

static inline Start *start_state(App *app) { return app_state(app, &screen_start); }

void start_fill(App *app); /* the rows anew; the chosen one stays */
const Row *start_chosen(App *app);
void start_choose_preset(App *app, const char *name);

enum { START_PANES = 3 };
extern const Pane start_panes[START_PANES];
const char *start_layout(App *app, int w, int h);

#endif
