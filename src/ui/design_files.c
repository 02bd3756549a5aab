/* The designer's files: designs in their text form, answers files, presets.  What cannot be read is shown with its place; what exists is
 * not overwritten without asking. */
#include "ui/design_own.h"

#include "base/file.h"
#include "spec/interview.h"
#include "spec/preset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Designer *self(App *app) { return design_state(app); }

/* ---- opening */

static void open_entered(App *app, const char *path)
{
    if (path && *path)
        design_do_open(app, path);
}

static void ask_for_file(App *app)
{
    app_prompt(app, "open a file", "A design in its text form, an answers file, or a preset's name.", self(app)->path, open_entered, NULL);
}

/* Answers are `id = value`, or one answer a line, of which the first is the kind of network; a design's lines begin with words of
 * its own and have more than one. */
static bool is_answers(const char *text)
{
    static const char *const sections[] = {"input", "encoder", "decoder", "block", "train", "stage"};
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        const char *at = text + strspn(text, " \t\r");
        size_t word = strcspn(at, " \t\r\n=#"), rest = word + strspn(at + word, " \t\r");
        if (!word)
            continue;
        if (at[rest] == '=')
            return true;
        for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
            if (strncmp(at, sections[i], word) == 0 && sections[i][word] == '\0')
                return false;
        return at[rest] == '\n' || at[rest] == '\0' || at[rest] == '#';
    }
    return false;
}

static Design *play(App *app, const char *text, const char *path, Error *err)
{
    const Data *data = bench_data(app_bench(app));
    Interview *interview = interview_new(NULL, data ? data->train.shape : shape_map(28, 28, 1));
    Design *design = interview_play(interview, text, path, true, err) ? interview_design(interview, err) : NULL;
    interview_free(interview);
    return design;
}

void design_do_open(App *app, const char *path)
{
    Designer *d = self(app);
    Bench *bench = app_bench(app);
    Error err = {0};
    if (!path) {
        if (!d->path[0])
            snprintf(d->path, sizeof d->path, "%s.net", bench_design(bench)->name);
        ask_for_file(app);
        return;
    }
    snprintf(d->path, sizeof d->path, "%s", path);
    size_t size;
    char *text = preset_find(path) || !file_exists(path) ? NULL : file_read(path, 1 << 20, &size, NULL);
    bool good;
    if (text && strlen(text) == size && is_answers(text)) {
        Design *design = play(app, text, path, &err);
        good = design != NULL;
        if (good)
            bench_begin_design(bench, design, path);
    } else {
        good = bench_open_design(bench, path, &err);
    }
    free(text);
    if (!good) {
        app_show_mistake(app, &err, ask_for_file);
        return;
    }
    d->list.at = d->list.top = 0;
    design_leave_form(app);
    design_refill(app);
    app_say(app, ROLE_GOOD, "opened %s; u leads back to what was here", path);
}

static void preset_chosen(App *app, int index)
{
    if (index >= 0)
        design_do_open(app, presets[index].name);
}

void design_do_presets(App *app, const char *argument)
{
    const char *names[64], *helps[64];
    int count = presets_count < 64 ? presets_count : 64;
    for (int i = 0; i < count; i++) {
        names[i] = presets[i].name;
        helps[i] = presets[i].summary;
        if (argument && strcmp(argument, names[i]) == 0) {
            preset_chosen(app, i);
            return;
        }
    }
    app_pick(app, "start from a preset", names, helps, count, 0, preset_chosen);
}

/* ---- writing */

static void write_design(App *app, const char *path)
{
    Error err = {0};
    if (bench_save_design(app_bench(app), path, &err))
        app_say(app, ROLE_GOOD, "written to %s", path);
    else
        app_say_error(app, &err);
}

static void write_answers(App *app, const char *path)
{
    Error err = {0};
    char *text = interview_print_design(bench_design(app_bench(app)), &err);
    if (text && file_write(path, text, strlen(text), &err))
        app_say(app, ROLE_GOOD, "written to %s; `hourglass train --answers %s` makes this design", path, path);
    else
        app_say_error(app, &err);
    free(text);
}

static void save(App *app, const char *path, const char *ending, const char *title, const char *text, void (*write)(App *, const char *))
{
    char name[DESIGN_NAME + 16];
    snprintf(name, sizeof name, "%s%s", bench_design(app_bench(app))->name, ending);
    app_save_as(app, title, text, path ? path : name, !path, write);
}

void design_do_save(App *app, const char *path)
{
    save(app, path, ".net", "save the design", "In the text form, every default spelt out; a mirror stays a mirror.", write_design);
}

/* Before a name is asked for: can the questions make this design at all? */
void design_do_answers(App *app, const char *path)
{
    Error err = {0};
    char *text = interview_print_design(bench_design(app_bench(app)), &err);
    if (text)
        save(app, path, ".answers", "save the answers", "All questions with their answers: the wizard and `hourglass train --answers` take it.", write_answers);
    else
        app_say_error(app, &err);
    free(text);
}

/* ---- by words */

void design_do_set(App *app, const char *assignment)
{
    Error err = {0};
    Design *design = design_copy(bench_design(app_bench(app)));
    if (assignment && design_set(design, assignment, &err)) {
        design_take(app, design);
        return;
    }
    design_free(design);
    if (assignment)
        app_say_error(app, &err);
}

static void seed_entered(App *app, const char *text)
{
    char *end;
    unsigned long long seed = text ? strtoull(text, &end, 10) : 0;
    if (text && end != text && *end == '\0')
        bench_set_seed(app_bench(app), seed);
    else if (text)
        app_say(app, ROLE_BAD, "\"%.40s\": a seed is a whole number", text);
}

void design_do_seed(App *app, const char *number)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)bench_seed(app_bench(app)));
    if (number)
        seed_entered(app, number);
    else
        app_prompt(app, "seed", "Weights, order, noise: everything random follows from it.", text, seed_entered, NULL);
}
