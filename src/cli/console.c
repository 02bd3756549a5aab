/* Whether there are colours, how wide the terminal is, and how texts, numbers, tables and JSON are laid out. */
#include "cli/console.h"

#include "base/mem.h"

#include <langinfo.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* -- Streams.  How colours are switched on is the one thing a program decides once for itself: the only state here. */

static enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;

bool console_set_color(const char *when, Error *err)
{
    static const char *const words[] = {"auto", "always", "never"};
    for (int i = 0; i < (int)COUNT_OF(words); i++)
        if (!strcmp(when, words[i])) {
            color = (typeof(color))i;
            return true;
        }
    static const char *const levels[] = {"8", "16", "256", "rgb"}; /* how many: the studio asks for it (ui/terminal.h) */
    for (int i = 0; i < (int)COUNT_OF(levels); i++)
        if (!strcmp(when, levels[i])) {
            color = COLOR_ALWAYS;
            return true;
        }
    return error_set(err, ERROR_USAGE, NULL, "--color: \"%s\": need auto, always, never, 8, 16, 256 or rgb", when);
}

bool console_is_terminal(FILE *stream)
{
    return isatty(fileno(stream));
}

const char *console_ink(FILE *stream, Ink ink)
{
    static const char *const codes[] = {[INK_PLAIN] = "\033[0m",   [INK_BOLD] = "\033[1m",    [INK_FAINT] = "\033[2m",
                                        [INK_RED] = "\033[31m",    [INK_YELLOW] = "\033[33m", [INK_GREEN] = "\033[32m",
                                        [INK_CYAN] = "\033[36m"};
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    bool wanted = color == COLOR_ALWAYS || (color == COLOR_AUTO && console_is_terminal(stream) && !(none && *none) &&
                                            !(term && !strcmp(term, "dumb")));
    return wanted ? codes[ink] : "";
}

void console_error(const Error *err)
{
    char text[2048];
    error_text(err, text, sizeof text);
    fflush(stdout);
    fprintf(stderr, "%shourglass:%s %s\n", console_ink(stderr, INK_RED), console_ink(stderr, INK_PLAIN), text);
}

void console_note(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fflush(stdout);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
}

bool console_utf8(void)
{
    return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

int console_columns(FILE *stream)
{
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    int number = columns ? atoi(columns) : 0;
    return number > 0 ? number : 80;
}

/* -- Text. */

void text_wrap(const char *text, int indent, int width, int column, Str *out)
{
    bool fresh = column == 0; /* the line's indentation is still to be written */
    while (*text) {
        if (*text == '\n') {
            str_add(out, "\n");
            fresh = true;
            text++;
            continue;
        }
        /* A line that starts with a blank is an example: kept as it is. */
        bool kept = *text == ' ' && fresh;
        int length = kept ? (int)strcspn(text, "\n") : (int)strcspn(text, " \n");
        if (!fresh && column + 1 + length > width && !kept) {
            str_add(out, "\n");
            fresh = true;
        }
        if (fresh) {
            str_addf(out, "%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            str_add(out, " ");
            column++;
        }
        fresh = false;
        str_add_bytes(out, text, (size_t)length);
        column += length;
        text += length;
        while (!kept && *text == ' ')
            text++;
    }
    str_add(out, "\n");
}

void text_scaled(char *buffer, size_t size, double number)
{
    static const char *const units[] = {"", " k", " M", " G", " T"};
    size_t unit = 0;
    while (number >= 999.5 && unit + 1 < COUNT_OF(units)) {
        number /= 1000;
        unit++;
    }
    snprintf(buffer, size, "%.*f%s", unit && number < 99.95 ? 1 : 0, number, units[unit]);
}

void text_duration(char *buffer, size_t size, double seconds)
{
    if (!isfinite(seconds))
        snprintf(buffer, size, "?");
    else if (seconds < 9.95)
        snprintf(buffer, size, "%.1f s", seconds);
    else if (seconds < 99.5)
        snprintf(buffer, size, "%.0f s", seconds);
    else if (seconds < 3599)
        snprintf(buffer, size, "%d:%02d min", (int)(seconds + 0.5) / 60, (int)(seconds + 0.5) % 60);
    else
        snprintf(buffer, size, "%d h %02d min", (int)(seconds / 3600), (int)(seconds / 60) % 60);
}

/* -- Tables. */

void text_table_add(TextTable *table, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    table->cell = mem_resize(table->cell, (size_t)table->cells + 1, sizeof *table->cell);
    table->cell[table->cells++] = mem_text(text);
}

/* Columns a UTF-8 text takes, as long as it has no wide or combining characters; ours have none. */
static int text_columns(const char *text)
{
    int columns = 0;
    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

void text_table_print(TextTable *table, FILE *stream)
{
    int *width = mem_new((size_t)table->columns, sizeof *width);
    for (int i = 0; i < table->cells; i++) {
        int columns = text_columns(table->cell[i]);
        if (columns > width[i % table->columns])
            width[i % table->columns] = columns;
    }
    for (int i = 0; i < table->cells; i++) {
        int column = i % table->columns, blanks = width[column] - text_columns(table->cell[i]);
        bool right = table->align[column] == 'r', last = column + 1 == table->columns;
        if (i < table->columns)
            fputs(console_ink(stream, INK_BOLD), stream);
        fprintf(stream, "%*s%s%*s", right ? blanks : 0, "", table->cell[i], right || last ? 0 : blanks, "");
        if (i < table->columns)
            fputs(console_ink(stream, INK_PLAIN), stream);
        fputs(last ? "\n" : "  ", stream);
    }
    free(width);
    text_table_clear(table);
}

void text_table_clear(TextTable *table)
{
    for (int i = 0; i < table->cells; i++)
        free(table->cell[i]);
    free(table->cell);
    *table = (TextTable){0};
}

/* -- JSON. */

static void json_name(Str *out, const char *name)
{
    if (out->size && !strchr("{[\n", out->text[out->size - 1]))
        str_add(out, ",");
    if (name) {
        str_add_json(out, name);
        str_add(out, ":");
    }
}

void json_add_open(Str *out, const char *name, char bracket)
{
    json_name(out, name);
    str_add_bytes(out, &bracket, 1);
}

void json_add_close(Str *out, char bracket)
{
    str_add_bytes(out, &bracket, 1);
}

void json_add_text(Str *out, const char *name, const char *value)
{
    json_name(out, name);
    str_add_json(out, value);
}

void json_add_real(Str *out, const char *name, double value)
{
    char text[40] = "null";
    if (isfinite(value))
        str_number(text, sizeof text, value);
    json_name(out, name);
    str_add(out, text);
}

void json_add_int(Str *out, const char *name, long value)
{
    json_name(out, name);
    str_addf(out, "%ld", value);
}

void json_add_flag(Str *out, const char *name, bool value)
{
    json_name(out, name);
    str_add(out, value ? "true" : "false");
}
