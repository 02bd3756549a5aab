/* What is done to a run, or to those that wait: names, tags, notes, deletion, sweeps. */
#include "ui/runs_own.h"

#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Runs *self(App *app) { return runs_state(app); }

static Run *acting(App *app)
{
    RunInfo *info = runs_find(self(app), self(app)->acting);
    if (!info)
        app_say(app, ROLE_DIM, "%s is no longer there", self(app)->acting);
    return info ? &info->run : NULL;
}

static void act_on_chosen(App *app)
{
    snprintf(self(app)->acting, sizeof self(app)->acting, "%s", runs_chosen(app)->run.name);
}

static void rename_entered(App *app, const char *text)
{
    Error err = {0};
    Run *run = acting(app);
    if (!text || !run)
        return;
    int mark = runs_mark_of(self(app), self(app)->acting);
    if (!run_rename(run, text, &err)) {
        app_say_error(app, &err);
    } else { /* it stays chosen and marked */
        snprintf(self(app)->chosen, RUN_NAME, "%s", text);
        if (mark >= 0)
            snprintf(self(app)->mark[mark], RUN_NAME, "%s", text);
    }
    runs_reload(app);
}

static bool check_name(App *app, const char *text, Error *err)
{
    (void)app;
    return run_name_check(text, err);
}

void runs_do_rename(App *app, const char *argument)
{
    act_on_chosen(app);
    if (argument)
        rename_entered(app, argument);
    else
        app_prompt(app, "rename the run", "", self(app)->acting, rename_entered, check_name);
}

static void tags_entered(App *app, const char *text)
{
    Error err = {0};
    Run *run = acting(app);
    RunTags tags = {0};
    if (!text || !run)
        return;
    for (const char *at = text; *at && tags.count < (int)COUNT_OF(tags.tag);) {
        at += strspn(at, " ,");
        size_t bytes = strcspn(at, " ,");
        if (bytes)
            snprintf(tags.tag[tags.count++], sizeof *tags.tag, "%.*s", (int)bytes, at);
        at += bytes;
    }
    if (!run_write_tags(run, &tags, &err))
        app_say_error(app, &err);
    runs_reload(app);
}

/* A prompt holds one line, and tags parted by blanks: what was written elsewhere in another form would be lost in it. */
static bool tags_fit(const Run *run)
{
    RunTags tags;
    size_t bytes = 0;
    if (!run_read_tags(run, &tags, NULL))
        return false;
    for (int i = 0; i < tags.count; i++) {
        bytes += strlen(tags.tag[i]) + 1;
        if (strpbrk(tags.tag[i], " ,"))
            return false;
    }
    return bytes < LINE_EDITED;
}

static bool note_fits(const Run *run)
{
    enum { LIMIT = 1 << 16 };
    char path[RUN_PATH + 32];
    size_t size;
    if (!file_join(path, sizeof path, run->folder, "notes.txt", NULL) || !file_exists(path))
        return true;
    char *text = file_read(path, LIMIT, &size, NULL);
    char *end = text ? strchr(text, '\n') : NULL;
    bool fits = text && size < LINE_EDITED && (!end || !end[1]);
    free(text);
    return fits;
}

void runs_do_tags(App *app, const char *argument)
{
    act_on_chosen(app);
    if (!tags_fit(&runs_chosen(app)->run))
        app_say(app, ROLE_BAD, "its tags have blanks or are too long for a line: `hourglass runs tag %s` changes them", self(app)->acting);
    else if (argument)
        tags_entered(app, argument);
    else
        app_prompt(app, "tags", "Words, parted by blanks.", runs_chosen(app)->tags, tags_entered, NULL);
}

static void note_entered(App *app, const char *text)
{
    Error err = {0};
    Run *run = acting(app);
    char path[RUN_PATH];
    if (!text || !run)
        return;
    if (!run_path(run, "notes.txt", path, sizeof path, &err) || !file_write(path, text, strlen(text), &err))
        app_say_error(app, &err);
    runs_reload(app);
}

void runs_do_note(App *app, const char *argument)
{
    act_on_chosen(app);
    if (!note_fits(&runs_chosen(app)->run))
        app_say(app, ROLE_BAD, "this note is longer than a line: %s/notes.txt is for your editor", runs_chosen(app)->run.folder);
    else if (argument)
        note_entered(app, argument);
    else
        app_prompt(app, "note", "A line to remember it by.", runs_chosen(app)->note, note_entered, NULL);
}

static void delete_answer(App *app, int answer)
{
    Error err = {0};
    Run *run = acting(app);
    if (answer != 0 || !run)
        return;
    if (run_remove(run, &err))
        app_say(app, ROLE_TEXT, "%s is deleted", self(app)->acting);
    else
        app_say_error(app, &err);
    runs_reload(app);
}

void runs_do_delete(App *app, const char *argument)
{
    (void)argument;
    static const Choice choice[] = {{"d", "delete it", "folder, weights, pictures: all of it"}, {"k", "keep it", NULL}};
    char title[RUN_NAME + 24];
    int waiting = runs_chosen_waiting(app);
    if (waiting >= 0) { /* nothing is lost */
        app_say(app, ROLE_TEXT, "%s will not be trained", bench_queued_setting(app_bench(app), waiting));
        bench_cancel_queued(app_bench(app), waiting);
        runs_arrange(app);
        return;
    }
    act_on_chosen(app);
    snprintf(title, sizeof title, "delete %s", self(app)->acting);
    app_ask(app, title, "This cannot be undone.", choice, 2, delete_answer);
}

void runs_do_cancel(App *app, const char *argument)
{
    (void)argument;
    app_say(app, ROLE_TEXT, "the queue is empty; what is in training goes on");
    bench_cancel_queued(app_bench(app), -1);
    runs_arrange(app);
}

static void sweep_entered(App *app, const char *text)
{
    Error err = {0};
    if (!text)
        return;
    if (bench_sweep(app_bench(app), text, &err)) {
        int queued = bench_queued(app_bench(app));
        app_say(app, ROLE_GOOD, "%d run%s queued; the first is in training", queued, queued == 1 ? " is" : "s are");
    } else {
        app_say_error(app, &err);
    }
    self(app)->chosen[0] = '\0';
    self(app)->list.at = 0;
    runs_arrange(app);
    runs_reload(app);
}

void runs_do_sweep(App *app, const char *argument)
{
    if (argument)
        sweep_entered(app, argument);
    else
        app_prompt(app, "sweep", "The design at hand once with each value: lr=1e-2,1e-3,1e-4", "lr=1e-2,1e-3,1e-4", sweep_entered, NULL);
}
