/* One figure from the beginning: opening a model takes a few hundredths of a second, so nothing is kept open between figures. */
#include "config.h"

#include "ui/gallery_job.h"

#include "tensor/team.h"

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
        job->good = opened && figure_draw(&job->request, &source, &job->figure, &job->error) && (!job->path[0] || write_png(job, &history));
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
