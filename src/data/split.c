/* Training and validation samples. */
#include "data/split.h"

#include "base/mem.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

#define SHARE_ROW(text)                                                                                                \
    {                                                                                                                  \
        .name = "share", .type = PARAM_PERCENT, .min = 0.01, .max = 99, .normal = "10%", .positional = true,           \
        .help = text, .question = "Share of the training samples kept for validation"                                  \
    }

static const ParamRow last_rows[] = {SHARE_ROW("the last samples of the training part, as Keras' validation_split")};
static const ParamRow random_rows[] = {SHARE_ROW("samples of the training part, chosen by the seed")};

static const ParamKind last = {"last", "the last share of the training samples, as Keras takes them", last_rows, 1};
static const ParamKind scattered = {"random", "a random share of the training samples", random_rows, 1};
static const ParamKind test = {"test", "the test samples", NULL, 0};
static const ParamKind none = {"none", "no validation", NULL, 0};

const ParamKind *const split_kinds[] = {&last, &scattered, &test, &none};
const int split_kinds_count = COUNT_OF(split_kinds);

static uint32_t *count_up(uint32_t first, int count)
{
    uint32_t *index = mem_new((size_t)count, sizeof *index);
    for (int i = 0; i < count; i++)
        index[i] = first + (uint32_t)i;
    return index;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

bool split_make(const SplitSpec *spec, const Data *data, uint64_t seed, Split *out, Error *err)
{
    const ParamKind *kind = spec->kind ? spec->kind : &none;
    int total = data->train.count, train = total;
    *out = (Split){.train = &data->train};
    if (kind == &test) {
        if (data->test.count == 0)
            return error_set(err, ERROR_INPUT, "write `validation last 10%` in the network, or name test data",
                             "validation on the test samples, but %s has none", data->name);
        out->validation = &data->test;
        out->validation_index = count_up(0, data->test.count);
        out->validation_count = data->test.count;
    } else if (kind != &none) {
        double share = spec->value[0].number / 100;
        train = (int)floor(total * (1 - share)); /* Keras' own rounding */
        if (train < 1 || train == total)
            return error_set(err, ERROR_INPUT, "choose another share or more data",
                             "%g %% of %d samples leave none to %s", share * 100, total, train < 1 ? "train on" : "validate on");
        out->validation = &data->train;
        out->validation_count = total - train;
    }
    out->train_count = train;
    uint32_t *index = count_up(0, total);
    if (kind == &scattered) {
        Rng rng = rng_new(seed, RNG_SPLIT, 0, 0);
        rng_shuffle(&rng, index, (size_t)total);
        qsort(index, (size_t)train, sizeof *index, by_number); /* both parts in the set's order: pages are read forwards */
        qsort(index + train, (size_t)(total - train), sizeof *index, by_number);
    }
    out->train_index = index;
    if (train < total) {
        out->validation_index = count_up(0, out->validation_count);
        for (int i = 0; i < out->validation_count; i++)
            out->validation_index[i] = index[train + i];
    }
    return true;
}

void split_clear(Split *split)
{
    free(split->train_index);
    free(split->validation_index);
    *split = (Split){0};
}
