/* One error convention for the whole program.
 *
 * A function that can fail for a reason of the outside world returns bool (or NULL) and fills an Error that
 * says where, what and how to cure it.  Errors pass upwards unmasked; a caller may add the place.  Only cli/
 * and ui/ show them.  Mistakes of the programmer are asserts, not Errors. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum { ERROR_LINE = 1088 }; /* room for what error_line writes */

/* The kind decides the exit code of the command line, so the values are those codes. */
typedef enum ErrorKind {
    ERROR_NONE = 0,
    ERROR_FAILED = 1,   /* the system refused: no space, no permission, no memory */
    ERROR_USAGE = 2,    /* wrong option or answer */
    ERROR_INPUT = 3,    /* data, design or model file unusable */
    ERROR_DIVERGED = 4, /* loss became NaN or infinite */
    ERROR_REQUIRE = 5   /* a --require condition is not met */
} ErrorKind;

typedef struct Error {
    ErrorKind kind;
    int line, column; /* 1-based place in `file`; 0: not known */
    char file[256];   /* file, option or run the error is about; "" if none */
    char what[512];   /* one sentence, no full stop, starts in lower case */
    char cure[256];   /* what to do about it; "" if nothing can be said */
    char source[160]; /* the offending line of text, shown above a caret; "" if none */
} Error;

/* Fills *err (if not NULL) and returns false, so that `return error_set(...)` reads well.
 * `cure` may be NULL. */
_Bool error_set(Error *err, ErrorKind kind, const char *cure, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* As error_set(ERROR_FAILED) with ": strerror(errno)" appended; file may be NULL. */
_Bool error_errno(Error *err, const char *file, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Adds the place to an error that has none yet; returns false. */
_Bool error_at(Error *err, const char *file, int line, int column);

/* "file:line: what: cure": the message on one line, for where there is only one. */
void error_line(const Error *err, char *buffer, size_t size);

/* "file:line:column: what\n    source\n      ^\n  cure": the whole message, without a final newline. */
void error_text(const Error *err, char *buffer, size_t size);

#endif
