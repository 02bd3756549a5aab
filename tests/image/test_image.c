/* PNG and JPEG: written and read back, read in every form, damaged. */
#include "config.h" /* _GNU_SOURCE: memmem */

/* Pictures: scaling, PNG out and in, JPEG in, and every kind of broken file. */
#include "image/image.h"

#include "../data/scratch.h"

#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

static Image picture(int w, int h, int channels)
{
    Image image;
    assert_true(image_new(&image, w, h, channels, NULL));
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int c = 0; c < channels; c++)
                image.pixels[(y * w + x) * channels + c] = (uint8_t)(x * 7 + y * 13 + c * 50);
    return image;
}

static void check_same(const Image *a, const Image *b)
{
    assert_int_equal(a->w, b->w);
    assert_int_equal(a->h, b->h);
    assert_int_equal(a->channels, b->channels);
    assert_memory_equal(a->pixels, b->pixels, (size_t)a->w * (size_t)a->h * (size_t)a->channels);
}

/* Colour type and depth of a written file. */
static void check_form(const char *path, int type, int depth)
{
    size_t size;
    char *bytes = file_read(path, 1 << 24, &size, NULL);
    assert_non_null(bytes);
    assert_int_equal(bytes[24], depth);
    assert_int_equal(bytes[25], type);
    free(bytes);
}

static void test_png_round_trip(void **state)
{
    (void)state;
    static const struct { int w, h, channels, type, depth; } row[] = {
        {1, 1, 1, PNG_COLOR_TYPE_GRAY, 8}, {28, 28, 1, PNG_COLOR_TYPE_GRAY, 8}, {5, 3, 3, PNG_COLOR_TYPE_PALETTE, 4},
        {13, 2, 3, PNG_COLOR_TYPE_PALETTE, 8}, {90, 70, 3, PNG_COLOR_TYPE_RGB, 8}, {2, 1, 3, PNG_COLOR_TYPE_PALETTE, 1},
        {3, 1, 3, PNG_COLOR_TYPE_PALETTE, 2},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Image image = picture(row[i].w, row[i].h, row[i].channels), back;
        if (row[i].type == PNG_COLOR_TYPE_RGB) /* more than 256 colours */
            for (int p = 0; p < image.w * image.h; p++)
                memcpy(image.pixels + 3 * p, (uint8_t[]){(uint8_t)p, (uint8_t)(p >> 8), 77}, 3);
        Error err = {0};
        const char *path = in_scratch("round.png");
        check_good(image_write_png(&image, path, NULL, &err), &err);
        check_form(path, row[i].type, row[i].depth);
        assert_true(image_is_picture(path));
        check_good(image_read(path, &back, &err), &err);
        check_same(&image, &back);
        image_clear(&image);
        image_clear(&back);
    }
}

static void test_grey_colours_are_written_grey(void **state)
{
    (void)state;
    Image grey = picture(20, 10, 1), colour, back;
    assert_true(image_to_channels(&grey, 3, &colour, NULL));
    const char *path = in_scratch("grey.png");
    assert_true(image_write_png(&colour, path, NULL, NULL));
    check_form(path, PNG_COLOR_TYPE_GRAY, 8);
    assert_true(image_read(path, &back, NULL));
    check_same(&grey, &back);
    image_clear(&grey);
    image_clear(&colour);
    image_clear(&back);
}

static void test_png_bytes_and_text(void **state)
{
    (void)state;
    Image image = picture(40, 30, 3);
    const char *const text[] = {"network", "input 784\ndense 32", "title", "caf\xc3\xa9", NULL};
    const char *one = in_scratch("one.png"), *two = in_scratch("two.png");
    assert_true(image_write_png(&image, one, text, NULL));
    assert_true(image_write_png(&image, two, text, NULL));
    size_t a, b;
    char *first = file_read(one, 1 << 20, &a, NULL), *second = file_read(two, 1 << 20, &b, NULL);
    assert_int_equal(a, b);
    assert_memory_equal(first, second, a);
    assert_non_null(memmem(first, a, "tEXtnetwork\0input 784\ndense 32", 30));
    assert_non_null(memmem(first, a, "iTXttitle", 9));
    assert_null(memmem(first, a, "tIME", 4));
    free(first);
    free(second);
    image_clear(&image);
}

static void test_png_cannot_be_written(void **state)
{
    (void)state;
    Image image = picture(60, 60, 1);
    Error err = {0};
    assert_false(image_write_png(&image, in_scratch("missing/x.png"), NULL, &err));
    check_error(&err, ERROR_FAILED, "x.png", "cannot be written", false);
    assert_false(image_write_png(&image, "/dev/full", NULL, &err));
    check_error(&err, ERROR_FAILED, "/dev/full", "No space left", false);
    image_clear(&image);
}

/* Writes a PNG of any kind with libpng itself. */
static const char *put_png(const char *name, int w, int h, int depth, int type, const uint8_t *rows)
{
    const char *path = in_scratch(name);
    FILE *stream = fopen(path, "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, stream);
    png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, depth, type, PNG_INTERLACE_NONE, 0, 0);
    png_write_info(png, info);
    for (int y = 0; y < h; y++)
        png_write_row(png, rows + (size_t)y * png_get_rowbytes(png, info));
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(stream);
    return path;
}

static void test_png_kinds(void **state)
{
    (void)state;
    Image image;
    /* alpha lies over white: clear is white, full is itself */
    const uint8_t alpha[] = {10, 20, 30, 0, 10, 20, 30, 255};
    assert_true(image_read(put_png("alpha.png", 2, 1, 8, PNG_COLOR_TYPE_RGBA, alpha), &image, NULL));
    assert_int_equal(image.channels, 3);
    assert_memory_equal(image.pixels, ((uint8_t[]){255, 255, 255, 10, 20, 30}), 6);
    image_clear(&image);
    const uint8_t grey_alpha[] = {0, 0, 200, 255};
    assert_true(image_read(put_png("ga.png", 2, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, grey_alpha), &image, NULL));
    assert_int_equal(image.channels, 1);
    assert_memory_equal(image.pixels, ((uint8_t[]){255, 200}), 2);
    image_clear(&image);
    /* 16 bits lose the lower byte */
    const uint8_t wide[] = {0x80, 0x80, 0xff, 0xff, 0x12, 0x12};
    assert_true(image_read(put_png("wide.png", 3, 1, 16, PNG_COLOR_TYPE_GRAY, wide), &image, NULL));
    assert_int_equal(image.channels, 1);
    assert_memory_equal(image.pixels, ((uint8_t[]){0x80, 0xff, 0x12}), 3);
    image_clear(&image);
    /* one bit */
    const uint8_t bits[] = {0xa0};
    assert_true(image_read(put_png("bits.png", 3, 1, 1, PNG_COLOR_TYPE_GRAY, bits), &image, NULL));
    assert_memory_equal(image.pixels, ((uint8_t[]){255, 0, 255}), 3);
    image_clear(&image);
}

/* A JPEG of one colour, of 1 (grey), 3 (RGB) or 4 (CMYK) components. */
static const char *put_jpeg(const char *name, int w, int h, int components, const uint8_t *colour)
{
    const char *path = in_scratch(name);
    FILE *stream = fopen(path, "wb");
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_stdio_dest(&info, stream);
    info.image_width = (JDIMENSION)w;
    info.image_height = (JDIMENSION)h;
    info.input_components = components;
    info.in_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 98, TRUE);
    jpeg_start_compress(&info, TRUE);
    uint8_t *row = malloc((size_t)w * (size_t)components);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++)
            memcpy(row + x * components, colour, (size_t)components);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    free(row);
    fclose(stream);
    return path;
}

static void test_jpeg_kinds(void **state)
{
    (void)state;
    Image image;
    Error err = {0};
    check_good(image_read(put_jpeg("grey.jpg", 17, 9, 1, (uint8_t[]){90}), &image, &err), &err);
    assert_int_equal(image.channels, 1);
    assert_int_equal(image.w, 17);
    assert_int_equal(image.h, 9);
    assert_in_range(image.pixels[40], 88, 92);
    image_clear(&image);
    check_good(image_read(put_jpeg("colour.jpg", 16, 16, 3, (uint8_t[]){200, 100, 50}), &image, &err), &err);
    assert_int_equal(image.channels, 3);
    assert_in_range(image.pixels[0], 197, 203);
    assert_in_range(image.pixels[1], 97, 103);
    assert_in_range(image.pixels[2], 47, 53);
    image_clear(&image);
    check_good(image_read(put_jpeg("ink.jpg", 8, 8, 4, (uint8_t[]){255, 128, 0, 255}), &image, &err), &err);
    assert_int_equal(image.channels, 3);
    assert_in_range(image.pixels[0], 252, 255);
    assert_in_range(image.pixels[1], 124, 132);
    assert_in_range(image.pixels[2], 0, 3);
    image_clear(&image);
}

/* The first part of a file under another name. */
static const char *cut(const char *path, const char *name, size_t keep)
{
    size_t size;
    char *bytes = file_read(path, 1 << 24, &size, NULL);
    assert_true(keep < size);
    const char *to = put_file(name, bytes, keep);
    free(bytes);
    return to;
}

static void test_broken_files(void **state)
{
    (void)state;
    Image image, noisy = picture(100, 100, 1);
    Error err = {0};
    unsigned noise = 1;
    for (int i = 0; i < 10000; i++)
        noisy.pixels[i] = (uint8_t)((noise = noise * 1664525u + 1013904223u) >> 24);
    const char *png = in_scratch("good.png");
    assert_true(image_write_png(&noisy, png, NULL, NULL));
    image_clear(&noisy);
    assert_false(image_read(cut(png, "cut.png", 3000), &image, &err));
    check_error(&err, ERROR_INPUT, "cut.png", "broken PNG", true);
    assert_null(image.pixels);
    assert_false(image_read(cut(png, "head.png", 20), &image, &err));
    check_error(&err, ERROR_INPUT, "head.png", "broken PNG", true);
    const char *jpeg = put_jpeg("good.jpg", 800, 800, 3, (uint8_t[]){200, 100, 50});
    assert_false(image_read(cut(jpeg, "cut.jpg", 1500), &image, &err));
    check_error(&err, ERROR_INPUT, "cut.jpg", "broken JPEG", true);
    assert_null(image.pixels);
    assert_false(image_read(cut(jpeg, "head.jpg", 100), &image, &err));
    check_error(&err, ERROR_INPUT, "head.jpg", "broken JPEG", true);
    assert_false(image_read(put_file("text.png", "hello, world", 12), &image, &err));
    check_error(&err, ERROR_INPUT, "text.png", "neither PNG nor JPEG", true);
    assert_false(image_read(put_file("empty.png", "", 0), &image, &err));
    check_error(&err, ERROR_INPUT, "empty.png", "neither PNG nor JPEG", true);
    assert_false(image_read(in_scratch("none.png"), &image, &err));
    check_error(&err, err.kind, "none.png", "No such file", false);
}

/* A valid header that claims 16000 x 16000 and then ends: refused before 768 MB are asked for. */
static void test_claims(void **state)
{
    (void)state;
    Image image;
    Error err = {0};
    uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0x3e, 0x80,
                     0, 0, 0x3e, 0x80, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 'I', 'D', 'A', 'T', 0, 0, 0, 0, 0, 0, 0, 0};
    uLong sum = crc32(0, png + 12, 17);
    for (int i = 0; i < 4; i++)
        png[29 + i] = (uint8_t)(sum >> (24 - 8 * i));
    assert_false(image_read(put_file("lie.png", png, sizeof png), &image, &err));
    check_error(&err, ERROR_INPUT, "lie.png", "claims 16000 x 16000", true);
    png[16 + 2] = 0x4e; /* 20096 wide */
    sum = crc32(0, png + 12, 17);
    for (int i = 0; i < 4; i++)
        png[29 + i] = (uint8_t)(sum >> (24 - 8 * i));
    assert_false(image_read(put_file("wide.png", png, sizeof png), &image, &err));
    check_error(&err, ERROR_INPUT, "wide.png", "at most 16384", true);

    size_t size;
    char *bytes = file_read(put_jpeg("small.jpg", 8, 8, 1, (uint8_t[]){9}), 1 << 20, &size, NULL);
    char *frame = memmem(bytes, size, "\xff\xc0", 2); /* marker, length 2, precision 1, height 2, width 2 */
    assert_non_null(frame);
    memcpy(frame + 5, "\x3e\x80\x3e\x80", 4);
    assert_false(image_read(put_file("lie.jpg", bytes, size), &image, &err));
    check_error(&err, ERROR_INPUT, "lie.jpg", "claims 16000 x 16000", true);
    free(bytes);
    assert_false(image_new(&image, 0, 5, 1, &err));
    assert_false(image_new(&image, 5, 20000, 1, &err));
}

static void test_resize(void **state)
{
    (void)state;
    /* the mean of 2 x 2 blocks */
    Image image = {4, 2, 1, (uint8_t[]){0, 100, 10, 30, 100, 200, 50, 70}}, out;
    assert_true(image_resize(&image, 2, 1, &out, NULL));
    assert_memory_equal(out.pixels, ((uint8_t[]){100, 40}), 2);
    image_clear(&out);
    /* parts of pixels: 3 -> 2 takes each pixel's share */
    Image three = {3, 1, 1, (uint8_t[]){0, 90, 240}};
    assert_true(image_resize(&three, 2, 1, &out, NULL));
    assert_memory_equal(out.pixels, ((uint8_t[]){30, 190}), 2);
    image_clear(&out);
    /* larger: between the middles, and flat beyond the outer ones */
    Image two = {2, 1, 1, (uint8_t[]){0, 200}};
    assert_true(image_resize(&two, 4, 1, &out, NULL));
    assert_memory_equal(out.pixels, ((uint8_t[]){0, 50, 150, 200}), 4);
    image_clear(&out);
    /* the same size is the same picture */
    Image same = picture(9, 7, 3);
    assert_true(image_resize(&same, 9, 7, &out, NULL));
    check_same(&same, &out);
    image_clear(&out);
    image_clear(&same);
}

static void test_resize_keeps_flat_colours(void **state)
{
    (void)state;
    static const int size[][2] = {{1, 1}, {1, 50}, {50, 1}, {28, 28}, {37, 61}, {250, 250}, {7, 3}};
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        for (size_t j = 0; j < sizeof size / sizeof *size; j++)
            for (int value = 0; value <= 255; value += 51) {
                Image image, out;
                assert_true(image_new(&image, size[i][0], size[i][1], 3, NULL));
                memset(image.pixels, value, (size_t)(3 * image.w * image.h));
                assert_true(image_resize(&image, size[j][0], size[j][1], &out, NULL));
                for (int p = 0; p < 3 * out.w * out.h; p++)
                    assert_int_equal(out.pixels[p], value);
                image_clear(&image);
                image_clear(&out);
            }
}

static void test_channels(void **state)
{
    (void)state;
    Image image = {4, 1, 3, (uint8_t[]){255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255}}, grey, colour;
    assert_true(image_to_channels(&image, 1, &grey, NULL));
    assert_memory_equal(grey.pixels, ((uint8_t[]){255, 76, 150, 29}), 4); /* Rec. 601 */
    assert_true(image_to_channels(&grey, 3, &colour, NULL));
    assert_memory_equal(colour.pixels, ((uint8_t[]){255, 255, 255, 76, 76, 76, 150, 150, 150, 29, 29, 29}), 12);
    image_clear(&grey);
    image_clear(&colour);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_png_round_trip),
        cmocka_unit_test(test_grey_colours_are_written_grey),
        cmocka_unit_test(test_png_bytes_and_text),
        cmocka_unit_test(test_png_cannot_be_written),
        cmocka_unit_test(test_png_kinds),
        cmocka_unit_test(test_jpeg_kinds),
        cmocka_unit_test(test_broken_files),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_resize_keeps_flat_colours),
        cmocka_unit_test(test_channels),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
