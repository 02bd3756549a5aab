/* Small things: bars, headings, boxes, and numbers written so that they do not jump. */
#include "ui/widgets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void bar_draw(Cells *cells, Rect area, double share, Role role)
{
    share = share < 0 || isnan(share) ? 0 : share > 1 ? 1 : share;
    int full = (int)(share * area.w + 1e-9);
    for (int x = 0; x < area.w; x++)
        cells_put(cells, area.x + x, area.y, plain(x < full ? role : ROLE_FAINT), x < full ? 0x2501 : 0x2500);
    /* ASCII puts both lines into "-". */
    for (int x = 0; x < full && !cells->look.utf8; x++)
        cells_put(cells, area.x + x, area.y, plain(role), '=');
}

void heading_draw(Cells *cells, Rect *area, const char *text, const char *note)
{
    Rect line = rect_cut_top(area, 1);
    if (rect_empty(line))
        return;
    int x = cells_text_cut(cells, line.x, line.y, line.w, bold(ROLE_TEXT), text);
    if (note && *note)
        cells_text_cut(cells, x + 2, line.y, line.x + line.w - x - 2, plain(ROLE_DIM), note);
}

void brief_draw(Cells *cells, int x, int y, int width, Style style, const char *text)
{
    char clauses[200];
    size_t bytes = 0;
    for (const char *at = text; cells_width(text) > width && (at = strpbrk(at, ",:")) != NULL; at++) {
        snprintf(clauses, sizeof clauses, "%.*s", (int)(at - text), text);
        bytes = at[1] == ' ' && cells_width(clauses) <= width ? (size_t)(at - text) : bytes;
    }
    snprintf(clauses, sizeof clauses, "%.*s", bytes ? (int)bytes : (int)sizeof clauses - 1, text);
    cells_text_cut(cells, x, y, width, style, clauses);
}

void box_draw(Cells *cells, Rect area, const char *title)
{
    if (area.w < 2 || area.h < 2)
        return;
    cells_fill(cells, area, ROLE_GROUND);
    Style line = plain(ROLE_DIM);
    int right = area.x + area.w - 1, bottom = area.y + area.h - 1;
    for (int x = area.x + 1; x < right; x++) {
        cells_put(cells, x, area.y, line, 0x2500);
        cells_put(cells, x, bottom, line, 0x2500);
    }
    for (int y = area.y + 1; y < bottom; y++) {
        cells_put(cells, area.x, y, line, 0x2502);
        cells_put(cells, right, y, line, 0x2502);
    }
    cells_put(cells, area.x, area.y, line, 0x256d);
    cells_put(cells, right, area.y, line, 0x256e);
    cells_put(cells, area.x, bottom, line, 0x2570);
    cells_put(cells, right, bottom, line, 0x256f);
    if (title) {
        int x = cells_text(cells, area.x + 2, area.y, plain(ROLE_TEXT), " ");
        x = cells_text_cut(cells, x, area.y, right - x - 2, bold(ROLE_BRIGHT), title);
        cells_text(cells, x, area.y, plain(ROLE_TEXT), " ");
    }
}

void brief_seconds(char *buffer, size_t size, double seconds)
{
    if (!(seconds >= 0) || seconds > 1e8)
        snprintf(buffer, size, "-");
    else if (seconds < 9.95)
        snprintf(buffer, size, "%.1f s", seconds);
    else if (seconds < 3600)
        snprintf(buffer, size, "%d:%02d", (int)seconds / 60, (int)seconds % 60);
    else
        snprintf(buffer, size, "%d:%02d:%02d", (int)seconds / 3600, (int)seconds / 60 % 60, (int)seconds % 60);
}

void loss_text(char *buffer, size_t size, double loss)
{
    char text[32];
    if (!isfinite(loss)) {
        snprintf(buffer, size, "%6s", isnan(loss) ? "nan" : "inf");
        return;
    }
    double magnitude = fabs(loss);
    if (magnitude >= 99999.5 || (magnitude > 0 && magnitude < 0.001))
        snprintf(text, sizeof text, "%.1e", loss);
    else if (magnitude < 1)
        snprintf(text, sizeof text, "%.5f", loss);
    else
        snprintf(text, sizeof text, "%.*f", magnitude < 10 ? 4 : magnitude < 100 ? 3 : magnitude < 1000 ? 2 : magnitude < 10000 ? 1 : 0, loss);
    /* No zero before the point: a digit more where it counts. */
    const char *from = text[0] == '0' && text[1] == '.' ? text + 1 : text;
    snprintf(buffer, size, "%6.7s", from);
}
