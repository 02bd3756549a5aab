/* One figure from the beginning: opening a model takes a few hundredths of a second, so nothing is kept open between figures. */
#include "config.h"

#include "ui/gallery_job.h"

#include "base/mem.h"
#include "study/epochs.h"
#include "tensor/team.h"
#include "ui/sheet_view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool open_history(GalleryJob *job, FigureRun *history)
{
    Run run = {.lock = -1};
    char name[sizeof job->run];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(job->run, "@"), job->run);
    if (!run_open(&run, job->runs_dir, name, false, &job->error))
        return false;
    snprintf(history->name, sizeof history->name, "%s", run.name);
    snprintf(history->folder, sizeof history->folder, "%s", run.folder);
    history->design = run_design(&run, &job->error);
    bool good = history->design && metrics_read(&run, &history->metrics, &job->error);
    run_close(&run);
    return good;
}

static void see_what_applies(GalleryJob *job, const FigureSource *source)
{
    for (int i = 0; i < figure_kinds_count && i < GALLERY_KINDS; i++) {
        Error why = {0};
        job->applies[i] = figure_applies(figure_kinds[i], source, &why);
        snprintf(job->reason[i], sizeof job->reason[i], "%.199s", why.what);
    }
}

static bool write_png(GalleryJob *job, const FigureRun *history)
{
    Str options = {0};
    str_add(&options, "figure ");
    figure_request_print(&job->request, &options);
    char path[2 * RUN_PATH];
    snprintf(path, sizeof path, "%s%s%s", strchr(job->path, '/') ? "" : history->folder, strchr(job->path, '/') ? "" : "/figures/", job->path);
    const char *text[] = {"Software", "hourglass " PACKAGE_VERSION, "Source", job->run, "Comment", options.text, /* as the command */
                          job->data ? "Data" : NULL, job->data ? job->data->name : NULL, NULL};
    Run run = {.lock = -1};
    bool good = run_open(&run, job->runs_dir, history->name, false, &job->error);
    char inside[RUN_PATH];
    if (good && !strchr(job->path, '/')) /* makes the folder */
        good = run_path(&run, "figures/x", inside, sizeof inside, &job->error);
    run_close(&run);
    good = good && image_write_png(&job->figure.image, path, text, &job->error);
    if (good)
        snprintf(job->path, sizeof job->path, "%.511s", path);
    str_clear(&options);
    return good;
}

/* ---- what fits on a screen */

enum { LABELS = 16 /* columns for the names of rows */ };

/* The number, where nobody has set it; else NULL. */
static Value *unset(ParamSet *set, const char *name)
{
    int row = param_find(set->kind, name);
    Value normal;
    return row >= 0 && param_parse(&set->kind->rows[row], set->kind->rows[row].normal, &normal, NULL) &&
           param_equal(&set->kind->rows[row], &normal, &set->value[row]) ? &set->value[row] : NULL;
}

static void choose(ParamSet *set, const char *name, int number)
{
    Value *value = unset(set, name);
    if (value)
        value->number = number;
}

/* True: there were more. */
static bool limit(ParamSet *set, const char *name, int most)
{
    Value *value = unset(set, name);
    most = most < 2 ? 2 : most;
    if (!value || value->number <= most)
        return false;
    value->number = most;
    return true;
}

/* Pictures are at least half their size, or as large as `down` of them in one column can be. */
static int columns_beside(const GalleryJob *job, Shape shape, int down)
{
    double share = fmin(job->fit_w >= 120 ? 1 : 0.5, 2.0 * (job->fit_h - 1) / (down * shape.h));
    return sheet_view_columns(job->fit_w - LABELS, shape, share);
}

/* Columns in which all samples of a grid are seen at half their size or more, as large as can be: in as many bands as that takes.
 * 0: there is no such number. */
static int columns_for_all(const GalleryJob *job, Shape shape, int count, int rows, int labels)
{
    enum { BETWEEN = 1 /* line below a row: captions or a gap */ };
    static const double RAGGED = 0.85; /* a full last row is worth a little of the size */
    int best = 0;
    double largest = 0;
    for (int bands = 1; bands <= count; bands++) {
        int columns = (count + bands - 1) / bands, high = job->fit_h / bands - rows * BETWEEN - (labels > 0);
        double across = ((job->fit_w - labels + 1) / columns - 1) / (double)shape.w, down = 2.0 * (high / rows) / shape.h;
        double share = fmin(across, down), worth = share * (count % columns ? RAGGED : 1);
        if (share > 0.5 - 1e-9 && worth > largest) {
            largest = worth;
            best = columns;
        }
    }
    return best;
}

bool gallery_job_fits(const FigureKind *kind)
{
    static const char *const fitted[] = {"grid", "epochs", "manifold", "interpolate", "mistakes", "samples", "activation", "weights"};
    bool found = false;
    for (size_t i = 0; i < COUNT_OF(fitted); i++)
        found |= strcmp(kind->param.name, fitted[i]) == 0;
    return found;
}

/* Pictures one behind the other, each with a caption: all of them, as large as can be; else as many as can have half their size. */
static bool fit_captioned(const GalleryJob *job, ParamSet *set, Shape shape, int count)
{
    int columns = columns_for_all(job, shape, count, 1, 0), across = sheet_view_columns(job->fit_w, shape, 0.5);
    int down = job->fit_h / ((shape.h / 2 + 1) / 2 + 1);
    if (columns) {
        choose(set, "columns", columns);
        return false;
    }
    limit(set, "columns", across);
    return limit(set, "count", across * (down > 1 ? down : 1));
}

static int number_of(const ParamSet *set, const char *name) { return (int)set->value[param_find(set->kind, name)].number; }

static bool fit(GalleryJob *job, const Subject *s, const FigureRun *run)
{
    enum { HALF = 2, THIRD = 3, QUARTER = 4, ENDS = 2, ENOUGH = 5 /* epochs to see it learn */ };
    ParamSet *set = &job->request.set;
    Shape shape = s->picture;
    const char *kind = set->kind->name;
    bool fewer = false;
    if (strcmp(kind, "grid") == 0) {
        int rows = s->noisy ? 3 : 2, columns;
        for (const char *at = job->text[0]; *at; at++)
            rows = at == job->text[0] ? 1 : rows + (*at == ',');
        int all = columns_for_all(job, shape, number_of(set, "count"), rows, LABELS);
        columns = all ? all : columns_beside(job, shape, rows);
        fewer = !all && limit(set, "count", columns);
        limit(set, "columns", columns);
    } else if (strcmp(kind, "epochs") == 0) {
        int epoch[EPOCHS_MOST], saved = epochs_saved(run->folder, s->model.stage, EPOCHS_MOST, epoch, EPOCHS_MOST), above = 1 + s->noisy;
        int down = 2 * job->fit_h * HALF / shape.h - above; /* lines are half as many as pixels */
        if (down < ENOUGH)
            down = 2 * job->fit_h * QUARTER / shape.h - above;
        fewer = limit(set, "epochs", down) && saved > down;
        fewer |= limit(set, "count", columns_beside(job, shape, above + (saved < down ? saved : down)));
    } else if (strcmp(kind, "manifold") == 0) {
        int across = job->fit_w * QUARTER / shape.w, down = 2 * job->fit_h * QUARTER / shape.h;
        fewer = limit(set, "count", across < down ? across : down);
    } else if (strcmp(kind, "interpolate") == 0) {
        int across = sheet_view_columns(job->fit_w, shape, 1.0 / THIRD);
        fewer = limit(set, "steps", (across - ENDS) | 1); /* odd: the middle is among them */
        fewer |= limit(set, "count", (job->fit_h - 1) / ((shape.h / THIRD + 1) / 2));
    } else if (strcmp(kind, "weights") != 0 && gallery_job_fits(job->request.kind)) {
        fewer = fit_captioned(job, set, shape, number_of(set, "count"));
    }
    return fewer;
}

/* What a layer's weights look like, and how many there are, is known when they have been drawn. */
static bool fit_weights(GalleryJob *job, const FigureSource *source)
{
    ParamSet *set = &job->request.set;
    const Sheet *sheet = &job->figure.content.sheet;
    if (strcmp(set->kind->name, "weights") != 0 || job->figure.content.kind != CONTENT_SHEET)
        return true;
    int all = number_of(set, "count"), cells = sheet->rows * sheet->columns;
    job->fewer = fit_captioned(job, set, sheet->shape, cells < all ? cells : all);
    figure_clear(&job->figure);
    return figure_draw(&job->request, source, &job->figure, &job->error);
}

void gallery_job_work(void *context)
{
    GalleryJob *job = context;
    FigureRun history = {0};
    Model model = {0};
    Subject subject = {0};
    bool opened = false;
    Team *team = team_new(team_cores(), &job->error);
    for (int i = 0; i < FIGURE_TEXTS; i++)
        job->request.text[i] = job->text[i][0] ? job->text[i] : NULL;
    if (team && open_history(job, &history) && model_open(job->run, job->runs_dir, &model, &job->error)) {
        opened = subject_new(&subject, job->run, &model, job->data, PART_AUTO, team, &job->error);
        FigureSource source = {.subject = opened ? &subject : NULL, .run = &history, .runs = 1};
        see_what_applies(job, &source);
        job->fewer = opened && job->fit_w && fit(job, &subject, &history);
        job->good = opened && figure_draw(&job->request, &source, &job->figure, &job->error) &&
                    (!job->fit_w || fit_weights(job, &source)) && (!job->path[0] || write_png(job, &history));
    }
    if (opened)
        subject_clear(&subject);
    metrics_clear(&history.metrics);
    design_free(history.design);
    team_free(team);
}

void gallery_job_free(GalleryJob *job)
{
    figure_clear(&job->figure);
    free(job);
}
