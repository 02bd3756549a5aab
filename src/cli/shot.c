/* Any screen of the studio as a picture or text, without a terminal: for the manual, for bug reports, for tests. */
#include "cli/studio.h"

#include "base/clock.h"
#include "base/file.h"
#include "cli/options.h"
#include "term/raster.h"
#include "ui/bench.h"
#include "ui/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Waits until everything loaded behind the screen is there and nothing has moved for a moment. */
static void settle(App *app, Cells *cells, double seconds)
{
    double quiet = clock_seconds(), end = quiet + seconds;
    while (clock_seconds() < end && clock_seconds() - quiet < 0.12) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        app_tick(app, clock_seconds());
        if (app_dirty(app) || bench_busy(app_bench(app))) {
            quiet = clock_seconds();
            app_draw(app, cells);
        }
    }
}

/* "Down Down Enter text=hello wait=2": keys by name, letters typed, seconds waited. */
static bool press(App *app, Cells *cells, const char *steps, Error *err)
{
    char word[256];
    int used;
    for (; steps && sscanf(steps, "%255s%n", word, &used) == 1; steps += used) {
        if (strncmp(word, "text=", 5) == 0) {
            for (const char *at = word + 5; *at;) {
                Event event = event_key(utf8_next(&at));
                app_event(app, &event, clock_seconds());
            }
        } else if (strncmp(word, "wait=", 5) == 0) {
            double end = clock_seconds() + strtod(word + 5, NULL);
            while (clock_seconds() < end) {
                nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
                app_tick(app, clock_seconds());
            }
        } else {
            uint32_t key = key_parse(word);
            if (!key)
                return error_set(err, ERROR_USAGE, "keys are a, Enter, Down, ^R, F5, text=WORD, wait=SECONDS", "--keys: \"%s\" is no key", word);
            Event event = event_key(key);
            app_event(app, &event, clock_seconds());
        }
        app_tick(app, clock_seconds());
        app_draw(app, cells);
        settle(app, cells, 5);
    }
    return true;
}

static bool write_out(const Cells *cells, const char *path, Error *err)
{
    size_t length = path ? strlen(path) : 0;
    if (length > 4 && strcmp(path + length - 4, ".png") == 0) {
        Image image = {0};
        bool good = cells_to_image(cells, &image, err) && image_write_png(&image, path, NULL, err);
        image_clear(&image);
        return good;
    }
    char *text = cells_print(cells);
    bool good = true;
    if (!path || strcmp(path, "-") == 0)
        fputs(text, stdout);
    else
        good = file_write(path, text, strlen(text), err);
    free(text);
    return good;
}

static bool read_size(const char *text, int *w, int *h, Error *err)
{
    int end = 0;
    *w = 80;
    *h = 24;
    if (text && (sscanf(text, "%dx%d%n", w, h, &end) != 2 || text[end] || *w < 1 || *h < 1 || *w > 500 || *h > 250))
        return error_set(err, ERROR_USAGE, "give columns and rows: 80x24, at most 500x250", "--size: \"%s\"", text);
    return true;
}

static const Screen *find_screen(const char *name, Error *err)
{
    Str names = {0};
    for (int i = 0; i < screens_count; i++) {
        if (strcmp(screens[i]->name, name) == 0) {
            str_clear(&names);
            return screens[i];
        }
        str_addf(&names, "%s%s", i ? ", " : "", screens[i]->name);
    }
    error_set(err, ERROR_USAGE, names.text, "there is no screen %s", name);
    str_clear(&names);
    return NULL;
}

static int run(const Args *args, Error *err)
{
    const Screen *screen = find_screen(args->operand[0], err);
    AppOptions options;
    TerminalOptions terminal = {.color = args_text(args, "color"), .glyphs = args_text(args, "glyphs"), .theme = args_text(args, "theme"), .no_probe = true};
    Cells cells = {0};
    int w, h;
    if (!terminal.color)
        terminal.color = "rgb"; /* a picture has all colours, whatever this terminal has */
    if (!terminal.glyphs)
        terminal.glyphs = strcmp(terminal.color, "never") == 0 ? "ascii" : "half";
    if (!screen || !studio_options(args, &options, err) || !read_size(args_text(args, "size"), &w, &h, err) ||
        !terminal_look(&terminal, 256, &options.look, err))
        return args_failed(err);
    options.look.utf8 = strcmp(terminal.glyphs, "ascii") != 0;
    options.look.braille = options.look.utf8;

    options.now = clock_seconds();
    const char *name = args_text(args, "run");
    options.design = args_text(args, "design");
    App *app = app_new(&options, err);
    if (!app)
        return args_failed(err);
    cells_resize(&cells, w, h);
    app_draw(app, &cells);
    settle(app, &cells, 30);
    bool good = !name || bench_show_run(app_bench(app), name, err);
    if (good) {
        app_go(app, screen);
        app_draw(app, &cells);
        settle(app, &cells, 30);
        good = press(app, &cells, args_text(args, "keys"), err);
    }
    enum { MESSAGES_GONE = 60 }; /* seconds: what was said while loading is no part of the screen; answers to keys are */
    app_tick(app, clock_seconds() + (args_text(args, "keys") ? 0 : MESSAGES_GONE));
    app_draw(app, &cells);
    good = good && write_out(&cells, args_text(args, "output"), err);
    cells_clear(&cells);
    app_free(app);
    return good ? 0 : args_failed(err);
}

static const Option options[] = {
    OPTION_OUTPUT,
    {"size", 0, "CxR", "columns and rows (80x24)"},
    {"keys", 'k', "KEYS", "keys pressed before, by name: \"Down Down Enter text=abc wait=2\""},
    {"run", 'r', "NAME", "a run that is opened before"},
    {"design", 0, "NET|PRESET", "the design on the bench (simple)"},
    {"data", 'd', "PATH", "folder or file to learn from, or `built-in` for the built-in digits"},
    OPTION_RUNS_DIR,
    OPTION_SEED,
    OPTION_THREADS,
    {"glyphs", 0, "KIND", "what pictures are drawn with: ascii, half, quadrant, sextant, braille"},
    {"theme", 0, "NAME", "dark, light or mono"},
    {0},
};

const Command shot_command = {
    .name = "shot", .operands = "SCREEN", .least = 1, .most = 1, .help = "Draw a screen of the studio without a terminal",
    .more = "The screens are start, design, wizard, train, gallery, runs and help. FILE ends with .png for a picture; anything else is text.",
    .options = options, .run = run};
