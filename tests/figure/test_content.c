/* The content that screens draw is what pictures are made of: the same numbers, and all of them its own. */
#include "../study/tiny.h"

#include "figure/kind.h"

static FigureRequest content_of(const char *kind)
{
    FigureRequest request = figure_request_new(figure_kind_find(kind));
    request.content = true;
    return request;
}

static Figure made(const FigureRequest *request, const FigureSource *source)
{
    Error err = {0};
    Figure figure;
    if (!figure_draw(request, source, &figure, &err))
        fail_msg("%s: %s", request->kind->param.name, err.what);
    assert_null(figure.image.pixels);
    assert_non_null(content_captions(&figure.content));
    return figure;
}

static void a_grid_has_the_samples_numbers(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_noisy, f->data, f->team);
    FigureRequest request = content_of("grid");
    request.text[1] = "4,2";
    Figure figure = made(&request, &(FigureSource){.subject = &s});
    float clean[16], noisy[16], output[16];
    subject_clean(&s, 2, clean);
    subject_noisy(&s, 2, noisy);
    subject_run(&s, 1, noisy, output);
    subject_clear(&s); /* nothing of it is needed any more */
    const Sheet *sheet = &figure.content.sheet;
    assert_int_equal(figure.content.kind, CONTENT_SHEET);
    assert_int_equal(sheet->rows, 3);
    assert_int_equal(sheet->columns, 2);
    const float *expected[] = {clean, noisy, output};
    static const char *const label[] = {"original", "noisy", "reconstruction"};
    for (int row = 0; row < 3; row++) {
        assert_string_equal(sheet->row_label[row], label[row]);
        assert_memory_equal(sheet->cell[2 * row + 1].pixels, expected[row], sizeof clean);
        assert_non_null(strstr(sheet->cell[2 * row + 1].about, "#2"));
    }
    figure_clear(&figure);
    assert_int_equal(figure.content.kind, CONTENT_NONE);
}

static void a_scatter_has_every_code(void **state)
{
    TinyFixture *f = *state;
    Subject s = tiny_subject(tiny_vae, f->data, f->team);
    FigureRequest request = content_of("scatter");
    Figure figure = made(&request, &(FigureSource){.subject = &s});
    const Scatter *scatter = &figure.content.scatter;
    assert_int_equal(figure.content.kind, CONTENT_SCATTER);
    assert_int_equal(scatter->count, 30);
    assert_int_equal(scatter->groups, 3);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(scatter->group[i], i % 3);
        assert_float_equal(scatter->xy[2 * i], figure.matrix[2 * i], 0);
        assert_float_equal(scatter->xy[2 * i + 1], figure.matrix[2 * i + 1], 0);
    }
    subject_clear(&s);
    assert_non_null(scatter->group_name[2]);
    figure_clear(&figure);
}

/* Every kind that applies gives the same content twice, and either that or pixels. */
static void all_kinds_have_content(void **state)
{
    TinyFixture *f = *state;
    static const char *const kinds[] = {"grid", "weights", "scatter", "manifold", "samples", "interpolate", "residuals", "network"};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        Subject s = tiny_subject(tiny_vae, f->data, f->team);
        FigureSource source = {.subject = &s};
        FigureRequest request = content_of(kinds[i]);
        if (!figure_applies(request.kind, &source, NULL))
            fail_msg("%s does not apply", kinds[i]);
        Figure a = made(&request, &source), b = made(&request, &source);
        assert_int_equal(a.content.kind, b.content.kind);
        assert_string_equal(content_captions(&a.content)->title, content_captions(&b.content)->title);
        if (a.content.kind == CONTENT_SHEET)
            for (int k = 0; k < a.content.sheet.rows * a.content.sheet.columns; k++)
                if (a.content.sheet.cell[k].pixels)
                    assert_memory_equal(a.content.sheet.cell[k].pixels, b.content.sheet.cell[k].pixels,
                                        shape_size(a.content.sheet.shape) * sizeof(float));
        figure_clear(&a);
        figure_clear(&b);
        subject_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grid_has_the_samples_numbers),
        cmocka_unit_test(a_scatter_has_every_code),
        cmocka_unit_test(all_kinds_have_content),
    };
    return cmocka_run_group_tests(tests, tiny_set_up, tiny_tear_down);
}
