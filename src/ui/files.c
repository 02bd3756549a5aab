/* Files that a screen writes and reads: where to, whether over what is there, and what is wrong with one that cannot be used. */
#include "ui/app_own.h"

#include "base/file.h"

#include <stdio.h>

/* ---- writing */

static void ask_where(App *app);

static void overwrite(App *app, int chosen)
{
    if (chosen == 0)
        app->saving.write(app, app->saving.path);
    else if (chosen == 1)
        ask_where(app);
}

static void path_entered(App *app, const char *path)
{
    static const Choice choice[] = {{"o", "overwrite it", NULL}, {"n", "another name", NULL}, {"l", "leave it as it is", NULL}};
    char text[300];
    if (!path || !*path)
        return;
    snprintf(app->saving.path, sizeof app->saving.path, "%s", path);
    snprintf(text, sizeof text, "%.200s exists.", path);
    if (file_exists(path))
        app_ask(app, app->saving.title, text, choice, 3, overwrite);
    else
        overwrite(app, 0);
}

static void ask_where(App *app)
{
    app_prompt(app, app->saving.title, app->saving.text, app->saving.path, path_entered, NULL);
}

void app_save_as(App *app, const char *title, const char *text, const char *path, bool ask, void (*write)(App *app, const char *path))
{
    Saving *saving = &app->saving;
    snprintf(saving->title, sizeof saving->title, "%s", title);
    snprintf(saving->text, sizeof saving->text, "%s", text);
    saving->write = write;
    if (ask) {
        snprintf(saving->path, sizeof saving->path, "%s", path);
        ask_where(app);
    } else {
        path_entered(app, path);
    }
}

/* ---- what is wrong with a file */

/* The line with the mistake and a caret below it, as much as fits. */
static void add_source(const Error *err, Str *text)
{
    enum { WIDTH = 54 };
    if (!err->source[0] || err->column < 1)
        return;
    int from = err->column > WIDTH - 8 ? err->column - WIDTH + 8 : 0;
    str_addf(text, "\n\n  %.*s\n  %*s^", WIDTH, err->source + from, err->column - 1 - from, "");
}

static void mistake_seen(App *app, int chosen)
{
    if (chosen == 0)
        app->again(app);
}

void app_show_mistake(App *app, const Error *err, void (*again)(App *app))
{
    static const Choice choice[] = {{"t", "try another file", NULL}, {"b", "back", "nothing was changed"}};
    Str text = {0};
    if (err->line > 0)
        str_addf(&text, "%.60s, line %d: ", err->file, err->line);
    else if (err->file[0])
        str_addf(&text, "%.60s: ", err->file);
    str_add(&text, err->what);
    add_source(err, &text);
    if (err->cure[0])
        str_addf(&text, "\n\n%s", err->cure);
    app->again = again;
    app_ask(app, "this file cannot be used", text.text, choice, 2, mistake_seen);
    str_clear(&text);
}
