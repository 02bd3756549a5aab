/* The list of questions, and the design their answers make.
 *
 * Each kind of network is one function that asks and, with what it is told, writes the network's text form.  The first question
 * without an answer stops the asking; the rest of the function then runs on defaults, so that there is a design at every moment. */
#include "spec/questions.h"

#include "base/mem.h"
#include "spec/mirror.h"
#include "spec/preset.h"
#include "spec/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct Walk {
    Interview *of;
    int at;       /* questions passed so far */
    bool stopped; /* the current question was found */
    Str net;      /* the layers' text */
} Walk;

/* ---- asking */

static Value ask(Walk *w, ParamRow row, const char *id, const char *normal, const char *help, const char *text, ...) PRINTF_LIKE(6, 7);

static Value ask(Walk *w, ParamRow row, const char *id, const char *normal, const char *help, const char *text, ...)
{
    Interview *of = w->of;
    if (w->at < of->answered)
        return of->value[w->at++];
    Value value = {0};
    row.name = id;
    const char *given = named_get(&of->defaults, id);
    if (!given || !param_parse(&row, given, &value, NULL)) {
        given = normal;
        bool good = param_parse(&row, normal, &value, NULL);
        assert(good);
        (void)good;
    }
    if (w->stopped || w->at == QUESTIONS)
        return value;
    w->stopped = true;
    Question *question = &of->question[w->at];
    *question = (Question){.help = help, .row = row, .number = w->at + 1};
    snprintf(question->id, sizeof question->id, "%s", id);
    snprintf(question->normal, sizeof question->normal, "%s", given);
    question->row.name = question->id;
    question->row.normal = question->normal;
    va_list args;
    va_start(args, text);
    vsnprintf(question->text, sizeof question->text, text, args);
    va_end(args);
    return value;
}

const char *questions_numbered(char id[48], const char *word, int number)
{
    snprintf(id, 48, "%s.%d", word, number);
    return id;
}

#define INT_ROW(low, high) ((ParamRow){.type = PARAM_INT, .min = low, .max = high})
#define CHOICE_ROW(list) ((ParamRow){.type = PARAM_CHOICE, .choices = list})

static int ask_int(Walk *w, const char *id, int low, int high, int normal, const char *help, const char *text)
{
    char number[16];
    snprintf(number, sizeof number, "%d", normal);
    return (int)ask(w, INT_ROW(low, high), id, number, help, "%s", text).number;
}

/* An activation, as the text form writes it. */
static void ask_activation(Walk *w, const char *id, const char *normal, const char *text, char out[40])
{
    ParamRow row = CHOICE_ROW(mirror_closing_row()->choices);
    Value value = ask(w, row, id, normal, "the function each output goes through", "%s", text);
    Str word = {0};
    param_print(&row, &value, &word);
    snprintf(out, 40, "%s", word.text);
    str_clear(&word);
}

/* ---- the kinds of network */

typedef struct Plan {
    Shape input; /* as asked */
    const char *loss, *reduction; /* the usual ones; reduction NULL: the mean, not asked */
} Plan;

static void write_input(Walk *w, Shape input)
{
    char text[SHAPE_TEXT];
    shape_text(input, text);
    str_addf(&w->net, "input %s\n", text);
}

enum { DENSE_MOST = 12 };

static void write_dense(Walk *w, int units, const char *activation, double dropout, const char *init)
{
    str_addf(&w->net, "dense %d %s %s\n", units, activation, init);
    if (dropout > 0)
        str_addf(&w->net, "dropout %.9g\n", dropout);
}

/* Dense layers down to a code and the same up again; with `variational` the code is sampled. */
static void dense_network(Walk *w, Plan *plan, bool variational)
{
    static const ParamChoice outputs[] = {{"vector", "the numbers in a row", false, 0},
                                          {"picture", "in the input's shape", false, 0},
                                          {NULL, NULL, false, 0}};
    static const ParamRow dropout_row = {.type = PARAM_REAL, .min = 0, .max = 0.95};
    char id[48], text[80], activation[DENSE_MOST][40], code_activation[40] = "linear", init[40] = "glorot-uniform";
    int units[DENSE_MOST], layers = ask_int(w, "layers", 0, DENSE_MOST, 1, "hidden layers before the code; the decoder has as many",
                                            "How many hidden layers");
    for (int i = 0; i < layers; i++) {
        snprintf(text, sizeof text, "Units of layer %d", i + 1);
        units[i] = ask_int(w, questions_numbered(id, "units", i + 1), 1, 65536, i ? units[i - 1] > 1 ? units[i - 1] / 2 : 1 : 256,
                           "how many numbers come out", text);
        snprintf(text, sizeof text, "Activation of layer %d", i + 1);
        ask_activation(w, questions_numbered(id, "activation", i + 1), i ? activation[i - 1] : "relu", text, activation[i]);
    }
    int code = ask_int(w, "code", 1, variational ? 4096 : 65536, variational ? 2 : 32,
                       "the numbers a picture is squeezed into; 2 can be drawn as a plane", "Size of the code");
    if (!variational)
        ask_activation(w, "code-activation", "linear", "Activation of the code", code_activation);
    double dropout = layers ? ask(w, dropout_row, "dropout", "0", "the share of numbers set to zero in training; 0: none",
                                  "Dropout behind hidden layers").number : 0;
    if (variational) {
        const ParamKind *kind = &layer_kind_find("sample")->param;
        ParamRow row = kind->rows[param_find(kind, "init")];
        Value value = ask(w, row, "init", "he-normal", row.help, "%s", "Initial weights");
        snprintf(init, sizeof init, "%s", row.choices[value.choice].word);
    }
    bool picture = !variational && !plan->input.flat &&
                   ask(w, CHOICE_ROW(outputs), "output", "vector", "only its shape; the numbers are the same", "Shape of the output").choice == 1;
    int numbers = (int)shape_size(plan->input);
    write_input(w, shape_vector(numbers));
    str_add(&w->net, "encoder\n");
    for (int i = 0; i < layers; i++)
        write_dense(w, units[i], activation[i], dropout, init);
    if (variational)
        str_addf(&w->net, "sample %d init=%s\ndecoder\n", code, init);
    else
        str_addf(&w->net, "dense %d %s\ndecoder\n", code, code_activation);
    for (int i = layers - 1; i >= 0; i--)
        write_dense(w, units[i], activation[i], dropout, init);
    write_dense(w, numbers, "sigmoid", 0, init);
    if (picture)
        str_addf(&w->net, "reshape %dx%dx%d\n", plan->input.h, plan->input.w, plan->input.c);
    plan->loss = "bce";
    plan->reduction = variational ? "sum" : NULL;
}

enum { SETS_MOST = 8 };

typedef struct Sets {
    int count, filters[SETS_MOST], kernel[SETS_MOST][2], pool[SETS_MOST];
} Sets;

static void ask_sets(Walk *w, Sets *sets, int most, int normal, bool pools)
{
    char id[48], text[80];
    sets->count = ask_int(w, "sets", 1, most, normal, "each set looks for larger patterns than the one before",
                          "How many sets of convolutions");
    for (int i = 0; i < sets->count; i++) {
        snprintf(text, sizeof text, "Filters of set %d", i + 1);
        sets->filters[i] = ask_int(w, questions_numbered(id, "filters", i + 1), 1, 1024, i < 3 ? 32 << i : 128,
                                   "how many patterns it looks for; each costs time", text);
        ParamRow kernel = {.type = PARAM_PAIR, .min = 1, .max = 31, .normal = "3x3"};
        Value value = ask(w, kernel, questions_numbered(id, "kernel", i + 1), "3x3", "height x width of a pattern in pixels", "Kernel of set %d",
                          i + 1);
        memcpy(sets->kernel[i], value.size, sizeof sets->kernel[i]);
        /* The usual network halves twice; a third pool of 7 leaves one number a filter of a 28x28 picture. */
        snprintf(text, sizeof text, "Pool after set %d", i + 1);
        sets->pool[i] = !pools ? 1 : ask_int(w, questions_numbered(id, "pool", i + 1), 1, 16, i < 2 ? 2 : 1,
                                             "how many times smaller the picture becomes; 1: no pool", text);
    }
}

static void write_set(Walk *w, const Sets *sets, int i, bool norm)
{
    str_addf(&w->net, "conv %d %dx%d relu\n%s", sets->filters[i], sets->kernel[i][0], sets->kernel[i][1], norm ? "batchnorm\n" : "");
}

static void conv_network(Walk *w, Plan *plan)
{
    static const ParamChoice decoders[] = {{"mirror", "the sets backwards; what was pooled is enlarged before its set", false, 0},
                                           {"plain", "for each set backwards a convolution, then what it pooled is enlarged", false, 0},
                                           {NULL, NULL, false, 0}};
    static const ParamRow flag = {.type = PARAM_FLAG};
    Sets sets;
    ask_sets(w, &sets, SETS_MOST, 3, true);
    bool norm = ask(w, flag, "batchnorm", "yes", "keeps each set's numbers near mean 0 and variance 1",
                    "Batch normalisation in each set").choice;
    bool plain = ask(w, CHOICE_ROW(decoders), "decoder", "mirror", "how the picture is built up again", "Decoder").choice == 1;
    write_input(w, plan->input);
    str_add(&w->net, "encoder\n");
    for (int i = 0; i < sets.count; i++) {
        write_set(w, &sets, i, norm);
        if (sets.pool[i] > 1)
            str_addf(&w->net, "maxpool %d\n", sets.pool[i]);
    }
    str_add(&w->net, plain ? "decoder\n" : "decoder mirror sets\n");
    for (int i = sets.count - 1; plain && i >= 0; i--) {
        write_set(w, &sets, i, norm);
        if (sets.pool[i] > 1)
            str_addf(&w->net, "upsample %d\n", sets.pool[i]);
    }
    str_addf(&w->net, "conv %d 3x3 sigmoid\n", plan->input.c);
    plan->loss = "mse";
}

static void strided_network(Walk *w, Plan *plan)
{
    Sets sets;
    ask_sets(w, &sets, 6, 2, false);
    int code = ask_int(w, "code", 1, 65536, 16, "the numbers a picture is squeezed into", "Size of the code");
    Shape map = plan->input;
    write_input(w, plan->input);
    str_add(&w->net, "encoder\n");
    for (int i = 0; i < sets.count; i++) {
        str_addf(&w->net, "conv %d %dx%d stride=2 relu\n", sets.filters[i], sets.kernel[i][0], sets.kernel[i][1]);
        map = shape_map((map.h + 1) / 2, (map.w + 1) / 2, sets.filters[i]);
    }
    str_addf(&w->net, "flatten\ndense %d\ndecoder\ndense %zu\nreshape %dx%dx%d\n", code, shape_size(map), map.h, map.w, map.c);
    for (int i = sets.count - 1; i >= 0; i--)
        str_addf(&w->net, "convt %d %dx%d stride=2 relu\n", sets.filters[i], sets.kernel[i][0], sets.kernel[i][1]);
    str_addf(&w->net, "convt %d 3x3 sigmoid\n", plan->input.c);
    plan->loss = "mse";
}

/* ---- the settings of training */

static const TrainSetting asked_settings[] = {TRAIN_NOISE, TRAIN_LOSS, TRAIN_OPTIMIZER, TRAIN_BATCH, TRAIN_EPOCHS, TRAIN_VALIDATION};

/* The wizard asks for a field that has a question and is of the kind one sees in every print. */
static bool field_is_asked(const ParamRow *row)
{
    return row->question && (row->always || row->positional || !row->normal);
}

void questions_field_id(TrainSetting setting, int field, const ParamKind *kind, char id[48])
{
    if (!*kind->name)
        snprintf(id, 48, "%s", train_settings[setting].name);
    else if (setting == TRAIN_OPTIMIZER && field == OPTIMIZER_LR)
        snprintf(id, 48, "lr");
    else
        snprintf(id, 48, "%s.%s", train_settings[setting].name, kind->rows[field].name);
}

static void ask_field(Walk *w, TrainSetting setting, ParamSet *set, int field, const char *normal)
{
    const ParamRow *row = &set->kind->rows[field];
    char id[48];
    questions_field_id(setting, field, set->kind, id);
    Str usual = {0};
    param_print(row, &set->value[field], &usual);
    set->value[field] = ask(w, *row, id, normal ? normal : usual.text, row->help, "%s", row->question);
    str_clear(&usual);
}

static void ask_setting(Walk *w, TrainSetting setting, const Plan *plan, ParamSet *set)
{
    const TrainSettingRow *row = &train_settings[setting];
    if (!*set->kind->name) {
        Str usual = {0};
        param_print(&set->kind->rows[0], &set->value[0], &usual);
        set->value[0] = ask(w, set->kind->rows[0], row->name, usual.text, row->help, "%s", row->question);
        str_clear(&usual);
        return;
    }
    bool loss = setting == TRAIN_LOSS && plan->loss;
    int choice = ask(w, CHOICE_ROW(w->of->settings[setting]), row->name, loss ? plan->loss : set->kind->name, row->help, "%s",
                     row->question).choice;
    if (row->kind(choice) != set->kind)
        *set = param_set_new(row->kind(choice));
    for (int i = 0; i < set->kind->count; i++)
        if (field_is_asked(&set->kind->rows[i]))
            ask_field(w, setting, set, i, NULL);
    int reduction = loss && plan->reduction ? param_find(set->kind, "reduction") : -1;
    if (reduction >= 0)
        ask_field(w, setting, set, reduction, plan->reduction);
}

/* Asked once for all stages, where they agree. */
static void ask_training(Walk *w, const Plan *plan, Design *design)
{
    for (size_t i = 0; i < COUNT_OF(asked_settings); i++) {
        TrainSetting setting = asked_settings[i];
        ParamSet set = design->stage[0].train.set[setting];
        bool shared = true;
        for (int s = 1; s < design->stages; s++)
            shared &= param_set_equal(&set, &design->stage[s].train.set[setting]);
        if (!shared)
            continue;
        ask_setting(w, setting, plan, &set);
        for (int s = 0; s < design->stages; s++)
            design->stage[s].train.set[setting] = set;
    }
}

/* ---- the walk */

enum { KIND_DENSE, KIND_CONV, KIND_STRIDED, KIND_VARIATIONAL, KIND_PRESET };
static const ParamChoice kinds[] = {
    [KIND_DENSE] = {"dense", "layers in which every output sees every input: small and quick", false, 0},
    [KIND_CONV] = {"conv", "sets of convolutions with pools between: looks for patterns", false, 0},
    [KIND_STRIDED] = {"strided", "convolutions that halve the picture, and a dense code", false, 0},
    [KIND_VARIATIONAL] = {"variational", "dense layers around a sampled code: can make new pictures", false, 0},
    [KIND_PRESET] = {"preset", "one of the networks that come with the program", false, 0},
    {NULL, NULL, false, 0}};

static Design *preset_design(Walk *w)
{
    int choice = ask(w, CHOICE_ROW(w->of->presets), "preset", presets[0].name, "a network that comes with the program", "Which preset").choice;
    Design *design = design_open_draft(presets[choice].name, NULL);
    assert(design);
    return design;
}

static Design *own_design(Walk *w, int kind, Plan *plan)
{
    ParamRow row = {.type = PARAM_SHAPE, .min = 1, .max = 16384};
    char normal[SHAPE_TEXT];
    shape_text(w->of->input, normal);
    Value value = ask(w, row, "input", normal, "height x width x channels, or one number", "Shape of the input");
    plan->input = value.rank == 1 ? shape_vector(value.size[0])
                                  : shape_map(value.size[0], value.size[1], value.rank == 3 ? value.size[2] : 1);
    if (kind == KIND_CONV)
        conv_network(w, plan);
    else if (kind == KIND_STRIDED)
        strided_network(w, plan);
    else
        dense_network(w, plan, kind == KIND_VARIATIONAL);
    Error err = {0};
    Design *design = design_parse_draft(w->net.text, w->of->name, &err);
    if (!design) /* only an input too large to be one; the check will say so */
        design = design_new(w->of->name);
    for (int s = 0; s < design->stages; s++)
        design->stage[s].train = w->of->base;
    return design;
}

void questions_walk(Interview *interview, Design **out)
{
    Walk w = {.of = interview};
    Plan plan = {0};
    int kind = ask(&w, CHOICE_ROW(kinds), "kind", "dense", "what the network is made of", "Kind of network").choice;
    Design *design = kind == KIND_PRESET ? preset_design(&w) : own_design(&w, kind, &plan);
    ask_training(&w, &plan, design);
    interview->done = !w.stopped;
    str_clear(&w.net);
    if (out)
        *out = design;
    else
        design_free(design);
}
