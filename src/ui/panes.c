/* A screen's panes on the screen: titles, borders, and who gets an event.  Where they lie is ui/split.c's. */
#include "ui/app_own.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Split *split_of(App *app) { return &app->split[app->screen]; }

Split *app_split(App *app)
{
    return screens[app->screen]->panes && split_of(app)->nodes ? split_of(app) : NULL;
}

int app_pane(const App *app)
{
    return screens[app->screen]->panes ? app->split[app->screen].focus : -1;
}

void app_focus(App *app, const char *pane)
{
    Split *split = app_split(app);
    if (split)
        split_focus(split, split_find(split, pane));
    app->dirty = true;
}

Rect app_pane_area(const App *app, const char *pane)
{
    const Split *split = &app->split[app->screen];
    int at = screens[app->screen]->panes && split->nodes ? split_find(split, pane) : -1;
    return at < 0 ? (Rect){0} : split_area(split, at);
}

static void draw_border(void *context, Rect line, bool held)
{
    Cells *cells = context;
    for (int y = 0; y < line.h; y++)
        for (int x = 0; x < line.w; x++)
            cells_put(cells, line.x + x, line.y + y, plain(held ? ROLE_ACCENT : ROLE_FAINT), line.w == 1 ? 0x2502 : 0x2500);
}

/* ---- panes that rest: pictures are seen to move, numbers and curves are read; a training loses less by these */

static const double REST_SECONDS = 0.25;

static void keep(App *app, PaneDrawn *drawn, const Cells *cells, Rect area)
{
    drawn->cell = mem_resize(drawn->cell, (size_t)area.w * (size_t)area.h, sizeof *drawn->cell);
    drawn->area = area;
    drawn->at = app->now;
    cells_read(cells, area, drawn->cell);
}

static bool put_back(const App *app, const PaneDrawn *drawn, Cells *cells, Rect area)
{
    if (app->anew || !drawn->cell || !rect_equal(drawn->area, area) || app->now - drawn->at >= REST_SECONDS)
        return false;
    cells_write(cells, area, drawn->cell);
    return true;
}

void panes_free(App *app)
{
    for (int i = 0; i < SPLIT_PANES; i++)
        free(app->drawn[i].cell);
}

void app_panes(App *app, Cells *cells, Rect area)
{
    const Screen *screen = screens[app->screen];
    Split *split = split_of(app);
    Rect clip = cells->clip;
    const char *moving = screen->moving ? screen->moving(app) : NULL;
    cells->passing = moving != NULL;
    split_place(split, screen->panes, screen->panes_count, screen->layout(app, area.w, area.h), area);
    split_borders(split, draw_border, cells);
    for (int i = 0; i < split->count; i++) {
        const Pane *pane = &screen->panes[i];
        PaneView view = {.area = split_area(split, i), .focused = i == split->focus};
        if (rect_empty(view.area))
            continue;
        cells->clip = rect_meet(clip, view.area);
        bool rests = moving && strcmp(moving, pane->name) != 0;
        if (rests && put_back(app, &app->drawn[i], cells, view.area))
            continue;
        Rect all = view.area;
        if (pane->title) {
            bool here = view.focused && split_several(split);
            Style style = bold(here ? ROLE_ACCENT : ROLE_TEXT);
            style.attr |= here ? ATTR_UNDERLINE : 0;
            view.head = rect_cut_top(&view.area, 1);
            int end = cells_text_cut(cells, view.head.x, view.head.y, view.head.w, style, pane->title);
            (void)rect_cut_left(&view.head, end + 2 - view.head.x);
        }
        pane->draw(app, cells, &view);
        if (rests)
            keep(app, &app->drawn[i], cells, all);
    }
    cells->clip = clip;
    app->anew = false;
}

bool panes_event(App *app, const Event *event)
{
    Split *split = app_split(app);
    if (!split)
        return false;
    if (split_event(split, event))
        return true;
    int pane = event->kind == EVENT_MOUSE ? split_at(split, event->x, event->y) : split->focus;
    return pane >= 0 && split->pane[pane].event && split->pane[pane].event(app, event);
}

void panes_hint(App *app, char *buffer, size_t size)
{
    Split *split = app_split(app);
    int waiting[SPLIT_PANES], count = split ? split_waiting(split, waiting) : 0;
    buffer[0] = '\0';
    if (!count || size < 32)
        return;
    snprintf(buffer, size, "%s", split->zoom ? "z all panes, Tab the next:" : "Tab leads to");
    for (int i = 0; i < count; i++) {
        size_t used = strlen(buffer);
        snprintf(buffer + used, size - used, "%s %s", i ? "," : "", split->pane[waiting[i]].name);
    }
}
