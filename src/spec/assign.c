/* `key=value` from the command line and the studio: one change of a design. */
#include "spec/design.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_PARTS = 3, VALUE_WORDS = 32 };

typedef struct Assignment {
    char text[512];
    char *part[KEY_PARTS]; /* of the key, between dots */
    int parts;
    char *value;
    char *word[VALUE_WORDS]; /* the value, cut at blanks */
    int words;
    char cut[512];
} Assignment;

static bool split(const char *text, Assignment *out, Error *err)
{
    static const char cure[] = "write it as lr=1e-3, \"noise=gaussian sd=0.3\", conv_1.filters=16 or STAGE.epochs=3";
    *out = (Assignment){0};
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || strlen(text) >= sizeof out->text)
        return error_set(err, ERROR_USAGE, cure, "\"%.200s\" is no KEY=VALUE", text);
    snprintf(out->text, sizeof out->text, "%s", text);
    out->value = out->text + (equals - text);
    *out->value++ = '\0';
    for (char *at = out->text; at; out->parts++) {
        if (out->parts == KEY_PARTS)
            return error_set(err, ERROR_USAGE, cure, "\"%.200s\" has too many dots", text);
        out->part[out->parts] = at;
        at = strchr(at, '.');
        if (at)
            *at++ = '\0';
    }
    snprintf(out->cut, sizeof out->cut, "%s", out->value);
    char *rest;
    for (char *word = strtok_r(out->cut, " ", &rest); word && out->words < VALUE_WORDS; word = strtok_r(NULL, " ", &rest))
        out->word[out->words++] = word;
    if (out->words == 0)
        return error_set(err, ERROR_USAGE, cure, "\"%.200s\" has no value", text);
    return true;
}

/* The one setting among a stage's that has a field of this name; -1: none, -2: several. */
static int setting_with_field(const TrainSpec *spec, const char *field)
{
    int found = -1;
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        if (param_find(spec->set[i].kind, field) >= 0)
            found = found == -1 ? i : -2;
    return found;
}

static bool set_field(ParamSet *set, const char *field, const char *value, Error *err)
{
    int row = param_find(set->kind, field);
    return param_parse(&set->kind->rows[row], value, &set->value[row], err);
}

/* A key in a stage: a setting, a field that only one setting has, or SETTING.FIELD.  *found tells whether the stage knows it. */
static bool set_in_stage(TrainSpec *spec, char *const *part, int parts, const Assignment *a, bool *found, Error *err)
{
    int setting = train_setting_find(part[0]);
    if (parts == 2) {
        if (setting < 0 || param_find(spec->set[setting].kind, part[1]) < 0)
            return true;
        *found = true;
        return set_field(&spec->set[setting], part[1], a->value, err);
    }
    if (setting >= 0) {
        *found = true;
        return train_setting_parse((TrainSetting)setting, a->word, a->words, &spec->set[setting], err);
    }
    setting = setting_with_field(spec, part[0]);
    if (setting == -2)
        return error_set(err, ERROR_USAGE, "write SETTING.FIELD, such as schedule.warmup", "several settings have a field %s", part[0]);
    if (setting < 0)
        return true;
    *found = true;
    return set_field(&spec->set[setting], part[0], a->value, err);
}

static bool set_layer(Design *design, int layer, const Assignment *a, Error *err)
{
    ParamSet *set = &design->layer[layer].set;
    const char *name = design->layer[layer].name;
    if (design_layer_mirrored(design, layer))
        return error_set(err, ERROR_USAGE, "change the layer it mirrors", "%s is made by the mirror", name);
    if (a->parts == 2 && param_find(set->kind, a->part[1]) >= 0)
        return set_field(set, a->part[1], a->value, err);
    Str fields = {0};
    for (int i = 0; i < set->kind->count; i++)
        str_addf(&fields, "%s %s", i ? "," : "", set->kind->rows[i].name);
    error_set(err, ERROR_USAGE, NULL, "%s has no field %s; it has%s", name, a->parts == 2 ? a->part[1] : "of that name",
              fields.size ? fields.text : " none");
    str_clear(&fields);
    return false;
}

static bool refuse_key(const Design *design, const Assignment *a, Error *err)
{
    enum { MOST = TRAIN_SETTINGS + DESIGN_STAGES + TRAIN_SETTINGS * PARAM_MAX + 1 };
    const char **words = mem_new(MOST + (size_t)design->layers, sizeof *words);
    int count = 0;
    words[count++] = "input";
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const ParamKind *kind = design->stage[0].train.set[i].kind;
        words[count++] = train_settings[i].name;
        for (int f = 0; f < kind->count; f++)
            words[count++] = kind->rows[f].name;
    }
    for (int i = 0; i < design->stages; i++)
        words[count++] = design->stage[i].name;
    for (int i = 0; i < design->layers; i++)
        words[count++] = design->layer[i].name;
    int near = str_closest(a->part[0], words, count);
    Str settings = {0};
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        str_addf(&settings, ", %s", train_settings[i].name);
    error_set(err, ERROR_USAGE, NULL, "there is no setting \"%s%s%s\"; there are lr%s, LAYER.FIELD and STAGE.SETTING", a->part[0],
              a->parts > 1 ? "." : "", a->parts > 1 ? a->part[1] : "", settings.text);
    if (err && near >= 0 && strcmp(words[near], a->part[0]) != 0)
        snprintf(err->cure, sizeof err->cure, "did you mean \"%s\"?", words[near]);
    str_clear(&settings);
    free(words);
    return false;
}

static bool set_input(Design *design, const Assignment *a, Error *err)
{
    static const ParamRow row = {.name = "input", .type = PARAM_SHAPE, .min = 1, .max = 65536};
    Value value;
    if (!param_parse(&row, a->value, &value, err))
        return false;
    const int *size = value.size;
    design->input = value.rank == 1 ? shape_vector(size[0]) : shape_map(size[0], size[1], value.rank == 3 ? size[2] : 1);
    return true;
}

static bool set_settings(Design *design, const Assignment *a, Error *err)
{
    bool found = false, good = true;
    int stage = 0;
    while (stage < design->stages && strcmp(design->stage[stage].name, a->part[0]) != 0)
        stage++;
    if (a->parts > 1 && stage < design->stages)
        good = set_in_stage(&design->stage[stage].train, (char *const *)a->part + 1, a->parts - 1, a, &found, err);
    if (good && !found && a->parts <= 2)
        for (int s = 0; good && s < design->stages; s++)
            good = set_in_stage(&design->stage[s].train, (char *const *)a->part, a->parts, a, &found, err);
    return good && (found || refuse_key(design, a, err));
}

bool design_set(Design *design, const char *assignment, Error *err)
{
    Assignment a;
    if (!split(assignment, &a, err))
        return false;
    Design *draft = design_copy(design);
    int layer = a.parts > 1 ? design_layer_find(draft, a.part[0]) : -1;
    bool good;
    if (a.parts == 1 && strcmp(a.part[0], "input") == 0)
        good = set_input(draft, &a, err);
    else if (layer >= 0)
        good = set_layer(draft, layer, &a, err);
    else
        good = set_settings(draft, &a, err);
    if (good) {
        DesignPlace place;
        (void)!design_refresh_place(draft, &place, NULL); /* whether it fits together is design_check's */
        Design old = *design;
        *design = *draft;
        *draft = old;
    } else if (err) {
        err->kind = ERROR_USAGE; /* a wrong option, whatever the field's own error says */
        err->column = 0;
    }
    design_free(draft);
    return good;
}
