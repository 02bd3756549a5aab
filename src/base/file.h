/* Files: read whole, written atomically (beside the place, synced, renamed), and their checksums. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

enum { FILE_SHA256_TEXT = 65 }; /* hexadecimal and its end */

/* The file's bytes with a zero byte behind them (not counted), the caller's to free; NULL with *err.
 * A file that cannot be opened or is longer than `limit` is an ERROR_INPUT.  "-" is standard input. */
char *file_read(const char *path, size_t limit, size_t *size, Error *err) MUST_CHECK;

/* A file that appears whole or not at all.  After open, write to ->stream; then exactly one of commit
 * (flush, fsync, rename; false with *err when any write failed, nothing left behind) or discard. */
typedef struct AtomicFile {
    FILE *stream;
    char path[512], temporary[560];
} AtomicFile;

bool atomic_file_open(AtomicFile *file, const char *path, Error *err) MUST_CHECK;
bool atomic_file_commit(AtomicFile *file, Error *err) MUST_CHECK;
void atomic_file_discard(AtomicFile *file);

/* The three steps in one. */
bool file_write(const char *path, const void *bytes, size_t size, Error *err) MUST_CHECK;

bool file_exists(const char *path);
bool file_is_folder(const char *path);
bool file_is_regular(const char *path); /* a link to one is one; a pipe or a device, which could keep a reader waiting, is not */

/* Up to `count` of a regular file's first bytes: how many there are, 0 when it cannot be read. */
size_t file_peek(const char *path, void *bytes, size_t count);
bool file_make_folders(const char *path, Error *err) MUST_CHECK; /* as mkdir -p */
bool file_remove_tree(const char *path, Error *err) MUST_CHECK;  /* as rm -r, follows no links */

/* snprintf for paths: joins with one slash; false with *err when it does not fit. */
bool file_join(char *out, size_t size, const char *folder, const char *name, Error *err) MUST_CHECK;

void file_sha256(const void *bytes, size_t size, char hex[FILE_SHA256_TEXT]);

#endif
