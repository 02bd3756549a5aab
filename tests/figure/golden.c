/* Pictures compared with those that are kept, within a tolerance; what differs is written where it can be looked at. */
#include "golden.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TOLERANCE = 3 /* of 255: compilers round the edges of shapes differently */ };

static const char failures[] = "golden-failures";

static void write_picture(const Image *image, const char *name, const char *what)
{
    char path[512];
    Error err;
    snprintf(path, sizeof path, "%s/%s-%s.png", failures, name, what);
    if (!file_make_folders(failures, &err) || !image_write_png(image, path, NULL, &err))
        print_error("%s cannot be written: %s\n", path, err.what);
    else
        print_error("see %s\n", path);
}

/* The picture faded, and what differs in red. */
static void write_difference(const Image *actual, const Image *kept, const char *name)
{
    Image diff;
    Error err;
    assert_true(image_new(&diff, actual->w, actual->h, 3, &err));
    size_t pixels = (size_t)actual->w * (size_t)actual->h;
    int count = 0, most = 0, x = 0, y = 0;
    for (size_t i = 0; i < pixels; i++) {
        int worst = 0;
        for (size_t c = 0; c < 3; c++) {
            int gap = abs(actual->pixels[3 * i + c] - kept->pixels[3 * i + c]);
            worst = gap > worst ? gap : worst;
            diff.pixels[3 * i + c] = (uint8_t)(170 + actual->pixels[3 * i + c] / 3);
        }
        if (worst <= TOLERANCE)
            continue;
        memcpy(diff.pixels + 3 * i, (uint8_t[]){255, 0, 0}, 3);
        if (!count++)
            x = (int)(i % (size_t)actual->w), y = (int)(i / (size_t)actual->w);
        most = worst > most ? worst : most;
    }
    print_error("%s: %d of %zu pixels differ, by at most %d of 255, the first at (%d, %d)\n", name, count, pixels, most, x, y);
    write_picture(&diff, name, "diff");
    image_clear(&diff);
}

static bool same(const Image *a, const Image *b)
{
    for (size_t i = 0; i < (size_t)a->w * (size_t)a->h * 3; i++)
        if (abs(a->pixels[i] - b->pixels[i]) > TOLERANCE)
            return false;
    return true;
}

void golden_check_margin(const Image *image, int margin)
{
    for (int y = 0; y < image->h; y++)
        for (int x = 0; x < image->w; x++)
            if (x < margin || y < margin || x >= image->w - margin || y >= image->h - margin)
                assert_memory_equal(image->pixels + 3 * ((size_t)y * (size_t)image->w + (size_t)x), image->pixels, 3);
}

void golden_check(const Image *image, const char *name, int margin)
{
    const char *refresh = getenv("HOURGLASS_GOLDEN"), *srcdir = getenv("srcdir");
    char path[512];
    Image kept, rgb;
    Error err;
    golden_check_margin(image, margin);
    snprintf(path, sizeof path, "%s/tests/figure/golden/%s.png", srcdir ? srcdir : ".", name);
    if (refresh && strcmp(refresh, "refresh") == 0) {
        if (!image_write_png(image, path, NULL, &err))
            fail_msg("%s cannot be written: %s", path, err.what);
        return;
    }
    if (!image_read(path, &kept, &err))
        fail_msg("%s: %s", path, err.what);
    assert_true(image_to_channels(&kept, 3, &rgb, &err));
    bool fits = rgb.w == image->w && rgb.h == image->h, good = fits && same(image, &rgb);
    if (!fits)
        print_error("%s is %d x %d, should be %d x %d\n", name, image->w, image->h, rgb.w, rgb.h);
    else if (!good)
        write_difference(image, &rgb, name);
    if (!good)
        write_picture(image, name, "actual");
    image_clear(&kept);
    image_clear(&rgb);
    assert_true(good);
}
