/* Runs: what was tried and what came of it.  Marked runs are laid over each other, their settings side by side, and the same digits
 * shown as each of them makes them. */
#include "ui/runs_own.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/model.h"
#include "tensor/team.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The same digits through a run's best weights. */
typedef struct DigitJob {
    char run[RUN_NAME], runs_dir[RUN_PATH];
    float *x, *output;
    int count;
    size_t size;
    Error error;
} DigitJob;

static Runs *self(App *app) { return runs_state(app); }

/* ---- reading */

static void reload(App *app)
{
    Runs *r = self(app);
    if (r->job)
        return;
    RunInfos *infos = mem_new(1, sizeof *infos);
    snprintf(infos->folder, sizeof infos->folder, "%s", bench_runs_dir(app_bench(app)));
    r->job = job_start(run_infos_read, infos, app_wake(app));
}

static RunInfo *chosen(App *app)
{
    Runs *r = self(app);
    return r->list.at < r->runs.count ? &r->runs.item[r->list.at] : NULL;
}

static RunInfo *find(Runs *r, const char *name)
{
    for (int i = 0; i < r->runs.count && *name; i++)
        if (strcmp(r->runs.item[i].run.name, name) == 0)
            return &r->runs.item[i];
    return NULL;
}

static int mark_of(const Runs *r, const char *name)
{
    for (int i = 0; i < MARKS; i++)
        if (strcmp(r->mark[i], name) == 0)
            return i;
    return -1;
}

/* The runs compared: those marked, else the chosen one alone. */
int runs_compared(App *app, RunInfo *out[MARKS], int letter[MARKS])
{
    Runs *r = self(app);
    int count = 0;
    for (int i = 0; i < MARKS; i++) {
        RunInfo *info = find(r, r->mark[i]);
        if (info) {
            letter[count] = i;
            out[count++] = info;
        }
    }
    if (!count && chosen(app)) {
        letter[0] = -1;
        out[count++] = chosen(app);
    }
    return count;
}

/* ---- the same digits by each */

static void make_digits(void *context)
{
    DigitJob *job = context;
    Model model = {0};
    char name[RUN_NAME + 8];
    snprintf(name, sizeof name, "%s@best", job->run);
    if (!model_open(name, job->runs_dir, &model, &job->error) && !model_open(job->run, job->runs_dir, &model, &job->error))
        return;
    Team *team = team_new(1, &job->error);
    Network *net = team ? model_network(&model, job->count, team, &job->error) : NULL;
    if (net && shape_size(network_input(net)) == job->size && shape_size(network_output(net)) == job->size) {
        job->output = mem_new((size_t)job->count * job->size, sizeof *job->output);
        network_forward(net, 0, network_layers(net), job->count, job->x, job->output);
    }
    network_free(net);
    team_free(team);
    model_clear(&model);
}

Digits *runs_digits_of(Runs *r, const char *run)
{
    for (int i = 0; i < MARKS; i++)
        if (strcmp(r->digits[i].run, run) == 0)
            return &r->digits[i];
    return NULL;
}

float *runs_probe_digits(App *app, int *count, Shape *shape)
{
    const Dataset *set = bench_probe_set(app_bench(app));
    if (!set)
        return NULL;
    *count = set->count < DIGITS ? set->count : DIGITS;
    *shape = set->shape;
    float *x = mem_new((size_t)*count * shape_size(set->shape), sizeof *x);
    for (int i = 0; i < *count; i++)
        dataset_sample(set, i, x + (size_t)i * shape_size(set->shape));
    return x;
}

static void ask_digits(App *app)
{
    Runs *r = self(app);
    RunInfo *info[MARKS];
    int letter[MARKS], count;
    int runs = runs_compared(app, info, letter);
    Shape shape;
    for (int i = 0; i < runs && !r->digit_job; i++) {
        if (runs_digits_of(r, info[i]->run.name))
            continue;
        float *x = runs_probe_digits(app, &count, &shape);
        if (!x)
            return;
        DigitJob *job = mem_new(1, sizeof *job);
        snprintf(job->run, sizeof job->run, "%s", info[i]->run.name);
        snprintf(job->runs_dir, sizeof job->runs_dir, "%s", r->runs.folder);
        job->x = x;
        job->count = count;
        job->size = shape_size(shape);
        r->digit_job = job_start(make_digits, job, app_wake(app));
    }
}

static void keep_digits(Runs *r, DigitJob *job)
{
    /* A place that no marked run needs. */
    Digits *place = &r->digits[0];
    for (int i = MARKS - 1; i >= 0; i--)
        if (!r->digits[i].run[0] || mark_of(r, r->digits[i].run) < 0)
            place = &r->digits[i];
    free(place->output);
    place->output = job->output;
    snprintf(place->run, sizeof place->run, "%s", job->run);
    free(job->x);
    free(job);
}

static void tick(App *app)
{
    Runs *r = self(app);
    if (r->job && job_done(r->job)) {
        RunInfos *infos = job_finish(r->job);
        r->job = NULL;
        run_infos_clear(&r->runs);
        r->runs = *infos;
        free(infos);
        r->loaded = true;
        app_touch(app);
    }
    if (r->digit_job && job_done(r->digit_job)) {
        keep_digits(r, job_finish(r->digit_job));
        r->digit_job = NULL;
        app_touch(app);
    }
    if (app_screen(app) == &screen_runs)
        ask_digits(app);
}

static void close_screen(App *app)
{
    Runs *r = self(app);
    if (r->job) {
        RunInfos *infos = job_finish(r->job);
        run_infos_clear(infos);
        free(infos);
    }
    if (r->digit_job)
        keep_digits(r, job_finish(r->digit_job));
    for (int i = 0; i < MARKS; i++)
        free(r->digits[i].output);
    run_infos_clear(&r->runs);
}

/* ---- the table */


static void draw_row(App *app, Cells *cells, Rect row, int i)
{
    Runs *r = self(app);
    const RunInfo *info = &r->runs.item[i];
    int mark = mark_of(r, info->run.name);
    char loss[16], epochs[16], time[16];
    bool here = i == r->list.at, live = strcmp(info->state, "running") == 0;
    loss_text(loss, sizeof loss, info->best);
    snprintf(epochs, sizeof epochs, "%d/%d", info->epochs, info->planned);
    brief_seconds(time, sizeof time, info->seconds);
    list_mark(&r->list, cells, i, true);
    if (mark >= 0)
        cells_put(cells, row.x + 2, row.y, bold(runs_letter_role(mark)), (uint32_t)('A' + mark));
    int name = row.w >= 90 ? 24 : 16, x = row.x + 4 + name + 1;
    cells_text_cut(cells, row.x + 4, row.y, name, here ? bold(ROLE_BRIGHT) : plain(ROLE_TEXT), info->run.name);
    cells_text_right(cells, x + 7, row.y, plain(ROLE_DIM), epochs);
    cells_text_right(cells, x + 15, row.y, plain(ROLE_TEXT), isfinite(info->best) ? loss : "-");
    cells_text_right(cells, x + 24, row.y, plain(ROLE_DIM), time);
    cells_text_cut(cells, x + 26, row.y, 9, plain(live ? ROLE_ACCENT : strcmp(info->state, "done") == 0 ? ROLE_GOOD : strcmp(info->state, "diverged") == 0 ? ROLE_BAD : ROLE_DIM),
                   live ? "▶ live" : info->state);
    int end = cells_text_cut(cells, x + 36, row.y, row.x + row.w - x - 37, plain(ROLE_DIM), info->loss_name);
    if (info->tags[0] || info->note[0])
        cells_text_cut(cells, end + 2, row.y, row.x + row.w - end - 3, plain(ROLE_CHANGED), info->tags[0] ? info->tags : info->note);
}

static void draw_table(App *app, Cells *cells, Rect area)
{
    Runs *r = self(app);
    Rect line = rect_cut_top(&area, 1);
    int name = line.w >= 90 ? 24 : 16, x = line.x + 4 + name + 1;
    cells_text(cells, line.x + 4, line.y, plain(ROLE_DIM), "run");
    cells_text_right(cells, x + 7, line.y, plain(ROLE_DIM), "epochs");
    cells_text_right(cells, x + 15, line.y, plain(ROLE_DIM), "best");
    cells_text_right(cells, x + 24, line.y, plain(ROLE_DIM), "time");
    cells_text(cells, x + 26, line.y, plain(ROLE_DIM), "state");
    cells_text_cut(cells, x + 36, line.y, line.x + line.w - x - 36, plain(ROLE_DIM), "loss");
    r->list.count = r->runs.count;
    list_place(&r->list, area);
    for (int i = 0; i < r->runs.count; i++) {
        Rect row = list_row(&r->list, i);
        if (!rect_empty(row))
            draw_row(app, cells, row, i);
    }
    list_scrollbar(&r->list, cells);
}

static void draw(App *app, Cells *cells, Rect area)
{
    Runs *r = self(app);
    if (!r->runs.count) {
        cells_text(cells, area.x, area.y + 1, plain(ROLE_DIM), r->loaded ? "no runs yet: t on the start or design screen makes the first" : "reading the runs");
        return;
    }
    bool wide = area.w >= 110;
    int rows = r->runs.count + 1 < area.h * 2 / 5 ? r->runs.count + 1 : area.h * 2 / 5;
    draw_table(app, cells, rect_cut_top(&area, rows < 4 ? 4 : rows));
    rect_cut_top(&area, 1);
    Rect right = rect_cut_right(&area, wide ? area.w * 2 / 5 : area.w >= 70 ? 33 : 0);
    rect_cut_right(&area, right.w ? 2 : 0);
    runs_draw_curves(app, cells, area);
    if (right.h >= 24) {
        runs_draw_differences(app, cells, rect_cut_top(&right, right.h / 2));
        runs_draw_digits(app, cells, right);
    } else if (wide) {
        runs_draw_differences(app, cells, rect_cut_left(&right, right.w / 2));
        runs_draw_digits(app, cells, right);
    } else {
        runs_draw_differences(app, cells, right);
    }
}

static bool event(App *app, const Event *event)
{
    bool used = list_event(&self(app)->list, event);
    if (used)
        ask_digits(app);
    return used;
}

/* ---- actions */

static bool some(App *app) { return chosen(app) != NULL; }

static void do_mark(App *app, const char *argument)
{
    (void)argument;
    Runs *r = self(app);
    const char *name = chosen(app)->run.name;
    int mark = mark_of(r, name);
    if (mark >= 0)
        r->mark[mark][0] = '\0';
    else if ((mark = mark_of(r, "")) >= 0)
        snprintf(r->mark[mark], sizeof r->mark[mark], "%s", name);
    else
        app_say(app, ROLE_DIM, "%d runs are marked: no more letters", MARKS);
    if (r->list.at + 1 < r->runs.count)
        r->list.at++;
    ask_digits(app);
}

static void do_unmark(App *app, const char *argument)
{
    (void)argument;
    memset(self(app)->mark, 0, sizeof self(app)->mark);
}

static void do_open(App *app, const char *argument)
{
    Error err = {0};
    const char *name = argument ? argument : chosen(app)->run.name;
    const char *live = bench_training(app_bench(app)) ? bench_run_name(app_bench(app)) : "";
    if (strcmp(live, name) == 0 || bench_show_run(app_bench(app), name, &err))
        app_go(app, &screen_train);
    else
        app_say_error(app, &err);
}

static void do_resume(App *app, const char *argument)
{
    Error err = {0};
    if (bench_resume(app_bench(app), argument ? argument : chosen(app)->run.name, &err))
        app_go(app, &screen_train);
    else
        app_say_error(app, &err);
}

static void do_design(App *app, const char *argument)
{
    (void)argument;
    const RunInfo *info = chosen(app);
    if (!info->design)
        return;
    bench_begin_design(app_bench(app), design_copy(info->design), info->run.name);
    app_go(app, &screen_design);
}

static Run *acting(App *app)
{
    RunInfo *info = find(self(app), self(app)->acting);
    return info ? &info->run : NULL;
}

static void act_on_chosen(App *app)
{
    snprintf(self(app)->acting, sizeof self(app)->acting, "%s", chosen(app)->run.name);
}

static void rename_entered(App *app, const char *text)
{
    Error err = {0};
    Run *run = acting(app);
    if (!text || !run)
        return;
    if (!run_rename(run, text, &err))
        app_say_error(app, &err);
    reload(app);
}

static bool check_name(App *app, const char *text, Error *err)
{
    (void)app;
    return run_name_check(text, err);
}

static void do_rename(App *app, const char *argument)
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
    reload(app);
}

static void do_tags(App *app, const char *argument)
{
    act_on_chosen(app);
    if (argument)
        tags_entered(app, argument);
    else
        app_prompt(app, "tags", "Words, parted by blanks.", chosen(app)->tags, tags_entered, NULL);
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
    reload(app);
}

static void do_note(App *app, const char *argument)
{
    act_on_chosen(app);
    if (argument)
        note_entered(app, argument);
    else
        app_prompt(app, "note", "A line to remember it by.", chosen(app)->note, note_entered, NULL);
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
    reload(app);
}

static void do_delete(App *app, const char *argument)
{
    (void)argument;
    static const Choice choice[] = {{"d", "delete it", "folder, weights, pictures: all of it"}, {"k", "keep it", NULL}};
    char title[RUN_NAME + 24];
    act_on_chosen(app);
    snprintf(title, sizeof title, "delete %s", self(app)->acting);
    app_ask(app, title, "This cannot be undone.", choice, 2, delete_answer);
}

static void sweep_entered(App *app, const char *text)
{
    Error err = {0};
    if (!text)
        return;
    if (bench_sweep(app_bench(app), text, &err))
        app_say(app, ROLE_GOOD, "%d runs are queued; they appear here as they end", bench_queued(app_bench(app)) + 1);
    else
        app_say_error(app, &err);
    reload(app);
}

static void do_sweep(App *app, const char *argument)
{
    if (argument)
        sweep_entered(app, argument);
    else
        app_prompt(app, "sweep", "The design at hand once with each value: lr=1e-2,1e-3,1e-4", "lr=1e-2,1e-3,1e-4", sweep_entered, NULL);
}

static void do_axis(App *app, const char *argument) { (void)argument; self(app)->linear = !self(app)->linear; }
static void do_reload(App *app, const char *argument) { (void)argument; reload(app); }

static const Action actions[] = {
    {"open", "Enter", "open", "look at the run: curve, digits, codes", do_open, some, "RUN"},
    {"mark", "Space", "mark", "mark the run, to compare it", do_mark, some, NULL},
    {"unmark", "c", NULL, "no run is marked", do_unmark, some, NULL},
    {"resume", "R", "resume", "go on with the run exactly where it stopped", do_resume, some, "RUN"},
    {"design", "D", "design", "its design into the designer", do_design, some, NULL},
    {"rename", "r", "rename", "give the run another name", do_rename, some, "NAME"},
    {"tags", "T", "tags", "words to find it by", do_tags, some, "WORDS"},
    {"note", "#", "note", "a line to remember it by", do_note, some, "TEXT"},
    {"delete", "d Delete", "delete", "delete the run; asks first", do_delete, some, NULL},
    {"sweep", "W", "sweep", "train the design at hand with several values of a setting", do_sweep, NULL, "KEY=A,B,C"},
    {"log", "y", NULL, "logarithmic or linear axis", do_axis, NULL, NULL},
    {"reload", "F5", NULL, "read the folder again", do_reload, NULL, NULL},
};

const Screen screen_runs = {
    .name = "runs", .title = "Runs", .about = "what was trained, compared", .state_size = sizeof(Runs), .actions = actions,
    .count = COUNT_OF(actions), .enter = reload, .close = close_screen, .tick = tick, .draw = draw, .event = event,
};
