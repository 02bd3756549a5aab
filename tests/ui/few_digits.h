/* A small data set, for tests that need one which is opened and learned in a moment. */
#ifndef TESTS_FEW_DIGITS_H
#define TESTS_FEW_DIGITS_H

#include "../data/scratch.h"
#include "data/digits.h"
#include "data/formats.h"

enum { DATA_SEED = 3, DATA_TRAIN = 512, DATA_TEST = 64, DATA_TEST_FIRST = 600 };

/* So many of the program's own digits as files of IDX, in the scratch folder: training on them takes a moment. */
static inline const char *data_folder(void)
{
    static char folder[512];
    Dataset train = {0}, test = {0};
    Error err = {0};
    snprintf(folder, sizeof folder, "%s/digits", scratch);
    if (file_exists(folder))
        return folder;
    check_good(file_make_folders(folder, &err), &err);
    check_good(digits_draw(DATA_SEED, 0, DATA_TRAIN, &train, &err), &err);
    check_good(digits_draw(DATA_SEED, DATA_TEST_FIRST, DATA_TEST, &test, &err), &err);
    check_good(idx_write_images(in_scratch("digits/train-images-idx3-ubyte"), &train, &err), &err);
    check_good(idx_write_labels(in_scratch("digits/train-labels-idx1-ubyte"), &train, &err), &err);
    check_good(idx_write_images(in_scratch("digits/t10k-images-idx3-ubyte"), &test, &err), &err);
    check_good(idx_write_labels(in_scratch("digits/t10k-labels-idx1-ubyte"), &test, &err), &err);
    dataset_clear(&train);
    dataset_clear(&test);
    return folder;
}

#endif
