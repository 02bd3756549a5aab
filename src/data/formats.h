/* The file formats, one file each.  Every reader treats its input as hostile: a header may lie about sizes, a gzip may end early. */
#ifndef DATA_FORMATS_H
#define DATA_FORMATS_H

#include "data/dataset.h"

/* IDX (yann.lecun.com/exdb/mnist), raw or gzip.  Images: type 0x08, rank 2 (count, c), 3 (count, h, w) or 4 (count, h, w, c). */
bool idx_read_images(const char *path, Dataset *out, Error *err) MUST_CHECK;
bool idx_read_labels(const char *path, Dataset *into, Error *err) MUST_CHECK; /* count must match */
bool idx_is(const char *path);                                               /* by content */
int idx_rank(const char *path);                                              /* 1: labels; 0: no IDX */
bool idx_write_images(const char *path, const Dataset *set, Error *err) MUST_CHECK; /* .gz: compressed */
bool idx_write_labels(const char *path, const Dataset *set, Error *err) MUST_CHECK;

/* The parts of an IDX set, found by their names: PREFIXtrain-images*, -labels*, PREFIXt10k-* or PREFIXtest-*.
 * `path` is their folder or one file of images. */
typedef struct IdxFiles {
    char images[512], labels[512], test_images[512], test_labels[512]; /* "": none */
} IdxFiles;

bool idx_find(const char *path, IdxFiles *out, Error *err) MUST_CHECK;
bool idx_read_files(const IdxFiles *files, Data *data, Error *err) MUST_CHECK; /* both parts at the same time */
bool idx_folder_is(const char *path); /* a folder with files that are IDX or are named so */

/* CIFAR-10 binary: 3073-byte records, label then R, G, B planes; turned to (32, 32, 3). Appends to out. */
bool cifar_read(const char *path, Dataset *out, Error *err) MUST_CHECK;
bool cifar_is(const char *path); /* by name (data_batch*.bin, test_batch*.bin) or by content */

/* A folder of batches: test_batch*.bin is the test part, all others are the training part, in the order of their names. */
bool cifar_folder_is(const char *path);
bool cifar_folder_read(const char *path, Data *data, Error *err) MUST_CHECK;
void cifar_name_classes(Data *data);

/* A folder tree of PNG/JPEG, sub-folder = label, resized to `want` (0: the first picture's size); grey when want.c == 1.
 * The class names go to data->class_name.  Sub-folders train and test (or training, testing), when there are no others,
 * are the two parts. */
bool folder_read(const char *path, Shape want, Data *data, Error *err) MUST_CHECK;
bool folder_is(const char *path);

/* numpy's .npy: uint8 or float32 (little-endian, C order), rank 2 (count, c), 3 (count, h, w), 4 (count, h, w, c). */
bool npy_read(const char *path, Dataset *out, Error *err) MUST_CHECK;
bool npy_is(const char *path);
bool npy_write(const char *path, int rank, const int *dim, const float *numbers, Error *err) MUST_CHECK; /* float32 */

/* Appends to data->note, with "; " between. */
void data_add_note(Data *data, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
