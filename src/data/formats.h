/* The file formats, one file each.  Every reader treats its input as hostile: a header may lie about sizes, a gzip may end early. */
#ifndef DATA_FORMATS_H
#define DATA_FORMATS_H

#include "data/dataset.h"

/* IDX (yann.lecun.com/exdb/mnist), raw or gzip.  Images: type 0x08, rank 3 (count, h, w) or 4 (count, h, w, c). */
bool idx_read_images(const char *path, Dataset *out, Error *err) MUST_CHECK;
bool idx_read_labels(const char *path, Dataset *into, Error *err) MUST_CHECK; /* count must match */
bool idx_is(const char *path);                                               /* by content */
bool idx_write_images(const char *path, const Dataset *set, Error *err) MUST_CHECK; /* .gz: compressed */
bool idx_write_labels(const char *path, const Dataset *set, Error *err) MUST_CHECK;

/* CIFAR-10 binary: 3073-byte records, label then R, G, B planes; turned to (32, 32, 3). Appends to out. */
bool cifar_read(const char *path, Dataset *out, Error *err) MUST_CHECK;
bool cifar_is(const char *path);

/* A folder tree of PNG/JPEG, sub-folder = label, resized to `want` (0: the first picture's size); grey when want.c == 1.
 * The class names go to data->class_name. */
bool folder_read(const char *path, Shape want, Data *data, Error *err) MUST_CHECK;
bool folder_is(const char *path);

/* numpy's .npy: uint8 or float32 (little-endian, C order), rank 2 (count, c), 3 (count, h, w), 4 (count, h, w, c). */
bool npy_read(const char *path, Dataset *out, Error *err) MUST_CHECK;
bool npy_is(const char *path);
bool npy_write(const char *path, int rank, const int *dim, const float *numbers, Error *err) MUST_CHECK; /* float32 */

#endif
