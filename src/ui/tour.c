/* Each step waits for what it asks for; whoever does something else is not hindered. */
#include "ui/tour.h"

#include "base/mem.h"
#include "ui/app_own.h"
#include "ui/start_own.h"

typedef struct TourStep {
    const char *press, *text; /* the keys to go on with; what is to be seen */
    bool (*done)(App *app);
} TourStep;

static bool designing(App *app) { return app_screen(app) == &screen_design; }
static bool training(App *app) { return app_screen(app) == &screen_train && bench_training(app->bench); }

static bool learned(App *app)
{
    enum { EPOCHS = 8 }; /* by then strokes can be seen */
    const Snapshot *s = bench_snapshot(app->bench);
    return s && (s->progress.epoch >= EPOCHS || !bench_training(app->bench));
}

static bool stopped(App *app) { return !bench_training(app->bench); }
static bool looking(App *app) { return app_screen(app) == &screen_gallery; }
static bool helped(App *app) { return app_screen(app) == &screen_help; }

static const TourStep steps[] = {
    {"Enter", "An autoencoder learns to repeat pictures through a narrow place. `simple` is chosen: 784 pixels become 32 numbers, "
     "and from these 784 pixels again. Enter opens it in the designer.", designing},
    {"t", "Every line is a layer; the code is the waist of the hourglass. Enter on a line changes it, u takes it back. Now let it learn: t trains.",
     training},
    {"wait", "The curve is the loss: blue on what it learns from, sand on pictures it has never seen. Beside it originals, and below them "
     "what comes out: watch them sharpen.", learned},
    {"x, then s", "It has learned the strokes. Space pauses, r changes the learning rate while it runs. x and then s stop and save; R would go on "
     "exactly there.", stopped},
    {"3", "The run is saved. 3 is the Gallery, with all its pictures.", looking},
    {"?", "Left and Right lead from figure to figure, e writes one as PNG. That was the tour: ? explains the keys and every word, q leaves.", helped},
};

enum { LINES = 3 };

int tour_lines(const App *app)
{
    return app->tour ? LINES : 0;
}

void tour_draw(App *app, Cells *cells, Rect area)
{
    if (!app->tour || area.h < LINES)
        return;
    const TourStep *step = &steps[app->tour - 1];
    cells_tint(cells, area, ROLE_SELECTED);
    for (int y = 0; y < area.h; y++)
        cells_put(cells, area.x, area.y + y, plain(ROLE_ACCENT), 0x258c);
    area = rect_new(area.x + 2, area.y, area.w - 3, area.h);
    Rect line = rect_cut_top(&area, 1);
    int x = cells_textf(cells, line.x, line.y, plain(ROLE_DIM), "tour %d of %d   ", app->tour, (int)COUNT_OF(steps));
    cells_text(cells, x, line.y, bold(ROLE_ACCENT), step->press);
    cells_text_right(cells, line.x + line.w, line.y, plain(ROLE_DIM), "F12 ends it");
    cells_wrap(cells, area, plain(ROLE_TEXT), step->text);
}

void tour_tick(App *app)
{
    if (!app->tour || !steps[app->tour - 1].done(app))
        return;
    app->tour = app->tour < (int)COUNT_OF(steps) ? app->tour + 1 : 0;
    app->dirty = true;
}

void tour_toggle(App *app)
{
    app->tour = !app->tour;
    if (!app->tour)
        return;
    app_go(app, &screen_start);
    start_choose_preset(app, "simple");
}
