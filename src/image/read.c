/* Pictures from files: PNG by libpng's simplified interface, JPEG by libjpeg.
 *
 * Files are taken as hostile.  The whole file is in memory before its header is believed, and the number of pixels the
 * header claims must be one that so many bytes can hold at all. */
#include "image/image.h"

#include "base/file.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h> /* wants stdio.h before it, which base/file.h brings */

#include <jerror.h>

enum {
    LONGEST_FILE = 1 << 30,
    DEFLATE_RATIO = 1032, /* zlib's best: 258 bytes by two bits */
    JPEG_RATIO = 2048     /* pixels by a byte: a block of 64 takes a bit at least, chroma may be a quarter as fine */
};

static const uint8_t png_start[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
static const uint8_t jpeg_start[3] = {0xff, 0xd8, 0xff};
static const char broken_cure[] = "take the file out or replace it";

static bool starts_with(const void *bytes, size_t size, const uint8_t *start, size_t count)
{
    return size >= count && memcmp(bytes, start, count) == 0;
}

static bool is_picture(const void *bytes, size_t size)
{
    return starts_with(bytes, size, png_start, sizeof png_start)
        || starts_with(bytes, size, jpeg_start, sizeof jpeg_start);
}

bool image_is_picture(const char *path)
{
    char start[sizeof png_start];
    return is_picture(start, file_peek(path, start, sizeof start));
}

static bool check_claim(const char *kind, uint32_t w, uint32_t h, double needs, size_t size, Error *err)
{
    if (w > IMAGE_LARGEST || h > IMAGE_LARGEST)
        return error_set(err, ERROR_INPUT, "scale it down first", "is a %s of %u x %u pixels; at most %d a side are read",
                         kind, w, h, IMAGE_LARGEST);
    if (needs > (double)size)
        return error_set(err, ERROR_INPUT, broken_cure, "is no %s: it claims %u x %u pixels in %zu bytes", kind, w, h,
                         size);
    return true;
}

/* Bits of a pixel as stored, from the header's colour type and depth. */
static double png_bits(const uint8_t *bytes)
{
    static const uint8_t samples[] = {[0] = 1, [2] = 3, [3] = 1, [4] = 2, [6] = 4};
    enum { DEPTH = 24, COLOUR = 25 }; /* places in the file */
    uint8_t colour = bytes[COLOUR];
    return colour < sizeof samples ? bytes[DEPTH] * samples[colour] : 1;
}

static bool read_png(const char *bytes, size_t size, Image *out, Error *err)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    bool good = png_image_begin_read_from_memory(&png, bytes, size);
    if (!good)
        goto broken;
    double needs = png_bits((const uint8_t *)bytes) / 8 * png.width * png.height / DEFLATE_RATIO;
    bool colour = png.format & PNG_FORMAT_FLAG_COLOR;
    good = check_claim("PNG", png.width, png.height, needs, size, err)
        && image_new(out, (int)png.width, (int)png.height, colour ? 3 : 1, err);
    if (!good) {
        png_image_free(&png);
        return false;
    }
    png.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* 16 bits without a gamma mean what 8 bits mean */
    png_color white = {255, 255, 255};
    if (png_image_finish_read(&png, &white, out->pixels, 0, NULL))
        return true;
broken:
    image_clear(out);
    error_set(err, ERROR_INPUT, broken_cure, "is a broken PNG: %s", png.message);
    png_image_free(&png);
    return false;
}

/* ---- JPEG: libjpeg leaves by longjmp, so everything that must be freed lives in this struct, outside the function
 * that calls setjmp. */

typedef struct JpegReader {
    struct jpeg_error_mgr errors; /* first: libjpeg hands back a pointer to it */
    struct jpeg_decompress_struct info;
    jmp_buf leave;
    char message[JMSG_LENGTH_MAX]; /* "" when `err` says it already */
    uint8_t *cmyk;                 /* one row, for four-channel files */
} JpegReader;

static void jpeg_leave(j_common_ptr info)
{
    JpegReader *reader = (JpegReader *)info->err;
    info->err->format_message(info, reader->message);
    longjmp(reader->leave, 1);
}

/* libjpeg fills in grey where the data end or make no sense and only warns; here that is an error. */
static void jpeg_warn(j_common_ptr info, int level)
{
    static const int fatal[] = {JWRN_JPEG_EOF, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC,
                                JWRN_ARITH_BAD_CODE};
    for (size_t i = 0; level < 0 && i < sizeof fatal / sizeof *fatal; i++)
        if (info->err->msg_code == fatal[i])
            jpeg_leave(info);
}

static void jpeg_quiet(j_common_ptr info)
{
    (void)info;
}

/* Adobe's files hold inverted ink: 255 is none. */
static void cmyk_to_rgb(const uint8_t *cmyk, int w, uint8_t *rgb)
{
    for (int x = 0; x < w; x++, cmyk += 4, rgb += 3)
        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)(cmyk[c] * cmyk[3] / 255);
}

static bool decode_jpeg(JpegReader *reader, const char *bytes, size_t size, Image *out, Error *err)
{
    struct jpeg_decompress_struct *info = &reader->info;
    if (setjmp(reader->leave))
        return false;
    jpeg_create_decompress(info);
    jpeg_mem_src(info, (const unsigned char *)bytes, (unsigned long)size);
    jpeg_read_header(info, TRUE);
    double pixels = (double)info->image_width * info->image_height;
    if (!check_claim("JPEG", info->image_width, info->image_height, pixels / JPEG_RATIO, size, err))
        return false;
    bool four = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    bool grey = info->jpeg_color_space == JCS_GRAYSCALE;
    info->out_color_space = grey ? JCS_GRAYSCALE : four ? JCS_CMYK : JCS_RGB;
    if (!image_new(out, (int)info->image_width, (int)info->image_height, grey ? 1 : 3, err))
        return false;
    jpeg_start_decompress(info);
    if (four)
        reader->cmyk = malloc((size_t)out->w * 4);
    if (four && !reader->cmyk)
        return error_set(err, ERROR_FAILED, NULL, "no memory for a row of pixels");
    while (info->output_scanline < info->output_height) {
        uint8_t *to = out->pixels + (size_t)info->output_scanline * (size_t)out->w * (size_t)out->channels;
        JSAMPROW row = four ? reader->cmyk : to;
        jpeg_read_scanlines(info, &row, 1);
        if (four)
            cmyk_to_rgb(reader->cmyk, out->w, to);
    }
    jpeg_finish_decompress(info);
    return true;
}

static bool read_jpeg(const char *bytes, size_t size, Image *out, Error *err)
{
    JpegReader reader = {.message = ""};
    reader.info.err = jpeg_std_error(&reader.errors);
    reader.errors.error_exit = jpeg_leave;
    reader.errors.emit_message = jpeg_warn;
    reader.errors.output_message = jpeg_quiet;
    bool good = decode_jpeg(&reader, bytes, size, out, err);
    jpeg_destroy_decompress(&reader.info);
    free(reader.cmyk);
    if (!good)
        image_clear(out);
    if (!good && reader.message[0])
        error_set(err, ERROR_INPUT, broken_cure, "is a broken JPEG: %s", reader.message);
    return good;
}

bool image_read(const char *path, Image *out, Error *err)
{
    *out = (Image){0};
    size_t size;
    char *bytes = file_read(path, LONGEST_FILE, &size, err);
    if (!bytes)
        return false;
    bool good;
    if (starts_with(bytes, size, png_start, sizeof png_start))
        good = read_png(bytes, size, out, err);
    else if (starts_with(bytes, size, jpeg_start, sizeof jpeg_start))
        good = read_jpeg(bytes, size, out, err);
    else
        good = error_set(err, ERROR_INPUT, "convert it to one of them", "is neither PNG nor JPEG");
    free(bytes);
    return good ? true : error_at(err, path, 0, 0);
}
