/* The interview: answers given one after the other, taken back, played from a file, printed. */
#include "spec/interview.h"

#include "base/mem.h"
#include "spec/preset.h"
#include "spec/questions.h"
#include "spec/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- answers by name */

void named_put(NamedAnswers *answers, const char *id, const char *fmt, ...)
{
    int at = 0;
    while (at < answers->count && strcmp(answers->item[at].id, id) != 0)
        at++;
    if (at == QUESTIONS)
        return;
    if (at == answers->count)
        snprintf(answers->item[answers->count++].id, sizeof answers->item[at].id, "%s", id);
    va_list args;
    va_start(args, fmt);
    vsnprintf(answers->item[at].text, sizeof answers->item[at].text, fmt, args);
    va_end(args);
}

const char *named_get(const NamedAnswers *answers, const char *id)
{
    for (int i = 0; i < answers->count; i++)
        if (strcmp(answers->item[i].id, id) == 0)
            return answers->item[i].text;
    return NULL;
}

/* ---- making one */

static Interview *empty(Shape input)
{
    Interview *interview = mem_new(1, sizeof *interview);
    interview->input = shape_size(input) ? input : shape_map(28, 28, 1);
    interview->base = train_spec_new();
    snprintf(interview->name, sizeof interview->name, "design");
    for (int s = 0; s < TRAIN_SETTINGS; s++) {
        const ParamKind *kind;
        for (int k = 0; k < KIND_CHOICES - 1 && (kind = train_settings[s].kind(k)); k++)
            interview->settings[s][k] = (ParamChoice){.word = kind->name, .help = kind->help};
    }
    for (int i = 0; i < presets_count && i < KIND_CHOICES - 1; i++)
        interview->presets[i] = (ParamChoice){.word = presets[i].name, .help = presets[i].summary};
    return interview;
}

/* An interview whose defaults make `design`; NULL when no answers can. */
static Interview *for_design(const Design *design)
{
    char *want = design_print(design, true);
    Interview *found = NULL;
    NamedAnswers guess;
    for (int kind = 0; !found && questions_guess(design, kind, &guess); kind++) {
        Interview *candidate = empty(design->input);
        candidate->defaults = guess;
        candidate->base = design->stage[0].train;
        snprintf(candidate->name, sizeof candidate->name, "%s", design->name);
        Design *made;
        questions_walk(candidate, &made);
        char *got = design_print(made, true), *brief = design_print(made, false), *wanted = design_print(design, false);
        if (strcmp(got, want) == 0 && strcmp(brief, wanted) == 0)
            found = candidate;
        else
            free(candidate);
        free(got);
        free(brief);
        free(wanted);
        design_free(made);
    }
    free(want);
    return found;
}

Interview *interview_new(const Design *defaults, Shape input)
{
    Interview *interview = defaults ? for_design(defaults) : NULL;
    if (!interview)
        interview = empty(input);
    questions_walk(interview, NULL);
    return interview;
}

void interview_free(Interview *interview)
{
    free(interview);
}

/* ---- asking and answering */

const Question *interview_question(const Interview *interview)
{
    return interview->done ? NULL : &interview->question[interview->answered];
}

bool interview_answer(Interview *interview, const char *text, Error *err)
{
    assert(!interview->done);
    int at = interview->answered;
    const Question *question = &interview->question[at];
    if (!param_parse(&question->row, *text ? text : question->normal, &interview->value[at], err)) {
        if (err)
            err->kind = ERROR_USAGE;
        return false;
    }
    Str printed = {0};
    param_print(&question->row, &interview->value[at], &printed);
    snprintf(interview->text[at], sizeof interview->text[at], "%s", printed.text);
    str_clear(&printed);
    interview->answered++;
    questions_walk(interview, NULL);
    return true;
}

bool interview_back(Interview *interview)
{
    if (interview->answered == 0)
        return false;
    interview->answered--;
    questions_walk(interview, NULL);
    return true;
}

int interview_answered(const Interview *interview)
{
    return interview->answered;
}

const char *interview_answer_text(const Interview *interview, int index, const Question **question)
{
    assert(index >= 0 && index < interview->answered);
    if (question)
        *question = &interview->question[index];
    return interview->text[index];
}

Design *interview_design(const Interview *interview, Error *err)
{
    Interview *copy = mem_new(1, sizeof *copy); /* a walk writes down the current question */
    *copy = *interview;
    Design *design;
    questions_walk(copy, &design);
    free(copy);
    if (design->layers)
        return design;
    design_free(design);
    error_set(err, ERROR_USAGE, "give smaller numbers", "these answers make no network: it would be too large");
    return NULL;
}

/* ---- printing */

char *interview_print(const Interview *interview)
{
    Str out = {0};
    for (int i = 0; i < interview->answered; i++)
        str_addf(&out, "%s = %s\n", interview->question[i].id, interview->text[i]);
    return str_take(&out);
}

/* Do the answers alone, without this design as the source of defaults, make it? */
static bool proves(const char *answers, const Design *design)
{
    Interview *fresh = empty(design->input);
    questions_walk(fresh, NULL);
    Design *made = interview_play(fresh, answers, "", false, NULL) ? interview_design(fresh, NULL) : NULL;
    interview_free(fresh);
    if (!made)
        return false;
    char *got = design_print(made, false), *want = design_print(design, false);
    bool same = strcmp(got, want) == 0;
    free(got);
    free(want);
    design_free(made);
    return same;
}

char *interview_print_design(const Design *design, Error *err)
{
    Interview *interview = for_design(design);
    char *text = NULL;
    if (interview) {
        questions_walk(interview, NULL);
        bool good = interview_play(interview, "", "", true, NULL);
        assert(good);
        (void)good;
        text = interview_print(interview);
        interview_free(interview);
    }
    if (text && proves(text, design))
        return text;
    free(text);
    error_set(err, ERROR_INPUT, "save it as a network file instead", "the questions cannot express this design: %s", design->name);
    return NULL;
}
