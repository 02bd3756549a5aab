/* Files: whole reads with a limit, writes that appear whole or not at all, folders, checksums. */
#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/hourglass-file-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[200];
    Error err;
    assert_true(file_join(path, sizeof path, folder, name, &err));
    return path;
}

static int entries(void)
{
    int count = 0;
    DIR *open = opendir(folder);
    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open));)
        count += entry->d_name[0] != '.';
    closedir(open);
    return count;
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL) ? 0 : 1;
}

static void writes_and_reads(void **state)
{
    (void)state;
    Error err;
    size_t size = 300000;
    char *bytes = mem_new(size, 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7);
    char path[200];
    snprintf(path, sizeof path, "%s", in_folder("data"));
    assert_true(file_write(path, bytes, size, &err));
    size_t got;
    char *back = file_read(path, size, &got, &err);
    assert_non_null(back);
    assert_int_equal(got, size);
    assert_memory_equal(back, bytes, size);
    assert_int_equal(back[size], 0);
    free(back);
    assert_null(file_read(path, size - 1, &got, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_true(file_write(path, "", 0, &err));
    back = file_read(path, 10, &got, &err);
    assert_non_null(back);
    assert_int_equal(got, 0);
    free(back);
    free(bytes);
    assert_int_equal(entries(), 1); /* no temporary is left */
}

static void refuses_what_is_no_file(void **state)
{
    (void)state;
    Error err;
    size_t got;
    assert_null(file_read(in_folder("nothing"), 10, &got, &err));
    assert_non_null(strstr(err.what, "No such file"));
    assert_null(file_read(folder, 10, &got, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_non_null(strstr(err.what, "folder"));
}

static void old_or_new(void **state)
{
    (void)state;
    Error err;
    AtomicFile file;
    char path[200];
    snprintf(path, sizeof path, "%s", in_folder("data"));
    assert_true(file_write(path, "old", 3, &err));
    assert_true(atomic_file_open(&file, path, &err));
    fputs("new and longer", file.stream);
    fflush(file.stream);
    size_t got;
    char *text = file_read(path, 100, &got, &err); /* half written: still the old one */
    assert_string_equal(text, "old");
    free(text);
    atomic_file_discard(&file);
    text = file_read(path, 100, &got, &err);
    assert_string_equal(text, "old");
    free(text);
    assert_int_equal(entries(), 1);
    assert_true(atomic_file_open(&file, path, &err));
    fputs("new", file.stream);
    assert_true(atomic_file_commit(&file, &err));
    text = file_read(path, 100, &got, &err);
    assert_string_equal(text, "new");
    free(text);
    assert_int_equal(entries(), 1);
}

static void full_disk(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0) { /* cmocka's own skip() prints "not ok" */
        print_message("# no /dev/full: skipped\n");
        return;
    }
    Error err;
    assert_false(file_write("/dev/full", "some bytes", 10, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_non_null(strstr(err.what, "No space left"));
    assert_string_equal(err.file, "/dev/full");
    assert_true(file_write("/dev/null", "some bytes", 10, &err));
}

static void unwritable_places(void **state)
{
    (void)state;
    Error err;
    char path[200];
    snprintf(path, sizeof path, "%s/inside", in_folder("data")); /* below a file, not a folder */
    assert_false(file_write(path, "x", 1, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_false(file_make_folders(path, &err));
    assert_false(file_write(in_folder("no/such/folder"), "x", 1, &err));
    assert_false(file_write(folder, "x", 1, &err)); /* a folder in the way */
    assert_int_equal(entries(), 1);
    char longer[700];
    memset(longer, 'p', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_false(file_write(longer, "x", 1, &err));
    if (geteuid() == 0)
        return; /* root may write anywhere */
    snprintf(path, sizeof path, "%s", in_folder("locked"));
    assert_int_equal(mkdir(path, 0500), 0);
    strcat(path, "/file");
    assert_false(file_write(path, "x", 1, &err));
    assert_non_null(strstr(err.what, "Permission denied"));
    assert_int_equal(rmdir(in_folder("locked")), 0);
}

static void folders(void **state)
{
    (void)state;
    Error err;
    char path[200];
    snprintf(path, sizeof path, "%s", in_folder("a/b/c"));
    assert_true(file_make_folders(path, &err));
    assert_true(file_make_folders(path, &err)); /* again is fine */
    assert_true(file_is_folder(path));
    assert_true(file_write(in_folder("a/b/file"), "x", 1, &err));
    assert_int_equal(symlink("/", in_folder("a/root")), 0); /* a link is removed, not followed */
    assert_true(file_remove_tree(in_folder("a"), &err));
    assert_false(file_exists(in_folder("a")));
    assert_true(file_is_folder("/tmp"));
    assert_false(file_remove_tree(in_folder("a"), &err));
}

static void joins(void **state)
{
    (void)state;
    Error err;
    char path[8];
    assert_true(file_join(path, sizeof path, "a", "b", &err));
    assert_string_equal(path, "a/b");
    assert_true(file_join(path, sizeof path, "a/", "b", &err));
    assert_string_equal(path, "a/b");
    assert_true(file_join(path, sizeof path, "", "b", &err));
    assert_string_equal(path, "b");
    assert_true(file_join(path, sizeof path, "abc", "def", &err)); /* fills it */
    assert_false(file_join(path, sizeof path, "abc", "defg", &err));
}

static void checksum(void **state)
{
    (void)state;
    char hex[FILE_SHA256_TEXT];
    file_sha256("abc", 3, hex); /* FIPS 180-2, B.1 */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    file_sha256("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(writes_and_reads), cmocka_unit_test(refuses_what_is_no_file),
                                       cmocka_unit_test(old_or_new), cmocka_unit_test(full_disk), cmocka_unit_test(unwritable_places),
                                       cmocka_unit_test(folders), cmocka_unit_test(joins), cmocka_unit_test(checksum)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
