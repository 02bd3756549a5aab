/* A tree of pictures: sub-folder = label.
 *
 * First the tree is listed (names sorted as people count: 2 before 10), then the pictures are read on all processors,
 * brought to the wanted number of channels and scaled. */
#include "config.h" /* _GNU_SOURCE: versionsort */

#include "data/formats.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/image.h"
#include "tensor/team.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { DEEPEST = 8, PATH = 4096 };

static int visible(const struct dirent *file)
{
    return file->d_name[0] != '.';
}

/* Sorted names of a folder; -1 with *err. */
static int list_names(const char *path, struct dirent ***names, Error *err)
{
    int count = scandir(path, names, visible, versionsort);
    if (count < 0)
        error_errno(err, path, "the folder cannot be read");
    return count;
}

static void free_names(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* By its name, so that a broken one is noticed, or by its first bytes. */
static bool is_picture(const char *path)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg"};
    const char *dot = file_is_regular(path) ? strrchr(path, '.') : NULL;
    for (size_t i = 0; dot && i < COUNT_OF(endings); i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return image_is_picture(path);
}

static bool holds_pictures(const char *path, int depth)
{
    struct dirent **names;
    int count = list_names(path, &names, NULL);
    bool found = false;
    for (int i = 0; i < count && !found; i++) {
        char whole[PATH];
        if (!file_join(whole, sizeof whole, path, names[i]->d_name, NULL))
            continue;
        found = file_is_folder(whole) ? depth < DEEPEST && holds_pictures(whole, depth + 1) : is_picture(whole);
    }
    if (count >= 0)
        free_names(names, count);
    return found;
}

bool folder_is(const char *path)
{
    return file_is_folder(path) && holds_pictures(path, 0);
}

typedef struct Tree {
    char **path;
    int *label; /* -1: lies outside the sub-folders */
    int count, room;
    char **class_name;
    int classes;
} Tree;

static void tree_clear(Tree *tree)
{
    for (int i = 0; i < tree->count; i++)
        free(tree->path[i]);
    for (int i = 0; i < tree->classes; i++)
        free(tree->class_name[i]);
    free(tree->path);
    free(tree->label);
    free(tree->class_name);
}

static void tree_add(Tree *tree, const char *path, int label)
{
    if (tree->count == tree->room) {
        tree->room = tree->room ? tree->room * 2 : 256;
        tree->path = mem_resize(tree->path, (size_t)tree->room, sizeof *tree->path);
        tree->label = mem_resize(tree->label, (size_t)tree->room, sizeof *tree->label);
    }
    tree->path[tree->count] = mem_text(path);
    tree->label[tree->count++] = label;
}

/* At depth 0 every sub-folder with pictures in it is a class. */
static bool tree_list(Tree *tree, const char *path, int label, int depth, Error *err)
{
    struct dirent **names;
    int count = list_names(path, &names, err);
    bool good = count >= 0;
    for (int i = 0; good && i < count; i++) {
        char whole[PATH];
        good = file_join(whole, sizeof whole, path, names[i]->d_name, err);
        if (!good)
            break;
        if (!file_is_folder(whole)) {
            if (is_picture(whole))
                tree_add(tree, whole, label);
        } else if (depth < DEEPEST) {
            int before = tree->count;
            good = tree_list(tree, whole, depth == 0 ? tree->classes : label, depth + 1, err);
            if (depth == 0 && tree->count > before) {
                tree->class_name = mem_resize(tree->class_name, (size_t)tree->classes + 1, sizeof *tree->class_name);
                tree->class_name[tree->classes++] = mem_text(names[i]->d_name);
            }
        }
    }
    if (count >= 0)
        free_names(names, count);
    return good;
}

/* What a picture becomes. */
static bool choose_shape(Shape want, const char *first, Shape *out, Error *err)
{
    if (want.flat && shape_size(want) > 0) { /* a vector: a square that has so many numbers */
        for (int c = 1; c <= 3; c += 2) {
            int side = (int)lround(sqrt((double)want.c / c));
            if (side * side * c == want.c) {
                *out = shape_map(side, side, c);
                return true;
            }
        }
        return error_set(err, ERROR_INPUT, "write the input as height x width x channels",
                         "pictures cannot be scaled to %d numbers: it is no square, grey or colour", want.c);
    }
    if (shape_size(want) > 0) {
        *out = want;
        return want.c == 1 || want.c == 3
            ? true
            : error_set(err, ERROR_INPUT, "give the input 1 or 3 channels",
                        "pictures are grey (1 channel) or colour (3); the network's input has %d", want.c);
    }
    Image image;
    if (!image_read(first, &image, err))
        return false;
    *out = shape_map(image.h, image.w, image.channels);
    image_clear(&image);
    return true;
}

static bool read_picture(const char *path, Shape shape, uint8_t *out, bool *scaled, Error *err)
{
    Image image = {0}, right = {0}, sized = {0};
    bool good = image_read(path, &image, err) && image_to_channels(&image, shape.c, &right, err);
    if (good && (image.w != shape.w || image.h != shape.h)) {
        *scaled = true;
        good = image_resize(&right, shape.w, shape.h, &sized, err);
    }
    if (good)
        memcpy(out, sized.pixels ? sized.pixels : right.pixels, shape_size(shape));
    image_clear(&image);
    image_clear(&right);
    image_clear(&sized);
    return good ? true : error_at(err, path, 0, 0);
}

/* A pile of large pictures would rather fill the machine than fail, so the sum is made first. */
static bool check_memory(int count, Shape shape, Error *err)
{
    double bytes = (double)count * (double)shape_size(shape);
    double machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    char text[SHAPE_TEXT];
    shape_text(shape, text);
    if (bytes > machine)
        return error_set(err, ERROR_FAILED, "give the network a smaller input: pictures are scaled to it",
                         "%d pictures of %s need %.1f GB, more than this machine has", count, text, bytes * 1e-9);
    return true;
}

/* The pictures are shared out among the threads; of those that cannot be read the first is reported. */
typedef struct Reading {
    const Tree *tree;
    Shape shape;
    uint8_t *bytes;
    int threads;
    struct Share {
        int failed; /* index of the picture, or -1 */
        bool scaled;
        Error err;
    } *share; /* one a thread */
} Reading;

static void read_share(void *arg, int rank)
{
    Reading *reading = arg;
    struct Share *share = &reading->share[rank];
    int first, count;
    team_slice(reading->tree->count, 1, rank, reading->threads, &first, &count);
    share->failed = -1;
    for (int i = first; i < first + count && share->failed < 0; i++)
        if (!read_picture(reading->tree->path[i], reading->shape, reading->bytes + (size_t)i * shape_size(reading->shape),
                          &share->scaled, &share->err))
            share->failed = i;
}

static bool read_tree(const Tree *tree, Shape shape, Dataset *out, bool *scaled, Error *err)
{
    *out = (Dataset){.shape = shape};
    if (!check_memory(tree->count, shape, err))
        return false;
    Team *team = team_new(team_cores(), err);
    if (!team)
        return false;
    out->bytes = mem_try_large((size_t)tree->count, shape_size(shape));
    if (!out->bytes) {
        team_free(team);
        return error_set(err, ERROR_FAILED, NULL, "no memory for %d pictures", tree->count);
    }
    Reading reading = {tree, shape, out->bytes, team_size(team), NULL};
    reading.share = mem_new((size_t)reading.threads, sizeof *reading.share);
    team_run(team, read_share, &reading);
    bool good = true;
    for (int i = 0; i < reading.threads && good; i++) {
        *scaled |= reading.share[i].scaled;
        good = reading.share[i].failed < 0;
        if (!good && err)
            *err = reading.share[i].err;
    }
    free(reading.share);
    team_free(team);
    if (good)
        out->count = tree->count;
    else
        dataset_clear(out);
    return good;
}

/* Labels where all pictures lie in two or more sub-folders, each with a class of the training part. */
static bool label_tree(const Tree *tree, const Tree *classes, Dataset *out, Data *data, Error *err)
{
    if (classes->classes < 2)
        return true;
    if (classes->classes > DATA_CLASSES) {
        if (tree == classes)
            data_add_note(data, "no labels: more than %d sub-folders", DATA_CLASSES);
        return true;
    }
    for (int i = 0; i < tree->count; i++)
        if (tree->label[i] < 0) {
            data_add_note(data, "no labels: some pictures lie outside the sub-folders");
            return true;
        }
    int map[DATA_CLASSES];
    for (int i = 0; i < tree->classes; i++) {
        for (map[i] = 0; map[i] < classes->classes; map[i]++)
            if (strcmp(tree->class_name[i], classes->class_name[map[i]]) == 0)
                break;
        if (map[i] == classes->classes)
            return error_set(err, ERROR_INPUT, "each sub-folder of the test part must be one of the training part's",
                             "the test part has a sub-folder %s that the training part lacks", tree->class_name[i]);
    }
    out->labels = mem_new((size_t)tree->count, 1);
    out->classes = classes->classes;
    for (int i = 0; i < tree->count; i++)
        out->labels[i] = (uint8_t)map[tree->label[i]];
    return true;
}

/* The sub-folder of that name (one of two), if there is one. */
static bool find_part(const char *path, const char *name, const char *other_name, char *out)
{
    return (file_join(out, PATH, path, name, NULL) && file_is_folder(out))
        || (file_join(out, PATH, path, other_name, NULL) && file_is_folder(out));
}

/* Steps into a folder that is the only thing in its folder, then looks for the two parts. */
static void find_parts(const char *path, char *train, char *test)
{
    snprintf(train, PATH, "%s", path);
    test[0] = '\0';
    for (int depth = 0; depth < DEEPEST; depth++) {
        char a[PATH], b[PATH];
        struct dirent **names;
        int count = list_names(train, &names, NULL), folders = 0, pictures = 0;
        for (int i = 0; i < count; i++) {
            char whole[PATH];
            if (!file_join(whole, sizeof whole, train, names[i]->d_name, NULL))
                continue;
            bool is_folder = file_is_folder(whole);
            if (is_folder && holds_pictures(whole, 1)) {
                folders++;
                snprintf(a, sizeof a, "%s", whole);
            }
            pictures += !is_folder && is_picture(whole);
        }
        if (count >= 0)
            free_names(names, count);
        if (pictures == 0 && folders == 1) {
            snprintf(train, PATH, "%s", a);
            continue;
        }
        if (pictures == 0 && folders == 2 && find_part(train, "train", "training", a)
            && find_part(train, "test", "testing", b)) {
            snprintf(train, PATH, "%s", a);
            snprintf(test, PATH, "%s", b);
        }
        return;
    }
}

bool folder_read(const char *path, Shape want, Data *data, Error *err)
{
    char train_path[PATH], test_path[PATH];
    Tree train = {0}, test = {0};
    Shape shape;
    bool scaled = false;
    find_parts(path, train_path, test_path);
    bool good = tree_list(&train, train_path, -1, 0, err) && (!test_path[0] || tree_list(&test, test_path, -1, 0, err));
    if (good && train.count == 0) {
        error_set(err, ERROR_INPUT, "put PNG or JPEG files there, a sub-folder for each class", "holds no pictures");
        good = error_at(err, path, 0, 0);
    }
    good = good && choose_shape(want, train.path[0], &shape, err)
        && read_tree(&train, shape, &data->train, &scaled, err) && label_tree(&train, &train, &data->train, data, err);
    if (good && test.count > 0)
        good = read_tree(&test, shape, &data->test, &scaled, err) && label_tree(&test, &train, &data->test, data, err);
    if (good && scaled)
        data_add_note(data, "pictures scaled to %d x %d", shape.w, shape.h);
    for (int i = 0; good && data->train.labels && i < train.classes; i++) {
        snprintf(data->class_name[i], sizeof data->class_name[i], "%s", train.class_name[i]);
        str_no_controls(data->class_name[i]);
    }
    tree_clear(&train);
    tree_clear(&test);
    return good ? true : error_at(err, path, 0, 0);
}
