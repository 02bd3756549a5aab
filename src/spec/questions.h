/* Inside the interview: the walk through the questions, and defaults by name. */
#ifndef SPEC_QUESTIONS_H
#define SPEC_QUESTIONS_H

#include "spec/interview.h"

enum { QUESTIONS = 96, ANSWER_TEXT = 96, KIND_CHOICES = 24 };

/* Answers by the questions' names: of an answers file, or found in a design. */
typedef struct NamedAnswers {
    struct { char id[48], text[ANSWER_TEXT]; int line; bool used; } item[QUESTIONS];
    int count;
} NamedAnswers;

void named_put(NamedAnswers *answers, const char *id, const char *fmt, ...) PRINTF_LIKE(3, 4); /* overwrites; too many: ignored */
const char *named_get(const NamedAnswers *answers, const char *id);                        /* NULL: none */

struct Interview {
    Shape input;            /* of the data at hand */
    NamedAnswers defaults;  /* they go before a question's own */
    TrainSpec base;         /* settings nobody asks for */
    char name[DESIGN_NAME];
    ParamChoice settings[TRAIN_SETTINGS][KIND_CHOICES], presets[KIND_CHOICES];
    Question question[QUESTIONS]; /* the answered ones, and the current one behind them */
    Value value[QUESTIONS];
    char text[QUESTIONS][ANSWER_TEXT]; /* answers as they are printed */
    int answered;
    bool done;
};

/* Walks the list: answered questions give their answers, the first other becomes the current one, and all behind it take
 * their defaults.  With `out` also makes the design; it may not fit together. */
void questions_walk(Interview *interview, Design **out);

/* A question's name: "filters.2"; "noise.sd", "batch", "lr". */
const char *questions_numbered(char id[48], const char *word, int number);
void questions_field_id(TrainSetting setting, int field, const ParamKind *kind, char id[48]);

/* The answers that make this design, as far as they can be guessed; interview_print_design proves them. `kind` from 0; false past the
 * last kind. */
bool questions_guess(const Design *design, int kind, NamedAnswers *out);

#endif
