/* What the tests of readers share: a folder of their own, files written into it, errors looked at. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include "base/error.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char scratch[256];

static inline int scratch_make(void **state)
{
    (void)state;
    const char *place = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/hourglass-test-XXXXXX", place ? place : "/tmp");
    return mkdtemp(scratch) ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
    (void)state;
    return file_remove_tree(scratch, NULL) ? 0 : -1;
}

/* A path in the folder; a few live at the same time. */
static inline const char *in_scratch(const char *name)
{
    static char path[8][512];
    static int next;
    next = (next + 1) % 8;
    snprintf(path[next], sizeof path[next], "%s/%s", scratch, name);
    return path[next];
}

static inline const char *put_file(const char *name, const void *bytes, size_t size)
{
    const char *path = in_scratch(name);
    assert_true(file_write(path, bytes, size, NULL));
    return path;
}

static inline const char *put_folder(const char *name)
{
    const char *path = in_scratch(name);
    assert_true(file_make_folders(path, NULL));
    return path;
}

/* One clear message: the kind, the file (its last part), words of the sentence, and a cure where one is due. */
static inline void check_error(const Error *err, ErrorKind kind, const char *file, const char *words, bool cure)
{
    char text[1200];
    error_text(err, text, sizeof text);
    if (err->kind != kind || (file && !strstr(err->file, file)) || !strstr(err->what, words) || (cure && !err->cure[0]))
        fail_msg("kind %d (expected %d), expected \"%s\" about %s, got: %s", err->kind, kind, words, file ? file : "nothing",
                 text);
}

static inline void check_good(bool good, const Error *err)
{
    char text[1200];
    error_text(err, text, sizeof text);
    if (!good)
        fail_msg("%s", text);
}

#endif
