/* What is studied: a trained network together with the samples it is shown.  The network's three ways of use, samples by their
 * place in the chosen part of the data, and what kind of network it is. */
#ifndef STUDY_SUBJECT_H
#define STUDY_SUBJECT_H

#include "data/dataset.h"
#include "data/noise.h"
#include "store/model.h"

/* PART_AUTO: test where there is one, else validation, else training. */
typedef enum SubjectPart { PART_AUTO, PART_TEST, PART_VALIDATION, PART_TRAIN } SubjectPart;

typedef struct Subject {
    char name[192];        /* as figures call it: the run's or the file's name */
    Model model;
    Network *net;
    Team *team;            /* borrowed */
    int layers, code;      /* layers before `code` make the code */
    size_t input, code_size, output; /* numbers of a sample */
    Shape picture;         /* how an input is drawn: channels 1 or 3 */
    bool reconstructs;     /* the output is a picture like the input */
    bool classifies;       /* the output is a probability for each class */
    bool prior;            /* the code was trained towards N(0, 1): a variational autoencoder */
    bool coded;            /* there is something on both sides of the code, and the end is a picture */
    bool maps;             /* a layer puts out maps: height and width and channels */
    NoiseSpec noise;       /* of the stage that was trained last */
    bool noisy;            /* noise is not none */

    const Data *data;      /* borrowed; NULL: shown nothing, and the members below are empty */
    const Dataset *set;
    const char *part;      /* "test", "validation", "training" */
    uint32_t *index;       /* places in the set */
    int count;
} Subject;

/* Takes the model (also on failure).  data NULL: a network without samples.  Where the data has no test part, or the design
 * no validation part, that is an error that says what there is. */
bool subject_new(Subject *subject, const char *name, Model *model, const Data *data, SubjectPart part, Team *team, Error *err) MUST_CHECK;
void subject_clear(Subject *subject);

/* Samples by place 0 .. count - 1. */
void subject_clean(const Subject *subject, int place, float *x);
void subject_noisy(const Subject *subject, int place, float *x); /* with the noise that validation has; clean where there is none */
int subject_label(const Subject *subject, int place);            /* -1: none */
void subject_class_name(const Subject *subject, int class_index, char *buffer, size_t size);

/* n samples through the whole network, up to the code, and on from the code. */
void subject_run(Subject *subject, int n, const float *x, float *y);
void subject_encode(Subject *subject, int n, const float *x, float *code);
void subject_decode(Subject *subject, int n, const float *code, float *y);

/* Reconstruction errors of the first n samples from their noisy form: the mean squared error to the clean one. */
void subject_errors(Subject *subject, int n, float *mse);

/* Codes of n samples (by place; NULL: the first), (n, code_size), from clean inputs; NULL with *err when memory is short. */
float *subject_codes(Subject *subject, const uint32_t *place, int n, Error *err) MUST_CHECK;

/* How numbers of this shape are drawn: pictures as they are, other vectors as a square if they fill one, else as a line. */
Shape picture_shape(Shape shape);

#endif
