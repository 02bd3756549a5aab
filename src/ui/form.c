/* Forms: a line a field, the value edited in place; what may be entered stands beside it. */
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int field_choices(const ParamRow *row)
{
    int count = 0;
    if (row->type == PARAM_FLAG)
        return 2;
    while (row->type == PARAM_CHOICE && row->choices[count].word)
        count++;
    return count;
}

void field_text(const Field *field, char *buffer, size_t size)
{
    if (field->text) {
        snprintf(buffer, size, "%s", field->text);
        return;
    }
    Str text = {0};
    param_print(&field->row, &field->value, &text);
    snprintf(buffer, size, "%s", text.text ? text.text : "");
    str_clear(&text);
}

/* Numbers turn by one, or where they span decades along 1, 2, 5. */
static double turned(const ParamRow *row, double number, int by)
{
    if (row->type == PARAM_INT) {
        if (number >= 16 && row->max - row->min > 64) {
            /* Four steps from one power of two to the next. */
            double below = by < 0 ? nextafter(number, 0) : number, step = pow(2, floor(log2(below))) / 4;
            return by > 0 ? floor(number / step) * step + step : ceil(number / step) * step - step;
        }
        return number + by;
    }
    if (row->type == PARAM_PERCENT)
        return number + by;
    if (number == 0)
        return by > 0 ? (row->max > row->min && row->max <= 1 ? 0.1 : 1e-4) : number;
    double power = pow(10, floor(log10(fabs(number)) + 1e-9)), mantissa = number / power;
    if (row->max > row->min && row->max <= 1 && number >= 0.1 - 1e-12) {
        /* A share: steps of a tenth. */
        number = round((number + 0.1 * by) * 10) / 10;
        return number;
    }
    static const double steps[] = {0.5, 1, 2, 5, 10};
    int at = 1;
    while (at < 3 && mantissa > steps[at] * 1.2)
        at++;
    char text[32]; /* through text, so that 1e-3 stays 1e-3 */
    snprintf(text, sizeof text, "%.3g", steps[at + (by > 0 ? 1 : -1)] * power);
    return strtod(text, NULL);
}

bool field_turn(Field *field, int by)
{
    const ParamRow *row = &field->row;
    Value value = field->value;
    if (field->text)
        return false;
    if (row->type == PARAM_CHOICE) {
        int count = field_choices(row);
        value.choice = (value.choice + by + count) % count;
        value.number = row->choices[value.choice].takes_number ? row->choices[value.choice].number : 0;
    } else if (row->type == PARAM_FLAG) {
        value.choice = !value.choice;
    } else if (row->type == PARAM_PAIR || row->type == PARAM_SHAPE) {
        for (int i = 0; i < value.rank; i++)
            value.size[i] += by;
    } else {
        value.number = turned(row, value.number, by);
    }
    Str text = {0};
    param_print(row, &value, &text);
    bool good = param_parse(row, text.text, &value, NULL) && !param_equal(row, &value, &field->value);
    str_clear(&text);
    if (good)
        field->value = value;
    return good;
}

/* What else may be entered: beside a choice the other words, beside a number its range. */
static void hint(const Field *field, char *buffer, size_t size)
{
    const ParamRow *row = &field->row;
    buffer[0] = '\0';
    if (field->text)
        return;
    if (row->type == PARAM_CHOICE) {
        size_t used = 0;
        for (int i = 0; row->choices[i].word && used < size; i++)
            if (i != field->value.choice)
                used += (size_t)snprintf(buffer + used, size - used, "%s%s", used ? " " : "", row->choices[i].word);
    } else if (row->type == PARAM_FLAG) {
        snprintf(buffer, size, "%s", field->value.choice ? "no" : "yes");
    } else if (row->max > row->min) {
        char min[24], max[24];
        str_number(min, sizeof min, row->min);
        str_number(max, sizeof max, row->max);
        snprintf(buffer, size, "%s…%s%s", min, max, row->type == PARAM_PERCENT ? "%" : "");
    }
}

/* A range that is cut says something else; of words as many as fit. */
static void draw_hint(const Field *field, const char *text, bool here, Cells *cells, Rect line)
{
    bool words = field->row.type == PARAM_CHOICE && !field->was[0];
    if (cells_width(text) <= line.w || (words && line.w > (int)strcspn(text, " ") + 1))
        cells_text_cut(cells, line.x, line.y, line.w, plain(here ? ROLE_DIM : ROLE_FAINT), text);
}

void form_draw(Form *form, Cells *cells, Rect area, bool focused)
{
    form->list.count = form->count;
    list_place(&form->list, area);
    int label = form->label_width > 0 ? form->label_width : 12;
    for (int i = 0; i < form->count; i++) {
        Rect row = list_row(&form->list, i);
        if (rect_empty(row))
            continue;
        const Field *field = &form->field[i];
        bool here = focused && i == form->list.at;
        char value[128], other[160];
        field_text(field, value, sizeof value);
        hint(field, other, sizeof other);
        if (field->was[0] && !(here && form->editing))
            snprintf(other, sizeof other, "was %s", field->was);
        list_mark(&form->list, cells, i, focused);
        if (field->changed)
            cells_put(cells, row.x + 1, row.y, plain(ROLE_CHANGED), 0x2022);
        cells_text_cut(cells, row.x + 2, row.y, label, plain(here ? ROLE_TEXT : ROLE_DIM), field->label);
        int x = row.x + 2 + label + 1, room = row.x + row.w - x;
        if (here && form->editing) {
            edit_draw(&form->edit, cells, rect_new(x, row.y, room < 20 ? room : 20, 1));
            if (form->error.kind)
                cells_text_cut(cells, x + 21, row.y, room - 21, plain(ROLE_BAD), "✗");
            else
                cells_text_cut(cells, x + 21, row.y, room - 21, plain(ROLE_DIM), other);
            continue;
        }
        bool turns = field_choices(&field->row) > 0;
        Style p = field->off ? plain(ROLE_FAINT) : field->changed ? plain(ROLE_CHANGED) : plain(ROLE_TEXT);
        if (here)
            p.attr |= ATTR_BOLD;
        int end = x;
        if (turns && here)
            end = cells_text(cells, end, row.y, plain(ROLE_ACCENT), "‹ ");
        end = cells_text_cut(cells, end, row.y, row.x + row.w - end, p, field->text && !*value ? "-" : value);
        if (turns && here)
            end = cells_text(cells, end, row.y, plain(ROLE_ACCENT), " ›");
        int at = field->was[0] || x + 12 < end + 2 ? end + 2 : x + 12;
        if (here || room > 24)
            draw_hint(field, other, here, cells, rect_new(at, row.y, row.x + row.w - 1 - at, 1));
    }
    list_more(&form->list, cells);
}

static void check(Form *form)
{
    Value value;
    form->error = (Error){0};
    if (!form->field[form->list.at].text && !param_parse(&form->field[form->list.at].row, form->edit.text, &value, &form->error) && !form->error.kind)
        form->error.kind = ERROR_INPUT;
}

static void start(Form *form)
{
    char text[128];
    field_text(&form->field[form->list.at], text, sizeof text);
    edit_set(&form->edit, text);
    form->editing = true;
    form->error = (Error){0};
}

static FormResult take(Form *form)
{
    Field *field = &form->field[form->list.at];
    Value value;
    if (field->text) {
        form->editing = false;
        bool same = strcmp(field->text, form->edit.text) == 0;
        snprintf(field->text, field->room, "%s", form->edit.text);
        return same ? FORM_USED : FORM_CHANGED;
    }
    if (!param_parse(&field->row, form->edit.text, &value, &form->error)) {
        form->error.kind = ERROR_INPUT;
        return FORM_USED;
    }
    form->editing = false;
    if (param_equal(&field->row, &value, &field->value))
        return FORM_USED;
    field->value = value;
    return FORM_CHANGED;
}

/* A field's text is being typed. */
static FormResult typing_event(Form *form, const Event *event)
{
    if (event->kind != EVENT_KEY)
        return event->kind == EVENT_MOUSE ? FORM_USED : FORM_IGNORED;
    if (event->key == K_ESC) {
        form->editing = false;
        form->error = (Error){0};
        return FORM_USED;
    }
    if (event->key == K_ENTER || event->key == K_TAB || event->key == K_UP || event->key == K_DOWN) {
        /* The changed field is told by list.at: the row stays. */
        return take(form);
    }
    if (edit_event(&form->edit, event))
        check(form);
    return FORM_USED;
}

/* The wheel turns the number under it; a click chooses a field, and on the chosen one turns it or begins to type. */
static FormResult mouse_event(Form *form, const Event *event)
{
    if (event->mouse == MOUSE_WHEEL_UP || event->mouse == MOUSE_WHEEL_DOWN) {
        if (!rect_has(form->list.area, event->x, event->y))
            return FORM_IGNORED;
        int row = form->list.top + event->y - form->list.area.y;
        if (row >= form->count)
            return FORM_USED;
        form->list.at = row;
        Field *turned = &form->field[row];
        return !turned->off && field_turn(turned, event->mouse == MOUSE_WHEEL_UP ? 1 : -1) ? FORM_CHANGED : FORM_USED;
    }
    int before = form->list.at;
    if (!list_event(&form->list, event))
        return FORM_IGNORED;
    Field *field = &form->field[form->list.at];
    if (event->mouse == MOUSE_PRESS && before == form->list.at && !field->off) {
        if (field_choices(&field->row) > 0)
            return field_turn(field, 1) ? FORM_CHANGED : FORM_USED;
        start(form);
    }
    return FORM_USED;
}

static FormResult key_event(Form *form, Field *field, const Event *event)
{
    if (list_event(&form->list, event))
        return FORM_USED;
    if (field->off)
        return FORM_IGNORED;
    if (event->key == K_LEFT || event->key == K_RIGHT)
        return field_turn(field, event->key == K_RIGHT ? 1 : -1) ? FORM_CHANGED : FORM_USED;
    if (event->key == K_ENTER) {
        if (field_choices(&field->row) == 2)
            return field_turn(field, 1) ? FORM_CHANGED : FORM_USED;
        start(form);
        return FORM_USED;
    }
    bool number = field->row.type != PARAM_CHOICE && field->row.type != PARAM_FLAG;
    if (number && ((event->key >= '0' && event->key <= '9') || event->key == '.')) {
        start(form);
        edit_event(&form->edit, event);
        check(form);
        return FORM_USED;
    }
    return FORM_IGNORED;
}

FormResult form_event(Form *form, const Event *event)
{
    if (form->count == 0)
        return FORM_IGNORED;
    if (form->editing)
        return typing_event(form, event);
    if (event->kind == EVENT_MOUSE)
        return mouse_event(form, event);
    if (event->kind != EVENT_KEY)
        return FORM_IGNORED;
    return key_event(form, &form->field[form->list.at < form->count ? form->list.at : form->count - 1], event);
}
