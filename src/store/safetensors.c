/* Reads and writes the container format; what the tensors and the metadata mean is model.c's and checkpoint.c's. */
#include "store/safetensors.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const METADATA_KEY = "__metadata__";

void metadata_clear(Metadata *metadata)
{
    for (int i = 0; i < metadata->count; i++) {
        free(metadata->item[i].key);
        free(metadata->item[i].value);
    }
    free(metadata->item);
    *metadata = (Metadata){0};
}

static MetadataItem *find(const Metadata *metadata, const char *key)
{
    for (int i = 0; i < metadata->count; i++)
        if (!strcmp(metadata->item[i].key, key))
            return &metadata->item[i];
    return NULL;
}

void metadata_put(Metadata *metadata, const char *key, const char *value)
{
    MetadataItem *item = find(metadata, key);
    if (!item) {
        metadata->item = mem_resize(metadata->item, (size_t)metadata->count + 1, sizeof *metadata->item);
        item = &metadata->item[metadata->count++];
        *item = (MetadataItem){.key = mem_text(key)};
    }
    free(item->value);
    item->value = mem_text(value);
}

const char *metadata_get(const Metadata *metadata, const char *key)
{
    const MetadataItem *item = find(metadata, key);
    return item ? item->value : NULL;
}

/* -- Numbers as the file has them: little-endian. */

static void u64_encode(uint64_t number, unsigned char bytes[8])
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
}

static uint64_t u64_decode(const unsigned char bytes[8])
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number |= (uint64_t)bytes[i] << 8 * i;
    return number;
}

/* Native from and to little-endian, in place; nothing to do on most machines. */
static void floats_swap(float *data, size_t count)
{
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        return;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        bits = __builtin_bswap32(bits);
        memcpy(&data[i], &bits, sizeof bits);
    }
}

/* -- Writing. */

static json_t *tensor_entry(const Weight *weight, size_t begin)
{
    json_t *shape = json_array();
    for (int i = 0; i < weight->rank; i++)
        json_array_append_new(shape, json_integer(weight->dim[i]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", "F32", "shape", shape, "data_offsets", (json_int_t)begin,
                     (json_int_t)(begin + weight->size * sizeof(float)));
}

/* The header's text, padded with blanks so that the data starts at a multiple of 8. */
static bool header_print(const Weights *weights, const Metadata *metadata, Str *out, Error *err)
{
    json_t *header = json_object();
    bool good = header != NULL;
    if (good && metadata && metadata->count) {
        json_t *object = json_object();
        for (int i = 0; i < metadata->count; i++) {
            Str value = {0};
            str_add_utf8(&value, metadata->item[i].value); /* a file's name may be anything; no training is lost for that */
            good = good && json_object_set_new(object, metadata->item[i].key, json_string(value.text)) == 0;
            str_clear(&value);
        }
        json_object_set_new(header, METADATA_KEY, object);
    }
    size_t begin = 0;
    for (int i = 0; i < weights->count; i++) {
        const Weight *weight = &weights->item[i];
        good = good && json_object_set_new(header, weight->name, tensor_entry(weight, begin)) == 0;
        begin += weight->size * sizeof(float);
    }
    char *text = good ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    if (!text)
        return error_set(err, ERROR_FAILED, NULL, "the file's header cannot be made: a text in it is not UTF-8");
    str_add(out, text);
    free(text);
    while (out->size % 8)
        str_add(out, " ");
    return true;
}

static void floats_write(const Weight *weight, FILE *stream)
{
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        fwrite(weight->data, sizeof(float), weight->size, stream);
        return;
    }
    for (size_t i = 0; i < weight->size; i++) {
        float number = weight->data[i];
        floats_swap(&number, 1);
        fwrite(&number, sizeof number, 1, stream);
    }
}

bool safetensors_write(const char *path, const Weights *weights, const Metadata *metadata, Error *err)
{
    Str header = {0};
    AtomicFile file;
    if (!header_print(weights, metadata, &header, err) || !atomic_file_open(&file, path, err)) {
        str_clear(&header);
        return false;
    }
    unsigned char length[8];
    u64_encode(header.size, length);
    fwrite(length, 1, sizeof length, file.stream);
    fwrite(header.text, 1, header.size, file.stream);
    for (int i = 0; i < weights->count; i++)
        floats_write(&weights->item[i], file.stream);
    str_clear(&header);
    return atomic_file_commit(&file, err); /* sees the errors of all writes */
}

/* -- Reading. */

typedef struct Entry {
    const char *name; /* borrowed from the header */
    int rank, dim[4];
    uint64_t begin, end; /* bytes of the data */
} Entry;

static bool broken(Error *err, const char *fmt, const char *name)
{
    error_set(err, ERROR_INPUT, NULL, "is not a sound safetensors file: ");
    if (err) {
        size_t used = strlen(err->what);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(err->what + used, sizeof err->what - used, fmt, name);
#pragma GCC diagnostic pop
    }
    return false;
}

static bool entry_read(const char *name, const json_t *object, uint64_t data_size, Entry *out, Error *err)
{
    *out = (Entry){.name = name};
    const char *dtype = json_string_value(json_object_get(object, "dtype"));
    const json_t *shape = json_object_get(object, "shape"), *offsets = json_object_get(object, "data_offsets");
    if (!dtype || !json_is_array(shape) || !json_is_array(offsets) || json_array_size(offsets) != 2)
        return broken(err, "tensor %.60s lacks dtype, shape or data_offsets", name);
    if (strcmp(dtype, "F32") != 0)
        return error_set(err, ERROR_INPUT, "save it as float32", "tensor %.60s is %.16s; only F32 can be read", name, dtype);
    if (json_array_size(shape) > COUNT_OF(out->dim))
        return error_set(err, ERROR_INPUT, NULL, "tensor %.60s has more than four dimensions", name);

    uint64_t bytes = sizeof(float);
    out->rank = (int)json_array_size(shape);
    for (int i = 0; i < out->rank; i++) {
        const json_t *item = json_array_get(shape, (size_t)i);
        json_int_t dim = json_integer_value(item);
        if (!json_is_integer(item) || dim < 0 || dim > INT32_MAX || __builtin_mul_overflow(bytes, (uint64_t)dim, &bytes))
            return broken(err, "the shape of tensor %.60s is impossible", name);
        out->dim[i] = (int)dim;
    }
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (!json_is_integer(begin) || !json_is_integer(end) || json_integer_value(begin) < 0 ||
        json_integer_value(end) < json_integer_value(begin) || (uint64_t)json_integer_value(end) > data_size)
        return broken(err, "the offsets of tensor %.60s lie outside the file", name);
    out->begin = (uint64_t)json_integer_value(begin);
    out->end = (uint64_t)json_integer_value(end);
    if (out->end - out->begin != bytes)
        return broken(err, "shape and offsets of tensor %.60s do not agree", name);
    return true;
}

static int by_begin(const void *a, const void *b)
{
    const Entry *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    return left->end < right->end ? -1 : left->end > right->end;
}

static bool metadata_read(const json_t *object, Metadata *metadata, Error *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return broken(err, "%s is no object of strings", METADATA_KEY);
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        if (!json_is_string(value))
            return broken(err, "metadata %.60s is not a string", key);
        if (metadata)
            metadata_put(metadata, key, json_string_value(value));
    }
    return true;
}

/* All entries in the order of their data, checked to fill it exactly. The array is the caller's. */
static Entry *entries_read(const json_t *header, uint64_t data_size, Metadata *metadata, int *count, Error *err)
{
    *count = 0;
    if (json_object_size(header) > SAFETENSORS_TENSORS) {
        broken(err, "%s", "it has more than 10000 tensors");
        return NULL;
    }
    Entry *entry = mem_new(json_object_size(header), sizeof *entry);
    const char *name;
    json_t *object;
    json_object_foreach((json_t *)(uintptr_t)header, name, object) {
        bool good = strcmp(name, METADATA_KEY) ? entry_read(name, object, data_size, &entry[*count], err)
                                               : metadata_read(object, metadata, err);
        if (!good)
            goto failed;
        *count += strcmp(name, METADATA_KEY) != 0;
    }
    qsort(entry, (size_t)*count, sizeof *entry, by_begin);
    uint64_t at = 0;
    for (int i = 0; i < *count; i++) {
        if (entry[i].begin != at) {
            broken(err, entry[i].begin < at ? "tensor %.60s overlaps another one" : "there is a gap before tensor %.60s",
                   entry[i].name);
            goto failed;
        }
        at = entry[i].end;
    }
    if (at != data_size) {
        broken(err, "%s bytes that belong to no tensor lie at its end", "some");
        goto failed;
    }
    return entry;
failed:
    free(entry);
    return NULL;
}

/* The header as JSON and how many bytes of data follow it. */
static json_t *header_read(FILE *stream, uint64_t *data_size, Error *err)
{
    struct stat info;
    unsigned char length[8];
    if (fstat(fileno(stream), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size < (off_t)sizeof length ||
        fread(length, 1, sizeof length, stream) != sizeof length) {
        broken(err, "%s", "it is shorter than the length of its header");
        return NULL;
    }
    uint64_t size = u64_decode(length), rest = (uint64_t)info.st_size - sizeof length;
    if (size > SAFETENSORS_HEADER_LIMIT || size > rest) {
        broken(err, "%s", size > rest ? "its header claims to be longer than the file" : "its header claims more than 100 MB");
        return NULL;
    }
    char *text = mem_new((size_t)size + 1, 1);
    json_t *header = NULL;
    json_error_t problem;
    if (fread(text, 1, (size_t)size, stream) != size)
        broken(err, "%s", "it ends inside its header");
    else if (!(header = json_loadb(text, (size_t)size, JSON_REJECT_DUPLICATES, &problem)))
        broken(err, "its header is no JSON (%.120s)", problem.text);
    else if (!json_is_object(header)) {
        broken(err, "%s", "its header is no JSON object");
        json_decref(header);
        header = NULL;
    }
    free(text);
    *data_size = rest - size;
    return header;
}

static bool floats_read(const Entry *entry, FILE *stream, Weights *weights, Error *err)
{
    if (!weights_put(weights, entry->name, entry->rank, entry->dim, NULL, err))
        return false;
    Weight *weight = &weights->item[weights->count - 1];
    if (fread(weight->data, sizeof(float), weight->size, stream) != weight->size)
        return broken(err, "it ends inside tensor %.60s", entry->name);
    floats_swap(weight->data, weight->size);
    return true;
}

bool safetensors_read(const char *path, Weights *weights, Metadata *metadata, Error *err)
{
    *weights = (Weights){0};
    if (metadata)
        *metadata = (Metadata){0};
    FILE *stream = fopen(path, "rbe");
    if (!stream) {
        error_errno(err, path, "cannot be opened");
        if (err)
            err->kind = ERROR_INPUT;
        return false;
    }
    uint64_t data_size = 0;
    int count = 0;
    json_t *header = header_read(stream, &data_size, err);
    Entry *entry = header ? entries_read(header, data_size, metadata, &count, err) : NULL;
    bool good = entry != NULL;
    for (int i = 0; good && i < count; i++)
        good = floats_read(&entry[i], stream, weights, err);
    free(entry);
    json_decref(header);
    fclose(stream);
    if (!good) {
        weights_clear(weights);
        if (metadata)
            metadata_clear(metadata);
        error_at(err, path, 0, 0);
    }
    return good;
}
