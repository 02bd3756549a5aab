/* The tree of panes: its text form, and how a rectangle is shared out.  What the person does to it is split_use.c. */
#include "ui/split_own.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int WIDE = 100; /* from here on a thin line stands between panes */

/* ---- the text form */

typedef struct Reader { Split *split; const char *at; bool wrong; } Reader;

static int new_node(Reader *r, SplitKind kind)
{
    if (r->split->nodes == SPLIT_NODES) {
        r->wrong = true;
        return 0;
    }
    r->split->node[r->split->nodes] = (SplitNode){.kind = kind, .pane = -1, .child = -1, .next = -1, .size = 1};
    return r->split->nodes++;
}

static bool take(Reader *r, char letter)
{
    r->at += strspn(r->at, " ");
    if (*r->at != letter)
        return false;
    r->at++;
    return true;
}

static int read_row(Reader *r);

static int read_pane(Reader *r)
{
    bool hidden = take(r, '-');
    r->at += strspn(r->at, " ");
    size_t length = 0;
    while (isalnum((unsigned char)r->at[length]) || r->at[length] == '_')
        length++;
    int node = new_node(r, SPLIT_LEAF);
    for (int i = 0; i < r->split->count; i++)
        if (strlen(r->split->pane[i].name) == length && strncmp(r->split->pane[i].name, r->at, length) == 0)
            r->split->node[node].pane = i;
    int pane = r->split->node[node].pane;
    r->at += length;
    if (pane < 0)
        r->wrong = true;
    else
        r->split->hidden[pane] = hidden;
    return node;
}

static int read_item(Reader *r)
{
    int node;
    if (take(r, '(')) {
        node = read_row(r);
        r->wrong |= !take(r, ')');
    } else {
        node = read_pane(r);
    }
    bool fixed = take(r, '=');
    if (fixed || take(r, ':')) {
        char *end;
        double size = strtod(r->at, &end);
        r->wrong |= end == r->at || !(size > 0 && size < 1e4);
        r->split->node[node].size = size;
        r->split->node[node].fixed = fixed;
        r->at = end;
    }
    return node;
}

/* Items between signs; a single one stands for itself. */
static int read_items(Reader *r, SplitKind kind, char sign, int (*item)(Reader *))
{
    int first = item(r), last = first;
    if (!take(r, sign))
        return first;
    int node = new_node(r, kind);
    r->split->node[node].child = first;
    do
        last = r->split->node[last].next = item(r);
    while (!r->wrong && take(r, sign));
    return node;
}

static int read_column(Reader *r) { return read_items(r, SPLIT_COLUMN, '/', read_item); }
static int read_row(Reader *r) { return read_items(r, SPLIT_ROW, '|', read_column); }

bool split_parse(Split *split, const char *text)
{
    Reader reader = {.split = split, .at = text};
    split->nodes = 0;
    memset(split->hidden, 0, sizeof split->hidden);
    split->root = read_row(&reader);
    return !reader.wrong && reader.at[strspn(reader.at, " ")] == '\0';
}

static void print_node(const Split *split, int at, bool inside, char out[SPLIT_TEXT])
{
    const SplitNode *node = &split->node[at];
    size_t used = strlen(out);
    if (node->kind == SPLIT_LEAF) {
        used += (size_t)snprintf(out + used, SPLIT_TEXT - used, "%s%s", split->hidden[node->pane] ? "-" : "", split->pane[node->pane].name);
    } else {
        strncat(out, inside ? "(" : "", SPLIT_TEXT - used - 1);
        for (int child = node->child; child >= 0; child = split->node[child].next) {
            print_node(split, child, true, out);
            if (split->node[child].next >= 0)
                strncat(out, node->kind == SPLIT_ROW ? " | " : " / ", SPLIT_TEXT - strlen(out) - 1);
        }
        strncat(out, inside ? ")" : "", SPLIT_TEXT - strlen(out) - 1);
        used = strlen(out);
    }
    if (inside && used < SPLIT_TEXT && (node->fixed || node->size != 1))
        snprintf(out + used, SPLIT_TEXT - used, "%c%.4g", node->fixed ? '=' : ':', node->size);
}

void split_print(const Split *split, char out[SPLIT_TEXT])
{
    out[0] = '\0';
    print_node(split, split->root, false, out);
}

/* ---- what fits */

static bool shown(const Split *split, int at)
{
    const SplitNode *node = &split->node[at];
    if (node->kind == SPLIT_LEAF)
        return split->seen[node->pane];
    for (int child = node->child; child >= 0; child = split->node[child].next)
        if (shown(split, child))
            return true;
    return false;
}

static int gap(const Split *split, SplitKind kind) { return kind == SPLIT_ROW ? split->gap : 1; }

int split_least(const Split *split, int at, bool tall)
{
    const SplitNode *node = &split->node[at];
    if (node->kind == SPLIT_LEAF)
        return !split->seen[node->pane] ? 0 : tall ? split->pane[node->pane].h : split->pane[node->pane].w;
    bool along = tall == (node->kind == SPLIT_COLUMN);
    int least = 0;
    for (int child = node->child; child >= 0; child = split->node[child].next) {
        int size = split_least(split, child, tall);
        if (along && size)
            least += size + (least ? gap(split, node->kind) : 0);
        else if (size > least)
            least = size;
    }
    return least;
}

/* The pane in focus goes before all others, then the table's order. */
static int rank(const Split *split, int pane) { return pane == split->focus ? -1 : pane; }

/* The least and the most important pane that are shown below the node (-1: none is); returns how many are. */
static int extremes(const Split *split, int at, int *last, int *first)
{
    const SplitNode *node = &split->node[at];
    *last = *first = -1;
    if (node->kind == SPLIT_LEAF) {
        if (split->seen[node->pane])
            *last = *first = node->pane;
        return split->seen[node->pane];
    }
    int count = 0;
    for (int child = node->child; child >= 0; child = split->node[child].next) {
        int low, high, more = extremes(split, child, &low, &high);
        count += more;
        if (more && (*last < 0 || rank(split, low) > rank(split, *last)))
            *last = low;
        if (more && (*first < 0 || rank(split, high) < rank(split, *first)))
            *first = high;
    }
    return count;
}

/* The pane that must go so that the node's children fit into a rectangle; -1: they do, or only one is left.  Across, a child
 * must go where not even its most important pane has room; but if that is the one in focus, it gets all there is. */
static int one_too_many(const Split *split, int at, Rect area)
{
    const SplitNode *node = &split->node[at];
    bool tall = node->kind == SPLIT_COLUMN;
    int last, first;
    if (extremes(split, at, &last, &first) <= 1)
        return -1;
    if (split_least(split, at, tall) > (tall ? area.h : area.w))
        return last;
    for (int child = node->child; child >= 0; child = split->node[child].next) {
        int low, high, room = tall ? area.w : area.h;
        if (extremes(split, child, &low, &high) && (tall ? split->pane[high].w : split->pane[high].h) > room)
            return high == first ? last : low;
    }
    return -1;
}

/* ---- sharing out */

int split_children(const Split *split, int at, int child[SPLIT_PANES])
{
    int count = 0;
    for (int i = split->node[at].child; i >= 0 && count < SPLIT_PANES; i = split->node[i].next)
        if (shown(split, i))
            child[count++] = i;
    return count;
}

/* Cells of each child: fixed ones as they wish, the rest by shares, none less than its least. */
static void share(const Split *split, bool tall, int room, const int child[], int count, int size[])
{
    int least[SPLIT_PANES], used = 0, fixed = 0;
    bool open[SPLIT_PANES];
    for (int i = 0; i < count; i++)
        fixed += split->node[child[i]].fixed;
    for (int i = 0; i < count; i++) {
        const SplitNode *node = &split->node[child[i]];
        open[i] = !node->fixed || fixed == count; /* somebody takes the rest */
        least[i] = split_least(split, child[i], tall);
        size[i] = open[i] || node->size < least[i] ? least[i] : (int)node->size;
        used += size[i];
    }
    for (int i = count - 1; i >= 0 && used > room; i--) {
        int give = size[i] - least[i] < used - room ? size[i] - least[i] : used - room;
        size[i] -= give;
        used -= give;
    }
    double shares = 0;
    int rest = room;
    for (int i = 0; i < count; i++) {
        rest -= open[i] ? 0 : size[i];
        shares += open[i] ? split->node[child[i]].size : 0;
    }
    /* Whoever's share is less than its least gets that, and the others share what is left. */
    for (int i = 0; i < count; i++)
        if (open[i] && rest * split->node[child[i]].size < shares * least[i]) {
            open[i] = false;
            rest -= least[i];
            shares -= split->node[child[i]].size;
            i = -1;
        }
    double before = 0;
    for (int i = 0; i < count; i++)
        if (open[i]) {
            double after = before + split->node[child[i]].size;
            size[i] = (int)(rest * after / shares + 0.5) - (int)(rest * before / shares + 0.5);
            before = after;
        }
    if (count == 1)
        size[0] = room;
}

static void place(Split *split, int at, Rect area)
{
    SplitNode *node = &split->node[at];
    node->area = area;
    if (node->kind == SPLIT_LEAF)
        return;
    int child[SPLIT_PANES], size[SPLIT_PANES], pane;
    bool tall = node->kind == SPLIT_COLUMN;
    while ((pane = one_too_many(split, at, area)) >= 0)
        split->seen[pane] = false;
    for (int i = node->child; i >= 0; i = split->node[i].next)
        split->node[i].area = (Rect){0};
    int count = split_children(split, at, child), space = gap(split, node->kind);
    share(split, tall, (tall ? area.h : area.w) - (count - 1) * space, child, count, size);
    for (int i = 0; i < count; i++) {
        place(split, child[i], tall ? rect_cut_top(&area, size[i]) : rect_cut_left(&area, size[i]));
        (void)(tall ? rect_cut_top(&area, space) : rect_cut_left(&area, space));
    }
}

void split_arrange(Split *split)
{
    int order[SPLIT_PANES], count = split_order(split, order);
    bool there = false;
    for (int i = 0; i < count; i++)
        there |= order[i] == split->focus;
    if (!there)
        split->focus = order[0];
    memset(split->seen, 0, sizeof split->seen);
    for (int i = 0; i < count; i++)
        split->seen[order[i]] = !split->zoom || order[i] == split->focus;
    for (int i = 0; i < split->nodes; i++)
        split->node[i].area = (Rect){0};
    split->gap = split->area.w >= WIDE ? 3 : 2;
    place(split, split->root, split->area);
}

void split_place(Split *split, const Pane *pane, int count, const char *layout, Rect area)
{
    assert(count <= SPLIT_PANES && strlen(layout) < SPLIT_TEXT);
    split->pane = pane;
    split->count = count;
    split->area = area;
    if (strcmp(split->given, layout) != 0) {
        snprintf(split->given, sizeof split->given, "%s", layout);
        split->dragging = false;
        const char *changed = split_recall(split);
        bool good = changed && split_parse(split, changed);
        if (!good)
            good = split_parse(split, layout);
        assert(good);
        (void)good;
    }
    split_arrange(split);
}
