/* IDX, the format of MNIST: 0, 0, type, rank, the sizes (32-bit, big-endian), the numbers.
 * Only bytes (type 0x08) are pictures or labels here. */
#include "data/formats.h"

#include "base/file.h"
#include "base/mem.h"
#include "data/source.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { TYPE_BYTE = 0x08, MOST_RANK = 4, LONGEST_SIDE = 1 << 16 };

typedef struct Header {
    int type, rank;
    uint32_t size[MOST_RANK];
} Header;

static uint32_t big_endian(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool input_error(const Source *source, Error *err)
{
    return error_at(err, source->path, 0, 0);
}

static bool read_header(Source *source, Header *header, Error *err)
{
    uint8_t start[4], size[4 * MOST_RANK];
    size_t got;
    if (!source_read(source, start, sizeof start, &got, err))
        return false;
    if (got == 0) {
        error_set(err, ERROR_INPUT, "fetch or copy it again", "is empty");
        return input_error(source, err);
    }
    if (got < sizeof start || start[0] || start[1]) {
        error_set(err, ERROR_INPUT, "IDX files start with two zero bytes, a type and a rank",
                  "is no IDX file, raw or gzipped");
        return input_error(source, err);
    }
    header->type = start[2];
    header->rank = start[3];
    if (header->rank < 1 || header->rank > MOST_RANK) {
        error_set(err, ERROR_INPUT, NULL, "is an IDX file of rank %d; ranks 1 to %d are read", header->rank, MOST_RANK);
        return input_error(source, err);
    }
    size_t need = (size_t)header->rank * 4;
    if (!source_read(source, size, need, &got, err))
        return false;
    if (got < need) {
        error_set(err, ERROR_INPUT, "fetch or copy it again", "is an IDX file that ends within its header");
        return input_error(source, err);
    }
    for (int i = 0; i < header->rank; i++)
        header->size[i] = big_endian(size + 4 * i);
    return true;
}

int idx_rank(const char *path)
{
    Source source;
    uint8_t start[4];
    size_t got = 0;
    int rank = 0;
    if (source_open(&source, path, NULL) && source_read(&source, start, sizeof start, &got, NULL) && got == 4
        && !start[0] && !start[1] && start[2] >= TYPE_BYTE && start[2] <= 0x0e && start[3] <= MOST_RANK)
        rank = start[3];
    source_close(&source);
    return rank;
}

bool idx_is(const char *path)
{
    return idx_rank(path) > 0;
}

/* The payload, exactly `count` bytes, and then the file's end. */
static uint8_t *read_payload(Source *source, size_t count, Error *err)
{
    size_t got, surplus = 0;
    uint8_t *bytes = source_read_large(source, count, &got, err);
    if (!bytes)
        return NULL;
    if (got < count) {
        error_set(err, ERROR_INPUT, "fetch or copy it again", "is cut short: its header claims %zu bytes, but %zu follow",
                  count, got);
        goto bad;
    }
    uint8_t one;
    if (!source_read(source, &one, 1, &surplus, err)) /* also has zlib check the sum at the end */
        goto bad;
    if (surplus) {
        error_set(err, ERROR_INPUT, "fetch or copy it again", "is longer than the %zu bytes its header claims", count);
        goto bad;
    }
    return bytes;
bad:
    input_error(source, err);
    free(bytes);
    return NULL;
}

static bool check_images(const Header *header, Shape *shape, Error *err)
{
    if (header->type != TYPE_BYTE)
        return error_set(err, ERROR_INPUT, "write it as bytes (type 0x08), 0 to 255, or as .npy",
                         "is an IDX file of type 0x%02x, not of bytes", header->type);
    if (header->rank == 1)
        return error_set(err, ERROR_INPUT, "name the file with the pictures (images-idx3)",
                         "holds %u labels, not pictures", header->size[0]);
    for (int i = 0; i < header->rank; i++)
        if (header->size[i] == 0 || header->size[i] > (i == 0 ? INT_MAX : LONGEST_SIDE))
            return error_set(err, ERROR_INPUT, NULL, "claims a size of %u in its header (number %d), which cannot be",
                             header->size[i], i + 1);
    const uint32_t *size = header->size + 1;
    *shape = header->rank == 2 ? shape_vector((int)size[0])
                               : shape_map((int)size[0], (int)size[1], header->rank == 4 ? (int)size[2] : 1);
    return true;
}

bool idx_read_images(const char *path, Dataset *out, Error *err)
{
    *out = (Dataset){0};
    Source source;
    Header header;
    size_t bytes;
    bool good = source_open(&source, path, err) && read_header(&source, &header, err);
    if (good && !check_images(&header, &out->shape, err))
        good = input_error(&source, err);
    if (good && __builtin_mul_overflow(shape_size(out->shape), (size_t)header.size[0], &bytes)) {
        error_set(err, ERROR_INPUT, NULL, "claims more bytes than a file can have");
        good = input_error(&source, err);
    }
    if (good)
        good = (out->bytes = read_payload(&source, bytes, err)) != NULL;
    if (good)
        out->count = (int)header.size[0];
    else
        dataset_clear(out);
    source_close(&source);
    return good;
}

bool idx_read_labels(const char *path, Dataset *into, Error *err)
{
    Source source;
    Header header;
    bool good = source_open(&source, path, err) && read_header(&source, &header, err);
    if (!good)
        goto done;
    if (header.type != TYPE_BYTE || header.rank != 1) {
        error_set(err, ERROR_INPUT, "name the file with the labels (labels-idx1)",
                  "is an IDX file of rank %d and type 0x%02x; labels are bytes of rank 1", header.rank, header.type);
        good = input_error(&source, err);
    } else if (header.size[0] != (uint32_t)into->count) {
        error_set(err, ERROR_INPUT, "name the labels that belong to the pictures", "holds %u labels for %d pictures",
                  header.size[0], into->count);
        good = input_error(&source, err);
    } else {
        uint8_t *labels = read_payload(&source, header.size[0], err);
        good = labels != NULL;
        if (good) {
            free(into->labels);
            into->labels = labels;
            into->classes = 0;
            for (int i = 0; i < into->count; i++)
                if (labels[i] >= into->classes)
                    into->classes = labels[i] + 1;
        }
    }
done:
    source_close(&source);
    return good;
}

/* gzip in memory, without name or time: the same bytes every time. */
static bool deflate_all(const uint8_t *from, size_t count, FILE *to)
{
    enum { GZIP = 15 + 16, PIECE = 1 << 16 };
    z_stream zip = {0};
    if (deflateInit2(&zip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uint8_t *piece = mem_new(PIECE, 1);
    int code = Z_OK;
    while (code == Z_OK) {
        if (zip.avail_in == 0 && count > 0) {
            zip.next_in = (z_const Bytef *)from;
            zip.avail_in = (uInt)(count < LONGEST_SIDE ? count : LONGEST_SIDE);
            from += zip.avail_in;
            count -= zip.avail_in;
        }
        zip.next_out = piece;
        zip.avail_out = PIECE;
        code = deflate(&zip, count > 0 ? Z_NO_FLUSH : Z_FINISH);
        fwrite(piece, 1, PIECE - zip.avail_out, to);
    }
    free(piece);
    deflateEnd(&zip);
    return code == Z_STREAM_END;
}

static bool write_idx(const char *path, int rank, const uint32_t *size, const uint8_t *numbers, size_t count, Error *err)
{
    size_t start = 4 + 4 * (size_t)rank, length = strlen(path);
    bool zip = length > 3 && strcmp(path + length - 3, ".gz") == 0;
    AtomicFile file;
    uint8_t header[4 + 4 * MOST_RANK] = {0, 0, TYPE_BYTE, (uint8_t)rank};
    for (int i = 0; i < rank; i++)
        for (int b = 0; b < 4; b++)
            header[4 + 4 * i + b] = (uint8_t)(size[i] >> (24 - 8 * b));
    uint8_t *all = zip ? malloc(start + count) : NULL;
    if (zip && !all)
        return error_set(err, ERROR_FAILED, NULL, "no memory for %zu bytes", start + count);
    if (!atomic_file_open(&file, path, err)) {
        free(all);
        return false;
    }
    if (zip) {
        memcpy(all, header, start);
        memcpy(all + start, numbers, count);
        if (!deflate_all(all, start + count, file.stream) && !ferror(file.stream)) {
            free(all);
            atomic_file_discard(&file);
            return error_set(err, ERROR_FAILED, NULL, "no memory to compress %s", path);
        }
    } else {
        fwrite(header, 1, start, file.stream);
        fwrite(numbers, 1, count, file.stream);
    }
    free(all);
    return atomic_file_commit(&file, err);
}

bool idx_write_images(const char *path, const Dataset *set, Error *err)
{
    if (!set->bytes)
        return error_set(err, ERROR_USAGE, "write it as .npy", "IDX files hold bytes, and these samples are floats");
    Shape shape = set->shape;
    uint32_t size[MOST_RANK] = {(uint32_t)set->count, (uint32_t)shape.h, (uint32_t)shape.w, (uint32_t)shape.c};
    if (shape.flat)
        size[1] = (uint32_t)shape.c;
    int rank = shape.flat ? 2 : shape.c == 1 ? 3 : 4;
    return write_idx(path, rank, size, set->bytes, (size_t)set->count * shape_size(shape), err);
}

bool idx_write_labels(const char *path, const Dataset *set, Error *err)
{
    if (!set->labels)
        return error_set(err, ERROR_USAGE, NULL, "these samples have no labels to write");
    return write_idx(path, 1, (uint32_t[]){(uint32_t)set->count}, set->labels, (size_t)set->count, err);
}
