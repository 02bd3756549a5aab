/* data info, data synth. */
#include "base/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "data/digits.h"
#include "data/formats.h"

#include <math.h>
#include <stdlib.h>

/* -- info */

typedef struct Facts {
    double mean, sd;
    float least, most;
    long label[DATA_CLASSES];
} Facts;

static Facts facts_of(const Dataset *set)
{
    Facts facts = {.least = INFINITY, .most = -INFINITY};
    size_t size = shape_size(set->shape);
    float *sample = mem_new(size, sizeof *sample);
    double sum = 0, squares = 0;
    for (int i = 0; i < set->count; i++) {
        dataset_sample(set, i, sample);
        for (size_t k = 0; k < size; k++) {
            sum += (double)sample[k];
            squares += (double)sample[k] * (double)sample[k];
            facts.least = fminf(facts.least, sample[k]);
            facts.most = fmaxf(facts.most, sample[k]);
        }
        if (set->labels)
            facts.label[set->labels[i]]++;
    }
    double count = (double)set->count * (double)size;
    facts.mean = count > 0 ? sum / count : 0;
    facts.sd = count > 0 ? sqrt(fmax(0, squares / count - facts.mean * facts.mean)) : 0;
    free(sample);
    return facts;
}

static void class_label(const Data *data, int label, char *out, size_t size)
{
    if (data->class_name[label][0])
        snprintf(out, size, "%s", data->class_name[label]);
    else
        snprintf(out, size, "%d", label);
}

static void print_part(const Data *data, const Dataset *set, const char *name)
{
    char shape[SHAPE_TEXT], count[32], label[40];
    if (!set->count)
        return;
    Facts facts = facts_of(set);
    shape_text(set->shape, shape);
    str_grouped(count, sizeof count, set->count);
    printf("%-10s %s samples of %s, values %.4g to %.4g, mean %.4f, standard deviation %.4f\n", name, count, shape,
           (double)facts.least, (double)facts.most, facts.mean, facts.sd);
    if (!set->labels) {
        printf("  no labels\n");
        return;
    }
    long most = 1;
    for (int i = 0; i < set->classes; i++)
        most = facts.label[i] > most ? facts.label[i] : most;
    for (int i = 0; i < set->classes; i++) {
        enum { BAR = 40 };
        int length = (int)((facts.label[i] * BAR + most / 2) / most);
        class_label(data, i, label, sizeof label);
        str_grouped(count, sizeof count, (double)facts.label[i]);
        printf("  %-12s %9s  ", label, count);
        for (int k = 0; k < length; k++)
            putchar('#');
        putchar('\n');
    }
}

static void json_part(const Data *data, const Dataset *set, const char *name, Str *out)
{
    char shape[SHAPE_TEXT], label[40];
    Facts facts = facts_of(set);
    shape_text(set->shape, shape);
    json_add_open(out, name, '{');
    json_add_int(out, "count", set->count);
    if (set->count) {
        json_add_text(out, "shape", shape);
        json_add_real(out, "min", (double)facts.least);
        json_add_real(out, "max", (double)facts.most);
        json_add_real(out, "mean", facts.mean);
        json_add_real(out, "sd", facts.sd);
        json_add_int(out, "classes", set->classes);
        json_add_open(out, "labels", '{');
        for (int i = 0; i < set->classes; i++) {
            class_label(data, i, label, sizeof label);
            json_add_int(out, label, facts.label[i]);
        }
        json_add_close(out, '}');
    }
    json_add_close(out, '}');
}

static const char *exactness(const Data *data)
{
    if (data->exact)
        return "the published bytes (checksum known)";
    return data->source[0] ? "not among the published sets this program knows by checksum" : "drawn by this program";
}

static int run_info(const Args *args, Error *err)
{
    DataOptions options = {.path = args->operands ? args->operand[0] : NULL, .seed = 1};
    Data *data = args->operands ? data_open(&options, err) : job_data(args, (Shape){0}, err);
    if (!data)
        return args_failed(err);
    if (args_has(args, "json")) {
        Str out = {0};
        json_add_open(&out, NULL, '{');
        json_add_text(&out, "name", data->name);
        json_add_text(&out, "source", data->source);
        json_add_text(&out, "note", data->note);
        json_add_text(&out, "checksum", data->checksum);
        json_add_flag(&out, "exact", data->exact);
        json_part(data, &data->train, "train", &out);
        json_part(data, &data->test, "test", &out);
        json_add_close(&out, '}');
        puts(out.text);
        str_clear(&out);
    } else {
        printf("name       %s\n", data->name);
        if (data->source[0])
            printf("source     %s\n", data->source);
        if (data->note[0])
            printf("note       %s\n", data->note);
        printf("sha256     %s\nbytes      %s\n", data->checksum, exactness(data));
        print_part(data, &data->train, "training");
        print_part(data, &data->test, "test");
    }
    data_free(data);
    return 0;
}

static const Option info_options[] = {OPTIONS_DATA, OPTION_JSON, {0}};
const Command data_info_command = {
    .name = "data info", .operands = "[PATH]", .least = 0, .most = 1, .help = "Say what is in a data set",
    .more = "Counts, shapes, how many of each label, mean, standard deviation and range of the values (bytes 0 to 255 count as 0 to 1), "
            "a checksum over shapes, pixels and labels, and whether the bytes are known to be the published ones. Without PATH it "
            "is the data that training would use.",
    .options = info_options, .run = run_info};

/* -- synth */

static bool write_part(const char *folder, const char *prefix, uint64_t seed, int first, int count, Error *err)
{
    char images[1024], labels[1024], name[64];
    Dataset set;
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", prefix);
    if (!file_join(images, sizeof images, folder, name, err))
        return false;
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", prefix);
    if (!file_join(labels, sizeof labels, folder, name, err) || !digits_draw(seed, first, count, &set, err))
        return false;
    bool good = idx_write_images(images, &set, err) && idx_write_labels(labels, &set, err);
    dataset_clear(&set);
    return good;
}

static int run_synth(const Args *args, Error *err)
{
    const char *folder = args_text(args, "output");
    int count = 20000, test = -1;
    uint64_t seed = 1;
    if (!folder) {
        error_set(err, ERROR_USAGE, "hourglass data synth -o DIR", "data synth: name the folder to write to with -o");
        return args_failed(err);
    }
    if (!args_int(args, "count", 1, 10000000, &count, err) || !args_int(args, "test", 0, 10000000, &test, err) ||
        !args_u64(args, "seed", &seed, err))
        return args_failed(err);
    if (test < 0)
        test = (count + 9) / 10;
    if (!file_make_folders(folder, err) || !write_part(folder, "train", seed, 0, count, err) ||
        (test && !write_part(folder, "t10k", seed, DIGITS_TEST_FIRST, test, err)))
        return args_failed(err);
    printf("%s: %d training and %d test digits\n", folder, count, test);
    return 0;
}

static const Option synth_options[] = {
    {"output", 'o', "DIR", "folder to write to; made if needed"},
    {"count", 'n', "N", "training digits (20000)"},
    {"test", 0, "N", "test digits (a tenth of the training digits)"},
    {"seed", 0, "N", "the digits are the same for the same seed (1)"},
    {0},
};
const Command data_synth_command = {
    .name = "data synth", .operands = "", .least = 0, .most = 0, .help = "Write the built-in digits as IDX files",
    .more = "Digits drawn by the program: 28 by 28 grey pictures with labels, in the four files that MNIST has. They are not MNIST.",
    .options = synth_options, .run = run_synth};
