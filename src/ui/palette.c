/* The palette: all actions that can be done, and all screens, in a list that what is typed makes shorter.  Keys in it are
 * dialogue.c's. */
#include "config.h" /* _GNU_SOURCE: strcasestr */

#include "ui/app_own.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

void palette_fill(App *app)
{
    Dialogue *d = &app->dialogue;
    char first[64];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(d->edit.text, " "), d->edit.text);
    d->shown_count = 0;
    /* Names that start with what is typed go before those that contain it. */
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < d->items; i++) {
            bool starts = strncasecmp(d->item[i], first, strlen(first)) == 0;
            if (pass == 0 ? starts : !starts && (strcasestr(d->item[i], first) || strcasestr(d->detail[i], first)))
                d->shown[d->shown_count++] = i;
        }
    d->list.count = d->shown_count;
    d->list.at = 0;
}

void palette_open(App *app)
{
    dialogue_close(app);
    Dialogue *d = &app->dialogue;
    d->kind = DIALOGUE_PALETTE;
    snprintf(d->title, sizeof d->title, "what to do");
    enum { MOST = 128 };
    d->item = mem_new(MOST, sizeof *d->item);
    d->detail = mem_new(MOST, sizeof *d->detail);
    d->shown = mem_new(MOST, sizeof *d->shown);
    const Action *action;
    for (int i = 0; (action = app_action_at(app, i)) != NULL && d->items < MOST; i++) {
        if (!action_can(app, action))
            continue;
        char key[80] = "", detail[300];
        if (action->keys)
            action_keys(action, 1, key, sizeof key);
        snprintf(detail, sizeof detail, "%-6s %s%s%s", key, action->takes ? action->takes : "", action->takes ? ": " : "",
                 action->help);
        d->item[d->items] = mem_text(action->name);
        d->detail[d->items++] = mem_text(detail);
    }
    for (int i = 0; i < screens_count && d->items < MOST; i++) {
        char name[32], detail[200];
        snprintf(name, sizeof name, "go-%s", screens[i]->name);
        d->item[d->items] = mem_text(name);
        snprintf(detail, sizeof detail, "       %s", screens[i]->about);
        d->detail[d->items++] = mem_text(detail);
    }
    palette_fill(app);
}
