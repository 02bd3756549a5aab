/* Which IDX files belong together, by their names, and both parts of a set read at the same time.
 *
 * A name is taken apart at the word "images" or "labels": what stands before it is the set's prefix, which says train
 * or test ("t10k") and which of several sets ("emnist-letters-train-"). */
#include "data/formats.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 256, MOST_FILES = 256 };

typedef struct Entry {
    char name[NAME], prefix[NAME]; /* prefix: the name up to images or labels, else all of it */
    bool labels, test, gzip;
} Entry;

typedef struct Listing {
    Entry *entry;
    int count;
} Listing;

static bool named_idx(const char *name)
{
    return strstr(name, "idx") && strstr(name, "ubyte");
}

static void describe(const char *name, Entry *entry)
{
    snprintf(entry->name, sizeof entry->name, "%s", name);
    snprintf(entry->prefix, sizeof entry->prefix, "%s", name);
    const char *word = strstr(name, "images");
    if (!word)
        word = strstr(name, "labels");
    if (word)
        entry->prefix[word - name] = '\0';
    entry->test = strstr(entry->prefix, "t10k") || strstr(entry->prefix, "test");
    size_t length = strlen(name);
    entry->gzip = length > 3 && strcmp(name + length - 3, ".gz") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const Entry *)a)->name, ((const Entry *)b)->name);
}

/* All IDX files of a folder, in the order of their names (so that a plain file comes before its .gz). */
static Listing list_folder(const char *path)
{
    Listing listing = {.entry = mem_new(MOST_FILES, sizeof(Entry))};
    DIR *folder = opendir(path);
    for (struct dirent *file; folder && listing.count < MOST_FILES && (file = readdir(folder));) {
        char whole[512];
        if (file->d_name[0] == '.' || !file_join(whole, sizeof whole, path, file->d_name, NULL)
            || !file_is_regular(whole))
            continue;
        int rank = idx_rank(whole);
        if (rank == 0 && !named_idx(file->d_name))
            continue;
        Entry *entry = &listing.entry[listing.count++];
        describe(file->d_name, entry);
        entry->labels = rank ? rank == 1 : strstr(file->d_name, "labels") != NULL;
    }
    if (folder)
        closedir(folder);
    qsort(listing.entry, (size_t)listing.count, sizeof(Entry), by_name);
    return listing;
}

bool idx_folder_is(const char *path)
{
    Listing listing = list_folder(path);
    bool found = listing.count > 0;
    free(listing.entry);
    return found;
}

static const Entry *find(const Listing *listing, const char *prefix, bool labels)
{
    for (int i = 0; i < listing->count; i++)
        if (listing->entry[i].labels == labels && strcmp(listing->entry[i].prefix, prefix) == 0)
            return &listing->entry[i];
    return NULL;
}

/* The test part that goes with a training part: the same prefix with another word in it. */
static const Entry *find_test(const Listing *listing, const char *prefix)
{
    static const char *const words[] = {"t10k", "test"};
    const char *train = strstr(prefix, "train");
    for (size_t i = 0; train && i < COUNT_OF(words); i++) {
        char other[NAME + 8];
        snprintf(other, sizeof other, "%.*s%s%s", (int)(train - prefix), prefix, words[i], train + strlen("train"));
        const Entry *entry = find(listing, other, false);
        if (entry)
            return entry;
    }
    return NULL;
}

/* The only training images of a folder (its only images, if none is for training), or NULL with *err. */
static const Entry *only_images(const Listing *listing, Error *err)
{
    const Entry *found = NULL;
    for (int test = 0; test <= 1 && !found; test++)
        for (int i = 0; i < listing->count; i++) {
            const Entry *entry = &listing->entry[i];
            if (entry->labels || entry->test != test)
                continue;
            if (found && strcmp(found->prefix, entry->prefix) != 0) {
                error_set(err, ERROR_INPUT, "name one file of images instead of the folder",
                          "holds several sets: %s and %s", found->name, entry->name);
                return NULL;
            }
            if (!found)
                found = entry;
        }
    if (!found)
        error_set(err, ERROR_INPUT, "the images are missing: fetch or copy them again", "holds IDX labels but no images");
    return found;
}

static bool join(char *out, const char *folder, const Entry *entry, Error *err)
{
    enum { ROOM = sizeof((IdxFiles *)0)->images };
    return !entry || file_join(out, ROOM, folder, entry->name, err);
}

bool idx_find(const char *path, IdxFiles *out, Error *err)
{
    *out = (IdxFiles){0};
    bool is_folder = file_is_folder(path);
    char *copy = mem_text(path), *copy2 = mem_text(path);
    const char *folder = is_folder ? path : dirname(copy);
    Listing listing = list_folder(folder);
    Entry named = {0};
    const Entry *images = &named, *labels, *test = NULL, *test_labels;
    bool good = false;
    if (is_folder)
        images = only_images(&listing, err);
    else
        describe(basename(copy2), &named);
    if (!images) {
        error_at(err, path, 0, 0);
        goto done;
    }
    labels = find(&listing, images->prefix, true);
    if (!images->test)
        test = find_test(&listing, images->prefix);
    test_labels = test ? find(&listing, test->prefix, true) : NULL;
    good = join(out->images, folder, images, err) && join(out->labels, folder, labels, err)
        && join(out->test_images, folder, test, err) && join(out->test_labels, folder, test_labels, err);
done:
    free(copy);
    free(copy2);
    free(listing.entry);
    return good;
}

typedef struct Part {
    const char *images, *labels;
    Dataset *set;
    Error err;
    bool good;
} Part;

static void *read_part(void *arg)
{
    Part *part = arg;
    part->good = !part->images[0]
        || (idx_read_images(part->images, part->set, &part->err)
            && (!part->labels[0] || idx_read_labels(part->labels, part->set, &part->err)));
    return NULL;
}

bool idx_read_files(const IdxFiles *files, Data *data, Error *err)
{
    Part train = {files->images, files->labels, &data->train, {0}, false};
    Part test = {files->test_images, files->test_labels, &data->test, {0}, false};
    pthread_t helper;
    bool apart = pthread_create(&helper, NULL, read_part, &train) == 0;
    read_part(&test);
    if (apart)
        pthread_join(helper, NULL);
    else
        read_part(&train);
    if (train.good && test.good)
        return true;
    if (err)
        *err = train.good ? test.err : train.err;
    return false;
}
