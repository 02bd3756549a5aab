/* A growing text, and the nearest word to a misspelt one. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stddef.h>

typedef struct Str {
    char *text; /* always terminated once something was added; NULL before */
    size_t size, room;
} Str;

void str_add(Str *str, const char *text);
void str_add_bytes(Str *str, const char *bytes, size_t count);
void str_addf(Str *str, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_add_json(Str *str, const char *text); /* a JSON string with its quotes; what is not UTF-8 becomes U+FFFD */
void str_add_utf8(Str *str, const char *text); /* what is not UTF-8 becomes U+FFFD */
char *str_take(Str *str);  /* the text, now the caller's (never NULL); *str is empty again */
void str_clear(Str *str);  /* frees; a zeroed Str is a valid empty one */

/* The index of the word most like `word` (edit distance at most a third of its length, at least 1), or -1. */
int str_closest(const char *word, const char *const *words, int count);

/* Behind the byte order mark that some editors put before a text. */
const char *str_after_mark(const char *text);

/* A file's name may hold line ends and what terminals obey: each control character becomes "?". */
void str_no_controls(char *text);

/* "9.5 MB", "61 MB": in powers of 1000. */
void str_bytes(char *buffer, size_t size, double bytes);

/* The shortest decimal text that reads back as the same number: 0.001 "0.001", 10 "10", 1e-7 "1e-7". */
void str_number(char *buffer, size_t size, double value);

/* A whole number with its thousands apart: 1234567 "1,234,567". */
void str_grouped(char *buffer, size_t size, double number);

#endif
