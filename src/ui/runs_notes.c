/* What was written down of the chosen run: the person's notes, and the log of its training. */
#include "ui/runs_own.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { NOTES_LIMIT = 1 << 16, LOG_LIMIT = 1 << 24 };

void runs_forget_notes(Runs *r)
{
    free(r->notes);
    free(r->log);
    r->notes = r->log = NULL;
    r->noted[0] = '\0';
}

static char *read_text(const Run *run, const char *inside, size_t limit)
{
    char path[RUN_PATH + 32];
    size_t size;
    if (!file_join(path, sizeof path, run->folder, inside, NULL) || !file_exists(path))
        return NULL;
    return file_read(path, limit, &size, NULL);
}

/* Read when another run is chosen, and while it is trained every second. */
static void refresh(App *app, Runs *r, const RunInfo *info)
{
    bool old = runs_is_live(app, info) && app_now(app) - r->noted_at > 1;
    if (strcmp(r->noted, info->run.name) == 0 && !old)
        return;
    if (strcmp(r->noted, info->run.name) != 0)
        r->log_back = 0;
    runs_forget_notes(r);
    r->notes = read_text(&info->run, "notes.txt", NOTES_LIMIT);
    r->log = read_text(&info->run, "log.txt", LOG_LIMIT);
    snprintf(r->noted, sizeof r->noted, "%s", info->run.name);
    r->noted_at = app_now(app);
}

/* The last lines of the log, or those before. */
static void draw_log(Runs *r, Cells *cells, Rect area)
{
    int lines = 0;
    for (const char *at = r->log; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    int most = lines > area.h ? lines - area.h : 0;
    r->log_back = r->log_back > most ? most : r->log_back < 0 ? 0 : r->log_back;
    int skip = most - r->log_back, row = 0;
    for (char *at = r->log, *end; row < area.h && (end = strchr(at, '\n')) != NULL; at = end + 1) {
        if (skip-- > 0)
            continue;
        char line[400];
        snprintf(line, sizeof line, "%.*s", (int)(end - at < 399 ? end - at : 399), at);
        char *words = strstr(line, "  ");
        int x = area.x;
        if (words && area.w >= 60) { /* the time of day is enough */
            *words = '\0';
            const char *day = strchr(line, 'T');
            x = cells_textf(cells, x, area.y + row, plain(ROLE_FAINT), "%.8s", day ? day + 1 : line) + 2;
        }
        cells_text_cut(cells, x, area.y + row++, area.x + area.w - x, plain(ROLE_DIM), words ? words + 2 : line);
    }
}

void runs_draw_notes(App *app, Cells *cells, const PaneView *view)
{
    Runs *r = runs_state(app);
    const RunInfo *info = runs_chosen(app);
    Rect area = view->area;
    if (!info)
        return;
    refresh(app, r, info);
    cells_text_cut(cells, view->head.x, view->head.y, view->head.w, plain(ROLE_DIM), r->notes ? info->run.name : "# writes one");
    if (r->notes) {
        Rect notes = area;
        notes.h = area.h > 4 ? area.h / 2 : area.h;
        int lines = cells_wrap(cells, notes, plain(ROLE_CHANGED), r->notes);
        rect_cut_top(&area, (lines < notes.h ? lines : notes.h) + 1);
    }
    if (r->log)
        draw_log(r, cells, area);
    else
        cells_text(cells, area.x, area.y, plain(ROLE_FAINT), "no log");
}

bool runs_notes_event(App *app, const Event *event)
{
    Runs *r = runs_state(app);
    int by = event->kind == EVENT_MOUSE ? event->mouse == MOUSE_WHEEL_UP ? 3 : event->mouse == MOUSE_WHEEL_DOWN ? -3 : 0
             : event->kind != EVENT_KEY ? 0
             : event->key == K_UP || event->key == 'k' ? 1
             : event->key == K_DOWN || event->key == 'j' ? -1
             : event->key == K_PAGE_UP ? 10
             : event->key == K_PAGE_DOWN ? -10
                                         : 0;
    r->log_back += by;
    return by != 0;
}
