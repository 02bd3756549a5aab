/* The panes of the last session: a line a layout, "SCREEN <tab> as the screen gave it <tab> as the person made it". */
#include "ui/app_own.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT = 1 << 16 };

static char *print_all(const App *app)
{
    Str out = {0};
    for (int i = 0; i < screens_count; i++)
        for (int k = 0; k < app->split[i].remembered; k++)
            str_addf(&out, "%s\t%s\t%s\n", screens[i]->name, app->split[i].memory[k].given, app->split[i].memory[k].changed);
    return out.text ? str_take(&out) : mem_text("");
}

/* Lines of screens that are not there any more are passed over; a layout that is not the screen's is never asked for. */
void panes_load(App *app)
{
    Error err = {0};
    size_t size;
    char *rest, *text = app->options.state && file_exists(app->options.state) ? file_read(app->options.state, LIMIT, &size, &err) : NULL;
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest)) {
        char *given = strchr(line, '\t'), *changed = given ? strchr(given + 1, '\t') : NULL;
        if (!changed)
            continue;
        *given++ = *changed++ = '\0';
        for (int i = 0; i < screens_count; i++)
            if (strcmp(screens[i]->name, line) == 0 && screens[i]->panes)
                split_remember(&app->split[i], given, changed);
    }
    free(text);
    app->kept = print_all(app);
}

/* Where it cannot be written nothing is lost but a convenience: no reason to disturb who leaves. */
void panes_save(App *app)
{
    Error err = {0};
    char *text = print_all(app), folder[512];
    if (app->options.state && app->kept && strcmp(text, app->kept) != 0) {
        snprintf(folder, sizeof folder, "%s", app->options.state);
        char *slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
        if (!slash || file_make_folders(folder, &err))
            (void)!file_write(app->options.state, text, strlen(text), &err);
    }
    free(text);
    free(app->kept);
}
