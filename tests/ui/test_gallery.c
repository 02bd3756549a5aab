/* The gallery in a terminal: what it says it shows, the crosshair, blinking, options, files. */
#include "studio.h"

#include "image/image.h"

/* In the gallery, with a run open. */
static Pty *open_gallery(int w, int h)
{
    finished_run("one", "lr=1", "2");
    Pty *pty = start_at_runs(w, h);
    pty_type(pty, "\r");
    assert_true(pty_sees(pty, "reconstruction", 30));
    pty_type(pty, "3");
    assert_true(pty_sees(pty, "test samples", 30));
    return pty;
}

static void without_a_run_enter_opens_the_newest(void **state)
{
    (void)state;
    Pty *pty = start_at(80, 24, truecolour, NULL, NULL);
    assert_true(pty_sees(pty, "in use", 30));
    pty_type(pty, "3");
    assert_true(pty_sees(pty, "Enter opens the newest", 20));
    pty_type(pty, "\r");
    assert_true(pty_sees(pty, "no runs yet", 20));
    finished_run("older", "lr=1", "1");
    pty_wait(pty, 1.1); /* runs remember the second */
    finished_run("newer", "lr=1", "1");
    pty_type(pty, "\r");
    assert_true(pty_sees(pty, "test samples", 30));
    assert_true(pty_sees(pty, "newer", 20));
    leave(pty);
}

static void it_says_how_many_it_shows(void **state)
{
    (void)state;
    Pty *pty = open_gallery(80, 24);
    assert_true(pty_sees(pty, "original", 20));
    assert_true(pty_sees(pty, "reconstruction", 20));
    assert_true(pty_sees(pty, "classes: 4 test samples", 20));
    int errors = 0, x, y; /* below each is its error: as many as it says */
    assert_true(pty_find(pty, "0.", &x, &y));
    char line[1024];
    pty_line(pty, y, line, sizeof line);
    for (char *at = line; (at = strstr(at, "0.")) != NULL; at += 2)
        errors++;
    assert_int_equal(errors, 4);
    pty_type(pty, "="); /* 1:1 has all of them */
    assert_true(pty_sees(pty, "classes: 10 test samples", 20));
    assert_true(pty_sees(pty, "arrows move", 20));
    pty_type(pty, "=");
    assert_true(pty_sees(pty, "classes: 4 test samples", 20));
    pty_type(pty, "s");
    assert_true(pty_sees(pty, "worst: 4 test", 20));
    pty_type(pty, "r");
    assert_true(pty_sees(pty, "random: 4 test", 20));
    leave(pty);
}

/* The crosshair's "original" is the data's own number. */
static void the_crosshair_tells_the_datas_number(void **state)
{
    (void)state;
    Dataset test = {0};
    Error err = {0};
    check_good(digits_draw(DATA_SEED, DATA_TEST_FIRST, DATA_TEST, &test, &err), &err);
    Pty *pty = open_gallery(80, 24);
    pty_type(pty, "i");
    assert_true(pty_sees(pty, "pixel 14, 14", 20));
    for (int step = 0; step < 6; step++) {
        char line[1024], original[16], made[16], pixel[32];
        int x, y, sample, px, py;
        assert_true(pty_find(pty, "pixel ", &x, &y));
        pty_line(pty, y, line, sizeof line);
        char *about = strchr(line, '#');
        assert_non_null(about);
        assert_int_equal(sscanf(about, "#%d  pixel %d, %d  original %15s  reconstruction %15s", &sample, &px, &py, original, made), 5);
        float values[784];
        dataset_sample(&test, sample, values);
        char expected[16];
        snprintf(expected, sizeof expected, "%.3f", (double)values[py * 28 + px]);
        assert_string_equal(original, expected);
        pty_type(pty, step % 2 ? "\033OB" : "\033OD");
        snprintf(pixel, sizeof pixel, "pixel %d, %d", px - (step % 2 ? 0 : 1), py + (step % 2 ? 1 : 0));
        assert_true(pty_sees(pty, pixel, 20));
    }
    dataset_clear(&test);
    leave(pty);
}

static void originals_and_reconstructions_blink(void **state)
{
    (void)state;
    Pty *pty = open_gallery(80, 24);
    assert_true(pty_sees(pty, "reconstruction", 20));
    pty_type(pty, "b");
    for (int i = 0; i < 2; i++) { /* one, then the other, in the same place */
        int x0, y0, x1, y1;
        double end = 0;
        while (!(pty_find(pty, "original ", &x0, &y0) && !pty_shows(pty, "reconstruction")) && end++ < 400)
            pty_wait(pty, 0.05);
        assert_true(end < 400);
        while (!(pty_find(pty, "reconstruction", &x1, &y1) && !pty_shows(pty, "original ")) && end++ < 800)
            pty_wait(pty, 0.05);
        assert_true(end < 800);
        assert_int_equal(y0, y1);
    }
    pty_type(pty, "b");
    assert_true(pty_sees(pty, "original ", 20));
    leave(pty);
}

/* Every kind that can be drawn of the run is reached, says its name, and has all its options in the form; the others are passed over,
 * and asked for by name they say why. */
static void every_kind_with_its_options(void **state)
{
    (void)state;
    static const struct { const char *kind, *option; } kinds[] = {
        {"Reconstructions", "indices"}, {"learned", "frames"}, {"Weights", "layer"}, {"What excites", "steps"}, {"Codes", "perplexity"},
        {"Manifold", "spacing"}, {"New pictures", "count"}, {"Interpolation", "steps"}, {"Loss of", "smooth"},
        {"Residuals", "components"}, {"width: numbers", NULL}};
    Pty *pty = open_gallery(200, 60);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_true(pty_sees(pty, kinds[i].kind, 30));
        assert_true(pty_sees(pty, kinds[i].option ? kinds[i].option : "it has none", 30));
        pty_type(pty, "n");
    }
    assert_true(pty_sees(pty, "Reconstructions", 30)); /* and round again */
    pty_type(pty, ":figure confusion\r");
    assert_true(pty_sees(pty, "confusion: ", 30));
    pty_type(pty, "p:figure grid\r"); /* back over it */
    assert_true(pty_sees(pty, "Reconstructions", 30));
    pty_type(pty, "o\033OB\033OC"); /* the form: the samples, another order */
    assert_true(pty_sees(pty, "worst: ", 30));
    leave(pty);
}

static void files_are_written_and_named(void **state)
{
    (void)state;
    Pty *pty = open_gallery(80, 24);
    Image image = {0};
    Error err = {0};
    assert_true(pty_sees(pty, "original", 20));
    pty_type(pty, "e");
    assert_true(pty_sees(pty, "written: ", 30));
    assert_true(pty_shows(pty, "grid.png"));
    check_good(image_read(in_scratch("runs/one/figures/grid.png"), &image, &err), &err);
    int width = image.w;
    image_clear(&image);
    pty_type(pty, "E");
    assert_true(pty_sees(pty, "export the figure", 20));
    pty_type(pty, "\025./mine.png 4\r");
    assert_true(pty_sees(pty, "mine.png", 30));
    for (int i = 0; i < 200 && !file_exists(in_scratch("mine.png")); i++)
        pty_wait(pty, 0.1);
    check_good(image_read(in_scratch("mine.png"), &image, &err), &err);
    assert_true(image.w > width * 3 / 2); /* twice the scale */
    image_clear(&image);
    leave(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_run_enter_opens_the_newest),
        cmocka_unit_test(it_says_how_many_it_shows),           cmocka_unit_test(the_crosshair_tells_the_datas_number),
        cmocka_unit_test(originals_and_reconstructions_blink), cmocka_unit_test(every_kind_with_its_options),
        cmocka_unit_test(files_are_written_and_named),
    };
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
