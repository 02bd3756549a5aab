/* Help: the keys of the screen one came from, from the table of actions, and a page on each concept. */
#include "config.h"

#include "ui/screens.h"

#include "base/mem.h"
#include "ui/app_own.h"
#include "ui/concepts.h"
#include "ui/widgets.h"

#include <stdio.h>
#include <string.h>

enum { PAGES = 64 };

typedef struct Help {
    List list;       /* page 0: keys; then concepts that match */
    int page[PAGES]; /* -1: keys; else concept */
    int screen;      /* whose keys */
    int scroll, lines;
    Edit search;
    bool searching;
} Help;

static Help *self(App *app) { return app_state(app, &screen_help); }

static bool matches(const Concept *page, const char *text)
{
    return !*text || strcasestr(page->title, text) || strcasestr(page->text, text);
}

static void fill(Help *help)
{
    help->list.count = 0;
    help->page[help->list.count++] = -1;
    for (int i = 0; i < concepts_count && help->list.count < PAGES; i++)
        if (matches(&concepts[i], help->search.text))
            help->page[help->list.count++] = i;
}

static void enter(App *app)
{
    Help *help = self(app);
    if (screens[app->before] != &screen_help)
        help->screen = app->before;
    help->list.at = help->scroll = 0;
    help->search.text[0] = '\0';
    help->search.at = 0;
    fill(help);
}

static int draw_keys(App *app, Cells *cells, Rect area, int skip)
{
    const Screen *screen = screens[self(app)->screen];
    int line = -skip;
    for (int part = 0; part < 2; part++) {
        const Action *action = part ? app_actions : screen->actions;
        int count = part ? app_actions_count : screen->count;
        if (line >= 0 && line < area.h)
            cells_textf(cells, area.x, area.y + line, bold(ROLE_ACCENT), "%s", part ? "everywhere" : screen->title ? screen->title : screen->name);
        line++;
        for (int i = 0; i < count; i++, line++) {
            char keys[80];
            action_keys(&action[i], 2, keys, sizeof keys);
            if (line < 0 || line >= area.h)
                continue;
            cells_text_cut(cells, area.x, area.y + line, 9, plain(ROLE_ACCENT), keys);
            cells_text_cut(cells, area.x + 10, area.y + line, area.w - 10, plain(ROLE_TEXT), action[i].help);
        }
        line++;
    }
    line--;
    for (int i = 0; i < key_notes_count; i++, line++)
        if (line >= 0 && line < area.h) {
            cells_text(cells, area.x, area.y + line, plain(ROLE_ACCENT), key_notes[i].key);
            cells_text_cut(cells, area.x + 10, area.y + line, area.w - 10, plain(ROLE_TEXT), key_notes[i].help);
        }
    return line + skip;
}

static void draw(App *app, Cells *cells, Rect area)
{
    Help *help = self(app);
    Rect left = rect_cut_left(&area, area.w >= 100 ? 34 : 25 < area.w / 2 ? 25 : area.w / 2);
    rect_cut_left(&area, 2);
    Rect line = rect_cut_top(&left, 1);
    int x = cells_text(cells, line.x, line.y, bold(ROLE_ACCENT), "/ ");
    if (help->searching)
        edit_draw(&help->search, cells, rect_new(x, line.y, line.x + line.w - x, 1));
    else
        cells_text_cut(cells, x, line.y, line.x + line.w - x, plain(ROLE_DIM), help->search.text[0] ? help->search.text : "search");
    list_place(&help->list, left);
    for (int i = 0; i < help->list.count; i++) {
        Rect row = list_row(&help->list, i);
        if (rect_empty(row))
            continue;
        list_mark(&help->list, cells, i, !help->searching);
        cells_text_cut(cells, row.x + 2, row.y, row.w - 3, i == help->list.at ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT),
                       help->page[i] < 0 ? "keys" : concepts[help->page[i]].title);
    }
    list_scrollbar(&help->list, cells);
    int page = help->page[help->list.at];
    if (area.w > 78)
        area.w = 78; /* longer lines are hard to read */
    if (page < 0) {
        help->lines = draw_keys(app, cells, area, help->scroll);
        return;
    }
    heading_draw(cells, &area, concepts[page].title, NULL);
    rect_cut_top(&area, 1);
    help->lines = cells_wrap(cells, area, plain(ROLE_TEXT), concepts[page].text);
}

static bool grab(App *app, const Event *event)
{
    Help *help = self(app);
    if (!help->searching || event->kind != EVENT_KEY)
        return false;
    if (event->key == K_ESC || event->key == K_ENTER || event->key == K_DOWN) {
        help->searching = false;
        if (event->key == K_ESC)
            help->search.text[0] = '\0', help->search.at = 0;
        fill(help);
        if (help->list.count > 1)
            help->list.at = help->search.text[0] ? 1 : 0;
        return true;
    }
    edit_event(&help->search, event);
    fill(help);
    help->list.at = help->list.count > 1 && help->search.text[0] ? 1 : 0;
    return true;
}

static bool event(App *app, const Event *event)
{
    Help *help = self(app);
    bool keys = help->page[help->list.at] < 0;
    if (keys && event->kind == EVENT_KEY && (event->key == K_PAGE_DOWN || event->key == K_PAGE_UP)) {
        help->scroll += event->key == K_PAGE_DOWN ? 10 : -10;
        if (help->scroll > help->lines - 5)
            help->scroll = help->lines - 5;
        if (help->scroll < 0)
            help->scroll = 0;
        return true;
    }
    if (keys && event->kind == EVENT_MOUSE && event->x > help->list.area.x + help->list.area.w &&
        (event->mouse == MOUSE_WHEEL_DOWN || event->mouse == MOUSE_WHEEL_UP)) {
        help->scroll += event->mouse == MOUSE_WHEEL_DOWN ? (help->scroll < help->lines - 5) : -(help->scroll > 0);
        return true;
    }
    return list_event(&help->list, event);
}

static void do_search(App *app, const char *argument)
{
    Help *help = self(app);
    edit_set(&help->search, argument ? argument : "");
    help->searching = !argument;
    fill(help);
}

static const Action actions[] = {
    {"search", "/", "search", "find a word on the pages", do_search, NULL, "WORD"},
};

const Screen screen_help = {
    .name = "help", .about = "keys and what the words mean", .state_size = sizeof(Help), .actions = actions, .count = COUNT_OF(actions),
    .enter = enter, .draw = draw, .grab = grab, .event = event,
};
