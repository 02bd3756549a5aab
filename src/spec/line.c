/* The text form's lines and words. */
#include "spec/line.h"

#include <stdio.h>
#include <string.h>

bool line_fail(const Line *line, int word, Error *err)
{
    if (!err)
        return false;
    int column = 1;
    if (word < line->words)
        column = line->column[word];
    else if (line->words)
        column = line->column[line->words - 1] + (int)strlen(line->word[line->words - 1]) + 1;
    err->line = line->number;
    err->column = column;
    err->source[0] = '\0';
    if (column < (int)sizeof err->source) {
        /* Tabs become blanks: the caret below must stand under its word. */
        snprintf(err->source, sizeof err->source, "%.*s", line->length, line->start);
        for (char *at = err->source; *at; at++)
            if ((unsigned char)*at < ' ' || *at == 127)
                *at = ' ';
    }
    return false;
}

/* Cuts the copy in line->buffer; false with *wrong (a column) for a quote that never ends or too many words. */
static bool cut(Line *line, const char **wrong)
{
    char *at = line->buffer;
    for (;;) {
        at += strspn(at, " \t\r");
        if (*at == '\0' || *at == '#') {
            line->comment = at;
            return true;
        }
        if (line->words == LINE_WORDS) {
            *wrong = "has too many words";
            return false;
        }
        line->column[line->words] = (int)(at - line->buffer) + 1;
        bool quoted = *at == '"';
        char *end = quoted ? strchr(++at, '"') : at + strcspn(at, " \t\r");
        if (!end) {
            *wrong = "has a quote (\") that never ends";
            return false;
        }
        line->word[line->words++] = at;
        if (*end == '\0')
            return true;
        *end = '\0';
        at = end + 1;
    }
}

bool line_next(Line *line, const char **text, Error *err)
{
    if (**text == '\0')
        return false;
    line->number++;
    line->start = *text;
    line->length = (int)strcspn(*text, "\n");
    line->words = 0;
    line->comment = "";
    *text += line->length;
    *text += **text == '\n';
    const char *wrong = NULL;
    for (int i = 0; i < line->length && !wrong; i++)
        if (((unsigned char)line->start[i] < ' ' && !strchr("\t\r", line->start[i])) || line->start[i] == 127)
            wrong = "has a byte that is no text";
    if (line->length >= LINE_BYTES)
        wrong = "is too long";
    if (!wrong) {
        snprintf(line->buffer, sizeof line->buffer, "%.*s", line->length, line->start);
        cut(line, &wrong);
        line->word[line->words] = NULL;
    }
    if (wrong) {
        error_set(err, ERROR_INPUT, "is it a network file?", "this line %s", wrong);
        line->words = 0;
        line_fail(line, 0, err);
        return false;
    }
    return true;
}
