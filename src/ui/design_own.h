/* The designer from inside: its state, shared by its lines (design_lines.c), its form (design_form.c), its keys and panes
 * (screen_design.c), what draws it (design_draw.c, design_side.c) and what its actions do (design_edit.c, design_files.c). */
#ifndef UI_DESIGN_OWN_H
#define UI_DESIGN_OWN_H

#include "ui/bench.h"
#include "ui/screens.h"
#include "ui/through.h"
#include "ui/widgets.h"

enum {
    LINES = DESIGN_LAYERS + DESIGN_BLOCKS + DOCTOR_FINDINGS + 2 * DESIGN_STAGES + TRAIN_SETTINGS + 8,
    FIELDS = PARAM_MAX + 2,
    KINDS = 24
};

/* A line of the list is what the text form would have.  Of the stages only the one that is shown is open. */
typedef enum LineKind {
    LINE_INPUT,
    LINE_BLOCK,
    LINE_LAYER,
    LINE_STAGE,
    LINE_SETTING,
    LINE_NOTE, /* below a broken layer: what is wrong with it; passed over, as is a gap */
    LINE_GAP
} LineKind;

typedef struct Line { LineKind kind; int block, layer, at, stage, setting, finding; } Line;

enum { DESIGN_FORM = 1 }; /* its place among the panes */

/* What stands beside the list where there is no room for all of it. */
typedef enum View { VIEW_SHAPE, VIEW_SAMPLE, VIEW_CHANGES, VIEW_TEXT, VIEWS } View;

typedef struct Designer {
    List list;
    Line line[LINES];
    unsigned version;        /* of the design the lines show */
    const Diagnosis *told;   /* the findings among the lines */
    const Data *told_data;
    Form form;
    Field field[FIELDS];
    ParamChoice kind[KINDS]; /* the choices of a setting's kind */
    int formed;              /* the line the form shows; -1: none */
    int stage;               /* the one shown */
    int finding;             /* the doctor's that is spoken of */
    View view;
    int sample;              /* of the data, that passes through */
    Through through;
    int inserting_block, inserting_at;
    char path[256];          /* of the file that was opened last */
} Designer;

static inline Designer *design_state(App *app) { return app_state(app, &screen_design); }

bool design_passed_over(const Line *line); /* the cursor does not rest there */
void design_follow_cursor(App *app);   /* it decides which stage is shown: its own line, or one that runs the chosen layer */
const Line *design_chosen(App *app);   /* the line under the cursor; lines are remade where the design changed */
void design_make_form(App *app);       /* the form shows that line */
void design_refill(App *app);          /* the lines, anew; the cursor stays on its line as far as it still is */
bool design_in_form(App *app);         /* the form's pane has the keys */
bool design_form_grab(App *app, const Event *event); /* they go before the actions: letters and digits may be what is typed */
bool design_form_mouse(App *app, const Event *event);
void design_enter_form(App *app);
void design_leave_form(App *app);
void design_choose_layer(App *app, int layer);
void design_show_stage(App *app, int stage);
const Finding *design_finding(App *app); /* the one spoken of; NULL: all is well */

/* A new design on the bench.  Mirrors are remade; what does not fit yet is shown with its mistake, not refused. */
void design_take(App *app, Design *design);

/* The set that a line's form edits, and what it was in the design one began with (NULL: it was not there); NULL for other lines. */
const ParamSet *design_line_set(App *app, const Line *line, const ParamSet **base);
bool design_line_changed(App *app, const Line *line);

/* ---- drawing: one function a pane */
void design_draw_list(App *app, Cells *cells, const PaneView *view);
void design_draw_doctor(App *app, Cells *cells, const PaneView *view);
void design_draw_form(App *app, Cells *cells, const PaneView *view);
void design_draw_totals(App *app, Cells *cells, const PaneView *view);
void design_draw_view(App *app, Cells *cells, const PaneView *view);    /* the one chosen by v */
void design_draw_shape(App *app, Cells *cells, const PaneView *view);
void design_draw_sample(App *app, Cells *cells, const PaneView *view);
void design_draw_changes(App *app, Cells *cells, const PaneView *view);
void design_draw_text(App *app, Cells *cells, const PaneView *view);

/* ---- actions */
bool design_can_edit(App *app);   /* the chosen line is a layer, and not a mirror's */
bool design_can_break(App *app);
bool design_can_fix(App *app);
bool design_can_undo(App *app);
bool design_can_redo(App *app);
bool design_can_reset(App *app);
void design_do_add(App *app, const char *kind);
void design_do_delete(App *app, const char *argument);
void design_do_up(App *app, const char *argument);
void design_do_down(App *app, const char *argument);
void design_do_duplicate(App *app, const char *argument);
void design_do_undo(App *app, const char *argument);
void design_do_redo(App *app, const char *argument);
void design_do_mirror(App *app, const char *argument);
void design_do_break(App *app, const char *argument);
void design_do_fix(App *app, const char *argument);
void design_do_reset(App *app, const char *argument);
void design_do_set(App *app, const char *assignment);
void design_do_open(App *app, const char *path);
void design_do_save(App *app, const char *path);
void design_do_answers(App *app, const char *path);
void design_do_presets(App *app, const char *argument);
void design_do_seed(App *app, const char *number);

#endif
