/* The Train screen from inside: its state, shared by what draws it and what its keys do. */
#ifndef UI_TRAIN_OWN_H
#define UI_TRAIN_OWN_H

#include "term/plot.h"
#include "ui/bench.h"
#include "ui/epoch_look.h"
#include "ui/plane.h"
#include "ui/screens.h"

typedef enum View { VIEW_LOSS, VIEW_CODES, VIEW_LAYERS, VIEW_LOG, VIEWS } View;

typedef struct Train {
    View view;
    bool linear;
    int smoothing;
    double x0, x1;        /* zoom; x1 == 0: all */
    int cursor;           /* epoch looked at, over all stages; 0: live */
    EpochLook look;       /* the probes at that epoch */
    Plane plane;
    unsigned coded;       /* code_turn the plane was made of */
    Rect plot_area;
    Plot plot;            /* of the last drawing: for the mouse */
} Train;

enum { SMOOTHINGS = 4 };
extern const double train_smoothings[SMOOTHINGS];

static inline Train *train_state(App *app) { return app_state(app, &screen_train); }

void train_draw(App *app, Cells *cells, Rect area);

#endif
