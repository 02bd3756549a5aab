/* The paper below a figure: captions broken into lines that fit, and margins around the body, whose place it tells. */
#include "figure/page.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 14, NARROWEST = 300 }; /* units; captions are not broken narrower than that */
static const float TITLE = 1.25f;
static const char SEPARATOR[] = " \u00b7 "; /* between the parts of a subtitle; not shown where a line ends with it */

FigureStyle figure_style_new(void)
{
    return (FigureStyle){.theme = &theme_light, .scale = 2};
}

int page_text_width(const FigureStyle *style, const char *text)
{
    return (int)ceilf(text_span(text, (float)style->scale));
}

int page_line(const FigureStyle *style)
{
    return (int)text_height((float)style->scale);
}

/* Where `line` is to be broken so that its beginning fits: at the last " \u00b7 " if that is not too early, else at the last blank. */
static char *line_break(char *line, float size, float width)
{
    char *blank = NULL, *dot = NULL;
    for (char *p = line; *p && *p != '\n'; p++) {
        if (*p != ' ')
            continue;
        *p = '\0';
        float reach = text_span(line, size);
        *p = ' ';
        if (reach > width)
            break;
        blank = p;
        if (strncmp(p, SEPARATOR, strlen(SEPARATOR)) == 0 && reach > width / 3)
            dot = p;
    }
    return dot ? dot : blank;
}

char *page_wrap(const char *text, float size, float width)
{
    char *out = mem_text(text), *line = out;
    for (;;) {
        char *end = line + strcspn(line, "\n"), saved = *end;
        *end = '\0';
        bool fits = text_span(line, size) <= width;
        *end = saved;
        char *at = fits ? NULL : line_break(line, size, width);
        if (at) {
            size_t skip = strncmp(at, SEPARATOR, strlen(SEPARATOR)) == 0 ? strlen(SEPARATOR) : 1;
            *at = '\n';
            memmove(at + 1, at + skip, strlen(at + skip) + 1);
            line = at + 1;
        } else if (*end) {
            line = end + 1;
        } else {
            return out;
        }
    }
}

static int lines_of(const char *text)
{
    int lines = *text != '\0';
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

bool page_open(Page *page, const Captions *captions, int w, int h, const FigureStyle *style, Image *out, Error *err)
{
    *page = (Page){.style = *style, .w = w, .h = h};
    int u = style->scale, line = page_line(style), margin = style->bare ? 0 : MARGIN * u;
    float size = (float)u;
    page->plain = (TextStyle){style->theme->text, size, false, ALIGN_LEFT, false};
    page->dim = page->bold = page->plain;
    page->dim.colour = style->theme->dim;
    page->bold.bold = true;
    if (style->bare)
        return canvas_new(&page->canvas, out, w, h, style->theme->background, err);

    float widest = fmaxf((float)w, (float)(NARROWEST * u));
    char *title = page_wrap(captions->title ? captions->title : "", TITLE * size, widest);
    char *subtitle = page_wrap(captions->subtitle ? captions->subtitle : "", size, widest);
    char *note = page_wrap(captions->note ? captions->note : "", size, widest);
    int title_line = (int)text_height(TITLE * size);
    int head = lines_of(title) * title_line + lines_of(subtitle) * line, foot = lines_of(note) * line;
    int inner = (int)ceilf(fmaxf(fmaxf((float)w, text_span(title, TITLE * size)),
                                 fmaxf(text_span(subtitle, size), text_span(note, size))));
    page->x = margin;
    page->y = margin + head + (head ? 8 * u : 0);
    bool ok = canvas_new(&page->canvas, out, inner + 2 * margin, page->y + h + (foot ? foot + 8 * u : 0) + margin,
                         style->theme->background, err);
    if (ok) {
        TextStyle big = page->bold;
        big.size = TITLE * size;
        float y = (float)margin;
        text_draw(&page->canvas, (float)margin, y + 9 * TITLE * size, &big, title);
        y += (float)(lines_of(title) * title_line);
        text_draw(&page->canvas, (float)margin, y + 10 * size, &page->dim, subtitle);
        text_draw(&page->canvas, (float)margin, (float)(page->y + h + 8 * u) + 9 * size, &page->dim, note);
    }
    free(title);
    free(subtitle);
    free(note);
    return ok;
}
