/* Dialogues: a question with choices, a line of text, a list with a filter; the palette is such a list too. */
#include "config.h"

#include "ui/app_own.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dialogue_close(App *app)
{
    Dialogue *d = &app->dialogue;
    for (int i = 0; i < d->items; i++) {
        free(d->item[i]);
        free(d->detail[i]);
    }
    free(d->item);
    free(d->detail);
    free(d->shown);
    *d = (Dialogue){0};
    app->dirty = true;
}

static Dialogue *start(App *app, DialogueKind kind, const char *title, const char *text)
{
    dialogue_close(app);
    Dialogue *d = &app->dialogue;
    d->kind = kind;
    snprintf(d->title, sizeof d->title, "%s", title);
    snprintf(d->text, sizeof d->text, "%s", text ? text : "");
    return d;
}

void app_ask(App *app, const char *title, const char *text, const Choice *choice, int count, void (*done)(App *app, int chosen))
{
    Dialogue *d = start(app, DIALOGUE_ASK, title, text);
    d->choices = count < APP_CHOICES ? count : APP_CHOICES;
    memcpy(d->choice, choice, (size_t)d->choices * sizeof *choice);
    d->list.count = d->choices;
    d->chosen = done;
}

void app_ask_while(App *app, bool (*holds)(App *app))
{
    app->dialogue.holds = holds;
}

void app_prompt(App *app, const char *title, const char *text, const char *value, void (*done)(App *app, const char *text),
                bool (*check)(App *app, const char *text, Error *err))
{
    Dialogue *d = start(app, DIALOGUE_PROMPT, title, text);
    edit_set(&d->edit, value ? value : "");
    d->entered = done;
    d->check = check;
}

static bool contains(const char *text, const char *part)
{
    return !*part || strcasestr(text, part) != NULL;
}

static void filter(Dialogue *d)
{
    d->shown_count = 0;
    for (int i = 0; i < d->items; i++)
        if (contains(d->item[i], d->edit.text) || contains(d->detail[i], d->edit.text))
            d->shown[d->shown_count++] = i;
    d->list.count = d->shown_count;
}

void app_pick(App *app, const char *title, const char *const *item, const char *const *detail, int count, int selected,
              void (*done)(App *app, int chosen))
{
    Dialogue *d = start(app, DIALOGUE_PICK, title, NULL);
    d->items = count;
    d->item = mem_new((size_t)count, sizeof *d->item);
    d->detail = mem_new((size_t)count, sizeof *d->detail);
    d->shown = mem_new((size_t)count, sizeof *d->shown);
    for (int i = 0; i < count; i++) {
        d->item[i] = mem_text(item[i]);
        d->detail[i] = mem_text(detail && detail[i] ? detail[i] : "");
    }
    d->chosen = done;
    filter(d);
    d->list.at = selected;
}

/* ---- drawing */

/* Lines of a text wrapped into the frame. */
static int text_lines(const char *text)
{
    return cells_wrap(NULL, rect_new(0, 0, 58, 0), plain(ROLE_TEXT), text);
}

static Rect frame(const App *app, Rect area)
{
    const Dialogue *d = &app->dialogue;
    int w = 64, h = 8;
    if (d->kind == DIALOGUE_ASK)
        h = d->choices + 5 + (d->text[0] ? text_lines(d->text) : -1);
    else if (d->kind == DIALOGUE_PROMPT)
        h = 7 + text_lines(d->text);
    else {
        int rows = d->kind == DIALOGUE_PALETTE ? 14 : d->items;
        w = area.w <= 84 ? area.w : 76; /* nothing peeks out beside it */
        h = rows + 4 < area.h - 2 ? rows + 4 : area.h - 2;
    }
    return rect_centre(area, w, h);
}

static void draw_ask(App *app, Cells *cells, Rect inside)
{
    Dialogue *d = &app->dialogue;
    if (d->text[0]) {
        int lines = cells_wrap(cells, inside, plain(ROLE_TEXT), d->text);
        rect_cut_top(&inside, lines + 1);
    }
    list_place(&d->list, rect_new(inside.x - 2, inside.y, inside.w + 2, d->choices));
    for (int i = 0; i < d->choices; i++) {
        Rect row = list_row(&d->list, i);
        list_mark(&d->list, cells, i, true);
        cells_text(cells, row.x + 2, row.y, bold(ROLE_ACCENT), d->choice[i].key);
        int x = cells_text(cells, row.x + 6, row.y, plain(ROLE_TEXT), d->choice[i].text);
        if (d->choice[i].help)
            cells_text_cut(cells, x + 2, row.y, row.x + row.w - x - 2, plain(ROLE_DIM), d->choice[i].help);
    }
}

static void draw_prompt(App *app, Cells *cells, Rect inside)
{
    Dialogue *d = &app->dialogue;
    if (d->text[0])
        rect_cut_top(&inside, cells_wrap(cells, inside, plain(ROLE_DIM), d->text) + (inside.h > 3));
    edit_draw(&d->edit, cells, rect_cut_top(&inside, 1));
    if (d->error.kind) {
        char text[900];
        snprintf(text, sizeof text, "%s%s%s", d->error.what, d->error.cure[0] ? ": " : "", d->error.cure);
        cells_wrap(cells, inside, plain(ROLE_BAD), text);
    }
}

static void draw_pick(App *app, Cells *cells, Rect inside)
{
    Dialogue *d = &app->dialogue;
    Rect line = rect_cut_top(&inside, 1);
    cells_text(cells, line.x, line.y, bold(ROLE_ACCENT), d->kind == DIALOGUE_PALETTE ? ":" : "/");
    edit_draw(&d->edit, cells, rect_new(line.x + 2, line.y, line.w - 2, 1));
    rect_cut_top(&inside, 1);
    list_place(&d->list, rect_new(inside.x - 2, inside.y, inside.w + 3, inside.h));
    int wide = 0;
    for (int i = 0; i < d->shown_count; i++) {
        int w = cells_width(d->item[d->shown[i]]);
        wide = w > wide ? w : wide;
    }
    wide = wide > 30 ? 30 : wide;
    for (int i = 0; i < d->shown_count; i++) {
        Rect row = list_row(&d->list, i);
        if (rect_empty(row))
            continue;
        list_mark(&d->list, cells, i, true);
        cells_text_cut(cells, row.x + 2, row.y, wide, plain(ROLE_TEXT), d->item[d->shown[i]]);
        cells_text_cut(cells, row.x + 4 + wide, row.y, row.w - wide - 5, plain(ROLE_DIM), d->detail[d->shown[i]]);
    }
    list_more(&d->list, cells);
    if (!d->shown_count)
        cells_text(cells, inside.x, inside.y, plain(ROLE_DIM), "nothing matches");
}

void dialogue_draw(App *app, Cells *cells, Rect area)
{
    static void (*const draw[])(App *, Cells *, Rect) = {
        [DIALOGUE_ASK] = draw_ask, [DIALOGUE_PROMPT] = draw_prompt, [DIALOGUE_PICK] = draw_pick, [DIALOGUE_PALETTE] = draw_pick};
    Dialogue *d = &app->dialogue;
    Rect box = frame(app, area);
    box_draw(cells, box, d->title);
    cells->clip = rect_inset(box, 1, 1);
    draw[d->kind](app, cells, rect_inset(box, 3, d->kind == DIALOGUE_PALETTE || d->kind == DIALOGUE_PICK ? 1 : 2));
    cells->clip = cells_all(cells);
}

/* ---- events.  The dialogue is closed before `done` runs, which may open the next one. */

static void answer(App *app, int index)
{
    void (*chosen)(App *, int) = app->dialogue.chosen;
    dialogue_close(app);
    if (chosen)
        chosen(app, index);
}

void dialogue_tick(App *app)
{
    if (app->dialogue.holds && !app->dialogue.holds(app))
        answer(app, -1);
}

static void answer_text(App *app, const char *text)
{
    void (*entered)(App *, const char *) = app->dialogue.entered;
    char copy[sizeof app->dialogue.edit.text];
    snprintf(copy, sizeof copy, "%s", text ? text : "");
    dialogue_close(app);
    if (entered)
        entered(app, text ? copy : NULL);
}

static void run_palette(App *app)
{
    Dialogue *d = &app->dialogue;
    char line[sizeof d->edit.text + 64];
    const char *rest = strchr(d->edit.text, ' ');
    snprintf(line, sizeof line, "%s", d->edit.text);
    if (d->shown_count > 0)
        snprintf(line, sizeof line, "%s%s", d->item[d->shown[d->list.at]], rest ? rest : "");
    dialogue_close(app);
    Error err = {0};
    if (!app_command(app, line, &err))
        app_say_error(app, &err);
}

static void typed(App *app)
{
    Dialogue *d = &app->dialogue;
    d->error = (Error){0};
    if (d->kind == DIALOGUE_PROMPT && d->check && !d->check(app, d->edit.text, &d->error) && !d->error.kind)
        d->error.kind = ERROR_INPUT;
    if (d->kind == DIALOGUE_PICK)
        filter(d);
    if (d->kind == DIALOGUE_PALETTE)
        palette_fill(app);
}

static bool enter(App *app)
{
    Dialogue *d = &app->dialogue;
    if (d->kind == DIALOGUE_ASK) {
        answer(app, d->list.at);
    } else if (d->kind == DIALOGUE_PROMPT) {
        typed(app);
        if (!d->error.kind)
            answer_text(app, d->edit.text);
    } else if (d->kind == DIALOGUE_PALETTE) {
        run_palette(app);
    } else if (d->shown_count > 0) {
        answer(app, d->shown[d->list.at]);
    }
    return true;
}

static bool letter(App *app, uint32_t key)
{
    Dialogue *d = &app->dialogue;
    for (int i = 0; i < d->choices; i++)
        if (key_among(key, d->choice[i].key)) {
            answer(app, i);
            return true;
        }
    return false;
}

bool dialogue_event(App *app, const Event *event)
{
    Dialogue *d = &app->dialogue;
    if (event->kind == EVENT_MOUSE) {
        int at = d->list.at;
        if (d->kind != DIALOGUE_PROMPT && list_event(&d->list, event) && event->mouse == MOUSE_PRESS &&
            (at == d->list.at || d->kind == DIALOGUE_ASK))
            enter(app);
        return true;
    }
    if (event->kind != EVENT_KEY)
        return true;
    if (event->key == K_ESC || event->key == 3) {
        if (d->kind == DIALOGUE_PROMPT)
            answer_text(app, NULL);
        else
            answer(app, -1);
        return true;
    }
    if (event->key == K_ENTER)
        return enter(app);
    if (d->kind == DIALOGUE_ASK)
        return letter(app, event->key) || list_event(&d->list, event);
    bool moves = event->key >= K_UP || event->key < ' ';
    if (d->kind != DIALOGUE_PROMPT && moves && event->key != K_LEFT && event->key != K_RIGHT && list_event(&d->list, event))
        return true;
    if (d->kind == DIALOGUE_PALETTE && event->key == K_TAB && d->shown_count > 0) {
        char name[64];
        snprintf(name, sizeof name, "%s ", d->item[d->shown[d->list.at]]);
        edit_set(&d->edit, name);
        d->edit.fresh = false;
        typed(app);
        return true;
    }
    if (edit_event(&d->edit, event))
        typed(app);
    return true;
}
