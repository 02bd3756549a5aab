/* Growing texts, likely words, and numbers that read back as they were. */
#include "base/str.h"
#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void grows(void **state)
{
    (void)state;
    Str str = {0};
    for (int i = 0; i < 10000; i++)
        str_addf(&str, "%d,", i % 10);
    assert_int_equal(str.size, 20000);
    assert_int_equal(strlen(str.text), 20000);
    assert_memory_equal(str.text + 19990, "5,6,7,8,9,", 10);
    str_add_bytes(&str, "", 0);
    char *text = str_take(&str);
    assert_null(str.text);
    assert_int_equal(strlen(text), 20000);
    free(text);
    text = str_take(&str); /* of nothing: an empty text, not NULL */
    assert_string_equal(text, "");
    free(text);
    str_clear(&str);
    str_clear(&str);
}

static void finds_the_likely_word(void **state)
{
    (void)state;
    static const char *const words[] = {"conv", "convt", "dense", "maxpool", "dropout", "relu"};
    static const struct { const char *typed; int want; } cases[] = {
        {"conv", 0}, {"covn", 0}, {"Conv", 0}, {"cov", 0}, {"dens", 2}, {"desne", 2}, {"maxpol", 3}, {"drop-out", 4}, {"rellu", 5},
        {"", -1}, {"zzzz", -1}, {"lstm", -1}, {"a", -1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(str_closest(cases[i].typed, words, COUNT_OF(words)), cases[i].want);
    char longer[200];
    memset(longer, 'c', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(str_closest(longer, words, COUNT_OF(words)), -1);
    assert_int_equal(str_closest("conv", words, 0), -1);
}

static void numbers_are_short(void **state)
{
    (void)state;
    static const struct { double value; const char *text; } cases[] = {
        {0, "0"}, {1, "1"}, {10, "10"}, {128, "128"}, {100000, "100000"}, {0.001, "0.001"}, {1e-4, "0.0001"}, {1e-5, "1e-5"},
        {1e-7, "1e-7"}, {2.5e-7, "2.5e-7"}, {0.1, "0.1"}, {-0.25, "-0.25"}, {1.5, "1.5"}, {1e15, "1000000000000000"},
        {1e16, "1e16"}, {-3e22, "-3e22"}, {0.3, "0.3"}};
    char text[40];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str_number(text, sizeof text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
}

static void numbers_read_back(void **state)
{
    (void)state;
    Rng rng = rng_new(3, RNG_TEST, 0, 0);
    char text[40];
    for (int i = 0; i < 20000; i++) {
        double value = ldexp((double)rng_next(&rng) - 2147483648.0 + rng_uniform(&rng), (int)rng_below(&rng, 200) - 100);
        str_number(text, sizeof text, value);
        assert_true(strtod(text, NULL) == value);
        assert_true(strlen(text) < 32);
    }
    str_number(text, sizeof text, 0.1f);
    assert_true((float)strtod(text, NULL) == 0.1f);
}

static void large_numbers_are_grouped(void **state)
{
    (void)state;
    static const struct { double value; const char *text; } cases[] = {
        {0, "0"}, {999, "999"}, {1000, "1,000"}, {-123456, "-123,456"}, {1234567, "1,234,567"}, {999.6, "1,000"}, {12345678901.0, "12,345,678,901"}};
    char text[32], little[6];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str_grouped(text, sizeof text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
    str_grouped(little, sizeof little, 1e12); /* cut off, but not beyond the end */
    assert_true(strlen(little) < sizeof little);
}

static void json_is_quoted(void **state)
{
    (void)state;
    Str out = {0};
    str_add_json(&out, "tab\there \\ \"q\"\n\u00e9\xff");
    assert_string_equal(out.text, "\"tab\\u0009here \\\\ \\\"q\\\"\\n\u00e9\\ufffd\"");
    str_clear(&out);
}

static void controls_are_no_part_of_a_name(void **state)
{
    (void)state;
    char text[] = "a\033[31m\n\xc3\xbc\x7f";
    str_no_controls(text);
    assert_string_equal(text, "a?[31m?\xc3\xbc?");
}

static void bytes_in_powers_of_1000(void **state)
{
    (void)state;
    static const struct { double bytes; const char *text; } rows[] = {
        {0, "0 B"}, {999, "999 B"}, {1000, "1.0 kB"}, {9.5e6, "9.5 MB"}, {61.4e6, "61 MB"}, {2e9, "2.0 GB"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        str_bytes(text, sizeof text, rows[i].bytes);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows), cmocka_unit_test(finds_the_likely_word), cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(numbers_read_back), cmocka_unit_test(large_numbers_are_grouped), cmocka_unit_test(json_is_quoted),
        cmocka_unit_test(controls_are_no_part_of_a_name), cmocka_unit_test(bytes_in_powers_of_1000),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
