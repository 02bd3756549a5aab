/* What a classifier says of its samples. */
#ifndef STUDY_CLASSES_H
#define STUDY_CLASSES_H

#include "study/score.h"
#include "study/subject.h"

typedef struct Predictions {
    int count;
    int *predicted;
    float *sure; /* the probability of the predicted class */
} Predictions;

/* Of the first `count` samples.  Labels that the network does not know are an error. */
bool classes_predict(Subject *subject, int count, Predictions *out, Error *err) MUST_CHECK;
void predictions_clear(Predictions *predictions);

Confusion classes_confusion(const Subject *subject, const Predictions *predictions);

/* Places of the wrong ones into place (room for all), in order or the surest first; returns how many. */
int classes_mistakes(const Subject *subject, const Predictions *predictions, bool surest_first, int *place);

#endif
