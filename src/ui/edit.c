/* A line of text being edited, with the keys of a shell. */
#include "ui/widgets.h"

#include <stdio.h>
#include <string.h>

void edit_set(Edit *edit, const char *text)
{
    snprintf(edit->text, sizeof edit->text, "%s", text);
    edit->at = (int)strlen(edit->text);
    edit->fresh = true;
}

static bool inside(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80; /* a byte that continues a code point */
}

static int before(const Edit *edit, int at)
{
    if (at > 0)
        at--;
    while (at > 0 && inside(edit->text[at]))
        at--;
    return at;
}

static int after(const Edit *edit, int at)
{
    if (edit->text[at])
        at++;
    while (inside(edit->text[at]))
        at++;
    return at;
}

static void erase_range(Edit *edit, int from, int to)
{
    memmove(edit->text + from, edit->text + to, strlen(edit->text + to) + 1);
    edit->at = from;
}

void edit_draw(Edit *edit, Cells *cells, Rect area)
{
    if (rect_empty(area))
        return;
    char start[sizeof edit->text];
    snprintf(start, sizeof start, "%.*s", edit->at, edit->text);
    int column = cells_width(start), skip = column >= area.w ? column - area.w + 1 : 0;
    const char *text = edit->text;
    for (int i = 0; i < skip; i++)
        utf8_next(&text);
    cells_tint(cells, rect_new(area.x, area.y, area.w, 1), ROLE_FIELD);
    for (int x = 0; x < area.w && *text; x++)
        cells_put(cells, area.x + x, area.y, bold(ROLE_BRIGHT), utf8_next(&text));
    cells->cursor_x = area.x + column - skip;
    cells->cursor_y = area.y;
}

bool edit_event(Edit *edit, const Event *event)
{
    if (event->kind != EVENT_KEY)
        return false;
    uint32_t key = event->key;
    bool fresh = edit->fresh;
    edit->fresh = false;
    switch (key) {
    case K_LEFT: case 2: edit->at = before(edit, edit->at); return true;
    case K_RIGHT: case 6: edit->at = after(edit, edit->at); return true;
    case K_HOME: case 1: edit->at = 0; return true;
    case K_END: case 5: edit->at = (int)strlen(edit->text); return true;
    case K_BACKSPACE: erase_range(edit, before(edit, edit->at), edit->at); return true;
    case K_DELETE: case 4: erase_range(edit, edit->at, after(edit, edit->at)); return true;
    case 21: erase_range(edit, 0, edit->at); return true;
    case 11: edit->text[edit->at] = '\0'; return true;
    case 23: {
        int from = edit->at;
        while (from > 0 && edit->text[from - 1] == ' ')
            from--;
        while (from > 0 && edit->text[from - 1] != ' ')
            from--;
        erase_range(edit, from, edit->at);
        return true;
    }
    default: break;
    }
    if (key < ' ' || key >= K_UP) {
        edit->fresh = fresh;
        return false;
    }
    if (fresh)
        edit->text[edit->at = 0] = '\0';
    char bytes[5];
    int count = utf8_put(key, bytes), size = (int)strlen(edit->text);
    if (size + count >= (int)sizeof edit->text)
        return true;
    memmove(edit->text + edit->at + count, edit->text + edit->at, (size_t)(size - edit->at) + 1);
    memcpy(edit->text + edit->at, bytes, (size_t)count);
    edit->at += count;
    return true;
}
