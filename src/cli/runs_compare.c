/* runs show, runs compare. */
#include "base/mem.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "cli/run_facts.h"
#include "spec/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- show */

static void show_epoch(const char *title, const Metric *m)
{
    if (!m->epoch)
        return;
    printf("%-10s epoch %d of stage %s: loss %.6g", title, m->epoch, m->stage_name, m->train_loss);
    if (!isnan(m->val_loss))
        printf(", validation loss %.6g", m->val_loss);
    if (!isnan(m->val_accuracy))
        printf(", validation accuracy %.2f %%", 100 * m->val_accuracy);
    putchar('\n');
}

static void show_text(const Run *run, const RunFacts *facts, const char *network)
{
    const RunMeta *meta = &facts->meta;
    char duration[32];
    text_duration(duration, sizeof duration, facts->seconds);
    printf("folder     %s\nstate      %s\ncreated    %s with hourglass %s\nnetwork    %s\ndata       %s%s%s\n", run->folder, facts->state,
           meta->created, meta->version, meta->preset, meta->data_name, meta->data_path[0] ? ", " : "", meta->data_path);
    if (meta->limit)
        printf("limit      the first %d training samples\n", meta->limit);
    printf("seed       %llu\nthreads    %d, %s kernels\n", (unsigned long long)meta->seed, meta->threads, meta->kernels);
    if (meta->forked_from[0])
        printf("forked     from %s\n", meta->forked_from);
    if (meta->encoder[0])
        printf("encoder    %s\n", meta->encoder);
    printf("trained    %d epochs in %s\n", facts->epochs, duration);
    show_epoch("last", &facts->last);
    show_epoch("best", &facts->best);
    for (int i = 0; i < facts->tags.count; i++)
        printf("tag        %s\n", facts->tags.tag[i]);
    printf("\n%s", network);
}

static int run_runs_show(const Args *args, Error *err)
{
    Run run;
    RunFacts facts;
    if (!run_open(&run, job_runs_dir(args), args->operand[0], false, err) || !run_facts(&run, &facts, err))
        return args_failed(err);
    Design *design = run_design(&run, err);
    if (!design)
        return args_failed(err);
    char *network = design_print(design, false);
    if (args_has(args, "json")) {
        Str out = {0};
        json_add_open(&out, NULL, '{');
        run_facts_json(&run, &facts, &out);
        json_add_text(&out, "text", network);
        json_add_close(&out, '}');
        puts(out.text);
        str_clear(&out);
    } else {
        show_text(&run, &facts, network);
    }
    free(network);
    design_free(design);
    return 0;
}

static const Option show_options[] = {OPTION_RUNS_DIR, OPTION_JSON, {0}};
const Command runs_show_command = {
    .name = "runs show", .operands = "RUN", .least = 1, .most = 1, .help = "Show a run's settings, numbers and network",
    .options = show_options, .run = run_runs_show};

/* -- compare: every setting as a name and a text, so that any two designs can be laid side by side. */

typedef struct Item {
    char *name, *text;
} Item;

typedef struct Items {
    Item *item;
    int count;
} Items;

static void items_add(Items *items, const char *name, char *text)
{
    items->item = mem_resize(items->item, (size_t)items->count + 1, sizeof *items->item);
    items->item[items->count++] = (Item){mem_text(name), text};
}

static void items_clear(Items *items)
{
    for (int i = 0; i < items->count; i++) {
        free(items->item[i].name);
        free(items->item[i].text);
    }
    free(items->item);
    *items = (Items){0};
}

static const char *items_find(const Items *items, const char *name)
{
    for (int i = 0; i < items->count; i++)
        if (!strcmp(items->item[i].name, name))
            return items->item[i].text;
    return NULL;
}

static void add_blocks(const Design *design, Items *out)
{
    for (int b = 0; b < design->blocks; b++) {
        const Block *block = &design->block[b];
        Str text = {0};
        str_add(&text, "");
        for (int i = 0; i < block->count; i++) {
            str_add(&text, i ? "; " : "");
            Str layer = {0};
            param_set_print(&design->layer[block->first + i].set, false, &layer);
            str_add(&text, layer.text);
            str_clear(&layer);
        }
        items_add(out, block->name, str_take(&text));
    }
}

static void add_stages(const Design *design, Items *out)
{
    for (int s = 0; s < design->stages; s++)
        for (int setting = 0; setting < TRAIN_SETTINGS; setting++) {
            char name[96];
            Str text = {0};
            train_setting_print((TrainSetting)setting, &design->stage[s].train.set[setting], true, &text);
            const char *word = train_settings[setting].name;
            snprintf(name, sizeof name, "%s%s%s", design->stages > 1 ? design->stage[s].name : "", design->stages > 1 ? "." : "", word);
            /* the line without its first word */
            size_t skip = strlen(word);
            items_add(out, name, mem_text(text.size > skip ? text.text + skip + 1 : ""));
            str_clear(&text);
        }
}

static Items items_of(const Design *design, const RunMeta *meta)
{
    Items items = {0};
    Str text = {0};
    char shape[SHAPE_TEXT];
    shape_text(design->input, shape);
    items_add(&items, "data", mem_text(meta->data_name));
    str_addf(&text, "%d", meta->limit);
    items_add(&items, "limit", str_take(&text));
    str_addf(&text, "%llu", (unsigned long long)meta->seed);
    items_add(&items, "seed", str_take(&text));
    str_addf(&text, "%d", meta->threads);
    items_add(&items, "threads", str_take(&text));
    items_add(&items, "kernels", mem_text(meta->kernels));
    items_add(&items, "forked from", mem_text(meta->forked_from));
    items_add(&items, "input", mem_text(shape));
    add_blocks(design, &items);
    add_stages(design, &items);
    return items;
}

typedef struct Compared {
    Run run;
    RunFacts facts;
    Items items;
} Compared;

/* All names that occur, in the order of their first appearance. */
static char **all_names(const Compared *run, int runs, int *count)
{
    char **names = NULL;
    *count = 0;
    for (int r = 0; r < runs; r++)
        for (int i = 0; i < run[r].items.count; i++) {
            char *name = run[r].items.item[i].name;
            bool known = false;
            for (int k = 0; k < *count; k++)
                known = known || !strcmp(names[k], name);
            if (known)
                continue;
            names = mem_resize(names, (size_t)*count + 1, sizeof *names);
            names[(*count)++] = name;
        }
    return names;
}

static bool differs(const Compared *run, int runs, const char *name)
{
    const char *first = items_find(&run[0].items, name);
    for (int r = 1; r < runs; r++) {
        const char *text = items_find(&run[r].items, name);
        if (!first != !text || (first && strcmp(first, text) != 0))
            return true;
    }
    return false;
}

typedef struct Result {
    const char *name;
    double (*get)(const RunFacts *facts);
} Result;

static double last_train(const RunFacts *f) { return f->last.train_loss; }
static double last_val(const RunFacts *f) { return f->last.val_loss; }
static double best_val(const RunFacts *f) { return f->best.val_loss; }
static double best_epoch(const RunFacts *f) { return f->best.epoch ? f->best.epoch : (double)NAN; }
static double last_accuracy(const RunFacts *f) { return f->last.val_accuracy; }
static double epochs(const RunFacts *f) { return f->epochs; }
static double seconds(const RunFacts *f) { return f->seconds; }

static const Result results[] = {{"epochs", epochs},       {"seconds", seconds},       {"train_loss", last_train},
                                 {"val_loss", last_val},   {"best_val_loss", best_val}, {"best_epoch", best_epoch},
                                 {"val_accuracy", last_accuracy}};

static void compare_text(const Compared *run, int runs, char *const *names, int count, bool all)
{
    enum { CELL = 60 };
    char align[64] = "l";
    TextTable table = {.columns = runs + 1, .align = align};
    text_table_add(&table, "%s", "");
    for (int r = 0; r < runs; r++) {
        align[r + 1] = 'l';
        text_table_add(&table, "%s", run[r].run.name);
    }
    for (int i = 0; i < count; i++) {
        if (!all && !differs(run, runs, names[i]))
            continue;
        text_table_add(&table, "%s", names[i]);
        for (int r = 0; r < runs; r++) {
            const char *text = items_find(&run[r].items, names[i]);
            text_table_add(&table, "%.*s%s", CELL, text ? text : "-", text && strlen(text) > CELL ? "..." : "");
        }
    }
    for (size_t i = 0; i < COUNT_OF(results); i++) {
        text_table_add(&table, "%s", results[i].name);
        for (int r = 0; r < runs; r++) {
            double value = results[i].get(&run[r].facts);
            if (isnan(value))
                text_table_add(&table, "-");
            else
                text_table_add(&table, "%.6g", value);
        }
    }
    text_table_print(&table, stdout);
}

static void compare_json(const Compared *run, int runs, char *const *names, int count, bool all)
{
    Str out = {0};
    json_add_open(&out, NULL, '{');
    json_add_open(&out, "runs", '[');
    for (int r = 0; r < runs; r++)
        json_add_text(&out, NULL, run[r].run.name);
    json_add_close(&out, ']');
    json_add_open(&out, "settings", '{');
    for (int i = 0; i < count; i++) {
        if (!all && !differs(run, runs, names[i]))
            continue;
        json_add_open(&out, names[i], '[');
        for (int r = 0; r < runs; r++) {
            const char *text = items_find(&run[r].items, names[i]);
            json_add_text(&out, NULL, text ? text : "");
        }
        json_add_close(&out, ']');
    }
    json_add_close(&out, '}');
    json_add_open(&out, "results", '{');
    for (size_t i = 0; i < COUNT_OF(results); i++) {
        json_add_open(&out, results[i].name, '[');
        for (int r = 0; r < runs; r++)
            json_add_real(&out, NULL, results[i].get(&run[r].facts));
        json_add_close(&out, ']');
    }
    json_add_close(&out, '}');
    json_add_close(&out, '}');
    puts(out.text);
    str_clear(&out);
}

static bool open_one(const Args *args, const char *name, Compared *out, Error *err)
{
    if (!run_open(&out->run, job_runs_dir(args), name, false, err) || !run_facts(&out->run, &out->facts, err))
        return false;
    Design *design = run_design(&out->run, err);
    if (!design)
        return false;
    out->items = items_of(design, &out->facts.meta);
    design_free(design);
    return true;
}

enum { MOST = 32 };

static int run_runs_compare(const Args *args, Error *err)
{
    Compared *run = mem_new(MOST, sizeof *run);
    int count, opened = 0;
    bool good = true;
    for (; good && opened < args->operands; opened++)
        good = open_one(args, args->operand[opened], &run[opened], err);
    if (good) {
        char **names = all_names(run, opened, &count);
        (args_has(args, "json") ? compare_json : compare_text)(run, opened, names, count, args_has(args, "all"));
        free(names);
    }
    for (int i = 0; i < opened; i++)
        items_clear(&run[i].items);
    free(run);
    return good ? 0 : args_failed(err);
}

static const Option compare_options[] = {
    {"all", 'a', NULL, "show settings that are the same, too"},
    OPTION_RUNS_DIR,
    OPTION_JSON,
    {0},
};
const Command runs_compare_command = {
    .name = "runs compare", .operands = "RUN RUN...", .least = 2, .most = MOST, .help = "Lay runs side by side: settings that differ, and results",
    .options = compare_options, .run = run_runs_compare};
