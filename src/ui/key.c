/* Names of keys, as the help screen shows them and key files write them. */
#include "ui/event.h"

#include "term/cells.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct { uint32_t key; const char *name, *other; } names[] = {
    {K_TAB, "Tab", NULL}, {K_ENTER, "Enter", "Return"}, {K_ESC, "Esc", "Escape"}, {K_BACKSPACE, "Backspace", "BSpace"},
    {' ', "Space", NULL}, {K_UP, "Up", NULL}, {K_DOWN, "Down", NULL}, {K_LEFT, "Left", NULL}, {K_RIGHT, "Right", NULL},
    {K_HOME, "Home", NULL}, {K_END, "End", NULL}, {K_PAGE_UP, "PgUp", "PageUp"}, {K_PAGE_DOWN, "PgDn", "PageDown"},
    {K_INSERT, "Insert", NULL}, {K_DELETE, "Delete", NULL}, {K_BACK_TAB, "Shift-Tab", "BTab"},
    {K_SHIFT_LEFT, "Shift-Left", NULL}, {K_SHIFT_RIGHT, "Shift-Right", NULL}, {K_SHIFT_UP, "Shift-Up", NULL},
    {K_SHIFT_DOWN, "Shift-Down", NULL},
};
enum { NAMES = sizeof names / sizeof *names };

void key_print(uint32_t key, char *buffer, size_t size)
{
    const char *alt = key & KEY_ALT ? "Alt-" : "";
    key &= KEY_ALT - 1;
    for (int i = 0; i < NAMES; i++)
        if (names[i].key == key) {
            snprintf(buffer, size, "%s%s", alt, names[i].name);
            return;
        }
    char glyph[5];
    if (key >= K_F1 && key < K_F1 + 12)
        snprintf(buffer, size, "%sF%d", alt, (int)(key - K_F1) + 1);
    else if (key < ' ')
        snprintf(buffer, size, "%s^%c", alt, (int)key + '@');
    else {
        utf8_put(key, glyph);
        snprintf(buffer, size, "%s%s", alt, glyph);
    }
}

uint32_t key_parse(const char *name)
{
    if (strncasecmp(name, "Alt-", 4) == 0 && name[4]) {
        uint32_t key = key_parse(name + 4);
        return key ? key | KEY_ALT : 0;
    }
    for (int i = 0; i < NAMES; i++)
        if (strcasecmp(name, names[i].name) == 0 || (names[i].other && strcasecmp(name, names[i].other) == 0))
            return names[i].key;
    int number = 0, end = 0;
    if (sscanf(name, "F%d%n", &number, &end) == 1 && name[end] == '\0' && number >= 1 && number <= 12)
        return K_F1 + (uint32_t)number - 1;
    if (name[0] == '^' && name[1] && !name[2])
        return (uint32_t)name[1] & 31;
    if ((strncmp(name, "C-", 2) == 0) && name[2] && !name[3])
        return (uint32_t)name[2] & 31;
    const char *at = name;
    uint32_t glyph = *at ? utf8_next(&at) : 0;
    return *at ? 0 : glyph;
}

bool key_among(uint32_t key, const char *list)
{
    char word[24];
    int bytes;
    while (list && sscanf(list, "%23s%n", word, &bytes) == 1) {
        if (key_parse(word) == key)
            return true;
        list += bytes;
    }
    return false;
}
