/* Bad input and a bad world: one clear message each, the documented exit code, nothing half-written. */
#include "program.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* train NET on data that cannot be used: exit code, message, and no run. */
static void refused(int code, const char *text, const char *const *argv)
{
    int before = scratch_count("runs");
    expect(argv, code, (const char *const[]){"hourglass: ", text, NULL});
    if (scratch_count("runs") != before)
        fail_msg("%s: a run was left behind", text);
}
#define REFUSED(code, text, ...) refused(code, text, (const char *const[]){__VA_ARGS__, NULL})

static void make_folder(const char *name)
{
    assert_true(file_make_folders(scratch(name), NULL));
}

/* IDX of `count` pictures of side x side, with only `bytes` bytes behind the header. */
static void write_idx(const char *name, uint32_t count, uint32_t side, size_t bytes)
{
    Str text = {0};
    const uint32_t numbers[] = {0x00000803, count, side, side};
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        for (int shift = 24; shift >= 0; shift -= 8) {
            char byte = (char)(numbers[i] >> shift);
            str_add_bytes(&text, &byte, 1);
        }
    for (size_t i = 0; i < bytes; i++)
        str_add_bytes(&text, "\x40", 1);
    scratch_write(name, text.text, text.size);
    str_clear(&text);
}

static void write_labels(const char *name, uint32_t count)
{
    Str text = {0};
    str_add_bytes(&text, "\0\0\x08\x01", 4);
    for (int shift = 24; shift >= 0; shift -= 8) {
        char byte = (char)(count >> shift);
        str_add_bytes(&text, &byte, 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        char label = (char)(i % 10);
        str_add_bytes(&text, &label, 1);
    }
    scratch_write(name, text.text, text.size);
    str_clear(&text);
}

static void missing_files(void **state)
{
    (void)state;
    REFUSED(3, "nowhere", "train", "simple", "-d", "nowhere");
    REFUSED(3, "nowhere", "train", "simple", "--images", "nowhere");
    REFUSED(3, "nowhere.net", "train", "nowhere.net");
    REFUSED(3, "nowhere", "data", "info", "nowhere");
    REFUSED(3, "nowhere", "train", "--answers", "nowhere");
    make_folder("empty");
    REFUSED(3, "empty", "train", "simple", "-d", "empty");
    REFUSED(3, "is a folder", "train", "empty");
}

static void damaged_data(void **state)
{
    (void)state;
    size_t size;
    char path[128];
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte", small_data());
    char *bytes = scratch_read(path, &size);

    /* a gzip that ends early */
    make_folder("cut");
    char command[1200];
    snprintf(command, sizeof command, "gzip -c %s > %s", scratch(path), scratch("cut/whole.gz"));
    if (system(command) == 0) {
        size_t zipped;
        char *gz = scratch_read("cut/whole.gz", &zipped);
        scratch_write("cut/train-images-idx3-ubyte.gz", gz, zipped / 2);
        free(gz);
        scratch_remove("cut/whole.gz");
        REFUSED(3, "train-images-idx3-ubyte.gz", "train", "simple", "-d", "cut");
    } else {
        print_message("# gzip is not installed\n");
    }
    /* a file that ends early */
    scratch_write("short-images", bytes, size / 2);
    REFUSED(3, "short-images", "train", "simple", "--images", "short-images");
    free(bytes);
    /* headers that lie */
    write_idx("lying", 1000, 28, 50);
    REFUSED(3, "lying", "train", "simple", "--images", "lying");
    write_idx("giant", 2739137, 28, 10); /* 2 GiB claimed in 10 bytes */
    REFUSED(3, "giant", "train", "simple", "--images", "giant");
    write_idx("monster", 0xffffffff, 0xffffffff, 10);
    REFUSED(3, "monster", "train", "simple", "--images", "monster");
    scratch_text("garbage", "this is no picture of a digit");
    REFUSED(3, "garbage", "train", "simple", "--images", "garbage");
    /* labels that do not match */
    write_idx("ten", 10, 28, 7840);
    write_labels("nine-labels", 9);
    REFUSED(3, "nine-labels", "train", "simple", "--images", "ten", "--labels", "nine-labels");
}

static void data_that_does_not_fit(void **state)
{
    (void)state;
    write_idx("tiny", 100, 9, 8100);
    REFUSED(3, "9x9", "train", "simple", "--images", "tiny");
    REFUSED(3, "32x32x3", "train", "cifar", "-d", small_data());
    /* classes without labels */
    write_idx("unlabelled", 100, 28, 78400);
    REFUSED(3, "has no labels", "train", "stacked", "-s", "head.validation=none", "-s", "tuned.validation=none", "--images", "unlabelled",
            "--epochs", "1");
    /* validation on test samples that are not there */
    REFUSED(3, "test samples", "train", "deep", "--images", "unlabelled");
    /* nothing left to train on */
    REFUSED(3, "leave none", "train", "simple", "-d", small_data(), "-l", "1");
}

static void bad_networks(void **state)
{
    (void)state;
    scratch_text("word.net", "input 28x28x1\nencoder\n  conf 32 3x3\n");
    expect((const char *const[]){"train", "word.net", NULL}, 3,
           (const char *const[]){"word.net:3:3:", "conf 32 3x3", "^", "conv", NULL});
    scratch_text("shape.net", "input 28x28x1\nencoder\n  conv 8 3x3\n  dense 4\ndecoder\n  dense 784 sigmoid\n");
    REFUSED(3, "shape.net:4", "train", "shape.net");
    scratch_text("reshape.net", "input 784\nencoder\n  dense 16\ndecoder\n  dense 100\n  reshape 9x9x1\n");
    REFUSED(3, "reshape.net:6", "summary", "reshape.net");
    scratch_text("loss.net", "input 784\nencoder\n  dense 16 relu\ndecoder\n  dense 784\ntrain\n  loss bce\n");
    REFUSED(3, "bce", "train", "loss.net");
    scratch_text("huge.net", "input 784\nencoder\n  dense 1000000000\ndecoder\n  dense 784\n");
    REFUSED(3, "huge.net:3", "train", "huge.net");
    scratch_text("empty.net", "");
    REFUSED(3, "empty.net", "train", "empty.net");
    scratch_write("binary.net", "\x7f" "ELF\0\1\2\3\xff\xfe", 10);
    REFUSED(3, "binary.net", "train", "binary.net");
    REFUSED(2, "lr", "train", "simple", "-s", "lr=fast");
    REFUSED(2, "filters", "train", "conv", "-s", "conv_1.filters=0");
}

static void bad_models(void **state)
{
    (void)state;
    scratch_text("not.safetensors", "rubbish that is long enough to have a header");
    REFUSED(3, "not.safetensors", "train", "classifier", "--encoder", "not.safetensors", "-l", "100");
    Outcome made = RUN("train", "simple", "-d", small_data(), "-e", "1", "-r", "good", "-p", "none");
    assert_int_equal(made.code, 0);
    outcome_clear(&made);
    size_t size;
    char *bytes = scratch_read("runs/good/ckpt/last.safetensors", &size);
    scratch_write("runs/good/ckpt/last.safetensors", bytes, size - 100);
    free(bytes);
    expect((const char *const[]){"fork", "good@last", "-e", "3", NULL}, 3, (const char *const[]){"last.safetensors", NULL});
    scratch_remove("runs/good");
    /* an encoder of another shape */
    made = RUN("train", "simple", "-d", small_data(), "-e", "1", "-r", "other", "-p", "none");
    outcome_clear(&made);
    REFUSED(3, "encoder", "train", "classifier", "--encoder", "other", "-d", small_data(), "-e", "1");
    scratch_remove("runs/other");
}

/* -- The disk. */

static void unwritable_places(void **state)
{
    (void)state;
    scratch_text("file", "");
    REFUSED(1, "file", "train", "simple", "-d", small_data(), "--runs-dir", "file");
    REFUSED(1, "file", "train", "simple", "-d", small_data(), "--runs-dir", "file/runs");
    REFUSED(1, "/proc", "train", "simple", "-d", small_data(), "--runs-dir", "/proc/nothing");
    REFUSED(1, "file", "data", "synth", "-o", "file/x", "-n", "10");
    REFUSED(1, "none/x.net", "design", "--answers", "/dev/null", "--defaults", "-o", "none/x.net");
    REFUSED(1, "No space left", "design", "--answers", "/dev/null", "--defaults", "-o", "/dev/full");
    assert_false(scratch_has("none"));
    if (geteuid() == 0)
        return; /* permissions do not hold back root */
    make_folder("locked");
    assert_int_equal(chmod(scratch("locked"), 0555), 0);
    REFUSED(1, "locked", "train", "simple", "-d", small_data(), "--runs-dir", "locked");
    REFUSED(1, "locked", "data", "synth", "-o", "locked", "-n", "10");
    assert_int_equal(scratch_count("locked"), 0);
    chmod(scratch("locked"), 0755);
}

/* No file may grow: as on a full disk, writing fails in the middle. */
static void files_that_cannot_grow(void **state)
{
    (void)state;
    static const char *const train[] = {"train", "deep", "-d", "data-small", "-e", "1", "-r", "big", "-p", "none", NULL};
    small_data();
    Outcome outcome = program_with(&(Call){.file_limit = 100000}, train);
    assert_int_equal(outcome.code, 1);
    assert_non_null(strstr(outcome.err, "cannot be written: File too large"));
    outcome_clear(&outcome);
    /* what there is is whole: no temporary file is left */
    char command[1200];
    snprintf(command, sizeof command, "test -z \"$(find %s -name '*.tmp')\"", scratch("runs"));
    assert_int_equal(system(command), 0);
    static const char *const synth[] = {"data", "synth", "-o", "grown", "-n", "1000", NULL};
    outcome = program_with(&(Call){.file_limit = 50000}, synth);
    assert_int_equal(outcome.code, 1);
    outcome_clear(&outcome);
    assert_int_equal(scratch_count("grown"), 0);
}

static void full_disk(void **state)
{
    (void)state;
    make_folder("disk");
    if (mount("none", scratch("disk"), "tmpfs", 0, "size=3m") != 0) {
        print_message("# a small tmpfs cannot be mounted here\n");
        skip();
    }
    /* deep's checkpoints need 13 MB */
    Outcome outcome = RUN("train", "deep", "-d", small_data(), "-e", "2", "--runs-dir", "disk", "-r", "full", "-p", "none");
    int left = scratch_count("disk/full/ckpt");
    char command[1200];
    snprintf(command, sizeof command, "test -z \"$(find %s -name '*.tmp')\"", scratch("disk"));
    int temporaries = system(command);
    umount(scratch("disk"));
    assert_int_equal(outcome.code, 1);
    assert_non_null(strstr(outcome.err, "No space left on device"));
    outcome_clear(&outcome);
    assert_int_equal(temporaries, 0);
    assert_int_equal(left, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_files),     cmocka_unit_test(damaged_data),          cmocka_unit_test(data_that_does_not_fit),
        cmocka_unit_test(bad_networks),      cmocka_unit_test(bad_models),            cmocka_unit_test(unwritable_places),
        cmocka_unit_test(files_that_cannot_grow), cmocka_unit_test(full_disk),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
