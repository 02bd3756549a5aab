/* bench --vary: how speed follows the number of threads, the batch, the filters or the size of the pictures, as lines and as a plot. */
#include "base/mem.h"
#include "cli/bench.h"
#include "cli/console.h"
#include "cli/version.h"
#include "figure/plot.h"
#include "tensor/isa.h"
#include "tensor/team.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES = 16, MOST = 65536 };

static bool set_number(Design *design, const char *key, int value, Error *err)
{
    char assignment[LAYER_NAME + 40];
    snprintf(assignment, sizeof assignment, "%s=%d", key, value);
    return design_set(design, assignment, err);
}

static bool vary_nothing(Design *design, int value, Error *err)
{
    (void)design;
    (void)value;
    (void)err;
    return true; /* threads are not the network's */
}

static bool vary_batch(Design *design, int value, Error *err)
{
    return set_number(design, "batch", value, err);
}

/* Layers whose filters something else counts on, such as the last one, keep theirs. */
static bool vary_filters(Design *design, int value, Error *err)
{
    int changed = 0;
    for (int i = 0; i < design->layers; i++) {
        char key[LAYER_NAME + 16];
        if (param_find(design->layer[i].set.kind, "filters") < 0 || design_layer_mirrored(design, i))
            continue;
        snprintf(key, sizeof key, "%s.filters", design->layer[i].name);
        Design *trial = design_copy(design);
        if (set_number(trial, key, value, NULL) && design_check(trial, NULL)) {
            changed++;
            if (!set_number(design, key, value, err))
                changed = -MOST;
        }
        design_free(trial);
    }
    return changed > 0 || error_set(err, ERROR_USAGE, NULL, "there is no hidden convolution whose filters could be %d", value);
}

static bool vary_size(Design *design, int value, Error *err)
{
    char assignment[64];
    if (design->input.flat)
        return error_set(err, ERROR_USAGE, "choose a network of pictures, such as conv", "the input is a vector: it has no size to vary");
    snprintf(assignment, sizeof assignment, "input=%dx%dx%d", value, value, design->input.c);
    return design_set(design, assignment, err);
}

typedef struct Variation {
    const char *name;
    int usual[VALUES]; /* ends with 0; of threads those that have a processor */
    bool (*apply)(Design *design, int value, Error *err);
    enum Measure { SPEED, TIME, GAIN } measure; /* what is drawn */
    const char *x_label;
} Variation;

static const Variation variations[] = {
    {"threads", {1, 2, 4, 8}, vary_nothing, GAIN, "threads"},
    {"batch", {1, 4, 16, 64, 256, 1024, 4096}, vary_batch, SPEED, "samples in a batch"},
    {"filters", {8, 16, 32, 64, 128}, vary_filters, TIME, "filters of the hidden convolutions"},
    {"size", {16, 32, 64, 128}, vary_size, TIME, "side of the pictures"},
};

static const struct {
    const char *title, *y_label;
} measures[] = {
    [SPEED] = {"Speed of training", "samples a second"},
    [TIME] = {"Time of training", "microseconds a sample"},
    [GAIN] = {"Speed of training", "times as fast as with the first number"},
};

/* "batch" or "batch=1,8,64". */
static const Variation *read_variation(const char *text, int value[VALUES], int *count, Error *err)
{
    size_t length = strcspn(text, "=");
    const Variation *found = NULL;
    for (size_t i = 0; i < COUNT_OF(variations); i++)
        if (strlen(variations[i].name) == length && strncmp(text, variations[i].name, length) == 0)
            found = &variations[i];
    *count = 0;
    if (!found) {
        error_set(err, ERROR_USAGE, NULL, "--vary: \"%s\": need threads, batch, filters or size, with or without =N,N", text);
        return NULL;
    }
    if (!text[length])
        for (; *count < VALUES && found->usual[*count]; ++*count)
            value[*count] = found->usual[*count];
    for (const char *at = text + length; *at;) { /* at is on the sign before a number */
        char *end;
        long number = strtol(++at, &end, 10);
        if (end == at || (*end && *end != ',') || number < 1 || number > MOST || *count == VALUES) {
            error_set(err, ERROR_USAGE, NULL, "--vary: \"%s\": need at most %d whole numbers from 1 to %d", text, VALUES, MOST);
            return NULL;
        }
        value[(*count)++] = (int)number;
        at = end;
    }
    return found;
}

/* ---- the plot */

typedef struct Lines {
    const Variation *variation;
    char (*name)[64]; /* of each curve */
    double *x, *y;    /* [curves][values] */
    double *first;    /* samples a second with the first value */
    int curves, values, *count;
} Lines;

static bool draw(const Lines *lines, int threads, const char *path, Error *err)
{
    static const int strongest_first[PALETTE_CLASSES] = {4, 5, 2, 6, 1, 0, 7, 9, 8, 3};
    const Variation *v = lines->variation;
    FigureStyle style = figure_style_new();
    Curve *curve = mem_new((size_t)lines->curves, sizeof *curve);
    for (int i = 0; i < lines->curves; i++)
        curve[i] = (Curve){.name = lines->name[i], .x = lines->x + i * lines->values, .y = lines->y + i * lines->values,
                           .count = lines->count[i], .colour = theme_class(style.theme, strongest_first[i % PALETTE_CLASSES]),
                           .marker = (Marker)(i % MARK_STAR), .dots = true, .best = -1};
    char title[80], subtitle[160], number[32], software[64];
    snprintf(title, sizeof title, "%s over %s", measures[v->measure].title, v->name);
    snprintf(number, sizeof number, "%d thread%s \u00b7 ", threads, threads == 1 ? "" : "s");
    snprintf(subtitle, sizeof subtitle, "%s%d processor%s \u00b7 %s kernels", v->measure == GAIN ? "" : number,
             team_cores(), team_cores() == 1 ? "" : "s", isa_name(isa_chosen()));
    LinePlot plot = {.captions = {title, subtitle, ""}, .x_label = v->x_label, .y_label = measures[v->measure].y_label,
                     .log_x = v->measure != GAIN, .log_y = v->measure != GAIN, .whole_x = true,
                     .curve = curve, .curves = lines->curves};
    Image image = {0};
    snprintf(software, sizeof software, "hourglass %s", version_text());
    const char *text[] = {"Software", software, "Comment", title, NULL};
    bool good = plot_lines(&plot, &style, &image, err) && image_write_png(&image, path, text, err);
    if (good && strcmp(path, "-") != 0)
        console_note("%s", path);
    image_clear(&image);
    free(curve);
    return good;
}

/* ---- measuring */

static Design *varied_copy(const Variation *variation, const Design *design, int value, Error *err)
{
    Design *copy = design_copy(design);
    if (variation->apply(copy, value, err) && design_check(copy, err))
        return copy;
    design_free(copy);
    return NULL;
}

/* All of them before anything is measured: what does not fit is not found after minutes. */
static bool check(const Variation *variation, Design *const *design, int count, const int *value, int values, Error *err)
{
    bool good = true;
    for (int i = 0; good && i < count * values; i++) {
        Design *varied = varied_copy(variation, design[i / values], value[i % values], err);
        good = varied != NULL;
        design_free(varied);
    }
    return good;
}

static void add_point(Lines *lines, int curve, int value, double rate)
{
    double *y = lines->y + curve * lines->values;
    int at = lines->count[curve]++;
    lines->x[curve * lines->values + at] = value;
    if (at == 0)
        lines->first[curve] = rate;
    y[at] = lines->variation->measure == TIME ? 1e6 / rate : lines->variation->measure == GAIN ? rate / lines->first[curve] : rate;
}

static bool measure_value(const Args *args, Lines *lines, char *const *name, Design *const *design, int count, int value, int threads,
                          double seconds, Error *err)
{
    double peak;
    Team *team = team_new(threads, err);
    bool good = team && speed_peak(team, seconds / 2, &peak, err);
    for (int i = 0, curve = 0; good && i < count; i++) {
        Design *varied = varied_copy(lines->variation, design[i], value, err);
        good = varied != NULL;
        BenchRow row = {.name = name[i], .design = varied, .peak = peak};
        for (; good && row.stage < varied->stages; row.stage++, curve++) {
            row.varied = NULL;
            bench_label(&row, lines->name[curve], sizeof lines->name[curve]);
            row.varied = lines->variation->name;
            row.value = value;
            good = bench_measure(args, &row, team, seconds, err);
            if (!good)
                break;
            bench_print(args_has(args, "json"), &row);
            add_point(lines, curve, value, row.speed.samples_per_s);
        }
        design_free(varied);
    }
    team_free(team);
    return good;
}

bool bench_vary(const Args *args, char *const *name, Design *const *design, int count, int threads, double seconds, Error *err)
{
    int value[VALUES];
    Lines lines = {0};
    lines.variation = read_variation(args_text(args, "vary"), value, &lines.values, err);
    if (!lines.variation || !check(lines.variation, design, count, value, lines.values, err))
        return false;
    bool of_threads = lines.variation->apply == vary_nothing;
    for (int i = 0; i < count; i++)
        lines.curves += design[i]->stages;
    size_t points = (size_t)lines.curves * (size_t)lines.values;
    lines.x = mem_new(points, sizeof *lines.x);
    lines.y = mem_new(points, sizeof *lines.y);
    lines.first = mem_new((size_t)lines.curves, sizeof *lines.first);
    lines.name = mem_new((size_t)lines.curves, sizeof *lines.name);
    lines.count = mem_new((size_t)lines.curves, sizeof *lines.count);
    if (!args_has(args, "json"))
        bench_print_head(0, 0);
    bool good = true;
    for (int i = 0; good && i < lines.values; i++)
        if (!of_threads || value[i] <= team_cores())
            good = measure_value(args, &lines, name, design, count, value[i], of_threads ? value[i] : threads, seconds, err);
        else
            console_note("%d threads: not measured, there are %d processors", value[i], team_cores());
    if (good && args_has(args, "output"))
        good = draw(&lines, threads, args_text(args, "output"), err);
    free(lines.x);
    free(lines.y);
    free(lines.first);
    free(lines.name);
    free(lines.count);
    return good;
}
