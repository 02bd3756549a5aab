/* What can be done on every screen, and doing anything by its name. */
#include "ui/app_own.h"

#include "base/mem.h"
#include "ui/screens.h"
#include "ui/tour.h"

#include <stdio.h>
#include <string.h>

/* ---- the actions */

static void leave_answer(App *app, int chosen)
{
    if (chosen != 0)
        return;
    app_say(app, ROLE_TEXT, "saving");
    bench_ask_stop(app->bench);
    app->done = true; /* the loop waits for the training to be saved */
}

static bool trains(App *app) { return bench_training(app->bench); }

static void do_quit(App *app, const char *argument)
{
    (void)argument;
    if (!trains(app)) {
        app->done = true;
        return;
    }
    static const Choice choice[] = {{"s", "stop and save", "hourglass resume goes on exactly"}, {"y", "stay", NULL}};
    app_ask(app, "a training is running", "It would stop after the batch at hand. Everything is saved.", choice, 2, leave_answer);
    app_ask_while(app, trains);
}

static void do_help(App *app, const char *argument)
{
    (void)argument;
    app_go(app, &screen_help);
}

static void do_palette(App *app, const char *argument)
{
    (void)argument;
    palette_open(app);
}

static void do_back(App *app, const char *argument)
{
    (void)argument;
    if (app->screen != 0)
        app_back(app);
}

static void do_start(App *app, const char *argument)
{
    (void)argument;
    app_go(app, screens[0]);
}

static void do_glyphs(App *app, const char *argument)
{
    Look *look = &app->look;
    int next = (look->glyphs + 1) % GLYPH_SETS;
    for (int i = 0; argument && i < GLYPH_SETS; i++)
        if (strcmp(argument, (const char *const[]){"ascii", "half", "quadrant", "sextant", "braille"}[i]) == 0)
            next = i;
    if (!look->utf8) {
        app_say(app, ROLE_DIM, "this locale is not UTF-8: characters only");
        return;
    }
    look->glyphs = (Glyphs)next;
    app_say(app, ROLE_DIM, "pictures in %s", (const char *const[]){"characters", "half blocks", "quadrants", "sextants", "braille"}[next]);
}

static void do_mouse(App *app, const char *argument)
{
    (void)argument;
    app->mouse_off = !app->mouse_off;
    app_say(app, ROLE_DIM, app->mouse_off ? "the mouse is the terminal's" : "the mouse works here; with Shift it is the terminal's");
}

static void do_tour(App *app, const char *argument)
{
    (void)argument;
    tour_toggle(app);
}

static void do_theme(App *app, const char *argument)
{
    (void)argument;
    Look next = look_new(app->look.colour, app->look.glyphs, !app->look.light);
    next.utf8 = app->look.utf8;
    next.braille = app->look.braille;
    app->look = next;
}

/* ---- panes */

static bool has_panes(App *app) { return app_split(app) && split_several(app_split(app)); }
static bool has_hidden(App *app) { return app_split(app) && split_any_hidden(app_split(app)); }
static bool can_widen(App *app) { return app_split(app) && split_can_grow(app_split(app), false); }
static bool can_heighten(App *app) { return app_split(app) && split_can_grow(app_split(app), true); }

static void do_pane(App *app, const char *argument)
{
    Split *split = app_split(app);
    if (argument && !split_focus(split, split_find(split, argument)))
        app_say(app, ROLE_BAD, "this screen has no pane %s", argument);
    else if (!argument)
        split_next(split, 1);
}

static void do_pane_before(App *app, const char *argument) { (void)argument; split_next(app_split(app), -1); }
static void do_zoom(App *app, const char *argument) { (void)argument; split_zoom(app_split(app)); }
static void do_wider(App *app, const char *argument) { (void)argument; split_grow(app_split(app), false, 2); }
static void do_narrower(App *app, const char *argument) { (void)argument; split_grow(app_split(app), false, -2); }
static void do_taller(App *app, const char *argument) { (void)argument; split_grow(app_split(app), true, 1); }
static void do_lower(App *app, const char *argument) { (void)argument; split_grow(app_split(app), true, -1); }
static void do_hide(App *app, const char *argument) { (void)argument; split_hide(app_split(app)); }
static void do_show(App *app, const char *argument) { (void)argument; split_show(app_split(app)); }

static void do_reset(App *app, const char *argument)
{
    (void)argument;
    split_reset(app_split(app));
    app_say(app, ROLE_DIM, "panes as they were");
}

const Action app_actions[] = {
    {"help", "? F1", "help", "keys of this screen, and what the words mean", do_help, NULL, NULL},
    {"palette", ": F9", NULL, "find any action by its name", do_palette, NULL, NULL},
    {"quit", "q F10 ^C", "quit", "leave; asks when a training is running", do_quit, NULL, NULL},
    {"back", "Esc", NULL, "to the screen before", do_back, NULL, NULL},
    {"start", "0", NULL, "to the start screen", do_start, NULL, NULL},
    {"pane", "Tab", "pane", "to the next pane; its keys are the arrows then", do_pane, has_panes, "NAME"},
    {"pane-before", "Shift-Tab", NULL, "to the pane before", do_pane_before, has_panes, NULL},
    {"zoom", "z", NULL, "this pane over the whole screen, and back", do_zoom, has_panes, NULL},
    {"wider", ">", NULL, "make this pane wider; the mouse drags the border", do_wider, can_widen, NULL},
    {"narrower", "<", NULL, "make this pane narrower", do_narrower, can_widen, NULL},
    {"taller", "}", NULL, "make this pane taller; the mouse drags the border", do_taller, can_heighten, NULL},
    {"lower", "{", NULL, "make this pane lower", do_lower, can_heighten, NULL},
    {"hide", "[", NULL, "hide this pane", do_hide, has_panes, NULL},
    {"show", "]", NULL, "show the hidden panes again", do_show, has_hidden, NULL},
    {"reset-panes", "|", NULL, "all panes in the sizes they had at first", do_reset, has_panes, NULL},
    {"glyphs", "g", NULL, "draw pictures in other glyphs: characters, half blocks, quadrants, sextants, braille", do_glyphs, NULL, "KIND"},
    {"tour", "F12", NULL, "the two-minute tour, or its end", do_tour, NULL, NULL},
    {"mouse", NULL, NULL, "give the mouse back to the terminal, or take it", do_mouse, NULL, NULL},
    {"theme", NULL, NULL, "dark text on light ground, or light on dark", do_theme, NULL, NULL},
};
const int app_actions_count = COUNT_OF(app_actions);

const KeyNote key_notes[] = {
    {"1..4", "the screens in the tab bar"},
    {"Esc-1", "F1, for terminals that keep the function keys; so with every digit, Esc-0 is F10"},
    {"^Z", "suspend, the training too; fg comes back"},
    {"^L", "draw everything again"},
    {"mouse", "click chooses, the wheel scrolls or turns numbers, borders between panes are dragged"},
};
const int key_notes_count = COUNT_OF(key_notes);

void action_keys(const Action *action, int most, char *buffer, size_t size)
{
    char word[24], key[24];
    int used, shown = 0;
    size_t length = 0;
    buffer[0] = '\0';
    for (const char *rest = action->keys; rest && shown < most && sscanf(rest, "%23s%n", word, &used) == 1; rest += used) {
        key_print(key_parse(word), key, sizeof key);
        length += (size_t)snprintf(buffer + length, length < size ? size - length : 0, "%s%s", shown++ ? " " : "", key);
    }
    if (!shown)
        snprintf(buffer, size, ":%s", action->name);
}

bool app_command(App *app, const char *line, Error *err)
{
    char name[64];
    while (*line == ' ' || *line == ':')
        line++;
    size_t bytes = strcspn(line, " ");
    snprintf(name, sizeof name, "%.*s", (int)bytes, line);
    const char *argument = line + bytes;
    argument += strspn(argument, " ");
    const Action *action = app_action(app, name);
    if (action && !action_can(app, action))
        return error_set(err, ERROR_USAGE, NULL, "%s: not now", name);
    if (action) {
        action->run(app, *argument ? argument : NULL);
        return true;
    }
    for (int i = 0; i < screens_count; i++)
        if (strncmp(name, "go-", 3) == 0 && strcmp(name + 3, screens[i]->name) == 0) {
            app_go(app, screens[i]);
            return true;
        }
    return error_set(err, ERROR_USAGE, "`:` lists what there is", "%s: no such action", name);
}
