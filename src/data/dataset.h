/* What a network learns from: pictures of one shape, with or without labels.
 *
 * Pixels stay bytes until a batch is gathered (a quarter of the memory); codes and npy files are floats. */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "base/error.h"
#include "tensor/shape.h"

#include <stdbool.h>
#include <stdint.h>

enum { DATA_CLASSES = 256, DATA_NAME = 64 };

typedef struct Dataset {
    Shape shape;
    int count;
    uint8_t *bytes;  /* (count, h, w, c), 0..255 meaning 0..1; or NULL */
    float *floats;   /* the same as floats; exactly one of the two is set */
    uint8_t *labels; /* one a sample, below `classes`; NULL: none */
    int classes;     /* 0 without labels */
} Dataset;

void dataset_clear(Dataset *set); /* frees; zeroed again */

/* One sample as floats. */
void dataset_sample(const Dataset *set, int index, float *out);

/* Asks the processor for a sample that will be wanted soon: shuffled ones lie where none is foreseen. */
void dataset_prefetch(const Dataset *set, int index);

/* A named collection: training and test part. */
typedef struct Data {
    Dataset train, test;      /* test.count may be 0 */
    char name[DATA_NAME];     /* "MNIST", "Fashion-MNIST", "built-in digits", "folder faces": what the program calls it */
    char source[256];         /* path, or "" for the built-in digits */
    char note[256];           /* what has to be said whenever numbers are quoted: "partly lossy: ...", or "" */
    char checksum[65];        /* of both parts as they were read, before a limit; see data_identify */
    bool exact;               /* bytes known to be the published ones (by checksum) */
    char class_name[DATA_CLASSES][32]; /* "" where only the number is known */
} Data;

void data_free(Data *data); /* NULL is fine */

typedef struct DataOptions {
    const char *path; /* folder or file, or the name of one in the places of data_default_place; "": the built-in digits; NULL:
                       * data_default_place */
    const char *images, *labels, *test_images, *test_labels; /* explicit files, override path; NULL: none */
    Shape want;       /* the network's input: folders are resized to it; size 0: as they are */
    int limit;        /* first samples of the training part only; 0: all */
    uint64_t seed;    /* of the built-in digits */
    int synth_train, synth_test; /* how many built-in digits (0: 20000 and 2000) */
} DataOptions;

/* Recognises by content: IDX (raw or gzip) folder or file, CIFAR-10 binary batches, folder tree of PNG/JPEG, npy. */
Data *data_open(const DataOptions *options, Error *err) MUST_CHECK;

/* Where data_open looks without a path: the first of $HOURGLASS_DATA, ./data, $XDG_DATA_HOME/hourglass/datasets that holds a
 * set, itself or in a sub-folder mnist, fashion-mnist or cifar-10-batches-bin; those that fit `want` go before those that
 * don't (size 0: any).  $HOURGLASS_DATA is returned even when nothing can be found in it, so that opening it says so.
 * "" for the built-in digits. */
void data_default_place(Shape want, char *path, size_t size);

/* Fills checksum: sha256 over the parts' shapes, counts, pixels and labels.  Where it is known sets exact, the name, the
 * classes' names and a note; where it is not keeps them. */
void data_identify(Data *data);

/* Can samples of `have` be fed to an input of `want`: the same numbers in the same order (28x28x1 and 784)?
 * False with a message that says both shapes and a cure. */
bool data_fits(Shape have, Shape want, const Data *data, Error *err) MUST_CHECK;

#endif
