/* Numbers with names: what a figure draws, for people who want to plot it themselves. */
#ifndef STUDY_TABLE_H
#define STUDY_TABLE_H

#include "base/str.h"

#include <stdbool.h>

typedef struct TableColumn {
    char *name;
    bool text; /* cells are words, not numbers */
} TableColumn;

typedef struct Table {
    TableColumn *column;
    int columns;
    double *number; /* (rows, columns); NaN: an empty cell */
    char **word;    /* (rows, columns); NULL: an empty cell */
    int rows, room;
} Table;

/* Columns first, rows after: each add returns the new one's index. */
int table_add_column(Table *table, const char *name);
int table_add_words(Table *table, const char *name);
void table_add_columns(Table *table, const char *prefix, int count); /* prefix0, prefix1 ... */
int table_add_row(Table *table);
void table_set(Table *table, int row, int column, double number);
void table_set_word(Table *table, int row, int column, const char *word); /* copied */
void table_clear(Table *table);

/* RFC 4180 with a line of names; numbers as short as they can be read back exactly (as float), empty cells empty. */
void table_print_csv(const Table *table, Str *out);

/* An array of objects, a line each; empty cells and numbers that JSON lacks are null. */
void table_print_json(const Table *table, Str *out);

#endif
