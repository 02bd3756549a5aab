/* Subjects, picks, codes and classes on tiny networks. */
#include "tiny.h"

#include "study/activation.h"
#include "study/classes.h"
#include "study/embed.h"
#include "study/latent.h"
#include "study/pick.h"

#include <math.h>

static void kinds_of_networks_are_told_apart(void **state)
{
    TinyFixture *f = *state;
    Subject perfect = tiny_subject(tiny_perfect, f->data, f->team), noisy = tiny_subject(tiny_noisy, f->data, f->team);
    Subject vae = tiny_subject(tiny_vae, f->data, f->team), classifier = tiny_subject(tiny_classifier, f->data, f->team);
    assert_true(perfect.reconstructs && perfect.coded && !perfect.prior && !perfect.noisy && !perfect.classifies);
    assert_true(noisy.noisy && noisy.reconstructs);
    assert_true(vae.prior && vae.code_size == 2);
    assert_true(classifier.classifies && !classifier.reconstructs && !classifier.coded);
    assert_int_equal(perfect.picture.w, 4);
    assert_string_equal(perfect.part, "test");
    subject_clear(&perfect);
    subject_clear(&noisy);
    subject_clear(&vae);
    subject_clear(&classifier);
}

static void perfect_networks_make_no_errors(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_perfect, f->data, f->team);
    float mse[30];
    subject_errors(&s, 30, mse);
    for (int i = 0; i < 30; i++)
        assert_true(mse[i] < 1e-12f);
    subject_clear(&s);
}

/* An identity reconstructs its noisy input: the error is the noise, the same at every call. */
static void noise_is_fixed(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_noisy, f->data, f->team);
    float a[16], b[16], clean[16], mse[30];
    subject_noisy(&s, 7, a);
    subject_noisy(&s, 7, b);
    subject_clean(&s, 7, clean);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, clean, sizeof a);
    subject_errors(&s, 30, mse);
    double sum = 0;
    for (int j = 0; j < 16; j++)
        sum += pow((double)(a[j] - clean[j]), 2) / 16;
    assert_float_equal(mse[7], sum, 1e-6);
    subject_clear(&s);
}

static void picks(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_noisy, f->data, f->team);
    uint32_t place[40], again[40];
    Error err;
    assert_int_equal(pick_samples(&s, PICK_FIRST, 5, 1, place), 5);
    assert_int_equal(place[4], 4);
    assert_int_equal(pick_samples(&s, PICK_CLASSES, 7, 1, place), 7);
    for (int i = 0; i < 7; i++)
        assert_int_equal(subject_label(&s, (int)place[i]), i % 3);
    assert_int_equal(pick_samples(&s, PICK_RANDOM, 40, 9, place), 30); /* no more than there are, each once */
    int seen[30] = {0};
    for (int i = 0; i < 30; i++)
        assert_int_equal(seen[place[i]]++, 0);
    assert_int_equal(pick_samples(&s, PICK_RANDOM, 40, 9, again), 30);
    assert_memory_equal(place, again, 30 * sizeof *place);
    float mse[30];
    subject_errors(&s, 30, mse);
    pick_samples(&s, PICK_WORST, 30, 1, place);
    for (int i = 1; i < 30; i++)
        assert_true(mse[place[i]] <= mse[place[i - 1]]);
    pick_samples(&s, PICK_BEST, 3, 1, again);
    assert_int_equal(again[0], place[29]);
    assert_int_equal(pick_parse("3,14,0-2", 30, place, 40, &err), 5);
    assert_int_equal(place[1], 14);
    assert_int_equal(place[4], 2);
    static const char *const bad[] = {"", "x", "3,", "-1", "2-1", "30", "1;2", "4294967296"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(pick_parse(bad[i], 30, place, 40, &err), -1);
        assert_int_equal(err.kind, ERROR_USAGE);
    }
    subject_clear(&s);
}

static void quantiles(void **state)
{
    (void)state;
    assert_true(fabs(normal_quantile(0.975) - 1.959963984540054) < 1e-9);
    assert_true(fabs(normal_quantile(0.001) + 3.090232306167813) < 1e-8);
    assert_true(normal_quantile(0.5) == 0);
    float q[5];
    latent_quantiles(5, q);
    assert_true(q[2] == 0);
    assert_float_equal(q[0], -1.644854, 1e-5);
    assert_float_equal(q[4], 1.644854, 1e-5);
}

static void paths_begin_and_end_where_they_should(void **state)
{
    (void)state;
    float a[3] = {1, 0, 0}, b[3] = {0, 2, 0}, path[5 * 3];
    for (int spherical = 0; spherical < 2; spherical++) {
        latent_path(a, b, 3, 5, spherical, path);
        for (int j = 0; j < 3; j++) {
            assert_float_equal(path[j], a[j], 1e-6);
            assert_float_equal(path[12 + j], b[j], 1e-6);
        }
        float middle = hypotf(path[6], path[7]);
        assert_float_equal(middle, spherical ? 1.5f : hypotf(0.5f, 1), 0.1);
    }
    latent_path(a, a, 3, 5, true, path); /* no arc between equal ends */
    assert_float_equal(path[6], 1, 1e-6);
}

static void fitted_codes_have_the_samples_statistics(void **state)
{
    (void)state;
    enum { N = 400, M = 3000 };
    float *code = mem_new(N * 2, sizeof *code), *made = mem_new(M * 2, sizeof *made), mean[2], low[2], high[2];
    Rng rng = rng_new(8, RNG_TEST, 0, 0);
    for (int i = 0; i < N; i++) {
        code[2 * i] = 5 + 2 * rng_normal(&rng);
        code[2 * i + 1] = -1 + 0.5f * code[2 * i];
    }
    latent_fitted(code, N, 2, M, 1, made);
    latent_spread(made, M, 2, mean, low, high);
    assert_float_equal(mean[0], 5, 0.2);
    assert_float_equal(high[0] - low[0], 6.58f, 0.5);
    for (int i = 0; i < M; i++) /* the dependence is kept */
        assert_float_equal(made[2 * i + 1], -1 + 0.5f * made[2 * i], 1e-3);
    free(code);
    free(made);
}

static void codes_of_the_plane_are_left_alone(void **state)
{
    TinyFixture *f = *state;
    float code[] = {1, 2, 3, 4, 5, 6};
    Embedding e;
    Error err;
    TsneOptions tsne = tsne_options_new();
    assert_true(embed_codes(EMBED_AUTO, code, 3, 2, 0, 1, &tsne, f->team, &e, &err));
    assert_memory_equal(e.xy, code, sizeof code);
    assert_true(e.measured);
    embedding_clear(&e);
    assert_true(embed_codes(EMBED_PLANE, code, 2, 3, 2, 0, &tsne, f->team, &e, &err));
    assert_float_equal(e.xy[0], 3, 0);
    assert_float_equal(e.xy[1], 1, 0);
    embedding_clear(&e);
    assert_false(embed_codes(EMBED_PLANE, code, 2, 3, 3, 0, &tsne, f->team, &e, &err));
    assert_true(embed_codes(EMBED_AUTO, code, 3, 1, 0, 1, &tsne, f->team, &e, &err)); /* a code of one number */
    embedding_clear(&e);
}

static void mistakes_are_found(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_classifier, f->data, f->team);
    Predictions p;
    Error err;
    int place[30];
    assert_true(classes_predict(&s, 30, &p, &err));
    Confusion confusion = classes_confusion(&s, &p);
    int wrong = classes_mistakes(&s, &p, true, place);
    assert_int_equal(wrong, confusion.total - confusion.correct);
    for (int i = 1; i < wrong; i++)
        assert_true(p.sure[place[i]] <= p.sure[place[i - 1]]);
    for (int i = 0; i < 30; i++)
        assert_true(p.sure[i] >= 1.0f / 3 && p.sure[i] <= 1);
    confusion_clear(&confusion);
    predictions_clear(&p);
    f->data->test.labels[4] = 3; /* a class the network has no output for */
    assert_false(classes_predict(&s, 30, &p, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    f->data->test.labels[4] = 1;
    subject_clear(&s);
}

/* A unit of the identity is excited most by its own pixel. */
static void activation_finds_what_excites(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_perfect, f->data, f->team);
    ActivationOptions options = activation_options_new();
    options.soft = false;
    int unit[3] = {0, 5, 15};
    float x[3 * 16], reached[3];
    Error err;
    assert_true(activation_maximise(&s, 0, unit, 3, &options, x, reached, &err));
    for (int u = 0; u < 3; u++) {
        assert_true(reached[u] > 0.9f);
        for (int j = 0; j < 16; j++)
            assert_true(j == unit[u] ? x[16 * u + j] > 0.9f : x[16 * u + j] < 0.1f);
    }
    subject_clear(&s);
}

static void data_that_does_not_fit_is_refused(void **state)
{
    TinyFixture *f = *state;
    Subject s;
    Error err;
    Model model = tiny_model("input 9\nencoder\n  dense 2\ndecoder\n  dense 9\n", f->team);
    assert_false(subject_new(&s, "tiny", &model, f->data, PART_AUTO, f->team, &err));
    model = tiny_model(tiny_perfect, f->team);
    int count = f->data->test.count;
    f->data->test.count = 0;
    assert_false(subject_new(&s, "tiny", &model, f->data, PART_TEST, f->team, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    f->data->test.count = count;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_networks_are_told_apart),
        cmocka_unit_test(perfect_networks_make_no_errors),
        cmocka_unit_test(noise_is_fixed),
        cmocka_unit_test(picks),
        cmocka_unit_test(quantiles),
        cmocka_unit_test(paths_begin_and_end_where_they_should),
        cmocka_unit_test(fitted_codes_have_the_samples_statistics),
        cmocka_unit_test(codes_of_the_plane_are_left_alone),
        cmocka_unit_test(mistakes_are_found),
        cmocka_unit_test(activation_finds_what_excites),
        cmocka_unit_test(data_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, tiny_set_up, tiny_tear_down);
}
