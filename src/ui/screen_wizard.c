/* The wizard: one question after the other, with the hourglass growing beside them.  The questions are those of the plain prompts
 * and of answers files (spec/interview.h). */
#include "ui/screens.h"

#include "base/file.h"
#include "base/mem.h"
#include "spec/interview.h"
#include "ui/bench.h"
#include "ui/silhouette.h"
#include "ui/widgets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS = 96 };

typedef struct Wizard {
    Interview *interview;
    struct { char id[48], text[96]; } given[ANSWERS]; /* whatever was answered: going back and forward loses nothing */
    int answers;
    Field field;      /* the current question's */
    Form form;        /* that one field */
    Summary summary;  /* of the design so far */
    bool good;        /* it has one */
    Diagnosis diagnosis; /* of that design */
    List answered;
} Wizard;

static Wizard *self(App *app) { return app_state(app, &screen_wizard); }

/* ---- following the interview */

static const char *given(const Wizard *w, const char *id)
{
    for (int i = 0; i < w->answers; i++)
        if (strcmp(w->given[i].id, id) == 0)
            return w->given[i].text;
    return NULL;
}

static void remember(Wizard *w, const char *id, const char *text)
{
    int at = 0;
    while (at < w->answers && strcmp(w->given[at].id, id) != 0)
        at++;
    if (at == ANSWERS)
        return;
    w->answers = at == w->answers ? at + 1 : w->answers;
    snprintf(w->given[at].id, sizeof w->given[at].id, "%s", id);
    snprintf(w->given[at].text, sizeof w->given[at].text, "%s", text);
}

/* The field asks the current question; it shows what was answered before, else the default. */
static void set_field(Wizard *w)
{
    const Question *q = interview_question(w->interview);
    w->form = (Form){.field = &w->field, .label_width = 1};
    if (!q)
        return;
    const char *text = given(w, q->id);
    w->form.count = 1;
    w->field = (Field){.row = q->row};
    if ((!text || !param_parse(&q->row, text, &w->field.value, NULL)) && !param_parse(&q->row, q->normal, &w->field.value, NULL))
        w->field.value = (Value){0};
}

/* What the answers make, the one at hand included as if it were given. */
static void refresh(App *app)
{
    Wizard *w = self(app);
    Error err = {0};
    char text[128];
    summary_clear(&w->summary);
    doctor_clear(&w->diagnosis);
    field_text(&w->field, text, sizeof text);
    bool tried = interview_question(w->interview) && interview_answer(w->interview, text, &err);
    Design *design = interview_design(w->interview, &err);
    if (tried)
        (void)!interview_back(w->interview);
    w->good = design && summary_make(design, 0, bench_threads(app_bench(app)), &w->summary, &err);
    if (design)
        doctor_examine(design, NULL, 0, &w->diagnosis);
    design_free(design);
}

static void begin(App *app)
{
    Wizard *w = self(app);
    const Data *data = bench_data(app_bench(app));
    interview_free(w->interview);
    w->interview = interview_new(NULL, data ? data->train.shape : shape_map(28, 28, 1));
    set_field(w);
    refresh(app);
}

static void enter(App *app)
{
    Wizard *w = self(app);
    if (!w->interview || !interview_question(w->interview))
        begin(app);
}

static void close_screen(App *app)
{
    Wizard *w = self(app);
    interview_free(w->interview);
    summary_clear(&w->summary);
    doctor_clear(&w->diagnosis);
}

/* The design goes to the bench; unanswered questions are at their defaults. */
static bool hand_over(App *app)
{
    Error err = {0};
    Design *design = interview_design(self(app)->interview, &err);
    if (!design) {
        app_say_error(app, &err);
        return false;
    }
    bench_begin_design(app_bench(app), design, "the wizard");
    char *text = interview_print(self(app)->interview);
    bench_set_answers(app_bench(app), text);
    free(text);
    return true;
}

/* ---- drawing */

static void draw_answers(Wizard *w, Cells *cells, Rect area)
{
    enum { VALUE = 12 };
    int count = interview_answered(w->interview);
    w->answered.count = count;
    w->answered.at = count ? count - 1 : 0;
    list_place(&w->answered, area);
    for (int i = 0; i < count; i++) {
        Rect row = list_row(&w->answered, i);
        const Question *q;
        const char *text = interview_answer_text(w->interview, i, &q);
        if (rect_empty(row) || !text)
            continue;
        cells_text_cut(cells, row.x + 2, row.y, row.w - VALUE - 3, plain(ROLE_DIM), q->text);
        bool normal = !*text || strcmp(text, q->normal) == 0;
        cells_text_cut(cells, row.x + row.w - VALUE, row.y, VALUE, plain(normal ? ROLE_TEXT : ROLE_CHANGED), *text ? text : q->normal);
    }
}

static void draw_question(App *app, Cells *cells, Rect area)
{
    Wizard *w = self(app);
    const Question *q = interview_question(w->interview);
    if (!q) {
        cells_text(cells, area.x + 2, area.y, bold(ROLE_GOOD), "✓ that is all");
        cells_wrap(cells, rect_new(area.x + 2, area.y + 1, area.w - 3, 2), plain(ROLE_DIM), "t trains it now, Enter opens it in the designer, Up goes back.");
        return;
    }
    char title[200];
    snprintf(title, sizeof title, "%s?", q->text);
    cells_tint(cells, rect_new(area.x, area.y, area.w, 2), ROLE_SELECTED);
    cells_put(cells, area.x, area.y, plain(ROLE_ACCENT), 0x258c);
    cells_put(cells, area.x, area.y + 1, plain(ROLE_ACCENT), 0x258c);
    cells_text_cut(cells, area.x + 2, area.y, area.w - 3, bold(ROLE_BRIGHT), title);
    form_draw(&w->form, cells, rect_new(area.x, area.y + 1, area.w, 1), true);
    cells_put(cells, area.x, area.y + 1, plain(ROLE_ACCENT), 0x258c);
    bool wrong = w->form.editing && w->form.error.kind;
    const char *help = wrong ? w->form.error.what : q->help;
    if (q->row.type == PARAM_CHOICE && !wrong && q->row.choices[w->field.value.choice].help)
        help = q->row.choices[w->field.value.choice].help;
    cells_wrap(cells, rect_new(area.x + 2, area.y + 2, area.w - 3, 2), plain(wrong ? ROLE_BAD : ROLE_DIM), help ? help : "");
}

static void draw_growing(App *app, Cells *cells, Rect area)
{
    Wizard *w = self(app);
    char text[32];
    heading_draw(cells, &area, "shape", NULL);
    rect_cut_top(&area, 1);
    const Finding *finding = w->diagnosis.count ? &w->diagnosis.finding[0] : NULL;
    if (finding && finding->severity == SEVERITY_ERROR) {
        rect_cut_top(&area, cells_wrap(cells, area, plain(ROLE_BAD), finding->text) + 1);
        cells_wrap(cells, area, plain(ROLE_DIM), "Another answer mends it, or the designer's doctor.");
        return;
    }
    if (!w->good)
        return;
    if (finding && area.h >= 20) {
        Rect note = rect_cut_bottom(&area, 4);
        cells_wrap(cells, note, plain(ROLE_DIM), finding->text);
        rect_cut_bottom(&area, 1);
    }
    Rect totals = rect_cut_bottom(&area, 3);
    silhouette_draw(cells, area, &w->summary);
    if (totals.h < 3)
        return;
    cells_text(cells, totals.x, totals.y + 1, plain(ROLE_DIM), "code");
    str_grouped(text, sizeof text, (double)w->summary.code);
    int x = cells_textf(cells, totals.x + 12, totals.y + 1, bold(ROLE_ACCENT), "%s numbers", text);
    snprintf(text, sizeof text, "%.3g:1", w->summary.code ? (double)w->summary.input / (double)w->summary.code : 0);
    if (w->summary.code && x + 1 + cells_width(text) <= totals.x + totals.w)
        cells_text(cells, x + 1, totals.y + 1, plain(ROLE_DIM), text);
    cells_text(cells, totals.x, totals.y + 2, plain(ROLE_DIM), "parameters");
    str_grouped(text, sizeof text, (double)w->summary.parameters);
    cells_text(cells, totals.x + 12, totals.y + 2, plain(ROLE_TEXT), text);
}

static void draw(App *app, Cells *cells, Rect area)
{
    Wizard *w = self(app);
    if (area.w >= 66) {
        Rect right = rect_cut_right(&area, area.w >= 110 ? area.w / 2 : 30);
        rect_cut_right(&area, 2);
        draw_growing(app, cells, right);
    }
    if (area.w > 64)
        area.w = 64;
    heading_draw(cells, &area, "a new network", "Enter takes the default");
    rect_cut_top(&area, 1);
    int answered = interview_answered(w->interview), room = area.h - 5;
    Rect above = rect_cut_top(&area, answered < room ? answered : room);
    draw_answers(w, cells, above);
    if (answered)
        rect_cut_top(&area, 1);
    draw_question(app, cells, area);
}

/* ---- answering */

static void answer(App *app)
{
    Wizard *w = self(app);
    char text[128];
    Error err = {0};
    if (!interview_question(w->interview)) {
        if (hand_over(app))
            app_go(app, &screen_design);
        return;
    }
    field_text(&w->field, text, sizeof text);
    remember(w, interview_question(w->interview)->id, text);
    if (!interview_answer(w->interview, text, &err)) {
        app_say_error(app, &err);
        return;
    }
    set_field(w);
    refresh(app);
}

static void back(App *app)
{
    Wizard *w = self(app);
    char text[128];
    if (interview_question(w->interview)) { /* what stands there is not lost */
        field_text(&w->field, text, sizeof text);
        remember(w, interview_question(w->interview)->id, text);
    }
    if (interview_back(w->interview)) {
        set_field(w);
        refresh(app);
    }
}

/* The answer turned: the hourglass beside it follows. */
static bool turn(App *app, const Event *event)
{
    FormResult result = form_event(&self(app)->form, event);
    if (result == FORM_CHANGED)
        refresh(app);
    return result != FORM_IGNORED;
}

static bool grab(App *app, const Event *event)
{
    Wizard *w = self(app);
    if (event->kind == EVENT_MOUSE)
        return turn(app, event);
    if (event->kind != EVENT_KEY)
        return false;
    bool editing = w->form.editing;
    if (event->key == K_ENTER || ((event->key == K_TAB || event->key == K_DOWN) && interview_question(w->interview))) {
        if (editing) {
            Event enter_key = event_key(K_ENTER);
            form_event(&w->form, &enter_key);
            if (w->form.editing)
                return true; /* refused: stays */
        }
        answer(app);
        return true;
    }
    if (!editing && (event->key == K_UP || event->key == K_BACK_TAB || event->key == K_BACKSPACE)) {
        back(app);
        return true;
    }
    if (!interview_question(w->interview))
        return false;
    bool types = event->key < K_UP && event->key >= '0' && event->key <= '9';
    if (!editing && !types && event->key != K_LEFT && event->key != K_RIGHT && event->key != '.')
        return false;
    return turn(app, event);
}

/* ---- actions */

static void do_train(App *app, const char *argument)
{
    (void)argument;
    Error err = {0};
    if (!hand_over(app))
        return;
    if (bench_train(app_bench(app), &err))
        app_go(app, &screen_train);
    else
        app_say_error(app, &err);
}

static void do_design(App *app, const char *argument)
{
    (void)argument;
    if (hand_over(app))
        app_go(app, &screen_design);
}

static void do_answer(App *app, const char *argument)
{
    (void)argument;
    answer(app);
}

static void do_back(App *app, const char *argument)
{
    (void)argument;
    back(app);
}

static void do_turn(App *app, const char *argument)
{
    (void)argument;
    if (field_turn(&self(app)->field, 1))
        refresh(app);
}

static void do_again(App *app, const char *argument)
{
    (void)argument;
    self(app)->answers = 0;
    begin(app);
}

static void write_answers(App *app, const char *path)
{
    Error err = {0};
    char *text = interview_print(self(app)->interview);
    if (file_write(path, text, strlen(text), &err))
        app_say(app, ROLE_GOOD, "written to %s; `hourglass train --answers` takes it", path);
    else
        app_say_error(app, &err);
    free(text);
}

static void do_save(App *app, const char *path)
{
    app_save_as(app, "save the answers", "The questions answered so far with their answers, defaults spelt out.", path ? path : "answers.txt",
                !path, write_answers);
}

static void ask_for_answers(App *app);

static void play(App *app, const char *path)
{
    Wizard *w = self(app);
    Error err = {0};
    size_t size;
    if (!path || !*path)
        return;
    char *text = file_read(path, 1 << 20, &size, &err);
    const Data *data = bench_data(app_bench(app));
    Interview *interview = interview_new(NULL, data ? data->train.shape : shape_map(28, 28, 1));
    if (text && interview_play(interview, text, path, true, &err)) {
        interview_free(w->interview);
        w->interview = interview;
        w->answers = 0;
        for (int i = 0; i < interview_answered(interview); i++) {
            const Question *q;
            const char *answer_text = interview_answer_text(interview, i, &q);
            remember(w, q->id, answer_text);
        }
        set_field(w);
        refresh(app);
    } else { /* what was answered stays */
        interview_free(interview);
        app_show_mistake(app, &err, ask_for_answers);
    }
    free(text);
}

static void ask_for_answers(App *app)
{
    app_prompt(app, "import answers", "An answers file: one answer a line, or id = value.", "answers.txt", play, NULL);
}

static void do_play(App *app, const char *path)
{
    if (path)
        play(app, path);
    else
        ask_for_answers(app);
}

static const Action actions[] = {
    {"answer", "Enter", "next", "take the answer and ask the next question", do_answer, NULL, NULL},
    {"question-back", "Up", "back", "back to the question before", do_back, NULL, NULL},
    {"turn", "Right", "←→|change", "another value; digits type one", do_turn, NULL, NULL},
    {"train", "t F5", "train", "train it now; what was not asked stays at its default", do_train, NULL, NULL},
    {"design", "w d", "designer", "open it in the designer", do_design, NULL, NULL},
    {"save-answers", "s F8", "save answers", "write an answers file", do_save, NULL, "FILE"},
    {"import", "i", NULL, "answers from a file", do_play, NULL, "FILE"},
    {"again", "r", NULL, "begin again", do_again, NULL, NULL},
};

/* Without the name of the design at hand: another one is being made here. */
static const char *subject(App *app)
{
    static const char dot[] = " · ";
    const char *text = bench_subject(app_bench(app)), *rest = strstr(text, dot);
    return rest ? rest + strlen(dot) : text;
}

const Screen screen_wizard = {
    .name = "wizard", .about = "a new network, question by question", .state_size = sizeof(Wizard), .actions = actions,
    .count = COUNT_OF(actions), .enter = enter, .close = close_screen, .draw = draw, .grab = grab, .subject = subject,
};
