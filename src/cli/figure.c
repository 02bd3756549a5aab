/* figure: every picture of the recipes, as PNG, CSV, JSON or npy.  What a kind can do stands in its row (figure/kind.h); here are
 * files, runs and the terminal. */
#include "figure/kind.h"

#include "base/file.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "cli/version.h"
#include "data/formats.h"

#include <stdio.h>
#include <string.h>

enum { MOST_RUNS = 32 };

/* What a command line asks for. */
typedef struct Work {
    const Args *args;
    Job job;
    Subject subject;
    FigureRun run[MOST_RUNS];
    FigureSource source;
    char suffix[80]; /* "-e0006" behind file names where the model is not the run's last */
} Work;

/* -- Opening. */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static bool open_subject(Work *work, const char *name, bool wants_data, Error *err)
{
    SubjectPart part;
    char title[sizeof work->subject.name];
    if (!job_part(work->args, &part, err) || !job_open(work->args, name, wants_data, &work->job, err))
        return false;
    const char *at = work->job.run.folder[0] ? strrchr(base_name(name), '@') : NULL;
    snprintf(title, sizeof title, "%.127s%.60s", work->job.run.folder[0] ? work->job.run.name : base_name(name), at ? at : "");
    if (at)
        snprintf(work->suffix, sizeof work->suffix, "-%.60s", at + 1);
    if (!subject_new(&work->subject, title, &work->job.model, work->job.data, part, work->job.team, err))
        return false;
    work->source.subject = &work->subject;
    return true;
}

static bool open_history(Work *work, const char *name, Error *err)
{
    FigureRun *out = &work->run[work->source.runs];
    char text[RUN_PATH];
    Run run;
    snprintf(text, sizeof text, "%s", name);
    char *at = strrchr(text, '@');
    if (at && !strchr(at, '/'))
        *at = '\0';
    if (!run_open(&run, job_runs_dir(work->args), text, false, err))
        return false;
    snprintf(out->name, sizeof out->name, "%s", run.name);
    snprintf(out->folder, sizeof out->folder, "%s", run.folder);
    RunMeta meta;
    if (run_read_meta(&run, &meta, NULL))
        snprintf(out->data_name, sizeof out->data_name, "%s", meta.data_name);
    out->design = run_design(&run, err);
    bool ok = out->design && metrics_read(&run, &out->metrics, err);
    if (ok && !work->job.run.folder[0]) /* where figures of histories go: the first run's folder */
        work->job.run = run;
    else
        run_close(&run);
    work->source.run = work->run;
    work->source.runs += ok;
    if (!ok)
        design_free(out->design);
    return ok;
}

static void close_work(Work *work)
{
    for (int i = 0; i < work->source.runs; i++) {
        metrics_clear(&work->run[i].metrics);
        design_free(work->run[i].design);
    }
    if (work->source.subject)
        subject_clear(&work->subject);
    job_close(&work->job);
}

/* -- Options. */

static bool read_style(const Args *args, FigureStyle *style, Error *err)
{
    const char *theme = args_text(args, "theme");
    if (theme && !(style->theme = theme_find(theme)))
        return error_set(err, ERROR_USAGE, NULL, "--theme: \"%s\": need light or dark", theme);
    style->bare = args_has(args, "bare");
    return args_int(args, "scale", 1, 8, &style->scale, err) && args_int(args, "zoom", 1, 64, &style->zoom, err) &&
           args_int(args, "width", 100, 4000, &style->width, err) && args_int(args, "height", 100, 4000, &style->height, err);
}

static bool no_such_option(const FigureKind *kind, const char *name, Error *err)
{
    Str list = {0};
    for (int i = 0; i < kind->param.count; i++)
        str_addf(&list, "%s--%s", i ? ", " : "", kind->param.rows[i].name);
    for (int i = 0; i < FIGURE_TEXTS && kind->text[i].name; i++)
        str_addf(&list, "%s--%s", list.size ? ", " : "", kind->text[i].name);
    error_set(err, ERROR_USAGE, list.size ? list.text : "it has none of its own", "figure %s has no option --%s", kind->param.name, name);
    str_clear(&list);
    return false;
}

/* For all figures: no kind has it as its own. */
static bool is_general(const char *name)
{
    for (int i = 0; i < figure_kinds_count; i++)
        if (param_find(&figure_kinds[i]->param, name) >= 0 || figure_text_find(figure_kinds[i], name) >= 0)
            return false;
    return true;
}

/* Options of the kind: those of the command line that are not for all figures.  For `all`, a kind takes those that it has. */
static bool read_request(const Args *args, const FigureKind *kind, bool all, FigureRequest *request, Error *err)
{
    *request = figure_request_new(kind);
    for (int i = 0; i < args->givens; i++) {
        const char *name = args->given[i].option->name, *value = args->given[i].value;
        if (is_general(name))
            continue;
        int row = param_find(&kind->param, name), text = figure_text_find(kind, name);
        if (row >= 0 && !param_parse(&kind->param.rows[row], value, &request->set.value[row], err)) {
            err->kind = ERROR_USAGE; /* an option's mistake, not a file's */
            return false;
        }
        if (text >= 0)
            request->text[text] = value;
        if (row < 0 && text < 0 && !all)
            return no_such_option(kind, name, err);
    }
    return args_u64(args, "seed", &request->seed, err) && read_style(args, &request->style, err);
}

/* -- Writing. */

static bool write_text(const char *path, const Str *text, Error *err)
{
    if (strcmp(path, "-") == 0)
        return fwrite(text->text, 1, text->size, stdout) == text->size || error_errno(err, NULL, "standard output cannot be written");
    return file_write(path, text->text, text->size, err);
}

static bool write_numbers(const Work *work, const Figure *figure, const char *kind, Error *err)
{
    const char *csv = args_text(work->args, "csv"), *json = args_text(work->args, "json"), *npy = args_text(work->args, "npy");
    Str out = {0};
    bool ok = true;
    if (csv) {
        table_print_csv(&figure->table, &out);
        ok = write_text(csv, &out, err);
        str_clear(&out);
    }
    if (ok && json) {
        table_print_json(&figure->table, &out);
        ok = write_text(json, &out, err);
        str_clear(&out);
    }
    if (ok && npy && !figure->matrix)
        ok = error_set(err, ERROR_USAGE, "use --csv or --json", "figure %s has no array for npy", kind);
    else if (ok && npy)
        ok = npy_write(npy, 2, (int[]){figure->rows, figure->columns}, figure->matrix, err);
    return ok;
}

static bool write_pictures(const Work *work, const Figure *figure, const FigureRequest *request, const char *path, Error *err)
{
    Str settings = {0};
    str_addf(&settings, "figure ");
    figure_request_print(request, &settings);
    char software[64];
    snprintf(software, sizeof software, "hourglass %s", version_text());
    const char *name = work->source.subject ? work->subject.name : work->run[0].name;
    const char *text[] = {"Software", software, "Source", name, "Comment", settings.text,
                          work->job.data ? "Data" : NULL, work->job.data ? work->job.data->name : NULL, NULL};
    bool ok = image_write_png(&figure->image, path, text, err);
    for (int i = 0; i < figure->frames && ok; i++) {
        char frame[RUN_PATH + 32];
        size_t stem = strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".png") == 0 ? strlen(path) - 4 : strlen(path);
        snprintf(frame, sizeof frame, "%.*s-%04d.png", (int)stem, path, figure->frame_number[i]);
        ok = image_write_png(&figure->frame[i], frame, text, err);
    }
    if (ok && strcmp(path, "-") != 0)
        printf("%s\n", path);
    str_clear(&settings);
    return ok;
}

/* "figures/weights-conv_1.png": what was chosen by name is in the file's name. */
static bool usual_path(const Work *work, const FigureRequest *request, char *path, size_t size, Error *err)
{
    char inside[256];
    int layer = figure_text_find(request->kind, "layer"), method = param_find(&request->kind->param, "method");
    if (!work->job.run.folder[0])
        return error_set(err, ERROR_USAGE, "name a file with -o", "figure: a model file has no folder for figures");
    const char *chosen = layer >= 0 && request->text[layer] ? request->text[layer] : NULL;
    if (method >= 0 && request->set.value[method].choice)
        chosen = request->kind->param.rows[method].choices[request->set.value[method].choice].word;
    snprintf(inside, sizeof inside, "figures/%s%s%.60s%s.png", request->kind->param.name, chosen ? "-" : "", chosen ? chosen : "", work->suffix);
    if (run_path(&work->job.run, inside, path, size, err))
        return true;
    if (err && !err->cure[0])
        snprintf(err->cure, sizeof err->cure, "name a file with -o");
    return false;
}

/* -- Drawing. */

static bool show_progress(void *context, double share)
{
    int *shown = context, percent = (int)(100 * share);
    if (percent != *shown)
        fprintf(stderr, "\r%3d %%%s", percent, percent == 100 ? "\r     \r" : "");
    *shown = percent;
    return true;
}

static bool draw_one(Work *work, const FigureKind *kind, bool all, Error *err)
{
    FigureRequest request;
    Figure figure;
    int shown = -1;
    char path[RUN_PATH + 64] = "";
    if (!read_request(work->args, kind, all, &request, err))
        return false;
    if (console_is_terminal(stderr))
        work->source.progress = show_progress, work->source.context = &shown;
    const char *output = all ? NULL : args_text(work->args, "output");
    bool numbers = !all && (args_has(work->args, "csv") || args_has(work->args, "json") || args_has(work->args, "npy"));
    if (output)
        snprintf(path, sizeof path, "%s", output);
    else if (!numbers && !usual_path(work, &request, path, sizeof path, err))
        return false;
    if (!figure_draw(&request, &work->source, &figure, err))
        return false;
    bool ok = (!path[0] || write_pictures(work, &figure, &request, path, err)) && (!numbers || write_numbers(work, &figure, kind->param.name, err));
    figure_clear(&figure);
    return ok;
}

static bool draw_all(Work *work, Error *err)
{
    for (int i = 0; i < figure_kinds_count; i++)
        if (figure_of_itself(figure_kinds[i], &work->source) && !draw_one(work, figure_kinds[i], true, err))
            return false;
    return true;
}

static const FigureKind *chosen_kind(const char *name, Error *err)
{
    const FigureKind *kind = figure_kind_find(name);
    const char *names[32];
    Str list = {0};
    for (int i = 0; i < figure_kinds_count; i++) {
        names[i] = figure_kinds[i]->param.name;
        str_addf(&list, "%s, ", names[i]);
    }
    str_add(&list, "all");
    int near = str_closest(name, names, figure_kinds_count);
    if (!kind)
        error_set(err, ERROR_USAGE, list.text, "there is no figure %s%s%s%s", name, near >= 0 ? ", did you mean " : "", near >= 0 ? names[near] : "",
                  near >= 0 ? "?" : "");
    str_clear(&list);
    return kind;
}

static bool open_work(Work *work, const FigureKind *kind, Error *err)
{
    const Args *args = work->args;
    bool all = !kind, history = all || kind->needs & (NEED_HISTORY | NEED_EPOCHS);
    if (all || kind->needs & NEED_NETWORK) {
        if (args->operands > 2)
            return error_set(err, ERROR_USAGE, NULL, "figure %s is of one run", args->operand[0]);
        if (!open_subject(work, args->operand[1], all || kind->needs & (NEED_SAMPLES | WANT_SAMPLES), err))
            return false;
    }
    /* `all` of a model file: there is no history, and that is no mistake */
    for (int i = 1; history && i < args->operands; i++)
        if ((!all || work->job.run.folder[0]) && !open_history(work, args->operand[i], err))
            return false;
    return true;
}

static int run_figure(const Args *args, Error *err)
{
    Work work = {.args = args, .job.run.lock = -1};
    bool all = strcmp(args->operand[0], "all") == 0;
    const FigureKind *kind = all ? NULL : chosen_kind(args->operand[0], err);
    if (all && (args_has(args, "output") || args_has(args, "csv") || args_has(args, "json"))) {
        error_set(err, ERROR_USAGE, "leave it out: the pictures go into the run's folder figures/; or name one figure", "all figures do not fit into one file");
        return args_failed(err);
    }
    bool ok = (all || kind) && open_work(&work, kind, err) && (all ? draw_all(&work, err) : draw_one(&work, kind, false, err));
    close_work(&work);
    return ok ? 0 : args_failed(err);
}

/* Options of all figures first, then those of the kinds; a test checks that each kind's own are all here. */
static const Option options[] = {
    OPTION_OUTPUT,
    OPTIONS_DATA,
    OPTION_SPLIT,
    OPTION_THREADS,
    OPTION_RUNS_DIR,
    {"seed", 0, "N", "seed of what is drawn by chance: samples, codes, t-SNE (1)"},
    {"scale", 0, "N", "pixels a unit: 1 for a screen, 2 for a page, 4 for a poster (2)"},
    {"zoom", 0, "N", "units a side of a picture's pixel; else as large as looks well"},
    {"theme", 0, "NAME", "light or dark (light)"},
    {"width", 0, "N", "width of a plot's axes in units"},
    {"height", 0, "N", "height of a plot's axes in units"},
    {"bare", 0, NULL, "only the pictures, no text and no margins"},
    {"csv", 0, "FILE", "write the numbers that are drawn as CSV; - is standard output"},
    {"json", 0, "FILE", "write them as JSON"},
    {"npy", 0, "FILE", "scatter: write the coordinates as a numpy array"},
    {"count", 'n', "N", "how many: samples, units, pictures a side; each figure has its own default"},
    {"columns", 0, "N", "pictures beside each other"},
    {"samples", 0, "ORDER", "grid, epochs: first, random, classes, worst or best"},
    {"indices", 0, "LIST", "grid, epochs: samples by number, 3,14,15 or 0-9"},
    {"rows", 0, "LIST", "grid: original,noisy,reconstruction,residual in any choice and order"},
    {"errors", 0, "yes|no", "grid: the error under each column"},
    {"numbers", 0, "yes|no", "grid: class and number of the sample under the first row"},
    {"epochs", 0, "N", "epochs: at most so many on the sheet"},
    {"frames", 0, "yes|no", "epochs: also a picture for each epoch"},
    {"layer", 0, "NAME", "weights, features, activation: the layer"},
    {"map", 0, "NAME", "weights: signed or grey; features: grey or heat"},
    {"each", 0, "yes|no", "weights: every unit on its own scale"},
    {"sample", 0, "N", "features: the sample's number"},
    {"first", 0, "N", "activation: the first unit"},
    {"steps", 0, "N", "activation: steps of gradient ascent; interpolate: pictures from end to end"},
    {"rate", 0, "X", "activation: how much a step changes a pixel"},
    {"method", 0, "NAME", "scatter: auto, plane, pca or tsne"},
    {"dims", 0, "AxB", "scatter, manifold: the two dimensions, from 1"},
    {"marks", 0, "NAME", "scatter: dots, digits or pictures"},
    {"perplexity", 0, "X", "scatter by t-SNE: how many neighbours count"},
    {"iterations", 0, "N", "scatter by t-SNE: steps"},
    {"spacing", 0, "NAME", "manifold: auto, quantiles or even"},
    {"range", 0, "X", "manifold: even spacing from -X to X"},
    {"from", 0, "NAME", "samples: auto, prior or fitted"},
    {"path", 0, "LIST", "interpolate: samples to pass through"},
    {"mode", 0, "NAME", "interpolate: linear or spherical"},
    {"metric", 0, "NAME", "curves: loss, accuracy, kl, lr or speed"},
    {"by", 0, "NAME", "curves: epochs or batches"},
    {"log", 0, "yes|no", "curves: a logarithmic axis"},
    {"smooth", 0, "X", "curves: share that smoothing keeps of the past, 0 to 0.999"},
    {"stage", 0, "N", "curves: only this stage, from 1"},
    {"scores", 0, "yes|no", "confusion: recall, precision and F1"},
    {"order", 0, "NAME", "mistakes: sure or first"},
    {"components", 0, "N", "residuals: how many components"},
    {0},
};

const Command figure_command = {
    .name = "figure", .operands = "KIND RUN|MODEL...", .least = 2, .most = 1 + MOST_RUNS,
    .help = "Draw what a network does, as PNG or as numbers",
    .more = "The kinds:\n"
            "  grid         originals over reconstructions, noisy inputs, residuals\n"
            "  epochs       the same samples after each saved epoch\n"
            "  weights      what each unit of a layer looks for\n"
            "  features     the feature maps that a sample makes\n"
            "  activation   the input that excites each unit most\n"
            "  scatter      codes in the plane, as they are, by PCA or t-SNE\n"
            "  manifold     pictures decoded from the plane of codes\n"
            "  samples      new pictures from random codes\n"
            "  interpolate  the way from one sample to another\n"
            "  curves       losses of one or several runs\n"
            "  confusion    what a classifier takes for what\n"
            "  mistakes     the samples it mistakes\n"
            "  residuals    principal components of what reconstructions get wrong\n"
            "  network      the network itself, an hourglass\n"
            "  all          all that apply\n"
            "Without -o the picture goes into the run's folder figures/, unless only numbers are asked for; the path is printed. RUN@EPOCH "
            "takes the weights of that epoch.\n"
            "  hourglass figure grid denoise --rows original,noisy,reconstruction\n"
            "  hourglass figure curves cifar cifar-02 cifar-03 --log yes -o rates.png",
    .options = options, .run = run_figure};
