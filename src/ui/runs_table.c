/* The table of runs: its columns, which rows are shown and in which order. */
#include "ui/runs_own.h"

#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Runs *self(App *app) { return runs_state(app); }

/* ---- settings of the last stage */

static const TrainSpec *last_stage(const RunInfo *info)
{
    return info->design ? &info->design->stage[info->design->stages - 1].train : NULL;
}

static double lr_of(const RunInfo *info) { return last_stage(info) ? train_spec_lr(last_stage(info)) : NAN; }
static double batch_of(const RunInfo *info) { return last_stage(info) ? train_spec_batch(last_stage(info)) : (double)NAN; }
static const char *optimizer_of(const RunInfo *info) { return last_stage(info) ? last_stage(info)->set[TRAIN_OPTIMIZER].kind->name : ""; }

/* ---- columns */

typedef struct Column {
    const char *name;
    int w;
    bool left;
    void (*text)(const RunInfo *info, char *buffer, size_t size);
    int (*compare)(const RunInfo *a, const RunInfo *b); /* in the order that is wanted first */
} Column;

static int by_number(double a, double b) /* what is not there comes last */
{
    return isnan(a) && isnan(b) ? 0 : isnan(a) ? 1 : isnan(b) ? -1 : (a > b) - (a < b);
}

static void text_name(const RunInfo *i, char *b, size_t n) { snprintf(b, n, "%s", i->run.name); }
static void text_epochs(const RunInfo *i, char *b, size_t n) { snprintf(b, n, "%d/%d", i->epochs, i->planned); }
static void text_time(const RunInfo *i, char *b, size_t n) { brief_seconds(b, n, i->seconds); }
static void text_state(const RunInfo *i, char *b, size_t n) { snprintf(b, n, "%s", i->state); }
static void text_loss(const RunInfo *i, char *b, size_t n) { snprintf(b, n, "%s", i->loss_name); }
static void text_data(const RunInfo *i, char *b, size_t n) { snprintf(b, n, "%s", i->meta.data_name); }
static void text_optimizer(const RunInfo *i, char *b, size_t n) { snprintf(b, n, "%s", optimizer_of(i)); }
static void text_number(double number, char *b, size_t n) { snprintf(b, n, isnan(number) ? "-" : "%g", number); }
static void text_lr(const RunInfo *i, char *b, size_t n) { text_number(lr_of(i), b, n); }
static void text_batch(const RunInfo *i, char *b, size_t n) { text_number(batch_of(i), b, n); }

static void text_best(const RunInfo *i, char *b, size_t n)
{
    char loss[16];
    loss_text(loss, sizeof loss, i->best);
    snprintf(b, n, "%s", isfinite(i->best) ? loss + strspn(loss, " ") : "-");
}

/* "11-21 11:30" of 2026-11-21T11:30:50Z */
static void text_started(const RunInfo *i, char *b, size_t n)
{
    snprintf(b, n, "%.5s %.5s", strlen(i->meta.created) >= 16 ? i->meta.created + 5 : "", strlen(i->meta.created) >= 16 ? i->meta.created + 11 : "");
}

static void text_tags(const RunInfo *i, char *b, size_t n)
{
    snprintf(b, n, "%s%s%s", i->tags, i->tags[0] && i->note[0] ? " · " : "", i->note);
}

static int sort_name(const RunInfo *a, const RunInfo *b) { return strcmp(a->run.name, b->run.name); }
static int sort_epochs(const RunInfo *a, const RunInfo *b) { return b->epochs - a->epochs; }
static int sort_best(const RunInfo *a, const RunInfo *b) { return by_number(a->best, b->best); }
static int sort_time(const RunInfo *a, const RunInfo *b) { return by_number(a->seconds, b->seconds); }
static int sort_state(const RunInfo *a, const RunInfo *b) { return strcmp(a->state, b->state); }
static int sort_lr(const RunInfo *a, const RunInfo *b) { return by_number(lr_of(a), lr_of(b)); }
static int sort_loss(const RunInfo *a, const RunInfo *b) { return strcmp(a->loss_name, b->loss_name); }
static int sort_data(const RunInfo *a, const RunInfo *b) { return strcmp(a->meta.data_name, b->meta.data_name); }
static int sort_batch(const RunInfo *a, const RunInfo *b) { return by_number(batch_of(a), batch_of(b)); }
static int sort_optimizer(const RunInfo *a, const RunInfo *b) { return strcmp(optimizer_of(a), optimizer_of(b)); }
static int sort_started(const RunInfo *a, const RunInfo *b) { return strcmp(b->meta.created, a->meta.created); }
static int sort_tags(const RunInfo *a, const RunInfo *b) { return strcmp(b->tags, a->tags); }

/* As many as fit are shown, from the left; the last one takes what is left. */
static const Column columns[] = {
    {"run", 15, true, text_name, sort_name},         {"epochs", 7, false, text_epochs, sort_epochs},
    {"best", 7, false, text_best, sort_best},        {"time", 7, false, text_time, sort_time},
    {"state", 9, true, text_state, sort_state},      {"lr", 7, false, text_lr, sort_lr},
    {"loss", 8, true, text_loss, sort_loss},         {"data", 15, true, text_data, sort_data},
    {"batch", 5, false, text_batch, sort_batch},     {"optimizer", 9, true, text_optimizer, sort_optimizer},
    {"started", 11, true, text_started, sort_started}, {"tags and note", 12, true, text_tags, sort_tags},
};
_Static_assert(COUNT_OF(columns) == RUNS_COLUMNS, "heads for all columns");
enum { COLUMN_NAME, COLUMN_EPOCHS, COLUMN_BEST, COLUMN_TIME, COLUMN_STATE, COLUMN_LOSS = COLUMN_STATE + 2, COLUMN_TAGS = RUNS_COLUMNS - 1 };

const char *runs_column_name(int column) { return columns[column].name; }

/* ---- which rows */

static bool holds(const char *text, const char *word, size_t length)
{
    for (; *text; text++) {
        size_t i = 0;
        while (i < length && tolower((unsigned char)text[i]) == tolower((unsigned char)word[i]))
            i++;
        if (i == length)
            return true;
    }
    return false;
}

/* Every word of the filter stands somewhere in the row: in a name, a state, a tag, a note, "lr=0.001", "batch=32". */
static bool passes(const RunInfo *info, const char *filter)
{
    Str all = {0};
    char text[RUN_NAME + 400];
    for (int i = 0; i < RUNS_COLUMNS; i++) {
        columns[i].text(info, text, sizeof text);
        str_addf(&all, "%s=%s\n", columns[i].name, text);
    }
    str_addf(&all, "%s\n", info->meta.preset);
    bool good = true;
    for (const char *at = filter; *at && good;) {
        at += strspn(at, " ");
        size_t length = strcspn(at, " ");
        good = !length || holds(all.text, at, length);
        at += length;
    }
    str_clear(&all);
    return good;
}

typedef struct Ordered { const RunInfo *info; int index, sort; bool reverse; } Ordered;

static int compare(const void *a, const void *b)
{
    const Ordered *x = a, *y = b;
    int by = x->sort >= 0 ? columns[x->sort].compare(x->info, y->info) : 0;
    by = by ? by : x->index - y->index; /* as they come: the newest first */
    return x->reverse ? -by : by;
}

void runs_arrange(App *app)
{
    Runs *r = self(app);
    Ordered *row = mem_new((size_t)r->runs.count + 1, sizeof *row);
    int waiting = bench_queued(app_bench(app)), count = 0;
    for (int i = 0; i < r->runs.count; i++)
        if (passes(&r->runs.item[i], r->filter.text))
            row[count++] = (Ordered){&r->runs.item[i], i, r->sort, r->reverse};
    qsort(row, (size_t)count, sizeof *row, compare);
    r->shown = mem_resize(r->shown, (size_t)(count + waiting) + 1, sizeof *r->shown);
    r->count = 0;
    for (int i = waiting - 1; i >= 0; i--) /* the last to come stands highest, as the newest does */
        r->shown[r->count++] = -1 - i;
    for (int i = 0; i < count; i++)
        r->shown[r->count++] = row[i].index;
    free(row);
    r->list.count = r->count;
    for (int i = 0; i < r->count && r->chosen[0]; i++)
        if (r->shown[i] >= 0 && strcmp(r->runs.item[r->shown[i]].run.name, r->chosen) == 0)
            r->list.at = i;
    if (r->list.at >= r->count)
        r->list.at = r->count ? r->count - 1 : 0;
}

void runs_sort_by(App *app, int column)
{
    Runs *r = self(app);
    r->reverse = column == r->sort && !r->reverse;
    r->sort = column;
    runs_arrange(app);
}

/* ---- drawing */

static Role role_of(const RunInfo *info, int column, bool here, bool live)
{
    if (column == COLUMN_NAME)
        return here ? ROLE_BRIGHT : ROLE_TEXT;
    if (column == COLUMN_BEST)
        return ROLE_TEXT;
    if (column == COLUMN_TAGS)
        return ROLE_CHANGED;
    if (column != COLUMN_STATE)
        return ROLE_DIM;
    return live || strcmp(info->state, "running") == 0 ? ROLE_ACCENT : strcmp(info->state, "done") == 0 ? ROLE_GOOD
           : strcmp(info->state, "diverged") == 0 ? ROLE_BAD : ROLE_DIM;
}

/* What the run in training has come to since its folder was read. */
static void live_text(App *app, int column, char *text, size_t size)
{
    const Snapshot *s = bench_snapshot(app_bench(app));
    if (!s)
        return;
    double done = s->progress.epochs ? (s->progress.epoch + (s->progress.batches ? (double)s->progress.batch / s->progress.batches : 0)) / s->progress.epochs : 0;
    if (column == COLUMN_EPOCHS)
        snprintf(text, size, "%d/%d", s->progress.epoch, s->progress.epochs);
    if (column == COLUMN_STATE)
        snprintf(text, size, "%s %2.0f %%", s->state == WORKER_PAUSED ? "paused" : "▶", 100 * fmin(1, done));
}

static void draw_waiting(App *app, Cells *cells, const Rect *place, int y, int i)
{
    const Design *design = bench_queued_design(app_bench(app), i);
    char epochs[24];
    snprintf(epochs, sizeof epochs, "0/%d", train_spec_epochs(&design->stage[design->stages - 1].train));
    cells_text_cut(cells, place[COLUMN_NAME].x, y, place[COLUMN_NAME].w, plain(ROLE_DIM), design->name);
    cells_text_right(cells, place[COLUMN_EPOCHS].x + place[COLUMN_EPOCHS].w, y, plain(ROLE_FAINT), epochs);
    cells_text(cells, place[COLUMN_STATE].x, y, plain(ROLE_DIM), "queued");
    int x = place[COLUMN_STATE].x + place[COLUMN_STATE].w + 1;
    cells_text(cells, x, y, plain(ROLE_CHANGED), bench_queued_setting(app_bench(app), i));
}

static void draw_run(App *app, Cells *cells, const Rect *place, int y, const RunInfo *info, bool here)
{
    bool live = runs_is_live(app, info);
    int mark = runs_mark_of(self(app), info->run.name);
    if (mark >= 0)
        cells_put(cells, place[COLUMN_NAME].x - 2, y, bold(runs_letter_role(mark)), (uint32_t)('A' + mark));
    for (int i = 0; i < RUNS_COLUMNS; i++) {
        char text[RUN_NAME + 200];
        if (!place[i].w)
            continue;
        columns[i].text(info, text, sizeof text);
        if (live)
            live_text(app, i, text, sizeof text);
        Style style = plain(role_of(info, i, here, live));
        style.attr |= here && i == COLUMN_NAME ? ATTR_BOLD : 0;
        int wide = cells_width(text);
        if (columns[i].left || wide > place[i].w)
            cells_text_cut(cells, place[i].x, y, place[i].w, style, text);
        else
            cells_text_right(cells, place[i].x + place[i].w, y, style, text);
    }
}

/* Where columns lie: as many as fit; names and the last column share what is left. */
static void place_columns(Rect line, Rect place[RUNS_COLUMNS])
{
    enum { GAP = 2, LONGEST = 28, LOSS_MORE = 4 /* for "crossentropy" */ };
    int room = line.w - 5, last = 0;
    memset(place, 0, RUNS_COLUMNS * sizeof *place);
    while (last < RUNS_COLUMNS && room >= columns[last].w + (last ? GAP : 0))
        room -= columns[last].w + (last ? GAP : 0), last++;
    int loss = room >= LOSS_MORE && last > COLUMN_LOSS ? LOSS_MORE : 0;
    int name = room - loss < LONGEST - columns[COLUMN_NAME].w ? room - loss : LONGEST - columns[COLUMN_NAME].w;
    name = name < 0 ? 0 : name;
    for (int i = 0, x = line.x + 4; i < last; i++) {
        int w = columns[i].w + (i == COLUMN_NAME ? name : 0) + (i == COLUMN_LOSS ? loss : 0) + (i == COLUMN_TAGS ? room - name - loss : 0);
        place[i] = rect_new(x, line.y, w, 1);
        x += w + GAP;
    }
}

static void draw_heads(Runs *r, Cells *cells)
{
    for (int i = 0; i < RUNS_COLUMNS; i++) {
        char text[40];
        if (!r->head[i].w)
            continue;
        bool here = i == r->sort;
        snprintf(text, sizeof text, "%s%s", columns[i].name, !here ? "" : r->reverse ? "▲" : "▼");
        Style style = here ? plain(ROLE_ACCENT) : plain(ROLE_DIM);
        int wide = cells_width(text);
        if (columns[i].left || wide > r->head[i].w)
            cells_text_cut(cells, r->head[i].x, r->head[i].y, r->head[i].w, style, text);
        else
            cells_text_right(cells, r->head[i].x + r->head[i].w, r->head[i].y, style, text);
    }
}

static void draw_filter(Runs *r, Cells *cells, Rect line)
{
    char count[40];
    int end = cells_text(cells, line.x + 2, line.y, plain(ROLE_ACCENT), "/ ");
    snprintf(count, sizeof count, "%d of %d runs", r->count, r->runs.count);
    cells_text_right(cells, line.x + line.w, line.y, plain(ROLE_DIM), count);
    Rect room = rect_new(end, line.y, line.w - (end - line.x) - 18, 1);
    if (r->filtering)
        edit_draw(&r->filter, cells, room);
    else
        cells_text_cut(cells, room.x, room.y, room.w, plain(ROLE_TEXT), r->filter.text);
}

void runs_draw_table(App *app, Cells *cells, const PaneView *view)
{
    Runs *r = self(app);
    Rect area = view->area;
    if (r->filtering || r->filter.text[0])
        draw_filter(r, cells, rect_cut_top(&area, 1));
    if (!r->count) {
        const char *why = !r->loaded ? "reading the runs" : r->filter.text[0] ? "no run has all these words" : "no runs yet: t on the start or design screen makes the first";
        cells_text_cut(cells, area.x, area.y + 1, area.w, plain(ROLE_DIM), why);
        return;
    }
    place_columns(rect_cut_top(&area, 1), r->head);
    draw_heads(r, cells);
    list_place(&r->list, area);
    for (int i = 0; i < r->count; i++) {
        Rect row = list_row(&r->list, i);
        if (rect_empty(row))
            continue;
        list_mark(&r->list, cells, i, view->focused);
        if (r->shown[i] < 0)
            draw_waiting(app, cells, r->head, row.y, -1 - r->shown[i]);
        else
            draw_run(app, cells, r->head, row.y, &r->runs.item[r->shown[i]], i == r->list.at);
    }
    list_more(&r->list, cells);
}
