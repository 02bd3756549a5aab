/* The panes of words: the log, the settings; and the plane of codes. */
#include "config.h" /* _GNU_SOURCE: strptime */

#include "ui/train_own.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static Train *self(App *app) { return train_state(app); }

static void clock_text(const Metric *m, char out[12])
{
    struct tm when = {0};
    out[0] = '\0';
    if (!strptime(m->time, "%Y-%m-%dT%H:%M:%SZ", &when))
        return;
    time_t seconds = timegm(&when);
    localtime_r(&seconds, &when);
    strftime(out, 12, "%H:%M:%S ", &when);
}

static const struct { const char *event; Role role; } colours[] = {
    {"lr", ROLE_CHANGED}, {"batch", ROLE_CHANGED}, {"noise", ROLE_CHANGED}, {"beta", ROLE_CHANGED},
    {"nan", ROLE_BAD},    {"rollback", ROLE_CHANGED}, {"done", ROLE_GOOD},
};

static void draw_event(const Metric *m, Cells *cells, int x, Rect line)
{
    Role role = ROLE_DIM;
    for (size_t i = 0; i < COUNT_OF(colours); i++)
        if (strcmp(m->event, colours[i].event) == 0)
            role = colours[i].role;
    char text[240];
    bool named = strcmp(m->event, "resume") == 0 || strcmp(m->event, "stop") == 0;
    snprintf(text, sizeof text, "%s%s%s", named ? m->event : "", named ? " " : "", m->text[0] ? m->text : m->event);
    if (strcmp(m->event, "stop") == 0)
        snprintf(text, sizeof text, "%s", m->text);
    cells_text_cut(cells, x, line.y, line.x + line.w - x, plain(role), text);
}

static void draw_epoch(const Metric *m, Cells *cells, int x, Rect line)
{
    char loss[16], valid[16], seconds[16];
    bool wide = line.w >= 60;
    int end = line.x + line.w;
    loss_text(loss, sizeof loss, m->train_loss);
    loss_text(valid, sizeof valid, m->val_loss);
    brief_seconds(seconds, sizeof seconds, m->seconds);
    x = cells_textf(cells, x, line.y, plain(ROLE_DIM), wide ? "epoch " : "ep ");
    x = cells_textf(cells, x, line.y, plain(ROLE_TEXT), "%3d ", m->epoch);
    x = cells_text(cells, x, line.y, plain(ROLE_DIM), wide ? " train " : "");
    x = cells_text(cells, x, line.y, plain(ROLE_TRAIN), loss);
    if (!isnan(m->val_loss)) {
        x = cells_text(cells, x, line.y, plain(ROLE_DIM), wide ? "  validation " : " ");
        x = cells_text(cells, x, line.y, plain(ROLE_VALID), valid);
    }
    if (isfinite(m->val_accuracy))
        x = cells_textf(cells, x, line.y, plain(ROLE_TEXT), " %6.2f %%", 100 * m->val_accuracy);
    if (end - x >= 11)
        x = cells_textf(cells, x, line.y, plain(ROLE_DIM), "  %6s", seconds);
    if (m->best && x + 2 <= end)
        cells_text(cells, x + 1, line.y, plain(ROLE_GOOD), "★");
}

void train_draw_log(App *app, Cells *cells, const PaneView *view)
{
    Train *train = self(app);
    const Snapshot *s = train_snapshot(app);
    Rect area = view->area;
    int lines = 0, at = 0;
    for (int i = 0; i < s->metrics; i++)
        lines += s->metric[i].kind != METRIC_BATCH;
    train->log_room = area.h;
    train->log_at = train->log_at > lines - area.h ? lines - area.h : train->log_at;
    train->log_at = train->log_at < 0 ? 0 : train->log_at;
    if (train->log_at)
        cells_textf(cells, view->head.x, view->head.y, plain(ROLE_DIM), "%d of %d; Home is the newest", lines - train->log_at, lines);
    for (int i = s->metrics - 1; i >= 0 && area.h > 0; i--) {
        const Metric *m = &s->metric[i];
        char time[12];
        if (m->kind == METRIC_BATCH || at++ < train->log_at)
            continue;
        Rect line = rect_cut_top(&area, 1);
        clock_text(m, time);
        int x = area.w >= 44 ? cells_text(cells, line.x, line.y, plain(ROLE_FAINT), time) : line.x;
        if (m->kind == METRIC_EVENT)
            draw_event(m, cells, x, line);
        else
            draw_epoch(m, cells, x, line);
    }
}

/* ---- settings */

/* What a live change of this stage made of a setting; NULL: as designed. */
static const char *changed_to(const Snapshot *s, const char *event)
{
    for (int i = s->metrics - 1; i >= 0; i--) {
        const Metric *m = &s->metric[i];
        if (m->kind != METRIC_EVENT || m->stage != s->progress.stage || strcmp(m->event, event) != 0)
            continue;
        const char *arrow = strstr(m->text, "-> ");
        return arrow ? arrow + 3 : m->text + (strncmp(m->text, "noise ", 6) == 0 ? 6 : 0);
    }
    return NULL;
}

static void put_row(Cells *cells, Rect *area, const char *name, const char *text, Role role)
{
    Rect line = rect_cut_top(area, 1);
    if (rect_empty(line))
        return;
    cells_text_cut(cells, line.x, line.y, TRAIN_LABEL_WIDTH, plain(ROLE_DIM), name);
    cells_text_cut(cells, line.x + TRAIN_LABEL_WIDTH, line.y, line.w - TRAIN_LABEL_WIDTH, plain(role), text);
}

void train_draw_settings(App *app, Cells *cells, const PaneView *view)
{
    const Snapshot *s = train_snapshot(app);
    const Design *design = bench_trained_design(app_bench(app));
    Rect area = view->area;
    char text[160], bytes[24];
    if (!design || s->progress.stage >= design->stages)
        return;
    const TrainSpec *spec = &design->stage[s->progress.stage].train;
    put_row(cells, &area, "run", bench_run_name(app_bench(app)), ROLE_TEXT);
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        static const struct { TrainSetting setting; const char *event, *word; } live[] = {
            {TRAIN_OPTIMIZER, "lr", "lr "}, {TRAIN_BATCH, "batch", ""}, {TRAIN_NOISE, "noise", ""}, {TRAIN_KL, "beta", "beta x "}};
        Str line = {0};
        train_setting_print((TrainSetting)i, &spec->set[i], false, &line);
        const char *blank = line.text ? strchr(line.text, ' ') : NULL, *now = NULL, *word = "";
        for (size_t k = 0; k < COUNT_OF(live); k++)
            if (live[k].setting == (TrainSetting)i) {
                now = changed_to(s, live[k].event);
                word = live[k].word;
            }
        if (train_settings[i].always || now || !train_setting_is_default((TrainSetting)i, &spec->set[i]))
            put_row(cells, &area, train_settings[i].name, blank ? blank + 1 : "", ROLE_TEXT);
        if (now) {
            snprintf(text, sizeof text, "now %s%s", word, now);
            put_row(cells, &area, "", text, ROLE_CHANGED);
        }
        str_clear(&line);
    }
    str_bytes(bytes, sizeof bytes, (double)s->progress.bytes);
    snprintf(text, sizeof text, "%d of %d, %d batches", s->progress.epoch, s->progress.epochs, s->progress.batches);
    put_row(cells, &area, "trained", text, ROLE_TEXT);
    if (s->progress.bytes)
        put_row(cells, &area, "memory", bytes, ROLE_TEXT);
}

/* ---- codes */

/* Codes of thousands of numbers take milliseconds to bring into the plane: one part in so many of the time while it trains. */
enum { PLANE_SHARE = 400 };

void train_draw_codes(App *app, Cells *cells, const PaneView *view)
{
    Train *train = self(app);
    const Snapshot *s = train_snapshot(app);
    char note[80];
    if (!s->codes || !s->code) {
        cells_wrap(cells, view->area, plain(ROLE_DIM), "No codes yet.");
        return;
    }
    bool newer = train->coded != s->code || train->coded_turn != s->code_turn;
    bool same_run = s->code_turn > train->coded_turn && train->plane.count == s->codes && train->plane.size == s->code_size;
    bool soon = same_run && s->state == WORKER_RUNNING && app_now(app) - train->coded_at < PLANE_SHARE * train->plane_cost;
    if (newer && !soon) {
        double start = clock_seconds();
        plane_update(&train->plane, s->code, s->codes, s->code_size);
        train->plane_cost = same_run ? clock_seconds() - start : 0; /* the first search is longer: it tells nothing */
        train->coded_at = app_now(app);
        train->coded = s->code;
        train->coded_turn = s->code_turn;
    }
    if (s->code_size > 2 && view->head.w >= 44)
        snprintf(note, sizeof note, "%d samples; main plane (PCA) of %d numbers", s->codes, s->code_size);
    else if (s->code_size > 2)
        snprintf(note, sizeof note, "PCA of %d numbers", s->code_size);
    else
        snprintf(note, sizeof note, "%d samples, the code itself", s->codes);
    cells_text_cut(cells, view->head.x, view->head.y, view->head.w, plain(ROLE_DIM), note);
    const Data *data = bench_data(app_bench(app));
    plane_draw(&train->plane, cells, view->area, data && data->train.labels ? bench_scatter_labels(app_bench(app)) : NULL);
}
