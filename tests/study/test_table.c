/* Tables as CSV and JSON. */
#include "study/table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Table sample(void)
{
    Table table = {0};
    int name = table_add_words(&table, "name"), value = table_add_column(&table, "value");
    table_add_columns(&table, "p", 2);
    int row = table_add_row(&table);
    table_set_word(&table, row, name, "a \"b\", c");
    table_set(&table, row, value, 0.1f);
    table_set(&table, row, 2, 3);
    row = table_add_row(&table);
    table_set(&table, row, value, INFINITY);
    return table;
}

static void csv(void **state)
{
    (void)state;
    Table table = sample();
    Str out = {0};
    table_print_csv(&table, &out);
    assert_string_equal(out.text, "name,value,p0,p1\n\"a \"\"b\"\", c\",0.1,3,\n,inf,,\n");
    str_clear(&out);
    table_clear(&table);
}

static void json(void **state)
{
    (void)state;
    Table table = sample();
    Str out = {0};
    table_print_json(&table, &out);
    assert_string_equal(out.text, "[\n {\"name\": \"a \\\"b\\\", c\", \"value\": 0.1, \"p0\": 3, \"p1\": null},\n"
                                  " {\"name\": null, \"value\": null, \"p0\": null, \"p1\": null}\n]\n");
    str_clear(&out);
    table_clear(&table);
    table_print_json(&table, &out);
    assert_string_equal(out.text, "[]\n");
    str_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv), cmocka_unit_test(json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
