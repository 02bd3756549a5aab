/* Help: the keys of the screen one came from, from the table of actions, a page on each concept, and a search over both. */
#include "config.h" /* _GNU_SOURCE: strcasestr */

#include "ui/screens.h"

#include "base/mem.h"
#include "ui/app_own.h"
#include "ui/concepts.h"
#include "ui/widgets.h"

#include <stdio.h>
#include <string.h>

enum { PAGES = 64, LONGEST = 200, READABLE = 78 /* longer lines are hard to read */, KEY_COLUMN = 14 };

typedef struct Help {
    List list;
    int page[PAGES];  /* a concept; or, below 0, keys of the screen -1 - page */
    int screen;       /* the one we came from: its keys stand first */
    int scroll, lines, seen; /* of the page */
    Cells sheet;      /* the whole page, of which the window shows a part */
    bool apart;       /* the keys of all screens have a pane of their own */
    Edit search;
    bool searching;
} Help;

static Help *self(App *app) { return app_state(app, &screen_help); }

/* ---- what matches */

static int hits(const char *text, const char *word)
{
    int count = 0;
    for (const char *at = text; *word && (at = strcasestr(at, word)) != NULL; at += strlen(word))
        count++;
    return count;
}

static int action_hits(const Action *action, int count, const char *word)
{
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += hits(action[i].help, word) + hits(action[i].name, word);
    return sum;
}

static int page_hits(const Help *help, int page)
{
    const char *word = help->search.text;
    if (page >= 0)
        return hits(concepts[page].title, word) + hits(concepts[page].text, word);
    const Screen *screen = screens[-1 - page];
    return action_hits(screen->actions, screen->count, word);
}

static void add(Help *help, int page)
{
    if (help->list.count < PAGES && (!help->search.text[0] || page_hits(help, page)))
        help->page[help->list.count++] = page;
}

/* The keys of where we came from stand first, those of the other screens last. */
static void fill(Help *help)
{
    help->list.count = 0;
    add(help, -1 - help->screen);
    for (int i = 0; i < concepts_count; i++)
        add(help, i);
    for (int i = 0; i < screens_count; i++)
        if (i != help->screen && screens[i]->count)
            add(help, -1 - i);
    if (help->list.at >= help->list.count)
        help->list.at = 0;
}

/* The page on a thing is the one that has it in its title; else the first that has it at all, concepts before keys. */
static void choose_best(Help *help)
{
    help->list.at = help->scroll = 0;
    for (int pass = 0; pass < 2 && help->search.text[0]; pass++)
        for (int i = 0; i < help->list.count; i++)
            if (help->page[i] >= 0 && (pass || hits(concepts[help->page[i]].title, help->search.text))) {
                help->list.at = i;
                return;
            }
}

static void set_search(Help *help, const char *text)
{
    edit_set(&help->search, text);
    fill(help);
    choose_best(help);
}

static void enter(App *app)
{
    Help *help = self(app);
    if (screens[app->before] != &screen_help)
        help->screen = app->before;
    help->searching = false;
    set_search(help, "");
}

static void close_screen(App *app) { cells_clear(&self(app)->sheet); }

/* ---- drawing */

/* Each cuts the lines it took off the area. */
static void draw_key(Cells *cells, Rect *area, const char *keys, const char *help)
{
    cells_text_cut(cells, area->x, area->y, KEY_COLUMN - 1, plain(ROLE_ACCENT), keys);
    rect_cut_top(area, cells_wrap(cells, rect_new(area->x + KEY_COLUMN, area->y, area->w - KEY_COLUMN, area->h), plain(ROLE_TEXT), help));
}

static void draw_actions(Cells *cells, Rect *area, const char *heading, const Action *action, int count)
{
    Rect line = rect_cut_top(area, 1);
    cells_text(cells, line.x, line.y, bold(ROLE_ACCENT), heading);
    for (int i = 0; i < count; i++) {
        char keys[80];
        action_keys(&action[i], 2, keys, sizeof keys);
        draw_key(cells, area, keys, action[i].help);
    }
}

static void draw_everywhere(Cells *cells, Rect *area)
{
    draw_actions(cells, area, "everywhere", app_actions, app_actions_count);
    for (int i = 0; i < key_notes_count; i++)
        draw_key(cells, area, key_notes[i].key, key_notes[i].help);
}

static int draw_page(const Help *help, Cells *cells, Rect area, int page)
{
    int top = area.y;
    if (page >= 0) {
        heading_draw(cells, &area, concepts[page].title, NULL);
        rect_cut_top(&area, 1);
        return 2 + cells_wrap(cells, area, plain(ROLE_TEXT), concepts[page].text);
    }
    const Screen *screen = screens[-1 - page];
    char heading[80];
    snprintf(heading, sizeof heading, "keys of %s", screen->title ? screen->title : screen->name);
    draw_actions(cells, &area, heading, screen->actions, screen->count);
    if (!help->apart) {
        rect_cut_top(&area, 1);
        draw_everywhere(cells, &area);
    }
    return area.y - top;
}

/* Tints each place of the word in the rows of an area. */
static void highlight(Cells *cells, Rect area, const char *word)
{
    int length = cells_width(word);
    for (int y = area.y; y < area.y + area.h && length; y++)
        for (int x = area.x; x + length <= area.x + area.w; x++) {
            const char *at = word;
            int same = 0;
            while (same < length) {
                const Cell *cell = cells_at(cells, x + same, y);
                uint32_t glyph = utf8_next(&at);
                if (!cell || (cell->glyph | 32) != (glyph | 32) || (cell->glyph != glyph && (glyph | 32) - 'a' > 25))
                    break;
                same++;
            }
            if (same == length)
                cells_tint(cells, rect_new(x, y, length, 1), ROLE_FIELD);
        }
}

/* A part of a sheet drawn elsewhere. */
static void copy_rows(Cells *cells, Rect area, const Cells *sheet, int skip)
{
    for (int y = 0; y < area.h && y + skip < sheet->h; y++)
        for (int x = 0; x < area.w && x < sheet->w; x++) {
            Cell *cell = cells_at(cells, area.x + x, area.y + y);
            if (cell)
                *cell = sheet->cell[(y + skip) * sheet->w + x];
        }
}

static void pane_page(App *app, Cells *cells, const PaneView *view)
{
    Help *help = self(app);
    Rect area = view->area;
    help->apart = !rect_empty(app_pane_area(app, "everywhere"));
    if (!help->list.count) {
        cells_text_cut(cells, area.x, area.y, area.w, plain(ROLE_DIM), "no page has that word");
        return;
    }
    int wide = area.w < READABLE ? area.w : READABLE;
    help->sheet.look = cells->look;
    cells_resize(&help->sheet, wide, LONGEST);
    cells_erase(&help->sheet);
    help->lines = draw_page(help, &help->sheet, cells_all(&help->sheet), help->page[help->list.at]);
    highlight(&help->sheet, cells_all(&help->sheet), help->search.text);
    Rect hint = rect_cut_bottom(&area, help->lines > area.h && area.h > 3 ? 1 : 0);
    help->seen = area.h;
    if (help->scroll > help->lines - help->seen)
        help->scroll = help->lines - help->seen;
    if (help->scroll < 0)
        help->scroll = 0;
    copy_rows(cells, rect_new(area.x, area.y, wide, area.h), &help->sheet, help->scroll);
    bool more = help->lines > help->scroll + area.h;
    int x = cells_text(cells, hint.x, hint.y, bold(ROLE_ACCENT), hint.h ? more ? "PgDn" : "PgUp" : "");
    cells_text(cells, x + 1, hint.y, plain(ROLE_DIM), hint.h ? more ? "more" : "back" : "");
}

static void pane_everywhere(App *app, Cells *cells, const PaneView *view)
{
    Rect area = view->area;
    area.w = area.w < READABLE ? area.w : READABLE;
    Rect rest = area;
    draw_everywhere(cells, &rest);
    highlight(cells, area, self(app)->search.text);
}

static void pane_list(App *app, Cells *cells, const PaneView *view)
{
    Help *help = self(app);
    Rect area = view->area, line = rect_cut_top(&area, 1);
    rect_cut_top(&area, 1);
    int x = cells_text(cells, line.x, line.y, bold(ROLE_ACCENT), "/ ");
    if (help->searching)
        edit_draw(&help->search, cells, rect_new(x, line.y, line.x + line.w - x, 1));
    else
        cells_text_cut(cells, x, line.y, line.x + line.w - x, plain(ROLE_DIM), help->search.text[0] ? help->search.text : "search");
    list_place(&help->list, area);
    for (int i = 0; i < help->list.count; i++) {
        Rect row = list_row(&help->list, i);
        char title[80], count[16];
        int page = help->page[i];
        if (rect_empty(row))
            continue;
        if (page >= 0)
            snprintf(title, sizeof title, "%s", concepts[page].title);
        else
            snprintf(title, sizeof title, "keys of %s", screens[-1 - page]->title ? screens[-1 - page]->title : screens[-1 - page]->name);
        list_mark(&help->list, cells, i, !help->searching);
        snprintf(count, sizeof count, "%d", page_hits(help, page));
        int end = row.x + row.w - 1;
        if (help->search.text[0])
            end = cells_text_right(cells, end, row.y, plain(ROLE_DIM), count) - 1;
        cells_text_cut(cells, row.x + 2, row.y, end - row.x - 2, i == help->list.at ? bold(ROLE_BRIGHT) : plain(page < 0 ? ROLE_DIM : ROLE_TEXT), title);
        highlight(cells, row, help->search.text);
    }
    list_more(&help->list, cells);
}

static void draw(App *app, Cells *cells, Rect area) { app_panes(app, cells, area); }

/* ---- events */

static bool grab(App *app, const Event *event)
{
    Help *help = self(app);
    if (!help->searching || event->kind != EVENT_KEY)
        return false;
    if (event->key == K_ESC || event->key == K_ENTER || event->key == K_DOWN || event->key == K_TAB) {
        help->searching = false;
        if (event->key == K_ESC)
            set_search(help, "");
        return true;
    }
    edit_event(&help->search, event);
    fill(help);
    choose_best(help);
    return true;
}

static bool scroll(App *app, int by)
{
    Help *help = self(app);
    int most = help->lines - help->seen, to = help->scroll + by;
    help->scroll = to > most ? most : to;
    if (help->scroll < 0)
        help->scroll = 0;
    return true;
}

static bool page_event(App *app, const Event *event)
{
    int page = self(app)->seen > 2 ? self(app)->seen - 2 : 1;
    if (event->kind == EVENT_MOUSE && (event->mouse == MOUSE_WHEEL_DOWN || event->mouse == MOUSE_WHEEL_UP))
        return scroll(app, event->mouse == MOUSE_WHEEL_DOWN ? 2 : -2);
    if (event->kind != EVENT_KEY)
        return false;
    switch (event->key) {
    case K_DOWN: case 'j': return scroll(app, 1);
    case K_UP: case 'k': return scroll(app, -1);
    case K_PAGE_DOWN: case ' ': return scroll(app, page);
    case K_PAGE_UP: return scroll(app, -page);
    case K_HOME: return scroll(app, -LONGEST);
    case K_END: return scroll(app, LONGEST);
    default: return false;
    }
}

/* The list is short: page keys are the page's also from here. */
static bool list_keys(App *app, const Event *event)
{
    Help *help = self(app);
    if (event->kind == EVENT_KEY && (event->key == K_PAGE_DOWN || event->key == K_PAGE_UP || event->key == ' '))
        return page_event(app, event);
    int before = help->list.at;
    bool used = list_event(&help->list, event);
    if (help->list.at != before)
        help->scroll = 0;
    return used;
}

static void do_search(App *app, const char *argument)
{
    Help *help = self(app);
    set_search(help, argument ? argument : "");
    help->searching = !argument;
    app_focus(app, "list");
}

static bool has_search(App *app) { return self(app)->search.text[0] != '\0'; }

static void do_all(App *app, const char *argument)
{
    (void)argument;
    set_search(self(app), "");
}

static bool has_no_search(App *app) { return !has_search(app); }

static void do_leave(App *app, const char *argument)
{
    (void)argument;
    app_back(app);
}

static const Action actions[] = {
    {"search", "/", "search", "find a word on all pages; its places are marked", do_search, NULL, "WORD"},
    {"all-pages", "Esc", "all pages", "all pages again", do_all, has_search, NULL},
    {"leave", "Esc", "back", "to the screen before", do_leave, has_no_search, NULL},
};

static const Pane panes[] = {
    {"list", NULL, 20, 5, pane_list, list_keys},
    {"page", NULL, 36, 5, pane_page, page_event},
    {"everywhere", NULL, 60, 20, pane_everywhere, NULL},
};

static const char *layout(App *app, int w, int h)
{
    (void)app;
    (void)h;
    return w >= 176 ? "list=34 | page=78 | everywhere" : w >= 100 ? "list=34 | page" : "list=25 | page";
}

const Screen screen_help = {
    .name = "help", .about = "keys and what the words mean", .state_size = sizeof(Help), .actions = actions, .count = COUNT_OF(actions),
    .enter = enter, .close = close_screen, .draw = draw, .grab = grab,
    .panes = panes, .panes_count = COUNT_OF(panes), .layout = layout,
};
