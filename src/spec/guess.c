/* From a design back to the answers that may have made it.  A guess is proved by making a design of it (interview.c), so nothing here
 * needs to look twice. */
#include "base/mem.h"
#include "spec/preset.h"
#include "spec/questions.h"

#include <string.h>

static const char *word_of(const LayerSpec *layer)
{
    return layer->set.kind->name;
}

static void put_field(NamedAnswers *out, const char *id, const LayerSpec *layer, const char *field)
{
    int row = param_find(layer->set.kind, field);
    if (row < 0)
        return;
    Str text = {0};
    param_print(&layer->set.kind->rows[row], &layer->set.value[row], &text);
    named_put(out, id, "%s", text.text);
    str_clear(&text);
}

static void guess_dense(const Design *design, const Block *encoder, NamedAnswers *out)
{
    char id[48];
    int hidden = 0;
    for (int i = 0; i < encoder->count; i++) {
        const LayerSpec *layer = &design->layer[encoder->first + i];
        if (strcmp(word_of(layer), "dropout") == 0)
            put_field(out, "dropout", layer, "rate");
        if (i == encoder->count - 1) {
            put_field(out, "code", layer, "units");
            put_field(out, "code-activation", layer, "activation");
        } else if (strcmp(word_of(layer), "dense") == 0) {
            put_field(out, questions_numbered(id, "units", ++hidden), layer, "units");
            put_field(out, questions_numbered(id, "activation", hidden), layer, "activation");
        }
    }
    named_put(out, "layers", "%d", hidden);
    const LayerSpec *last = &design->layer[design->layers - 1];
    bool picture = strcmp(word_of(last), "reshape") == 0;
    if (picture)
        put_field(out, "input", last, "shape");
    named_put(out, "output", "%s", picture ? "picture" : "vector");
}

static void guess_variational(const Design *design, const Block *encoder, NamedAnswers *out)
{
    guess_dense(design, encoder, out);
    put_field(out, "init", &design->layer[encoder->first], "init");
}

static void guess_sets(const Design *design, const Block *encoder, NamedAnswers *out)
{
    char id[48];
    int sets = 0;
    bool norm = false;
    for (int i = 0; i < encoder->count; i++) {
        const LayerSpec *layer = &design->layer[encoder->first + i];
        if (strcmp(word_of(layer), "conv") == 0) {
            put_field(out, questions_numbered(id, "filters", ++sets), layer, "filters");
            put_field(out, questions_numbered(id, "kernel", sets), layer, "kernel");
            named_put(out, questions_numbered(id, "pool", sets), "1");
        }
        norm |= strcmp(word_of(layer), "batchnorm") == 0;
        if (strcmp(word_of(layer), "maxpool") == 0)
            put_field(out, questions_numbered(id, "pool", sets), layer, "size");
        if (strcmp(word_of(layer), "dense") == 0)
            put_field(out, "code", layer, "units");
    }
    named_put(out, "sets", "%d", sets);
    named_put(out, "batchnorm", "%s", norm ? "yes" : "no");
    named_put(out, "decoder", "%s", encoder[1].mirror == MIRROR_SETS ? "mirror" : "plain");
}

/* Settings nobody asks for are put down too; nobody will look for them. */
static void guess_training(const Design *design, NamedAnswers *out)
{
    for (int s = 0; s < TRAIN_SETTINGS; s++) {
        const ParamSet *set = &design->stage[0].train.set[s];
        if (*set->kind->name)
            named_put(out, train_settings[s].name, "%s", set->kind->name);
        for (int f = 0; f < set->kind->count; f++) {
            char id[48];
            questions_field_id((TrainSetting)s, f, set->kind, id);
            Str text = {0};
            param_print(&set->kind->rows[f], &set->value[f], &text);
            named_put(out, id, "%s", text.text);
            str_clear(&text);
        }
    }
}

bool questions_guess(const Design *design, int kind, NamedAnswers *out)
{
    static const struct { const char *word; void (*guess)(const Design *, const Block *, NamedAnswers *); } forms[] = {
        {"dense", guess_dense}, {"variational", guess_variational}, {"conv", guess_sets}, {"strided", guess_sets}};
    *out = (NamedAnswers){0};
    char input[SHAPE_TEXT];
    shape_text(design->input, input);
    guess_training(design, out);
    if (kind >= (int)COUNT_OF(forms)) {
        int preset = kind - (int)COUNT_OF(forms);
        if (preset >= presets_count)
            return false;
        named_put(out, "kind", "preset");
        named_put(out, "preset", "%s", presets[preset].name);
        return true;
    }
    named_put(out, "kind", "%s", forms[kind].word);
    named_put(out, "input", "%s", input);
    if (design->blocks != 2 || design->block[0].count == 0)
        return true; /* not of this form; the proof will fail */
    forms[kind].guess(design, &design->block[0], out);
    return true;
}
