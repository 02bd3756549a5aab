/* The pane of layers: how large gradients, weights and updates are, how they spread, which units are silent. */
#include "ui/train_own.h"

#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static Train *self(App *app) { return train_state(app); }

/* What is worth a word.  Bounds are those that show in practice: an update of a thousandth of the weights is usual, of a tenth
 * it shakes them. */
typedef struct Verdict { const char *word; Role role; } Verdict;

static Verdict judge(const LayerHealth *h)
{
    if (!isfinite(h->gradient) || !isfinite(h->weight) || !isfinite(h->update))
        return (Verdict){"nan", ROLE_BAD};
    if (h->dead > 0.5f)
        return (Verdict){"dead", ROLE_BAD};
    if (h->gradient < 1e-9f)
        return (Verdict){"still", ROLE_BAD};
    if (h->update > 0.1f)
        return (Verdict){"wild", ROLE_BAD};
    if (h->update < 1e-7f)
        return (Verdict){"slow", ROLE_ACCENT};
    return (Verdict){"ok", ROLE_GOOD};
}

static void draw_histogram(Cells *cells, int x, int y, int width, const Histogram *h, Role role)
{
    int bins = width < HISTOGRAM_BINS ? width : HISTOGRAM_BINS, sum[HISTOGRAM_BINS] = {0}, most = 0;
    for (int i = 0; i < HISTOGRAM_BINS; i++)
        sum[i * bins / HISTOGRAM_BINS] += h->count[i];
    for (int i = 0; i < bins; i++)
        most = sum[i] > most ? sum[i] : most;
    for (int i = 0; i < bins && most; i++) {
        int step = (sum[i] * 7 + most - 1) / most; /* what is there is seen */
        cells_put(cells, x + i, y, plain(sum[i] ? role : ROLE_FAINT), sum[i] ? 0x2581 + (uint32_t)(step > 6 ? 6 : step) : 0x2581);
    }
}

static void number(char out[12], double value)
{
    if (value == 0)
        snprintf(out, 12, "-");
    else
        snprintf(out, 12, "%.1e", value);
    /* "1.2e-04", "1.2e+02": the exponent's plus and zero say nothing. */
    char *sign = strchr(out, 'e'), *digits = sign ? sign + 2 + (sign[2] == '0') : NULL;
    if (digits) {
        sign += sign[1] == '-';
        memmove(sign + 1, digits, strlen(digits) + 1);
    }
}

typedef enum Column { COL_GRADIENT, COL_GRADIENTS, COL_WEIGHT, COL_WEIGHTS, COL_UPDATE, COL_DEAD, COL_VERDICT, COLUMNS } Column;

/* In the order they are given up when there is no room: the last first. */
static const struct { Column column; int width; const char *title; } columns[COLUMNS] = {
    {COL_GRADIENT, 8, "gradient"}, {COL_GRADIENTS, 10, ""},     {COL_DEAD, 6, "dead"},   {COL_UPDATE, 8, "update"},
    {COL_WEIGHT, 8, "weight"},     {COL_WEIGHTS, 10, ""}, {COL_VERDICT, 6, ""},
};

static void draw_cell(Cells *cells, Column column, Rect at, const LayerHealth *h, bool known)
{
    char text[12] = "";
    Verdict verdict = judge(h);
    switch (column) {
    case COL_GRADIENT: number(text, (double)h->gradient); break;
    case COL_WEIGHT: number(text, (double)h->weight); break;
    case COL_UPDATE: number(text, (double)h->update); break;
    case COL_DEAD:
        if (known)
            snprintf(text, sizeof text, "%.0f%%", 100 * (double)h->dead);
        break;
    case COL_GRADIENTS: draw_histogram(cells, at.x + 1, at.y, at.w - 2, &h->gradients, ROLE_TRAIN); return;
    case COL_WEIGHTS: draw_histogram(cells, at.x + 1, at.y, at.w - 2, &h->weights, ROLE_VALID); return;
    case COL_VERDICT:
        if (known)
            cells_text_right(cells, at.x + at.w, at.y, plain(verdict.role), verdict.word);
        return;
    default: return;
    }
    bool marked = (column == COL_UPDATE && h->update > 0.1f) || (column == COL_DEAD && h->dead > 0.5f) || !isfinite(h->gradient);
    cells_text_right(cells, at.x + at.w, at.y, plain(marked ? ROLE_BAD : column == COL_DEAD && h->dead == 0 ? ROLE_FAINT : ROLE_TEXT), text);
}

/* Has it weights?  Others have nothing to be told. */
static bool weighs(const LayerHealth *h) { return h->weight > 0 || !isfinite(h->weight); }

int train_weighty(const Snapshot *s)
{
    int count = 0;
    for (int i = 0; i < s->layers; i++)
        count += weighs(&s->health[i]);
    return count;
}

void train_draw_layers(App *app, Cells *cells, const PaneView *view)
{
    Train *train = self(app);
    const Snapshot *s = train_snapshot(app);
    Rect area = view->area;
    bool known = false, offered[COLUMNS] = {false};
    int weighty = train_weighty(s);
    for (int i = 0; i < s->layers; i++)
        known |= s->health[i].gradient > 0 || !isfinite(s->health[i].gradient);
    if (!weighty) {
        cells_wrap(cells, area, plain(ROLE_DIM), "Layers are looked at in the first batches.");
        return;
    }
    cells_text_cut(cells, view->head.x, view->head.y, view->head.w, plain(ROLE_DIM),
                   known ? "root mean squares; an update as share of the weights" : "weights as stored; gradients are known while it trains");
    int name = area.w >= 60 ? 16 : TRAIN_LABEL_WIDTH, left = area.w - name, order[COLUMNS], count = 0;
    for (int i = 0; i < COLUMNS; i++) {
        bool useful = known || columns[i].column == COL_WEIGHT || columns[i].column == COL_WEIGHTS;
        int wide = columns[i].width + (i && area.w >= 90 && columns[i].width == 10 ? 8 : 0);
        if (useful && wide <= left) {
            left -= wide;
            offered[columns[i].column] = true;
        }
    }
    Rect head = rect_cut_top(&area, 1);
    for (Column c = 0; c < COLUMNS; c++)
        for (int i = 0; i < COLUMNS; i++)
            if (columns[i].column == c && offered[c])
                order[count++] = i;
    train->layer_room = area.h;
    int most = weighty - area.h;
    train->layer_at = train->layer_at > most ? most : train->layer_at;
    train->layer_at = train->layer_at < 0 ? 0 : train->layer_at;
    for (int i = 0, row = -train->layer_at; i < s->layers && row < area.h; i++) {
        const LayerHealth *h = &s->health[i];
        if (!weighs(h))
            continue;
        if (row >= 0)
            cells_text_cut(cells, area.x, area.y + row, name - 1, plain(ROLE_TEXT), s->layer_name[i]);
        int x = area.x + name;
        for (int k = 0; k < count; k++) {
            int wide = columns[order[k]].width + (area.w >= 90 && columns[order[k]].width == 10 ? 8 : 0);
            if (row == 0)
                cells_text_right(cells, x + wide, head.y, plain(ROLE_DIM), columns[order[k]].title);
            if (row >= 0)
                draw_cell(cells, columns[order[k]].column, rect_new(x, area.y + row, wide, 1), h, known);
            x += wide;
        }
        row++;
    }
}

static bool scroll(int *at, int room, const Event *event)
{
    int by = 0;
    if (event->kind == EVENT_MOUSE)
        by = event->mouse == MOUSE_WHEEL_UP ? -2 : event->mouse == MOUSE_WHEEL_DOWN ? 2 : 0;
    else if (event->kind == EVENT_KEY)
        by = event->key == K_UP ? -1 : event->key == K_DOWN ? 1 : event->key == K_PAGE_UP ? -room : event->key == K_PAGE_DOWN ? room : 0;
    if (event->kind == EVENT_KEY && event->key == K_HOME)
        by = -*at;
    *at = *at + by < 0 ? 0 : *at + by;
    return by != 0 || (event->kind == EVENT_KEY && (event->key == K_UP || event->key == K_HOME));
}

bool train_layers_event(App *app, const Event *event) { return scroll(&self(app)->layer_at, self(app)->layer_room, event); }
bool train_log_event(App *app, const Event *event) { return scroll(&self(app)->log_at, self(app)->log_room, event); }
