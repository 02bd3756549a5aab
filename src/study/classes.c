/* Runs a classifier over its samples, some at a time. */
#include "study/classes.h"

#include "base/mem.h"

#include <stdlib.h>

enum { CHUNK = 256 };

bool classes_predict(Subject *s, int count, Predictions *out, Error *err)
{
    *out = (Predictions){.count = count};
    for (int i = 0; i < count; i++)
        if (subject_label(s, i) >= (int)s->output)
            return error_set(err, ERROR_INPUT, NULL, "sample %d is of class %d, but %s knows only %zu classes", i, subject_label(s, i),
                             s->name, s->output);
    out->predicted = mem_new((size_t)count + 1, sizeof *out->predicted);
    out->sure = mem_new((size_t)count + 1, sizeof *out->sure);
    float *x = mem_new(CHUNK * s->input, sizeof *x), *y = mem_new(CHUNK * s->output, sizeof *y);
    for (int first = 0; first < count; first += CHUNK) {
        int n = count - first < CHUNK ? count - first : CHUNK;
        for (int i = 0; i < n; i++)
            subject_noisy(s, first + i, x + (size_t)i * s->input);
        subject_run(s, n, x, y);
        for (int i = 0; i < n; i++) {
            const float *row = y + (size_t)i * s->output;
            out->predicted[first + i] = score_argmax((int)s->output, row);
            out->sure[first + i] = row[out->predicted[first + i]];
        }
    }
    free(x);
    free(y);
    return true;
}

void predictions_clear(Predictions *predictions)
{
    free(predictions->predicted);
    free(predictions->sure);
    *predictions = (Predictions){0};
}

Confusion classes_confusion(const Subject *s, const Predictions *p)
{
    Confusion confusion = confusion_new((int)s->output);
    for (int i = 0; i < p->count; i++)
        confusion_add(&confusion, subject_label(s, i), p->predicted[i]);
    return confusion;
}

typedef struct Sure {
    float sure;
    int place;
} Sure;

static int surest(const void *a, const void *b)
{
    const Sure *x = a, *y = b;
    if (x->sure != y->sure)
        return x->sure > y->sure ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

int classes_mistakes(const Subject *s, const Predictions *p, bool surest_first, int *place)
{
    Sure *wrong = mem_new((size_t)p->count + 1, sizeof *wrong);
    int count = 0;
    for (int i = 0; i < p->count; i++)
        if (p->predicted[i] != subject_label(s, i))
            wrong[count++] = (Sure){p->sure[i], i};
    if (surest_first)
        qsort(wrong, (size_t)count, sizeof *wrong, surest);
    for (int i = 0; i < count; i++)
        place[i] = wrong[i].place;
    free(wrong);
    return count;
}
