/* The Train screen from inside: its state, shared by what draws it and what its keys do. */
#ifndef UI_TRAIN_OWN_H
#define UI_TRAIN_OWN_H

#include "ui/bench.h"
#include "ui/curve.h"
#include "ui/epoch_look.h"
#include "ui/plane.h"
#include "ui/screens.h"
#include "ui/split.h"

enum { TRAIN_LABEL_WIDTH = 11 };

typedef struct Train {
    /* the curve; places count epochs, see ui/curve.h */
    bool linear;
    int smoothing;
    CurveAxis axis;
    double x0, x1;        /* zoom; x1 == 0: all */
    double cursor;        /* place looked at; 0: live */
    LossCurve curve, shown;   /* in places, and as the axis has them; remade when what they were made of is another */
    const Metric *made_of;
    int made_count, made_smoothing;
    CurveAxis made_axis;
    Rect plot_area;
    Plot plot;            /* of the last drawing: for the mouse */

    EpochLook look;       /* the probes at the cursor */
    Plane plane;
    const float *coded;   /* the codes the plane was made of */
    double coded_at, plane_cost; /* when by app_now, and how many seconds it took */
    unsigned coded_turn;
    int log_at, layer_at; /* lines scrolled */
    int log_room, layer_room;

    /* orders under way */
    const Worker *watched;
    unsigned watch;       /* what that worker was asked to look at */
    int saves;            /* heard of so far */
    bool export_waits;    /* for a save */
    Job *export;
    void (*then)(App *app); /* once the training has stopped; NULL: nothing */
    int then_stage, then_epoch;
    const Screen *leaving;
    char allowed[RUN_NAME]; /* the run that may go on in the background */
    bool told_diverged;
} Train;

static inline Train *train_state(App *app) { return app_state(app, &screen_train); }
static inline const Snapshot *train_snapshot(App *app) { return bench_snapshot(app_bench(app)); }

/* train_look.c: where on the curve one looks, and what of it is seen */
void train_make_curve(App *app);
void train_forget_view(App *app);                                       /* live, all of it: for a new run */
bool train_epoch_at(App *app, double place, int *stage, int *epoch);    /* the whole epoch of a stage at or before a place */
bool train_curve_event(App *app, const Event *event);
void train_earlier(App *app, const char *argument), train_later(App *app, const char *argument);
void train_batch_earlier(App *app, const char *argument), train_batch_later(App *app, const char *argument);
void train_go_to(App *app, const char *argument);
void train_live(App *app, const char *argument);
bool train_is_not_live(App *app);
void train_zoom_in(App *app, const char *argument), train_zoom_out(App *app, const char *argument), train_zoom_all(App *app, const char *argument);
void train_pan_left(App *app, const char *argument), train_pan_right(App *app, const char *argument);
void train_scale(App *app, const char *argument), train_smooth(App *app, const char *argument), train_axis(App *app, const char *argument);

/* train_steer.c: changes to the training that runs */
bool train_runs(App *app);
bool train_has_sample_layer(App *app);
bool train_goes(App *app), train_is_paused(App *app);
void train_pause(App *app, const char *argument), train_continue(App *app, const char *argument), train_save(App *app, const char *argument), train_stop(App *app, const char *argument);
void train_rate(App *app, const char *argument), train_batch(App *app, const char *argument);
void train_noise(App *app, const char *argument), train_beta(App *app, const char *argument);

/* train_runs.c: one training after another, and what stays of it */
bool train_rests(App *app), train_can_resume(App *app), train_can_fork(App *app), train_can_again(App *app), train_can_rollback(App *app);
bool train_can_export(App *app);
void train_start(App *app, const char *argument), train_resume(App *app, const char *argument), train_fork(App *app, const char *argument);
void train_again(App *app, const char *argument), train_again_other(App *app, const char *argument);
void train_rollback(App *app, const char *argument), train_export(App *app, const char *argument);
bool train_leaves(App *app, const Screen *next);
void train_tick_runs(App *app);
void train_close_runs(App *app);

/* What the panes show */
void train_draw_loss(App *app, Cells *cells, const PaneView *view);     /* train_curve.c */
void train_draw_accuracy(App *app, Cells *cells, const PaneView *view);
void train_draw_digits(App *app, Cells *cells, const PaneView *view);   /* train_digits.c */
int train_weighty(const Snapshot *s); /* layers that have weights */
void train_draw_layers(App *app, Cells *cells, const PaneView *view);   /* train_layers.c */
bool train_layers_event(App *app, const Event *event);
void train_draw_log(App *app, Cells *cells, const PaneView *view);      /* train_log.c */
bool train_log_event(App *app, const Event *event);
void train_draw_settings(App *app, Cells *cells, const PaneView *view);
void train_draw_codes(App *app, Cells *cells, const PaneView *view);
void train_draw(App *app, Cells *cells, Rect area);                     /* train_draw.c */

#endif
