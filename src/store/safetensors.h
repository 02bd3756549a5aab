/* safetensors: u64 header length, JSON header, raw little-endian tensors (github.com/huggingface/safetensors).  Only float32
 * is written and read; input is treated as hostile: the header is at most 100 MB and inside the file, tensors lie in
 * the data one behind the other without gaps or overlaps up to the file's last byte. */
#ifndef STORE_SAFETENSORS_H
#define STORE_SAFETENSORS_H

#include "nn/weights.h"

/* Metadata: string to string, as the format wants it. */
typedef struct MetadataItem {
    char *key, *value;
} MetadataItem;

typedef struct Metadata {
    MetadataItem *item;
    int count;
} Metadata;

void metadata_clear(Metadata *metadata);
void metadata_put(Metadata *metadata, const char *key, const char *value); /* copies; overwrites */
const char *metadata_get(const Metadata *metadata, const char *key);       /* NULL: none */

enum {
    SAFETENSORS_HEADER_LIMIT = 100 * 1000 * 1000, /* bytes; the format's own limit */
    SAFETENSORS_TENSORS = 10000                   /* that are read; ours */
};

/* The same bytes for the same tensors and metadata, in their order; atomic.  metadata may be NULL. */
bool safetensors_write(const char *path, const Weights *weights, const Metadata *metadata, Error *err) MUST_CHECK;

/* *weights and *metadata (may be NULL) are overwritten; empty on error. */
bool safetensors_read(const char *path, Weights *weights, Metadata *metadata, Error *err) MUST_CHECK;

#endif
