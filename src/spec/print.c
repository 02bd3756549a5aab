/* The text form's printer. */
#include "spec/text.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Printer {
    const Design *design;
    bool full, mirrors, comments;
    bool *said; /* by a comment's number: stages share what the train section says */
    Str out;
} Printer;

/* ---- lines and their comments */

static bool has_comment(const Printer *p, int number)
{
    return p->comments && *design_comment(p->design, number) && !p->said[number];
}

/* The comment's lines above a line; what is left belongs to its end. */
static const char *add_above(Printer *p, const char *indent, int number)
{
    if (!has_comment(p, number))
        return "";
    const char *at = design_comment(p->design, number), *end;
    for (; (end = strchr(at, '\n')); at = end + 1) {
        str_add(&p->out, end > at ? indent : "");
        str_add_bytes(&p->out, at, (size_t)(end - at) + 1);
    }
    p->said[number] = true;
    return at;
}

static void add_line(Printer *p, const char *indent, const char *text, int comment)
{
    const char *behind = add_above(p, indent, comment);
    str_addf(&p->out, "%s%s%s%s\n", indent, text, *behind ? "  " : "", behind);
}

/* ---- blocks */

static void add_path(Str *out, const char *path)
{
    bool plain = *path != '"' && *path != '#' && !path[strcspn(path, " \t")];
    str_addf(out, plain ? " from %s" : " from \"%s\"", path);
}

static void add_block(Printer *p, const Block *block)
{
    bool known = strcmp(block->name, "encoder") == 0 || strcmp(block->name, "decoder") == 0;
    Str line = {0};
    str_addf(&line, "%s%s", known ? "" : "block ", block->name);
    bool mirror = block->mirror != MIRROR_NONE && p->mirrors;
    if (mirror && block->mirror == MIRROR_SETS)
        str_add(&line, " mirror sets");
    else if (mirror)
        str_addf(&line, strcmp(block->closing, "sigmoid") == 0 ? " mirror" : " mirror %s", block->closing);
    if (*block->from)
        add_path(&line, block->from);
    add_line(p, "", line.text, block->comment);
    str_clear(&line);
    for (int i = mirror ? block->mirrored : 0; i < block->count; i++) {
        const LayerSpec *layer = &p->design->layer[block->first + i];
        param_set_print(&layer->set, p->full, &line);
        if (*layer->name && !design_name_is_automatic(layer->name))
            str_addf(&line, " as %s", layer->name);
        add_line(p, "  ", line.text, layer->comment);
        str_clear(&line);
    }
}

/* ---- settings and stages */

/* The line that the stages from `first` to `last` have alike, with what each of them says about it. */
static void add_setting(Printer *p, TrainSetting setting, int first, int last)
{
    const Stage *stage = p->design->stage;
    const ParamSet *set = &stage[first].train.set[setting];
    int comment = 0;
    for (int s = first; s <= last; s++) {
        int own = stage[s].setting_comment[setting];
        if (comment == 0 && has_comment(p, own))
            comment = own;
        if (own == comment || !has_comment(p, own))
            continue;
        const char *behind = add_above(p, "  ", own);
        str_addf(&p->out, *behind ? "  %s\n" : "", behind);
    }
    bool plain = !train_settings[setting].always && train_setting_is_default(setting, set);
    if (plain && !p->full && !comment)
        return;
    Str line = {0};
    train_setting_print(setting, set, p->full || plain, &line); /* briefly, a default has no words */
    add_line(p, "  ", line.text, comment);
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

static void add_blocks_line(Printer *p, const char *word, const int *block, int count, int comment)
{
    if (!count)
        return;
    Str line = {0};
    str_add(&line, word);
    for (int i = 0; i < count; i++)
        str_addf(&line, " %s", p->design->block[block[i]].name);
    add_line(p, "  ", line.text, comment);
    str_clear(&line);
}

static void add_stage(Printer *p, int index)
{
    const Stage *stage = &p->design->stage[index];
    int frozen[DESIGN_BLOCKS], count = 0;
    for (int i = 0; i < stage->runs; i++)
        if (stage->frozen[stage->run[i]])
            frozen[count++] = stage->run[i];
    char line[sizeof "stage " + LAYER_NAME];
    snprintf(line, sizeof line, "stage %s", stage->name);
    add_line(p, "", line, stage->comment);
    add_blocks_line(p, "codes", stage->codes, stage->code_blocks, stage->list_comment[STAGE_CODES]);
    add_blocks_line(p, "run", stage->run, stage->runs, stage->list_comment[STAGE_RUN]);
    add_blocks_line(p, "freeze", frozen, count, stage->list_comment[STAGE_FREEZE]);
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        if (!shared(p->design, (TrainSetting)i))
            add_setting(p, (TrainSetting)i, index, index);
}

/* One stage that runs every block in order, freezes none and has the name it gets by itself needs no words. */
static bool stage_is_plain(const Printer *p)
{
    const Stage *stage = &p->design->stage[0];
    if (p->design->stages != 1 || strcmp(stage->name, "train") != 0 || stage->code_blocks || stage->runs != p->design->blocks)
        return false;
    for (int i = 0; i < stage->runs; i++)
        if (stage->run[i] != i || stage->frozen[i])
            return false;
    return !has_comment(p, stage->comment) && !has_comment(p, stage->list_comment[STAGE_RUN]);
}

static void add_train(Printer *p)
{
    Str before = p->out;
    p->out = (Str){0};
    for (int i = 0; i < TRAIN_SETTINGS; i++)
        if (shared(p->design, (TrainSetting)i))
            add_setting(p, (TrainSetting)i, 0, p->design->stages - 1);
    Str settings = p->out;
    p->out = before;
    if (settings.size || has_comment(p, p->design->train_comment))
        add_line(p, "", "train", p->design->train_comment);
    str_add(&p->out, settings.text ? settings.text : "");
    str_clear(&settings);
}

static char *print(const Design *design, bool full, bool mirrors, bool comments)
{
    Printer p = {.design = design, .full = full, .mirrors = mirrors, .comments = comments};
    p.said = mem_new((size_t)design->comments + 1, sizeof *p.said);
    char line[sizeof "input " + SHAPE_TEXT] = "input ";
    shape_text(design->input, line + strlen(line));
    if (shape_size(design->input))
        add_line(&p, "", line, design->input_comment);
    for (int i = 0; i < design->blocks; i++)
        add_block(&p, &design->block[i]);
    add_train(&p);
    for (int s = 0; s < design->stages && !stage_is_plain(&p); s++)
        add_stage(&p, s);
    add_above(&p, "", design->end_comment);
    free(p.said);
    return str_take(&p.out);
}

char *design_print(const Design *design, bool full)
{
    return print(design, full, !full, false);
}

char *design_print_kept(const Design *design, bool full)
{
    return print(design, full, true, true);
}
