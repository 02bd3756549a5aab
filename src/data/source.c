/* Reads through zlib, which passes on what is no gzip: so every reader takes both, and `-` is standard input. */
#include "data/source.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { BUFFER = 1 << 18, FIRST_BLOCK = 1 << 20, LONGEST_READ = 1 << 30 };

bool source_missing(const char *path, Error *err)
{
    error_errno(err, path, "cannot be opened");
    if (err) {
        err->kind = ERROR_INPUT;
        snprintf(err->cure, sizeof err->cure, "check the path");
    }
    return false;
}

bool source_open(Source *source, const char *path, Error *err)
{
    *source = (Source){.path = path};
    bool standard = strcmp(path, "-") == 0;
    if (!standard && file_exists(path) && !file_is_regular(path) && !file_is_folder(path)) {
        error_set(err, ERROR_INPUT, "write it to a file first", "is a pipe or a device, not a file");
        return error_at(err, path, 0, 0);
    }
    errno = 0;
    source->stream = standard ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rbe");
    if (!source->stream)
        return source_missing(path, err);
    gzbuffer(source->stream, BUFFER);
    return true;
}

void source_close(Source *source)
{
    if (source->stream)
        gzclose_r(source->stream);
    source->stream = NULL;
}

static bool failed(const Source *source, Error *err)
{
    int code;
    const char *message = gzerror(source->stream, &code);
    if (code == Z_ERRNO)
        return error_errno(err, source->path, "cannot be read");
    if (code == Z_BUF_ERROR)
        error_set(err, ERROR_INPUT, "fetch or copy it again", "is a gzip that ends too early");
    else
        error_set(err, ERROR_INPUT, "fetch or copy it again", "is a damaged gzip (%s)", message);
    return error_at(err, source->path, 0, 0);
}

bool source_read(Source *source, void *out, size_t count, size_t *got, Error *err)
{
    *got = 0;
    while (*got < count) {
        size_t want = count - *got < LONGEST_READ ? count - *got : LONGEST_READ;
        int n = gzread(source->stream, (char *)out + *got, (unsigned)want);
        if (n < 0)
            return failed(source, err);
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    int code;
    gzerror(source->stream, &code); /* a truncated gzip gives what it has, then says so here */
    return code == Z_OK || code == Z_STREAM_END ? true : failed(source, err);
}

uint8_t *source_read_large(Source *source, size_t count, size_t *got, Error *err)
{
    size_t room = 0;
    uint8_t *bytes = NULL;
    *got = 0;
    do {
        room = room == 0 ? FIRST_BLOCK : room * 2;
        if (room > count)
            room = count;
        uint8_t *grown = realloc(bytes, room ? room : 1);
        if (!grown) {
            error_set(err, ERROR_FAILED, NULL, "no memory for its %zu bytes", room);
            error_at(err, source->path, 0, 0);
            free(bytes);
            return NULL;
        }
        bytes = grown;
        size_t more;
        if (!source_read(source, bytes + *got, room - *got, &more, err)) {
            free(bytes);
            return NULL;
        }
        *got += more;
    } while (*got == room && room < count);
    return bytes;
}
