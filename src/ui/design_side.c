/* What stands beside the designer's lines: the form of the chosen one, what the design amounts to, and views of it: its shape, a sample on
 * its way through, what was changed, its text. */
#include "ui/design_own.h"
#include "ui/silhouette.h"

#include "spec/text.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Designer *self(App *app) { return design_state(app); }

/* ---- the form */

static void form_title(App *app, char *title, size_t size, char *note, size_t note_size)
{
    const Line *line = design_chosen(app);
    const Design *design = bench_design(app_bench(app));
    note[0] = '\0';
    if (line->kind == LINE_LAYER) {
        const LayerSpec *spec = &design->layer[line->layer];
        snprintf(title, size, "%s", spec->set.kind->name);
        snprintf(note, note_size, "%s%s", spec->name, design_layer_mirrored(design, line->layer) ? ", mirrored: b makes it yours" : "");
    } else if (line->kind == LINE_SETTING)
        snprintf(title, size, "%s", train_settings[line->setting].name);
    else if (line->kind == LINE_INPUT)
        snprintf(title, size, "input");
    else if (line->kind == LINE_BLOCK)
        snprintf(title, size, "%s", design->block[line->block].name);
    else
        snprintf(title, size, "training");
}

/* A sentence about the field, or about the layer or setting while the list is in use. */
static void sentence(App *app, char *buffer, size_t size)
{
    Designer *d = self(app);
    const Line *line = design_chosen(app);
    const Design *design = bench_design(app_bench(app));
    const char *text = "how the network learns";
    if (design_in_form(app) && d->form.count) {
        const Field *field = &d->field[d->form.list.at];
        text = field->row.help;
        if (field->row.type == PARAM_CHOICE && field->row.choices[field->value.choice].help)
            text = field->row.choices[field->value.choice].help;
        snprintf(buffer, size, "%s%s%s%s", text ? text : "", field->was[0] ? "; r: back to " : "", field->was, "");
        return;
    }
    switch (line->kind) {
    case LINE_LAYER: text = design->layer[line->layer].set.kind->help; break;
    case LINE_SETTING: text = train_settings[line->setting].help; break;
    case LINE_INPUT: text = "the shape of one picture; it must be the data's"; break;
    case LINE_BLOCK: text = line->block == 0 ? "from the picture to the code" : "from the code back to the picture"; break;
    default: break;
    }
    snprintf(buffer, size, "%s", text);
}

void design_draw_form(App *app, Cells *cells, const PaneView *view)
{
    Rect area = view->area;
    Designer *d = self(app);
    char title[64], note[96], text[400];
    form_title(app, title, sizeof title, note, sizeof note);
    heading_draw(cells, &area, title, note);
    form_draw(&d->form, cells, rect_cut_top(&area, d->form.count < area.h - 3 ? d->form.count : area.h - 3), view->focused);
    bool wrong = d->form.editing && d->form.error.kind;
    sentence(app, text, sizeof text);
    cells_wrap(cells, area, plain(wrong ? ROLE_BAD : ROLE_DIM), wrong ? d->form.error.what : text);
}

/* ---- what it amounts to */

static void duration(char *buffer, size_t size, double seconds)
{
    char text[32];
    brief_seconds(text, sizeof text, seconds);
    snprintf(buffer, size, "~%s", seconds < 0.05 ? "0.1 s" : text);
}

static double stage_seconds(App *app, int stage)
{
    return bench_epoch_seconds(app_bench(app), stage) * train_spec_epochs(&bench_design(app_bench(app))->stage[stage].train);
}

static double all_seconds(App *app)
{
    double sum = 0;
    for (int s = 0; s < bench_design(app_bench(app))->stages; s++)
        sum += stage_seconds(app, s);
    return sum;
}

enum { LABEL = 12 };

static int label(Cells *cells, Rect *area, const char *text)
{
    Rect line = rect_cut_top(area, 1);
    cells_text(cells, line.x, line.y, plain(ROLE_DIM), text);
    return line.x + LABEL;
}

static void draw_time(App *app, int stage, Cells *cells, Rect *area)
{
    char a[32], b[32];
    double seconds = bench_epoch_seconds(app_bench(app), stage);
    int epochs = train_spec_epochs(&bench_design(app_bench(app))->stage[stage].train), y = area->y, x = label(cells, area, "an epoch");
    if (!isfinite(seconds)) {
        cells_text(cells, x, y, plain(ROLE_FAINT), bench_unmeasured(app_bench(app), stage));
        return;
    }
    duration(a, sizeof a, seconds);
    duration(b, sizeof b, seconds * epochs);
    x = cells_text(cells, x, y, plain(ROLE_TEXT), a) + 1;
    snprintf(a, sizeof a, "×%d ", epochs);
    if (x + cells_width(a) + cells_width(b) <= area->x + area->w)
        x = cells_text(cells, x, y, plain(ROLE_DIM), a);
    cells_text(cells, x, y, plain(ROLE_DIM), b);
}

static int stage_heading(App *app, Cells *cells, Rect *area)
{
    const Design *design = bench_design(app_bench(app));
    int stage = self(app)->stage, y = area->y, x = label(cells, area, "stage");
    x = cells_textf(cells, x, y, bold(ROLE_TEXT), "%d/%d", stage + 1, design->stages);
    x = cells_textf(cells, x + 1, y, plain(ROLE_TEXT), "%s", design->stage[stage].name);
    return cells_text(cells, x + 2, y, plain(ROLE_ACCENT), ", .");
}

void design_draw_totals(App *app, Cells *cells, const PaneView *view)
{
    Rect area = view->area;
    Designer *d = self(app);
    const Error *why;
    const Summary *summary = bench_summary(app_bench(app), d->stage, &why);
    const Design *design = bench_design(app_bench(app));
    char a[32], b[32];
    if (design->stages > 1)
        stage_heading(app, cells, &area);
    if (!summary) {
        cells_wrap(cells, area, plain(ROLE_FAINT), "what it costs is known again when it fits together");
        return;
    }
    int y = area.y, x = label(cells, &area, "code");
    str_grouped(a, sizeof a, (double)summary->code);
    x = cells_textf(cells, x, y, bold(ROLE_ACCENT), "%s number%s", a, summary->code == 1 ? "" : "s");
    snprintf(b, sizeof b, "%.3g : 1", summary->code ? (double)summary->input / (double)summary->code : 0);
    if (summary->code && x + 2 + cells_width(b) <= area.x + area.w)
        cells_text(cells, x + 2, y, plain(ROLE_DIM), b);
    y = area.y;
    x = label(cells, &area, "parameters");
    str_grouped(a, sizeof a, (double)summary->parameters);
    str_bytes(b, sizeof b, (double)summary->bytes_training);
    x = cells_text(cells, x, y, plain(ROLE_TEXT), a);
    if (x + 2 + cells_width(b) <= area.x + area.w)
        cells_text(cells, x + 2, y, plain(ROLE_DIM), b);
    draw_time(app, d->stage, cells, &area);
    if (design->stages == 1 || area.h < 1)
        return;
    y = area.y;
    x = label(cells, &area, "all stages");
    double seconds = all_seconds(app);
    duration(a, sizeof a, seconds);
    str_grouped(b, sizeof b, (double)bench_outline(app_bench(app))->parameters);
    x = cells_text(cells, x, y, plain(ROLE_TEXT), b);
    cells_text(cells, x + 2, y, plain(ROLE_DIM), isfinite(seconds) ? a : "");
}

/* ---- views */

static void view_shape(App *app, Cells *cells, Rect area)
{
    Designer *d = self(app);
    const Summary *summary = bench_summary(app_bench(app), d->stage, NULL);
    silhouette_draw_stage(cells, area, bench_design(app_bench(app)), d->stage, bench_outline(app_bench(app)), summary ? summary->code_row : 0,
                          design_chosen(app)->kind == LINE_LAYER ? design_chosen(app)->layer : -1);
}

static void view_sample(App *app, Cells *cells, Rect area)
{
    const Line *line = design_chosen(app);
    const Design *design = bench_design(app_bench(app));
    int layer = line->kind == LINE_LAYER ? line->layer : PASSAGE_INPUT;
    if (line->kind == LINE_BLOCK && design->block[line->block].count)
        layer = design->block[line->block].first + design->block[line->block].count - 1;
    through_draw(&self(app)->through, layer, cells, area);
}

static void view_changes(App *app, Cells *cells, Rect area)
{
    static const struct { const char *mark; Role role; } style[] = {
        [DIFF_ADDED] = {"+ ", ROLE_GOOD}, [DIFF_REMOVED] = {"- ", ROLE_BAD}, [DIFF_CHANGED] = {"• ", ROLE_CHANGED}};
    const DesignDiff *diff = bench_diff(app_bench(app));
    if (!diff->rows) {
        cells_wrap(cells, area, plain(ROLE_FAINT), "nothing differs yet");
        return;
    }
    for (int i = 0; i < diff->rows && area.h > 0; i++) {
        if (area.h == 1 && i + 1 < diff->rows) {
            cells_textf(cells, area.x, area.y, plain(ROLE_DIM), "and %d more", diff->rows - i);
            return;
        }
        cells_text(cells, area.x, area.y, bold(style[diff->row[i].kind].role), style[diff->row[i].kind].mark);
        Rect text = rect_new(area.x + 2, area.y, area.w - 2, area.h);
        rect_cut_top(&area, cells_wrap(cells, text, plain(ROLE_TEXT), diff->row[i].text));
    }
}

static void view_text(App *app, Cells *cells, Rect area)
{
    char *text = design_print_kept(bench_design(app_bench(app)), false), *rest = text, *line;
    for (int y = 0; y < area.h && (line = strsep(&rest, "\n")); y++) {
        Role role = line[strspn(line, " ")] == '#' ? ROLE_DIM : *line == ' ' ? ROLE_TEXT : ROLE_ACCENT;
        cells_text_cut(cells, area.x, area.y + y, area.w, plain(role), line);
    }
    free(text);
}

static const struct {
    const char *title;
    void (*draw)(App *app, Cells *cells, Rect area);
} views[VIEWS] = {
    [VIEW_SHAPE] = {"shape", view_shape},
    [VIEW_SAMPLE] = {"sample", view_sample},
    [VIEW_CHANGES] = {"changes", view_changes},
    [VIEW_TEXT] = {"text", view_text},
};

/* Beside the title: what the view is of, and where there is one view for all the key to the next. */
static void view_heading(App *app, View view, bool alone, Cells *cells, Rect *area)
{
    const Through *through = &self(app)->through;
    char note[96] = "";
    if (view == VIEW_CHANGES)
        snprintf(note, sizeof note, "to %s", bench_origin(app_bench(app)));
    else if (view == VIEW_SAMPLE && through->good)
        snprintf(note, sizeof note, "%s", through->passage.trained ? "trained" : "untrained");
    Rect line = *area;
    heading_draw(cells, area, views[view].title, note);
    const char *next = views[(view + 1) % VIEWS].title;
    int x = line.x + line.w - cells_width(next) - 2;
    if (!alone || x < line.x + cells_width(views[view].title) + cells_width(note) + 4)
        return;
    cells_text(cells, x, line.y, plain(ROLE_ACCENT), "v");
    cells_text(cells, x + 2, line.y, plain(ROLE_FAINT), next);
}

static void draw_view(App *app, View view, bool alone, Cells *cells, Rect area)
{
    view_heading(app, view, alone, cells, &area);
    views[view].draw(app, cells, area);
}

void design_draw_view(App *app, Cells *cells, const PaneView *view) { draw_view(app, self(app)->view, true, cells, view->area); }
void design_draw_shape(App *app, Cells *cells, const PaneView *view) { draw_view(app, VIEW_SHAPE, false, cells, view->area); }
void design_draw_sample(App *app, Cells *cells, const PaneView *view) { draw_view(app, VIEW_SAMPLE, false, cells, view->area); }
void design_draw_changes(App *app, Cells *cells, const PaneView *view) { draw_view(app, VIEW_CHANGES, false, cells, view->area); }
void design_draw_text(App *app, Cells *cells, const PaneView *view) { draw_view(app, VIEW_TEXT, false, cells, view->area); }
