/* Each step waits for what it asks for; whoever does something else is not hindered. */
#include "ui/tour.h"

#include "base/mem.h"
#include "ui/app_own.h"
#include "ui/screens.h"

typedef struct TourStep {
    const char *text;
    bool (*done)(App *app);
} TourStep;

static bool designing(App *app) { return app_screen(app) == &screen_design; }
static bool training(App *app) { return app_screen(app) == &screen_train && bench_training(app->bench); }

static bool learned(App *app)
{
    const Snapshot *s = bench_snapshot(app->bench);
    return s && (s->progress.epoch >= 2 || !bench_training(app->bench));
}

static bool stopped(App *app) { return !bench_training(app->bench); }
static bool looking(App *app) { return app_screen(app) == &screen_gallery; }
static bool helped(App *app) { return app_screen(app) == &screen_help; }

static const TourStep steps[] = {
    {"An autoencoder learns to repeat pictures through a narrow place. `simple` is chosen: 784 pixels, 32 numbers, 784 pixels. Enter looks at it.",
     designing},
    {"Every line is a layer; the code is the waist of the hourglass. Enter or Tab would change a line, u takes it back. Now t trains it.", training},
    {"Blue is the loss on what it learns from, sand on what it has never seen. Watch the digits below the originals sharpen; v shows the codes.", learned},
    {"It has learned the strokes. Space pauses, r changes the learning rate. x and then s stops and saves; R would go on exactly there.", stopped},
    {"3 is the gallery: every picture of the run. e writes one as PNG.", looking},
    {"Arrows lead from figure to figure. That was the tour: ? explains the keys and every word, q leaves.", helped},
};

int tour_lines(const App *app)
{
    return app->tour ? 3 : 0;
}

void tour_draw(App *app, Cells *cells, Rect area)
{
    if (!app->tour || area.h < 2)
        return;
    rect_cut_bottom(&area, area.h > 2 ? 1 : 0);
    cells_tint(cells, area, ROLE_SELECTED);
    for (int y = 0; y < area.h; y++)
        cells_put(cells, area.x, area.y + y, plain(ROLE_ACCENT), 0x258c);
    cells_wrap(cells, rect_new(area.x + 2, area.y, area.w - 3, area.h), plain(ROLE_TEXT), steps[app->tour - 1].text);
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
    if (app->tour)
        app_go(app, &screen_start);
}
