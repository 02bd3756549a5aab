/* Pictures in memory: made, freed, turned between grey and colour. */
#include "image/image.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

bool image_new(Image *image, int w, int h, int channels, Error *err)
{
    *image = (Image){0};
    if (w < 1 || h < 1 || w > IMAGE_LARGEST || h > IMAGE_LARGEST)
        return error_set(err, ERROR_INPUT, NULL, "a picture of %d x %d pixels: each side must be 1 to %d", w, h,
                         IMAGE_LARGEST);
    uint8_t *pixels = mem_try_large((size_t)w * (size_t)h, (size_t)channels);
    if (!pixels)
        return error_set(err, ERROR_FAILED, NULL, "no memory for a picture of %d x %d pixels", w, h);
    *image = (Image){w, h, channels, pixels};
    return true;
}

void image_clear(Image *image)
{
    free(image->pixels);
    *image = (Image){0};
}

bool image_to_channels(const Image *from, int channels, Image *out, Error *err)
{
    if (!image_new(out, from->w, from->h, channels, err))
        return false;
    size_t count = (size_t)from->w * (size_t)from->h;
    const uint8_t *in = from->pixels;
    uint8_t *to = out->pixels;
    if (channels == from->channels)
        memcpy(to, in, count * (size_t)channels);
    else if (channels == 1)
        for (size_t i = 0; i < count; i++, in += 3) /* 0.299, 0.587, 0.114 in 16 bits; they sum to 65536 */
            to[i] = (uint8_t)((19595u * in[0] + 38470u * in[1] + 7471u * in[2] + 32768u) >> 16);
    else
        for (size_t i = 0; i < count; i++)
            to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = in[i];
    return true;
}
