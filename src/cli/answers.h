/* Designs from questions: an answers file played, or plain prompts on the terminal or a pipe. */
#ifndef CLI_ANSWERS_H
#define CLI_ANSWERS_H

#include "cli/command.h"
#include "spec/interview.h"

/* A new interview; its defaults are those of a preset or file (NULL: the wizard's own), its input the data's where that is named. */
Interview *answers_interview(const Args *args, const char *defaults, Error *err) MUST_CHECK;

/* Plays a file ("-": standard input), echoing questions and answers on standard error. --defaults lets it end early. */
bool answers_play(const Args *args, Interview *interview, const char *file, Error *err) MUST_CHECK;

/* Asks one question a line on standard error and reads answers from standard input: empty takes the default, ? explains, < goes
 * back.  On a pipe a wrong answer is an error, and a file of `id = value` lines is played as a whole. */
bool answers_ask(const Args *args, Interview *interview, Error *err) MUST_CHECK;

/* An answers file straight to its design. */
Design *answers_design(const Args *args, const char *file, const char *defaults, Error *err) MUST_CHECK;

#endif
