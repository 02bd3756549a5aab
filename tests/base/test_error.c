/* Errors: filled, placed once, printed with a caret, never beyond their buffers. */
#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void sets_everything(void **state)
{
    (void)state;
    Error err;
    memset(&err, 0xAA, sizeof err);
    assert_false(error_set(&err, ERROR_INPUT, "eat less", "cake %d is gone", 7));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_string_equal(err.what, "cake 7 is gone");
    assert_string_equal(err.cure, "eat less");
    assert_int_equal(err.line, 0);
    assert_string_equal(err.file, "");
    assert_string_equal(err.source, "");
    assert_false(error_set(&err, ERROR_USAGE, NULL, "no"));
    assert_string_equal(err.cure, "");
    assert_false(error_set(NULL, ERROR_USAGE, NULL, "nobody listens"));
    assert_false(error_errno(NULL, "x", "nobody listens"));
    assert_false(error_at(NULL, "x", 1, 1));
}

static void tells_errno(void **state)
{
    (void)state;
    Error err;
    errno = ENOSPC;
    assert_false(error_errno(&err, "/a/b", "cannot be written"));
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_string_equal(err.file, "/a/b");
    assert_non_null(strstr(err.what, "cannot be written: No space left on device"));
}

static void first_place_stays(void **state)
{
    (void)state;
    Error err;
    error_set(&err, ERROR_INPUT, NULL, "x");
    error_at(&err, "inner", 3, 4);
    error_at(&err, "outer", 9, 9);
    assert_string_equal(err.file, "inner");
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 4);
}

static void prints_the_caret(void **state)
{
    (void)state;
    Error err;
    char text[400];
    error_set(&err, ERROR_INPUT, "did you mean \"conv\"?", "\"cov\" is not known");
    error_at(&err, "a.net", 3, 3);
    snprintf(err.source, sizeof err.source, "  cov 32");
    error_text(&err, text, sizeof text);
    assert_string_equal(text, "a.net:3:3: \"cov\" is not known\n      cov 32\n      ^\n  did you mean \"conv\"?");
    error_set(&err, ERROR_INPUT, NULL, "plain");
    error_text(&err, text, sizeof text);
    assert_string_equal(text, "plain");
}

static void never_overflows(void **state)
{
    (void)state;
    char big[4000], text[64];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    Error err;
    error_set(&err, ERROR_INPUT, big, "%s", big);
    error_at(&err, big, 1, 1);
    assert_int_equal(strlen(err.what), sizeof err.what - 1);
    assert_int_equal(strlen(err.cure), sizeof err.cure - 1);
    assert_int_equal(strlen(err.file), sizeof err.file - 1);
    for (size_t size = 1; size <= sizeof text; size++) {
        memset(text, '!', sizeof text);
        error_text(&err, text, size);
        assert_true(strlen(text) < size);
    }
    errno = EIO;
    error_errno(&err, big, "%s", big);
    assert_int_equal(strlen(err.what), sizeof err.what - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sets_everything), cmocka_unit_test(tells_errno),
                                       cmocka_unit_test(first_place_stays), cmocka_unit_test(prints_the_caret),
                                       cmocka_unit_test(never_overflows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
