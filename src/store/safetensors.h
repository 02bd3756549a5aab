/* safetensors: u64 header length, JSON header, raw little-endian tensors (github.com/huggingface/safetensors).  Only float32
 * is written; input is treated as hostile (bounds, overlaps, header size). */
#ifndef STORE_SAFETENSORS_H
#define STORE_SAFETENSORS_H

#include "nn/weights.h"

/* Metadata: string to string, as the format wants it. */
typedef struct Metadata {
    char *key[16], *value[16];
    int count;
} Metadata;

void metadata_clear(Metadata *metadata);
void metadata_put(Metadata *metadata, const char *key, const char *value); /* copies; overwrites */
const char *metadata_get(const Metadata *metadata, const char *key);       /* NULL: none */

/* Deterministic bytes; atomic. */
bool safetensors_write(const char *path, const Weights *weights, const Metadata *metadata, Error *err) MUST_CHECK;
bool safetensors_read(const char *path, Weights *weights, Metadata *metadata, Error *err) MUST_CHECK;

#endif
