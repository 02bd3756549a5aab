/* A table that grows by rows and columns, printed as CSV or JSON. */
#include "study/table.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(Table *table, const char *name, bool text)
{
    assert(table->rows == 0);
    table->column = mem_resize(table->column, (size_t)table->columns + 1, sizeof *table->column);
    table->column[table->columns] = (TableColumn){mem_text(name), text};
    return table->columns++;
}

int table_add_column(Table *table, const char *name)
{
    return add(table, name, false);
}

int table_add_words(Table *table, const char *name)
{
    return add(table, name, true);
}

void table_add_columns(Table *table, const char *prefix, int count)
{
    for (int i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%d", prefix, i);
        table_add_column(table, name);
    }
}

int table_add_row(Table *table)
{
    size_t columns = (size_t)table->columns;
    if (table->rows == table->room) {
        table->room = table->room ? table->room * 2 : 32;
        table->number = mem_resize(table->number, (size_t)table->room * columns, sizeof *table->number);
        table->word = mem_resize(table->word, (size_t)table->room * columns, sizeof *table->word);
    }
    for (size_t i = columns * (size_t)table->rows; i < columns * ((size_t)table->rows + 1); i++) {
        table->number[i] = NAN;
        table->word[i] = NULL;
    }
    return table->rows++;
}

static size_t cell(const Table *table, int row, int column)
{
    assert(row >= 0 && row < table->rows && column >= 0 && column < table->columns);
    return (size_t)row * (size_t)table->columns + (size_t)column;
}

void table_set(Table *table, int row, int column, double number)
{
    table->number[cell(table, row, column)] = number;
}

void table_set_word(Table *table, int row, int column, const char *word)
{
    char **at = &table->word[cell(table, row, column)];
    free(*at);
    *at = mem_text(word);
}

void table_clear(Table *table)
{
    for (int i = 0; i < table->columns; i++)
        free(table->column[i].name);
    for (size_t i = 0; i < (size_t)table->rows * (size_t)table->columns; i++)
        free(table->word[i]);
    free(table->column);
    free(table->number);
    free(table->word);
    *table = (Table){0};
}

static void add_csv_word(Str *out, const char *word)
{
    if (!strpbrk(word, ",\"\r\n")) {
        str_add(out, word);
        return;
    }
    str_add(out, "\"");
    for (; *word; word++) {
        str_add_bytes(out, word, 1);
        if (*word == '"')
            str_add(out, "\"");
    }
    str_add(out, "\"");
}

/* Most numbers are floats: those are written as short as floats can be. */
static void add_number(Str *out, double number)
{
    char text[40];
    str_number(text, sizeof text, number);
    for (int digits = 1; digits <= 9 && (double)(float)number == number; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtof(text, NULL) == (float)number)
            break;
    }
    str_add(out, text);
}

void table_print_csv(const Table *table, Str *out)
{
    for (int c = 0; c < table->columns; c++) {
        str_add(out, c ? "," : "");
        add_csv_word(out, table->column[c].name);
    }
    str_add(out, "\n");
    for (int r = 0; r < table->rows; r++) {
        for (int c = 0; c < table->columns; c++) {
            size_t at = cell(table, r, c);
            str_add(out, c ? "," : "");
            if (table->column[c].text)
                add_csv_word(out, table->word[at] ? table->word[at] : "");
            else if (!isnan(table->number[at]))
                add_number(out, table->number[at]);
        }
        str_add(out, "\n");
    }
}

void table_print_json(const Table *table, Str *out)
{
    str_add(out, "[");
    for (int r = 0; r < table->rows; r++) {
        str_add(out, r ? ",\n {" : "\n {");
        for (int c = 0; c < table->columns; c++) {
            size_t at = cell(table, r, c);
            str_add(out, c ? ", " : "");
            str_add_json(out, table->column[c].name);
            str_add(out, ": ");
            if (table->column[c].text && table->word[at])
                str_add_json(out, table->word[at]);
            else if (!table->column[c].text && isfinite(table->number[at]))
                add_number(out, table->number[at]);
            else
                str_add(out, "null");
        }
        str_add(out, "}");
    }
    str_add(out, table->rows ? "\n]\n" : "]\n");
}
