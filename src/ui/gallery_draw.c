/* The gallery's screen: the figures there are, the chosen one, its options, and a line that says what is seen. */
#include "ui/gallery_own.h"

#include "base/mem.h"
#include "ui/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Gallery *self(App *app) { return gallery_state(app); }

/* ---- which figure */

static void draw_kinds_line(const Gallery *g, Cells *cells, Rect line)
{
    int x = line.x, from = 0, wide = 0;
    /* Enough of them are left out at the front for the chosen one to be seen. */
    for (int i = 0; i <= g->kind; i++)
        wide += cells_width(figure_kinds[i]->param.name) + 2;
    while (from < g->kind && wide > line.w - 4)
        wide -= cells_width(figure_kinds[from++]->param.name) + 2;
    for (int i = from; i < figure_kinds_count; i++) {
        bool here = i == g->kind;
        const char *name = figure_kinds[i]->param.name;
        if (x + cells_width(name) > line.x + line.w)
            break;
        Style style = here ? bold(ROLE_BRIGHT) : plain(g->known && !g->applies[i] ? ROLE_FAINT : ROLE_DIM);
        style.attr |= here ? ATTR_UNDERLINE : 0;
        x = cells_text(cells, x, line.y, style, name) + 2;
    }
}

void gallery_draw_kinds(App *app, Cells *cells, const PaneView *view)
{
    Gallery *g = self(app);
    g->kinds.count = figure_kinds_count;
    g->kinds.at = g->kind;
    list_place(&g->kinds, view->area);
    for (int i = 0; i < figure_kinds_count; i++) {
        Rect row = list_row(&g->kinds, i);
        if (rect_empty(row))
            continue;
        bool here = i == g->kind, out = g->known && !g->applies[i];
        list_mark(&g->kinds, cells, i, view->focused);
        cells_text(cells, row.x + 2, row.y, here ? bold(ROLE_BRIGHT) : plain(out ? ROLE_FAINT : ROLE_TEXT), figure_kinds[i]->param.name);
        brief_draw(cells, row.x + 14, row.y, row.w - 14, plain(out ? ROLE_FAINT : ROLE_DIM), figure_kinds[i]->param.help);
    }
    list_more(&g->kinds, cells);
}

/* ---- its options */

void gallery_make_form(Gallery *g)
{
    const FigureKind *kind = gallery_kind(g);
    ParamSet *set = &g->set[g->kind];
    if (g->form.editing)
        return;
    g->form = (Form){.field = g->field, .count = set->kind ? kind->param.count : 0, .label_width = 10, .list = g->form.list};
    for (int i = 0; i < g->form.count; i++) {
        Value normal;
        g->field[i] = (Field){.row = kind->param.rows[i], .value = set->value[i], .tag = i};
        g->field[i].changed = param_parse(&kind->param.rows[i], kind->param.rows[i].normal, &normal, NULL) &&
                              !param_equal(&kind->param.rows[i], &normal, &set->value[i]);
        snprintf(g->field[i].label, sizeof g->field[i].label, "%s", kind->param.rows[i].name);
    }
    for (int i = 0; i < FIGURE_TEXTS && kind->text[i].name; i++) {
        Field *field = &g->field[g->form.count++];
        *field = (Field){.text = g->text[g->kind][i], .room = GALLERY_TEXT, .changed = g->text[g->kind][i][0]};
        field->row.help = kind->text[i].help;
        snprintf(field->label, sizeof field->label, "%s", kind->text[i].name);
    }
    g->form.list.at = g->form.list.at < g->form.count ? g->form.list.at : 0;
}

void gallery_draw_options(App *app, Cells *cells, const PaneView *view)
{
    Gallery *g = self(app);
    Rect area = view->area;
    gallery_make_form(g);
    if (!g->form.count) {
        cells_text(cells, area.x, area.y, plain(ROLE_DIM), "it has none");
        return;
    }
    form_draw(&g->form, cells, rect_cut_top(&area, g->form.count), view->focused);
    rect_cut_top(&area, 1);
    cells_wrap(cells, area, plain(ROLE_DIM), view->focused ? g->field[g->form.list.at].row.help : gallery_kind(g)->param.help);
}

/* ---- the figure */

/* Blinking: of each sample one picture alone, the original or the reconstruction. */
static void draw_blinking(Gallery *g, Cells *cells, Rect area, const Sheet *sheet)
{
    int band = sheet->band > 0 ? sheet->band : 1, rows = sheet->rows / band;
    const char *wanted = g->second ? "original" : "reconstruction";
    Sheet one = *sheet;
    one.rows = rows;
    one.band = 0;
    one.cell = mem_new((size_t)rows * (size_t)sheet->columns, sizeof *one.cell);
    one.row_label = mem_new((size_t)rows, sizeof *one.row_label);
    for (int row = 0; row < rows; row++)
        for (int way = 0; way < band; way++) {
            int from = row * band + way;
            if (strcmp(sheet->row_label[from], wanted) != 0)
                continue;
            memcpy(one.cell + row * sheet->columns, sheet->cell + from * sheet->columns, (size_t)sheet->columns * sizeof *one.cell);
            for (int i = 0; i < sheet->columns; i++) { /* the same place in both: captions are always there */
                SheetCell *last = &sheet->cell[(row * band + band - 1) * sheet->columns + i], *cell = &one.cell[row * sheet->columns + i];
                memcpy(cell->caption, last->caption, sizeof cell->caption);
            }
            snprintf(one.row_label[row], SHEET_TEXT, "%-14s", wanted);
        }
    sheet_view_draw(&g->view, cells, area, &one);
    free(one.cell);
    free(one.row_label);
}

static void draw_content(Gallery *g, Cells *cells, Rect area)
{
    const FigureContent *content = &g->figure.content;
    switch (content->kind) {
    case CONTENT_SHEET:
        if (g->blink)
            draw_blinking(g, cells, area, &content->sheet);
        else
            sheet_view_draw(&g->view, cells, area, &content->sheet);
        break;
    case CONTENT_LINES: gallery_draw_lines(g, cells, area, &content->lines); break;
    case CONTENT_SCATTER: gallery_draw_scatter(g, cells, area, &content->scatter); break;
    case CONTENT_MATRIX: gallery_draw_matrix(g, cells, area, &content->matrix); break;
    case CONTENT_BLOCKS: gallery_draw_blocks(g, cells, area, &content->blocks); break;
    case CONTENT_NONE: break;
    }
}

/* ---- what is seen, in words */

static void read_crosshair(const Gallery *g, char *text, size_t size)
{
    const FigureContent *content = &g->figure.content;
    if (content->kind == CONTENT_SHEET)
        sheet_view_read(&g->view, &content->sheet, text, size);
    else if (content->kind == CONTENT_LINES)
        gallery_read_lines(g, &content->lines, text, size);
    else if (content->kind == CONTENT_SCATTER)
        gallery_read_scatter(g, &content->scatter, text, size);
    else if (content->kind == CONTENT_MATRIX)
        gallery_read_matrix(g, &content->matrix, text, size);
}

/* Leaves out what stands behind the last dots, as long as the text is too wide. */
static void drop_clauses(char *text, int width)
{
    while (cells_width(text) > width) {
        char *last = NULL;
        for (char *at = text; (at = strstr(at, " · ")) != NULL; at += 3)
            last = at;
        if (!last)
            return;
        *last = '\0';
    }
}

static void draw_note(App *app, Cells *cells, Rect area)
{
    Gallery *g = self(app);
    char text[400] = "";
    const Captions *captions = content_captions(&g->figure.content);
    if (!captions || g->failed[0])
        return;
    if (g->inspecting || g->view.inspecting) {
        read_crosshair(g, text, sizeof text);
        cells_wrap(cells, area, plain(ROLE_TEXT), text);
        return;
    }
    bool moves = g->figure.content.kind == CONTENT_SHEET && !g->view.whole;
    int row = g->started[g->kind] ? param_find(&gallery_kind(g)->param, "samples") : -1;
    int end = area.x + area.w, y = area.y + area.h - 1;
    const char *aside = g->job ? "drawing" : moves ? "a part: arrows move" : g->fewer ? "=: all of them" : "";
    end = cells_text_right(cells, end, y, plain(g->job ? ROLE_ACCENT : ROLE_DIM), aside) - 2;
    if (row >= 0) {
        const ParamRow *samples = &gallery_kind(g)->param.rows[row];
        snprintf(text, sizeof text, "%s: ", samples->choices[g->set[g->kind].value[row].choice].word);
    }
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s", captions->subtitle ? captions->subtitle : "");
    drop_clauses(text, end - area.x);
    cells_text_cut(cells, area.x, y, end - area.x, plain(ROLE_DIM), text);
}

void gallery_draw_figure(App *app, Cells *cells, const PaneView *view)
{
    Gallery *g = self(app);
    Rect area = view->area;
    const Captions *captions = content_captions(&g->figure.content);
    if (g->wide) {
        Rect title = rect_cut_top(&area, 2);
        if (captions && !g->failed[0])
            cells_text_cut(cells, title.x, title.y, title.w, bold(view->focused ? ROLE_BRIGHT : ROLE_TEXT), captions->title);
    }
    bool reading = g->inspecting || g->view.inspecting;
    Rect note = rect_cut_bottom(&area, reading && area.w < 110 ? 2 : 1);
    rect_cut_bottom(&area, area.h > 20 ? 1 : 0);
    int height = area.h + note.h - 1; /* reading pixels does not count as another size */
    bool changed = g->area_w != area.w || g->area_h != height, first = !g->area_w;
    g->area_w = area.w;
    g->area_h = height;
    if (first || (changed && g->view.scale == 0 && !g->failed[0] && gallery_job_fits(gallery_kind(g))))
        gallery_ask(app);
    if (!bench_run_name(app_bench(app))[0])
        cells_wrap(cells, area, plain(ROLE_DIM), bench_opening(app_bench(app)) ? "opening the run"
                   : "the figures of a run are shown here: Enter opens the newest, 4 lists all, 2 and then t train one");
    else if (g->failed[0])
        cells_wrap(cells, area, plain(ROLE_DIM), g->failed);
    else if (gallery_shown(g))
        draw_content(g, cells, area);
    else
        cells_text(cells, area.x, area.y, plain(ROLE_DIM), bench_data(app_bench(app)) ? "drawing" : "loading the data");
    draw_note(app, cells, note);
}

void gallery_draw(App *app, Cells *cells, Rect area)
{
    Gallery *g = self(app);
    g->wide = area.w >= 140 && area.h >= 34;
    if (!g->wide) {
        draw_kinds_line(g, cells, rect_cut_top(&area, 1));
        rect_cut_top(&area, area.h > 14 ? 1 : 0);
        g->kinds.area = (Rect){0};
    }
    app_panes(app, cells, area);
    if (g->to_options) { /* it is among the panes only now */
        g->to_options = false;
        app_focus(app, "options");
    }
}
