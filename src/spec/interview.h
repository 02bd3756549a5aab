/* The questions: one list feeds the plain prompts, answers files and the curses wizard.
 *
 * An interview is a walk through the list: which question comes next depends on the answers so far (how many sets, then filters
 * and kernel of each, pooling, the optional third pool, the loss ...).  Its result is a Design. */
#ifndef SPEC_INTERVIEW_H
#define SPEC_INTERVIEW_H

#include "spec/design.h"

typedef struct Interview Interview;

typedef struct Question {
    char id[48];         /* "sets", "filters.2": the name in an answers file */
    char text[160];      /* what is asked, for a person */
    const char *help;    /* one sentence */
    ParamRow row;        /* type, range, choices */
    char normal[64];     /* the default as text */
    int number;          /* 1-based place among the questions asked so far */
} Question;

/* Starts with the defaults of a design (a preset) or, with NULL, of the wizard's own. input: of the data at hand. */
Interview *interview_new(const Design *defaults, Shape input);
void interview_free(Interview *interview);

const Question *interview_question(const Interview *interview); /* the current one; NULL: all answered */
bool interview_answer(Interview *interview, const char *text, Error *err) MUST_CHECK; /* "" takes the default; moves on */
bool interview_back(Interview *interview);                      /* to the one before; false at the first */
int interview_answered(const Interview *interview);
const char *interview_answer_text(const Interview *interview, int index, const Question **question); /* as given */

/* The design so far (unanswered questions at their defaults); the caller's.  NULL only where the answers make nothing at all;
 * whether it fits together is for design_check to say. */
Design *interview_design(const Interview *interview, Error *err) MUST_CHECK;

/* Plays an answers file: positional lines (one answer a line in asking order, # comment) and `id = value` lines, mixed.  Where all
 * are positional an empty line is a default; among named ones it means nothing.  Errors: "F:5: filters.2: "x": need 1..1024", too few
 * lines without `defaults`, surplus lines, unknown ids. */
bool interview_play(Interview *interview, const char *text, const char *name, bool defaults, Error *err) MUST_CHECK;

/* All answers as a named answers file, every default spelt out; the caller's. */
char *interview_print(const Interview *interview);

/* As interview_print, for a design that did not come from an interview; NULL with *err when the questions cannot express it. */
char *interview_print_design(const Design *design, Error *err) MUST_CHECK;

#endif
