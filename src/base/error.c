/* Formatting of the one error value. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

bool error_set(Error *err, ErrorKind kind, const char *cure, const char *fmt, ...)
{
    if (!err)
        return false;
    memset(err, 0, sizeof *err);
    err->kind = kind;
    if (cure)
        snprintf(err->cure, sizeof err->cure, "%s", cure);
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->what, sizeof err->what, fmt, args);
    va_end(args);
    return false;
}

bool error_errno(Error *err, const char *file, const char *fmt, ...)
{
    int saved = errno;
    if (!err)
        return false;
    memset(err, 0, sizeof *err);
    err->kind = ERROR_FAILED;
    if (file)
        snprintf(err->file, sizeof err->file, "%s", file);
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->what, sizeof err->what, fmt, args);
    va_end(args);
    size_t used = strlen(err->what);
    snprintf(err->what + used, sizeof err->what - used, ": %s", strerror(saved));
    return false;
}

bool error_at(Error *err, const char *file, int line, int column)
{
    if (!err)
        return false;
    if (!err->file[0] && file)
        snprintf(err->file, sizeof err->file, "%s", file);
    if (!err->line) {
        err->line = line;
        err->column = column;
    }
    return false;
}

void error_line(const Error *err, char *buffer, size_t size)
{
    char place[sizeof err->file + 16] = "";
    if (err->file[0] && err->line > 0)
        snprintf(place, sizeof place, "%s:%d: ", err->file, err->line);
    else if (err->file[0])
        snprintf(place, sizeof place, "%s: ", err->file);
    snprintf(buffer, size, "%s%s%s%s", place, err->what, err->cure[0] ? ": " : "", err->cure);
}

void error_text(const Error *err, char *buffer, size_t size)
{
    int used = 0;
    buffer[0] = '\0';
#define ADD(...)                                                                                   \
    do {                                                                                           \
        if (used >= 0 && (size_t)used < size)                                                      \
            used += snprintf(buffer + used, size - (size_t)used, __VA_ARGS__);                     \
    } while (0)
    if (err->file[0])
        ADD("%s:", err->file);
    if (err->line)
        ADD("%d:", err->line);
    if (err->line && err->column)
        ADD("%d:", err->column);
    ADD("%s%s", used ? " " : "", err->what);
    if (err->source[0]) {
        ADD("\n    %s", err->source);
        if (err->column)
            ADD("\n    %*s", err->column, "^");
    }
    if (err->cure[0])
        ADD("\n  %s", err->cure);
#undef ADD
}
