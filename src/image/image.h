/* Pictures as pixels: 8-bit, 1 (grey) or 3 (RGB) channels, rows without padding. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { IMAGE_LARGEST = 16384 }; /* pixels along a side */

typedef struct Image {
    int w, h, channels;
    uint8_t *pixels; /* (h, w, channels) */
} Image;

typedef struct Colour { uint8_t r, g, b; } Colour;

bool image_new(Image *image, int w, int h, int channels, Error *err) MUST_CHECK; /* black; large sizes may fail */
void image_clear(Image *image);                                                  /* frees; zeroed again */

/* PNG or JPEG by content; 16-bit, palette and alpha are reduced (alpha over white). Sizes over IMAGE_LARGEST are refused,
 * and so is a header that claims more pixels than a file of its length can hold. */
bool image_read(const char *path, Image *out, Error *err) MUST_CHECK;
bool image_is_picture(const char *path); /* by its first bytes */

/* Box filter when smaller, bilinear when larger, each axis by itself. */
bool image_resize(const Image *from, int w, int h, Image *out, Error *err) MUST_CHECK;
bool image_to_channels(const Image *from, int channels, Image *out, Error *err) MUST_CHECK; /* Rec. 601 grey */

/* Deterministic bytes: grey, palette (up to 256 colours) or RGB as fits; `text` is pairs of keyword and value, ended by NULL,
 * written as tEXt chunks (iTXt where a value is not ASCII); atomic.  path "-": standard output. */
bool image_write_png(const Image *image, const char *path, const char *const *text, Error *err) MUST_CHECK;

#endif
