/* Lists: which rows are seen, which is chosen. */
#include "ui/widgets.h"

static int row_height(const List *list)
{
    return list->height > 0 ? list->height : 1;
}

static int visible(const List *list)
{
    int rows = list->area.h / row_height(list);
    return rows > 0 ? rows : 1;
}

static void settle(List *list)
{
    if (list->at >= list->count)
        list->at = list->count - 1;
    if (list->at < 0)
        list->at = 0;
    int rows = visible(list), last = list->count - rows;
    if (list->top > list->at)
        list->top = list->at;
    if (list->top < list->at - rows + 1)
        list->top = list->at - rows + 1;
    if (list->top > last)
        list->top = last;
    if (list->top < 0)
        list->top = 0;
}

void list_place(List *list, Rect area)
{
    list->area = area;
    settle(list);
}

Rect list_row(const List *list, int row)
{
    int height = row_height(list), y = (row - list->top) * height;
    if (row < list->top || row >= list->count || y + height > list->area.h)
        return rect_new(list->area.x, list->area.y, 0, 0);
    return rect_new(list->area.x, list->area.y + y, list->area.w, height);
}

void list_mark(const List *list, Cells *cells, int row, bool focused)
{
    Rect place = list_row(list, row);
    if (row != list->at || rect_empty(place))
        return;
    if (focused)
        cells_tint(cells, place, ROLE_SELECTED);
    for (int y = 0; y < place.h; y++)
        cells_put(cells, place.x, place.y + y, plain(focused ? ROLE_ACCENT : ROLE_FAINT), 0x258c);
}

void list_more(const List *list, Cells *cells)
{
    int x = list->area.x + list->area.w - 1, below = list->area.y + visible(list) * row_height(list) - 1;
    if (list->area.w < 2 || rect_empty(list->area))
        return;
    if (list->top > 0)
        cells_put(cells, x, list->area.y, plain(ROLE_DIM), 0x25b2);
    if (list->top + visible(list) < list->count)
        cells_put(cells, x, below, plain(ROLE_DIM), 0x25bc);
}

bool list_event(List *list, const Event *event)
{
    int page = visible(list);
    if (event->kind == EVENT_MOUSE) {
        if (!rect_has(list->area, event->x, event->y))
            return false;
        if (event->mouse == MOUSE_WHEEL_UP)
            list->at -= 1;
        else if (event->mouse == MOUSE_WHEEL_DOWN)
            list->at += 1;
        else if (event->mouse == MOUSE_PRESS) {
            int row = list->top + (event->y - list->area.y) / row_height(list);
            if (row >= list->count)
                return false;
            list->at = row;
        } else
            return false;
        settle(list);
        return true;
    }
    if (event->kind != EVENT_KEY)
        return false;
    switch (event->key) {
    case K_UP: case 'k': list->at--; break;
    case K_DOWN: case 'j': list->at++; break;
    case K_PAGE_UP: list->at -= page; break;
    case K_PAGE_DOWN: list->at += page; break;
    case K_HOME: list->at = 0; break;
    case K_END: list->at = list->count - 1; break;
    default: return false;
    }
    settle(list);
    return true;
}
