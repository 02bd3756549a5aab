/* Files by the system's calls.  What a crash may leave behind is a file with a name of its own beside the place. */
#include "base/file.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_read(const char *path, size_t limit, size_t *size, Error *err)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *stream = standard ? stdin : fopen(path, "rbe");
    if (!stream) {
        error_errno(err, path, "cannot be opened");
        if (err)
            err->kind = ERROR_INPUT; /* what was named to be read is unusable */
        return NULL;
    }
    struct stat info;
    if (!standard && fstat(fileno(stream), &info) == 0 && S_ISDIR(info.st_mode)) {
        fclose(stream);
        error_set(err, ERROR_INPUT, "name a file in it", "is a folder, not a file");
        error_at(err, path, 0, 0);
        return NULL;
    }
    size_t used = 0, room = 1 << 16;
    char *bytes = mem_new(room + 1, 1);
    for (;;) {
        used += fread(bytes + used, 1, room - used, stream);
        if (used < room || used > limit)
            break;
        room *= 2;
        char *grown = realloc(bytes, room + 1);
        if (!grown) {
            error_set(err, ERROR_FAILED, NULL, "no memory for its %zu bytes", room);
            error_at(err, path, 0, 0);
            goto failed;
        }
        bytes = grown;
    }
    if (ferror(stream)) {
        error_errno(err, path, "cannot be read");
        goto failed;
    }
    if (used > limit) {
        error_set(err, ERROR_INPUT, NULL, "is larger than the %zu bytes that fit here", limit);
        error_at(err, path, 0, 0);
        goto failed;
    }
    if (!standard)
        fclose(stream);
    bytes[used] = '\0';
    if (size)
        *size = used;
    return bytes;
failed:
    if (!standard)
        fclose(stream);
    free(bytes);
    return NULL;
}

bool atomic_file_open(AtomicFile *file, const char *path, Error *err)
{
    *file = (AtomicFile){0};
    if (strlen(path) >= sizeof file->path)
        return error_set(err, ERROR_USAGE, "choose a shorter one", "the path is too long: %s", path);
    snprintf(file->path, sizeof file->path, "%s", path);
    /* Devices and pipes (/dev/full, /dev/stdout) are written in place: there is nothing to rename. */
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
        file->stream = fopen(path, "wbe");
        return file->stream ? true : error_errno(err, path, "cannot be written");
    }
    snprintf(file->temporary, sizeof file->temporary, "%s.%ld.tmp", path, (long)getpid());
    file->stream = fopen(file->temporary, "wbe");
    if (!file->stream) {
        file->temporary[0] = '\0';
        return error_errno(err, path, "cannot be written");
    }
    return true;
}

bool atomic_file_commit(AtomicFile *file, Error *err)
{
    bool renamed = file->temporary[0] != '\0';
    bool good = fflush(file->stream) == 0 && !ferror(file->stream);
    if (good && renamed)
        good = fsync(fileno(file->stream)) == 0;
    if (!good)
        error_errno(err, file->path, "cannot be written");
    if (fclose(file->stream) != 0 && good)
        good = error_errno(err, file->path, "cannot be written");
    file->stream = NULL;
    if (good && renamed && rename(file->temporary, file->path) != 0)
        good = error_errno(err, file->path, "cannot be written");
    if (!good && renamed)
        unlink(file->temporary);
    return good;
}

void atomic_file_discard(AtomicFile *file)
{
    if (file->stream)
        fclose(file->stream);
    file->stream = NULL;
    if (file->temporary[0])
        unlink(file->temporary);
}

bool file_write(const char *path, const void *bytes, size_t size, Error *err)
{
    AtomicFile file;
    if (!atomic_file_open(&file, path, err))
        return false;
    fwrite(bytes, 1, size, file.stream); /* commit sees the stream's error flag */
    return atomic_file_commit(&file, err);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool file_is_regular(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

size_t file_peek(const char *path, void *bytes, size_t count)
{
    FILE *stream = file_is_regular(path) ? fopen(path, "rbe") : NULL;
    size_t got = stream ? fread(bytes, 1, count, stream) : 0;
    if (stream)
        fclose(stream);
    return got;
}

bool file_make_folders(const char *path, Error *err)
{
    char *copy = mem_text(path);
    bool good = true;
    for (char *at = copy + 1; good; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char end = *at;
        *at = '\0';
        if (mkdir(copy, 0777) != 0 && !(errno == EEXIST && file_is_folder(copy)))
            good = error_errno(err, copy, "the folder cannot be made");
        *at = end;
        if (!end)
            break;
    }
    free(copy);
    return good;
}

bool file_remove_tree(const char *path, Error *err)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return error_errno(err, path, "cannot be removed");
    if (S_ISDIR(info.st_mode)) {
        DIR *folder = opendir(path);
        if (!folder)
            return error_errno(err, path, "cannot be read");
        bool good = true;
        for (struct dirent *entry; good && (entry = readdir(folder));) {
            if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
                continue;
            char inside[4096];
            good = file_join(inside, sizeof inside, path, entry->d_name, err) && file_remove_tree(inside, err);
        }
        closedir(folder);
        if (!good)
            return false;
    }
    return remove(path) == 0 ? true : error_errno(err, path, "cannot be removed");
}

bool file_join(char *out, size_t size, const char *folder, const char *name, Error *err)
{
    size_t length = strlen(folder);
    const char *slash = length && folder[length - 1] != '/' ? "/" : "";
    if ((size_t)snprintf(out, size, "%s%s%s", folder, slash, name) >= size)
        return error_set(err, ERROR_USAGE, "choose a shorter one", "the path is too long: %s/%s", folder, name);
    return true;
}

void file_sha256(const void *bytes, size_t size, char hex[FILE_SHA256_TEXT])
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, size, bytes);
    sha256_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
