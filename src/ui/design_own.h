/* The designer from inside: its state, shared by what draws it and what its keys do. */
#ifndef UI_DESIGN_OWN_H
#define UI_DESIGN_OWN_H

#include "ui/bench.h"
#include "ui/screens.h"
#include "ui/widgets.h"

enum { LINES = DESIGN_LAYERS + DESIGN_BLOCKS + DESIGN_STAGES * (TRAIN_SETTINGS + 2) + 8, FIELDS = PARAM_MAX + 2, KINDS = 24 };

typedef enum LineKind { LINE_INPUT, LINE_BLOCK, LINE_LAYER, LINE_STAGE, LINE_SETTING, LINE_GAP } LineKind;
typedef struct Line { LineKind kind; int block, layer, at, stage, setting; } Line;

typedef struct Designer {
    List list;
    Line line[LINES];
    unsigned version;        /* of the design the lines show */
    Form form;
    Field field[FIELDS];
    ParamChoice kind[KINDS]; /* the choices of a setting's kind */
    bool in_form;
    int formed;              /* the line the form shows; -1: none */
    int inserting_block, inserting_at;
} Designer;

static inline Designer *design_state(App *app) { return app_state(app, &screen_design); }

const Line *design_chosen(App *app);   /* the line under the cursor; lines are remade where the design changed */
void design_make_form(App *app);       /* the form shows that line */
void design_draw(App *app, Cells *cells, Rect area);

#endif
