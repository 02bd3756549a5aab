/* CIFAR-10's binary batches: records of a label byte and three 32 x 32 planes, red, green, blue.
 * Any number of records, any subset of the batches. */
#include "config.h" /* _GNU_SOURCE: versionsort */

#include "data/formats.h"

#include "base/file.h"
#include "base/mem.h"
#include "data/source.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIDE = 32, PLANE = SIDE * SIDE, PIXELS = 3 * PLANE, RECORD = 1 + PIXELS, CLASSES = 10, MOST_FILES = 256 };

static const size_t longest_file = (size_t)RECORD * 10000000;
static const char *const classes[CLASSES] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                             "dog",      "frog",       "horse", "ship", "truck"};

static bool named_batch(const char *name)
{
    size_t length = strlen(name);
    return (strncmp(name, "data_batch", 10) == 0 || strncmp(name, "test_batch", 10) == 0) && length > 4
        && strcmp(name + length - 4, ".bin") == 0;
}

bool cifar_is(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    if (named_batch(slash ? slash + 1 : path))
        return true;
    if (info.st_size == 0 || info.st_size % RECORD != 0)
        return false;
    FILE *stream = fopen(path, "rbe");
    if (!stream)
        return false;
    bool good = true;
    for (off_t at = 0; good && at < info.st_size && at < 64 * RECORD; at += RECORD) {
        int label = fseeko(stream, at, SEEK_SET) == 0 ? getc(stream) : EOF;
        good = label != EOF && label < CLASSES;
    }
    fclose(stream);
    return good;
}

static bool check_records(const uint8_t *bytes, size_t size, Error *err)
{
    if (size == 0)
        return error_set(err, ERROR_INPUT, "fetch or copy it again", "is empty");
    if (size % RECORD != 0)
        return error_set(err, ERROR_INPUT, "fetch or copy it again",
                         "is no CIFAR-10 batch: %zu bytes are no multiple of the %d bytes of a record", size, RECORD);
    for (size_t i = 0; i < size / RECORD; i++)
        if (bytes[i * RECORD] >= CLASSES)
            return error_set(err, ERROR_INPUT, "only the binary version of CIFAR-10 is read",
                             "is no CIFAR-10 batch: record %zu has the label %d", i + 1, bytes[i * RECORD]);
    return true;
}

bool cifar_read(const char *path, Dataset *out, Error *err)
{
    Source source;
    size_t size;
    uint8_t *bytes = NULL;
    bool good = source_open(&source, path, err) && (bytes = source_read_large(&source, longest_file, &size, err));
    source_close(&source);
    if (!good)
        return false;
    int more = (int)(size / RECORD);
    size_t count = (size_t)out->count + (size_t)more;
    uint8_t *pixels = NULL, *labels = NULL;
    good = check_records(bytes, size, err);
    if (good) {
        pixels = realloc(out->bytes, count * PIXELS);
        out->bytes = pixels ? pixels : out->bytes;
        labels = realloc(out->labels, count);
        out->labels = labels ? labels : out->labels;
        if (!pixels || !labels)
            good = error_set(err, ERROR_FAILED, NULL, "no memory for %zu pictures", count);
    }
    for (size_t i = 0; good && i < (size_t)more; i++) {
        const uint8_t *record = bytes + i * RECORD, *plane = record + 1;
        uint8_t *to = pixels + ((size_t)out->count + i) * PIXELS;
        labels[(size_t)out->count + i] = record[0];
        for (int p = 0; p < PLANE; p++)
            for (int c = 0; c < 3; c++)
                *to++ = plane[c * PLANE + p];
    }
    free(bytes);
    if (!good)
        return error_at(err, path, 0, 0);
    out->count += more;
    out->shape = shape_map(SIDE, SIDE, 3);
    out->classes = CLASSES;
    return true;
}

void cifar_name_classes(Data *data)
{
    for (int i = 0; i < CLASSES; i++)
        snprintf(data->class_name[i], sizeof data->class_name[i], "%s", classes[i]);
}

static int visible(const struct dirent *file)
{
    return file->d_name[0] != '.';
}

/* The batches of a folder, data_batch_2 before data_batch_10; at most `most`. */
static int list_batches(const char *path, char **names, int most)
{
    struct dirent **files;
    int total = scandir(path, &files, visible, versionsort), count = 0;
    for (int i = 0; i < total; i++) {
        char whole[512];
        if (count < most && file_join(whole, sizeof whole, path, files[i]->d_name, NULL) && cifar_is(whole))
            names[count++] = mem_text(files[i]->d_name);
        free(files[i]);
    }
    if (total >= 0)
        free(files);
    return count;
}

static void free_names(char **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
}

bool cifar_folder_is(const char *path)
{
    char *names[MOST_FILES];
    int count = list_batches(path, names, MOST_FILES);
    free_names(names, count);
    return count > 0;
}

/* data_batch_1_first4000.bin beside data_batch_1.bin: a part of it by its name, so its pictures would come twice. */
static const char *whole_batch(char **names, int count, const char *name)
{
    for (int i = 0; i < count; i++) {
        size_t stem = strlen(names[i]) - strlen(".bin");
        if (named_batch(names[i]) && strncmp(names[i], name, stem) == 0 && name[stem] == '_'
            && strcmp(names[i], "data_batch.bin") != 0)
            return names[i];
    }
    return NULL;
}

bool cifar_folder_read(const char *path, Data *data, Error *err)
{
    char *names[MOST_FILES];
    int count = list_batches(path, names, MOST_FILES);
    bool good = true;
    for (int i = 0; good && i < count; i++) {
        const char *whole = whole_batch(names, count, names[i]);
        if (whole) {
            data_add_note(data, "%s left out beside %s", names[i], whole);
            continue;
        }
        char file[512];
        bool test = strncmp(names[i], "test", 4) == 0;
        good = file_join(file, sizeof file, path, names[i], err)
            && cifar_read(file, test ? &data->test : &data->train, err);
    }
    free_names(names, count);
    if (good && data->train.count == 0) { /* only a test batch: it is all there is to learn from */
        data->train = data->test;
        data->test = (Dataset){0};
    }
    cifar_name_classes(data);
    return good;
}
