/* numpy's .npy (numpy.lib.format): a magic word, the version, the length of a text, the text (a Python dictionary with
 * descr, fortran_order and shape), the numbers. */
#include "data/formats.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "data/source.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 6, LONGEST_TEXT = 1 << 16, MOST_RANK = 4, ALIGN = 64 };
static const char magic[MAGIC] = "\x93NUMPY";

typedef struct Header {
    bool floats; /* float32, else uint8 */
    int rank;
    long long size[MOST_RANK];
} Header;

bool npy_is(const char *path)
{
    char start[MAGIC];
    return file_peek(path, start, sizeof start) == sizeof start && memcmp(start, magic, MAGIC) == 0;
}

/* What stands behind 'key': in the dictionary, or NULL. */
static const char *value_of(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    if (!at)
        return NULL;
    at += strlen(key);
    while (*at == ' ' || *at == ':')
        at++;
    return at;
}

static bool parse_shape(const char *at, Header *header, Error *err)
{
    if (!at || *at++ != '(')
        return error_set(err, ERROR_INPUT, NULL, "is no .npy file: no shape in its header");
    while (*at && *at != ')') {
        char *end;
        long long size = strtoll(at, &end, 10);
        if (end == at)
            return error_set(err, ERROR_INPUT, NULL, "is no .npy file: its shape cannot be read");
        if (header->rank == MOST_RANK)
            return error_set(err, ERROR_INPUT, "reshape it to (count, height, width, channels)",
                             "has more than %d dimensions", MOST_RANK);
        if (size < 1 || size > INT_MAX)
            return error_set(err, ERROR_INPUT, NULL, "claims a dimension of %lld, which cannot be", size);
        header->size[header->rank++] = size;
        for (at = end; *at == ',' || *at == ' '; at++)
            ;
    }
    return true;
}

static bool parse_header(const char *text, Header *header, Error *err)
{
    const char *type = value_of(text, "'descr'"), *order = value_of(text, "'fortran_order'");
    if (!type || !order)
        return error_set(err, ERROR_INPUT, NULL, "is no .npy file: its header cannot be read");
    if (strncmp(type, "'<f4'", 5) == 0)
        header->floats = true;
    else if (strncmp(type, "'|u1'", 5) != 0)
        return error_set(err, ERROR_INPUT, "save it with .astype(numpy.float32) or numpy.uint8",
                         "holds numbers of type %.*s; '<f4' and '|u1' are read", (int)strcspn(type, ",}"), type);
    if (strncmp(order, "False", 5) != 0)
        return error_set(err, ERROR_INPUT, "save it with numpy.ascontiguousarray", "is in Fortran order");
    return parse_shape(value_of(text, "'shape'"), header, err);
}

static bool read_header(Source *source, Header *header, Error *err)
{
    uint8_t start[MAGIC + 2], length[4];
    size_t got;
    char *text = NULL;
    bool good = false;
    if (!source_read(source, start, sizeof start, &got, err))
        return false;
    if (got < sizeof start || memcmp(start, magic, MAGIC) != 0)
        return error_set(err, ERROR_INPUT, "save it with numpy.save", "is no .npy file");
    size_t wide = start[MAGIC] == 1 ? 2 : 4; /* version 1 counts the text in two bytes, 2 and 3 in four */
    if (!source_read(source, length, wide, &got, err))
        return false;
    uint32_t size = length[0] | (uint32_t)length[1] << 8;
    if (wide == 4)
        size |= (uint32_t)length[2] << 16 | (uint32_t)length[3] << 24;
    if (got < wide || size > LONGEST_TEXT)
        return error_set(err, ERROR_INPUT, "save it again with numpy.save", "is a .npy file with a broken header");
    text = mem_new(size + 1, 1);
    if (!source_read(source, text, size, &got, err))
        goto done;
    if (got < size)
        error_set(err, ERROR_INPUT, "save it again with numpy.save", "is a .npy file that ends within its header");
    else
        good = parse_header(text, header, err);
done:
    free(text);
    return good;
}

static bool take_shape(const Header *header, Dataset *out, size_t *bytes, Error *err)
{
    if (header->rank < 2)
        return error_set(err, ERROR_INPUT, "samples come first: (count, numbers) or (count, height, width, channels)",
                         "has %d dimension%s; 2 to 4 are needed", header->rank, header->rank == 1 ? "" : "s");
    const long long *size = header->size;
    out->shape = header->rank == 2 ? shape_vector((int)size[1])
                                   : shape_map((int)size[1], (int)size[2], header->rank == 4 ? (int)size[3] : 1);
    *bytes = header->floats ? sizeof(float) : 1;
    for (int i = 0; i < header->rank; i++)
        if (__builtin_mul_overflow(*bytes, (size_t)size[i], bytes))
            return error_set(err, ERROR_INPUT, NULL, "claims more bytes than a file can have");
    return true;
}

static bool check_finite(const float *x, size_t count, size_t width, Error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return error_set(err, ERROR_INPUT, "clean it with numpy.nan_to_num", "holds a number that is not finite in sample %zu",
                             i / width);
    return true;
}

bool npy_read(const char *path, Dataset *out, Error *err)
{
    *out = (Dataset){0};
    Source source;
    Header header = {0};
    size_t bytes = 0, got = 0;
    uint8_t *numbers = NULL;
    bool good = source_open(&source, path, err) && read_header(&source, &header, err)
        && take_shape(&header, out, &bytes, err) && (numbers = source_read_large(&source, bytes, &got, err));
    if (good && got < bytes)
        good = error_set(err, ERROR_INPUT, "save it again with numpy.save",
                         "is cut short: its header claims %zu bytes, but %zu follow", bytes, got);
    if (good && header.floats)
        good = check_finite((const float *)(const void *)numbers, bytes / sizeof(float), shape_size(out->shape), err);
    source_close(&source);
    if (!good) {
        free(numbers);
        *out = (Dataset){0};
        return error_at(err, path, 0, 0);
    }
    out->count = (int)header.size[0];
    if (header.floats)
        out->floats = (float *)(void *)numbers;
    else
        out->bytes = numbers;
    return true;
}

bool npy_write(const char *path, int rank, const int *dim, const float *numbers, Error *err)
{
    size_t count = 1;
    Str text = {0};
    str_add(&text, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int i = 0; i < rank; i++) {
        str_addf(&text, "%d%s", dim[i], rank == 1 ? "," : i + 1 < rank ? ", " : "");
        count *= (size_t)dim[i];
    }
    str_add(&text, "), }");
    while ((MAGIC + 4 + text.size + 1) % ALIGN != 0) /* numpy pads with blanks so that the numbers are aligned */
        str_add(&text, " ");
    str_add(&text, "\n");
    AtomicFile file;
    bool good = atomic_file_open(&file, path, err);
    if (good) {
        uint8_t version[4] = {1, 0, (uint8_t)text.size, (uint8_t)(text.size >> 8)};
        fwrite(magic, 1, MAGIC, file.stream);
        fwrite(version, 1, sizeof version, file.stream);
        fwrite(text.text, 1, text.size, file.stream);
        fwrite(numbers, sizeof *numbers, count, file.stream);
        good = atomic_file_commit(&file, err);
    }
    str_clear(&text);
    return good;
}
