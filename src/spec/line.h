/* One line of the text form, cut into words that remember their columns. */
#ifndef SPEC_LINE_H
#define SPEC_LINE_H

#include "base/error.h"

#include <stdbool.h>

enum { LINE_WORDS = 64, LINE_BYTES = 2048 };

typedef struct Line {
    int number;                 /* from 1 */
    const char *start;          /* in the whole text */
    int length;
    char buffer[LINE_BYTES];    /* the words, each ended */
    char *word[LINE_WORDS + 1]; /* ends with NULL */
    int column[LINE_WORDS];     /* from 1 */
    int words;                  /* 0: blank or comment */
    const char *comment;        /* in the buffer, from its # on; "" if none */
} Line;

/* Takes the next line from *text (moved behind it); false at the end.  Words are parted by blanks; `#` at the start of a word
 * begins a comment; "..." holds a word with blanks.  A line that is no text, or too long, fills *err (err->kind tells). */
bool line_next(Line *line, const char **text, Error *err);

/* Puts place and source line under an error: word from 0; line->words means behind the last. */
bool line_fail(const Line *line, int word, Error *err);

#endif
