/* The designer and the wizard by keys: what the doctor says and cures, shapes that grey, stages, what was changed, files. */
#include "studio.h"

#include "spec/text.h"

static void sees(Pty *pty, const char *text)
{
    assert_true(pty_sees(pty, text, 20));
}

/* The designer with a preset or a file. */
static Pty *designer(int w, int h, const char *design)
{
    Pty *pty = start_in(in_scratch("runs"), design, w, h);
    sees(pty, strstr(design, ".net") ? "training" : "in use"); /* a file opens the designer */
    pty_type(pty, "1");
    sees(pty, "doctor");
    return pty;
}

/* ---- the doctor */

static void doctor_names_and_cures(void **state)
{
    (void)state;
    static const char odd[] = "input 45x45x1\nencoder\nconv 8 3x3 relu\nmaxpool 2\ndecoder mirror\n";
    put_file("odd.net", odd, sizeof odd - 1);
    static const char pixels[] = "input 28x28x1\nmaxpool 7\nconv 10 3x3 softmax\nflatten\ntrain\nloss crossentropy\n";
    put_file("pixels.net", pixels, sizeof pixels - 1);
    static const struct { const char *design, *keys, *says, *done; } cases[] = {
        {"odd.net", "", "cannot be mirrored", "put `conv 8 3x3 stride=2x2 valid relu`"},
        {"pixels.net", "", "makes some for each", "take the softmax out of conv_1"},
        {"mirrored", "", "the code 7x7x128 is 6272 numbers", "pool 7 after the encoder"},
        {"simple", ":set dense_2.activation=relu\r", "needs an output inside (0, 1)", "let dense_2 end with sigmoid"},
        {"simple", ":set lr=0.001\r", "hardly moves", "set the rate to 1"},
        {"simple", ":set batch=4000\r", "a batch of 4000 is larger than the", "use a batch of 256"},
        {"simple", ":set loss=mse\r:set dense_2.activation=relu\r", "ends the network with relu", "let dense_2 end with sigmoid"},
        {"simple", ":set kl.warmup=3\r", "warms up the penalty", "take the warm-up out"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s", strchr(cases[i].design, '.') ? in_scratch(cases[i].design) : cases[i].design);
        Pty *pty = designer(120, 34, path);
        pty_type(pty, cases[i].keys);
        sees(pty, cases[i].says);
        sees(pty, cases[i].done); /* the cure is offered, */
        pty_type(pty, "f");
        sees(pty, "done: "); /* taken, */
        pty_type(pty, "u"); /* and taken back */
        sees(pty, cases[i].says);
        leave(pty);
    }
}

/* More than is free: found among other findings by its key. */
static void doctor_knows_the_memory(void **state)
{
    (void)state;
    Pty *pty = designer(120, 34, "mirrored");
    pty_type(pty, ":set batch=65536\r");
    sees(pty, "1 of ");
    for (int i = 0; i < 4 && !pty_shows(pty, "MB are free"); i++) {
        pty_type(pty, "!");
        pty_settles(pty, 0.1, 5);
    }
    sees(pty, "MB are free");
    pty_type(pty, "f");
    sees(pty, "done: use a batch of");
    leave(pty);
}

/* ---- a layer that does not fit */

static void shapes_behind_a_broken_layer_stay(void **state)
{
    (void)state;
    int x, y, gone_x, gone_y;
    Pty *pty = designer(80, 24, "simple");
    sees(pty, "dense 784 sigmoid");
    pty_find(pty, "dense 784 sigmoid", &x, &y);
    PtyCell before = pty_cell(pty, 28, y);
    pty_type(pty, "jj:add conv\r");
    sees(pty, "\xe2\x9c\x97");                 /* the layer is marked, */
    sees(pty, "\xe2\x94\x94 input 32: conv"); /* and what is wrong stands below it */
    assert_true(pty_find(pty, "dense 784 sigmoid", &gone_x, &gone_y));
    char line[1024];
    pty_line(pty, gone_y, line, sizeof line);
    assert_non_null(strstr(line, " 784 "));    /* its shape is still there, in grey */
    int column = -1;
    for (int i = 27; i < 45 && column < 0; i++)
        if (pty_cell(pty, i, gone_y).glyph == '7')
            column = i;
    assert_true(column > 0);
    assert_int_not_equal(pty_cell(pty, column, gone_y).fg, before.fg);
    pty_type(pty, "\033t"); /* it cannot be trained, and says why */
    sees(pty, "needs a picture");
    assert_true(pty_shows(pty, "doctor"));
    pty_type(pty, "u");
    sees(pty, "all fits");
    leave(pty);
}

/* ---- how long it takes */

static void unknown_times_say_why(void **state)
{
    (void)state;
    static const char odd[] = "input 45x45x1\nencoder\nconv 8 3x3 relu\nmaxpool 2\ndecoder mirror\n";
    Pty *pty = designer(80, 24, put_file("odd.net", odd, sizeof odd - 1));
    sees(pty, "once it is mended");
    leave(pty);
    static const char colour[] = "input 32x32x3\nencoder\nflatten\ndense 4\ndecoder\ndense 3072\n";
    pty = designer(80, 24, put_file("colour.net", colour, sizeof colour - 1));
    sees(pty, "an epoch    data does not fit");
    leave(pty);
}

/* ---- stages */

static void stages_are_shown_one_by_one(void **state)
{
    (void)state;
    Pty *pty = designer(80, 24, "stacked");
    sees(pty, "1/4 first");
    sees(pty, "201,616");
    sees(pty, "all stages");
    pty_type(pty, ".");
    sees(pty, "2/4 second");
    sees(pty, "16,576");
    pty_type(pty, ",,");
    sees(pty, "4/4 tuned");
    sees(pty, "109,386");
    leave(pty);
}

/* ---- changes, reset, views */

static void changes_are_marked_and_reset(void **state)
{
    (void)state;
    Pty *pty = designer(120, 34, "simple");
    pty_type(pty, ":set dense_1.units=16\r");
    sees(pty, "1 change to simple");
    pty_type(pty, "jj\r");
    sees(pty, "was 32");
    pty_type(pty, "r");
    sees(pty, "25,120"); /* 784 x 32 + 32 */
    pty_settles(pty, 0.1, 10);
    assert_false(pty_shows(pty, "change to simple"));
    pty_type(pty, "\033");
    static const char *const views[] = {"sample", "changes", "text", "shape"};
    for (int i = 0; i < 4; i++) {
        pty_type(pty, "v");
        sees(pty, views[i]);
        if (i == 0)
            sees(pty, "untrained");
        else if (i == 1)
            sees(pty, "nothing differs yet");
        else if (i == 2)
            sees(pty, "optimizer adadelta lr=1");
    }
    leave(pty);
}

/* What a person wrote about the layers is still there after editing: moved with its layer, gone with it, back with undo. */
static void comments_survive_the_designer(void **state)
{
    (void)state;
    static const char text[] = "# flat digits\ninput 784\nencoder  # narrows\n  dense 64 relu  # broad\n  # the waist\n  dense 8\ndecoder mirror\n"
                               "train\n  loss bce  # not mse\n  optimizer adam lr=0.001\n";
    Pty *pty = designer(200, 60, put_file("said.net", text, sizeof text - 1));
    sees(pty, "# the waist"); /* the view of the text */
    pty_type(pty, ":set dense_1.units=32\r");
    sees(pty, "dense 32 relu  # broad");
    pty_type(pty, "jjJ"); /* the first layer goes below the second */
    pty_settles(pty, 0.2, 20);
    pty_type(pty, "d");
    pty_settles(pty, 0.2, 20);
    assert_false(pty_shows(pty, "# broad"));
    pty_type(pty, "u");
    sees(pty, "# broad");
    pty_type(pty, "s");
    sees(pty, "save the design");
    pty_type(pty, "\025said-on.net\r");
    sees(pty, "written to said-on.net");
    leave(pty);
    Error err = {0};
    char *saved = file_read(in_scratch("said-on.net"), 1 << 16, NULL, &err);
    check_good(saved != NULL, &err);
    assert_memory_equal(saved, "# flat digits\ninput 784\nencoder  # narrows\n  # the waist\n  dense 8", 65);
    assert_non_null(strstr(saved, "\n  dense 32 relu") && strstr(saved, "  # broad\ndecoder mirror\n"));
    assert_non_null(strstr(saved, "  # not mse\n"));
    free(saved);
}

static void wide_screen_has_all_at_once(void **state)
{
    (void)state;
    Pty *pty = designer(200, 60, "mirrored");
    static const char *const texts[] = {"sample", "untrained", "shape", "changes", "text", "doctor", "an epoch", "a sample", "decoder mirror sets", "28x28x32"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        sees(pty, texts[i]);
    leave(pty);
}

/* ---- files */

static void files_are_kept_and_mistakes_shown(void **state)
{
    (void)state;
    Error err = {0};
    static const char bad[] = "input 784\nencoder\n  dence 32 relu\ndecoder mirror\n";
    put_file("bad.net", bad, sizeof bad - 1);
    Pty *pty = designer(80, 24, "simple");
    pty_type(pty, "m");
    sees(pty, "mirrors the encoder");
    pty_type(pty, "s");
    sees(pty, "save the design");
    pty_type(pty, "mine.net\r");
    sees(pty, "written to mine.net");
    Design *saved = design_open(in_scratch("mine.net"), &err);
    check_good(saved != NULL, &err);
    assert_int_equal(saved->block[1].mirror, MIRROR_EXACT);
    design_free(saved);
    pty_type(pty, "smine.net\r");
    sees(pty, "mine.net exists");
    pty_type(pty, "l"); /* left as it is */
    pty_type(pty, "smine.net\ro");
    sees(pty, "written to mine.net");
    pty_type(pty, "e"); /* the questions know of no such mirror, and that is said before a name is asked for */
    sees(pty, "the questions cannot express");
    pty_type(pty, "u");
    pty_type(pty, "ebest.answers\r");
    sees(pty, "written to best.answers");
    pty_type(pty, "obad.net\r");
    sees(pty, "bad.net, line 3");
    sees(pty, "dence 32 relu");
    sees(pty, "^");
    sees(pty, "did you mean \"dense\"?");
    pty_type(pty, "t");
    sees(pty, "open a file");
    pty_type(pty, "\025best.answers\r");
    sees(pty, "opened best.answers");
    sees(pty, "dense 784 sigmoid");
    pty_type(pty, "onowhere.net\r");
    sees(pty, "nowhere.net");
    pty_type(pty, "b");
    sees(pty, "dense 784 sigmoid");
    pty_type(pty, "u\022\022u"); /* what was here before the answers is not lost */
    sees(pty, "dense 784 sigmoid");
    leave(pty);
}

/* ---- the wizard */

static void wizard_walks_back_and_forward(void **state)
{
    (void)state;
    Pty *pty = designer(80, 24, "simple");
    pty_type(pty, "n");
    sees(pty, "Kind of network");
    pty_type(pty, "\033OC"); /* conv: the hourglass beside it is one at once */
    sees(pty, "334,593");
    pty_type(pty, "\r\r");
    sees(pty, "How many sets of convolutions");
    pty_type(pty, "\r16\r\r\r");
    sees(pty, "Filters of set 2");
    pty_type(pty, "24\r\r\r\r\r");
    sees(pty, "Pool after set 3");
    pty_type(pty, "\033OC"); /* 7 x 7 cannot be halved: told at once */
    sees(pty, "cannot be mirrored");
    pty_type(pty, "7\r");
    sees(pty, "Batch normalisation");
    sees(pty, "128 numbers");
    for (int i = 0; i < 6; i++)
        pty_type(pty, "\033OA");
    sees(pty, "Filters of set 2?");
    assert_true(pty_shows(pty, " 24 "));
    for (int i = 0; i < 6; i++) /* forward again: all is as it was answered */
        pty_type(pty, "\r");
    sees(pty, "Batch normalisation in each set?");
    sees(pty, "128 numbers");
    pty_type(pty, "w");
    sees(pty, "conv 16 3x3 relu");
    sees(pty, "conv 24 3x3 relu");
    sees(pty, "maxpool 7");
    leave(pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doctor_names_and_cures), cmocka_unit_test(doctor_knows_the_memory), cmocka_unit_test(shapes_behind_a_broken_layer_stay), cmocka_unit_test(unknown_times_say_why),
        cmocka_unit_test(stages_are_shown_one_by_one), cmocka_unit_test(changes_are_marked_and_reset),
        cmocka_unit_test(comments_survive_the_designer), cmocka_unit_test(wide_screen_has_all_at_once), cmocka_unit_test(files_are_kept_and_mistakes_shown),
        cmocka_unit_test(wizard_walks_back_and_forward),
    };
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
