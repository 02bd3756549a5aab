/* Figures drawn with cells, without a terminal: pictures whole and in part, the crosshair's numbers, the matrix, the curves. */
#include "ui/gallery_own.h"

#include "base/mem.h"
#include "spec/preset.h"
#include "spec/text.h"
#include "ui/curve.h"
#include "ui/pictures.h"
#include "ui/silhouette.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Cells grid(int w, int h, ColourLevel level)
{
    Cells cells = {.look = look_new(level, level == COLOUR_MONO ? GLYPHS_ASCII : GLYPHS_HALF, false)};
    cells_resize(&cells, w, h);
    return cells;
}

static char *line_of(const Cells *cells, int y)
{
    static char out[2048];
    size_t used = 0;
    for (int x = 0; x < cells->w; x++) {
        char bytes[5];
        utf8_put(cells->cell[y * cells->w + x].glyph, bytes);
        used += (size_t)snprintf(out + used, sizeof out - used, "%s", bytes);
    }
    return out;
}

static int lines_with(const Cells *cells, const char *text)
{
    int found = 0;
    for (int y = 0; y < cells->h; y++)
        found += strstr(line_of(cells, y), text) != NULL;
    return found;
}

/* ---- sheets */

enum { SIDE = 28, SIZE = SIDE * SIDE, SAMPLES = 10 };

static float pixels[3][SAMPLES][SIZE];

/* Originals, noisy and reconstructions, each pixel a number of its own. */
static Sheet three_rows(int samples)
{
    static const char *const label[] = {"original", "noisy", "reconstruction"};
    Sheet sheet;
    sheet_new(&sheet, 3, samples, shape_map(SIDE, SIDE, 1));
    sheet.band = 3;
    for (int row = 0; row < 3; row++)
        for (int i = 0; i < samples; i++) {
            SheetCell *cell = &sheet.cell[row * samples + i];
            for (int k = 0; k < SIZE; k++)
                pixels[row][i][k] = (float)((k * 7 + i * 31 + row * 211) % 997) / 997;
            cell->pixels = pixels[row][i];
            snprintf(sheet.row_label[row], SHEET_TEXT, "%s", label[row]);
            snprintf(cell->about, SHEET_TEXT, "%d #%d", i, 100 + i);
            if (row == 2)
                snprintf(cell->caption, SHEET_TEXT, "0.01%02d", i);
        }
    return sheet;
}

/* Where all fits every picture, every label and every caption is there, and no two pictures share a cell. */
static void sheets_are_shown_whole(void **state)
{
    (void)state;
    for (int w = 60; w <= 200; w += 35)
        for (int h = 15; h <= 60; h += 9) {
            Sheet sheet = three_rows(4);
            SheetView view = {0};
            Cells cells = grid(w, h, COLOUR_RGB);
            sheet_view_draw(&view, &cells, cells_all(&cells), &sheet);
            assert_true(view.whole);
            for (int row = 0; row < 3; row++)
                assert_int_equal(lines_with(&cells, sheet.row_label[row]), 1);
            if (view.tile_w >= 6)
                for (int i = 0; i < 4; i++)
                    assert_int_equal(lines_with(&cells, sheet.cell[8 + i].caption), 1);
            assert_true(view.pitch > view.tile_w);
            assert_true(view.area.x + 3 * view.pitch + view.tile_w <= w && view.row_y[2] + view.tile_h < h);
            assert_true(view.row_y[1] >= view.row_y[0] + view.tile_h && view.row_y[2] >= view.row_y[1] + view.tile_h);
            sheet_view_clear(&view);
            sheet_clear(&sheet);
            cells_clear(&cells);
        }
}

static void same_cell(const Cell *a, const Cell *b)
{
    assert_int_equal(a->glyph, b->glyph);
    assert_int_equal(a->fg, b->fg);
    assert_int_equal(a->bg, b->bg);
    assert_int_equal(a->attr, b->attr);
}

/* At 1:1 cells are those of the picture alone, wherever the sheet is moved to, and the end of each side can be reached. */
static void parts_are_moved_under_the_screen(void **state)
{
    (void)state;
    Sheet sheet = three_rows(SAMPLES);
    SheetView view = {.scale = 1};
    Cells cells = grid(80, 18, COLOUR_RGB), alone = grid(SIDE, SIDE / 2, COLOUR_RGB);
    Event right = event_key(K_RIGHT), down = event_key(K_DOWN);
    sheet_view_draw(&view, &cells, cells_all(&cells), &sheet);
    assert_false(view.whole);
    for (int step = 0; step < 80; step++) {
        cells_erase(&cells);
        sheet_view_draw(&view, &cells, cells_all(&cells), &sheet);
        for (int row = 0; row < 3; row++)
            for (int i = 0; i < SAMPLES; i++) {
                int x = view.area.x + i * view.pitch - view.pan_x, y = view.row_y[row];
                pictures_draw(&alone, cells_all(&alone), pixels[row][i], sheet.shape);
                for (int k = 0; k < SIDE * SIDE / 2; k++) {
                    int cx = x + k % SIDE, cy = y + k / SIDE;
                    if (rect_has(view.area, cx, cy))
                        same_cell(&cells.cell[cy * 80 + cx], &alone.cell[k]);
                }
            }
        assert_true(sheet_view_event(&view, &sheet, step % 2 ? &right : &down));
    }
    sheet_view_draw(&view, &cells, cells_all(&cells), &sheet);
    assert_int_equal(view.area.x + (SAMPLES - 1) * view.pitch + view.tile_w - view.pan_x, view.area.x + view.area.w); /* the last column's end */
    sheet_view_clear(&view);
    sheet_clear(&sheet);
    cells_clear(&cells);
    cells_clear(&alone);
}

/* The crosshair reads the very numbers, goes from picture to picture, and stays inside; a click puts it where it points. */
static void the_crosshair_reads_the_data(void **state)
{
    (void)state;
    Sheet sheet = three_rows(5);
    SheetView view = {.inspecting = true};
    Cells cells = grid(80, 18, COLOUR_RGB);
    static const uint32_t keys[] = {K_RIGHT, K_DOWN, K_RIGHT, K_UP, K_SHIFT_RIGHT, K_SHIFT_DOWN, K_LEFT, K_RIGHT, K_RIGHT, K_DOWN, K_DOWN};
    sheet_view_draw(&view, &cells, cells_all(&cells), &sheet);
    for (int step = 0; step < 400; step++) {
        Event key = event_key(keys[(step * 5 + step / 11) % COUNT_OF(keys)]);
        assert_true(sheet_view_event(&view, &sheet, &key));
        sheet_view_draw(&view, &cells, cells_all(&cells), &sheet);
        assert_in_range(view.x, 0, SIDE - 1);
        assert_in_range(view.y, 0, SIDE - 1);
        assert_in_range(view.row, 0, 2);
        assert_in_range(view.column, 0, 4);
        char text[300], expected[300];
        int k = view.y * SIDE + view.x, i = view.column;
        sheet_view_read(&view, &sheet, text, sizeof text);
        snprintf(expected, sizeof expected, "%d #%d  pixel %d, %d  original %.3f  noisy %.3f  reconstruction %.3f  difference %.3f", i, 100 + i, view.x,
                 view.y, (double)pixels[0][i][k], (double)pixels[1][i][k], (double)pixels[2][i][k], (double)(pixels[2][i][k] - pixels[0][i][k]));
        assert_string_equal(text, expected);
    }
    Event click = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .x = view.area.x + 3 * view.pitch, .y = view.row_y[1]};
    assert_true(sheet_view_event(&view, &sheet, &click));
    assert_int_equal(view.column, 3);
    assert_int_equal(view.row, 1);
    assert_true(view.x < SIDE / 4 && view.y < SIDE / 4);
    click.x = 0; /* a label */
    assert_false(sheet_view_event(&view, &sheet, &click));
    sheet_view_clear(&view);
    sheet_clear(&sheet);
    cells_clear(&cells);
}

/* ---- the matrix */

static void the_matrix_has_its_numbers(void **state)
{
    (void)state;
    enum { CLASSES = 10 };
    static const char *const names[CLASSES] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    static const char *const extra_name[] = {"recall %", "precision %", "F1 %"};
    long count[CLASSES * CLASSES] = {0};
    double extra[CLASSES * 3];
    for (int r = 0; r < CLASSES; r++)
        for (int c = 0; c < CLASSES; c++)
            count[r * CLASSES + c] = r == c ? 900 + r : (r * 7 + c) % 4 == 0 ? 10 + r + c : 0;
    for (int i = 0; i < CLASSES * 3; i++)
        extra[i] = 0.9 + i * 0.001;
    Matrix matrix = {.size = CLASSES, .count = count, .name = names, .row_axis = "true class", .column_axis = "predicted class",
                     .extra_name = extra_name, .extra = extra, .extras = 3};
    for (int level = COLOUR_MONO; level <= COLOUR_RGB; level++)
        for (int wide = 0; wide < 2; wide++) {
            Gallery *g = mem_new(1, sizeof *g);
            Cells cells = grid(wide ? 150 : 78, wide ? 50 : 16, (ColourLevel)level);
            gallery_draw_matrix(g, &cells, cells_all(&cells), &matrix);
            assert_int_equal(lines_with(&cells, "predicted class"), 1);
            assert_int_equal(lines_with(&cells, "recall"), 1);
            for (int r = 0; r < CLASSES; r++) {
                /* the numbers of a row, read back from its line */
                int y = g->view.area.y + r * g->view.tile_h + (g->view.tile_h - 1) / 2;
                for (int c = 0; c < CLASSES; c++) {
                    long read = 0;
                    for (int x = 0; x < g->view.tile_w; x++) {
                        uint32_t glyph = cells.cell[y * cells.w + g->view.area.x + c * g->view.tile_w + x].glyph;
                        if (glyph >= '0' && glyph <= '9')
                            read = read * 10 + (long)glyph - '0';
                    }
                    assert_int_equal(read, count[r * CLASSES + c]);
                }
            }
            g->at_x = 1, g->at_y = 3;
            char text[200];
            gallery_read_matrix(g, &matrix, text, sizeof text);
            assert_non_null(strstr(text, "true 3, predicted 1: "));
            free(g);
            cells_clear(&cells);
        }
}

/* ---- curves */

static void curves_have_axes_and_a_legend(void **state)
{
    (void)state;
    double x[20], train[20], valid[20];
    for (int i = 0; i < 20; i++)
        x[i] = i + 1, train[i] = 1.0 / (i + 1), valid[i] = 1.2 / (i + 1);
    Curve curve[] = {{.name = "training", .x = x, .y = train, .count = 20, .colour = theme_dark.training, .best = -1},
                     {.name = "validation", .x = x, .y = valid, .count = 20, .colour = theme_dark.validation, .dashed = true, .best = 19}};
    LinePlot lines = {.x_label = "epoch", .y_label = "loss (bce)", .whole_x = true, .curve = curve, .curves = 2};
    for (int utf8 = 0; utf8 < 2; utf8++) {
        Gallery *g = mem_new(1, sizeof *g);
        Cells cells = grid(78, 16, utf8 ? COLOUR_RGB : COLOUR_MONO);
        cells.look.utf8 = utf8;
        g->inspecting = true;
        g->at_x = 4;
        gallery_draw_lines(g, &cells, cells_all(&cells), &lines);
        static const char *const words[] = {"loss (bce)", "training", "validation", "best epoch", "epoch", "0.5"};
        for (size_t i = 0; i < COUNT_OF(words); i++)
            assert_true(lines_with(&cells, words[i]) >= 1);
        char text[200];
        gallery_read_lines(g, &lines, text, sizeof text);
        assert_string_equal(text, "epoch 5   training 0.2   validation 0.24");
        int columns = 0; /* both curves go from one side to the other */
        for (int column = 10; column < 78; column++) {
            int seen = 0;
            for (int y = 1; y < 14; y++) {
                uint32_t glyph = cells.cell[y * 78 + column].glyph;
                seen |= utf8 ? glyph >= 0x2800 && glyph < 0x2900 : glyph == 't' || glyph == 'v';
            }
            columns += seen;
        }
        assert_true(columns > 60);
        free(g);
        cells_clear(&cells);
    }
}

/* The network's bars: the code is the narrowest of an hourglass, every layer has its line. */
static void the_network_is_an_hourglass(void **state)
{
    (void)state;
    static const double size[] = {784, 256, 32, 256, 784};
    LayerBlock block[5];
    for (int i = 0; i < 5; i++) {
        block[i] = (LayerBlock){.size = size[i], .part = i == 0 ? BLOCK_INPUT : i == 2 ? BLOCK_CODE : i < 2 ? BLOCK_ENCODER : BLOCK_DECODER, .learns = i > 0};
        snprintf(block[i].name, BLOCK_TEXT, "layer%d", i);
        snprintf(block[i].shape, BLOCK_TEXT, "%g", size[i]);
    }
    Blocks blocks = {.block = block, .count = 5, .shape_heading = "output", .detail_heading = "parameters"};
    Gallery *g = mem_new(1, sizeof *g);
    Cells cells = grid(78, 8, COLOUR_RGB);
    gallery_draw_blocks(g, &cells, cells_all(&cells), &blocks);
    int width[5] = {0};
    for (int i = 0; i < 5; i++) {
        assert_non_null(strstr(line_of(&cells, 1 + i), block[i].name));
        for (int x = 0; x < 78; x++)
            width[i] += cells.cell[(1 + i) * 78 + x].glyph == 0x2588 || cells.cell[(1 + i) * 78 + x].glyph == 0x2593;
    }
    assert_true(width[0] > width[1] && width[1] > width[2] && width[2] > 0 && width[3] == width[1] && width[4] == width[0]);
    free(g);
    cells_clear(&cells);
}

/* ---- the outline of a network */

static int bar_width(const Cells *cells, int y)
{
    int width = 0;
    for (int x = 0; x < cells->w; x++)
        width += cells->cell[y * cells->w + x].glyph == 0x2588;
    return width;
}

/* However few lines it has, the outline narrows to the code and widens again, and both halves are alike where they can be. */
static void the_outline_is_an_hourglass(void **state)
{
    (void)state;
    Error err = {0};
    Summary summary;
    const Preset *deep = preset_find("deep");
    Design *design = deep ? design_parse(deep->text, "deep", &err) : NULL;
    assert_non_null(design);
    assert_true(summary_make(design, 0, 1, &summary, &err));
    for (int h = 3; h <= 20; h++) {
        Cells cells = grid(40, h, COLOUR_RGB);
        silhouette_draw(&cells, cells_all(&cells), &summary);
        int width[20], bars = 0, waist = 0;
        for (int y = 0; y < h; y++)
            if (bar_width(&cells, y))
                width[bars++] = bar_width(&cells, y);
        for (int i = 1; i < bars; i++)
            waist = width[i] < width[waist] ? i : waist;
        for (int i = 1; i < bars; i++)
            assert_true(i <= waist ? width[i] <= width[i - 1] : width[i] >= width[i - 1]);
        assert_true(waist > 0 && waist < bars - 1 && width[0] == width[bars - 1]);
        for (int i = 0; h % 2 && h <= 11 && i < bars; i++) /* every width of the design has its bar at eleven */
            assert_int_equal(width[i], width[bars - 1 - i]);
        cells_clear(&cells);
    }
    summary_clear(&summary);
    design_free(design);
}

/* ---- curves of several stages */

/* No line leads from one stage's loss to the next one's; every point is in one part. */
static void stages_have_curves_of_their_own(void **state)
{
    (void)state;
    enum { EPOCHS = 7 };
    static const int stage[EPOCHS] = {0, 0, 0, 1, 2, 2, 2};
    Metric metric[EPOCHS];
    for (int i = 0; i < EPOCHS; i++) {
        metric[i] = metric_new(METRIC_EPOCH);
        metric[i].stage = stage[i];
        metric[i].epoch = i - (stage[i] == 0 ? 0 : stage[i] == 1 ? 3 : 4) + 1;
        metric[i].train_loss = metric[i].val_loss = 1 + i;
    }
    LossCurve curve;
    curve_make(metric, EPOCHS, 10, 1, 0.9, &curve);
    PlotSeries whole = {curve.epoch_x, curve.valid_y, curve.epochs, ink_role(ROLE_VALID), DASH_DASHED, 'v'}, part[CURVE_PARTS];
    assert_int_equal(curve_split(&whole, &curve.epoch_stages, part), 3);
    static const int length[3] = {3, 1, 3};
    for (int i = 0, from = 0; i < 3; from += length[i++]) {
        assert_int_equal(part[i].count, length[i]);
        assert_ptr_equal(part[i].y, curve.valid_y + from);
        assert_ptr_equal(part[i].x, curve.epoch_x + from);
    }
    whole.count = 0;
    assert_int_equal(curve_split(&whole, &curve.epoch_stages, part), 0);
    curve_clear(&curve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheets_are_shown_whole),     cmocka_unit_test(parts_are_moved_under_the_screen), cmocka_unit_test(the_crosshair_reads_the_data),
        cmocka_unit_test(the_matrix_has_its_numbers), cmocka_unit_test(curves_have_axes_and_a_legend),    cmocka_unit_test(the_network_is_an_hourglass),
        cmocka_unit_test(the_outline_is_an_hourglass), cmocka_unit_test(stages_have_curves_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
