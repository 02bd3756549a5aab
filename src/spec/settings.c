/* The settings of training: which there are, their kinds, and how one line of them is read and printed. */
#include "spec/design.h"

#include "base/mem.h"
#include "data/noise.h"
#include "data/split.h"
#include "nn/schedule.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Each setting's choices.  Tables of other rooms are walked; settings without kinds have one nameless kind. */
static const ParamKind *loss_at(int i)
{
    return i < loss_kinds_count ? &loss_kinds[i]->param : NULL;
}

static const ParamKind *optimizer_at(int i)
{
    return i < optimizer_kinds_count ? &optimizer_kinds[i]->param : NULL;
}

static const ParamKind *schedule_at(int i)
{
    return i < schedule_kinds_count ? schedule_kinds[i] : NULL;
}

static const ParamKind *split_at(int i)
{
    return i < split_kinds_count ? split_kinds[i] : NULL;
}

static const ParamKind *noise_at(int i)
{
    return i < noise_kinds_count ? &noise_kinds[i]->param : NULL;
}

static const ParamRow batch_rows[] = {{.name = "batch", .type = PARAM_INT, .min = 1, .max = 65536, .normal = "128",
                                       .positional = true, .help = "samples between two updates of the weights"}};
static const ParamRow epochs_rows[] = {{.name = "epochs", .type = PARAM_INT, .min = 1, .max = 100000, .normal = "20",
                                        .positional = true, .help = "passes over the training data"}};
static const ParamRow kl_rows[] = {{.name = "warmup", .type = PARAM_REAL, .min = 0, .max = 100000, .normal = "0",
                                    .help = "epochs over which beta grows from 0 to its full value"}};
static const ParamRow decay_rows[] = {
    {.name = "l1", .type = PARAM_REAL, .min = 0, .max = 1000, .normal = "0", .help = "adds l1 times the sum of |w| to the loss"},
    {.name = "l2", .type = PARAM_REAL, .min = 0, .max = 1000, .normal = "0", .help = "adds l2 times the sum of w squared to the loss"}};
static const ParamRow clip_rows[] = {
    {.name = "norm", .type = PARAM_REAL, .min = 0, .max = 1e6, .normal = "0", .help = "longest gradient allowed; 0: any"},
    {.name = "value", .type = PARAM_REAL, .min = 0, .max = 1e6, .normal = "0", .help = "largest gradient of one weight; 0: any"}};
static const ParamRow stop_rows[] = {
    {.name = "patience", .type = PARAM_INT, .min = 0, .max = 100000, .normal = "0",
     .help = "epochs without improvement after which training ends; 0: never early"},
    {.name = "min-delta", .type = PARAM_REAL, .min = 0, .max = 1e6, .normal = "0", .help = "what counts as an improvement"}};
static const ParamRow shuffle_rows[] = {{.name = "shuffle", .type = PARAM_FLAG, .normal = "yes", .positional = true,
                                         .help = "a new order of the samples every epoch"}};

static const ParamKind precisions[] = {
    [PRECISION_FLOAT32] = {"float32", "numbers of 24 bits", NULL, 0},
    [PRECISION_BF16] = {"bf16", "factors rounded to 8 bits, sums of 24: faster on processors with AVX512-BF16, slower on others", NULL, 0},
};

static const ParamKind *precision_at(int i)
{
    return i < (int)COUNT_OF(precisions) ? &precisions[i] : NULL;
}

static const ParamKind conv_ways[] = {
    [CONV_AUTO] = {"auto", "for each layer what is faster, by a rule on its sizes: the same in every run", NULL, 0},
    [CONV_DIRECT] = {"direct", "as the formula stands", NULL, 0},
    [CONV_WINOGRAD] = {"winograd", "with fewer multiplications, which round a little more, wherever kernels are small enough", NULL, 0},
};

static const ParamKind *conv_way_at(int i)
{
    return i < (int)COUNT_OF(conv_ways) ? &conv_ways[i] : NULL;
}

#define NAMELESS(setting)                                                                              \
    static const ParamKind setting##_kind = {"", "", setting##_rows, COUNT_OF(setting##_rows)};        \
    static const ParamKind *setting##_at(int i) { return i == 0 ? &setting##_kind : NULL; }
NAMELESS(batch)
NAMELESS(epochs)
NAMELESS(kl)
NAMELESS(decay)
NAMELESS(clip)
NAMELESS(stop)
NAMELESS(shuffle)

const TrainSettingRow train_settings[TRAIN_SETTINGS] = {
    [TRAIN_LOSS] = {"loss", "what training makes small", "Loss", loss_at, "mse", true},
    [TRAIN_OPTIMIZER] = {"optimizer", "how weights follow their gradients", "Optimizer", optimizer_at, "adam", true},
    [TRAIN_SCHEDULE] = {"schedule", "the learning rate over time", "Learning rate schedule", schedule_at, "constant", false},
    [TRAIN_BATCH] = {"batch", "samples between two updates of the weights", "Batch size", batch_at, "128", true},
    [TRAIN_EPOCHS] = {"epochs", "passes over the training data", "Epochs", epochs_at, "20", true},
    [TRAIN_VALIDATION] = {"validation", "the samples held back to see whether what was learned is general", "Validation",
                          split_at, "last 10%", true},
    [TRAIN_NOISE] = {"noise", "what is done to the input; the target stays clean", "Noise", noise_at, "none", false},
    [TRAIN_KL] = {"kl", "warm-up of the variational code's penalty", "KL warm-up", kl_at, "", false},
    [TRAIN_DECAY] = {"decay", "a penalty on large weights", "Weight decay", decay_at, "", false},
    [TRAIN_CLIP] = {"clip", "a limit for gradients", "Gradient clipping", clip_at, "", false},
    [TRAIN_STOP] = {"stop", "early stopping; the best epoch's weights are restored", "Early stopping", stop_at, "", false},
    [TRAIN_SHUFFLE] = {"shuffle", "a new order of the samples every epoch", "Shuffle", shuffle_at, "yes", false},
    [TRAIN_PRECISION] = {"precision", "in which numbers layers multiply; weights and sums are float32 in any case", "Precision",
                         precision_at, "float32", false},
    [TRAIN_CONV] = {"convolution", "how convolutions are computed", "Convolutions", conv_way_at, "auto", false},
};

int train_setting_find(const char *name)
{
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        if (strcmp(train_settings[i].name, name) == 0)
            return i;
    return -1;
}

/* Picks the kind by its word; *used is 1 when that word was one of `words`. */
static const ParamKind *pick_kind(TrainSetting setting, char *const *words, int count, int *used, Error *err)
{
    const TrainSettingRow *row = &train_settings[setting];
    const ParamKind *kind = row->kind(0);
    *used = 0;
    if (!*kind->name)
        return kind;
    Str names = {0};
    const char *list[32];
    int kinds = 0;
    for (; (kind = row->kind(kinds)) && kinds < (int)COUNT_OF(list); kinds++) {
        if (count && strcmp(words[0], kind->name) == 0) {
            *used = 1;
            str_clear(&names);
            return kind;
        }
        list[kinds] = kind->name;
        str_addf(&names, "%s%s", kinds ? ", " : "", kind->name);
    }
    if (count == 0) {
        error_set(err, ERROR_INPUT, NULL, "%s needs its kind: %s", row->name, names.text);
    } else {
        int near = str_closest(words[0], list, kinds);
        error_set(err, ERROR_INPUT, NULL, "%s: \"%s\": need %s", row->name, words[0], names.text);
        if (err && near >= 0)
            snprintf(err->cure, sizeof err->cure, "did you mean \"%s\"?", list[near]);
        if (err)
            err->column = 1;
    }
    str_clear(&names);
    return NULL;
}

bool train_setting_parse(TrainSetting setting, char *const *words, int count, ParamSet *set, Error *err)
{
    int used;
    const ParamKind *kind = pick_kind(setting, words, count, &used, err);
    if (!kind)
        return false;
    ParamSet result = *kind->name || set->kind != kind ? param_set_new(kind) : *set;
    if (!param_set_parse(&result, words + used, count - used, true, err)) {
        if (err && err->column)
            err->column += used;
        return false;
    }
    *set = result;
    return true;
}

void train_setting_print(TrainSetting setting, const ParamSet *set, bool full, Str *out)
{
    str_add(out, train_settings[setting].name);
    if (*set->kind->name)
        str_add(out, " ");
    param_set_print(set, full, out);
}

TrainSpec train_spec_new(void)
{
    TrainSpec spec = {0};
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        char line[64], *words[8];
        int count = 0;
        snprintf(line, sizeof line, "%s", train_settings[i].normal);
        for (char *rest, *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
            words[count++] = word;
        bool good = train_setting_parse((TrainSetting)i, words, count, &spec.set[i], NULL);
        assert(good);
        (void)good;
    }
    return spec;
}

bool train_setting_is_default(TrainSetting setting, const ParamSet *set)
{
    TrainSpec normal = train_spec_new();
    return param_set_equal(set, &normal.set[setting]);
}

int train_spec_batch(const TrainSpec *spec)
{
    return (int)spec->set[TRAIN_BATCH].value[0].number;
}

int train_spec_epochs(const TrainSpec *spec)
{
    return (int)spec->set[TRAIN_EPOCHS].value[0].number;
}

double train_spec_lr(const TrainSpec *spec)
{
    return spec->set[TRAIN_OPTIMIZER].value[OPTIMIZER_LR].number;
}

Arithmetic train_spec_arithmetic(const TrainSpec *spec)
{
    return (Arithmetic){.precision = (Precision)(spec->set[TRAIN_PRECISION].kind - precisions),
                        .conv = (ConvWay)(spec->set[TRAIN_CONV].kind - conv_ways)};
}
