/* What a terminal can show: by options, environment and what it says of itself. */
#include "ui/terminal_own.h"

#include "base/mem.h"

#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *terminal_rgb_base(const char *term)
{
    static const struct { const char *start, *base; } row[] = {
        {"xterm", "xterm-256color"}, {"tmux", "tmux-256color"}, {"screen", "screen-256color"}, {"alacritty", "xterm-256color"},
        {"foot", "xterm-256color"}, {"kitty", "xterm-256color"}, {"wezterm", "xterm-256color"}, {"konsole", "xterm-256color"},
        {"gnome", "xterm-256color"}, {"vte", "xterm-256color"}, {"st-", "xterm-256color"}, {"contour", "xterm-256color"},
        {"ghostty", "xterm-256color"},
    };
    for (size_t i = 0; term && i < COUNT_OF(row); i++)
        if (strncmp(term, row[i].start, strlen(row[i].start)) == 0)
            return row[i].base;
    return NULL;
}

static bool env_is(const char *name, const char *value)
{
    const char *text = getenv(name);
    return text && strcmp(text, value) == 0;
}

static bool word_is(const char *word, const char *value)
{
    return word && strcmp(word, value) == 0;
}

bool terminal_level(const TerminalOptions *options, int *level, Error *err)
{
    const char *word = options->color ? options->color : "auto", *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    *level = -1;
    for (int i = 0; i < COLOUR_LEVELS; i++)
        if (word_is(word, colour_levels[i].name))
            *level = i;
    if (*level >= 0)
        return true;
    bool always = word_is(word, "always");
    if (!always && !word_is(word, "auto"))
        return error_set(err, ERROR_USAGE, "use auto, always, never, 8, 16, 256 or rgb", "--color: \"%s\" is not known", word);
    if (!always && ((no_color && *no_color) || word_is(options->theme, "mono")))
        *level = COLOUR_MONO;
    else if ((env_is("COLORTERM", "truecolor") || env_is("COLORTERM", "24bit") || (term && strstr(term, "-direct"))) &&
             terminal_rgb_base(term))
        *level = COLOUR_RGB;
    return true;
}

bool terminal_look(const TerminalOptions *options, int colours, Look *look, Error *err)
{
    int level;
    if (!terminal_level(options, &level, err))
        return false;
    if (level < 0) {
        level = COLOUR_MONO;
        for (int i = COLOUR_8; i < COLOUR_RGB; i++)
            if (colours >= colour_levels[i].colours)
                level = i;
    }
    const char *theme = options->theme ? options->theme : "auto", *word = options->glyphs ? options->glyphs : "auto";
    if (!word_is(theme, "auto") && !word_is(theme, "dark") && !word_is(theme, "light") && !word_is(theme, "mono"))
        return error_set(err, ERROR_USAGE, "use auto, dark, light or mono", "--theme: \"%s\" is not known", theme);
    bool light = word_is(theme, "light");
    const char *pair = getenv("COLORFGBG"), *back = pair ? strrchr(pair, ';') : NULL;
    if (word_is(theme, "auto") && back)
        light = strcmp(back + 1, "7") == 0 || strcmp(back + 1, "15") == 0;
    *look = look_new((ColourLevel)level, GLYPHS_HALF, light);
    look->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    look->braille = !env_is("TERM", "linux");
    if (word_is(word, "auto")) {
        /* Without colours a half block is on or off; characters have ten steps. */
        look->glyphs = look->utf8 && level != COLOUR_MONO ? GLYPHS_HALF : GLYPHS_ASCII;
        return true;
    }
    for (int i = 0; i < GLYPH_SETS; i++)
        if (word_is(word, (const char *const[]){"ascii", "half", "quadrant", "sextant", "braille"}[i])) {
            look->glyphs = (Glyphs)i;
            look->utf8 &= i != GLYPHS_ASCII;
            return true;
        }
    return error_set(err, ERROR_USAGE, "use auto, ascii, half, quadrant, sextant or braille", "--glyphs: \"%s\" is not known",
                     word);
}

/* Asks for the background's colour (OSC 11) and, behind it, for what every terminal answers (DA1); waits for that at most
 * 100 ms.  Keys pressed meanwhile are lost, so it is done before anything can be seen. */
bool terminal_probe_ground(Look *look, bool fixed)
{
    terminal_write("\033]11;?\033\\\033[c");
    char reply[256];
    size_t have = 0;
    bool answered = false;
    struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!answered && have < sizeof reply - 1 && poll(&wait, 1, 100) > 0) {
        ssize_t n = read(STDIN_FILENO, reply + have, sizeof reply - 1 - have);
        if (n <= 0)
            break;
        have += (size_t)n;
        reply[have] = '\0';
        const char *end = strstr(reply, "\033[?");
        answered = end && strchr(end, 'c');
    }
    reply[have] = '\0';
    unsigned r, g, b;
    const char *rgb = strstr(reply, "rgb:");
    if (!rgb || sscanf(rgb, "rgb:%2x%*[0-9a-fA-F]/%2x%*[0-9a-fA-F]/%2x", &r, &g, &b) != 3)
        return answered;
    bool light = 299 * r + 587 * g + 114 * b > 128000;
    if (fixed && light != look->light)
        return answered; /* the user knows better */
    look->light = light;
    look->ground = r << 16 | g << 8 | b;
    return answered;
}

