/* IDX, CIFAR-10 and npy: round trips, and every way a file can lie. */
#include "data/formats.h"

#include "scratch.h"

#include <math.h>
#include <stdint.h>
#include <sys/resource.h>
#include <zlib.h>

static Dataset sample_set(Shape shape, int count)
{
    Dataset set = {.shape = shape, .count = count, .classes = 7};
    size_t size = (size_t)count * shape_size(shape);
    set.bytes = malloc(size);
    set.labels = malloc((size_t)count);
    for (size_t i = 0; i < size; i++)
        set.bytes[i] = (uint8_t)(i * 31 + i / 7);
    for (int i = 0; i < count; i++)
        set.labels[i] = (uint8_t)((i + 6) % 7);
    return set;
}

static void test_idx_round_trip(void **state)
{
    (void)state;
    const Shape shape[] = {shape_map(28, 28, 1), shape_map(5, 9, 3), shape_vector(17), shape_map(1, 1, 1)};
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
        for (int zip = 0; zip < 2; zip++) {
            Dataset set = sample_set(shape[i], 123), back;
            const char *images = in_scratch(zip ? "a-images.gz" : "a-images"), *labels = in_scratch(zip ? "a-labels.gz" : "a-labels");
            Error err = {0};
            check_good(idx_write_images(images, &set, &err) && idx_write_labels(labels, &set, &err), &err);
            assert_true(idx_is(images));
            assert_int_equal(idx_rank(labels), 1);
            check_good(idx_read_images(images, &back, &err) && idx_read_labels(labels, &back, &err), &err);
            assert_true(shape_equal(back.shape, set.shape));
            assert_int_equal(back.count, 123);
            assert_int_equal(back.classes, 7);
            assert_memory_equal(back.bytes, set.bytes, 123 * shape_size(shape[i]));
            assert_memory_equal(back.labels, set.labels, 123);
            dataset_clear(&set);
            dataset_clear(&back);
        }
}

static void test_idx_gzip_is_deterministic_and_small(void **state)
{
    (void)state;
    Dataset set = sample_set(shape_map(28, 28, 1), 2000);
    memset(set.bytes, 0, 2000 * 784);
    assert_true(idx_write_images(in_scratch("one.gz"), &set, NULL));
    assert_true(idx_write_images(in_scratch("two.gz"), &set, NULL));
    size_t a, b;
    char *one = file_read(in_scratch("one.gz"), 1 << 20, &a, NULL), *two = file_read(in_scratch("two.gz"), 1 << 20, &b, NULL);
    assert_int_equal(a, b);
    assert_memory_equal(one, two, a);
    assert_true(a < 2000 * 784 / 500);
    free(one);
    free(two);
    dataset_clear(&set);
}

static void expect_images(const char *path, const char *words)
{
    Dataset set;
    Error err = {0};
    assert_false(idx_read_images(path, &set, &err));
    check_error(&err, ERROR_INPUT, path, words, false);
    assert_null(set.bytes);
}

static void test_idx_bad_files(void **state)
{
    (void)state;
    expect_images(in_scratch("missing"), "No such file");
    expect_images(put_file("empty", "", 0), "is empty");
    expect_images(put_file("text", "<html>not found</html>", 22), "no IDX file");
    expect_images(put_file("head", "\0\0\x08\x03\0\0\0\x01\0\0", 10), "ends within its header");
    expect_images(put_file("labels", "\0\0\x08\x01\0\0\0\x01\x05", 9), "labels, not pictures");
    expect_images(put_file("floats", "\0\0\x0d\x03\0\0\0\x01\0\0\0\x01\0\0\0\x01zzzz", 20), "type 0x0d");
    expect_images(put_file("rank", "\0\0\x08\x07\0\0\0\x01\0\0\0\x01\0\0\0\x01z", 17), "rank 7");
    expect_images(put_file("none", "\0\0\x08\x03\0\0\0\0\0\0\0\x01\0\0\0\x01", 16), "a size of 0");
    expect_images(put_file("wide", "\0\0\x08\x03\0\0\0\x01\x7f\0\0\x01\0\0\0\x01", 16), "which cannot be");
    expect_images(put_file("short", "\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x02" "1234567", 23), "claims 8 bytes, but 7 follow");
    expect_images(put_file("long", "\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x02" "123456789", 25), "longer than the 8 bytes");
}

/* 2 GiB in ten bytes, and 2^31 pictures of 65536 x 65536 in sixteen: refused without asking for the memory. */
static void test_idx_claims_cost_nothing(void **state)
{
    (void)state;
    struct rlimit old, tight;
    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    tight = old;
    tight.rlim_cur = (rlim_t)1 << 30;
#ifdef __SANITIZE_ADDRESS__
    tight = old; /* its shadow needs the address space */
#endif
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    expect_images(put_file("big", "\0\0\x08\x03\x00\x29\xcc\xcc\0\0\0\x1c\0\0\0\x1c" "0123456789", 26), "but 10 follow");
    expect_images(put_file("huge", "\0\0\x08\x03\x7f\xff\xff\xff\0\x01\0\0\0\x01\0\0", 16), "but 0 follow");
    setrlimit(RLIMIT_AS, &old);
    Dataset set = {.count = 2147483647};
    Error err = {0};
    assert_false(idx_read_labels(put_file("biglabels", "\0\0\x08\x01\x7f\xff\xff\xff\x01\x02", 10), &set, &err));
    check_error(&err, ERROR_INPUT, "biglabels", "claims 2147483647 bytes, but 2 follow", true);
}

static void test_idx_bad_gzip(void **state)
{
    (void)state;
    Dataset set = sample_set(shape_map(28, 28, 1), 500);
    const char *path = in_scratch("good.gz");
    assert_true(idx_write_images(path, &set, NULL));
    size_t size;
    char *bytes = file_read(path, 1 << 24, &size, NULL);
    for (size_t keep = 12; keep < size; keep += size / 7)
        expect_images(put_file("cut.gz", bytes, keep), keep < 30 ? "" : "ends too early");
    expect_images(put_file("tail.gz", bytes, size - 1), "ends too early"); /* only the sum is cut */
    bytes[size / 2] ^= 0x55;
    expect_images(put_file("flip.gz", bytes, size), "");
    bytes[size / 2] ^= 0x55;
    bytes[size - 6] ^= 1; /* the sum itself */
    expect_images(put_file("sum.gz", bytes, size), "damaged gzip");
    free(bytes);
    dataset_clear(&set);
}

static void test_idx_labels(void **state)
{
    (void)state;
    Dataset set = sample_set(shape_map(2, 2, 1), 4);
    Error err = {0};
    assert_false(idx_read_labels(put_file("three", "\0\0\x08\x01\0\0\0\x03\x01\x02\x03", 11), &set, &err));
    check_error(&err, ERROR_INPUT, "three", "3 labels for 4 pictures", true);
    assert_false(idx_read_labels(put_file("pics", "\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x01z", 17), &set, &err));
    check_error(&err, ERROR_INPUT, "pics", "labels are bytes of rank 1", true);
    assert_false(idx_write_images(in_scratch("no/where"), &set, &err));
    check_error(&err, ERROR_FAILED, "no/where", "cannot be written", false);
    assert_false(idx_write_images("/dev/full", &set, &err));
    check_error(&err, ERROR_FAILED, "/dev/full", "No space left", false);
    dataset_clear(&set);
    Dataset floats = {.shape = shape_vector(1), .count = 1, .floats = (float[]){0.5f}};
    assert_false(idx_write_images(in_scratch("floats"), &floats, &err));
    check_error(&err, ERROR_USAGE, NULL, "these samples are floats", true);
    assert_false(idx_write_labels(in_scratch("floats"), &floats, &err));
    check_error(&err, ERROR_USAGE, NULL, "no labels", false);
}

enum { RECORD = 3073 };

static uint8_t *records(int count)
{
    uint8_t *bytes = malloc((size_t)count * RECORD);
    for (int i = 0; i < count; i++) {
        bytes[i * RECORD] = (uint8_t)((i + 3) % 10);
        for (int p = 0; p < RECORD - 1; p++)
            bytes[i * RECORD + 1 + p] = (uint8_t)(p / 1024 * 80 + p % 1024 % 70 + i);
    }
    return bytes;
}

static void test_cifar(void **state)
{
    (void)state;
    uint8_t *bytes = records(5);
    Dataset set = {0};
    Error err = {0};
    check_good(cifar_read(put_file("a.bin", bytes, 3 * RECORD), &set, &err), &err);
    assert_true(cifar_is(in_scratch("a.bin")));
    check_good(cifar_read(put_file("b.bin", bytes + 3 * RECORD, 2 * RECORD), &set, &err), &err); /* appends */
    assert_int_equal(set.count, 5);
    assert_int_equal(set.classes, 10);
    assert_true(shape_equal(set.shape, shape_map(32, 32, 3)));
    for (int i = 0; i < 5; i++) {
        assert_int_equal(set.labels[i], (i + 3) % 10);
        for (int p = 0; p < 1024; p++)
            for (int c = 0; c < 3; c++)
                assert_int_equal(set.bytes[(i * 1024 + p) * 3 + c], bytes[i * RECORD + 1 + c * 1024 + p]);
    }
    /* a failed append leaves what was there */
    assert_false(cifar_read(put_file("c.bin", bytes, RECORD + 1), &set, &err));
    check_error(&err, ERROR_INPUT, "c.bin", "3074 bytes are no multiple of the 3073", true);
    assert_int_equal(set.count, 5);
    assert_false(cifar_read(put_file("d.bin", "", 0), &set, &err));
    check_error(&err, ERROR_INPUT, "d.bin", "is empty", true);
    bytes[RECORD] = 10;
    assert_false(cifar_read(put_file("e.bin", bytes, 2 * RECORD), &set, &err));
    check_error(&err, ERROR_INPUT, "e.bin", "record 2 has the label 10", true);
    assert_false(cifar_is(in_scratch("e.bin")));
    assert_false(cifar_is(in_scratch("c.bin")));
    assert_false(cifar_read(in_scratch("none.bin"), &set, &err));
    check_error(&err, ERROR_INPUT, "none.bin", "No such file", true);
    dataset_clear(&set);
    free(bytes);
}

static void test_cifar_folder(void **state)
{
    (void)state;
    uint8_t *bytes = records(6);
    put_folder("cifar");
    put_file("cifar/data_batch_10.bin", bytes + 4 * RECORD, RECORD);
    put_file("cifar/data_batch_2.bin", bytes, 2 * RECORD);
    put_file("cifar/data_batch_2_first.bin", bytes, RECORD);
    put_file("cifar/test_batch.bin", bytes + 5 * RECORD, RECORD);
    put_file("cifar/batches.meta.txt", "airplane\n", 9);
    assert_true(cifar_folder_is(in_scratch("cifar")));
    Data *data = calloc(1, sizeof *data);
    Error err = {0};
    check_good(cifar_folder_read(in_scratch("cifar"), data, &err), &err);
    assert_int_equal(data->train.count, 3);
    assert_int_equal(data->test.count, 1);
    assert_memory_equal(data->train.labels, ((uint8_t[]){3, 4, 7}), 3); /* 2 before 10, no record twice */
    assert_string_equal(data->note, "data_batch_2_first.bin left out beside data_batch_2.bin");
    assert_string_equal(data->class_name[3], "cat");
    data_free(data);
    data = calloc(1, sizeof *data);
    put_file("cifar/data_batch_3.bin", bytes, 2 * RECORD + 5);
    assert_false(cifar_folder_read(in_scratch("cifar"), data, &err));
    check_error(&err, ERROR_INPUT, "data_batch_3.bin", "no multiple", true);
    data_free(data);
    free(bytes);
}

static void test_npy_round_trip(void **state)
{
    (void)state;
    static const int dims[][4] = {{3, 2}, {3, 2, 2}, {3, 2, 2, 5}};
    float numbers[60];
    for (int i = 0; i < 60; i++)
        numbers[i] = (float)i / 7 - 3;
    for (int rank = 2; rank <= 4; rank++) {
        const int *dim = dims[rank - 2];
        Dataset set;
        Error err = {0};
        const char *path = in_scratch("round.npy");
        check_good(npy_write(path, rank, dim, numbers, &err), &err);
        assert_true(npy_is(path));
        check_good(npy_read(path, &set, &err), &err);
        assert_int_equal(set.count, 3);
        assert_true(shape_equal(set.shape, rank == 2 ? shape_vector(2) : shape_map(2, 2, rank == 3 ? 1 : 5)));
        assert_memory_equal(set.floats, numbers, 3 * shape_size(set.shape) * sizeof(float));
        size_t size;
        char *bytes = file_read(path, 1 << 20, &size, NULL);
        assert_int_equal((size - 3 * shape_size(set.shape) * sizeof(float)) % 64, 0); /* as numpy aligns it */
        free(bytes);
        dataset_clear(&set);
    }
}

/* A .npy of version 1 with this dictionary. */
static const char *put_npy(const char *name, const char *text, const void *numbers, size_t size)
{
    uint8_t bytes[1024] = "\x93NUMPY\x01";
    size_t length = strlen(text);
    bytes[8] = (uint8_t)length;
    memcpy(bytes + 10, text, length);
    memcpy(bytes + 10 + length, numbers, size);
    return put_file(name, bytes, 10 + length + size);
}

static void expect_npy(const char *text, const void *numbers, size_t size, const char *words)
{
    Dataset set;
    Error err = {0};
    assert_false(npy_read(put_npy("bad.npy", text, numbers, size), &set, &err));
    check_error(&err, ERROR_INPUT, "bad.npy", words, false);
    assert_null(set.floats);
    assert_null(set.bytes);
}

static void test_npy_bad_files(void **state)
{
    (void)state;
    Dataset set;
    Error err = {0};
    check_good(npy_read(put_npy("u1.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }\n", "abcdef", 6), &set, &err), &err);
    assert_memory_equal(set.bytes, "abcdef", 6);
    dataset_clear(&set);
    expect_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }\n", "12345678", 8, "type '<f8'");
    expect_npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }\n", "1234", 4, "type '>f4'");
    expect_npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }\n", "1234", 4, "Fortran order");
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }\n", "1234567812345678", 16, "1 dimension;");
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n", "1234", 4, "0 dimensions;");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1), }\n", "1", 1, "more than 4");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 3), }\n", "", 0, "dimension of 0");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 3), }\n", "", 0, "dimension of -1");
    expect_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (a, 3), }\n", "", 0, "shape cannot be read");
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }\n", "", 0, "more bytes than");
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 1000), }\n", "1234", 4, "but 4 follow");
    expect_npy("{'descr': '<f4', 'fortran_order': False}\n", "", 0, "no shape");
    expect_npy("hello", "", 0, "header cannot be read");
    const float not_a_number[] = {1, 2, (float)NAN, 4};
    expect_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n", not_a_number, 16, "not finite in sample 1");
    assert_false(npy_read(put_file("cut.npy", "\x93NUMPY\x01\0\x76\0{'descr", 17), &set, &err));
    check_error(&err, ERROR_INPUT, "cut.npy", "ends within its header", true);
    assert_false(npy_read(put_file("other.npy", "something else", 14), &set, &err));
    check_error(&err, ERROR_INPUT, "other.npy", "no .npy file", true);
    assert_false(npy_is(in_scratch("other.npy")));
    assert_false(npy_read(in_scratch("missing.npy"), &set, &err));
    check_error(&err, ERROR_INPUT, "missing.npy", "No such file", true);
    assert_false(npy_write(in_scratch("no/x.npy"), 1, (int[]){1}, (float[]){1}, &err));
    check_error(&err, ERROR_FAILED, "no/x.npy", "cannot be written", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idx_round_trip),
        cmocka_unit_test(test_idx_gzip_is_deterministic_and_small),
        cmocka_unit_test(test_idx_bad_files),
        cmocka_unit_test(test_idx_claims_cost_nothing),
        cmocka_unit_test(test_idx_bad_gzip),
        cmocka_unit_test(test_idx_labels),
        cmocka_unit_test(test_cifar),
        cmocka_unit_test(test_cifar_folder),
        cmocka_unit_test(test_npy_round_trip),
        cmocka_unit_test(test_npy_bad_files),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
