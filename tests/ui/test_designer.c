/* The designer without a terminal: thousands of keys at random, and what must hold after each of them. */
#include "few_digits.h"

#include "base/mem.h"
#include "base/rng.h"
#include "spec/text.h"
#include "ui/app.h"
#include "ui/bench.h"
#include "ui/screens.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { KEYS = 500, ROUNDS = 6 };
#else
enum { KEYS = 1000, ROUNDS = 9 };
#endif

static App *open_app(const char *design)
{
    Error err = {0};
    AppOptions options = {.look = look_new(COLOUR_RGB, GLYPHS_HALF, false), .runs_dir = in_scratch("runs"), .data = data_folder(),
                          .design = design, .seed = 1, .threads = 1, .wake = -1, .now = 0};
    App *app = app_new(&options, &err);
    if (!app)
        fail_msg("%s", err.what);
    app_go(app, &screen_design);
    return app;
}

static void press(App *app, uint32_t key)
{
    Event event = event_key(key);
    app_event(app, &event, 0);
}

static void press_all(App *app, const char *keys)
{
    for (; *keys; keys++)
        press(app, (unsigned char)*keys);
}

static void draw(App *app, Cells *cells)
{
    app_tick(app, 0);
    app_draw(app, cells);
}

/* ---- what must hold */

/* A mirror is what the encoder makes of it, for as long as it can be made. */
static void check_mirrors(const Design *design)
{
    Design *copy = design_copy(design);
    if (design_refresh(copy, NULL) && !design_equal(copy, design)) {
        char *is = design_print(design, true), *should = design_print(copy, true);
        fail_msg("the mirror does not follow:\n%s\n-- but should be\n%s", is, should);
    }
    design_free(copy);
}

/* What is saved can be opened, and nothing is lost. */
static void check_text(const Design *design)
{
    Error err = {0};
    if (!design_check(design, NULL))
        return;
    for (int kept = 0; kept < 2; kept++) {
        char *text = kept ? design_print_kept(design, true) : design_print(design, false);
        Design *again = design_parse_draft(text, design->name, &err);
        if (!again || !design_equal(again, design))
            fail_msg("written and read it is another design: %s\n%s", again ? "" : err.what, text);
        design_free(again);
        free(text);
    }
}

static void check_blocks(const Design *design)
{
    int next = 0;
    for (int b = 0; b < design->blocks; b++) {
        assert_int_equal(design->block[b].first, next);
        assert_true(design->block[b].mirrored >= 0 && design->block[b].mirrored <= design->block[b].count);
        next += design->block[b].count;
    }
    assert_int_equal(next, design->layers);
    for (int i = 0; i < design->layers; i++)
        assert_int_equal(design_layer_find(design, design->layer[i].name), i);
}

static void check(App *app)
{
    const Design *design = bench_design(app_bench(app));
    check_blocks(design);
    check_mirrors(design);
    check_text(design);
    const Outline *outline = bench_outline(app_bench(app));
    assert_int_equal(outline->rows, design->layers);
    assert_true(outline->broken < design->layers);
}

/* ---- the walk */

static uint32_t any_key(Rng *rng)
{
    static const char letters[] = "aaadddyyyJJKKmmbuuuffrr!v,.  xzjk[]{}<>|\t\n\n\n\n\n\033\0331234567890";
    static const uint32_t others[] = {K_UP, K_DOWN, K_DOWN, K_DOWN, K_LEFT, K_RIGHT, K_LEFT, K_RIGHT, K_PAGE_DOWN, K_PAGE_UP, K_HOME, K_END,
                                      K_DELETE, K_BACKSPACE, K_BACK_TAB, K_SHIFT_UP, K_SHIFT_DOWN, 18};
    if (rng_below(rng, 2))
        return others[rng_below(rng, COUNT_OF(others))];
    return (unsigned char)letters[rng_below(rng, sizeof letters - 1)];
}

static void random_mouse(App *app, Rng *rng, const Cells *cells)
{
    Event event = {.kind = EVENT_MOUSE, .mouse = (MouseKind)rng_below(rng, 5), .x = (int)rng_below(rng, (uint32_t)cells->w),
                   .y = 2 + (int)rng_below(rng, (uint32_t)cells->h - 4)}; /* between the tabs and the key bar */
    app_event(app, &event, 0);
}

static int steps_back(App *app)
{
    int steps = 0;
    while (bench_undo(app_bench(app)))
        steps++;
    return steps;
}

/* Keys and clicks at random, drawn in all sizes: nothing crashes, and undo leads back to the beginning and redo to the end. */
static void random_walk(void **state)
{
    (void)state;
    static const char *const begin[] = {"simple", "mirrored", "classifier", "vae", "stacked", "cifar", "denoise", "deep", "conv"};
    static const int size[][2] = {{80, 24}, {200, 60}, {120, 34}, {60, 20}, {40, 12}};
    for (int round = 0; round < ROUNDS; round++) {
        Rng rng = rng_new(5, RNG_TEST, (uint32_t)round, 0);
        Cells cells = {0};
        App *app = open_app(begin[round % (int)COUNT_OF(begin)]);
        int edits = 0;
        cells_resize(&cells, 80, 24);
        draw(app, &cells);
        Design *first = design_copy(bench_design(app_bench(app)));
        for (int i = 0; i < KEYS; i++) {
            if (rng_below(&rng, 100) == 0) {
                uint32_t which = rng_below(&rng, COUNT_OF(size));
                cells_resize(&cells, size[which][0], size[which][1]);
            }
            unsigned before = bench_version(app_bench(app));
            if (rng_below(&rng, 20) == 0)
                random_mouse(app, &rng, &cells);
            else
                press(app, any_key(&rng));
            if (app_screen(app) != &screen_design)
                app_go(app, &screen_design);
            assert_false(app_done(app));
            if (bench_version(app_bench(app)) != before) {
                edits++;
                check(app);
            }
            draw(app, &cells);
        }
        Design *last = design_copy(bench_design(app_bench(app)));
        /* To the end of what can be done again, then all the way. */
        while (bench_redo(app_bench(app)))
            ;
        Design *newest = design_copy(bench_design(app_bench(app)));
        int steps = steps_back(app);
        assert_true(design_equal(bench_design(app_bench(app)), first));
        for (int i = 0; i < steps; i++)
            assert_true(bench_redo(app_bench(app)));
        assert_true(design_equal(bench_design(app_bench(app)), newest));
        if (edits < KEYS / 50)
            fail_msg("%s: only %d of %d keys changed anything", begin[round % (int)COUNT_OF(begin)], edits, KEYS);
        design_free(first);
        design_free(last);
        design_free(newest);
        app_free(app);
        cells_clear(&cells);
    }
}

/* One action by its name, on a line chosen at random. */
static void act(App *app, Rng *rng)
{
    static const char *const actions[] = {"add", "add", "add", "delete", "delete", "duplicate", "duplicate", "move-up", "move-down", "mirror",
                                          "break", "fix", "undo", "undo", "redo", "reset", "view", "stage-next", "finding", "sample", "set"};
    static const char *const sets[] = {"lr=0.5", "batch=100000", "loss=bce", "loss=crossentropy", "loss=mse", "input=45x45x1", "input=784", "input=28x28x1",
                                       "optimizer=adadelta lr=0.001", "noise=gaussian sd=0.4", "validation=none", "epochs=3"};
    char line[100];
    const char *name = actions[rng_below(rng, COUNT_OF(actions))];
    snprintf(line, sizeof line, "%s", name);
    if (strcmp(name, "add") == 0)
        snprintf(line, sizeof line, "add %s", layer_kinds[rng_below(rng, (uint32_t)layer_kinds_count)]->param.name);
    else if (strcmp(name, "set") == 0)
        snprintf(line, sizeof line, "set %s", sets[rng_below(rng, COUNT_OF(sets))]);
    (void)!app_command(app, line, NULL);
    for (int i = (int)rng_below(rng, 6); i > 0; i--)
        press(app, rng_below(rng, 2) ? K_DOWN : K_UP);
    if (rng_below(rng, 3) == 0)
        press(app, rng_below(rng, 2) ? K_RIGHT : K_LEFT);
    if (rng_below(rng, 8) == 0)
        press(app, '\n');
    if (rng_below(rng, 4) == 0)
        press(app, K_ESC);
    if (app_screen(app) != &screen_design)
        app_go(app, &screen_design);
}

static void random_actions(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        Rng rng = rng_new(6, RNG_TEST, (uint32_t)round, 0);
        App *app = open_app(round % 2 ? "simple" : "mirrored");
        Cells cells = {0};
        int edits = 0;
        cells_resize(&cells, round % 3 ? 80 : 200, round % 3 ? 24 : 60);
        draw(app, &cells);
        Design *first = design_copy(bench_design(app_bench(app)));
        for (int i = 0; i < KEYS / 2; i++) {
            unsigned before = bench_version(app_bench(app));
            act(app, &rng);
            edits += bench_version(app_bench(app)) != before;
            check(app);
            draw(app, &cells);
        }
        steps_back(app);
        assert_true(design_equal(bench_design(app_bench(app)), first));
        assert_true(edits > KEYS / 10);
        design_free(first);
        app_free(app);
        cells_clear(&cells);
    }
}

/* ---- undo without limit */

static void undo_has_no_limit(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    App *app = open_app("simple");
    Cells cells = {0};
    cells_resize(&cells, 80, 24);
    draw(app, &cells);
    char *begin = design_print(bench_design(app_bench(app)), true);
    press_all(app, "jj"); /* the first layer */
    for (int i = 0; i < MANY; i++)
        press(app, i % 4 < 2 ? 'y' : 'd');
    for (int i = 0; i < MANY; i++)
        press(app, 'u');
    char *back = design_print(bench_design(app_bench(app)), true);
    assert_string_equal(back, begin);
    assert_false(bench_undo(app_bench(app)));
    assert_false(bench_changed(app_bench(app)));
    for (int i = 0; i < MANY; i++)
        press(app, 18);
    assert_false(bench_redo(app_bench(app)));
    free(back);
    free(begin);
    app_free(app);
    cells_clear(&cells);
}

/* Opening another design is a step like any other. */
static void opening_can_be_undone(void **state)
{
    (void)state;
    App *app = open_app("simple");
    Error err = {0};
    Design *mine = design_copy(bench_design(app_bench(app)));
    check_good(design_set(mine, "dense_1.units=7", &err), &err);
    Design *copy = design_copy(mine);
    bench_set_design(app_bench(app), mine);
    assert_true(bench_changed(app_bench(app)));
    assert_int_equal(bench_diff(app_bench(app))->rows, 1);
    check_good(app_command(app, "open vae", &err), &err);
    assert_string_equal(bench_origin(app_bench(app)), "vae");
    assert_false(bench_changed(app_bench(app)));
    assert_int_equal(bench_diff(app_bench(app))->rows, 0);
    assert_true(bench_undo(app_bench(app)));
    assert_true(design_equal(bench_design(app_bench(app)), copy));
    assert_string_equal(bench_origin(app_bench(app)), "simple");
    assert_true(bench_changed(app_bench(app)));
    assert_int_equal(bench_diff(app_bench(app))->rows, 1);
    design_free(copy);
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_walk), cmocka_unit_test(random_actions),
                                       cmocka_unit_test(undo_has_no_limit), cmocka_unit_test(opening_can_be_undone)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
