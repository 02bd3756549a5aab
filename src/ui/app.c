/* The frame: which screen is in front, what a key means, and the lines around the screen. */
#include "ui/app_own.h"

#include "base/mem.h"
#include "spec/preset.h"
#include "ui/screens.h"
#include "ui/tour.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double MESSAGE_SECONDS = 8;

App *app_new(const AppOptions *options, Error *err)
{
    assert(screens_count <= APP_SCREENS);
    App *app = mem_new(1, sizeof *app);
    app->options = *options;
    app->look = options->look;
    app->now = options->now;
    app->deadline = INFINITY;
    app->dirty = true;
    app->bench = bench_new(options, err);
    if (!app->bench) {
        app_free(app);
        return NULL;
    }
    panes_load(app);
    app->screen = app->before = 0;
    app_go(app, screens[0]);
    if (options->design && !preset_find(options->design)) /* somebody's own file */
        app_go(app, &screen_design);
    return app;
}

void app_free(App *app)
{
    if (!app)
        return;
    dialogue_close(app);
    panes_save(app);
    panes_free(app);
    for (int i = 0; i < screens_count; i++) {
        if (app->opened[i] && screens[i]->close)
            screens[i]->close(app);
        free(app->state[i]);
    }
    bench_free(app->bench);
    free(app);
}

/* ---- small things for screens */

Bench *app_bench(App *app) { return app->bench; }
double app_now(const App *app) { return app->now; }
Look *app_look(App *app) { return &app->look; }
int app_wake(const App *app) { return app->options.wake; }
const Screen *app_screen(const App *app) { return screens[app->screen]; }
bool app_dirty(const App *app) { return app->dirty; }
bool app_done(const App *app) { return app->done; }
void app_touch(App *app) { app->dirty = true; }
bool app_in_dialogue(const App *app) { return app->dialogue.kind != DIALOGUE_NONE; }
bool app_wants_mouse(const App *app) { return !app->mouse_off; }

static bool taken(bool *flag)
{
    bool was = *flag;
    *flag = false;
    return was;
}

bool app_wants_suspend(App *app) { return taken(&app->suspend); }
bool app_wants_redraw(App *app) { return taken(&app->redraw); }

void app_call_at(App *app, double when)
{
    app->deadline = fmin(app->deadline, when);
}

double app_deadline(const App *app)
{
    double due = fmin(app->deadline, bench_deadline(app->bench));
    return app->message[0] ? fmin(due, app->message_until) : due;
}

void app_say(App *app, Role role, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(app->message, sizeof app->message, fmt, args);
    va_end(args);
    app->message_role = role;
    app->message_until = app->now + MESSAGE_SECONDS;
    app->dirty = true;
}

void app_say_error(App *app, const Error *err)
{
    char text[ERROR_LINE];
    error_line(err, text, sizeof text);
    app_say(app, ROLE_BAD, "%s", text);
}

/* While drawing: a click into the area presses the key. */
static void app_hit(App *app, Rect area, uint32_t key)
{
    if (app->hits < APP_HITS)
        app->hit[app->hits++] = (Hit){area, key};
}

/* ---- screens */

static int screen_index(const Screen *screen)
{
    for (int i = 0; i < screens_count; i++)
        if (screens[i] == screen)
            return i;
    return 0;
}

void *app_state(App *app, const Screen *screen)
{
    int i = screen_index(screen);
    if (!app->state[i])
        app->state[i] = mem_new(1, screen->state_size);
    if (!app->opened[i]) {
        app->opened[i] = true;
        if (screen->open)
            screen->open(app);
    }
    return app->state[i];
}

void app_go(App *app, const Screen *screen)
{
    int next = screen_index(screen);
    const Screen *old = screens[app->screen];
    if (next != app->screen && old->leaves && !old->leaves(app, screen)) {
        app->dirty = true;
        return;
    }
    if (next != app->screen) {
        if (old->leave)
            old->leave(app);
        app->before = app->screen;
    }
    app->screen = next;
    app->anew = true;
    app_state(app, screen);
    if (screen->enter)
        screen->enter(app);
    app->dirty = true;
}

void app_back(App *app)
{
    app_go(app, screens[app->before == app->screen ? 0 : app->before]);
}

void app_tick(App *app, double now)
{
    app->now = now;
    app->deadline = INFINITY;
    if (app->message[0] && now >= app->message_until) {
        app->message[0] = '\0';
        app->dirty = true;
    }
    if (bench_tick(app->bench))
        app->dirty = true;
    const char *said = bench_take_message(app->bench, &app->message_role);
    if (said)
        app_say(app, app->message_role, "%s", said);
    dialogue_tick(app);
    for (int i = 0; i < screens_count; i++)
        if (app->opened[i] && screens[i]->tick)
            screens[i]->tick(app);
    tour_tick(app);
}

bool app_stop(App *app, double seconds)
{
    return bench_stop_training(app->bench, seconds);
}

/* ---- events */

const Action *app_action_at(App *app, int index)
{
    const Screen *screen = screens[app->screen];
    if (index < screen->count)
        return &screen->actions[index];
    index -= screen->count;
    return index < app_actions_count ? &app_actions[index] : NULL;
}

bool action_can(App *app, const Action *action)
{
    return !action->can || action->can(app);
}

const Action *app_action(App *app, const char *name)
{
    const Action *action;
    for (int i = 0; (action = app_action_at(app, i)) != NULL; i++)
        if (strcmp(action->name, name) == 0)
            return action;
    return NULL;
}

static bool act(App *app, uint32_t key)
{
    const Action *action;
    for (int i = 0; (action = app_action_at(app, i)) != NULL; i++)
        if (key_among(key, action->keys) && action_can(app, action)) {
            action->run(app, NULL);
            return true;
        }
    return false;
}

static bool go_tab(App *app, uint32_t key)
{
    int tab = 0;
    for (int i = 0; i < screens_count; i++)
        if (screens[i]->title && key == (uint32_t)('1' + tab++)) {
            app_go(app, screens[i]);
            return true;
        }
    return false;
}

static void key_event(App *app, const Event *given)
{
    const Screen *screen = screens[app->screen];
    Event event = *given;
    app->message[0] = '\0';
    /* Terminals take some function keys: Esc and a digit stands for each. */
    if (event.key > KEY_ALT && event.key - KEY_ALT >= '0' && event.key - KEY_ALT <= '9')
        event.key = K_F1 + (event.key - KEY_ALT == '0' ? 9 : event.key - KEY_ALT - '1');
    if (app->dialogue.kind && dialogue_event(app, &event))
        return;
    if (app->dialogue.kind)
        return;
    if (screen->grab && screen->grab(app, &event))
        return;
    if (act(app, event.key) || panes_event(app, &event) || (screen->event && screen->event(app, &event)))
        return;
    go_tab(app, event.key);
}

static void mouse_event(App *app, const Event *event)
{
    const Screen *screen = screens[app->screen];
    if (event->mouse == MOUSE_PRESS && app->skip_click) {
        app->skip_click = false;
        return;
    }
    if (app->dialogue.kind) {
        dialogue_event(app, event);
        return;
    }
    if (event->mouse == MOUSE_PRESS)
        for (int i = app->hits - 1; i >= 0; i--)
            if (rect_has(app->hit[i].area, event->x, event->y)) {
                Event key = event_key(app->hit[i].key);
                key_event(app, &key);
                return;
            }
    if (screen->grab && screen->grab(app, event))
        return;
    if (!panes_event(app, event) && screen->event)
        screen->event(app, event);
}

void app_event(App *app, const Event *event, double now)
{
    app->now = now;
    app->dirty = app->anew = true;
    if (event->kind == EVENT_FOCUS) {
        app->skip_click = event->focused;
        return;
    }
    if (event->kind == EVENT_KEY && (event->key == 26 || event->key == 12)) {
        if (event->key == 26)
            app->suspend = true;
        else
            app->redraw = true;
    } else if (event->kind == EVENT_KEY) {
        app->skip_click = false;
        key_event(app, event);
    } else if (event->kind == EVENT_MOUSE) {
        mouse_event(app, event);
    }
    tour_tick(app);
}

/* ---- drawing */

static int tabs_width(int gap)
{
    int wide = 10;
    for (int i = 0; i < screens_count; i++)
        wide += screens[i]->title ? gap + 2 + cells_width(screens[i]->title) : 0;
    return wide;
}

/* Where not all titles have room, only the one in front has its. */
static void draw_tabs(App *app, Cells *cells, Rect line)
{
    int x = cells_text(cells, line.x + 1, line.y, bold(ROLE_ACCENT), "hourglass"), tab = 0, gap = line.w >= 100 ? 3 : 2;
    bool narrow = tabs_width(gap) >= line.w;
    app_hit(app, rect_new(line.x, line.y, 10, 1), '0');
    for (int i = 0; i < screens_count; i++) {
        if (!screens[i]->title)
            continue;
        bool here = i == app->screen;
        int from = x + gap;
        x = cells_textf(cells, from, line.y, plain(here ? ROLE_ACCENT : ROLE_DIM), "%d", ++tab);
        Style style = here ? bold(ROLE_BRIGHT) : plain(ROLE_DIM);
        style.attr |= here ? ATTR_UNDERLINE : 0;
        if (here || !narrow)
            x = cells_text(cells, x + 1, line.y, style, screens[i]->title);
        app_hit(app, rect_new(from, line.y, x - from, 1), (uint32_t)('0' + tab));
    }
    char status[96];
    bench_status(app->bench, status, sizeof status);
    if (screens[app->screen] == &screen_train) /* which says it at length */
        status[0] = '\0';
    if (x + gap + cells_width(status) < line.x + line.w)
        cells_text_right(cells, line.x + line.w - 1, line.y, plain(ROLE_TRAIN), status);
}

/* One action in the key bar: "KEY label"; a label "KEYS|LABEL" names several keys at once. */
static int key_bar_entry(App *app, Cells *cells, int x, Rect line, const Action *action, bool last)
{
    char key[80];
    const char *label = action->label, *bar = strchr(label, '|');
    action_keys(action, 1, key, sizeof key);
    uint32_t pressed = key_parse(key);
    if (bar) {
        snprintf(key, sizeof key, "%.*s", (int)(bar - label), label);
        label = bar + 1;
    }
    int wide = cells_width(key) + 1 + cells_width(label), gap = line.w >= 100 ? 3 : 2;
    if (x + wide + (last ? 1 : gap + 7 /* "? help" */) > line.x + line.w)
        return x;
    int end = cells_text(cells, x, line.y, bold(ROLE_ACCENT), key);
    end = cells_text(cells, end + 1, line.y, plain(ROLE_DIM), label);
    app_hit(app, rect_new(x, line.y, end - x, 1), pressed);
    return end + gap;
}

static void draw_key_bar(App *app, Cells *cells, Rect line)
{
    int x = line.x + 1;
    const Action *action, *help = app_action(app, "help");
    for (int i = 0; (action = app_action_at(app, i)) != NULL; i++)
        if (action->label && action->keys && action != help && action_can(app, action))
            x = key_bar_entry(app, cells, x, line, action, false);
    if (help)
        key_bar_entry(app, cells, x, line, help, true);
}

static void draw_tiny(App *app, Cells *cells)
{
    char status[96];
    bench_status(app->bench, status, sizeof status);
    cells_text_cut(cells, 0, 0, cells->w, plain(ROLE_TEXT), status[0] ? status : "hourglass: a larger window shows more");
}

/* One that is longer than its line lies over the foot of the screen: the cure stands at its end. */
static void draw_message(const App *app, Cells *cells, Rect line)
{
    enum { LINES = 4 };
    int lines = cells_wrap(cells, rect_new(line.x, line.y, line.w, 0), plain(app->message_role), app->message);
    if (lines > LINES)
        lines = LINES;
    Rect area = rect_new(line.x, line.y + 1 - lines, line.w, lines);
    cells_fill(cells, area, ROLE_GROUND);
    cells_wrap(cells, area, plain(app->message_role), app->message);
}

/* What lies behind a dialogue steps back: words lose their colours, pictures keep theirs. */
static void fade(Cells *cells)
{
    for (int i = 0; i < cells->w * cells->h; i++) {
        Cell *cell = &cells->cell[i];
        if (!ink_is_role(cell->fg) || !ink_is_role(cell->bg))
            continue;
        cell->fg = ink_role(ROLE_FAINT);
        cell->bg = ink_role(ROLE_GROUND);
        cell->attr = 0;
    }
}

void app_draw(App *app, Cells *cells)
{
    cells->look = app->look;
    cells_erase(cells);
    app->dirty = false;
    app->hits = 0;
    Rect area = cells_all(cells);
    if (area.w < 40 || area.h < 12) {
        draw_tiny(app, cells);
        return;
    }
    const Screen *screen = screens[app->screen];
    draw_tabs(app, cells, rect_cut_top(&area, 1));
    if (area.h > 17) {
        Rect line = rect_cut_top(&area, 1);
        const char *subject = screen->subject ? screen->subject(app) : bench_subject(app->bench);
        if (subject)
            cells_text_right(cells, line.x + line.w - 1, line.y, plain(ROLE_DIM), subject);
    }
    Rect keys = rect_cut_bottom(&area, 1), message = rect_inset(rect_cut_bottom(&area, 1), 1, 0);
    rect_cut_bottom(&area, area.h > 36 ? 1 : 0); /* what is said is no part of the lowest pane */
    tour_draw(app, cells, rect_inset(rect_cut_bottom(&area, tour_lines(app)), 1, 0));
    Rect inside = rect_inset(area, 1, 0);
    cells->clip = inside;
    screen->draw(app, cells, inside);
    cells->clip = cells_all(cells);
    draw_key_bar(app, cells, keys);
    char hint[160] = "";
    if (!app->message[0])
        panes_hint(app, hint, sizeof hint);
    if (app->message[0])
        draw_message(app, cells, message);
    else
        cells_text_cut(cells, message.x, message.y, message.w, plain(ROLE_DIM), hint);
    if (app->dialogue.kind) {
        cells->cursor_x = -1;
        app->hits = 0;
        fade(cells);
        dialogue_draw(app, cells, rect_new(0, 1, cells->w, cells->h - 2));
    }
}
