/* Bytes from a file that may be gzipped, told by content.  Inside data/ only. */
#ifndef DATA_SOURCE_H
#define DATA_SOURCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Source {
    void *stream; /* zlib's gzFile, which passes plain files through */
    const char *path;
} Source;

/* "-" is standard input.  close may follow a failed open. */
bool source_open(Source *source, const char *path, Error *err) MUST_CHECK;
void source_close(Source *source);

/* "cannot be opened: ..." from errno, as an error of the input (exit code 3); returns false. */
bool source_missing(const char *path, Error *err);

/* Up to `count` bytes; fewer only at the end.  A damaged or truncated gzip is an error. */
bool source_read(Source *source, void *out, size_t count, size_t *got, Error *err) MUST_CHECK;

/* Up to `count` bytes into a new block, which grows as they come: a claim costs no memory.  malloc's; the caller's. */
uint8_t *source_read_large(Source *source, size_t count, size_t *got, Error *err) MUST_CHECK;

#endif
