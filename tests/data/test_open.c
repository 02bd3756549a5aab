/* Folders of pictures, recognition, the search order, and what sets are called. */
#include "data/dataset.h"

#include "data/formats.h"
#include "image/image.h"
#include "scratch.h"

#include <sys/stat.h>
#include <unistd.h>

static void put_picture(const char *name, int w, int h, int channels, int value)
{
    Image image;
    assert_true(image_new(&image, w, h, channels, NULL));
    memset(image.pixels, value, (size_t)(w * h * channels));
    assert_true(image_write_png(&image, in_scratch(name), NULL, NULL));
    image_clear(&image);
}

static Data *open_path(const char *path, Shape want)
{
    Error err = {0};
    DataOptions options = {.path = path, .want = want};
    Data *data = data_open(&options, &err);
    check_good(data != NULL, &err);
    return data;
}

static void expect_refused(const char *path, Shape want, const char *file, const char *words)
{
    Error err = {0};
    DataOptions options = {.path = path, .want = want};
    assert_null(data_open(&options, &err));
    check_error(&err, ERROR_INPUT, file, words, true);
}

static const Shape any = {0};

static void test_labelled_folder(void **state)
{
    (void)state;
    put_folder("zoo/cat10/deeper");
    put_folder("zoo/cat2");
    put_folder("zoo/empty");
    put_picture("zoo/cat10/a.png", 6, 4, 1, 100);
    put_picture("zoo/cat10/deeper/b.PNG", 6, 4, 1, 110);
    put_picture("zoo/cat2/c.png", 6, 4, 1, 20);
    put_file("zoo/readme.txt", "not a picture", 13);
    Data *data = open_path(in_scratch("zoo"), any);
    assert_string_equal(data->name, "folder zoo");
    assert_int_equal(data->train.count, 3);
    assert_int_equal(data->train.classes, 2);
    assert_true(shape_equal(data->train.shape, shape_map(4, 6, 1)));
    assert_string_equal(data->class_name[0], "cat2"); /* as people count */
    assert_string_equal(data->class_name[1], "cat10");
    for (int i = 0; i < 3; i++) {
        int value = data->train.bytes[i * 24];
        assert_int_equal(data->train.labels[i], value != 20);
    }
    assert_string_equal(data->note, "");
    assert_false(data->exact);
    data_free(data);
    /* scaled, in colour */
    data = open_path(in_scratch("zoo"), shape_map(8, 8, 3));
    assert_true(shape_equal(data->train.shape, shape_map(8, 8, 3)));
    assert_string_equal(data->note, "pictures scaled to 8 x 8");
    assert_int_equal(data->train.bytes[0], 20);
    data_free(data);
    /* a vector: the square with so many numbers */
    data = open_path(in_scratch("zoo"), shape_vector(147));
    assert_true(shape_equal(data->train.shape, shape_map(7, 7, 3)));
    data_free(data);
    expect_refused(in_scratch("zoo"), shape_vector(50), "zoo", "no square");
    expect_refused(in_scratch("zoo"), shape_map(8, 8, 2), "zoo", "input has 2");
}

static void test_unlabelled_folder(void **state)
{
    (void)state;
    put_folder("faces/only/inside");
    put_picture("faces/only/inside/1.png", 5, 5, 3, 7);
    put_picture("faces/only/inside/2.png", 10, 10, 1, 9);
    Data *data = open_path(in_scratch("faces"), any);
    assert_int_equal(data->train.count, 2);
    assert_null(data->train.labels);
    assert_int_equal(data->train.classes, 0);
    assert_true(shape_equal(data->train.shape, shape_map(5, 5, 1)) || shape_equal(data->train.shape, shape_map(5, 5, 3)));
    assert_string_equal(data->note, "pictures scaled to 5 x 5");
    data_free(data);
}

static void test_mixed_folder(void **state)
{
    (void)state;
    put_folder("mixed/a");
    put_folder("mixed/b");
    put_picture("mixed/a/1.png", 3, 3, 1, 1);
    put_picture("mixed/b/1.png", 3, 3, 1, 1);
    put_picture("mixed/loose.png", 3, 3, 1, 1);
    Data *data = open_path(in_scratch("mixed"), any);
    assert_int_equal(data->train.count, 3);
    assert_null(data->train.labels);
    assert_string_equal(data->note, "no labels: some pictures lie outside the sub-folders");
    data_free(data);
}

static void test_train_and_test_folders(void **state)
{
    (void)state;
    put_folder("parts/set/training/x");
    put_folder("parts/set/training/y");
    put_folder("parts/set/testing/y");
    put_picture("parts/set/training/x/1.png", 3, 3, 1, 1);
    put_picture("parts/set/training/y/2.png", 3, 3, 1, 2);
    put_picture("parts/set/testing/y/3.png", 4, 4, 1, 3);
    Data *data = open_path(in_scratch("parts"), any);
    assert_int_equal(data->train.count, 2);
    assert_int_equal(data->test.count, 1);
    assert_true(shape_equal(data->test.shape, shape_map(3, 3, 1)));
    assert_int_equal(data->test.labels[0], 1);
    assert_int_equal(data->test.classes, 2);
    data_free(data);
    put_folder("parts/set/testing/z");
    put_picture("parts/set/testing/z/4.png", 3, 3, 1, 4);
    expect_refused(in_scratch("parts"), any, "parts", "sub-folder z that the training part lacks");
}

static void test_many_classes(void **state)
{
    (void)state;
    for (int i = 0; i < 257; i++) {
        char name[64];
        snprintf(name, sizeof name, "people/p%d", i);
        put_folder(name);
        snprintf(name, sizeof name, "people/p%d/1.png", i);
        put_picture(name, 2, 2, 1, i % 256);
    }
    Data *data = open_path(in_scratch("people"), any);
    assert_int_equal(data->train.count, 257);
    assert_null(data->train.labels);
    assert_string_equal(data->note, "no labels: more than 256 sub-folders");
    data_free(data);
}

static void test_bad_folders(void **state)
{
    (void)state;
    put_folder("void");
    expect_refused(in_scratch("void"), any, "void", "holds no data set");
    expect_refused(in_scratch("nowhere"), any, "nowhere", "No such file");
    put_folder("sick/a");
    put_folder("sick/b");
    put_picture("sick/a/1.png", 3, 3, 1, 1);
    put_file("sick/b/2.jpg", "\xff\xd8\xff\xe0 and then nothing", 21);
    expect_refused(in_scratch("sick"), any, "sick/b/2.jpg", "broken JPEG");
    put_file("sick/b/2.jpg", "GIF89a", 6);
    expect_refused(in_scratch("sick"), any, "sick/b/2.jpg", "neither PNG nor JPEG");
    put_file("note.txt", "just words", 10);
    expect_refused(in_scratch("note.txt"), any, "note.txt", "no data set that can be read");
}

/* A small set as four IDX files. */
static void put_idx(const char *folder, const char *prefix, int train, int test, int side, bool labels, bool zip)
{
    const char *const part[] = {"train", "t10k"};
    const int count[] = {train, test};
    put_folder(folder);
    for (int i = 0; i < 2; i++) {
        Dataset set = {.shape = shape_map(side, side, 1), .count = count[i], .classes = 10};
        if (set.count == 0)
            continue;
        set.bytes = calloc((size_t)set.count, (size_t)(side * side));
        set.labels = calloc((size_t)set.count, 1);
        for (int n = 0; n < set.count; n++) {
            set.labels[n] = (uint8_t)(n % 5 + i);
            set.bytes[n * side * side] = (uint8_t)n;
        }
        char name[128];
        snprintf(name, sizeof name, "%s/%s%s-images-idx3-ubyte%s", folder, prefix, part[i], zip ? ".gz" : "");
        assert_true(idx_write_images(in_scratch(name), &set, NULL));
        snprintf(name, sizeof name, "%s/%s%s-labels-idx1-ubyte%s", folder, prefix, part[i], zip ? ".gz" : "");
        if (labels)
            assert_true(idx_write_labels(in_scratch(name), &set, NULL));
        dataset_clear(&set);
    }
}

static void test_idx_folder(void **state)
{
    (void)state;
    put_idx("plain", "", 20, 6, 4, true, false);
    Data *data = open_path(in_scratch("plain"), any);
    assert_string_equal(data->name, "IDX plain");
    assert_int_equal(data->train.count, 20);
    assert_int_equal(data->test.count, 6);
    assert_int_equal(data->train.classes, 6); /* of both parts */
    assert_int_equal(data->test.classes, 6);
    assert_int_equal(strlen(data->checksum), 64);
    char sum[65];
    strcpy(sum, data->checksum);
    data_free(data);
    /* the same bytes under another name and zipped have the same checksum */
    put_idx("zipped", "", 20, 6, 4, true, true);
    data = open_path(in_scratch("zipped"), any);
    assert_string_equal(data->checksum, sum);
    data_free(data);
    /* one label more or less has not */
    put_idx("bare", "", 20, 6, 4, false, false);
    data = open_path(in_scratch("bare"), any);
    assert_null(data->train.labels);
    assert_string_not_equal(data->checksum, sum);
    data_free(data);
    put_idx("training", "", 20, 0, 4, true, false);
    data = open_path(in_scratch("training"), any);
    assert_int_equal(data->test.count, 0);
    data_free(data);
}

/* Nobody writes into these pipes: whoever opens one waits forever. */
static void test_pipes_keep_nobody_waiting(void **state)
{
    (void)state;
    alarm(20);
    put_idx("piped", "", 20, 6, 4, true, false);
    put_folder("piped-zoo");
    put_picture("piped-zoo/a.png", 3, 3, 1, 1);
    const char *const name[] = {"piped/pipe", "piped/more-images-idx3-ubyte", "piped/data_batch_1.bin", "piped-zoo/b.png"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        assert_int_equal(mkfifo(in_scratch(name[i]), 0600), 0);
    Data *data = open_path(in_scratch("piped"), any);
    assert_int_equal(data->train.count, 20);
    data_free(data);
    data = open_path(in_scratch("piped-zoo"), any);
    assert_int_equal(data->train.count, 1);
    data_free(data);
    expect_refused(in_scratch("piped/pipe"), any, "pipe", "no data set that can be read");
    expect_refused(in_scratch("piped/more-images-idx3-ubyte"), any, "ubyte", "a pipe or a device");
    alarm(0);
}

static void test_several_idx_sets(void **state)
{
    (void)state;
    put_idx("emnist", "emnist-letters-", 20, 6, 4, true, true);
    put_idx("emnist", "emnist-digits-", 10, 5, 4, true, true);
    expect_refused(in_scratch("emnist"), any, "emnist", "several sets");
    Data *data = open_path(in_scratch("emnist/emnist-letters-train-images-idx3-ubyte.gz"), any);
    assert_int_equal(data->train.count, 20);
    assert_int_equal(data->test.count, 6);
    assert_non_null(data->train.labels);
    assert_string_equal(data->name, "IDX emnist-letters-train-images-idx3-ubyte.gz");
    data_free(data);
}

static void test_idx_parts_that_disagree(void **state)
{
    (void)state;
    put_idx("odd", "", 20, 6, 4, true, false);
    put_idx("other", "", 20, 6, 5, true, false);
    assert_int_equal(rename(in_scratch("other/t10k-images-idx3-ubyte"), in_scratch("odd/t10k-images-idx3-ubyte")), 0);
    expect_refused(in_scratch("odd"), any, NULL, "training samples are 4x4x1 but the test samples 5x5x1");
    put_idx("miss", "", 20, 6, 4, true, false);
    assert_int_equal(rename(in_scratch("miss/t10k-labels-idx1-ubyte"), in_scratch("miss/train-labels-idx1-ubyte")), 0);
    expect_refused(in_scratch("miss"), any, "miss/train-labels", "6 labels for 20 pictures");
    put_folder("html");
    put_file("html/train-images-idx3-ubyte.gz", "<html>", 6);
    expect_refused(in_scratch("html"), any, "html/train-images", "no IDX file");
    put_folder("onlylabels");
    put_file("onlylabels/train-labels-idx1-ubyte", "\0\0\x08\x01\0\0\0\x01\x05", 9);
    expect_refused(in_scratch("onlylabels"), any, "onlylabels", "labels but no images");
}

static void test_explicit_files(void **state)
{
    (void)state;
    put_idx("four", "", 20, 6, 4, true, false);
    char images[600], labels[600], test_images[600], test_labels[600];
    snprintf(images, sizeof images, "%s", in_scratch("four/train-images-idx3-ubyte"));
    snprintf(labels, sizeof labels, "%s", in_scratch("four/train-labels-idx1-ubyte"));
    snprintf(test_images, sizeof test_images, "%s", in_scratch("four/t10k-images-idx3-ubyte"));
    snprintf(test_labels, sizeof test_labels, "%s", in_scratch("four/t10k-labels-idx1-ubyte"));
    Error err = {0};
    DataOptions options = {.images = images, .labels = labels, .test_images = test_images, .test_labels = test_labels};
    Data *data = data_open(&options, &err);
    check_good(data != NULL, &err);
    assert_int_equal(data->train.count, 20);
    assert_int_equal(data->test.count, 6);
    data_free(data);
    options.labels = options.test_images = options.test_labels = NULL;
    data = data_open(&options, &err);
    check_good(data != NULL, &err);
    assert_null(data->train.labels);
    assert_int_equal(data->test.count, 0);
    data_free(data);
    options.labels = test_labels;
    assert_null(data_open(&options, &err));
    check_error(&err, ERROR_INPUT, "t10k-labels", "6 labels for 20 pictures", true);
    options = (DataOptions){.labels = labels};
    assert_null(data_open(&options, &err));
    check_error(&err, ERROR_USAGE, NULL, "no images to train on", true);
    options = (DataOptions){.images = images, .test_labels = test_labels};
    assert_null(data_open(&options, &err));
    check_error(&err, ERROR_USAGE, NULL, "without test images", true);
}

static void test_limit(void **state)
{
    (void)state;
    put_idx("lim", "", 20, 6, 4, true, false);
    Error err = {0};
    DataOptions options = {.path = in_scratch("lim")};
    Data *all = data_open(&options, &err);
    options.limit = 7;
    Data *some = data_open(&options, &err);
    assert_true(all && some);
    assert_int_equal(some->train.count, 7);
    assert_int_equal(some->test.count, 6);
    assert_string_equal(some->checksum, all->checksum);
    data_free(all);
    data_free(some);
}

/* The search order, by places of our own. */
static void test_default_place(void **state)
{
    (void)state;
    char here[1024], place[512], home[600];
    assert_non_null(getcwd(here, sizeof here));
    put_folder("work/data/presets");
    put_folder("work/data/gallery");
    put_picture("work/data/gallery/shown.png", 3, 3, 1, 1); /* a picture that is no data */
    put_folder("home/hourglass/datasets");
    assert_int_equal(chdir(in_scratch("work")), 0);
    unsetenv("HOURGLASS_DATA");
    snprintf(home, sizeof home, "%s", in_scratch("home"));
    setenv("XDG_DATA_HOME", home, 1);

    data_default_place(any, place, sizeof place);
    assert_string_equal(place, "");

    put_idx("home/hourglass/datasets/fashion-mnist", "", 4, 2, 28, true, true);
    data_default_place(any, place, sizeof place);
    assert_non_null(strstr(place, "home/hourglass/datasets/fashion-mnist"));

    uint8_t record[3073] = {0};
    put_folder("work/data/cifar-10-batches-bin");
    put_file("work/data/cifar-10-batches-bin/data_batch_1.bin", record, sizeof record);
    data_default_place(any, place, sizeof place);
    assert_string_equal(place, "data/cifar-10-batches-bin");
    data_default_place(shape_map(28, 28, 1), place, sizeof place); /* what fits goes first */
    assert_non_null(strstr(place, "home/hourglass/datasets/fashion-mnist"));
    data_default_place(shape_map(32, 32, 3), place, sizeof place);
    assert_string_equal(place, "data/cifar-10-batches-bin");
    data_default_place(shape_vector(99), place, sizeof place); /* nothing fits: the first, so that the message names it */
    assert_string_equal(place, "data/cifar-10-batches-bin");

    put_idx("work/data/mnist", "", 4, 2, 28, true, true);
    data_default_place(shape_vector(784), place, sizeof place);
    assert_string_equal(place, "data/mnist");
    Error by_name = {0}; /* a name is looked for in the same places; a path is not */
    Data *found = data_open(&(DataOptions){.path = "mnist"}, &by_name);
    assert_non_null(found);
    assert_string_equal(found->source, "data/mnist");
    data_free(found);
    found = data_open(&(DataOptions){.path = "fashion-mnist"}, &by_name);
    assert_non_null(found);
    assert_non_null(strstr(found->source, "home/hourglass/datasets/fashion-mnist"));
    data_free(found);
    assert_null(data_open(&(DataOptions){.path = "./mnist"}, &by_name));
    check_error(&by_name, ERROR_INPUT, "./mnist", "No such file", true);

    put_folder("work/several/mnist");
    put_idx("work/several/mnist", "", 4, 2, 28, true, false);
    Error named = {0};
    assert_null(data_open(&(DataOptions){.path = "several"}, &named));
    check_error(&named, ERROR_INPUT, "several", "no data set itself", true);
    assert_non_null(strstr(named.cure, "several/mnist"));

    put_idx("named", "", 4, 2, 28, true, false);
    setenv("HOURGLASS_DATA", in_scratch("named"), 1);
    data_default_place(any, place, sizeof place);
    assert_string_equal(place, in_scratch("named"));
    setenv("HOURGLASS_DATA", in_scratch("nothing"), 1); /* named, so its absence is said */
    assert_int_equal(chdir(here), 0);
    setenv("XDG_DATA_HOME", in_scratch("nobody"), 1);
    Error err = {0};
    assert_null(data_open(&(DataOptions){0}, &err));
    check_error(&err, ERROR_INPUT, "nothing", "No such file", true);
    unsetenv("HOURGLASS_DATA");
}

static void test_built_in(void **state)
{
    (void)state;
    char here[1024];
    assert_non_null(getcwd(here, sizeof here));
    unsetenv("HOURGLASS_DATA");
    setenv("XDG_DATA_HOME", in_scratch("nobody"), 1);
    assert_int_equal(chdir(put_folder("bare-place")), 0);
    Error err = {0};
    Data *data = data_open(&(DataOptions){.seed = 3, .synth_train = 50, .synth_test = 20}, &err);
    assert_int_equal(chdir(here), 0);
    check_good(data != NULL, &err);
    assert_string_equal(data->name, "built-in digits");
    assert_string_equal(data->source, "");
    assert_int_equal(data->train.count, 50);
    assert_int_equal(data->test.count, 20);
    assert_false(data->exact);
    assert_memory_not_equal(data->train.bytes, data->test.bytes, 20 * 784);
    data_free(data);
}

static void test_fits(void **state)
{
    (void)state;
    Data *data = calloc(1, sizeof *data);
    strcpy(data->name, "MNIST");
    Error err = {0};
    assert_true(data_fits(shape_map(28, 28, 1), shape_vector(784), data, &err));
    assert_true(data_fits(shape_vector(784), shape_map(28, 28, 1), data, &err));
    assert_true(data_fits(shape_map(8, 9, 3), shape_map(8, 9, 3), data, &err));
    assert_false(data_fits(shape_map(28, 28, 1), shape_map(14, 56, 1), data, &err));
    assert_false(data_fits(shape_map(28, 28, 1), shape_map(32, 32, 3), data, &err));
    check_error(&err, ERROR_INPUT, NULL, "MNIST are 28x28x1, but the network's input is 32x32x3", true);
    data_free(data);
}

static void test_samples(void **state)
{
    (void)state;
    Dataset set = {.shape = shape_map(1, 2, 1), .count = 3, .bytes = (uint8_t[]){0, 51, 102, 153, 204, 255}};
    float x[2];
    dataset_sample(&set, 1, x);
    assert_float_equal(x[0], 0.4, 1e-6);
    assert_float_equal(x[1], 0.6, 1e-6);
    dataset_sample(&set, 2, x);
    assert_true(x[1] == 1.0f);
    Dataset floats = {.shape = shape_vector(1), .count = 2, .floats = (float[]){0.25f, -4}};
    dataset_sample(&floats, 1, x);
    assert_true(x[0] == -4);
}

/* The published sets themselves, where they are at hand. */
static bool find_real(const char *name, char *path, size_t size)
{
    const char *folder = getenv("HOURGLASS_TEST_DATA"), *srcdir = getenv("srcdir");
    snprintf(path, size, "%s%s/%s", folder ? folder : srcdir ? srcdir : ".", folder ? "" : "/../shared/datasets", name);
    if (file_exists(path))
        return true;
    print_message("# no %s: skipped\n", path);
    return false;
}

static void test_real_sets(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name;
        int train, test;
        bool exact;
        const char *class_name, *note;
    } row[] = {
        {"mnist", "MNIST", 60000, 10000, true, "", ""},
        {"mnist/t10k-images-idx3-ubyte.gz", "MNIST", 10000, 0, true, "", ""},
        {"fashion-mnist", "Fashion-MNIST", 60000, 10000, true, "Trouser", ""},
        {"cifar-10-batches-bin", "CIFAR-10 (lossy)", 10000, 10000, false, "automobile", "decoded JPEGs"},
        {"cifar-10-batches-bin/data_batch_1_first4000_exact.bin", "CIFAR-10 (first 4000)", 4000, 0, true, "automobile", ""},
    };
    int found = 0;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char path[1024];
        if (!find_real(row[i].path, path, sizeof path))
            continue;
        found++;
        Data *data = open_path(path, any);
        assert_string_equal(data->name, row[i].name);
        assert_int_equal(data->train.count, row[i].train);
        assert_int_equal(data->test.count, row[i].test);
        assert_int_equal(data->train.classes, 10);
        assert_int_equal(data->exact, row[i].exact);
        assert_string_equal(data->class_name[1], row[i].class_name);
        assert_true(row[i].note[0] ? strstr(data->note, row[i].note) != NULL : data->note[0] == '\0');
        data_free(data);
    }
    if (!found)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labelled_folder),
        cmocka_unit_test(test_unlabelled_folder),
        cmocka_unit_test(test_mixed_folder),
        cmocka_unit_test(test_train_and_test_folders),
        cmocka_unit_test(test_many_classes),
        cmocka_unit_test(test_bad_folders),
        cmocka_unit_test(test_idx_folder),
        cmocka_unit_test(test_pipes_keep_nobody_waiting),
        cmocka_unit_test(test_several_idx_sets),
        cmocka_unit_test(test_idx_parts_that_disagree),
        cmocka_unit_test(test_explicit_files),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_default_place),
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_real_sets),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
