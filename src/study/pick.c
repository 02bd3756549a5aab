/* Samples by order, by class, by error, or as the user lists them. */
#include "study/pick.h"

#include "base/mem.h"
#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

typedef struct Rank {
    float error;
    uint32_t place;
} Rank;

static int by_error(const void *a, const void *b)
{
    const Rank *x = a, *y = b;
    if (x->error != y->error)
        return x->error < y->error ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static void pick_by_error(Subject *s, bool worst, int count, uint32_t *out)
{
    float *mse = mem_new((size_t)s->count, sizeof *mse);
    Rank *rank = mem_new((size_t)s->count, sizeof *rank);
    subject_errors(s, s->count, mse);
    for (int i = 0; i < s->count; i++)
        rank[i] = (Rank){worst ? -mse[i] : mse[i], (uint32_t)i};
    qsort(rank, (size_t)s->count, sizeof *rank, by_error);
    for (int i = 0; i < count; i++)
        out[i] = rank[i].place;
    free(mse);
    free(rank);
}

/* Rounds over the classes: each takes its next sample that was not taken yet. */
static void pick_by_class(const Subject *s, int count, uint32_t *out)
{
    int next[DATA_CLASSES] = {0}, taken = 0;
    while (taken < count)
        for (int c = 0; c < s->set->classes && taken < count; c++) {
            while (next[c] < s->count && subject_label(s, next[c]) != c)
                next[c]++;
            if (next[c] < s->count)
                out[taken++] = (uint32_t)next[c]++;
        }
}

int pick_samples(Subject *s, PickOrder order, int count, uint64_t seed, uint32_t *out)
{
    count = count < s->count ? count : s->count;
    if (order == PICK_WORST || order == PICK_BEST) {
        pick_by_error(s, order == PICK_WORST, count, out);
    } else if (order == PICK_CLASSES && s->set->labels) {
        pick_by_class(s, count, out);
    } else {
        uint32_t *all = mem_new((size_t)s->count + 1, sizeof *all);
        for (int i = 0; i < s->count; i++)
            all[i] = (uint32_t)i;
        Rng rng = rng_new(seed, RNG_PICK, 0, 0);
        if (order == PICK_RANDOM)
            rng_shuffle(&rng, all, (size_t)s->count);
        memcpy(out, all, (size_t)count * sizeof *out);
        free(all);
    }
    return count;
}

int pick_parse(const char *text, int limit, uint32_t *out, int room, Error *err)
{
    int count = 0;
    for (const char *p = text;;) {
        char *end;
        long from = strtol(p, &end, 10), to = from;
        bool number = end != p;
        if (number && *end == '-') {
            p = end + 1;
            to = strtol(p, &end, 10);
            number = end != p;
        }
        if (!number || from < 0 || to < from || (*end && *end != ',')) {
            error_set(err, ERROR_USAGE, "write 3,14,15 or 0-9", "\"%s\" is not a list of samples", text);
            return -1;
        }
        if (to >= limit) {
            error_set(err, ERROR_USAGE, NULL, "sample %ld: there are %d, numbered from 0", to, limit);
            return -1;
        }
        for (; from <= to && count < room; from++)
            out[count++] = (uint32_t)from;
        if (!*end)
            return count;
        p = end + 1;
    }
}
