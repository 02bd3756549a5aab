/* The Train screen as a whole: progress above, panes below. */
#include "ui/train_own.h"

#include "ui/widgets.h"

#include <stdio.h>
#include <string.h>

static void draw_progress(App *app, Cells *cells, Rect line)
{
    const Snapshot *s = train_snapshot(app);
    const Progress *p = &s->progress;
    enum { RATE = 7 };
    char speed[16], left[16], rate[24], right[160];
    str_grouped(speed, sizeof speed, p->samples_per_s);
    brief_seconds(left, sizeof left, p->left);
    str_number(rate, sizeof rate, p->lr);
    int epoch = p->epoch < p->epochs ? p->epoch + 1 : p->epochs, x = line.x;
    bool running = s->state == WORKER_RUNNING || s->state == WORKER_PAUSED;
    int digits = snprintf(NULL, 0, "%d", p->batches), batch = s->state == WORKER_DONE ? p->batches : p->batch;
    int wide = !running || p->lr == p->base_lr ? (int)strlen(rate) : RATE; /* one that changes keeps its place */
    if (running)
        snprintf(right, sizeof right, "batch %*d/%d  %8s/s  left %7s  lr %*.*s", digits, p->batch, p->batches, speed, left, wide, RATE, rate);
    else
        snprintf(right, sizeof right, "batch %d/%d  %s/s  lr %s", batch, p->batches, speed, rate);
    if (p->stages > 1)
        x = cells_textf(cells, x, line.y, plain(ROLE_DIM), "%s %d/%d  ", p->stage_name, p->stage + 1, p->stages);
    x = cells_text(cells, x, line.y, plain(ROLE_DIM), "epoch ");
    x = cells_textf(cells, x, line.y, bold(ROLE_BRIGHT), "%*d", snprintf(NULL, 0, "%d", p->epochs), epoch);
    x = cells_textf(cells, x, line.y, plain(ROLE_DIM), "/%d", p->epochs);
    int at = line.x + line.w - cells_width(right);
    if (at < x + 2) { /* too narrow for all: what is left of it */
        if (running)
            snprintf(right, sizeof right, "batch %*d/%d  left %7s", digits, p->batch, p->batches, left);
        else
            snprintf(right, sizeof right, "batch %d/%d", batch, p->batches);
        at = line.x + line.w - cells_width(right);
    }
    if (at < x + 2)
        right[0] = '\0', at = line.x + line.w;
    double share = p->epochs > 0 ? (p->epoch + (p->batches > 0 && p->epoch < p->epochs ? (double)p->batch / p->batches : 0)) / p->epochs : 0;
    int end = at - 2;
    if (end - x > 6)
        bar_draw(cells, rect_new(x + 2, line.y, end - x - 2, 1), share, ROLE_ACCENT);
    cells_text(cells, at, line.y, plain(ROLE_TEXT), right);
}

/* What went wrong stays above the panes, and what to do about it. */
static void draw_failure(App *app, Cells *cells, Rect *area)
{
    const Snapshot *s = train_snapshot(app);
    const Action *back = app_action(app, "rollback");
    Rect lines = rect_cut_top(area, area->h > 12 ? 3 : 2);
    char text[ERROR_LINE];
    bool can_go_back = back && train_can_rollback(app); /* the key says the cure shorter */
    if (can_go_back)
        snprintf(text, sizeof text, "%s", s->error.what);
    else
        error_line(&s->error, text, sizeof text);
    int used = cells_wrap(cells, lines, bold(ROLE_BAD), text);
    rect_cut_top(&lines, used);
    if (lines.h > 0 && can_go_back)
        cells_textf(cells, lines.x, lines.y, plain(ROLE_TEXT), "%s rolls back to the last good state with the learning rate at %g", back->keys,
                    s->progress.base_lr / 10);
}

static void draw_nothing(App *app, Cells *cells, Rect area)
{
    rect_cut_top(&area, 1);
    if (bench_training(app_bench(app))) {
        cells_text(cells, area.x, area.y, plain(ROLE_TEXT), bench_waiting(app_bench(app)) ? "loading the data; training starts with it" : "starting");
        return;
    }
    if (bench_opening(app_bench(app))) {
        cells_text(cells, area.x, area.y, plain(ROLE_TEXT), "opening the run and its data");
        return;
    }
    cells_text(cells, area.x, area.y, bold(ROLE_TEXT), "nothing is being trained");
    int x = cells_text(cells, area.x, area.y + 2, bold(ROLE_ACCENT), "t");
    cells_textf(cells, x + 2, area.y + 2, plain(ROLE_DIM), "trains %s, the design at hand", bench_design(app_bench(app))->name);
    x = cells_text(cells, area.x, area.y + 3, bold(ROLE_ACCENT), "0");
    cells_text(cells, x + 2, area.y + 3, plain(ROLE_DIM), "shows presets and earlier runs");
}

void train_draw(App *app, Cells *cells, Rect area)
{
    const Snapshot *s = train_snapshot(app);
    if (!s || s->state == WORKER_LOADING || !s->progress.batches) {
        draw_nothing(app, cells, area);
        return;
    }
    draw_progress(app, cells, rect_cut_top(&area, 1));
    rect_cut_top(&area, area.h > 14 ? 1 : 0);
    if (s->state == WORKER_FAILED)
        draw_failure(app, cells, &area);
    app_panes(app, cells, area);
}
