/* PNG out.  The same pixels and text always make the same bytes: no time stamp, fixed settings, and the smallest of
 * three colour types that loses nothing: grey, palette of up to 256 colours, RGB. */
#include "image/image.h"

#include "base/file.h"
#include "base/mem.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { COMPRESSION = 6, LONGEST_PALETTE = 256, SLOTS = 1024 };

/* The colours of a picture: an open hash from colour to palette index. */
typedef struct Palette {
    png_color colour[LONGEST_PALETTE];
    int count;
    uint32_t key[SLOTS]; /* 0x1rrggbb; 0: free */
    uint8_t index[SLOTS];
} Palette;

static uint32_t pack(const uint8_t *rgb)
{
    return 1u << 24 | (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* The colour's slot, taken or free. */
static int palette_slot(const Palette *palette, uint32_t key)
{
    int slot = (int)((key * 0x9E3779B1u) >> 22);
    while (palette->key[slot] && palette->key[slot] != key)
        slot = (slot + 1) % SLOTS;
    return slot;
}

static bool palette_collect(Palette *palette, const Image *image)
{
    size_t count = (size_t)image->w * (size_t)image->h;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *rgb = image->pixels + 3 * i;
        uint32_t key = pack(rgb);
        int slot = palette_slot(palette, key);
        if (palette->key[slot])
            continue;
        if (palette->count == LONGEST_PALETTE)
            return false;
        palette->key[slot] = key;
        palette->index[slot] = (uint8_t)palette->count;
        palette->colour[palette->count++] = (png_color){rgb[0], rgb[1], rgb[2]};
    }
    return true;
}

static bool is_grey(const Palette *palette)
{
    for (int i = 0; i < palette->count; i++)
        if (palette->colour[i].red != palette->colour[i].green || palette->colour[i].red != palette->colour[i].blue)
            return false;
    return true;
}

/* What the file will hold; a row at a time is turned into it. */
typedef struct Writer {
    const Image *image;
    const char *const *text;
    Palette palette;
    int colour_type, depth;
    uint8_t *row;
    png_structp png;
    png_infop info;
    char message[160];
} Writer;

static void choose_form(Writer *writer)
{
    writer->depth = 8;
    if (writer->image->channels == 1) {
        writer->colour_type = PNG_COLOR_TYPE_GRAY;
    } else if (!palette_collect(&writer->palette, writer->image)) {
        writer->colour_type = PNG_COLOR_TYPE_RGB;
    } else if (is_grey(&writer->palette)) {
        writer->colour_type = PNG_COLOR_TYPE_GRAY;
    } else {
        writer->colour_type = PNG_COLOR_TYPE_PALETTE;
        int colours = writer->palette.count;
        writer->depth = colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
    }
}

static void form_row(Writer *writer, int y)
{
    const Image *image = writer->image;
    const uint8_t *in = image->pixels + (size_t)y * (size_t)image->w * (size_t)image->channels;
    if (image->channels == 1 || writer->colour_type == PNG_COLOR_TYPE_RGB) {
        memcpy(writer->row, in, (size_t)image->w * (size_t)image->channels);
        return;
    }
    for (int x = 0; x < image->w; x++, in += 3)
        writer->row[x] = writer->colour_type == PNG_COLOR_TYPE_GRAY
            ? in[0]
            : writer->palette.index[palette_slot(&writer->palette, pack(in))];
}

static void png_leave(png_structp png, png_const_charp message)
{
    Writer *writer = png_get_error_ptr(png);
    snprintf(writer->message, sizeof writer->message, "%s", message);
    png_longjmp(png, 1);
}

static void png_quiet(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static void write_text(Writer *writer)
{
    for (const char *const *pair = writer->text; pair && pair[0] && pair[1]; pair += 2) {
        png_text chunk = {.key = (png_charp)pair[0], .text = (png_charp)pair[1]};
        chunk.compression = is_ascii(pair[1]) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
        png_set_text(writer->png, writer->info, &chunk, 1); /* copies */
    }
}

static bool write_all(Writer *writer, FILE *stream)
{
    const Image *image = writer->image;
    if (setjmp(png_jmpbuf(writer->png)))
        return false;
    png_init_io(writer->png, stream);
    png_set_compression_level(writer->png, COMPRESSION);
    png_set_filter(writer->png, PNG_FILTER_TYPE_BASE,
                   writer->colour_type == PNG_COLOR_TYPE_PALETTE ? PNG_FILTER_NONE : PNG_ALL_FILTERS);
    png_set_IHDR(writer->png, writer->info, (png_uint_32)image->w, (png_uint_32)image->h, writer->depth,
                 writer->colour_type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (writer->colour_type == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(writer->png, writer->info, writer->palette.colour, writer->palette.count);
    write_text(writer);
    png_write_info(writer->png, writer->info);
    png_set_packing(writer->png); /* rows are a byte a pixel, also below 8 bits */
    for (int y = 0; y < image->h; y++) {
        form_row(writer, y);
        png_write_row(writer->png, writer->row);
    }
    png_write_end(writer->png, writer->info);
    return true;
}

static bool write_stream(const Image *image, const char *const *text, FILE *stream, char *message, size_t size)
{
    Writer *writer = mem_new(1, sizeof *writer);
    writer->image = image;
    writer->text = text;
    writer->row = mem_new((size_t)image->w, (size_t)image->channels);
    choose_form(writer);
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, png_leave, png_quiet);
    writer->info = writer->png ? png_create_info_struct(writer->png) : NULL;
    bool good = writer->info && write_all(writer, stream);
    snprintf(message, size, "%s", writer->message[0] ? writer->message : "no memory");
    png_destroy_write_struct(&writer->png, &writer->info);
    free(writer->row);
    free(writer);
    return good;
}

bool image_write_png(const Image *image, const char *path, const char *const *text, Error *err)
{
    char message[160];
    if (strcmp(path, "-") == 0) {
        if (!write_stream(image, text, stdout, message, sizeof message) || fflush(stdout) != 0)
            return error_set(err, ERROR_FAILED, NULL, "the picture cannot be written to standard output");
        return true;
    }
    AtomicFile file;
    if (!atomic_file_open(&file, path, err))
        return false;
    bool good = write_stream(image, text, file.stream, message, sizeof message);
    if (good || ferror(file.stream)) /* commit has the system's reason for a failed write */
        return atomic_file_commit(&file, err) && good;
    atomic_file_discard(&file);
    error_set(err, ERROR_FAILED, NULL, "the PNG cannot be written: %s", message);
    return error_at(err, path, 0, 0);
}
