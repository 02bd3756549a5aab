/* What the tests of the studio share: a small data set, starting and leaving. */
#ifndef TESTS_STUDIO_H
#define TESTS_STUDIO_H

#include "pty.h"

#include "../data/scratch.h"
#include "data/digits.h"
#include "data/formats.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { DATA_SEED = 3, DATA_TRAIN = 512, DATA_TEST = 64, DATA_TEST_FIRST = 600 };

static const char *const truecolour[] = {"COLORTERM=truecolor", NULL};

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

/* The studio over that data, with one more option. */
static inline Pty *start_at(int w, int h, const char *const *env, const char *option, const char *value)
{
    const char *arguments[] = {"studio", "--data", data_folder(), "--runs-dir", in_scratch("runs"), "--threads", "1", option, value, NULL};
    return pty_start(scratch, w, h, env, arguments);
}

static inline Pty *start(void) { return start_at(80, 24, truecolour, NULL, NULL); }

static inline void leave(Pty *pty)
{
    pty_type(pty, "q");
    assert_int_equal(pty_end(pty, 20), 0);
    assert_true(pty_restored(pty));
    pty_free(pty);
}

/* The scratch folder, and something to run. */
static inline int studio_setup(void **state)
{
    if (!getenv("HOURGLASS")) {
        fprintf(stderr, "HOURGLASS must name the program to test\n");
        return -1;
    }
    return scratch_make(state);
}

static inline double median(double *value, int count)
{
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && value[k - 1] > value[k]; k--) {
            double kept = value[k];
            value[k] = value[k - 1];
            value[k - 1] = kept;
        }
    return value[count / 2];
}

#endif
