/* Texts that grow, words that are alike, numbers for people. */
#include "base/str.h"

#include "base/mem.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(Str *str, size_t more)
{
    size_t need = str->size + more + 1;
    if (need <= str->room)
        return;
    size_t room = str->room ? str->room : 64;
    while (room < need)
        room *= 2;
    str->text = mem_resize(str->text, room, 1);
    str->room = room;
}

void str_add_bytes(Str *str, const char *bytes, size_t count)
{
    reserve(str, count);
    if (count)
        memcpy(str->text + str->size, bytes, count);
    str->size += count;
    str->text[str->size] = '\0';
}

void str_add(Str *str, const char *text)
{
    str_add_bytes(str, text, strlen(text));
}

void str_addf(Str *str, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (need < 0)
        return;
    reserve(str, (size_t)need);
    va_start(args, fmt);
    vsnprintf(str->text + str->size, (size_t)need + 1, fmt, args);
    va_end(args);
    str->size += (size_t)need;
}

/* The length of the UTF-8 character at `text`, 0 when it is none (RFC 3629: shortest form, no surrogates). */
static int utf8_length(const unsigned char *text)
{
    static const struct Form {
        unsigned char first, last, low, high; /* range of the first byte, then of the second */
        int length;
    } forms[] = {{0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct Form *form = &forms[i];
        if (text[0] < form->first || text[0] > form->last)
            continue;
        if (form->length > 1 && (text[1] < form->low || text[1] > form->high))
            return 0;
        for (int k = 2; k < form->length; k++)
            if ((text[k] & 0xc0) != 0x80)
                return 0;
        return form->length;
    }
    return 0;
}

void str_add_utf8(Str *str, const char *text)
{
    str_add(str, "");
    while (*text) {
        int length = utf8_length((const unsigned char *)text);
        str_add_bytes(str, length ? text : "\xef\xbf\xbd", length ? (size_t)length : 3);
        text += length ? length : 1;
    }
}

const char *str_after_mark(const char *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    return strncmp(text, mark, strlen(mark)) == 0 ? text + strlen(mark) : text;
}

void str_add_json(Str *str, const char *text)
{
    str_add(str, "\"");
    while (*text) {
        int length = utf8_length((const unsigned char *)text);
        if (!length)
            str_add(str, "\\ufffd");
        else if (*text == '"' || *text == '\\')
            str_addf(str, "\\%c", *text);
        else if (*text == '\n')
            str_add(str, "\\n");
        else if ((unsigned char)*text < 0x20)
            str_addf(str, "\\u%04x", (unsigned)*text);
        else
            str_add_bytes(str, text, (size_t)length);
        text += length ? length : 1;
    }
    str_add(str, "\"");
}

char *str_take(Str *str)
{
    reserve(str, 0);
    str->text[str->size] = '\0';
    char *text = str->text;
    *str = (Str){0};
    return text;
}

void str_clear(Str *str)
{
    free(str->text);
    *str = (Str){0};
}

/* Edits from one word to the other: a letter changed, added, left out, or two neighbours swapped (optimal string alignment). */
static int distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    int la = (int)strlen(a), lb = (int)strlen(b), rows[3][LONGEST + 1];
    if (la > LONGEST || lb > LONGEST)
        return INT_MAX;
    int *before = rows[0], *above = rows[1], *row = rows[2];
    for (int j = 0; j <= lb; j++)
        above[j] = j;
    for (int i = 1; i <= la; i++) {
        row[0] = i;
        for (int j = 1; j <= lb; j++) {
            int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            row[j] = above[j - 1] + (x != y);
            row[j] = above[j] + 1 < row[j] ? above[j] + 1 : row[j];
            row[j] = row[j - 1] + 1 < row[j] ? row[j - 1] + 1 : row[j];
            bool swapped = i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) && y == tolower((unsigned char)a[i - 2]);
            if (swapped && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        int *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[lb];
}

int str_closest(const char *word, const char *const *words, int count)
{
    int allowed = (int)strlen(word) / 3, best = -1;
    if (allowed < 1)
        allowed = 1;
    for (int i = 0; i < count; i++) {
        int d = distance(word, words[i]);
        if (d <= allowed) {
            allowed = d - 1;
            best = i;
        }
    }
    return best;
}

void str_number(char *buffer, size_t size, double value)
{
    char text[40];
    for (int digits = 0; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits, value);
        if (strtod(text, NULL) == value) {
            char *e = strchr(text, 'e');
            int power = e ? atoi(e + 1) : 0;
            if (e && (power < -4 || power > 15))
                snprintf(buffer, size, "%.*se%d", (int)(e - text), text, power);
            else
                snprintf(buffer, size, "%.*f", digits > power ? digits - power : 0, value);
            return;
        }
    }
    snprintf(buffer, size, "%g", value); /* infinite or no number */
}

void str_grouped(char *buffer, size_t size, double number)
{
    char digits[48];
    int count = snprintf(digits, sizeof digits, "%.0f", number), out = 0, start = digits[0] == '-';
    for (int i = 0; i < count && out + 2 < (int)size; i++) {
        if (i > start && (count - i) % 3 == 0)
            buffer[out++] = ',';
        buffer[out++] = digits[i];
    }
    buffer[out] = '\0';
}

void str_bytes(char *buffer, size_t size, double bytes)
{
    static const char *const unit[] = {"B", "kB", "MB", "GB", "TB"};
    int i = 0;
    while (bytes >= 1000 && i < 4) {
        bytes /= 1000;
        i++;
    }
    snprintf(buffer, size, i > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, unit[i]);
}

void str_no_controls(char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            *text = '?';
}
