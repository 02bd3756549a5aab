/* Answers files: one answer a line in asking order, or `name = value` in any order, mixed as one likes. */
#include "base/mem.h"
#include "base/str.h"
#include "spec/questions.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Answers {
    NamedAnswers named;
    struct { char text[ANSWER_TEXT]; int line; } row[QUESTIONS]; /* by position */
    int rows, next, lines;
} Answers;

static bool refuse(Error *err, const char *name, int line, const char *cure, const char *what)
{
    error_set(err, ERROR_USAGE, cure, "%s", what);
    return error_at(err, name, line, 0);
}

/* Without comment and blanks around it. */
static void trim(const char *start, size_t length, char *out, size_t size)
{
    for (size_t i = 0; i < length; i++)
        if (start[i] == '#' && (i == 0 || isspace((unsigned char)start[i - 1])))
            length = i;
    while (length && isspace((unsigned char)start[length - 1]))
        length--;
    while (length && isspace((unsigned char)*start)) {
        start++;
        length--;
    }
    snprintf(out, size, "%.*s", (int)(length < size ? length : size - 1), start);
}

static bool add_named(Answers *answers, const char *text, const char *equals, int line, const char *name, Error *err)
{
    char id[48], what[160];
    trim(text, (size_t)(equals - text), id, sizeof id);
    if (named_get(&answers->named, id)) {
        snprintf(what, sizeof what, "%s is answered twice", id);
        return refuse(err, name, line, "leave one of the two out", what);
    }
    if (answers->named.count == QUESTIONS)
        return refuse(err, name, line, NULL, "there are more answers than questions");
    char value[ANSWER_TEXT];
    trim(equals + 1, strlen(equals + 1), value, sizeof value);
    named_put(&answers->named, id, "%s", value);
    answers->named.item[answers->named.count - 1].line = line;
    return true;
}

static bool read(Answers *answers, const char *text, const char *name, Error *err)
{
    text = str_after_mark(text);
    for (int line = 1; *text; line++) {
        size_t length = strcspn(text, "\n");
        char row[2 * ANSWER_TEXT];
        trim(text, length, row, sizeof row);
        bool comment = !*row && text[strspn(text, " \t\r")] == '#';
        if (length >= sizeof row && strlen(row) >= ANSWER_TEXT)
            return refuse(err, name, line, NULL, "this line is too long for an answer");
        const char *equals = strchr(row, '=');
        if (equals && !add_named(answers, row, equals, line, name, err))
            return false;
        if (!equals && !comment) {
            if (answers->rows == QUESTIONS) {
                if (*row)
                    return refuse(err, name, line, NULL, "there are more answers than questions");
            } else {
                snprintf(answers->row[answers->rows].text, ANSWER_TEXT, "%s", row);
                answers->row[answers->rows++].line = line;
            }
        }
        answers->lines = line;
        text += length;
        text += *text == '\n';
    }
    /* Blank lines are defaults only where answers are given by position alone; among named ones they are for the eye. */
    int kept = 0;
    for (int i = 0; answers->named.count && i < answers->rows; i++)
        if (*answers->row[i].text)
            answers->row[kept++] = answers->row[i];
    if (answers->named.count)
        answers->rows = kept;
    return true;
}

/* The answer to a question, and its line; NULL: the file has none. */
static const char *answer_to(Answers *answers, const Question *question, int *line)
{
    for (int i = 0; i < answers->named.count; i++)
        if (strcmp(answers->named.item[i].id, question->id) == 0) {
            answers->named.item[i].used = true;
            *line = answers->named.item[i].line;
            return answers->named.item[i].text;
        }
    if (answers->next == answers->rows)
        return NULL;
    *line = answers->row[answers->next].line;
    return answers->row[answers->next++].text;
}

static bool refuse_surplus(const Interview *interview, Answers *answers, const char *name, Error *err)
{
    for (; answers->next < answers->rows; answers->next++) {
        if (!*answers->row[answers->next].text)
            continue;
        char what[160];
        snprintf(what, sizeof what, "\"%.60s\" is one answer too many: all %d questions are answered", answers->row[answers->next].text,
                 interview->answered);
        return refuse(err, name, answers->row[answers->next].line, NULL, what);
    }
    for (int i = 0; i < answers->named.count; i++) {
        if (answers->named.item[i].used)
            continue;
        const char *ids[QUESTIONS];
        char what[160], cure[80] = "";
        for (int q = 0; q < interview->answered; q++)
            ids[q] = interview->question[q].id;
        int near = str_closest(answers->named.item[i].id, ids, interview->answered);
        snprintf(what, sizeof what, "%s is not asked after the other answers", answers->named.item[i].id);
        if (near >= 0)
            snprintf(cure, sizeof cure, "did you mean \"%s\"?", ids[near]);
        return refuse(err, name, answers->named.item[i].line, cure, what);
    }
    return true;
}

bool interview_play(Interview *interview, const char *text, const char *name, bool defaults, Error *err)
{
    Answers *answers = mem_new(1, sizeof *answers);
    bool good = read(answers, text, name, err);
    const Question *question;
    while (good && (question = interview_question(interview))) {
        int line = 0;
        const char *answer = answer_to(answers, question, &line);
        if (!answer && !defaults) {
            char what[320];
            snprintf(what, sizeof what, "too few answers: the next question is %s (%s)", question->id, question->text);
            good = refuse(err, name, answers->lines, "answer it, or let the rest be defaults with --defaults", what);
            break;
        }
        good = interview_answer(interview, answer ? answer : "", err);
        if (!good)
            error_at(err, name, line, 0);
    }
    good = good && refuse_surplus(interview, answers, name, err);
    free(answers);
    return good;
}
