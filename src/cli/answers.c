/* Plays an answers file into an interview (spec/interview.h), or asks its questions one by one. */
#include "cli/answers.h"

#include "base/file.h"
#include "cli/console.h"
#include "cli/job.h"
#include "spec/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWERS_LIMIT = 1 << 20 };

Interview *answers_interview(const Args *args, const char *defaults, Error *err)
{
    Shape input = shape_map(28, 28, 1); /* of the built-in digits */
    Design *design = defaults ? design_open(defaults, err) : NULL;
    if (defaults && !design)
        return NULL;
    Interview *interview = NULL;
    Data *data = NULL;
    if (args_has(args, "data") || (args_knows(args, "images") && args_has(args, "images"))) {
        data = job_data(args, (Shape){0}, err);
        if (!data)
            goto done;
        input = data->train.shape;
    }
    interview = interview_new(design, input);
done:
    data_free(data);
    design_free(design);
    return interview;
}

static void echo(const Interview *interview, int index)
{
    const Question *question;
    const char *text = interview_answer_text(interview, index, &question);
    fprintf(stderr, "%2d. %s: %s%s%s\n", question->number, question->text, console_ink(stderr, INK_BOLD), text,
            console_ink(stderr, INK_PLAIN));
}

static bool play_text(const Args *args, Interview *interview, const char *text, const char *name, Error *err)
{
    int before = interview_answered(interview);
    bool good = interview_play(interview, text, name, args_has(args, "defaults"), err);
    for (int i = before; i < interview_answered(interview); i++)
        echo(interview, i);
    return good;
}

bool answers_play(const Args *args, Interview *interview, const char *file, Error *err)
{
    char *text = file_read(file, ANSWERS_LIMIT, NULL, err);
    if (!text)
        return false;
    bool good = play_text(args, interview, text, strcmp(file, "-") ? file : "standard input", err);
    free(text);
    return good;
}

Design *answers_design(const Args *args, const char *file, const char *defaults, Error *err)
{
    Design *design = NULL;
    Interview *interview = answers_interview(args, defaults, err);
    if (interview && answers_play(args, interview, file, err))
        design = interview_design(interview, err);
    interview_free(interview);
    return design;
}

/* -- Prompts. */

static void explain(const Question *question)
{
    Str range = {0};
    param_range(&question->row, &range);
    fprintf(stderr, "    %s\n    allowed: %s; Enter takes %s, < goes back\n", question->help ? question->help : "", range.text,
            question->normal);
    str_clear(&range);
}

static void prompt(const Question *question)
{
    const ParamRow *row = &question->row;
    fprintf(stderr, "%2d. %s", question->number, question->text);
    if (row->type == PARAM_CHOICE || row->type == PARAM_FLAG) {
        Str range = {0};
        param_range(row, &range);
        fprintf(stderr, " (%s)", range.text);
        str_clear(&range);
    }
    fprintf(stderr, " [%s]: ", question->normal);
    fflush(stderr);
}

/* "filters.2 = 64": a line of an answers file, not an answer. */
static bool is_named(const char *line)
{
    size_t word = strcspn(line, " \t=");
    const char *after = line + word + strspn(line + word, " \t");
    return word && isalpha((unsigned char)*line) && *after == '=';
}

static bool play_rest(const Args *args, Interview *interview, const char *line, Error *err)
{
    Str text = {0};
    size_t size;
    char *rest = file_read("-", ANSWERS_LIMIT, &size, err);
    if (!rest)
        return false;
    fputc('\n', stderr);
    str_addf(&text, "%s\n", line);
    str_add_bytes(&text, rest, size);
    free(rest);
    bool good = play_text(args, interview, text.text, "standard input", err);
    str_clear(&text);
    return good;
}

static char *trimmed(char *line)
{
    line += strspn(line, " \t");
    for (size_t end = strlen(line); end && isspace((unsigned char)line[end - 1]); end--)
        line[end - 1] = '\0';
    return line;
}

/* One line as the answer to the current question; false when it ends the conversation. */
static bool take_line(const Args *args, Interview *interview, char *line, bool typed, int number, Error *err)
{
    const Question *question = interview_question(interview);
    if (!strcmp(line, "?")) {
        explain(question);
        return true;
    }
    if (!strcmp(line, "<")) {
        if (!interview_back(interview))
            fputs("    this is the first question\n", stderr);
        return true;
    }
    if (!typed && is_named(line))
        return play_rest(args, interview, line, err);
    if (!typed)
        fprintf(stderr, "%s\n", line); /* nobody saw it being typed */
    Error problem = {0};
    if (interview_answer(interview, line, &problem))
        return true;
    if (typed) {
        char text[1024];
        error_text(&problem, text, sizeof text);
        fprintf(stderr, "    %s\n", text);
        return true;
    }
    *err = problem;
    err->kind = ERROR_USAGE;
    return error_at(err, "standard input", number, 0);
}

static bool ended_early(const Args *args, Interview *interview, Error *err)
{
    const Question *question = interview_question(interview);
    fputc('\n', stderr); /* the prompt's line */
    if (!args_has(args, "defaults"))
        return error_set(err, ERROR_USAGE, "answer all questions, or take the defaults of the rest with --defaults",
                         "the answers ended at question %d, %s: %s", question->number, question->id, question->text);
    while (interview_question(interview)) {
        if (!interview_answer(interview, "", err))
            return false;
        echo(interview, interview_answered(interview) - 1);
    }
    return true;
}

bool answers_ask(const Args *args, Interview *interview, Error *err)
{
    bool typed = isatty(STDIN_FILENO), good = true;
    char *line = NULL;
    size_t room = 0;
    int number = 0;
    if (typed)
        fputs("Enter takes what stands in brackets, ? explains, < goes back.\n", stderr);
    while (good && interview_question(interview)) {
        prompt(interview_question(interview));
        char *text = NULL;
        do { /* comments are no answers */
            number++;
            text = getline(&line, &room, stdin) < 0 ? NULL : trimmed(line);
        } while (text && *text == '#');
        if (!text) {
            good = ended_early(args, interview, err);
            break;
        }
        good = take_line(args, interview, text, typed, number, err);
    }
    free(line);
    return good;
}
