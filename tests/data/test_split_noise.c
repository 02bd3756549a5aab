/* Splits and noise: counts, reproducibility, bounds. */
#include "data/noise.h"
#include "data/split.h"

#include "scratch.h"

#include <math.h>

static const ParamKind *split_kind(const char *name)
{
    for (int i = 0; i < split_kinds_count; i++)
        if (strcmp(split_kinds[i]->name, name) == 0)
            return split_kinds[i];
    fail_msg("no split %s", name);
    return NULL;
}

static const NoiseKind *noise_kind(const char *name)
{
    for (int i = 0; i < noise_kinds_count; i++)
        if (strcmp(noise_kinds[i]->param.name, name) == 0)
            return noise_kinds[i];
    fail_msg("no noise %s", name);
    return NULL;
}

static Data sample_data(int train, int test)
{
    return (Data){.train = {.count = train}, .test = {.count = test}, .name = "a set"};
}

static SplitSpec spec_of(const char *kind, double percent)
{
    SplitSpec spec = param_set_new(split_kind(kind));
    if (spec.kind->count > 0)
        spec.value[0].number = percent;
    return spec;
}

static void test_last(void **state)
{
    (void)state;
    static const struct { int total; double percent; int validation; } row[] = {
        {60000, 10, 6000}, {10, 30, 3}, {11, 10, 2}, {3, 50, 2}, {1000, 33, 331}, {7, 1, 1},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Data data = sample_data(row[i].total, 0);
        SplitSpec spec = spec_of("last", row[i].percent);
        Split split;
        Error err = {0};
        check_good(split_make(&spec, &data, 1, &split, &err), &err);
        assert_int_equal(split.validation_count, row[i].validation);
        assert_int_equal(split.train_count, row[i].total - row[i].validation);
        assert_ptr_equal(split.train, &data.train);
        assert_ptr_equal(split.validation, &data.train);
        for (int n = 0; n < split.train_count; n++)
            assert_int_equal(split.train_index[n], n);
        for (int n = 0; n < split.validation_count; n++)
            assert_int_equal(split.validation_index[n], split.train_count + n);
        split_clear(&split);
        assert_null(split.train_index);
    }
}

static void test_random(void **state)
{
    (void)state;
    Data data = sample_data(1000, 0);
    SplitSpec spec = spec_of("random", 20);
    Split a, b, c;
    assert_true(split_make(&spec, &data, 5, &a, NULL) && split_make(&spec, &data, 5, &b, NULL)
                && split_make(&spec, &data, 6, &c, NULL));
    assert_int_equal(a.validation_count, 200);
    assert_int_equal(a.train_count, 800);
    assert_memory_equal(a.train_index, b.train_index, 800 * sizeof(uint32_t));
    assert_memory_equal(a.validation_index, b.validation_index, 200 * sizeof(uint32_t));
    assert_memory_not_equal(a.validation_index, c.validation_index, 200 * sizeof(uint32_t));
    int seen[1000] = {0}, late = 0;
    for (int i = 0; i < 800; i++)
        seen[a.train_index[i]]++;
    for (int i = 0; i < 200; i++) {
        seen[a.validation_index[i]]++;
        late += a.validation_index[i] >= 500;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(seen[i], 1);
    assert_in_range(late, 60, 140); /* from all over the set */
    split_clear(&a);
    split_clear(&b);
    split_clear(&c);
}

static void test_test_and_none(void **state)
{
    (void)state;
    Data data = sample_data(50, 8);
    SplitSpec spec = spec_of("test", 0);
    Split split;
    Error err = {0};
    assert_true(split_make(&spec, &data, 1, &split, &err));
    assert_ptr_equal(split.validation, &data.test);
    assert_int_equal(split.train_count, 50);
    assert_int_equal(split.validation_count, 8);
    assert_int_equal(split.validation_index[7], 7);
    split_clear(&split);
    data.test.count = 0;
    assert_false(split_make(&spec, &data, 1, &split, &err));
    check_error(&err, ERROR_INPUT, NULL, "a set has none", true);
    spec = spec_of("none", 0);
    assert_true(split_make(&spec, &data, 1, &split, &err));
    assert_null(split.validation);
    assert_int_equal(split.train_count, 50);
    split_clear(&split);
    data.train.count = 1;
    spec = spec_of("last", 10);
    assert_false(split_make(&spec, &data, 1, &split, &err));
    check_error(&err, ERROR_INPUT, NULL, "10 % of 1 samples leave none to train on", true);
}

/* Every row's default can be read, so that param_set_new holds what the help says. */
static void test_rows(void **state)
{
    (void)state;
    NoiseSpec gaussian = param_set_new(&noise_kind("gaussian")->param);
    assert_true(gaussian.value[param_find(gaussian.kind, "sd")].number == 0.5);
    assert_true(gaussian.value[param_find(gaussian.kind, "clip")].choice == 1);
    for (int i = 0; i < noise_kinds_count; i++)
        for (int r = 0; r < noise_kinds[i]->param.count; r++) {
            Value value;
            assert_true(param_parse(&noise_kinds[i]->param.rows[r], noise_kinds[i]->param.rows[r].normal, &value, NULL));
        }
    SplitSpec last = param_set_new(split_kind("last"));
    assert_true(last.value[0].number == 10);
}

enum { COUNT = 20000 };

static void test_gaussian(void **state)
{
    (void)state;
    static float x[COUNT], y[COUNT], z[COUNT];
    NoiseSpec spec = param_set_new(&noise_kind("gaussian")->param);
    spec.value[0].number = 0.25;
    spec.value[1].number = 0.5;
    spec.value[2].choice = 0;
    for (int i = 0; i < COUNT; i++)
        x[i] = y[i] = z[i] = 0.5f;
    noise_apply(&spec, 7, 3, 11, COUNT, x);
    double mean = 0, square = 0;
    for (int i = 0; i < COUNT; i++)
        mean += x[i] / COUNT;
    for (int i = 0; i < COUNT; i++)
        square += (x[i] - mean) * (x[i] - mean) / COUNT;
    assert_float_equal(mean, 0.75, 0.02);
    assert_float_equal(sqrt(square), 0.5, 0.02);
    noise_apply(&spec, 7, 3, 11, COUNT, y); /* the same epoch and sample: the same noise */
    assert_memory_equal(x, y, sizeof x);
    noise_apply(&spec, 7, 4, 11, COUNT, z); /* another epoch: fresh */
    assert_memory_not_equal(x, z, sizeof x);
    spec.value[2].choice = 1;
    for (int i = 0; i < COUNT; i++)
        y[i] = 0.5f;
    noise_apply(&spec, 7, 3, 11, COUNT, y);
    int ends = 0;
    for (int i = 0; i < COUNT; i++) {
        assert_true(y[i] >= 0 && y[i] <= 1);
        assert_float_equal(y[i], fminf(fmaxf(x[i], 0), 1), 1e-6);
        ends += y[i] == 0 || y[i] == 1;
    }
    assert_true(ends > COUNT / 10);
}

static void test_fresh_and_fixed(void **state)
{
    (void)state;
    static const char *const names[] = {"gaussian", "saltpepper", "masking"};
    for (size_t k = 0; k < 3; k++) {
        NoiseSpec spec = param_set_new(&noise_kind(names[k])->param);
        float base[784], one[784], two[784];
        for (int i = 0; i < 784; i++)
            base[i] = 0.3f;
        static const struct { uint64_t seed; uint32_t epoch, sample; bool same; } row[] = {
            {1, 1, 5, false}, {1, (uint32_t)NOISE_FIXED_EPOCH, 6, false}, {2, (uint32_t)NOISE_FIXED_EPOCH, 5, false},
            {1, (uint32_t)NOISE_FIXED_EPOCH, 5, true},
        };
        for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
            memcpy(one, base, sizeof one);
            memcpy(two, base, sizeof two);
            noise_apply(&spec, 1, (uint32_t)NOISE_FIXED_EPOCH, 5, 784, one);
            noise_apply(&spec, row[i].seed, row[i].epoch, row[i].sample, 784, two);
            assert_int_equal(memcmp(one, two, sizeof one) == 0, row[i].same);
        }
    }
}

static void test_rates(void **state)
{
    (void)state;
    static float x[COUNT];
    NoiseSpec salt = param_set_new(&noise_kind("saltpepper")->param);
    salt.value[0].number = 0.3;
    for (int i = 0; i < COUNT; i++)
        x[i] = 0.5f;
    noise_apply(&salt, 1, 1, 1, COUNT, x);
    int zeros = 0, ones = 0;
    for (int i = 0; i < COUNT; i++) {
        zeros += x[i] == 0;
        ones += x[i] == 1;
        assert_true(x[i] == 0 || x[i] == 1 || x[i] == 0.5f);
    }
    assert_in_range(zeros, COUNT * 0.13, COUNT * 0.17);
    assert_in_range(ones, COUNT * 0.13, COUNT * 0.17);
    NoiseSpec mask = param_set_new(&noise_kind("masking")->param);
    mask.value[0].number = 0.25;
    for (int i = 0; i < COUNT; i++)
        x[i] = 0.5f;
    noise_apply(&mask, 1, 1, 1, COUNT, x);
    zeros = 0;
    for (int i = 0; i < COUNT; i++)
        zeros += x[i] == 0;
    assert_in_range(zeros, COUNT * 0.23, COUNT * 0.27);
}

static void test_none(void **state)
{
    (void)state;
    NoiseSpec none = param_set_new(&noise_kind("none")->param), gaussian = param_set_new(&noise_kind("gaussian")->param);
    float x[3] = {1, 2, 3};
    noise_apply(&none, 1, 1, 1, 3, x);
    assert_true(x[0] == 1 && x[1] == 2 && x[2] == 3);
    assert_true(noise_is_none(&none));
    assert_true(noise_is_none(&(NoiseSpec){0}));
    assert_false(noise_is_none(&gaussian));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_test_and_none),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_gaussian),
        cmocka_unit_test(test_fresh_and_fixed),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
