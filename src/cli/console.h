/* What the commands print with: messages, colours, wrapped text, tables, JSON.  Results go to standard output, everything else
 * to standard error. */
#ifndef CLI_CONSOLE_H
#define CLI_CONSOLE_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdio.h>

/* auto, always, never; to be called once before anything is printed. */
bool console_set_color(const char *when, Error *err) MUST_CHECK;

typedef enum Ink { INK_PLAIN, INK_BOLD, INK_FAINT, INK_RED, INK_YELLOW, INK_GREEN, INK_CYAN } Ink;

/* The escape sequence that switches to an ink on this stream, "" without colours. */
const char *console_ink(FILE *stream, Ink ink);

void console_error(const Error *err);                       /* hourglass: place: what, cure */
void console_note(const char *fmt, ...) PRINTF_LIKE(1, 2); /* a line on standard error */

bool console_is_terminal(FILE *stream);
bool console_utf8(void); /* does the locale's character set have more than ASCII? */
int console_columns(FILE *stream); /* 80 where it is no terminal */

/* Words wrapped at `width`, lines but the first indented; newlines in the text are kept. Ends with a newline.  `column` is where
 * the first line starts: 0 means that it has to be indented too. */
void text_wrap(const char *text, int indent, int width, int column, Str *out);

/* 1.5e9 -> "1.5 G"; seconds -> "41 s", "14 min", "2 h 05 min". */
void text_scaled(char *buffer, size_t size, double number);
void text_duration(char *buffer, size_t size, double seconds);

/* -- A table of texts: columns as wide as their widest cell, two blanks between. */
typedef struct TextTable {
    int columns;
    char **cell; /* row by row, the heading first */
    int cells;
    const char *align; /* one letter a column: l or r */
} TextTable;

void text_table_add(TextTable *table, const char *fmt, ...) PRINTF_LIKE(2, 3); /* the next cell */
void text_table_print(TextTable *table, FILE *stream);                         /* and frees it */
void text_table_clear(TextTable *table);

/* -- JSON, one object or array after the other on a Str. A name is NULL inside an array. */
void json_add_open(Str *out, const char *name, char bracket); /* '{' or '[' */
void json_add_close(Str *out, char bracket);                  /* '}' or ']' */
void json_add_text(Str *out, const char *name, const char *value);
void json_add_real(Str *out, const char *name, double value); /* NaN and infinity: null */
void json_add_int(Str *out, const char *name, long value);
void json_add_flag(Str *out, const char *name, bool value);

#endif
