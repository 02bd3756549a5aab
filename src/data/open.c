/* From a path to a set: what lies there, where to look when no path is given, and what to call it. */
#include "data/dataset.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "data/digits.h"
#include "data/formats.h"
#include "data/source.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- formats */

typedef struct Format {
    const char *name; /* of a set that is not known by its checksum: this and the folder's name */
    bool (*is)(const char *path);
    bool (*read)(const char *path, Shape want, Data *data, Error *err);
} Format;

static bool is_idx(const char *path)
{
    return file_is_folder(path) ? idx_folder_is(path) : idx_is(path) || strstr(path, "-ubyte");
}

static bool read_idx(const char *path, Shape want, Data *data, Error *err)
{
    (void)want;
    IdxFiles files;
    return idx_find(path, &files, err) && idx_read_files(&files, data, err);
}

static bool is_cifar(const char *path)
{
    return file_is_folder(path) ? cifar_folder_is(path) : cifar_is(path);
}

static bool read_cifar(const char *path, Shape want, Data *data, Error *err)
{
    (void)want;
    if (file_is_folder(path))
        return cifar_folder_read(path, data, err);
    cifar_name_classes(data);
    return cifar_read(path, &data->train, err);
}

static bool read_npy(const char *path, Shape want, Data *data, Error *err)
{
    (void)want;
    return npy_read(path, &data->train, err);
}

static const Format formats[] = {
    {"IDX", is_idx, read_idx},
    {"CIFAR-10 batches", is_cifar, read_cifar},
    {"npy", npy_is, read_npy},
    {"folder", folder_is, folder_read},
};

static const Format *find_format(const char *path)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (formats[i].is(path))
            return &formats[i];
    return NULL;
}

/* "IDX letters": the format and the last part of the path, without the line ends and other controls that a folder's name may have. */
static void name_data(Data *data, const char *format, const char *path)
{
    char *whole = realpath(path, NULL), *copy = mem_text(whole ? whole : path);
    snprintf(data->name, sizeof data->name, "%s %s", format, basename(copy));
    str_no_controls(data->name);
    snprintf(data->source, sizeof data->source, "%s", path);
    free(copy);
    free(whole);
}

/* ---- places */

typedef struct Place {
    const char *folder; /* below a place of the search order; "": itself */
    Shape shape;        /* of what is in it; size 0: not known before it is read */
} Place;

static const Place places[] = {
    {"", {0}},
    {"mnist", {28, 28, 1, false}},
    {"fashion-mnist", {28, 28, 1, false}},
    {"cifar-10-batches-bin", {32, 32, 3, false}},
};

/* Picture folders count only when they are named: a place may hold pictures that are no data. */
static bool holds_set(const char *path)
{
    return file_is_folder(path) ? idx_folder_is(path) || cifar_folder_is(path) : find_format(path) != NULL;
}

/* The first set in `root`, with `fitting` only one whose shape is as wanted. */
static bool search_root(const char *root, Shape want, bool fitting, char *out, size_t size)
{
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        const Place *place = &places[i];
        size_t numbers = shape_size(place->shape);
        if (fitting && numbers > 0 && shape_size(want) > 0 && numbers != shape_size(want))
            continue;
        if (place->folder[0] ? file_join(out, size, root, place->folder, NULL) : (size_t)snprintf(out, size, "%s", root) < size)
            if (file_exists(out) && holds_set(out))
                return true;
    }
    return false;
}

typedef struct Roots {
    const char *folder[3]; /* in the order they are searched; "": there is none */
    char user[512];
} Roots;

static void find_roots(Roots *roots)
{
    const char *named = getenv("HOURGLASS_DATA"), *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    *roots = (Roots){.folder = {named ? named : "", "data", roots->user}};
    if (xdg && xdg[0])
        snprintf(roots->user, sizeof roots->user, "%s/hourglass/datasets", xdg);
    else if (home && home[0])
        snprintf(roots->user, sizeof roots->user, "%s/.local/share/hourglass/datasets", home);
}

void data_default_place(Shape want, char *path, size_t size)
{
    Roots roots;
    find_roots(&roots);
    for (int fitting = 1; fitting >= 0; fitting--)
        for (size_t i = 0; i < COUNT_OF(roots.folder); i++)
            if (roots.folder[i][0] && search_root(roots.folder[i], want, fitting, path, size))
                return;
    snprintf(path, size, "%s", roots.folder[0]);
}

/* What is not here but in one of the places: `mnist` is data/mnist then. */
static bool find_by_name(const char *name, char *path, size_t size)
{
    Roots roots;
    find_roots(&roots);
    for (size_t i = 0; i < COUNT_OF(roots.folder) && name[0] && !strchr(name, '/'); i++)
        if (roots.folder[i][0] && file_join(path, size, roots.folder[i], name, NULL) && file_exists(path))
            return true;
    return false;
}

/* ---- opening */

static bool open_explicit(const DataOptions *options, Data *data, Error *err)
{
    if (!options->images)
        return error_set(err, ERROR_USAGE, "name the pictures too, with --images",
                         "labels or test files are named, but no images to train on");
    if (options->test_labels && !options->test_images)
        return error_set(err, ERROR_USAGE, "name the pictures too, with --test-images", "test labels without test images");
    IdxFiles files;
    const char *const from[] = {options->images, options->labels, options->test_images, options->test_labels};
    char *const to[] = {files.images, files.labels, files.test_images, files.test_labels};
    for (size_t i = 0; i < COUNT_OF(from); i++)
        if ((size_t)snprintf(to[i], sizeof files.images, "%s", from[i] ? from[i] : "") >= sizeof files.images)
            return error_set(err, ERROR_USAGE, "choose a shorter one", "the path is too long: %s", from[i]);
    name_data(data, "IDX", options->images);
    return idx_read_files(&files, data, err);
}

static bool refuse_path(const char *path, Shape want, Error *err)
{
    char inside[512];
    if (file_is_folder(path) && search_root(path, want, false, inside, sizeof inside)) {
        char cure[600];
        snprintf(cure, sizeof cure, "name one of its sub-folders, such as %s", inside);
        error_set(err, ERROR_INPUT, cure, "the folder holds no data set itself");
    } else {
        error_set(err, ERROR_INPUT,
                  "expected: IDX files (raw or .gz), CIFAR-10 batches (.bin), folders of PNG or JPEG pictures, or a .npy file",
                  file_is_folder(path) ? "the folder holds no data set that can be read" : "is no data set that can be read");
    }
    return error_at(err, path, 0, 0);
}

static bool open_path(const char *path, const DataOptions *options, Data *data, Error *err)
{
    char place[512];
    if (!file_exists(path)) {
        if (!find_by_name(path, place, sizeof place))
            return source_missing(path, err);
        path = place;
    }
    const Format *format = find_format(path);
    if (!format)
        return refuse_path(path, options->want, err);
    name_data(data, format->name, path);
    return format->read(path, options->want, data, err);
}

enum { SYNTH_TRAIN = 20000, SYNTH_TEST = 2000 };

static bool open_digits(const DataOptions *options, Data *data, Error *err)
{
    int train = options->synth_train > 0 ? options->synth_train : SYNTH_TRAIN;
    int test = options->synth_test > 0 ? options->synth_test : SYNTH_TEST;
    snprintf(data->name, sizeof data->name, "built-in digits");
    snprintf(data->note, sizeof data->note, "drawn by the program, not MNIST");
    return digits_draw(options->seed, 0, train, &data->train, err)
        && digits_draw(options->seed, DIGITS_TEST_FIRST, test, &data->test, err);
}

static bool check_parts(Data *data, Error *err)
{
    Shape a = data->train.shape, b = data->test.shape;
    if (data->test.count == 0)
        return true;
    if (!shape_equal(a, b)) {
        char one[SHAPE_TEXT], two[SHAPE_TEXT];
        shape_text(a, one);
        shape_text(b, two);
        return error_set(err, ERROR_INPUT, "name a training and a test part that belong together", "the training samples are %s but the test samples %s", one, two);
    }
    int classes = data->train.classes > data->test.classes ? data->train.classes : data->test.classes;
    if (data->train.labels)
        data->train.classes = classes;
    if (data->test.labels)
        data->test.classes = classes;
    return true;
}

Data *data_open(const DataOptions *options, Error *err)
{
    Data *data = mem_new(1, sizeof *data);
    char place[512];
    const char *path = options->path;
    bool named = options->images || options->labels || options->test_images || options->test_labels;
    if (!named && !path) {
        data_default_place(options->want, place, sizeof place);
        path = place;
    }
    bool good = named ? open_explicit(options, data, err)
        : path[0]     ? open_path(path, options, data, err)
                      : open_digits(options, data, err);
    if (!good || !check_parts(data, err)) {
        data_free(data);
        return NULL;
    }
    data_identify(data);
    if (options->limit > 0 && options->limit < data->train.count)
        data->train.count = options->limit;
    return data;
}
