/* The text form's printer. */
#include "spec/text.h"

#include "base/mem.h"

#include <string.h>

static void add_path(Str *out, const char *path)
{
    bool plain = *path != '"' && *path != '#' && !path[strcspn(path, " \t")];
    str_addf(out, plain ? " from %s" : " from \"%s\"", path);
}

static void add_block(const Design *design, const Block *block, bool full, bool mirrors, Str *out)
{
    bool known = strcmp(block->name, "encoder") == 0 || strcmp(block->name, "decoder") == 0;
    str_addf(out, "%s%s", known ? "" : "block ", block->name);
    bool mirror = block->mirror != MIRROR_NONE && mirrors;
    if (mirror && block->mirror == MIRROR_SETS)
        str_add(out, " mirror sets");
    else if (mirror)
        str_addf(out, strcmp(block->closing, "sigmoid") == 0 ? " mirror" : " mirror %s", block->closing);
    if (*block->from)
        add_path(out, block->from);
    str_add(out, "\n");
    for (int i = mirror ? block->mirrored : 0; i < block->count; i++) {
        const LayerSpec *layer = &design->layer[block->first + i];
        Str line = {0};
        param_set_print(&layer->set, full, &line);
        str_addf(out, "  %s", line.text);
        str_clear(&line);
        if (*layer->name && !design_name_is_automatic(layer->name))
            str_addf(out, " as %s", layer->name);
        str_add(out, "\n");
    }
}

static void add_setting(TrainSetting setting, const ParamSet *set, bool full, Str *out)
{
    if (!full && !train_settings[setting].always && train_setting_is_default(setting, set))
        return;
    Str line = {0};
    train_setting_print(setting, set, full, &line);
    str_addf(out, "  %s\n", line.text);
    str_clear(&line);
}

/* Stages say only what they do not share. */
static bool shared(const Design *design, TrainSetting setting)
{
    for (int s = 1; s < design->stages; s++)
        if (!param_set_equal(&design->stage[0].train.set[setting], &design->stage[s].train.set[setting]))
            return false;
    return true;
}

static void add_blocks_line(const Design *design, const char *word, const int *block, int count, Str *out)
{
    if (!count)
        return;
    str_addf(out, "  %s", word);
    for (int i = 0; i < count; i++)
        str_addf(out, " %s", design->block[block[i]].name);
    str_add(out, "\n");
}

static void add_stage(const Design *design, const Stage *stage, bool full, Str *out)
{
    int frozen[DESIGN_BLOCKS], count = 0;
    for (int i = 0; i < stage->runs; i++)
        if (stage->frozen[stage->run[i]])
            frozen[count++] = stage->run[i];
    str_addf(out, "stage %s\n", stage->name);
    add_blocks_line(design, "codes", stage->codes, stage->code_blocks, out);
    add_blocks_line(design, "run", stage->run, stage->runs, out);
    add_blocks_line(design, "freeze", frozen, count, out);
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        if (!shared(design, (TrainSetting)i))
            add_setting((TrainSetting)i, &stage->train.set[i], full, out);
}

/* One stage that runs every block in order, freezes none and has the name it gets by itself needs no words. */
static bool stage_is_plain(const Design *design)
{
    const Stage *stage = &design->stage[0];
    if (design->stages != 1 || strcmp(stage->name, "train") != 0 || stage->code_blocks || stage->runs != design->blocks)
        return false;
    for (int i = 0; i < stage->runs; i++)
        if (stage->run[i] != i || stage->frozen[i])
            return false;
    return true;
}

static char *print(const Design *design, bool full, bool mirrors)
{
    Str out = {0};
    char shape[SHAPE_TEXT];
    shape_text(design->input, shape);
    if (shape_size(design->input))
        str_addf(&out, "input %s\n", shape);
    for (int i = 0; i < design->blocks; i++)
        add_block(design, &design->block[i], full, mirrors, &out);
    Str settings = {0};
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        if (shared(design, (TrainSetting)i))
            add_setting((TrainSetting)i, &design->stage[0].train.set[i], full, &settings);
    if (settings.size)
        str_addf(&out, "train\n%s", settings.text);
    str_clear(&settings);
    for (int s = 0; s < design->stages && !stage_is_plain(design); s++)
        add_stage(design, &design->stage[s], full, &out);
    return str_take(&out);
}

char *design_print(const Design *design, bool full)
{
    return print(design, full, !full);
}

char *design_print_kept(const Design *design)
{
    return print(design, true, true);
}
