/* What the person does to panes: focus, zoom, sizes, hiding; and the memory of it. */
#include "ui/split_own.h"

#include <stdio.h>
#include <string.h>

/* ---- memory */

static int memory_of(const Split *split, const char *given)
{
    for (int i = 0; i < split->remembered; i++)
        if (strcmp(split->memory[i].given, given) == 0)
            return i;
    return -1;
}

const char *split_recall(const Split *split)
{
    int at = memory_of(split, split->given);
    return at < 0 ? NULL : split->memory[at].changed;
}

/* The oldest makes room. */
void split_remember(Split *split, const char *given, const char *changed)
{
    int at = memory_of(split, given);
    if (strlen(given) >= SPLIT_TEXT || strlen(changed) >= SPLIT_TEXT)
        return;
    if (at < 0 && split->remembered == SPLIT_MEMORY) {
        memmove(&split->memory[0], &split->memory[1], (SPLIT_MEMORY - 1) * sizeof split->memory[0]);
        at = SPLIT_MEMORY - 1;
    } else if (at < 0) {
        at = split->remembered++;
    }
    snprintf(split->memory[at].given, SPLIT_TEXT, "%s", given);
    snprintf(split->memory[at].changed, SPLIT_TEXT, "%s", changed);
}

static bool changed(Split *split)
{
    char text[SPLIT_TEXT];
    split_print(split, text);
    split_remember(split, split->given, text);
    split_arrange(split);
    return true;
}

/* ---- what is where */

static int read_order(const Split *split, int at, bool hidden, int pane[SPLIT_PANES], int count)
{
    const SplitNode *node = &split->node[at];
    if (node->kind == SPLIT_LEAF) {
        if (count < SPLIT_PANES && (hidden || !split->hidden[node->pane]))
            pane[count++] = node->pane;
        return count;
    }
    for (int child = node->child; child >= 0; child = split->node[child].next)
        count = read_order(split, child, hidden, pane, count);
    return count;
}

int split_order(const Split *split, int pane[SPLIT_PANES])
{
    int count = read_order(split, split->root, false, pane, 0);
    /* With all of them hidden, as only a text can say, none is. */
    return count ? count : read_order(split, split->root, true, pane, 0);
}

static int leaf_of(const Split *split, int pane)
{
    for (int i = 0; i < split->nodes; i++)
        if (split->node[i].kind == SPLIT_LEAF && split->node[i].pane == pane)
            return i;
    return -1;
}

static int parent_of(const Split *split, int at)
{
    for (int i = 0; i < split->nodes; i++)
        for (int child = split->node[i].child; child >= 0; child = split->node[child].next)
            if (child == at)
                return i;
    return -1;
}

Rect split_area(const Split *split, int pane)
{
    int leaf = leaf_of(split, pane);
    return leaf < 0 ? (Rect){0} : split->node[leaf].area;
}

int split_at(const Split *split, int x, int y)
{
    for (int i = 0; i < split->nodes; i++)
        if (split->node[i].kind == SPLIT_LEAF && rect_has(split->node[i].area, x, y))
            return split->node[i].pane;
    return -1;
}

int split_find(const Split *split, const char *name)
{
    for (int i = 0; i < split->count; i++)
        if (strcmp(split->pane[i].name, name) == 0)
            return leaf_of(split, i) < 0 ? -1 : i;
    return -1;
}

int split_waiting(const Split *split, int out[SPLIT_PANES])
{
    int order[SPLIT_PANES], count = split_order(split, order), waiting = 0;
    for (int i = 0; i < count; i++)
        if (!split->seen[order[i]])
            out[waiting++] = order[i];
    return waiting;
}

bool split_any_hidden(const Split *split)
{
    int all[SPLIT_PANES], count = split->nodes ? read_order(split, split->root, true, all, 0) : 0;
    for (int i = 0; i < count; i++)
        if (split->hidden[all[i]])
            return true;
    return false;
}

bool split_several(const Split *split)
{
    int all[SPLIT_PANES];
    return split->nodes && read_order(split, split->root, true, all, 0) > 1;
}

/* ---- focus, zoom, hiding */

bool split_next(Split *split, int by)
{
    int order[SPLIT_PANES], count = split_order(split, order);
    for (int i = 0; i < count; i++)
        if (order[i] == split->focus) {
            split->focus = order[(i + by + count) % count];
            break;
        }
    split_arrange(split);
    return count > 1;
}

bool split_focus(Split *split, int pane)
{
    if (pane < 0 || leaf_of(split, pane) < 0)
        return false;
    split->focus = pane;
    if (split->hidden[pane]) {
        split->hidden[pane] = false;
        return changed(split);
    }
    split_arrange(split);
    return true;
}

bool split_zoom(Split *split)
{
    split->zoom = !split->zoom;
    split->dragging = false;
    split_arrange(split);
    return true;
}

bool split_hide(Split *split)
{
    int order[SPLIT_PANES], hide = split->focus;
    if (split_order(split, order) < 2)
        return false;
    split_next(split, 1);
    split->hidden[hide] = true;
    split->zoom = false;
    return changed(split);
}

bool split_show(Split *split)
{
    if (!split_any_hidden(split))
        return false;
    memset(split->hidden, 0, sizeof split->hidden);
    return changed(split);
}

bool split_reset(Split *split)
{
    int at = memory_of(split, split->given);
    split->zoom = false;
    if (at >= 0) {
        split->remembered--;
        memmove(&split->memory[at], &split->memory[at + 1], (size_t)(split->remembered - at) * sizeof split->memory[0]);
    }
    split_parse(split, split->given);
    split_arrange(split);
    return true;
}

/* ---- sizes */

static int length(const Split *split, int at, bool tall)
{
    return tall ? split->node[at].area.h : split->node[at].area.w;
}

/* Moves the border behind a child so far; what the others have to lose is the limit.  Shares keep their sum, so that a pane
 * which is not seen now will have its part of the room later. */
static bool move_border(Split *split, int at, int border, int by)
{
    int child[SPLIT_PANES], size[SPLIT_PANES], count = split_children(split, at, child);
    bool tall = split->node[at].kind == SPLIT_COLUMN;
    if (border < 0 || border + 1 >= count)
        return false;
    for (int i = 0; i < count; i++)
        size[i] = length(split, child[i], tall);
    int less = by > 0 ? border + 1 : border, more = by > 0 ? border : border + 1, far = by > 0 ? by : -by;
    int spare = size[less] - split_least(split, child[less], tall);
    if (far > spare)
        far = spare;
    if (far <= 0)
        return false;
    size[less] -= far;
    size[more] += far;
    double shares = 0, cells = 0;
    for (int i = 0; i < count; i++)
        if (!split->node[child[i]].fixed) {
            shares += split->node[child[i]].size;
            cells += size[i];
        }
    for (int i = 0; i < count; i++) {
        SplitNode *node = &split->node[child[i]];
        node->size = node->fixed ? size[i] : cells > 0 ? size[i] * shares / cells : node->size;
    }
    return changed(split);
}

/* The closest group around the pane in focus that stretches this way; *index: which of its children holds the pane. */
static int group_of(const Split *split, bool tall, int *index)
{
    if (!split->nodes || split->zoom)
        return -1;
    for (int at = leaf_of(split, split->focus), up; at >= 0 && (up = parent_of(split, at)) >= 0; at = up) {
        int child[SPLIT_PANES], count = split_children(split, up, child);
        if (split->node[up].kind != (tall ? SPLIT_COLUMN : SPLIT_ROW) || count < 2)
            continue;
        for (*index = 0; child[*index] != at; ++*index)
            continue;
        return up;
    }
    return -1;
}

bool split_can_grow(const Split *split, bool tall)
{
    int index;
    return group_of(split, tall, &index) >= 0;
}

bool split_grow(Split *split, bool tall, int by)
{
    int index, at = group_of(split, tall, &index), child[SPLIT_PANES];
    if (at < 0)
        return false;
    bool last = index + 1 == split_children(split, at, child);
    return move_border(split, at, last ? index - 1 : index, last ? -by : by);
}

/* ---- the mouse */

/* Between panes; of two above each other also the title of the lower one, for there is but one line between. */
static bool grip(const Split *split, int x, int y, int *at, int *border)
{
    for (*at = 0; *at < split->nodes && !split->zoom; ++*at) {
        const SplitNode *node = &split->node[*at];
        int child[SPLIT_PANES], count = node->kind == SPLIT_LEAF || !rect_has(node->area, x, y) ? 0 : split_children(split, *at, child);
        for (*border = 0; *border + 1 < count; ++*border) {
            Rect a = split->node[child[*border]].area, b = split->node[child[*border + 1]].area;
            if (node->kind == SPLIT_ROW && x >= a.x + a.w && x < b.x)
                return true;
            int pane = split_at(split, x, y);
            if (node->kind == SPLIT_COLUMN && y >= a.y + a.h && (y < b.y || (y == b.y && pane >= 0 && split->pane[pane].title)))
                return true;
        }
    }
    return false;
}

static int border_end(const Split *split)
{
    int child[SPLIT_PANES], count = split_children(split, split->drag_node, child);
    if (split->drag_child >= count)
        return 0;
    Rect a = split->node[child[split->drag_child]].area;
    return split->node[split->drag_node].kind == SPLIT_ROW ? a.x + a.w : a.y + a.h;
}

bool split_event(Split *split, const Event *event)
{
    if (event->kind != EVENT_MOUSE || !split->nodes)
        return false;
    bool was = split->dragging;
    if (event->mouse == MOUSE_PRESS) {
        int pane = split_at(split, event->x, event->y), at, border;
        if (pane >= 0)
            split_focus(split, pane);
        split->dragging = grip(split, event->x, event->y, &at, &border);
        if (!split->dragging)
            return false;
        split->drag_node = at;
        split->drag_child = border;
        split->drag_offset = (split->node[at].kind == SPLIT_ROW ? event->x : event->y) - border_end(split);
        return true;
    }
    if (event->mouse == MOUSE_DRAG && was) {
        bool tall = split->node[split->drag_node].kind == SPLIT_COLUMN;
        move_border(split, split->drag_node, split->drag_child, (tall ? event->y : event->x) - split->drag_offset - border_end(split));
    }
    if (event->mouse == MOUSE_RELEASE)
        split->dragging = false;
    return was;
}

void split_borders(const Split *split, void (*border)(void *context, Rect line, bool held), void *context)
{
    for (int at = 0; at < split->nodes; at++) {
        int child[SPLIT_PANES], count = rect_empty(split->node[at].area) ? 0 : split_children(split, at, child);
        for (int i = 0; i + 1 < count; i++) {
            Rect a = split->node[child[i]].area;
            bool held = split->dragging && split->drag_node == at && split->drag_child == i;
            if (split->node[at].kind == SPLIT_ROW && (split->gap > 2 || held))
                border(context, rect_new(a.x + a.w + split->gap / 2, a.y, 1, a.h), held);
            else if (split->node[at].kind == SPLIT_COLUMN && held)
                border(context, rect_new(a.x, a.y + a.h, a.w, 1), held);
        }
    }
}
