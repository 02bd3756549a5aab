/* Every kind of figure, on tiny networks whose numbers are known. */
#include "../study/tiny.h"

#include "figure/kind.h"
#include "golden.h"

static FigureRequest request_of(const char *kind)
{
    const FigureKind *found = figure_kind_find(kind);
    assert_non_null(found);
    return figure_request_new(found);
}

static void set_option(FigureRequest *request, const char *name, const char *value)
{
    Error err;
    int row = param_find(&request->kind->param, name);
    assert_true(row >= 0);
    assert_true(param_parse(&request->kind->param.rows[row], value, &request->set.value[row], &err));
}

static Figure drawn(const FigureRequest *request, const FigureSource *source)
{
    Error err;
    Figure figure;
    if (!figure_draw(request, source, &figure, &err))
        fail_msg("%s: %s", request->kind->param.name, err.what);
    golden_check_margin(&figure.image, request->style.bare ? 0 : 8 * request->style.scale);
    return figure;
}

static int column_of(const Table *table, const char *name)
{
    for (int c = 0; c < table->columns; c++)
        if (strcmp(table->column[c].name, name) == 0)
            return c;
    fail_msg("no column %s", name);
    return -1;
}

static double number(const Table *table, int row, const char *column)
{
    return table->number[row * table->columns + column_of(table, column)];
}

static void a_perfect_reconstruction_has_no_residual(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_perfect, f->data, f->team);
    FigureSource source = {.subject = &s};
    FigureRequest request = request_of("grid");
    request.text[0] = "residual";
    request.style.bare = true;
    set_option(&request, "count", "6");
    Figure figure = drawn(&request, &source);
    assert_int_equal(figure.table.rows, 6);
    for (int r = 0; r < 6; r++) {
        assert_true(number(&figure.table, r, "mse") == 0);
        for (int j = 0; j < 16; j++) {
            char name[8];
            snprintf(name, sizeof name, "p%d", j);
            assert_true(number(&figure.table, r, name) == 0);
        }
    }
    for (int i = 0; i < figure.image.w * figure.image.h; i++) /* zero's colour everywhere, or the paper's */
        assert_memory_equal(figure.image.pixels + 3 * i, &theme_light.zero, 3);
    figure_clear(&figure);
    subject_clear(&s);
}

static void the_rows_of_a_grid_are_what_was_asked_for(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_noisy, f->data, f->team);
    FigureSource source = {.subject = &s};
    FigureRequest request = request_of("grid");
    request.text[0] = "noisy,original,residual,noisy";
    request.text[1] = "4,2";
    Figure figure = drawn(&request, &source);
    static const char *const expected[] = {"noisy", "noisy", "original", "original", "residual", "residual", "noisy", "noisy"};
    assert_int_equal(figure.table.rows, 8);
    float noisy[16], clean[16];
    subject_noisy(&s, 2, noisy);
    subject_clean(&s, 2, clean);
    for (int r = 0; r < 8; r++) {
        assert_string_equal(figure.table.word[r * figure.table.columns], expected[r]);
        assert_true(number(&figure.table, r, "sample") == (r % 2 ? 2 : 4));
    }
    assert_float_equal(number(&figure.table, 1, "p3"), noisy[3], 0);
    assert_float_equal(number(&figure.table, 3, "p3"), clean[3], 0);
    assert_float_equal(number(&figure.table, 5, "p3"), (double)(noisy[3] - clean[3]), 1e-6); /* the identity keeps the noise */
    figure_clear(&figure);
    static const char *const bad[] = {"orginal", "", "noisy,,noisy", "original,residuals"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Error err;
        request.text[0] = bad[i];
        assert_false(figure_draw(&request, &source, &figure, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
    subject_clear(&s);
}

static void the_manifolds_centre_decodes_the_zero_code(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_vae, f->data, f->team);
    FigureSource source = {.subject = &s};
    FigureRequest request = request_of("manifold");
    set_option(&request, "count", "5");
    Figure figure = drawn(&request, &source);
    float zero[2] = {0, 0}, picture[16];
    subject_decode(&s, 1, zero, picture);
    assert_int_equal(figure.table.rows, 25);
    assert_true(number(&figure.table, 12, "z1") == 0 && number(&figure.table, 12, "z2") == 0);
    for (int j = 0; j < 16; j++) {
        char name[8];
        snprintf(name, sizeof name, "p%d", j);
        assert_float_equal(number(&figure.table, 12, name), picture[j], 0);
    }
    assert_true(number(&figure.table, 0, "z1") < 0 && number(&figure.table, 0, "z2") > 0); /* top left: z1 grows right, z2 up */
    figure_clear(&figure);
    Error err;
    set_option(&request, "dims", "1x3");
    assert_false(figure_draw(&request, &source, &figure, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    subject_clear(&s);
}

static void a_path_goes_from_sample_to_sample(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_perfect, f->data, f->team);
    FigureSource source = {.subject = &s};
    FigureRequest request = request_of("interpolate");
    request.text[0] = "3,8,1";
    set_option(&request, "steps", "3");
    Figure figure = drawn(&request, &source);
    assert_int_equal(figure.table.rows, 6);
    float a[16], b[16];
    subject_clean(&s, 3, a);
    subject_clean(&s, 8, b);
    assert_float_equal(number(&figure.table, 0, "p5"), a[5], 1e-6);
    assert_float_equal(number(&figure.table, 1, "p5"), (double)(a[5] + b[5]) / 2, 1e-6);
    assert_float_equal(number(&figure.table, 2, "p5"), b[5], 1e-6);
    figure_clear(&figure);
    subject_clear(&s);
}

static void weights_are_columns_of_the_kernel(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_perfect, NULL, f->team);
    FigureSource source = {.subject = &s};
    FigureRequest request = request_of("weights");
    Figure figure = drawn(&request, &source);
    assert_int_equal(figure.table.rows, 16);
    assert_true(number(&figure.table, 6, "w6") == 1 && number(&figure.table, 6, "w5") == 0);
    figure_clear(&figure);
    Error err;
    request.text[0] = "dense_7";
    assert_false(figure_draw(&request, &source, &figure, &err));
    assert_non_null(strstr(err.what, "dense_1, dense_2")); /* what there is */
    subject_clear(&s);
}

static FigureRun tiny_history(const char *name, const char *lr)
{
    Error err;
    FigureRun run = {0};
    snprintf(run.name, sizeof run.name, "%s", name);
    run.design = design_parse(tiny_perfect, "tiny.net", &err);
    char set[40];
    snprintf(set, sizeof set, "lr=%s", lr);
    assert_true(design_set(run.design, set, &err));
    run.metrics.item = mem_new(40, sizeof *run.metrics.item);
    for (int epoch = 1; epoch <= 6; epoch++) {
        for (int batch = 2; batch <= 8; batch += 2) {
            Metric m = metric_new(METRIC_BATCH);
            m.epoch = epoch, m.batch = batch;
            m.train_loss = 1.0 / (epoch + batch / 8.0);
            run.metrics.item[run.metrics.count++] = m;
        }
        Metric m = metric_new(METRIC_EPOCH);
        m.epoch = epoch;
        m.train_loss = 1.0 / (epoch + 0.5);
        m.val_loss = epoch == 6 ? 0.5 : 1.0 / epoch;
        m.best = epoch < 6;
        run.metrics.item[run.metrics.count++] = m;
    }
    Metric change = metric_new(METRIC_EVENT);
    change.epoch = 3, change.batch = 4;
    snprintf(change.event, sizeof change.event, "lr");
    snprintf(change.text, sizeof change.text, "lr 0.0003");
    run.metrics.item[run.metrics.count++] = change;
    return run;
}

static void free_history(FigureRun *run)
{
    metrics_clear(&run->metrics);
    design_free(run->design);
}

static void curves_of_two_runs(void **state)
{
    (void)state;
    FigureRun run[] = {tiny_history("one", "0.01"), tiny_history("two", "0.001")};
    FigureSource source = {.run = run, .runs = 2};
    FigureRequest request = request_of("curves");
    request.style.scale = 1;
    Figure figure = drawn(&request, &source);
    golden_check(&figure.image, "curves-two-runs", 8);
    assert_int_equal(figure.table.rows, 12);
    assert_string_equal(figure.table.word[6 * figure.table.columns], "two");
    assert_float_equal(number(&figure.table, 1, "validation"), 0.5, 1e-9);
    figure_clear(&figure);
    source.runs = 1;
    set_option(&request, "by", "batches");
    set_option(&request, "log", "yes");
    figure = drawn(&request, &source);
    golden_check(&figure.image, "curves-batches", 8);
    assert_int_equal(figure.table.rows, 6 + 24);
    figure_clear(&figure);
    Error err; /* unlike losses share no axis */
    source.runs = 2;
    assert_true(design_set(run[1].design, "loss=mae", &err));
    assert_false(figure_draw(&request, &source, &figure, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    set_option(&request, "metric", "accuracy"); /* nothing to draw */
    source.runs = 1;
    assert_false(figure_draw(&request, &source, &figure, &err));
    free_history(&run[0]);
    free_history(&run[1]);
}

/* Every kind that applies, in both themes, at three scales: its margins are clean, its bytes the same twice, and it has numbers. */
static void all_kinds(void **state)
{
    TinyFixture *f = *state;
    static const char *const texts[] = {tiny_perfect, tiny_noisy, tiny_vae, tiny_classifier};
    FigureRun run = tiny_history("history", "0.01");
    int drawn_kinds = 0;
    for (size_t t = 0; t < COUNT_OF(texts); t++) {
        Subject s = tiny_subject(texts[t], f->data, f->team);
        FigureSource source = {.subject = &s, .run = &run, .runs = 1};
        for (int k = 0; k < figure_kinds_count; k++) {
            if (figure_kinds[k]->needs & NEED_EPOCHS || !figure_applies(figure_kinds[k], &source, NULL))
                continue;
            for (int scale = 1; scale <= 3; scale++) {
                FigureRequest request = figure_request_new(figure_kinds[k]);
                request.style.scale = scale;
                request.style.theme = scale == 2 ? &theme_dark : &theme_light;
                Figure a = drawn(&request, &source), b = drawn(&request, &source);
                assert_true(a.image.w == b.image.w && a.image.h == b.image.h);
                assert_memory_equal(a.image.pixels, b.image.pixels, (size_t)(a.image.w * a.image.h * 3));
                assert_true(a.table.rows > 0 || figure_kinds[k] == figure_kind_find("mistakes"));
                figure_clear(&a);
                figure_clear(&b);
            }
            drawn_kinds++;
        }
        subject_clear(&s);
    }
    assert_true(drawn_kinds > 30);
    free_history(&run);
}

static void kinds_that_do_not_apply_say_why(void **state)
{
    TinyFixture *f = *state;
    Subject perfect = tiny_subject(tiny_perfect, f->data, f->team), classifier = tiny_subject(tiny_classifier, f->data, f->team);
    static const struct {
        const char *kind, *word;
        bool classifier;
    } cases[] = {
        {"confusion", "classes", false}, {"grid", "picture", true}, {"curves", "run", false}, {"epochs", "run", false}, {"features", "maps", false},
        {"manifold", "picture", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        FigureSource source = {.subject = cases[i].classifier ? &classifier : &perfect};
        Error err;
        assert_false(figure_applies(figure_kind_find(cases[i].kind), &source, &err));
        assert_non_null(strstr(err.what, cases[i].word));
    }
    subject_clear(&perfect);
    subject_clear(&classifier);
}

static void titles_tell_the_truth(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_perfect, f->data, f->team);
    FigureSource source = {.subject = &s};
    FigureRequest request = request_of("scatter");
    request.style.scale = 1, request.style.width = request.style.height = 160;
    snprintf(s.model.data_name, sizeof s.model.data_name, "built-in digits"); /* shown something else than it learned from */
    snprintf(f->data->note, sizeof f->data->note, "partly lossy: for this test.");
    Figure figure = drawn(&request, &source);
    golden_check(&figure.image, "scatter-pca", 8);
    assert_int_equal(figure.rows, 30);
    assert_int_equal(figure.columns, 2);
    f->data->note[0] = '\0';
    figure_clear(&figure);
    subject_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_perfect_reconstruction_has_no_residual),
        cmocka_unit_test(the_rows_of_a_grid_are_what_was_asked_for),
        cmocka_unit_test(the_manifolds_centre_decodes_the_zero_code),
        cmocka_unit_test(a_path_goes_from_sample_to_sample),
        cmocka_unit_test(weights_are_columns_of_the_kernel),
        cmocka_unit_test(curves_of_two_runs),
        cmocka_unit_test(all_kinds),
        cmocka_unit_test(kinds_that_do_not_apply_say_why),
        cmocka_unit_test(titles_tell_the_truth),
    };
    return cmocka_run_group_tests(tests, tiny_set_up, tiny_tear_down);
}
